"""Targets of :mod:`tests.fuzz.fuzz_datagrams` that are whole members of a running session (see its head)."""

from __future__ import annotations

from engine.net.endpoint import Address
from engine.net.face import Moment, Said, Told, Trouble
from engine.net.keys import pair_keys, wire_id
from engine.net.packets import MAX_BODY, FrameKind, PacketKind, pack_frames, packet_kind, parse_frames
from engine.net.sealing import Opener, Sealer
from tests.rig.meshes import Air

CHECKED_EACH = 2000
"""Inputs after which the members that tell the truth are asked whether they still hear each other."""


class Effect(Exception):
    """Bytes of nobody had an effect."""


class Session:
    """Two members that talk to each other and a third, and everything that went between them."""

    def __init__(self) -> None:
        self.air = Air()
        self.traffic: list[tuple[Address, Address, bytes]] = []
        self.air.tap = lambda source, target, datagram: self.traffic.append((source, target, datagram))
        self.host, self.friend, self.third = self.air.session(3)
        for number in range(6):
            for seat in self.air.seats:
                seat.say(bytes(60 * number))
                seat.moment(b"edge")
                seat.its.tell(next(peer.id for peer in seat.its.peers()), b"t" * 300 * number)
            self.air.run(300_000)
        self.air.tap = lambda source, target, datagram: None
        self._rounds = 0

    def still_talks(self) -> None:
        """Raise :class:`Effect` unless host and friend hear each other, and forget what they heard."""
        self._rounds += 1
        words = f"round {self._rounds}".encode()
        self.host.say(words)
        self.friend.say(words)
        pairs = ((self.host, self.friend), (self.friend, self.host))

        def heard() -> bool:
            return all(Said in {type(e) for e in to.events if getattr(e, "data", b"") == words} for to, _ in pairs)

        self.air.until(heard, 10_000_000, must=False)
        if not heard() or any(by.me not in {peer.id for peer in to.its.peers()} for to, by in pairs):
            raise Effect("members do not hear each other any more")
        for seat in self.air.seats:
            seat.events.clear()


class AtSession:
    """Datagrams of strangers at a running session's conductor, from members' addresses too."""

    def __init__(self) -> None:
        self._session = Session()
        host = self._session.host
        self.seeds = [datagram for _, to, datagram in self._session.traffic if to == host.address]
        self._known = set(self.seeds)
        self._session.air.run(1_000_000)
        self._before = self._peers()
        host.events.clear()

    def _peers(self) -> list[str]:
        return [peer.id for peer in self._session.host.its.peers()]

    def feed(self, data: bytes, number: int) -> str:
        """Take an input; gives in a word what came of it."""
        session = self._session
        members = [seat.address for seat in session.air.seats]
        address = members[number % 3] if number % 2 else (f"10.9.{number >> 8 & 255}.{number & 255}", 9)
        dropped = dict(session.host.its.counts)
        session.host.its.receive(data, address, session.host.clock.now_us())
        session.air.run(1_500)
        told = [event for event in session.host.events if not isinstance(event, Trouble)]
        if told or self._peers() != self._before:
            raise Effect(f"bytes of nobody led to {told}")
        session.host.events.clear()
        if number % CHECKED_EACH == CHECKED_EACH - 1:
            session.still_talks()
        return next((what for what, times in session.host.its.counts.items() if times > dropped.get(what, 0)), "none")


class Liar:
    """A member that seals anything: its words may be heard, but nobody falls over and the others go on."""

    def __init__(self) -> None:
        self._session = Session()
        self._liar, self._host = self._session.third, self._session.host
        session, liar, host = bytes.fromhex(self._host.its.session), self._liar, self._host
        keys = pair_keys(liar.identity, host.me, host.identity.exchange_public, session)
        opener = Opener(keys.send, wire_id(liar.me))
        sent = [
            opener.open(datagram)
            for source, to, datagram in self._session.traffic
            if (source, to) == (liar.address, host.address) and packet_kind(datagram) is PacketKind.SEALED
        ]
        frames = {frame for body in sent if body for frame in parse_frames(body) or ()}
        self.seeds = [bytes((frame.kind,)) + frame.data for frame in sorted(frames)]
        self._session.air.sleep(liar)
        self._sealer = Sealer(keys.send, wire_id(liar.me), sent=1_000_000)

    def feed(self, data: bytes, number: int) -> str:
        """Take an input; gives in a word what came of it."""
        host, air = self._host, self._session.air
        kind, rest = data[:1], data[1 : MAX_BODY - 2]
        kinds = [each for each in FrameKind if bytes((each,)) == kind] or list(FrameKind)
        # Mostly a frame with something wrong inside, now and then a body that is no row of frames.
        body = pack_frames([(kinds[number % len(kinds)], rest)]) if number % 8 else data[:MAX_BODY]
        host.its.receive(self._sealer.seal(body), self._liar.address, host.clock.now_us())
        air.run(1_500)
        heard = {type(event) for event in host.events}
        host.events.clear()
        if number % CHECKED_EACH == CHECKED_EACH - 1:
            self._session.still_talks()
        return "heard" if heard & {Said, Told, Moment} else "told of" if heard else "nothing"
