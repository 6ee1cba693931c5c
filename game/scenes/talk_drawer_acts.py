"""What the player does from the drawer and its questions: done by the hands, shown at once, taken back by Ctrl+Z.

Nothing here touches the log on the scene's thread: every act is a function of the desk that :meth:`TalkRoom.do` runs.
An edit is taken back by setting the former value through the same events; a step through history (a rewind, a branch,
a cut, a reset, a snapshot) offers its undo for :data:`~game.roleplay.history.UNDO_S` seconds.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from engine.errors import UserError
from game.roleplay import editing, passes
from game.roleplay.desk import Desk
from game.roleplay.events import SceneClosed, chat_stream
from game.roleplay.history import UNDO_S, reopen
from game.roleplay.rewinding import turns_said
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_speech import Trouble, not_saved

T = TypeVar("T")
Work = Callable[[Desk], object]

KEPT_STEPS = 200
"""How many edits can be taken back."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with fields that can be set by hand, as :class:`~game.roleplay.events.ManualEdit` names it.

    ``name`` is what the player calls it; ``chat`` is the stream it lives in.
    """

    chat: str
    what: str
    key: tuple[Any, ...]
    name: str

    def id(self, field: str) -> str:
        """What a field of it is known by on the screen: ``activity mara posture``."""
        chat = (self.chat,) if self.what == "memory" else ()
        return " ".join(str(part) for part in (self.what, *chat, *self.key, field))


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done in a chat and how it is taken back."""

    host: str
    words: str
    undo: Work
    number: int = 0
    """Which one it was of all that were done."""


@dataclass(slots=True)
class Offer:
    """A toast: what was done, and for how long its undo is offered.

    It belongs to the chat of its step; what was done ``in_library`` is told there too.
    """

    step: Step
    in_library: bool = False
    turns: int | None = None
    """It ends when a turn is said after the one of this number; None lets the chat go on."""
    left_us: int = int(UNDO_S * 1e6)


@dataclass(slots=True)
class _Pending:
    value: Any
    done: int = 0
    """The version of the acts when it was written; 0 while it is not."""


class Acts:
    """One for each room: what was done, what is on its way into the log, and what was refused.

    ``version`` grows with everything that was written; ``refused`` has, by field, what was typed and why it cannot be.
    """

    def __init__(self, room: TalkRoom) -> None:
        self.room = room
        self.version = 1
        self.offer: Offer | None = None
        self.refused: dict[str, tuple[Any, str]] = {}
        self.say: Callable[[str], object] = lambda sentence: None
        self._steps: list[Step] = []
        self._numbers = itertools.count()
        self._pending: dict[str, _Pending] = {}

    @classmethod
    def of(cls, room: TalkRoom) -> Acts:
        """The room's own."""
        if room not in _acts:
            _acts[room] = cls(room)
        return _acts[room]

    # -- what is shown -------------------------------------------------------------------------------------------

    def shown(self, field: str, value: Any) -> Any:
        """The value to show for a field: what was just set or refused, else what is true."""
        if field in self.refused:
            return self.refused[field][0]
        return self._pending[field].value if field in self._pending else value

    def seen(self, version: int) -> None:
        """What was written up to ``version`` has been read again: the truth is shown from now on."""
        self._pending = {field: one for field, one in self._pending.items() if not 0 < one.done <= version}

    def refuse(self, field: str, value: Any, sentence: str) -> None:
        """Keep what was typed beside the sentence that says why it cannot be."""
        self.refused[field] = (value, sentence)

    def leave_chat(self) -> None:
        """Another chat is shown: its fields have the same names, so nothing typed in this one stays in them."""
        self.refused.clear()
        self._pending.clear()

    def put_back(self, field: str) -> None:
        """Show what is true again."""
        self.refused.pop(field, None)

    # -- doing ---------------------------------------------------------------------------------------------------

    def edit(self, thing: Thing, field: str, value: Any, former: Any) -> None:
        """Set one field of a thing."""
        former = list(former) if isinstance(former, tuple) else former
        if value == former:
            return

        def to(value: Any) -> Work:
            return lambda desk: desk.change(
                lambda: editing.edit(desk.log, thing.chat, thing.what, list(thing.key), field, value)
            )

        words = f"{field.removesuffix('_us').replace('_', ' ')} of {thing.name}"
        self.do(words, to(value), to(former), field=thing.id(field), value=value)

    def do(
        self,
        words: str,
        work: Callable[[Desk], T],
        undo: Work | Callable[[Desk, T], object] | None = None,
        *,
        field: str = "",
        value: Any = None,
        then: Callable[[T], object] | None = None,
        undo_of: Callable[[T], Work] | None = None,
    ) -> None:
        """Have the hands do ``work``, which ``words`` names; ``undo`` (or what ``undo_of`` makes of the result) takes
        it back.  ``value`` is shown for ``field`` meanwhile."""
        host = self.room.host
        if field:
            self._pending[field] = _Pending(value)
            self.refused.pop(field, None)

        def done(result: T) -> None:
            self.version += 1
            if field in self._pending:
                self._pending[field].done = self.version
            back = undo_of(result) if undo_of is not None else undo
            if back is not None:
                self._steps.append(Step(host, words, back, next(self._numbers)))  # type: ignore[arg-type]
                del self._steps[:-KEPT_STEPS]
            if then is not None:
                then(result)

        def again() -> None:
            self.do(words, work, undo, field=field, value=value, then=then, undo_of=undo_of)

        def failed(error: UserError) -> None:
            self._pending.pop(field, None)
            if field and not not_saved(error):
                self.refuse(field, value, str(error))
            else:
                self._failed(host, error, again)

        self.room.do(words, work, done, failed)

    def _failed(self, host: str, error: UserError, again: Callable[[], object]) -> None:
        """Say why something cannot be; what the disk did not take must be tried again before anything goes on."""
        if not_saved(error):
            self.room.corner(host).trouble = Trouble("unsaved", str(error), again)
            self.room.touch()
        else:
            self.say(str(error))

    def history(
        self,
        words: str,
        work: Callable[[Desk], T],
        told: Callable[[T], str],
        undo: Callable[[T], Work],
        then: Callable[[T], object] | None = None,
        *,
        of_bot: str = "",
        turns: Callable[[T], int] | None = None,
    ) -> None:
        """A step through history: ``told`` is what the toast says of it, beside its undo.

        It belongs to the chat that is open, unless something is done in the library to ``of_bot``.  Where ``turns``
        says how many the chat has then, it is offered only until the next is said.
        """
        host = of_bot or self.room.host

        def done(result: T) -> None:
            self.version += 1
            self._pending.clear()
            upto = turns(result) if turns is not None else None
            self.offer = Offer(Step(host, told(result), undo(result), next(self._numbers)), bool(of_bot), upto)
            if then is not None:
                then(result)

        def again() -> None:
            self.history(words, work, told, undo, then, of_bot=of_bot, turns=turns)

        self.room.do(words, work, done, lambda error: self._failed(host, error, again))

    def scene_step(self, host: str, words: str, work: Work, told: str) -> None:
        """A step that closes the scene (by hand, for a skip, for a guest who goes); its undo opens it again.

        The undo is a branch from just before the scene closed, which keeps what followed late from what was said, and
        on which what was left undone is done.  It is offered until the next turn is said, which it would take away.
        """
        stream = chat_stream(host)

        def run(desk: Desk) -> tuple[int, int]:
            at = desk.log.head(stream)
            work(desk)
            for event in desk.log.read(stream, after=at):
                if event.kind == SceneClosed.kind:
                    break
                at = event.seq
            return at, turns_said(desk.log, host)

        def undo(done: tuple[int, int]) -> Work:
            at, turns = done

            def reopened(desk: Desk) -> None:
                if turns_said(desk.log, host) > turns:
                    raise UserError("the chat went on since the scene closed; rewind it to go back")
                reopen(desk.log, host, at)

            def back(desk: Desk) -> None:
                desk.change(lambda: reopened(desk))
                passes.catch_up(desk, host)

            return back

        self.history(words, run, lambda done: told, undo, turns=lambda done: done[1])

    def offer_here(self) -> None:
        """The chat of what is offered is gone: it is offered in the one that is open now."""
        if self.offer is not None:
            self.offer.step = replace(self.offer.step, host=self.room.host)

    # -- taking back ---------------------------------------------------------------------------------------------

    @property
    def next_undo(self) -> str:
        """What Ctrl+Z takes back in the chat that is open; empty for nothing."""
        step = self._newest()
        return step.words if step is not None else ""

    def _newest(self) -> Step | None:
        offered = [self.offer.step] if self.offer is not None else []
        here = [step for step in (*self._steps, *offered) if step.host == self.room.host]
        return max(here, key=lambda step: step.number, default=None)

    def undo(self) -> None:
        """Take back the newest thing that was done in the chat that is open."""
        step = self._newest()
        if step is None:
            self.say("There is nothing to take back in this chat.")
        elif self.offer is not None and step is self.offer.step:
            self.undo_offer()
        else:
            self._steps.remove(step)
            self._take_back(step)

    def undo_offer(self) -> None:
        """Take back what the toast offers, and with it what was set since."""
        if self.offer is None:
            return
        if self.room.speech is not None:
            self.say("A reply is under way; stop it first, then undo.")
            return
        step, self.offer = self.offer.step, None
        self._steps = [one for one in self._steps if one.host != step.host or one.number < step.number]
        self._take_back(step)

    def _take_back(self, step: Step) -> None:
        def done(result: object) -> None:
            self.version += 1
            self._pending.clear()
            self.say(f"Taken back: {step.words}")

        def failed(error: UserError) -> None:
            self.say(str(error))

        self.room.do(f"taking back: {step.words}", step.undo, done, failed)

    def forget(self) -> None:
        """What was done before can be taken back no more."""
        self._steps.clear()

    def tick(self, dt_us: int) -> None:
        """Time passes; an offer that ran out takes with it what was done before it, as history went on since."""
        if self.offer is None:
            return
        self.offer.left_us -= dt_us
        if self.offer.left_us <= 0 or self._went_on(self.offer):
            over, self.offer = self.offer.step, None
            self._steps = [one for one in self._steps if one.host != over.host or one.number > over.number]

    def _went_on(self, offer: Offer) -> bool:
        view = self.room.view
        if view is None or view.host != offer.step.host or offer.turns is None:
            return False
        return view.chat.turns > offer.turns


_acts: WeakKeyDictionary[TalkRoom, Acts] = WeakKeyDictionary()
