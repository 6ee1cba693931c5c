"""Seven Bridges: bright and odd; seven beats a bar as four and three, strings and wooden bars under open sky."""

from __future__ import annotations

from functools import partial

from tools.songs.figures import add_drums, arpeggio, bass, block, seconded, without
from tools.songs.score import Score, Tempo, form, line, steps
from tools.songs.song import Song, Strip
from tools.songs.theory import bass_pitch, led, pitch
from tools.songs.voices import choir, glass, lead, mallet, pad, plucked, synth_bass

METER = 7

VERSE = ["Aadd9", "E/G#", "F#m7", "Dmaj7", "Aadd9", "C#m7", "Dmaj7", "E"]
CHORUS = ["D", "E", "F#m7", "E/G#", "D", "A/C#", "Bm7", "E7sus4"]
CHORUS_END = ["D", "E", "F#m7", "E/G#", "D", "E", "A", "A"]
BRIDGE = ["F#m7", "C#m7", "Bm7", "Dmaj7", "F#m7", "C#m7", "Gmaj7", "E7sus4"]
"""Two chords a bar: four beats, then three."""

VERSE_TUNE = """
 E5:1! C#5:.5 E5:.5 A5:2! G#5:1 E5:1 B4:1 | C#5:1! A4:.5 C#5:.5 F#5:2! E5:1.5 D5:.5 C#5:1 |
 E5:1! C#5:.5 E5:.5 A5:2! B5:1 G#5:1 E5:1 | F#5:1.5! E5:.5 D5:1 C#5:1 B4:3
"""
VERSE_AGAIN = """
 E5:1! C#5:.5 E5:.5 A5:1! B5:.5 A5:.5 G#5:1 E5:1 B4:1 | C#5:1! A4:.5 C#5:.5 F#5:1! G#5:.5 F#5:.5 E5:1.5 D5:.5 C#5:1 |
 E5:1! C#5:.5 E5:.5 A5:2! B5:.5! G#5:.5 B5:.5 G#5:.5 E5:1 | F#5:1.5! E5:.5 D5:1 F#5:1 G#5:3!
"""
CHORUS_TUNE = """
 A5:1.5! F#5:.5 D5:1 A5:1 B5:1.5! G#5:.5 E5:1 | C#6:1.5! A5:.5 F#5:1 C#6:1 B5:1! G#5:1 E5:1 |
 A5:1.5! F#5:.5 D5:1 F#5:1 E5:1.5! C#5:.5 A4:1 | D5:1! E5:1 F#5:1 A5:1 B5:3!
"""
CHORUS_CLOSE = """
 A5:1.5! F#5:.5 D5:1 A5:1 B5:1.5! G#5:.5 E5:1 | C#6:1.5! A5:.5 F#5:1 C#6:1 E6:1! B5:1 G#5:1 |
 A5:1.5! F#5:.5 D5:1 F#5:1 G#5:1.5! E5:.5 B5:1 | C#6:1! B5:1 A5:2! E5:3
"""
BRIDGE_TUNE = """
 A5:3! F#5:1 G#5:2! E5:1 | F#5:3! D5:1 C#5:1 D5:1 F#5:1 | A5:3! C#6:1 B5:2! G#5:1 | B5:1! A5:1 F#5:1 D5:1 E5:3!
"""


def _bar(
    score: Score, kind: str, bar: int, symbols: list[str], voicings: list[list[int]], low: list[list[int]]
) -> None:
    """One bar of accompaniment: four beats on the first chord, three on the second."""
    beat = float(bar * METER)
    for start, length, symbol, high, deep in zip((0, 4), (4, 3), symbols, voicings, low, strict=True):
        at = beat + start
        root = bass_pitch(symbol, pitch("E2"))
        rolling = "01213121" if length == 4 else "012132"
        busy = "0.12 1.31 2.13 1.21" if length == 4 else "0.12 1.32 1.21"
        spare = "0...2.1." if length == 4 else "0.2.1."
        order = {"intro": spare, "bridge": rolling, "outro": spare}.get(kind, rolling)
        score.add("bars", arpeggio(high, order, at, 0.5, 0.4, 0.65))
        if kind in ("verse", "chorus"):
            score.add("string", arpeggio(high, busy, at, 0.25, 0.5, 0.6 if kind == "verse" else 0.7))
        score.add("pad", block(deep, at, length - 0.05, 0.5 if kind != "chorus" else 0.75))
        if kind in ("intro", "outro"):
            continue
        long_four, long_three = "0:1.5! 0:.5? 0:.5 7:.5 12:.5 7:.5", "0:1! 7:.5 0:.5? 12:.5 7:.5"
        calm = f"0:{length - 0.1}"
        score.add("bass", bass(root, calm if kind == "bridge" else long_four if length == 4 else long_three, at))
        if kind == "chorus":
            score.add("choir", block(deep[1:], at, length - 0.1, 0.65))


def _harmony(score: Score) -> None:
    plan = [
        (0, VERSE[:4], "intro"),
        (2, VERSE, "verse"),
        (6, VERSE, "verse"),
        (10, CHORUS, "chorus"),
        (14, CHORUS_END, "chorus"),
        (18, BRIDGE, "bridge"),
        (22, CHORUS, "chorus"),
        (26, CHORUS_END, "chorus"),
        (30, VERSE[:4], "outro"),
    ]
    for first, symbols, kind in plan:
        high = led(symbols, pitch("C#4"), pitch("A5"))
        low = led(symbols, pitch("D3"), pitch("A4"))
        for place in range(0, len(symbols), 2):
            pair = slice(place, place + 2)
            _bar(score, kind, first + place // 2, symbols[pair], high[pair], low[pair])


def _drums(score: Score) -> None:
    """Rows are in quarter-beat steps: four beats, then three."""
    verse = {
        "kick": "X.........o.....|X.....o.....",
        "rim": "........x.......|....x.......",
        "shaker": "xgogxgogxgogxgog|xgogxgogxgog",
    }
    chorus = {
        "kick": "X.....o...x.....|X.....o.....",
        "snare": "........X......g|....X..g..g.",
        "hat": "x.o.x.o.x.o.x.o.|x.o.x.o.x.o.",
        "shaker": "ogogogogogogogog|ogogogogogog",
    }
    bridge = {"kick": "X...............|X...........", "shaker": "o.g.o.g.o.g.o.g.|o.g.o.g.o.g."}
    add_drums(score, ((verse, 4, 6), (chorus, 10, 8), (bridge, 18, 4), (chorus, 22, 8)))
    for bar in (9, 13, 17, 21, 25):
        for part in ("snare", "rim"):
            score.parts[part] = without(score.parts[part], bar * METER + 4, (bar + 1) * METER)
        score.add("tom_high", steps("x.o.........", bar * METER + 4))
        score.add("tom_mid", steps("....x.o.....", bar * METER + 4))
        score.add("tom_low", steps("........x.xx" if bar != 13 else "........x.x.", bar * METER + 4))
    for bar in (10, 14, 22, 26, 30):
        score.add("crash", steps("x", bar * METER))
    score.add("impact", steps("x", 10 * METER) + steps("x", 22 * METER))


def _strips() -> dict[str, Strip]:
    return {
        "tune": Strip(lead, -9.0, room=0.22, echo=0.2),
        "second": Strip(lead, -13.0, pan=-0.25, room=0.25),
        "voice": Strip(partial(plucked, bright=0.85), -4.0, room=0.28, echo=0.25),
        "bells": Strip(glass, -14.5, pan=-0.2, room=0.35, echo=0.2),
        "bars": Strip(mallet, -11.5, pan=0.35, room=0.22, echo=0.08),
        "string": Strip(partial(plucked, bright=0.6), -11.0, pan=-0.4, room=0.2, low_cut_hz=160),
        "pad": Strip(partial(pad, top_hz=2200.0), -15.5, room=0.3, duck=0.25, low_cut_hz=150, widen=True),
        "choir": Strip(choir, -14.0, room=0.45, duck=0.2, low_cut_hz=200),
        "bass": Strip(synth_bass, -13.0, duck=0.3),
        "kick": Strip("kick_tight", -4.5),
        "snare": Strip("snare", -6.5, room=0.18),
        "rim": Strip("rim", -9.0, pan=0.1, room=0.25),
        "hat": Strip("hat", -9.0, pan=0.2),
        "shaker": Strip("shaker", -13.0, pan=-0.3),
        "crash": Strip("crash", -9.0, room=0.2),
        "impact": Strip("impact", -7.0, room=0.3),
        "tom_high": Strip("tom_high", -10.0, pan=-0.35, room=0.2),
        "tom_mid": Strip("tom_mid", -10.0, room=0.2),
        "tom_low": Strip("tom_low", -10.5, pan=0.35, room=0.2),
    }


def compose() -> Song:
    """Write the piece."""
    sections = form(
        ("intro", 2, 0.5),
        ("verse", 8, 0.8),
        ("chorus", 8, 1.0),
        ("bridge", 4, 0.6),
        ("chorus", 8, 1.05),
        ("outro", 2, 0.5),
    )
    score = Score(METER, 32, [Tempo(0, 144), Tempo(217, 132), Tempo(221, 112)], sections, lead_in_s=1.2)
    _harmony(score)
    score.add("voice", line(VERSE_TUNE, 2 * METER, 0.75))
    score.add("voice", line(VERSE_AGAIN, 6 * METER, 0.8))
    score.add("tune", line(CHORUS_TUNE, 10 * METER, 0.85) + line(CHORUS_CLOSE, 14 * METER, 0.88))
    score.add("voice", line(BRIDGE_TUNE, 18 * METER, 0.7))
    score.add("tune", line(CHORUS_TUNE, 22 * METER, 0.88) + line(CHORUS_CLOSE, 26 * METER, 0.9))
    last = line(CHORUS_TUNE, 22 * METER, 0.88) + line(CHORUS_CLOSE, 26 * METER, 0.9)
    score.add("second", seconded(last, [*CHORUS, *CHORUS_END], 22 * METER, [4, 3]))
    score.add("bells", line(CHORUS_TUNE, 22 * METER, 0.45) + line(CHORUS_CLOSE, 26 * METER, 0.5))
    score.add(
        "voice", line("E5:1! C#5:.5 E5:.5 A5:2! G#5:1 E5:1 B4:1 | C#5:1 A4:.5 C#5:.5 E5:1 A5:4!", 30 * METER, 0.65)
    )
    _drums(score)
    return Song(
        slug="seven-bridges",
        title="Seven Bridges",
        key="A major",
        mood="bright, striding",
        seed=53,
        score=score,
        strips=_strips(),
        weights={
            "tune": 1.0,
            "voice": 1.0,
            "bars": 0.45,
            "string": 0.38,
            "bass": 0.4,
            "kick": 0.45,
            "snare": 0.5,
            "rim": 0.35,
            "hat": 0.2,
            "tom_high": 0.55,
            "tom_mid": 0.55,
            "tom_low": 0.55,
            "crash": 0.6,
            "impact": 0.6,
        },
        melodic=("tune", "voice", "bars", "string", "bass"),
        sustained=("tune", "voice"),
        fader=[
            (0, 3.0),
            (13, 3.0),
            (14, -2.0),
            (69, -1.5),
            (70, 0.5),
            (125, 0.5),
            (126, -1.0),
            (154, 1.0),
            (209, 1.0),
            (210, 2.5),
        ],
        hook_bar=10,
        room_s=2.0,
        echo_beats=0.5,
        tail_s=3.5,
        tags=("odd meter", "7/4"),
    )
