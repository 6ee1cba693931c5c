"""Is the song clock true to what is heard, and does the sound hold, while the game's process is under load?

A song of one click every half second is played through the system's own way (PortAudio, ALSA, PulseAudio) into a
null sink whose monitor is recorded.  Meanwhile this process, as the game would, asks the song clock a thousand
times a second, keeps 600,000 containers alive, makes garbage in cycles and collects it, and runs a thread that
never rests.

Compared are, for every click, two instants: *said*, the monotonic time at which the clock said, then and
there, that the song stood at the click (between two of its answers: a straight line); and *heard*, the place of
the click's first sample in the recording divided by 48,000.  The null sink takes its time from the system's
monotonic clock, so the two may differ by one constant (the unknown beginning of the recording), which is the
median difference.  What is left is reported: its greatest size, and the drift, which is the slope of a
robust line (Theil-Sen) through it times the length of the song.

Beside them a bare process on every CPU asks to be woken every 2 ms, in real time where it may
(:mod:`tests.rig.stalls`): how late the machine wakes it is what no sound program on it can do better than.  Every
underrun is stamped and laid beside those stalls: one that fell into none would be our own.

``OUROJAM_BENCH_SECONDS`` makes it shorter than the 300 seconds the limits are meant for.
"""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.clock import now_us
from engine.sound import Sound, SoundStatus
from tests.bench.figure import Figure
from tests.rig.pulse import RATE_HZ, PulseRig, missing, onsets
from tests.rig.stalls import Stalls

SECONDS = 300
CLICK_EVERY_S = 0.5
LEAD_IN_S = 1.0
ASKED = 5
"""How often the clock is asked at a time when asking it is timed."""

CONTAINERS = 600_000
GARBAGE = 20_000
COLLECT_EVERY_S = 0.25


class Load:
    """A busy thread and a garbage-heavy one in this process."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._busy), threading.Thread(target=self._litter)]
        self.collections = 0

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _busy(self) -> None:
        count = 0
        while not self._over.is_set():
            for _ in range(10_000):
                count += 1

    def _litter(self) -> None:
        alive = [[number] for number in range(CONTAINERS)]
        while not self._over.wait(COLLECT_EVERY_S):
            for number in range(GARBAGE):
                knot: list[object] = [number]
                knot.append(knot)
            gc.collect()
            self.collections += 1
        alive.clear()


def metronome(seconds: float, rate_hz: int) -> NDArray[np.float32]:
    """A song of clicks, the first at 0."""
    song = np.zeros((round(seconds * rate_hz), 2), np.float32)
    click = 0.5 * np.exp(-np.arange(200, dtype=np.float32) / 40)
    for at in range(0, len(song), round(CLICK_EVERY_S * rate_hz)):
        song[at : at + 200] = click[:, None]
    return song


class Run(NamedTuple):
    """What one run gave; instants and costs in us, an instant for every click."""

    said: NDArray[np.float64]
    heard: NDArray[np.float64]
    status: SoundStatus
    cost: list[float]
    stalls: Stalls


def measure(seconds: float) -> Run:
    """Play under load and listen."""
    count = round(seconds / CLICK_EVERY_S)
    said: list[tuple[int, int]] = []
    cost: list[float] = []
    with PulseRig() as rig, rig.reached(), Sound.start(latency_ms=10) as sound:
        song = sound.load(metronome(seconds, sound.rate_hz))
        with Stalls(sound._child.control.path) as stalls, Load():
            before = sound.status().underruns
            sound.play_song(song, lead_in_us=round(LEAD_IN_S * 1e6))
            end = time.monotonic() + LEAD_IN_S + seconds + 0.2
            while time.monotonic() < end:
                stamp = now_us()
                song_us = sound.clock.song_us_at(stamp)
                begun = time.perf_counter_ns()
                for _ in range(ASKED):
                    sound.clock.song_us_at(stamp)
                cost.append((time.perf_counter_ns() - begun) / 1e3 / ASKED)
                if song_us > -round(LEAD_IN_S * 1e6):
                    said.append((stamp, song_us))
                time.sleep(0.001)
            status = sound.status()
            status = status._replace(underruns=status.underruns - before)
        heard = onsets(rig.heard())
    if len(heard) != count:
        raise RuntimeError(f"{count} clicks were played and {len(heard)} recorded")
    answers = np.array(said, np.float64)
    clicks_us = np.arange(count) * CLICK_EVERY_S * 1e6
    said_us = np.interp(clicks_us, answers[:, 1], answers[:, 0])
    return Run(said_us, heard.astype(np.float64) * (1e6 / RATE_HZ), status, cost, stalls)


def slope(at_s: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """The median slope over all pairs (Theil-Sen)."""
    left, right = np.triu_indices(len(at_s), 1)
    return float(np.median((values[right] - values[left]) / (at_s[right] - at_s[left])))


def figures() -> Iterator[Figure]:
    """Song clock against the recorded monitor, underruns, and the cost of asking the clock."""
    reason = missing()
    if reason:
        raise RuntimeError(f"the sound benchmark cannot run: {reason}")
    seconds = float(os.environ.get("OUROJAM_BENCH_SECONDS", SECONDS))
    said, heard, status, cost, stalls = measure(seconds)
    error = said - heard
    error -= np.median(error)
    beside = f"{len(said)} clicks in {seconds:g} s, garbage and a busy thread beside, one constant aside"
    yield Figure("click heard against clock, greatest", float(np.abs(error).max()) / 1e3, "ms", 2.0, beside=beside)
    p99 = float(np.percentile(np.abs(error), 99)) / 1e3
    yield Figure("click heard against clock, p99", p99, "ms", beside=beside)
    drift = abs(slope(np.arange(len(error), dtype=np.float64) * CLICK_EVERY_S, error)) * seconds / 1e3
    yield Figure("drift over the song", drift, "ms", 1.0, beside="Theil-Sen slope times the song's length")
    yield Figure("underruns at a 10 ms buffer", float(status.underruns), "", 0.0, beside=beside)
    causes = [stalls.cause(at_s) for at_s in stalls.underruns_s]
    told = ", ".join(f"{cause.ms:.1f} ms" for cause in causes if cause is not None)
    yield Figure(
        "of them in no stall of the machine",
        float(causes.count(None)),
        "",
        0.0,
        beside=f"the others fell into stalls of {told}" if told else "",
    )
    yield Figure(
        "longest stall of the machine",
        stalls.longest_ms,
        "ms",
        beside=f"{len(stalls.stalls)} over 3 ms, in step with 100 ms to {stalls.in_step(0.1):.2f} (by chance: near 0)",
    )
    yield Figure("output latency", status.latency_us / 1e3, "ms", beside="as the device tells it")
    yield Figure("asking the clock, median", float(np.median(cost)), "us", 5.0, beside="under the same load")


if __name__ == "__main__":
    for figure in figures():
        verdict = "ok" if figure.ok else "NOT"
        print(f"{figure.name}: {figure.value:.3f} {figure.unit} (limit {figure.limit}) {verdict}; {figure.beside}")
