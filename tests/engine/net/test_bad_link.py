"""The bad link does to datagrams what it is told to: what is measured through it rests on that."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from tests.rig.bad_link import HOST, BadLink, Way

Node = socket.socket


@pytest.fixture
def nodes() -> Iterator[list[Node]]:
    made = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3)]
    for each in made:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        each.bind((HOST, 0))
        each.settimeout(5)
    yield made
    for each in made:
        each.close()


@pytest.fixture
def link() -> Iterator[BadLink]:
    with BadLink(seed=5) as made:
        yield made


def port(node: Node) -> int:
    return int(node.getsockname()[1])


def settled(link: BadLink, taken: int) -> dict[str, int]:
    """What the link counted once it has taken and released so many."""
    for _ in range(2000):
        counts = link.counts()
        if counts["taken"] >= taken and not counts["waiting"]:
            return counts
        time.sleep(0.005)
    raise RuntimeError("the datagrams did not come to the link")


def drained(node: Node) -> list[bytes]:
    node.setblocking(False)
    out = []
    try:
        while True:
            out.append(node.recv(2048))
    except BlockingIOError:
        return out
    finally:
        node.settimeout(5)


def send(node: Node, to: int, count: int) -> None:
    for number in range(count):
        node.sendto(number.to_bytes(2, "big"), (HOST, to))


def test_nodes_know_each_other_by_their_fronts_and_may_pass_them_on(link: BadLink, nodes: list[Node]) -> None:
    host, first, second = nodes
    door = link.front(port(host))
    first.sendto(b"hello", (HOST, door))
    data, seen_first = host.recvfrom(100)
    assert (data, seen_first[1]) == (b"hello", link.front(port(first)))
    host.sendto(b"welcome", seen_first)
    assert first.recvfrom(100) == (b"welcome", (HOST, door))
    # The second learns of the first from the host, as a roster would tell it.
    second.sendto(b"hi", seen_first)
    data, seen_second = first.recvfrom(100)
    assert (data, seen_second[1]) == (b"hi", link.front(port(second)))
    assert link.front(link.front(port(first))) == link.front(port(first))


def test_delay_is_kept_to_a_fraction_of_a_millisecond(link: BadLink, nodes: list[Node]) -> None:
    one, other, _ = nodes
    link.set(Way(delay_us=20_000))
    taken_us = []
    for _ in range(20):
        began = time.perf_counter_ns()
        one.sendto(b"x", (HOST, link.front(port(other))))
        other.recv(10)
        taken_us.append((time.perf_counter_ns() - began) / 1000)
    assert min(taken_us) >= 20_000
    assert sorted(taken_us)[5] < 25_000  # a busy machine wakes anybody late now and then


def test_loss_and_doubles_are_shares(link: BadLink, nodes: list[Node]) -> None:
    one, other, _ = nodes
    link.set(Way(loss=0.3, duplicate=0.5))
    send(one, link.front(port(other)), 600)
    counts = settled(link, 600)
    assert 130 < counts["lost"] < 230
    got = drained(other)
    assert len(got) == counts["sent"]
    assert 1.35 < len(got) / len(set(got)) < 1.65


def test_the_same_seed_loses_the_same(nodes: list[Node]) -> None:
    one, other, _ = nodes
    got = []
    for _ in range(2):
        with BadLink(seed=9) as link:
            link.set(Way(loss=0.5))
            send(one, link.front(port(other)), 100)
            settled(link, 100)
            got.append(drained(other))
    assert got[0] == got[1]
    assert 20 < len(got[0]) < 80


def test_jitter_is_each_ways_own(link: BadLink, nodes: list[Node]) -> None:
    one, other, _ = nodes
    link.set(Way(jitter_us=20_000), source=port(one))
    front_one, front_other = link.front(port(one)), link.front(port(other))
    send(one, front_other, 50)
    settled(link, 50)
    there = drained(other)
    assert there != sorted(there)
    assert sorted(there) == [number.to_bytes(2, "big") for number in range(50)]
    send(other, front_one, 50)
    settled(link, 100)
    back = drained(one)
    assert back == sorted(back)
    assert len(back) == 50


def test_a_pairs_way_counts_before_a_nodes(link: BadLink, nodes: list[Node]) -> None:
    one, other, third = nodes
    link.set(Way(loss=1.0), source=port(one))
    link.set(Way(), source=port(one), target=port(third))
    send(one, link.front(port(other)), 5)
    send(one, link.front(port(third)), 5)
    settled(link, 10)
    assert (len(drained(other)), len(drained(third))) == (0, 5)


def test_held_ones_come_out_of_order(link: BadLink, nodes: list[Node]) -> None:
    one, other, _ = nodes
    link.set(Way(reorder=0.2))
    send(one, link.front(port(other)), 100)
    settled(link, 100)
    got = drained(other)
    assert len(got) == 100
    assert got != sorted(got)


def test_a_slow_way_takes_its_time_and_loses_what_does_not_fit(link: BadLink, nodes: list[Node]) -> None:
    one, other, _ = nodes
    link.set(Way(rate_bytes_s=100_000))
    began = time.monotonic()
    for _ in range(100):
        one.sendto(bytes(1000), (HOST, link.front(port(other))))
    counts = settled(link, 100)
    assert 20 <= counts["sent"] <= 40  # a quarter of a second's worth
    assert time.monotonic() - began >= 0.2
    assert len(drained(other)) == counts["sent"]


def test_a_partition_keeps_its_sides_apart_until_it_heals(link: BadLink, nodes: list[Node]) -> None:
    one, other, third = nodes
    fronts = [link.front(port(each)) for each in nodes]
    link.cut([port(one), port(other)])
    one.sendto(b"in", (HOST, fronts[1]))
    one.sendto(b"out", (HOST, fronts[2]))
    third.sendto(b"back", (HOST, fronts[0]))
    settled(link, 3)
    assert [drained(each) for each in nodes] == [[], [b"in"], []]
    link.heal()
    one.sendto(b"again", (HOST, fronts[2]))
    assert third.recv(100) == b"again"
