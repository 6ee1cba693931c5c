"""The drawer's first page: the scene and its place, who is here and what they do, the clock, guests, and what can be
done with all of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from engine.draw import icons, widgets
from engine.draw.theme import CYAN, INK_SOFT, tone
from engine.errors import UserError
from game.roleplay import clock, directing, editing
from game.roleplay.editing_checks import instant
from game.roleplay.events import chat_stream
from game.roleplay.history import leave_out
from game.roleplay.state import Activity, Container
from game.roleplay.talk import GUEST_LEFT
from game.scenes.talk_dialogs_scene import GuestDialog, MeanwhileDialog, SkipDialog
from game.scenes.talk_drawer_acts import Thing
from game.scenes.talk_drawer_panel import Desktop, Read, called
from game.scenes.talk_drawer_parts import buttons, heading, note
from game.scenes.talk_view import ChatView

_ATTENTION = (("low", "low"), ("medium", "medium"), ("high", "high"))
_TYPES = "home, workplace, street, vehicle …"


class ScenePanel:
    """Scene, place, people, clock."""

    title = "Scene"
    icon = icons.PLACE

    def __init__(self) -> None:
        self._place = 0

    def wants(self) -> object:
        """Everything it shows is in the view."""
        return None

    def reads(self, view: ChatView) -> Read:
        """Nothing beside the view."""
        return lambda log: None

    def draw(self, desk: Desktop, view: ChatView, data: Any) -> None:
        """The whole page."""
        chat = view.chat
        if chat.scene is None:
            note("This chat has not begun. Play its kickoff, or say something, and the scene stands here.", INK_SOFT)
            return
        self._question(desk, view)
        self._acts(desk, view)
        self._clock(desk, view)
        self._scene(desk, view)
        for who in chat.present:
            self._person(desk, view, who)
        self._places(desk, view)

    # -- what can be done ----------------------------------------------------------------------------------------

    def _question(self, desk: Desktop, view: ChatView) -> None:
        """The guest seems to have left: is that so?"""
        corner = desk.room.corner()
        if corner.question != GUEST_LEFT or not view.chat.guest:
            return
        name = view.name_of(view.chat.guest)
        widgets.text(f"{icons.PEOPLE}  It seems that {name} has left. Is that so?", 16, tone(CYAN))

        def no() -> None:
            corner.question = ""
            desk.room.touch()

        def yes() -> None:
            no()
            remove_guest(desk, view)

        buttons([(icons.CHECK, f"Yes, {name} left", yes), (icons.CROSS, "No, still here", no)], desk.fields)
        widgets.space()

    def _acts(self, desk: Desktop, view: ChatView) -> None:
        chat, free = view.chat, not desk.busy
        host = chat.host
        said_here = any(turn.scene == chat.scene.id for turn in view.turns[-40:]) if chat.scene else False

        def close() -> None:
            desk.acts.scene_step(host, "closing the scene", lambda it: directing.close_scene(it, host), "Scene closed.")

        acts: list[Any] = [
            (icons.CHECK, "Close scene", close if free and said_here else None),
            (icons.CLOCK, "Skip time…", (lambda: desk.push(SkipDialog(desk.room, view))) if free else None),
            (icons.MOON, "Meanwhile…", (lambda: desk.push(MeanwhileDialog(desk.room, view))) if free else None),
        ]
        if chat.guest:
            words = f"Remove {view.name_of(chat.guest)} from scene"
            acts.append((icons.EXIT, words, partial(remove_guest, desk, view) if free else None))
        else:
            others = any(one.id != host for one in desk.room.library.bots)
            ask = (lambda: desk.push(GuestDialog(desk.room, view))) if free and others else None
            acts.append((icons.PEOPLE, "Add guest…", ask))
        buttons(acts, desk.fields)
        if not said_here:
            note("Nothing was said in this scene yet, so there is nothing to close.")
        elif not free and desk.room.speech is not None:
            note("A reply is under way; these wait for it.")
        if len(desk.room.library.bots) == 1:
            note("A guest is another character of yours; there is no other yet.")

    # -- the clock -----------------------------------------------------------------------------------------------

    def _clock(self, desk: Desktop, view: ChatView) -> None:
        chat, host = view.chat, view.host
        heading(clock.friendly(chat.clock_us, chat.day_one_us), clock.day_label(chat.clock_us, chat.day_one_us))
        thing = Thing(host, "clock", (), "this chat")

        def set_clock(to_us: int) -> None:
            checked = instant(to_us, "the clock of the chat")
            former = chat.clock_us
            desk.acts.do(
                "the clock",
                lambda it: directing.set_clock(it, host, checked),
                lambda it: directing.set_clock(it, host, former),
                field=thing.id("clock_us"),
                value=checked,
            )

        desk.fields.instant(
            thing, "clock_us", "Exact time, UTC (ISO 8601)", chat.clock_us, chat.day_one_us, set_clock, friendly=False
        )

    # -- the scene and its place ---------------------------------------------------------------------------------

    def _scene(self, desk: Desktop, view: ChatView) -> None:
        chat, fields = view.chat, desk.fields
        assert chat.scene is not None
        scene = chat.scene
        widgets.section("Scene", f"number {scene.id}")
        thing = Thing(chat.host, "scene", (scene.id,), f"scene {scene.id}")
        fields.text(thing, "description", "What is going on", scene.description, lines=2, hint="A sentence or two")
        fields.weight(thing, scene.significance, "How much this scene matters")
        place = chat.container
        if place is not None:
            widgets.section("Place", place.name)
            self._container(desk, view, place)

    def _container(self, desk: Desktop, view: ChatView, place: Container) -> None:
        chat, fields = view.chat, desk.fields
        thing = Thing(chat.host, "container", (place.id,), place.name)
        fields.text(thing, "name", "Name", place.name)
        fields.text(thing, "type", "Type", place.type, hint=_TYPES)
        fields.flag(thing, "moving", "It moves", place.moving)
        fields.flag(thing, "public", "Anyone may come in", place.public)
        fields.text(
            thing, "audible_range", "How far one is heard", place.audible_range, hint="the next table, the street …"
        )
        fields.listing(thing, "slots", "Spots in it", place.slots, "the window seat …")
        around = [(0, "nothing, it stands by itself")]
        around += [(one.id, one.name) for one in chat.containers if one.id != place.id]
        fields.choice(thing, "parent", "Lies in", place.parent, around)

    def _places(self, desk: Desktop, view: ChatView) -> None:
        """The other places of the chat, and a field for new ones (004 7.4)."""
        chat, host = view.chat, view.host
        here = chat.scene.container if chat.scene is not None else 0
        widgets.section("Other places", "made as the story goes, or here")
        for place in chat.containers:
            if place.id == here:
                continue
            opened = self._place == place.id
            if widgets.row(f"place {place.id}", place.name, place.type, chosen=opened, icon=icons.PLACE, height=52):
                self._place = 0 if opened else place.id
            if opened:
                self._container(desk, view, place)
        thing = Thing(host, "place", (), "the places")

        def add(name: str) -> None:
            def work(it: Any) -> tuple[int, int]:
                with it.deciding:
                    before = it.log.head(chat_stream(host))
                    it.change(lambda: editing.add_container(it.log, host, name))
                    return it.log.head(chat_stream(host)), before

            desk.acts.do(
                f"the new place {name}",
                work,
                field=thing.id("new"),
                value=[],
                undo_of=lambda done: (
                    lambda it: it.change(lambda: leave_out(it.log, chat_stream(host), done[0], done[1]))
                ),
            )

        desk.fields.adder(thing.id("new"), "A new place …", add)
        desk.fields.problem(thing.id("new"))

    # -- people --------------------------------------------------------------------------------------------------

    def _person(self, desk: Desktop, view: ChatView, who: str) -> None:
        chat, fields = view.chat, desk.fields
        doing = chat.activities.get(who, Activity())
        name = called(view, who)
        widgets.section(name, "here" if who != chat.guest else "guest")
        thing = Thing(chat.host, "activity", (who,), view.name_of(who))
        fields.text(thing, "verb", "Doing", doing.verb, hint="driving, lying in bed reading …")
        fields.text(thing, "posture", "Posture", doing.posture, hint="standing, sitting, lying …")
        fields.text(thing, "attention", "Attention on", doing.attention, hint="left out while empty")
        if fields.fold(f"more {who}", "Where, since when, with what …", f"activity {who} "):
            self._more(desk, view, thing, doing)

    def _more(self, desk: Desktop, view: ChatView, thing: Thing, doing: Activity) -> None:
        chat, fields = view.chat, desk.fields
        fields.flag(thing, "interruptible", "Can be interrupted", doing.interruptible)
        fields.pick(thing, "required_attention", "Attention it takes", doing.required_attention, _ATTENTION)
        fields.text(thing, "expected_duration", "How long it takes", doing.expected_duration, hint="a few minutes …")
        fields.instant(thing, "started_us", "Since", doing.started_us, chat.day_one_us, none="nobody knows")
        places = [(0, "nowhere in particular"), *((one.id, one.name) for one in chat.containers)]
        fields.choice(thing, "container", "Where", doing.container, places)
        spots = next((one.slots for one in chat.containers if one.id == doing.container), ())
        hint = "one of: " + ", ".join(spots) if spots else "the window seat …"
        fields.text(thing, "slot", "At which spot", doing.slot, hint=hint)
        fields.listing(thing, "holding", "Holding", doing.holding, "a cup …")
        self._status(desk, thing, doing)

    def _status(self, desk: Desktop, thing: Thing, doing: Activity) -> None:
        """Named values as lines: ``sober: no``."""

        def put(lines: list[str]) -> None:
            desk.acts.edit(thing, "status", status_of(lines), doing.status)

        now = desk.acts.shown(thing.id("status"), doing.status)
        told = lines_of_status(now) if isinstance(now, dict) else [str(one) for one in now]
        shown = Thing(thing.chat, thing.what, (*thing.key, "lines"), thing.name)
        desk.fields.listing(shown, "status", "State", told, "conscious: yes", put)
        desk.fields.problem(thing.id("status"))


def lines_of_status(status: dict[str, Any]) -> list[str]:
    """A status as lines a person writes."""
    return [f"{name}: {'yes' if one is True else 'no' if one is False else one}" for name, one in status.items()]


def status_of(lines: list[str]) -> dict[str, Any]:
    """Lines like ``sober: no`` as named values; a line without a value is a yes.

    Raises:
        UserError: a line without a name.
    """
    made: dict[str, Any] = {}
    for one in lines:
        name, _, value = (part.strip() for part in one.partition(":"))
        if not name:
            raise UserError(f"“{one}” has no name before its colon; write it like: sober: no")
        made[name] = _value(value)
    return made


def _value(written: str) -> Any:
    known = {"": True, "yes": True, "true": True, "no": False, "false": False}
    if written.casefold() in known:
        return known[written.casefold()]
    try:
        return int(written)
    except ValueError:
        return written


def remove_guest(desk: Desktop, view: ChatView) -> None:
    """The guest goes; the scene they saw closes for all three (004 7.5)."""
    host, name = view.host, view.name_of(view.chat.guest)
    desk.acts.scene_step(host, f"{name}'s leaving", lambda it: directing.remove_guest(it, host), f"{name} left.")
