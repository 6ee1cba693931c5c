"""The game's own play scene in a real window sixty times a second; see ``tests.rig.latency``."""

from __future__ import annotations

import sys
import tempfile
import threading
from pathlib import Path

from engine.input.events import Event, InputEvent
from engine.window import open_window
from game.app import load_effects
from game.rhythm.mods import Mods
from game.scenes.play import Phase, PlayScene
from game.scenes.requests import ChartRef, Play
from tests.rig.scene_game import make_chart, write_song
from tests.rig.stand import RATE_HZ, Stand

NOTES = 2400
"""Ten minutes of four notes a second, holds among them."""


class Told(PlayScene):
    """Prints the stamp of every press once it is judged."""

    def handle(self, event: Event) -> bool:
        """See :class:`PlayScene`."""
        handled = super().handle(event)
        if isinstance(event, InputEvent) and event.device == "keyboard" and event.pressed:
            print(event.at_us, flush=True)
        return handled


def main() -> None:
    """``python -m tests.bench.subject_play WIDTH HEIGHT``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        song = write_song(folder / "song", make_chart("Long", notes=NOTES, audio="song.wav"), seconds=20.0)
        window = open_window("engine", (int(sys.argv[1]), int(sys.argv[2])), vsync=False)
        with Stand(folder / "profile", window, frame_hz=60, effects=load_effects(RATE_HZ)) as stand:
            scene = Told(stand.context, Play(ChartRef(str(song / "0.jam")), "osu-mania-stable", Mods(no_fail=True)))
            stand.show(scene)
            stand.until(lambda: scene.phase is Phase.PLAYING, "the song")

            def stop_at_end_of_input() -> None:
                sys.stdin.read()
                stand.stack.call_soon(stand.loop.stop)

            threading.Thread(target=stop_at_end_of_input, daemon=True).start()
            print("ready", flush=True)
            stand.loop.clear_stats()
            stand.loop.run()
            print(stand.loop.stats(), file=sys.stderr)
        window.close()


main()
