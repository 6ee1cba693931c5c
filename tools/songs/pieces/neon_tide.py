"""Neon Tide: progressive house over a harbour at night; wide saws, a pumping bass, one big hook."""

from __future__ import annotations

from functools import partial

from tools.songs.figures import add_drums, arpeggio, bass, block, harmony, seconded, stabs, without
from tools.songs.score import TICKS, Note, Score, Tempo, form, line, shifted, steps
from tools.songs.song import Song, Strip
from tools.songs.voices import choir, glass, lead, pad, plucked, rising_noise, sub_bass, supersaw, synth_bass

METER = 4

VERSE = ["Fm9", "Dbmaj7", "Ab", "Eb/G"]
VERSE_END = ["Fm9", "Dbmaj7", "Bbm7", "C7sus4"]
DROP = ["Dbmaj9", "Eb", "Fm9", "Ab/C"]
DROP_END = ["Dbmaj9", "Eb", "Cm7", "Fm9"]
BUILD = ["Bbm7", "Cm7", "Dbmaj7", "Eb"]

VERSE_TUNE = """
 r:1 C5:.5 Eb5:.5 F5:1.5! Eb5:.5 | C5:1.5 Ab4:.5 C5:2 | r:1 C5:.5 Eb5:.5 Ab5:1.5! G5:.5 | Eb5:1.5 Bb4:.5 Eb5:2 |
 r:1 C5:.5 Eb5:.5 F5:1.5! Ab5:.5 | Ab5:1 F5:.5 Eb5:.5 F5:2 | r:1 Db5:.5 F5:.5 Ab5:1.5! F5:.5 | G5:2 F5:1 G5:1
"""
HOOK = """
 Ab5:.75! F5:.75 Eb5:.5 F5:1! Ab5:1 | Bb5:.75! G5:.75 Eb5:.5 G5:1.5! F5:.25 G5:.25 |
 Ab5:.75! G5:.75 F5:.5 C6:1! Bb5:.5 Ab5:.5 | G5:.75! Eb5:.75 C5:.5 Eb5:2 |
 Ab5:.75! F5:.75 Eb5:.5 F5:1! Ab5:1 | Bb5:.75! G5:.75 Eb5:.5 Bb5:1! C6:.5 Db6:.5 |
"""
HOOK_OPEN = " C6:.75! Bb5:.75 G5:.5 Eb5:1! F5:.5 G5:.5 | F5:3! r:1 "
HOOK_CLOSE = " Eb6:.75! C6:.75 G5:.5 Bb5:1! Ab5:.5 G5:.5 | F5:3! C5:.5 Eb5:.5 "
BUILD_TUNE = """
 F5:1! Db5:1 F5:1 Ab5:1 | G5:1! Eb5:1 G5:1 Bb5:1 | Ab5:.5! F5:.5 Ab5:.5 C6:.5 Ab5:.5! F5:.5 Ab5:.5 C6:.5 |
 Bb5:.5! G5:.5 Bb5:.5 Eb6:.5 Bb5:.5! G5:.5 r:1
"""
BREAK_TUNE = """
 C5:3 Eb5:1 | F5:2.5! Eb5:.5 Ab5:1 | Eb5:3 C5:1 | Bb4:2 Eb5:2 |
 C5:3! Eb5:1 | F5:2! Ab5:1 C6:1 | Bb5:3! Ab5:1 | G5:2 E5:2
"""


def _chords(score: Score) -> None:
    plan = [
        (0, VERSE, "intro"),
        (4, [*VERSE, *VERSE_END], "verse"),
        (12, BUILD, "build"),
        (16, [*DROP, *DROP_END], "drop"),
        (24, [*DROP, *DROP_END], "drop"),
        (32, [*VERSE, *VERSE_END[:3], "C7"], "break"),
        (40, BUILD, "build"),
        (44, [*DROP, *DROP_END], "drop"),
        (52, [*VERSE, *VERSE_END][:4], "outro"),
    ]
    for bar in harmony(plan, METER, "E1", ("Bb3", "F5"), ("C3", "E4")):
        _bar(score, *bar)


def _bar(score: Score, kind: str, place: int, beat: float, root: int, high: list[int], low: list[int]) -> None:
    """One bar of accompaniment in the manner of its section."""
    if kind == "drop":
        rhythm = "x--x--x-x--x--x-" if place % 2 == 0 else "x--x--x-..x-x-x-"
        score.add("saws", stabs(high, rhythm, beat))
        score.add("bass", bass(root + 12, "r:.5 0:.5! r:.5 0:.5! r:.5 0:.25! 0:.25 r:.5 12:.25 7:.25", beat))
        score.add("sub", bass(root, "0:.75 0:.75 0:1 0:.75 7:.75", beat))
        score.add("pluck", arpeggio(high, "0213 2130 2310 1323", beat, velocity=0.5))
        score.add("choir", block(low[1:], beat, 3.9, 0.6))
        return
    score.add("pad", block(low, beat, 3.95, 0.75 if kind == "build" else 0.6))
    if kind == "build":
        score.add("saws", stabs(high, "x.x.x.x.x.x.x.x." if place < 2 else "xxxxxxxxxxxxxxxx", beat, length=0.18))
        score.add("sub", bass(root, "0:3.9", beat, 0.6))
        return
    order = {"intro": "0.2.1.3.2.1.3.2.", "break": "0..1..2..3..2.1.", "outro": "0.2.1.3.2.1.3.2."}
    score.add("pluck", arpeggio(high, order.get(kind, "02132130 23101323"), beat, velocity=0.6))
    if kind == "verse":
        score.add("bass", bass(root + 12, "0:.75! 0:.75 0:.5 r:.5 0:.5 7:.5 10:.5", beat, 0.75))
    if kind == "break":
        score.add("sub", bass(root, "0:3.9", beat, 0.6))
        score.add("choir", block(low[1:], beat, 3.9, 0.7))


def _drums(score: Score) -> None:
    verse = {
        "kick": "X...X...X...X...",
        "hat": "..x...x...x...x.",
        "shaker": "ogxgogxgogxgogxg",
        "rim": "......o....o....",
    }
    drop = {
        "kick": "X...X...X...X...",
        "clap": "....x.......x...|....x.......x..g",
        "hat": "g.xgg.xgg.xgg.xo",
        "open": "..x...x...x...x.",
        "shaker": "ogogogogogogogog",
    }
    light = {"kick": "X.......X.......", "shaker": "ogxgogxgogxgogxg"}
    add_drums(score, ((light, 2, 2), (verse, 4, 8), (drop, 16, 16), (drop, 44, 8), (verse, 52, 3)))
    for bar in (12, 40):
        score.add("kick", steps("X...X...X...X...|X...X...X...X...|X.X.X.X.X.X.X.X.", bar * METER))
        score.add("snare", steps("o.......o.......|o...o...o...o...|o.o.o.o.o.o.x.x.|xxxxxxxxXXXX....", bar * METER))
        score.add("riser", [Note((bar + 1) * METER * TICKS, 12 * TICKS, 60, 0.8)])
    for bar in (23, 31, 51):
        score.parts["clap"] = without(score.parts["clap"], bar * METER + 3, (bar + 1) * METER)
        score.add("snare", steps("o.xx", bar * METER + 3))
    score.add("tom_high", steps("x.o.", 31 * METER + 2))
    score.add("tom_low", steps("..x.", 31 * METER + 2.5))
    for bar in (4, 16, 24, 44, 52):
        score.add("crash", steps("x", bar * METER))
    for bar in (16, 32, 44, 55):
        score.add("impact", steps("x", bar * METER))


def _tunes(score: Score) -> None:
    score.add("voice", line(VERSE_TUNE, 4 * METER, 0.75))
    score.add("tune", line(BUILD_TUNE, 12 * METER, 0.7))
    score.add("tune", line(HOOK + HOOK_OPEN, 16 * METER, 0.85))
    score.add("tune", line(HOOK + HOOK_CLOSE, 24 * METER, 0.88))
    score.add("voice", line(BREAK_TUNE, 32 * METER, 0.75))
    score.add("tune", line(BUILD_TUNE, 40 * METER, 0.75))
    score.add("tune", line(HOOK + HOOK_CLOSE, 44 * METER, 0.9))
    score.add("bells", shifted(line(HOOK + HOOK_CLOSE, 44 * METER, 0.5), 0, 12))
    score.add(
        "voice",
        line(
            "r:1 C5:.5 Eb5:.5 F5:1.5! Eb5:.5 | C5:1.5 Ab4:.5 C5:2 | r:1 C5:.5 Eb5:.5 Ab5:1.5! G5:.5 | F5:4!", 208, 0.6
        ),
    )
    for bar in range(24, 32, 2):
        score.add("bells", line("r:3.5 C6:.25 Eb6:.25 F6:.75 Eb6:.75 C6:.5 r:2", bar * METER, 0.5))
    score.add("second", seconded(line(HOOK + HOOK_CLOSE, 176, 0.9), [*DROP, *DROP_END], 176, [4]))
    score.add("bells", shifted(line(VERSE_TUNE, 4 * METER, 0.35), 0, 12))


def _strips() -> dict[str, Strip]:
    opening = [(0.0, 700.0), (16.0, 3000.0), (48.0, 9000.0), (64.0, 16_000.0), (128.0, 16_000.0), (129.0, 1800.0)]
    opening += [(160.0, 3000.0), (176.0, 16_000.0), (208.0, 16_000.0), (224.0, 900.0)]
    rise = [(0.0, 16_000.0), (47.9, 16_000.0), (48.0, 500.0), (63.0, 14_000.0), (64.0, 16_000.0), (159.9, 16_000.0)]
    rise += [(160.0, 500.0), (175.0, 14_000.0), (176.0, 16_000.0)]
    return {
        "tune": Strip(lead, -7.5, room=0.2, echo=0.25, duck=0.15),
        "second": Strip(lead, -11.5, pan=-0.25, room=0.25, duck=0.15),
        "voice": Strip(lead, -6.5, room=0.35, echo=0.35, duck=0.2),
        "bells": Strip(glass, -15.5, pan=0.25, room=0.35, echo=0.35),
        "saws": Strip(supersaw, -10.5, room=0.22, duck=0.6, low_cut_hz=170, sweep=rise),
        "pluck": Strip(
            partial(plucked, bright=0.75), -6.5, pan=-0.2, room=0.25, echo=0.3, duck=0.3, low_cut_hz=200, sweep=opening
        ),
        "pad": Strip(partial(pad, top_hz=2600.0), -15.0, room=0.35, duck=0.45, low_cut_hz=150, widen=True),
        "choir": Strip(choir, -13.5, room=0.45, duck=0.5, low_cut_hz=200),
        "bass": Strip(synth_bass, -12.0, duck=0.5),
        "sub": Strip(sub_bass, -11.0, duck=0.75),
        "kick": Strip("kick_club", -6.5),
        "clap": Strip("clap", -4.0, room=0.15),
        "snare": Strip("snare", -9.5, room=0.2),
        "rim": Strip("rim", -8.0, pan=0.3, room=0.2),
        "hat": Strip("hat", -9.0, pan=0.15),
        "open": Strip("hat_open", -8.5, pan=-0.12, duck=0.2),
        "shaker": Strip("shaker", -12.5, pan=-0.35),
        "crash": Strip("crash", -8.0, room=0.2),
        "impact": Strip("impact", -7.5, room=0.3),
        "riser": Strip(rising_noise, -7.0, room=0.2),
        "tom_high": Strip("tom_high", -10.0, pan=-0.3, room=0.2),
        "tom_low": Strip("tom_low", -8.0, pan=0.3, room=0.2),
    }


def compose() -> Song:
    """Write the piece."""
    sections = form(
        ("intro", 4, 0.5),
        ("verse", 8, 0.75),
        ("build", 4, 0.85),
        ("drop", 16, 1.0),
        ("break", 8, 0.55),
        ("build", 4, 0.85),
        ("drop", 8, 1.05),
        ("outro", 4, 0.55),
    )
    score = Score(METER, 56, [Tempo(0, 126)], sections, lead_in_s=1.2)
    _chords(score)
    _tunes(score)
    _drums(score)
    return Song(
        slug="neon-tide",
        title="Neon Tide",
        key="F minor",
        mood="euphoric, wide",
        seed=23,
        score=score,
        strips=_strips(),
        weights={
            "tune": 1.0,
            "voice": 1.0,
            "saws": 0.5,
            "pluck": 0.36,
            "bass": 0.4,
            "kick": 0.45,
            "clap": 0.5,
            "snare": 0.5,
            "open": 0.25,
            "rim": 0.3,
            "crash": 0.6,
            "impact": 0.6,
            "tom_high": 0.5,
            "tom_low": 0.5,
        },
        melodic=("tune", "voice", "saws", "pluck", "bass"),
        sustained=("tune", "voice"),
        fader=[
            (0, 3.0),
            (15, 3.0),
            (16, -2.5),
            (47, -2.0),
            (48, -2.0),
            (63.9, -0.5),
            (64, 0.5),
            (127, 0.5),
            (128, -1.5),
            (175.9, -0.5),
            (176, 1.0),
            (207, 1.0),
            (208, -1.5),
        ],
        hook_bar=16,
        room_s=2.2,
        tail_s=3.5,
        effect_bars=(39, 40),
        tags=("house", "dance"),
    )
