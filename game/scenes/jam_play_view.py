"""How a take looks: one's own field as in play, the band small beside it; for who watches, the band alone."""

from __future__ import annotations

from collections.abc import Sequence

from engine.draw import theme
from engine.draw.colour import faded
from engine.draw.fonts import Weight
from engine.draw.frame import DESIGN_WIDTH, Frame, Texture
from game.hands.bindings import Layout
from game.jam.cohesion import Coherence
from game.rhythm.mods import Mods
from game.rhythm.performance import Performance
from game.scenes.canvas import fit
from game.scenes.hud import Hud, chart_words, draw_title
from game.scenes.jam_play_cards import BandView, Row
from game.scenes.jam_play_lanes import Rect
from game.scenes.jam_play_look import (
    BAND_HEIGHT,
    BAND_WIDTH,
    MARGIN,
    BandLook,
    Floating,
    beat_phase,
    draw_glow,
)
from game.scenes.key_names import draw_key_names
from game.scenes.play_look import grey
from game.scenes.playfield import STRIP, Playfield, in_strip
from game.scenes.skyline import Skyline
from game.settings import PlayfieldSettings, Settings

OWN_SHARE = 0.56
"""One's own field takes no more of the window's width than this: the band stands beside it."""

NARROWEST = 24
BESIDE = 56.0
"""Between the field and the cards: the health bar, and where reactions rise."""

CORNER = 156.0
"""Below the player's own score, which stands in the upper right."""

SCREEN_WIDEST = 300.0
WATCH_HEAD = 108.0


class BandNumbers:
    """The band's score and accuracy, its coherence, and a word for this player."""

    def __init__(self, score: int, accuracy: float, coherence: Coherence | None, mine: str = "") -> None:
        self.score, self.accuracy, self.coherence, self.mine = score, accuracy, coherence, mine


class JamView:
    """Draws a take; what is true is handed in every frame."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._skyline = Skyline()
        self.band = BandView(settings.playfield)
        self.floating = Floating()
        self._look = BandLook()
        self._performance: Performance | None = None
        self._field: Playfield | None = None
        self._hud: Hud | None = None

    def sit(self, performance: Performance | None, mods: Mods) -> None:
        """The player plays this now; None: they watch."""
        if performance is self._performance:
            return
        self._performance = performance
        if performance is None:
            self._field = self._hud = None
            return
        settings = self._settings
        self._field = Playfield(performance.chart, mods, own_settings(settings.playfield, performance.chart.keys))
        self._hud = Hud(performance.judge.rules, settings.playfield, reduced_motion=settings.screen.reduced_motion)
        self._hud.take(performance.judge.hits, 0)  # what was judged before the change of parts is not shown again

    @property
    def field_left(self) -> float:
        """Where the player's own field begins, in pixels."""
        return self._field.geometry.left if self._field is not None else 0.0

    def ground(self, frame: Frame, picture: Texture | None) -> None:
        """The city or the song's picture, in the dark."""
        frame.ground = theme.NIGHT
        dim = self._settings.playfield.background_dim / 100
        if picture is None:
            self._skyline.draw(frame, veil=dim)
        else:
            frame.cover(picture, tint=grey(1 - dim))

    # -- who plays ---------------------------------------------------------------------------------------------

    def draw_playing(
        self,
        frame: Frame,
        song_us: int,
        progress: float,
        numbers: BandNumbers,
        rows: Sequence[Row],
        scroll_ms: int,
        layout: Layout,
        title: str,
    ) -> None:
        """One's own field in the middle, the others at its sides."""
        performance, field, hud = self._performance, self._field, self._hud
        assert performance is not None
        assert field is not None
        assert hud is not None
        field.set_scroll(scroll_ms)
        field.draw(frame, song_us, performance.judge.note_states, performance.held)
        geometry = field.geometry
        mine = numbers.coherence.mine if numbers.coherence is not None else None
        if mine is not None:
            phase = beat_phase(performance.chart, song_us - mine.cue_us)
            draw_glow(frame, geometry, mine.glow, phase)
        left, right, band = self._areas(frame, geometry.left, geometry.left + geometry.width)
        self.band.show(rows)
        self.band.place(frame, (left, right))
        self.band.draw_lanes(frame, song_us, field.span_us)
        frame.layer()
        hud.take(performance.judge.hits, frame.now_us)
        hud.draw(frame, geometry, performance.judge.state, progress)
        chart = performance.chart
        draw_title(frame, geometry, title or chart.title, chart_words(chart.level, chart.keys))
        self._look.draw(frame, *band, numbers.score, numbers.accuracy, numbers.coherence, numbers.mine)
        self.band.draw_words(frame)
        draw_key_names(frame, geometry, layout, chart.first_us - song_us)
        self.floating.draw(frame, geometry.left - frame.height * 0.046, frame.height * 0.82, names=False)

    def _areas(self, frame: Frame, begin: float, end: float) -> tuple[Rect, Rect, tuple[float, float, float]]:
        """Where cards may stand at the left and at the right of a field, and where the band's score stands."""
        edge, beside = min(frame.px(MARGIN), begin * 0.1), min(frame.px(BESIDE), begin * 0.2)
        strip = in_strip(frame, begin)
        top = frame.px(STRIP + 14) if strip else frame.px(MARGIN + 56)
        bottom = frame.height - frame.px(20)
        room = begin - beside - edge
        cards = top + BAND_HEIGHT * min(frame.scale, room / BAND_WIDTH)
        left = (edge, cards, room, bottom - cards)
        over = frame.px(STRIP + 14) if strip else frame.px(CORNER)
        right = (end + beside, over, frame.width - edge - end - beside, bottom - over)
        return left, right, (edge, top, room)

    # -- who watches -------------------------------------------------------------------------------------------

    def draw_watching(
        self,
        frame: Frame,
        song_us: int,
        span_us: float,
        numbers: BandNumbers,
        rows: Sequence[Row],
        head: tuple[str, str],
        foot: float,
        progress: float,
    ) -> None:
        """Everyone's lanes side by side; ``head`` is a title and a line under it, ``foot`` pixels stay free below."""
        margin = frame.px(MARGIN)
        top = frame.px(WATCH_HEAD)
        area = (margin, top, frame.width - 2 * margin, frame.height - top - foot - frame.px(16))
        self.band.show(rows)
        self.band.place(frame, (area,), SCREEN_WIDEST)
        self.band.draw_lanes(frame, song_us, span_us)
        frame.layer()
        room = frame.width / 2 - margin
        title = fit(frame, head[0], 26, room - margin, Weight.BOLD)
        frame.text(margin, frame.px(22), title, frame.px(26), theme.INK, weight=Weight.BOLD)
        frame.text(margin, frame.px(56), fit(frame, head[1], 16, room - margin), frame.px(16), theme.INK_SOFT)
        width = frame.px(240)
        self._look.draw(
            *(frame, frame.width - margin - width, frame.px(20), width),
            *(numbers.score, numbers.accuracy, numbers.coherence, numbers.mine),
        )
        line = max(2.0, frame.px(3))
        frame.shapes.rect(0, 0, frame.width, line, theme.RAISED)
        done = frame.width * min(1.0, max(0.0, progress))
        frame.shapes.rect(0, 0, done, line, faded(theme.tone(theme.CYAN), 0.9))
        self.band.draw_words(frame)
        self.floating.draw(frame, frame.width - frame.height * 0.1, frame.height * 0.84, names=True)


def own_settings(settings: PlayfieldSettings, keys: int) -> PlayfieldSettings:
    """The player's field, its lanes narrow enough that the band has room beside it."""
    room = DESIGN_WIDTH * OWN_SHARE - (keys - 1) * settings.lane_spacing
    return settings.model_copy(update={"lane_width": max(NARROWEST, min(settings.lane_width, int(room / keys)))})
