"""One member's side of a session, whole but for sockets and threads.

Sans-IO: datagrams come in with the instant they arrived, :meth:`Mesh.tick` is called when it is due, what is to be sent
goes through the functions handed in.  The same mesh runs on real sockets (:class:`engine.net.node.Node`), with a clock
turned by hand, and in the simulator.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from engine.clock import Clock
from engine.net.belonging import Belonging
from engine.net.delivery import LEAST_ROOM, Delivery
from engine.net.face import Joined, NetError, NetEvent, Peer, Trouble
from engine.net.keys import Identity, derive
from engine.net.limits import Limits
from engine.net.neighbours import BODY_BYTES, Neighbour, Neighbours, path_kind
from engine.net.packets import (
    ADMISSION,
    Frame,
    FrameKind,
    PacketKind,
    frame_bytes,
    pack_frames,
    packet_kind,
    parse_frames,
)
from engine.net.roster import Address, Roster
from engine.net.signals import LONGEST_PRESENCE, Presence, Reach, pack_links, parse_links, parse_presence
from engine.net.time_sync import SessionTime
from engine.net.timing import Timing

TICK_US = 100_000
"""A mesh is looked at this often at least: that is how finely silence is told."""

PATIENCE_US = 1_000_000
"""How much longer the silence of most members at once is borne."""

STALL_US = 200_000
"""Looked at later than this, it was this machine that did nothing."""

SOON_US = 60_000
"""A presence that is due within this time goes with a packet that leaves anyway."""

REPLY_US = 2_000
"""What is owed for a packet (an acknowledgement, mostly) waits this long for company."""

LINKS_US = 4_000_000
"""How often members tell each other whom they reach, in a session of up to 16; in larger ones more rarely."""

MOST_PACKETS = 24
"""To one member in one go; the rest in the next."""

NEWS_US = 700_000
"""When a member came or is reached in another way, the others are told this soon."""

HALF_FULL = 500
"""A packet with fewer bytes had room for everything that was due."""

FLOOD_LOOK_US, WARN_AGAIN_US = 1_000_000, 60_000_000
"""How often floods are looked for, and how soon the same sentence is told again."""

MANY_FORGED = 20
"""Forged packets in a second: fewer are what a broken line makes."""

_DELIVERED = {0x40: FrameKind.RELIABLE, 0x41: FrameKind.MOMENTS, 0x42: FrameKind.JOURNAL}
_DELIVERY = frozenset(_DELIVERED.values())

Frames = list[tuple[FrameKind, bytes]]


class Hop(NamedTuple):
    """``source`` reaches ``target`` by a path of this kind (through ``via``, for a relay)."""

    source: str
    target: str
    kind: str
    via: str
    round_trip_us: int
    loss: float


class Mesh:
    """The membership of ``mine`` in the session of ``roster``.

    ``send(datagram, address)`` and ``multicast(datagram)`` let go of what is to leave, ``emit(event)`` of what has
    happened; with ``six`` it reaches IPv6 addresses too.  Whoever uses it calls one method at a time.
    """

    def __init__(
        self,
        mine: Identity,
        roster: Roster,
        code: str,
        time: SessionTime,
        clock: Clock,
        send: Callable[[bytes, Address], object],
        multicast: Callable[[bytes], bool],
        emit: Callable[[NetEvent], None],
        six: bool = False,
    ) -> None:
        self._now_us, self._send, self._emit = clock.now_us, send, emit
        now_us = self._now_us()
        self.me, self.session = mine.id, roster.session.hex()
        self.song_key = derive(roster.group_key, "songs", roster.session)
        self._neighbours = Neighbours(mine.id, send, multicast, six)
        self._belonging = Belonging(mine, roster, code, self._neighbours, emit, now_us)
        self._delivery = Delivery(mine.id, mine.sign, self._belonging.verify)
        self._belonging.enter, self._belonging.leave = self._open, self._delivery.close
        self.time = Timing(time, self._belonging, self._neighbours, self._now_us, emit)
        self._belonging.author, self._belonging.conducts = self._delivery.admit, self.time.follow
        self._belonging.warn, self._belonging.room = self._warn, self._delivery.room
        self._changes = self._forged = 0
        self._warned: dict[str, int] = {}
        self._ticked_us = now_us
        self._strangers: Limits[Address] = Limits()
        self._members: Limits[str] = Limits()
        self.counts: Counter[str] = self._neighbours.counts
        self._links_us = self._flood_us = self._silence_us = now_us
        self._replies_us: int | None = None
        self._begin(now_us)

    def _begin(self, now_us: int) -> None:
        self._belonging.begin(now_us)
        term, terms = self._belonging.failover.claim.term, self._belonging.roster.terms
        history = tuple(each for each in terms.items() if each[0] < term)
        self._emit(Joined(self.session, self.conductor, self.peers(), term, history))
        self.time.follow(now_us)
        if self._belonging.failover.conducting:
            self.time.measure()

    def _open(self, peer: str, now_us: int) -> None:
        """A member came: speak to it, and soon tell all whom we reach."""
        self._delivery.open(peer, now_us)
        self._links_us = min(self._links_us, now_us + NEWS_US)

    @property
    def conductor(self) -> str:
        """Who conducts."""
        return self._belonging.conductor

    @property
    def removed(self) -> bool:
        """Whether the conductor took this machine off the roster."""
        return self._belonging.removed

    def peers(self) -> tuple[Peer, ...]:
        """The other members, in the order of admission."""
        here = self._belonging.failover.here
        members = [each for each in self._neighbours.by_id.values() if not each.dormant]
        return tuple(sorted((each.seen(here(each.id)) for each in members), key=lambda peer: (peer.order, peer.id)))

    def hosts_of(self, peer: str) -> tuple[str, ...]:
        """The hosts a member may be reached at, the likeliest first."""
        neighbour = self._neighbours.by_id.get(peer)
        return tuple(dict.fromkeys(host for host, _ in neighbour.paths.addresses())) if neighbour else ()

    def addresses_of(self, peer: str) -> tuple[Address, ...]:
        """The addresses of a member's socket, the likeliest first."""
        neighbour = self._neighbours.by_id.get(peer)
        return tuple(neighbour.paths.addresses()) if neighbour else ()

    def open_crowd(self, ticket: bytes) -> None:
        """What the door gives to who wants to listen in the crowd; empty for nothing."""
        self._belonging.ticket = ticket

    def seen_at(self, peer: str, address: Address) -> None:
        """A member was reached at this address."""
        neighbour = self._neighbours.by_id.get(peer)
        if neighbour is not None:
            neighbour.paths.offer(path_kind(address), address, self._now_us())

    # -- what comes ----------------------------------------------------------------------------------------------

    def receive(self, datagram: bytes, address: Address, at_us: int) -> int:
        """Take a datagram that came from ``address`` at ``at_us``; gives when :meth:`tick` is due next."""
        now_us = self._now_us()
        kind = packet_kind(datagram)
        if kind is None:
            self.counts["noise"] += 1
        elif kind is PacketKind.SEALED:
            self._sealed(datagram, address, "", at_us, now_us)
        elif kind is PacketKind.SPREAD:
            self._spread(datagram, address, at_us, now_us)
        elif kind in ADMISSION and self._bearable(address, now_us):
            for outgoing in self._belonging.knocked(datagram, address, now_us):
                self._send(outgoing.datagram, outgoing.address)
            self._replies_us = now_us
        self._carry(now_us)
        return now_us + TICK_US if self._replies_us is None else self._replies_us

    def _carry(self, now_us: int) -> None:
        """Let what goes through others leave, as far as it is due."""
        due_us = self._neighbours.carry(now_us)
        if due_us is not None:
            self._reply_by(due_us)

    def _bearable(self, address: Address, now_us: int) -> bool:
        """Whether one more packet of nobody known is taken from this address.

        Anyone can give a member's address as its own, so what a member sealed is never counted against an address.
        """
        bearable = self._strangers.allow(address, now_us)
        self.counts["flood"] += not bearable
        return bearable

    def _spread(self, datagram: bytes, address: Address, at_us: int, now_us: int) -> None:
        spread = self._belonging.group.open(datagram)
        frames = parse_frames(spread.body) if spread is not None else None
        if spread is None or frames is None:
            self.counts["not spread"] += 1
            self._bearable(address, now_us)
            return
        for kind, data in frames:
            if kind is FrameKind.FORWARD and data[:4] == self._neighbours.who:
                self._sealed(data[5:], None, "", at_us, now_us)
            elif kind is FrameKind.LEAVE:
                self._belonging.gone_heard(data, self._neighbours.by_id.get(spread.origin))

    def _sealed(self, datagram: bytes, address: Address | None, via: str, at_us: int, now_us: int) -> None:
        opened = self._neighbours.opened(datagram, address, via, now_us)
        if opened is None:
            if address is not None and self._bearable(address, now_us):
                self._remind(datagram[1:5], address, now_us)
            return
        neighbour, frames = opened
        self._belonging.failover.heard(neighbour.id, now_us)
        carried = [frame for frame in frames if frame.kind is FrameKind.FORWARD]  # that counts for whose it is
        if len(carried) < len(frames) and not self._members.allow(neighbour.id, now_us):
            self.counts["flood"] += 1
            self._delivery.excuse(neighbour.id)
            return
        for frame in frames:
            if frame.kind in _DELIVERY:
                for event in self._delivery.receive(neighbour.id, frame.data, at_us):
                    self._emit(event)
                if frame.kind is not FrameKind.MOMENTS and (due_us := self._delivery.due_us()) is not None:
                    self._reply_by(max(due_us, now_us + REPLY_US))
            elif frame.kind is FrameKind.FORWARD:
                inner = self._neighbours.pass_on(neighbour, frame.data, now_us)
                if inner is not None and address is not None and packet_kind(inner) is PacketKind.SEALED:
                    self._sealed(inner, None, neighbour.id, at_us, now_us)
            else:
                self._signal(neighbour, frame, at_us, now_us)

    def _remind(self, who: bytes, address: Address, now_us: int) -> None:
        """Tell a machine that was removed and still speaks; the group's key is the one it still shares."""
        gone, group = self._belonging.reminder(who, now_us), self._neighbours.group
        if gone is not None and group is not None:
            self._send(group.seal(pack_frames([(FrameKind.LEAVE, gone)]), 0), address)

    def _signal(self, neighbour: Neighbour, frame: Frame, at_us: int, now_us: int) -> None:
        kind, data = frame
        if kind is FrameKind.PRESENCE:
            presence = parse_presence(data)
            if presence is not None:
                self._presence(neighbour, presence, at_us, now_us)
        elif kind is FrameKind.TIME:
            self.time.heard(neighbour, data, at_us)
        elif kind is FrameKind.LINKS:
            reaches = parse_links(data)
            if reaches is not None:
                neighbour.reaches = {reach.who: reach for reach in reaches}
        elif kind is FrameKind.LEAVE:
            self._belonging.gone_heard(data, neighbour)
        elif kind is FrameKind.CONDUCT:
            self._belonging.conduct_heard(neighbour, data, now_us)
            self._reply_by(now_us + REPLY_US)

    def _presence(self, neighbour: Neighbour, presence: Presence, at_us: int, now_us: int) -> None:
        followed = self._neighbours.by_who.get(presence.conductor)
        conductor = self.me if presence.conductor == self._neighbours.who else followed.id if followed else ""
        self._neighbours.presence_heard(neighbour, presence, at_us, now_us)
        self._belonging.failover.beat_heard(presence.term, conductor, presence.beat, now_us)
        self._belonging.compare(neighbour, presence.term, presence.conductor, presence.roster, now_us)
        if presence.urgent:
            self._reply_by(neighbour.presence_us)

    def _reply_by(self, due_us: int) -> None:
        if self._replies_us is None or due_us < self._replies_us:
            self._replies_us = due_us

    # -- what is said --------------------------------------------------------------------------------------------

    def say(self, data: bytes) -> None:
        """Say a record to everyone."""
        try:
            self._delivery.say(data)
        except NetError as error:
            self._warn(str(error), self._now_us())

    def tell(self, peer: str, data: bytes) -> None:
        """Tell one member something."""
        self._delivery.tell(peer, data)

    def moment(self, data: bytes, session_us: int, patience_us: int = 0) -> None:
        """Let everyone know of a moment."""
        self._delivery.moment(data, session_us, self._now_us(), patience_us)

    def hand_over(self, peer: str) -> None:
        """Let ``peer`` conduct."""
        self._belonging.hand_over(peer)

    def remove(self, peer: str) -> None:
        """Take a member off the roster."""
        frame = self._belonging.remove(peer)
        if frame is not None:
            self._to_all([(FrameKind.LEAVE, frame)])
            self._belonging.gone_heard(frame, None)

    def leave(self) -> None:
        """Say goodbye to everyone, more than once, because nobody will be here to say it again."""
        frame = self._belonging.say_goodbye()
        for _ in range(3):
            self._to_all([(FrameKind.LEAVE, frame)])
            self._carry(self._now_us())

    def _to_all(self, frames: Frames) -> None:
        now_us = self._now_us()
        for neighbour in list(self._neighbours.by_id.values()):
            self._neighbours.send(neighbour, frames, now_us)

    # -- what goes -----------------------------------------------------------------------------------------------

    def tick(self) -> int:
        """Do what is due; gives when it is to be called again."""
        now_us = self._now_us()
        self._replies_us = None
        if now_us - self._ticked_us > STALL_US:
            for neighbour in self._neighbours.by_id.values():
                neighbour.paths.excuse(now_us - self._ticked_us, now_us)
        self._ticked_us = now_us
        self._belonging.tick(now_us)
        self.time.ask(now_us)
        self._delivery.tick(now_us)
        wanted = set(self._delivery.due_peers(now_us))
        links = self._links(now_us)
        for neighbour in list(self._neighbours.by_id.values()):
            control_us = neighbour.control.due_us()
            due = neighbour.id in wanted or (control_us is not None and control_us <= now_us)
            if due or links or now_us >= neighbour.presence_us:
                self._serve(neighbour, due, links, now_us)
        self._carry(now_us)
        if now_us >= self._silence_us:
            self._silence_us = now_us + TICK_US
            self._bear_silence(now_us)
        if now_us >= self._flood_us:
            self._flood_us = now_us + FLOOD_LOOK_US
            self._look_out(now_us)
        return self._due(now_us)

    def _bear_silence(self, now_us: int) -> None:
        """Where most members fall silent at once no single path is to blame: a busy machine, or the whole network.

        Then other ways are only sought once that lasts, so that a machine that is late does not get more to do.
        """
        paths = [each.paths for each in self._neighbours.by_id.values() if not each.dormant]
        overdue = sum([each.overdue(now_us) for each in paths])
        patience_us = PATIENCE_US if overdue >= max(3, len(paths) // 2) else 0
        for each in paths:
            each.patience_us = patience_us

    def _due(self, now_us: int) -> int:
        due_us = now_us + TICK_US
        delivery_us = self._delivery.due_us()
        for other_us in (delivery_us, self.time.due_us, self._replies_us):
            if other_us is not None and other_us < due_us:
                due_us = other_us
        for neighbour in self._neighbours.by_id.values():
            control_us = neighbour.control.due_us()
            if control_us is not None and control_us < due_us:
                due_us = control_us
            if neighbour.presence_us < due_us:
                due_us = neighbour.presence_us
        return max(due_us, now_us)

    def _links(self, now_us: int) -> Frames:
        """Whom this machine reaches, for everyone, when that is due; then other ways are looked for as well."""
        changes = sum([each.paths.changes for each in self._neighbours.by_id.values()])
        if changes != self._changes:
            spaced_us = self._links_us - LINKS_US // 2  # not sooner than half the usual time after the last
            self._changes, self._links_us = changes, min(self._links_us, max(now_us + NEWS_US, spaced_us))
        if now_us < self._links_us:
            return []
        self._links_us = now_us + LINKS_US * max(1, len(self._neighbours.by_id) // 16)
        for neighbour in self._neighbours.by_id.values():
            self._neighbours.find_ways(neighbour, self.conductor, now_us)
        reached = self._neighbours.reached(self._belonging.failover.here)
        return [(FrameKind.LINKS, pack_links(reached))] if reached else []

    def _serve(self, neighbour: Neighbour, due: bool, links: Frames, now_us: int) -> None:
        """Send a member what is due to it."""
        out = self._packet(neighbour, now_us) if due else []
        if links and not neighbour.dormant:
            if _size(out) + _size(links) <= BODY_BYTES:
                out = out + links
            else:
                self._neighbours.send(neighbour, links, now_us)
        size = _size(out)
        room = size + LONGEST_PRESENCE + 2 <= BODY_BYTES
        if now_us >= neighbour.presence_us or (out and room and now_us >= neighbour.presence_us - SOON_US):
            if self._neighbours.send_presence(neighbour, self._present(now_us), now_us, out if room else []) and room:
                out = self._packet(neighbour, now_us) if size > HALF_FULL else []
            here = self._belonging.failover.here(neighbour.id)
            neighbour.presence_us = self._neighbours.presence_due(neighbour, here, now_us)
            if neighbour.paths.in_doubt(now_us) or not here:
                self._neighbours.find_ways(neighbour, self.conductor, now_us)
                neighbour.paths.choose(now_us)
        for _ in range(MOST_PACKETS):
            if not out:
                break
            self._neighbours.send(neighbour, out, now_us)
            out = self._packet(neighbour, now_us) if _size(out) > HALF_FULL else []

    def _packet(self, neighbour: Neighbour, now_us: int) -> Frames:
        """What the next packet to a member carries besides presence."""
        frames: Frames = self._belonging.control_frames(neighbour, now_us, LEAST_ROOM)
        if frames:
            return frames
        delivered = self._delivery.frames(neighbour.id, now_us, LEAST_ROOM)
        if neighbour.paths.best is None:
            return []  # as if lost on the way; left in the delivery it would be due for ever
        return [(_DELIVERED[each[0]], each) for each in delivered]

    def _present(self, now_us: int) -> Presence:
        failover = self._belonging.failover
        beat = failover.next_beat(now_us)
        who = bytes.fromhex(self.conductor)[:4]
        return Presence(failover.claim.term, who, beat, self._belonging.digest, False, 0, 0)

    def _look_out(self, now_us: int) -> None:
        """Name floods and forgeries, each once in a while."""
        loud = [f"Player {peer}" for peer in self._members.floods()]
        loud += [f"Somebody who gives {host} as address" for host, _ in self._strangers.floods()]
        for who in loud:
            self._warn(f"{who} sends far more than a player does; what is too much is dropped.", now_us)
        forged, self._forged = self.counts["forged"] - self._forged, self.counts["forged"]
        if forged >= MANY_FORGED:
            self._warn("Somebody on the network sends packets in a player's name; they are dropped.", now_us)

    def _warn(self, sentence: str, now_us: int) -> None:
        if now_us - self._warned.get(sentence, -WARN_AGAIN_US) >= WARN_AGAIN_US:
            self._warned = {each: at_us for each, at_us in self._warned.items() if now_us - at_us < WARN_AGAIN_US}
            self._warned[sentence] = now_us
            self._emit(Trouble(sentence))

    # -- what can be seen ----------------------------------------------------------------------------------------

    def stats(self) -> Counter[str]:
        """What was refused or passed on, by reason."""
        return self.counts + Counter({"bad frames": self._delivery.refused})

    def topology(self) -> tuple[Hop, ...]:
        """Who reaches whom by which path, as this machine sees it and as the others say."""
        out = self._hops(self.me, self._neighbours.reached(self._belonging.failover.here))
        for neighbour in self._neighbours.by_id.values():
            if not neighbour.dormant:
                out += self._hops(neighbour.id, list(neighbour.reaches.values()))
        return tuple(out)

    def _hops(self, source: str, reached: list[Reach]) -> list[Hop]:
        names = {each.who: each.id for each in self._neighbours.by_id.values()} | {self._neighbours.who: self.me}
        return [
            Hop(source, names[each.who], each.kind, names.get(each.via, ""), each.round_trip_us, each.loss)
            for each in reached
            if each.who in names
        ]


def _size(frames: Frames) -> int:
    return sum([frame_bytes(len(data)) for _, data in frames])
