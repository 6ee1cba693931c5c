"""A song: its score and how each part is to sound and to be charted."""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.songs.score import Score
from tools.songs.voices import Voice

Points = list[tuple[float, float]]
"""A line through (beat, value)."""


@dataclass(slots=True)
class Strip:
    """One channel of the mixing desk.

    ``sound`` is a voice, or the name of a drum in ``drums.KIT``.  ``room``, ``echo`` are sends (amplitude);
    ``duck`` is how far each kick pushes it down; ``sweep`` (low-pass in Hz) moves over
    beats; ``widen`` puts a chorus on it, ``sway`` a tremolo from side to side.
    """

    sound: Voice | str
    gain_db: float = 0.0
    pan: float = 0.0
    room: float = 0.0
    echo: float = 0.0
    duck: float = 0.0
    low_cut_hz: float = 0.0
    sweep: Points = field(default_factory=list)
    widen: bool = False
    sway: bool = False


@dataclass(slots=True)
class Song:
    """Everything that is known of a song before it is heard.

    ``weights`` say how much each part draws notes into a chart (parts that are left out draw none);
    ``melodic`` are the parts whose pitch the lanes follow, the most important first; long notes of the
    ``sustained`` ones become holds.  ``kicks`` is the part that ducks the others, ``fader`` rides the whole
    mix (dB over beats).  In ``effect_bars`` the field of the Hard 4-key chart slows down.
    """

    slug: str
    title: str
    key: str
    mood: str
    seed: int
    score: Score
    strips: dict[str, Strip]
    weights: dict[str, float]
    melodic: tuple[str, ...]
    hook_bar: int
    sustained: tuple[str, ...] = ("tune",)
    kicks: str = "kick"
    room_s: float = 2.0
    echo_beats: float = 0.75
    tail_s: float = 3.0
    fader: Points = field(default_factory=list)
    effect_bars: tuple[int, int] | None = None
    tags: tuple[str, ...] = ()
