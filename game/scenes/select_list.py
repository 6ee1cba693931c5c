"""The list of songs: built when something changes, drawn as far as it can be seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.draw import icons, theme
from engine.draw.colour import Colour, faded, with_alpha
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.theme import tone
from game.rhythm.entries import ChartEntry
from game.rhythm.search import Group
from game.scenes.canvas import Touch, fit, mixed, pill, wide

ROW = 60.0
HEADING = 38.0
GAP = 4.0
FOLLOW_HZ = 14.0
"""How fast the list comes after the selection: it covers all but a small rest of the way in a quarter second."""

WHEEL = 96.0
Best = Mapping[str, tuple[int, float, str]]
"""Best score, accuracy and grade by chart hash."""


@dataclass(frozen=True, slots=True)
class Song:
    """One song of the list with those of its charts that were found, easiest first."""

    title: str
    artist: str
    charts: tuple[ChartEntry, ...]
    keys: str
    stars: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list: a heading, or song number ``song``."""

    heading: str
    song: int


def songs_of(groups: Sequence[Group]) -> tuple[list[Line], list[Song]]:
    """The lines and songs of ``groups`` of charts; a song stands where the first of its charts would."""
    lines: list[Line] = []
    songs: list[Song] = []
    for group in groups:
        charts: dict[tuple[str, str, str], list[ChartEntry]] = {}
        for entry in group.entries:
            charts.setdefault(entry.song, []).append(entry)
        if group.name:
            lines.append(Line(f"{group.name}\n{len(charts)}", -1))
        for own in charts.values():
            own.sort(key=lambda entry: (entry.keys, entry.stars))
            lines.append(Line("", len(songs)))
            songs.append(_song(own))
    return lines, songs


def _song(charts: list[ChartEntry]) -> Song:
    keys = sorted({entry.keys for entry in charts})
    shown = " ".join(f"{count}K" for count in keys) if len(keys) <= 3 else f"{keys[0]}K–{keys[-1]}K"
    low, high = min(entry.stars for entry in charts), max(entry.stars for entry in charts)
    stars = f"{low:.1f}" if f"{low:.1f}" == f"{high:.1f}" else f"{low:.1f}–{high:.1f}"
    return Song(charts[0].title, charts[0].artist, tuple(charts), shown, stars)


def star_colour(stars: float) -> Colour:
    """From lime (easy) by amber to magenta (hard)."""
    if stars < 3.0:
        return mixed(tone(theme.LIME), tone(theme.AMBER), stars / 3.0)
    return mixed(tone(theme.AMBER), tone(theme.MAGENTA), (stars - 3.0) / 4.0)


class SongList:
    """The songs in order, which of them is chosen, and how far the list is scrolled (in design units)."""

    def __init__(self) -> None:
        self.songs: list[Song] = []
        self.at = 0
        self._lines: list[Line] = []
        self._tops = np.zeros(1)
        self._line_of: list[int] = []
        self._where: dict[str, int] = {}
        self._scroll = 0.0
        self._target = 0.0
        self._height = 1.0
        self._settled = False

    @property
    def song(self) -> Song | None:
        """The song chosen, or None when there is none."""
        return self.songs[self.at] if self.songs else None

    def show(self, groups: Sequence[Group], chart_hash: str) -> None:
        """Show ``groups`` and choose the song of ``chart_hash``, or stay about where it was."""
        self._lines, self.songs = songs_of(groups)
        heights = [HEADING if line.song < 0 else ROW + GAP for line in self._lines]
        self._tops = np.concatenate(([0.0], np.cumsum(heights)))
        self._line_of = [place for place, line in enumerate(self._lines) if line.song >= 0]
        self._where = {entry.hash: place for place, song in enumerate(self.songs) for entry in song.charts}
        found = self._where.get(chart_hash)
        self.at = min(self.at, max(len(self.songs) - 1, 0)) if found is None else found
        self._reveal()

    def find(self, chart_hash: str) -> int | None:
        """The song that ``chart_hash`` is a chart of."""
        return self._where.get(chart_hash)

    def choose(self, place: int) -> None:
        """Choose a song by its place; beyond the ends the list goes round."""
        if self.songs:
            self.at = place % len(self.songs)
            self._reveal()

    def page(self) -> int:
        """How many songs are seen at once."""
        return max(1, int(self._height / (ROW + GAP)) - 1)

    def scroll(self, notches: float) -> None:
        """Turn the wheel: the list moves, the selection stays."""
        self._target = self._bounded(self._target - notches * WHEEL)

    def scroll_to(self, share: float) -> None:
        """Put the list at ``share`` of its length."""
        self._target = self._bounded(share * float(self._tops[-1]) - self._height / 2)

    def _reveal(self) -> None:
        if self.songs:
            top = float(self._tops[self._line_of[self.at]])
            self._target = self._bounded(top + ROW / 2 - self._height / 2)

    def _bounded(self, scroll: float) -> float:
        return max(0.0, min(scroll, float(self._tops[-1]) - self._height))

    def _move(self, frame: Frame, height: float) -> None:
        if height != self._height:
            self._height = height
            self._reveal()
        still = theme.settings.reduced_motion or not self._settled
        share = 1.0 if still else 1.0 - math.exp(-frame.dt_us / 1e6 * FOLLOW_HZ)
        self._settled = True
        self._scroll += (self._target - self._scroll) * share

    def draw(
        self,
        frame: Frame,
        touch: Touch,
        place: tuple[float, float, float, float],
        best: Best,
        press: Callable[[int], None],
    ) -> None:
        """Draw what can be seen in ``place`` (x, y, width, height in pixels); ``press`` is told of a clicked song."""
        x, y, w, h = place
        self._move(frame, h / frame.scale)
        if not self._lines:
            return
        bar = frame.px(10)
        first = max(0, int(np.searchsorted(self._tops, self._scroll, side="right")) - 1)
        last = min(len(self._lines), int(np.searchsorted(self._tops, self._scroll + self._height)))
        with frame.clipped(x - frame.px(4), y, w + frame.px(4), h):
            for number in range(first, last):
                line = self._lines[number]
                top = y + frame.px(float(self._tops[number]) - self._scroll)
                if line.song < 0:
                    self._draw_heading(frame, line, x, top, w - bar)
                else:
                    self._draw_song(frame, touch, line.song, (x, top, w - bar, frame.px(ROW)), (y, y + h), best, press)
        self._draw_bar(frame, touch, x + w - frame.px(5), y, h)

    def _draw_heading(self, frame: Frame, line: Line, x: float, y: float, w: float) -> None:
        name, _, count = line.heading.partition("\n")
        middle = y + frame.px(HEADING * 0.55)
        frame.shapes.rect(x, middle - frame.px(8), frame.px(3), frame.px(16), tone(theme.CYAN), radius=frame.px(1.5))
        text = fit(frame, name, theme.TEXT_SMALL, w - frame.px(80), Weight.BOLD)
        small = frame.px(theme.TEXT_SMALL)
        frame.text(x + frame.px(12), middle, text, small, theme.INK_SOFT, weight=Weight.BOLD, down=0.5)
        frame.text(x + w - frame.px(8), middle, count, small, theme.INK_FAINT, across=1.0, down=0.5)

    def _draw_song(
        self,
        frame: Frame,
        touch: Touch,
        number: int,
        place: tuple[float, float, float, float],
        seen: tuple[float, float],
        best: Best,
        press: Callable[[int], None],
    ) -> None:
        x, y, w, h = place
        song, name = self.songs[number], ("song", number)
        visible_y, visible_end = max(y, seen[0]), min(y + h, seen[1])
        hovered = touch.area(x, visible_y, w, max(0.0, visible_end - visible_y), name, lambda: press(number))
        on = touch.lift(frame, ("chosen", song.charts[0].hash), number == self.at)
        lift = touch.lift(frame, name, hovered)
        accent = tone(theme.CYAN)
        ground = mixed(mixed(theme.PANEL, theme.HOVER, 0.8 * lift), mixed(theme.RAISED, accent, 0.2), on)
        frame.shapes.rect(
            *(x, y, w, h, with_alpha(ground, 0.72 + 0.24 * max(on, lift))),
            radius=frame.px(theme.ROUNDING_SMALL),
            border=mixed(faded(theme.LINE, 0.6), accent, on),
            border_px=max(1.0, frame.px(1 + 0.5 * on)),
        )
        if on > 0.0:
            bar = frame.px(32) * on
            frame.shapes.rect(
                *(x + frame.px(1), y + h / 2 - bar / 2, frame.px(4), bar, accent),
                radius=frame.px(2),
                glow=faded(accent, 0.5),
                glow_px=frame.px(8),
            )
        left = x + frame.px(18 + 6 * on)
        right = x + w - frame.px(16)
        edge = self._draw_facts(frame, song, right, y, best)
        title = fit(frame, song.title, theme.TEXT_BODY, edge - left, Weight.BOLD)
        ink = mixed(theme.INK_SOFT, theme.INK, max(on, lift, 0.6))
        frame.text(left, y + frame.px(21), title, frame.px(theme.TEXT_BODY), ink, weight=Weight.BOLD, down=0.5)
        artist = fit(frame, song.artist or "Unknown artist", theme.TEXT_SMALL, edge - left)
        tint = theme.INK_SOFT if song.artist else theme.INK_FAINT
        frame.text(left, y + frame.px(43), artist, frame.px(theme.TEXT_SMALL), tint, down=0.5)

    def _draw_facts(self, frame: Frame, song: Song, right: float, y: float, best: Best) -> float:
        """Keys, stars and the best grade at the right of a row; says where they begin."""
        small = frame.px(theme.TEXT_SMALL)
        frame.text(right, y + frame.px(21), song.keys, small, theme.INK_SOFT, across=1.0, down=0.5)
        stars = f"{icons.STAR} {song.stars}"
        colour = star_colour(song.charts[-1].stars)
        frame.text(right, y + frame.px(43), stars, small, colour, across=1.0, down=0.5)
        edge = right - max(wide(frame, song.keys, 14), wide(frame, stars, 14)) - frame.px(12)
        reached = [best[entry.hash] for entry in song.charts if entry.hash in best]
        if reached:
            _, _, grade = max(reached, key=lambda one: one[1])
            edge -= pill(frame, edge, y + frame.px(ROW / 2), grade, tone(theme.AMBER)) + frame.px(12)
        return edge

    def _draw_bar(self, frame: Frame, touch: Touch, x: float, y: float, h: float) -> None:
        total = float(self._tops[-1])
        if total <= self._height:
            return

        def drag(_x: float, at: float, what: str) -> None:
            self.scroll_to((at - y) / h)

        name = "scroll bar"
        hovered = touch.area(x - frame.px(6), y, frame.px(16), h, name, None, drag)
        lift = touch.lift(frame, name, hovered)
        length = max(frame.px(28), h * self._height / total)
        top = y + (h - length) * self._scroll / max(total - self._height, 1e-6)
        wide_px = frame.px(4 + 2 * lift)
        tint = mixed(theme.LINE, theme.INK_FAINT, 0.5 + 0.5 * lift)
        frame.shapes.rect(x, top, wide_px, length, tint, radius=wide_px / 2)
