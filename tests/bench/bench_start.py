"""Do several machines begin a song together?

Real client processes agree with a founder's process on session time through a bad link (1 ms mean jitter each way,
1 % loss), are told t0 in session time, and start a song of one click by it.  ``perf_counter`` is one clock for all
processes, so the true t0 is known.

*Heard*: four clients, each playing through the system's own way (PortAudio, ALSA, PulseAudio) into a null sink of a
daemon of its own, whose monitor is recorded.  A null sink runs by the machine's monotonic clock, so a place in its
recording is an instant but for one constant: how far ahead the sink renders, less the way into the file.  The file's
length is looked at about a thousand times a second; the fullest look of a second tells place and instant, that
constant in it.  It is the same programs with the same buffers for all four, so between clients it cancels.  And it is
known: the sink renders ahead what its recorder asks for, so one half of the starts is recorded at 2 ms and the other
at 4 ms, and from the two follows what would be heard of a sink that does not render ahead at all.  *Said*: eight
clients without sound; what counts is when their song clock says 0.
"""

from __future__ import annotations

import itertools
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.clock import now_us
from engine.net.time_sync import SessionTime, TimeAsker
from engine.sound import Sound
from tests.bench.bench_sync import measure_once
from tests.bench.figure import Figure
from tests.rig.bad_link import HOST, BadLink, Way
from tests.rig.pulse import RATE_HZ, PulseRig, missing, onsets

ROOT = Path(__file__).resolve().parents[2]
HEARD, SILENT = 4, 8
AHEAD_MS = (2, 4)
STARTS = 10
"""So many starts with fresh processes for each way of recording: 20."""

SETTLE_S = 15.0
"""PulseAudio's word on its latency is up to 4 ms wrong in the first ten seconds of a stream (it smooths its own
readings, and the recordings show that the later word is the true one).  The game opens its sound when it is started,
long before a lobby is left; so do these clients."""

AHEAD_US = 1_500_000
"""From the word to t0; a countdown is longer."""

LISTEN_S = 0.6


def client(port: int, silent: bool) -> None:
    """Child: agree on the time, then start a click at each t0 that comes in; print when it was said to be heard."""
    with Sound.silent() if silent else Sound.start(latency_ms=10) as sound:
        song = np.zeros((sound.rate_hz // 2, 2), np.float32)
        song[:200] = 0.5 * np.exp(-np.arange(200, dtype=np.float32) / 40)[:, None]
        click = sound.load(song)
        shared = SessionTime()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((HOST, 0))
            measure_once(sock, port, TimeAsker(shared, now_us()), now_us)
        shared.hold(True, now_us())
        if not silent:
            time.sleep(SETTLE_S)
        print("ready", flush=True)
        for line in sys.stdin:
            sound.play_song(click, heard_at_us=shared.local_us(int(line)))
            time.sleep(AHEAD_US / 1e6 / 2)
            while (song_us := sound.clock.song_us_at(stamp_us := now_us())) < 0:
                if not sound.status().running:
                    raise RuntimeError("the sound process has ended")
                time.sleep(0.0002)
            print(json.dumps([stamp_us - song_us, sound.status().underruns]), flush=True)
            time.sleep(LISTEN_S / 2)
            sound.stop_song()


class Clients:
    """Client processes and the founder they follow.

    Args:
        environments: one for each client.
        silent: whether they play without a device.
    """

    def __init__(self, environments: list[dict[str, str]], silent: bool) -> None:
        self._stack = ExitStack()
        link = self._stack.enter_context(BadLink(seed=2))
        link.set(Way(jitter_us=1000, loss=0.01))
        founder = self._run(["tests.bench.bench_sync", "answer"], dict(os.environ))
        assert founder.stdout is not None
        front = str(link.front(int(founder.stdout.readline())))
        words = ["tests.bench.bench_start", "client", front, str(int(silent))]
        self._clients = [self._run(words, each) for each in environments]
        for each in self._clients:
            assert each.stdout is not None
            if each.stdout.readline() != "ready\n":
                raise RuntimeError("a client did not get ready")

    def _run(self, words: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._stack.callback(child.communicate)
        return child

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def start(self) -> tuple[int, list[int], int]:
        """One start: t0, when each client's clock said that it was, and how many gaps their sound has had so far."""
        t0_us = now_us() + AHEAD_US
        for each in self._clients:
            assert each.stdin is not None
            each.stdin.write(f"{t0_us}\n")
            each.stdin.flush()
        said, gaps = [], 0
        for each in self._clients:
            assert each.stdout is not None
            said_us, underruns = json.loads(each.stdout.readline())
            said.append(said_us)
            gaps += underruns
        return t0_us, said, gaps


class Looks:
    """Looks at recordings about a thousand times a second to know how long each was at which instant."""

    def __init__(self, rigs: list[PulseRig]) -> None:
        self._takes = [rig.folder / "take1.s16" for rig in rigs]
        self._seen: list[list[tuple[int, int]]] = [[] for _ in rigs]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.001):
            for take, seen in zip(self._takes, self._seen, strict=True):
                frames = take.stat().st_size // 2
                if not seen or seen[-1][1] != frames:
                    seen.append((now_us(), frames))

    def heard_us(self, number: int, onset: int) -> float:
        """The instant of a place in a recording, by the looks of the second around it."""
        looks: NDArray[np.float64] = np.array(self._seen[number], np.float64)
        near = looks[np.abs(looks[:, 1] - onset) < RATE_HZ / 2]
        return float((near[:, 0] - (near[:, 1] - onset) * 1e6 / RATE_HZ).min())


def heard() -> tuple[NDArray[np.float64], NDArray[np.float64], list[int]]:
    """For each start and client when the click was heard and when it was said to be, both less t0 (us); and gaps."""
    heard_us, said_us, all_gaps = [], [], []
    for ahead_ms in AHEAD_MS:
        with ExitStack() as stack:
            rigs = [stack.enter_context(PulseRig(ahead_ms)) for _ in range(HEARD)]
            looks = stack.enter_context(Looks(rigs))
            clients = stack.enter_context(Clients([rig.environment() for rig in rigs], silent=False))
            starts = []
            for _ in range(STARTS):
                starts.append(clients.start())
                time.sleep(LISTEN_S)
            found = [onsets(rig.heard()) for rig in rigs]
            if any(len(clicks) != STARTS for clicks in found):
                raise RuntimeError(f"{STARTS} clicks were played and {[len(clicks) for clicks in found]} recorded")
            for start, (t0_us, said, gaps) in enumerate(starts):
                heard_us.append([looks.heard_us(n, int(clicks[start])) - t0_us for n, clicks in enumerate(found)])
                said_us.append([each - t0_us for each in said])
                all_gaps.append(gaps)
    return np.array(heard_us), np.array(said_us, np.float64), all_gaps


def silent() -> NDArray[np.float64]:
    """For each start and client: when its clock said 0, less t0 (us)."""
    said_us = []
    for _ in AHEAD_MS:
        with Clients([dict(os.environ)] * SILENT, silent=True) as clients:
            for _ in range(STARTS):
                t0_us, said, _ = clients.start()
                said_us.append([each - t0_us for each in said])
                time.sleep(LISTEN_S)
    return np.array(said_us, np.float64)


def figures() -> Iterator[Figure]:
    """How far apart clients with sound begin, and how far from t0 those without."""
    count = len(AHEAD_MS) * STARTS
    said = silent()
    beside = f"{count} starts of {SILENT} clients, 1/1 ms jitter; median {np.median(np.abs(said)):.0f} us"
    yield Figure("silent clients from t0, greatest", float(np.abs(said).max()) / 1e3, "ms", 1.0, beside=beside)
    reason = missing()
    if reason:
        raise RuntimeError(f"the start cannot be recorded: {reason}")
    heard_us, said, gaps = heard()
    apart = np.ptp(heard_us, axis=1) / 1e3
    beside = f"{HEARD} clients, {count} starts; median {np.median(apart):.2f} ms"
    yield Figure("clicks heard apart, greatest", float(apart.max()), "ms", 3.0, beside=beside)
    fresh = sum(after > before for before, after in itertools.pairwise(gaps))
    beside = f"of {count}; {fresh} of them right after a gap in somebody's sound"
    yield Figure("starts within 3 ms", float((apart <= 3.0).sum()), "", float(count), at_least=True, beside=beside)
    small, large = (np.median(heard_us[n * STARTS : (n + 1) * STARTS], axis=0) / 1e3 for n in range(2))
    none = (small * AHEAD_MS[1] - large * AHEAD_MS[0]) / (AHEAD_MS[1] - AHEAD_MS[0])
    told = f"recorded {np.median(small):.2f} and {np.median(large):.2f} ms where the sink renders {AHEAD_MS} ms ahead"
    yield Figure("click heard from t0, median of each client, greatest", float(np.abs(none).max()), "ms", beside=told)
    yield Figure("song clock from t0 then, greatest", float(np.abs(said).max()) / 1e3, "ms", beside="with a device")


if __name__ == "__main__":
    if sys.argv[1:2] == ["client"]:
        client(int(sys.argv[2]), bool(int(sys.argv[3])))
    else:
        for figure in figures():
            verdict = "ok" if figure.ok else "NOT"
            print(
                f"{figure.name}: {figure.value:.3f} {figure.unit} (limit {figure.limit}) {verdict}; {figure.beside}",
                flush=True,
            )
