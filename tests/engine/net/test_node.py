"""A node as the game has it: real sockets and threads, in one process."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from engine.clock import now_us
from engine.net.face import (
    MAX_MOMENT,
    MAX_RECORD,
    ClockSet,
    Joined,
    Moment,
    NetError,
    NetEvent,
    Network,
    PeerLeft,
    Refused,
    Said,
    Told,
)
from engine.net.node import Node

LOCAL = ("127.0.0.1", 0)


class Watched:
    """A node and everything that has happened to it."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.seen: list[NetEvent] = []

    def until(self, wanted: Callable[[NetEvent], bool], within_s: float = 15.0) -> NetEvent:
        """The first event that is wanted, as soon as it has happened."""
        ends = time.monotonic() + within_s
        while True:
            found = next((event for event in self.seen if wanted(event)), None)
            if found is not None:
                return found
            left = ends - time.monotonic()
            assert left > 0, self.seen
            self.node.wait(left)
            self.seen += self.node.events()

    def of(self, kind: type[NetEvent]) -> NetEvent:
        return self.until(lambda event: isinstance(event, kind))


def faultless(node: Node) -> None:
    node.close()
    assert "fault" not in node.stats()


@pytest.fixture
def nodes() -> Iterator[Callable[[Node], Watched]]:
    with ExitStack() as stack:

        def watched(node: Node) -> Watched:
            stack.callback(lambda: faultless(node))
            return Watched(node)

        yield watched


Nodes = Callable[[Node], Watched]


def pair(nodes: Nodes) -> tuple[Watched, Watched]:
    host = nodes(Node.host("amber-fox", {}, name="Ada", bind=LOCAL, lan=False))
    guest = nodes(Node.join(host.node.address, "amber-fox", {}, name="Bo", bind=LOCAL, lan=False))
    guest.of(Joined)
    host.until(lambda event: getattr(event, "peer", None) is not None)
    return host, guest


def test_two_nodes_make_a_session(nodes: Nodes) -> None:
    host, guest = pair(nodes)
    network: Network = guest.node
    assert network.session == host.node.session != ""
    assert guest.node.song_key == host.node.song_key
    assert len(guest.node.song_key) == 32
    assert guest.node.hosts_of(host.node.me) == host.node.hosts_of(guest.node.me) == ("127.0.0.1",)
    assert guest.node.hosts_of("nobody") == ()
    assert network.conductor == host.node.me
    assert network.peers()[0].info == {"name": "Ada"}
    assert [network.say(b"one"), network.say(b"two")] == [1, 2]
    network.tell(host.node.me, b"for you")
    assert network.moment(b"hit", 123) == 1
    first = host.of(Said)
    assert isinstance(first, Said)
    assert (first.peer, first.number, first.data) == (guest.node.me, 1, b"one")
    assert abs(first.arrived_us - now_us()) < 10_000_000
    assert isinstance(told := host.of(Told), Told)
    assert told.data == b"for you"
    assert isinstance(moment := host.of(Moment), Moment)
    assert (moment.number, moment.session_us, moment.data) == (1, 123, b"hit")


def test_the_clock_is_agreed_by_itself_and_anew_when_asked(nodes: Nodes) -> None:
    host, guest = pair(nodes)
    assert isinstance(first := guest.of(ClockSet), ClockSet)
    assert first.bound_us < 50_000
    local_us = now_us()
    assert abs(guest.node.time.session_us(local_us) - host.node.time.session_us(local_us)) <= first.bound_us
    guest.seen.clear()
    guest.node.measure()
    guest.of(ClockSet)


def test_leaving_is_told(nodes: Nodes) -> None:
    host, guest = pair(nodes)
    guest.node.say(b"last words")
    guest.node.close()
    guest.node.close()
    assert host.of(PeerLeft) == PeerLeft(guest.node.me, "left")
    assert isinstance(host.of(Said), Said)
    assert host.node.peers() == ()


def test_a_wrong_code_is_refused(nodes: Nodes) -> None:
    host, _ = pair(nodes)
    stranger = nodes(Node.join(host.node.address, "wrong-code", {}, bind=LOCAL, lan=False))
    assert isinstance(refused := stranger.of(Refused), Refused)
    assert "join code" in refused.sentence
    assert stranger.node.session == ""


def test_a_name_that_no_machine_has_is_told(nodes: Nodes) -> None:
    lost = nodes(Node.join(("no-such-machine.invalid", 4000), "amber-fox", {}, bind=LOCAL, lan=False))
    assert isinstance(refused := lost.of(Refused), Refused)
    assert "no-such-machine.invalid" in refused.sentence


def test_what_is_too_large_is_said_at_once(nodes: Nodes) -> None:
    host, guest = pair(nodes)
    with pytest.raises(ValueError, match="at most"):
        guest.node.say(bytes(MAX_RECORD + 1))
    with pytest.raises(ValueError, match="at most"):
        guest.node.tell(host.node.me, bytes(MAX_RECORD + 1))
    with pytest.raises(ValueError, match="at most"):
        guest.node.moment(bytes(MAX_MOMENT + 1), 0)
    whole = os.urandom(MAX_RECORD)
    guest.node.say(whole)
    guest.node.tell(host.node.me, whole)
    assert isinstance(said := host.of(Said), Said)
    assert said.data == whole
    assert isinstance(told := host.of(Told), Told)
    assert told.data == whole


def test_a_taken_address_is_told_in_one_sentence(nodes: Nodes) -> None:
    host, _ = pair(nodes)
    with pytest.raises(NetError, match="cannot be used here"):
        Node.host("amber-fox", {}, bind=host.node.address, lan=False)


def test_events_can_be_had_at_once_in_the_networks_thread(nodes: Nodes) -> None:
    had: list[NetEvent] = []
    more = threading.Condition()

    def on_event(event: NetEvent) -> None:
        with more:
            had.append(event)
            more.notify_all()

    host = nodes(Node.host("amber-fox", {}, bind=LOCAL, on_event=on_event, lan=False))
    guest = nodes(Node.join(host.node.address, "amber-fox", {}, bind=LOCAL, lan=False))
    guest.of(Joined)
    guest.node.say(b"now")
    with more:
        assert more.wait_for(lambda: any(isinstance(event, Said) for event in had), 10)
    host.of(Said)
    assert had[: len(host.seen)] == host.seen


def test_any_bytes_at_the_socket_change_nothing(nodes: Nodes) -> None:
    host, guest = pair(nodes)
    before = threading.active_count()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for number in range(20_000):
            kind = bytes((number % 12,))
            stranger.sendto(kind + os.urandom(number % 1300), host.node.address)
    guest.node.say(b"still here")
    guest.node.moment(b"hit", 7)
    host.of(Said)
    host.of(Moment)
    assert not [event for event in host.seen if isinstance(event, PeerLeft)]
    assert [peer.here for peer in host.node.peers()] == [True]
    assert threading.active_count() == before
    assert host.node.stats()["flood"] > 0


def test_a_socket_opened_anew_goes_on(nodes: Nodes) -> None:
    host, guest = pair(nodes)
    guest.node.rebind()
    ends = time.monotonic() + 10
    while not guest.node.stats().get("rebound"):
        assert time.monotonic() < ends
        guest.node.wait(0.01)
    guest.node.say(b"after")
    host.of(Said)
    host.node.tell(guest.node.me, b"heard")
    guest.of(Told)


def test_a_closed_node_leaves_no_thread_and_no_socket(nodes: Nodes) -> None:
    before = threading.active_count()
    host, guest = pair(nodes)
    address = host.node.address
    guest.node.close()
    host.node.close()
    assert threading.active_count() == before
    nodes(Node.host("amber-fox", {}, bind=address, lan=False))
