"""What plays together in a key-sounded chart: its notes grouped by their samples into a few parts.

File names tell much: those of one instrument begin alike, and many say which it is.  Where they are only numbers
(banks of samples), neighbours in number usually belong together.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import Chart

Mask = NDArray[np.bool_]

KEYED_PERCENT = 50
"""A chart counts as key-sounded when at least so many of its notes have a sound of their own."""

MOST_GROUPS = 6
LEAST_PERCENT = 4
"""A smaller group joins the other sounds: nobody would play it."""

STRETCHES = 3
"""Into so many stretches numbered samples are cut."""

INSTRUMENTS: dict[str, tuple[str, ...]] = {
    "Drums": (
        "drum", "dr", "kick", "bd", "bassdrum", "snare", "sd", "sn", "snr", "hat", "hh", "hihat", "hi", "oh", "ch",
        "cym", "crash", "cr", "ride", "rd", "tom", "ft", "lt", "mt", "ht", "clap", "cp", "rim", "rs", "perc", "shaker",
        "cowbell", "conga", "bongo", "tamb", "break", "beat", "fill", "splash", "china", "k", "s", "h",
    ),
    "Bass": ("bass", "bs", "ba", "sub", "wobble", "reese"),
    "Voice": ("vocal", "voc", "vox", "voice", "vo", "sing", "rap", "speech", "talk"),
    "Piano and keys": ("piano", "pf", "pno", "pn", "key", "ep", "rhodes", "organ", "org", "harpsi", "clav"),
    "Guitar": ("guitar", "gtr", "gt", "gi", "eg", "ag"),
    "Strings and pads": ("str", "string", "violin", "vi", "vn", "viola", "cello", "pad", "choir", "orch", "ensemble"),
    "Winds and brass": ("brass", "horn", "trumpet", "tp", "sax", "flute", "fl", "clarinet", "oboe", "trombone", "tb"),
    "Lead": ("lead", "ld", "syn", "synth", "melo", "mel", "saw", "square", "arp", "seq", "pluck", "main"),
    "Bells": ("bell", "glock", "marimba", "vib", "xylo", "celesta", "chime", "musicbox"),
    "Effects": ("fx", "se", "sfx", "effect", "noise", "sweep", "rev", "impact", "scratch", "hit"),
}  # fmt: skip
"""What the beginnings of file names say, as they are usual among makers of key-sounded charts.  Words of up to two
letters must be the whole family name, longer ones only begin it; the order of lines decides between two."""

OTHER = "Other sounds"
NUMBERED = "Key sounds"


def sound_groups(chart: Chart) -> list[tuple[str, Mask]]:
    """Two to six groups with words for the player, drums and bass first and the others from the lowest lanes to the
    highest; empty if the chart has too few key sounds to tell.
    """
    sound = chart.notes["sound"]
    if not len(sound) or 100 * int((sound >= 0).sum()) < KEYED_PERCENT * len(sound):
        return []
    words = [_words_of(name) for name in chart.sounds]
    numbered = [place for place, one in enumerate(words) if one is None]
    by_number = _stretches(chart, numbered)
    group_of = [by_number.get(place, OTHER) if one is None else one for place, one in enumerate(words)]
    mine = np.array([*group_of, OTHER], dtype=object)[sound]
    counts = {group: int((mine == group).sum()) for group in dict.fromkeys(mine.tolist())}
    kept = sorted((g for g in counts if g != OTHER), key=lambda g: (-counts[g], g))[: MOST_GROUPS - 1]
    kept = [group for group in kept if 100 * counts[group] >= LEAST_PERCENT * len(sound)]
    rest = ~np.isin(mine.astype(str), kept)
    groups = [(group, np.asarray(mine == group)) for group in sorted(kept, key=lambda g: _place(chart, mine == g, g))]
    if rest.any():
        groups.append((OTHER, rest))
    return groups if len(groups) > 1 else []


def family(name: str) -> str:
    """What a sample's file name begins with, in lower case: ``vi`` of ``Vi-fa#2.wav``; empty when it is a number."""
    stem = PurePosixPath(name.replace("\\", "/")).stem.lower() if "#" not in name else ""
    # Folders of key sounds are often numbered in hexadecimal or base 36: letters beside digits there mean nothing.
    found = re.match(r"[^\W\d_]{2,}(?=[\W\d_]|$)|[^\W\d_](?=[\W_]|$)", stem)
    return found.group() if found else ""


def _words_of(name: str) -> str | None:
    """What the player reads for a sample's family; None for one without a telling name."""
    begins = family(name)
    if not begins:
        return None
    for words, beginnings in INSTRUMENTS.items():
        if any(begins == one or (len(one) > 2 and begins.startswith(one)) for one in beginnings):
            return words
    return f"{begins[:16].capitalize()} sounds"


def _number(name: str) -> tuple[int, str]:
    digits = re.findall(r"\d+", name)
    return (int(digits[-1][:9]) if digits else 0), name


def _stretches(chart: Chart, samples: list[int]) -> dict[int, str]:
    """Numbered samples in the order of their numbers, cut where about a third of their notes lies in each stretch."""
    counts = np.bincount(chart.notes["sound"][chart.notes["sound"] >= 0], minlength=len(chart.sounds))
    used = sorted((one for one in samples if counts[one]), key=lambda one: _number(chart.sounds[one]))
    total = int(counts[used].sum()) if used else 0
    out, before = {}, 0
    for one in used:
        weight = int(counts[one])
        out[one] = f"{NUMBERED} {min((2 * before + weight) * STRETCHES // (2 * total), STRETCHES - 1) + 1}"
        before += weight
    return out


def _place(chart: Chart, mask: Mask, words: str) -> tuple[int, int, str]:
    """Where a group stands among the others."""
    if words.startswith(NUMBERED):
        return 3, 0, words
    first = {"Drums": 0, "Bass": 1}.get(words, 2)
    lanes = chart.notes["lane"][mask].astype(np.int64)
    return first, int(lanes.sum()) * 1000 // max(len(lanes), 1), words
