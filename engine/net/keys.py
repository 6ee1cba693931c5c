"""Who a machine is in a session, and the keys that follow from it.

A machine makes itself an :class:`Identity` for each session: an Ed25519 pair to sign with, from whose public half its
id comes, and an X25519 pair from which it and each other member work out a key for either direction.  The join code
never becomes a key itself: :class:`CodeExchange` runs SPAKE2 over it, so that a guess can only be tried on a door that
counts, never on what was overheard.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Literal, NewType

from nacl import bindings as sodium
from nacl.exceptions import CryptoError
from nacl.exceptions import RuntimeError as SodiumError
from spake2 import SPAKE2_A, SPAKE2_B, SPAKEError
from spake2.ed25519_basic import NotOnCurve

from engine.net.packets import SESSION_BYTES, SIGNATURE_BYTES, WHO_BYTES

KEY_BYTES = 32
SPAKE2_BYTES = 33
CONFIRMATION_BYTES = 16

GroupKey = NewType("GroupKey", bytes)
"""32 bytes that every member holds; they open SPREAD packets."""


def new_group_key() -> GroupKey:
    """The founder makes one for its session."""
    return GroupKey(secrets.token_bytes(KEY_BYTES))


def new_session() -> bytes:
    """The founder's id for its session, eight bytes; never all zeros, which stand for "any" at a door."""
    while not any(session := secrets.token_bytes(SESSION_BYTES)):
        pass
    return session


def peer_id(signing_public: bytes) -> str:
    """16 hexadecimal digits of blake2b over a member's public signing key."""
    return blake2b(signing_public, digest_size=8, person=b"ourojam peer").hexdigest()


def wire_id(peer: str) -> bytes:
    """What stands for a member in packets: the first four bytes of its id."""
    return bytes.fromhex(peer)[:WHO_BYTES]


def derive(key: bytes, label: str, *parts: bytes, size: int = KEY_BYTES) -> bytes:
    """Bytes that follow from a secret key, a purpose and what it is bound to (keyed blake2b, lengths included)."""
    state = blake2b(key=key, digest_size=size, person=label.encode().ljust(16, b"\0"))
    for part in parts:
        state.update(len(part).to_bytes(4, "big") + part)
    return state.digest()


def sign(message: bytes, signing_secret: bytes) -> bytes:
    """The Ed25519 signature, 64 bytes."""
    return bytes(sodium.crypto_sign(message, signing_secret)[:SIGNATURE_BYTES])


def verified(message: bytes, signature: bytes, signing_public: bytes) -> bool:
    """Whether ``signature`` is that of the key's owner over ``message``; false for bytes of any other size too."""
    if len(signature) != SIGNATURE_BYTES or len(signing_public) != KEY_BYTES:
        return False
    try:
        sodium.crypto_sign_open(signature + message, signing_public)
    except CryptoError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Identity:
    """The two pairs of one machine in one session; the secret halves are never shown."""

    signing_public: bytes
    exchange_public: bytes
    signing_secret: bytes = field(repr=False)
    exchange_secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> Identity:
        """A fresh identity."""
        signing_public, signing_secret = sodium.crypto_sign_keypair()
        exchange_public, exchange_secret = sodium.crypto_box_keypair()
        return cls(signing_public, exchange_public, signing_secret, exchange_secret)

    def renewed(self) -> Identity:
        """The same member with a fresh exchange pair: for another admission, so that no key is ever used twice."""
        exchange_public, exchange_secret = sodium.crypto_box_keypair()
        return replace(self, exchange_public=exchange_public, exchange_secret=exchange_secret)

    @property
    def id(self) -> str:
        """The member's id, 16 hexadecimal digits."""
        return peer_id(self.signing_public)

    def sign(self, message: bytes) -> bytes:
        """Sign a message; 64 bytes."""
        return sign(message, self.signing_secret)

    def vouch(self, session: bytes) -> bytes:
        """The signature by which anyone in ``session`` knows that the exchange key is this machine's own."""
        return self.sign(_vouched(session, self.exchange_public))


def _vouched(session: bytes, exchange_public: bytes) -> bytes:
    return b"ourojam exchange" + session + exchange_public


def vouched(session: bytes, exchange_public: bytes, vouch: bytes, signing_public: bytes) -> bool:
    """Whether the signing key's owner says that this exchange key is its own in ``session``."""
    return verified(_vouched(session, exchange_public), vouch, signing_public)


@dataclass(frozen=True, slots=True)
class PairKeys:
    """The keys between this machine and another member, one for each direction."""

    send: bytes = field(repr=False)
    receive: bytes = field(repr=False)


def pair_keys(mine: Identity, their_id: str, their_exchange: bytes, session: bytes) -> PairKeys:
    """The keys of a pair in a session: X25519, then blake2b bound to the session, both ids and both public keys.

    Raises:
        ValueError: ``their_exchange`` is no usable public key.
    """
    if not usable_exchange(their_exchange):
        raise ValueError("not a usable exchange key")
    shared = sodium.crypto_scalarmult(mine.exchange_secret, their_exchange)
    me, them = bytes.fromhex(mine.id) + mine.exchange_public, bytes.fromhex(their_id) + their_exchange
    return PairKeys(derive(shared, "pair", session, me, them), derive(shared, "pair", session, them, me))


def usable_exchange(public: bytes) -> bool:
    """Whether an X25519 public key leads to a secret at all; points of low order do not (RFC 7748, section 6.1)."""
    if len(public) != KEY_BYTES:
        return False
    try:
        sodium.crypto_scalarmult(bytes(KEY_BYTES), public)
    except SodiumError:
        return False
    return True


Side = Literal["joiner", "door"]


class CodeExchange:
    """One side of a SPAKE2 exchange over the join code (RFC 9382, by the ``spake2`` library, over Ed25519).

    The joiner speaks first, so it is side A.  ``message`` goes to the other side; :meth:`secret` turns the other's
    message into 32 bytes that are equal on both sides only if the codes are.  To make one takes about 3 ms and can be
    done ahead of time, to finish it 4 ms; it serves one admission only.
    """

    def __init__(self, side: Side, code: str) -> None:
        kind = SPAKE2_A if side == "joiner" else SPAKE2_B
        # Session and attempt are bound in `secret`, because neither side knows both of them before.
        self._exchange = kind(b"ourojam code " + code.encode(), idA=b"joiner", idB=b"door")
        self.message: bytes = self._exchange.start()
        self._used = False

    def secret(self, theirs: bytes, session: bytes, attempt: bytes) -> bytes | None:
        """The secret that follows from the other side's message; None if that is no SPAKE2 message.

        It holds for this session and attempt.

        May be asked again with another message: a forged one must not use up the exchange.  Each one tried is one
        guess at the code, so callers keep the number of messages small.
        """
        if len(theirs) != SPAKE2_BYTES:
            return None
        exchange = self._exchange
        if self._used:
            exchange = type(exchange).from_serialized(exchange.serialize())
        self._used = True
        try:
            key: bytes = exchange.finish(theirs)
        except (SPAKEError, NotOnCurve, ValueError):
            return None
        return derive(key, "code", session, attempt)


def confirmation(secret: bytes) -> bytes:
    """What the door shows to prove that it worked out the same secret, 16 bytes."""
    return derive(secret, "confirm", size=CONFIRMATION_BYTES)


def confirms(shown: bytes, secret: bytes) -> bool:
    """Whether the other side shows the right confirmation; compared without telling by the time it takes."""
    return hmac.compare_digest(shown, confirmation(secret))
