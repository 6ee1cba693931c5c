"""Whether the one who was not spoken to says something all the same (004 6.2)."""

from __future__ import annotations

import re

from game.roleplay.jobs import DecideInterjection, Interjection
from game.roleplay.offline.hearing import hear
from game.roleplay.offline.parse_turn import first_name

_PROVOKES = frozenset(
    ("insult", "threat", "betrayal", "proposal", "love", "breakup", "unlove", "strike", "kiss_lips", "defining", "spit")
)
_INVITES = re.compile(
    r"\b(?:both of you|you two|everyone|everybody|anyone|guys|all of us|the three of us|"
    r"we three)\b",
    re.IGNORECASE,
)


def decide_interjection(job: DecideInterjection) -> Interjection:
    """See :class:`~game.roleplay.jobs.DecideInterjection`: only when named, provoked or asked along with the others."""
    other = next((one for one in job.present if one.id == job.other), None)
    if other is None or job.said.speaker == job.other or not other.activity.status.get("conscious", True):
        return Interjection()
    if other.activity.status.get("asleep"):
        return Interjection()
    heard = hear(job.said)
    spoke_lately = any(turn.speaker == job.other and turn.beat for turn in job.before[-4:])
    name = first_name(other.name)
    named = bool(name) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", heard.said, re.IGNORECASE) is not None
    if named or heard.sorts & _PROVOKES:
        return Interjection(interjects=True)
    if spoke_lately or (not other.activity.interruptible and other.activity.required_attention == "high"):
        return Interjection()
    asked = _INVITES.search(heard.said) is not None
    torn = heard.has("accusation", "secret", "grief") and (job.edge.affinity >= 60 or job.edge.affinity <= 30)
    return Interjection(interjects=asked or torn)
