"""Cohesion: the written test of 001 C6 in numbers, and what a step costs.

The players are simulated (game/jam/cohesion/agents.py says how, and what is assumed of people); each figure is the
worst of its seeds unless it says otherwise.  Three of the five ratios lie 3 % apart, and players of one group differ by
up to 1 % of themselves: now and then one is caught by the group beside its own, which the worst order parameters show.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence

import numpy as np

from game.jam.cohesion import Cohesion
from game.jam.cohesion.agents import Agent, Simulation
from game.jam.cohesion.net import Oscillators, order_parameter
from game.jam.cohesion.phases import Floats
from tests.bench.figure import Figure

BASE_HZ = 1.6
RATIOS = {"1:1": 1.0, "3:2": 3 / 2, "5:3": 5 / 3, "1.618:1": 1.618, "3.14:2": 3.14 / 2}
EACH = 6
SPREAD = 0.003
SEEDS = (1, 2, 3, 4)


def figures() -> Iterator[Figure]:
    """Oscillators alone, whole bands of five groups with noise, guardrails over the assumed range, and costs."""
    yield from _oscillators()
    yield from _bands()
    yield from _guardrails()
    yield from _anchors()
    for players in (16, 64):
        yield _cost(players)


def _oscillators() -> Iterator[Figure]:
    many, seeds = 100, 8
    orders = [_order_of(many, 0.0, seed)[0] for seed in range(seeds)]
    yield Figure(
        "no coupling: order parameter of 100",
        max(orders),
        "",
        limit=2 / many**0.5,
        beside=f"mean over 30 s, {seeds} seeds",
    )
    for strength, across, limit in ((6.0, 0.12, 1.0), (20.0, 20.0, None)):
        order, off = _order_of(40, strength, 3, across)
        yield Figure(f"1.618 with K / sigma {strength:g}, across {across:g}: ratio off by", off, "%", limit=limit)
        if limit is not None:
            yield Figure("the same: weaker group's order parameter", order, "", limit=0.9, at_least=True)


def _order_of(many: int, strength: float, seed: int, across: float = 0.0) -> tuple[float, float]:
    """Kuramoto's model of two groups, spread 2 %: least order parameter, and how far the ratio moved (%)."""
    chance = np.random.default_rng(seed)
    half = many // 2
    group = np.repeat([0, 1], half)
    own_hz = np.where(group == 0, 2.0, 2.0 * 1.618) * (1.0 + 0.02 * chance.standard_normal(many))
    net = Oscillators(own_hz, chance.random(many), np.zeros(many), seed)
    pull = np.where(group[:, None] == group[None, :], strength, across) * 0.02 * own_hz[:, None] / half
    begin = net.phase
    orders: list[list[float]] = []
    for turn in range(6000):
        net.step(0.01, pull)
        if turn == 3000:
            begin = net.phase.copy()
        if turn >= 3000:
            orders.append([order_parameter(net.phase[group == one]) for one in (0, 1)] if strength else [])
            if not strength:
                orders[-1] = [order_parameter(net.phase)]
    moved = net.phase - begin
    natural = own_hz[group == 1].mean() / own_hz[group == 0].mean()
    ratio = moved[group == 1].mean() / moved[group == 0].mean()
    return float(np.mean(orders, 0).min()), abs(float(ratio / natural) - 1.0) * 100


def _bands() -> Iterator[Figure]:
    orders: dict[str, list[float]] = {name: [] for name in RATIOS}
    off: dict[str, list[float]] = {name: [] for name in RATIOS}
    overall: list[float] = []
    ghosts: list[float] = []
    peaks: list[float] = []
    kept: list[float] = []
    at_once: list[int] = []
    for seed in SEEDS:
        simulation, quiet_from = _band(seed)
        said = list(simulation.run(100.0))[-400:]
        overall.append(statistics.fmean(one.order for one in said))
        weights: dict[str, list[float]] = {row.peer: [] for row in said[-1].players}
        for one in said:
            for row in one.players:
                weights[row.peer].append(row.weight)
        noise = [statistics.fmean(weight) for peer, weight in weights.items() if peer.startswith("noise")]
        ghosts.append(max(noise))
        peaks.append(max(max(weight) for peer, weight in weights.items() if peer.startswith("noise")))
        kept.append(min(statistics.fmean(w) for peer, w in weights.items() if not peer.startswith("noise")))
        at_once.append(len({row.group for row in said[-1].players if row.group >= 0 and not row.peer.startswith("n")}))
        hz = [_hz(simulation, number * EACH, quiet_from) for number in range(len(RATIOS))]
        for number, (name, times) in enumerate(RATIOS.items()):
            orders[name].append(_order_of_hits(simulation, number * EACH, quiet_from))
            off[name].append(abs(hz[number] / hz[0] / times - 1.0) * 100)
    for name in RATIOS:
        yield Figure(
            f"group {name}: order parameter of its hits",
            statistics.median(orders[name]),
            "",
            limit=0.9,
            at_least=True,
            beside=f"median of {len(SEEDS)} bands; worst {min(orders[name]):.2f}",
        )
        yield Figure(f"group {name}: ratio off by", max(off[name]), "%", limit=1.0, beside="to the first, as played")
    yield Figure("groups found at once", min(at_once), "", limit=3, at_least=True, beside="5 played")
    yield Figure("overall order parameter, 5 groups", max(overall), "", limit=0.7, beside="mean of 20 s")
    yield Figure(
        "10 random players: loudest weight", max(ghosts), "", limit=0.2, beside=f"mean of 20 s; {max(peaks):.2f} peak"
    )
    yield Figure("quietest weight of who plays in a group", min(kept), "", limit=0.9, at_least=True)


def _band(seed: int) -> tuple[Simulation, float]:
    """Five groups that join one after the other, and then ten who play at random; and from when all have settled."""
    chance = np.random.default_rng(seed)
    agents = [
        Agent(
            f"{number}-{at}",
            BASE_HZ * times * (1.0 + SPREAD * chance.standard_normal()),
            phase=chance.random(),
            from_s=10.0 * number,
        )
        for number, times in enumerate(RATIOS.values())
        for at in range(EACH)
    ]
    agents += [
        Agent(f"noise-{at}", chance.uniform(1.2, 3.5), wander=0.35, phase=chance.random(), from_s=50.0)
        for at in range(10)
    ]
    return Simulation(agents, seed), 80.0


def _hits(simulation: Simulation, first: int, from_s: float) -> list[Floats]:
    return [np.array([at for at, who in simulation.hits if who == first + one and at > from_s]) for one in range(EACH)]


def _hz(simulation: Simulation, first: int, from_s: float) -> float:
    """The tempo a group really played, from its hits and nothing cohesion says."""
    played = _hits(simulation, first, from_s)
    return statistics.fmean((len(hits) - 1) / float(hits[-1] - hits[0]) for hits in played)


def _order_of_hits(simulation: Simulation, first: int, from_s: float) -> float:
    """The order parameter of a group, from its hits alone: each player's phase between its own hits, all 50 ms."""
    at_s = np.arange(from_s + 2.0, simulation.now_s - 2.0, 0.05)
    phases = [np.interp(at_s, hits, np.arange(hits.size)) for hits in _hits(simulation, first, from_s)]
    turns = np.exp(2j * np.pi * np.array(phases))
    return float(np.abs(turns.mean(0)).mean())


def _guardrails() -> Iterator[Figure]:
    for name, gain, share, jitter_s in (
        ("gain .3", 0.3, 0.5, 0.01),
        ("gain .2", 0.2, 0.5, 0.01),
        ("gain .5", 0.5, 0.5, 0.01),
        ("hears a third of the delay", 0.3, 0.33, 0.01),
        ("hears 0.7 of the delay", 0.3, 0.7, 0.01),
        ("hand twice as unsteady", 0.3, 0.5, 0.02),
    ):
        pairs = [_drawn(gain, share, jitter_s, seed) for seed in range(4)]
        before = statistics.fmean(pair[0] for pair in pairs)
        worst = max(abs(pair[1]) for pair in pairs)
        yield Figure(
            f"60 ms late, {name}: left after 16 beats", worst, "ms", limit=20, beside=f"{before:.0f} ms before"
        )


def _drawn(gain: float, share: float, jitter_s: float, seed: int) -> tuple[float, float]:
    """Asynchrony (ms) of one with a bias of 60 ms against nine others: before, and in beats 17 to 24 of guardrails."""
    agents = [Agent(f"p{at}", 2.0) for at in range(9)]
    agents.append(Agent("late", 2.0, gain=gain, late_s=0.06, hears_delay=share, jitter_s=jitter_s))
    simulation = Simulation(agents, seed)
    list(simulation.run(30.0))
    simulation.cohesion.set_strength(1.0, "late")
    list(simulation.run(12.0))
    times = [np.array([at for at, who in simulation.hits if who == one]) for one in range(10)]
    apart = [float(at - np.mean([one[np.argmin(np.abs(one - at))] for one in times[:9]])) * 1e3 for at in times[9]]
    before = [one for one, at in zip(apart, times[9], strict=True) if 15.0 < at < 30.0]
    after = [one for one, at in zip(apart, times[9], strict=True) if at > 38.0]
    return statistics.fmean(before), statistics.fmean(after)


def _anchors() -> Iterator[Figure]:
    """Whether one who follows nobody is told from those who follow it, and what hearing others is worth."""
    ranks: list[bool] = []
    gained: list[float] = []
    for seed in range(6):
        agents = [Agent("anchor", 2.0, gain=0.0, wander=0.01)]
        agents += [Agent(f"follows-{at}", 2.0, gain=0.4, wander=0.01) for at in range(3)]
        simulation = Simulation(agents, seed)
        rows = {row.peer: row.anchors for row in list(simulation.run(90.0))[-1].players}
        ranks.append(rows["anchor"] >= max(rows.values()) - 0.01)
        gained += [simulation.cohesion.values(f"follows-{at}")[6] for at in range(3)]
    yield Figure("bands of 4 in which the anchor ranks first", sum(ranks), "of 6", limit=5, at_least=True)
    yield Figure(
        "error power foretold away by hearing the group", statistics.fmean(gained) * 100, "%", limit=2, at_least=True
    )


def _cost(players: int) -> Figure:
    """Milliseconds of a step at 20 a second, everyone hitting about four times a second."""
    chance = np.random.default_rng(1)
    hits = sorted(
        (float(at), f"p{player}")
        for player in range(players)
        for at in np.arange(chance.random(), 20.0, 0.25 * (1, 3 / 2, 1.618)[player % 3]) + 0.1
    )
    took = _steps(hits)
    return Figure(
        f"step with {players} players",
        statistics.median(took) * 1e3,
        "ms",
        limit={16: 1.5, 64: 4.0}[players],
        beside=f"p99 {float(np.percentile(took, 99)) * 1e3:.1f} ms; 4 hits a second each",
    )


def _steps(hits: Sequence[tuple[float, str]]) -> list[float]:
    cohesion = Cohesion("p0")
    took: list[float] = []
    place = 0
    for step in range(400):
        now_s = step * 0.05
        while place < len(hits) and hits[place][0] <= now_s:
            cohesion.hit(hits[place][1], round(hits[place][0] * 1e6))
            place += 1
        begun = time.perf_counter()
        cohesion.step(round(now_s * 1e6))
        took.append(time.perf_counter() - begun)
    return took[100:]
