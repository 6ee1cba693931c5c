"""A first encounter and an old acquaintance, taken apart for the player to mend (004 5, 7.1)."""

from __future__ import annotations

import re
from datetime import date

from game.roleplay.jobs import Acquaintance, Doing, EdgeWords, Kickoff, ParseKickoff, Place, SeedAcquaintance
from game.roleplay.offline.doing import doing_of
from game.roleplay.offline.parse_turn import first_name
from game.roleplay.offline.places import first_place, outside
from game.roleplay.offline.relation import words_for
from game.roleplay.offline.text import bounded, capital, ing_form, sentences, shortened, straight
from game.roleplay.offline.when import instant_of
from game.roleplay.state import Activity

_CLAUSES = re.compile(
    r"[.;!?\n]+|,?\s+(?:and|while|as|when|but)\s+(?=(?:you|she|he|they|i|[A-Z]\w+)\b)|"
    r",\s+(?=(?:you|she|he|they)\b)"
)
_TIMED = re.compile(
    r"\s+(?:at (?:around |about )?\d.*|on \w+day\b.*|in (?:january|february|november|december|"
    r"\d{4}).*)$",
    re.I,
)
_BE = re.compile(r"^(?:is|are|am|was|were|'s|'re|'m)\s+(?:also |still |just |already |busy )*", re.IGNORECASE)
_SETTING = re.compile(r"^(?:here|there|alone|at|in|on|behind|under|by|with|the|a|an|my|your|her|his)\b", re.IGNORECASE)


def parse_kickoff(job: ParseKickoff, today: date) -> Kickoff:
    """See :class:`~game.roleplay.jobs.ParseKickoff`; ``today`` is what an open date is reckoned from."""
    prose = bounded(job.bot.kickoff)
    told = straight(prose)
    names = (job.bot.name, first_name(job.bot.name), "she", "he", "they")
    yours = ("you", "i", job.you.name, first_name(job.you.name)) if job.you.name else ("you", "i")
    place = first_place(told)
    if place is None:
        place = Place(name="outside", type="outdoors", public=True) if outside(told) else Place(name="somewhere")
    to_you, to_bot = _edges(job)
    return Kickoff(
        place=place,
        description=shortened(prose, 1200),
        when=instant_of(told, today),
        you_doing=_doing("you", told, yours),
        bot_doing=_doing(job.bot.id, told, names),
        bot_to_you=to_you,
        you_to_bot=to_bot,
        opening=(job.bot.greetings[0] if job.bot.greetings else "")[:4000],
    )


def _edges(job: ParseKickoff) -> tuple[EdgeWords, EdgeWords]:
    words = job.bot.relationship or job.bot.kickoff
    bot = (job.bot.name, first_name(job.bot.name), "she", "he", "they")
    you = tuple(name for name in ("you", "i", "we", job.you.name, first_name(job.you.name)) if name)
    summary = job.bot.relationship
    return words_for(words, summary, bot, you), words_for(words, "", you, bot)


def _doing(who: str, prose: str, names: tuple[str, ...]) -> Doing:
    """What the prose has ``who`` doing: the first clause with them as its subject."""
    spare = ""
    for clause in _CLAUSES.split(prose)[:60]:
        words = _of_subject(clause.strip(), names)
        if not words:
            continue
        state = _BE.match(words)
        rest = words[state.end() :] if state else words
        verb, _, tail = rest.partition(" ")
        if not verb or not verb[0].isalpha():
            continue
        read = doing_of(who, rest, (), Activity()) or Doing(who=who)
        if (state and _SETTING.match(rest)) or (state and not verb.lower().endswith("ing")):
            spoken = rest
        else:
            spoken = f"{ing_form(verb)} {tail}".strip()
        spoken = _TIMED.sub("", spoken).strip(" ,")
        if spoken.lower() in ("here", "there", "alone", "inside", "in"):
            spare = spare or spoken
            continue
        lasting = read.model_copy(
            update={"verb": shortened(spoken, 120), "interruptible": read.interruptible is not False}
        )
        return lasting if lasting.required_attention else lasting.model_copy(update={"required_attention": "low"})
    return Doing(who=who, verb=spare or "here")


def _of_subject(clause: str, names: tuple[str, ...]) -> str:
    for name in names:
        found = re.match(
            rf"(?:(?:only|where|there|and|it's|here),? )?{re.escape(name)}(?:'(?=s|re|"
            rf"m))?(?: and \w+)?\b\s*",
            clause,
            re.IGNORECASE,
        )
        if found and name:
            rest = clause[found.end() :]
            return "is " + rest.split(" ", 1)[-1] if clause[found.end() - 1 : found.end()] == "'" else rest
    return ""


def seed_acquaintance(job: SeedAcquaintance) -> Acquaintance:
    """See :class:`~game.roleplay.jobs.SeedAcquaintance`."""
    prose = bounded(job.prose)
    host = (job.host.name, first_name(job.host.name))
    guest = (job.guest.name, first_name(job.guest.name))
    facts = [shortened(capital(one), 140) for one in sentences(prose)[:4] if len(one.split()) >= 3]
    there = words_for(prose, prose, host, guest)
    back = words_for(prose, prose, guest, host)
    about_guest = [fact for fact in facts if _names_first(fact, guest, host)]
    about_host = [fact for fact in facts if _names_first(fact, host, guest)]
    return Acquaintance(
        host_to_guest=there.model_copy(update={"facts": about_guest}),
        guest_to_host=back.model_copy(update={"facts": about_host}),
    )


def _names_first(fact: str, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether a fact is of ``one``: named, and before ``other`` if both are."""
    at = min((place for name in one if (place := fact.lower().find(name.lower())) >= 0), default=-1)
    beside = min((place for name in other if (place := fact.lower().find(name.lower())) >= 0), default=-1)
    return at >= 0 and (beside < 0 or at < beside)
