"""Lines that answer nobody: how a scene opens, what happens meanwhile, time going by, a word thrown in."""

from __future__ import annotations

import re

from game.roleplay.events import YOU
from game.roleplay.offline.choosing import Chooser
from game.roleplay.offline.hearing import hear
from game.roleplay.offline.knowing import band_of, edge_to, to_face
from game.roleplay.offline.manner import Manner
from game.roleplay.offline.parse_turn import first_name
from game.roleplay.offline.phrasing import phrased
from game.roleplay.offline.setting import with_capitals
from game.roleplay.offline.text import sentences, straight
from game.roleplay.offline.words import moments as told
from game.roleplay.offline.words.replies_statements import THREADS
from game.roleplay.state import Turn
from game.roleplay.view import SpeakerView

_MEANWHILE = re.compile(
    r"\b(?:meanwhile|while (?:the player|you) (?:is|are) away|off[- ]?screen|elsewhere)\b", re.IGNORECASE
)
_PASSED = re.compile(
    r"\b(?:transition|skip\w*|later|time (?:has )?pass\w*|next (?:morning|day)|jump\w*|"
    r"elision)\b",
    re.IGNORECASE,
)
_PROVOKED = ("insult", "threat", "accusation", "strike", "spit", "betrayal", "breakup", "unlove")
_TENDER = ("love", "proposal", "flirt", "kiss_lips", "kiss_soft", "hug", "compliment", "missed")


def task_line(view: SpeakerView, manner: Manner, chooser: Chooser) -> str:
    """What a task asks for: a meanwhile, a transition, and for anything else the opening of a scene."""
    if view.scene.meanwhile or _MEANWHILE.search(view.task):
        return _meanwhile(view, manner, chooser) or "*For a while nothing is said.*"
    if _PASSED.search(view.task):
        return chooser.pick(told.TRANSITION) or chooser.pick(told.SCENE_STILL) or f"{view.clock}."
    return _opening(view, manner, chooser)


def _opening(view: SpeakerView, manner: Manner, chooser: Chooser) -> str:
    scene = chooser.pick(told.SCENE) or chooser.pick(told.SCENE_STILL)
    band = band_of(edge_to(view, view.addressee))
    words = told.FIRST_WORDS.get(band, ()) or told.FIRST_WORDS["any"]
    if band in ("warm", "close"):
        words = (*words, *told.FIRST_WORDS["warm"])
    first = phrased(chooser.pick(words) or chooser.pick(told.FIRST_WORDS["any"]), manner, chooser)
    quoted = f"“{first}”" if manner.quotes and first else first
    described = next(iter(sentences(straight(view.scene.description[:600]))), "")
    from_prose = (
        described
        if 4 <= len(described.split()) <= 40 and not re.search(r"\b(?:you|your|i|my)\b", described, re.IGNORECASE)
        else ""
    )
    return " ".join(filter(None, [f"*{from_prose or scene}*" if (from_prose or scene) else "", quoted])) or "*looks up*"


def _meanwhile(view: SpeakerView, manner: Manner, chooser: Chooser) -> str:
    if not chooser.slots.get("verb"):
        chooser.slots["verb"] = "not doing anything in particular"
    present = [one for one in view.scene.present if one not in (YOU, view.speaker.id)]
    if not present:
        return chooser.pick(told.MEANWHILE) or chooser.pick(told.TRANSITION) or "*The room stays quiet.*"
    other = first_name(view.names.get(present[0], "")) or "the other one"
    extra = with_capitals({"other": other, "you": chooser.slots.get("you", "")})
    if not view.recent or view.recent[-1].speaker == YOU or view.recent[-1].scene != view.scene.id:
        return chooser.pick(told.MEANWHILE_TWO, extra) or chooser.pick(told.MEANWHILE_ON, extra)
    line = chooser.pick(told.MEANWHILE_ON, extra) or chooser.pick(told.MEANWHILE_TWO, extra)
    if chooser.perhaps(0.3) and view.you.name:
        return f"{line} {chooser.pick(told.ABOUT_YOU, extra)}".strip()
    if chooser.perhaps(0.3) and view.threads:
        thread = to_face(view.threads[0].title[:160], view)
        return f"{line} {chooser.pick(THREADS, with_capitals({'thread': thread}))}".strip()
    return line or "*For a while nobody speaks.*"


def beat_line(view: SpeakerView, manner: Manner, chooser: Chooser, last: Turn | None) -> str:
    """A short word from the one who was not asked."""
    heard = hear(last) if last is not None else None
    name = re.escape(first_name(view.speaker.name))
    sort = "any"
    if heard is not None and heard.has(*_PROVOKED):
        sort = "provoked"
    elif heard is not None and heard.has(*_TENDER):
        sort = "tender"
    elif heard is not None and name and re.search(rf"(?<!\w){name}(?!\w)", heard.said, re.IGNORECASE):
        sort = "named"
    elif heard is not None and re.search(
        r"\b(?:both of you|you two|everyone|anyone|all of us)\b", heard.said, re.IGNORECASE
    ):
        sort = "asked"
    line = phrased(chooser.pick(told.BEATS[sort]) or chooser.pick(told.BEATS["any"]), manner, chooser)
    does = chooser.pick(told.BEAT_GESTURES)
    quoted = f"“{line}”" if manner.quotes and line else line
    return " ".join(filter(None, [f"*{does}*" if does else "", quoted])) or "*says nothing*"
