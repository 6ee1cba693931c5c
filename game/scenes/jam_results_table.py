"""The table of a band's results: a row a player, with what they came to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.draw import icons, theme
from engine.draw.colour import Colour, faded, with_alpha
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from game.jam.band import BandResult
from game.jam.performer import PlayerResult
from game.rhythm.performance import FINISHED, LEFT
from game.rhythm.result import Result
from game.scenes.canvas import Touch, fit, mixed, pill, wide
from game.scenes.palette import judgement_colour

HEAD = 30.0
ROW_MOST = 62.0
ROW_LEAST = 22.0
NAME_SHARE = 0.30
COLUMNS = (("score", 0.15), ("accuracy", 0.13), ("combo", 0.10), ("mean", 0.11), ("unstable", 0.11), ("", 0.10))
"""What stands at the right of a name and how much of the row it takes; the last is a bar of judgements."""

Row = tuple[PlayerResult, str, str]
"""A player's result, name, and part in words."""


def draw_band(frame: Frame, x: float, y: float, w: float, h: float, result: BandResult) -> None:
    """The band's accuracy in a ring that closes, its score below, and whether anything is still to come."""
    radius = max(frame.px(30), min(w * 0.30, (h - frame.px(96)) / 2))
    cx, cy = x + w / 2, y + radius + frame.px(4)
    tone = theme.tone(theme.AMBER if result.provisional else theme.LIME)
    frame.shapes.ring(cx, cy, radius, radius * 0.115, theme.RAISED)
    share = max(0.0, min(1.0, result.accuracy))
    frame.shapes.ring(cx, cy, radius, radius * 0.115, tone, share=share, glow=faded(tone, 0.25), glow_px=frame.px(8))
    text = f"{100 * result.accuracy:.1f}"
    frame.text(cx, cy - radius * 0.08, text, radius * 0.52, theme.INK, weight=Weight.BOLD, across=0.5, down=0.5)
    frame.text(cx, cy + radius * 0.34, "per cent", radius * 0.19, theme.INK_SOFT, across=0.5, down=0.5)
    line = cy + radius + frame.px(10)
    score = f"{result.score:,}".replace(",", " ")
    frame.text(cx, line, score, frame.px(34), theme.INK, weight=Weight.BOLD, across=0.5)
    words = "the band's score"
    ink = theme.INK_SOFT
    if result.provisional:
        words, ink = "provisional: some of it is still on its way", theme.tone(theme.AMBER)
    frame.text(cx, line + frame.px(42), fit(frame, words, 14, w), frame.px(14), ink, across=0.5)


def draw_table(
    frame: Frame,
    touch: Touch,
    rect: tuple[float, float, float, float],
    rows: Sequence[Row],
    chosen: int,
    choose: Callable[[int], None],
    palette: str,
    me: str,
) -> float:
    """Draw it into ``rect``; says how high it came out."""
    x, y, w, h = rect
    pitch = max(frame.px(ROW_LEAST), min(frame.px(ROW_MOST), (h - frame.px(HEAD)) / max(1, len(rows))))
    size = min(frame.px(theme.TEXT_BODY), pitch * 0.31, w * 0.024)
    _draw_head(frame, x, y, w, size)
    top = y + frame.px(HEAD)
    for place, row in enumerate(rows):
        at = (x, top + place * pitch, w, pitch - max(2.0, pitch * 0.08))
        lift = touch.lift(frame, ("row", place), touch.area(*at, ("row", place), lambda place=place: choose(place)))  # type: ignore[misc]
        _draw_row(frame, at, row, place, size, max(lift, float(place == chosen)), palette, row[0].peer == me)
    return frame.px(HEAD) + pitch * len(rows)


def _lefts(x: float, w: float) -> list[float]:
    """Where each column ends."""
    out, at = [], x + w * NAME_SHARE
    for _, share in COLUMNS:
        at += w * share
        out.append(at)
    return out


def _draw_head(frame: Frame, x: float, y: float, w: float, size: float) -> None:
    for (name, _), end in zip(COLUMNS, _lefts(x, w), strict=True):
        frame.text(end - size, y + frame.px(6), name, size * 0.8, theme.INK_SOFT, across=1.0)


def _draw_row(
    frame: Frame,
    at: tuple[float, float, float, float],
    row: Row,
    place: int,
    size: float,
    lift: float,
    palette: str,
    mine: bool,
) -> None:
    x, y, w, h = at
    player, name, part = row
    accent = theme.tone(theme.CYAN)
    ground = mixed(theme.PANEL, theme.HOVER, round(lift, 2))
    frame.shapes.rect(x, y, w, h, with_alpha(ground, 0.94), radius=frame.px(theme.ROUNDING_SMALL),
                      border=mixed(theme.LINE, accent, round(lift, 2)), border_px=max(1.0, frame.px(1)))  # fmt: skip
    middle, units = y + h / 2, size / frame.scale
    left, room = x + size * 2.6, w * NAME_SHARE - size * 2.8
    frame.text(x + size * 1.3, middle, str(place + 1), size, theme.INK_SOFT, weight=Weight.BOLD, across=0.5, down=0.5)
    two = h > size * 2.6
    said, tone = _said(player)
    under = "   ".join(words for words in (part, said) if words)
    rise = size * 0.55 if two and under else 0.0
    shown = fit(frame, f"{name} (you)" if mine else name, units, room, Weight.BOLD)
    frame.text(left, middle - rise, shown, size, theme.INK, weight=Weight.BOLD, down=0.5)
    if two and under:
        ink = tone if said else theme.INK_SOFT
        frame.text(left, middle + size * 0.68, fit(frame, under, units * 0.8, room), size * 0.8, ink, down=0.5)
    elif said:
        used = wide(frame, shown, units, Weight.BOLD) + size * 0.8
        frame.text(left + used, middle, fit(frame, said, units * 0.8, room - used), size * 0.8, tone, down=0.5)
    _draw_figures(frame, player.result, x, w, middle, size, palette)


def _draw_figures(
    frame: Frame, result: Result | None, x: float, w: float, middle: float, size: float, palette: str
) -> None:
    """Score, accuracy, combo, mean and unstable rate, and the judgements as a bar."""
    ends = _lefts(x, w)
    if result is None:
        return
    figures = (
        f"{result.score:,}".replace(",", " "),
        f"{100 * result.accuracy:.2f} %",
        f"{result.max_combo}x",
        f"{result.mean_us / 1000:+.1f} ms" if result.overall.presses else "",
        f"{result.unstable_rate:.0f}" if result.overall.presses else "",
    )
    for place, (words, end) in enumerate(zip(figures, ends, strict=False)):
        weight = Weight.BOLD if place == 0 else Weight.REGULAR
        ink = theme.INK if place < 2 else theme.INK_SOFT
        frame.text(end - size, middle, words, size, ink, weight=weight, across=1.0, down=0.5)
    left, right = ends[-2], ends[-1] - size
    total, at = max(1, sum(result.counts.values())), left
    for number, count in enumerate(result.counts.values()):
        width = (right - left) * count / total
        if width > 0:
            colour = judgement_colour(number, len(result.counts), palette)
            frame.shapes.rect(at, middle - size * 0.3, width, size * 0.6, colour)
        at += width


def _said(player: PlayerResult) -> tuple[str, Colour]:
    """A word on a performance that is not plainly finished, and its colour."""
    amber = theme.tone(theme.AMBER)
    if player.problem:
        return "cannot be judged here", amber
    if player.outcome == LEFT:
        return "left early", amber
    if player.provisional:
        return "on its way" if player.outcome else "not heard to the end", amber
    return ("", theme.INK_SOFT) if player.outcome == FINISHED else (player.outcome, amber)


def provisional_pill(frame: Frame, right: float, middle: float) -> None:
    """What marks a result that may still change."""
    pill(frame, right, middle, f"{icons.CLOCK}  provisional", theme.tone(theme.AMBER))
