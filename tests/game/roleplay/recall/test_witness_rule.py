"""Nobody remembers what they did not witness, whichever way they are asked (004 8.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.log import EventLog, StoredEvent
from game.events import Event, to_log
from game.roleplay import recall
from game.roleplay.cast_events import BotReset, bot_stream
from game.roleplay.chat_search import search_chats
from game.roleplay.events import (
    YOU,
    AlternativeChosen,
    AlternativeSaid,
    GuestJoined,
    ManualEdit,
    MemoryEmbedded,
    MemoryPinned,
    MemoryWritten,
    SceneClosed,
    SceneOpened,
    TurnSaid,
    TurnsDeleted,
    chat_stream,
)
from game.roleplay.state import Memory, basis_of, chained
from game.truth import Truth
from tests.rig.roleplay_story import new_log

BOTS = ("mira", "tobias")
OWNERS = (YOU, *BOTS, "never-met")
MODEL = "rig-space"
SPACE = 8


def place_of(number: int) -> NDArray[np.float32]:
    """Some place in the model's space."""
    made = np.cos(np.arange(SPACE) * (number + 1)).astype(np.float32)
    unit: NDArray[np.float32] = made / np.linalg.norm(made)
    return unit


class Telling:
    """Both chats told by any events that fit together: whatever masks, owners and swipes come up."""

    def __init__(self, log: EventLog, draw: st.DataObject) -> None:
        self.log, self.draw, self.at_us = log, draw, 0
        for bot in BOTS:
            self.add(bot, SceneOpened(1, 1, "", [YOU, bot], 0))

    def add(self, bot: str, event: Event) -> None:
        self.at_us += 1
        truth = Truth.USER if isinstance(event, ManualEdit) else Truth.LOCAL_MODEL
        self.log.append(chat_stream(bot), [to_log(event, at_us=self.at_us, truth=truth)])

    def pick(self, *choices: Any) -> Any:
        return self.draw.draw(st.sampled_from(choices))

    def counted(self, bot: str, column: str, table: str) -> int:
        return int(self.log.query(f"SELECT coalesce(max({column}), 0) FROM {table} WHERE chat = ?", (bot,))[0][0])

    def step(self) -> None:
        bot = self.pick(*BOTS)
        turns, scenes = self.counted(bot, "turn", "turns"), self.counted(bot, "scene", "scenes")
        memories = self.counted(bot, "memory", "memories")
        step = self.pick("say", "swipe", "choose", "delete", "remember", "remember", "remember", *_RARE)
        if step == "say":
            self.add(bot, TurnSaid(turns + 1, bot, "rain", scenes, 0))
        elif step == "close":
            self.add(bot, SceneClosed(scenes, "manual", 1))
            self.add(bot, SceneOpened(scenes + 1, 1, "", [YOU, bot], 0))
        elif step == "guest":
            self.add(bot, GuestJoined(next(one for one in BOTS if one != bot)))
        elif step == "remember":
            self.remember(bot, memories + 1, turns, scenes)
        elif step in ("rewind", "switch"):
            self.go_back(bot, step)
        elif step == "reset":
            self.log.append(bot_stream(bot), [to_log(BotReset(), at_us=self.at_us)])
        elif step == "unreset" and self.log.head(bot_stream(bot)):
            self.log.fork(bot_stream(bot), 0)
        elif step in ("swipe", "choose", "delete") and turns:
            self.change_turn(bot, step, self.draw.draw(st.integers(1, turns)))
        elif memories:
            self.change_memory(bot, step, self.draw.draw(st.integers(1, memories)))

    def remember(self, bot: str, number: int, turns: int, scenes: int) -> None:
        turn = self.draw.draw(st.integers(0, turns))
        self.add(
            bot,
            MemoryWritten(
                *(number, self.pick(YOU, *BOTS), f"rain tea {number}", self.draw.draw(st.integers(0, 7))),
                *(self.draw.draw(st.integers(0, scenes)), 0, self.draw.draw(st.integers(0, 3))),
                form=self.pick("summary", "beat", "told"),
                turn=turn,
                swipe=self.draw.draw(st.integers(0, 1)) if turn else 0,
                basis="" if turn else self.pick("", "1.1", "1.x", f"{turns}.1"),
            ),
        )

    def go_back(self, bot: str, step: str) -> None:
        stream = chat_stream(bot)
        if step == "rewind":
            events = [event.seq for event in self.log.read(stream)][1:]
            self.log.fork(stream, self.pick(*events) if events else self.log.head(stream))
        else:
            self.log.switch(stream, self.pick(*self.log.branches(stream)).id)

    def change_turn(self, bot: str, step: str, turn: int) -> None:
        swipe = self.counted(bot, "swipe", f"(SELECT * FROM alternatives WHERE turn = {turn})")
        if step == "swipe":
            self.add(bot, AlternativeSaid(turn, swipe + 1, "tea", 0))
        elif step == "choose":
            self.add(bot, AlternativeChosen(turn, self.draw.draw(st.integers(0, swipe)), swipe))
        else:
            self.add(bot, TurnsDeleted([turn]))

    def change_memory(self, bot: str, step: str, memory: int) -> None:
        if step == "pin":
            self.add(bot, MemoryPinned(memory, self.pick(True, True, False)))
        elif step == "embed":
            self.add(bot, MemoryEmbedded(memory, MODEL, place_of(memory).astype("<f4").tobytes()))
        elif step == "witnesses":
            self.add(bot, ManualEdit("memory", [memory], "witnesses", self.draw.draw(st.integers(0, 7)), 0))
        elif step == "text":
            self.add(bot, ManualEdit("memory", [memory], "text", f"tea rain {memory}", ""))


_RARE = ("close", "guest", "pin", "embed", "witnesses", "text", "rewind", "switch", "reset", "unreset")


class Plain:
    """Who may remember what, told from the events alone and without a table."""

    def __init__(self, events: Iterator[StoredEvent]) -> None:
        self.events = list(events)
        self.chosen: dict[tuple[str, int], int] = {}
        self.scene_of: dict[tuple[str, int], int] = {}
        self.deleted: set[tuple[str, int]] = set()
        self.telling: dict[tuple[str, int], Any] = {}
        """Which scene whose memory tells of: what the player sets of one telling goes for all of them."""
        self.witnesses: dict[Any, int] = {}
        self.reset_seq: dict[str, int] = {}
        self.closed: list[tuple[str, int]] = []
        self.rewritten: set[tuple[str, int]] = set()
        for event in self.events:
            name, said = event.stream.partition("/")[2], event.payload
            if event.kind == "turn.said":
                self.chosen[name, said["turn"]], self.scene_of[name, said["turn"]] = 0, said["scene"]
            elif event.kind in ("turn.alternative_said", "turn.alternative_chosen"):
                self.chosen[name, said["turn"]] = said["swipe"]
            elif event.kind == "turn.deleted":
                self.deleted |= {(name, turn) for turn in said["turns"]}
            elif event.kind == "memory.written" and said["form"] != "told" and said["scene"] and not said["turn"]:
                self.telling[name, said["memory"]] = (name, said["owner"], said["scene"])
            elif event.kind == "manual_edit" and said["field"] == "witnesses":
                key = (name, said["key"][0])
                self.witnesses[self.telling.get(key, key)] = said["value"]
            elif event.kind == "manual_edit" and said["field"] == "text":
                self.rewritten.add((name, said["key"][0]))
            elif event.kind == "scene.closed":
                self.closed.append((name, said["scene"]))
            elif event.kind == "bot.reset":
                self.reset_seq[name] = event.seq

    def remembers(self, owner: str) -> set[tuple[str, int]]:
        """The chats and numbers of the memories ``owner`` may have."""
        found = set()
        for event in self.events:
            said, chat = event.payload, event.stream.partition("/")[2]
            if event.kind != "memory.written" or said["owner"] != owner or event.seq <= self.reset_seq.get(owner, 0):
                continue
            bit = 1 if owner == YOU else 2 if owner == chat else 4
            key = (chat, said["memory"])
            witnesses = self.witnesses.get(self.telling.get(key, key), said["witnesses"])
            if witnesses & bit and self._counts(chat, said):
                found.add((chat, said["memory"]))
        return found

    def _counts(self, chat: str, said: dict[str, Any]) -> bool:
        if said["turn"]:
            key = (chat, said["turn"])
            return key not in self.deleted and self.chosen.get(key) == said["swipe"]
        if not said["scene"] or said["form"] == "told":
            return True
        if (chat, said["memory"]) in self.rewritten:
            return True
        if any(self._tells_the_same(chat, said, other) for other in self.events):
            return False
        return self._chain(chat, said["scene"]) == str(said["basis"])

    def _tells_the_same(self, chat: str, said: dict[str, Any], other: StoredEvent) -> bool:
        """Whether the player has rewritten what the same one tells of the same scene."""
        if other.kind != "memory.written" or other.stream.partition("/")[2] != chat:
            return False
        told = other.payload
        alike = (told["owner"], told["scene"]) == (said["owner"], said["scene"])
        return alike and not told["turn"] and told["form"] != "told" and (chat, told["memory"]) in self.rewritten

    def _chain(self, chat: str, scene: int) -> str:
        chain = ""
        for one, closed in self.closed if (chat, scene) in self.closed else ():
            if one == chat:
                chain = chained(self._basis(chat, closed), chain)
            if (one, closed) == (chat, scene):
                break
        return chain if (chat, scene) in self.closed else self._basis(chat, scene)

    def _basis(self, chat: str, scene: int) -> str:
        return basis_of(
            (turn, None if (one, turn) in self.deleted else self.chosen[one, turn])
            for (one, turn), where in self.scene_of.items()
            if one == chat and where == scene
        )


def asked_every_way(log: EventLog, owner: str) -> Iterator[tuple[str, list[Memory]]]:
    """Everything an owner can be made to remember."""
    everything = 10_000
    yield "recent", recall.recent(log, owner, everything)
    yield "pinned", recall.pinned(log, owner)
    for chat in (*BOTS, "never-met"):
        yield "summaries", recall.scene_summaries(log, owner, chat, everything)
    for text in ("rain", "tea", "storm", "rain tea 1 2 3"):
        yield "search", [one.memory for one in recall.search(log, owner, text, limit=everything)]
        yield "recalled", [one.memory for one in recall.recalled(log, owner, text, k=everything)]
        placed = (MODEL, place_of(2))
        yield "placed", [one.memory for one in recall.recalled(log, owner, text, k=everything, vector=placed)]


@given(st.data())
def test_whatever_happens_no_way_of_asking_gives_what_was_not_witnessed(data: st.DataObject) -> None:
    with new_log() as log:
        telling = Telling(log, data)
        for _ in range(data.draw(st.integers(5, 40))):
            telling.step()
        plain = Plain(log.read_all())
        answers = {owner: list(asked_every_way(log, owner)) for owner in OWNERS}
        for owner in OWNERS:
            allowed = plain.remembers(owner)
            for way, found in answers[owner]:
                given_out = {(one.chat, one.number) for one in found}
                assert given_out <= allowed, f"{way} gave {owner} what they may not remember"
                assert {one.owner for one in found} <= {owner}
                assert way != "recent" or given_out == allowed, "and what they witnessed they have"
        hits = [search_chats(log, text) for text in ("rain", "tea", "te")]
        assert log.check_rebuild() == []
        log.rebuild()
        assert {owner: list(asked_every_way(log, owner)) for owner in OWNERS} == answers
        assert [search_chats(log, text) for text in ("rain", "tea", "te")] == hits


@pytest.mark.parametrize("seen_first", [True, False])
@pytest.mark.parametrize("hidden_by", ["mask", "swipe", "reset", "edit"])
def test_a_visible_memory_is_found_among_thousands_that_are_not_to_be_had(hidden_by: str, seen_first: bool) -> None:
    if hidden_by == "reset" and seen_first:
        pytest.skip("a reset takes what came before it")
    with new_log() as log:
        stream = chat_stream("mira")
        seen = MemoryWritten(3001, "mira", "once a year the lantern of the lighthouse is polished", 3, 0, 0, 0)
        log.append(stream, [to_log(TurnSaid(1, "mira", "x", 0, 0), at_us=1)])
        if seen_first:
            log.append(stream, [to_log(seen, at_us=1)])
        mask, turn = (0 if hidden_by == "mask" else 3), (1 if hidden_by == "swipe" else 0)
        text = "the lighthouse keeper's storm lantern"
        hidden = [MemoryWritten(number, "mira", text, mask, 0, 0, 3, turn=turn) for number in range(1, 3001)]
        log.append(stream, [to_log(one, at_us=1) for one in hidden])
        if hidden_by == "reset":
            log.append(bot_stream("mira"), [to_log(BotReset(), at_us=1)])
        if hidden_by == "swipe":
            log.append(stream, [to_log(AlternativeSaid(1, 1, "y", 0), at_us=1)])
        if hidden_by == "edit":
            edits = [ManualEdit("memory", [number], "witnesses", 1, 3) for number in range(1, 3001)]
            log.append(stream, [to_log(one, at_us=1) for one in edits])
        if not seen_first:
            log.append(stream, [to_log(seen, at_us=1)])
        found = recall.recalled(log, "mira", "the lighthouse keeper's storm lantern")
        assert [one.memory.number for one in found] == [3001]
