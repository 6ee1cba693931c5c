"""However input is cut into calls, whatever the frame rate: the same result to the last digit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from game.rhythm.autoplay import autoplay
from game.rhythm.chart import EDGE, Chart, NoteKind, make_notes
from game.rhythm.judge import Judge
from game.rhythm.rules import RULE_SETS, HoldRule, rule_set
from game.rhythm.score import ScoreState

FRAME_RATES = tuple(np.unique(np.geomspace(7, 2000, 50).astype(int)).tolist())
RULES = ("osu-mania-stable", "osu-mania-lazer", "etterna-wife3-j4", "quaver-standard", "o2jam")


@st.composite
def charts(draw: st.DrawFn, apart_us: int = 20_000) -> Chart:
    """Up to four lanes of every kind of note, close together."""
    keys = draw(st.integers(1, 4))
    rows = []
    for lane in range(keys):
        at_us = draw(st.integers(0, 400_000))
        for _ in range(draw(st.integers(0, 8))):
            kind = draw(st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 5]))
            length = draw(st.integers(1, 900_000)) if kind in (NoteKind.HOLD, NoteKind.ROLL) else 0
            # A lift close to other notes asks for a release here and a press there at once.
            alone_us = 600_000 if kind == NoteKind.LIFT else 0
            at_us += alone_us
            rows.append((at_us, at_us + length, lane, kind, -1))
            at_us += length + alone_us + draw(st.integers(apart_us, 500_000))
    return Chart(keys=keys, notes=make_notes(rows), overall_difficulty=draw(st.floats(0, 10)))


@st.composite
def edges_of(draw: st.DrawFn, chart: Chart) -> NDArray[np.void]:
    """Presses and releases, some near notes and many at the same instant."""
    near = [int(value) for value in (*chart.notes["at_us"], *chart.notes["end_us"], 0)]
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from(near), st.integers(-200_000, 200_000), st.integers(0, 3), st.integers(0, 1)),
            max_size=40,
        )
    )
    grain = draw(st.sampled_from([1, 1000, 10_000]))
    found = np.array([((at + off) // grain * grain, lane, down) for at, off, lane, down in rows], dtype=EDGE)
    return found[np.argsort(found["at_us"], kind="stable")]


def whole(chart: Chart, edges: NDArray[np.void], rules: str, rate: float) -> tuple[ScoreState, bytes, bytes]:
    judge = Judge(chart, rule_set(rules, chart), rate)
    judge.feed(edges)
    judge.finish()
    return judge.state, judge.hits.tobytes(), judge.note_states.tobytes()


def press_each(judge: Judge, edges: NDArray[np.void]) -> None:
    """As live play does: one call an edge."""
    for edge in edges:
        lane, at_us = int(edge["lane"]), int(edge["at_us"])
        if lane < judge.chart.keys:
            (judge.press if edge["down"] else judge.release)(lane, at_us)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(RULES), st.sampled_from([0.5, 1.0, 1.35]))
def test_random_chunks_and_advances_change_nothing(data: st.DataObject, rules: str, rate: float) -> None:
    chart = data.draw(charts())
    edges = data.draw(edges_of(chart))
    judge = Judge(chart, rule_set(rules, chart), rate)
    place = 0
    while place < len(edges):
        step = data.draw(st.integers(1, 5))
        chunk = edges[place : place + step]
        if data.draw(st.booleans()):
            judge.feed(chunk)
        else:
            press_each(judge, chunk)
        place += step
        following = int(edges["at_us"][place]) if place < len(edges) else 1 << 40
        if data.draw(st.booleans()):
            judge.advance(data.draw(st.integers(int(chunk["at_us"][-1]), following)))
    judge.finish()
    assert (judge.state, judge.hits.tobytes(), judge.note_states.tobytes()) == whole(chart, edges, rules, rate)


@pytest.mark.parametrize("rules", RULES)
def test_fifty_frame_rates_score_the_same(rules: str) -> None:
    random = np.random.default_rng(7)
    rows = []
    for lane in range(4):
        at_us = 500_000
        for _ in range(60):
            length = int(random.integers(0, 400_000)) if random.random() < 0.4 else 0
            rows.append((at_us, at_us + length, lane, int(length > 0), -1))
            at_us += length + int(random.integers(60_000, 300_000))
    chart = Chart(keys=4, notes=make_notes(rows))
    edges = autoplay(chart)
    edges["at_us"] += random.normal(0, 45_000, len(edges)).astype(np.int64)
    edges = edges[np.argsort(edges["at_us"], kind="stable")]
    expected = whole(chart, edges, rules, 1.0)
    assert len(FRAME_RATES) >= 45
    for frames in FRAME_RATES:
        judge = Judge(chart, rule_set(rules, chart))
        place, now_us = 0, 0
        while place < len(edges):
            now_us += 1_000_000 // frames
            until = int(np.searchsorted(edges["at_us"], now_us, side="right"))
            press_each(judge, edges[place:until])
            place = until
            judge.advance(now_us)
        judge.finish()
        assert (judge.state, judge.hits.tobytes(), judge.note_states.tobytes()) == expected, frames


@settings(max_examples=120, deadline=None)
@given(charts(apart_us=45_000), st.sampled_from(RULE_SETS), st.sampled_from([0.5, 1.0, 2.0]))
def test_the_perfect_player_earns_the_best_of_every_rule_set(chart: Chart, rules: str, rate: float) -> None:
    free = chart.with_notes(chart.notes[chart.notes["kind"] != NoteKind.MINE])  # a mine may leave no way out
    judge = Judge(free, rule_set(rules, free), rate)
    judge.feed(autoplay(free, rate))
    result = judge.finish()
    best, held = judge.rules.judgements[0], result.counts.get("held", 0)
    judged = free.count(NoteKind.TAP, NoteKind.HOLD, NoteKind.ROLL, NoteKind.LIFT)
    apart = judge.rules.hold is HoldRule.APART
    assert result.counts[best] == result.total == judged + (free.count(NoteKind.HOLD) if apart else 0)
    assert held == (free.count(NoteKind.HOLD, NoteKind.ROLL) if "held" in result.counts else 0)
    assert sum(result.counts.values()) == result.counts[best] + held
    assert result.accuracy == 1.0
    if rules != "o2jam" and judged:
        assert result.score == 1_000_000
