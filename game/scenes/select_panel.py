"""The right side of song select: the song that is chosen, its charts, and how it is going to be played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.draw import icons, theme
from engine.draw.colour import faded, with_alpha
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.theme import tone
from game.rhythm.board import BoardRow
from game.rhythm.entries import ChartEntry
from game.rhythm.mods import Mods, ranked
from game.scenes.canvas import Touch, button, card, chip, fit, mixed, pill, wide
from game.scenes.select_board import day
from game.scenes.select_cover import draw_cover
from game.scenes.select_details import Details
from game.scenes.select_list import Best, Song, star_colour
from game.scenes.select_mods import ranked_words
from game.scenes.select_state import clock, number, tempo
from game.scenes.select_strip import Strip

PAD = 16.0
GAP = 12.0
CHART_ROW = 44.0
BOARD_ROW = 30.0
CHIPS = 34.0
STRIP = 58.0
BUTTON = 52.0
FACTS = 26.0
BOARD_HEAD = 30.0
NOBODY = "Nobody yet: play it, and you are the first."

Place = tuple[float, float, float, float]


class Actions(Protocol):
    """What the panel can ask of the scene."""

    def choose_chart(self, place: int) -> None:
        """Choose, or play when it is chosen already, a chart of the song by its place."""

    def play(self) -> None:
        """Play what is chosen."""

    def open_mods(self) -> None:
        """Show the mods."""

    def open_rules(self) -> None:
        """Ask for the rule set."""

    def open_board(self, chosen: str = "") -> None:
        """Show the leaderboard, with one performance open."""

    def race_alone(self) -> None:
        """Let the ghost go."""


@dataclass(slots=True)
class Shown:
    """What the panel shows."""

    song: Song
    chart: ChartEntry
    best: Best
    rules_title: str
    mods: Mods
    board: Sequence[BoardRow]
    others: bool
    """Whether it was played in ways that do not count on this board."""
    ghost: BoardRow | None
    word: str = ""
    """What the button at the foot says, where it does not play."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The heights of the panel's parts in design units, and how many rows lists get; 0 leaves a part out."""

    cover: float
    charts: int
    strip: float
    board: int


def plan(height: float, charts: int, board: int) -> Plan:
    """Share out ``height`` design units: first what is needed to choose and play, then what is good to see."""
    fixed = 2 * PAD + FACTS + CHIPS + BUTTON + 4 * GAP
    left = height - fixed - 60.0 - CHART_ROW  # the least cover and one chart
    strip = STRIP if left >= STRIP + GAP else 0.0
    left -= strip + (GAP if strip else 0.0)
    rows = 1 + max(0, min(charts - 1, 2, int(left // CHART_ROW)))
    left -= (rows - 1) * CHART_ROW
    board_rows = 0
    if left >= BOARD_HEAD + GAP + 2 * BOARD_ROW:
        wanted = min(max(board, 1), 5)
        board_rows = max(1, min(wanted, int((left - BOARD_HEAD - GAP - 40.0) // BOARD_ROW)))
        left -= BOARD_HEAD + GAP + board_rows * BOARD_ROW
    cover = min(60.0 + max(left, 0.0), 208.0)
    left -= cover - 60.0
    more = max(0, min(charts - rows, int(left // CHART_ROW)))
    return Plan(cover, rows + more, strip, board_rows)


class SongPanel:
    """Draws the panel and tells :class:`Actions` what was clicked."""

    def __init__(self, touch: Touch, details: Details, strip: Strip, actions: Actions) -> None:
        self._touch = touch
        self._details = details
        self._strip = strip
        self._actions = actions

    def draw(self, frame: Frame, place: Place, shown: Shown, song_us: int | None) -> None:
        """Draw ``shown`` in ``place`` (pixels); ``song_us`` is where the preview stands.

        It begins a new layer for the picture; what is drawn afterwards should share it, for each layer of text costs.
        """
        x, y, w, h = place
        heights = plan(h / frame.scale, len(shown.song.charts), len(shown.board))
        card(frame, x, y, w, h, alpha=0.9)
        pad, gap = frame.px(PAD), frame.px(GAP)
        x, y, w = x + pad, y + pad, w - 2 * pad
        draw_cover(frame, (x, y, w, frame.px(heights.cover)), shown.chart, self._details)
        self._draw_names(frame, (x, y, w, frame.px(heights.cover)), shown)
        y += frame.px(heights.cover) + gap
        self._draw_facts(frame, x, y, w, shown)
        y += frame.px(FACTS)
        self._draw_charts(frame, (x, y, w, frame.px(heights.charts * CHART_ROW)), shown, heights.charts)
        y += frame.px(heights.charts * CHART_ROW) + gap
        if heights.strip:
            self._strip.draw(frame, (x, y, w, frame.px(heights.strip)), shown.mods, song_us)
            y += frame.px(heights.strip) + gap
        self._draw_chips(frame, x, y, w, shown)
        y += frame.px(CHIPS) + gap
        if heights.board:
            self._draw_board(frame, x, y, w, shown, heights.board)
        bottom = place[1] + h - pad - frame.px(BUTTON)
        self._draw_play(frame, x, bottom, w, shown)

    def _draw_names(self, frame: Frame, place: Place, shown: Shown) -> None:
        x, y, w, h = place
        left, room = x + frame.px(20), w - frame.px(40)
        # A low cover has room for the two lines and no more.
        low = h < frame.px(100)
        middle = y + h * 0.37 if low else y + h - frame.px(59)
        size = theme.TEXT_TITLE
        title = fit(frame, shown.song.title, size, room, Weight.BOLD)
        frame.text(left, middle, title, frame.px(size), theme.INK, weight=Weight.BOLD, down=0.5)
        by = shown.song.artist or "Unknown artist"
        if shown.chart.creator and shown.chart.creator != shown.song.artist:
            by = f"{by}   ·   charted by {shown.chart.creator}"
        line = fit(frame, by, theme.TEXT_SMALL, room)
        under = y + h * 0.78 if low else y + h - frame.px(30)
        frame.text(left, under, line, frame.px(theme.TEXT_SMALL), theme.INK_SOFT, down=0.5)

    def _draw_facts(self, frame: Frame, x: float, y: float, w: float, shown: Shown) -> None:
        chart, rate = shown.chart, shown.mods.rate
        facts = [
            (icons.WARNING, self._details.missing),
            (icons.CLOCK, clock(chart.length_us / rate)),
            (icons.BOLT, tempo(chart, rate)),
            (icons.MUSIC, f"{number(chart.notes)} notes"),
            (icons.DOWN, f"{number(chart.holds)} holds" if chart.holds else ""),
            (icons.WARNING, f"{number(chart.mines)} mines" if chart.mines else ""),
        ]
        size, at, middle = frame.px(theme.TEXT_SMALL), x + frame.px(4), y + frame.px(7)
        for icon, words in facts:
            wanted = frame.px(22) + wide(frame, words, theme.TEXT_SMALL)
            if not words or at + wanted > x + w:
                continue
            lacks = words == self._details.missing
            changed = rate != 1.0 and icon in (icons.CLOCK, icons.BOLT)
            tint = tone(theme.AMBER) if changed or lacks else tone(theme.CYAN)
            frame.text(at + frame.px(7), middle, icon, frame.px(14), faded(tint, 0.9), across=0.5, down=0.5)
            ink = tint if lacks else theme.INK_SOFT
            frame.text(at + frame.px(22), middle, words, size, ink, down=0.5)
            at += wanted + frame.px(22)

    def _draw_charts(self, frame: Frame, place: Place, shown: Shown, rows: int) -> None:
        x, y, w, _ = place
        charts = shown.song.charts
        at = next((place for place, entry in enumerate(charts) if entry.hash == shown.chart.hash), 0)
        first = max(0, min(at - rows // 2, len(charts) - rows))
        for place_, entry in enumerate(charts[first : first + rows], first):
            row = (x, y + frame.px((place_ - first) * CHART_ROW), w, frame.px(CHART_ROW - 4))
            self._draw_chart(frame, row, entry, place_, place_ == at, shown)
        if len(charts) > rows:
            self._draw_more(frame, place, first, rows, len(charts))

    def _draw_more(self, frame: Frame, place: Place, first: int, rows: int, count: int) -> None:
        """A thin bar that says that there are more charts."""
        x, y, w, h = place
        h -= frame.px(4)
        thin = frame.px(3)
        frame.shapes.rect(x + w + frame.px(5), y, thin, h, theme.RAISED, radius=thin / 2)
        top, length = y + h * first / count, h * rows / count
        frame.shapes.rect(x + w + frame.px(5), top, thin, length, theme.INK_FAINT, radius=thin / 2)

    def _draw_chart(
        self, frame: Frame, place: Place, entry: ChartEntry, number_: int, chosen: bool, shown: Shown
    ) -> None:
        x, y, w, h = place
        name = ("chart", entry.hash)
        lift = self._touch.lift(
            frame, name, self._touch.area(x, y, w, h, name, lambda: self._actions.choose_chart(number_))
        )
        on = self._touch.lift(frame, ("on", entry.hash), chosen)
        accent = tone(theme.CYAN)
        ground = mixed(mixed(theme.RAISED, theme.HOVER, lift), accent, 0.16 * on)
        frame.shapes.rect(
            *(x, y, w, h, with_alpha(ground, 0.55 + 0.45 * max(on, lift))),
            radius=frame.px(theme.ROUNDING_SMALL),
            border=mixed(faded(theme.LINE, 0.5), accent, on),
            border_px=max(1.0, frame.px(1 + 0.5 * on)),
        )
        middle, right = y + h / 2, x + w - frame.px(12)
        if (reached := shown.best.get(entry.hash)) is not None:
            right -= pill(frame, right, middle, reached[2], tone(theme.AMBER), filled=True) + frame.px(10)
            words = f"{100 * reached[1]:.2f} %"
            small = frame.px(theme.TEXT_SMALL)
            frame.text(right, middle, words, small, theme.INK_SOFT, across=1.0, down=0.5)
            right -= wide(frame, words, theme.TEXT_SMALL) + frame.px(14)
        right -= self._draw_stars(frame, right, middle, entry.stars) + frame.px(14)
        left = x + frame.px(12)
        keys = f"{entry.keys}K"
        width = frame.px(40)
        pill(frame, left + width, middle, keys, accent if chosen else theme.INK_SOFT)
        left += width + frame.px(12)
        ink = mixed(theme.INK_SOFT, theme.INK, max(on, lift))
        level = fit(frame, entry.level or "Unnamed", theme.TEXT_BODY, right - left, Weight.BOLD)
        frame.text(left, middle, level, frame.px(theme.TEXT_BODY), ink, weight=Weight.BOLD, down=0.5)

    def _draw_stars(self, frame: Frame, right: float, middle: float, stars: float) -> float:
        """How hard, as a number and a short bar; says how wide that is."""
        colour = star_colour(stars)
        words = f"{icons.STAR} {stars:.2f}"
        frame.text(right, middle, words, frame.px(theme.TEXT_SMALL), colour, across=1.0, down=0.5, weight=Weight.BOLD)
        return wide(frame, words, theme.TEXT_SMALL, Weight.BOLD)

    def _draw_chips(self, frame: Frame, x: float, y: float, w: float, shown: Shown) -> None:
        mods, end = shown.mods, x + w
        x += chip(
            *(frame, self._touch, x, y, shown.rules_title, self._actions.open_rules),
            icon=icons.AIM,
            height=CHIPS,
            room=w * 0.42,
        ) + frame.px(8)
        x += chip(
            *(frame, self._touch, x, y, mods.label or "No mods", self._actions.open_mods),
            icon=icons.SLIDERS,
            height=CHIPS,
            room=max(end - x - (frame.px(100) if mods.label else 0.0), frame.px(80)),
            mark=theme.MAGENTA,
            lit=bool(mods.label),
        ) + frame.px(12)
        if mods.label and end - x > frame.px(60):
            counts = ranked(mods)
            words = ranked_words(mods).partition(":")[0] if end - x < frame.px(240) else ranked_words(mods)
            tint = theme.INK_FAINT if counts else tone(theme.AMBER)
            text = fit(frame, words, theme.TEXT_SMALL, end - x)
            frame.text(x, y + frame.px(CHIPS / 2), text, frame.px(theme.TEXT_SMALL), tint, down=0.5)

    def _draw_board(self, frame: Frame, x: float, y: float, w: float, shown: Shown, rows: int) -> None:
        small, middle = frame.px(theme.TEXT_SMALL), y + frame.px(BOARD_HEAD / 2)
        frame.text(x + frame.px(11), middle, icons.TROPHY, frame.px(14), tone(theme.AMBER), across=0.5, down=0.5)
        head = "Leaderboard" if shown.mods.rate_percent == 100 else f"Leaderboard at {shown.mods.rate:.2f}×"
        frame.text(x + frame.px(28), middle, head, small, theme.INK, weight=Weight.BOLD, down=0.5)
        y += frame.px(BOARD_HEAD)
        if not shown.board:
            self._draw_nobody(frame, x, y, w, shown.others)
            return
        for place, row in enumerate(shown.board[:rows]):
            self._draw_row(frame, (x, y + frame.px(place * BOARD_ROW), w, frame.px(BOARD_ROW - 3)), place, row, shown)

    def _draw_nobody(self, frame: Frame, x: float, y: float, w: float, others: bool) -> None:
        """An empty leaderboard, with a way to what was played otherwise."""
        words = "Played, but nothing that counts here: F7 shows all." if others else NOBODY
        h = frame.px(BOARD_ROW - 3)
        if others:
            over = self._touch.area(x, y, w, h, "all performances", lambda: self._actions.open_board())
            lift = self._touch.lift(frame, "all performances", over)
            frame.shapes.rect(x, y, w, h, with_alpha(theme.HOVER, 0.6 * lift), radius=frame.px(6))
        text = fit(frame, words, theme.TEXT_SMALL, w - frame.px(8))
        ink = theme.INK_SOFT if others else theme.INK_FAINT
        frame.text(x + frame.px(4), y + h / 2, text, frame.px(theme.TEXT_SMALL), ink, down=0.5)

    def _draw_row(self, frame: Frame, place: Place, rank: int, row: BoardRow, shown: Shown) -> None:
        x, y, w, h = place
        name = ("performance", row.id)
        over = self._touch.area(x, y, w, h, name, lambda: self._actions.open_board(row.id))
        lift = self._touch.lift(frame, name, over)
        ground = mixed(theme.RAISED, theme.HOVER, lift)
        frame.shapes.rect(x, y, w, h, with_alpha(ground, 0.4 + 0.6 * lift), radius=frame.px(6))
        small, middle = frame.px(theme.TEXT_SMALL), y + h / 2
        racing = shown.ghost is not None and shown.ghost.id == row.id
        first = icons.GHOST if racing else str(rank + 1)
        tint = tone(theme.MAGENTA) if racing else theme.INK_FAINT
        frame.text(x + frame.px(16), middle, first, small, tint, across=0.5, down=0.5)
        at = x + frame.px(34)
        cells = [(number(row.score), 96.0), (f"{100 * row.accuracy:.2f} %", 76.0), (f"{row.max_combo}×", 64.0)]
        right = x + w - frame.px(10)
        right -= pill(frame, right, middle, row.grade, tone(theme.AMBER)) + frame.px(10)
        cells += [(day(row), 90.0)] if w >= frame.px(460) else []
        for place_, (words, width) in enumerate(cells):
            if at + frame.px(width) > right:
                break
            ink = theme.INK if place_ == 0 else theme.INK_SOFT
            frame.text(at, middle, words, small, ink, down=0.5)
            at += frame.px(width)
        if row.mods.label and right - at > frame.px(40):
            label = fit(frame, row.mods.label, theme.TEXT_SMALL, right - at)
            frame.text(at, middle, label, small, tone(theme.MAGENTA), down=0.5)

    def _draw_play(self, frame: Frame, x: float, y: float, w: float, shown: Shown) -> None:
        h, gap = frame.px(BUTTON), frame.px(10)
        side = frame.px(150)
        if shown.ghost is not None:
            words = f"Racing {100 * shown.ghost.accuracy:.2f} %"
            button(
                *(frame, self._touch, x, y, side + frame.px(40), h, words, self._actions.race_alone),
                icon=icons.GHOST,
                size=theme.TEXT_SMALL,
                mark=theme.MAGENTA,
            )
            x, w = x + side + frame.px(40) + gap, w - side - frame.px(40) - gap
        else:
            words = "Board" if w < frame.px(460) else "Leaderboard"
            side = frame.px(110) if w < frame.px(460) else side
            button(
                *(frame, self._touch, x, y, side, h, words, self._actions.open_board),
                icon=icons.TROPHY,
                size=theme.TEXT_SMALL,
                mark=theme.AMBER,
            )
            x, w = x + side + gap, w - side - gap
        word = shown.word or ("Watch it played" if shown.mods.autoplay else "Play")
        button(frame, self._touch, x, y, w, h, word, self._actions.play, icon=icons.PLAY, note="Enter", primary=True)
