"""Everyone's lanes, small: one table of ready shapes for all players together, a few numpy calls a frame.

A player's lanes stand in a rectangle of their own.  What never changes about a note is worked out when players, parts
or rectangles change; a frame copies the rows in sight and writes where they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.draw import theme
from engine.draw.colour import CLEAR, faded, mixed, rgb, with_alpha
from engine.draw.frame import Frame
from engine.draw.shapes import FULL_CLIP, SHAPE, ShapeArray, ShapeKind
from game.rhythm.chart import NOTE, Chart, NoteKind, empty
from game.rhythm.hits import NoteState
from game.scenes.palette import MINES, lane_colours
from game.settings import PlayfieldSettings

BEHIND = 0.16
"""How much of the rectangle lies behind the line."""

FLASH_US = 140_000
DIMMED = 0.3
LOST = 0.35
_GROUND = rgb("#10131F")
_LINE = rgb("#2A3150")
_ROWS = SHAPE.itemsize // 4

Rect = tuple[float, float, float, float]
"""Left, top, width, height in pixels."""

Presses = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""Of every press of a player the lane, and when the key went down and up in song time."""


class SmallSeat(NamedTuple):
    """One player's lanes: their chart (None: it is not here) and how many keys."""

    chart: Chart | None
    keys: int


class SmallLanes:
    """The lanes of ``seats`` in the same order as the rectangles of :meth:`place`; notes scroll evenly."""

    def __init__(self, seats: Sequence[SmallSeat], settings: PlayfieldSettings) -> None:
        self.seats = tuple(seats)
        self._settings = settings
        notes = [seat.chart.notes if seat.chart is not None else empty_notes() for seat in seats]
        counts = [len(one) for one in notes]
        self._begins = np.concatenate(([0], np.cumsum(counts))).astype(int)
        every = np.concatenate(notes) if notes else empty_notes()
        seat_of = np.repeat(np.arange(len(notes)), counts)
        self._order = np.argsort(every["at_us"], kind="stable")
        sorted_ = every[self._order]
        self._seat = seat_of[self._order]
        self._lane = sorted_["lane"].astype(np.int64)
        self._kind = sorted_["kind"]
        self._at = sorted_["at_us"].astype(np.int64)
        self._end = sorted_["end_us"].astype(np.int64)
        self._reach = np.maximum.accumulate(self._end) if len(every) else self._end
        self._states = np.zeros(len(every), np.uint8)
        self._keys = np.array([max(1, seat.keys) for seat in seats], np.int64)
        self._lane_begins = np.concatenate(([0], np.cumsum(self._keys))).astype(int)
        self._seat_of_lane = np.repeat(np.arange(len(seats)), self._keys)
        self._lit_us = np.full(int(self._lane_begins[-1]), -FLASH_US, np.int64)
        self._presses: tuple[NDArray[np.int64], ...] = ()
        self._placed: tuple[Rect, ...] = ()
        self._table: ShapeArray = np.zeros(0, SHAPE)

    # -- where they stand --------------------------------------------------------------------------------------

    def place(self, rects: Sequence[Rect]) -> None:
        """Put the lanes of each seat into its rectangle; nothing is worked out anew while they stay."""
        if self._placed == tuple(rects):
            return
        self._placed = tuple(rects)
        box = np.array(rects, np.float64).reshape(-1, 4)
        down = self._settings.downscroll
        self._left, self._top, self._wide, self._high = box.T
        self._hit_y = self._top + self._high * ((1 - BEHIND) if down else BEHIND)
        self._length = self._high * (1 - BEHIND) * (-1 if down else 1)
        self._pitch = self._wide / self._keys
        self._clips = np.stack(
            (self._left, self._top, self._left + self._wide, self._top + self._high), axis=1
        ).round().astype(np.int16)  # fmt: skip
        self._grounds = self._make_grounds()
        self._table = self._make_table()
        self._flashes = self._make_flashes()

    def _make_grounds(self) -> ShapeArray:
        """A ground and a line to hit on for each."""
        count = len(self._placed)
        out = np.zeros(2 * count, SHAPE)
        out["clip"] = FULL_CLIP
        ground, line = out[:count], out[count:]
        ground["x"], ground["y"], ground["w"], ground["h"] = self._left, self._top, self._wide, self._high
        ground["top"] = ground["bottom"] = with_alpha(_GROUND, 0.86)
        ground["border"], ground["border_px"] = with_alpha(_LINE, 0.9), 1.0
        line["x"], line["w"], line["h"] = self._left, self._wide, 2.0
        line["y"] = self._hit_y - 1.0
        line["top"] = line["bottom"] = mixed(_LINE, theme.INK, 0.35)
        return out

    def _colours(self) -> list[NDArray[np.uint32]]:
        return [np.array(lane_colours(int(keys), self._settings.palette), np.uint32) for keys in self._keys]

    def _make_table(self) -> ShapeArray:
        """A ready shape for the head of every note, by time."""
        out = np.zeros(len(self._at), SHAPE)
        if not len(out):
            return out
        seat = self._seat
        flat, begins = np.concatenate(self._colours()), self._lane_begins[:-1]
        lane = np.minimum(self._lane, self._keys[seat] - 1)
        colour = flat[begins[seat] + lane]
        pitch = self._pitch[seat]
        gap = np.minimum(1.0, pitch * 0.1)
        height = np.clip(self._high * 0.035, 3.0, 12.0)[seat]
        out["x"] = self._left[seat] + lane * pitch + gap
        out["w"], out["h"] = pitch - 2 * gap, height
        out["top"] = out["bottom"] = out["border"] = colour
        out["radius"] = np.minimum(height, pitch) * 0.3
        out["clip"] = self._clips[seat]
        mines = self._kind == NoteKind.MINE
        out["kind"][mines] = int(ShapeKind.DIAMOND)
        out["top"][mines] = out["bottom"][mines] = MINES[self._settings.palette]
        hollow = self._kind == NoteKind.LIFT
        out["border_px"][hollow], out["top"][hollow], out["bottom"][hollow] = 1.0, CLEAR, CLEAR
        return out

    def _make_flashes(self) -> ShapeArray:
        """A light for every lane, over its line."""
        out = np.zeros(len(self._lit_us), SHAPE)
        seat = np.repeat(np.arange(len(self.seats)), self._keys)
        lane = np.arange(len(out)) - self._lane_begins[:-1][seat]
        reach = self._high[seat] * 0.3
        up = self._length[seat] < 0
        out["x"] = self._left[seat] + lane * self._pitch[seat]
        out["w"], out["h"] = self._pitch[seat], reach
        out["y"] = np.where(up, self._hit_y[seat] - reach, self._hit_y[seat])
        colours = np.concatenate(self._colours()) if len(out) else np.zeros(0, np.uint32)
        out["top"] = np.where(up, colours & np.uint32(0xFFFFFF), colours)
        out["bottom"] = np.where(up, colours, colours & np.uint32(0xFFFFFF))
        out["clip"] = self._clips[seat]
        return out

    def show_presses(self, presses: Sequence[Presses]) -> None:
        """Show what the hands in each seat did, as thin bars; nothing is shown of nobody."""
        if not presses:
            self._presses = ()
            return
        seat = np.repeat(np.arange(len(presses)), [len(lanes) for lanes, _, _ in presses])
        lanes, down, up = (np.concatenate([one[column] for one in presses]) for column in range(3))
        order = np.argsort(down, kind="stable")
        self._presses = (seat[order], lanes[order], down[order], np.maximum.accumulate(up[order]), up[order])

    # -- while they play ---------------------------------------------------------------------------------------

    def lit(self, seat: int, lanes: Sequence[int], at_us: int) -> None:
        """Keys of a seat went down at the monotonic instant ``at_us``."""
        for lane in lanes:
            if lane < self._keys[seat]:
                self._lit_us[self._lane_begins[seat] + lane] = at_us

    def set_states(self, seat: int, states: NDArray[np.uint8]) -> None:
        """What became of the notes of a seat: a ``NoteState`` for each."""
        begin, end = self._begins[seat], self._begins[seat + 1]
        if len(states) == end - begin:
            self._states[begin:end] = states

    def draw(
        self,
        frame: Frame,
        song_us: int,
        span_us: float,
        light: NDArray[np.float64],
        ghosts: NDArray[np.bool_],
    ) -> None:
        """Draw all of them at ``song_us``; ``span_us`` of song time are in sight before the line.

        ``light`` says from 0 to 1 how lit a seat is; the notes of seats in ``ghosts`` are drawn as outlines: nobody
        plays them.
        """
        if not self._placed:
            return
        frame.shapes.put(self._grounds)
        self._draw_flashes(frame, light)
        behind_us = span_us * BEHIND / (1 - BEHIND)
        first = int(self._reach.searchsorted(song_us - behind_us))
        last = int(self._at.searchsorted(song_us + span_us, side="right"))
        chosen = np.arange(first, max(first, last))
        chosen = chosen[self._end[chosen] >= song_us - behind_us]
        now = self._states[self._order[chosen]]
        keep = now != NoteState.HIT
        self._draw_notes(frame, chosen[keep], now[keep], song_us, span_us, light, ghosts)
        if self._presses:
            self._draw_presses(frame, song_us, span_us)

    def _draw_presses(self, frame: Frame, song_us: int, span_us: float) -> None:
        seat, lane, down, reach, up = self._presses
        behind_us = span_us * BEHIND / (1 - BEHIND)
        first, last = int(reach.searchsorted(song_us - behind_us)), int(down.searchsorted(song_us + span_us))
        rows = np.arange(first, max(first, last))
        rows = rows[up[rows] >= song_us - behind_us]
        if not len(rows):
            return
        seat, lane = seat[rows], np.minimum(lane[rows], self._keys[seat[rows]] - 1)
        block = frame.shapes.block(len(rows))
        width = np.maximum(2.0, self._pitch[seat] * 0.12)
        begin, end = (
            self._hit_y[seat] + self._length[seat] * ((one[rows] - song_us) / span_us) for one in (down, up)
        )  # fmt: skip
        block["x"] = self._left[seat] + (lane + 0.5) * self._pitch[seat] - width / 2
        block["w"] = width
        block["y"], block["h"] = np.minimum(begin, end), np.maximum(np.abs(end - begin), width)
        block["top"] = block["bottom"] = theme.tone(theme.MAGENTA)
        block["clip"] = self._clips[seat]

    def _draw_flashes(self, frame: Frame, light: NDArray[np.float64]) -> None:
        age = frame.now_us - self._lit_us
        lit = np.flatnonzero(age < FLASH_US)
        if not len(lit):
            return
        block = _copied(frame, self._flashes, lit)
        seat = self._seat_of_lane[lit]
        _scale_alpha(block, 0.6 * (1.0 - age[lit] / FLASH_US) * light[seat], ("top", "bottom"))

    def _draw_notes(
        self,
        frame: Frame,
        chosen: NDArray[np.int64],
        now: NDArray[np.uint8],
        song_us: int,
        span_us: float,
        light: NDArray[np.float64],
        ghosts: NDArray[np.bool_],
    ) -> None:
        if not len(chosen):
            return
        seat = self._seat[chosen]
        head = (self._at[chosen] - song_us) / span_us
        holding = now == NoteState.HOLDING
        head[holding] = np.maximum(head[holding], 0.0)
        alpha = light[seat] * np.where((now == NoteState.MISSED) | (now == NoteState.LET_GO), LOST, 1.0)
        y = self._hit_y[seat] + self._length[seat] * head
        long = self._end[chosen] > self._at[chosen]
        if long.any():
            tail = self._hit_y[seat] + self._length[seat] * ((self._end[chosen] - song_us) / span_us)
            body = _copied(frame, self._table, chosen[long])
            body["y"], body["h"] = np.minimum(y, tail)[long], np.abs(tail - y)[long]
            body["x"] += body["w"] * 0.15
            body["w"] *= 0.7
            _scale_alpha(body, alpha[long] * 0.5, ("top", "bottom", "border"))
        block = _copied(frame, self._table, chosen)
        block["y"] = y - block["h"] * 0.5
        _scale_alpha(block, alpha, ("top", "bottom", "border"))
        ghost = ghosts[seat]
        if ghost.any():
            block["border_px"][ghost] = 1.0
            block["top"][ghost] = block["bottom"][ghost] = CLEAR


def empty_notes() -> NDArray[np.void]:
    """No notes."""
    return empty(NOTE)


def _copied(frame: Frame, table: ShapeArray, rows: NDArray[np.int64]) -> ShapeArray:
    """``rows`` of ``table`` in the frame, to be put in their places."""
    block = frame.shapes.block(len(rows))
    words = table.view(np.uint32).reshape(len(table), _ROWS)
    np.take(words, rows, axis=0, out=block.view(np.uint32).reshape(len(rows), _ROWS))
    return block


def _scale_alpha(block: ShapeArray, share: NDArray[np.float64], columns: Sequence[str]) -> None:
    for column in columns:
        colour = block[column]
        alpha = ((colour >> 24) * share).astype(np.uint32)
        block[column] = (colour & 0x00FFFFFF) | (alpha << 24)


def veil(frame: Frame, rect: Rect) -> None:
    """Lay a seat in the dark."""
    frame.shapes.rect(*rect, faded(theme.NIGHT, 0.62), radius=frame.px(4))
