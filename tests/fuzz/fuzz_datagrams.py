"""Fuzzing of what comes from the network: whatever the bytes, no crash, no growth, no effect.

    python tests/fuzz/fuzz_datagrams.py --runs 1000000
    python tests/fuzz/fuzz_datagrams.py --runs 1000000 --target door --report fuzz.jsonl

Each target starts from real traffic (an admission on a network that loses and reorders, packets of a pair and of a
group, all that passes between three members), which is changed bit by bit, cut, joined and made up.  A target ends
with one line of JSON: inputs, seconds, what came of them, how far memory grew after the first tenth, and the slowest
input in processor time.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from engine.net.admission import pack_claim, parse_claim  # noqa: E402  (found by the lines above)
from engine.net.keys import Identity  # noqa: E402
from engine.net.knock import Knock  # noqa: E402
from engine.net.limits import GUESSES_IN_ALL  # noqa: E402
from engine.net.packets import HEADER_BYTES, FrameKind, PacketKind, pack_frames, packet_kind, parse_frames  # noqa: E402
from engine.net.roster import Roster, pack_info, pack_member, parse_member  # noqa: E402
from engine.net.sealing import GroupOpener, GroupSealer, Opener, Sealer  # noqa: E402
from tests.fuzz.session_targets import AtSession, Effect, Liar  # noqa: E402
from tests.rig.doorstep import CODE, DOOR_AT, Doorstep  # noqa: E402

MEMORY_MB = 20.0
HANG_S = 0.5
MAX_INPUT_BYTES = 1500


class Target(Protocol):
    """Something that takes bytes from outside; ``seeds`` are real ones."""

    seeds: list[bytes]

    def feed(self, data: bytes, number: int) -> str:
        """Take an input; gives in a word what came of it, and raises :class:`Effect` for what must not come."""
        ...


def busy_doorstep() -> Doorstep:
    """A session of five, let in on a bad network, and a sixth that knocks."""
    step = Doorstep(loss=0.1, slowest_us=30_000, seed=3)
    for number in range(1, 5):
        step.knock((f"192.168.1.{number + 1}", 7000), info={"name": "x" * 200 * number})
    step.run()
    step.knock(("192.168.1.200", 7000))
    step.run(lambda: packet_kind(step.seen[-1][2]) is PacketKind.ANSWER)
    return step


class AtDoor:
    """Datagrams at a conductor's door."""

    def __init__(self) -> None:
        self._step = busy_doorstep()
        self._members = dict(self._step.roster.members)
        self.seeds = [datagram for _, _, datagram in self._step.seen]
        self._known = set(self.seeds)
        self._joiners = sorted({source for source, to, _ in self._step.seen if to == DOOR_AT})

    def feed(self, data: bytes, number: int) -> str:
        if data in self._known:
            return "real"
        # Every second one claims to come from where somebody is being let in.
        strangers = (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 7000)
        address = self._joiners[number // 2 % len(self._joiners)] if number % 2 else strangers
        answers = self._step.door.receive(data, address, self._step.now_us)
        if sum(len(answer.datagram) for answer in answers) > len(data):
            raise Effect("the answer is longer than the question")
        if self._step.roster.members != self._members:
            raise Effect("somebody was let in")
        if len(self._step.door) > len(self._joiners) + GUESSES_IN_ALL:
            raise Effect("the door remembers more than guesses")
        return packet_kind(answers[0].datagram).name if answers else "dropped"  # type: ignore[union-attr]


class AtKnock:
    """Datagrams at a machine that knocks: half of them know its attempt."""

    def __init__(self) -> None:
        step = busy_doorstep()
        self.seeds = [datagram for _, to, datagram in step.seen if to != DOOR_AT]
        self._begin()

    def _begin(self) -> None:
        self._knock = Knock(Identity.new(), CODE, [DOOR_AT], {}, 0)
        self._attempt = self._knock.tick(0)[0].datagram[1:HEADER_BYTES]

    def feed(self, data: bytes, number: int) -> str:
        if number % 2 and len(data) >= HEADER_BYTES:
            data = data[:1] + self._attempt + data[HEADER_BYTES:]
        out = self._knock.receive(data, DOOR_AT, 0)
        if self._knock.outcome is not None:
            raise Effect("it believed what nobody sealed")
        if number % 1000 == 0:
            self._begin()
        return "asked on" if out else "dropped"


class AtMember:
    """Datagrams at a member that hears one other member and a group of two."""

    def __init__(self) -> None:
        mine, theirs, session, key = Identity.new(), Identity.new(), bytes(range(8)), Identity.new().exchange_secret
        roster = Roster.found(mine, {})
        sealer, group = Sealer(key, bytes(4)), GroupSealer(roster.group_key, theirs, session)
        self._opener, self._group = Opener(key, bytes(4)), GroupOpener(roster.group_key, session)
        self._group.admit(theirs.id, theirs.signing_public)
        bodies = [pack_frames([(kind, bytes(20 * kind))]) for kind in FrameKind]
        self.seeds = [sealer.seal(body) for body in bodies] + [group.seal(body) for body in bodies]
        self._known = set(self.seeds)

    def feed(self, data: bytes, number: int) -> str:
        alike = data[:HEADER_BYTES] + b"\0" + data[HEADER_BYTES + 1 :]  # a relay may change the hops
        hops = {data, *(alike[:HEADER_BYTES] + bytes((hop,)) + alike[HEADER_BYTES + 1 :] for hop in range(4))}
        if hops & self._known:
            return "real"
        if self._opener.open(data) is not None or self._group.open(data) is not None:
            raise Effect("it opened what nobody sealed")
        return "dropped"


class Readers:
    """Bytes of somebody who holds the keys: bodies, claims, rosters, members."""

    def __init__(self) -> None:
        step = busy_doorstep()
        mine = Identity.new()
        claim = pack_claim(
            mine, pack_info({"name": "Bea", "list": [1, None, 2.5, b"x"]}), (DOOR_AT,), bytes(32), bytes(8)
        )
        body = pack_frames([(kind, bytes(30 * kind)) for kind in list(FrameKind)[:6]])
        members = [pack_member(member) for member in step.roster.members.values()]
        self.seeds = [claim, body, step.roster.pack(), *members]

    def feed(self, data: bytes, number: int) -> str:
        frames = parse_frames(data)
        if frames is not None and pack_frames(frames) != data:
            raise Effect("a body was read in another way than it is written")
        read = []
        for name, reader in (
            ("roster", Roster.parse),
            ("member", parse_member),
            ("claim", lambda data: parse_claim(data, bytes(32))),
        ):
            try:
                value: Any = reader(data)
            except ValueError:
                continue
            if isinstance(value, Roster) and Roster.parse(value.pack()) != value:
                raise Effect("a roster changed by being written")
            read.append(name)
        return " ".join(read) or ("frames" if frames else "refused")


TARGETS: dict[str, Callable[[], Target]] = {
    "door": AtDoor,
    "knock": AtKnock,
    "member": AtMember,
    "readers": Readers,
    "session": AtSession,
    "liar": Liar,
}


def changed(seeds: list[bytes], rng: random.Random) -> bytes:
    """A real input with a few changes, two halves of real ones, or noise."""
    way = rng.random()
    if way < 0.1:
        return rng.randbytes(rng.randrange(200))
    data = bytearray(rng.choice(seeds))
    if way < 0.2:
        other = rng.choice(seeds)
        data[rng.randrange(len(data)) :] = other[rng.randrange(len(other)) :]
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data) + 1)
        way = rng.random()
        if way < 0.5 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif way < 0.7 and at < len(data):
            data[at] = rng.choice((0, 1, 0x7F, 0x80, 0xC0, 0xC1, 0xDF, 0xFF))
        elif way < 0.8:
            del data[at : at + rng.randint(1, 20)]
        elif way < 0.9:
            data[at:at] = rng.randbytes(rng.randint(1, 20))
        else:
            del data[at:]
    return bytes(data[: max(MAX_INPUT_BYTES, len(seeds[0]))])


def memory_mb() -> float:
    """The most memory this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fuzz(name: str, runs: int, seed: int) -> dict[str, Any]:
    """Feed a target; raises what a reader raised, with the input that did it in hexadecimal digits."""
    target, rng, came = TARGETS[name](), random.Random(seed), Counter[str]()
    began_s, slowest_s, held_mb = time.perf_counter(), 0.0, memory_mb()
    for number in range(runs):
        if number == runs // 10:
            held_mb = memory_mb()
        data = changed(target.seeds, rng)
        at_s = time.thread_time()
        try:
            came[target.feed(data, number)] += 1
        except Exception as error:
            raise RuntimeError(f"{name}, seed {seed}, input {number}: {data.hex()}") from error
        slowest_s = max(slowest_s, time.thread_time() - at_s)
    grown_mb = round(memory_mb() - held_mb, 1)
    return {
        "target": name,
        "inputs": runs,
        "seconds": round(time.perf_counter() - began_s, 1),
        "came": dict(came),
        "grown_mb": grown_mb,
        "slowest_ms": round(slowest_s * 1000, 2),
        "ok": grown_mb <= MEMORY_MB and slowest_s <= HANG_S,
    }


def main() -> int:
    """Read the command line and feed one target, or each in turn."""
    options = argparse.ArgumentParser(description="Fuzz what comes from the network.")
    options.add_argument("--runs", type=int, default=100_000, help="inputs for each target")
    options.add_argument("--target", choices=(*TARGETS, "all"), default="all")
    options.add_argument("--report", type=Path, help="file to which each target's line of JSON is added")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    all_ok = True
    for name in TARGETS if chosen.target == "all" else (chosen.target,):
        report = fuzz(name, chosen.runs, chosen.seed)
        all_ok &= report["ok"]
        line = json.dumps(report)
        print(line, flush=True)
        if chosen.report is not None:
            with chosen.report.open("a") as file:
                file.write(line + "\n")
    return 0 if all_ok else 1


if __name__ == "__main__":
    sys.exit(main())
