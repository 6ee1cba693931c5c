"""The lobby: who is here, the code, the song, everyone's part, and the start."""

from __future__ import annotations

from engine.draw import widgets
from engine.draw.frame import Frame
from engine.draw.pen import px
from game.scenes.context import Context
from game.scenes.jam_scene import HEAD, MARGIN, JamScene, column, head
from game.scenes.preview import Preview
from game.scenes.requests import FreeJam, PlayJam, ShowJam, ShowLobby


class JamLobbyScene(JamScene):
    """Before and between songs.  When a take is agreed it is opened; when it is over, the player is here again."""

    def __init__(self, context: Context, request: ShowLobby) -> None:
        super().__init__(context)
        self._opened: set[str] = set()

    def step(self, dt_us: int) -> None:
        """Let the jam go on; follow into a song or a free jam once, and out of a jam that ended."""
        super().step(dt_us)
        machine = self.machine
        if machine is None:
            self.context.replace(ShowJam())
            return
        band = machine.session.band
        if band.running is not None and band.running.start.take not in self._opened:
            self.go(PlayJam(band.running.start.take))
        elif band.free is not None and band.free.take not in self._opened:
            self.go(FreeJam(band.free.take))

    def go(self, where: PlayJam | FreeJam) -> None:
        """Play or watch what is going on."""
        self._opened.add(where.take)
        Preview.of(self.context).stop()
        self.context.open(where)

    def back(self) -> None:
        """Leave the jam."""
        self.room.leave()
        self.leave()

    def body(self, frame: Frame) -> None:
        """The code, for now."""
        head(frame, "Lobby")
        x, y = px(MARGIN), px(HEAD)
        with column("lobby", (x, y, frame.width - 2 * x, frame.height - y - x)):
            if self.machine is not None:
                widgets.text(self.machine.code.text)
