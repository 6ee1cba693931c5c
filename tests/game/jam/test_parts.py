"""The parts of a chart: what players choose among, and what each then plays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import UserError
from game.jam.parts import ALL, part_chart, parts_of, unplayed
from game.jam.sound_groups import family
from game.rhythm.chart import BACKING, TIMING, Chart, NoteKind, make_notes
from game.rhythm.formats.read import read_chart_file

ROOT = Path(__file__).resolve().parents[3]
TIMES = np.array([(0, 500_000.0, 4)], dtype=TIMING)


def keyed(sounds: list[str], lanes: int = 7, times: int = 6) -> Chart:
    """A chart that plays each of ``sounds`` in turn, a note every eighth of a second."""
    rows = [
        (place * 125_000, place * 125_000, place % lanes, 0, place % len(sounds))
        for place in range(times * len(sounds))
    ]
    return Chart(keys=lanes, notes=make_notes(rows), sounds=tuple(sounds), timing=TIMES, hash="ab" * 16, title="Toy")


def plain(keys: int) -> Chart:
    rows = [(place * 125_000, place * 125_000, place * 5 % keys, 0, -1) for place in range(120)]
    return Chart(keys=keys, notes=make_notes(rows), timing=TIMES, hash="cd" * 16, title="Plain", level="Hard")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (1, []),
        (4, ["Left hand", "Right hand"]),
        (7, ["Left hand", "Right hand"]),
        (8, ["Left hand", "Right hand", "Left third", "Middle third", "Right third"]),
    ],
)
def test_a_chart_without_more_is_shared_by_lanes(keys: int, words: list[str]) -> None:
    found = parts_of(plain(keys))
    assert [part.words for part in found] == ["The whole chart", *words]
    assert found[0].name == ALL
    assert found[0].share == 1.0
    assert all(0.0 < part.share < 1.0 for part in found[1:])


def test_hands_share_the_middle_lane_and_leave_no_note_out() -> None:
    chart = plain(7)
    left, right = (part_chart(chart, name, 7) for name in ("left-hand", "right-hand"))
    middle = int((chart.notes["lane"] == 3).sum())
    assert len(left.notes) + len(right.notes) == len(chart.notes) + middle


def test_names_of_sounds_that_players_know_become_their_parts() -> None:
    sounds = ["kick.wav", "Snare_01.ogg", "hh-closed.wav", "bass-c2.wav", "piano_c4.wav", "piano_e4.wav", "vi-fa.wav"]
    words = [part.words for part in parts_of(keyed(sounds))]
    assert words[:3] == ["The whole chart", "Drums", "Bass"]
    assert set(words[3:]) == {"Piano and keys", "Strings and pads"}


def test_every_key_sound_belongs_to_exactly_one_of_two_to_six_parts() -> None:
    sounds = [
        f"{family}{place}.wav"
        for family in ("pico", "toy", "zed", "quux", "kick", "bass", "flum", "grok")
        for place in (1, 2)
    ]
    chart = keyed(sounds)
    found = parts_of(chart)[1:]
    assert 2 <= len(found) <= 6
    assert sum(part.notes for part in found) == len(chart.notes)


def test_numbered_samples_go_together_by_their_numbers() -> None:
    chart = keyed([f"bank.ojm#{number}" for number in range(30)])
    found = parts_of(chart)[1:]
    assert [part.words for part in found] == ["Key sounds 1", "Key sounds 2", "Key sounds 3"]
    assert [part.notes for part in found] == [60, 60, 60]


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("pb-ra.wav", "pb"),
        ("sub/Kick01.ogg", "kick"),
        ("C:\\keys\\piano#4.wav", ""),
        ("0A.wav", ""),
        ("bank.ojm#17", ""),
        ("k.wav", "k"),
        ("", ""),
    ],
)
def test_a_family_is_what_a_file_name_begins_with(name: str, begins: str) -> None:
    assert family(name) == begins


def test_a_song_that_names_its_parts_is_shared_by_them() -> None:
    chart = plain(4)
    bits = np.where(np.arange(120) % 3 == 0, 0b11, 0b01).astype(np.uint8)
    named = replace(chart, parts=("Melody", "Bass & Drums", "Nothing"), part_of=bits)
    assert [(part.name, part.words, part.notes) for part in parts_of(named)] == [
        ("all", "The whole chart", 120),
        ("melody", "Melody", 120),
        ("bass-drums", "Bass & Drums", 40),
    ]
    assert part_chart(named, "bass-drums", 4).notes["at_us"].tolist() == chart.notes["at_us"][::3].tolist()


def test_parts_of_one_name_are_told_apart() -> None:
    bits = np.full(120, 0b111, dtype=np.uint8)
    named = replace(plain(4), parts=("All", "Lead", "lead!"), part_of=bits)
    assert [part.name for part in parts_of(named)] == ["all", "all-2", "lead", "lead-2"]


def test_whatever_a_file_calls_its_parts_the_player_reads_one_short_line() -> None:
    bits = np.full(120, 0b111, dtype=np.uint8)
    named = replace(plain(4), parts=("Two\nlines\x07", "", "x" * 500), part_of=bits)
    assert [(part.name, part.words) for part in parts_of(named)[1:]] == [
        ("two-lines", "Two lines"),
        ("part", "Part"),
        ("x" * 32, "x" * 60),
    ]


@pytest.mark.parametrize("path", sorted((ROOT / "charts").glob("*/4k-hard.jam")), ids=lambda path: path.parent.name)
def test_our_own_songs_are_shared_by_what_sounds(path: Path) -> None:
    chart = read_chart_file(path).charts[0]
    found = parts_of(chart)
    assert [part.words for part in found[1:]] == ["Melody", "Chords", "Drums", "Bass"]
    for part in found[1:]:
        mine = part_chart(chart, part.name, 4)
        assert len(mine.notes) > 0.9 * part.notes
        assert len(np.unique(mine.notes["lane"])) == 4


def test_the_whole_on_its_own_lanes_is_the_chart_itself() -> None:
    chart = plain(7)
    assert part_chart(chart, ALL, 7) is chart


def test_a_part_keeps_everything_but_its_notes() -> None:
    chart = replace(keyed(["kick.wav", "bass.wav"]), scratch_lanes=(0,), audio="a.ogg", preview_us=7)
    mine = part_chart(chart, "drums", 3)
    for name in ("title", "artist", "level", "sounds", "audio", "preview_us", "audio_offset_us"):
        assert getattr(mine, name) == getattr(chart, name)
    assert mine.timing is chart.timing
    assert mine.scroll is chart.scroll
    assert (mine.keys, mine.scratch_lanes, mine.file_order, mine.parts, mine.part_of) == (3, (), None, (), None)


def test_the_hash_of_a_part_is_its_own_and_the_same_everywhere() -> None:
    chart = plain(7)
    hashes = {part_chart(chart, name, keys).hash for name in ("left-hand", "right-hand") for keys in (4, 7)}
    assert len(hashes | {part_chart(chart, ALL, 4).hash, chart.hash}) == 6
    # Written down so that a change that would part two versions of the game is seen.
    assert part_chart(chart, "left-hand", 4).hash == "3758fd1124d6a2b38a281a5b7308d09b"


def test_key_sounds_of_thinned_notes_and_of_parts_nobody_plays_sound_by_themselves() -> None:
    rows = [(beat * 500_000, beat * 500_000, lane, 0, lane) for beat in range(8) for lane in range(7)]
    backing = np.array([(250_000, 3, 0.5, 0.0)], dtype=BACKING)
    sounds = ("kick.wav", "snare.wav", "bass1.wav", "bass2.wav", "piano1.wav", "piano2.wav", "piano3.wav")
    chart = Chart(keys=7, notes=make_notes(rows), sounds=sounds, timing=TIMES, backing=backing)
    mine = part_chart(chart, ALL, 2)
    assert len(mine.notes) + len(mine.backing) == len(rows) + 1
    assert (np.diff(mine.backing["at_us"]) >= 0).all()
    rest = unplayed(chart, ["drums", "bass"])
    assert np.unique(rest["sound"]).tolist() == [4, 5, 6]
    assert set(rest["volume"].tolist()) == {1.0}
    assert len(unplayed(chart, [ALL])) == 0


def test_a_chart_of_mines_only_has_one_part_with_nothing_in_it() -> None:
    chart = Chart(keys=4, notes=make_notes([(0, 0, 1, int(NoteKind.MINE), -1)]))
    (whole,) = parts_of(chart)
    assert (whole.name, whole.notes, whole.lanes) == (ALL, 0, 0)
    assert len(part_chart(chart, ALL, 7).notes) == 0


def test_what_a_chart_does_not_have_is_refused_in_one_sentence() -> None:
    with pytest.raises(UserError, match="Plain has no part 'drums': choose one of those shown"):
        part_chart(plain(4), "drums", 4)
    for keys in (0, 19):
        with pytest.raises(UserError, match=f"on 1 to 18 keys, not on {keys}"):
            part_chart(plain(4), ALL, keys)


@pytest.mark.real
@pytest.mark.parametrize("keys", [1, 2, 4, 7, 10, 18])
def test_real_charts_can_be_played_on_any_number_of_keys(real_data: Path, keys: int) -> None:
    for name in ("o2ma120.ojn", "searoad.bml", "Gravity.osu", "18K.osu"):
        for chart in read_chart_file(real_data / "charts" / name).charts:
            for part in parts_of(chart):
                mine = part_chart(chart, part.name, keys)
                assert 0 < len(mine.notes) <= part.notes
                assert len(np.unique(mine.notes["lane"])) == min(keys, len(mine.notes))
