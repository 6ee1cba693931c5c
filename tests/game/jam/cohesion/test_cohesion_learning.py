"""What is learned is numbers, helps to foretell, and leaves this machine only where its owner chose so."""

from __future__ import annotations

import pytest

from game.jam.cohesion import pseudonym, to_share
from game.jam.cohesion.agents import Agent, Simulation
from game.jam.events import LearnedShared, SharingChosen

GAINED, TAKES = 6, 4


def test_who_follows_is_foretold_better_with_the_band_and_who_is_deaf_is_not() -> None:
    agents = [Agent("deaf", 2.0, gain=0.0, wander=0.015)]
    agents += [Agent(f"follows-{at}", 2.0, gain=0.5, wander=0.01) for at in range(2)]
    simulation = Simulation(agents, 3)
    list(simulation.run(120.0))
    deaf = simulation.cohesion.values("deaf")
    follows = [simulation.cohesion.values(f"follows-{at}") for at in range(2)]
    assert all(one[GAINED] > 0.03 and one[GAINED] > deaf[GAINED] for one in follows)
    assert all(one[TAKES] > deaf[TAKES] + 0.1 for one in follows)
    assert all(abs(value) < 10.0 for one in (deaf, *follows) for value in one)


def test_nothing_is_shared_unless_chosen() -> None:
    values = (0.1, 0.2, 30.0)
    assert to_share(values, None) is None
    assert to_share(values, SharingChosen(False)) is None
    assert to_share(values, SharingChosen(True)) == LearnedShared((0.1, 0.2, 10.0))


def test_a_pseudonym_is_the_same_for_a_secret_and_only_where_allowed() -> None:
    one, other = bytes(range(32)), bytes(range(1, 33))
    assert pseudonym(one, allowed=False) is None
    assert pseudonym(one, allowed=True) == pseudonym(one, allowed=True)
    assert pseudonym(one, allowed=True) != pseudonym(other, allowed=True)
    with pytest.raises(ValueError, match="32 bytes"):
        pseudonym(b"short", allowed=True)
