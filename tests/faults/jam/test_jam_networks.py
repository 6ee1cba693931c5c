"""Two machines with networks of their own: they find each other by multicast, and one gets another address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.jam_clients import CODE, LONGEST_S, Client, Table
from tests.rig.jam_company import small_chart, song_folder
from tests.rig.netns import ADDRESSES, CABLE, TwoNetworks

SHARED = ("--headless", "--json", "--seconds", str(LONGEST_S), "--code", CODE)


class Pair:
    """A host on the left, a guest on the right who was told nothing but the code."""

    def __init__(self, networks: TwoNetworks, table: Table, song: Path) -> None:
        self.networks = networks
        self.host = self._start(table, "left", "host", "--song", str(song))
        self.host.wait("song_held")
        self.guest = self._start(table, "right", "join", "--ready")

    def _start(self, table: Table, side: str, what: str, *options: str) -> Client:
        name = f"{what}-{side}"
        words = [what, "--name", name, *SHARED, *options]
        client = Client(table.profile(name), words, before=self.networks.inside(side))
        table.clients[name] = client
        return client

    def talk(self, reaction: str) -> None:
        """Each hears the other."""
        before = len(self.host.lines), len(self.guest.lines)
        self.guest.do("react", reaction=reaction)
        self.host.do("react", reaction=reaction)
        self.host.wait("reaction", lambda line: line["peer"] == self.guest.me, before[0])
        self.guest.wait("reaction", lambda line: line["peer"] == self.host.me, before[1])


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("networks")
    song = song_folder(folder / "song", small_chart(4)) / "0-4k.jam"
    with TwoNetworks() as networks, Table(folder / "machines") as table:
        yield Pair(networks, table, song)


def test_a_jam_shows_up_by_itself_and_its_song_crosses_over(pair: Pair) -> None:
    asking = pair.guest.wait("asking")
    assert f"{ADDRESSES['left']}:{pair.host.port}" in asking["addresses"]
    assert asking["session_name"] == "host-left's jam"
    pair.host.wait("song_held", lambda line: line["peer"] == pair.guest.me)
    pair.host.wait("ready", lambda line: line["peer"] == pair.guest.me)
    assert [path.name for path in (pair.guest.profile / "songs" / "jam").glob("*/*.jam")]
    pair.talk("clap")


def test_a_machine_that_gets_another_address_stays_in_the_jam(pair: Pair) -> None:
    pair.networks.ip("right", "addr", "flush", "dev", CABLE)
    pair.networks.ip("right", "addr", "add", "10.77.0.9/24", "dev", CABLE)
    pair.networks.ip("right", "route", "replace", "default", "dev", CABLE)
    pair.talk("heart")
    assert not pair.guest.said("closed")
    assert not pair.host.said("peer_left")
    assert [pair.guest.leave(), pair.host.leave()] == [0, 0]
