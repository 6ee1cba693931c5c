"""Play: loading, the song, pausing, failing, and on to the results."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np

from engine import loop
from engine.clock import now_us
from engine.draw import theme
from engine.draw.frame import Frame, Texture
from engine.errors import UserError
from engine.input.events import DeviceLost, Event, InputEvent, WindowChange, WindowEvent
from engine.jobs import Job
from engine.scene import Scene
from game.hands.bindings import LaneInput
from game.rhythm.performance import (
    FAILED,
    FINISHED,
    LEFT,
    Performance,
    autoplay_edges,
)
from game.rhythm.replay import Replay
from game.rhythm.rules import rule_set
from game.rhythm.songs import ReadySong
from game.scenes.context import Context
from game.scenes.hud import Hud
from game.scenes.key_names import FADE_US, draw_key_names
from game.scenes.latency import LatencyView
from game.scenes.menu_keys import menu_action
from game.scenes.pause import Choice, PauseMenu
from game.scenes.play_begin import Ghost, Loaded, load, new_performance
from game.scenes.play_look import MARGIN, draw_countdown, draw_ghost, draw_head, draw_loading, grey
from game.scenes.playfield import Playfield
from game.scenes.requests import Play, ShowResults
from game.scenes.skyline import Skyline
from game.scenes.stage import Feeder, Stage
from game.scenes.tuning import Tuning

COUNTDOWN_US = 1_500_000
"""Resuming counts three, two, one for this long."""

SLIP_US = 20_000
"""A song that ran on further than this without the player goes back to where it was played up to."""

AFTER_US = 1_200_000
"""How long the field stays after the last note."""

SOUND_GONE = "The sound device is gone"
HELD_UP = "The computer was busy for a moment"
AWAY = "The game was left for another window"

STALL_US = 400_000
"""A main thread that slept this long (laptop lid, debugger) did not see the player's hands: the song pauses."""

SETTLE_US = 1_000_000
"""… but not so soon after a song begins or goes on, when the machine may be busy with just that."""

AGAIN_KEY = "key:grave"
AGAIN_US = 400_000
"""Holding the key this long begins the song again."""


class Phase(Enum):
    """Where the scene is."""

    LOADING = "loading"
    PLAYING = "playing"
    PAUSED = "paused"
    COUNTDOWN = "countdown"
    OVER = "over"


class PlayScene(Scene):
    """One performance from loading to its end; every restart and every practice pass is a performance of its own."""

    def __init__(self, context: Context, request: Play, replay: Replay | None = None) -> None:
        self._context = context
        self._request = request
        self._replay = replay
        settings = context.profile.settings
        self._settings = settings.playfield
        self._rules = request.rules or settings.playfield.rules
        self._mods = request.mods
        self._input_offset_us = round(settings.input.input_offset_us * request.mods.rate)
        self._phase = Phase.LOADING
        self._loaded = 0.0
        self._song: ReadySong | None = None
        self._background: Texture | None = None
        self._resume_at_us = 0
        self._last_step_us = 0
        self._settled_us = 0
        self._again_us = 0
        self._over_us = 0
        self._away = False
        self._let_go: list[tuple[int, int]] = []
        self._latency = LatencyView()
        self._tuning = Tuning(context)
        self._skyline = Skyline()

    @property
    def phase(self) -> Phase:
        """Where the scene is."""
        return self._phase

    @property
    def performance(self) -> Performance | None:
        """What is being played, or was last; None while the song is made ready."""
        return None if self._phase is Phase.LOADING else self._performance

    # -- loading -------------------------------------------------------------------------------------

    def on_enter(self) -> None:
        """Read the song beside the main thread."""
        chart, mods, rate_hz = self._request.chart, self._mods, self._context.sound.rate_hz

        def work(job: Job[Loaded]) -> Loaded:
            return load(job, chart, mods, rate_hz)

        self._job = self._context.jobs.start("getting the song ready", work, self._on_loaded, self._on_failed_to_load)

    def _on_failed_to_load(self, error: UserError) -> None:
        self._context.say(str(error))
        if not self._job.cancelled:
            self.leave(error)

    def _on_loaded(self, loaded: Loaded) -> None:
        if self._job.cancelled:
            return
        song, picture = loaded
        for problem in song.problems:
            self._context.say(problem)
        self._song = song
        try:
            rule_set(self._rules, song.chart)
            self._stage = Stage(
                self._context.sound, song, self._mods.rate, self._context.profile.settings.sound.audio_offset_us
            )
        except UserError as error:
            self._on_failed_to_load(error)
            return
        if picture is not None:
            self._background = self._context.window.texture(picture)
        if self._mods.metronome:
            self._stage.add_metronome(*map(self._context.effect_frames, ("tick", "tick_accent")))
        self._begin()
        if self._away:
            self._pause(AWAY)

    def _begin(self) -> None:
        """Start a performance of the song that is ready."""
        song = self._song
        assert song is not None
        mods, profile = self._mods, self._context.profile
        self._performance = new_performance(profile, song, self._rules, mods, self._replay)
        self._layout = profile.settings.layout(song.chart.keys)
        self._lanes = LaneInput(self._layout)
        self._let_go.clear()
        self._feeder: Feeder | None = None
        if self._replay is not None:
            self._feeder = Feeder(self._replay.edges)
        elif mods.autoplay:
            self._feeder = Feeder(autoplay_edges(song.chart, mods))
        self._ghost = Ghost.of(profile, self._request.ghost, song, self._rules)
        self._field = Playfield(self._performance.chart, mods, self._settings)
        still = profile.settings.screen.reduced_motion
        self._hud = Hud(self._performance.judge.rules, self._settings, reduced_motion=still)
        loop.quiet()
        self._stage.start(mods.section.start_us if mods.section is not None else None)
        self._performance.step(self._stage.now_us - self._input_offset_us, now_us())
        self._again_us = 0
        self._set_off()

    def _set_off(self) -> None:
        """The song runs from now on."""
        self._phase = Phase.PLAYING
        self._last_step_us = 0
        self._settled_us = now_us() + SETTLE_US

    # -- input ---------------------------------------------------------------------------------------

    def handle(self, event: Event) -> bool:
        """Lanes first; then Escape and what takes the player's hands or eyes away."""
        if isinstance(event, InputEvent):
            return self._handle_input(event)
        if isinstance(event, WindowEvent):
            if event.change in (WindowChange.MINIMISED, WindowChange.FOCUS_LOST):
                self._away = True
                self._pause(AWAY)
            elif event.change in (WindowChange.RESTORED, WindowChange.FOCUS_GAINED):
                self._away = False
        elif isinstance(event, DeviceLost):
            self._pause(f"{event.device} is gone")
        return False

    def _handle_input(self, event: InputEvent) -> bool:
        if self._phase in (Phase.PLAYING, Phase.COUNTDOWN) and self._feeder is None:
            edge = self._lanes.edge(event)
            if edge is not None:
                if self._phase is Phase.PLAYING:
                    if self._stalled(event.at_us):
                        self._pause(HELD_UP)
                    else:
                        self._play_edge(event, *edge)
                return True
        if self._phase in (Phase.PLAYING, Phase.COUNTDOWN) and self._handle_tuning(event):
            return True
        if not event.pressed:
            return False
        action = menu_action(event)
        if action in ("back", "pause"):
            if self._phase is Phase.LOADING:
                self._job.cancel()
                self.leave()
            elif self._phase is Phase.OVER:
                self._over_us = 0
            else:
                self._pause("player")
            return True
        if (action == "choose" or event.control == "key:tab") and self._phase is Phase.PLAYING:
            self._stage.skip()
            return True
        return False

    def _handle_tuning(self, event: InputEvent) -> bool:
        """Scroll speed, sound offset, and the song again from its start."""
        if event.control == AGAIN_KEY:
            self._again_us = event.at_us + AGAIN_US if event.pressed else 0
        elif event.control == "key:r" and event.pressed and self._tuning.ctrl:
            self._again()
        elif self._tuning.handle(event, offset=True):
            self._stage.set_audio_offset(self._context.profile.settings.sound.audio_offset_us)
        else:
            return False
        return True

    def _again(self) -> None:
        """Leave this performance and begin the song anew."""
        self._performance.end(LEFT)
        self._begin()

    def _play_edge(self, event: InputEvent, lane: int, down: bool) -> None:
        song_us = self._stage.song_us(event.at_us) - self._input_offset_us
        if not down:
            # A window or device that goes lets go of all its keys first: until the next step shows that it is still
            # there, a release may be none of the player's.
            self._let_go.append((song_us, lane))
            return
        self._take_releases()
        self._stage.key_sound(self._performance, lane)
        self._performance.edge(song_us, lane, down)
        self._latency.edge(event.at_us)

    def _take_releases(self) -> None:
        for song_us, lane in self._let_go:
            self._performance.edge(song_us, lane, False)
        self._let_go.clear()

    def _stalled(self, at_us: int) -> bool:
        """Whether this thread slept so long before ``at_us`` that the player cannot have played."""
        settled = at_us > self._settled_us
        return settled and self._feeder is None and 0 < self._last_step_us < at_us - STALL_US

    # -- time ----------------------------------------------------------------------------------------

    def step(self, dt_us: int) -> None:
        """Bring the judge up to the present, and see whether it is over."""
        at_us = now_us()
        stalled = self._phase is Phase.PLAYING and self._stalled(at_us)
        self._last_step_us = at_us
        if self._phase is Phase.COUNTDOWN and at_us >= self._resume_at_us:
            self._resume()
        if self._phase is not Phase.PLAYING:
            if self._phase is Phase.OVER and at_us >= self._over_us:
                self._show_results()
            return
        if stalled:
            self._pause(HELD_UP)
            return
        if 0 < self._again_us <= at_us:
            self._again()
            return
        if self._context.sound.status().lost:
            self._pause(SOUND_GONE)
            return
        self._advance(at_us)

    def _advance(self, at_us: int) -> None:
        performance = self._performance
        song_us = self._stage.song_us(at_us) - self._input_offset_us
        self._take_releases()
        if self._feeder is not None:
            self._feeder.feed(performance, song_us)
        performance.step(song_us, at_us)
        if self._ghost is not None:
            self._ghost.step(song_us, at_us)
        if performance.failing:
            self._fail()
        elif performance.complete and song_us > self._ends_us():
            self._finish()

    def _ends_us(self) -> float:
        """When the field may go: a moment after the last note, and not before a section to be practised is over."""
        last_us, section = self._performance.chart.last_us, self._mods.section
        if section is not None:
            written_us = self._performance.written.last_us
            last_us = max(last_us, section.start_us, written_us if section.end_us is None else section.end_us)
        return last_us + AFTER_US * self._mods.rate

    def _finish(self) -> None:
        self._result = self._performance.end(FINISHED)
        section = self._mods.section
        if section is not None and section.loop:
            self._begin()
            return
        self._phase = Phase.OVER
        self._over_us = now_us() + AFTER_US // 2
        self._rest()

    def _fail(self) -> None:
        self._stage.pause()
        self._result = self._performance.end(FAILED)
        self._phase = Phase.PAUSED
        self._rest()
        self._context.effect("fail")
        reason = "A miss ended it: sudden death is on" if self._mods.sudden_death else "The health bar ran empty"
        self.stack.push(PauseMenu(self._context, failed=True, reason=reason, lanes=self._lanes))

    def _pause(self, reason: str) -> None:
        if self._phase not in (Phase.PLAYING, Phase.COUNTDOWN):
            return
        if reason == "player":
            self._take_releases()
        self._let_go.clear()
        self._again_us = 0
        self._tuning.forget_keys()
        self._stage.pause()
        played_us = self._performance.song_us + self._input_offset_us
        if self._phase is Phase.PLAYING and self._stage.now_us > played_us + SLIP_US:
            self._stage.seek(played_us)
        self._performance.pause(reason)
        self._phase = Phase.PAUSED
        loop.relax()
        self._show_menu("" if reason == "player" else reason)

    def _show_menu(self, reason: str) -> None:
        self.stack.push(PauseMenu(self._context, failed=False, reason=reason, lanes=self._lanes))

    def on_resume(self, result: Any) -> None:
        """The pause menu says what to do."""
        if result is Choice.RESUME:
            if self._context.sound.status().lost:
                self._reopen_sound()
            else:
                self._count_down()
        elif result is Choice.RETRY:
            self._again()
        elif result is Choice.RESULTS:
            self._show_results()
        elif result is Choice.LEAVE:
            self._performance.end(LEFT)
            self.leave()

    def _count_down(self) -> None:
        loop.quiet()
        self._phase = Phase.COUNTDOWN
        self._resume_at_us = now_us() + COUNTDOWN_US
        self._context.effect("countdown")

    def _reopen_sound(self) -> None:
        """Look for the sound device again; the song stays where it is until it is there."""
        sound = self._context.sound

        def reopened(there: bool) -> None:
            if self._phase is not Phase.PAUSED or self.stack.top is not self:
                return
            if there:
                self._count_down()
            else:
                self._show_menu(sound.problem)

        self._context.jobs.start("opening the sound device", lambda job: sound.reopen(), reopened)

    def _resume(self) -> None:
        down = np.array([self._lanes.is_down(lane) for lane in range(len(self._performance.held))])
        self._performance.resume(down)
        self._stage.resume()
        self._set_off()

    def _show_results(self) -> None:
        self._context.replace(ShowResults(self._performance.id, self._result))

    def _rest(self) -> None:
        """The performance is over: bring it to the disk for good and let the collector work again."""
        loop.relax()
        self._context.profile.settle()

    def on_exit(self) -> bool:
        """Let go of the song."""
        if self._phase is Phase.LOADING:
            self._job.cancel()
        elif self._song is not None:
            self._performance.end(LEFT)
            self._stage.close(fade_out_us=250_000)
            self._rest()
            profile = self._context.profile
            self._context.jobs.start("keeping a copy of the log", lambda job: profile.tend(), lambda done: None)
        if self._background is not None:
            self._context.window.free(self._background)
        return True

    # -- drawing -------------------------------------------------------------------------------------

    def draw(self, frame: Frame) -> None:
        """The field and what stands around it."""
        frame.ground = theme.NIGHT
        if self._phase is Phase.LOADING:
            draw_loading(frame, "Getting the song ready", self._job.share)
            return
        dim = self._settings.background_dim / 100
        if self._background is None:
            self._skyline.draw(frame, veil=dim)
        else:
            frame.cover(self._background, tint=grey(1 - dim))
        song_us = self._stage.now_us
        performance = self._performance
        self._field.set_scroll(self._context.profile.settings.playfield.scroll_ms)
        self._field.draw(frame, song_us, performance.judge.note_states, performance.held)
        frame.layer()
        self._hud.take(performance.judge.hits, frame.now_us)
        self._hud.draw(frame, self._field.geometry, performance.judge.state, self._stage.progress)
        self._draw_head(frame)
        if self._feeder is None:
            first_us = performance.chart.first_us if self._phase is not Phase.COUNTDOWN else song_us + FADE_US
            draw_key_names(frame, self._field.geometry, self._layout, first_us - song_us)
        if self._ghost is not None:
            ahead = performance.judge.state.score - self._ghost.score
            draw_ghost(frame, self._field.geometry, self._ghost.day, ahead)
        if self._settings.latency_view:
            self._latency.draw(frame, self._context, self._field.geometry.left)
        if self._phase is Phase.COUNTDOWN:
            draw_countdown(frame, max(0, self._resume_at_us - frame.now_us) / COUNTDOWN_US)
        self._tuning.draw(frame)

    def _draw_head(self, frame: Frame) -> None:
        x = frame.px(MARGIN)
        problems = self._song.problems if self._song is not None else []
        field, problem = self._field.geometry, self._context.profile.problem or next(iter(problems), "")
        draw_head(frame, field, self._performance.written, self._mods.label, problem)
        if self._stage.can_skip and self._phase is Phase.PLAYING:
            frame.text(x, frame.height - frame.px(48), "Enter: skip to the first note", frame.px(16), theme.INK_SOFT)
