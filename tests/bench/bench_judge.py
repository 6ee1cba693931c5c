"""How fast replays are judged anew, what live judging costs, and how near the counts come to the original game's."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from game.rhythm.autoplay import autoplay
from game.rhythm.chart import Chart, make_notes
from game.rhythm.formats.read import read_chart_file
from game.rhythm.judge import Judge
from game.rhythm.osr import osr_replay, read_osr
from game.rhythm.replay import judge_replay
from game.rhythm.rules import rule_set
from tests.bench.figure import Figure

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"
RULES = ("osu-mania-stable", "osu-mania-lazer", "etterna-wife3-j4", "quaver-standard", "o2jam")
NOTES = 5_000
LEAST_EDGES_A_SECOND = 300_000
MOST_DISTANCE = 3.0
COMMON_DISTANCE = 15.7
RUNS = 7


def busy_chart() -> tuple[Chart, NDArray[np.void]]:
    """Seven lanes, a quarter holds, fourteen notes a second, played by a good hand (16 ms off, some missed)."""
    random = np.random.default_rng(20)
    rows: list[tuple[int, int, int, int, int]] = []
    at_us = 1_000_000
    free = [0] * 7
    while len(rows) < NOTES:
        at_us += int(random.choice([71_000, 142_000, 0, 71_000]))
        lane = int(random.integers(7))
        if free[lane] > at_us:
            continue
        length = int(random.integers(80_000, 600_000)) if random.random() < 0.25 else 0
        rows.append((at_us, at_us + length, lane, int(length > 0), -1))
        free[lane] = at_us + length + 100_000
    chart = Chart(keys=7, notes=make_notes(rows))
    edges = autoplay(chart)
    edges["at_us"] += random.normal(0, 16_000, len(edges)).astype(np.int64)
    edges = edges[random.random(len(edges)) > 0.005]
    return chart, edges[np.argsort(edges["at_us"], kind="stable")]


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one run, the middle of several: other work on the machine is not counted."""
    taken = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def _rejudge(chart: Chart, edges: NDArray[np.void], rules: str) -> float:
    named = rule_set(rules, chart)

    def work() -> None:
        judge = Judge(chart, named)
        judge.feed(edges)
        judge.finish()

    return len(edges) / seconds(work)


def _bare_loop(edges: NDArray[np.void]) -> float:
    """Edges a second of a loop that only takes them in hand."""

    def work() -> int:
        down = 0
        for _, _, way in edges.tolist():
            down += way
        return down

    return len(edges) / seconds(work)


def _live(chart: Chart, edges: NDArray[np.void], rules: str) -> float:
    """Microseconds an edge in live play, time passing at 1000 Hz between them."""
    named = rule_set(rules, chart)
    rows = edges[:2_000].tolist()

    def work() -> None:
        judge = Judge(chart, named)
        for at_us, lane, down in rows:
            (judge.press if down else judge.release)(lane, at_us)
            judge.advance(at_us + 1000)

    return seconds(work) / len(rows) * 1e6


def figures() -> Iterator[Figure]:
    """Speed on a made chart, then, where real replays are at hand, speed and parity on those."""
    chart, edges = busy_chart()
    bare = _bare_loop(edges)
    for rules in RULES:
        speed = _rejudge(chart, edges, rules)
        beside = f"{bare / speed:.0f} times the time of a bare Python loop over the same {len(edges)} edges"
        yield Figure(f"re-judging {NOTES} notes, {rules}", speed, "edges/s", LEAST_EDGES_A_SECOND, True, beside)
    yield Figure("live edge and a step of time, osu-mania-stable", _live(chart, edges, RULES[0]), "us")
    if REAL.is_dir():
        yield from _parity()


def _parity() -> Iterator[Figure]:
    names = {"max": "geki", "300": "n300", "200": "katu", "100": "n100", "50": "n50", "miss": "miss"}
    expected = json.loads((REAL / "expected.json").read_text())["replays"]
    distances, combos, scores, edges, taken = [], [], [], 0, 0.0
    for name, wanted in expected.items():
        chart = read_chart_file(REAL / "charts" / wanted["chart"]).charts[0]
        replay = osr_replay(read_osr((REAL / "replays" / name).read_bytes()), chart)
        start = time.process_time()
        ours = judge_replay(replay, chart).finish()
        taken += time.process_time() - start
        edges += len(replay.edges)
        distances.append(sum(abs(ours.counts[own] - wanted[theirs]) for own, theirs in names.items()) / 2)
        combos.append(ours.max_combo == wanted["max_combo"])
        scores.append(ours.score == wanted["score"])
    taps = [name.startswith("MAGiC") for name in expected]
    exact = sum(d == 0 and c and s for d, c, s, tap in zip(distances, combos, scores, taps, strict=True) if tap)
    held = [distance for distance, tap in zip(distances, taps, strict=True) if not tap]
    yield Figure("tap replays exact in counts, max combo and score", exact, f"of {sum(taps)}", sum(taps), True)
    yield Figure(
        "mean distance of hold replays",
        statistics.mean(held),
        "judgements",
        MOST_DISTANCE,
        beside=f"a common reading of the rules comes to {COMMON_DISTANCE}",
    )
    yield Figure("replays exact in max combo", sum(combos), f"of {len(combos)}", len(combos), True)
    yield Figure("replays exact in score", sum(scores), f"of {len(scores)}")
    yield Figure(
        "re-judging real replays, healing worked out included", edges / taken, "edges/s", LEAST_EDGES_A_SECOND, True
    )
