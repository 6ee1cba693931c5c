"""The replay viewer: any performance of the log, at any speed, forwards, backwards and frame by frame."""

from __future__ import annotations

import numpy as np
from imgui_bundle import imgui
from numpy.typing import NDArray

from engine.clock import now_us
from engine.draw import icons, theme, widgets
from engine.draw.colour import faded
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.panels import panel
from engine.draw.pen import Vec, px
from engine.errors import UserError
from engine.input.events import Event, InputEvent
from engine.jobs import Job
from engine.scene import Scene
from game.rhythm.performance import Performance
from game.rhythm.result import Result, missed_us
from game.rhythm.rules import rule_set
from game.rhythm.score import ScoreState
from game.rhythm.songs import ReadySong, make_ready
from game.scenes.context import Context
from game.scenes.hud import Hud, chart_words, draw_title
from game.scenes.menu_keys import action_of, menu_action
from game.scenes.play_look import draw_loading
from game.scenes.playfield import Playfield
from game.scenes.requests import Watch
from game.scenes.results import Found, find, said_of
from game.scenes.skyline import Skyline
from game.scenes.stage import Feeder, Stage
from game.scenes.tuning import Tuning

SPEEDS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
FRAME_US = 16_667
"""A step of one frame at 60 Hz; with Shift one millisecond."""

SKIP_US = 5_000_000
BAR_HEIGHT = 100.0
SPEED_WIDTH = 330.0
PLACE_LEAST = 300.0
"""Where the place would get less room than this beside all speeds, these give way to two buttons."""

STEPPER_WIDTH = 170.0


class WatchScene(Scene):
    """Plays a recorded performance into a judge of its own; seeking judges anew from the start."""

    def __init__(self, context: Context, request: Watch) -> None:
        self._context = context
        self._request = request
        self._found: Found | None = None
        self._stage: Stage | None = None
        self._speed = 1.0
        self._overlay = True
        self._skyline = Skyline()
        self._shift = False
        self._tuning = Tuning(context)
        self._job: Job[tuple[Found, ReadySong]] | None = None

    # -- loading -------------------------------------------------------------------------------------

    def on_enter(self) -> None:
        """Read performance and song beside the main thread."""
        self._load(0, paused=False)

    def _load(self, at_us: int | None, *, paused: bool) -> None:
        """Make the song ready at the present speed, then go on at ``at_us`` (None: at the beginning)."""
        context, speed, known = self._context, self._speed, self._found
        if self._job is not None:
            self._job.cancel()

        def work(job: Job[tuple[Found, ReadySong]]) -> tuple[Found, ReadySong]:
            context.profile.writer.flush(5.0)
            found = known or find(context, self._request.performance_id, None)

            def progress(share: float) -> None:
                job.progress(round(share * 1000), 1000)

            mods = found.row.mods
            return found, make_ready(found.chart, mods, context.sound.rate_hz, progress, speed)

        def ready(both: tuple[Found, ReadySong]) -> None:
            self._on_loaded(*both, speed, at_us if known is not None else None, paused)

        self._job = context.jobs.start("reading the replay", work, ready, self._on_failed)

    def _on_failed(self, error: UserError) -> None:
        self._context.say(str(error))
        if self._stage is None:
            self.leave()

    def _on_loaded(self, found: Found, song: ReadySong, speed: float, at_us: int | None, paused: bool) -> None:
        if self._job is None or self._job.cancelled:
            return
        settings = self._context.profile.settings
        if self._stage is None:
            for problem in song.problems:
                self._context.say(problem)
        else:
            at_us, paused = self._stage.now_us, self._stage.paused
            self._stage.close()
        self._found = found
        self._stage = Stage(self._context.sound, song, found.row.mods.rate * speed, settings.sound.audio_offset_us)
        if at_us is None:
            self._make_field(found)
            self._stage.start()
        else:
            self._stage.start_at(at_us, paused=paused)

    def _make_field(self, found: Found) -> None:
        settings = self._context.profile.settings
        self._rewind()
        performance = self._performance
        self._field = Playfield(performance.chart, found.row.mods, settings.playfield)
        self._hud = Hud(performance.judge.rules, settings.playfield, reduced_motion=settings.screen.reduced_motion)
        self._presses = presses(found.kept.edges, performance.chart.keys)
        self._misses = self._miss_places(found.result)

    def _rewind(self) -> None:
        """Begin the judging anew."""
        found = self._found
        assert found is not None
        replay = found.kept.replay
        self._performance = Performance(found.chart, replay.rules, replay.mods, replay=replay)
        self._feeder = Feeder(found.kept.edges)

    def _miss_places(self, result: Result) -> NDArray[np.float64]:
        """Where in the song notes were missed, 0 to 1."""
        chart = self._performance.chart
        at = missed_us(result, chart, self._stopped_us)
        return np.asarray((at - chart.first_us) / max(1, chart.length_us), dtype=np.float64)

    @property
    def _stopped_us(self) -> int | None:
        """Where the player failed or left: there is nothing to see after it."""
        return None if self._found is None else self._found.kept.stopped_us

    @property
    def place_us(self) -> int | None:
        """Where the replay is, in song time; None until it is loaded."""
        return None if self._stage is None else self._stage.now_us

    @property
    def paused(self) -> bool:
        """Whether it stands still."""
        return self._stage is not None and self._stage.paused

    @property
    def speed(self) -> float:
        """How fast it is watched."""
        return self._speed

    @property
    def judged(self) -> ScoreState:
        """What the performance had come to at this place."""
        return self._performance.judge.state

    @property
    def judged_us(self) -> int:
        """Up to where it has been judged: the place, as soon as a step has passed."""
        return self._performance.song_us

    # -- time ----------------------------------------------------------------------------------------

    def step(self, dt_us: int) -> None:
        """Bring the judge to where the song is; a performance that ended early stands still there."""
        if self._stage is None:
            return
        now, stopped_us = self._stage.now_us, self._stopped_us
        if stopped_us is not None and now >= stopped_us and not self._stage.paused:
            self._stage.pause()
        self._bring_to(now)

    def _bring_to(self, song_us: int) -> None:
        if song_us < self._performance.song_us:
            self._rewind()
            self._hud.restart()
        self._feeder.feed(self._performance, song_us)
        self._performance.step(song_us, now_us())

    def _seek(self, song_us: int) -> None:
        stage = self._stage
        if stage is None:
            return
        low, stopped_us = min(0, stage.chart.first_us), self._stopped_us
        high = stage.chart.last_us + 1_000_000 if stopped_us is None else stopped_us
        stage.seek(max(low, min(song_us, high)))

    def _step_speed(self, step: int) -> None:
        self._set_speed(SPEEDS[max(0, min(SPEEDS.index(self._speed) + step, len(SPEEDS) - 1))])

    def _set_speed(self, speed: float) -> None:
        if self._stage is None or speed == self._speed:
            return
        self._speed = speed
        self._load(self._stage.now_us, paused=self._stage.paused)

    # -- input ---------------------------------------------------------------------------------------

    def handle(self, event: Event) -> bool:
        """Space, arrows, comma and dot, minus and plus, I, Home, F3 and F4, Escape; a gamepad for the first of them."""
        if not isinstance(event, InputEvent):
            return False
        if event.control in ("key:lshift", "key:rshift"):
            self._shift = event.pressed
            return False
        if self._tuning.handle(event, offset=False):
            return True
        if not event.pressed or event.device == "mouse":
            return False
        if menu_action(event) == "back":
            self.leave()
            return True
        if self._stage is None:
            return False
        return self._handle_key(event.control, self._stage)

    def _handle_key(self, control: str, stage: Stage) -> bool:
        step_us = 1_000 if self._shift else FRAME_US
        now = stage.now_us
        action = action_of(control)
        if control == "key:space" or action in ("choose", "pause"):
            self._toggle_pause()
        elif action in ("left", "right"):
            self._seek(now + (SKIP_US if action == "right" else -SKIP_US))
        elif control == "key:home":
            self._seek(min(0, stage.chart.first_us))
        elif control in ("key:comma", "key:period"):
            stage.pause()
            self._seek(now + (step_us if control == "key:period" else -step_us))
        elif control in ("key:minus", "key:equals"):
            self._step_speed(1 if control == "key:equals" else -1)
        elif control == "key:i":
            self._overlay = not self._overlay
        else:
            return False
        return True

    def _toggle_pause(self) -> None:
        stage = self._stage
        if stage is None:
            return
        if stage.paused:
            stage.resume()
        else:
            stage.pause()

    def on_exit(self) -> bool:
        """Let go of the song."""
        if self._job is not None:
            self._job.cancel()
        if self._stage is not None:
            self._stage.close(fade_out_us=200_000)
        return True

    # -- drawing -------------------------------------------------------------------------------------

    def draw(self, frame: Frame) -> None:
        """The field as it was, what the hands did over it, and the controls below."""
        frame.ground = theme.NIGHT
        self._skyline.draw(frame, veil=self._context.profile.settings.playfield.background_dim / 100)
        stage, found = self._stage, self._found
        if stage is None or found is None:
            draw_loading(frame, "Getting the replay ready", 0.0 if self._job is None else self._job.share)
            return
        song_us = stage.now_us
        performance = self._performance
        self._field.set_scroll(self._context.profile.settings.playfield.scroll_ms)
        self._field.foot_px = frame.px(BAR_HEIGHT)
        self._field.draw(frame, song_us, performance.judge.note_states, performance.held)
        if self._overlay:
            self._draw_presses(frame, song_us)
        frame.layer()
        self._hud.take(performance.judge.hits, frame.now_us)
        self._hud.draw(frame, self._field.geometry, performance.judge.state, stage.progress)
        self._draw_head(frame, found)
        self._draw_controls(frame, stage, song_us)
        self._tuning.draw(frame)

    def _draw_presses(self, frame: Frame, song_us: int) -> None:
        """A thin bar in its lane for every press, from down to up."""
        lanes, down_us, up_us = self._presses
        field, scroll = self._field.geometry, self._field.scroll
        span = self._field.span_us
        near = (up_us > song_us - span) & (down_us < song_us + span * 1.1)
        count = int(near.sum())
        if not count:
            return
        here, zoom = scroll.position(song_us), scroll.speed_factor(song_us) / span
        edges = [
            field.hit_y + field.towards * field.length * (scroll.positions(times[near]) - here) * zoom
            for times in (down_us, up_us)
        ]
        block = frame.shapes.block(count)
        width = max(3.0, frame.px(6))
        block["x"] = field.left + lanes[near] * field.pitch + field.lane_width / 2 - width / 2
        block["w"] = width
        block["y"] = np.minimum(*edges)
        block["h"] = np.maximum(np.abs(edges[1] - edges[0]), width)
        block["radius"] = width / 2
        block["top"] = block["bottom"] = faded(theme.tone(theme.MAGENTA), 0.9)
        block["border"], block["border_px"] = faded(theme.NIGHT, 0.8), 1.0

    def _draw_head(self, frame: Frame, found: Found) -> None:
        row = found.row
        detail = f"{chart_words(row.level, row.keys)}   {rule_set(row.rules).title}   {row.mods.label}"
        below = draw_title(frame, self._field.geometry, row.title, detail)
        said, stopped_us = said_of(found.row), self._stopped_us
        if stopped_us is not None:
            said += f" at {_clock(stopped_us)}"
        words = f"Replay: {said}" if said else "Replay"
        frame.text(frame.px(28), below, words, frame.px(16), theme.tone(theme.MAGENTA), weight=Weight.BOLD)

    def _draw_controls(self, frame: Frame, stage: Stage, song_us: int) -> None:
        height = frame.px(BAR_HEIGHT)
        with panel("replay controls", 0, frame.height - height, frame.width, height, keys=False):
            imgui.set_cursor_pos_y(imgui.get_cursor_pos_y() + px(8))
            if widgets.small_button("Space", icon=icons.PLAY if stage.paused else icons.PAUSE):
                self._toggle_pause()
            imgui.same_line()
            if widgets.small_button("I", icon=icons.EYE):
                self._overlay = not self._overlay
            imgui.same_line()
            imgui.set_cursor_pos_y(px(24))
            room = imgui.get_content_region_avail().x / frame.scale
            if room - SPEED_WIDTH < PLACE_LEAST:
                self._draw_place(stage, song_us, room - STEPPER_WIDTH)
                self._draw_stepper()
                return
            self._draw_place(stage, song_us, room - SPEED_WIDTH - 24)
            imgui.same_line()
            imgui.set_cursor_pos_y(px(32))
            speeds = [f"{speed:g}x" for speed in SPEEDS]
            self._set_speed(SPEEDS[widgets.segmented("speed", speeds, SPEEDS.index(self._speed), width=SPEED_WIDTH)])

    def _draw_stepper(self) -> None:
        """The speed between two buttons: what a narrow window or large text has room for."""
        for step, icon in ((-1, icons.PREVIOUS), (1, icons.NEXT)):
            imgui.same_line()
            imgui.set_cursor_pos_y(px(32))
            if widgets.small_button("", icon=icon):
                self._step_speed(step)
            if step < 0:
                imgui.same_line()
                imgui.set_cursor_pos_y(px(40))
                widgets.text(f"{self._speed:g}x", theme.TEXT_BODY, theme.INK, Weight.BOLD)

    def _draw_place(self, stage: Stage, song_us: int, width: float) -> None:
        """Where the song is, to be dragged; a tick for every miss."""
        low, high = float(min(0, stage.chart.first_us)) / 1e6, max(1.0, stage.chart.last_us / 1e6)
        clock = f"{_clock(song_us)} / {_clock(stage.chart.last_us)}"
        missed = f"{len(self._misses)} missed"
        changed, value = widgets.slider(clock, song_us / 1e6, low, high, step=1.0, shown=missed, width=width)
        if changed:
            self._seek(round(value * 1e6))
        at, end = imgui.get_item_rect_min(), imgui.get_item_rect_max()
        self._draw_misses(at.x + px(10), end.x - px(10), at.y + px(38))

    def _draw_misses(self, left: float, right: float, y: float) -> None:
        """A tick on the place slider for every miss."""
        draw = imgui.get_window_draw_list()
        tone = theme.tone(theme.RED)
        for place in self._misses[:400]:
            x = left + (right - left) * float(place)
            draw.add_rect_filled(Vec(x, y - px(9)), Vec(x + max(1.0, px(1.5)), y - px(3)), tone)


def presses(edges: NDArray[np.void], keys: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Lane, down and up of every press in a recording; a key never let go is up 50 ms later."""
    lanes: list[int] = []
    downs: list[int] = []
    ups: list[int] = []
    for lane in range(keys):
        own = edges[edges["lane"] == lane]
        down = own["at_us"][own["down"] == 1]
        up = own["at_us"][own["down"] == 0]
        after = np.searchsorted(up, down, side="left")
        ends = np.where(after < len(up), up[np.minimum(after, max(0, len(up) - 1))] if len(up) else 0, down + 50_000)
        lanes += [lane] * len(down)
        downs += down.tolist()
        ups += ends.tolist()
    return np.array(lanes, np.int64), np.array(downs, np.int64), np.array(ups, np.int64)


def _clock(song_us: int) -> str:
    """``m:ss.t`` of an instant."""
    sign = "-" if song_us < 0 else ""
    tenths = abs(song_us) // 100_000
    return f"{sign}{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"
