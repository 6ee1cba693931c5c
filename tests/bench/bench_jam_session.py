"""What a jam costs beside the network: hearing, keeping and judging a band of sixteen; a hit into another's log.

The first figures are processor time of one machine's session, log (on disk) and judging while fifteen others play
twenty hits a second each (forty edges); sockets are measured by their own benchmark.  The last go over two real nodes.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from engine.net.node import Node
from game.jam.decide import OfferSong, Start
from game.jam.events import PartTaken, ReadySaid, SongHeld, StartAgreed
from game.jam.inbox import info_of, pack, pack_hit
from tests.bench.figure import Figure
from tests.rig.jam_company import Company, TableCompany, wait_for

OTHERS = 15
HITS_HZ = 20
PLAYED_S = 10
STEP_US = 4_000
"""The game takes up what came 240 times a second."""

CORE_PERCENT = 8.0
HITS = 240
LOG_MS = 5.0
LOCAL = ("127.0.0.1", 0)


def band_cost_percent(folder: Path) -> tuple[float, float]:
    """Shares of one core, in percent, that hearing and keeping take, and that judging takes."""
    company = TableCompany(folder)
    ida = company.sit("Ida")
    table, song = company.table, company.offer.song
    peers = [table.sit(f"p{number}", id=f"{number + 1:016x}").me for number in range(OTHERS)]
    ida.do(OfferSong(company.offer))
    for peer in peers:
        for word in (SongHeld(song), PartTaken(song, "all", company.entry.hash, 4), ReadySaid(True, 300)):
            table.say(peer, pack(word))
    company.make_ready("Ida", turn=company.turn)
    [started] = ida.do(Start(table.at_us))
    assert isinstance(started, StartAgreed)
    company.turn()
    take = company.take_of("Ida")
    table.turn(started.t0_us - table.at_us)
    company.look()
    network = judging = 0.0
    began = time.process_time()
    between_us = 1_000_000 // (2 * HITS_HZ)
    for step in range(PLAYED_S * 1_000_000 // STEP_US):
        song_at_us = step * STEP_US
        begun = time.thread_time()
        for number, peer in enumerate(peers):
            edge, phase = divmod(song_at_us - number * 1_700, between_us)
            if edge >= 0 and phase < STEP_US:
                table.moment(peer, pack_hit(started.take, edge // 2 % 4, edge % 2 == 0), table.at_us)
        table.turn(STEP_US)
        network += time.thread_time() - begun
        ida.events()
        begun = time.thread_time()
        take.step(song_at_us, table.at_us)
        judging += time.thread_time() - begun
    assert company.profiles["Ida"].writer.flush(10.0)
    hearing = time.process_time() - began - network - judging
    edges = sum(len(played.edges) for played in take.take.played.values())
    assert edges > 0.95 * OTHERS * 2 * HITS_HZ * PLAYED_S
    company.close()
    return hearing / PLAYED_S * 100, judging / PLAYED_S * 100


def into_the_log_ms(folder: Path) -> list[float]:
    """From a key at one machine to the other's log having it committed, sorted; both in this one process."""
    with ExitStack() as stack:
        company = Company(folder)
        stack.callback(company.close)
        host = Node.host("amber-fox", info_of("Ida", "player"), bind=LOCAL, lan=False)
        guest = Node.join(host.address, "amber-fox", info_of("Mika", "player"), bind=LOCAL, lan=False)
        ida, mika = company.come("Ida", host, hosting=True), company.come("Mika", guest)
        for session in (ida, mika):
            session.begin()

        def holds(condition: str) -> None:
            def seen() -> bool:
                company.look()
                return all(getattr(session.band, condition) for session in (ida, mika))

            wait_for(seen, 15.0, condition)

        wait_for(lambda: (company.look() or len(ida.band.players)) == 2 and mika.time.agreed)  # type: ignore[func-returns-value]
        company.make_ready("Ida", "Mika", turn=lambda: holds("offer"))
        wait_for(lambda: company.look() or all(one.ready for one in ida.band.players))  # type: ignore[func-returns-value]
        ida.do(Start(ida.now_us()))
        holds("running")
        running = mika.band.running
        assert running is not None
        writer, took = company.profiles["Mika"].writer, []
        for number in range(HITS):
            assert writer.flush(5.0)
            before = writer.durable_seq
            at = time.perf_counter()
            ida.hit(running.start.take, number % 4, number % 2 == 0, number * 10_000)
            while writer.durable_seq == before:
                time.sleep(0.0002)
            took.append((time.perf_counter() - at) * 1000)
            time.sleep(0.02)
        return sorted(took)


def figures() -> Iterator[Figure]:
    """Cost of a band of sixteen, and how soon a hit is in another's log."""
    with tempfile.TemporaryDirectory(prefix="jam-bench-") as temporary:
        hearing, judging = band_cost_percent(Path(temporary) / "band")
        beside = f"{OTHERS} others at {HITS_HZ} hits/s, {PLAYED_S} s, process time"
        yield Figure("jam: hearing and keeping a band of 16", hearing, "% of a core", beside=beside)
        yield Figure("jam: judging a band of 16", judging, "% of a core", beside=beside)
        took = into_the_log_ms(Path(temporary) / "log")
        beside = f"{HITS} hits, forty edges a second, two nodes on loopback in one process"
        yield Figure("jam: a hit into another's log, median", took[len(took) // 2], "ms", beside=beside)
        yield Figure("jam: a hit into another's log, p99", took[len(took) * 99 // 100], "ms", LOG_MS, beside=beside)


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name:45} {figure.value:9.3f} {figure.unit:12} {figure.limit} {figure.ok} {figure.beside}")
