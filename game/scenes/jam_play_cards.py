"""The others of a band as cards: their lanes, name, score, combo and accuracy; dimmed with words when they are away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.draw import icons, theme
from engine.draw.colour import Colour, faded, with_alpha
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.shapes import FULL_CLIP, SHAPE, ShapeArray
from game.jam.band import Standing
from game.rhythm.chart import Chart
from game.rhythm.hits import Part
from game.rhythm.judge import Judge
from game.rhythm.performance import FINISHED, LEFT
from game.scenes.canvas import fit, wide
from game.scenes.jam_play_lanes import DIMMED, Presses, Rect, SmallLanes, SmallSeat, veil
from game.settings import PlayfieldSettings

GAP = 12.0
WIDEST = 240.0
"""A card of the side panels grows no wider than this; a narrow field of few keys no wider than its keys ask for."""

TALLEST = 1.7
"""No card is more than so many times as high as wide."""

LANE_WIDEST = 34.0
LEAST = 74.0
"""A column of cards narrower than this (pixels at 1280 by 720) shows nothing that could be read."""

NEW_MOST = 64
"""Of more new hits of one player at once (judged anew) only the last light their lanes."""


class Row(NamedTuple):
    """One player as a card shows it.  ``part`` are words for the player, ``word`` a quiet one on how they play."""

    stands: Standing
    part: str
    chart: Chart | None
    judge: Judge | None
    word: str = ""


class NewHits:
    """What was judged of each player since it was last asked for; a judge that began anew starts at its end."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[Judge, int]] = {}

    def of(self, peer: str, judge: Judge | None) -> NDArray[np.void] | None:
        """New hits (dtype ``HIT``) of ``peer``; None where there are none."""
        if judge is None:
            return None
        hits = judge.hits
        known, count = self._seen.get(peer, (None, 0))
        self._seen[peer] = (judge, len(hits))
        if known is not judge or count >= len(hits):
            return None
        return hits[max(count, len(hits) - NEW_MOST) :]


class BandView:
    """The cards of ``rows``; hands :meth:`show` what is true and places them with :meth:`place`."""

    def __init__(self, settings: PlayfieldSettings) -> None:
        self._settings = settings
        self._rows: Sequence[Row] = ()
        self._seats: tuple[tuple[str, int], ...] = ()
        self._lanes = SmallLanes((), settings)
        self._cards: list[Rect] = []
        self._fields: list[Rect] = []
        self._size = 0.0
        self._placed: object = None
        self._light: NDArray[np.float64] = np.zeros(0)
        self._ghosts: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._known: dict[int, tuple[Judge, int]] = {}
        self._written = False
        self._grounds: ShapeArray = np.zeros(0, SHAPE)
        self._words: list[tuple[float, float, str, float, Colour, dict[str, Any]]] = []
        self._pills: list[tuple[Rect, Colour]] = []
        self._veils: list[Rect] = []
        self._new = NewHits()
        self.presses: Sequence[Presses] = ()
        """What hands did, a row for each player, to be shown as thin bars; empty: not shown."""
        self._pressed: Sequence[Presses] = ()

    def show(self, rows: Sequence[Row]) -> None:
        """These play, in this order; the same rows again cost nothing."""
        if rows is self._rows:
            return
        self._rows = rows
        self._written = False
        seats = tuple((row.stands.peer, id(row.chart)) for row in rows)
        if seats != self._seats:
            self._seats, self._placed, self._pressed = seats, None, ()
            self._known.clear()
            lanes = [SmallSeat(row.chart, row.chart.keys if row.chart is not None else 4) for row in rows]
            self._lanes = SmallLanes(lanes, self._settings)
        self._light = np.array([1.0 if row.stands.here and not gone(row.stands) else DIMMED for row in rows])
        self._ghosts = np.array([row.stands.silent for row in rows], np.bool_)

    def restart(self) -> None:
        """Everything was set to another place: nothing of it is new."""
        self._new = NewHits()
        self._known.clear()

    @property
    def cards(self) -> list[Rect]:
        """Where each card stands."""
        return self._cards

    def place(self, frame: Frame, areas: Sequence[Rect], widest: float = WIDEST) -> None:
        """Share ``areas`` (pixels) out among the cards, the first half of them in the first area; two areas are the
        sides of a field, and their cards keep away from it."""
        wanted = (frame.size, frame.scale, tuple(areas), widest)
        if wanted == self._placed:
            return
        self._placed, self._written = wanted, False
        keys = [lane.keys for lane in self._lanes.seats]
        self._size = frame.px(theme.TEXT_SMALL)
        cards = laid_out(len(self._rows), areas, frame.height * GAP / 720, frame.height * widest / 720)
        if not cards:
            self._cards, self._fields = [], []
            return
        self._size = min(self._size, min(card[3] for card in cards) * 0.1)
        self._cards = cards
        self._fields = [self._field(frame, card, count) for card, count in zip(cards, keys, strict=True)]
        self._lanes.place(self._fields)
        self._grounds = np.zeros(len(cards), SHAPE)
        for column, name in enumerate(("x", "y", "w", "h")):
            self._grounds[name] = np.array(cards)[:, column]
        self._grounds["top"] = self._grounds["bottom"] = with_alpha(theme.PANEL, 0.82)
        self._grounds["border"], self._grounds["border_px"] = theme.LINE, 1.0
        self._grounds["radius"], self._grounds["clip"] = frame.px(theme.ROUNDING_SMALL), FULL_CLIP

    def _field(self, frame: Frame, card: Rect, keys: int) -> Rect:
        """Where the lanes stand on a card: below the name, above the figures."""
        x, y, w, h = card
        inset, line = self._size * 0.5, self._size * 1.35
        width = min(w - 2 * inset, keys * frame.height * LANE_WIDEST / 720)
        return x + (w - width) / 2, y + line + inset, width, max(8.0, h - 3 * line - 2 * inset)

    # -- drawing -----------------------------------------------------------------------------------------------

    def draw_lanes(self, frame: Frame, song_us: int, span_us: float) -> None:
        """Grounds, lanes and notes."""
        if not self._cards:
            return
        frame.shapes.put(self._grounds)
        for place, row in enumerate(self._rows):
            self._follow(frame, place, row)
        if self.presses is not self._pressed:
            self._pressed = self.presses
            self._lanes.show_presses(self.presses)
        self._lanes.draw(frame, song_us, span_us, self._light, self._ghosts)

    def _follow(self, frame: Frame, place: int, row: Row) -> None:
        """Take up what was judged of a player since the last frame; most of the time there is nothing."""
        judge = row.judge
        if judge is None:
            return
        hits = self._new.of(row.stands.peer, judge)
        if hits is not None:
            struck = hits["lane"][(hits["part"] == Part.HEAD) & (hits["judgement"] >= 0)]
            self._lanes.lit(place, struck.tolist(), frame.now_us)
        known = (judge, len(judge.hits))
        if self._known.get(place) != known:
            self._known[place] = known
            self._lanes.set_states(place, judge.note_states)

    def draw_words(self, frame: Frame) -> None:
        """Names and figures, and why somebody is away; in a layer over the lanes."""
        if not self._written:
            self._written = True
            self._words, self._pills, self._veils = [], [], []
            for row, card, field in zip(self._rows, self._cards, self._fields, strict=False):
                self._write_card(frame, row, card, field)
        for rect in self._veils:
            veil(frame, rect)
        for rect, tone in self._pills:
            frame.shapes.rect(*rect, with_alpha(theme.NIGHT, 0.86), radius=self._size * 0.6, border=tone, border_px=1.0)
        for x, y, words, size, ink, look in self._words:
            frame.text(x, y, words, size, ink, **look)

    def _write(self, x: float, y: float, words: str, size: float, ink: Colour, **look: Any) -> None:
        self._words.append((x, y, words, size, ink, look))

    def _write_card(self, frame: Frame, row: Row, card: Rect, field: Rect) -> None:
        stands, size, write = row.stands, self._size, self._write
        units, line, inset = size / frame.scale, size * 1.35, size * 0.5
        x, y, w, _ = card
        room = w - 2 * inset
        ink = theme.INK if stands.here else theme.INK_SOFT
        name = fit(frame, stands.name, units, room, Weight.BOLD)
        write(x + inset, y + inset * 0.7, name, size, ink, weight=Weight.BOLD)
        left = room - wide(frame, name, units, Weight.BOLD) - size
        if row.part and left > size * 3:
            words = fit(frame, row.part, units * 0.86, left)
            write(x + w - inset, y + inset * 0.8, words, size * 0.86, theme.INK_SOFT, across=1.0)
        below = field[1] + field[3] + inset * 0.4
        score = f"{stands.score:,}".replace(",", " ")
        write(x + inset, below, score, size, ink, weight=Weight.BOLD)
        write(x + w - inset, below, f"{stands.combo}x", size, theme.INK_SOFT, across=1.0)
        accuracy = f"{100 * stands.accuracy:.1f} %"
        write(x + inset, below + line, accuracy, size * 0.9, theme.INK_SOFT)
        if row.word:
            room -= wide(frame, accuracy, units * 0.9) + size
            word = fit(frame, row.word, units * 0.86, max(1.0, room))
            write(x + w - inset, below + line, word, size * 0.86, theme.INK_SOFT, across=1.0)
        self._write_away(frame, row, field)

    def _write_away(self, frame: Frame, row: Row, field: Rect) -> None:
        icon, words, tone = away(row.stands)
        if not words:
            return
        x, y, w, h = field
        if row.stands.outcome != FINISHED and not row.stands.here:
            self._veils.append(field)
        size = self._size
        units = size / frame.scale
        text = fit(frame, words, units, w - size * 0.6)
        height = size * (3.0 if icon and h > size * 6 else 1.6)
        middle = y + h * 0.4
        width = max(wide(frame, text, units), size) + size * 1.2
        self._pills.append(((x + w / 2 - width / 2, middle - height / 2, width, height), faded(tone, 0.6)))
        if height > size * 2:
            self._write(x + w / 2, middle - size * 0.75, icon, size, tone, across=0.5, down=0.5)
            middle += size * 0.65
        self._write(x + w / 2, middle, text, size, theme.INK, across=0.5, down=0.5)


def gone(stands: Standing) -> bool:
    """Whether a player left the take or never finished it."""
    return stands.outcome not in ("", FINISHED)


def away(stands: Standing) -> tuple[str, str, Colour]:
    """An icon, words and a colour for somebody who does not play just now; no words for who does."""
    if stands.problem:
        return icons.WARNING, "not the same chart", theme.tone(theme.AMBER)
    if stands.outcome == LEFT:
        return icons.EXIT, "left the song", theme.INK_SOFT
    if stands.outcome == FINISHED:
        return icons.CHECK, "finished", theme.tone(theme.LIME)
    if not stands.here:
        return icons.WARNING, "connection lost", theme.tone(theme.AMBER)
    if stands.silent:
        return icons.GHOST, "silent", theme.INK_SOFT
    return "", "", theme.INK_SOFT


def laid_out(count: int, areas: Sequence[Rect], gap: float, widest: float) -> list[Rect]:
    """Where ``count`` cards of one size stand, shared out evenly over ``areas``; none where these are too small."""
    usable = [place for place, area in enumerate(areas) if area[2] >= min(LEAST, widest) and area[3] >= LEAST]
    if not usable or not count:
        return []
    shares = [count * (place + 1) // len(usable) - count * place // len(usable) for place in range(len(usable))]
    most = max(shares)
    room = min(areas[place][2] for place in usable), min(areas[place][3] for place in usable)
    columns, size = _form(most, room, gap, widest)
    sides = (0.0, 1.0) if len(areas) == 2 else (0.5,) * len(areas)
    out: list[Rect] = []
    for share, place in zip(shares, usable, strict=True):
        out += _grid(share, areas[place], gap, columns, size, sides[place])
    return out


def _form(count: int, room: tuple[float, float], gap: float, widest: float) -> tuple[int, tuple[float, float]]:
    """How many columns make ``count`` cards as large as can be, and their width and height."""
    best, form = -1.0, (1, (1.0, 1.0))
    for columns in range(1, count + 1):
        rows = -(-count // columns)
        width = min((room[0] - gap * (columns - 1)) / columns, widest)
        height = min((room[1] - gap * (rows - 1)) / rows, width * TALLEST)
        worth = min(width, height / 1.3)
        if worth > best:
            best, form = worth, (columns, (width, height))
    return form


def _grid(count: int, area: Rect, gap: float, columns: int, size: tuple[float, float], side: float) -> list[Rect]:
    """Cards in rows, ``side`` of the way from the left of ``area`` (0) to its right (1)."""
    (x, y, room, _), (width, height) = area, size
    out = []
    for place in range(count):
        row, column = divmod(place, columns)
        in_row = min(columns, count - row * columns)
        left = x + (room - in_row * width - (in_row - 1) * gap) * side
        out.append((left + column * (width + gap), y + row * (height + gap), width, height))
    return out


def part_words(parts: Sequence[tuple[str, str, float]]) -> Mapping[str, str]:
    """What players read for each part of a song; nothing for the whole."""
    return {name: ("" if name == "all" else words) for name, words, _ in parts}
