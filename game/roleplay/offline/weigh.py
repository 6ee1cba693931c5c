"""How much a turn matters, by the rubric of 004 11.1; in doubt the lower."""

from __future__ import annotations

from game.roleplay.jobs import Weigh, Weighed
from game.roleplay.offline.facts import facts_of
from game.roleplay.offline.hearing import Heard, hear
from game.roleplay.offline.text import content
from game.roleplay.state import Turn

PIVOTAL = frozenset(("love", "unlove", "proposal", "breakup", "betrayal", "defining"))
SIGNIFICANT = frozenset(("secret", "grief", "insult", "threat", "kiss_soft", "strike", "spit", "forgive"))
NOTABLE = frozenset(
    (
        *(
            "apology",
            "trust",
            "promise",
            "flirt",
            "missed",
            "gift",
            "accusation",
            "dismissal",
            "plan",
            "unsaid",
            "comfort",
        ),
        *("hug", "give", "cry", "fear", "sad", "kin", "used", "dislike", "like", "want", "touch", "compliment", "take"),
    )
)


def weigh(job: Weigh) -> Weighed:
    """See :class:`~game.roleplay.jobs.Weigh`."""
    return Weighed(significance=weight_of(job.said, job.before))


def weight_of(said: Turn, before: tuple[Turn, ...] = ()) -> int:
    """0 routine, 1 notable, 2 significant, 3 pivotal."""
    heard = hear(said)
    sorts = heard.sorts
    earlier = [hear(turn) for turn in before[-12:] if turn.number != said.number]
    if sorts & PIVOTAL:
        repeated = any(sorts & PIVOTAL & other.sorts for other in earlier)
        return 2 if repeated else 3
    if "kiss_lips" in sorts:
        return 2 if any(other.has("kiss_lips") for other in earlier) else 3
    if sorts & SIGNIFICANT:
        return _short_of(heard, earlier)
    if "accusation" in sorts and any(other.has("accusation", "insult") for other in earlier[-3:]):
        return 2
    if sorts & NOTABLE or facts_of(heard.said, "") or len(content(heard.said)) >= 12:
        return 1
    return 0


def _short_of(heard: Heard, earlier: list[Heard]) -> int:
    """A lone swear word or a quick "shut up" in banter is no argument; an insult that is answered is."""
    if heard.has("insult") and not heard.has("threat", "strike", "spit", "secret", "grief"):
        playful = heard.has("joke", "laugh", "smile", "compliment")
        return 0 if playful else 2 if any(other.has("insult", "accusation", "threat") for other in earlier[-3:]) else 1
    if heard.sorts & SIGNIFICANT == {"secret"} and len(content(heard.said)) < 3:
        return 1
    return 2
