"""The library: what a player's folders give, how it is kept up to date and added to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import psutil
import pytest

from engine.draw.driver import SOFTWARE_NICENESS
from engine.errors import UserError
from game.rhythm.formats.read import read_chart_file
from game.rhythm.library import Library, Progress, chart_info, import_path, load_chart


def osu(
    title: str = "Dawn", keys: int = 4, notes: int = 20, level: str = "Hard", bpm: float = 150.0, mode: int = 3
) -> str:
    """The text of a small ``.osu`` file; every fifth note is held."""
    head = (
        f"osu file format v14\n\n[General]\nAudioFilename: song.ogg\nPreviewTime: 1234\nMode: {mode}\n\n[Metadata]\n"
        f"Title:{title}\nArtist:Nobody\nCreator:Me\nVersion:{level}\n\n[Difficulty]\nCircleSize:{keys}\n"
        f"OverallDifficulty:8\nHPDrainRate:7\n\n[TimingPoints]\n0,{60000 / bpm},4,2,0,60,1,0\n\n[HitObjects]\n"
    )
    lines = []
    for i in range(notes):
        x, at = int((i % keys + 0.5) * 512 / keys), 1000 + i * 150
        lines.append(f"{x},192,{at},128,0,{at + 100}:0:0:0:0:" if i % 5 == 4 else f"{x},192,{at},1,0,0:0:0:0:")
    return head + "\n".join(lines) + "\n"


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """A folder with two packs and three songs."""
    root = tmp_path / "songs"
    for where, text in (
        ("morning/dawn/dawn hard.osu", osu()),
        ("morning/dawn/dawn easy.osu", osu(level="Easy", notes=8)),
        ("evening/dusk/dusk.osu", osu("Dusk", keys=7, notes=60, bpm=180)),
        ("loose/loose.osu", osu("Loose Ends", keys=10, notes=40, bpm=90)),
    ):
        write(root / where, text)
    return root


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def opened(tmp_path: Path, *roots: Path) -> Library:
    """The library over ``roots``, brought up to date."""
    library = Library.open(tmp_path / "cache" / "songs.db", roots)
    library.refresh()
    return library


def titles(library: Library, search: str = "") -> list[str]:
    return [entry.title for group in library.songs(search) for entry in group.entries]


def test_a_scan_knows_what_the_song_list_shows(tmp_path: Path, songs: Path) -> None:
    library = opened(tmp_path, songs)
    assert titles(library) == ["Dawn", "Dawn", "Dusk", "Loose Ends"]
    dusk = next(entry for entry in library.entries if entry.title == "Dusk")
    assert (dusk.artist, dusk.creator, dusk.level, dusk.keys, dusk.notes, dusk.holds) == (
        "Nobody",
        "Me",
        "Hard",
        7,
        48,
        12,
    )
    assert (dusk.bpm_min, dusk.bpm_max, dusk.preview_us, dusk.audio) == (180.0, 180.0, 1_234_000, "song.ogg")
    assert dusk.length_us == 59 * 150_000 + 100_000
    assert dusk.stars > 0
    assert {entry.pack for entry in library.entries} == {"morning", "evening", "songs"}
    assert library.problems() == ()


def test_a_later_start_shows_the_list_without_looking_at_the_folders(tmp_path: Path, songs: Path) -> None:
    before = set(opened(tmp_path, songs).entries)
    for path in songs.rglob("*.osu"):
        path.unlink()
    again = Library.open(tmp_path / "cache" / "songs.db", [songs])
    assert set(again.entries) == before
    assert again.refresh().gone == 4
    assert again.entries == ()


def test_only_what_changed_is_read_again(tmp_path: Path, songs: Path) -> None:
    library = opened(tmp_path, songs)
    added = {entry.path: entry.added_us for entry in library.entries}
    assert library.refresh().read == 0
    changed = write(songs / "loose" / "loose.osu", osu("Loose Ends", notes=44))
    write(songs / "new" / "new.osu", osu("New"))
    assert library.refresh().read == 2
    entry = next(entry for entry in library.entries if entry.path == str(changed))
    assert entry.notes + entry.holds == 44
    assert entry.added_us == added[str(changed)]
    assert "New" in titles(library)


def test_a_broken_file_is_one_sentence_and_the_rest_is_there(tmp_path: Path, songs: Path) -> None:
    bad = songs / "bad" / "bad.osu"
    bad.parent.mkdir()
    bad.write_bytes(b"\x00\xff" * 500)
    library = opened(tmp_path, songs)
    assert len(library.entries) == 4
    (sentence,) = library.problems()
    assert str(bad) in sentence
    assert "\n" not in sentence
    write(bad, osu("Mended"))
    library.refresh()
    assert library.problems() == ()
    assert "Mended" in titles(library)


def test_broken_charts_in_an_archive_are_problems_and_the_others_are_there(tmp_path: Path, songs: Path) -> None:
    with zipfile.ZipFile(songs / "set.osz", "w") as archive:
        archive.writestr("whole.osu", osu("Packed"))
        archive.writestr("one.osu", "no chart")
        archive.writestr("two.qua", "Mode: [")
    library = opened(tmp_path, songs)
    assert "Packed" in titles(library)
    first, second = library.problems()
    assert "one.osu" in first
    assert "two.qua" in second
    assert Library.open(tmp_path / "cache" / "songs.db", [songs]).problems() == library.problems()


def test_a_chart_that_is_there_already_is_known_by_what_it_holds(tmp_path: Path, songs: Path) -> None:
    library = opened(tmp_path, songs)
    copy = write(tmp_path / "other name.osu", (songs / "loose" / "loose.osu").read_text())
    there = library.copy_of(copy)
    assert there is not None
    assert there.path == str(songs / "loose" / "loose.osu")
    assert library.copy_of(write(tmp_path / "new.osu", osu("New"))) is None
    assert library.copy_of(songs / "loose") is None


def test_charts_of_other_modes_are_listed_as_such(tmp_path: Path, songs: Path) -> None:
    write(songs / "circles" / "circles.osu", osu("Circles", mode=0))
    library = opened(tmp_path, songs)
    (left,) = library.skipped()
    assert left.title == "Circles"
    assert "Circles" not in titles(library)
    assert library.problems() == ()


def test_a_chart_without_notes_is_left_alone(tmp_path: Path, songs: Path) -> None:
    write(songs / "empty" / "empty.osu", osu("Empty", notes=0))
    library = opened(tmp_path, songs)
    (left,) = library.skipped()
    assert (left.title, "notes" in left.reason) == ("Empty", True)
    assert "Empty" not in titles(library)


def test_a_chart_in_an_archive_is_found_and_loaded_alone(tmp_path: Path, songs: Path) -> None:
    with zipfile.ZipFile(songs / "set.osz", "w") as archive:
        archive.writestr("easy.osu", osu("Packed", level="Easy"))
        archive.writestr("hard.osu", osu("Packed", level="Hard", keys=7))
    library = opened(tmp_path, songs)
    packed = [entry for entry in library.entries if entry.title == "Packed"]
    assert sorted(entry.level for entry in packed) == ["Easy", "Hard"]
    for entry in packed:
        chart = load_chart(entry)
        assert (chart.level, chart.hash, chart.keys) == (entry.level, entry.hash, entry.keys)


def test_every_entry_loads_the_chart_it_describes(tmp_path: Path, songs: Path) -> None:
    for entry in opened(tmp_path, songs).entries:
        info = chart_info(load_chart(entry))
        assert (info["hash"], info["title"], info["stars"]) == (entry.hash, entry.title, entry.stars)


def test_many_files_are_read_in_processes_with_progress(tmp_path: Path) -> None:
    root = tmp_path / "songs"
    for number in range(50):
        write(root / f"{number}" / "a.osu", osu(f"Song {number}"))
    seen: list[Progress] = []
    library = Library.open(tmp_path / "cache.db", [root])
    result = library.refresh(progress=seen.append)
    assert (result.read, result.cancelled, len(library.entries)) == (50, False, 50)
    assert [state.done for state in seen] == sorted(state.done for state in seen)
    assert (seen[0].done, seen[-1].done, seen[-1].total, seen[-1].left_s) == (0, 50, 50, 0.0)


def test_a_cancelled_scan_keeps_what_it_read_and_goes_on_later(tmp_path: Path) -> None:
    root = tmp_path / "songs"
    for number in range(80):
        write(root / f"{number}" / "a.osu", osu(f"Song {number}"))
    library = Library.open(tmp_path / "cache.db", [root])
    done: list[int] = []
    first = library.refresh(progress=lambda state: done.append(state.done), cancelled=lambda: done[-1] > 0)
    assert first.cancelled
    assert 0 < first.read < 80
    assert len(library.entries) == first.read
    second = library.refresh()
    assert (second.read, len(library.entries)) == (80 - first.read, 80)


@pytest.mark.skipif(sys.platform == "win32", reason="processes have no niceness there")
def test_the_processes_that_read_stand_back_behind_a_driver_that_draws_with_the_processor(tmp_path: Path) -> None:
    root = tmp_path / "songs"
    for number in range(80):
        write(root / f"{number}" / "a.osu", osu(f"Song {number}"))
    library = Library.open(tmp_path / "cache.db", [root])
    niceness: list[int] = []

    def look(state: Progress) -> None:
        readers = [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]
        niceness.extend(reader.nice() for reader in readers if state.done and not niceness)

    library.refresh(progress=look)
    assert max(niceness) > SOFTWARE_NICENESS
    library.close()


def test_a_reader_that_dies_costs_no_song(tmp_path: Path) -> None:
    root = tmp_path / "songs"
    for number in range(80):
        write(root / f"{number}" / "a.osu", osu(f"Song {number}"))
    library = Library.open(tmp_path / "cache.db", [root])
    killed: list[int] = []

    def kill_a_reader(state: Progress) -> None:
        if state.done and not killed:
            readers = [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]
            killed.append(readers[0].pid)
            readers[0].kill()

    assert library.refresh(progress=kill_a_reader).read == 80
    assert killed
    assert len(library.entries) == 80
    assert library.problems() == ()


def test_what_is_hidden_is_left_out(tmp_path: Path, songs: Path) -> None:
    write(songs / ".adding-x" / "song" / "half.osu", osu("Half"))
    write(songs / "loose" / "._loose.osu", "shadow")
    library = opened(tmp_path, songs)
    assert "Half" not in titles(library)
    assert library.problems() == ()


@pytest.mark.parametrize("content", [b"this is no database at all, however long it may be" * 100, b""])
def test_a_damaged_cache_is_built_anew(tmp_path: Path, songs: Path, content: bytes) -> None:
    cache = tmp_path / "cache" / "songs.db"
    cache.parent.mkdir()
    cache.write_bytes(content)
    library = opened(tmp_path, songs)
    assert len(library.entries) == 4
    library.close()
    assert len(Library.open(cache, [songs]).entries) == 4


def test_where_no_cache_can_be_kept_the_songs_are_there_all_the_same(tmp_path: Path, songs: Path) -> None:
    (tmp_path / "file").write_text("a file where a folder should be")
    library = Library.open(tmp_path / "file" / "songs.db", [songs])
    library.refresh()
    assert len(library.entries) == 4
    (sentence,) = library.problems()
    assert "cannot be kept" in sentence


FULL_DISK = """
import resource, signal, sys
from game.rhythm.library import Library

if __name__ == "__main__":
    library = Library.open(sys.argv[1], [sys.argv[2]])
    library.refresh()
    before = len(library.entries)
    # From here on no file can grow: a disk that is full.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
    library = Library.open(sys.argv[1], [sys.argv[2], sys.argv[3]])
    library.refresh()
    print(before, len(library.entries), len(library.problems()), "can no longer be kept" in library.problems()[0])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes are limited per process on POSIX only")
def test_a_full_disk_costs_the_cache_and_not_the_list(tmp_path: Path, songs: Path) -> None:
    for number in range(100):
        write(tmp_path / "more" / f"{number}" / "a.osu", osu(f"Song {number}"))
    script = write(tmp_path / "full_disk.py", FULL_DISK)
    paths = [str(script), str(tmp_path / "cache.db"), str(songs), str(tmp_path / "more")]
    root = Path(__file__).parents[3]
    run = subprocess.run(
        [sys.executable, *paths],
        capture_output=True,
        text=True,
        cwd=root,
        env=dict(os.environ) | {"PYTHONPATH": str(root)},
    )
    assert run.stdout.split() == ["4", "104", "1", "True"], run.stderr


def test_a_root_that_is_away_hides_its_songs_and_forgets_nothing(tmp_path: Path, songs: Path) -> None:
    library = opened(tmp_path, songs)
    added = {entry.path: entry.added_us for entry in library.entries}
    away = songs.rename(tmp_path / "unplugged")
    library.refresh()
    assert titles(library) == []
    assert str(songs) in library.problems()[0]
    away.rename(songs)
    assert library.refresh().read == 0
    assert {entry.path: entry.added_us for entry in library.entries} == added


def test_folders_linked_in_a_circle_are_read_once(tmp_path: Path, songs: Path) -> None:
    (songs / "loose" / "again").symlink_to(songs, target_is_directory=True)
    assert len(opened(tmp_path, songs, songs / "morning").entries) == 4


def test_of_an_old_and_a_new_simfile_only_the_new_one_is_taken(tmp_path: Path) -> None:
    root = tmp_path / "songs"
    head = "#TITLE:Steps;\n#OFFSET:0;\n#BPMS:0=120;\n"
    write(root / "steps.sm", head + "#NOTES:\ndance-single:\n:\nHard:\n5:\n0:\n1000\n0100\n0010\n0001\n;\n")
    new = "#NOTEDATA:;\n#STEPSTYPE:dance-single;\n#DIFFICULTY:Hard;\n#METER:5;\n#NOTES:\n1000\n0100\n0010\n0001\n;\n"
    write(root / "steps.ssc", "#VERSION:0.83;\n" + head + new)
    (entry,) = opened(tmp_path, root).entries
    assert entry.file.endswith(".ssc")


@pytest.mark.real
def test_real_charts_are_counted_as_expected(tmp_path: Path, real_data: Path) -> None:
    expected = json.loads((real_data / "expected.json").read_text())["charts"]
    for name, values in expected.items():
        if name.endswith(".osu"):
            (chart,) = read_chart_file(real_data / "charts" / name).charts
            info = chart_info(chart)
            assert (info["notes"], info["holds"], info["keys"]) == (values["notes"], values["holds"], values["keys"])
            assert (info["first_ms"], info["last_ms"], info["hash"]) == (values["first"], values["last"], values["md5"])
            assert info["stars"] == pytest.approx(values["rosu4_sr_nm"], abs=1e-6)
        elif name.endswith((".sm", ".ssc")):
            charts = read_chart_file(real_data / "charts" / name).charts
            for chart, value in zip(charts, values["charts"], strict=True):
                info = chart_info(chart)
                holds = value.get("hold_head", 0) + value.get("roll_head", 0)
                assert (info["notes"], info["holds"], info["mines"]) == (value["tap"], holds, value.get("mine", 0))
                ends_s = [info["first_ms"] / 1000, info["last_ms"] / 1000]
                assert ends_s == pytest.approx(value["first_last_s"], abs=1e-3)
    library = opened(tmp_path, real_data / "charts")
    assert len(library.entries) > 30


def test_chart_info_can_be_written_as_json_and_has_every_field(songs: Path) -> None:
    (chart,) = read_chart_file(songs / "loose" / "loose.osu").charts
    info = json.loads(json.dumps(chart_info(chart), allow_nan=False))
    fields = "file title name keys notes holds mines first_ms last_ms bpm_min bpm_max stars hash"
    assert list(info) == fields.split()
    assert (info["name"], info["first_ms"], info["last_ms"]) == ("Hard", 1000, 1000 + 39 * 150)


# -- adding ---------------------------------------------------------------------------------------------------


def test_a_folder_is_copied_whole_and_a_taken_name_gets_a_number(tmp_path: Path, songs: Path) -> None:
    mine = tmp_path / "mine"
    write(songs / "morning" / "dawn" / "song.ogg", "not really music")
    (first,) = import_path(songs / "morning" / "dawn", mine)
    assert first == mine / "dawn"
    assert sorted(path.name for path in first.iterdir()) == ["dawn easy.osu", "dawn hard.osu", "song.ogg"]
    (second,) = import_path(songs / "morning" / "dawn", mine)
    assert second == mine / "dawn (2)"
    assert len(opened(tmp_path, mine).entries) == 4


def test_one_chart_takes_along_what_it_names_and_nothing_else(tmp_path: Path, songs: Path) -> None:
    write(songs / "morning" / "dawn" / "song.ogg", "not really music")
    write(songs / "morning" / "dawn" / "letter.txt", "private")
    (added,) = import_path(songs / "morning" / "dawn" / "dawn easy.osu", tmp_path / "mine")
    assert sorted(path.name for path in added.iterdir()) == ["dawn easy.osu", "song.ogg"]


def test_an_archive_is_unpacked_into_a_folder_of_its_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "12 Some - Song.osz", "w") as archive:
        archive.writestr("a.osu", osu())
        archive.writestr("sound/kick.wav", b"RIFF")
        archive.writestr("../../escaped.osu", osu())
    (added,) = import_path(tmp_path / "12 Some - Song.osz", tmp_path / "mine")
    assert added == tmp_path / "mine" / "12 Some - Song"
    files = sorted(str(path.relative_to(added)) for path in added.rglob("*") if path.is_file())
    assert files == ["a.osu", os.path.join("sound", "kick.wav")]
    assert not list(tmp_path.parent.glob("**/escaped.osu"))


@pytest.mark.parametrize(
    "kind",
    [
        "missing",
        "text",
        "empty folder",
        "no archive",
        "archive without charts",
        "broken chart",
        "inside",
        "inside, a file",
    ],
)
def test_what_cannot_be_added_is_one_sentence_and_changes_nothing(tmp_path: Path, songs: Path, kind: str) -> None:
    path = tmp_path / "thing"
    into = tmp_path / "mine"
    into.mkdir()
    if kind == "text":
        path = write(tmp_path / "thing.txt", "hello")
    elif kind == "empty folder":
        path.mkdir()
    elif kind == "no archive":
        path = write(tmp_path / "thing.osz", "hello")
    elif kind == "archive without charts":
        path = tmp_path / "thing.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "nothing here")
    elif kind == "broken chart":
        path = write(tmp_path / "thing.osu", "hello")
    elif kind.startswith("inside"):
        path = songs / "loose" / ("loose.osu" if kind == "inside, a file" else "")
        into = songs
    before = sorted(into.rglob("*"))
    with pytest.raises(UserError) as error:
        import_path(path, into)
    assert "\n" not in str(error.value)
    assert sorted(into.rglob("*")) == before


def test_links_are_not_followed_out_of_a_folder_that_is_added(tmp_path: Path, songs: Path) -> None:
    secret = write(tmp_path / "secret.txt", "private")
    (songs / "loose" / "link.txt").symlink_to(secret)
    (added,) = import_path(songs / "loose", tmp_path / "mine")
    assert [path.name for path in added.iterdir()] == ["loose.osu"]


def test_a_file_that_was_written_again_is_read_again(tmp_path: Path, songs: Path) -> None:
    library = opened(tmp_path, songs)
    touched = songs / "loose" / "loose.osu"
    later = time.time_ns() + 10**9
    os.utime(touched, ns=(later, later))
    assert library.refresh().read == 1
