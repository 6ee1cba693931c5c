"""What the drawer costs a frame, page by page, beside a long life: 2,000 turns, 5,000 memories, hundreds of facts.

The drawing is the main thread's own work; the reading is done on another thread and only informs.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from engine.draw.frame import Frame
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.scenes.talk_panel import Place
from game.scenes.talk_view import ChatView
from tests.bench.figure import Figure
from tests.rig.drawer_stage import Stage
from tests.rig.roleplay_profile import remember_much

FRAMES = 120
LIMIT_MS = 2.0
"""Half of what all of a frame's own work may take."""


def figures() -> Iterator[Figure]:
    """Each page: its median of drawing, and how long its reading took once."""
    window = HeadlessWindow((1280, 720), frame_us=16_667)
    with tempfile.TemporaryDirectory() as folder, Sound.silent() as sound, Stage(Path(folder), window, sound) as stage:
        host = remember_much(stage.log, memories=5_000, turns=2_000)
        stage.open(host)
        stage.rest()
        for number, page in enumerate(stage.drawer.panels):
            stage.drawer.show(number)
            stage.rest()
            if page is stage.drawer.model:
                stage.drawer.model.look(stage.drawer.desk, stage.view, host)
                stage.rest()
            stage.game.turn(10)
            began = time.perf_counter()
            page.reads(stage.view)(stage.log)
            read_ms = (time.perf_counter() - began) * 1e3
            drawn_ms = _drawn(stage)
            yield Figure(f"{page.title.lower()} drawn", drawn_ms, "ms", LIMIT_MS, beside=f"read in {read_ms:.1f} ms")
    window.close()


def _drawn(stage: Stage) -> float:
    """The median of drawing the page that is shown."""
    taken: list[float] = []
    drawer, draw = stage.drawer, stage.drawer.draw

    def timed(frame: Frame, view: ChatView, place: Place, live: bool) -> None:
        began = time.perf_counter()
        draw(frame, view, place, live)
        taken.append((time.perf_counter() - began) * 1e3)

    drawer.draw = timed  # type: ignore[method-assign]
    stage.game.turn(FRAMES)
    del drawer.draw
    return statistics.median(taken)
