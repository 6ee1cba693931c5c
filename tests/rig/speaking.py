"""What a speaker has before them, made by hand: Mara in her clock shop with Ana, and Ivo where he is wanted."""

from __future__ import annotations

from typing import Any

from game.roleplay.clock import DAY_US, from_iso
from game.roleplay.events import YOU
from game.roleplay.state import (
    Activity,
    Alternative,
    Bot,
    Container,
    Edge,
    Happening,
    Memory,
    Scene,
    Thread,
    Turn,
    You,
)
from game.roleplay.view import LoreEntry, Remembered, SpeakerView

NOW_US = from_iso("2026-04-28T21:14")
SAMPLE = "Sit. Don't touch the pendulum. *she squints at the gears* It will tell us when it is ready."

MARA = Bot(
    "mara",
    "Mara",
    persona="{{char}} repairs clocks in a narrow shop by the canal. She is patient with things and short with people.",
    voice_samples=(SAMPLE, "{{user}}. You again. *she does not look up* Is it the same clock?"),
    traits=("dry", "patient", "hates being late"),
    backstory="She took the shop over from her aunt when she was nineteen.",
)


def turn(number: int, speaker: str, text: str, significance: int = 0, **said: Any) -> Turn:
    """A turn with one wording."""
    wording = Alternative(0, text, significance=significance, **said)
    return Turn(number, speaker, 2, NOW_US, NOW_US, number, (wording,))


def memory(number: int, text: str, days: int = 1, **fields: Any) -> Memory:
    """Something Mara remembers of so many days ago."""
    known: dict[str, Any] = {"chat": "mara", "scene": 1, "significance": 1, **fields}
    return Memory(
        seq=number,
        number=number,
        owner="mara",
        text=text,
        witnesses=3,
        clock_us=NOW_US - days * DAY_US,
        at_us=number,
        **known,
    )


def remembered(number: int, text: str, score: float, **fields: Any) -> Remembered:
    """Something that came to Mara's mind."""
    return Remembered(memory(number, text, **fields), score)


def dialogue(count: int, words: int = 0) -> tuple[Turn, ...]:
    """So many turns of Ana and Mara, Ana's the last; ``words`` makes each longer."""
    more = " and the wheel goes round" * (words // 5)
    who = [YOU if (count - number) % 2 == 0 else "mara" for number in range(1, count + 1)]
    return tuple(turn(number, who[number - 1], f"Line number {number}{more}.") for number in range(1, count + 1))


def view(**changed: Any) -> SpeakerView:
    """Mara, spoken to by Ana across the bench; ``changed`` are fields that are otherwise."""
    fields: dict[str, Any] = {
        "speaker": MARA,
        "you": You("Ana", "she/her", "Repairs bicycles, dry sense of humour."),
        "addressee": YOU,
        "edges": (Edge("mara", YOU, 62, 48, "Ana keeps her company and will not say why.", ("plays the cello",)),),
        "names": {YOU: "Ana", "mara": "Mara"},
        "clock": "Tuesday evening, 9:14pm (Day 3)",
        "scene": Scene(2, 1, "Rain on the window; one lamp over the bench.", (YOU, "mara"), NOW_US),
        "container": Container(1, "clock shop", "workplace", public=True, slots=("bench", "door")),
        "activities": {
            YOU: Activity("leaning on the counter", posture="standing"),
            "mara": Activity(
                *("mending a mantel clock", False, "high", "an hour"),
                posture="sitting",
                slot="bench",
                holding=("tweezers",),
                attention="the escapement",
            ),
        },
        "recent": (
            turn(1, YOU, "*shakes the rain off* Still here?"),
            turn(2, "mara", "Where else. *she does not look up*"),
            turn(3, YOU, "I brought you the wall clock. It stopped at four."),
        ),
        "host": "mara",
        "clock_us": NOW_US,
        **changed,
    }
    return SpeakerView(**fields)


def three(**changed: Any) -> SpeakerView:
    """The same with Ivo at the door, a group, threads, happenings, memories and lore: everything a view can hold."""
    plain = view()
    fields: dict[str, Any] = {
        "names": {**plain.names, "ivo": "Ivo"},
        "scene": Scene(2, 1, plain.scene.description, (YOU, "mara", "ivo"), NOW_US),
        "edges": (*plain.edges, Edge("mara", "ivo", 40, 55, "Ivo talks too much, and is always on time.")),
        "activities": {**plain.activities, "ivo": Activity("waiting for the rain to stop", slot="door")},
        "group": "Ivo fills the silences that Ana and Mara like to keep.",
        "threads": (Thread(1, "Who left the wall clock at the door?"),),
        "happenings": (Happening(1, "the regatta", "active", ("two oars", "a thermos")),),
        "items": ("the brass key",),
        "pinned": (memory(1, "Ana said she would not leave the city after all.", days=9, significance=3),),
        "remembered": (
            remembered(2, "Ana's wall clock was her grandfather's.", 4.0, days=2),
            remembered(3, "We ate soup in the back room.", 3.0, chat="ivo"),
            remembered(4, "Ivo says the bridge will be closed.", 2.0, source="Ivo", reliability=50),
            remembered(5, "It rained all of Sunday.", 1.0, days=2),
        ),
        "earlier": (memory(6, "I showed Ana how a fusee works. She listened.", form="summary"),),
        "lore": (
            LoreEntry("the canal", "The canal floods in April.", "before"),
            LoreEntry("the guild", "The guild stamps every clock that {{char}} sells.", "after"),
            LoreEntry("the bell", "The bell over the door is cracked.", "depth", 2),
            LoreEntry("the mayor", "The mayor is late.", "before", dropped="its 900 tokens do not fit"),
        ),
    }
    return view(**{**fields, **changed})
