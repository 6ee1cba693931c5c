"""How a free jam looks: the ring of the beat, lanes with the names of their notes, the others small beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.draw import icons, theme
from engine.draw.colour import Colour, faded, with_alpha
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from game.hands.bindings import Layout
from game.jam.cohesion import Coherence, ratio
from game.jam.loops import Recording
from game.jam.snapping import Grid
from game.scenes.canvas import fit, mixed, wide, wrapped
from game.scenes.jam_free_trails import FLASH_US, Field, Rect
from game.scenes.jam_play_cards import laid_out
from game.scenes.palette import lane_colours
from game.scenes.settings_keys import cap

EASE_S = 0.2
RING = 46.0
METER = 26.0
GROUPS = 3
DARK_FROM = 0.4
"""Keys lit more than this are written on in the colour of the night."""

LEAST_TOLD = 0.3
"""A group whose members are believed less than this is not told of."""


class Other(NamedTuple):
    """Another player as their card shows them; ``light`` (0 to 1) follows how loud they are heard."""

    id: str
    name: str
    words: str
    lanes: int
    note: str
    light: float
    here: bool


@dataclass(frozen=True, slots=True)
class Areas:
    """Where everything stands, in pixels."""

    side: Rect
    head: Rect
    ring: tuple[float, float, float]
    field: Rect
    pads: Rect
    others: Rect
    foot: float


def laid(frame: Frame, lanes: int, foot: float) -> Areas:
    """The places for a player on ``lanes`` lanes; without lanes the others have the middle too.

    ``foot`` pixels are kept free below the middle.
    """
    w, h, edge = frame.width, frame.height, frame.px(18)
    left = min(max(w * 0.24, frame.px(168)), frame.px(320))
    right = min(max(w * 0.2, frame.px(110)), frame.px(296))
    head, gap = frame.px(118), min(frame.px(26), w * 0.02)
    begin, end = edge + left + gap, w - edge - right - gap
    if not lanes:
        end = w - edge
    radius = min(frame.px(RING), h * 0.072)
    middle = (begin + end) / 2
    top = edge + 2 * radius + frame.px(26)
    if not lanes:
        area = (begin, top, end - begin, h - top - foot - edge)
        empty = (middle, top, 0.0, 0.0)
        return Areas((edge, edge + head, left, h - 2 * edge - head), (edge, edge, left, head),
                     (middle, edge + radius + frame.px(6), radius), empty, empty, area, foot)  # fmt: skip
    wide_ = min(end - begin, lanes * frame.px(70), h * 1.1)
    pads_h = min(frame.px(92), h * 0.15)
    bottom = h - edge - foot
    field = (middle - wide_ / 2, top, wide_, bottom - pads_h - top)
    pads = (field[0], bottom - pads_h, wide_, pads_h)
    return Areas((edge, edge + head, left, h - 2 * edge - head), (edge, edge, left, head),
                 (middle, edge + radius + frame.px(6), radius), field, pads,
                 (w - edge - right, edge, right, h - 2 * edge), foot)  # fmt: skip


# -- the beat ----------------------------------------------------------------------------------------------------


def draw_ring(frame: Frame, place: tuple[float, float, float], grid: Grid, now: int, lead_us: int) -> None:
    """The ring that closes with each bar, a dot for each beat; before the first beat it closes with the wait."""
    x, y, radius = place
    cyan, magenta = theme.tone(theme.CYAN), theme.tone(theme.MAGENTA)
    width = radius * 0.16
    frame.shapes.ring(x, y, radius, width, theme.RAISED)
    if now < grid.t0_us:
        left_us = grid.t0_us - now
        frame.shapes.ring(x, y, radius, width, cyan, share=max(0.0, 1.0 - left_us / max(lead_us, 1)))
        number, ink = str(math.ceil(left_us / 1e6)), theme.INK_SOFT
        pulse = 0.0
    else:
        share = (now - grid.t0_us) % grid.bar_us / grid.bar_us
        beat = (now - grid.t0_us) // grid.beat_us
        since = (now - grid.t0_us) % grid.beat_us / grid.beat_us
        first = beat % grid.meter == 0
        pulse = 0.0 if theme.settings.reduced_motion else (1.0 - since) ** 3
        accent = mixed(cyan, magenta, 0.75) if first else cyan
        glow = faded(accent, 0.5 * pulse)
        frame.shapes.ring(x, y, radius, width, accent, share=share, glow=glow, glow_px=frame.px(14))
        number, ink = str(beat % grid.meter + 1), mixed(theme.INK_SOFT, theme.INK, round(pulse, 1))
        for one in range(grid.meter):
            angle = math.tau * (one / grid.meter - 0.25)
            at = radius - width / 2
            on = one <= beat % grid.meter
            dot = width * (0.34 if one else 0.46)
            tone = theme.NIGHT if on else theme.INK_FAINT
            frame.shapes.circle(x + at * math.cos(angle), y + at * math.sin(angle), dot, tone)
    size = radius * (0.72 + 0.1 * pulse)
    frame.text(x, y, number, size, ink, weight=Weight.BOLD, across=0.5, down=0.5)


def draw_recording(
    frame: Frame, place: tuple[float, float, float], room: float, recording: Recording | None, now: int
) -> None:
    """Beside the ring: what is being recorded and how far it is; ``room`` pixels at either side of the ring."""
    if recording is None:
        return
    x, y, radius = place
    tone = theme.tone(theme.MAGENTA)
    armed = now < recording.start_us
    if armed:
        beats = -(-(recording.start_us - now) // recording.grid.beat_us)
        words = f"records in {beats}"
    else:
        bar = min((now - recording.start_us) // recording.grid.bar_us + 1, recording.bars)
        words = f"bar {bar} of {recording.bars}"
        share = min(1.0, (now - recording.start_us) / recording.loop_us)
        outer = radius + frame.px(7)
        frame.shapes.ring(x, y, outer, frame.px(3), tone, share=share)
    left = x + radius + frame.px(20)
    room = max(room - radius - frame.px(20), 1.0)
    if wide(frame, words, theme.TEXT_SMALL, Weight.BOLD) > room - frame.px(22):
        words = words.removeprefix("records ").removeprefix("bar ").replace(" of ", "/")
    text = fit(frame, words, theme.TEXT_SMALL, room - frame.px(22), Weight.BOLD)
    shown = 0.5 + 0.5 * math.cos(frame.now_us / 2.5e5) if armed and not theme.settings.reduced_motion else 1.0
    frame.text(left + frame.px(7), y, icons.RECORD, frame.px(15), faded(tone, 0.4 + 0.6 * shown), across=0.5, down=0.5)
    frame.text(left + frame.px(22), y, text, frame.px(theme.TEXT_SMALL), theme.INK, weight=Weight.BOLD, down=0.5)


# -- one's own lanes ---------------------------------------------------------------------------------------------


class Pads:
    """The keys of one's instrument, with the names of their notes and of the keys that play them."""

    def __init__(self, palette: str) -> None:
        self._palette = palette

    def draw(
        self,
        frame: Frame,
        rect: Rect,
        names: Sequence[str],
        tonic: str,
        layout: Layout,
        held: Sequence[bool],
        last_us: NDArray[np.int64],
        now: int,
    ) -> None:
        """Draw them in ``rect``; ``last_us`` is when each sounded last, by hand or by a loop."""
        x, y, w, h = rect
        pitch = w / max(1, len(names))
        gap = min(frame.px(4), pitch * 0.08)
        colours = lane_colours(len(names), self._palette)
        flash = np.clip(1.0 - (now - last_us) / FLASH_US, 0.0, 1.0)
        parts = [part for name in names for part in name.split()]
        largest = 18.0 if len(parts) == len(names) else 15.0
        size = min((_sized(frame, part, largest, (pitch - gap) * 0.86) for part in parts), default=largest)
        for lane, (name, colour) in enumerate(zip(names, colours, strict=True)):
            lit = 1.0 if held[lane] else round(float(flash[lane]), 2)
            left, wide_ = x + lane * pitch + gap / 2, pitch - gap
            frame.shapes.rect(
                *(left, y, wide_, h, mixed(theme.RAISED, colour, round(0.12 + 0.68 * lit, 2))),
                radius=min(frame.px(10), wide_ * 0.25),
                border=mixed(theme.LINE, colour, 0.35 + 0.6 * lit),
                border_px=max(1.0, frame.px(1.5)),
                glow=faded(colour, 0.5 * lit),
                glow_px=frame.px(16),
            )
            home = name.rstrip("0123456789") == tonic
            ink = theme.NIGHT if lit > DARK_FROM else theme.INK
            self._draw_name(frame, (left, y, wide_, h), name, size, ink)
            if home:
                frame.shapes.circle(left + wide_ / 2, y + h * 0.14, min(frame.px(3), wide_ * 0.1), ink)
            if lane < len(layout) and layout[lane]:
                key = cap(layout[lane][0])
                small = min(size, _sized(frame, key, 13, wide_ * 0.8))
                soft = theme.NIGHT if lit > DARK_FROM else theme.INK_SOFT
                frame.text(left + wide_ / 2, y + h * 0.82, key, frame.px(small), soft, across=0.5, down=0.5)

    @staticmethod
    def _draw_name(frame: Frame, rect: Rect, name: str, size: float, ink: Colour) -> None:
        x, y, w, h = rect
        words = name.split()
        pitch = frame.px(size) * 1.05
        top = y + h * 0.44 - pitch * (len(words) - 1) / 2
        for number, word in enumerate(words):
            frame.text(
                *(x + w / 2, top + number * pitch, word, frame.px(size), ink),
                weight=Weight.BOLD,
                across=0.5,
                down=0.5,
            )


def _sized(frame: Frame, text: str, size: float, room: float) -> float:
    """As large as ``size`` design units, or as fits ``room`` pixels."""
    across = wide(frame, text, size, Weight.BOLD)
    return size * min(1.0, room / max(across, 1.0))


def draw_glow(frame: Frame, pads: Rect, glow: float, phase: float) -> None:
    """Light the upper edge of the keys as the beat comes near, for who is being drawn in."""
    if glow <= 0.01:
        return
    shine = 0.6 if theme.settings.reduced_motion else phase**2
    tone = faded(theme.tone(theme.AMBER), 0.8 * min(1.0, glow) * shine)
    height = frame.px(3)
    frame.shapes.rect(*(pads[0], pads[1] - height, pads[2], height, faded(tone, 0.6)), glow=tone, glow_px=frame.px(30))


# -- the band ----------------------------------------------------------------------------------------------------


class Head:
    """What is played, and the ring that closes as the band coheres."""

    def __init__(self) -> None:
        self._shown = 0.0

    def draw(self, frame: Frame, rect: Rect, about: str, coherence: Coherence | None, mine: str) -> None:
        """Draw it in ``rect``; ``mine`` is a word for this player."""
        x, y, w, _ = rect
        title = fit(frame, "Free jam", 24, w, Weight.BOLD)
        frame.text(x, y, title, frame.px(24), theme.INK, weight=Weight.BOLD)
        frame.text(x, y + frame.px(31), fit(frame, about, 14, w), frame.px(14), theme.INK_SOFT)
        goal = coherence.band if coherence is not None else 0.0
        step = min(1.0, frame.dt_us / 1e6 / EASE_S)
        self._shown = goal if theme.settings.reduced_motion else self._shown + (goal - self._shown) * step
        radius = frame.px(METER) * 0.86
        cx, cy = x + radius, y + frame.px(58) + radius
        accent = mixed(theme.tone(theme.CYAN), theme.tone(theme.LIME), round(self._shown, 2))
        frame.shapes.ring(cx, cy, radius, frame.px(5), theme.RAISED)
        if self._shown > 0.005:
            frame.shapes.ring(cx, cy, radius, frame.px(5), accent, share=self._shown)
        percent = str(round(100 * self._shown))
        frame.text(cx, cy, percent, frame.px(15), theme.INK, weight=Weight.BOLD, across=0.5, down=0.5)
        left = cx + radius + frame.px(12)
        words = together(self._shown) if coherence is not None and coherence.groups else "plays together"
        frame.text(left, cy - frame.px(9), fit(frame, words, 15, x + w - left), frame.px(15), theme.INK, down=0.5)
        note = mine or "the band's coherence"
        tone = faded(theme.tone(theme.LIME), 0.9) if mine else theme.INK_FAINT
        frame.text(left, cy + frame.px(10), fit(frame, note, 13, x + w - left), frame.px(13), tone, down=0.5)


def together(share: float) -> str:
    """The coherence of a band in words."""
    for least, words in ((0.85, "tight together"), (0.6, "together"), (0.3, "finding each other")):
        if share >= least:
            return words
    return "each alone"


def group_lines(coherence: Coherence | None, names: dict[str, str]) -> list[tuple[int, str, str]]:
    """Each group that is told of: its id, who is in it, and its ratio to the largest; the largest first."""
    sure = {row.peer: row.confidence for row in coherence.players} if coherence is not None else {}
    out: list[tuple[int, str, str]] = []
    groups = sorted(coherence.groups, key=lambda group: -len(group.members)) if coherence is not None else []
    for group in groups:
        members = [names[peer] for peer in group.members if peer in names and sure.get(peer, 0.0) >= LEAST_TOLD]
        if members and (len(members) > 1 or len(groups) > 1):
            out.append((group.id, ", ".join(members), ratio(group.ratio)))
    return out


def draw_groups(frame: Frame, rect: Rect, lines: Sequence[tuple[int, str, str]]) -> float:
    """Who plays with whom and at what ratio; gives how high it came out."""
    if not lines:
        return 0.0
    x, y, w, _ = rect
    pitch = frame.px(24)
    for number, (group, who, how) in enumerate(lines[:GROUPS]):
        middle = y + pitch * (number + 0.5)
        tone = group_tone(group)
        frame.shapes.circle(x + frame.px(6), middle, frame.px(5), tone)
        frame.text(x + w, middle, how, frame.px(14), theme.INK, weight=Weight.BOLD, across=1.0, down=0.5)
        room = w - frame.px(30) - wide(frame, how, 14, Weight.BOLD)
        frame.text(x + frame.px(18), middle, fit(frame, who, 14, room), frame.px(14), theme.INK_SOFT, down=0.5)
    return pitch * min(len(lines), GROUPS) + frame.px(10)


def group_tone(group: int) -> Colour:
    """The colour of a group."""
    marks = (theme.CYAN, theme.AMBER, theme.LIME, theme.MAGENTA)
    return theme.tone(marks[group % len(marks)])


class Cards:
    """The others: name, instrument, and their hits on small lanes."""

    def __init__(self) -> None:
        self._size = 0.0
        self._placed: list[tuple[Other, Rect, Rect]] = []

    def place(self, frame: Frame, area: Rect, others: Sequence[Other], widest: float) -> list[Field]:
        """Share ``area`` out among ``others``; gives the lanes to be drawn."""
        cards = laid_out(len(others), (area,), frame.px(10), frame.height * widest / 720)
        self._size = min([frame.px(theme.TEXT_SMALL), *(min(card[3] * 0.14, card[2] * 0.14) for card in cards)])
        line, inset = self._size * 1.4, self._size * 0.5
        self._placed = []
        for other, card in zip(others, cards, strict=False):
            x, y, w, h = card
            field = (x + inset, y + 2 * line + inset, w - 2 * inset, max(6.0, h - 3 * line - 2 * inset))
            self._placed.append((other, card, field))
        return [Field(other.id, other.lanes, field, other.light) for other, _, field in self._placed]

    def draw_grounds(self, frame: Frame, tones: dict[str, Colour]) -> None:
        """The cards; ``tones`` has the colour of each player's group."""
        for other, card, _ in self._placed:
            border = tones.get(other.id, theme.LINE)
            frame.shapes.rect(
                *(*card, with_alpha(theme.PANEL, 0.5 + 0.35 * other.light)),
                radius=frame.px(theme.ROUNDING_SMALL),
                border=faded(border, 0.35 + 0.65 * other.light),
                border_px=max(1.0, frame.px(1)),
            )

    def draw_words(self, frame: Frame) -> None:
        """Names, instruments, and a quiet word on how each plays; in a layer over the lanes."""
        size = self._size
        units, line, inset = size / frame.scale, size * 1.4, size * 0.5
        for other, (x, y, w, h), _ in self._placed:
            room = w - 2 * inset
            ink = mixed(theme.INK_FAINT, theme.INK, round(other.light, 1))
            name = fit(frame, other.name, units, room, Weight.BOLD)
            frame.text(x + inset, y + inset * 0.7, name, size, ink, weight=Weight.BOLD)
            words = fit(frame, other.words, units * 0.9, room)
            frame.text(x + inset, y + inset * 0.7 + line, words, size * 0.9, theme.INK_SOFT)
            note = fit(frame, other.note, units * 0.9, room)
            tone = theme.tone(theme.AMBER) if not other.here else faded(theme.tone(theme.LIME), 0.85)
            frame.text(x + inset, y + h - inset * 0.7, note, size * 0.9, tone, down=1.0)


def draw_alone(frame: Frame, area: Rect, words: str) -> None:
    """What stands where others would."""
    x, y, w, h = area
    for number, line in enumerate(wrapped(frame, words, theme.TEXT_SMALL, w, 5)):
        top = y + h * 0.35 + number * frame.px(21)
        frame.text(x + w / 2, top, line, frame.px(theme.TEXT_SMALL), theme.INK_FAINT, across=0.5)
