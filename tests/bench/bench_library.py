"""How fast the library finds its songs: a first scan of 5,000 charts, a later start, a search, a rescan."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from game.rhythm.library import Library
from tests.bench.figure import Figure

CHARTS = 5000
BODIES = 250
"""Different charts that are written again and again under other names: making 5,000 would take longer than reading."""


def figures() -> Iterator[Figure]:
    """Measure on 5,000 made-up charts of 4 to 10 keys with 200 to 3,000 notes."""
    with tempfile.TemporaryDirectory(prefix="ourojam-bench-") as temporary:
        root = Path(temporary) / "songs"
        notes = make_songs(root, CHARTS)
        cache = Path(temporary) / "cache.db"
        library = Library.open(cache, [root])
        started = time.perf_counter()
        library.refresh()
        scan_s = time.perf_counter() - started
        assert len(library.entries) == CHARTS, library.problems()[:3]
        library.close()
        beside = f"{CHARTS} .osu files, {notes / CHARTS:.0f} notes each on average, two processes"
        yield Figure("library: first scan", CHARTS / scan_s, "charts/s", limit=300, at_least=True, beside=beside)

        starts = [start_s(cache, root) for _ in range(5)]
        yield Figure("library: later start to a song list", statistics.median(starts), "s", limit=0.5)

        library = Library.open(cache, [root])
        started = time.perf_counter()
        library.refresh()
        yield Figure("library: looking for changes, none there", time.perf_counter() - started, "s")
        searches = []
        for text in ("song 17", "keys=7 stars>2 length<2:00", "", '"nobody wrote this"'):
            started = time.perf_counter()
            library.songs(text, sort="artist", group="difficulty")
            searches.append(time.perf_counter() - started)
        yield Figure("library: slowest search as typed", max(searches) * 1000, "ms")
        library.close()


def start_s(cache: Path, root: Path) -> float:
    """The time from nothing to a sorted and grouped list."""
    started = time.perf_counter()
    library = Library.open(cache, [root])
    listed = library.songs(group="song")
    taken = time.perf_counter() - started
    assert sum(len(group.entries) for group in listed) == CHARTS
    library.close()
    return taken


def make_songs(root: Path, count: int, seed: int = 1) -> int:
    """Write ``count`` charts, four to a song folder, below ``root``; returns how many notes they have together."""
    chance = random.Random(seed)
    bodies = [_body(chance) for _ in range(min(BODIES, count))]
    total = 0
    for number in range(count):
        keys, notes, body = bodies[chance.randrange(len(bodies))]
        total += notes
        folder = root / f"pack {number % 12}" / f"song {number // 4}"
        folder.mkdir(parents=True, exist_ok=True)
        head = (
            "osu file format v14\n\n[General]\nAudioFilename: audio.ogg\nPreviewTime: 20000\nMode: 3\n\n[Metadata]\n"
            f"Title:song {number // 4}\nArtist:artist {number % 97}\nCreator:maker {number % 31}\n"
            f"Version:level {number % 4}\nTags:made up\n\n[Difficulty]\nHPDrainRate:7\nCircleSize:{keys}\n"
            "OverallDifficulty:8\nSliderMultiplier:1.4\nSliderTickRate:1\n\n"
        )
        (folder / f"level {number % 4}.osu").write_text(head + body, encoding="utf-8")
    return total


def _body(chance: random.Random) -> tuple[int, int, str]:
    """Keys, number of notes, and the sections [TimingPoints] and [HitObjects] of a chart."""
    keys = chance.choice([4, 4, 4, 5, 6, 7, 7, 8, 10])
    count = int(200 * 15 ** chance.random())
    beat_ms = 60_000 / chance.randint(90, 220)
    holds = chance.choice([0.0, 0.05, 0.3])
    lines = [f"[TimingPoints]\n0,{beat_ms:.6f},4,2,0,60,1,0"]
    lines += [f"{at * 8000},{-100 / chance.uniform(0.5, 2):.4f},4,2,0,60,0,0" for at in range(chance.randrange(20))]
    lines.append("\n[HitObjects]")
    at_ms = 1500.0
    written = 0
    while written < count:
        for lane in chance.sample(range(keys), chance.choice([1, 1, 1, 2, 3])):
            x, at = int((lane + 0.5) * 512 / keys), int(at_ms)
            if chance.random() < holds:
                lines.append(f"{x},192,{at},128,0,{at + chance.randint(60, 900)}:0:0:0:0:")
            else:
                lines.append(f"{x},192,{at},1,0,0:0:0:0:")
            written += 1
        at_ms += beat_ms / chance.choice([1, 2, 2, 4])
    return keys, written, "\n".join(lines) + "\n"
