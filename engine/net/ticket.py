"""A ticket for the crowd of a session: what a door gives, instead of a seat, to who only wants to listen.

Whoever proves the join code may have one (:mod:`engine.net.admission`), however many have one already.  It lets its
holder hear what the conductor lets the crowd have, and nothing of what the members say to each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated

import msgpack
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.net.face import MAX_PEERS
from engine.net.roster import Address, Host, Id, Key, checked_addresses, unpacked

MAX_NEAR = 16
"""Addresses of others in the crowd that go with a ticket."""

MAX_DOORS = 8
"""Addresses of members that go with a ticket: they know where the door is when another conducts."""

MAX_TICKET_BYTES = 4096

_Places = Annotated[list[Annotated[list[Host | int], Field(min_length=2, max_length=2)]], Field(max_length=MAX_PEERS)]


class _Fields(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    key: Key
    signing: Key
    conductor: Id
    port: Annotated[int, Field(gt=0, lt=65536)]
    near: _Places
    doors: _Places


@dataclass(frozen=True, slots=True)
class Ticket:
    """``key`` seals what the crowd sends, ``signing`` is the public key the conductor signs his words to it with.

    ``conductor`` is his id as a member.  His place in the crowd is at ``port`` of the host his door is at;
    ``near`` are others in the crowd, ``doors`` other members.
    """

    key: bytes = field(repr=False)
    signing: bytes
    conductor: str
    port: int
    near: tuple[Address, ...] = ()
    doors: tuple[Address, ...] = ()

    def pack(self) -> bytes:
        """The ticket as bytes, with as many addresses as it takes."""
        packed: bytes = msgpack.packb(
            {
                "key": self.key,
                "signing": self.signing,
                "conductor": self.conductor,
                "port": self.port,
                "near": _pairs(self.near[:MAX_NEAR]),
                "doors": _pairs(self.doors[:MAX_DOORS]),
            }
        )
        return packed

    @classmethod
    def parse(cls, data: bytes) -> Ticket:
        """A ticket from outside; raises ValueError unless it is whole and within bounds."""
        try:
            fields = _Fields.model_validate(unpacked(data, MAX_TICKET_BYTES))
        except ValidationError as error:
            raise ValueError("not a ticket") from error
        near, doors = checked_addresses(fields.near)[:MAX_NEAR], checked_addresses(fields.doors)[:MAX_DOORS]
        return cls(fields.key, fields.signing, fields.conductor, fields.port, near, doors)


def _pairs(addresses: Iterable[Address]) -> list[list[str | int]]:
    return [list(address) for address in addresses]
