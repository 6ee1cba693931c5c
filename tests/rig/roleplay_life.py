"""Lives of three bots that visit each other, from a seed: everything a player and the passes can do, in any order.

Background passes are slow here: what follows from a turn or a scene waits in ``slow`` and is written at some later
step, when the turn may be rerolled, the scene told otherwise or the guest gone.
"""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from engine.errors import UserError
from engine.log import EventLog, Snapshots
from engine.log.snapshots import Snapshot
from game.roleplay import editing, erasing, history, reading, swipes
from game.roleplay import events as happened
from game.roleplay.edge_words import neighbours
from game.roleplay.events import YOU
from game.roleplay.impact import impact
from game.roleplay.state import Activity, Turn
from game.truth import Truth
from tests.rig.roleplay_story import CLOCK_US, Story, tables

BOTS = ("mira", "tobias", "aiko")


class Life:
    """What happens to ``log``, step by step; ``done`` counts what did, ``undone`` what was taken back and compared."""

    def __init__(self, log: EventLog, seed: int, snapshots: Snapshots | None = None) -> None:
        self.log, self.chance, self.snapshots = log, random.Random(seed), snapshots
        self.taken: tuple[Snapshot, dict[str, list[tuple[Any, ...]]]] | None = None
        self.stories = {bot: Story(log, bot, bot) for bot in BOTS}
        self.slow: list[Callable[[], None]] = []
        self.done: Counter[str] = Counter()
        self.undone = 0

    def live(self, steps: int) -> None:
        """So many steps, then whatever the passes still have to write."""
        for _ in range(steps):
            self.step()
        while self.slow:
            self.slow.pop()()

    def step(self) -> None:
        """One thing that happens; what the player may not do just now is refused and changes nothing."""
        step = self.chance.choices(STEPS, weights=WEIGHTS)[0]
        story = self.stories[self.chance.choice(BOTS)]
        before = self.log.last_seq
        if not self.log.query("SELECT 1 FROM chats WHERE chat = ? AND scene > 0", (story.host,)):
            story.begin()
        else:
            try:
                step(self, story)
                self.done[step.__name__] += 1
            except UserError:
                assert self.log.last_seq == before, "a refused step wrote something"
        if self.slow and self.chance.random() < 0.4:
            self.slow.pop(self.chance.randrange(len(self.slow)))()

    def restore(self) -> None:
        """A snapshot is taken, or the last is gone back to: then all is as it was when it was taken."""
        assert self.snapshots is not None
        if self.taken is None or self.chance.random() < 0.5:
            self.taken = (self.snapshots.before("life"), tables(self.log))
        else:
            self.snapshots.restore(self.taken[0])
            assert tables(self.log) == self.taken[1]

    def maybe_undo(self, before: dict[str, list[tuple[Any, ...]]], undo: Callable[[], object]) -> None:
        """Now and then a step is taken back at once; then everything is as it was."""
        if self.chance.random() < 0.4:
            undo()
            assert tables(self.log) == before
            self.undone += 1

    def text(self) -> str:
        """A word or two."""
        return f"{self.chance.choice(('rain', 'letters', 'the ferry', 'tea'))} {self.chance.randrange(50)}"

    def any_turn(self, story: Story) -> Turn:
        """One of the turns, the last more often than others."""
        there = reading.turns(self.log, story.host)
        if not there:
            raise UserError("there is no turn yet")
        return there[-1] if self.chance.random() < 0.5 else self.chance.choice(there)

    def any_bot(self, story: Story) -> str:
        """A bot of the scene."""
        guest: str = story.count("guest")
        return self.chance.choice([story.host, guest or story.host])


# -- what the passes write -------------------------------------------------------------------------------------------


def follows(life: Life, story: Story, number: int) -> None:
    """What follows from the chosen wording of a turn, later, if the turn is then still there in that wording."""
    asked = reading.turn(life.log, story.host, number)
    chance, swipe = life.chance, asked.chosen
    owner, mask = life.any_bot(story), 7 if story.count("guest") else 3
    target = chance.choice([one for one in (YOU, *BOTS) if one != owner])
    words, deltas, weight = life.text(), (chance.randint(-3, 3), chance.randint(-3, 3)), chance.randint(0, 3)
    where: dict[str, Any] = {"turn": number, "swipe": swipe}

    def late() -> None:
        now = reading.turns(life.log, story.host, after=number - 1, upto=number)
        if not now or now[0].seq != asked.seq or len(now[0].alternatives) <= swipe:
            return
        if now[0].alternatives[swipe].text != asked.text:
            return
        story.add(happened.EdgeMoved(owner, target, CLOCK_US, *deltas, [words], **where))
        story.add(happened.TurnWeighed(number, swipe, weight))
        story.add(happened.ActivityChanged(owner, Activity(verb=words).record(), **where))
        if weight == 0:
            story.add(happened.EndForeseen(chance.choice(("said", "guest")), number, swipe))
        chat = story.chat
        if weight == 3:
            memory = story.remembers(owner, words, 3, mask, scene=asked.scene, **where)
            facts = editing.auto_pin(life.log, story.host, memory)
            story.add(*(fact.event for fact in facts), truth=Truth.AUTOMATION)
        elif weight == 2:
            story.add(
                happened.ThreadOpened(chat.threads + 1, words, **where),
                happened.HappeningPlanned(chat.happenings + 1, words, [words], **where),
                happened.ItemGained(owner, words, **where),
            )
        for open_one in reading.threads(life.log, story.host)[:1] if weight == 1 else ():
            story.add(happened.ThreadClosed(open_one.id, words, **where))
        for planned in reading.happenings(life.log, story.host, ("planned",))[:1] if weight == 1 else ():
            story.add(happened.HappeningMoved(planned.id, "active", planned.state, **where))

    life.slow.append(late)


def tells(life: Life, story: Story, number: int) -> None:
    """Everyone's summary of a closed scene, later, if it is then still told from the same wordings."""
    asked = reading.scene(life.log, story.host, number)
    assert asked is not None
    weight = life.chance.choice((1, 1, 3))

    def late() -> None:
        now = reading.scene(life.log, story.host, number)
        if now is None or not now.closed or (now.basis, now.present) != (asked.basis, asked.present):
            return
        for told in story.tell(number, [one for one in asked.present if one != YOU], weight):
            facts = editing.auto_pin(life.log, story.host, told)
            story.add(*(fact.event for fact in facts), truth=Truth.AUTOMATION)
        if len(asked.present) == 3:
            story.add(happened.GroupSummarised(life.text(), number, asked.basis))

    life.slow.append(late)


# -- what the player does --------------------------------------------------------------------------------------------


def talk(life: Life, story: Story) -> None:
    for speaker in (YOU, life.any_bot(story)):
        follows(life, story, story.say(speaker, life.text()))


def reroll(life: Life, story: Story) -> None:
    turn = life.any_turn(story)
    if turn.is_yours or len(turn.alternatives) > 4:
        raise UserError("not this one")
    story.again(turn.number, life.text())
    follows(life, story, turn.number)


def choose(life: Life, story: Story) -> None:
    turn = life.any_turn(story)
    swipes.choose(life.log, story.host, turn.number, life.chance.randrange(len(turn.alternatives)))


def keep(life: Life, story: Story) -> None:
    swipes.keep(life.log, story.host, life.any_turn(story).number)


def hide(life: Life, story: Story) -> None:
    erasing.hide(life.log, story.host, life.any_turn(story).number, life.chance.random() < 0.6)


def delete(life: Life, story: Story) -> None:
    before, turns = tables(life.log), {life.any_turn(story).number for _ in range(2)}
    erasing.cascade(life.log, story.host, turns).lines()
    done = erasing.delete(life.log, None, story.host, turns)
    life.maybe_undo(before, lambda: erasing.undo_delete(life.log, done))


def close(life: Life, story: Story) -> None:
    why = life.chance.choice(("container", "said", "manual", "skip"))
    tells(life, story, story.close(why, life.chance.choice(("", life.text()))))


def leave(life: Life, story: Story) -> None:
    """The last turn's words lead elsewhere, or to the end of the scene."""
    last = life.any_turn(story)
    if last.scene != story.chat.scene.id or last.number != story.chat.turns:
        raise UserError("nobody has said anything here yet")
    tells(life, story, story.close(*life.chance.choice((("container", life.text()), ("said", ""))), read=last))


def go(life: Life, story: Story) -> None:
    """The player's words lead elsewhere, and are answered there."""
    number = story.say(YOU, life.text())
    follows(life, story, number)
    read = reading.turn(life.log, story.host, number)
    tells(life, story, story.close("container", life.text(), read=read))
    follows(life, story, story.say(life.any_bot(story), life.text()))


def aside(life: Life, story: Story) -> None:
    """A scene without the player."""
    chat = story.chat
    number, turn = chat.scenes + 1, chat.turns + 1
    opened = happened.SceneOpened(number, chat.scene.container, "", [story.host], chat.clock_us, True)
    said = happened.TurnSaid(turn, story.host, life.text(), number, chat.clock_us)
    story.add(opened, said, happened.SceneClosed(number, "meanwhile", 0))
    tells(life, story, number)


def retell(life: Life, story: Story) -> None:
    """What is stale is told again, in every chat that was told on from."""
    for chat in (story.host, *neighbours(life.log, story.host)):
        for scene in swipes.stale_scenes(life.log, chat):
            tells(life, life.stories[chat], scene.id)


def guest(life: Life, story: Story) -> None:
    if story.chat.guest:
        leaving = story.chat.guest
        number = story.close("guest")
        story.add(happened.GuestLeft(leaving), truth=Truth.USER)
        tells(life, story, number)
    else:
        other = life.chance.choice([bot for bot in BOTS if bot != story.host])
        story.add(happened.GuestJoined(other), truth=Truth.USER)
        if not reading.met(life.log, story.host, other):
            story.add(happened.EdgeSeeded(story.host, other, 40, 45, "new", [life.text()]), truth=Truth.USER)


def edit(life: Life, story: Story) -> None:
    chance, chat = life.chance, story.chat
    edits: list[tuple[str, list[Any], str, Any]] = [
        ("edge", [life.any_bot(story), YOU], "affinity", chance.randint(0, 100)),
        ("edge", [YOU, story.host], "trust", chance.randint(0, 100)),
        ("edge", [story.host, YOU], "summary", life.text()),
        ("edge", [story.host, YOU], "facts", [life.text() for _ in range(chance.randint(0, 3))]),
        ("memory", [chance.randint(1, chat.memories + 1)], "text", life.text()),
        ("memory", [chance.randint(1, chat.memories + 1)], "significance", chance.randint(0, 3)),
        ("memory", [chance.randint(1, chat.memories + 1)], "witnesses", chance.randint(0, 7)),
        ("activity", [story.host], "verb", life.text()),
        ("container", [1], "name", life.text()),
        ("scene", [chat.scene.id], "description", life.text()),
        ("thread", [chance.randint(1, chat.threads + 1)], "open", chance.random() < 0.5),
        ("event", [chance.randint(1, chat.happenings + 1)], "title", life.text()),
        ("group", [], "summary", life.text()),
        ("turn", [chance.randint(1, chat.turns + 1)], "significance", chance.randint(0, 3)),
    ]
    what, key, field, value = chance.choice(edits)
    editing.edit(life.log, story.host, what, key, field, value)


def mend(life: Life, story: Story) -> None:
    number = life.chance.randint(1, story.chat.happenings + 1)
    editing.mend_happening(life.log, story.host, number, life.chance.choice(editing.HAPPENING_STATES))


def pin(life: Life, story: Story) -> None:
    there = life.log.query("SELECT memory FROM memories WHERE chat = ? AND live", (story.host,))
    for (number,) in there:
        act = life.chance.choice((editing.pin, editing.unpin))
        with contextlib.suppress(UserError):  # no more than eight by hand
            act(life.log, story.host, number)


def rewind(life: Life, story: Story) -> None:
    to_turn = life.chance.randint(max(story.chat.turns - 6, 0), story.chat.turns)
    before = tables(life.log)
    told = impact(life.log, story.host, to_turn)
    done = history.rewind(life.log, None, story.host, to_turn, life.chance.choice(("", "kept")))
    assert len(told.turns) == done.turns
    life.done["carried"] += done.carried
    left = [turn.number for turn in reading.turns(life.log, story.host)]
    assert max(left, default=0) <= to_turn
    life.maybe_undo(before, lambda: history.undo(life.log, done))


def branch(life: Life, story: Story) -> None:
    before = tables(life.log)
    done = history.branch_here(life.log, story.host, life.chance.randint(0, story.chat.turns), life.text())
    life.maybe_undo(before, lambda: history.undo(life.log, done))


def switch(life: Life, story: Story) -> None:
    before, rows = tables(life.log), history.branches(life.log, story.host)
    done = history.switch_branch(life.log, None, story.host, life.chance.choice(rows).id)
    life.maybe_undo(before, lambda: history.undo(life.log, done))


def reset(life: Life, story: Story) -> None:
    before = tables(life.log)
    done = history.reset(life.log, None, story.host, story.host)
    life.maybe_undo(before, lambda: history.undo_reset(life.log, done))


def clock(life: Life, story: Story) -> None:
    story.add(happened.ClockMoved(CLOCK_US + life.chance.randrange(10**12), story.chat.clock_us, 0, "set"))


_WEIGHED: dict[Callable[[Life, Story], None], int] = {
    **{talk: 30, reroll: 8, choose: 8, keep: 2, hide: 2, delete: 3, close: 8, retell: 3, guest: 5, edit: 10, pin: 4},
    **{rewind: 5, branch: 2, switch: 3, reset: 1, clock: 1, mend: 3, leave: 10, go: 4, aside: 2},
}
STEPS = list(_WEIGHED)
WEIGHTS = list(_WEIGHED.values())
