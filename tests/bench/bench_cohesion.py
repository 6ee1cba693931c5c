"""Cohesion: the written test of 001 C6 in numbers, and what a step costs.

The players are simulated (game/jam/cohesion/agents.py says how, and what is assumed of people).  Each figure is the
worst of its seeds, none of which was used for tuning (that was done on seeds 1 to 20).  Natural tempos within a group
differ by 0.5 % (standard deviation); three of the five ratios lie only 3 % apart, so that in about one band of a
hundred some player is nearer in tempo to the group beside its own.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from game.jam.cohesion import Coherence, Cohesion, word
from game.jam.cohesion.agents import Agent, Simulation
from game.jam.cohesion.net import Oscillators, order_parameter
from game.jam.cohesion.phases import Floats
from tests.bench.figure import Figure

BASE_HZ = 1.6
RATIOS = {"1:1": 1.0, "3:2": 3 / 2, "5:3": 5 / 3, "1.618:1": 1.618, "3.14:2": 3.14 / 2}
SETS = {
    "five at once": tuple(RATIOS),
    "1, 3:2, 1.618": ("1:1", "3:2", "1.618:1"),
    "1, 5:3, 3.14:2": ("1:1", "5:3", "3.14:2"),
}
EACH = 6
SPREAD = 0.005
SEEDS = range(101, 111)
MATCHED_S = 0.4
"""A hit nearer to the end than this may lack the others' hits on the same beat, which come a little later."""


def figures() -> Iterator[Figure]:
    """Oscillators alone, whole bands of three and five groups with noise, guardrails, who anchors, and costs."""
    yield from _oscillators()
    for name, ratios in SETS.items():
        yield from _bands(name, ratios)
    yield from _guardrails()
    yield _unbiased()
    yield from _anchors()
    for players in (16, 64):
        yield from _cost(players)


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


def _bands(name: str, ratios: Sequence[str]) -> Iterator[Figure]:
    heard = [_heard(ratios, seed) for seed in SEEDS]
    beside = f"worst of seeds {SEEDS[0]} to {SEEDS[-1]}; tempos spread {SPREAD:.1%}"
    for number, ratio in enumerate(ratios):
        order = min(one.orders[number] for one in heard)
        yield Figure(f"{name}: order parameter of {ratio}", order, "", limit=0.9, at_least=True, beside=beside)
    for number, ratio in enumerate(ratios[1:], 1):
        off = max(one.off_percent[number] for one in heard)
        yield Figure(f"{name}: {ratio} off by", off, "%", limit=1.0, beside="to the first, as played")
    found = min(one.found for one in heard)
    yield Figure(
        f"{name}: groups found", found, "", limit=len(ratios), at_least=True, beside="with 5 of their 6 or all"
    )
    overall = max(one.overall for one in heard)
    yield Figure(f"{name}: order parameter of all", overall, "", limit=0.7, beside="mean of 20 s")
    loudest = max(one.loudest for one in heard)
    peak = max(one.peak for one in heard)
    yield Figure(f"{name}: loudest of 10 random players", loudest, "", limit=0.2, beside="weight, mean of 20 s")
    yield Figure(f"{name}: the same at its loudest moment", peak, "", limit=0.2)
    quietest = min(one.quietest for one in heard)
    yield Figure(
        f"{name}: quietest who plays in a group", quietest, "", limit=0.9, at_least=True, beside="mean of 20 s"
    )


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the last twenty seconds of a band were like; orders and ratios are taken from its hits alone."""

    orders: list[float]
    off_percent: list[float]
    found: int
    overall: float
    loudest: float
    peak: float
    quietest: float


def _heard(ratios: Sequence[str], seed: int) -> _Heard:
    simulation = _band(ratios, seed)
    said = list(simulation.run(100.0))[-400:]
    from_s = 80.0
    weights: dict[str, list[float]] = {row.peer: [] for row in said[-1].players}
    for one in said:
        for row in one.players:
            weights[row.peer].append(row.weight)
    noise = [weight for peer, weight in weights.items() if peer.startswith("noise")]
    others = [statistics.fmean(weight) for peer, weight in weights.items() if not peer.startswith("noise")]
    hz = [_hz(simulation, number * EACH, from_s) for number in range(len(ratios))]
    return _Heard(
        [_order_of_hits(simulation, number * EACH, from_s) for number in range(len(ratios))],
        [abs(mine / hz[0] / RATIOS[ratio] - 1.0) * 100 for mine, ratio in zip(hz, ratios, strict=True)],
        sum(_is_found(said[-1], number) for number in range(len(ratios))),
        statistics.fmean(one.order for one in said),
        max(statistics.fmean(weight) for weight in noise),
        max(max(weight) for weight in noise),
        min(others),
    )


def _is_found(said: Coherence, number: int) -> bool:
    """Whether one of the groups is this section: nearly all of it, and nobody else."""
    mine = f"{number}-"
    return any(
        len(group.members) >= EACH - 1 and all(peer.startswith(mine) for peer in group.members) for group in said.groups
    )


def _band(ratios: Sequence[str], seed: int) -> Simulation:
    """Groups that join one after the other, all 10 s, and at 50 s ten who play at random."""
    chance = np.random.default_rng(seed)
    agents = [
        Agent(
            f"{number}-{at}",
            BASE_HZ * RATIOS[ratio] * (1.0 + SPREAD * chance.standard_normal()),
            phase=chance.random(),
            from_s=10.0 * number,
        )
        for number, ratio in enumerate(ratios)
        for at in range(EACH)
    ]
    agents += [
        Agent(f"noise-{at}", chance.uniform(1.2, 3.5), wander=0.35, phase=chance.random(), from_s=50.0)
        for at in range(10)
    ]
    return Simulation(agents, seed)


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
        pairs = [_drawn(gain, share, jitter_s, seed) for seed in SEEDS[:5]]
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
    return _asynchrony_ms(simulation, 15.0, 30.0), _asynchrony_ms(simulation, 38.0, 42.0)


def _asynchrony_ms(simulation: Simulation, from_s: float, until_s: float) -> float:
    """How far the last agent's hits fell behind the nearest of the others', on average."""
    last = len(simulation.agents) - 1
    times = [np.array([at for at, who in simulation.hits if who == one]) for one in range(last + 1)]
    mine = times[last]
    mine = mine[(mine > from_s) & (mine < min(until_s, simulation.now_s - MATCHED_S))]
    others = [one[np.abs(one[None, :] - mine[:, None]).argmin(1)] for one in times[:last]]
    return float((mine - np.mean(others, 0)).mean()) * 1e3


def _unbiased() -> Figure:
    """Guardrails in full on who needs none: where it ends, in bands of two, three and five."""
    ends: list[float] = []
    for seed in range(101, 151):
        agents = [Agent(f"p{at}", 2.0) for at in range((1, 2, 4)[seed % 3])] + [Agent("me", 2.0, strength=1.0)]
        simulation = Simulation(agents, seed)
        list(simulation.run(40.0))
        ends.append(abs(_asynchrony_ms(simulation, 25.0, 40.0)))
    return Figure(
        "one who is not late, guardrails in full: off by", max(ends), "ms", limit=20, beside=f"worst of {len(ends)}"
    )


def _anchors() -> Iterator[Figure]:
    """Whether one who follows nobody is told from those who follow it, and what hearing others is worth."""
    anchor: list[bool] = []
    wrong: list[bool] = []
    gained: list[float] = []
    for seed in SEEDS:
        agents = [Agent("anchor", 2.0, gain=0.0, wander=0.01)]
        agents += [Agent(f"follows-{at}", 2.0, gain=0.4, wander=0.01) for at in range(3)]
        simulation = Simulation(agents, seed)
        for said in list(simulation.run(150.0))[-600::20]:
            words = {row.peer: word(row) for row in said.players}
            anchor.append(words["anchor"] == "anchors")
            wrong += [words[f"follows-{at}"] == "anchors" for at in range(3)]
        gained += [simulation.cohesion.values(f"follows-{at}")[6] for at in range(3)]
        deaf = Simulation([Agent(f"deaf-{at}", 2.0, gain=0.0) for at in range(4)], seed)
        for said in list(deaf.run(120.0))[-600::20]:
            wrong += [word(row) == "anchors" for row in said.players]
    time_percent = statistics.fmean(anchor) * 100
    yield Figure(
        "one of 4 who follows nobody: called an anchor",
        time_percent,
        "%",
        limit=50,
        at_least=True,
        beside="of 30 s, else unsure",
    )
    yield Figure("who follows, or hears nobody: called an anchor", statistics.fmean(wrong) * 100, "%", limit=2)
    yield Figure(
        "error power foretold away by hearing the group", statistics.fmean(gained) * 100, "%", limit=2, at_least=True
    )


def _cost(players: int) -> Iterator[Figure]:
    """Milliseconds of a step at 20 a second, everyone hitting about four times a second."""
    chance = np.random.default_rng(1)
    hits = sorted(
        (float(at), f"p{player}")
        for player in range(players)
        for at in np.arange(chance.random(), 20.0, 0.25 * (1, 3 / 2, 1.618)[player % 3]) + 0.1
    )
    took = _steps(hits)
    p99_ms = float(np.percentile(took, 99)) * 1e3
    beside = "time of the processor; 4 hits a second each"
    yield Figure(f"step with {players} players, p99", p99_ms, "ms", limit={16: 3.0, 64: 4.0}[players], beside=beside)
    yield Figure(
        f"step with {players} players, median",
        statistics.median(took) * 1e3,
        "ms",
        limit={16: 1.5, 64: 4.0}[players],
        beside=beside,
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
        begun = time.thread_time()
        cohesion.step(round(now_s * 1e6))
        took.append(time.thread_time() - begun)
    return took
