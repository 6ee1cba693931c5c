"""What an utterance leads to: a classifier's answer as events, held within the room's rules.

Nothing here trusts an answer: names nobody has, edges to oneself, numbers out of bounds and facts already known
are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from game.roleplay.events import (
    ActivityChanged,
    EdgeMoved,
    HappeningMoved,
    HappeningPlanned,
    ThreadClosed,
    ThreadOpened,
)
from game.roleplay.jobs import Doing, EdgeChange, StateChanges
from game.roleplay.ledger import Fact, Facts, Source
from game.roleplay.state import MAX_DELTA, Activity, Chat, Edge, Happening, Thread, Turn, within

MAX_OPEN_THREADS = 12
"""More would only dilute the prompt; a new one waits until an old one is closed."""

MAX_OPEN_HAPPENINGS = 12
"""As with threads: what more is planned waits until something is over."""

_DONE = {"completed": ("planned", "active"), "cancelled": ("planned", "active"), "active": ("planned",)}
"""From which states a happening may go into each."""


def edges_around(chat: Chat, speaker: str) -> list[tuple[str, str]]:
    """Every pair an utterance in this chat may move: each of those present towards each other one.

    The speaker's own come last: whoever hears is moved first of all.
    """
    pairs = [(owner, target) for owner in chat.present for target in chat.present if owner != target]
    return sorted(pairs, key=lambda pair: pair[0] == speaker)


def state_changes(
    chat: Chat,
    said: Turn,
    answer: StateChanges,
    edges: Mapping[tuple[str, str], Edge],
    threads: Iterable[Thread],
    happenings: Iterable[Happening],
    source: Source,
) -> Facts:
    """What a turn did to everyone present.

    ``last_interaction`` follows from the chat and clock of each :class:`EdgeMoved`; every pair gets one, also when
    nothing else changed (004 3.4).
    """
    turn, swipe = said.number, said.chosen
    by_pair = {(change.owner, change.target): change for change in answer.edges}
    made: Facts = []
    for owner, target in edges_around(chat, said.speaker):
        if said.speaker not in (owner, target) and (owner, target) not in by_pair:
            continue
        change = by_pair.get((owner, target), EdgeChange(owner=owner, target=target))
        moved = edge_moved(edges[owner, target], change, chat.clock_us, turn=turn, swipe=swipe)
        made.append(Fact(moved, source, owner))
    for doing in answer.doings:
        if doing.who in chat.present:
            made.append(Fact(doing_changed(chat, doing, turn, swipe), source, doing.who))
    return made + _story_changes(chat, answer, list(threads), list(happenings), turn, swipe, source)


def edge_moved(
    edge: Edge, change: EdgeChange, clock_us: int, *, turn: int = 0, swipe: int = 0, scene: int = 0, basis: str = ""
) -> EdgeMoved:
    """The change as it can be: within ±3, never past 0 or 100, only facts that are new."""
    affinity = within(change.affinity_delta, -MAX_DELTA, MAX_DELTA)
    trust = within(change.trust_delta, -MAX_DELTA, MAX_DELTA)
    known = {fact.casefold() for fact in edge.facts}
    new = dict.fromkeys(fact for fact in change.facts if fact and fact.casefold() not in known)
    return EdgeMoved(
        *(edge.owner, edge.target, clock_us),
        affinity_delta=within(edge.affinity + affinity) - edge.affinity,
        trust_delta=within(edge.trust + trust) - edge.trust,
        facts=list(new),
        turn=turn,
        swipe=swipe,
        scene=scene,
        basis=basis,
    )


def doing_changed(chat: Chat, doing: Doing, turn: int = 0, swipe: int = 0) -> ActivityChanged:
    """Someone's activity with what is said of it set; a new verb begins now."""
    return ActivityChanged(doing.who, activity_after(chat, doing).record(), turn, swipe)


def activity_after(chat: Chat, doing: Doing) -> Activity:
    """The activity of ``doing.who`` after it; None leaves a field as it was."""
    before = chat.activities.get(doing.who, Activity())
    said = doing.model_dump(exclude={"who"}, exclude_none=True)
    if "holding" in said:
        said["holding"] = tuple(said["holding"])
    if "status" in said:  # what is not told of is as it was
        said["status"] = {**before.status, **said["status"]}
    if doing.verb is not None and doing.verb != before.verb:
        # What belonged to the former action does not carry over to a new one.
        said = {"attention": "", "expected_duration": "", **said, "started_us": chat.clock_us}
    if chat.scene is not None:
        said["container"] = chat.scene.container
    return before.changed(**said)


def _story_changes(
    chat: Chat,
    answer: StateChanges,
    threads: list[Thread],
    happenings: list[Happening],
    turn: int,
    swipe: int,
    source: Source,
) -> Facts:
    made: Facts = []
    titles = {thread.title.casefold() for thread in threads}
    room = MAX_OPEN_THREADS - len(threads)
    fresh = _new_titles(answer.threads_opened, titles)
    for place, title in enumerate(fresh[: max(room, 0)], start=1):
        made.append(Fact(ThreadOpened(chat.threads + place, title, turn, swipe), source))
    open_ids = {thread.id for thread in threads}
    for number in dict.fromkeys(answer.threads_closed):
        if number in open_ids:
            made.append(Fact(ThreadClosed(number, "", turn, swipe), source))
    planned = {happening.title.casefold() for happening in happenings}
    plans = _new_titles(answer.planned, planned)
    room = MAX_OPEN_HAPPENINGS - len(happenings)
    for place, title in enumerate(plans[: max(room, 0)], start=1):
        made.append(Fact(HappeningPlanned(chat.happenings + place, title, turn=turn, swipe=swipe), source))
    for state, numbers in (("active", answer.begun), ("completed", answer.completed), ("cancelled", answer.cancelled)):
        made += happenings_moved(happenings, numbers, state, source, turn, swipe)
    return made


def _new_titles(titles: Iterable[str], known: set[str]) -> list[str]:
    """Those that say something new, each once, whatever their case."""
    first: dict[str, str] = {}
    for title in titles:
        first.setdefault(title.casefold(), title)
    return [title for key, title in first.items() if key and key not in known]


def happenings_moved(
    happenings: Iterable[Happening], numbers: Iterable[int], state: str, source: Source, turn: int = 0, swipe: int = 0
) -> Facts:
    """Those of ``numbers`` that may go into ``state`` do."""
    by_id = {happening.id: happening for happening in happenings}
    return [
        Fact(HappeningMoved(number, state, by_id[number].state, turn, swipe), source)
        for number in dict.fromkeys(numbers)
        if number in by_id and by_id[number].state in _DONE[state]
    ]
