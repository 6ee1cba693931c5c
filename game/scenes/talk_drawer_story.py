"""The drawer's page of the story: what is unresolved, what is planned or under way, and who keeps what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from imgui_bundle import imgui

from engine.draw import icons, theme, widgets
from engine.draw.pen import px
from engine.draw.theme import AMBER, CYAN, INK_FAINT, LIME, RED, tone
from engine.log import EventLog
from game.roleplay import clock, editing, reading, story
from game.roleplay.editing import HAPPENING_STATES
from game.roleplay.state import Happening, Thread
from game.roleplay.story import MOVES, OVER
from game.scenes.talk_drawer_acts import Thing, Work
from game.scenes.talk_drawer_panel import Desktop, Read, called
from game.scenes.talk_drawer_parts import card, note
from game.scenes.talk_view import ChatView

_VERBS = {
    "active": "Begin",
    "completed": "Complete",
    "cancelled": "Cancel it",
    "expired": "Too late",
    "planned": "Plan anew",
}
_ICONS = {
    **{"active": icons.PLAY, "completed": icons.CHECK, "cancelled": icons.CROSS, "expired": icons.CLOCK},
    "planned": icons.RETRY,
}
_MARKS = {"planned": CYAN, "active": LIME, "completed": LIME, "cancelled": AMBER, "expired": RED}


@dataclass(frozen=True, slots=True)
class StoryData:
    """Threads, happenings and what each of those present keeps, of one chat."""

    host: str
    threads: tuple[Thread, ...]
    happenings: tuple[Happening, ...]
    items: tuple[tuple[str, tuple[str, ...]], ...]


class StoryPanel:
    """Threads, events, items."""

    title = "Story"
    icon = icons.REPLAY

    def wants(self) -> object:
        """Nothing beside the chat."""
        return None

    def reads(self, view: ChatView) -> Read:
        """All of it."""
        host, present = view.host, view.chat.present
        return lambda log: read_story(log, host, present)

    def draw(self, desk: Desktop, view: ChatView, data: Any) -> None:
        """The whole page."""
        if not isinstance(data, StoryData) or data.host != view.host:
            return
        if not view.chat.begun:
            note("This chat has not begun; its threads and events stand here once it has.")
            return
        self._threads(desk, view, data)
        self._happenings(desk, view, data)
        widgets.section("Things", "kept for good")
        for who, items in data.items:
            self._items(desk, view, who, items)

    # -- threads -------------------------------------------------------------------------------------------------

    def _threads(self, desk: Desktop, view: ChatView, data: StoryData) -> None:
        host = view.host
        widgets.section("Threads", "what is unresolved")
        still_open = [thread for thread in data.threads if thread.open]
        first = desk.fields.first_of("threads", len(still_open), *(f"thread {one.id} " for one in still_open))
        for thread in desk.fields.near(still_open[first:], lambda one: f"thread {one.id} "):
            self._thread(desk, view, thread)

        def add(title: str) -> None:
            def back(number: int) -> Work:
                return lambda it: it.change(lambda: editing.edit_thread(it.log, host, number, "open", False))

            work = partial(_add_thread, host=host, title=title)
            desk.acts.do("the new thread", work, field="thread new", value=[], undo_of=back)

        desk.fields.adder("thread new", "Something unresolved …", add)
        desk.fields.problem("thread new")
        ended = [thread for thread in data.threads if not thread.open]
        if ended and desk.fields.fold("threads ended", f"Ended: {len(ended)}", *(f"thread {one.id} " for one in ended)):
            for thread in desk.fields.near(ended, lambda one: f"thread {one.id} "):
                self._thread(desk, view, thread)

    def _thread(self, desk: Desktop, view: ChatView, thread: Thread) -> None:
        thing = Thing(view.host, "thread", (thread.id,), f"the thread “{thread.title}”")
        with card(CYAN if thread.open else None):
            desk.fields.text(thing, "title", "Thread", thread.title)
            desk.fields.flag(thing, "open", "Still open", thread.open)
            desk.fields.text(thing, "outcome", "How it ended", thread.outcome, hint="nothing yet")

    # -- happenings ----------------------------------------------------------------------------------------------

    def _happenings(self, desk: Desktop, view: ChatView, data: StoryData) -> None:
        host = view.host
        widgets.section("Events", "planned, under way, over")
        ahead = [one for one in data.happenings if one.state not in OVER]
        first = desk.fields.first_of("events", len(ahead), *(f"happening {one.id} " for one in ahead))
        for happening in desk.fields.near(ahead[first:], lambda one: f"happening {one.id} "):
            self._happening(desk, view, happening)

        def add(title: str) -> None:
            def back(number: int) -> Work:
                return lambda it: it.change(lambda: editing.mend_happening(it.log, host, number, "cancelled"))

            work = partial(_plan, host=host, title=title)
            desk.acts.do("the new event", work, field="happening new", value=[], undo_of=back)

        desk.fields.adder("happening new", "Something that is to happen …", add)
        desk.fields.problem("happening new")
        over = [one for one in data.happenings if one.state in OVER]
        if over and desk.fields.fold("events over", f"Over: {len(over)}", *(f"happening {one.id} " for one in over)):
            for happening in desk.fields.near(over, lambda one: f"happening {one.id} "):
                self._happening(desk, view, happening)

    def _happening(self, desk: Desktop, view: ChatView, happening: Happening) -> None:
        fields, chat = desk.fields, view.chat
        thing = Thing(view.host, "happening", (happening.id,), f"“{happening.title}”")
        with card(_MARKS[happening.state]):
            state = str(desk.acts.shown(thing.id("state"), happening.state))
            widgets.pill(state, tone(_MARKS[state]))
            if happening.due_us and happening.state == "planned":
                imgui.same_line()
                widgets.text(clock.friendly(happening.due_us, chat.day_one_us), theme.TEXT_SMALL, INK_FAINT)
            fields.text(thing, "title", "Event", happening.title)
            fields.listing(thing, "props", "Props", happening.props, "Exists only within it …")
            day = chat.day_one_us
            fields.instant(thing, "due_us", "Due", happening.due_us, day, none="whenever it comes")
            fields.instant(thing, "expires_us", "Too late after", happening.expires_us, day, none="never")
            self._moves(desk, view, thing, happening)
            fields.problem(thing.id("state"))

    def _moves(self, desk: Desktop, view: ChatView, thing: Thing, happening: Happening) -> None:
        """Where it may go from here; and, to put an error right, anywhere else."""
        ways = [state for state in HAPPENING_STATES if state != happening.state]
        imgui.push_id(thing.id("to"))
        for place, state in enumerate(ways):
            if place % 2:
                imgui.same_line(0, px(8))
            desk.fields.arrive(thing.id(f"to {state}"))
            if widgets.small_button(_VERBS[state], icon=_ICONS[state]):
                self._move(desk, view, thing, happening, state)
            desk.fields.placed(thing.id(f"to {state}"))
        imgui.pop_id()

    def _move(self, desk: Desktop, view: ChatView, thing: Thing, happening: Happening, state: str) -> None:
        host, number, former = view.host, happening.id, happening.state

        def put(state: str) -> Work:
            return lambda it: it.change(lambda: editing.mend_happening(it.log, host, number, state))

        leads_there = state in MOVES.get(former, ())
        move: Work = (lambda it: story.move(it, host, number, state)) if leads_there else put(state)
        desk.acts.do(f"the state of {thing.name}", move, put(former), field=thing.id("state"), value=state)

    # -- items ---------------------------------------------------------------------------------------------------

    def _items(self, desk: Desktop, view: ChatView, who: str, items: tuple[str, ...]) -> None:
        host = view.host
        thing = Thing(host, "items", (who,), called(view, who))

        def put(lines: list[str]) -> None:
            gone = [one for one in items if one not in lines]
            new = [one for one in lines if one not in items]
            field = thing.id("items")
            for item in gone:
                take, give = (
                    partial(_take, host=host, who=who, item=item),
                    partial(_give, host=host, who=who, item=item),
                )
                desk.acts.do(f"{item} taken from {thing.name}", take, give, field=field, value=lines)
            for item in new:
                take, give = (
                    partial(_take, host=host, who=who, item=item),
                    partial(_give, host=host, who=who, item=item),
                )
                desk.acts.do(f"{item} given to {thing.name}", give, take, field=field, value=lines)

        desk.fields.listing(thing, "items", called(view, who), items, "a brass key …", put)


def _add_thread(it: Any, *, host: str, title: str) -> int:
    return int(it.change(lambda: editing.add_thread(it.log, host, title)))


def _plan(it: Any, *, host: str, title: str) -> int:
    return int(it.change(lambda: editing.add_happening(it.log, host, title, [])))


def _give(it: Any, *, host: str, who: str, item: str) -> None:
    it.change(lambda: editing.give_item(it.log, host, who, item))


def _take(it: Any, *, host: str, who: str, item: str) -> None:
    it.change(lambda: editing.take_item(it.log, host, who, item))


def read_story(log: EventLog, host: str, present: tuple[str, ...]) -> StoryData:
    """Threads, happenings and items."""
    return StoryData(
        host,
        tuple(reading.threads(log, host, closed=True)),
        tuple(reading.happenings(log, host)),
        tuple((who, reading.items(log, who)) for who in present),
    )
