"""What was hit of late, rising from the lanes: everyone's at once, in a few numpy calls a frame.

There is nothing to come in a free jam, so time goes the other way than in a song: a hit leaves the line as it sounds
and rises, and between the lines of the beat one sees how it sits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.draw import theme
from engine.draw.colour import mixed, rgb, with_alpha
from engine.draw.frame import Frame
from game.jam.snapping import Grid
from game.scenes.palette import lane_colours

KEPT = 4096
"""So many hits are remembered: five bars of a band of sixteen."""

SPAN_BARS = 2
"""A hit takes so many bars to the upper edge …"""

SPAN_MOST_US = 8_000_000
"""… and never longer than this."""

FLASH_US = 160_000
MOST_LINES = 16
_GROUND = rgb("#10131F")
_LINE = rgb("#2A3150")

Rect = tuple[float, float, float, float]
"""Left, top, width, height in pixels."""


class Field(NamedTuple):
    """Lanes that hits rise from: where, whose, how many, and how lit (0 to 1) they are."""

    player: str
    lanes: int
    rect: Rect
    light: float = 1.0


class Trails:
    """The hits of everyone; those still to sound wait unseen until they do."""

    def __init__(self, grid: Grid, palette: str) -> None:
        self._grid, self._palette = grid, palette
        self.span_us = min(SPAN_BARS * grid.bar_us, SPAN_MOST_US)
        self._at_us = np.full(KEPT, -(1 << 60), np.int64)
        self._player = np.zeros(KEPT, np.int32)
        self._lane = np.zeros(KEPT, np.int32)
        self._loop = np.zeros(KEPT, np.bool_)
        self._count = 0
        self._numbers: dict[str, int] = {}

    def add(self, player: str, lane: int, at_us: int, loop: bool) -> None:
        """A hit that sounds at ``at_us`` of session time."""
        place = self._count % KEPT
        self._at_us[place], self._lane[place], self._loop[place] = at_us, lane, loop
        self._player[place] = self._numbers.setdefault(player, len(self._numbers))
        self._count += 1

    def last_us(self, player: str, lanes: int, now: int) -> NDArray[np.int64]:
        """When each lane of a player sounded last, up to ``now``."""
        out = np.full(lanes, -(1 << 60), np.int64)
        mine = (self._player == self._numbers.get(player, -1)) & (self._at_us <= now) & (self._lane < lanes)
        np.maximum.at(out, self._lane[mine], self._at_us[mine])
        return out

    def quiet_us(self, player: str, now: int) -> int:
        """How long nothing was heard of a player."""
        mine = (self._player == self._numbers.get(player, -1)) & (self._at_us <= now)
        return now - int(self._at_us[mine].max(initial=-(1 << 60)))

    # -- drawing ---------------------------------------------------------------------------------------------

    def draw(self, frame: Frame, now: int, fields: Sequence[Field]) -> None:
        """Grounds, the lines of the beat and what rises, for all ``fields`` at ``now`` of session time."""
        if not fields:
            return
        box = np.array([field.rect for field in fields], np.float64)
        self._draw_grounds(frame, fields, box)
        self._draw_beats(frame, now, box)
        self._draw_hits(frame, now, fields, box)

    def _draw_grounds(self, frame: Frame, fields: Sequence[Field], box: NDArray[np.float64]) -> None:
        lanes = np.array([field.lanes for field in fields])
        block = frame.shapes.block(int(lanes.sum()))
        seat = np.repeat(np.arange(len(fields)), lanes)
        lane = np.arange(len(seat)) - np.repeat(np.cumsum(lanes) - lanes, lanes)
        pitch = (box[:, 2] / lanes)[seat]
        gap = np.minimum(1.0, pitch * 0.08)
        block["x"], block["w"] = box[seat, 0] + lane * pitch + gap, pitch - 2 * gap
        block["y"], block["h"] = box[seat, 1], box[seat, 3]
        block["top"] = with_alpha(_GROUND, 0.35)
        block["bottom"] = with_alpha(_GROUND, 0.92)

    def _draw_beats(self, frame: Frame, now: int, box: NDArray[np.float64]) -> None:
        """A line for each beat that rises with what was played on it, a brighter one for each bar."""
        grid = self._grid
        last = (now - grid.t0_us) // grid.beat_us
        first = max(0, -(-(now - self.span_us - grid.t0_us) // grid.beat_us))
        beats = np.arange(max(first, last - MOST_LINES + 1), last + 1, dtype=np.int64)
        if not len(beats):
            return
        share = (now - grid.t0_us - beats * grid.beat_us) / self.span_us
        bar = beats % grid.meter == 0
        block = frame.shapes.block(len(beats) * len(box))
        seat, line = np.repeat(np.arange(len(box)), len(beats)), np.tile(np.arange(len(beats)), len(box))
        block["x"], block["w"] = box[seat, 0], box[seat, 2]
        block["h"] = np.where(bar[line], 2.0, 1.0)
        block["y"] = box[seat, 1] + box[seat, 3] * (1.0 - share[line])
        colours = np.array([_LINE, mixed(_LINE, theme.INK, 0.3)], np.uint32)
        block["top"] = block["bottom"] = _scaled(colours[bar[line].astype(int)], 1.0 - 0.7 * share[line])

    def _draw_hits(self, frame: Frame, now: int, fields: Sequence[Field], box: NDArray[np.float64]) -> None:
        age = now - self._at_us
        chosen = np.flatnonzero((age >= 0) & (age < self.span_us))
        place_of = np.full(len(self._numbers) + 1, -1, np.int64)
        for place, field in enumerate(fields):
            if (number := self._numbers.get(field.player)) is not None:
                place_of[number] = place
        seat = place_of[self._player[chosen]]
        lanes = np.array([field.lanes for field in fields])
        keep = (seat >= 0) & (self._lane[chosen] < lanes[seat])
        chosen, seat = chosen[keep], seat[keep]
        if not len(chosen):
            return
        share = age[chosen] / self.span_us
        light = np.array([field.light for field in fields])[seat]
        lane, loop = self._lane[chosen], self._loop[chosen]
        pitch = (box[:, 2] / lanes)[seat]
        gap = np.minimum(pitch * 0.12, 5.0 * frame.scale)
        height = np.clip(box[:, 3] * 0.022, 2.5, 10.0 * frame.scale)[seat]
        fresh = np.clip(1.0 - age[chosen] / FLASH_US, 0.0, 1.0)
        begins = np.cumsum(lanes) - lanes
        table = np.concatenate([np.array(lane_colours(field.lanes, self._palette), np.uint32) for field in fields])
        colour = table[begins[seat] + lane]
        block = frame.shapes.block(len(chosen))
        block["x"], block["w"] = box[seat, 0] + lane * pitch + gap, pitch - 2 * gap
        block["h"] = height
        block["y"] = box[seat, 1] + (box[seat, 3] - height) * (1.0 - share)
        alpha = light * (1.0 - share) ** 0.8
        block["border"], block["border_px"] = _scaled(colour, alpha), max(1.0, 1.2 * frame.scale)
        block["top"] = block["bottom"] = _scaled(colour, alpha * np.where(loop, 0.22, 0.85))
        block["glow"] = _scaled(colour, alpha * fresh * 0.5)
        block["glow_px"] = fresh * 12.0 * frame.scale
        block["radius"] = height * 0.4


def _scaled(colour: NDArray[np.uint32], share: NDArray[np.float64]) -> NDArray[np.uint32]:
    """``colour`` with its alpha multiplied."""
    alpha = ((colour >> np.uint32(24)) * np.clip(share, 0.0, 1.0)).astype(np.uint32)
    return np.asarray((colour & np.uint32(0xFFFFFF)) | (alpha << np.uint32(24)), np.uint32)
