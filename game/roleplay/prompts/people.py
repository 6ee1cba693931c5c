"""People, places and what is between them, in words for a model."""

from __future__ import annotations

from collections.abc import Iterable

from game.roleplay.events import NARRATOR, YOU
from game.roleplay.state import Activity, Container, Edge, Happening, Thread

MAX_FACTS = 24
"""The newest facts of an edge that a prompt holds."""

MAX_MOMENTS = 8
"""The newest private moments of an edge that a prompt holds."""

INWARD = ("mood", "goal", "goals")
"""What of a status is known to oneself alone."""

MAX_CALLED = 80
"""Characters of a name that a prompt holds."""

_AFFINITY = (
    *((15, "loathing"), (30, "dislike"), (45, "coolness"), (56, "neither warm nor cold"), (70, "liking")),
    *((86, "fondness"), (101, "devotion")),
)
_TRUST = (
    *((15, "none"), (30, "distrust"), (45, "wariness"), (56, "undecided"), (70, "some"), (86, "firm")),
    (101, "complete"),
)
"""What 0 to 100 means, each word up to its number."""


def called(who: str, names: dict[str, str]) -> str:
    """What to call someone, in one line."""
    name = " ".join(names.get(who, who)[: 4 * MAX_CALLED].split())[:MAX_CALLED]
    return name or ("You" if who == YOU else "Narrator" if who == NARRATOR else "Someone")


def listed(words: Iterable[str]) -> str:
    """``a, b and c``."""
    some = list(words)
    return " and ".join([", ".join(some[:-1]), some[-1]] if len(some) > 1 else some)


def edge_text(edge: Edge, target: str, fallback: str = "") -> str:
    """How the speaker sees ``target``; ``fallback`` stands in for a summary nobody has written yet."""
    lines = [
        f"How you see {target}: affinity {edge.affinity} of 100 ({_word(edge.affinity, _AFFINITY)}),"
        f" trust {edge.trust} of 100 ({_word(edge.trust, _TRUST)})."
    ]
    if summary := (edge.summary or fallback).strip():
        lines.append(summary)
    if edge.facts:
        lines.append(f"You know about {target}: {_some(edge.facts, MAX_FACTS)}.")
    if edge.moments:
        lines.append(f"Moments you two share: {_some(edge.moments, MAX_MOMENTS)}.")
    return "\n".join(lines)


def _word(value: int, words: tuple[tuple[int, str], ...]) -> str:
    return next(word for below, word in words if value < below)


def _some(entries: tuple[str, ...], most: int) -> str:
    """The newest of them; how many are older is said."""
    shown = "; ".join(entry.strip().rstrip(".;") for entry in entries[-most:])
    older = len(entries) - most
    return f"{shown} (and {older} older)" if older > 0 else shown


def inward_text(doing: Activity) -> str:
    """The mood and the goals that a speaker has by their own activity record; empty where it has none (004 6.3)."""
    own = [f"{name}: {value}" for name, value in sorted(doing.status.items()) if name.casefold() in INWARD and value]
    return f"How it is with you now — {'; '.join(own)}." if own else ""


def activity_text(name: str, doing: Activity) -> str:
    """What someone is doing, in words and with what binds it (004 6.5); an attention nobody named is left out."""
    details = [
        f"{doing.required_attention} attention",
        "interruptible" if doing.interruptible else "not interruptible",
    ]
    if doing.expected_duration:
        details.append(f"expected to last: {doing.expected_duration}")
    if doing.posture:
        details.append(doing.posture)
    if doing.slot:
        details.append(f"at: {doing.slot}")
    if doing.attention:
        details.append(f"attention on {doing.attention}")
    if doing.holding:
        details.append(f"holding {listed(doing.holding)}")
    details += [
        name if value is True else f"not {name}" if value is False else f"{name}: {value}"
        for name, value in sorted(doing.status.items())
        if name.casefold() not in INWARD
    ]
    return f"- {name} is {doing.verb.strip() or 'here'} — {', '.join(details)}"


def place_text(place: Container | None) -> str:
    """Where the scene plays."""
    if place is None:
        return "a place nobody has described"
    about = [place.type, "public" if place.public else "private"]
    if place.moving:
        about.append("moving")
    if place.audible_range:
        about.append(f"can be heard: {place.audible_range}")
    if place.slots:
        about.append(f"in it: {', '.join(place.slots)}")
    return f"{place.name} ({'; '.join(about)})"


def happening_text(happening: Happening) -> str:
    """Something under way, with what belongs to it."""
    props = f" (with {listed(happening.props)})" if happening.props else ""
    return f"- {happening.title}{props}"


def thread_text(thread: Thread) -> str:
    """Something unresolved."""
    return f"- {thread.title}"
