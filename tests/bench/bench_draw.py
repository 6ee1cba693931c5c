"""What a frame of a full playfield costs on the main thread: update and build, without the driver's part."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.draw.colour import rgb
from engine.draw.frame import Frame
from engine.window import HeadlessWindow
from tests.bench.figure import Figure

FRAMES = 400
LIMITS_MS = {2_000: 0.5, 10_000: 1.0}
CALLS = 4
STRINGS = 200


class Field:
    """Notes in seven lanes that fall, written the way a playfield is."""

    def __init__(self, notes: int) -> None:
        rng = np.random.default_rng(1)
        self.at_us = np.sort(rng.integers(0, 1_000_000, notes))
        lane = rng.integers(0, 7, notes)
        self.x = (400 + lane * 68).astype(np.float32)
        self.colour = np.array([rgb("#4DE1FF"), rgb("#FF4DA6")], np.uint32)[lane % 2]
        self.lower = np.array([rgb("#2A8CA6"), rgb("#A6326C")], np.uint32)[lane % 2]

    def draw(self, frame: Frame, now_us: int) -> None:
        """One block, filled by column."""
        block = frame.shapes.block(len(self.at_us))
        block["x"] = self.x
        block["y"] = (self.at_us - now_us) * -0.00072 + 640.0
        block["w"] = 64.0
        block["h"] = 20.0
        block["radius"] = 6.0
        block["top"] = self.colour
        block["bottom"] = self.lower
        frame.text(640, 40, f"{now_us}", 40, across=0.5)


def build_us(window: HeadlessWindow, field: Field) -> NDArray[np.float64]:
    """How long each of many frames took to update and build, in microseconds."""
    took = []
    for number in range(FRAMES):
        start = time.perf_counter_ns()
        frame = window.begin_frame()
        assert frame is not None
        field.draw(frame, number * 4_000)
        ui_data, _ = window.ui.finish()
        frame.finish([], ui_data)
        took.append((time.perf_counter_ns() - start) / 1000)
    return np.array(took[FRAMES // 10 :])


def figures() -> Iterator[Figure]:
    """Frames of 2,000 and 10,000 notes, their draw calls, and 200 changing strings."""
    window = HeadlessWindow((1280, 720))
    for notes, limit in LIMITS_MS.items():
        took = build_us(window, Field(notes)) / 1000
        yield Figure(f"CPU a frame with {notes:,} notes, median", float(np.median(took)), "ms", limit)
        yield Figure(f"CPU a frame with {notes:,} notes, p99", float(np.percentile(took, 99)), "ms")
    frame = window.begin_frame()
    assert frame is not None
    Field(10_000).draw(frame, 0)
    window.end_frame(frame)
    yield Figure("draw calls of a playfield with text", float(window.driver.calls[0]), "calls", CALLS)
    yield Figure(f"laying out {STRINGS} changing strings, median", float(np.median(strings_ms(window))), "ms")
    window.close()


def strings_ms(window: HeadlessWindow) -> list[float]:
    """How long laying out many strings takes that are other ones each frame, in milliseconds."""
    took = []
    for number in range(200):
        frame = window.begin_frame()
        assert frame is not None
        start = time.perf_counter_ns()
        for i in range(STRINGS):
            frame.text(i, i, f"{number * 7 + i:06d}", 20)
        frame.layer()
        took.append((time.perf_counter_ns() - start) / 1e6)
        window.ui.finish()
    return took


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name:55} {figure.value:8.3f} {figure.unit} {figure.limit} {figure.ok}")
