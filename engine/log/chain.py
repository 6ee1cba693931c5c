"""The chain of hashes: each event's hash covers the one before it on its branch, so tampering shows.

A hash covers what was said and not where it is stored (seq, branch), so the same history has the same hash in every
file: a world version is the hash of its head.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

import msgpack

from engine.log.face import HASH_BYTES, MAX_PAYLOAD_BYTES, NewEvent, SealedEvent, too_large

_FRESH = blake2b(digest_size=HASH_BYTES)  # copied for each event: half the price of a new one


def chain_hash(
    before: bytes,
    stream: str,
    kind: str,
    at_us: int,
    truth: int,
    origin: str,
    actor: str,
    cause_hash: bytes | None,
    payload: bytes,
) -> bytes:
    """The hash of an event that follows the one with hash ``before`` on its branch."""
    fields = (before, stream, kind, at_us, truth, origin, actor, cause_hash, payload)
    return blake2b(msgpack.packb(fields), digest_size=HASH_BYTES).digest()


def chained(
    events: Sequence[NewEvent | SealedEvent],
    stream: str,
    branch: int,
    last_seq: int,
    before: bytes,
    hash_of: Callable[[int, list[Any]], bytes],
) -> list[Any]:
    """The columns of ``events`` one after another, numbered on from ``last_seq`` and chained on from ``before``.

    ``hash_of`` looks up the hash of a cause, which may be among the columns made so far.  Says the same as
    :func:`chain_hash`, in one loop without calls, because every event appended comes through here.
    """
    pack, fresh = msgpack.Packer().pack, _FRESH.copy
    values: list[Any] = []
    seq = last_seq
    for event in events:
        seq += 1
        kind, at_us, truth = event.kind, event.at_us, event.truth
        origin, actor, cause = event.origin, event.actor, event.cause
        payload = event.payload
        if not isinstance(payload, bytes):
            payload = pack(payload)
            if len(payload) > MAX_PAYLOAD_BYTES:
                raise too_large(kind, payload)
        cause_hash = None if cause is None else hash_of(cause, values)
        link = fresh()
        link.update(pack((before, stream, kind, at_us, truth, origin, actor, cause_hash, payload)))
        before = link.digest()
        values += (seq, branch, stream, kind, at_us, truth, origin, actor, cause, payload, before)
    return values
