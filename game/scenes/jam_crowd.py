"""In the crowd of a jam: what goes on, the beat, who plays and what, and through whom it is heard."""

from __future__ import annotations

from engine.clock import now_us
from engine.draw.frame import Frame
from game.jam.crowd_listener import CrowdListener, Heard
from game.scenes.context import Context
from game.scenes.jam_crowd_look import draw_crowd
from game.scenes.jam_crowd_sound import CrowdSound
from game.scenes.jam_scene import JamScene
from game.scenes.preview import Preview
from game.scenes.requests import ListenInCrowd, ShowJam


class JamCrowdScene(JamScene):
    """Listens until the player leaves or the crowd ends; :mod:`game.scenes.jam_crowd_look` draws it."""

    title = "In the crowd"

    def __init__(self, context: Context, request: ListenInCrowd) -> None:
        super().__init__(context)
        self.sound: CrowdSound | None = None
        self.address = ""
        """Where others who do not reach the band may ask to be let in, through this machine."""
        self._gone = False

    @property
    def listener(self) -> CrowdListener | None:
        """What this machine hears; None once it is over."""
        return self.room.listener

    def on_enter(self) -> None:
        """Quiet, until something is heard."""
        Preview.of(self.context).stop()

    def step(self, dt_us: int) -> None:
        """Take up what was heard, and sound it."""
        heard = [one for one in self.room.step_crowd() if isinstance(one, Heard)]
        listener = self.listener
        if listener is None:
            if not self._gone:
                self._gone = True
                self.context.replace(ShowJam())
            return
        if self.sound is None:
            self.sound = CrowdSound(self.context, listener)
        self.sound.step(heard)
        self.address = self.address or listener.address

    def back(self) -> None:
        """Leave the crowd."""
        self._gone = True
        self.room.leave()
        self.leave()

    def on_exit(self) -> bool:
        """Be silent."""
        if self.sound is not None:
            self.sound.close()
        return True

    def body(self, frame: Frame) -> None:
        """The columns."""
        draw_crowd(frame, self, now_us())
