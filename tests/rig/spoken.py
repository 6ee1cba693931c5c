"""People and turns as the offline voice is shown them, without a log."""

from __future__ import annotations

import threading

from game.roleplay.events import YOU
from game.roleplay.jobs import Present
from game.roleplay.offline import OfflineVoice
from game.roleplay.offline.segments import split_turn
from game.roleplay.state import Activity, Alternative, Bot, Container, Edge, Scene, Turn, You
from game.roleplay.view import Prompt, SpeakerView

BEN = Present(YOU, "Ben")
MARA = Present("mara", "Mara Voss")
JONAS = Present("jonas", "Jonas")

KEEPER = Bot(
    "mara",
    "Mara Voss",
    persona="Mara keeps the lighthouse at Skerry Point. She lost her brother to the sea and still sets a second cup.",
    voice_samples=("Well. The lamp won't light itself.", "Look, I don't mind the quiet. I mind what comes after it."),
    traits=("reserved", "dry", "loves storms"),
    backstory="She grew up on the island. She taught herself to repair clocks. Her mother left when she was ten.",
)
COURIER = Bot(
    "pip",
    "Pip",
    persona="Pip is a courier with too many stories. He talks to dogs.",
    voice_samples=("Oh! You won't believe what I saw! A goose! In a hat!",),
    traits=("cheerful", "talkative", "curious", "afraid of heights"),
    backstory="He ran away from a circus. He owes everyone in town a favour.",
)
CAPTAIN = Bot(
    "ada",
    "Captain Ada Reyes",
    persona="Ada commands the freighter Marigold. She does not suffer fools.",
    traits=("proud", "blunt", "hates waiting"),
    backstory="She was born on a moon with no name. She won her ship in a card game.",
)
PLACES = {
    "mara": Container(1, "lighthouse", "tower", slots=("lamp room", "stairs", "table")),
    "pip": Container(1, "market", "outdoors", public=True, slots=("stall", "bench", "fountain")),
    "ada": Container(1, "cockpit", "vehicle", moving=True, slots=("pilot's seat",)),
}
DOING = {
    "mara": Activity("mending a clock", posture="sitting", holding=("a tiny screwdriver",)),
    "pip": Activity("eating an apple", posture="standing", holding=("an apple",)),
    "ada": Activity("flying the freighter", posture="sitting", required_attention="high", attention="the instruments"),
}


def turn(number: int, speaker: str, text: str, addressee: str = "", *, beat: bool = False) -> Turn:
    """A turn with one wording, taken apart as the room does it."""
    wording = Alternative(0, text, tuple(split_turn(text)))
    return Turn(number, speaker, 1, 0, 0, number, (wording,), addressee=addressee, beat=beat)


def view_of(bot: Bot, recent: list[Turn], *, edge: Edge | None = None, seed: int = 1, **fields: object) -> SpeakerView:
    """What ``bot`` has before it when Ben is spoken to."""
    shown: dict[str, object] = {
        "speaker": bot,
        "you": You("Ben"),
        "addressee": YOU,
        "edges": (edge or Edge(bot.id, YOU, 55, 55),),
        "names": {YOU: "Ben", bot.id: bot.name},
        "clock": "Tuesday evening, 9:14pm",
        "scene": Scene(1, 1, "", (YOU, bot.id), 0),
        "container": PLACES.get(bot.id),
        "activities": {YOU: Activity("here"), bot.id: DOING.get(bot.id, Activity())},
        "recent": tuple(recent),
        "seed": seed,
    }
    return SpeakerView(**{**shown, **fields})  # type: ignore[arg-type]


def say(view: SpeakerView) -> str:
    """The line the offline voice says to that view."""
    pieces: list[str] = []
    spoken = OfflineVoice().narrate(view, Prompt((), (), 0, 0, 0), pieces.append, threading.Event())
    assert "".join(pieces) == spoken.text
    return spoken.text
