from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.net.face import NetError
from engine.net.transfer import MAX_FILE_BYTES, MAX_FILES, fetch_files, is_safe_name, read_offer

KEY = bytes(32)
HASH = "ab" * 32


@pytest.mark.parametrize(
    "name",
    [
        "song.ogg",
        "sounds/kick.wav",
        "歌 – ölé 🎸.ogg",
        "a" * 200,
        "console.txt",
        "com10.wav",
        "a.b.c/d..e",
        "auxiliary",
    ],
)
def test_names_that_are_good_everywhere(name: str) -> None:
    assert is_safe_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../song.ogg",
        "sounds/../../song.ogg",
        "/etc/passwd",
        "a//b",
        "a/",
        "C:\\song.ogg",
        "C:song.ogg",
        "\\\\host\\share",
        "a\\b",
        "song.ogg:stream",
        "con",
        "CON.txt",
        "sounds/Nul",
        "aux.",
        "lpt1.wav",
        "com³.wav",
        "CONIN$",
        "ends with dot.",
        "ends with space ",
        ".hidden",
        ".incoming",
        ".incoming/x.part",
        "a\x00b",
        "a\nb",
        "what?",
        "half \ud800 pair",
        "é" * 101,
        "a" * 201,
    ],
)
def test_names_that_could_do_harm_are_refused_at_both_ends(name: str, tmp_path: Path) -> None:
    assert not is_safe_name(name)
    with pytest.raises(NetError, match="rename the file"):
        read_offer({name: tmp_path / "song.ogg"})
    with pytest.raises(NetError, match="rename the file"):
        fetch_files([], KEY, {name: (1, HASH)}, tmp_path / "here")
    assert list(tmp_path.iterdir()) == []


@given(st.text(max_size=40))
def test_a_safe_name_stays_in_its_folder(name: str) -> None:
    if is_safe_name(name):
        folder = Path("/a/b")
        assert folder in (folder / name).parents
        assert ".." not in Path(name).parts


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["Kick.wav", "kick.wav"], "one name on some systems"),
        (["é.wav", "e\u0301.wav"], "one name on some systems"),
        (["kick", "Kick/soft.wav"], "a folder that has the name of a file"),
        ([f"{number}.wav" for number in range(MAX_FILES + 1)], "at most 4096"),
    ],
)
def test_names_that_stand_in_each_others_way_are_refused(names: list[str], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(NetError, match=re.escape(sentence)):
        fetch_files([], KEY, dict.fromkeys(names, (1, HASH)), tmp_path / "here")


@pytest.mark.parametrize(
    "told",
    [
        (-1, HASH),
        (MAX_FILE_BYTES + 1, HASH),
        (1, "ab"),
        (1, "zz" * 32),
        (1, ""),
        (True, HASH),
        (1.5, HASH),
        ("1", HASH),
    ],
)
def test_sizes_and_hashes_no_file_has_are_refused(told: tuple[int, str], tmp_path: Path) -> None:
    with pytest.raises(NetError, match="size or hash no file has"):
        fetch_files([], KEY, {"song.ogg": told}, tmp_path / "here")


def test_one_content_has_one_size(tmp_path: Path) -> None:
    with pytest.raises(NetError, match="two sizes"):
        fetch_files([], KEY, {"a": (1, HASH), "b": (2, HASH)}, tmp_path / "here")


def test_what_cannot_be_offered_is_said(tmp_path: Path) -> None:
    with pytest.raises(NetError, match=r"“song\.ogg” cannot be read"):
        read_offer({"song.ogg": tmp_path / "gone.ogg"})
    large = tmp_path / "large.ogg"
    with large.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(NetError, match="larger than 512 MB"):
        read_offer({"large.ogg": large})


def test_nobody_to_ask_is_said(tmp_path: Path) -> None:
    with pytest.raises(NetError, match="Nobody in the session has the song"):
        fetch_files([], KEY, {"song.ogg": (1, HASH)}, tmp_path / "here")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("a file where the folder should be")
    with pytest.raises(NetError, match="cannot be written in"):
        fetch_files([], KEY, {"song.ogg": (1, HASH)}, tmp_path / "here")
