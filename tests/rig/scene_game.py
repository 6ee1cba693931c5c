"""The stand for scenes with songs made here and a player's hands, for tests that go from key to picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pygame
import soundfile

from engine.clock import now_us, wall_us
from engine.errors import UserError
from engine.input.events import Event, InputEvent, TextEvent
from engine.scene import Scene
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.events import to_log
from game.rhythm.chart import TIMING, Chart, NoteKind, make_notes
from game.rhythm.entries import ChartEntry
from game.rhythm.events import PerformanceEnded, PerformanceStarted
from game.rhythm.formats.jam import write_jam
from tests.rig.stand import Stand

RATE_HZ = 8000
WAITING_HZ = 20


class SceneGame(Stand):
    """A :class:`Stand` with a library over ``songs`` below ``folder`` and with a player's hands: one thing a frame."""

    window: HeadlessWindow

    def __init__(
        self,
        folder: Path,
        songs: Path | None = None,
        size: tuple[int, int] = (1280, 720),
        *,
        window: HeadlessWindow | None = None,
        sound: Sound | None = None,
    ) -> None:
        """A ``window`` and a ``sound`` that are given are shared and stay open."""
        drawn = window or HeadlessWindow(size, frame_us=16_667)
        super().__init__(folder / "profile", drawn, sound, frame_hz=0, roots=(songs,) if songs is not None else ())
        if window is None:
            self._owned(drawn)

    def show(self, scene: Scene) -> None:
        """Put a scene on top and draw it once."""
        super().show(scene)
        self.turn()

    def turn(self, frames: int = 1) -> None:
        """Let the game go on for so many frames."""
        for _ in range(frames):
            self.loop.once(0)

    def until(self, condition: Callable[[], Any], what: str, within_s: float = 60.0) -> Any:
        """See :class:`Stand`; a few pictures a second are enough meanwhile."""
        self.loop.frame_hz = WAITING_HZ
        value = super().until(condition, what, within_s)
        self.loop.frame_hz = 0
        return value

    def feed(self, *events: Event) -> None:
        """Let something happen, one thing a frame as a player would."""
        for event in events:
            self.window.feed(event)
            self.turn()

    def press(self, *names: str) -> None:
        """Press keys and let go, one after the other; ``ctrl+f`` holds the first while the second is pressed."""
        for name in names:
            chord = [f"key:{part}" for part in name.replace("ctrl", "lctrl").replace("shift", "lshift").split("+")]
            self.feed(*(InputEvent(now_us(), "keyboard", control, 1.0) for control in chord))
            self.feed(*(InputEvent(now_us(), "keyboard", control, 0.0) for control in reversed(chord)))

    def write(self, text: str) -> None:
        """Type ``text``: keys, and the characters while a field listens."""
        for character in text:
            listening = self.window.ui.wants_text
            if not listening:
                self.press({" ": "space"}.get(character, character))
            else:
                self.feed(TextEvent(now_us(), character))
            self.turn(2)

    def move(self, x: float, y: float) -> None:
        """Put the pointer at a place, in pixels."""
        self.feed(InputEvent(now_us(), "mouse", "x", x), InputEvent(now_us(), "mouse", "y", y))
        self.turn()

    def click(self, x: float, y: float) -> None:
        """Move there and click."""
        self.move(x, y)
        self.feed(InputEvent(now_us(), "mouse", "button:left", 1.0), InputEvent(now_us(), "mouse", "button:left", 0.0))

    def wheel(self, notches: float) -> None:
        """Turn the wheel; up is positive."""
        self.feed(InputEvent(now_us(), "mouse", "wheel:y", notches))

    def score(
        self,
        entry: ChartEntry,
        score: int,
        accuracy: float = 0.95,
        rate_percent: int = 100,
        *,
        outcome: str = "finished",
        mods: dict[str, Any] | None = None,
    ) -> str:
        """Put a performance of ``entry`` into the log; says its id once it can be read."""
        name = f"{entry.hash[:8]}-{score}"
        mods = dict(mods or {}) | ({} if rate_percent == 100 else {"rate_percent": rate_percent})
        rules = self.profile.settings.playfield.rules
        started = PerformanceStarted(
            *(entry.hash, entry.path, entry.chart_index, entry.title, entry.artist, entry.level, entry.keys),
            *(rules, mods),
        )
        ended = PerformanceEnded(outcome, entry.length_us, {"max": 1}, score, 321, accuracy, "A")
        events = [to_log(one, at_us=wall_us()) for one in (started, ended)]
        self.profile.append(f"play/{name}", *events)
        if not self.profile.writer.flush(10.0):
            raise UserError("the log's writer did not come to an end")
        return name


def make_chart(title: str, keys: int = 4, notes: int = 40, level: str = "Normal", **facts: str) -> Chart:
    """A chart of ``notes`` notes, a hold every eighth, half a second apart."""
    rows = [
        (
            1_000_000 + i * 250_000,
            1_000_000 + i * 250_000 + (200_000 if i % 8 == 7 else 0),
            (i * 3 + i // 5) % keys,
            int(NoteKind.HOLD if i % 8 == 7 else NoteKind.TAP),
            -1,
        )
        for i in range(notes)
    ]
    timing = np.array([(1_000_000, 500_000.0, 4)], TIMING)
    return Chart(keys=keys, notes=make_notes(rows), title=title, level=level, timing=timing, **facts)  # type: ignore[arg-type]


def write_song(folder: Path, *charts: Chart, seconds: float = 0.0, picture: tuple[int, int, int] | None = None) -> Path:
    """A song folder with ``charts``; with ``seconds`` of a tone as their song, and a plain picture, if asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    for place, chart in enumerate(charts):
        (folder / f"{place}.jam").write_text(write_jam(chart), encoding="utf-8")
    if seconds:
        tone = 0.2 * np.sin(np.arange(round(seconds * RATE_HZ)) * (440 * 2 * np.pi / RATE_HZ))
        soundfile.write(folder / "song.wav", tone.astype(np.float32), RATE_HZ)
    if picture is not None:
        surface = pygame.Surface((320, 180))
        surface.fill(picture)
        pygame.image.save(surface, str(folder / "picture.png"))
    return folder
