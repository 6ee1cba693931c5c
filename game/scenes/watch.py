"""The replay viewer: any performance of the log, at any speed, forwards, backwards and frame by frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.clock import now_us
from engine.draw import theme
from engine.draw.colour import faded
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.errors import UserError
from engine.jobs import Job
from game.rhythm.performance import Performance
from game.rhythm.result import Result, missed_us
from game.rhythm.rules import rule_set
from game.rhythm.score import ScoreState
from game.rhythm.songs import ReadySong, make_ready
from game.scenes.context import Context
from game.scenes.hud import Hud, chart_words, draw_title
from game.scenes.play_look import draw_loading
from game.scenes.playback import BAR_HEIGHT, Playback, clock
from game.scenes.playfield import Playfield
from game.scenes.requests import Watch
from game.scenes.results import Found, find, said_of
from game.scenes.skyline import Skyline
from game.scenes.stage import Feeder, Stage


class WatchScene(Playback):
    """Plays a recorded performance into a judge of its own; seeking judges anew from the start."""

    def __init__(self, context: Context, request: Watch) -> None:
        super().__init__(context)
        self._request = request
        self._found: Found | None = None
        self._skyline = Skyline()

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
        return None if self._found is None else self._found.kept.stopped_us

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
            said += f" at {clock(stopped_us)}"
        words = f"Replay: {said}" if said else "Replay"
        frame.text(frame.px(28), below, words, frame.px(16), theme.tone(theme.MAGENTA), weight=Weight.BOLD)


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
