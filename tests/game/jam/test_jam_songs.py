from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import UserError
from engine.net.transfer import TransferServer, fetch_files
from game.jam import inbox
from game.jam.parts import parts_of
from game.jam.songs import (
    BUNDLE,
    charts_in,
    files_in,
    find_song,
    folder_for,
    missing,
    offer_of,
)
from game.profile import CHARTS
from game.rhythm.chart import Chart
from game.rhythm.scan import FoundFile, read_file
from tests.rig.jam_company import entry_in, small_chart, song_folder

KEY = bytes(range(32))


def sounding(count: int) -> Chart:
    """The small song with this many key sounds."""
    chart = small_chart()
    notes = chart.notes.copy()
    notes["sound"] = np.arange(len(notes)) % count
    return replace(chart, notes=notes, sounds=tuple(f"hit{number}.wav" for number in range(count)))


@pytest.fixture
def keyed(tmp_path: Path) -> Callable[[int], Path]:
    def made(count: int) -> Path:
        folder = song_folder(tmp_path / "here" / "Keyed", sounding(count))
        for number in range(count):
            (folder / f"hit{number}.ogg").write_bytes(bytes([number % 256]) * 50)
        return folder

    return made


def test_a_song_is_its_charts_what_they_name_and_its_licence(tmp_path: Path, keyed: Callable[[int], Path]) -> None:
    folder = keyed(3)
    for other in ("score.txt", "take.wav", "LICENSE.txt"):
        (folder / other).write_bytes(b"x")
    (folder / "other.jam").write_bytes(
        (song_folder(tmp_path / "o", small_chart(title="Other")) / "0-4k.jam").read_bytes()
    )
    (folder / "broken.jam").write_bytes(b"jam 1\nkeys: many\n")
    offer = offer_of(entry_in(folder), tmp_path / "aside").offer
    assert set(offer.files) == {"0-4k.jam", "hit0.ogg", "hit1.ogg", "hit2.ogg", "LICENSE.txt"}
    assert [chart_hash for _, _, chart_hash, _, _ in offer.charts] == [entry_in(folder).hash]
    assert {name for name, _, _ in offer.parts} == {part.name for part in parts_of(charts_in(offer, folder)[0])}
    assert inbox.unpack(inbox.pack(offer)) == offer


def test_every_song_that_comes_with_the_game_can_be_offered(tmp_path: Path) -> None:
    for path in sorted(CHARTS.glob("*/7k-normal.jam")):
        entry = read_file(FoundFile(str(path), 0, 0, str(CHARTS))).entries[0]
        offer = offer_of(entry, tmp_path).offer
        assert len(offer.charts) == 9
        assert offer.charts[0][2] == entry.hash
        assert "song.ogg" in offer.files
        assert find_song(offer, [entry], tmp_path, tmp_path) == path.parent


def test_a_song_is_known_again_in_any_folder_by_its_files_alone(tmp_path: Path, keyed: Callable[[int], Path]) -> None:
    here = keyed(3)
    offer = offer_of(entry_in(here), tmp_path / "aside").offer
    elsewhere = tmp_path / "there" / "Renamed"
    shutil.copytree(here, elsewhere)
    (elsewhere / "notes of mine.txt").write_text("x")
    songs = tmp_path / "songs"
    assert find_song(offer, [entry_in(elsewhere)], songs, tmp_path / "aside") == elsewhere
    assert offer_of(entry_in(elsewhere), tmp_path / "aside").offer.song == offer.song
    (elsewhere / "hit1.ogg").write_bytes(b"\0" * 50)
    assert missing(offer, elsewhere) == ["hit1.ogg"]
    assert find_song(offer, [entry_in(elsewhere)], songs, tmp_path / "aside") is None
    assert find_song(offer, [], songs, tmp_path / "aside") is None


def test_who_lacks_a_song_gets_it_whole_and_can_pass_it_on(tmp_path: Path, keyed: Callable[[int], Path]) -> None:
    song = offer_of(entry_in(keyed(3)), tmp_path / "aside")
    songs = tmp_path / "profile" / "songs"
    folder = folder_for(song.offer, songs)
    assert folder.is_relative_to(songs / "jam")
    assert folder.name == f"Small Song {song.offer.song[:8]}"
    server = TransferServer(KEY, host="127.0.0.1")
    try:
        server.offer(song.files.values())
        fetch_files([("127.0.0.1", server.port)], KEY, song.offer.files, folder)
        assert missing(song.offer, folder) == []
        assert find_song(song.offer, [], songs, tmp_path / "aside") == folder
        assert {one.hash for one in files_in(song.offer, folder).values()} == {one.hash for one in song.files.values()}
        [chart] = charts_in(song.offer, folder)
        assert chart.notes.tolist() == sounding(3).notes.tolist()
    finally:
        server.close()


def test_a_song_of_very_many_sounds_travels_as_one_archive(tmp_path: Path, keyed: Callable[[int], Path]) -> None:
    folder = keyed(inbox.MAX_FILES + 100)
    entry, aside = entry_in(folder), tmp_path / "aside"
    song = offer_of(entry, aside)
    assert list(song.offer.files) == [BUNDLE]
    assert offer_of(entry, tmp_path / "other").offer == song.offer
    place = song.files[BUNDLE].path
    with zipfile.ZipFile(place) as archive:
        assert len(archive.namelist()) == inbox.MAX_FILES + 101
    [chart] = charts_in(song.offer, place.parent)
    assert chart.hash == entry.hash
    assert len(chart.sounds) == inbox.MAX_FILES + 100
    found = find_song(song.offer, [entry], tmp_path / "songs", tmp_path / "mine")  # who has it unpacked needs no copy
    assert found is not None
    assert missing(song.offer, found) == []


def test_a_song_in_an_archive_travels_as_it_is(tmp_path: Path, keyed: Callable[[int], Path]) -> None:
    folder, archive = keyed(2), tmp_path / "set.osz"
    with zipfile.ZipFile(archive, "w") as out:
        for path in folder.iterdir():
            out.write(path, path.name)
    entry = read_file(FoundFile(str(archive), 0, 0, str(tmp_path))).entries[0]
    song = offer_of(entry, tmp_path / "aside")
    assert {name: one.path for name, one in song.files.items()} == {"set.osz": archive}
    [chart] = charts_in(song.offer, tmp_path)
    assert chart.hash == entry.hash


def test_names_that_other_systems_refuse_travel_in_an_archive(tmp_path: Path) -> None:
    folder = song_folder(tmp_path / "odd", replace(small_chart(), sounds=("what?.wav",)))
    (folder / "what?.wav").write_bytes(b"x")
    assert list(offer_of(entry_in(folder), tmp_path / "aside").offer.files) == [BUNDLE]


def test_a_link_out_of_the_folder_is_not_given_away(tmp_path: Path, keyed: Callable[[int], Path]) -> None:
    folder = keyed(2)
    secret = tmp_path / "secret.ogg"
    secret.write_bytes(b"private")
    (folder / "hit1.ogg").unlink()
    (folder / "hit1.ogg").symlink_to(secret)
    assert "hit1.ogg" not in offer_of(entry_in(folder), tmp_path / "aside").offer.files


def test_a_song_that_went_away_is_said_to_be_gone(tmp_path: Path, keyed: Callable[[int], Path]) -> None:
    folder = keyed(2)
    entry = entry_in(folder)
    offer = offer_of(entry, tmp_path / "aside").offer
    shutil.rmtree(folder)
    with pytest.raises(UserError, match="is not there"):
        offer_of(entry, tmp_path / "aside")
    with pytest.raises(UserError, match="holds none of the charts"):
        charts_in(offer, tmp_path)


@pytest.mark.parametrize("title", ["../../etc", "a/b\\c:d", "", "日本" * 60, "con", "x" * 300])
def test_wherever_a_title_leads_its_folder_stays_below_the_songs(tmp_path: Path, title: str) -> None:
    offer = offer_of(entry_in(song_folder(tmp_path / "s")), tmp_path / "aside").offer
    folder = folder_for(replace(offer, title=title), tmp_path / "songs")
    assert folder.parent == tmp_path / "songs" / "jam"
    folder.mkdir(parents=True)
