"""Who belongs to a session: its members, their keys and places, and who was sent away.

The conductor keeps the roster and gives it to each machine it lets in; every member keeps a copy, so that any of them
can conduct next.  Whatever comes from another machine is checked here, with its bounds, before it is believed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import msgpack
from pydantic import BaseModel, ConfigDict, Field, Strict, ValidationError

from engine.net.face import MAX_INFO, MAX_PEERS
from engine.net.keys import GroupKey, Identity, new_group_key, new_session, peer_id, usable_exchange, wire_id
from engine.net.packets import SESSION_BYTES, SIGNATURE_BYTES

Address = tuple[str, int]
"""An IP address as text and a UDP port."""

MAX_ADDRESSES = 8
"""At how many addresses one member may say it can be reached."""

MAX_PLACES = 512
"""How many members, present and gone, have their place remembered."""

MAX_REMOVED = 128
"""How many removed members and machines are remembered, the latest."""

MAX_TERMS = 256
"""How many terms it is remembered of who conducted in them, the latest."""

MAX_ROSTER_BYTES = 128 * 1024
"""More than 64 members can fill: 1024 bytes of info each, keys, addresses and places."""

_MAX_DEPTH = 4
_MAX_ORDER = 2**31 - 1


def unpacked(data: bytes, most: int) -> Any:
    """What msgpack bytes from outside hold, plain values only; raises ValueError for anything else or more."""
    if len(data) > most:
        raise ValueError("more bytes than are taken")
    try:
        value = msgpack.unpackb(data, ext_hook=_no_extension)
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError("not msgpack") from error
    return value


def _no_extension(code: int, data: bytes) -> Any:
    raise ValueError("an extension type")


def _check_plain(value: Any, depth: int = 0) -> None:
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise ValueError("a key that is no text")
            _check_plain(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check_plain(inner, depth + 1)
    elif value is not None and not isinstance(value, bool | int | float | str | bytes):
        raise ValueError("a value that is not plain")


def pack_info(info: Mapping[str, Any]) -> bytes:
    """What a member says of itself, packed.

    Raises:
        ValueError: it is larger than :data:`~engine.net.face.MAX_INFO` or holds something that is not plain.
    """
    packed: bytes = msgpack.packb(dict(info))
    parse_info(packed)
    return packed


def parse_info(packed: bytes) -> dict[str, Any]:
    """What a member says of itself, from outside; raises ValueError beyond the bounds of :func:`pack_info`."""
    info = unpacked(packed, MAX_INFO)
    if not isinstance(info, dict):
        raise ValueError("not a map")
    _check_plain(info)
    return info


def checked_address(host: str, port: int) -> Address:
    """An address from outside: an IP address, never a name to look up, and a port; raises ValueError."""
    address = ipaddress.ip_address(host)
    if address.is_multicast or address.is_unspecified or not 0 < port < 65536:
        raise ValueError("not the address of a machine")
    return host, port


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Key = Annotated[bytes, Field(min_length=32, max_length=32)]
Signature = Annotated[bytes, Field(max_length=SIGNATURE_BYTES)]
PackedInfo = Annotated[bytes, Field(max_length=MAX_INFO)]
Host = Annotated[str, Field(max_length=64)]
Addresses = Annotated[
    list[Annotated[list[Host | int], Field(min_length=2, max_length=2)]], Field(max_length=MAX_ADDRESSES)
]
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Order = Annotated[int, Field(ge=0, le=_MAX_ORDER)]
Term = Annotated[int, Field(ge=0, lt=2**32)]


def checked_addresses(addresses: list[list[str | int]]) -> tuple[Address, ...]:
    """Addresses from outside, each a host and a port; raises ValueError."""
    checked = []
    for host, port in addresses:
        if not isinstance(host, str) or not isinstance(port, int):
            raise ValueError("not an address")
        checked.append(checked_address(host, port))
    return tuple(checked)


@dataclass(frozen=True, slots=True)
class Member:
    """One machine of a session; ``addresses`` begin with where it was seen, ``order`` counts admissions from 0.

    ``vouch`` is its signature for its exchange key (:meth:`engine.net.keys.Identity.vouch`), for whoever speaks to it.
    """

    signing_public: bytes = field(repr=False)
    exchange_public: bytes = field(repr=False)
    info: Mapping[str, Any]
    order: int
    addresses: tuple[Address, ...] = ()
    vouch: bytes = b""

    @property
    def id(self) -> str:
        """16 hexadecimal digits, from the public signing key."""
        return peer_id(self.signing_public)

    @property
    def rank(self) -> int:
        """The lowest conducts when nobody does; who said ``leads: False`` of itself comes after all others."""
        return self.order + LEADS_LAST * (self.info.get("leads") is False)


class _MemberFields(_Strict):
    signing: Key
    exchange: Key
    info: PackedInfo
    order: Order
    addresses: Addresses
    vouch: Signature


def _member_fields(member: Member) -> dict[str, Any]:
    return {
        "signing": member.signing_public,
        "exchange": member.exchange_public,
        "info": pack_info(member.info),
        "order": member.order,
        "addresses": [list(address) for address in member.addresses],
        "vouch": member.vouch,
    }


def _member(fields: _MemberFields) -> Member:
    if not usable_exchange(fields.exchange):
        raise ValueError("no usable exchange key")
    addresses = checked_addresses(fields.addresses)
    return Member(fields.signing, fields.exchange, parse_info(fields.info), fields.order, addresses, fields.vouch)


def pack_member(member: Member) -> bytes:
    """One member, for those who are told that it came."""
    packed: bytes = msgpack.packb(_member_fields(member))
    return packed


def parse_member(data: bytes) -> Member:
    """A member from outside; raises ValueError unless it is whole and within bounds."""
    try:
        return _member(_MemberFields.model_validate(unpacked(data, 4 * MAX_INFO)))
    except ValidationError as error:
        raise ValueError("not a member") from error


class _RosterFields(_Strict):
    session: Annotated[bytes, Field(min_length=SESSION_BYTES, max_length=SESSION_BYTES)]
    group_key: Key
    term: Term
    founder: Id
    conductor: Id
    members: Annotated[list[_MemberFields], Field(min_length=1, max_length=MAX_PEERS)]
    places: Annotated[dict[Id, Order], Field(max_length=MAX_PLACES)]
    terms: Annotated[list[Annotated[tuple[Term, Id], Strict(False)]], Field(max_length=MAX_TERMS)]
    removed: Annotated[list[Id], Field(max_length=MAX_REMOVED)]
    removed_hosts: Annotated[list[Host], Field(max_length=MAX_REMOVED)]


class SessionFull(Exception):
    """There is no place for another member."""


class WasRemoved(Exception):
    """The member, or its machine, was removed from the session."""


LEADS_LAST = 1 << 30
"""Added to the place of a member that would rather not conduct; no session admits so many."""


class NameTaken(Exception):
    """Another member has the same first four bytes of its id, by which packets are told apart."""


@dataclass(slots=True)
class Roster:
    """A session and its members, by id.

    ``places`` remembers the order of everyone ever admitted, so that who comes back gets its place again;
    ``removed`` and ``removed_hosts`` those who do not; ``terms`` who conducted in which, the present term included.
    """

    session: bytes
    group_key: GroupKey = field(repr=False)
    term: int
    founder: str
    conductor: str
    members: dict[str, Member]
    places: dict[str, int]
    terms: dict[int, str] = field(default_factory=dict)
    removed: dict[str, None] = field(default_factory=dict)
    removed_hosts: dict[str, None] = field(default_factory=dict)

    @classmethod
    def found(cls, mine: Identity, info: Mapping[str, Any], addresses: tuple[Address, ...] = ()) -> Roster:
        """A new session of which ``mine`` is the only member, founder and conductor in term 1; errors of the info."""
        pack_info(info)
        session, keys = new_session(), (mine.signing_public, mine.exchange_public)
        member = Member(*keys, dict(info), 0, addresses[:MAX_ADDRESSES], mine.vouch(session))
        me = member.id
        return cls(session, new_group_key(), 1, me, me, {me: member}, {me: 0}, {1: me})

    def conducts(self, peer: str, term: int) -> None:
        """``peer`` conducts in ``term`` from now on; what was claimed of later terms was overruled."""
        self.term, self.conductor = term, peer
        earlier = sorted(each for each in self.terms.items() if each[0] < term)
        self.terms = dict([*earlier, (term, peer)][-MAX_TERMS:])

    def admit(
        self,
        signing: bytes,
        exchange: bytes,
        info: Mapping[str, Any],
        addresses: tuple[Address, ...],
        vouch: bytes = b"",
    ) -> tuple[Member, bool]:
        """Take a machine in that has proved its signing key; true where it had a place before and has it again.

        Raises:
            SessionFull, WasRemoved, NameTaken: it cannot be taken in.
        """
        peer = peer_id(signing)
        if self.turned_away(peer, addresses[0][0] if addresses else ""):
            raise WasRemoved
        if peer not in self.members and len(self.members) >= MAX_PEERS:
            raise SessionFull
        if any(wire_id(other) == wire_id(peer) and other != peer for other in self.members):
            raise NameTaken
        again = peer in self.places
        order = self.places[peer] if again else max(self.places.values()) + 1
        member = Member(signing, exchange, dict(info), order, addresses[:MAX_ADDRESSES], vouch)
        self.put(member)
        return member, again

    def turned_away(self, peer: str, host: str) -> bool:
        """Whether a machine that comes from ``host`` was removed, or its member was."""
        return peer in self.removed or (peer not in self.members and host in self.removed_hosts)

    def put(self, member: Member) -> None:
        """Enter a member as the conductor said it, or anew.

        Both sides of a partition may have given out one place; who has gone keeps it for nobody then.
        """
        peer = member.id
        taken = [other for other, order in self.places.items() if order == member.order and other not in self.members]
        for other in taken:
            del self.places[other]
        self.members[peer] = member
        self.places[peer] = member.order
        if len(self.places) > MAX_PLACES:
            gone = [other for other in self.places if other not in self.members]
            del self.places[min(gone, key=self.places.__getitem__)]

    def set_apart(self) -> list[Member]:
        """Give each member that shares its place with one before it a place of its own; gives the moved ones."""
        moved: list[Member] = []
        held: set[int] = set()
        for member in sorted(self.members.values(), key=lambda each: (each.order, each.id)):
            if member.order in held:
                moved.append(replace(member, order=max(self.places.values()) + 1))
                self.put(moved[-1])
            held.add(member.order)
        return moved

    def drop(self, peer: str) -> None:
        """Take a member off that left or was lost; its place is kept for it."""
        self.members.pop(peer, None)

    def remove(self, peer: str) -> None:
        """Take a member off for good; its machine is not let in again either, unless others of it are members."""
        member = self.members.pop(peer, None)
        self._remember(self.removed, peer)
        if member is not None and member.addresses:
            host = member.addresses[0][0]
            here = ipaddress.ip_address(host).is_loopback
            if not here and not any(
                host == address[0] for other in self.members.values() for address in other.addresses
            ):
                self._remember(self.removed_hosts, host)

    @staticmethod
    def _remember(removed: dict[str, None], what: str) -> None:
        removed[what] = None
        while len(removed) > MAX_REMOVED:
            del removed[next(iter(removed))]

    def pack(self) -> bytes:
        """All of it, for a machine that was let in: it goes out sealed only."""
        packed: bytes = msgpack.packb(
            {
                "session": self.session,
                "group_key": self.group_key,
                "term": self.term,
                "founder": self.founder,
                "conductor": self.conductor,
                "members": [_member_fields(member) for member in self.members.values()],
                "places": self.places,
                "terms": list(self.terms.items()),
                "removed": list(self.removed),
                "removed_hosts": list(self.removed_hosts),
            }
        )
        return packed

    @classmethod
    def parse(cls, data: bytes) -> Roster:
        """A roster from outside; raises ValueError unless it is whole, within bounds and free of contradictions."""
        try:
            fields = _RosterFields.model_validate(unpacked(data, MAX_ROSTER_BYTES))
        except ValidationError as error:
            raise ValueError("not a roster") from error
        members = {member.id: member for member in map(_member, fields.members)}
        terms = dict(fields.terms)
        whole = (
            len(members) == len(fields.members)
            and len({wire_id(peer) for peer in members}) == len(members)
            and len({member.order for member in members.values()}) == len(members)
            and all(fields.places.get(peer) == member.order for peer, member in members.items())
            and fields.conductor in members
            and terms.get(fields.term) == fields.conductor
            and list(terms) == sorted(terms)
            and len(terms) == len(fields.terms)
            and max(terms) == fields.term
            and any(fields.session)
        )
        if not whole:
            raise ValueError("a roster that contradicts itself")
        removed, hosts = dict.fromkeys(fields.removed), dict.fromkeys(fields.removed_hosts)
        session, key, term, places = fields.session, GroupKey(fields.group_key), fields.term, fields.places
        return cls(session, key, term, fields.founder, fields.conductor, members, places, terms, removed, hosts)
