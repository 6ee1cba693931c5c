"""The game put together: the only place that knows every room and every scene."""

from __future__ import annotations

import logging
from pathlib import Path

from engine.draw import theme
from engine.draw.frame import Frame
from engine.errors import UserError
from engine.jobs import Jobs
from engine.loop import Loop
from engine.scene import Scene, SceneStack
from engine.sound import Bus, Pcm, Sound, decode, resample
from engine.window import Window, open_window
from game.profile import ASSETS, CHARTS, Profile
from game.rhythm.library import Library
from game.rhythm.replay import Replay
from game.scenes.calibrate import CalibrateScene
from game.scenes.context import Context
from game.scenes.notices import draw_notices
from game.scenes.play import PlayScene
from game.scenes.requests import (
    Calibrate,
    FreeJam,
    HearJam,
    JamResults,
    ListenInCrowd,
    Play,
    PlayJam,
    Quit,
    Request,
    SelectSong,
    ShowJam,
    ShowLobby,
    ShowResults,
    ShowSettings,
    ShowTalk,
    ShowTitle,
    ShowTopology,
    Watch,
    WatchJam,
)
from game.scenes.results import ResultsScene
from game.scenes.select import SelectScene
from game.scenes.settings import SettingsScene
from game.scenes.title import TitleScene
from game.scenes.watch import WatchScene

TITLE = "OuroJam"
WINDOW_SIZE = (1280, 720)

log = logging.getLogger(__name__)


class Stack(SceneStack):
    """The scenes, and the notices over all of them."""

    context: Context

    def draw(self, frame: Frame) -> None:
        """Scenes first, then what the game has to say."""
        super().draw(frame)
        draw_notices(frame, self.context)


class App:
    """A running game over one window, one profile and one sound."""

    def __init__(self, profile: Profile, window: Window, sound: Sound) -> None:
        self.stack = Stack()
        self.loop = Loop(window, self.stack)
        self.jobs = Jobs(self.stack.call_soon)
        library = Library.open(profile.library_cache, (CHARTS, profile.songs))
        self.context = Context(
            profile,
            sound,
            library,
            self.jobs,
            window,
            self.open,
            self.replace,
            self.loop.stats,
            load_effects(sound.rate_hz),
        )
        self.replay: Replay | None = None
        self._talked = self._jammed = False
        self.stack.context = self.context
        self.apply_settings()

    def apply_settings(self) -> None:
        """Put what the player has set into force; called again after every change."""
        settings = self.context.profile.settings
        sound = self.context.sound
        for bus, level in (
            (Bus.MASTER, settings.sound.master),
            (Bus.MUSIC, settings.sound.music),
            (Bus.KEYS, settings.sound.keys),
            (Bus.EFFECTS, settings.sound.effects),
        ):
            sound.set_gain(bus, (level / 100) ** 2)
        theme.settings.colour_blind = settings.playfield.palette != "neon"
        theme.settings.reduced_motion = settings.screen.reduced_motion
        window = self.context.window
        window.text_scale = settings.screen.text_scale / 100
        window.set_vsync(settings.screen.vsync)
        self.loop.frame_hz = 0 if window.vsync else settings.screen.frame_cap

    def scene_for(self, request: Request) -> Scene:
        """The scene that serves ``request``."""
        context = self.context
        match request:
            case ShowTitle():
                return TitleScene(context)
            case SelectSong():
                return SelectScene(context, request)
            case Play():
                replay, self.replay = self.replay, None  # it belongs to the first song only
                return PlayScene(context, request, replay)
            case Watch():
                return WatchScene(context, request)
            case ShowResults():
                return ResultsScene(context, request)
            case ShowSettings():
                return SettingsScene(context, request, self.apply_settings)
            case Calibrate():
                return CalibrateScene(context, request)
            case ShowTalk():
                from game.scenes.talk import TalkScene  # who only plays does not wait for it at every start

                self._talked = True
                return TalkScene(context, request)
            case ShowJam() | ShowLobby() | ListenInCrowd() | ShowTopology():
                return self._jam_scene(request)
            case PlayJam() | JamResults() | WatchJam() | FreeJam() | HearJam():
                return self._take_scene(request)
            case Quit():
                raise AssertionError("quitting is not a scene")

    def _jam_scene(self, request: ShowJam | ShowLobby | ListenInCrowd | ShowTopology) -> Scene:
        """The scenes around a jam; who plays alone does not wait for them at every start."""
        self._jammed = True
        match request:
            case ShowJam():
                from game.scenes.jam_join import JamJoinScene

                return JamJoinScene(self.context, request)
            case ShowLobby():
                from game.scenes.jam_lobby import JamLobbyScene

                return JamLobbyScene(self.context, request)
            case ListenInCrowd():
                from game.scenes.jam_crowd import JamCrowdScene

                return JamCrowdScene(self.context, request)
            case ShowTopology():
                from game.scenes.jam_topology import JamTopologyScene

                return JamTopologyScene(self.context, request)

    def _take_scene(self, request: PlayJam | JamResults | WatchJam | FreeJam | HearJam) -> Scene:
        """The scenes of a song that a band plays, and of those it has played."""
        self._jammed = True
        match request:
            case PlayJam():
                from game.scenes.jam_play import JamPlayScene

                return JamPlayScene(self.context, request)
            case FreeJam():
                from game.scenes.jam_free import JamFreeScene

                return JamFreeScene(self.context, request)
            case JamResults():
                from game.scenes.jam_results import JamResultsScene

                return JamResultsScene(self.context, request)
            case HearJam():
                from game.scenes.jam_hear import JamHearScene

                return JamHearScene(self.context, request)
            case WatchJam(take=""):
                from game.scenes.jam_past import JamPastScene

                return JamPastScene(self.context, request)
            case WatchJam():
                from game.scenes.jam_watch import JamWatchScene

                return JamWatchScene(self.context, request)

    def open(self, request: Request) -> None:
        """Show another scene on top; at the next step boundary."""
        if isinstance(request, Quit):
            self.loop.stop()
            return
        self.stack.call_soon(lambda: self.stack.push(self.scene_for(request)))

    def replace(self, request: Request) -> None:
        """Show another scene in place of the top one; at the next step boundary."""
        self.stack.call_soon(lambda: self._replace(request))

    def _replace(self, request: Request) -> None:
        self.stack.replace(self.scene_for(request))

    def run(self, first: Request) -> None:
        """Play until the player leaves."""
        self.open(first)
        self.stack.run_calls()
        self.loop.run()

    def close(self) -> None:
        """Give everything back."""
        if self._talked:
            from game.scenes.talk_room import TalkRoom

            TalkRoom.close_of(self.context)
        if self._jammed:
            from game.scenes.jam_room import JamRoom

            JamRoom.close_of(self.context)
        self.jobs.close()
        self.context.library.close()
        self.context.sound.close()
        self.context.window.close()


def load_effects(rate_hz: int) -> dict[str, Pcm]:
    """The game's small sounds by name; one that cannot be read is left out and logged."""
    effects = {}
    for path in sorted((ASSETS / "sounds").glob("*.wav")):
        try:
            effects[path.stem] = resample(decode(path), rate_hz)
        except UserError as error:
            log.warning("%s", error)
    return effects


def open_game(
    folder: Path, *, windowed: bool = False, first: Request | None = None, replay: Replay | None = None
) -> int:
    """Open the window and play; returns the exit code.

    Raises:
        UserError: no display, or the profile is in use.
    """
    with Profile.open(folder) as profile:
        screen = profile.settings.screen
        window = open_window(TITLE, WINDOW_SIZE, fullscreen=screen.fullscreen and not windowed, vsync=screen.vsync)
        sound_settings = profile.settings.sound
        sound = Sound.open(device=sound_settings.device or None, latency_ms=sound_settings.latency_ms)
        app = App(profile, window, sound)
        app.replay = replay
        try:
            # The title tells of the sound for as long as it is missing; whoever begins elsewhere is told once.
            for problem in (sound.problem if first is not None else "", profile.problem):
                if problem:
                    app.context.say(problem)
            app.jobs.start("keeping a copy of the log", lambda job: profile.tend(), lambda done: None)
            app.run(first or ShowTitle())
        finally:
            app.close()
    return 0
