"""Whatever a peer says of its hits: no crash, no growth, and no harm to who plays honestly."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from game.jam.cohesion import Coherence, Cohesion

ANY_INSTANT = st.one_of(
    st.integers(-(2**70), 2**70), st.integers(-10_000_000, 60_000_000), st.sampled_from([0, 1, -1, 2**63, -(2**63)])
)
ACTIONS = st.lists(st.tuples(st.sampled_from(["hit", "step", "forget"]), st.integers(0, 80), ANY_INSTANT), max_size=80)


def sane(said: Coherence) -> None:
    assert len(said.players) <= 64
    assert 0.0 <= said.band <= 1.0 + 1e-9
    assert 0.0 <= said.order <= 1.0 + 1e-9
    for row in said.players:
        numbers = (row.phase, row.confidence, row.coherence, row.weight, row.anchors, row.drifts, row.assisted)
        assert all(math.isfinite(number) and -1e-9 <= number <= 1.0 + 1e-9 for number in numbers)
        assert row.weight > 0.0


@given(ACTIONS)
@settings(max_examples=60)
def test_any_hits_and_any_clock(actions: list[tuple[str, int, int]]) -> None:
    cohesion = Cohesion("p0")
    for what, number, at_us in actions:
        if what == "hit":
            cohesion.hit(f"p{number}", at_us)
        elif what == "forget":
            cohesion.forget(f"p{number}")
        else:
            sane(cohesion.step(at_us))
    sane(cohesion.step(60_000_000))


def play(hostile: bool) -> Coherence:
    cohesion = Cohesion("a")
    said = cohesion.step(0)
    for step in range(1, 800):
        now_us = step * 50_000
        if step % 10 == 0:
            for peer in ("a", "b", "c"):
                cohesion.hit(peer, now_us - 20_000)
        if hostile:
            for at in range(200):
                cohesion.hit("flood", now_us - at * 251)
            cohesion.hit("future", now_us + 3_600_000_000)
            cohesion.hit("back", 40_000_000 - now_us)
        said = cohesion.step(now_us)
    sane(said)
    return said


def test_a_flood_a_future_and_a_backward_clock_change_nothing_for_the_others() -> None:
    calm = {row.peer: row for row in play(False).players}
    rough = {row.peer: row for row in play(True).players}
    for peer in ("a", "b", "c"):
        assert rough[peer].weight == 1.0
        assert abs(rough[peer].period_us - calm[peer].period_us) < 1_000
        assert rough[peer].group > 0
    assert rough["flood"].group != rough["a"].group


def test_a_hundred_names_take_no_more_room_than_sixty_four() -> None:
    cohesion = Cohesion("p0")
    for number in range(100):
        cohesion.hit(f"p{number}", 1_000)
    assert len(cohesion.step(2_000).players) == 64
    cohesion.hit("late comer", 60_000_000)
    assert all(row.peer != "late comer" for row in cohesion.step(29_000_000).players)
    cohesion.step(61_000_000)
    cohesion.hit("late comer", 61_000_000)
    assert any(row.peer == "late comer" for row in cohesion.step(61_100_000).players)


def test_who_left_is_forgotten() -> None:
    cohesion = Cohesion("me")
    for peer in ("me", "you"):
        cohesion.hit(peer, 1_000)
    cohesion.forget("you")
    cohesion.forget("nobody")
    assert [row.peer for row in cohesion.step(2_000).players] == ["me"]
    assert cohesion.values("you") == ()
