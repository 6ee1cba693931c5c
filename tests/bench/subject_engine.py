"""Our window and loop, drawing 2,000 moving shapes sixty times a second; see ``tests.rig.latency``."""

from __future__ import annotations

import sys
import threading

import numpy as np

from engine.draw.colour import rgb
from engine.draw.frame import Frame
from engine.input.events import Event, InputEvent
from engine.loop import Loop, quiet
from engine.scene import Scene, SceneStack
from engine.window import open_window

SHAPES = 2000


class Moving(Scene):
    """Shapes that fall in seven columns."""

    def __init__(self) -> None:
        self.lane = np.arange(SHAPES) % 7
        self.place = np.random.default_rng(1).random(SHAPES)
        self.shift = 0.0

    def handle(self, event: Event) -> bool:
        """Print the stamp of every press."""
        if isinstance(event, InputEvent) and event.device == "keyboard" and event.pressed:
            print(event.at_us, flush=True)
        return True

    def step(self, dt_us: int) -> None:
        """Fall."""
        self.shift += dt_us / 1e6

    def draw(self, frame: Frame) -> None:
        """All of them as one block."""
        block = frame.shapes.block(SHAPES)
        block["x"] = self.lane * (frame.width / 7)
        block["y"] = (self.place + self.shift) % 1.0 * frame.height
        block["w"] = frame.width / 8
        block["h"] = frame.height / 40
        block["radius"] = 3
        block["top"] = rgb("#4DE1FF")
        block["bottom"] = rgb("#FF4DA6")
        frame.text(8, 8, f"{frame.number}", 16)


def main() -> None:
    """``python -m tests.bench.subject_engine WIDTH HEIGHT``."""
    window, stack = open_window("engine", (int(sys.argv[1]), int(sys.argv[2]))), SceneStack()
    stack.push(Moving())
    loop = Loop(window, stack, frame_hz=60)

    def end_with_input() -> None:
        sys.stdin.read()
        stack.call_soon(loop.stop)

    threading.Thread(target=end_with_input, daemon=True).start()
    for _ in range(50):
        loop.once()
    quiet()
    print("ready", flush=True)
    loop.clear_stats()
    loop.run()
    print(loop.stats(), file=sys.stderr)
    window.close()


main()
