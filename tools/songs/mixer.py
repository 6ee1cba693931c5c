"""Plays a score: every part through its strip, all strips into one stereo signal."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from tools.songs.drums import KIT
from tools.songs.dsp import Signal, convolved, decibels, filtered, high_pass, panned, samples
from tools.songs.effects import chorus, curve, ducking, ping_pong, room, swept, tremolo
from tools.songs.score import TICKS, Note, Score
from tools.songs.song import Points, Song, Strip

_LOUDNESS_STEPS = 6
"""Voices are played at this many strengths and scaled to the exact one, so that equal notes are made once."""


def duration_s(song: Song) -> float:
    """The length of the audio: lead-in, music, tail."""
    return song.score.second(song.score.bars * song.score.meter) + song.tail_s


def _strike(strip: Strip, note: Note, held_s: float, rng: np.random.Generator) -> Signal:
    if isinstance(strip.sound, str):
        return KIT[strip.sound](rng)
    strength = np.ceil(note.velocity * _LOUDNESS_STEPS) / _LOUDNESS_STEPS
    return strip.sound(note.pitch, held_s, float(strength), rng) / np.float32(strength)


def played(score: Score, notes: list[Note], strip: Strip, count: int, seed: int) -> Signal:
    """The notes of one part as a stereo signal of ``count`` samples, each beginning at its exact sample."""
    stem = np.zeros((2, count), dtype=np.float32)
    starts = score.seconds([note.tick for note in notes])
    stops = score.seconds([note.end for note in notes])
    made: dict[tuple[int, int, int], Signal] = {}
    drum = isinstance(strip.sound, str)
    for note, start_s, stop_s in zip(notes, starts, stops, strict=True):
        held_s = 0.0 if drum else round(float(stop_s - start_s), 3)
        key = (note.pitch, round(held_s * 1000), int(np.ceil(note.velocity * _LOUDNESS_STEPS)))
        key = (0, note.tick // TICKS % 4, 0) if drum else key
        if key not in made:
            rng = np.random.default_rng([seed, *key])
            made[key] = np.atleast_2d(_strike(strip, note, held_s, rng))
        sound = made[key]
        first = samples(float(start_s))
        stop = min(count, first + sound.shape[-1])
        stem[:, first:stop] += np.float32(note.velocity) * sound[:, : stop - first]
    return stem


def _line(score: Score, points: Points, count: int, *, geometric: bool = False) -> Signal:
    return curve(count, [(score.second(beat), value) for beat, value in points], geometric=geometric)


@dataclass(slots=True)
class _Busses:
    """Where strips send to."""

    dry: Signal
    space: Signal
    echo: Signal


def _through(song: Song, part: str, strip: Strip, dips: list[int], busses: _Busses) -> None:
    """Play ``part`` and pour it into the busses."""
    count = busses.dry.shape[-1]
    seed = song.seed * 65_536 + zlib.crc32(part.encode()) % 65_536
    stem = played(song.score, song.score.parts[part], strip, count, seed)
    if strip.low_cut_hz:
        stem = filtered(stem, high_pass(strip.low_cut_hz))
    if strip.sweep:
        stem = swept(stem, _line(song.score, strip.sweep, count, geometric=True))
    if strip.widen:
        stem = chorus(stem)
    if strip.sway:
        stem = tremolo(stem)
    gain = np.full(count, decibels(strip.gain_db), dtype=np.float32)
    if strip.duck:
        gain *= ducking(count, np.array(dips), strip.duck, 0.85 * 60 / song.score.tempo[-1].bpm)
    stem = panned(stem, strip.pan) * gain
    busses.dry += stem
    if strip.room:
        busses.space += np.float32(strip.room) * stem
    if strip.echo:
        busses.echo += np.float32(strip.echo) * stem


def mixed(song: Song) -> Signal:
    """The whole song before mastering, (2, samples)."""
    count = samples(duration_s(song))
    busses = _Busses(*(np.zeros((2, count), dtype=np.float32) for _ in range(3)))
    kicks = song.score.parts.get(song.kicks, [])
    dips = [samples(float(at)) for at in song.score.seconds([note.tick for note in kicks if note.velocity > 0.5])]
    for part, strip in song.strips.items():
        if song.score.parts.get(part):
            _through(song, part, strip, dips, busses)
    if busses.echo.any():
        step_s = song.echo_beats * 60 / song.score.tempo[-1].bpm
        echoes = ping_pong(busses.echo, step_s)
        busses.dry += echoes
        busses.space += 0.3 * echoes
    if busses.space.any():
        busses.dry += convolved(busses.space, room(np.random.default_rng(song.seed), song.room_s))
    if song.fader:
        busses.dry *= (10 ** (_line(song.score, song.fader, count) / 20)).astype(np.float32)
    return busses.dry
