"""A real socket with its two threads: what comes is stamped, what is due is done, and nothing ends it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from engine.clock import now_us
from engine.net.endpoint import Address, Endpoint
from engine.net.face import MAX_DATAGRAM, NetError

LOCAL = ("127.0.0.1", 0)


class Heard:
    """An endpoint and what it was called with."""

    def __init__(self, bind: Address = LOCAL) -> None:
        self.datagrams: list[tuple[bytes, Address, int]] = []
        self.dues: list[int] = []
        self.again_us: int | None = None
        self._more = threading.Condition()
        self.go_on = threading.Event()
        self.go_on.set()
        self.fault = False
        self.endpoint = Endpoint(bind, self._datagram, self._due)
        self.endpoint.start()

    def _datagram(self, data: bytes, sender: Address, at_us: int) -> None:
        if self.fault:
            raise RuntimeError("a fault of ours")
        with self._more:
            self.datagrams.append((data, sender, at_us))
            self._more.notify_all()
        self.go_on.wait(10)

    def _due(self, at_us: int) -> int | None:
        if self.fault:
            raise RuntimeError("a fault of ours")
        with self._more:
            self.dues.append(at_us)
            self._more.notify_all()
        return self.again_us

    def until(self, wanted: Callable[[], bool]) -> None:
        with self._more:
            assert self._more.wait_for(wanted, 10), (len(self.datagrams), len(self.dues), self.endpoint.counts)


@pytest.fixture
def heard() -> Iterator[Callable[..., Heard]]:
    with ExitStack() as stack:

        def opened(bind: Address = LOCAL) -> Heard:
            made = Heard(bind)
            stack.callback(made.endpoint.close)
            return made

        yield opened


Opened = Callable[..., Heard]


def test_datagrams_arrive_whole_with_their_sender_and_instant(heard: Opened) -> None:
    one, two = heard(), heard()
    before_us = now_us()
    sizes = [0, 1, 500, MAX_DATAGRAM]
    for size in sizes:
        assert one.endpoint.send(bytes(size), two.endpoint.address)
    two.until(lambda: len(two.datagrams) == len(sizes))
    assert [len(data) for data, _, _ in two.datagrams] == sizes
    assert {sender for _, sender, _ in two.datagrams} == {one.endpoint.address}
    stamps = [at_us for _, _, at_us in two.datagrams]
    assert before_us - 100 <= stamps[0] <= stamps[-1] <= now_us()
    assert stamps == sorted(stamps)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux stamps datagrams as they come")
def test_the_stamp_is_of_when_it_came_not_of_when_it_was_read(heard: Opened) -> None:
    one, two = heard(), heard()
    two.go_on.clear()
    one.endpoint.send(b"keeps the reader busy", two.endpoint.address)
    two.until(lambda: bool(two.datagrams))
    one.endpoint.send(b"waits", two.endpoint.address)
    sent_us = now_us()
    while now_us() < sent_us + 50_000:
        pass
    two.go_on.set()
    two.until(lambda: len(two.datagrams) == 2)
    assert two.datagrams[1][2] < sent_us + 25_000  # it was read twice as late


def test_what_is_too_large_is_counted_and_dropped(heard: Opened) -> None:
    one, two = heard(), heard()
    one.endpoint.send(bytes(MAX_DATAGRAM + 1), two.endpoint.address)
    one.endpoint.send(b"after", two.endpoint.address)
    two.until(lambda: bool(two.datagrams))
    assert [data for data, _, _ in two.datagrams] == [b"after"]
    assert two.endpoint.counts["too large"] == 1


def test_due_is_called_when_it_was_asked_for_and_an_earlier_instant_wins(heard: Opened) -> None:
    one = heard()
    asked_us = now_us()
    one.endpoint.wake(asked_us + 60_000_000)
    one.endpoint.wake(asked_us + 30_000)
    one.until(lambda: bool(one.dues))
    assert one.dues[0] >= asked_us + 30_000


def test_due_says_when_it_wants_to_be_called_again(heard: Opened) -> None:
    one = heard()
    one.again_us = 0
    one.endpoint.wake(now_us())
    one.until(lambda: len(one.dues) >= 3)
    one.again_us = None


def test_what_the_system_refuses_is_counted_and_survived(heard: Opened) -> None:
    one, two = heard(), heard()
    gone = heard()
    address = gone.endpoint.address
    gone.endpoint.close()
    for _ in range(20):
        one.endpoint.send(b"nobody there", address)
    assert not one.endpoint.send(bytes(70_000), two.endpoint.address)
    assert one.endpoint.counts["send emsgsize"] == 1
    assert not one.endpoint.send(b"x", ("240.0.0.1", 9)) or one.endpoint.counts["sent"]
    one.endpoint.send(b"still there", two.endpoint.address)
    two.until(lambda: bool(two.datagrams))


def test_a_socket_that_broke_is_opened_again_on_the_same_port(heard: Opened) -> None:
    one, two = heard(), heard()
    address = two.endpoint.address
    two.endpoint.rebind()
    ends = time.monotonic() + 10
    while not two.endpoint.counts["rebound"]:
        assert time.monotonic() < ends
        threading.Event().wait(0.005)
    assert two.endpoint.address == address
    one.endpoint.send(b"again", address)
    two.until(lambda: bool(two.datagrams))
    two.endpoint.send(b"and back", one.endpoint.address)
    one.until(lambda: bool(one.datagrams))


def test_an_address_that_went_away_and_came_back_is_used_again(heard: Opened) -> None:
    one, two = heard(), heard()
    two.endpoint._host = "203.0.113.7"  # what the system says of this one now, it says of one that went away
    two.endpoint.rebind()
    ends = time.monotonic() + 10
    while one.endpoint.send(b"?", one.endpoint.address) and two.endpoint.send(b"?", one.endpoint.address):
        assert time.monotonic() < ends
        threading.Event().wait(0.005)
    two.endpoint._host = "127.0.0.1"
    while not two.endpoint.counts["rebound"]:
        assert time.monotonic() < ends
        threading.Event().wait(0.005)
    one.endpoint.send(b"again", two.endpoint.address)
    two.until(lambda: bool(two.datagrams))


def test_a_fault_of_ours_ends_no_thread(heard: Opened, caplog: pytest.LogCaptureFixture) -> None:
    one, two = heard(), heard()
    two.fault = True
    one.endpoint.send(b"bad luck", two.endpoint.address)
    two.endpoint.wake(now_us())
    ends = time.monotonic() + 10
    while two.endpoint.counts["fault"] < 2:
        assert time.monotonic() < ends
        threading.Event().wait(0.005)
    two.fault = False
    one.endpoint.send(b"goes on", two.endpoint.address)
    two.until(lambda: bool(two.datagrams) and bool(two.dues))
    assert "a fault while doing" in caplog.text


def test_one_socket_can_speak_both_protocols(heard: Opened) -> None:
    try:
        both = heard(("::", 0))
    except NetError:
        pytest.skip("this machine has no IPv6")
    port = both.endpoint.address[1]
    old = heard()
    old.endpoint.send(b"four", ("127.0.0.1", port))
    both.until(lambda: bool(both.datagrams))
    assert both.datagrams[0][1] == old.endpoint.address
    assert both.endpoint.send(b"back", old.endpoint.address)
    old.until(lambda: bool(old.datagrams))
    new = heard(("::1", 0))
    new.endpoint.send(b"six", ("::1", port))
    both.until(lambda: len(both.datagrams) == 2)
    assert both.datagrams[1][1] == new.endpoint.address


def test_closing_ends_both_threads_and_frees_the_port() -> None:
    before = threading.active_count()
    one = Heard()
    address = one.endpoint.address
    one.endpoint.close()
    one.endpoint.close()
    assert threading.active_count() == before
    Heard(address).endpoint.close()


def test_the_group_of_the_local_network_is_heard_where_the_system_lets_us(heard: Opened) -> None:
    one, two = heard(("0.0.0.0", 0)), heard(("0.0.0.0", 0))
    group = ("239.255.77.3", 51_973)
    if not two.endpoint.join_group(group):
        pytest.skip("this machine takes no multicast")
    if not one.endpoint.send(b"to all", group):
        pytest.skip("this machine has no way for multicast")
    two.until(lambda: bool(two.datagrams))
    assert two.datagrams[0][0] == b"to all"


def test_what_was_counted_can_be_read_while_more_is_counted() -> None:
    endpoint = Endpoint(("127.0.0.1", 0), lambda data, sender, at_us: None, lambda now_us: None)
    numbers = count()
    ended = threading.Event()

    def go_on() -> None:
        while not ended.is_set():
            endpoint.counts[f"reason {next(numbers) % 5000}"] += 1
            if len(endpoint.counts) >= 5000:
                endpoint.counts.clear()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        assert all(endpoint.counted() is not None for _ in range(2000))
    finally:
        ended.set()
        thread.join()
        endpoint.close()
