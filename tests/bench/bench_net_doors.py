"""What a packet costs to seal, open, sign and check, and what it costs to let a machine in."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

from engine.net.keys import CodeExchange, Identity, new_group_key, new_session
from engine.net.limits import Limits
from engine.net.packets import FrameKind, pack_frames, parse_frames
from engine.net.roster import Roster
from engine.net.sealing import GroupOpener, GroupSealer, Opener, Pairings, Sealer
from tests.bench.figure import Figure
from tests.rig.doorstep import Doorstep, welcomed

_PACKETS = 20_000
_MIX = [(FrameKind.MOMENTS, bytes(90)), (FrameKind.RELIABLE, bytes(40)), (FrameKind.PRESENCE, bytes(20))]


def each_us(work: Callable[[int], object], times: int = _PACKETS) -> float:
    """Microseconds of processor time that ``work`` takes, the best of three runs over so many different numbers."""
    runs = []
    for _ in range(3):
        began_s = time.thread_time()
        for number in range(times):
            work(number)
        runs.append((time.thread_time() - began_s) / times * 1e6)
    return min(runs)


def figures() -> Iterator[Figure]:
    """Packets of a pair, packets to the group, limits, admission."""
    yield from _pair()
    yield from _group()
    yield from _limits()
    yield from _admission()


def _pair() -> Iterator[Figure]:
    body = pack_frames(_MIX)
    sealer, opener = Sealer(bytes(32), bytes(4)), Opener(bytes(32), bytes(4))
    seal_us = each_us(lambda _: sealer.seal(body))
    packets = [Sealer(bytes(32), bytes(4), sent=number).seal(body) for number in range(3 * _PACKETS)]
    arrivals = iter(packets)
    open_us = each_us(lambda _: opener.open(next(arrivals)))
    assert opener.rejected.replayed == opener.rejected.forged == 0
    yield Figure("body of three frames packed", each_us(lambda _: pack_frames(_MIX)), "us", limit=10)
    yield Figure("body of three frames parsed", each_us(lambda _: parse_frames(body)), "us", limit=10)
    yield Figure("packet sealed", seal_us, "us", limit=15, beside=f"{len(body)} bytes of body")
    yield Figure("packet opened", open_us, "us", limit=15)
    again = opener.open
    yield Figure("repeated packet refused", each_us(lambda number: again(packets[-1 - number % 1000])), "us", limit=10)
    forged = packets[0][:5] + b"\xff\xff\xff\xff" + packets[0][9:]
    yield Figure("forged packet refused", each_us(lambda _: again(forged)), "us", limit=20)


def _group() -> Iterator[Figure]:
    mine, key, session = Identity.new(), new_group_key(), new_session()
    sealer, opener = GroupSealer(key, mine, session), GroupOpener(key, session)
    opener.admit(mine.id, mine.signing_public)
    body = pack_frames(_MIX)
    packets: list[bytes] = []
    yield Figure(
        "group packet signed and sealed", each_us(lambda _: packets.append(sealer.seal(body)), 4000), "us", 100
    )
    arrivals = iter(packets)
    opened_us = each_us(lambda _: opener.open(next(arrivals)), 4000)
    assert opener.rejected.replayed == opener.rejected.forged == 0
    yield Figure("group packet opened and checked", opened_us, "us", limit=200)


def _limits() -> Iterator[Figure]:
    limits: Limits[tuple[str, int]] = Limits()
    known = [(f"10.0.0.{number}", 7000) for number in range(64)]
    strangers = [(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 1) for number in range(_PACKETS)]
    yield Figure("limit asked, member", each_us(lambda number: limits.allow(known[number & 63], number * 50)), "us", 3)
    yield Figure("limit asked, flood", each_us(lambda number: limits.allow(strangers[number], number)), "us", 3)


def _admission() -> Iterator[Figure]:
    session, attempt = new_session(), bytes(8)
    theirs = CodeExchange("joiner", "copper canyon").message
    made = [CodeExchange("door", "copper canyon") for _ in range(90)]
    begun_us = each_us(lambda _: CodeExchange("door", "copper canyon"), 30)
    done_us = each_us(lambda _: made.pop().secret(theirs, session, attempt), 30)
    yield Figure("SPAKE2 begun", begun_us / 1000, "ms", limit=10, beside="the door does it ahead of time")
    yield Figure("SPAKE2 finished", done_us / 1000, "ms", limit=10)
    step = Doorstep(slowest_us=1)
    began_s = time.thread_time()
    for number in range(40):
        knock = step.knock((f"10.0.0.{number + 1}", 7000))
        step.run()
        welcomed(knock)
    whole_ms = (time.thread_time() - began_s) / 40 * 1000
    yield Figure("admission, both sides", whole_ms, "ms", limit=60, beside="no network between them")
    packed = step.roster.pack()
    yield Figure("roster of 41 read and checked", each_us(lambda _: Roster.parse(packed), 20) / 1000, "ms", limit=20)
    yield from _noise(step)


def _noise(step: Doorstep) -> Iterator[Figure]:
    rng = random.Random(1)
    noise = [rng.randbytes(rng.randrange(200)) for _ in range(_PACKETS)]
    door = step.door
    door_us = each_us(lambda number: door.receive(noise[number], ("10.0.9.9", number), step.now_us))
    yield Figure("noise refused at the door", door_us, "us", limit=10)
    pairings = Pairings(Identity.new(), new_session())
    peers = iter([Identity.new() for _ in range(600)])

    def pair(_: int) -> None:
        peer = next(peers)
        pairings.pair(peer.id, peer.exchange_public)

    yield Figure("keys of a pair worked out", each_us(pair, 200), "us", limit=1000)
