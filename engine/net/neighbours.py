"""The other members as packets reach them: keys, paths, presence, and passing on what is for somebody else.

Sans-IO: datagrams come in with the instant they arrived, and leave through the ``send`` that was handed in.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable
from hashlib import blake2b

from engine.net.face import Peer
from engine.net.failover import PRESENCE_US
from engine.net.limits import Limits
from engine.net.links import Path, Paths
from engine.net.packets import (
    FORWARD_BODY,
    MAX_FRAMES,
    WHO_BYTES,
    Frame,
    FrameKind,
    frame_bytes,
    pack_frames,
    parse_frames,
)
from engine.net.reliable import Channel
from engine.net.roster import Address, Member
from engine.net.sealing import MAX_HOPS, GroupSealer, Opener, Sealer
from engine.net.signals import MAX_ECHOES, Echo, Presence, Reach, pack_presence

BODY_BYTES = 1060
"""The longest body between two members: sealed, it still fits a FORWARD frame of who passes it on."""

DOUBT_PRESENCE_US = 100_000
"""While the best path is in doubt, presence is sent this often."""

SILENT_PRESENCE_US, LOST_PRESENCE_US = 500_000, 3_000_000
"""A silent member is called this often, one that was lost this often: it may come back."""

ANSWER_GAP_US = 40_000
"""However urgently presence is asked for, it is not sent more often than this."""

FORWARDS_PER_S = 400
"""What one member may have passed on by us to each other member: some four times what a busy one sends to one."""

HOLD_US = 8_000
"""What is passed on to a member that was handed something less than this ago waits for company until the next multiple
of this: who passes a whole band on has half as many datagrams to send, all in one go.  A lone packet does not wait, nor
does one that measures a way or asks the time: it takes along what waits."""

AT_ONCE = 0x80
"""Set in the hops of a FORWARD frame that is not to be held."""

WAYS_US = 200_000
"""Other ways to a member are looked for at most this often."""

EQUAL_US = 5_000
"""Ways through others whose cost differs by less are equally good."""

MAX_CARRIED = 1024
"""Frames that wait for one member, at most; what its sender may have passed on ends far below."""

LONGEST_WITHOUT_ANSWER_US = 400_000
"""A new member that did not answer on any address for this long is tried through others."""


class Neighbour:
    """Another member: its keys, the paths to it, and what is owed to it."""

    def __init__(self, member: Member, sealer: Sealer, opener: Opener, now_us: int) -> None:
        self.id = member.id
        self.who = bytes.fromhex(member.id)[:WHO_BYTES]
        self.member = member
        self.sealer, self.opener = sealer, opener
        self.paths = Paths()
        self.control = Channel()
        self.owed: dict[tuple[int, int], int] = {}
        self.reaches: dict[bytes, Reach] = {}
        self.entered_us = now_us
        self.heard_us = now_us
        self.presence_us = now_us
        self.presence_sent_us = 0
        self.dormant = False
        self.roster_differs_us: int | None = None
        self.claim_told_us = 0
        self.ways_us = now_us
        self.carried: list[bytes] = []
        """FORWARD frames for it to pass on or to take, that have not gone yet."""
        self.carried_us = 0
        """When the last of them went."""

    def echoes(self, now_us: int) -> tuple[Echo, ...]:
        """The answers to its probes that are owed."""
        return tuple(Echo(path, stamp, now_us - heard_us) for (path, stamp), heard_us in self.owed.items())

    def seen(self, here: bool) -> Peer:
        """How the game sees it."""
        best = self.paths.best
        if best is None:
            return Peer(self.id, self.member.info, self.member.order, here)
        kind, via = best.kind, best.via
        return Peer(self.id, self.member.info, self.member.order, here, kind, via, best.round_trip_us, best.loss)


def path_kind(address: Address) -> str:
    """``far`` for an address of the internet, ``direct`` for one of a local network."""
    return "far" if ipaddress.ip_address(address[0]).is_global else "direct"


class Neighbours:
    """All other members this machine holds keys for, by id and by the four bytes that packets name them with.

    Without ``six`` the socket speaks IPv4 alone, and other addresses are passed over.
    """

    def __init__(
        self, me: str, send: Callable[[bytes, Address], object], multicast: Callable[[bytes], bool], six: bool
    ) -> None:
        self.who, self._me = bytes.fromhex(me)[:WHO_BYTES], int(me, 16)
        self._six = six
        self._send, self._multicast = send, multicast
        self.by_id: dict[str, Neighbour] = {}
        self.by_who: dict[bytes, Neighbour] = {}
        self.counts: Counter[str] = Counter()
        self.group: GroupSealer | None = None
        self._forwards: Limits[str] = Limits(FORWARDS_PER_S, FORWARDS_PER_S)
        self._carriers: dict[str, int] = {}  # who has something carried, and when it is due

    def enter(self, neighbour: Neighbour, addresses: tuple[Address, ...], now_us: int) -> None:
        """Send to and hear this member from now on."""
        self.by_id[neighbour.id] = neighbour
        self.by_who[neighbour.who] = neighbour
        for address in addresses:
            if ":" in address[0] and not self._six:
                continue
            neighbour.paths.offer(path_kind(address), address, now_us)

    def forget(self, peer: str) -> Neighbour | None:
        """Hear a member no more, and go through it no more."""
        neighbour = self.by_id.pop(peer, None)
        if neighbour is not None:
            self.by_who.pop(neighbour.who, None)
            for other in self.by_id.values():
                other.paths.drop_via(peer)
        return neighbour

    def opened(
        self, datagram: bytes, address: Address | None, via: str, now_us: int
    ) -> tuple[Neighbour, list[Frame]] | None:
        """Who sent a SEALED datagram and the frames in it; None, and counted, for what is not authentic.

        ``address`` is where it came from, or None where ``via`` passed it on (or the group carried it, then ``via``
        is empty).
        """
        neighbour = self.by_who.get(datagram[1 : 1 + WHO_BYTES])
        if neighbour is None:
            self.counts["stranger"] += 1
            return None
        rejected = neighbour.opener.rejected
        replayed = rejected.replayed
        body = neighbour.opener.open(datagram)
        if body is None:
            self.counts["replayed" if rejected.replayed > replayed else "forged"] += 1
            return None
        frames = parse_frames(body)
        if frames is None:
            self.counts["malformed"] += 1
            return None
        best = neighbour.paths.best
        if best is None or best.address != address or best.via != via:
            kind = path_kind(address) if address else "relay" if via else "multicast"
            neighbour.paths.offer(kind, address, now_us, via)
        neighbour.heard_us = now_us
        return neighbour, frames

    def send(self, neighbour: Neighbour, frames: list[tuple[FrameKind, bytes]], now_us: int) -> None:
        """Send frames by the path in use, or by two while that is in doubt."""
        packet = neighbour.sealer.seal(pack_frames(frames))
        at_once = any(kind is FrameKind.TIME for kind, _ in frames)
        for path in neighbour.paths.to_use(now_us):
            self.emit(packet, neighbour, path, at_once=at_once)

    def send_presence(
        self, neighbour: Neighbour, presence: Presence, now_us: int, with_it: list[tuple[FrameKind, bytes]]
    ) -> bool:
        """Send presence by each path that is due for a probe; true if ``with_it`` went along by the best.

        While the best is in doubt nothing goes along, because what carries a probe belongs to one path alone.
        """
        doubt = neighbour.paths.in_doubt(now_us)
        echoes = neighbour.echoes(now_us)
        carried = False
        for path in neighbour.paths.to_probe(now_us, presence=True):
            stamp = neighbour.paths.probed(path, now_us)
            mine = presence._replace(urgent=doubt, path=path.number, stamp=stamp, echoes=echoes)
            frames = [(FrameKind.PRESENCE, pack_presence(mine))]
            if path is neighbour.paths.best and not doubt:
                frames += with_it
                carried = True
            self.emit(neighbour.sealer.seal(pack_frames(frames)), neighbour, path, at_once=True)
        if not doubt:
            neighbour.owed.clear()  # in doubt the answers may have gone by a dead path: they go again
        neighbour.presence_sent_us = now_us
        return carried

    def presence_due(self, neighbour: Neighbour, here: bool, now_us: int) -> int:
        """When the next presence is to go to a member, after one went now."""
        if neighbour.dormant:
            return now_us + LOST_PRESENCE_US
        if not here and now_us - neighbour.heard_us > 10_000_000:
            return now_us + SILENT_PRESENCE_US
        return now_us + (DOUBT_PRESENCE_US if neighbour.paths.in_doubt(now_us) else PRESENCE_US)

    def presence_heard(self, neighbour: Neighbour, presence: Presence, arrived_us: int, now_us: int) -> None:
        """Answer what a presence asks, and learn what it answers."""
        neighbour.owed[presence.path, presence.stamp] = arrived_us
        while len(neighbour.owed) > MAX_ECHOES:
            del neighbour.owed[next(iter(neighbour.owed))]
        for path, stamp, held_us in presence.echoes:
            neighbour.paths.answered(path, stamp, held_us, arrived_us)
        neighbour.paths.choose(now_us)
        if presence.urgent:
            soon_us = max(now_us, neighbour.presence_sent_us + ANSWER_GAP_US)
            neighbour.presence_us = min(neighbour.presence_us, soon_us)

    def emit(
        self, packet: bytes, neighbour: Neighbour, path: Path, hops: int = MAX_HOPS - 1, at_once: bool = False
    ) -> bool:
        """Let a sealed packet go by one path; false if that cannot be."""
        if path.address is not None:
            self._send(packet, path.address)
            return True
        frame = (FrameKind.FORWARD, neighbour.who + bytes((hops | AT_ONCE * at_once,)) + packet)
        if path.kind == "multicast":
            return self.group is not None and self._multicast(self.group.seal(pack_frames([frame]), 0))
        via = self.by_id.get(path.via)
        if via is None:
            return False
        self._carry(via, frame[1], 0)
        return True

    def _carry(self, onward: Neighbour, frame: bytes, due_us: int) -> None:
        """Let a FORWARD frame go to a member by ``due_us``, with others if there are any."""
        if len(onward.carried) >= MAX_CARRIED:
            self.counts["flood"] += 1
            return
        onward.carried.append(frame)
        self._carriers[onward.id] = min(due_us, self._carriers.get(onward.id, due_us))

    def carry(self, now_us: int) -> int | None:
        """Send what is to be passed on and is due; gives when more is, None while nothing waits."""
        if not self._carriers:  # nearly always
            return None
        due = [peer for peer, due_us in self._carriers.items() if due_us <= now_us]
        for peer in due:
            del self._carriers[peer]
            onward = self.by_id.get(peer)
            if onward is not None:
                self._send_carried(onward, now_us)
        return min(self._carriers.values(), default=None)

    def _send_carried(self, onward: Neighbour, now_us: int) -> None:
        frames, onward.carried, onward.carried_us = onward.carried, [], now_us
        path = onward.paths.straight()
        if path is None or path.address is None:
            self.counts["no way to relay"] += len(frames)
            return
        while frames:
            count = _fitting(frames)
            body = pack_frames([(FrameKind.FORWARD, frame) for frame in frames[:count]])
            self._send(onward.sealer.seal(body), path.address)
            frames = frames[count:]

    def pass_on(self, sender: Neighbour, frame: bytes, now_us: int) -> bytes | None:
        """A FORWARD frame of ``sender``: the packet in it if it is for us, else it is passed on, unread.

        By its hops it ends; a member has only so much passed on.
        """
        if len(frame) <= WHO_BYTES:
            return None
        who, packet = frame[:WHO_BYTES], frame[WHO_BYTES + 1 :]
        hops, at_once = frame[WHO_BYTES] & ~AT_ONCE, bool(frame[WHO_BYTES] & AT_ONCE)
        if who == self.who:
            return packet or None
        target = self.by_who.get(who)
        best = (target.paths.straight() or target.paths.best) if target is not None else None
        if target is None or best is None or not 0 < hops <= MAX_HOPS or best.via == sender.id:
            self.counts["not passed on"] += 1
            return None
        if not self._forwards.allow(sender.id, now_us, len(self.by_id)):
            self.counts["flood"] += 1
            return None
        if best.address is not None:
            # One who forwards hands over in packets of its own, so that the target sees by whom it came.
            goes = at_once or now_us - target.carried_us >= HOLD_US
            self._carry(target, who + b"\x00" + packet, now_us if goes else (now_us // HOLD_US + 1) * HOLD_US)
        else:
            self.emit(packet, target, best, hops - 1, at_once)
        self.counts["passed on"] += 1
        return None

    def find_ways(self, neighbour: Neighbour, conductor: str, now_us: int) -> None:
        """Keep another way to a member ready: through the best of those who reach it, or by multicast."""
        if now_us < neighbour.ways_us:
            return
        neighbour.ways_us = now_us + WAYS_US
        paths = neighbour.paths
        relays = [path for path in paths.all() if path.via]
        for path in relays:
            via = self.by_id.get(path.via)
            if via is None or (path is not paths.best and not path.answers(now_us) and not _reaches(via, neighbour)):
                paths.drop(path)
        unreached = paths.in_doubt(now_us) or not any(path.answers(now_us) for path in paths.all())
        if (not unreached and relays) or now_us - neighbour.entered_us < LONGEST_WITHOUT_ANSWER_US:
            return
        best = self._best_relay(neighbour, conductor)
        if best is None and unreached and conductor != neighbour.id and conductor in self.by_id:
            best = conductor
        if best is not None:
            paths.offer("relay", None, now_us, best)
        if unreached:
            paths.offer("multicast", None, now_us)

    def _best_relay(self, neighbour: Neighbour, conductor: str) -> str | None:
        """Who reaches the member directly, or else at all, and is itself reached directly, at the least cost.

        Among equals the conductor comes last, and each pair has another first, so that the work is shared.
        """
        costs: list[tuple[bool, int, bool, bytes, str]] = []
        pair = self._me ^ int(neighbour.id, 16)
        for via in self.by_id.values():
            mine, theirs = via.paths.best, via.reaches.get(neighbour.who)
            if via is neighbour or via.dormant or mine is None or mine.address is None or mine.answered_us is None:
                continue
            if theirs is not None and theirs.via != self.who:
                cost = mine.round_trip_us + theirs.round_trip_us + 100_000 * (mine.loss + theirs.loss)
                lot = blake2b(f"{pair} {via.id}".encode(), digest_size=4).digest()
                costs.append((bool(theirs.via), round(cost / EQUAL_US), via.id == conductor, lot, via.id))
        return min(costs)[-1] if costs else None

    def reached(self, here: Callable[[str], bool]) -> list[Reach]:
        """Who is reached from here and how, for the others."""
        out = []
        for each in self.by_id.values():
            best = each.paths.best
            if best is not None and best.answered_us is not None and here(each.id):
                via = bytes.fromhex(best.via)[:WHO_BYTES]
                out.append(Reach(each.who, best.kind, via, best.round_trip_us, best.loss))
        return out


def _fitting(frames: list[bytes]) -> int:
    """How many of the first of these FORWARD frames one packet takes; each of them fits one."""
    size = 0
    for count, frame in enumerate(frames[:MAX_FRAMES]):
        size += frame_bytes(len(frame))
        if size > FORWARD_BODY:
            return max(count, 1)
    return min(len(frames), MAX_FRAMES)


def _reaches(via: Neighbour, neighbour: Neighbour) -> bool:
    """Whether ``via`` says that it reaches the member, or has not yet said whom it reaches."""
    return not via.reaches or neighbour.who in via.reaches
