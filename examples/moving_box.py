"""The engine in thirty lines: a window with a box that the arrow keys move; Esc ends it."""

from engine.draw.colour import rgb
from engine.draw.frame import Frame
from engine.input.events import Event, InputEvent
from engine.loop import Loop
from engine.scene import Scene, SceneStack
from engine.window import open_window

WAYS = {"key:left": (-1, 0), "key:right": (1, 0), "key:up": (0, -1), "key:down": (0, 1)}
SPEED = 400.0  # design units a second


class MovingBox(Scene):
    """A box and what is held."""

    def __init__(self) -> None:
        self.x, self.y = 600.0, 320.0
        self.held: set[str] = set()

    def handle(self, event: Event) -> bool:
        """Arrows move, Esc leaves."""
        if not isinstance(event, InputEvent) or event.control not in (*WAYS, "key:escape"):
            return False
        if event.control == "key:escape":
            return self.leave()
        (self.held.add if event.pressed else self.held.discard)(event.control)
        return True

    def step(self, dt_us: int) -> None:
        """Move by what is held."""
        for dx, dy in (WAYS[key] for key in self.held):
            self.x += dx * SPEED * dt_us / 1e6
            self.y += dy * SPEED * dt_us / 1e6

    def draw(self, frame: Frame) -> None:
        """One rounded box that glows."""
        cyan = rgb("#4DE1FF")
        x, y, side = frame.px(self.x), frame.px(self.y), frame.px(80)
        frame.shapes.rect(x, y, side, side, cyan, radius=frame.px(16), glow=cyan, glow_px=frame.px(24))


if __name__ == "__main__":
    window, stack = open_window("Moving box"), SceneStack()
    stack.push(MovingBox())
    Loop(window, stack).run()
    window.close()
