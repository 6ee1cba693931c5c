"""How wrong the shared clock is: real processes on loopback with a bad link between, and skew by simulation.

One process answers, ten ask, each through its own socket and :mod:`tests.rig.bad_link`, with the protocol as it is
(8 bursts of 20 probes, 10 ms apart, no gap shortened), again and again from nothing.  ``perf_counter`` is one clock
for all processes of a machine, so the truth is known: each asker's own clock is that one, set off and made to run up
to 50 ppm wrong by hand.  The error is taken at the end of each run.  Skew needs minutes, so it is simulated: the same
classes, clocks turned by hand, two minutes in the lobby and then 300 s without correction.
"""

from __future__ import annotations

import json
import random
import select
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from engine.clock import now_us
from engine.net.face import ClockSet
from engine.net.time_sync import SessionTime, TimeAnswerer, TimeAsker
from tests.bench.figure import Figure
from tests.rig.bad_link import HOST, BadLink, Way
from tests.rig.two_clocks import TwoClocks, Weather

ROOT = Path(__file__).resolve().parents[2]
ASKERS, ROUNDS = 10, 10
SIMULATED, LOBBY_S, SONG_S = 100, 120, 300

CONDITIONS = (
    ("clean", 0, 0, 0.0, 0.1),
    ("1/1 ms, 1 %", 1000, 1000, 0.01, 0.6),
    ("1/5 ms, 1 %", 1000, 5000, 0.01, 1.0),
    ("5/5 ms, 5 %", 5000, 5000, 0.05, 1.2),
    ("2/20 ms, 20 %", 2000, 20000, 0.20, 2.5),
)
"""Name, mean jitter out and back (us), loss of each way, and the most the error's p99 may be (ms)."""


def answer() -> None:
    """Child: be the founder until standard input closes."""
    answerer = TimeAnswerer(SessionTime.founder())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HOST, 0))
        print(sock.getsockname()[1], flush=True)
        while True:
            ready, _, _ = select.select([sock, sys.stdin], (), ())
            if sys.stdin in ready:
                return
            frame, back = sock.recvfrom(64)
            arrived_us = now_us()
            reply = answerer.answer(frame, arrived_us, now_us())
            if reply is not None:
                sock.sendto(reply, back)


def ask(port: int, rounds: int, seed: int) -> None:
    """Child: measure ``rounds`` times from nothing; print how wrong each was and its bound."""
    chance = random.Random(seed)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HOST, 0))
        for _ in range(rounds):
            skew_ppm, ahead_us = chance.uniform(-50, 50), chance.randrange(1 << 40)
            began_us = now_us()

            def local_us(began_us: int = began_us, skew_ppm: float = skew_ppm, ahead_us: int = ahead_us) -> int:
                stamp_us = now_us()
                return stamp_us + ahead_us + round((stamp_us - began_us) * skew_ppm / 1e6)

            time = SessionTime()
            asker = TimeAsker(time, local_us())
            measure_once(sock, port, asker, local_us)
            here_us = local_us()
            error_us = time.session_us(here_us) - now_us()
            print(json.dumps([error_us, time.bound_us]), flush=True)


def measure_once(sock: socket.socket, port: int, asker: TimeAsker, local_us: Callable[[], int]) -> None:
    """Ask until the clock is set."""
    while not any(isinstance(event, ClockSet) for event in asker.events()):
        wait_us = asker.due_us - local_us()
        if wait_us > 0 and select.select([sock], (), (), wait_us / 1e6)[0]:
            frame = sock.recv(64)
            asker.take(frame, local_us())
        elif (probe := asker.probe(local_us())) is not None:
            sock.sendto(probe, (HOST, port))


def measure(out_us: int, back_us: int, loss: float, rounds: int) -> tuple[list[int], list[int]]:
    """Errors and bounds (us) of ``ASKERS`` times ``rounds`` runs."""
    command = [sys.executable, "-m", "tests.bench.bench_sync"]
    with (
        BadLink(seed=1) as link,
        subprocess.Popen(
            [*command, "answer"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as founder,
    ):
        assert founder.stdout is not None
        port = int(founder.stdout.readline())
        link.set(Way(jitter_us=out_us, loss=loss))
        link.set(Way(jitter_us=back_us, loss=loss), source=port)
        askers = [
            subprocess.Popen(
                [*command, "ask", str(link.front(port)), str(rounds), str(seed)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            for seed in range(ASKERS)
        ]
        lines = [line for asker in askers for line in asker.communicate(timeout=rounds * 30)[0].splitlines()]
        founder.communicate(timeout=10)
    results = [json.loads(line) for line in lines]
    return [abs(error) for error, _ in results], [bound for _, bound in results]


def simulate(out_us: float, back_us: float, loss: float) -> tuple[list[float], list[int]]:
    """Errors and bounds (us) after a song without correction, 50 ppm apart."""
    errors, bounds = [], []
    weather = Weather(max(out_us, 10.0), max(back_us, 10.0), loss)
    for seed in range(SIMULATED):
        clocks = TwoClocks(weather, skew_ppm=50 if seed % 2 else -50, seed=seed)
        clocks.run(LOBBY_S)
        clocks.time.hold(True, clocks.now_us)
        end_us = clocks.now_us + SONG_S * 1_000_000
        errors.append(abs(clocks.error_us(end_us)))
        bounds.append(clocks.time.bound_at(end_us))
    return errors, bounds


def figures() -> Iterator[Figure]:
    """Error and bound per condition, then skew."""
    for name, out_us, back_us, loss, limit in CONDITIONS:
        errors, bounds = measure(out_us, back_us, loss, ROUNDS)
        beside = f"{len(errors)} runs, real processes; median {np.median(errors) / 1e3:.3f} ms"
        yield Figure(
            f"shared clock, {name}: error p99", float(np.percentile(errors, 99)) / 1e3, "ms", limit, beside=beside
        )
        covered = 100 * float(np.mean(np.array(errors) <= np.array(bounds)))
        beside = f"the bound's median is {np.median(bounds) / 1e3:.3f} ms"
        yield Figure(f"shared clock, {name}: bound holds", covered, "%", 99.0, at_least=True, beside=beside)
    for name, out_us, back_us, loss, _ in CONDITIONS:
        far, wide = simulate(out_us, back_us, loss)
        held = 100 * float(np.mean(np.array(far) <= np.array(wide)))
        beside = f"{SIMULATED} simulated; bound {np.median(wide) / 1e3:.2f} ms, holds in {held:.0f} %"
        yield Figure(
            f"after {SONG_S} s, 50 ppm, {name}: p99", float(np.percentile(far, 99)) / 1e3, "ms", 1.0, beside=beside
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["answer"]:
        answer()
    elif sys.argv[1:2] == ["ask"]:
        ask(*map(int, sys.argv[2:]))
    else:
        for figure in figures():
            verdict = "ok" if figure.ok else "NOT"
            print(
                f"{figure.name}: {figure.value:.3f} {figure.unit} (limit {figure.limit}) {verdict}; {figure.beside}",
                flush=True,
            )
