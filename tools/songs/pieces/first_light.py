"""First Light: a calm piece for first hands; a plucked string, a tine piano, morning over the roofs."""

from __future__ import annotations

from functools import partial

from tools.songs.figures import add_drums, arpeggio, bass, block, harmony, seconded
from tools.songs.score import Score, Tempo, form, line, steps
from tools.songs.song import Song, Strip
from tools.songs.voices import choir, electric_piano, glass, pad, plucked, upright_bass

METER = 4

VERSE = ["Dmaj9", "A/C#", "Bm7", "Gmaj7", "Dmaj9", "F#m7", "Gmaj9", "A7sus4"]
CHORUS = ["Gmaj7", "A", "F#m7", "Bm7", "Em7", "A7sus4", "Dmaj9", "D"]
BREAK = ["Bbmaj7", "C", "Bbmaj7", "A7sus4"]

VERSE_TUNE = """
 r:.5 F#5:.5 E5:.5 F#5:.5 A5:1.5! F#5:.5 | E5:2 r:.5 C#5:.5 D5:.5 E5:.5 | F#5:1.5! E5:.5 D5:1 B4:1 | D5:.5 B4:.5 A4:3 |
 r:.5 F#5:.5 E5:.5 F#5:.5 A5:1.5! B5:.5 | C#6:1.5! A5:.5 F#5:2 | r:.5 B5:.5 A5:.5 F#5:.5 E5:1 D5:1 | E5:3 r:1
"""
VERSE_AGAIN = """
 r:.5 F#5:.5 E5:.5 F#5:.5 A5:1.5! F#5:.5 | E5:1 C#5:.5 E5:.5 A5:1 G5:.5 E5:.5 |
 F#5:1.5! E5:.5 D5:1 B4:.5 D5:.5 | A4:3 B4:.5 D5:.5
"""
CHORUS_TUNE = """
 D5:1! B5:2! A5:.5 G5:.5 | A5:1.5! E5:.5 C#5:1 E5:1 | F#5:1! A5:2! G5:.5 F#5:.5 | F#5:1.5! D5:.5 B4:1 D5:1 |
 E5:1! G5:2! F#5:.5 E5:.5 | E5:1 D6:1.5! B5:.5 A5:1 | F#5:1.5! E5:.5 D5:1 E5:.5 F#5:.5 | A5:3! r:1
"""
CHORUS_LAST = """
 D5:1! B5:2! A5:.5 G5:.5 | A5:1.5! E5:.5 C#5:.5 E5:.5 A5:1 |
 F#5:1! A5:1.5! B5:.5 A5:.5 F#5:.5 | F#5:1.5! D5:.5 B4:1 D5:1 |
 E5:1! G5:1.5! A5:.5 G5:.5 E5:.5 | E5:1 D6:1.5! B5:.5 A5:1 | F#5:1.5! E5:.5 D5:1 E5:.5 F#5:.5 | D6:3! r:1
"""
BREAK_TUNE = "D5:2! F5:1 D5:1 | E5:2! G5:1 E5:1 | F5:2! D5:1 F5:1 | E5:2 A5:2!"
OUTRO_TUNE = "r:.5 F#5:.5 E5:.5 F#5:.5 A5:2! | r:.5 F#5:.5 E5:.5 C#5:.5 E5:2 | r:.5 D5:.5 B4:.5 D5:.5 F#5:2! | A5:4!"


def _harmony(score: Score) -> None:
    """Chords, their arpeggios and the bass, section by section."""
    plan = [
        (0, ["Dmaj9", "A/C#", "Bm7", "Gmaj7"], "intro"),
        (4, VERSE, "verse"),
        (12, CHORUS, "chorus"),
        (20, BREAK, "break"),
        (24, VERSE[:4], "verse"),
        (28, CHORUS, "last"),
        (36, ["Gmaj7", "A/C#", "Bm7", "Dmaj9"], "outro"),
    ]
    for kind, place, beat, root, voicing, low in harmony(plan, METER, "E2", ("A3", "E5"), ("D3", "F#4")):
        orders = {"intro": "0.1.2.3.2.1.3.1.", "break": "0.1.2.3.4.3.2.1.", "outro": "0.1.2.3.2.1.3.1."}
        order = orders.get(kind, "0121 3121 0121 3212" if place % 2 == 0 else "0123 2101 0123 4321")
        score.add("string", arpeggio(voicing, order, beat, length=0.9))
        score.add("pad", block(low, beat, 3.95, 0.5 if kind in ("intro", "verse") else 0.7))
        if kind == "intro" or kind == "outro":
            continue
        score.add("piano", block(voicing, beat, 1.4, 0.55))
        if kind in ("chorus", "last"):
            score.add("piano", block(voicing, beat + 1.5, 0.9, 0.45) + block(voicing, beat + 3, 0.9, 0.5))
            score.add("choir", block(low[1:], beat, 3.9, 0.6))
        figure = "0:1.5! 0:.5 7:1 12:.5 7:.5" if kind != "break" else "0:4"
        score.add("bass", bass(root, figure if place % 4 != 3 else "0:1.5! 0:.5 7:.5 5:.5 7:.5 9:.5", beat))


def _drums(score: Score) -> None:
    soft = {"kick": "x.....o.x.......", "rim": "....o.......o..g", "shaker": "ogxgogxgogxgogxg"}
    full = {"kick": "x.....o.x..o....", "brush": "g...x..g.g..x..g", "shaker": "ogxgogxgogxgogxg"}
    add_drums(score, ((soft, 8, 4), (full, 12, 8), (soft, 24, 4), (full, 28, 8)))
    score.add("crash", steps("o", 12 * METER) + steps("o", 28 * METER) + steps("g", 36 * METER))
    for bar in (11, 27):
        score.add("tom_high", steps("..o.g...", bar * METER + 2))
        score.add("tom_low", steps("....o.o.", bar * METER + 2))


def _strips() -> dict[str, Strip]:
    return {
        "tune": Strip(electric_piano, -9.5, room=0.22, echo=0.22, sway=True),
        "second": Strip(electric_piano, -15.0, pan=-0.2, room=0.25, sway=True),
        "sparkle": Strip(glass, -14.0, pan=0.3, room=0.4, echo=0.3),
        "string": Strip(partial(plucked, bright=0.55), -9.0, pan=-0.28, room=0.25, echo=0.08, low_cut_hz=120),
        "piano": Strip(electric_piano, -17.0, pan=0.25, room=0.2, sway=True, low_cut_hz=150),
        "pad": Strip(partial(pad, top_hz=1500.0), -14.5, room=0.35, low_cut_hz=140, widen=True),
        "choir": Strip(choir, -15.0, room=0.5, low_cut_hz=180),
        "bass": Strip(upright_bass, -8.0),
        "kick": Strip("kick_soft", -4.0),
        "rim": Strip("rim", -8.0, pan=0.15, room=0.3),
        "brush": Strip("brush", -8.5, pan=-0.1, room=0.2),
        "shaker": Strip("shaker", -12.5, pan=0.35, room=0.1),
        "crash": Strip("crash", -9.0, room=0.3),
        "tom_high": Strip("tom_high", -9.5, pan=-0.3, room=0.3),
        "tom_low": Strip("tom_low", -10.0, pan=0.3, room=0.3),
    }


def compose() -> Song:
    """Write the piece."""
    sections = form(
        ("intro", 4, 0.55),
        ("verse", 8, 0.8),
        ("chorus", 8, 1.0),
        ("break", 4, 0.6),
        ("verse", 4, 0.85),
        ("chorus", 8, 1.0),
        ("outro", 4, 0.5),
    )
    score = Score(METER, 40, [Tempo(0, 96), Tempo(156, 88), Tempo(158, 78)], sections, lead_in_s=1.5)
    _harmony(score)
    score.add("tune", line(VERSE_TUNE, 16, 0.75))
    score.add("tune", line(CHORUS_TUNE, 48, 0.85))
    score.add("tune", line(BREAK_TUNE, 80, 0.6))
    score.add("tune", line(VERSE_AGAIN, 96, 0.75))
    score.add("tune", line(CHORUS_LAST, 112, 0.9))
    score.add("tune", line(OUTRO_TUNE, 144, 0.6))
    score.add("second", seconded(line(CHORUS_LAST, 112, 0.9), CHORUS, 112, [4]))
    score.add("sparkle", line(CHORUS_LAST, 112, 0.4, transpose=12))
    _drums(score)
    return Song(
        slug="first-light",
        title="First Light",
        key="D major",
        mood="calm, warm",
        seed=11,
        score=score,
        strips=_strips(),
        weights={
            "tune": 1.0,
            "string": 0.4,
            "bass": 0.35,
            "brush": 0.35,
            "rim": 0.35,
            "kick": 0.4,
            "piano": 0.3,
            "tom_high": 0.4,
            "tom_low": 0.4,
            "crash": 0.6,
        },
        melodic=("tune", "string", "bass"),
        fader=[
            (0, 4.0),
            (15, 4.0),
            (16, -1.5),
            (47, -1.0),
            (48, 0.5),
            (79, 0.5),
            (80, 0.0),
            (96, -1.0),
            (112, 1.0),
            (144, 1.0),
            (145, 4.0),
        ],
        hook_bar=12,
        room_s=2.6,
        tail_s=4.0,
        tags=("calm", "beginner"),
    )
