"""A past free jam heard again: everyone in it, at any speed, held to the beat as this listener likes it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from engine.draw import theme, widgets
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.panels import panel
from engine.errors import UserError
from engine.jobs import Job
from game.jam.free_replay import free_title
from game.jam.instruments import INSTRUMENTS
from game.jam.snapping import Grid
from game.scenes.canvas import wrapped
from game.scenes.context import Context
from game.scenes.jam_free_look import Areas, Cards, Other, draw_ring, laid
from game.scenes.jam_free_trails import Trails
from game.scenes.jam_hear_stage import FreeStage, PastFree, Row, laid_out, read_free
from game.scenes.jam_play_keys import JamTuning
from game.scenes.jam_room import JamRoom
from game.scenes.menu_keys import action_of
from game.scenes.play_look import draw_loading
from game.scenes.playback import BAR_HEIGHT, Playback
from game.scenes.requests import HearJam
from game.scenes.skyline import Skyline
from game.scenes.stage import Stage

VEIL = 0.9
STEP = 10
WIDEST = 320.0
QUIET_BARS = 4
QUIET_LIGHT = 0.6
SLIDERS = (("fix_others", "Others", " held to the beat"), ("fix_own", "You", " held to the beat"))
NARROW = 260.0
"""Where the column is narrower than this the sliders have a word each."""


class JamHearScene(Playback):
    """Plays a free jam out of the log; Up and Down hold the others to the beat, with Shift the player's own hits."""

    has_overlay = False

    def __init__(self, context: Context, request: HearJam) -> None:
        super().__init__(context)
        self._request = request
        self._room = JamRoom.of(context)
        self._tuning = JamTuning(context)
        self._past: PastFree | None = None
        self._rows: list[Row] = []
        self._laid: Job[list[Row]] | None = None
        self._fixed = self._wanted
        self._volume = self._others_gain()
        self._trails: Trails | None = None
        self._shown_us = 0
        self._cards = Cards()
        self._skyline = Skyline()

    # -- for who looks from outside ----------------------------------------------------------------------------

    @property
    def past(self) -> PastFree | None:
        """The free jam; None until it is read."""
        return self._past

    @property
    def rows(self) -> Sequence[Row]:
        """Every sound of it, held to the beat as the listener likes it."""
        return self._rows

    # -- loading -----------------------------------------------------------------------------------------------

    def on_enter(self) -> None:
        """Read the jam and make its voices beside the main thread."""
        context, request = self._context, self._request
        profile, rate_hz, settings = context.profile, context.sound.rate_hz, context.profile.settings.jam

        def work(job: Job[PastFree]) -> PastFree:
            def progress(share: float) -> None:
                job.progress(round(share * 1000), 1000)

            return read_free(profile, request.session, request.take, settings, rate_hz, progress)

        self._job = context.jobs.start("reading the free jam", work, self._on_read, self._on_failed)

    def _load(self, at_us: int | None, *, paused: bool) -> None:
        """Another speed needs nothing read again."""
        if isinstance(self._stage, FreeStage):
            self._stage.set_speed(self._speed)

    def _on_read(self, past: PastFree) -> None:
        if self._job is None or self._job.cancelled:
            return
        settings = self._context.profile.settings
        self._past, self._rows = past, past.rows
        self._stage = FreeStage(self._context.sound, past, self._gain_of, settings.sound.audio_offset_us)
        self._stage.start()
        self._show_anew(past, self._stage.now_us)

    def _on_failed(self, error: UserError) -> None:
        self._context.say(str(error))
        if self._stage is None:
            self.leave()

    # -- hearing -----------------------------------------------------------------------------------------------

    @property
    def _wanted(self) -> tuple[int, int]:
        """How far others and the player are held to the beat, in percent."""
        jam = self._context.profile.settings.jam
        return jam.fix_others, jam.fix_own

    def _others_gain(self) -> float:
        jam = self._context.profile.settings.jam
        return (jam.others_volume / 100) ** 2 if jam.hear_others else 0.0

    def _gain_of(self, player: str) -> float:
        mine = self._past is not None and player == self._past.band.me
        return 1.0 if mine else self._volume

    def _fix(self, name: str, percent: int) -> None:
        self._context.profile.set(f"jam.{name}", min(max(percent, 0), 100))

    def _handle_key(self, control: str, stage: Stage) -> bool:
        action = action_of(control)
        if action not in ("up", "down"):
            return super()._handle_key(control, stage)
        name = "fix_own" if self._shift else "fix_others"
        value: int = getattr(self._context.profile.settings.jam, name)
        self._fix(name, value + (STEP if action == "up" else -STEP))
        return True

    @property
    def _last_us(self) -> int:
        return self._past.last_us if self._past is not None else 0

    @property
    def _stopped_us(self) -> int | None:
        return self._last_us

    def _toggle_pause(self) -> None:
        """From the end it begins again."""
        stage = self._stage
        if stage is not None and stage.paused and stage.now_us >= self._last_us:
            stage.seek(0)
        super()._toggle_pause()

    # -- time --------------------------------------------------------------------------------------------------

    def step(self, dt_us: int) -> None:
        """Let the jam the player is in go on; sound what comes next as it is wanted now."""
        self._room.step()
        machine = self._room.machine
        if machine is not None and (machine.session.band.running is not None or machine.session.band.free is not None):
            self.leave()  # the band begins to play
            return
        stage, past = self._stage, self._past
        if not isinstance(stage, FreeStage) or past is None:
            return
        if self._others_gain() != self._volume:
            self._volume = self._others_gain()
            stage.renew(stage.now_us)
        if self._wanted != self._fixed and self._laid is None:
            self._lay_out(past, stage)
        stage.tend()
        if stage.now_us >= past.last_us and not stage.paused:
            stage.pause()
        self._show(past, stage.now_us)

    def _lay_out(self, past: PastFree, stage: FreeStage) -> None:
        """Hold everything to the beat as it is wanted now."""
        self._fixed, settings = self._wanted, self._context.profile.settings.jam

        def work(job: Job[list[Row]]) -> list[Row]:
            return laid_out(past.band, past.started, settings)

        def ready(rows: list[Row]) -> None:
            self._laid = None
            if self._stage is stage:
                self._rows = rows
                stage.set_rows(rows)
                self._show_anew(past, stage.now_us)

        def failed(error: UserError) -> None:
            self._laid = None
            self._on_failed(error)

        self._laid = self._context.jobs.start("holding hits to the beat", work, ready, failed)

    def _show(self, past: PastFree, at_us: int) -> None:
        """Let what sounded since the last step rise."""
        trails = self._trails
        if trails is None or not 0 <= at_us - self._shown_us <= trails.span_us:
            self._show_anew(past, at_us)
        else:
            self._add(trails, self._shown_us, at_us)

    def _show_anew(self, past: PastFree, at_us: int) -> None:
        """After a seek: what sounded just before."""
        started = past.started
        grid = Grid(0, started.beat_us, started.meter)
        self._trails = trails = Trails(grid, self._context.profile.settings.playfield.palette)
        self._add(trails, at_us - trails.span_us, at_us)

    def _add(self, trails: Trails, after_us: int, upto_us: int) -> None:
        first, end = (bisect_right(self._rows, at_us, key=attrgetter("at_us")) for at_us in (after_us, upto_us))
        for row in self._rows[first:end]:
            trails.add(row.player, row.lane, row.at_us, row.loop)
        self._shown_us = upto_us

    def on_exit(self) -> bool:
        """Let go of the jam."""
        if self._laid is not None:
            self._laid.cancel()
        return super().on_exit()

    # -- drawing -----------------------------------------------------------------------------------------------

    def draw(self, frame: Frame) -> None:
        """The beat, everyone's hits as they rise, how they are heard, and the controls below."""
        frame.ground = theme.NIGHT
        self._skyline.draw(frame, veil=VEIL)
        stage, past, trails = self._stage, self._past, self._trails
        if stage is None or past is None or trails is None:
            draw_loading(frame, "Getting the free jam ready", 0.0 if self._job is None else self._job.share)
            return
        at_us = stage.now_us
        areas = laid(frame, 0, frame.px(BAR_HEIGHT))
        grid = Grid(0, past.started.beat_us, past.started.meter)
        fields = self._cards.place(frame, areas.others, self._players(past, trails, grid, at_us), WIDEST)
        self._cards.draw_grounds(frame, {})
        trails.draw(frame, at_us, fields)
        frame.layer()
        self._cards.draw_words(frame)
        draw_ring(frame, areas.ring, grid, at_us, 1_800_000)
        self._draw_head(frame, past, areas)
        self._draw_hearing(frame, areas)
        self._draw_controls(frame, stage, at_us)
        self._tuning.draw(frame)

    @staticmethod
    def _players(past: PastFree, trails: Trails, grid: Grid, at_us: int) -> list[Other]:
        out = []
        for player in past.players:
            seat = past.seat_at(player, at_us)
            if seat is None:
                continue
            quiet = trails.quiet_us(player, at_us) > QUIET_BARS * grid.bar_us
            words = INSTRUMENTS[seat.instrument].words if seat.instrument in INSTRUMENTS else seat.instrument
            name = "You" if player == past.band.me else past.band.name(player)
            note, light = ("quiet", QUIET_LIGHT) if quiet else ("", 1.0)
            out.append(Other(player, name, words, seat.lanes, note, light, True))
        return out

    @staticmethod
    def _draw_head(frame: Frame, past: PastFree, areas: Areas) -> None:
        x, y, w, _ = areas.head
        title, _, about = free_title(past.started).partition(" in ")
        frame.text(x, y, title, frame.px(24), theme.INK, weight=Weight.BOLD)
        for number, line in enumerate(wrapped(frame, about or "heard again", 14, w, 3)):
            frame.text(x, y + frame.px(32 + 20 * number), line, frame.px(14), theme.INK_SOFT)

    def _draw_hearing(self, frame: Frame, areas: Areas) -> None:
        """How far hits are held to the beat; all of it for this listener alone."""
        x, y, w, h = areas.side
        height = min(h - frame.px(BAR_HEIGHT) - frame.px(12), frame.px(286))
        with panel("free jam hearing", x, y, w, height, keys=False):
            jam = self._context.profile.settings.jam
            for name, who, what in SLIDERS:
                words = who if w < frame.px(NARROW) else who + what
                value: int = getattr(jam, name)
                moved, percent = widgets.slider(words, value, 0, 100, shown=f"{value} %" if value else "raw")
                if moved:
                    self._fix(name, round(percent / STEP) * STEP)
            changed, hear = widgets.toggle("Hear the others", jam.hear_others)
            if changed:
                self._context.profile.set("jam.hear_others", hear)
            widgets.hints((("Up Down", "others"), ("Shift", "you"), ("F6", "hear")))

    def _place_words(self, at_us: int) -> str:
        past = self._past
        if past is None:
            return ""
        bar_us = past.started.beat_us * past.started.meter
        bar, bars = max(0, at_us) // bar_us + 1, -(-past.last_us // bar_us)
        return f"bar {min(bar, bars)} of {bars}"
