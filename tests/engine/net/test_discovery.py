from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeroconf import ServiceInfo, Zeroconf

from engine.clock import now_us
from engine.net.discovery import Announcement, Discovery, FoundSession
from engine.net.discovery_records import (
    MAX_NAME_BYTES,
    SERVICE,
    clean_text,
    found_from,
    name_for,
    properties_of,
)

pytestmark = pytest.mark.xdist_group("announced")  # sessions of other processes would show up in these

LOOPBACK = ["127.0.0.1"]
JAM = Announcement("0123456789abcdef", "Ada's jam 🎸", "Ada", 47100, 3, "0.1.0", "Silver Tide")
HOUSE = Path(__file__).resolve().parents[3]
SOON_S = 15.0


def until(true: Callable[[], bool]) -> None:
    """Wait for something that a thread or another process brings about."""
    end_s = time.monotonic() + SOON_S
    while not true():
        assert time.monotonic() < end_s, "it did not happen"
        time.sleep(0.02)


@contextmanager
def another_machine() -> Iterator[Callable[[Announcement | None], None]]:
    """A process that announces what it is told to."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.rig.discovery_child"], cwd=HOUSE, stdin=subprocess.PIPE, text=True
    )
    assert child.stdin is not None

    def tell(said: Announcement | None) -> None:
        assert child.stdin is not None
        child.stdin.write(json.dumps(None if said is None else asdict(said)) + "\n")
        child.stdin.flush()

    try:
        yield tell
        child.stdin.close()
        assert child.wait(SOON_S) == 0
    finally:
        child.kill()
        child.wait()
        child.stdin.close()


@pytest.fixture
def looking() -> Iterator[Discovery]:
    discovery = Discovery(interfaces=LOOPBACK)
    yield discovery
    discovery.close()
    assert not [thread for thread in threading.enumerate() if "discovery" in thread.name]


def jam_in(discovery: Discovery) -> FoundSession | None:
    return next((found for found in discovery.found() if found.session == JAM.session), None)


def test_a_session_in_another_process_shows_up_changes_and_goes(looking: Discovery) -> None:
    with another_machine() as tell:
        tell(JAM)
        until(lambda: jam_in(looking) is not None)
        found = jam_in(looking)
        assert found is not None
        assert found.without_time == FoundSession(**asdict(JAM), addresses=("127.0.0.1",), last_seen_us=0)
        assert 0 <= now_us() - found.last_seen_us < 60_000_000

        tell(replace(JAM, players=4, song="Nightfall"))
        until(lambda: (now := jam_in(looking)) is not None and (now.players, now.song) == (4, "Nightfall"))

        tell(None)
        until(lambda: jam_in(looking) is None)
        assert looking.problem == ""


def test_names_that_do_not_fit_are_cut_between_whole_characters(looking: Discovery) -> None:
    with another_machine() as tell:
        tell(replace(JAM, name="👩‍👩‍👧‍👦" * 60, host="é" * 200, song="\u202eevil\x00\nsong" * 30))
        # What the machine before this one said may still come; it says goodbye, but its last packets may be on the way.
        until(lambda: (now := jam_in(looking)) is not None and now.host != JAM.host)
        found = jam_in(looking)
        assert found is not None
        assert found.name == "👩‍👩‍👧‍👦" * (MAX_NAME_BYTES // len("👩‍👩‍👧‍👦".encode()))
        assert found.host == "é" * 100
        assert found.song.startswith("evil songevil song")


def test_one_does_not_find_oneself_and_hears_of_changes() -> None:
    calls: list[tuple[FoundSession, ...]] = []
    host = Discovery(interfaces=LOOPBACK)
    guest = Discovery(interfaces=LOOPBACK, on_change=lambda: calls.append(guest.found()))
    try:
        host.announce(JAM)
        until(lambda: jam_in(guest) is not None)
        assert jam_in(host) is None
        assert any(JAM.session == found.session for call in calls for found in call)
    finally:
        host.close()
        guest.close()


def test_garbage_that_others_announce_is_bounded_or_dropped(looking: Discovery) -> None:
    text = {b"n": b"\xff\xfe" * 50, b"h": b"\x1b[31m", b"p": b"99999999", b"v": b"9" * 200, b"t": None}
    noise = Zeroconf(interfaces=LOOPBACK)
    try:
        for name, port in ((f"not ours.{SERVICE}", 9), (f"{'e' * 16}-1.{SERVICE}", 0), (f"{'f' * 16}-1.{SERVICE}", 9)):
            address = [socket.inet_aton("127.0.0.1")]
            noise.register_service(ServiceInfo(SERVICE, name, port, 0, 0, text, "noise.local.", addresses=address))
        until(lambda: any(one.session == "f" * 16 for one in looking.found()))
        (found,) = [one for one in looking.found() if one.host == "[31m"]  # others on this machine may have jams
        assert found.session == "f" * 16
        assert found.name == "\N{REPLACEMENT CHARACTER}" * (MAX_NAME_BYTES // 3)
        assert (found.host, found.players, found.song) == ("[31m", 64, "")
        assert found.version == "9" * 24
    finally:
        noise.close()


def test_who_announces_and_leaves_at_once_is_not_held_up_and_is_forgotten(looking: Discovery) -> None:
    brief = Discovery(interfaces=LOOPBACK)
    brief.announce(JAM)
    until(lambda: jam_in(looking) is not None)
    brief.announce(None)
    brief.close()
    until(lambda: jam_in(looking) is None)


def test_without_a_network_it_says_so_and_ends_at_once() -> None:
    nowhere = Discovery(interfaces=["203.0.113.77"])  # an address this machine does not have (RFC 5737)
    until(lambda: nowhere.problem != "")
    assert "type the address" in nowhere.problem
    nowhere.announce(JAM)
    assert nowhere.found() == ()
    nowhere.close()
    nowhere.close()
    nowhere.announce(JAM)
    assert not [thread for thread in threading.enumerate() if "discovery" in thread.name]


@pytest.mark.parametrize("loopback", ["down", "up"])
def test_a_machine_without_any_network_is_told_so(loopback: str) -> None:
    looks = (
        "import logging, time; logging.basicConfig(level=logging.WARNING)\n"
        "from engine.net.discovery import Discovery; from tests.engine.net.test_discovery import JAM\n"
        "discovery = Discovery(); discovery.announce(JAM); end_s = time.monotonic() + 15\n"
        "while not discovery.problem and time.monotonic() < end_s: time.sleep(0.02)\n"
        "print(discovery.problem); discovery.close()"
    )
    alone = [
        "unshare",
        "--map-root-user",
        "--net",
        "sh",
        "-c",
        f'ip link set lo {loopback}; exec "$0" -W error -c "$1"',
    ]
    if shutil.which("unshare") is None or subprocess.run([*alone[:3], "true"], capture_output=True).returncode:
        pytest.skip("this machine does not let one make a network namespace")
    ran = subprocess.run([*alone, sys.executable, looks], cwd=HOUSE, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "No network was found" in ran.stdout


@given(st.text(max_size=300), st.integers(1, 250))
def test_cleaned_text_is_one_line_within_its_bound(text: str, most: int) -> None:
    clean = clean_text(text, most)
    assert len(clean.encode()) <= most
    assert clean == " ".join(clean.split())
    assert clean.isprintable() or "\u200d" in clean
    assert clean_text(clean, most) == clean


@given(
    st.dictionaries(st.sampled_from([b"n", b"h", b"p", b"v", b"t", b"x"]), st.none() | st.binary(max_size=250)),
    st.lists(st.binary(min_size=4, max_size=4) | st.binary(min_size=16, max_size=16), max_size=20),
    st.integers(0, 65535),
)
def test_whatever_a_record_holds_is_bounded(text: dict[bytes, bytes | None], hosts: list[bytes], port: int) -> None:
    info = ServiceInfo(SERVICE, name_for(JAM.session, "1"), port, 0, 0, text, "a.local.", addresses=hosts)
    found = found_from(info, 5)
    if found is not None:
        assert 1 <= found.port <= 65535
        assert 1 <= len(found.addresses) <= 8
        assert 0 <= found.players <= 64
        assert max(len(said.encode()) for said in (found.name, found.host, found.song)) <= MAX_NAME_BYTES


@given(st.text(max_size=300), st.integers())
def test_what_is_announced_fits_its_records(name: str, players: int) -> None:
    said = properties_of(replace(JAM, name=name, host=name, song=name, version=name, players=players))
    assert all(len(key) + 1 + len(value.encode()) <= 255 for key, value in said.items())
