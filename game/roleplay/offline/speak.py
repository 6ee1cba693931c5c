"""What a speaker says next: a gesture, an answer, something of their own, in their own manner."""

from __future__ import annotations

import random
import re
from hashlib import blake2b

from game.roleplay.events import NARRATOR
from game.roleplay.offline.choosing import Chooser
from game.roleplay.offline.german import german_line
from game.roleplay.offline.gesturing import gesture
from game.roleplay.offline.hearing import CLEARLY, HARSH, HEAVY, Act, Heard, german_words, hear
from game.roleplay.offline.knowing import Known, best_of, of_other, of_past, of_self, to_face
from game.roleplay.offline.manner import Manner, manner_of
from game.roleplay.offline.moments import beat_line, task_line
from game.roleplay.offline.phrasing import phrased
from game.roleplay.offline.reply import Replier, salient
from game.roleplay.offline.setting import about_of, around, base_slots, of_what, with_capitals
from game.roleplay.offline.text import STOP, capital, plain, stems, straight, word_set
from game.roleplay.offline.words import replies_questions as asked
from game.roleplay.offline.words import replies_statements as stated
from game.roleplay.offline.words.replies_talk import ASK_BACK, ASK_KIN, ASK_TOPIC, BRIEF
from game.roleplay.offline.words.tones import ASIDES
from game.roleplay.state import Turn
from game.roleplay.view import SpeakerView


def line_for(view: SpeakerView) -> str:
    """The next line, the same for the same view."""
    last = _last(view)
    chance = random.Random(_seed(view, last))
    manner = manner_of(view.speaker)
    chooser = Chooser(chance, view.recent, base_slots(view, manner))
    chooser.slots.update(_plan(view))
    if view.task:
        return task_line(view, manner, chooser)
    if last is not None and _in_german(view, last):
        return german_line(view, manner, chooser, last)
    if view.beat:
        return beat_line(view, manner, chooser, last)
    if last is None:
        return task_line(view, manner, chooser)
    return _answer(view, manner, chooser, last)


def _seed(view: SpeakerView, last: Turn | None) -> int:
    said = f"{last.number}/{last.text[:2000]}" if last is not None else ""
    words = f"{view.seed}/{view.speaker.id}/{view.note}/{view.task}/{view.beat}/{said}"
    return int.from_bytes(blake2b(words.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _last(view: SpeakerView) -> Turn | None:
    """What is to be answered: the last thing said, whoever said it."""
    return view.recent[-1] if view.recent else None


def _in_german(view: SpeakerView, last: Turn) -> bool:
    """Whether the chat goes on in German: as the player's last line clearly is, else as most of theirs are."""
    told = [german_words(straight(turn.text[:2000])) for turn in view.recent if turn.is_yours]
    if not told:
        return german_words(straight(last.text[:2000])) > 0
    if abs(told[-1]) >= CLEARLY:
        return told[-1] > 0
    most = sum((words > 0) - (words < 0) for words in told)
    return most > 0 or (most == 0 and told[-1] > 0)


def _answer(view: SpeakerView, manner: Manner, chooser: Chooser, last: Turn) -> str:
    heard = hear(last)
    goes_on = last.speaker in (view.speaker.id, NARRATOR)
    act = Act("continue", "", "") if goes_on else salient(heard) or Act("silence", "", "")
    chooser.slots.update(of_what(heard, act))
    chooser.slots["is_verb"] = (
        "yes"
        if re.search(r"\b(?:to|could|can't|cannot|couldn't|must|should|gotta)\b", act.sentence, re.IGNORECASE)
        else ""
    )
    about = about_of(heard, act)
    self_known = of_self(view.speaker, manner)
    replier = Replier(view, chooser, self_known, of_other(view), of_past(view))
    said = [_brief(heard, act, chooser)] if not goes_on else []
    core = replier.core(act, about)
    said.append(core)
    more = _more(view, manner, chooser, replier, heard, act, about, core)
    light = act.sort in LIGHT - _SOBER or act.sort in _ASKED_LIGHTLY
    spoken = [phrased(" ".join(filter(None, said)), manner, chooser, light=light)] if any(said) else []
    if more and not any(plain(more) == plain(one) for one in said):
        spoken.append(more)
    return _composed(view, manner, chooser, replier.band, act, spoken)


def _brief(heard: Heard, act: Act, chooser: Chooser) -> str:
    """A word on what came first, where something else is being answered."""
    for sort, options in BRIEF.items():
        if (
            sort != act.sort
            and any(one.sort == sort for one in heard.acts)
            and act.sort not in HEAVY | HARSH | {"cry"}
            and chooser.perhaps(0.6)
        ):
            return chooser.pick(options)
    return ""


def _more(
    view: SpeakerView,
    manner: Manner,
    chooser: Chooser,
    replier: Replier,
    heard: Heard,
    act: Act,
    about: frozenset[str],
    core: str,
) -> str:
    """Something of one's own beside the answer, as often as this character adds anything."""
    likely = {-2: 0.15, -1: 0.35, 0: 0.6, 1: 0.8, 2: 0.9}[manner.length]
    related = _related(view, chooser, replier, heard, act, about)
    if related and chooser.perhaps(min(0.95, likely + 0.3)):
        return related
    if act.sort in HEAVY or act.sort in ("farewell", "strike", "threat") or not chooser.perhaps(likely):
        return ""
    beside = next((one for one in heard.acts if one.sort == "kin"), None) if act.sort != "kin" else None
    if beside is not None and (asks := chooser.pick(ASK_KIN, of_what(heard, beside))):
        return asks
    ways = _ways(act, core)
    chooser.chance.shuffle(ways)
    for way in ways:
        made = _way(way, view, manner, chooser, replier.band, act)
        if made:
            return made
    return ""


def _telling(replier: Replier, about: frozenset[str]) -> list[Known]:
    """What of oneself has more in common with what was said than an everyday word."""
    return [
        one for one in replier.self_known if any(len(word) > 4 and word not in _EVERYDAY for word in one.about & about)
    ]


_EVERYDAY = word_set(
    "night house people year little world today every street stori place thing friend alway would there"
)

LIGHT = word_set(
    "greeting short continue silence deed smile look sit nod laugh joke like dislike did think statement invitation "
    "plan offer agreement compliment gift weather play drink about_you missed thanks happy approach used i_am"
)
"""What leaves room for a remark of one's own on something else."""

_ASKED_LIGHTLY = word_set(
    "q_how_are q_doing q_place q_time q_like q_opinion q_what q_want q_name q_my_name q_plan q_can q_any"
)
_SOBER = word_set("statement think i_am did used silence thanks")
"""Of these, what is not said with an exclamation."""

_FELT = word_set("fear sad angry tired happy unsaid")
_TOLD = word_set("did kin think like dislike used want cannot must know_not statement i_am short")


def _ways(act: Act, core: str) -> list[str]:
    """What may be added after an answer to such an act; some more likely than others."""
    ways: list[str] = []
    if act.sort in LIGHT or act.sort in _ASKED_LIGHTLY:
        ways += ["plan", "thread", "aside", "aside", "place"]
    if not core.rstrip().endswith("?"):
        ways += ["ask", "ask"]
        if act.sort in _TOLD:
            ways += ["topic", "topic"]
    if act.sort in ("greeting", "short", "continue", "deed", "smile", "look", "sit"):
        ways += ["plan", "thread", "place"]
    return ways


def _related(
    view: SpeakerView, chooser: Chooser, replier: Replier, heard: Heard, act: Act, about: frozenset[str]
) -> str:
    """What comes to mind with what was said: something known of the other, of oneself, or remembered."""
    if act.sort in ("q_remember", "q_my_name", "q_self", "greeting", "farewell") or act.sort in HARSH:
        return ""
    fresh = [one for one in replier.past if one.sort == "scene"]
    for options, forms, field, least in (
        (replier.other, asked.KNOWN, "memory", 1),
        (fresh, asked.MIND, "memory", 1),
        ([] if act.sort.startswith("q_") else _telling(replier, about), asked.OF_SELF_ASIDE, "self", 1),
    ):
        for one in best_of(options, about, least)[:2]:
            news = one.about - stems(heard.said) - stems(view.names.get(view.addressee, "")) - STOP
            told_now = not news and field == "memory"
            if not told_now and not chooser.was_said(one.text):
                return chooser.pick(forms, with_capitals({field: one.text}))
    return ""


def _way(way: str, view: SpeakerView, manner: Manner, chooser: Chooser, band: str, act: Act) -> str:
    if way == "aside":
        return (
            chooser.pick([line for tone in manner.tones[:3] for line in ASIDES[tone]]) if band not in ("cold",) else ""
        )
    if way == "ask":
        return chooser.pick(ASK_BACK.get(_asking(act), ())) if band not in ("cold",) else ""
    if way == "topic":
        return chooser.pick(ASK_TOPIC) if band not in ("cold",) else ""
    if way == "plan":
        if chooser.slots.get("event") and chooser.perhaps(0.5):
            return chooser.pick(stated.UNDERWAY)
        return (
            chooser.pick(stated.PLANS)
            if chooser.slots.get("plan") and not _mentioned(chooser, chooser.slots["plan"])
            else ""
        )
    if way == "thread":
        return _thread(view, chooser)
    keys = around(view)
    return chooser.pick([line for key in keys for line in (*stated.SETTING.get(key, ()), *stated.WEATHER.get(key, ()))])


def _asking(act: Act) -> str:
    """Which of the questions given back fits."""
    if act.sort in _FELT:
        return "felt"
    if act.sort in ("greeting", "approach"):
        return "met"
    return "told" if act.sort in _TOLD else "asked" if act.sort in _ASKED_LIGHTLY else ""


def _thread(view: SpeakerView, chooser: Chooser) -> str:
    for thread in view.threads:
        told = to_face(thread.title[:160], view)
        if thread.open and not _mentioned(chooser, told):
            return chooser.pick(stated.THREADS, with_capitals({"thread": told}))
    return ""


def _mentioned(chooser: Chooser, text: str) -> bool:
    """Whether something of the kind came up lately."""
    about = stems(text)
    return any(len(about & stems(used)) >= max(2, len(about) - 2) for used in chooser.used)


_DOING = re.compile(
    r"^(?:go|meet|have|do|drive|take|visit|see|try|come|get|grab|eat|cook|watch|play|walk|hike|"
    r"swim|dance|celebrate|make|build|start|run|fly|sail|camp|spend|throw|hold)\b",
    re.IGNORECASE,
)


def _plan(view: SpeakerView) -> dict[str, str]:
    """The next thing planned and the thing under way, as they are spoken of."""
    planned = next((one.title for one in view.happenings if one.state == "planned"), "")
    active = next((one.title for one in view.happenings if one.state == "active"), "")
    slots = {"event": active, "plan": ""}
    if planned:
        low = planned[0].lower() + planned[1:]
        slots["plan"] = f"we said we'd {low}" if _DOING.match(planned) else f"there's {low}"
    return with_capitals(slots)


def _composed(view: SpeakerView, manner: Manner, chooser: Chooser, band: str, act: Act, spoken: list[str]) -> str:
    """Gestures and speech put together; never two lines in a row of one shape."""
    own = [turn for turn in view.recent if turn.speaker == view.speaker.id]
    led = bool(own) and own[-1].text.lstrip().startswith("*")
    first = gesture(view, manner, chooser, band, act)
    said = [f"“{one}”" if manner.quotes else one for one in filter(None, spoken)]
    if not said:
        second = gesture(view, manner, chooser, band, act)
        return (
            f"*{capital(first) if first else 'is quiet'}, and {second}.*" if second else f"*{first or 'says nothing'}*"
        )
    if not first or (led and chooser.perhaps(0.45)):
        late = f"*{first}*" if first else ""
        return " ".join(filter(None, [said[0], late, *said[1:]]))
    if len(said) > 1 and chooser.perhaps(0.4):
        second = gesture(view, manner, chooser, band, Act("listening", "", ""))
        return " ".join(filter(None, [f"*{first}*", said[0], f"*{second}*" if second else "", said[1]]))
    return " ".join([f"*{first}*", *said])
