"""A player's pulse is found from hits as people play them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from game.jam.cohesion import Coherence, Cohesion

BEAT_S = 0.5


def heard(hits_s: NDArray[np.float64]) -> Coherence:
    cohesion = Cohesion("me")
    said = cohesion.step(0)
    waiting = sorted(float(at) for at in hits_s)
    for now_us in range(50_000, int(max(waiting) * 1e6) + 100_000, 50_000):
        while waiting and waiting[0] * 1e6 <= now_us:
            cohesion.hit("me", round(waiting.pop(0) * 1e6))
        said = cohesion.step(now_us)
    return said


def beats(chance: np.random.Generator, count: int = 32) -> NDArray[np.float64]:
    return 1.0 + np.arange(count) * BEAT_S + chance.normal(0.0, 0.012, count)


PLAYING: dict[str, tuple[Callable[[np.random.Generator], NDArray[np.float64]], tuple[float, ...]]] = {
    "even": (beats, (0.5,)),
    "eight hits": (lambda chance: beats(chance, 8), (0.5,)),
    "a third missed": (lambda chance: beats(chance, 48)[chance.random(48) > 0.33], (0.5,)),
    "every other doubled": (lambda chance: np.r_[beats(chance), (beats(chance) + 0.02)[::2]], (0.5,)),
    "some halves between": (lambda chance: np.r_[beats(chance), (beats(chance) + BEAT_S / 2)[::5]], (0.5, 0.25)),
    "a rest of two bars": (lambda chance: np.r_[beats(chance)[:16], beats(chance, 48)[32:]], (0.5,)),
}


@pytest.mark.parametrize("name", PLAYING)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_period_is_found_within_one_percent(name: str, seed: int) -> None:
    play, periods = PLAYING[name]
    row = heard(play(np.random.default_rng(seed))).players[0]
    assert min(abs(row.period_us / 1e6 / period - 1.0) for period in periods) < 0.01
    assert row.confidence > 0.5


def test_the_phase_says_when_the_next_beat_is() -> None:
    said = heard(beats(np.random.default_rng(3)))
    row = said.players[0]
    to_the_beat_us = (1.0 - row.phase) * row.period_us
    beat = (said.session_us + to_the_beat_us - 1_000_000) / 500_000
    assert abs(beat - round(beat)) < 0.03


def test_random_hits_have_no_pulse_to_believe_in() -> None:
    chance = np.random.default_rng(4)
    row = heard(np.cumsum(0.05 + chance.exponential(0.4, 80))).players[0]
    assert row.confidence < 0.5


def test_a_new_tempo_is_followed() -> None:
    chance = np.random.default_rng(5)
    first = beats(chance, 24)
    second = first[-1] + 0.4 * np.arange(1, 41) + chance.normal(0.0, 0.01, 40)
    row = heard(np.r_[first, second]).players[0]
    assert abs(row.period_us - 400_000) < 4_000
