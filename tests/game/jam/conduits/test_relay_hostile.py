"""What a crowd on real sockets does with datagrams that were overheard, and with those of a member who means harm."""

from __future__ import annotations

import secrets
import socket
import struct
from collections.abc import Iterator
from hashlib import blake2b

import nacl.bindings as sodium
import numpy as np
import pytest

from engine.net.endpoint import Address
from engine.net.keys import Identity
from game.jam.conduits.messages import NEED, Topic, pack
from game.jam.conduits.relay import MAX_KNOWN, REMEMBERED, REPEATED, Conduit, number_of
from tests.rig.street import KEY, Street
from tests.rig.wiretap import Wiretap

OFTEN = 700
"""More datagrams than one source may send at once."""

WORDS = 0x40


@pytest.fixture
def street() -> Iterator[Street]:
    made = Street()
    yield made
    made.close()


@pytest.fixture
def outside() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        yield made


def hear_all(street: Street, member: Conduit, datagrams: list[bytes], outside: socket.socket) -> None:
    """Send datagrams to a member, each once the one before was refused."""
    for datagram in datagrams:
        refused = member.refused
        outside.sendto(datagram, member.address)
        street.until(lambda refused=refused: member.refused > refused)  # type: ignore[misc]


def words(sender: int, receiver: int, counter: int, count: int) -> bytes:
    """What a member with the crowd's key can make: words that the conductor never said, in anybody's name."""
    head = struct.pack(">QQQ", sender, receiver, counter)
    body = bytes([WORDS]) + b"".join(
        struct.pack(">IH", 10_000 + each, 0) + secrets.token_bytes(64) for each in range(count)
    )
    return head + bytes(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(body, head, head, KEY))


def words_in(datagram: bytes) -> bytes:
    """The words a datagram passes on; none for anything else."""
    head = datagram[:24]
    body = bytes(sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(datagram[24:], head, head, KEY))
    return body if body[0] == WORDS else b""


def test_the_conductors_own_words_sent_back_to_him_are_refused(street: Street, outside: socket.socket) -> None:
    conductor = street.add(conducts=True)
    with Wiretap(conductor.address) as tap:
        street.add(known=[tap.address])
        street.until_heard(b"once", [1])
        hear_all(street, conductor, tap.back[-8:], outside)
        street.until_heard(b"after", [1])


def test_what_was_overheard_takes_nothing_from_who_said_it(street: Street) -> None:
    conductor = street.add(conducts=True)
    with Wiretap(conductor.address) as tap:
        child = street.add(known=[tap.address])
        street.until_heard(b"before", [1])
        overheard, refused = tap.back[-1], child.refused
        for sent in range(1, OFTEN + 1):
            tap.say_back(overheard)
            if sent % 50 == 0:  # no more than a socket holds
                street.until(lambda sent=sent: child.refused >= refused + sent)  # type: ignore[misc]
        street.until_heard(b"after", [1])


class _Hoarder(Conduit):
    """Gives the first words again to who hangs on it."""

    first = b""

    def _pass_on(self, packed: bytes) -> None:
        self.first = self.first or packed
        super()._pass_on(packed)

    def give_again(self) -> None:
        with self._lock:
            self._words.clear()
            super()._pass_on(self.first)


def test_who_leaves_has_passed_the_last_words_on_as_often_as_any(street: Street) -> None:
    conductor = street.add(conducts=True)
    middle = street.add(near=[0])
    with Wiretap(middle.address) as tap:
        street.add(known=[tap.address])
        street.until_heard(b"before", [1, 2])
        tap.back.clear()
        conductor.send(b"bye")
        street.until(lambda: b"bye" in street.words[1].values())
        middle.finish()
        street.until(lambda: sum(b"bye" in words_in(each) for each in tap.back) >= REPEATED)


def test_words_of_long_ago_are_not_taken_for_new_ones(street: Street) -> None:
    conductor, hoarder = street.add(conducts=True), street.add(near=[0], kind=_Hoarder)
    assert isinstance(hoarder, _Hoarder)
    street.add(near=[1])
    street.until_heard(b"first", [1, 2])
    for each in range(0, REMEMBERED + 8, 8):
        for _ in range(8):
            conductor.send(b"more")
        street.until_heard(b"more %d" % each, [2])
    street.until_heard(b"last", [2])
    hoarder.give_again()
    street.until_heard(b"after", [2])
    assert not street.twice


def stranger_needs() -> bytes:
    """What one says who has the crowd's key and nobody has heard of: that it needs a conduit."""
    one = Identity.new()
    number = number_of(one.signing_public)
    head, body = struct.pack(">QQQ", number, 0, 1), pack(Topic.NEED, np.array([(number,)], NEED))
    says = b"ourojam crowd says" + blake2b(KEY, digest_size=16, person=b"ourojam crowd").digest()
    signed = body + one.signing_public + one.sign(says + head + body)
    return head + bytes(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(signed, head, head, KEY))


def test_ever_new_members_push_nobody_out_who_hangs_on_a_conduit(street: Street, outside: socket.socket) -> None:
    conductor = street.add(conducts=True)
    with Wiretap(conductor.address) as tap:
        child = street.add(known=[tap.address])
        street.until_heard(b"before", [1])
    # From here on nothing of the child arrives; for some seconds it is still waited for.
    for _ in range(50):
        for _ in range(40):
            outside.sendto(stranger_needs(), conductor.address)
        hear_all(street, conductor, [b"nothing of the crowd's"], outside)
        if conductor.known.count(outside.getsockname()) >= MAX_KNOWN - 1:
            break
    assert len(conductor.known) <= MAX_KNOWN
    assert child.number not in conductor.children or tap.outer in conductor.known


@pytest.mark.parametrize("count", [1, REPEATED, 12])
def test_words_in_the_conductors_name_are_refused_wherever_they_come(
    street: Street, outside: socket.socket, count: int
) -> None:
    conductor = street.add(conducts=True)
    with Wiretap(conductor.address) as tap:
        child = street.add(known=[tap.address])
        street.until_heard(b"before", [1])
        member = number_of(Identity.new().signing_public)
        for target in (child, conductor):
            forged = [words(sender, target.number, 9, count) for sender in (member, conductor.number)]
            hear_all(street, target, forged, outside)
        # ... and from where his own come, at about the number his own have.
        counter = max(struct.unpack(">QQQ", each[:24])[2] for each in tap.back)
        refused = child.refused
        tap.say_back(words(conductor.number, child.number, counter + 1000, count))
        street.until(lambda: child.refused > refused)
        street.until_heard(b"after", [1])


def test_what_a_member_says_to_another_says_nothing_of_where_it_is(street: Street, outside: socket.socket) -> None:
    conductor = street.add(conducts=True)
    other = street.add(near=[0])
    with Wiretap(conductor.address) as tap:
        member = street.add(known=[tap.address, other.address])
        street.until_heard(b"before", [1, 2])
        street.until(lambda: member.address in other.known)
        street.until(lambda: sum(each[8:16] == struct.pack(">Q", conductor.number) for each in tap.out) >= 3)
        said = [each for each in tap.out if each[8:16] != bytes(8)]
        hear_all(street, other, said[:3], outside)
        elsewhere: Address = outside.getsockname()
        assert elsewhere not in other.known
        assert member.address in other.known
