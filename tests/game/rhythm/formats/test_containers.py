"""Files beside a chart: whatever a chart or an archive asks for, nothing outside is read and nothing bursts."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from game.rhythm.formats import containers
from game.rhythm.formats.containers import DiskFolder, Folder, NoFolder, ZipFolder, clean_name
from game.rhythm.formats.face import ChartError


def archive(files: dict[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of ``files``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


@pytest.fixture(params=["disk", "zip", "zip in a folder"])
def song(request: pytest.FixtureRequest, tmp_path: Path) -> Folder:
    """The same song in each kind of folder."""
    files = {"Song.ogg": b"ogg", "keys/Kick.WAV": b"kick", "夜.png": b"night"}
    if request.param == "disk":
        for name, data in files.items():
            path = tmp_path / "song" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        (tmp_path / "secret.txt").write_bytes(b"secret")
        return DiskFolder(tmp_path / "song")
    if request.param == "zip":
        return ZipFolder(archive(files), "song.osz")
    inside = {f"song/{name}": data for name, data in files.items()}
    return ZipFolder(archive({**inside, "secret.txt": b"secret"}), "song.osz", inside="song")


def test_every_file_is_listed(song: Folder) -> None:
    assert song.names() == ["Song.ogg", "keys/Kick.WAV", "夜.png"]


@pytest.mark.parametrize(
    ("asked", "data"),
    [
        ("Song.ogg", b"ogg"),
        ("song.OGG", b"ogg"),
        ("./Song.ogg", b"ogg"),
        ("keys/Kick.WAV", b"kick"),
        ("KEYS\\kick.wav", b"kick"),
        ("夜.png", b"night"),
        (" Song.ogg ", b"ogg"),
        ("keys", None),
        ("missing.ogg", None),
        ("", None),
        (".", None),
        ("..", None),
        ("../secret.txt", None),
        ("keys/../../secret.txt", None),
        ("keys\\..\\..\\secret.txt", None),
        ("/etc/passwd", None),
        ("C:\\Windows\\win.ini", None),
        ("Song.ogg\0.png", None),
        ("x" * 5000, None),
    ],
)
def test_a_name_is_found_in_any_case_and_never_outside(song: Folder, asked: str, data: bytes | None) -> None:
    assert song.read(asked) == data


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab./\\:~\0 ", max_size=20))
def test_a_clean_name_never_climbs(name: str) -> None:
    clean = clean_name(name)
    assert clean is None or (not clean.startswith("/") and ".." not in clean.split("/") and "\\" not in clean)


def test_nothing_beside_a_chart() -> None:
    assert NoFolder().names() == []
    assert NoFolder().read("Song.ogg") is None


# -- on disk ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_out_of_the_folder_and_in_circles_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(b"secret")
    folder = tmp_path / "song"
    folder.mkdir()
    (folder / "out.ogg").symlink_to(tmp_path / "secret.txt")
    (folder / "loop.ogg").symlink_to("loop.ogg")
    (folder / "up").symlink_to(tmp_path)
    (folder / "real.ogg").write_bytes(b"ogg")
    (folder / "alias.ogg").symlink_to("real.ogg")
    beside = DiskFolder(folder)
    assert [beside.read(name) for name in ("out.ogg", "loop.ogg", "up/secret.txt")] == [None, None, None]
    assert beside.read("alias.ogg") == b"ogg"


@pytest.mark.skipif(os.name == "nt", reason="named pipes are files only elsewhere")
def test_a_pipe_is_no_file_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "song.ogg")
    assert DiskFolder(tmp_path).read("song.ogg") is None


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "big.ogg").write_bytes(bytes(1001))
    (tmp_path / "fits.ogg").write_bytes(bytes(1000))
    beside = DiskFolder(tmp_path, limit=1000)
    assert beside.read("big.ogg") is None
    assert beside.read("fits.ogg") == bytes(1000)


def test_a_folder_that_is_gone_is_empty(tmp_path: Path) -> None:
    assert DiskFolder(tmp_path / "gone").names() == []
    assert DiskFolder(tmp_path / "gone").read("x") is None


# -- in archives --------------------------------------------------------------------------------------------


def test_entries_that_lead_out_are_left_out_and_said() -> None:
    folder = ZipFolder(archive({"../up.osu": b"", "/root.osu": b"", "a/../../b": b"", "in.osu": b"x"}), "s.osz")
    assert folder.names() == ["in.osu"]
    assert folder.refused == [
        "s.osz/../up.osu: its path leads out of the archive or is no path; it was left out",
        "s.osz//root.osu: its path leads out of the archive or is no path; it was left out",
        "s.osz/a/../../b: its path leads out of the archive or is no path; it was left out",
    ]


def test_links_and_encrypted_entries_are_left_out_and_said() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        link = zipfile.ZipInfo("link.osu")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("locked.osu", b"x")
    data = bytearray(out.getvalue())
    entry = data.rfind(b"PK\1\2")  # the flags of the last entry in the table of contents
    data[entry + 8] |= 1
    folder = ZipFolder(bytes(data), "s.osz")
    assert folder.names() == []
    assert folder.refused == [
        "s.osz/link.osu: is a link; it was left out",
        "s.osz/locked.osu: is encrypted; it was left out",
    ]


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_of_two_entries_with_one_name_the_first_is_used() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.osu", b"first")
        made.writestr("a.osu", b"second")
    folder = ZipFolder(out.getvalue(), "s.osz")
    assert folder.read("a.osu") == b"first"
    assert folder.refused == ["s.osz/a.osu: stands in the archive twice; the first one is used"]


def test_names_that_differ_in_case_alone_stay_apart() -> None:
    folder = ZipFolder(archive({"a.wav": b"small", "A.wav": b"large"}), "s.osz")
    assert [folder.read(name) for name in ("a.wav", "A.wav", "A.WAV")] == [b"small", b"large", b"small"]


@pytest.mark.parametrize("encoding", ["utf-8", "shift_jis"])
def test_names_without_the_unicode_mark_are_understood(encoding: str) -> None:
    plain = archive({"ABCDEF": b"x"})
    name = "夜ソ".encode(encoding).ljust(6, b"_")
    folder = ZipFolder(plain.replace(b"ABCDEF", name), "s.osz")
    assert folder.names() == [name.decode(encoding)]
    assert folder.read(name.decode(encoding)) == b"x"


def test_a_bomb_stops_at_the_limit() -> None:
    folder = ZipFolder(archive({"bomb.osu": bytes(20_000_000)}), "s.osz")
    with pytest.raises(ChartError, match=r"s.osz/bomb.osu: unpacks to more than 1 MiB"):
        folder.read_checked("bomb.osu", 1024 * 1024)


def test_a_bomb_that_lies_about_its_size_stops_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MAX_SIBLING_BYTES", 100_000)
    data = archive({"bomb.osu": bytes(5_000_000)})
    table = data.rfind(b"PK\1\2")
    lying = data[: table + 24] + struct.pack("<L", 10) + data[table + 28 :]
    assert ZipFolder(lying, "s.osz").read("bomb.osu") is None


def test_a_damaged_entry_is_none_and_said_when_asked() -> None:
    data = bytearray(archive({"a.osu": b"hello " * 50}, zipfile.ZIP_STORED))
    data[60] ^= 0xFF
    folder = ZipFolder(bytes(data), "s.osz")
    assert folder.read("a.osu") is None
    with pytest.raises(ChartError, match=r"s.osz/a.osu: is damaged in its archive \(its checksum does not fit\)"):
        folder.read_checked("a.osu", 1000)


@pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_said(packed: int) -> None:
    folder = ZipFolder(archive({"a.osu": b"x" * 100}, packed), "s.osz")
    assert folder.refused == ["s.osz/a.osu: is packed in a way other than deflate; it was left out"]


def test_a_table_of_contents_out_of_bounds_is_refused_unread() -> None:
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 9 * 1024 * 1024, 0, 0)
    with pytest.raises(ChartError, match="lists more files than any song has"):
        ZipFolder(bytes(10 * 1024 * 1024) + end, "s.osz")


def test_more_entries_than_a_song_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MAX_NAMES", 10)
    with pytest.raises(ChartError, match="holds more than 10 files"):
        ZipFolder(archive({str(i): b"" for i in range(11)}), "s.osz")


@settings(max_examples=200, deadline=None)
@given(
    data=st.one_of(st.binary(max_size=200), st.just(archive({"a.osu": b"x" * 99, "b/c.osu": b"y"}))),
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8),
)
def test_any_bytes_open_or_are_refused_in_one_sentence(data: bytes, changes: list[tuple[int, int]]) -> None:
    changed = bytearray(data)
    for at, value in changes:
        if at < len(changed):
            changed[at] = value
    try:
        folder = ZipFolder(bytes(changed), "s.osz")
    except UserError:
        return
    for name in folder.names():
        found = folder.read(name)
        assert found is None or len(found) < 1000
