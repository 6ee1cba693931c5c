"""The written test of 001 C6: groups at any ratio stand side by side, noise is ghosted, each can tell what it does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from game.jam.cohesion import Coherence, ratio, word
from game.jam.cohesion.agents import Agent, Simulation

RATIOS = (1.0, 3 / 2, 5 / 3, 1.618, 3.14 / 2)
BASE_HZ = 1.6
EACH = 6
SECONDS = 90.0


@dataclass
class Played:
    """A band that has played, and what was said of its last twenty seconds."""

    simulation: Simulation
    late: list[Coherence]


@pytest.fixture(scope="module")
def played() -> Played:
    chance = np.random.default_rng(1)
    agents = [
        Agent(
            f"{group}-{at}",
            BASE_HZ * times * (1.0 + 0.005 * chance.standard_normal()),
            phase=chance.random(),
            from_s=10.0 * group,
        )
        for group, times in enumerate(RATIOS)
        for at in range(EACH)
    ]
    agents += [
        Agent(f"noise-{at}", chance.uniform(1.2, 3.5), wander=0.35, phase=chance.random(), from_s=50.0)
        for at in range(10)
    ]
    simulation = Simulation(agents, 1)
    said = list(simulation.run(SECONDS))
    return Played(simulation, said[-400:])


def test_five_groups_stand_side_by_side_at_their_ratios(played: Played) -> None:
    last = played.late[-1]
    groups = [group for group in last.groups if len(group.members) >= EACH - 1]
    assert len(groups) == len(RATIOS)
    base = next(group for group in groups if group.members[0].startswith("0-"))
    for number, wanted in enumerate(RATIOS):
        mine = [group for group in groups if sum(peer.startswith(f"{number}-") for peer in group.members) >= EACH - 1]
        assert len(mine) == 1
        held = [
            (group.coherence, group.ratio) for said in played.late for group in said.groups if group.id == mine[0].id
        ]
        assert len(held) == len(played.late), "a group flickered"
        assert np.mean([one for one, _ in held]) >= 0.9
        assert mine[0].ratio / base.ratio == pytest.approx(wanted, rel=0.01)


def test_together_they_are_not_one(played: Played) -> None:
    assert np.mean([said.order for said in played.late]) < 0.7


def test_noise_is_ghosted_and_the_groups_stay_heard(played: Played) -> None:
    weights: dict[str, list[float]] = {}
    for said in played.late:
        for row in said.players:
            weights.setdefault(row.peer, []).append(row.weight)
    for peer, weight in weights.items():
        if peer.startswith("noise"):
            assert 0.0 < np.mean(weight) <= 0.2
        else:
            assert np.mean(weight) > 0.9


def test_the_same_seed_plays_the_same() -> None:
    def play() -> list[Coherence]:
        return list(Simulation([Agent("a", 2.0), Agent("b", 2.02, phase=0.3)], 7).run(10.0))

    assert play() == play()


def test_one_who_was_ghosted_comes_back_smoothly() -> None:
    agents = [Agent(f"p{at}", 2.0) for at in range(3)]
    agents += [Agent("lost", 2.0, wander=0.4, until_s=30.0)]
    simulation = Simulation(agents, 2)
    said = list(simulation.run(30.0))
    assert _weight(said[-1], "lost") < 0.35
    weights: list[float] = []
    for beat in range(60):
        at_s = 30.0 + beat * 0.5
        for peer in ("p0", "p1", "p2", "lost"):
            simulation.cohesion.hit(peer, round(at_s * 1e6))
        weights += [
            _weight(simulation.cohesion.step(round((at_s + step * 0.05) * 1e6)), "lost") for step in range(1, 10)
        ]
    assert weights[-1] > 0.95
    assert np.abs(np.diff(weights)).max() < 0.1


def test_each_can_tell_whether_it_anchors_drifts_or_is_assisted() -> None:
    agents = [Agent("anchor", 2.0, gain=0.0, wander=0.01)]
    agents += [Agent(f"follows-{at}", 2.0, gain=0.4, wander=0.01) for at in range(3)]
    agents += [Agent("late", 2.0, late_s=0.06, strength=1.0), Agent("stray", 2.3, gain=0.0, wander=0.3)]
    last = list(Simulation(agents, 0).run(90.0))[-1]
    rows = {row.peer: row for row in last.players}
    assert rows["anchor"].anchors > max(rows[f"follows-{at}"].anchors for at in range(3))
    assert word(rows["anchor"]) == "anchors"
    assert word(rows["late"]) == "assisted"
    assert word(rows["stray"]) == "drifts"


@pytest.mark.parametrize(("value", "said"), [(1.0, "1:1"), (1.503, "3:2"), (1.668, "5:3"), (1.618, "1.618:1")])
def test_a_ratio_is_said_simply_where_it_is_simple(value: float, said: str) -> None:
    assert ratio(value) == said


def _weight(said: Coherence, peer: str) -> float:
    return next(row.weight for row in said.players if row.peer == peer)
