"""The parts of song select by themselves: rows, text that fits, the plan of the panel, the strip of notes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.draw.frame import Frame
from engine.window import HeadlessWindow
from game.rhythm.entries import ChartEntry, entry_of
from game.rhythm.mods import Mods, Section
from game.rhythm.search import arrange
from game.scenes.canvas import fit, visual, wrapped
from game.scenes.select_details import BINS, density
from game.scenes.select_list import SongList, songs_of
from game.scenes.select_mods import ranked_words
from game.scenes.select_panel import (
    BOARD_HEAD,
    BOARD_ROW,
    BUTTON,
    CHART_ROW,
    CHIPS,
    FACTS,
    GAP,
    PAD,
    plan,
)
from game.scenes.select_state import clock, like, number, tempo
from tests.rig.scene_game import make_chart

SIZE = (1280, 720)
FRAME_US = 16_667


@pytest.fixture
def frame(window: HeadlessWindow) -> Iterator[Frame]:
    frame = window.begin_frame()
    assert frame is not None
    yield frame
    window.end_frame(frame)


def entry(title: str, keys: int = 4, level: str = "Normal", notes: int = 40) -> ChartEntry:
    made = entry_of(make_chart(title, keys, notes, level), f"/songs/{title}/{keys}{level}.jam", "/songs")
    return made._replace(hash=f"{title}-{keys}-{level}", folder=f"/songs/{title}")


SONG = [entry("One", 4, "Easy"), entry("One", 7, "Easy"), entry("One", 7, "Hard", 200), entry("Two", 4, "Hard", 90)]


def test_the_charts_of_a_song_are_one_row_easiest_first() -> None:
    lines, songs = songs_of(arrange(reversed(SONG), "title"))
    assert [song.title for song in songs] == ["One", "Two"]
    assert [chart.hash for chart in songs[0].charts] == ["One-4-Easy", "One-7-Easy", "One-7-Hard"]
    assert songs[0].keys == "4K 7K"
    assert [line.song for line in lines] == [0, 1]


def test_groups_have_headings_and_only_their_own_charts() -> None:
    lines, songs = songs_of(arrange(SONG, "title", "keys"))
    assert [line.heading.partition("\n")[0] for line in lines if line.song < 0] == ["4 keys", "7 keys"]
    assert [(song.title, len(song.charts)) for song in songs] == [("One", 1), ("Two", 1), ("One", 2)]


def test_the_selection_stays_with_its_chart_when_the_order_changes() -> None:
    shown = SongList()
    shown.show(arrange(SONG, "title"), "Two-4-Hard")
    assert shown.at == 1
    shown.show(arrange(SONG, "title", descending=True), "Two-4-Hard")
    assert shown.at == 0
    assert shown.find("One-7-Hard") == 1


def test_the_next_song_opens_on_the_chart_most_like_the_last() -> None:
    charts = [entry("Two", 4, "Easy"), entry("Two", 7, "Hard", 150), entry("Two", 10, "Easy")]
    assert like(charts, entry("One", 7, "Easy")).keys == 7
    assert like(charts, entry("One", 4, "Hard")).level == "Easy"
    assert like(charts, None) is charts[0]


@given(st.floats(284, 3000), st.integers(1, 60), st.integers(0, 10))
def test_the_panel_never_asks_for_more_height_than_it_has(height: float, charts: int, board: int) -> None:
    heights = plan(height, charts, board)
    taken = 2 * PAD + heights.cover + GAP + FACTS + heights.charts * CHART_ROW + GAP + CHIPS + GAP + BUTTON
    taken += heights.strip + (GAP if heights.strip else 0)
    taken += BOARD_HEAD + heights.board * BOARD_ROW if heights.board else 0
    assert 1 <= heights.charts <= charts
    assert heights.cover >= 60
    assert taken <= max(height, 290)


@given(st.text(max_size=60), st.integers(20, 400))
def test_text_fits_its_room_or_is_cut(text: str, room: int) -> None:
    fitted = fit(FRAME.frame, text, 18, room)
    assert fitted in (text, visual(text)) or fitted.replace("…", "") == "" or "…" in fitted
    if "…" in fitted and len(fitted) > 1:
        assert FRAME.frame.glyphs.measure(fitted, 18)[0] <= room + 1


class _Lent:
    frame: Frame


FRAME = _Lent()


@pytest.fixture(autouse=True, scope="module")
def lend(window: HeadlessWindow) -> None:
    frame = window.begin_frame()
    assert frame is not None
    window.end_frame(frame)
    FRAME.frame = frame


def test_long_sentences_break_at_spaces_and_end_with_an_ellipsis(frame: Frame) -> None:
    lines = wrapped(frame, "word " * 60, 14, 200, 3)
    assert len(lines) == 3
    assert lines[2].endswith("…")
    assert all(frame.glyphs.measure(line, 14)[0] <= 200 for line in lines)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("plain", "plain"),
        ("שלום", "םולש"),
        ("שיר 12 יפה", "הפי 12 ריש"),
        ("Song שלום end", "Song םולש end"),
    ],
)
def test_right_to_left_words_are_drawn_from_the_right(text: str, drawn: str) -> None:
    assert visual(text) == drawn


def test_numbers_lengths_and_tempi_are_told_as_people_tell_them() -> None:
    assert clock(125_400_000) == "2:05"
    assert clock(3_725_000_000) == "1:02:05"
    assert number(1234567) == "1\u2009234\u2009567"
    steady = entry("One")._replace(bpm_min=120, bpm_max=120)
    assert tempo(steady, 1.5) == "180 bpm"
    assert tempo(steady._replace(bpm_min=90)) == "90–120 bpm"
    assert tempo(steady._replace(bpm_min=0, bpm_max=0)) == ""


def test_what_is_not_ranked_says_why() -> None:
    assert ranked_words(Mods(rate_percent=150, hidden=True)).startswith("Ranked")
    assert ranked_words(Mods(no_fail=True, section=Section(0))) == "Not ranked: it cannot fail, only a section"


def test_the_strip_counts_every_note_once() -> None:
    chart = make_chart("One", notes=64)
    found = density(chart)
    assert found.start_us == chart.first_us
    assert found.end_us == chart.last_us
    assert float(found.heights.max()) == 1.0
    fullest = np.bincount((chart.notes["at_us"] - found.start_us) * BINS // (found.end_us - found.start_us + 1)).max()
    assert round(float((found.heights * fullest).sum())) == 64
    assert np.count_nonzero(found.holds) == 8


def test_the_most_notes_a_second_are_counted_over_a_whole_second() -> None:
    assert density(make_chart("One", notes=3)).most == 3.0
