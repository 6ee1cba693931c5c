"""The written test of 001 C6: groups at any ratio stand side by side, noise is ghosted, each can tell what it does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from game.jam.cohesion import Coherence, Cohesion, ratio, word
from game.jam.cohesion.agents import Agent, Simulation

RATIOS = (1.0, 3 / 2, 5 / 3, 1.618, 3.14 / 2)
BASE_HZ = 1.6
EACH = 6
SECONDS = 75.0


@dataclass
class Played:
    """A band that has played, and what was said of its last fifteen seconds."""

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
            from_s=8.0 * group,
        )
        for group, times in enumerate(RATIOS)
        for at in range(EACH)
    ]
    agents += [
        Agent(f"noise-{at}", chance.uniform(1.2, 3.5), wander=0.35, phase=chance.random(), from_s=40.0)
        for at in range(10)
    ]
    simulation = Simulation(agents, 1)
    said = list(simulation.run(SECONDS))
    return Played(simulation, said[-300:])


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
            assert 0.0 < max(weight) <= 0.2
        else:
            assert min(weight) > 0.9


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


def test_random_players_are_told_that_they_drift_and_nobody_else_is(played: Played) -> None:
    words = [(row.peer, word(row)) for said in played.late for row in said.players]
    noise = [one for peer, one in words if peer.startswith("noise")]
    assert noise.count("drifts") / len(noise) > 0.95
    assert all(one != "drifts" for peer, one in words if not peer.startswith("noise"))


def test_each_can_tell_whether_it_anchors_drifts_or_is_assisted() -> None:
    agents = [Agent("anchor", 2.0, gain=0.0, wander=0.01)]
    agents += [Agent(f"follows-{at}", 2.0, gain=0.5, wander=0.01) for at in range(3)]
    agents += [Agent("late", 2.0, late_s=0.06, strength=1.0), Agent("stray", 2.3, gain=0.0, wander=0.3)]
    last = list(Simulation(agents, 3).run(150.0))[-1]
    words = {row.peer: word(row) for row in last.players}
    assert words["anchor"] == "anchors"
    assert words["late"] == "assisted"
    assert words["stray"] == "drifts"
    assert {words[f"follows-{at}"] for at in range(3)} <= {"plays", "unsure"}


@pytest.mark.parametrize("gain", [0.0, 0.3])
def test_where_all_are_alike_or_hear_nobody_none_is_called_an_anchor(gain: float) -> None:
    said = list(Simulation([Agent(f"p{at}", 2.0, gain=gain) for at in range(4)], 5).run(60.0))
    words = [word(row) for one in said for row in one.players]
    assert set(words) <= {"plays", "unsure"}
    assert words.count("unsure") > len(words) / 2


def test_who_has_just_begun_is_not_called_anything() -> None:
    said = list(Simulation([Agent("a", 2.0), Agent("b", 2.0, phase=0.4)], 6).run(4.0))
    assert {word(row) for one in said for row in one.players} == {"unsure"}
    assert {row.weight for one in said for row in one.players} == {1.0}


def test_a_neighbouring_group_does_not_catch_a_section_that_joins() -> None:
    chance = np.random.default_rng(8)
    agents = [
        Agent(
            f"{group}-{at}", hz * (1.0 + 0.005 * chance.standard_normal()), phase=chance.random(), from_s=10.0 * group
        )
        for group, hz in enumerate((2.0, 2.06))
        for at in range(4)
    ]
    last = list(Simulation(agents, 8).run(45.0))[-1]
    assert sorted(sorted(group.members) for group in last.groups) == [
        [f"{group}-{at}" for at in range(4)] for group in range(2)
    ]
    assert min(group.coherence for group in last.groups) >= 0.9


def test_one_who_does_not_listen_slips_along_the_group_and_leaves_it_without_being_ghosted() -> None:
    agents = [Agent(f"p{at}", 2.0) for at in range(4)] + [Agent("deaf", 2.03, gain=0.0, wander=0.002)]
    said = list(Simulation(agents, 9).run(80.0))
    deaf = next(row for row in said[-1].players if row.peer == "deaf")
    assert deaf.group not in {row.group for row in said[-1].players if row.peer != "deaf"}
    assert deaf.weight > 0.9
    assert {group.id for group in said[-1].groups} >= {said[500].groups[0].id}, "those who stay keep their group"


def test_who_takes_up_another_groups_tempo_changes_over() -> None:
    cohesion = Cohesion("turns")
    hits = [(0.5 * beat, peer) for beat in range(120) for peer in ("a", "b", "c")]
    hits += [(0.45 * beat, peer) for beat in range(133) for peer in ("d", "e", "f")]
    hits += [(0.5 * beat, "turns") for beat in range(50)] + [(24.75 + 0.45 * beat, "turns") for beat in range(78)]
    waiting = sorted(hits, reverse=True)
    beside: list[str] = []
    for now_us in range(0, 59_000_000, 50_000):
        while waiting[-1][0] * 1e6 <= now_us:
            at_s, peer = waiting.pop()
            cohesion.hit(peer, round(at_s * 1e6))
        group_of = {row.peer: row.group for row in cohesion.step(now_us).players}
        if group_of["turns"] >= 0:
            beside.append(
                "a" if group_of["turns"] == group_of["a"] else "d" if group_of["turns"] == group_of["d"] else ""
            )
    changes = [one for at, one in enumerate(beside) if at == 0 or one != beside[at - 1]]
    assert [one for one in changes if one] == ["a", "d"]


@pytest.mark.parametrize(("value", "said"), [(1.0, "1:1"), (1.503, "3:2"), (1.668, "5:3"), (1.618, "1.618:1")])
def test_a_ratio_is_said_simply_where_it_is_simple(value: float, said: str) -> None:
    assert ratio(value) == said


def _weight(said: Coherence, peer: str) -> float:
    return next(row.weight for row in said.players if row.peer == peer)
