"""What a speaker says next."""

from __future__ import annotations

import random

from game.roleplay.offline.text import plain
from game.roleplay.view import SpeakerView

_FIRST = (
    "*looks up* Say that again, slowly. I want to get it right.",
    "*nods* Go on. I'm listening.",
    "*thinks about it* I don't have a quick answer to that.",
    "*shifts a little closer* And what did you make of it?",
    "*is quiet for a moment* That stays with me.",
)


def line_for(view: SpeakerView) -> str:
    """The next line, the same for the same view."""
    chance = random.Random(f"{view.seed}/{view.speaker.id}/{view.note}/{view.task}")
    used = {plain(turn.text) for turn in view.recent}
    options = [line for line in _FIRST if plain(line) not in used] or list(_FIRST)
    return chance.choice(options)
