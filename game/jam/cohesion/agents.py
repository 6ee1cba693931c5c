"""Simulated players, for tests, figures and show: oscillators that hear each other through the game and hit.

The model of a person: linear phase correction (Vorberg & Schulze 2002; Repp 2005).  Of the asynchrony it perceives
at a beat, a player takes back a share ``gain`` until the next (people: about 0.2 to 0.5); the beat it keeps inside
wanders (``wander``) and the hand adds ``jitter_s``.  What a player perceives as its own lateness moves with a delay of
its own sound by the share ``hears_delay``, and fully with a beat that is shown or clicked earlier or later.  That the
response is linear and this share steady is an assumption: the figures vary gain, share and noise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from game.jam.cohesion.band import Cohesion
from game.jam.cohesion.face import Coherence
from game.jam.cohesion.net import Oscillators
from game.jam.cohesion.phases import Floats

TURN_S = 0.01
STEP_TURNS = 5
"""The band is looked at every fifth turn of the simulation: 20 times a second."""


@dataclass(frozen=True, slots=True)
class Agent:
    """A simulated player.

    ``hz`` is the tempo it would keep alone, ``gain`` the share of an asynchrony it takes back per beat (0: deaf),
    ``late_s`` how late it plays when it feels together; it plays from ``from_s`` to ``until_s``; ``phase`` it begins
    with, in turns; ``strength`` of the guardrails it allows itself.
    """

    peer: str
    hz: float
    gain: float = 0.3
    wander: float = 0.005
    jitter_s: float = 0.01
    late_s: float = 0.0
    hears_delay: float = 0.5
    strength: float = 0.0
    phase: float = 0.0
    from_s: float = 0.0
    until_s: float = 1e9


class Simulation:
    """A band of agents around one :class:`Cohesion`; the same seed gives the same band."""

    def __init__(self, agents: Sequence[Agent], seed: int = 0) -> None:
        self.agents = tuple(agents)
        self.cohesion = Cohesion(self.agents[0].peer if self.agents else "")
        self.now_s = 0.0
        self.hits: list[tuple[float, int]] = []
        """What was played: seconds and the number of the agent."""
        self._chance = np.random.default_rng(seed)
        own_hz = np.array([agent.hz for agent in agents])
        begin = np.array([agent.phase for agent in agents])
        self.oscillators = Oscillators(own_hz, begin, np.array([agent.wander for agent in agents]), seed + 1)
        # One turn at the own tempo takes back ``gain`` of a small asynchrony: the slope of the sine is 2 pi.
        self._pull_hz = np.array([agent.gain for agent in agents]) * own_hz / (2 * np.pi)
        self._beats = np.ceil(begin)
        for agent in agents:
            self.cohesion.set_strength(agent.strength, agent.peer)

    def run(self, seconds: float) -> Iterator[Coherence]:
        """Play for so long; give each step's coherence."""
        turns = round(seconds / TURN_S)
        for turn in range(turns):
            if turn % STEP_TURNS == 0:
                yield self.cohesion.step(round(self.now_s * 1e6))
                pull, shift = self._perceived()
            self.oscillators.step(TURN_S, pull, shift)
            self.now_s += TURN_S
            self._play()

    def _perceived(self) -> tuple[Floats, Floats]:
        """Who pulls whom, as heard, and how far behind the others each agent aims, in turns."""
        peers, shares = self.cohesion.shares()
        place = {peer: at for at, peer in enumerate(peers)}
        known = [(at, place[agent.peer]) for at, agent in enumerate(self.agents) if agent.peer in place]
        many = len(self.agents)
        pull = np.zeros((many, many))
        shift = np.zeros(many)
        if known:
            mine, theirs = (np.array(side) for side in zip(*known, strict=True))
            pull[np.ix_(mine, mine)] = shares[np.ix_(theirs, theirs)]
        pull *= self._pull_hz[:, None]
        for at, agent in enumerate(self.agents):
            rail = self.cohesion.guardrail(agent.peer)
            felt_s = (agent.hears_delay * rail.hear_late_us - rail.cue_us) / 1e6
            shift[at] = (agent.late_s - felt_s) * agent.hz
        return pull, shift

    def _play(self) -> None:
        phase = self.oscillators.phase
        for at in np.flatnonzero(phase >= self._beats):
            agent = self.agents[at]
            self._beats[at] = np.floor(phase[at]) + 1.0
            # The beat lay within the last turn; the hand comes a little off it.
            beat_s = self.now_s - (phase[at] % 1.0) / agent.hz
            hit_s = beat_s + self._chance.normal(0.0, agent.jitter_s)
            if agent.from_s <= self.now_s < agent.until_s:
                self.hits.append((hit_s, int(at)))
                self.cohesion.hit(agent.peer, round(hit_s * 1e6))
