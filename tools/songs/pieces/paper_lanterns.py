"""Paper Lanterns: electro swing on a street market; walking bass, horns, a vibraphone that laughs in triplets.

Written straight, played with a triplet shuffle: of four quarter-beat steps the first three become a triplet.
"""

from __future__ import annotations

from tools.songs.figures import add_drums, arpeggio, block, seconded, stabs, without
from tools.songs.score import TICKS, Note, Score, Tempo, form, line, steps
from tools.songs.song import Song, Strip
from tools.songs.theory import bass_pitch, led, pitch
from tools.songs.voices import brass, electric_piano, mallet, organ, upright_bass

METER = 4

HEAD = "Cm6 Cm6 | Fm7 Bb9 | Ebmaj7 Abmaj7 | Dm7b5 G7b9 | Cm6 C7b9 | Fm7 Fm6 | Ab7 G7b9 | Cm6 G7"
CHORUS = "Fm9 Bb9 | Ebmaj9 Cm7 | Fm7 Bb7 | Ebmaj7 Eb7 | Abmaj7 Bb9 | G7b9 Cm7 | Dm7b5 G7b9 | Cm6 G7"
BRIDGE = "Abmaj7 Abmaj7 | Gm7 C7b9 | Fm9 Fm9 | Dm7b5 G7b9"
VAMP = "Cm6 Cm6 | Ab7 G7b9 | Cm6 Cm6 | Ab7 G7b9"

HEAD_TUNE = """
 r:.5 G4:.5 C5:.5 Eb5:.5 D5:.5! C5:.5 A4:1 | r:.5 Ab4:.5 C5:.5 F5:.5 D5:1.5! r:.5 |
 r:.5 G4:.5 Bb4:.5 D5:.5 C5:.5! Bb4:.5 G4:1 | F4:.5 Ab4:.5 C5:.5 D5:.5 B4:1! G4:1 |
 r:.5 G4:.5 C5:.5 Eb5:.5 D5:.5! Eb5:.5 G5:1 | Ab5:1! G5:.5 F5:.5 Eb5:.5 C5:.5 Ab4:1 |
 C5:.5 Eb5:.5 Gb5:1! F5:.5 D5:.5 B4:.5 Ab4:.5 | G4:.5 C5:1.5! r:2
"""
HEAD_AGAIN = """
 r:.5 G4:.5 C5:.5 Eb5:.5 D5:.5! C5:.5 A4:1 | r:.5 Ab4:.5 C5:.5 F5:.5 D5:.5! F5:.5 D5:.5 Bb4:.5 |
 r:.5 G4:.5 Bb4:.5 D5:.5 C5:.5! D5:.5 Eb5:1 | F5:.5 D5:.5 C5:.5 Ab4:.5 B4:1! G4:1 |
 r:.5 G4:.5 C5:.5 Eb5:.5 D5:.5! Eb5:.5 G5:1 | Ab5:1! G5:.5 F5:.5 Eb5:.5 C5:.5 Ab4:1 |
 C5:.5 Eb5:.5 Gb5:1! F5:.5 D5:.5 Ab5:.5 F5:.5 | Eb5:.5 C5:1.5! r:2
"""
CHORUS_TUNE = """
 C5:1! Ab5:1.5! G5:.5 F5:1 | G5:1.5! F5:.5 Eb5:.5 D5:.5 Bb4:1 | C5:1! F5:1.5! Eb5:.5 D5:1 | Eb5:1.5! Bb4:.5 Db5:2 |
 C5:1! Eb5:1.5! G5:.5 F5:1 | Ab5:1.5! G5:.5 Eb5:.5 C5:.5 G4:1 |
 F5:.5 Eb5:.5 D5:.5 C5:.5 B4:.5! D5:.5 F5:.5 Ab5:.5 | G5:1! Eb5:.5 C5:1.5! r:1
"""
CHORUS_LAST = """
 C5:1! Ab5:1.5! G5:.5 F5:1 | G5:1.5! F5:.5 Eb5:.5 D5:.5 Bb4:.5 D5:.5 |
 C5:1! F5:1.5! Eb5:.5 D5:1 | Eb5:1.5! Bb4:.5 Db5:1 Eb5:1 |
 C5:1! Eb5:1.5! G5:.5 F5:.5 Ab5:.5 | Ab5:1.5! G5:.5 Eb5:.5 C5:.5 G4:1 |
 F5:.5 Eb5:.5 D5:.5 C5:.5 B4:.5! D5:.5 F5:.5 Ab5:.5 | C6:1! G5:.5 Eb5:.5 C5:1! r:1
"""
BRIDGE_TUNE = "G5:3! Eb5:1 | D5:2 Db5:2! | C5:1.5 Eb5:.5 G5:1 Ab5:1! | F5:1.5 D5:.5 B4:2!"
RIFF = "C5+Eb5:.5! r:1 C5+Eb5:.5 r:.5 A4+C5:.5! r:1 | C5+Gb5:1! r:1 B4+F5:.5! B4+F5:.5 r:1"


def _walk(score: Score, symbols: list[str], beat: float) -> None:
    """A walking bass: the root, then a step that leads into the next root; now and then a skipped ghost note."""
    roots = [bass_pitch(symbol, pitch("E1") + 12) for symbol in symbols]
    for place, root in enumerate(roots):
        at = beat + 2 * place
        following = roots[(place + 1) % len(roots)]
        same = following == root
        lead_in = (
            root + 7
            if same and root < pitch("A2")
            else root - 5
            if same
            else following + (1 if following < root else -1)
        )
        score.add("bass", [Note(round(at * TICKS), 42, root, 0.85), Note(round((at + 1) * TICKS), 42, lead_in, 0.72)])
        if place % 4 == 3:
            score.add("bass", [Note(round((at + 1.5) * TICKS), 18, lead_in, 0.4)])


def _harmony(score: Score) -> None:
    plan = [(0, VAMP, "intro"), (4, HEAD, "head"), (12, HEAD, "head"), (20, CHORUS, "chorus"), (28, BRIDGE, "bridge")]
    plan += [(32, HEAD, "solo"), (40, CHORUS, "chorus"), (48, VAMP, "outro")]
    for bar, symbols_text, kind in plan:
        symbols = symbols_text.replace("|", " ").split()
        voicings = led(symbols, pitch("G3"), pitch("C5"))
        if kind != "intro":
            _walk(score, symbols, bar * METER)
        for place, voicing in enumerate(voicings):
            beat = bar * METER + 2 * place
            if kind == "bridge":
                score.add("organ", block(voicing, beat, 1.9, 0.6))
                score.add("vibes", arpeggio(voicing, "012.345.", beat, length=0.5))
                continue
            score.add("piano", stabs(voicing, "x--o" if place % 2 == 0 else ".x-.", beat, 0.5, 0.3))
            if kind == "head" and place % 4 == 3:
                score.add("vibes", arpeggio(voicing, "012.345.", beat, length=0.4, velocity=0.5))
            if kind == "chorus":
                score.add("organ", stabs(voicing, ".o.o", beat, 0.5, 0.2))
                score.add("vibes", arpeggio(voicing, "2.1.012." if place % 2 else "....321.", beat, length=0.4))
            if kind == "solo":
                orders = ("012.3.2.", "3.2.321.", "0.1.234.", "543.2.1.")
                score.add("vibes", arpeggio(voicing, orders[place % 4], beat, length=0.4, velocity=0.8))
            if kind in ("intro", "outro"):
                score.add("vibes", arpeggio(voicing, "0.1.232." if place % 2 else "2...1.0.", beat, length=0.4))


def _drums(score: Score) -> None:
    """All rows are in half-beat steps."""
    head = {"kick": "X.o.X.oo", "rim": "..x...x.", "ride": "x.xox.xo", "brush": "g.g.g.gg"}
    chorus = {"kick": "X.X.X.X.", "clap": "..x...x.", "ride": "x.xox.xo", "hat": ".x.x.x.x", "brush": ".g.g.g.g"}
    bridge = {"kick": "X.......", "ride": "x.xox.xo", "rim": "......x."}
    intro = {"hat": "..x...x.", "ride": "x.xox.xo"}
    runs = [(intro, 2, 2), (head, 4, 16), (chorus, 20, 8), (bridge, 28, 4), (chorus, 32, 16), (head, 48, 3)]
    add_drums(score, runs, 0.5)
    for bar in (11, 19, 31, 39, 47):
        for part in ("clap", "rim", "brush"):
            score.parts[part] = without(score.parts[part], bar * METER + 2, (bar + 1) * METER)
        score.add("snare", steps("xgo.x.x." if bar != 19 else "xox.xox.", bar * METER + 2))
    for bar in (4, 12, 20, 32, 40, 48):
        score.add("crash", steps("o", bar * METER))
    score.add("snare", steps("X", 51 * METER + 3))


def _tunes(score: Score) -> None:
    score.add("horns", line(RIFF, 0, 0.7))
    score.add("horns", line(RIFF, 8, 0.75))
    score.add("tune", line(HEAD_TUNE, 4 * METER, 0.8))
    score.add("tune", line(HEAD_AGAIN, 12 * METER, 0.85))
    score.add("tune", line(CHORUS_TUNE, 20 * METER, 0.9))
    score.add("tune", line(BRIDGE_TUNE, 28 * METER, 0.75))
    score.add("tune", line(CHORUS_LAST, 40 * METER, 0.92))
    for bar in (12, 16, 32, 36):
        score.add("horns", line("r:3 C4+Eb4+A4:.5! r:.5 | r:1.5 D4+F4+Ab4:.5! r:2", bar * METER, 0.75))
    for bar in (20, 24, 40, 44):
        score.add(
            "horns", line("r:4 | r:2 r:.5 G4+Bb4:.5! r:.5 G4+Bb4:.5! | r:4 | r:2 G4+Db5:1! r:1", bar * METER, 0.7)
        )
    score.add("second", seconded(line(CHORUS_LAST, 160, 0.92), CHORUS.replace("|", " ").split(), 160, [2]))
    score.add("horns", line(RIFF, 48 * METER, 0.75))
    score.add(
        "horns",
        line("C5+Eb5:.5! r:1 C5+Eb5:.5 r:.5 A4+C5:.5! r:1 | C5+Gb5:1! B4+F5:1! r:1 C5+Eb5+A5:.5! r:.5", 200, 0.8),
    )


def _strips() -> dict[str, Strip]:
    return {
        "tune": Strip(brass, -10.0, room=0.18, echo=0.12),
        "second": Strip(brass, -13.0, pan=0.25, room=0.2),
        "horns": Strip(brass, -13.5, pan=-0.25, room=0.2, low_cut_hz=150),
        "vibes": Strip(mallet, -11.0, pan=0.3, room=0.25, echo=0.1, sway=True),
        "piano": Strip(electric_piano, -18.5, pan=-0.15, room=0.15, low_cut_hz=160),
        "organ": Strip(organ, -15.0, pan=0.35, room=0.15, widen=True, low_cut_hz=180),
        "bass": Strip(upright_bass, -5.5, duck=0.15),
        "kick": Strip("kick_tight", -8.0),
        "clap": Strip("clap", -5.0, room=0.12),
        "snare": Strip("snare", -9.0, room=0.15),
        "brush": Strip("brush", -4.0, pan=-0.15, room=0.12),
        "rim": Strip("rim", -9.0, pan=0.1, room=0.15),
        "ride": Strip("ride", -10.0, pan=0.25, room=0.08),
        "hat": Strip("hat", -9.5, pan=-0.25),
        "crash": Strip("crash", -8.0, room=0.15),
    }


def compose() -> Song:
    """Write the piece."""
    sections = form(
        ("intro", 4, 0.6),
        ("head", 16, 0.9),
        ("chorus", 8, 1.0),
        ("bridge", 4, 0.7),
        ("solo", 8, 1.0),
        ("chorus", 8, 1.05),
        ("outro", 4, 0.7),
    )
    score = Score(METER, 52, [Tempo(0, 132)], sections, swing=2 / 3, lead_in_s=1.2)
    _harmony(score)
    _tunes(score)
    _drums(score)
    return Song(
        slug="paper-lanterns",
        title="Paper Lanterns",
        key="C minor",
        mood="playful, swinging",
        seed=37,
        score=score,
        strips=_strips(),
        weights={
            "tune": 1.0,
            "horns": 0.7,
            "vibes": 0.6,
            "piano": 0.35,
            "bass": 0.4,
            "kick": 0.4,
            "clap": 0.45,
            "snare": 0.55,
            "rim": 0.35,
            "ride": 0.28,
            "organ": 0.25,
            "crash": 0.6,
        },
        melodic=("tune", "horns", "vibes", "piano", "bass"),
        fader=[
            (0, -2.5),
            (15, -2.0),
            (16, -2.0),
            (79, -1.5),
            (80, 0.5),
            (111, 0.5),
            (112, -2.0),
            (127, -1.0),
            (128, 0.0),
            (160, 1.0),
            (191, 1.0),
            (192, -1.0),
        ],
        hook_bar=20,
        room_s=1.3,
        echo_beats=2 / 3,
        tail_s=2.5,
        tags=("swing", "jazz"),
    )
