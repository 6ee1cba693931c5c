"""The shipped charts by osu!mania's own charting criteria and by our own: from the music, for the hands."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from game.rhythm.chart import Chart, NoteKind
from game.rhythm.formats.containers import DiskFolder
from game.rhythm.formats.jam import parse
from tools.songs.charter import DRUMS, KEY_COUNTS, PART_OF_VOICE, PARTS, charts
from tools.songs.lanes import left_hand
from tools.songs.onsets import gathered
from tools.songs.pieces import PIECES
from tools.songs.score import TICKS
from tools.songs.song import Song

ROOT = Path(__file__).resolve().parents[2]
LEVELS = ("easy", "normal", "hard")
CASES = [(slug, keys, level) for slug in PIECES for keys in KEY_COUNTS for level in LEVELS]

Ints = NDArray[np.int64]


@pytest.fixture(scope="module")
def songs() -> dict[str, Song]:
    return {slug: compose() for slug, compose in PIECES.items()}


@pytest.fixture(scope="module")
def shipped() -> dict[tuple[str, int, str], Chart]:
    found = {}
    for slug, keys, level in CASES:
        folder = ROOT / "charts" / slug
        name = f"{keys}k-{level}.jam"
        found[slug, keys, level] = parse((folder / name).read_bytes(), name, DiskFolder(folder)).charts[0]
    return found


def onsets_us(chart: Chart) -> Ints:
    return np.unique(chart.notes["at_us"])


def beats(song: Song, chart: Chart, column: str = "at_us") -> NDArray[np.float64]:
    """Where notes stand in beats, found on the score's own grid of ticks."""
    ticks = np.arange(song.score.bars * song.score.meter * TICKS + 1)
    grid_us = np.round(song.score.seconds(ticks) * 1_000_000).astype(np.int64)
    places = np.searchsorted(grid_us, chart.notes[column])
    assert (grid_us[places] == chart.notes[column]).all()
    return np.asarray(places / TICKS)


def runs(gaps: NDArray[np.float64], widest: float) -> int:
    """The most notes in a row that are at most ``widest`` apart."""
    longest = current = 1
    for gap in gaps:
        current = current + 1 if gap <= widest + 1e-9 else 1
        longest = max(longest, current)
    return longest


def rows(chart: Chart) -> list[tuple[int, tuple[int, ...]]]:
    """Each instant with the lanes struck at it."""
    at = chart.notes["at_us"]
    return [(int(t), tuple(chart.notes["lane"][at == t].tolist())) for t in np.unique(at)]


@pytest.mark.parametrize("slug", PIECES)
def test_shipped_charts_are_what_the_script_writes(
    slug: str, songs: dict[str, Song], shipped: dict[Any, Chart]
) -> None:
    for name, made in charts(songs[slug]).items():
        keys, level = name.removesuffix(".jam").split("k-")
        kept = shipped[slug, int(keys), level]
        assert (kept.notes == made.notes).all()
        assert (kept.timing == made.timing).all()
        assert kept.parts == made.parts
        assert kept.part_of is not None
        assert made.part_of is not None
        assert (kept.part_of == made.part_of).all()
        assert (kept.title, kept.level, kept.license) == (made.title, made.level, "CC0-1.0")


@pytest.mark.parametrize(("slug", "keys", "level"), CASES)
def test_each_note_has_a_sound_that_begins_with_it(
    slug: str, keys: int, level: str, songs: dict[str, Song], shipped: dict[Any, Chart]
) -> None:
    song = songs[slug]
    heard = [note.tick for part in song.weights for note in song.score.parts.get(part, [])]
    sounds_us = np.unique(np.round(song.score.seconds(sorted(set(heard))) * 1_000_000).astype(np.int64))
    assert np.isin(onsets_us(shipped[slug, keys, level]), sounds_us).all()


@pytest.mark.parametrize(("slug", "keys", "level"), CASES)
def test_each_note_belongs_to_parts_that_sound_with_it_and_no_part_is_left_out(
    slug: str, keys: int, level: str, songs: dict[str, Song], shipped: dict[Any, Chart]
) -> None:
    song, chart = songs[slug], shipped[slug, keys, level]
    assert chart.part_of is not None
    assert (chart.part_of > 0).all()
    for place, part in enumerate(PARTS):
        voices = [voice for voice in song.weights if PART_OF_VOICE.get(voice, DRUMS) == part]
        ticks = sorted({note.tick for voice in voices for note in song.score.parts.get(voice, [])})
        sounds_us = np.round(song.score.seconds(ticks) * 1_000_000).astype(np.int64)
        mine_us = np.unique(chart.notes["at_us"][chart.part_of >> place & 1 > 0])
        assert mine_us.tolist() == np.intersect1d(sounds_us, onsets_us(chart)).tolist()
        assert len(mine_us) > 50


@pytest.mark.parametrize(("slug", "keys", "level"), CASES)
def test_a_lane_is_free_when_its_next_note_comes_and_none_is_empty(
    slug: str, keys: int, level: str, shipped: dict[Any, Chart]
) -> None:
    chart = shipped[slug, keys, level]
    assert chart.keys == keys
    for lane in range(keys):
        mine = chart.notes[chart.notes["lane"] == lane]
        assert len(mine) > 0.5 * len(chart.notes) / keys
        assert (mine["at_us"][1:] > mine["end_us"][:-1]).all()


@pytest.mark.parametrize(("slug", "keys", "level"), CASES)
def test_density_is_what_the_level_promises(slug: str, keys: int, level: str, shipped: dict[Any, Chart]) -> None:
    chart = shipped[slug, keys, level]
    rate = len(onsets_us(chart)) / (chart.length_us / 1e6)
    low, high = {"easy": (1.5, 2.6), "normal": (2.9, 4.0), "hard": (4.7, 7.0)}[level]
    assert low <= rate <= high


@pytest.mark.parametrize(("slug", "keys", "level"), CASES)
def test_runs_chords_and_holds_keep_the_level(
    slug: str, keys: int, level: str, songs: dict[str, Song], shipped: dict[Any, Chart]
) -> None:
    chart = shipped[slug, keys, level]
    at = beats(songs[slug], chart)
    gaps = np.diff(np.unique(at))
    chord = int(np.unique(chart.notes["at_us"], return_counts=True)[1].max())
    holds = chart.notes["kind"] == int(NoteKind.HOLD)
    lengths = beats(songs[slug], chart, "end_us")[holds] - at[holds]
    if level == "easy":
        assert runs(gaps, 0.5) <= 5
        assert gaps.min() >= 0.5
        assert chord <= 2
    if level == "normal":
        assert runs(gaps, 0.25) <= 5
        assert chord <= 3
    if level != "hard":
        assert lengths.min() >= 1.0
    if level == "hard" and keys == 4:
        assert chord <= 3
    assert holds.sum() >= 10
    assert chord <= 6


@pytest.mark.parametrize(("slug", "keys", "level"), CASES)
def test_at_most_six_keys_are_down_at_once(slug: str, keys: int, level: str, shipped: dict[Any, Chart]) -> None:
    notes = shipped[slug, keys, level].notes
    for at in np.unique(notes["at_us"]):
        assert ((notes["at_us"] <= at) & (notes["end_us"] >= at)).sum() <= 6


@pytest.mark.parametrize(("slug", "keys", "level"), CASES)
def test_no_anchor_no_long_trill_and_no_fast_repeat(
    slug: str, keys: int, level: str, songs: dict[str, Song], shipped: dict[Any, Chart]
) -> None:
    chart = shipped[slug, keys, level]
    at = beats(songs[slug], chart)
    for lane in range(keys):
        gaps = np.diff(at[chart.notes["lane"] == lane])
        assert runs(gaps, 0.5) < 5
        assert gaps.min() > 0.25
    longest = current = 2
    struck = rows(chart)
    for (_, first), (_, second), (_, third) in zip(struck, struck[1:], struck[2:], strict=False):
        current = current + 1 if first == third != second else 2
        longest = max(longest, current)
    assert longest <= 9


@pytest.mark.parametrize(("slug", "keys", "level"), CASES)
def test_both_hands_work_in_most_of_the_song(
    slug: str, keys: int, level: str, songs: dict[str, Song], shipped: dict[Any, Chart]
) -> None:
    chart = shipped[slug, keys, level]
    stretch = (beats(songs[slug], chart) // (4 * songs[slug].score.meter)).astype(np.int64)
    share = np.array([left_hand(lane, keys) for lane in chart.notes["lane"].tolist()])
    balanced = [0.35 <= share[stretch == one].mean() <= 0.65 for one in np.unique(stretch)]
    assert np.mean(balanced) > 0.7


@pytest.mark.parametrize("slug", PIECES)
@pytest.mark.parametrize("keys", KEY_COUNTS)
def test_difficulties_nest(slug: str, keys: int, shipped: dict[Any, Chart]) -> None:
    for easier, harder in pairwise(LEVELS):
        inside = np.isin(onsets_us(shipped[slug, keys, easier]), onsets_us(shipped[slug, keys, harder]))
        assert inside.all()


@pytest.mark.parametrize(("slug", "keys", "level"), CASES)
def test_lanes_follow_the_melody(
    slug: str, keys: int, level: str, songs: dict[str, Song], shipped: dict[Any, Chart]
) -> None:
    song, chart = songs[slug], shipped[slug, keys, level]
    lead = {onset.tick: onset.pitch for onset in gathered(song) if onset.part == song.melodic[0]}
    struck = rows(chart)
    ticks = np.unique(np.round(beats(song, chart) * TICKS).astype(np.int64)).tolist()
    melody = [
        (tick, lead[tick], np.mean(lanes)) for tick, (_, lanes) in zip(ticks, struck, strict=True) if tick in lead
    ]
    steps = [
        (after[1] - before[1], after[2] - before[2])
        for before, after in pairwise(melody)
        if after[0] - before[0] <= 2 * TICKS and after[1] != before[1]
    ]
    along = [np.sign(pitch) == np.sign(lane) for pitch, lane in steps if lane]
    assert len(along) > 20
    assert np.mean(along) > 0.7


@pytest.mark.parametrize(("slug", "keys", "level"), CASES)
def test_a_bar_heard_again_is_played_alike(
    slug: str, keys: int, level: str, songs: dict[str, Song], shipped: dict[Any, Chart]
) -> None:
    song, chart = songs[slug], shipped[slug, keys, level]
    bar_ticks = song.score.meter * TICKS
    sounding = {onset.tick: (onset.part, onset.pitch, onset.side) for onset in gathered(song)}
    at = np.round(beats(song, chart) * TICKS).astype(np.int64)
    bars: dict[tuple[Any, ...], list[set[tuple[int, int]]]] = {}
    for bar in np.unique(at // bar_ticks).tolist():
        mine = at // bar_ticks == bar
        ticks = sorted(set(at[mine].tolist()))
        content = tuple((tick % bar_ticks, *sounding[tick]) for tick in ticks)
        pattern = set(zip((at[mine] % bar_ticks).tolist(), chart.notes["lane"][mine].tolist(), strict=True))
        bars.setdefault(content, []).append(pattern)
    again = [(first, later) for first, *rest in bars.values() for later in rest]
    same = sum(len(first & later) for first, later in again)
    total = sum(max(len(first), len(later)) for first, later in again)
    assert total == 0 or same / total > 0.8
