"""After anything that can happen, in any order: the tables are what the events say, by two independent tellings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import pytest

from engine.log import EventLog, StoredEvent
from game.roleplay import reading, recall
from game.roleplay.events import YOU
from game.roleplay.rows import place
from game.roleplay.state import basis_of, chained
from tests.rig.roleplay_life import BOTS, STEPS, Life
from tests.rig.roleplay_story import new_log, tables

SEQUENCES = 200
STEPS_EACH = 25
SOAKED = 2000


class Plain:
    """The story told naively from the events as they stand: no table, no order of arrival, only what counts now."""

    def __init__(self, events: Iterable[StoredEvent]) -> None:
        self.events = sorted(events, key=place)
        self.chosen: dict[tuple[str, int], int] = {}
        self.scene_of: dict[tuple[str, int], int] = {}
        self.wording_seq: dict[tuple[str, int, int], int] = {}
        self.closed_seq: dict[tuple[str, int], int] = {}
        self.deleted: set[tuple[str, int]] = set()
        self.reset_seq: dict[str, int] = defaultdict(int)
        for event in self.events:
            self._take(event, event.stream.partition("/")[2], event.payload)
        turns: dict[tuple[str, int], list[tuple[int, int | None]]] = defaultdict(list)
        for (chat, turn), scene in self.scene_of.items():
            swipe = None if (chat, turn) in self.deleted else self.chosen[chat, turn]
            turns[chat, scene].append((turn, swipe))
        self.basis = {scene: basis_of(chosen) for scene, chosen in turns.items()}
        former: dict[str, str] = defaultdict(str)
        for chat, scene in sorted(self.closed_seq, key=lambda one: self.closed_seq[one]):
            former[chat] = self.basis[chat, scene] = chained(self.basis.get((chat, scene), ""), former[chat])

    def _take(self, event: StoredEvent, chat: str, said: dict[str, Any]) -> None:
        if event.kind == "turn.said":
            self.chosen[chat, said["turn"]] = 0
            self.scene_of[chat, said["turn"]] = said["scene"]
            self.wording_seq[chat, said["turn"], 0] = place(event)
        elif event.kind == "turn.alternative_said":
            self.wording_seq[chat, said["turn"], said["swipe"]] = place(event)
            self.chosen[chat, said["turn"]] = said["swipe"]
        elif event.kind == "turn.alternative_chosen":
            self.chosen[chat, said["turn"]] = said["swipe"]
        elif event.kind == "turn.deleted":
            self.deleted |= {(chat, turn) for turn in said["turns"]}
        elif event.kind == "scene.closed":
            self.closed_seq[chat, said["scene"]] = place(event)
        elif event.kind == "bot.reset":
            self.reset_seq[chat] = place(event)

    def counts(self, event: StoredEvent) -> bool:
        """Whether what the event says follows from what is chosen now."""
        chat, said = event.stream.partition("/")[2], event.payload
        if said.get("turn"):
            key = (chat, said["turn"])
            return key not in self.deleted and self.chosen.get(key) == int(said["swipe"])
        if said.get("scene") and "basis" in said and said.get("form") != "told":
            return self.basis.get((chat, said["scene"]), "") == str(said["basis"])
        return True

    def said_at(self, event: StoredEvent) -> int:
        """Where the wording or the end of the scene was said that the event follows from."""
        chat, said = event.stream.partition("/")[2], event.payload
        if said.get("turn"):
            return self.wording_seq[chat, said["turn"], said["swipe"]]
        return self.closed_seq.get((chat, said.get("scene", 0)), place(event))

    def affinity(self, owner: str, target: str) -> int:
        """How ``owner`` sees ``target``: the last number that was set and all that moved it since."""
        since = max(self.reset_seq[owner], self.reset_seq[target])
        base, base_at = 50, 0
        moves: list[tuple[int, int]] = []
        for event in self.events:
            said = event.payload
            if place(event) <= since:
                continue
            if event.kind == "edge.seeded" and (said["owner"], said["target"]) == (owner, target):
                base, base_at = said["affinity"], place(event)
            elif (
                event.kind == "edge.moved" and (said["owner"], said["target"]) == (owner, target) and self.counts(event)
            ):
                moves.append((self.said_at(event), said["affinity_delta"]))
            elif event.kind == "manual_edit" and said["key"] == [owner, target] and said["field"] == "affinity":
                base, base_at = said["value"], place(event)
        return max(0, min(100, int(base) + sum(delta for at, delta in moves if at > base_at)))

    def memories(self, owner: str) -> list[tuple[str, int, str]]:
        """Chat, number and text of all that ``owner`` remembers and witnessed, the oldest first."""
        by_hand: dict[tuple[str, int, str], Any] = {}
        of_telling: dict[tuple[str, int], tuple[str, int, str] | None] = {}
        witnesses: dict[Any, int] = {}  # what the player set of one telling goes for all of the scene by that witness
        for event in self.events:
            said = event.payload
            if event.kind == "memory.written":
                is_one = said["form"] != "told" and not said["turn"] and said["scene"]
                of_telling[event.stream, said["memory"]] = (
                    (event.stream, said["scene"], said["owner"]) if is_one else None
                )
            if event.kind == "manual_edit" and said["what"] == "memory":
                by_hand[event.stream, said["key"][0], said["field"]] = said["value"]
                if said["field"] == "witnesses":
                    key = (event.stream, said["key"][0])
                    witnesses[of_telling.get(key) or key] = said["value"]
        found = []
        told_by_hand = {
            (event.stream.partition("/")[2], event.payload["scene"])
            for event in self.events
            if event.kind == "memory.written" and event.payload["owner"] == owner and event.payload["form"] != "told"
            if not event.payload["turn"] and (event.stream, event.payload["memory"], "text") in by_hand
        }
        for event in self.events:
            said, chat = event.payload, event.stream.partition("/")[2]
            if event.kind != "memory.written" or said["owner"] != owner or place(event) <= self.reset_seq[owner]:
                continue
            telling = (chat, said["scene"]) if said["form"] != "told" and said["scene"] and not said["turn"] else None
            if (event.stream, said["memory"], "text") not in by_hand and telling in told_by_hand:
                continue
            bit = 2 if owner == chat else 4
            stands = self.counts(event) or telling in told_by_hand
            key = (event.stream, said["memory"])
            if witnesses.get(of_telling[key] or key, said["witnesses"]) & bit and stands:
                text = by_hand.get((event.stream, said["memory"], "text"), said["text"])
                found.append((chat, said["memory"], text))
        return found


def reads(log: EventLog) -> list[Any]:
    """What the screens and prompts see."""
    seen: list[Any] = [reading.bots(log), reading.chat_rows(log)]
    for bot in BOTS:
        seen += [reading.chat(log, bot), reading.turns(log, bot), reading.scenes(log, bot), reading.group(log, bot, ())]
        seen += [reading.threads(log, bot, closed=True), reading.happenings(log, bot), reading.items(log, bot)]
        seen += [recall.recent(log, bot, 1000), recall.pinned(log, bot), recall.search(log, bot, "rain tea")]
        seen += [reading.edge(log, *pair) for other in (YOU, *BOTS) for pair in ((bot, other), (other, bot))]
    return seen


def check(log: EventLog) -> None:
    """The tables, the log itself, a rebuild and the naive telling agree."""
    assert log.check_rebuild() == []
    assert log.verify() == []
    plain = Plain(log.read_all())
    for bot in BOTS:
        remembered = [(one.chat, one.number, one.text) for one in recall.recent(log, bot, 10_000)]
        assert remembered[::-1] == plain.memories(bot)
        for other in (YOU, *BOTS):
            if other != bot:
                for pair in ((bot, other), (other, bot)):
                    assert reading.edge(log, *pair).affinity == plain.affinity(*pair)
    before, rows = reads(log), tables(log)
    log.rebuild()
    assert tables(log) == rows
    assert reads(log) == before


def live_and_check(seeds: Iterable[int], steps: int) -> Counter[str]:
    done: Counter[str] = Counter()
    undone = 0
    for seed in seeds:
        with new_log() as log:
            life = Life(log, seed)
            life.live(steps)
            check(log)
            done += life.done
            undone += life.undone
    done["undone"] = undone
    return done


def test_two_hundred_lives_leave_exactly_what_their_events_say() -> None:
    done = live_and_check(range(SEQUENCES), STEPS_EACH)
    missed = [step.__name__ for step in STEPS if done[step.__name__] < 10]
    assert missed == [], "the lives are too tame to show anything"
    assert min(done["undone"], done["carried"]) > 100


@pytest.mark.soak
def test_thousands_of_longer_lives() -> None:
    live_and_check(range(10_000, 10_000 + SOAKED), 80)
