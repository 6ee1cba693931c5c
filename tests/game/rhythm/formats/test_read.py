"""One door for every chart file, on disk or in an archive."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from engine.errors import UserError
from game.rhythm.chart import Chart, make_notes
from game.rhythm.formats.containers import NoFolder
from game.rhythm.formats.face import ChartError
from game.rhythm.formats.jam import write_jam
from game.rhythm.formats.osu_write import write_osu
from game.rhythm.formats.read import ARCHIVE_SUFFIXES, CHART_SUFFIXES, open_folder, parser_for, read_chart_file

CHART = Chart(keys=4, notes=make_notes([(0, 0, 1, 0, -1)]), title="T", audio="song.ogg")


def pack(path: Path, files: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return path


@pytest.mark.parametrize("suffix", CHART_SUFFIXES)
def test_each_ending_has_a_reader_that_says_no_in_one_sentence(suffix: str) -> None:
    assert callable(parser_for(suffix.upper()))
    with pytest.raises(UserError) as caught:
        parser_for(suffix)(b"\x00\x01\x02", f"x{suffix}", NoFolder())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "write"), [("a.osu", write_osu), ("A.JAM", write_jam)])
def test_a_chart_on_disk_reads_and_finds_its_files(tmp_path: Path, name: str, write: object) -> None:
    assert callable(write)
    (tmp_path / name).write_text(write(CHART), encoding="utf-8")
    (tmp_path / "Song.ogg").write_bytes(b"ogg")
    (chart,) = read_chart_file(tmp_path / name).charts
    assert (chart.title, chart.path) == ("T", str(tmp_path / name))
    assert open_folder(chart).read(chart.audio) == b"ogg"


@pytest.mark.parametrize("suffix", ARCHIVE_SUFFIXES)
def test_charts_in_an_archive_read_and_find_their_files(tmp_path: Path, suffix: str) -> None:
    files: dict[str, bytes | str] = {
        "one.osu": write_osu(CHART),
        "set/two.jam": write_jam(CHART),
        "set/Song.ogg": b"inner",
        "song.ogg": b"outer",
    }
    path = pack(tmp_path / f"songs{suffix}", files)
    result = read_chart_file(path)
    assert [chart.path for chart in result.charts] == [f"{path}/one.osu", f"{path}/set/two.jam"]
    assert [open_folder(chart).read("SONG.ogg") for chart in result.charts] == [b"outer", b"inner"]
    assert result.warnings == ()


def test_in_an_archive_a_broken_chart_is_a_warning_beside_the_others(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"a.osu": write_osu(CHART), "b.osu": b"", "c.osz": b"PK", "../d.osu": b""}
    path = pack(tmp_path / "s.osz", files)
    result = read_chart_file(path)
    assert len(result.charts) == 1
    assert result.warnings == (
        f"{path}/../d.osu: its path leads out of the archive or is no path; it was left out",
        f"{path}/c.osz: is an archive inside an archive, which is not opened",
        f"{path}/b.osu: is empty",
    )


def test_an_archive_with_nothing_to_play_says_so(tmp_path: Path) -> None:
    with pytest.raises(ChartError, match=r"holds no chart that can be read$"):
        read_chart_file(pack(tmp_path / "s.osz", {"readme.txt": b"hi"}))
    with pytest.raises(ChartError, match=r"s.osz/b.osu: is empty$"):
        read_chart_file(pack(tmp_path / "s.osz", {"b.osu": b""}))
    with pytest.raises(ChartError, match="leads out of the archive"):
        read_chart_file(pack(tmp_path / "s.osz", {"../b.osu": b""}))


def test_charts_that_unpack_beyond_the_bound_are_left_out(tmp_path: Path) -> None:
    path = pack(tmp_path / "s.osz", {"a.osu": write_osu(CHART), "bomb.osu": bytes(65 * 1024 * 1024)})
    result = read_chart_file(path)
    assert len(result.charts) == 1
    assert result.warnings == (f"{path}/bomb.osu: unpacks to more than 64 MiB; it was left out",)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("x.mp3", b"", "is no chart this game reads"),
        ("x.osz", b"not a zip", "cannot be opened as a zip archive"),
        ("x.osz", b"", "cannot be opened as a zip archive"),
        ("x.osu", b"", "is empty"),
    ],
)
def test_files_that_are_no_charts_are_refused(tmp_path: Path, name: str, data: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ChartError, match=sentence):
        read_chart_file(tmp_path / name)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    for name in ("gone.osu", "gone.osz"):
        with pytest.raises(ChartError, match=r"gone\.os"):
            read_chart_file(tmp_path / name)
    (tmp_path / "folder.osu").mkdir()
    with pytest.raises(ChartError, match="is not there or is no file"):
        read_chart_file(tmp_path / "folder.osu")


def test_a_file_of_200_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "long.osu"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(ChartError, match="is larger than 64 MiB, which no chart is"):
        read_chart_file(path)


@pytest.mark.skipif(os.name == "nt", reason="named pipes are files only elsewhere")
def test_a_pipe_is_no_chart_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.osu")
    with pytest.raises(ChartError, match="is no file"):
        read_chart_file(tmp_path / "pipe.osu")


def test_a_chart_without_a_place_has_no_files() -> None:
    assert open_folder(CHART).names() == []
    gone = Chart(keys=4, notes=make_notes([]), path="/nowhere/at/all.osz/x.osu")
    assert open_folder(gone).names() == []


@pytest.mark.real
def test_every_real_chart_reads(real_data: Path) -> None:
    files = sorted((real_data / "charts").iterdir())
    assert len(files) >= 20
    for file in files:
        result = read_chart_file(file)
        assert result.charts
        assert all(chart.path == str(file) for chart in result.charts)
