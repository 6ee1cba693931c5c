"""After anything that can happen, in any order: the tables are what the events say, by two independent tellings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.log import CalendarClock, EventLog, Snapshots, StoredEvent
from game.roleplay import reading, recall
from game.roleplay.edge_words import mark
from game.roleplay.events import YOU
from game.roleplay.projector import RoleplayProjector
from game.roleplay.recall_projector import RecallProjector
from game.roleplay.rows import place
from game.roleplay.state import PIN_CAP, basis_of, chained
from tests.rig.roleplay_life import BOTS, STEPS, Life
from tests.rig.roleplay_story import new_log, tables

SEQUENCES = 200
STEPS_EACH = 25
SOAKED = 2000


@dataclass
class End:
    """The end of a scene that the words of a turn tell of."""

    chat: str
    scene: int
    turn: int
    swipe: int
    seq: int
    last: int
    opened: int = -1
    open: bool = True
    counts: bool = True


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
        self.speaker: dict[tuple[str, int], str] = {}
        self.aside: set[tuple[str, int]] = set()
        self.ends: list[End] = []
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
            self._went_on(chat, said["scene"], said["speaker"])
            self.speaker[chat, said["turn"]] = said["speaker"]
            self.chosen[chat, said["turn"]] = 0
            self.scene_of[chat, said["turn"]] = said["scene"]
            self.wording_seq[chat, said["turn"], 0] = place(event)
        elif event.kind == "turn.alternative_said":
            self.wording_seq[chat, said["turn"], said["swipe"]] = place(event)
            self.chosen[chat, said["turn"]] = said["swipe"]
            self._follow(chat)
        elif event.kind == "turn.alternative_chosen":
            self.chosen[chat, said["turn"]] = said["swipe"]
            self._follow(chat)
        elif event.kind == "turn.deleted":
            self.deleted |= {(chat, turn) for turn in said["turns"]}
            self._follow(chat)
        elif event.kind == "scene.closed":
            if not said["turn"]:
                self._went_on(chat, said["scene"], YOU)
            self.closed_seq[chat, said["scene"]] = place(event)
            if said["turn"]:
                said_by_now = max(turn for one, turn in self.chosen if one == chat)
                last = said["turn"] if said["why"] == "container" else said_by_now
                self.ends.append(End(chat, said["scene"], said["turn"], said["swipe"], place(event), last))
        elif event.kind == "scene.opened":
            self.aside |= {(chat, said["scene"])} if said["meanwhile"] else set()
            if said["turn"]:
                self.ends[-1].opened = said["scene"]
                self._move(chat, self.ends[-1].scene, said["scene"], after=self.ends[-1].last)
        elif event.kind == "guest.joined":
            self._went_on(chat, 0, YOU)
        elif event.kind == "bot.reset":
            self.reset_seq[chat] = place(event)

    def _went_on(self, chat: str, scene: int, speaker: str) -> None:
        """What a turn has led to stays as it is, once somebody goes on from it."""
        for end in self.ends:
            answered = speaker != YOU and self.speaker.get((chat, end.turn)) == YOU
            if end.chat == chat and (chat, scene) not in self.aside and not answered:
                end.open = False

    def _follow(self, chat: str) -> None:
        """Each open end counts while its wording is chosen: the scene is closed, and what came after it was there.

        Where another turn has led on from it, it is as if it were not open.
        """
        there = [end for end in self.ends if end.chat == chat]
        for end in reversed(there):
            if end.open and end.counts and not self._is_said(end) and not self._led_on_from(end, there):
                end.counts = False
                self.closed_seq.pop((chat, end.scene), None)
                self._move(chat, end.opened, end.scene)
        for end in there:
            is_gone = any(one.opened == end.scene and not one.counts for one in there)
            may_count = self._is_said(end) and not is_gone and (chat, end.scene) not in self.closed_seq
            if end.open and not end.counts and may_count and not self._led_on_from(end, there):
                end.counts = True
                self.closed_seq[chat, end.scene] = end.seq
                self._move(chat, end.scene, end.opened, after=end.last)

    def _is_said(self, end: End) -> bool:
        return self.chosen[end.chat, end.turn] == end.swipe and (end.chat, end.turn) not in self.deleted

    @staticmethod
    def _led_on_from(end: End, there: list[End]) -> bool:
        return any(one.counts and one.seq > end.seq and one.turn != end.turn for one in there)

    def _move(self, chat: str, scene: int, to: int, after: int = 0) -> None:
        for one, turn in self.scene_of:
            if one == chat and self.scene_of[one, turn] == scene and turn > after:
                self.scene_of[one, turn] = to

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

    def summary(self, owner: str, target: str) -> str:
        """The words for how ``owner`` sees ``target``: each counts where what it was told from stands."""
        since, standing, by_hand = max(self.reset_seq[owner], self.reset_seq[target]), "", False
        for event in self.events:
            said = event.payload
            seeded = event.kind == "edge.seeded" and (said["owner"], said["target"]) == (owner, target)
            told = event.kind == "edge.summarised" and (said["owner"], said["target"]) == (owner, target)
            edited = event.kind == "manual_edit" and (said["key"], said["field"]) == ([owner, target], "summary")
            if place(event) <= since or not (seeded or told or edited):
                continue
            if told and (not self.counts(event) or (said["upon"] and said["upon"] != mark(standing))):
                continue
            if edited or not by_hand:
                standing = said["value"] if edited else said["summary"]
            by_hand = by_hand or edited
        return standing

    def pinned(self, owner: str) -> list[tuple[str, int]]:
        """Chat and number of what ``owner`` has pinned, in the order it was pinned."""
        had = {(chat, number): text for chat, number, text in self.memories(owner)}
        telling: dict[tuple[str, int], tuple[str, int]] = {}
        for event in self.events:
            said, chat = event.payload, event.stream.partition("/")[2]
            if event.kind == "memory.written" and said["owner"] == owner:
                is_one = said["form"] != "told" and not said["turn"] and said["scene"]
                telling[chat, said["memory"]] = (f"{chat} tells", said["scene"]) if is_one else (chat, said["memory"])
        now = {telling[one]: one for one in had}
        standing: list[tuple[tuple[str, int], bool]] = []
        by_hand: set[tuple[str, int]] = set()
        for event in self.events:
            said, key = event.payload, (event.stream.partition("/")[2], event.payload.get("memory", 0))
            if event.kind != "memory.pinned":
                continue
            one = now.get(telling.get(key, key)) if not said["auto"] else key  # a rule's pin is of the one telling
            if one is None or one not in had:
                continue
            if said["auto"] and (one in by_hand or one in [there for there, _ in standing]):
                continue
            standing = [(there, auto) for there, auto in standing if there != one]
            by_hand |= set() if said["auto"] else {one}
            while said["pinned"] and len(standing) >= PIN_CAP and any(auto for _, auto in standing):
                standing.remove(next(pin for pin in standing if pin[1]))
            if said["pinned"] and (not said["auto"] or len(standing) < PIN_CAP):
                standing.append((one, said["auto"]))
        return [one for one, _ in standing]

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
        assert [(one.chat, one.number) for one in recall.pinned(log, bot)] == plain.pinned(bot)
        for other in (YOU, *BOTS):
            if other != bot:
                for pair in ((bot, other), (other, bot)):
                    edge = reading.edge(log, *pair)
                    assert (edge.affinity, edge.summary) == (plain.affinity(*pair), plain.summary(*pair))
        for scene in reading.scenes(log, bot):
            assert scene.closed == ((bot, scene.id) in plain.closed_seq)
        turns = {(bot, turn.number): turn.scene for turn in reading.turns(log, bot)}
        assert turns == {one: scene for one, scene in plain.scene_of.items() if one in turns}
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


def lives_on_disk(folder: Path, seeds: Iterable[int], rounds: int) -> None:
    """Lives in which a snapshot is taken or gone back to every ten steps."""
    for seed in seeds:
        with EventLog.open(folder / f"{seed}.db", [RoleplayProjector(), RecallProjector()]) as log:
            life = Life(log, seed, Snapshots(log, folder / f"snapshots {seed}", CalendarClock()))
            for _ in range(rounds):
                life.live(10)
                life.restore()
            check(log)


def test_lives_that_go_back_to_snapshots_leave_exactly_what_their_events_say(tmp_path: Path) -> None:
    lives_on_disk(tmp_path, range(6), 5)


@pytest.mark.soak
def test_thousands_of_lives_that_go_back_to_snapshots(tmp_path: Path) -> None:
    lives_on_disk(tmp_path, range(200), 8)


@pytest.mark.soak
def test_thousands_of_longer_lives() -> None:
    live_and_check(range(10_000, 10_000 + SOAKED), 80)
