"""Two machines whose clocks differ, and a network between them, turned by hand: what a shared clock is tried on."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass

from engine.net.face import ClockSet, Trouble
from engine.net.time_sync import SessionTime, TimeAnswerer, TimeAsker


@dataclass(frozen=True, slots=True)
class Weather:
    """Mean exponential jitter out and back, loss of each way, and what each way takes at least."""

    out_us: float
    back_us: float
    loss: float
    least_out_us: float = 100.0
    least_back_us: float = 100.0


class TwoClocks:
    """An asker whose clock reads ``now_us`` and an answerer, the founder, whose clock is ``offset_us`` ahead.

    The founder's clock gains ``skew_ppm`` on the asker's; ``lie`` may change an answer on its way.
    """

    def __init__(self, weather: Weather, *, skew_ppm: float = 0.0, offset_us: int = 5_000_000, seed: int = 0) -> None:
        self.weather = weather
        self.skew_ppm = skew_ppm
        self.offset_us = offset_us
        self.now_us = 100_000_000_000
        self._began_us = self.now_us
        self.time = SessionTime()
        self.asker = TimeAsker(self.time, self.now_us)
        self.answerer = TimeAnswerer(SessionTime.founder())
        self.events: list[ClockSet | Trouble] = []
        self.lie: Callable[[bytes], bytes] = bytes
        self._chance = random.Random(seed)
        self._coming: list[tuple[int, int, bytes]] = []
        self._asked = 0

    def true_us(self, local_us: float) -> float:
        """Session time, truly, at an instant of the asker's clock."""
        return local_us + self.offset_us + (local_us - self._began_us) * self.skew_ppm / 1e6

    def error_us(self, local_us: int | None = None) -> float:
        """How wrong the asker's session time is."""
        local_us = self.now_us if local_us is None else local_us
        return self.time.session_us(local_us) - self.true_us(local_us)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end_us = self.now_us + round(seconds * 1e6)
        while True:
            next_us = min(self.asker.due_us, self._coming[0][0] if self._coming else end_us)
            if next_us >= end_us:
                break
            self.now_us = max(self.now_us, next_us)
            if self._coming and self._coming[0][0] <= self.now_us:
                self.asker.take(heapq.heappop(self._coming)[2], self.now_us)
            elif (frame := self.asker.probe(self.now_us)) is not None:
                self._carry(frame)
            self.events += self.asker.events()
        self.now_us = end_us

    def until_set(self) -> ClockSet:
        """Let time pass until the clock is measured (again)."""
        known = len(self.events)
        for _ in range(3000):
            self.run(0.02)
            for event in self.events[known:]:
                if isinstance(event, ClockSet):
                    return event
        raise RuntimeError("the clock was not measured within a minute")

    def _carry(self, frame: bytes) -> None:
        weather, chance = self.weather, self._chance
        if chance.random() < weather.loss or chance.random() < weather.loss:
            return
        arrived_us = self.now_us + weather.least_out_us + chance.expovariate(1 / max(1e-9, weather.out_us))
        heard_us = round(self.true_us(arrived_us))
        answer = self.answerer.answer(frame, heard_us, heard_us + 20)
        if answer is None:
            return
        back_us = 20 + weather.least_back_us + chance.expovariate(1 / max(1e-9, weather.back_us))
        self._asked += 1
        heapq.heappush(self._coming, (round(arrived_us + back_us), self._asked, self.lie(answer)))
