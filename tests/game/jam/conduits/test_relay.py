"""Conduits on real sockets: members who can reach only some of the others hear the conductor all the same."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from hashlib import blake2b

import nacl.bindings as sodium
import numpy as np
import pytest

from engine.net.keys import Identity
from game.jam.conduits import rules
from game.jam.conduits.messages import ANSWER, Topic, pack
from game.jam.conduits.relay import MAX_WORD
from tests.rig.street import KEY, Street


@pytest.fixture
def street() -> Iterator[Street]:
    made = Street()
    yield made
    made.close()


def test_what_the_conductor_sends_goes_from_hand_to_hand(street: Street) -> None:
    street.add(conducts=True)
    for place in range(1, 4):
        street.add(near=[place - 1])
    street.until_heard(b"beat", [1, 2, 3])
    assert [member.depth for member in street.members] == [0, 1, 2, 3]
    street.until(lambda: [member.below for member in street.members] == [3, 2, 1, 0])
    assert street.members[1].address in street.members[0].known


def test_when_a_conduit_leaves_the_next_one_takes_its_place(street: Street) -> None:
    street.add(conducts=True)
    street.add(near=[0])
    street.add(near=[0])
    street.add(near=[1, 2])
    street.until_heard(b"one", [1, 2, 3])
    first, second = street.members[1:3]
    gone = first if street.members[3].parent == first.number else second
    gone.close()
    street.until_heard(b"two", [3])
    assert street.members[3].parent == (second if gone is first else first).number


def test_who_lacks_the_key_hears_nothing_and_takes_no_place(street: Street) -> None:
    street.add(conducts=True)
    street.add(near=[0])
    stranger = street.add(key=bytes(32), near=[0])
    street.until_heard(b"for us", [1])
    street.until(lambda: street.members[0].refused > 0)  # the stranger has asked to be taken on
    street.until_heard(b"still for us", [1])
    assert street.words[2] == {}
    assert stranger.depth == rules.UNREACHED
    assert stranger.number not in street.members[0].children


def test_a_member_cannot_speak_for_the_conductor(street: Street) -> None:
    street.add(conducts=True)
    member = street.add(near=[0])
    with pytest.raises(ValueError, match="conductor"):
        member.send(b"mine")
    with pytest.raises(ValueError, match=str(MAX_WORD)):
        street.members[0].send(bytes(MAX_WORD + 1))


def test_who_holds_the_key_cannot_speak_for_another(street: Street) -> None:
    conductor = street.add(conducts=True)
    child = street.add(near=[0])
    street.until_heard(b"before", [1])
    head = struct.pack(">QQQ", conductor.number, child.number, 2**64 - 1)
    says = b"ourojam crowd says" + blake2b(KEY, digest_size=16, person=b"ourojam crowd").digest()
    farewell = pack(Topic.ANSWER, np.array([(conductor.number, child.number, 0, 0, 0, 0)], ANSWER))
    liar = Identity.new()
    for public in (liar.signing_public, street.conductor.signing_public):
        body = farewell + public + liar.sign(says + head + farewell)
        sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(body, head, head, KEY)
        refused = child.refused
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.sendto(head + sealed, child.address)
        street.until(lambda refused=refused: child.refused > refused)  # type: ignore[misc]
    assert child.parent == conductor.number
    street.until_heard(b"after", [1])


def test_a_word_may_be_answered_from_where_it_is_heard(street: Street) -> None:
    seen: list[list[int]] = []
    street.add(conducts=True)
    street.add(near=[0], on_word=lambda member: seen.append(member.children))
    street.until_heard(b"who hangs on you?", [1])
    assert seen[0] == []


def test_bytes_at_the_socket_do_nothing(street: Street) -> None:
    conductor = street.add(conducts=True)
    street.add(near=[0])
    street.until_heard(b"before", [1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
        for size in range(0, 1400, 7):
            noise.sendto(bytes(size), conductor.address)
    street.until_heard(b"after", [1])
    assert len(conductor.children) == 1


def test_who_is_left_by_its_conduit_in_silence_goes_to_another(street: Street) -> None:
    street.add(conducts=True)
    street.add(near=[0])
    street.add(near=[0])
    street.until_heard(b"one", [1, 2])
    far = street.add(near=[1, 2])
    street.until_heard(b"two", [3])
    left = far.parent
    while far.parent in (left, -1):  # the same one may be taken again, but not always
        far.leave_parent()
        street.until(lambda: far.parent != -1)
    street.until_heard(b"three", [3])
    assert far.parent != left
