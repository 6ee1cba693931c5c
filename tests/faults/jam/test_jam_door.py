"""What goes wrong before a song: codes, versions, songs that are not what was offered, and no room for them."""

from __future__ import annotations

import random
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from game.cli import main
from tests.rig.disks import Mount, remount
from tests.rig.jam_clients import Client, Table
from tests.rig.jam_company import small_chart, song_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")

MIB = 1 << 20


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A song with five MiB of sound."""
    folder = tmp_path_factory.mktemp("songs") / "song"
    chart = song_folder(folder, replace(small_chart(4), audio="sound.ogg")) / "0-4k.jam"
    (folder / "sound.ogg").write_bytes(random.Random(1).randbytes(5 * MIB))
    return chart


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory, song: Path) -> Iterator[Table]:
    with Table(tmp_path_factory.mktemp("table")) as made:
        host = made.host("Ada", "--song", str(song))
        host.wait("song_held")
        yield made


def host_of(table: Table) -> Client:
    return table.clients["Ada"]


def test_a_wrong_code_is_refused_in_a_sentence(table: Table) -> None:
    guest = table.join("Wrong", code="amber-amber")
    assert guest.ended() == 1
    assert "code" in guest.errors()
    assert "Traceback" not in guest.errors()
    assert not guest.said("joined")


def test_another_version_is_told_which_to_update(table: Table) -> None:
    guest = table.join("Later", module=("-m", "tests.rig.jam_other_version"))
    assert guest.ended() == 1
    assert "version 1, this game version 2" in guest.errors()
    assert "update the conductor's" in guest.errors()
    told = host_of(table).wait("notice", lambda line: "knocks with version 2" in line["sentence"])
    assert told["sentence"].endswith(".")


def test_a_full_disk_is_told_to_all_and_mended_by_making_room(table: Table, mount: Mount) -> None:
    profile = table.profile("Full")
    songs = mount(profile / "songs", "size=2m")
    guest = table.join("Full")
    told = host_of(table).wait("song_missing", lambda line: line["name"] == "Full")
    assert told["problem"].startswith("The disk is full")
    assert str(profile) not in told["problem"]  # what lies where on a machine is nobody else's business
    remount(songs, "size=40m")
    guest.do("fetch")
    host_of(table).wait("song_held", lambda line: line["name"] == "Full")
    assert guest.leave() == 0


def test_orders_that_are_none_are_refused_in_words_and_the_jam_goes_on(table: Table) -> None:
    guest = table.join("Orders", "--spectate")
    guest.wait("joined")
    before = len(guest.said("refused"))
    for order in ("dance", "start", "hit"):
        guest.do(order)
    guest.do("ready")
    guest.do("react", reaction="cheer")
    host_of(table).wait("reaction", lambda line: line["name"] == "Orders")
    sentences = [line["sentence"] for line in guest.said("refused")[before:]]
    guest.signal(signal.SIGTERM)
    assert guest.ended() == 0  # before anything may fail: whoever stays has the song whole and gives it to the next
    assert len(sentences) == 4
    assert "Only Ada, who conducts, can do that." in sentences
    assert "Spectators do not play; leave and join again as a player." in sentences
    assert guest.errors() == ""
    assert guest.said("left")


def test_a_song_that_is_not_what_was_offered_is_refused(table: Table, song: Path) -> None:
    with (song.parent / "sound.ogg").open("r+b") as file:
        file.write(b"something else")
    guest = table.join("Other")
    told = host_of(table).wait("song_missing", lambda line: line["name"] == "Other")
    assert "sound.ogg" in told["problem"] or "song" in told["problem"]
    received = guest.profile / "songs" / "jam"
    assert not list(received.glob("*/sound.ogg"))
    guest.signal(signal.SIGINT)
    assert guest.ended() == 0


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("jam", "host"), 2, "add --headless"),
        (("jam", "host", "--headless", "--song", "nothing.jam"), 2, "there is no such file"),
        (("jam", "host", "--headless", "--code", "amber-nothing"), 1, "is in no join code"),
        (("jam", "join", "--headless", "--code", "482915", "--address", "1.2.3"), 1, "is no address"),
        (("jam", "join", "--headless", "--code", "482915", "--quiet"), 2, "--address HOST:PORT"),
        (("jam", "list"), 2, "there is no profile here"),
    ],
)
def test_misuse_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, sentence: str
) -> None:
    got = main([*words, "--profile", str(tmp_path / "profile")])
    errors = capsys.readouterr().err.strip()
    assert got == code
    assert sentence in errors
    assert errors.count("\n") == 0
