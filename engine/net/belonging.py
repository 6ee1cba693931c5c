"""Who is a member, who conducts, and how all come to agree on it.

Sans-IO.  The conductor's roster is the one that counts: it lets machines in, and tells everyone of each.  Presence
carries a digest of the roster; where a member's differs from its conductor's for a while, each sends the other what it
has.  So two rosters become one when a partition heals: members enter what their conductor says, the conductor also
what any member says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b

from engine.net.admission import Outgoing, directions
from engine.net.door import Admitted, Door
from engine.net.face import MAX_PEERS, ConductorIs, NetError, NetEvent, PeerBack, PeerJoined, PeerLeft, Refused, Trouble
from engine.net.failover import Claim, Failover
from engine.net.keys import KEY_BYTES, Identity, peer_id, verified, vouched, wire_id
from engine.net.neighbours import Neighbour, Neighbours
from engine.net.packets import FrameKind
from engine.net.roster import Address, Member, Roster, pack_member, parse_member
from engine.net.sealing import GroupOpener, GroupSealer, Pairings
from engine.net.signals import Gone, claimed, departed, pack_claim, pack_gone, parse_claim, parse_gone

DIFFERS_US = 700_000
"""Rosters may differ this long before they are compared: news is still on its way."""

COMPARE_AGAIN_US = 2_000_000
REMIND_AGAIN_US = 500_000
CLAIM_AGAIN_US = 150_000
"""A claim that somebody does not follow is sent to it again at most this often."""

MAX_KNOWN = 512
"""Signing keys that are kept, also of members that have gone: what they said is still passed on."""

MAX_GONE = 512

_MEMBER, _AUTHORS, _GONE, _HAND_OVER = 1, 2, 3, 4
_CLAIM, _CONTROL = b"\0", b"\1"


class Belonging:
    """The membership of ``mine`` in the session of ``roster``.

    ``enter`` and ``leave`` are called for each member that comes and goes, ``emit`` with what the player may know,
    ``warn`` with what others could have it told again and again; ``room`` says whether one more author can be heard.
    """

    def __init__(
        self,
        mine: Identity,
        roster: Roster,
        code: str,
        neighbours: Neighbours,
        emit: Callable[[NetEvent], None],
        now_us: int,
    ) -> None:
        self._mine, self.me, self.roster, self._code = mine, mine.id, roster, code
        self._neighbours, self._emit = neighbours, emit
        self.enter: Callable[[str, int], None] = lambda peer, now_us: None
        self.author: Callable[[str], None] = lambda peer: None
        self.leave: Callable[[str], None] = lambda peer: None
        self.conducts: Callable[[int], None] = lambda now_us: None
        self.room: Callable[[], bool] = lambda: True
        self.warn: Callable[[str, int], None] = lambda sentence, now_us: None
        self._pairings = Pairings(mine, roster.session)
        self.group = GroupOpener(roster.group_key, roster.session)
        neighbours.group = GroupSealer(roster.group_key, mine, roster.session)
        self._known: dict[str, bytes] = {}
        self._gone: dict[str, Gone] = {}
        self._handed = ""
        own = roster.members[self.me]
        self._known[self.me] = own.signing_public
        self.failover = Failover(self.me, own.rank, Claim(roster.term, roster.conductor), now_us)
        self.door: Door | None = None
        self._digest = b""
        self.removed = False
        self.ticket = b""
        """What the door gives to who wants to listen in the crowd."""
        self._reminded_us = now_us
        if self.failover.conducting:
            self._sign()

    def begin(self, now_us: int) -> None:
        """Enter the members of the roster that was given; they were told of as a whole."""
        emit, self._emit = self._emit, lambda event: None
        for member in list(self.roster.members.values()):
            if member.id != self.me:
                self._enter(member, now_us)
        self._emit = emit
        if self.failover.conducting:
            self.door = self._door(now_us)
        self._changed()

    @property
    def conductor(self) -> str:
        """Who conducts."""
        return self.failover.claim.conductor

    @property
    def digest(self) -> bytes:
        """Four bytes that are equal where the rosters are."""
        if not self._digest:
            members = sorted((peer, each.order, each.exchange_public) for peer, each in self.roster.members.items())
            text = repr((members, sorted(self._gone), sorted(self._known))).encode()
            self._digest = blake2b(text, digest_size=4).digest()
        return self._digest

    def verify(self, author: str, message: bytes, signature: bytes) -> bool:
        """Whether ``author``, a member now or before, signed ``message``."""
        return verified(message, signature, self._known.get(author, b""))

    def _door(self, now_us: int) -> Door:
        def room() -> bool:
            return self.room() and len(self._known) < MAX_KNOWN

        return Door(self._code, self.roster, now_us, room, lambda: self.ticket)

    # -- the door ------------------------------------------------------------------------------------------------

    def knocked(self, datagram: bytes, address: Address, now_us: int) -> list[Outgoing]:
        """A machine asks to be let in; who does not conduct only says where the door is."""
        if self.door is None:
            conductor = self._neighbours.by_id.get(self.conductor)
            best = conductor.paths.best if conductor is not None else None
            where = directions(datagram, best.address) if best is not None and best.address is not None else None
            return [] if where is None else [Outgoing(address, where)]
        out = self.door.receive(datagram, address, now_us)
        for event in self.door.events():
            if isinstance(event, Admitted):
                self._admitted(event.member, now_us)
            else:
                self._emit(event)
        return out

    def _admitted(self, member: Member, now_us: int) -> None:
        if self.failover.provisional:
            self.failover.confirm()
            self.tick(now_us)
        self._changed()
        self._enter(member, now_us)
        self._announce(member)
        newcomer = self._neighbours.by_id.get(member.id)
        if newcomer is not None:
            self._tell_past(newcomer)
            self._tell_claim(newcomer, now_us)

    def _announce(self, member: Member) -> None:
        for other in self._neighbours.by_id.values():
            if other.id != member.id:
                other.control.send(bytes((_MEMBER,)) + pack_member(member))

    # -- coming and going ----------------------------------------------------------------------------------------

    def _enter(self, member: Member, now_us: int) -> bool:
        """Hear and speak to a member from now on; false where that cannot be."""
        peer = member.id
        known = self._neighbours.by_id.get(peer)
        same = known is not None and known.member.exchange_public == member.exchange_public
        if peer == self.me or peer in self._gone or (known is None and wire_id(peer) in self._neighbours.by_who):
            return False
        if known is None or not same:
            if not self._own_key(member):
                return False
            try:
                sealer, opener = self._pairings.pair(peer, member.exchange_public)
            except (ValueError, NetError):
                return False
            self._make_room()
            known = Neighbour(member, sealer, opener, now_us)
        known.member = member
        was_dormant, known.dormant = known.dormant, False
        self.roster.put(member)
        self._know(member.signing_public)
        self.group.admit(peer, member.signing_public)
        self.failover.enter(peer, member.rank, now_us)
        fresh = peer not in self._neighbours.by_id
        self._neighbours.enter(known, member.addresses, now_us)
        self._changed()
        if fresh:
            self.enter(peer, now_us)
        if fresh or was_dormant:
            self._emit(PeerJoined(known.seen(True)))
        return True

    def _own_key(self, member: Member) -> bool:
        """Whether the exchange key is the member's own, so that nobody in between can pose as it."""
        known = self.roster.members.get(member.id) if member.id in self._neighbours.by_id else None
        if known is not None and known.exchange_public == member.exchange_public:
            return True
        return vouched(self.roster.session, member.exchange_public, member.vouch, member.signing_public)

    def _make_room(self) -> None:
        """Forget who was lost longest when there are too many that may come back."""
        dormant = [each for each in self._neighbours.by_id.values() if each.dormant]
        if len(dormant) >= MAX_PEERS:
            self._forget(min(dormant, key=lambda each: each.heard_us).id)

    def _forget(self, peer: str) -> None:
        self._neighbours.forget(peer)
        self.group.forget(peer)
        self.failover.leave(peer)
        self.leave(peer)

    def _know(self, signing_public: bytes) -> None:
        peer = peer_id(signing_public)
        if peer not in self._known and len(self._known) < MAX_KNOWN:
            self._known[peer] = signing_public
            self.author(peer)
            self._changed()

    def lost(self, peer: str) -> None:
        """Nothing was heard of a member for so long that it is off the roster until it is heard again."""
        neighbour = self._neighbours.by_id.get(peer)
        if neighbour is not None:
            neighbour.dormant = True
        self.roster.drop(peer)
        self._changed()

    def back(self, peer: str, now_us: int) -> None:
        """A silent member is heard again; one that was lost is on the roster again."""
        neighbour = self._neighbours.by_id.get(peer)
        if neighbour is not None and neighbour.dormant:
            self._enter(neighbour.member, now_us)
        else:
            self._emit(PeerBack(peer))

    def say_goodbye(self) -> bytes:
        """The frame to send to everyone before this machine leaves."""
        return self._signed_gone("left", self.me)

    def remove(self, peer: str) -> bytes | None:
        """Take a member off for good; gives the frame for it, or None if that is not ours to do."""
        if not self.failover.conducting or peer == self.me or peer not in self.roster.members:
            return None
        frame = self._signed_gone("removed", peer)
        for other in self._neighbours.by_id.values():
            if other.id != peer:
                other.control.send(bytes((_GONE,)) + frame)
        return frame

    def _signed_gone(self, why: str, peer: str) -> bytes:
        term = self.failover.claim.term
        signature = self._mine.sign(departed(self.roster.session, why, peer, term))
        return pack_gone(Gone(why, peer, self.me, term, signature))

    def _proved(self, gone: Gone) -> bool:
        """Whether who signed it was entitled to, as anyone can tell who knows who conducted in which term."""
        return gone.by == gone.peer or self.roster.terms.get(gone.term) == gone.by

    def reminder(self, who: bytes, now_us: int) -> bytes | None:
        """The frame for a removed machine that still speaks, as ``who``: it may not have heard of it."""
        gone = next((each for each in self._gone.values() if wire_id(each.peer) == who), None)
        if gone is None or gone.why != "removed" or now_us - self._reminded_us < REMIND_AGAIN_US:
            return None
        self._reminded_us = now_us
        return pack_gone(gone)

    def gone_heard(self, frame: bytes, sender: Neighbour | None) -> None:
        """Somebody left or was removed, as ``sender`` passes it on (None: as we say it ourselves)."""
        gone = parse_gone(frame)
        if gone is None or gone.peer in self._gone:
            return
        message = departed(self.roster.session, gone.why, gone.peer, gone.term)
        entitled = self._proved(gone) or (sender is not None and sender.id == self.conductor)
        if not entitled or not self.verify(gone.by, message, gone.signature):
            return
        if gone.peer == self.me:
            self.removed = True
            self._emit(Refused("The conductor took this machine off the session."))
            return
        self._gone[gone.peer] = gone
        while len(self._gone) > MAX_GONE:
            del self._gone[next(iter(self._gone))]
        member = gone.peer in self.roster.members
        if gone.why == "removed":
            self.roster.remove(gone.peer)
        else:
            self.roster.drop(gone.peer)
        self._forget(gone.peer)
        self._changed()
        if member:
            self._emit(PeerLeft(gone.peer, gone.why))

    # -- who conducts --------------------------------------------------------------------------------------------

    def tick(self, now_us: int) -> None:
        """What silence and time bring."""
        for change in self.failover.tick(now_us):
            if isinstance(change, PeerBack):
                self.back(change.peer, now_us)
            elif isinstance(change, ConductorIs):
                self._new_conductor(change, now_us)
            else:
                if isinstance(change, PeerLeft):
                    self.lost(change.peer)
                self._emit(change)
        if self.door is not None:
            self.door.tick(now_us)

    def _new_conductor(self, change: ConductorIs, now_us: int) -> None:
        if change.peer != self.conductor or change.term != self.failover.claim.term:
            return  # overtaken by a better claim since
        self.roster.conducts(change.peer, change.term)
        if self.failover.conducting:
            if not change.provisional:
                self._sign()
            self.door = self.door or self._door(now_us)
            for member in self.roster.set_apart():
                self.failover.enter(member.id, member.rank, now_us)
                self._enter(member, now_us)
                self._announce(member)
        else:
            self.door = None
        self._emit(change)
        self.conducts(now_us)
        self.spread_claim(now_us)

    def _sign(self) -> None:
        self.failover.sign(self._mine.sign(claimed(self.roster.session, self.failover.claim)))

    def spread_claim(self, now_us: int) -> None:
        """Let everyone know at once whose claim is followed here."""
        for neighbour in self._neighbours.by_id.values():
            self._tell_claim(neighbour, now_us)

    def _tell_claim(self, neighbour: Neighbour, now_us: int) -> None:
        claim = self.failover.claim
        if claim.signature and neighbour.paths.best is not None:
            neighbour.claim_told_us = now_us
            self._neighbours.send(neighbour, [(FrameKind.CONDUCT, _CLAIM + pack_claim(claim))], now_us)

    def compare(self, neighbour: Neighbour, term: int, conductor: bytes, roster: bytes, now_us: int) -> None:
        """A presence of ``neighbour`` says whom it follows and what its roster looks like."""
        claim = self.failover.claim
        if (term, conductor) != (claim.term, wire_id(claim.conductor)):
            if now_us - neighbour.claim_told_us >= CLAIM_AGAIN_US:
                self._tell_claim(neighbour, now_us)
            return
        if roster == self.digest or not (self.failover.conducting or neighbour.id == self.conductor):
            neighbour.roster_differs_us = None
        elif neighbour.roster_differs_us is None:
            neighbour.roster_differs_us = now_us + DIFFERS_US
        elif now_us >= neighbour.roster_differs_us and neighbour.control.idle:
            neighbour.roster_differs_us = now_us + COMPARE_AGAIN_US
            for member in self.roster.members.values():
                neighbour.control.send(bytes((_MEMBER,)) + pack_member(member))
            self._tell_past(neighbour)

    def _tell_past(self, neighbour: Neighbour) -> None:
        neighbour.control.send(bytes((_AUTHORS,)) + b"".join(self._known.values()))
        for gone in self._gone.values():
            neighbour.control.send(bytes((_GONE,)) + pack_gone(gone))

    def hand_over(self, peer: str) -> None:
        """Ask a member to conduct from now on; only the conductor is heeded."""
        neighbour = self._neighbours.by_id.get(peer)
        if self.failover.conducting and neighbour is not None:
            self._handed = peer
            neighbour.control.send(bytes((_HAND_OVER,)))

    # -- what members say of it ----------------------------------------------------------------------------------

    def conduct_heard(self, sender: Neighbour, frame: bytes, now_us: int) -> None:
        """A CONDUCT frame: a claim, or a piece of the reliable channel that rosters travel by."""
        if frame[:1] == _CONTROL:
            for message in sender.control.receive(frame[1:], now_us):
                self._control(sender, message, now_us)
        elif frame[:1] == _CLAIM and (claim := parse_claim(frame[1:])) is not None:
            mine = self.failover.claim
            if claim.signature == mine.signature or not self.verify(
                claim.conductor, claimed(self.roster.session, claim), claim.signature
            ):
                return
            if claim[:2] == mine[:2]:
                self.failover.sign(claim.signature)
            elif self.failover.weigh(claim, now_us):
                if mine.conductor == self.me and mine.signature and claim.conductor != self._handed:
                    other = self.roster.members.get(claim.conductor)
                    name = str((other.info.get("name") if other is not None else "") or "the other one")[:40]
                    self._emit(Trouble(f"Two machines conducted, each its part of the network; {name} goes on."))
                self.tick(now_us)
            elif now_us - sender.claim_told_us >= CLAIM_AGAIN_US:
                self._tell_claim(sender, now_us)

    def control_frames(self, neighbour: Neighbour, now_us: int, room: int) -> list[tuple[FrameKind, bytes]]:
        """What the reliable channel of rosters has for the next packet."""
        due_us = neighbour.control.due_us()
        if due_us is None or due_us > now_us:
            return []
        return [(FrameKind.CONDUCT, _CONTROL + each) for each in neighbour.control.frames(now_us, room - 8)]

    def _control(self, sender: Neighbour, message: bytes, now_us: int) -> None:
        kind, body = message[:1], message[1:]
        if kind == bytes((_MEMBER,)):
            self._member_heard(sender, body, now_us)
        elif kind == bytes((_AUTHORS,)) and (self.failover.conducting or sender.id == self.conductor):
            for at in range(0, min(len(body), MAX_KNOWN * KEY_BYTES), KEY_BYTES):
                if len(body) - at >= KEY_BYTES:
                    self._know(body[at : at + KEY_BYTES])
        elif kind == bytes((_GONE,)):
            self.gone_heard(body, sender)
        elif kind == bytes((_HAND_OVER,)) and sender.id == self.conductor:
            self.failover.take_over(now_us)
            self.tick(now_us)

    def _member_heard(self, sender: Neighbour, data: bytes, now_us: int) -> None:
        """A member as ``sender`` has it on its roster."""
        try:
            member = parse_member(data)
            if not self._own_key(member):
                raise ValueError("a key that is not its own")
        except ValueError:
            self.warn(f"Player {sender.id} speaks of a member that cannot be; that is not believed.", now_us)
            return
        peer = member.id
        known = self.roster.members.get(peer)
        dormant = peer in self._neighbours.by_id and self._neighbours.by_id[peer].dormant
        full = known is None and len(self.roster.members) >= MAX_PEERS
        if peer in self._gone and sender.id == self.conductor and not self._proved(self._gone[peer]):
            del self._gone[peer]  # removed by one whose term was overruled
            self.roster.removed.pop(peer, None)
        if peer in self._gone or peer in self.roster.removed or dormant or full:
            return
        if self.failover.conducting:
            if known is None:
                taken = any(order == member.order for other, order in self.roster.places.items() if other != peer)
                if taken:
                    member = replace(member, order=max(self.roster.places.values()) + 1)
                if self._enter(member, now_us):
                    self._announce(member)
        elif sender.id == self.conductor:
            if peer == self.me:
                self.roster.put(replace(self.roster.members[peer], order=member.order))
                self.failover.enter(self.me, self.roster.members[peer].rank, now_us)
                self._changed()
            elif known != member:
                self._enter(member, now_us)

    def _changed(self) -> None:
        self._digest = b""
