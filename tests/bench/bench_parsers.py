"""How fast charts are read, beside the fastest readers of the same formats on PyPI, in turn in the same run.

Peers come with ``pip install -e .[bench]``; one that is not installed or cannot read the chart is left out.
reamber reads both formats but asks for a numpy older than ours, so the YAML loader it stands on is the peer for
``.qua``; slider stops at the holds of mania charts.
"""

from __future__ import annotations

import importlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from game.rhythm.chart import SCROLL, TIMING, Chart, make_notes
from game.rhythm.formats.osu_write import write_osu
from game.rhythm.formats.read import read_chart_file
from tests.bench.figure import Figure

NOTES = 5_000
ROUNDS = 25

Reader = Callable[[Path], object]


def osu_text() -> str:
    """A 7-key beatmap of ``NOTES`` notes, a tenth of them holds, with 60 changes of velocity."""
    dice = random.Random(7)
    rows = []
    for i in range(NOTES):
        at_us = 1_000_000 + i * 60_000
        is_hold = dice.random() < 0.1
        rows.append((at_us, at_us + (250_000 if is_hold else 0), dice.randrange(7), int(is_hold), -1))
    timing = np.array([(1_000_000, 60_000_000 / 187, 4)], dtype=TIMING)
    scroll = np.array([(1_000_000 + i * 5_000_000, 1 + i % 5 / 10, 0) for i in range(60)], dtype=SCROLL)
    return write_osu(Chart(keys=7, notes=make_notes(rows), timing=timing, scroll=scroll, title="Bench", audio="a.ogg"))


def qua_text() -> str:
    """A Quaver map of ``NOTES`` notes as Quaver writes it."""
    dice = random.Random(7)
    lines = ["AudioFile: a.mp3", "SongPreviewTime: 0", "Mode: Keys4", "Title: Bench", "EditorLayers: []"]
    lines += ["TimingPoints:", "- StartTime: 100", "  Bpm: 187", "SliderVelocities:"]
    for i in range(60):
        lines += [f"- StartTime: {1000 + i * 5000}", f"  Multiplier: {1 + i % 5 / 10}"]
    lines.append("HitObjects:")
    for i in range(NOTES):
        at_ms = 1000 + i * 60
        lines += [f"- StartTime: {at_ms}", f"  Lane: {dice.randrange(4) + 1}"]
        if dice.random() < 0.1:
            lines.append(f"  EndTime: {at_ms + 250}")
        lines.append("  KeySounds: []")
    return "\n".join(lines) + "\n"


def load_yaml(path: Path) -> object:
    """A ``.qua`` by PyYAML's C loader: no chart yet, only its tree."""
    with path.open("rb") as file:
        return yaml.load(file, Loader=yaml.CSafeLoader)


def peers() -> dict[str, dict[str, Reader]]:
    """The installed readers of other makers by format and name."""
    found: dict[str, dict[str, Reader]] = {"osu": {}, "qua": {"PyYAML CSafeLoader": load_yaml}}
    if osupyparser := _module("osupyparser"):
        found["osu"]["OsuPyParser"] = lambda path: osupyparser.OsuFile(str(path)).parse_file()
    if reamber := _module("reamber.osu.OsuMap"):
        found["osu"]["reamber"] = lambda path: reamber.OsuMap.read_file(str(path))
    if reamber := _module("reamber.quaver.QuaMap"):
        found["qua"]["reamber"] = lambda path: reamber.QuaMap.read_file(str(path))
    return found


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def in_turn_ms(readers: dict[str, Reader], path: Path) -> dict[str, float]:
    """Each reader's median milliseconds for ``path``; readers that fail on it are left out."""
    taken: dict[str, list[float]] = {}
    for name, read in readers.items():
        try:
            read(path)
            taken[name] = []
        except Exception as error:
            print(f"{name} cannot read {path.name}: {type(error).__name__}: {error}")
    for _ in range(ROUNDS):
        for name, times in taken.items():
            start = time.perf_counter()
            readers[name](path)
            times.append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}


def figures() -> Iterator[Figure]:
    """For ``.osu`` and ``.qua`` the time of 5,000 notes and how many times the fastest peer's speed that is."""
    with tempfile.TemporaryDirectory() as folder:
        for suffix, text in (("osu", osu_text()), ("qua", qua_text())):
            path = Path(folder) / f"bench.{suffix}"
            path.write_text(text, encoding="utf-8")
            times = in_turn_ms({"ours": read_chart_file, **peers()[suffix]}, path)
            ours = times.pop("ours")
            beside = ", ".join(f"{name} {ms:.1f} ms" for name, ms in sorted(times.items(), key=lambda one: one[1]))
            limit = 10.0 if suffix == "osu" else None
            yield Figure(f".{suffix}, {NOTES:,} notes", ours, "ms", limit=limit, beside=beside)
            if times:
                ratio = min(times.values()) / ours
                yield Figure(f".{suffix} beside the fastest peer", ratio, "x", limit=3.0, at_least=True, beside=beside)
