"""Bookkeeping after an utterance and after a scene: what it did to everyone, and how each one remembers it.

Each pass asks the voice without holding anything up, then looks whether what it asked about is still there (a rewind
or another wording may have come in between) and writes what follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from game.roleplay import clock, edge_words, jobs_of, reading
from game.roleplay.desk import Asked, Desk
from game.roleplay.editing import auto_pin
from game.roleplay.effects import edge_moved, state_changes
from game.roleplay.events import NARRATOR, YOU, EdgeSummarised, GroupSummarised, MemoryWritten, TurnWeighed
from game.roleplay.exporting import export_scene
from game.roleplay.jobs import (
    MAX_TEXT,
    EdgeChange,
    EdgeSummary,
    GroupWords,
    SceneSummary,
    StateChanges,
    SummariseEdge,
    SummariseGroup,
    Weighed,
)
from game.roleplay.ledger import AUTOMATION, Fact, Facts
from game.roleplay.prose import only_ooc
from game.roleplay.scenes import MEMORABLE, quotes_of
from game.roleplay.state import Chat, Edge, Scene, Turn
from game.roleplay.story import promote
from game.roleplay.swipes import stale_scenes
from game.roleplay.witness import memories

TOLD = "told already"
"""Why nobody was asked: it stands, or the player has said it."""

MOMENT = 200
"""Characters of a telling that stand for a scene's private moment where the voice names none."""

LOOKS_BACK = 6
"""How many turns at the end of a chat are looked at for what was left undone."""


def take_in(desk: Desk, host: str, said: Turn) -> None:
    """Have everyone present take in a turn, beside the talk, unless they have done so with this wording of it."""
    desk.later(partial(after_utterance, desk, host, said.number, said.chosen, said.seq))


def after_utterance(desk: Desk, host: str, number: int, swipe: int, seq: int) -> None:
    """Everyone present takes in what was said, and it is weighed (004 6.2, 11.1); once for each wording."""
    found = reading.turns(desk.log, host, after=number - 1, upto=number)
    if not found or (found[0].chosen, found[0].seq) != (swipe, seq) or taken_in(desk, host, found[0]):
        return
    said = found[0]
    chat = _when_said(desk, host, said)
    changes = _changes(desk, host, chat, said)
    weighed = desk.inquire(host, jobs_of.weigh(desk.log, chat, said), said.number)
    assert isinstance(weighed.value, Weighed)
    with desk.deciding:
        if not still(desk, host, said):
            return
        weight = Fact(TurnWeighed(number, swipe, weighed.value.significance), weighed.source)
        desk.write(host, [*_changed(desk, host, said, changes), weight])
    assert isinstance(changes.value, StateChanges)
    for happening in changes.value.completed:
        promote(desk, host, happening, number, swipe)
    if weighed.value.significance >= MEMORABLE:
        _remember_beat(desk, host, said, weighed.value.significance)


def taken_in(desk: Desk, host: str, said: Turn) -> bool:
    """Whether the turn has been taken in as it is worded: everyone who heard it has met its speaker in it."""
    sql = "SELECT 1 FROM edge_numbers WHERE chat = ? AND turn = ? AND swipe = ? LIMIT 1"
    if desk.log.query(sql, (host, said.number, said.chosen)):
        return True
    alone = len(_when_said(desk, host, said).present) == 1
    return alone and said.said.significance >= 0


def still(desk: Desk, host: str, said: Turn) -> bool:
    """Whether the turn is still the one it was, in the wording it was."""
    now = reading.turns(desk.log, host, after=said.number - 1, upto=said.number)
    return bool(now) and now[0].seq == said.seq and now[0].chosen == said.chosen


def _when_said(desk: Desk, host: str, said: Turn) -> Chat:
    """The chat with those who heard the turn: a slow pass may come when they are gone, or when others have come."""
    chat = reading.chat(desk.log, host)
    scene = reading.scene(desk.log, host, said.scene)
    if scene is None:
        return chat
    heard = tuple(one for one in scene.present if scene.hears(one, said.number))
    guest = next((one for one in heard if one not in (YOU, host)), "")
    doing = {who: reading.activity(desk.log, host, who) for who in heard}
    here = replace(scene, present=heard)
    return replace(chat, scene=here, guest=guest, activities=doing, clock_us=said.clock_us)


def _changes(desk: Desk, host: str, chat: Chat, said: Turn) -> Asked:
    around = jobs_of.edges(desk.log, chat, said.speaker)
    answer = desk.inquire(host, jobs_of.update_state(desk.log, chat, said, around), said.number)
    assert isinstance(answer.value, StateChanges)
    if chat.scene is not None and chat.scene.meanwhile:  # what is done there is not done in the scene the player is in
        answer = answer._replace(value=answer.value.model_copy(update={"doings": []}))
    return answer


def _changed(desk: Desk, host: str, said: Turn, answer: Asked) -> Facts:
    assert isinstance(answer.value, StateChanges)
    chat = _when_said(desk, host, said)
    around = jobs_of.edges(desk.log, chat, said.speaker)
    threads = reading.threads(desk.log, host)
    happenings = reading.happenings(desk.log, host, ("planned", "active"))
    return state_changes(chat, said, answer.value, around, threads, happenings, answer.source)


def _remember_beat(desk: Desk, host: str, said: Turn, significance: int) -> None:
    """A turn that matters is remembered by itself, at once, by every bot that heard it."""
    chat = reading.chat(desk.log, host)
    scene = reading.scene(desk.log, host, said.scene)
    if scene is None:
        return
    around = [*jobs_of.before(desk.log, chat, said)[-2:], said]
    when = clock.friendly(said.clock_us, chat.day_one_us)
    for witness in [one for one in scene.present if one != YOU and scene.hears(one, said.number)]:
        job = jobs_of.summarise(desk.log, chat, scene, witness, around, when, significance)
        told = desk.inquire(host, job, said.number)
        assert isinstance(told.value, SceneSummary)
        with desk.deciding:
            now = reading.scene(desk.log, host, scene.id)
            if not still(desk, host, said) or now is None or not now.hears(witness, said.number):
                return
            chat = reading.chat(desk.log, host)
            memory = MemoryWritten(
                *(chat.memories + 1, witness, told.value.summary, _mask(chat, scene, said), scene.id, said.clock_us),
                *(significance, "beat"),
                turn=said.number,
                swipe=said.chosen,
            )
            desk.write(host, [Fact(memory, told.source, witness)])
            pin_pivotal(desk, host, [memory])


def _mask(chat: Chat, scene: Scene, said: Turn) -> int:
    """Who witnessed a turn."""
    return sum({chat.bit(who) for who in scene.present if scene.hears(who, said.number)})


def pin_pivotal(desk: Desk, host: str, written: Iterable[MemoryWritten]) -> None:
    """Pin those of the memories just written that are pivotal (004 8.5)."""
    desk.write(host, [fact for memory in written for fact in auto_pin(desk.log, host, memory.memory)])


# -- the end of a scene ----------------------------------------------------------------------------------------------


def tell_scene(desk: Desk, host: str, number: int) -> None:
    """Everyone who was there tells the closed scene from their own angle, and their edges take that in (004 7.3).

    The player's character is a witness like any other (7.5: "all three"): what is told for them is theirs to read and
    to mend, and is in nobody else's mind.  All of it is written at once; a scene that could not be told, because the
    classifier was in trouble, stays as it is and is told when the chat is opened again.
    """
    chat, scene = reading.chat(desk.log, host), reading.scene(desk.log, host, number)
    turns = reading.turns_of_scene(desk.log, host, number)
    if scene is None or number not in {one.id for one in stale_scenes(desk.log, host)}:
        return  # nothing was said in it, or it was asked for twice
    taken = _taken(desk, host, scene)
    told = _told(desk, chat, scene, turns, taken)
    if told is None:
        return
    knowing = {who: one for who, one in told.items() if who not in taken}
    words = [*_tell_edges(desk, host, scene, knowing), *_tell_group(desk, host, scene, knowing, turns)]
    with desk.deciding:
        if not _scene_still(desk, host, scene, turns):
            return
        first = reading.chat(desk.log, host).memories + 1
        written = [
            (_summary(desk, chat, scene, witness, one, turns, first + place), one.source)
            for place, (witness, one) in enumerate((who, one) for who, one in told.items() if one.excuse != TOLD)
        ]
        desk.write(host, [*(Fact(memory, source, memory.owner) for memory, source in written), *words])
        pin_pivotal(desk, host, [memory for memory, _ in written])
    if scene.significance >= MEMORABLE and desk.exports is not None:
        export_scene(desk.log, desk.exports, host, scene.id)


def _taken(desk: Desk, host: str, scene: Scene) -> dict[str, bool]:
    """From whom the player has taken this scene (their witness bit), and whether a telling of theirs counts now.

    It is kept for the day the bit is given back, and goes into no edge and no group.
    """
    sql = (
        "SELECT owner, max(live) FROM memories WHERE chat = ? AND scene = ? AND scene > 0 AND turn = 0"
        " AND form = 'summary' AND NOT witnesses & owner_bit GROUP BY owner"
    )
    return {owner: bool(counts) for owner, counts in desk.log.query(sql, (host, scene.id))}


def _told(
    desk: Desk, chat: Chat, scene: Scene, turns: Sequence[Turn], taken: Mapping[str, bool]
) -> dict[str, Asked] | None:
    """What each witness tells of the scene; None where the classifier is in trouble.

    What is told of it already stands, as what the player has put into their own words does, and is what those
    witnesses' edges take in; of those it was ``taken`` from, it is left as it is.
    """
    standing = _told_already(desk, chat.host, scene)
    when = clock.friendly(scene.clock_us, chat.day_one_us)
    told: dict[str, Asked] = {}
    for witness in scene.present:
        job = jobs_of.summarise(desk.log, chat, scene, witness, turns, when, scene.significance)
        if not job.turns or taken.get(witness):
            continue
        if witness in standing:
            told[witness] = Asked(SceneSummary(summary=standing[witness]), AUTOMATION, TOLD)
            continue
        answer = desk.inquire(chat.host, job)
        if answer.excuse in ("timeout", "server"):
            return None
        told[witness] = answer
    return told


def _told_already(desk: Desk, host: str, scene: Scene) -> dict[str, str]:
    """What is told of a scene as it stands or in the player's own words, by who tells and remembers it."""
    where = "m.chat = ?2 AND m.scene = ?3 AND m.scene > 0 AND m.turn = 0 AND m.form = 'summary'"
    found = {
        witness: memories(desk.log, witness, (host, scene.id), columns="m.text", where=where, limit=1)
        for witness in scene.present
    }
    return {witness: str(rows[0][0])[:MAX_TEXT] for witness, rows in found.items() if rows}


def _scene_still(desk: Desk, host: str, scene: Scene, turns: Sequence[Turn]) -> bool:
    """Whether the scene is the one that was asked about, in the same wordings, on the same branch."""
    now = reading.scene(desk.log, host, scene.id)
    if now is None or not now.closed or (now.basis, now.missed) != (scene.basis, scene.missed):
        return False
    return [turn.seq for turn in reading.turns_of_scene(desk.log, host, scene.id)] == [turn.seq for turn in turns]


def _summary(
    desk: Desk, chat: Chat, scene: Scene, witness: str, told: Asked, turns: Sequence[Turn], number: int
) -> MemoryWritten:
    """The memory a witness keeps, with key lines as they stand now of what that witness was there to hear."""
    assert isinstance(told.value, SceneSummary)
    heard = [turn for turn in turns if scene.hears(witness, turn.number)]
    quotes = [_named(desk, quote) for quote in quotes_of(heard)] if scene.significance >= MEMORABLE else []
    text = "\n".join([told.value.summary, *(f"“{quote}”" for quote in quotes)])
    mask = sum({chat.bit(who) for who in scene.present})
    return MemoryWritten(
        *(number, witness, text, mask, scene.id, scene.clock_us),
        *(scene.significance, "summary"),
        basis=scene.basis,
    )


def _named(desk: Desk, quote: str) -> str:
    who, _, words = quote.partition(": ")
    return f"{jobs_of.name_of(desk.log, who)}: {words}"


def _tell_edges(desk: Desk, host: str, scene: Scene, told: dict[str, Asked]) -> Facts:
    """The edges of those who tell the scene; where only the words fell with those before them, the words alone."""
    chat, counts = reading.chat(desk.log, host), edge_words.of_scene(desk.log, host, scene.id)
    made: Facts = []
    for owner, summary in told.items():
        assert isinstance(summary.value, SceneSummary)
        for target in [one for one in scene.present if one != owner]:
            if counts.get((owner, target)):
                continue
            edge = reading.edge(desk.log, owner, target)
            one, other = jobs_of.present(desk.log, chat, (owner, target))
            answer = desk.inquire(host, SummariseEdge(edge, one, other, summary.value.summary, scene.significance))
            anew, moment = (owner, target) in counts, summary.value.moment or summary.value.summary[:MOMENT]
            shared = scene.significance >= MEMORABLE and not anew
            moved, words = _edge_facts(edge, scene, answer, moment if shared else "")
            made += [] if anew else [moved]
            if not edge_words.over_by_hand(desk.log, owner, target, host, scene.id):
                made.append(words)
            elif not anew:  # the player's own stand: a draft beside them, unless one of a later scene waits there
                made.append(words if not edge.draft else _without_words(words))
    return made


def _without_words(words: Fact) -> Fact:
    """The moment of a scene alone, for an edge whose words stay as they are."""
    assert isinstance(words.event, EdgeSummarised)
    return words._replace(event=replace(words.event, summary="", adds=True))


def _edge_facts(edge: Edge, scene: Scene, answer: Asked, moment: str) -> tuple[Fact, Fact]:
    said = answer.value
    assert isinstance(said, EdgeSummary)
    change = EdgeChange(
        owner=edge.owner,
        target=edge.target,
        affinity_delta=said.affinity_delta,
        trust_delta=said.trust_delta,
        facts=said.facts,
    )
    moved = edge_moved(edge, change, scene.clock_us, scene=scene.id, basis=scene.basis)
    upon = edge_words.mark(edge.summary)
    words = EdgeSummarised(edge.owner, edge.target, said.summary, scene.id, scene.basis, moment, upon=upon)
    return Fact(moved, answer.source, edge.owner), Fact(words, answer.source, edge.owner)


def _tell_group(desk: Desk, host: str, scene: Scene, told: dict[str, Asked], turns: Sequence[Turn]) -> Facts:
    """What the three are to each other, from what all of them were there for: a late guest's telling alone has that."""
    late = [one for one in scene.present if not all(scene.hears(one, turn.number) for turn in turns)]
    heard = [one.value for name, one in told.items() if name in late or not late]
    texts = [one.summary for one in heard if isinstance(one, SceneSummary)]
    sql = "SELECT 1 FROM groups WHERE chat = ? AND scene = ? AND scene > 0 AND live"
    is_told = bool(desk.log.query(sql, (host, scene.id)))
    if is_told or len(scene.present) < 3 or not texts or set(told) != set(scene.present):
        return []
    chat = reading.chat(desk.log, host)
    who = jobs_of.present(desk.log, chat, scene.present)
    former = reading.group(desk.log, host, scene.present)
    answer = desk.inquire(host, SummariseGroup(who, former, tuple(texts)))
    assert isinstance(answer.value, GroupWords)
    if not answer.value.summary:
        return []
    return [Fact(GroupSummarised(answer.value.summary, scene.id, scene.basis), answer.source)]


def retell(desk: Desk, host: str, scenes: Sequence[Scene]) -> None:
    """Have closed scenes told again whose turns now stand in another wording."""
    for scene in scenes:
        desk.later(partial(tell_scene, desk, host, scene.id))


def catch_up(desk: Desk, host: str) -> None:
    """Do what was left undone when the game was last closed, or killed: call it when a chat is opened.

    Turns at the end that nobody has taken in yet are taken in, closed scenes that nobody has told are told.
    """
    undone = []
    for turn in reversed(reading.last_turns(desk.log, host, LOOKS_BACK)):
        if turn.said.origin.startswith("import:"):
            break
        if turn.speaker != NARRATOR and not only_ooc(turn.text, desk.config.ooc) and not taken_in(desk, host, turn):
            undone.append(turn)
    for turn in reversed(undone):
        take_in(desk, host, turn)
    retell(desk, host, stale_scenes(desk.log, host))
