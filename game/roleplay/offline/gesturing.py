"""What a speaker does beside speaking, fitting how they sit, what they hold and what their hands are at."""

from __future__ import annotations

from game.roleplay.offline.choosing import Chooser
from game.roleplay.offline.hearing import HARSH, Act
from game.roleplay.offline.manner import Manner
from game.roleplay.offline.setting import around, is_drink, watchful
from game.roleplay.offline.words import gestures
from game.roleplay.offline.words.tones import GESTURES
from game.roleplay.state import Activity
from game.roleplay.view import SpeakerView

_TOUCHED = frozenset(
    (
        "love",
        "proposal",
        "secret",
        "grief",
        "defining",
        "forgive",
        "compliment",
        "missed",
        "gift",
        "trust",
        "comfort",
        "flirt",
    )
)
_STARTLED = frozenset(("proposal", "kiss_lips", "betrayal", "unlove", "breakup", "strike"))
_LOUD = frozenset(("fierce", "cheerful", "playful", "flirty", "lazy"))
_AMUSED = frozenset(("joke", "laugh", "smile"))


def mood_of(act: Act) -> str:
    """Which of the moods of :data:`~game.roleplay.offline.words.gestures.MOOD` an act calls for."""
    if act.sort in _STARTLED:
        return "startled"
    if act.sort in HARSH or act.sort in ("betrayal", "unlove", "breakup", "spit", "take"):
        return "hurt"
    if act.sort in _TOUCHED or act.sort in ("hug", "touch", "kiss_soft"):
        return "touched"
    if act.sort in _AMUSED:
        return "amused"
    if act.sort in ("greeting", "approach"):
        return "greeting"
    if act.sort in ("farewell", "leave"):
        return "parting"
    return "thinking" if act.sort.startswith("q_") else "listening"


def gesture(view: SpeakerView, manner: Manner, chooser: Chooser, band: str, act: Act) -> str:
    """A gesture not made lately; empty when none is left."""
    own = view.activities.get(view.speaker.id, Activity())
    if watchful(own):
        return chooser.pick(gestures.WATCHFUL) or chooser.pick(gestures.MOOD["hurt"][:1])
    if own.status.get("conscious") is False:
        return ""
    groups: list[tuple[float, list[str]]] = [
        (3.0, list(gestures.MOOD[mood_of(act)])),
        (2.5, [line for tone in manner.tones[:3] for line in GESTURES[tone]]),
        (1.2, list(gestures.POSTURE.get(own.posture, ()))),
        (1.5, list(_by_band(view, own, band))),
        (1.5, list(gestures.HOLDING + (gestures.DRINKING if is_drink(chooser.slots["thing"]) else ()))),
        (1.0, list(gestures.BUSY)),
        (0.8, [line for key in around(view) for line in gestures.AROUND.get(key, ())]),
        (0.5, list(gestures.SPOT) if own.posture in ("", "standing", "leaning") else []),
    ]
    heavy = mood_of(act) in ("startled", "hurt", "touched")
    if heavy:
        quiet = [line for tone in manner.tones[:3] if tone not in _LOUD for line in GESTURES[tone]]
        groups = [groups[0], groups[0], (1.5, quiet)]
    while groups:
        at = chooser.chance.choices(range(len(groups)), [weight for weight, _ in groups])[0]
        made = chooser.pick(groups.pop(at)[1])
        if made:
            return made
    return chooser.pick(line for mood in ("listening", "thinking") for line in gestures.MOOD[mood])


def _by_band(view: SpeakerView, own: Activity, band: str) -> tuple[str, ...]:
    """How one stands to the other shows, also by touch where they can reach each other."""
    reach = own.posture != "lying" and (view.container is None or view.container.type != "vehicle")
    return (gestures.BAND if reach else gestures.APART).get(band, ())
