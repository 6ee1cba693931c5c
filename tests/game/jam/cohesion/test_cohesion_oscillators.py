"""The coupled oscillators behind it, against what is known of Kuramoto's model."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from game.jam.cohesion.net import Oscillators, order_parameter

MANY = 20


def play(own_hz: NDArray[np.float64], pull_hz: NDArray[np.float64], seconds: float = 40.0) -> tuple[Oscillators, float]:
    chance = np.random.default_rng(1)
    net = Oscillators(own_hz, chance.random(own_hz.size), np.zeros(own_hz.size))
    orders = []
    for turn in range(round(seconds / 0.01)):
        net.step(0.01, pull_hz)
        if turn * 0.01 > seconds / 2:
            orders.append(order_parameter(net.phase))
    return net, float(np.mean(orders))


def test_without_coupling_nothing_coheres() -> None:
    own_hz = 2.0 * (1.0 + 0.02 * np.random.default_rng(2).standard_normal(100))
    _, order = play(own_hz, np.zeros((100, 100)))
    assert order <= 2 / np.sqrt(100)


def test_strong_inside_and_weak_across_keeps_an_irrational_ratio() -> None:
    chance = np.random.default_rng(3)
    own_hz = np.r_[np.full(MANY, 2.0), np.full(MANY, 2.0 * 1.618)] * (1.0 + 0.02 * chance.standard_normal(2 * MANY))
    group = np.repeat([0, 1], MANY)
    pull = np.where(group[:, None] == group[None, :], 6.0, 0.12) * 0.04 * own_hz[:, None] / 2.0 / MANY
    net, _ = play(own_hz, pull)
    before = net.phase.copy()
    orders = []
    for _ in range(2000):
        net.step(0.01, pull)
        orders.append([order_parameter(net.phase[group == one]) for one in (0, 1)])
    hz = (net.phase - before) / 20.0
    natural = own_hz[group == 1].mean() / own_hz[group == 0].mean()
    assert np.mean(orders, 0) == pytest.approx([0.97, 0.97], abs=0.06)
    assert hz[group == 1].mean() / hz[group == 0].mean() == pytest.approx(natural, rel=0.01)


def test_three_to_two_locks_with_its_harmonics_and_not_without() -> None:
    own_hz = np.array([2.0, 3.06])
    pull = np.array([[0.0, 0.1], [0.1, 0.0]])
    # Three turns of the first are two of the second.
    theirs, mine = np.array([[1, 2], [3, 1]]), np.array([[1, 3], [2, 1]])

    def ratio(harmonics: tuple[NDArray[np.int64], NDArray[np.int64]] | None) -> float:
        net = Oscillators(own_hz, np.zeros(2), np.zeros(2))
        for _ in range(2000):
            net.step(0.01, pull, harmonics=harmonics)
        before = net.phase.copy()
        for _ in range(4000):
            net.step(0.01, pull, harmonics=harmonics)
        moved = net.phase - before
        return float(moved[1] / moved[0])

    assert ratio((theirs, mine)) == pytest.approx(1.5, abs=1e-3)
    assert abs(ratio(None) - 1.5) > 4e-3
