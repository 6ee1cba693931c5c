"""From a song's notes to its nine charts: 4, 7 and 10 keys, Easy, Normal and Hard."""

from __future__ import annotations

import numpy as np

from game.rhythm.chart import SCROLL, TIMING, Chart, NoteKind, Notes, empty, make_notes
from tools.songs.lanes import assigned
from tools.songs.onsets import HARD, LEVELS, Level, chosen, gathered
from tools.songs.score import TICKS, Score
from tools.songs.song import Song

KEY_COUNTS = (4, 7, 10)
ARTIST = "OuroJam"
LICENSE = "CC0-1.0"
AUDIO = "song.ogg"


def _microseconds(score: Score, ticks: list[int]) -> list[int]:
    return [round(float(at) * 1_000_000) for at in score.seconds(ticks)]


def timing(score: Score) -> Notes:
    """One row for each tempo, the first at the first beat."""
    starts = _microseconds(score, [round(row.beat * TICKS) for row in score.tempo])
    rows = [(at, 60_000_000 / row.bpm, score.meter) for at, row in zip(starts, score.tempo, strict=True)]
    return np.array(rows, dtype=TIMING)


def slowing(score: Score, first_bar: int, last_bar: int) -> Notes:
    """Scroll that breathes: it slows down over the bars, step by step, and snaps back on the next downbeat."""
    beats = range(first_bar * score.meter, last_bar * score.meter)
    factors = np.linspace(1.0, 0.55, len(beats)).round(3)
    ats = _microseconds(score, [beat * TICKS for beat in (*beats, last_bar * score.meter)])
    return np.array([(at, factor, 0.0) for at, factor in zip(ats, (*factors, 1.0), strict=True)], dtype=SCROLL)


def _notes(song: Song, placed: list[tuple[int, int, int]]) -> Notes:
    starts = _microseconds(song.score, [row[0] for row in placed])
    ends = _microseconds(song.score, [row[1] for row in placed])
    rows = []
    for at, end, (_, _, lane) in zip(starts, ends, placed, strict=True):
        rows.append((at, end, lane, int(NoteKind.HOLD if end > at else NoteKind.TAP), -1))
    return make_notes(rows)


def chart(song: Song, level: Level, keys: int, placed: list[tuple[int, int, int]]) -> Chart:
    """One difficulty as the game's chart."""
    score = song.score
    breathes = song.effect_bars is not None and level is HARD and keys == 4
    return Chart(
        keys=keys,
        notes=_notes(song, placed),
        title=song.title,
        artist=ARTIST,
        creator=ARTIST,
        level=level.name,
        timing=timing(score),
        scroll=slowing(score, *song.effect_bars) if breathes and song.effect_bars else empty(SCROLL),
        audio=AUDIO,
        preview_us=round(score.second(song.hook_bar * score.meter) * 1_000_000),
        overall_difficulty=level.overall_difficulty,
        health_drain=level.health_drain,
        tags=(*song.tags, song.key),
        license=LICENSE,
    )


def charts(song: Song) -> dict[str, Chart]:
    """All charts of ``song`` by file name, from the hardest to the easiest within each key count.

    Each level chooses among the onsets the harder one really placed, so that difficulties nest.
    """
    bar_ticks = song.score.meter * TICKS
    made: dict[str, Chart] = {}
    for keys in KEY_COUNTS:
        onsets = gathered(song)
        for level in LEVELS:
            onsets = chosen(song, onsets, level)
            placed = assigned(onsets, level, keys, bar_ticks, song.seed)
            heard = {row[0] for row in placed}
            onsets = [onset for onset in onsets if onset.tick in heard]
            made[f"{keys}k-{level.name.lower()}.jam"] = chart(song, level, keys, placed)
    return made
