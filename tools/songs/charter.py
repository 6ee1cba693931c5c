"""From a song's notes to its nine charts: 4, 7 and 10 keys, Easy, Normal and Hard."""

from __future__ import annotations

from collections import defaultdict

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

DRUMS = "Drums"
PARTS = ("Melody", "Chords", DRUMS, "Bass")
"""The parts players of a jam share out, from the top of a chord to its bottom."""

PART_OF_VOICE = {
    **dict.fromkeys(("tune", "voice"), "Melody"),
    **dict.fromkeys(("string", "piano", "saws", "pluck", "horns", "vibes", "organ", "bars"), "Chords"),
    **dict.fromkeys(("bass", "low", "growl"), "Bass"),
}
"""To which part each voice of the scores belongs; what is not named here is one of the drums."""


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


def _part_bits(song: Song, placed: list[tuple[int, int, int]]) -> dict[tuple[int, int], int]:
    """For each note (tick, lane) the parts it belongs to: what sounds at its tick is shared out among its lanes, the
    melody on the held or the highest, the bass on the lowest; with fewer lanes a note belongs to several.
    """
    sounding: dict[int, set[str]] = defaultdict(set)
    for voice in song.weights:
        for note in song.score.parts.get(voice, []):
            sounding[note.tick].add(PART_OF_VOICE.get(voice, DRUMS))
    chords: dict[int, list[tuple[bool, int]]] = defaultdict(list)
    for tick, end, lane in placed:
        chords[tick].append((end > tick, lane))
    bits: dict[tuple[int, int], int] = {}
    for tick, chord in chords.items():
        lanes = [lane for _, lane in sorted(chord, reverse=True)]
        parts = [place for place, part in enumerate(PARTS) if part in sounding[tick]]
        pairs = max(len(lanes), len(parts))
        for pair in range(pairs):
            key = (tick, lanes[pair * len(lanes) // pairs])
            bits[key] = bits.get(key, 0) | 1 << parts[pair * len(parts) // pairs]
    return bits


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
    placed = sorted(placed, key=lambda row: (row[0], row[2]))
    bits = _part_bits(song, placed)
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
        parts=PARTS,
        part_of=np.array([bits[tick, lane] for tick, _, lane in placed], dtype=np.uint8),
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
