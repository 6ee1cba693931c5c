"""Machines in a jam: songs reach those who lack them, and everyone is brought to the same start."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import msgpack
import pytest

from engine.net.join_code import JoinCode
from game.jam.decide import HoldSong, React
from game.jam.happenings import Notice
from game.jam.state import SPECTATOR
from game.profile import CHARTS
from tests.rig.jam_machines import Machines

SONG = "First Light"


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    with Machines(tmp_path, [CHARTS]) as made:
        yield made


def test_a_song_reaches_who_lacks_it_and_is_played_from_there(machines: Machines) -> None:
    host = machines.host()
    guest = machines.join("Ben")
    entry = machines.offer(SONG)
    held = guest.jam.song
    assert held is not None
    assert held.folder.is_relative_to(guest.profile.songs)
    assert {path.name for path in held.folder.iterdir()} >= {"song.ogg", "4k-easy.jam"}
    machines.until(lambda: all(member.holds(offered(host)) for member in host.jam.session.band.players))
    charts = guest.jam.charts(offered(host))
    assert charts is not None
    assert len(charts(entry.hash, "all", 4).notes) == entry.notes + entry.holds
    take = machines.ready_and_start(entry)
    starts = {seat.jam.session.band.take(take).start.t0_us for seat in machines.seats}  # type: ignore[union-attr]
    assert len(starts) == 1


def offered(seat: object) -> str:
    offer = seat.jam.session.band.offer  # type: ignore[attr-defined]
    assert offer is not None
    return str(offer.song)


def test_a_second_guest_gets_the_song_from_whoever_has_it(machines: Machines) -> None:
    machines.host()
    machines.join("Ben")
    machines.offer(SONG)
    late = machines.join("Cleo", SPECTATOR)
    machines.until(lambda: late.jam.song is not None)


def test_a_song_that_nobody_gives_at_first_is_asked_for_again(machines: Machines) -> None:
    host = machines.host()
    liar, guest = machines.join("Mallory", SPECTATOR), machines.join("Ben")
    with socket.socket() as closed:  # a port where nobody listens
        closed.bind(("127.0.0.1", 0))
        liar.jam.session.tell(guest.jam.session.me, msgpack.packb(["serves", closed.getsockname()[1]]))
        liar.jam.session.do(React("clap", liar.jam.session.now_us()))
        machines.until(lambda: bool(guest.jam.session.band.reactions()))
        machines.offer(SONG)
    machines.until(lambda: host.jam.session.band.members[guest.jam.session.me].holds(offered(host)))


def test_a_wrong_code_is_refused_in_a_sentence(machines: Machines) -> None:
    machines.host()
    other = JoinCode.new()
    guest = machines.join("Ben", code=other)
    assert not guest.jam.joined
    assert guest.jam.session.closed.endswith(".")
    assert "code" in guest.jam.session.closed


def test_who_comes_by_an_address_is_told_what_the_jam_is_called(machines: Machines) -> None:
    host = machines.host()
    guest = machines.join("Ben")
    machines.until(lambda: guest.jam.title == host.jam.title == "an evening")
    host.jam.session.tell(guest.jam.session.me, msgpack.packb(["titled", "another"]))
    host.jam.session.do(React("clap", host.jam.session.now_us()))
    machines.until(lambda: bool(guest.jam.session.band.reactions()))
    assert guest.jam.title == "an evening"


def test_only_who_conducts_says_what_the_jam_is_called(machines: Machines) -> None:
    host = machines.host()
    liar, title = machines.join("Mallory", SPECTATOR), host.jam.title
    host.jam.title = ""  # he says nothing of it before another does
    guest = machines.join("Ben")
    liar.jam.session.tell(guest.jam.session.me, msgpack.packb(["titled", "Mallory's own"]))
    liar.jam.session.do(React("clap", liar.jam.session.now_us()))
    machines.until(lambda: bool(guest.jam.session.band.reactions()))
    assert guest.jam.title == ""
    host.jam.session.tell(guest.jam.session.me, msgpack.packb(["titled", title]))
    machines.until(lambda: guest.jam.title == title)


@pytest.mark.skipif(sys.platform == "win32", reason="files are counted otherwise there")
def test_a_crowd_that_gets_no_socket_is_told_of_once_and_opened_later(machines: Machines) -> None:
    import resource

    host = machines.host()
    host.jam.open_crowd(True)
    machines.until(lambda: host.jam.session.band.crowd)
    machines.until(lambda: host.jam.crowd is not None)
    host.jam.open_crowd(False)
    machines.until(lambda: host.jam.crowd is None and not host.jam.session.band.crowd)
    host.jam.open_crowd(True)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    told: list[Notice] = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))  # what is open stays so
        while not told:
            told = [one for one in host.jam.step() if isinstance(one, Notice)]
        assert host.jam.crowd is None
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert host.jam.session.band.crowd
    machines.until(lambda: host.jam.crowd is not None)


def test_what_others_say_of_songs_is_taken_only_if_it_makes_sense(machines: Machines) -> None:
    host = machines.host()
    guest = machines.join("Ben")
    machines.offer(SONG)
    for nonsense in (b"", b"\xc1", b"\x93\xa6serves\x01\x02", b"\x92\xa6serves\xcd\xff\xff", b"\x81\x01\x02"):
        guest.jam.session.tell(host.jam.session.me, nonsense)
    guest.jam.session.do(HoldSong(offered(host), "no room on the disk"))
    machines.until(lambda: not host.jam.session.band.members[guest.jam.session.me].holds(offered(host)))
    assert host.jam.joined


def test_what_is_learned_is_told_only_by_who_chose_to_share_it(machines: Machines) -> None:
    host = machines.host()
    guest = machines.join("Ben")
    there = host.jam.session.band.members
    machines.until(lambda: guest.jam.session.me in there and host.jam.session.me in guest.jam.session.band.members)
    beat_us = 500_000
    for jam in (host.jam, guest.jam):
        now_us = jam.session.now_us()
        for beat in range(24):
            for peer in (host.jam.session.me, guest.jam.session.me):
                jam.cohesion.hit(peer, now_us - 24 * beat_us + beat * beat_us)
        jam.cohesion.step(now_us)
    assert not guest.jam.shares
    guest.jam.choose_sharing(True)
    machines.until(lambda: bool(there[guest.jam.session.me].learned))
    assert guest.jam.session.band.members[host.jam.session.me].learned == ()
    guest.jam.choose_sharing(False)
    machines.until(lambda: there[guest.jam.session.me].learned == ())
