"""A performance, the log it leaves, and judging it anew from there: always the same result to the last count."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import UserError
from engine.log import EventLog, LogWriter, StoredEvent
from game.rhythm.autoplay import autoplay
from game.rhythm.board import BoardProjector, performance
from game.rhythm.chart import Chart, NoteKind, make_notes
from game.rhythm.events import InputRecorded
from game.rhythm.formats.read import read_chart_file
from game.rhythm.mods import Mods, Section
from game.rhythm.performance import (
    FAILED,
    FINISHED,
    LEFT,
    Kept,
    Performance,
    autoplay_edges,
    import_replay,
    rejudge,
    started,
)
from game.rhythm.recorder import Recorder, new_stream
from game.rhythm.replay import Replay, read_replay, write_replay
from game.rhythm.replay_files import load_replay
from game.rhythm.result import Result
from game.rhythm.rules import RULE_SETS
from game.scenes.stage import Feeder
from tests.rig.judging import keys, notes

STABLE = "osu-mania-stable"
RULES = (STABLE, "osu-mania-lazer", "etterna-wife3-j4", "quaver-standard", "o2jam")
LONG = notes(*("x.x.x.x.x.[===].x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x",) * 4)


class Book:
    """A log in memory and the writer to it, for as many performances as wanted."""

    def __init__(self) -> None:
        self.log = EventLog.in_memory([BoardProjector()])
        self.writer = LogWriter(self.log)

    def begin(self, chart: Chart, rules: str = STABLE, mods: Mods | None = None) -> Performance:
        mods = mods or Mods()
        recorder = Recorder(self.writer, new_stream())
        return Performance(chart, rules, mods, recorder, started(chart, rules, mods, "user"))

    def events(self, of: Performance) -> list[StoredEvent]:
        assert self.writer.flush(10.0)
        return list(self.log.read(f"play/{of.id}"))

    def kept(self, of: Performance) -> Kept:
        return Kept(self.events(of))


@pytest.fixture(scope="module")
def book() -> Iterator[Book]:
    book = Book()
    yield book
    book.writer.close()
    book.log.close()


def summed(result: Result) -> dict[str, Any]:
    """A result as plain values."""
    names = ("counts", "max_combo", "score", "accuracy", "grade", "health", "failed_at_us", "unstable_rate")
    said = {name: getattr(result, name) for name in names}
    return said | {"errors": result.errors_us.tolist(), "at": result.error_at_us.tolist()}


def play(performance: Performance, edges: NDArray[np.void], every_us: int, upto_us: int) -> None:
    """Feed a recording as a replay that is watched is fed, stepping every so often."""
    feeder = Feeder(edges)
    for song_us in range(-1_000_000, upto_us, every_us):
        feeder.feed(performance, song_us)
        performance.step(song_us, song_us)


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    rows = []
    lanes = draw(st.integers(1, 4))
    for lane in range(lanes):
        at_us = draw(st.integers(0, 400_000))
        for _ in range(draw(st.integers(0, 7))):
            kind = draw(st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 5]))
            length = draw(st.integers(1, 700_000)) if kind in (NoteKind.HOLD, NoteKind.ROLL) else 0
            rows.append((at_us, at_us + length, lane, kind, -1))
            at_us += length + draw(st.integers(30_000, 400_000))
    return Chart(keys=lanes, notes=make_notes(rows), overall_difficulty=draw(st.floats(0, 10)), hash="ab" * 16)


Deed = tuple[str, int, int, list[bool]]


@st.composite
def deeds(draw: st.DrawFn, lanes: int) -> list[Deed]:
    """What a player, a main loop and a window do: edges stamped a little off, steps of any length, pauses."""
    out: list[Deed] = []
    at_us = -300_000
    for _ in range(draw(st.integers(0, 50))):
        at_us += draw(st.sampled_from([0, 1, 900, 4_166, 16_000, 40_000, 130_000, 700_000]))
        what = draw(st.sampled_from(["edge"] * 6 + ["step"] * 4 + ["pause"]))
        stamp_us = at_us + draw(st.integers(-20_000, 3_000)) if what == "edge" else at_us
        held = draw(st.lists(st.booleans(), min_size=lanes, max_size=lanes))
        out.append((what, stamp_us, draw(st.integers(0, lanes - 1)), held))
    return out


def act(performance: Performance, done: list[Deed]) -> dict[tuple[int, int], dict[str, Any]]:
    """Do it all; what the result was after each step, by how many edges there had been and where the song was."""
    seen: dict[tuple[int, int], dict[str, Any]] = {}
    edges = 0
    for what, at_us, lane, held in done:
        if what == "edge":
            performance.edge(at_us, lane, not performance.held[lane])
            edges += 1
        elif what == "step":
            performance.step(at_us, at_us)
            seen[edges, performance.song_us] = summed(performance.result())
        else:
            before = int(performance.held.sum())
            performance.pause("player")
            performance.resume(np.array(held))
            edges += before - int(performance.held.sum())
    return seen


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_was_played_is_judged_the_same_from_the_log(book: Book, data: st.DataObject) -> None:
    chart = data.draw(charts())
    mods = Mods(rate_percent=data.draw(st.sampled_from([50, 100, 150])), mirror=data.draw(st.booleans()))
    performance = book.begin(chart, data.draw(st.sampled_from(RULE_SETS)), mods)
    seen = act(performance, data.draw(deeds(chart.keys)))
    live = performance.end(data.draw(st.sampled_from([FINISHED, LEFT, FAILED])))
    events = book.events(performance)
    kept = Kept(events)
    again = rejudge(chart, kept.replay, upto_us=kept.stopped_us)
    assert summed(again) == summed(live)
    assert kept.matches(again)
    # Cut off wherever a batch was written, as a kill would: judged up to there it is what the player saw there.
    for place, event in enumerate(events):
        if event.kind == InputRecorded.kind:
            part = Kept(events[: place + 1])
            told = seen.get((len(part.edges), part.upto_us))
            if told is not None:
                assert summed(rejudge(chart, part.replay, upto_us=part.stopped_us)) == told


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_replay_file_of_whatever_was_played_gives_the_same_result(book: Book, data: st.DataObject) -> None:
    chart = data.draw(charts())
    performance = book.begin(chart, data.draw(st.sampled_from(RULES)))
    act(performance, data.draw(deeds(chart.keys)))
    live = performance.end(FINISHED)
    replay = read_replay(write_replay(book.kept(performance).replay))
    assert summed(rejudge(chart, replay)) == summed(live)


@pytest.mark.parametrize("rules", RULES)
def test_a_replay_watched_at_any_frame_rate_is_the_live_result(book: Book, rules: str) -> None:
    chance = np.random.default_rng(5)
    edges = autoplay(LONG).copy()
    edges["at_us"] += chance.integers(-70_000, 70_000, len(edges))
    edges = edges[np.argsort(edges["at_us"], kind="stable")]
    performance = book.begin(LONG, rules, Mods(no_fail=True))
    for at_us, lane, down in edges.tolist():
        performance.step(at_us - 2_000, at_us)
        performance.edge(at_us, lane, bool(down))
    live = performance.end(FINISHED)
    assert len({len(live.counts), live.score, live.max_combo}) == 3
    recorded = book.kept(performance).replay
    for steps_hz in (7, 30, 60, 144, 1000):
        watched = Performance(LONG, rules, recorded.mods, replay=recorded)
        play(watched, recorded.edges, 1_000_000 // steps_hz, LONG.last_us + 1_000_000)
        assert summed(watched.end(FINISHED)) == summed(live)


def test_a_hold_held_through_a_pause_goes_on(book: Book) -> None:
    chart = notes("[=========]")
    performance = book.begin(chart)
    performance.edge(1_000_000, 0, True)
    performance.step(1_400_000, 0)
    performance.pause("player")
    performance.resume(np.array([True]))
    performance.step(2_000_000, 0)
    performance.edge(2_000_000, 0, False)
    assert performance.end(FINISHED).counts["max"] == 1


def test_a_hold_let_go_in_a_pause_is_let_go_where_the_song_stood(book: Book) -> None:
    chart = notes("[=========]")
    performance = book.begin(chart)
    performance.edge(1_000_000, 0, True)
    performance.step(1_400_000, 0)
    performance.pause("player")
    performance.resume(np.array([False]))
    live = performance.end(FINISHED)
    assert live.counts["max"] == 0
    assert book.kept(performance).edges.tolist() == [(1_000_000, 0, 1), (1_400_000, 0, 0)]


def test_health_gone_ends_it_and_the_rest_is_not_judged(book: Book) -> None:
    performance = book.begin(LONG)
    for song_us in range(0, LONG.last_us, 4_000):
        performance.step(song_us, song_us)
        if performance.failing:
            break
    assert performance.failing
    live = performance.end(FAILED)
    assert live.failed
    assert 0 < live.counts["miss"] < live.total / 2
    kept = book.kept(performance)
    assert kept.stopped_us == performance.song_us < LONG.last_us
    assert kept.matches(rejudge(LONG, kept.replay, upto_us=kept.stopped_us))


def test_without_failing_it_goes_on_to_the_end(book: Book) -> None:
    performance = book.begin(LONG, mods=Mods(no_fail=True))
    performance.step(LONG.last_us + 1_000_000, 0)
    assert not performance.failing
    assert performance.complete
    assert performance.end(FINISHED).counts["miss"] == LONG.count(NoteKind.TAP, NoteKind.HOLD)


def test_sudden_death_ends_at_the_first_miss_and_not_before(book: Book) -> None:
    performance = book.begin(notes("x.x.x"), mods=Mods(sudden_death=True))
    performance.edge(1_080_000, 0, True)
    performance.edge(1_100_000, 0, False)
    performance.step(1_199_000, 0)
    assert not performance.failing
    performance.step(1_400_000, 0)
    assert performance.failing


def test_autoplay_never_fails(book: Book) -> None:
    performance = book.begin(LONG, mods=Mods(autoplay=True))
    performance.step(LONG.last_us, 0)
    assert not performance.failing


@pytest.mark.parametrize("rate_percent", [50, 100, 200])
def test_autoplay_is_perfect_at_every_rate_rolls_too(rate_percent: int) -> None:
    chart = notes("x.{=========================}.x", "..l......x.[==]..x")
    mods = Mods(rate_percent=rate_percent, autoplay=True)
    result = rejudge(chart, Replay(autoplay_edges(chart, mods), "", "etterna-wife3-j4", mods))
    assert result.accuracy == 1.0
    assert result.counts["let go"] == 0


def test_what_comes_after_the_end_changes_nothing(book: Book) -> None:
    performance = book.begin(notes("x.x"))
    before = summed(performance.end(LEFT))
    performance.edge(1_000_000, 0, True)
    performance.step(5_000_000, 0)
    performance.pause("player")
    performance.resume(np.array([False]))
    assert summed(performance.end(FINISHED)) == before
    assert performance.outcome == LEFT
    assert len(book.kept(performance).edges) == 0


def test_a_song_left_early_has_nothing_judged_that_was_not_played(book: Book) -> None:
    performance = book.begin(LONG)
    play(performance, autoplay(LONG), 4_000, 1_350_000)
    live = performance.end(LEFT)
    assert (live.counts["max"], live.counts["miss"]) == (8, 0)
    row = performance_row(book, performance)
    assert (row.outcome, row.counts) == (LEFT, live.counts)


def performance_row(book: Book, of: Performance) -> Any:
    assert book.writer.flush(10.0)
    return performance(book.log, of.id)


def test_practice_plays_only_the_notes_of_its_section(book: Book) -> None:
    mods = Mods(section=Section(1_200_000, 1_500_000))
    whole = notes("xxxxxxxxxx")
    performance = book.begin(whole, mods=mods)
    assert performance.chart.notes["at_us"].tolist() == [1_200_000, 1_300_000, 1_400_000]
    play(performance, autoplay_edges(whole, mods), 4_000, 2_000_000)
    live = performance.end(FINISHED)
    assert (live.total, live.counts["max"]) == (3, 3)
    kept = book.kept(performance)
    assert summed(rejudge(whole, kept.replay)) == summed(live)


def test_a_section_without_end_goes_to_the_last_note() -> None:
    mods = Mods(section=Section(1_700_000))
    assert len(Performance(notes("xxxxxxxxxx"), STABLE, mods).chart.notes) == 3


def test_stamps_that_come_in_the_wrong_order_are_kept_in_order(book: Book) -> None:
    performance = book.begin(notes("x", "x"))
    performance.edge(1_010_000, 0, True)
    performance.edge(1_004_000, 1, True)
    live = performance.end(FINISHED)
    kept = book.kept(performance)
    assert kept.edges["at_us"].tolist() == [1_010_000, 1_010_000]
    assert kept.matches(rejudge(notes("x", "x"), read_replay(write_replay(kept.replay))))
    assert live.errors_us.tolist() == [10_000, 10_000]


def test_a_replay_that_is_played_keeps_what_its_game_was_like(book: Book) -> None:
    chart = notes("x.[====].x")
    edges = keys("900v 920^ 1200v 1700^ 1900v")  # 100 ms early, which only wider windows forgive
    looks_us = np.arange(0, 3_000_000, 17_000, dtype=np.int64)
    replay = Replay(edges, "", STABLE, looks_us=looks_us, window_scale=1.4, score_scale=0.5)
    recorder = Recorder(book.writer, new_stream())
    made = Performance(chart, STABLE, Mods(), recorder, started(chart, STABLE, Mods(), "replay"), replay)
    for at_us, lane, down in edges.tolist():
        made.edge(at_us, lane, bool(down))
    live = made.end(FINISHED)
    kept = book.kept(made)
    assert summed(rejudge(chart, kept.replay)) == summed(live)
    assert live.score < summed(rejudge(chart, Replay(edges, "", STABLE)))["score"]


def test_a_replay_of_another_chart_is_refused() -> None:
    chart = Chart(keys=1, notes=make_notes([]), title="Mine", hash="ab")
    with pytest.raises(UserError, match="another chart than 'Mine'"):
        rejudge(chart, Replay(keys(""), "cd", STABLE))


def test_events_of_something_else_are_no_performance(book: Book) -> None:
    with pytest.raises(UserError, match="replay list"):
        Kept([])


def test_a_damaged_recording_is_said(book: Book) -> None:
    made = book.begin(notes("x"))
    made.edge(1_000_000, 0, True)
    made.end(FINISHED)
    events = book.events(made)
    broken = [
        event._replace(payload=event.payload | {"edges": event.payload["edges"][:-1]})
        if event.kind == InputRecorded.kind
        else event
        for event in events
    ]
    with pytest.raises(UserError, match="damaged"):
        Kept(broken)


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "chart_name"),
    [("MAGiCVLGiRL_ZVPH-00.osr", "MAGiCVLGiRL_ZVPH.osu"), ("hehehe.osr", "hehehe.osu")],
)
def test_an_imported_replay_is_judged_from_the_log_as_its_game_judged_it(
    book: Book, real_data: Path, name: str, chart_name: str
) -> None:
    path = real_data / "replays" / name
    chart = read_chart_file(real_data / "charts" / chart_name).charts[0]
    replay = load_replay(path, chart)
    performance_id = import_replay(book.writer, chart, replay, name)
    assert book.writer.flush(10.0)
    row = performance(book.log, performance_id)
    assert row is not None
    kept = Kept(book.log.read(row.stream))
    again = rejudge(chart, kept.replay, upto_us=kept.stopped_us)
    assert kept.matches(again)
    assert replay.recorded is not None
    assert again.counts == replay.recorded.counts == row.counts
    assert (again.max_combo, again.score) == (replay.recorded.max_combo, replay.recorded.score)
    assert row.outcome == "imported"
