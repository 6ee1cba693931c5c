"""The graphs of the results: grade, counts, hit errors as histogram and timeline, lanes and hands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.draw import theme
from engine.draw.colour import faded, mixed
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.shapes import ShapeKind
from game.rhythm.board import BoardRow
from game.rhythm.chart import Chart
from game.rhythm.result import Result, Spread
from game.rhythm.rules import at_rate, rule_set
from game.scenes.palette import judgement_colour

BINS = 61
"""Odd, so that one bin stands around zero."""

TIMELINE_MAX = 6000
"""More points than this cannot be told apart; every n-th is drawn."""


def panel(frame: Frame, x: float, y: float, w: float, h: float, title: str, note: str = "") -> float:
    """The ground and heading of a graph; says where its content begins.  A note that does not fit beside the title
    goes under it."""
    frame.shapes.rect(x, y, w, h, theme.PANEL, radius=frame.px(theme.ROUNDING), border=theme.LINE, border_px=1.0)
    inset = frame.px(16)
    frame.text(x + inset, y + frame.px(12), title, frame.px(16), theme.INK, weight=Weight.BOLD)
    if not note:
        return y + frame.px(44)
    size = frame.px(14)
    title_width = frame.glyphs.measure(title, frame.px(16), Weight.BOLD)[0]
    room = w - 2 * inset
    if title_width + frame.px(12) + frame.glyphs.measure(note, size)[0] <= room:
        frame.text(x + w - inset, y + frame.px(14), note, size, theme.INK_SOFT, across=1.0)
        return y + frame.px(44)
    size = min(size, size * room / max(1.0, frame.glyphs.measure(note, size)[0]))
    frame.text(x + inset, y + frame.px(35), note, size, theme.INK_SOFT)
    return y + frame.px(60)


def draw_grade(
    frame: Frame, x: float, y: float, w: float, h: float, result: Result, row: BoardRow, best: BoardRow | None
) -> None:
    """The grade in a ring that closes with the accuracy, score beneath, and how it stands beside the best."""
    lines = (frame.px(44), frame.px(26), frame.px(24))
    radius = max(frame.px(24), min(w * 0.3, (h - sum(lines) - frame.px(12)) / 2))
    cx, cy = x + w / 2, y + radius + frame.px(4)
    accent = theme.tone(theme.RED if result.failed else theme.CYAN)
    band = radius * 0.115
    frame.shapes.ring(cx, cy, radius, band, theme.RAISED)
    share = max(0.0, min(1.0, result.accuracy))
    frame.shapes.ring(cx, cy, radius, band, accent, share=share, glow=faded(accent, 0.25), glow_px=frame.px(8))
    size = radius * (0.82 if len(result.grade) < 3 else 0.5 if len(result.grade) < 5 else 0.38)
    frame.text(cx, cy, result.grade, size, theme.INK, weight=Weight.BOLD, across=0.5, down=0.5)
    line = cy + radius + frame.px(10)
    score = f"{result.score:,}".replace(",", " ")
    frame.text(cx, line, score, frame.px(36), theme.INK, weight=Weight.BOLD, across=0.5)
    detail = f"{100 * result.accuracy:.2f} %    {result.max_combo}x"
    frame.text(cx, line + lines[0], detail, frame.px(18), theme.INK_SOFT, across=0.5)
    if best is not None and row.player == "user":
        ahead = result.score - best.score
        words = f"best before: {best.score:,}   {ahead:+,}".replace(",", " ")
        tone = theme.tone(theme.LIME) if ahead > 0 else theme.INK_SOFT
        frame.text(cx, line + lines[0] + lines[1], words, frame.px(15), tone, across=0.5)


def draw_counts(frame: Frame, x: float, y: float, w: float, h: float, result: Result, palette: str) -> None:
    """How often each judgement was given, with a bar for its share."""
    names = list(result.counts)
    most = max(1, *result.counts.values())
    pitch = min(frame.px(36), h / max(1, len(names)))
    for place, (name, count) in enumerate(result.counts.items()):
        colour = judgement_colour(place, len(names), palette)
        top = y + place * pitch
        size = min(frame.px(16), pitch * 0.55)
        frame.text(x, top, name.upper(), size, colour, weight=Weight.BOLD)
        frame.text(x + w, top, str(count), size, theme.INK, weight=Weight.BOLD, across=1.0)
        bar_y, bar_h = top + pitch * 0.68, max(2.0, frame.px(4))
        frame.shapes.rect(x, bar_y, w, bar_h, theme.RAISED, radius=bar_h / 2)
        if count:
            frame.shapes.rect(x, bar_y, max(bar_h, w * count / most), bar_h, colour, radius=bar_h / 2)


def _window_us(result: Result, chart: Chart | None = None) -> int:
    """The widest window a press can be judged in, in real time."""
    rules = at_rate(rule_set(result.rules, chart), 1.0)
    return max((*rules.late_us[: rules.miss], *rules.early_us[: rules.miss], 1))


def draw_histogram(frame: Frame, x: float, y: float, w: float, h: float, result: Result, palette: str) -> None:
    """Hit errors in real milliseconds, early at the left."""
    spread = result.overall
    note = f"mean {spread.mean_us / 1000:+.1f} ms    unstable rate {spread.unstable_rate:.0f}"
    if not spread.presses:
        note = "no note was hit"
    top = panel(frame, x, y, w, h, "Hit errors", note) + frame.px(4)
    left, right = x + frame.px(16), x + w - frame.px(16)
    bottom = y + h - frame.px(34)
    real_us = result.errors_us / result.rate
    limit = float(min(_window_us(result), max(20_000.0, np.abs(real_us).max() * 1.05 if len(real_us) else 0.0)))
    counts, _ = np.histogram(real_us, bins=BINS, range=(-limit, limit))
    width = (right - left) / BINS
    block = frame.shapes.block(BINS)
    height = (bottom - top) * counts / max(1, counts.max())
    block["kind"] = int(ShapeKind.RECT)
    block["x"] = left + np.arange(BINS) * width + width * 0.1
    block["w"] = width * 0.8
    block["y"], block["h"] = bottom - height, height
    cyan, magenta = theme.tone(theme.CYAN), theme.tone(theme.MAGENTA)
    block["top"] = np.where(
        np.arange(BINS) < BINS // 2, cyan, np.where(np.arange(BINS) > BINS // 2, magenta, theme.INK)
    )
    block["bottom"] = block["top"]
    block["radius"] = frame.px(2)
    frame.shapes.rect(left, bottom, right - left, 1, theme.LINE)
    for share, words in ((0.0, f"early {limit / 1000:.0f} ms"), (0.5, "0"), (1.0, f"late {limit / 1000:.0f} ms")):
        place = left + share * (right - left)
        frame.text(place, bottom + frame.px(8), words, frame.px(14), theme.INK_SOFT, across=share)
    mean_x = (left + right) / 2 + (right - left) / 2 * max(-1.0, min(1.0, spread.mean_us / limit))
    frame.shapes.triangle(mean_x, top - frame.px(4), frame.px(12), frame.px(10), theme.INK, turn=np.pi)


def draw_timeline(
    frame: Frame, x: float, y: float, w: float, h: float, result: Result, chart: Chart, missed_us: NDArray[np.int64]
) -> None:
    """Every press over the song: how far off; and a tick at the foot for every miss."""
    top = panel(frame, x, y, w, h, "Over the song", "late above, early below, misses at the foot")
    left, right = x + frame.px(16), x + w - frame.px(16)
    bottom = y + h - frame.px(16)
    middle = (top + bottom) / 2
    real_us = result.errors_us / result.rate
    limit = float(min(_window_us(result, chart), max(20_000.0, np.abs(real_us).max() * 1.05 if len(real_us) else 0.0)))
    frame.shapes.rect(left, middle, right - left, 1, theme.LINE)
    step = max(1, len(real_us) // TIMELINE_MAX)
    errors, at = real_us[::step], result.error_at_us[::step]
    length = max(1, chart.length_us)
    size = max(2.0, frame.px(3))
    block = frame.shapes.block(len(errors))
    block["kind"] = int(ShapeKind.CIRCLE)
    block["w"] = block["h"] = size
    block["x"] = left + (right - left) * np.clip((at - chart.first_us) / length, 0, 1) - size / 2
    block["y"] = middle - (bottom - top) / 2 * np.clip(errors / limit, -1, 1) - size / 2
    share = np.clip(np.abs(errors) / limit, 0, 1)
    near, far = theme.tone(theme.CYAN), theme.tone(theme.MAGENTA)
    steps = np.array([mixed(near, far, place / 15) for place in range(16)], np.uint32)
    block["top"] = block["bottom"] = steps[(share * 15).astype(np.intp)]
    ticks = frame.shapes.block(len(missed_us))
    ticks["x"] = left + (right - left) * np.clip((missed_us - chart.first_us) / length, 0, 1)
    ticks["y"], ticks["h"], ticks["w"] = bottom - frame.px(10), frame.px(10), max(1.0, frame.px(1.5))
    ticks["top"] = ticks["bottom"] = theme.tone(theme.RED)
    if result.failed and result.failed_at_us is not None:
        gone = left + (right - left) * min(1.0, max(0.0, (result.failed_at_us - chart.first_us) / length))
        frame.shapes.rect(gone, top, max(1.0, frame.px(2)), bottom - top, theme.tone(theme.RED))


def draw_lanes(frame: Frame, x: float, y: float, w: float, h: float, result: Result, palette: str) -> None:
    """For every lane: misses, early against late, mean; and the two hands."""
    hands = result.hands
    note = "    ".join(
        f"{name} {hand.mean_us / 1000:+.1f} ms, UR {hand.unstable_rate:.0f}"
        for name, hand in zip(("left", "right"), hands, strict=True)
        if hand.presses
    )
    top = panel(frame, x, y, w, h, "Lanes and hands", note) + frame.px(4)
    left, right = x + frame.px(16), x + w - frame.px(16)
    bottom = y + h - frame.px(16)
    count = len(result.lanes)
    pitch = (right - left) / count
    most = max(1, *(max(lane.early, lane.late) for lane in result.lanes))
    middle = (top + bottom) / 2 - frame.px(8)
    frame.shapes.rect(left, middle, right - left, 1, theme.LINE)
    for number, lane in enumerate(result.lanes):
        _draw_lane(frame, left + number * pitch, pitch, middle, (middle - top) - frame.px(4), lane, most, number)


def _draw_lane(
    frame: Frame, x: float, pitch: float, middle: float, room: float, lane: Spread, most: int, number: int
) -> None:
    """Late presses stand above the line, early ones hang below; the lane's number and misses under it."""
    width = min(pitch * 0.6, frame.px(36))
    bar = x + (pitch - width) / 2
    late, early = room * lane.late / most, room * lane.early / most
    frame.shapes.rect(bar, middle - late, width, late, theme.tone(theme.MAGENTA), radius=frame.px(3))
    frame.shapes.rect(bar, middle + 1, width, early, theme.tone(theme.CYAN), radius=frame.px(3))
    small = frame.px(13 if pitch > frame.px(26) else 10)
    centre, foot = x + pitch / 2, middle + room + frame.px(6)
    tone = theme.tone(theme.RED) if lane.missed else theme.INK_SOFT
    words = (
        f"{number + 1}"
        if not lane.missed
        else f"{number + 1}: {lane.missed} miss"
        if pitch > frame.px(70)
        else (f"{number + 1}!")
    )
    frame.text(centre, foot, words, small, tone, across=0.5)
