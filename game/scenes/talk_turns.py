"""What the turns of a chat can be asked to do, and the field in which one of them is written over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.draw import icons
from engine.scene import Scene
from game.roleplay import erasing, swipes, talk
from game.roleplay.events import NARRATOR
from game.roleplay.prose import MAX_TURN_CHARS
from game.roleplay.state import Turn
from game.scenes.picker import Option, Picker
from game.scenes.talk_entries import Edit
from game.scenes.talk_field import WritingField
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_turn import TurnActions
from game.scenes.talk_view import ChatView


@dataclass(slots=True)
class Doors:
    """Where a chat leads: questions over it, its kickoff form, the settings."""

    rewind: Callable[[ChatView, Turn], Scene | None]
    delete: Callable[[ChatView, Turn], Scene | None]
    branch: Callable[[ChatView, Turn], Scene | None]
    kickoff: Callable[[str], object]
    settings: Callable[[], object]
    push: Callable[[Scene], object]
    say: Callable[[str], object]


def options_of(turn: Turn) -> list[Option]:
    """What can be done with a turn, each by the key that does it."""
    spoken = not turn.is_yours and turn.speaker != NARRATOR
    hide = ("Show it again", icons.EYE) if turn.hidden else ("Take it out of view", icons.HIDE)
    listed = [
        *([("r", "Say it anew", icons.RETRY)] if spoken else []),
        ("e", "Edit it", icons.PEN),
        *([] if turn.accepted else [("k", "Keep it as it is", icons.CHECK)]),
        ("w", "Rewind to here", icons.REWIND),
        ("b", "Branch here", icons.BRANCH),
        ("h", *hide),
        ("delete", "Delete it", icons.DELETE),
    ]
    return [Option(key, words, icon=icon) for key, words, icon in listed]


def _answers(view: ChatView, turn: Turn, yours: Turn) -> bool:
    """Whether the latest turn answers the player's own last one: in its scene, or in the one it led to."""
    if yours.number > turn.number or yours.scene == turn.scene:
        return yours.number < turn.number
    left, now = view.scenes.get(yours.scene), view.chat.scene
    led_on = left is not None and left.why == "container" and now is not None and now.id == turn.scene
    return led_on and all(one.scene != yours.scene for one in view.turns if one.number > yours.number)


class Turns:
    """Does what a turn is asked for.  ``show`` is called when a turn is written over, ``done`` when that is over.

    Regenerating the latest reply first puts the player's own turn into the field (004 10.2); nothing is written before
    that is sent.
    """

    def __init__(self, room: TalkRoom, doors: Doors, show: Callable[[int], object], done: Callable[[], object]) -> None:
        self._room = room
        self._doors = doors
        self._show = show
        self._done = done
        self.edit: Edit | None = None
        self.field = WritingField(most=MAX_TURN_CHARS, say=doors.say, what="one turn")
        self.actions = TurnActions(
            *(self.regenerate, self.begin_edit, self.rewind, self.hide, self.delete, self.keep, self.branch),
            self.swipe,
        )

    @property
    def busy(self) -> bool:
        """Whether turns cannot be asked for anything at the moment."""
        return self._room.speech is not None or self.edit is not None

    def regenerate(self, turn: Turn) -> None:
        """Another wording of a bot's turn; of the latest one after the player's own turn was looked at again."""
        view = self._room.view
        if view is None or self._room.speech is not None:
            return
        latest = view.last_bot_turn
        yours = next((one for one in reversed(view.turns) if one.is_yours), None)
        if latest is None or latest.number != turn.number or yours is None or not _answers(view, turn, yours):
            self._room.another(turn.number)
            return
        self._open(yours, turn.number)

    def begin_edit(self, turn: Turn) -> None:
        """Write a turn over."""
        if self._room.speech is None:
            self._open(turn, 0)

    def _open(self, turn: Turn, again: int) -> None:
        self.edit = Edit(turn.number, turn.text, again)
        self.field.set(turn.text)
        self._show(turn.number)

    def finish_edit(self) -> None:
        """Do what the field was opened for."""
        edit, self.edit = self.edit, None
        if edit is None:
            return
        text, host = self.field.text, self._room.host
        if edit.again:
            self._room.regenerate(text)
        elif text.strip() != edit.text.strip():
            number = edit.number
            self._room.do("the edit", lambda desk: talk.rewrite(desk, host, number, text))
        self._done()

    def cancel_edit(self) -> None:
        """Leave everything as it was."""
        self.edit = None
        self._done()

    def rewind(self, turn: Turn) -> None:
        """Ask whether to go back to here."""
        self._ask(self._doors.rewind, turn)

    def delete(self, turn: Turn) -> None:
        """Ask whether to cut this out."""
        self._ask(self._doors.delete, turn)

    def branch(self, turn: Turn) -> None:
        """Ask what a branch from here is to be called."""
        self._ask(self._doors.branch, turn)

    def _ask(self, door: Callable[[ChatView, Turn], Scene | None], turn: Turn) -> None:
        view = self._room.view
        if view is not None and self._room.speech is None and (scene := door(view, turn)) is not None:
            self._doors.push(scene)

    def hide(self, turn: Turn) -> None:
        """Take a turn out of view, or show it again."""
        host, number, hidden = self._room.host, turn.number, not turn.hidden
        self._room.do("hiding", lambda desk: desk.change(lambda: erasing.hide(desk.log, host, number, hidden)))

    def keep(self, turn: Turn) -> None:
        """Say that a turn stands."""
        host, number = self._room.host, turn.number
        self._room.do("keeping", lambda desk: desk.change(lambda: swipes.keep(desk.log, host, number)))

    def swipe(self, turn: Turn, to: int) -> None:
        """Step to another wording; past the last one a new one is asked for."""
        host, number = self._room.host, turn.number
        if to >= len(turn.alternatives):
            self._room.another(number)
            return
        self._room.do("the wording", lambda desk: talk.choose(desk, host, number, to))

    def menu(self, turn: Turn) -> None:
        """Ask what is to be done with a turn; what is chosen is the key that does it."""
        if not self.busy:
            self._doors.push(Picker(f"Turn {turn.number}", options_of(turn)))

    def key(self, control: str, turn: Turn) -> bool:
        """A key while ``turn`` is chosen; True when it was one of a turn's."""
        if self.busy:
            return False
        acts = {
            **{"e": self.begin_edit, "w": self.rewind, "h": self.hide},
            **{"delete": self.delete, "b": self.branch},
        }
        if not turn.is_yours and turn.speaker != NARRATOR:
            acts["r"] = self.regenerate
        if not turn.accepted:
            acts["k"] = self.keep
        if control in acts:
            acts[control](turn)
        elif control == "left" and turn.chosen > 0:
            self.swipe(turn, turn.chosen - 1)
        elif control == "right" and not turn.is_yours and turn.speaker != NARRATOR:
            self.swipe(turn, turn.chosen + 1)
        else:
            return False
        return True
