"""The same in German, with a smaller store of words."""

from __future__ import annotations

from game.roleplay.offline.choosing import Chooser
from game.roleplay.offline.hearing import Act, hear, is_german
from game.roleplay.offline.knowing import band_of, best_of, edge_to, of_other, of_past
from game.roleplay.offline.manner import Manner
from game.roleplay.offline.reply import salient
from game.roleplay.offline.setting import about_of, with_capitals
from game.roleplay.offline.words.german import GERMAN, GERMAN_ASK, GERMAN_GESTURES, GERMAN_REMEMBER, GERMAN_REMEMBER_NOT
from game.roleplay.state import Turn
from game.roleplay.view import SpeakerView


def german_line(view: SpeakerView, manner: Manner, chooser: Chooser, last: Turn) -> str:
    """An answer to ``last`` in German."""
    heard = hear(last)
    act = salient(heard) or Act("statement", "", "")
    band = band_of(edge_to(view, view.addressee))
    does = chooser.pick(GERMAN_GESTURES)
    if view.beat:
        core = ""
    elif act.sort == "q_remember":
        core = _recalled(view, chooser, about_of(heard, act))
    else:
        core = _from(act.sort, band, chooser) or _from(
            "q_any" if act.sort.startswith("q_") else "statement", band, chooser
        )
    core = core or chooser.pick(line for pools in GERMAN.values() for line in pools.get("any", ()))
    more = "" if core.endswith("?") or manner.length < 0 or not chooser.perhaps(0.4) else chooser.pick(GERMAN_ASK)
    said = " ".join(filter(None, [core, more]))
    return (
        " ".join(filter(None, [f"*{does}*" if does else "", f"„{said}“" if manner.quotes and said else said]))
        or "*schweigt*"
    )


def _from(sort: str, band: str, chooser: Chooser) -> str:
    pools = GERMAN.get(sort, {})
    if sort == "q_my_name" and not chooser.slots.get("name"):
        return chooser.pick(pools.get("nameless", ()))
    nearer = pools.get("cold" if band in ("cold", "wary") else band, ())
    return chooser.pick(
        (*nearer, *nearer, *(pools.get("any", ()) if band != "cold" or not nearer else ()))
    ) or chooser.pick(pools.get("any", ()))


def _recalled(view: SpeakerView, chooser: Chooser, about: frozenset[str]) -> str:
    known = [one for one in (*of_other(view), *of_past(view)) if is_german(one.text)]
    for one in best_of(known, about)[:3]:
        made = chooser.pick(GERMAN_REMEMBER, with_capitals({"memory": one.text}))
        if made:
            return made
    return chooser.pick(GERMAN_REMEMBER_NOT)
