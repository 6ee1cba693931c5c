"""What members tell each other of themselves: presence, claims to conduct, who went, and who reaches whom.

Small frames of fixed layout, most significant byte first; what is not exactly one of them parses to None.  Claims
and departures carry a signature, because they are passed on by others::

    PRESENCE  term 4 | conductor 4 | beat 4 | roster 4 | flags 1 | path 1 | stamp 4 | (path 1 | stamp 4 | held 4) *
    CONDUCT   term 4 | conductor 8 | signature 64
    LEAVE     why 1 | member 8 | by 8 | term 4 | signature 64
    LINKS     (who 4 | kind 1 | via 4 | round trip in 100 us 2 | loss 1) *
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from engine.net.face import MAX_PEERS
from engine.net.failover import Claim
from engine.net.links import COSTS_US, MAX_PENDING
from engine.net.packets import SIGNATURE_BYTES, WHO_BYTES

_PRESENCE = struct.Struct(">I4sI4sBBI")
_ECHO = struct.Struct(">BII")
_CLAIM = struct.Struct(">I8s64s")
_GONE = struct.Struct(">B8s8sI64s")
_LINK = struct.Struct(">4sB4sHB")
_KINDS = tuple(COSTS_US)
_WHY = ("left", "removed")
_URGENT = 1
_NOBODY = bytes(WHO_BYTES)

MAX_ECHOES = MAX_PENDING
"""Every probe is answered: who comes late answers several at once, and none of them is taken for lost."""

LONGEST_PRESENCE = _PRESENCE.size + MAX_ECHOES * _ECHO.size


class Echo(NamedTuple):
    """The receiver's probe ``stamp`` of its path ``path`` arrived ``held_us`` before this was sent."""

    path: int
    stamp: int
    held_us: int


class Presence(NamedTuple):
    """A member is there; ``path`` and ``stamp`` are the probe of the way this came.

    ``conductor`` is the four bytes of whom it follows in ``term``, ``beat`` the highest it knows of it, ``roster`` a
    digest of its roster; ``urgent`` asks for an answer at once.
    """

    term: int
    conductor: bytes
    beat: int
    roster: bytes
    urgent: bool
    path: int
    stamp: int
    echoes: tuple[Echo, ...] = ()


class Gone(NamedTuple):
    """``peer`` is a member no more, says ``by`` (itself, or who conducted in ``term``): ``left`` or ``removed``."""

    why: str
    peer: str
    by: str
    term: int
    signature: bytes


class Reach(NamedTuple):
    """How the sender reaches the member ``who``: by which kind of path, through whom, how well."""

    who: bytes
    kind: str
    via: bytes
    round_trip_us: int
    loss: float


def pack_presence(presence: Presence) -> bytes:
    """The frame of a presence."""
    head = _PRESENCE.pack(*presence[:4], _URGENT if presence.urgent else 0, presence.path, presence.stamp)
    return head + b"".join([_ECHO.pack(*echo) for echo in presence.echoes])


def parse_presence(frame: bytes) -> Presence | None:
    """The presence in a frame."""
    rest = len(frame) - _PRESENCE.size
    if rest < 0 or rest % _ECHO.size or len(frame) > LONGEST_PRESENCE:
        return None
    term, conductor, beat, roster, flags, path, stamp = _PRESENCE.unpack_from(frame)
    echoes = tuple(Echo(*each) for each in _ECHO.iter_unpack(frame[_PRESENCE.size :]))
    return Presence(term, conductor, beat, roster, bool(flags & _URGENT), path, stamp, echoes)


def claimed(session: bytes, claim: Claim) -> bytes:
    """What a conductor signs when it claims a term."""
    return b"ourojam claim" + session + claim.term.to_bytes(4, "big") + bytes.fromhex(claim.conductor)


def pack_claim(claim: Claim) -> bytes:
    """The frame of a claim."""
    return _CLAIM.pack(claim.term, bytes.fromhex(claim.conductor), claim.signature)


def parse_claim(frame: bytes) -> Claim | None:
    """The claim in a frame; its signature is for the caller to check."""
    if len(frame) != _CLAIM.size:
        return None
    term, conductor, signature = _CLAIM.unpack(frame)
    return Claim(term, conductor.hex(), signature)


def departed(session: bytes, why: str, peer: str, term: int) -> bytes:
    """What is signed when a member leaves or is removed."""
    return b"ourojam gone" + session + why.encode() + bytes.fromhex(peer) + term.to_bytes(4, "big")


def pack_gone(gone: Gone) -> bytes:
    """The frame of a departure."""
    return _GONE.pack(_WHY.index(gone.why), bytes.fromhex(gone.peer), bytes.fromhex(gone.by), gone.term, gone.signature)


def parse_gone(frame: bytes) -> Gone | None:
    """The departure in a frame; its signature is for the caller to check."""
    if len(frame) != _GONE.size or frame[0] >= len(_WHY):
        return None
    why, peer, by, term, signature = _GONE.unpack(frame)
    if _WHY[why] == "left" and peer != by:
        return None
    return Gone(_WHY[why], peer.hex(), by.hex(), term, signature)


def pack_links(links: list[Reach]) -> bytes:
    """The frame that says who is reached how."""
    return b"".join(
        [
            _LINK.pack(
                each.who,
                _KINDS.index(each.kind),
                each.via or _NOBODY,
                min(each.round_trip_us // 100, 0xFFFF),
                min(255, max(0, round(each.loss * 255))),
            )
            for each in links[:MAX_PEERS]
        ]
    )


def parse_links(frame: bytes) -> list[Reach] | None:
    """Who is reached how, by the frame's sender."""
    if len(frame) % _LINK.size or len(frame) > MAX_PEERS * _LINK.size:
        return None
    links = []
    for who, kind, via, trip, loss in _LINK.iter_unpack(frame):
        if kind >= len(_KINDS):
            return None
        links.append(Reach(who, _KINDS[kind], b"" if via == _NOBODY else via, trip * 100, loss / 255))
    return links


assert _CLAIM.size == 4 + 8 + SIGNATURE_BYTES
