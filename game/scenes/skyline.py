"""The city at night, seen from the stage: the quiet ground behind the title and the song list.

Worked out once for a size, then copied into the frame; only the windows that go on and off are touched again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.draw import theme
from engine.draw.colour import CLEAR, Colour, faded, mixed, rgb, with_alpha
from engine.draw.frame import Frame
from engine.draw.shapes import SHAPE, ShapeArray, ShapeKind, Shapes

SEED = 20
SKY_TOP = rgb("#080A12")
SKY_LOW = rgb("#1C1742")
HAZE = rgb("#7A3B8F")
FAR, NEAR = rgb("#1D1C42"), rgb("#0A0C17")
FLOOR = rgb("#07080F")
LAYERS = 3
STARS = 90
WINDOW_COLOURS = (rgb("#FFC857"), rgb("#FFE3A6"), rgb("#FFC857"), rgb("#4DE1FF"), rgb("#FF4DA6"))
LIT_SHARE = 0.34
"""How many of the windows ever light up."""

FLOOR_LANES = 10
WINDOWS_US = 100_000
FLOOR_SHARE = 0.12
"""How much of the picture the stage's floor takes."""


class Skyline:
    """A city of its own for ``seed``; ``draw`` fills the whole frame."""

    def __init__(self, seed: int = SEED) -> None:
        self._seed = seed
        self._key: tuple[tuple[int, int], float] | None = None
        self._still: ShapeArray = np.zeros(0, SHAPE)
        self._windows: ShapeArray = np.zeros(0, SHAPE)
        self._floor: ShapeArray = np.zeros(0, SHAPE)
        self._lit_windows: ShapeArray = np.zeros(0, SHAPE)
        self._tick = -1
        self._rhythm: NDArray[np.float32] = np.zeros((0, 2), np.float32)

    def draw(self, frame: Frame, *, veil: float = 0.0, pulse: float = 0.0) -> None:
        """Draw the city; ``veil`` (0 to 1) lays night over it, ``pulse`` (0 to 1) brightens the horizon."""
        key = (frame.size, frame.scale)
        if key != self._key:
            self._key = key
            self._build(frame)
        width, height = frame.size
        shapes = frame.shapes
        shapes.rect(0, 0, width, height, SKY_TOP, bottom=SKY_LOW)
        glow = frame.px(520)
        low = height * 0.86
        for x, colour, strength in ((0.30, HAZE, 0.26), (0.74, theme.tone(theme.CYAN), 0.10)):
            light = faded(colour, strength * (1.0 + 0.5 * pulse))
            shapes.circle(width * x, low, frame.px(4), CLEAR, glow=light, glow_px=glow)
        shapes.put(self._still)
        if len(self._windows):
            shapes.put(self._lit(frame.now_us))
        self._draw_stage(frame, pulse)
        if veil > 0.0:
            shapes.rect(0, 0, width, height, with_alpha(theme.NIGHT, veil))

    def _lit(self, now_us: int) -> ShapeArray:
        """The windows as bright as they are now; they change slowly, so that ten times a second is enough."""
        tick = 0 if theme.settings.reduced_motion else now_us // WINDOWS_US + 1
        if tick == self._tick:
            return self._lit_windows
        self._tick = tick
        seconds = 0.0 if theme.settings.reduced_motion else now_us / 1e6 % 86_400
        wave = np.sin(seconds * self._rhythm[:, 0] + self._rhythm[:, 1])
        alpha = np.clip(wave * 3.0 + 0.6, 0.06, 0.85)
        level = (alpha * 255).astype(np.uint32) << np.uint32(24)
        base = self._windows["border"]
        out = self._windows.copy()
        out["top"] = base | level
        out["bottom"] = base | level
        out["border"] = CLEAR
        self._lit_windows = out
        return out

    def _build(self, frame: Frame) -> None:
        rng = np.random.default_rng(self._seed)
        parts = [self._stars(frame, rng)]
        windows: list[tuple[float, float, float, float, int]] = []
        for layer in range(LAYERS):
            depth = layer / (LAYERS - 1)
            buildings = _buildings(frame, rng, depth)
            block = np.zeros(len(buildings), SHAPE)
            for row, (x, top, w, h) in enumerate(buildings):
                block[row]["x"], block[row]["y"], block[row]["w"], block[row]["h"] = x, top, w, h
            tone = mixed(FAR, NEAR, depth)
            block["top"], block["bottom"] = tone, mixed(tone, HAZE, 0.22 * (1 - depth))
            block["clip"] = (-32768, -32768, 32767, 32767)
            parts.append(block)
            windows += _windows(frame, rng, buildings, depth)
        self._still = np.concatenate(parts)
        block = np.zeros(len(windows), SHAPE)
        for name, column in zip(("x", "y", "w", "h", "border"), zip(*windows, strict=True), strict=True):
            block[name] = column
        block["clip"] = (-32768, -32768, 32767, 32767)
        self._windows = block
        self._tick = -1
        self._floor = _floor(frame)
        self._rhythm = np.stack(
            (rng.uniform(0.05, 0.22, len(windows)), rng.uniform(0.0, 6.283, len(windows))), axis=1
        ).astype(np.float32)

    def _stars(self, frame: Frame, rng: np.random.Generator) -> ShapeArray:
        block = np.zeros(STARS, SHAPE)
        size = rng.uniform(1.0, 2.2, STARS) * frame.scale
        block["x"] = rng.uniform(0, frame.width, STARS)
        block["y"] = rng.uniform(0, frame.height * 0.5, STARS)
        block["w"] = block["h"] = size
        block["kind"] = ShapeKind.CIRCLE
        alpha = (rng.uniform(0.1, 0.5, STARS) * 255).astype(np.uint32) << np.uint32(24)
        block["top"] = block["bottom"] = alpha | np.uint32(theme.INK & 0xFFFFFF)
        block["clip"] = (-32768, -32768, 32767, 32767)
        return block

    def _draw_stage(self, frame: Frame, pulse: float) -> None:
        """The floor we stand on, with lanes that run towards the city, and a lit edge."""
        width, height = frame.size
        top = height * (1 - FLOOR_SHARE)
        frame.shapes.put(self._floor)
        accent = theme.tone(theme.CYAN)
        edge = faded(accent, 0.35 + 0.4 * pulse)
        frame.shapes.rect(
            0, top - frame.px(1), width, frame.px(2), edge, glow=faded(accent, 0.22), glow_px=frame.px(18)
        )
        for lamp in range(9):
            x = width * (lamp + 0.5) / 9
            tone = theme.tone(theme.MAGENTA if lamp % 2 else theme.CYAN)
            light = faded(tone, 0.16 + 0.25 * pulse)
            frame.shapes.circle(x, top, frame.px(3), faded(tone, 0.8), glow=light, glow_px=frame.px(46))


def _floor(frame: Frame) -> ShapeArray:
    """The stage's boards and the lanes on them."""
    width, height = frame.size
    top = height * (1 - FLOOR_SHARE)
    shapes = Shapes(2 * FLOOR_LANES + 2)
    shapes.rect(0, top, width, height - top, FLOOR, bottom=mixed(FLOOR, SKY_LOW, 0.25))
    tone, thin = faded(theme.LINE, 0.55), max(1.0, frame.px(1.2))
    for line in range(-FLOOR_LANES, FLOOR_LANES + 1):
        far, near = width / 2 + line * width * 0.045, width / 2 + line * width * 0.105
        shapes.line(far, top, near, height, tone, thin)
    return shapes.written(0, shapes.count)


def _buildings(frame: Frame, rng: np.random.Generator, depth: float) -> list[tuple[float, float, float, float]]:
    """Left, top, width and height of each building of a layer; nearer ones are wider."""
    ground = frame.height * (1 - FLOOR_SHARE) + frame.px(2)
    unit = frame.height / 720
    out: list[tuple[float, float, float, float]] = []
    x = -20.0 * unit
    while x < frame.width:
        w = float(rng.uniform(34, 70) + 26 * depth) * unit
        # The middle stays lower, so that the sky is seen there.
        side = min(1.0, abs((x + w / 2) / frame.width - 0.5) * 2)
        h = float(rng.uniform(70, 190) * (1.25 - 0.45 * depth) * (0.55 + 0.75 * side)) * unit
        out.append((x, ground - h, w, h))
        if rng.random() < 0.3:
            mast = float(rng.uniform(14, 40)) * unit
            out.append((x + w * 0.5, ground - h - mast, max(1.0, 1.6 * unit), mast))
        x += w + float(rng.uniform(0, 14 * (1 - depth))) * unit
    return out


def _windows(
    frame: Frame, rng: np.random.Generator, buildings: list[tuple[float, float, float, float]], depth: float
) -> list[tuple[float, float, float, float, Colour]]:
    """Left, top, width, height and colour of the windows that light up in a layer."""
    unit = frame.height / 720
    across, down = 9.0 * unit, 13.0 * unit
    w, h = 3.6 * unit, 5.4 * unit
    out = []
    for left, top, width, height in buildings:
        if width < 12 * unit:
            continue
        columns, rows = int((width - 8 * unit) / across), int((height - 12 * unit) / down)
        lit = rng.random((max(rows, 0), max(columns, 0))) < LIT_SHARE * (0.35 + 0.4 * depth)
        tone = WINDOW_COLOURS[int(rng.integers(len(WINDOW_COLOURS)))]
        for row, column in np.argwhere(lit).tolist():
            out.append((left + 6 * unit + column * across, top + 10 * unit + row * down, w, h, tone & 0xFFFFFF))
    return out
