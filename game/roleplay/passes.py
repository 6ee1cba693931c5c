"""Bookkeeping after an utterance and after a scene: what it did to everyone, and how each one remembers it.

Each pass asks the voice without holding anything up, then looks whether what it asked about is still there (a rewind
or another wording may have come in between) and writes what follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from game.roleplay import clock, jobs_of, reading
from game.roleplay.desk import Desk
from game.roleplay.editing import auto_pin
from game.roleplay.effects import edge_moved, state_changes
from game.roleplay.events import NARRATOR, YOU, EdgeSummarised, GroupSummarised, MemoryWritten, TurnWeighed
from game.roleplay.exporting import export_scene
from game.roleplay.jobs import (
    EdgeChange,
    EdgeSummary,
    GroupWords,
    SceneSummary,
    StateChanges,
    SummariseEdge,
    SummariseGroup,
    Weighed,
)
from game.roleplay.ledger import Fact, Facts
from game.roleplay.prose import only_ooc
from game.roleplay.scenes import MEMORABLE, quotes_of
from game.roleplay.state import Chat, Scene, Turn
from game.roleplay.story import promote
from game.roleplay.swipes import stale_scenes

MOMENT = 200
"""Characters of a telling that stand for a scene's private moment where the voice names none."""

LOOKS_BACK = 6
"""How many turns at the end of a chat are looked at for what was left undone."""


def after_utterance(desk: Desk, host: str, number: int) -> None:
    """Everyone present takes in what was said, and it is weighed (004 6.2, 11.1); a turn that is gone by now is not."""
    for said in reading.turns(desk.log, host, after=number - 1, upto=number):
        _update(desk, host, said)
        _weigh(desk, host, said)


def _still(desk: Desk, host: str, said: Turn) -> bool:
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


def _update(desk: Desk, host: str, said: Turn) -> None:
    chat = _when_said(desk, host, said)
    around = jobs_of.edges(desk.log, chat, said.speaker)
    answer = desk.ask(host, jobs_of.update_state(desk.log, chat, said, around), said.number)
    assert isinstance(answer, StateChanges)
    assert chat.scene is not None
    if chat.scene.meanwhile:  # what is done there is not done in the scene the player is in
        answer = answer.model_copy(update={"doings": []})
    with desk.deciding:
        if not _still(desk, host, said):
            return
        chat = _when_said(desk, host, said)
        around = jobs_of.edges(desk.log, chat, said.speaker)
        threads = reading.threads(desk.log, host)
        happenings = reading.happenings(desk.log, host, ("planned", "active"))
        desk.write(host, state_changes(chat, said, answer, around, threads, happenings, desk.judged))
    for number in answer.completed:
        promote(desk, host, number, said.number, said.chosen)


def _weigh(desk: Desk, host: str, said: Turn) -> None:
    chat = _when_said(desk, host, said)
    answer = desk.ask(host, jobs_of.weigh(desk.log, chat, said), said.number)
    assert isinstance(answer, Weighed)
    with desk.deciding:
        if not _still(desk, host, said):
            return
        desk.write(host, [Fact(TurnWeighed(said.number, said.chosen, answer.significance), desk.judged)])
    if answer.significance >= MEMORABLE:
        _remember_beat(desk, host, said, answer.significance)


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
        told = desk.ask(host, job, said.number)
        assert isinstance(told, SceneSummary)
        with desk.deciding:
            if not _still(desk, host, said):
                return
            chat = reading.chat(desk.log, host)
            memory = MemoryWritten(
                *(chat.memories + 1, witness, told.summary, _mask(chat, scene, said), scene.id, said.clock_us),
                *(significance, "beat"),
                turn=said.number,
                swipe=said.chosen,
            )
            _write_memory(desk, chat, memory)


def _mask(chat: Chat, scene: Scene, said: Turn) -> int:
    """Who witnessed a turn."""
    return sum({chat.bit(who) for who in scene.present if scene.hears(who, said.number)})


def _write_memory(desk: Desk, chat: Chat, memory: MemoryWritten) -> None:
    """Write it, with the pin a pivotal one gets at once (004 8.5)."""
    desk.write(chat.host, [Fact(memory, desk.judged, memory.owner)])
    pin_pivotal(desk, chat.host, [memory])


def pin_pivotal(desk: Desk, host: str, memories: Iterable[MemoryWritten]) -> None:
    """Pin those of the memories just written that are pivotal (004 8.5)."""
    for memory in memories:
        for stream_chat, facts in auto_pin(desk.log, host, memory):
            desk.write(stream_chat, facts)


# -- the end of a scene ----------------------------------------------------------------------------------------------


def tell_scene(desk: Desk, host: str, number: int) -> None:
    """Everyone who was there tells the closed scene from their own angle, and their edges take that in (004 7.3).

    The player's character is a witness like any other (7.5: "all three"): what is told for them is theirs to read and
    to mend, and is in nobody else's mind.
    """
    chat, scene = reading.chat(desk.log, host), reading.scene(desk.log, host, number)
    turns = reading.turns_of_scene(desk.log, host, number)
    if scene is None or number not in {one.id for one in stale_scenes(desk.log, host)}:
        return  # nothing was said in it, or it was asked for twice
    when = clock.friendly(scene.clock_us, chat.day_one_us)
    told: dict[str, SceneSummary] = {}
    for witness in scene.present:
        job = jobs_of.summarise(desk.log, chat, scene, witness, turns, when, scene.significance)
        if not job.turns:
            continue
        answer = desk.ask(host, job)
        assert isinstance(answer, SceneSummary)
        told[witness] = answer
    with desk.deciding:
        if not _scene_still(desk, host, scene, turns):
            return
        for witness, summary in told.items():
            _write_memory(desk, reading.chat(desk.log, host), _summary(desk, chat, scene, witness, summary, turns))
    _tell_edges(desk, host, scene, told, turns)
    if len(scene.present) == 3 and told:
        _tell_group(desk, host, scene, told, turns)
    if scene.significance >= MEMORABLE and desk.exports is not None:
        export_scene(desk.log, desk.exports, host, scene.id)


def _scene_still(desk: Desk, host: str, scene: Scene, turns: Sequence[Turn]) -> bool:
    """Whether the scene is the one that was asked about, in the same wordings, on the same branch."""
    now = reading.scene(desk.log, host, scene.id)
    if now is None or not now.closed or now.basis != scene.basis:
        return False
    return [turn.seq for turn in reading.turns_of_scene(desk.log, host, scene.id)] == [turn.seq for turn in turns]


def _summary(
    desk: Desk, chat: Chat, scene: Scene, witness: str, told: SceneSummary, turns: Sequence[Turn]
) -> MemoryWritten:
    """The memory a witness keeps, with key lines as they stand now of what that witness was there to hear."""
    heard = [turn for turn in turns if scene.hears(witness, turn.number)]
    quotes = [_named(desk, quote) for quote in quotes_of(heard)] if scene.significance >= MEMORABLE else []
    text = "\n".join([told.summary, *(f"“{quote}”" for quote in quotes)])
    mask = sum({chat.bit(who) for who in scene.present})
    return MemoryWritten(
        *(reading.chat(desk.log, chat.host).memories + 1, witness, text, mask, scene.id, scene.clock_us),
        *(scene.significance, "summary"),
        basis=scene.basis,
    )


def _named(desk: Desk, quote: str) -> str:
    who, _, words = quote.partition(": ")
    return f"{jobs_of.name_of(desk.log, who)}: {words}"


def _tell_edges(desk: Desk, host: str, scene: Scene, told: dict[str, SceneSummary], turns: Sequence[Turn]) -> None:
    chat = reading.chat(desk.log, host)
    for owner, summary in told.items():
        for target in [one for one in scene.present if one != owner]:
            edge = reading.edge(desk.log, owner, target)
            one, other = jobs_of.present(desk.log, chat, (owner, target))
            answer = desk.ask(host, SummariseEdge(edge, one, other, summary.summary, scene.significance))
            assert isinstance(answer, EdgeSummary)
            with desk.deciding:
                if not _scene_still(desk, host, scene, turns):
                    return
                moment = (summary.moment or summary.summary[:MOMENT]) if scene.significance >= MEMORABLE else ""
                desk.write(host, _edge_facts(desk, scene, owner, target, answer, moment))


def _edge_facts(desk: Desk, scene: Scene, owner: str, target: str, answer: EdgeSummary, moment: str) -> Facts:
    edge = reading.edge(desk.log, owner, target)
    change = EdgeChange(
        owner=owner,
        target=target,
        affinity_delta=answer.affinity_delta,
        trust_delta=answer.trust_delta,
        facts=answer.facts,
    )
    moved = edge_moved(edge, change, scene.clock_us, scene=scene.id, basis=scene.basis)
    words = EdgeSummarised(owner, target, answer.summary, scene.id, scene.basis, moment)
    return [Fact(moved, desk.judged, owner), Fact(words, desk.judged, owner)]


def _tell_group(desk: Desk, host: str, scene: Scene, told: dict[str, SceneSummary], turns: Sequence[Turn]) -> None:
    """What the three are to each other, from what all of them were there for: a late guest's telling alone has that."""
    chat = reading.chat(desk.log, host)
    who = jobs_of.present(desk.log, chat, scene.present)
    former = reading.group(desk.log, host)
    heard_all = {one for one in told if all(scene.hears(one, turn.number) for turn in turns)}
    shared = heard_all if len(heard_all) == len(told) else set(told) - heard_all
    answer = desk.ask(host, SummariseGroup(who, former, tuple(told[one].summary for one in told if one in shared)))
    assert isinstance(answer, GroupWords)
    with desk.deciding:
        if answer.summary and _scene_still(desk, host, scene, turns):
            desk.write(host, [Fact(GroupSummarised(answer.summary, scene.id, scene.basis), desk.judged)])


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
        if turn.said.significance >= 0 or turn.said.origin.startswith("import:"):
            break
        if turn.speaker != NARRATOR and not only_ooc(turn.text, desk.config.ooc):
            undone.append(turn.number)
    for number in reversed(undone):
        desk.later(partial(after_utterance, desk, host, number))
    retell(desk, host, stale_scenes(desk.log, host))
