"""Last Train Home: leaves the platform at 112 beats a minute, gathers speed, and runs at 172 as drum and bass."""

from __future__ import annotations

from functools import partial

from tools.songs.figures import add_drums, arpeggio, bass, block, harmony, seconded, stabs, without
from tools.songs.score import TICKS, Note, Score, Tempo, form, line, shifted, steps
from tools.songs.song import Song, Strip
from tools.songs.voices import (
    choir,
    electric_piano,
    glass,
    lead,
    pad,
    plucked,
    reese,
    rising_noise,
    supersaw,
    synth_bass,
)

METER = 4
LEAVING_BAR, RUNNING_BAR, ARRIVING_BAR = 12, 16, 56

PLATFORM = ["Em9", "Cmaj7", "G", "D/F#", "Em9", "Cmaj7", "Am7", "B7"]
LEAVING = ["Am7", "Bm7", "Cmaj7", "D"]
RUN = ["Cmaj9", "D", "Em7", "G/B", "Am7", "Bm7", "Cmaj7", "D"]
RUN_END = ["Cmaj9", "D", "Em7", "G/B", "Am7", "D", "Em9", "Em9"]
TUNNEL = ["Em9", "Em9", "Cmaj7", "Cmaj7", "Am9", "Am9", "B7sus4", "B7"]

PLATFORM_TUNE = """
 r:.5 B4:.5 E5:.5 F#5:.5 G5:1.5! F#5:.5 | E5:1 B4:.5 D5:.5 E5:2 |
 r:.5 B4:.5 D5:.5 E5:.5 G5:1.5! A5:.5 | F#5:1.5 E5:.5 D5:2 |
 r:.5 B4:.5 E5:.5 F#5:.5 B5:1.5! A5:.5 | G5:1 F#5:.5 E5:.5 G5:2 |
 r:.5 E5:.5 A5:.5 B5:.5 C6:1.5! B5:.5 | A5:1 F#5:1 D#5:2
"""
LEAVING_TUNE = """
 E5:.5! A5:.5 E5:.5 C5:.5 E5:.5! A5:.5 C6:.5 A5:.5 | F#5:.5! B5:.5 F#5:.5 D5:.5 F#5:.5! B5:.5 D6:.5 B5:.5 |
 G5:.5! B5:.5 G5:.5 E5:.5 G5:.5! B5:.5 E6:.5 B5:.5 | A5:1! B5:1! D6:1! r:1
"""
HOOK = """
 B4:1 E5:1 G5:2! | F#5:1.5! E5:.5 D5:2 | B4:1 E5:1 B5:2! | A5:1.5! G5:.5 D5:2 |
 C5:1 E5:1 A5:1.5! G5:.5 | F#5:1.5! D5:.5 B4:1 D5:1 | E5:1 G5:1 B5:1! D6:1 | C6:.5 B5:.5 A5:1 F#5:2!
"""
HOOK_AGAIN = """
 B4:.5 D5:.5 E5:1 G5:1.5! A5:.5 | F#5:1.5! E5:.5 D5:1 F#5:1 | B4:.5 D5:.5 E5:1 B5:1.5! D6:.5 | A5:1.5! G5:.5 D5:1 G5:1 |
 C5:.5 D5:.5 E5:1 A5:1.5! B5:.5 | A5:1.5! F#5:.5 D5:1 F#5:1 | G5:1! F#5:.5 G5:.5 B5:2! | E5:3! r:1
"""
TUNNEL_TUNE = """
 r:.5 B4:.5 E5:.5 F#5:.5 G5:2! | G5:1.5 F#5:.5 E5:2 | r:.5 B4:.5 E5:.5 G5:.5 B5:2! | B5:1.5 A5:.5 G5:2 |
 r:.5 C5:.5 E5:.5 A5:.5 C6:2! | B5:1.5 A5:.5 E5:2 | F#5:2! E5:2 | D#5:2! F#5:2
"""
ARRIVAL_TUNE = "r:.5 B4:.5 E5:.5 F#5:.5 G5:1.5! F#5:.5 | E5:4!"


def tempi() -> list[Tempo]:
    """Standing start, eight pushes over the four bars of leaving, full speed, and two bars of braking."""
    start = LEAVING_BAR * METER
    pushes = [Tempo(start + 2 * push, round(112 * (172 / 112) ** ((push + 1) / 9), 1)) for push in range(8)]
    stop = ARRIVING_BAR * METER
    return [Tempo(0, 112), *pushes, Tempo(RUNNING_BAR * METER, 172), Tempo(stop, 120), Tempo(stop + 4, 92)]


def _bar(score: Score, kind: str, place: int, beat: float, root: int, high: list[int], low: list[int]) -> None:
    if kind in ("platform", "tunnel", "arrival"):
        order = "0.12 1.31 2.13 1.21" if kind == "platform" else "0...2.1...3.2.1."
        score.add("string", arpeggio(high, order, beat, 0.25, 0.7, 0.6))
        score.add("pad", block(low, beat, 3.95, 0.6))
        score.add("piano", block(high, beat, 1.4, 0.6) + block(high, beat + 2.5, 1.2, 0.5))
        if kind != "arrival":
            score.add(
                "low", bass(root + 12, "0:1.5! 0:.5 7:1 12:.5 7:.5" if kind == "platform" else "0:3.9", beat, 0.7)
            )
        if kind == "tunnel":
            score.add("choir", block(low[1:], beat, 3.9, 0.7))
        return
    if kind == "leaving":
        score.add("pad", block(low, beat, 3.95, 0.8))
        score.add("string", arpeggio(high, "0123 2101 2321 0123", beat, 0.25, 0.4, 0.7))
        score.add("low", bass(root + 12, "0:.5! 0:.5 0:.5! 0:.5 0:.5! 0:.5 0:.5! 0:.5", beat, 0.75))
        return
    score.add("pad", block(low, beat, 3.95, 0.65))
    score.add("choir", block(low[1:], beat, 3.9, 0.6))
    score.add(
        "growl",
        bass(
            root, "0:1.5! 0:.5 r:.5 0:1! 7:.5" if place % 2 == 0 else "0:1.5! 12:.5 r:.5 0:.5! 3:.5? 7:.5", beat, 0.85
        ),
    )
    score.add("saws", stabs(high, "x-----x---x-----" if place % 2 == 0 else "x-----x---x-x-x-", beat))
    score.add("string", arpeggio(high, "0.2.1.3.2.4.3.1.", beat, 0.25, 0.4, 0.6))


def _harmony(score: Score) -> None:
    plan = [
        (0, PLATFORM[:4], "platform"),
        (4, PLATFORM, "platform"),
        (LEAVING_BAR, LEAVING, "leaving"),
        (RUNNING_BAR, [*RUN, *RUN_END], "run"),
        (32, TUNNEL, "tunnel"),
        (40, [*RUN, *RUN_END], "run"),
        (ARRIVING_BAR, ["Cmaj7", "Em9"], "arrival"),
    ]
    for bar in harmony(plan, METER, "E1", ("A3", "F5"), ("C3", "F4")):
        _bar(score, *bar)


def _drums(score: Score) -> None:
    platform = {"brush": "o.gox.gog.gox.go", "kick": "x.......o.x....."}
    two_step = {
        "kick": "X.........x.....|X.........x...o.",
        "snare": "....X..g.g..X...|....X..g.g..X..g",
        "hat": "x.x.x.x.x.x.x.x.|x.x.x.x.x.x.x.xo",
        "ride": "................|..............o.",
    }
    tunnel = {"hat": "..o...o...o...o.", "rim": "........x......."}
    add_drums(score, ((platform, 4, 8), (two_step, 16, 16), (tunnel, 32, 8), (two_step, 40, 16)))
    start = LEAVING_BAR * METER
    score.add("brush", steps("x.gox.gox.gox.go|x.gox.gox.gox.go", start))
    score.add("kick", steps("X...X...X...X...|X...X...X...X...|X...X...X...X...|X...X...X.......", start))
    score.add("snare", steps("o...o...o...o...|o.o.o.o.o.o.o.o.|x.x.x.x.xxxx....", start + METER))
    for bar in (23, 31, 47, 55):
        for part in ("kick", "snare"):
            score.parts[part] = without(score.parts[part], bar * METER + 2, (bar + 1) * METER)
        score.add("snare", steps("x.gxx.x." if bar in (23, 47) else "x.x.x.xx", bar * METER + 2))
        score.add("kick", steps("..x....." if bar in (23, 47) else "", bar * METER + 2))
    score.add("snare", steps("o...o...o...o...|o.o.o.o.x.x.x...", 38 * METER))
    score.add(
        "riser",
        [Note((LEAVING_BAR + 1) * METER * TICKS, 12 * TICKS, 60, 0.8), Note(36 * METER * TICKS, 16 * TICKS, 60, 0.8)],
    )
    for bar in (16, 24, 40, 48, 56):
        score.add("crash", steps("x", bar * METER))
    for bar in (16, 32, 40, 57):
        score.add("impact", steps("x", bar * METER))


def _tunes(score: Score) -> None:
    score.add("voice", line(PLATFORM_TUNE, 4 * METER, 0.75))
    score.add("voice", line(LEAVING_TUNE, LEAVING_BAR * METER, 0.8))
    score.add("tune", line(HOOK, 16 * METER, 0.85) + line(HOOK_AGAIN, 24 * METER, 0.88))
    score.add("voice", line(TUNNEL_TUNE, 32 * METER, 0.7))
    score.add("tune", line(HOOK, 40 * METER, 0.88) + line(HOOK_AGAIN, 48 * METER, 0.9))
    last = line(HOOK, 40 * METER, 0.88) + line(HOOK_AGAIN, 48 * METER, 0.9)
    score.add("second", seconded(last, [*RUN, *RUN_END], 40 * METER, [4]))
    score.add("bells", shifted(line(HOOK, 40 * METER, 0.45) + line(HOOK_AGAIN, 48 * METER, 0.45), 0, 12))
    score.add("voice", line(ARRIVAL_TUNE, ARRIVING_BAR * METER, 0.7))


def _strips() -> dict[str, Strip]:
    return {
        "tune": Strip(lead, -8.5, room=0.22, echo=0.22, duck=0.1),
        "second": Strip(lead, -12.5, pan=-0.25, room=0.25),
        "voice": Strip(electric_piano, -10.5, room=0.3, echo=0.25, sway=True),
        "bells": Strip(glass, -16.0, pan=0.2, room=0.35, echo=0.25),
        "string": Strip(partial(plucked, bright=0.65), -10.0, pan=-0.3, room=0.25, echo=0.1, low_cut_hz=180),
        "piano": Strip(electric_piano, -16.5, pan=0.3, room=0.25, low_cut_hz=150),
        "saws": Strip(supersaw, -13.5, room=0.25, duck=0.3, low_cut_hz=200),
        "pad": Strip(partial(pad, top_hz=2000.0), -15.5, room=0.35, duck=0.3, low_cut_hz=150, widen=True),
        "choir": Strip(choir, -14.5, room=0.5, duck=0.2, low_cut_hz=200),
        "low": Strip(synth_bass, -14.0),
        "growl": Strip(reese, -8.5, duck=0.55),
        "kick": Strip("kick_tight", -5.5),
        "snare": Strip("snare_tight", -8.5, room=0.12),
        "brush": Strip("brush", -9.0, pan=-0.1, room=0.15),
        "rim": Strip("rim", -9.0, room=0.4),
        "hat": Strip("hat", -9.0, pan=0.18),
        "ride": Strip("ride", -8.0, pan=-0.25),
        "crash": Strip("crash", -9.0, room=0.2),
        "impact": Strip("impact", -7.5, room=0.3),
        "riser": Strip(rising_noise, -12.0, room=0.2),
    }


def compose() -> Song:
    """Write the piece."""
    sections = form(
        ("platform", 4, 0.55),
        ("platform", 8, 0.8),
        ("leaving", 4, 0.9),
        ("run", 16, 0.95),
        ("tunnel", 8, 0.6),
        ("run", 16, 1.0),
        ("arrival", 2, 0.5),
    )
    score = Score(METER, 58, tempi(), sections, lead_in_s=1.2)
    _harmony(score)
    _tunes(score)
    _drums(score)
    return Song(
        slug="last-train-home",
        title="Last Train Home",
        key="E minor",
        mood="wistful, then racing",
        seed=71,
        score=score,
        strips=_strips(),
        weights={
            "tune": 1.0,
            "voice": 1.0,
            "saws": 0.5,
            "string": 0.38,
            "piano": 0.35,
            "low": 0.4,
            "growl": 0.4,
            "kick": 0.45,
            "snare": 0.55,
            "brush": 0.4,
            "hat": 0.2,
            "rim": 0.35,
            "crash": 0.6,
            "impact": 0.6,
        },
        melodic=("tune", "voice", "saws", "string", "low", "growl"),
        sustained=("tune", "voice"),
        fader=[
            (0, -3.5),
            (16, -3.5),
            (48, -4.0),
            (62, -2.0),
            (64, 0.5),
            (127, 0.5),
            (128, -2.0),
            (159.9, -1.0),
            (160, 1.0),
            (223, 1.0),
            (224, 0.0),
        ],
        hook_bar=RUNNING_BAR,
        room_s=2.0,
        tail_s=4.0,
        effect_bars=(15, 16),
        tags=("drum and bass", "tempo change"),
    )
