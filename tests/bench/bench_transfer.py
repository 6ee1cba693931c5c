"""A song of 64 MiB over loopback, sealed and checked, beside a plain TCP copy in the same run."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

from engine.net.transfer import TransferServer, fetch_files, read_offer
from tests.bench.figure import Figure

SIZE = 64 * 1024 * 1024
RUNS = 9
KEY = bytes(range(32))
PIECE = 256 * 1024
LOOPBACK = "127.0.0.1"
SMALL_FILES = 2000
CLIENTS = 4
Ports = tuple[int, int, float, dict[str, tuple[int, str]]]
"""Where the plain copy and the song are had, how long hashing the song took, and what is wanted."""


def figures() -> Iterator[Figure]:
    """The ratio to a plain copy, with the file hashed at both ends or only where it arrives, and many small files."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        song = folder / "song.ogg"
        song.write_bytes(secrets.token_bytes(SIZE))
        spawn = multiprocessing.get_context("spawn")
        here, there = spawn.Pipe()
        process = spawn.Process(target=_other_end, args=(there, song), daemon=True)
        process.start()
        there.close()  # so that its end is noticed
        try:
            ports = here.recv()
            yield from _compared(ports, folder)
            yield _fair(ports, folder)
            yield from _small(folder)
        finally:
            here.send(None)
            process.join(10)


def _compared(ports: Ports, folder: Path) -> Iterator[Figure]:
    plain_port, song_port, offer_s, wanted = ports
    plain: list[float] = []
    ours: list[float] = []
    for run in range(RUNS + 1):
        plain_s, ours_s = _plain(plain_port, folder / "plain.ogg"), _ours(song_port, wanted, folder / f"run{run}")
        if run:  # the first warms up both
            plain.append(plain_s)
            ours.append(ours_s)
        (folder / f"run{run}" / "song.ogg").unlink()
    ratio = statistics.median(p / o for p, o in zip(plain, ours, strict=True))
    speeds = f"{SIZE / 1e6 / statistics.median(ours):.0f} beside {SIZE / 1e6 / statistics.median(plain):.0f} MB/s"
    yield Figure("song of 64 MiB beside a plain TCP copy", ratio, "times", limit=0.70, at_least=True, beside=speeds)
    both = statistics.median(plain) / (statistics.median(ours) + offer_s)
    yield Figure(
        "the same, hashing the offer counted too", both, "times", beside=f"{offer_s * 1000:.0f} ms, once a song"
    )


def _fair(ports: Ports, folder: Path) -> Figure:
    with ThreadPoolExecutor(CLIENTS) as pool:
        took = list(pool.map(lambda number: _ours(ports[1], ports[3], folder / f"fair{number}"), range(CLIENTS)))
    spread = max(took) / min(took)
    speed = CLIENTS * SIZE / 1e6 / max(took)
    return Figure(
        f"{CLIENTS} at once: the last beside the first", spread, "times", 1.5, beside=f"{speed:.0f} MB/s in all"
    )


def _small(folder: Path) -> Iterator[Figure]:
    sounds = folder / "sounds"
    sounds.mkdir()
    paths = {f"key{number}.wav": sounds / f"key{number}.wav" for number in range(SMALL_FILES)}
    for path in paths.values():
        path.write_bytes(secrets.token_bytes(10_000))
    offered = read_offer(paths)
    server = TransferServer(KEY, host=LOOPBACK)
    server.offer(offered.values())
    took_s = _ours(server.port, {n: (f.size, f.hash.hex()) for n, f in offered.items()}, folder / "small")
    server.close()
    yield Figure("2,000 key sounds of 10 kB", took_s, "s", limit=5.0, beside="all in place, each checked")


def _ours(port: int, wanted: dict[str, tuple[int, str]], folder: Path) -> float:
    started = time.perf_counter()
    fetch_files([(LOOPBACK, port)], KEY, wanted, folder)
    return time.perf_counter() - started


def _plain(port: int, target: Path) -> float:
    started = time.perf_counter()
    room = memoryview(bytearray(PIECE))
    with socket.create_connection((LOOPBACK, port)) as sock, target.open("wb", buffering=0) as file:
        while count := sock.recv_into(room):
            file.write(room[:count])
    took_s = time.perf_counter() - started
    target.unlink()
    return took_s


def _other_end(pipe: Connection, song: Path) -> None:
    """The sending ends of both, in a process of their own."""
    started = time.perf_counter()
    offered = read_offer({song.name: song})
    offer_s = time.perf_counter() - started
    server = TransferServer(KEY, host=LOOPBACK)
    server.offer(offered.values())
    with socket.create_server((LOOPBACK, 0)) as listener:
        wanted = {name: (file.size, file.hash.hex()) for name, file in offered.items()}
        pipe.send((listener.getsockname()[1], server.port, offer_s, wanted))
        listener.settimeout(0.2)
        while not pipe.poll():
            try:
                sock, _ = listener.accept()
            except TimeoutError:
                continue
            with sock, song.open("rb") as file:
                sock.setblocking(True)
                while piece := file.read(PIECE):
                    sock.sendall(piece)
    server.close()
    os._exit(0)
