"""A player is drawn in as far as it allows, and not at all where it does not."""

from __future__ import annotations

import numpy as np
import pytest

from game.jam.cohesion import Cohesion, Guardrail
from game.jam.cohesion.agents import Agent, Simulation


def asynchrony_ms(strength: float, gain: float, late_s: float, seed: int) -> tuple[float, float]:
    """Mean asynchrony of one who plays late with four others: before guardrails, and 16 beats after."""
    agents = [Agent(f"p{at}", 2.0) for at in range(4)] + [Agent("late", 2.0, gain=gain, late_s=late_s)]
    simulation = Simulation(agents, seed)
    list(simulation.run(30.0))
    simulation.cohesion.set_strength(strength, "late")
    list(simulation.run(12.0))
    times = [np.array([at for at, who in simulation.hits if who == one]) for one in range(5)]
    # The others' hits on the newest beat may be still to come.
    mine = times[4][times[4] < simulation.now_s - 0.3]
    apart = np.array([at - np.mean([other[np.argmin(np.abs(other - at))] for other in times[:4]]) for at in mine])
    before = apart[(mine > 20.0) & (mine < 30.0)].mean()
    after = apart[mine > 38.0].mean()
    return float(before) * 1e3, float(after) * 1e3


@pytest.mark.parametrize("gain", [0.2, 0.3, 0.5])
def test_one_who_is_sixty_milliseconds_late_is_drawn_within_twenty(gain: float) -> None:
    before, after = asynchrony_ms(1.0, gain, 0.06, 1)
    assert before > 35.0
    assert abs(after) < 20.0


def test_nothing_is_done_to_one_who_allows_nothing() -> None:
    before, after = asynchrony_ms(0.0, 0.3, 0.06, 1)
    assert abs(after - before) < 12.0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_who_needs_nothing_is_left_where_it_is(seed: int) -> None:
    before, after = asynchrony_ms(1.0, 0.3, 0.0, seed)
    assert abs(after - before) < 12.0


def test_one_who_is_early_sees_the_beat_later() -> None:
    cohesion = Cohesion("me")
    cohesion.set_strength(1.0)
    rail = Guardrail()
    for beat in range(60):
        for peer in ("a", "b", "c"):
            cohesion.hit(peer, beat * 500_000 + 100_000)
        cohesion.hit("me", beat * 500_000 + 60_000)
        rail = cohesion.step(beat * 500_000 + 150_000).mine
    assert rail.hear_late_us == 0
    assert rail.cue_us > 10_000
    assert rail.pan < 0.0 < rail.pitch_cents


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_outside_its_range_is_refused(strength: float) -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        Cohesion("me").set_strength(strength)
