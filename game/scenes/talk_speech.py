"""What goes on in a chat at the moment: a reply under way, what went wrong, what is being written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.errors import UserError
from engine.log import LogError, Outdated

SLOW_US = 30_000_000
"""A reply whose first word takes longer is told of (004 16.5)."""


@dataclass(slots=True)
class Speech:
    """A reply under way: who speaks turn ``turn`` and what was heard of it so far.

    ``kind`` is ``say`` (a new turn), ``again`` (the latest anew) or ``another`` (any turn anew).
    """

    host: str
    kind: str
    who: str = ""
    turn: int = 0
    text: str = ""
    sent: str = ""
    """What the player said and is not in the transcript yet."""
    base: int = 0
    """The last turn when it began."""
    had: int = 0
    """How many wordings the turn had that is said anew."""
    waited_us: int = 0
    stopping: bool = False
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def is_slow(self) -> bool:
        """Whether the first word is long in coming."""
        return not self.text and self.waited_us > SLOW_US


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong in a chat, in a sentence, and the way to try again.

    ``kind`` is ``failed`` (no reply), ``cut`` (the line went dead, what had come is saved), ``refused`` (a request
    that cannot be) or ``unsaved`` (the disk: nothing goes on before it is mended).
    """

    kind: str
    words: str
    again: Callable[[], object] | None = None


def not_saved(error: UserError) -> bool:
    """Whether the disk did not take something that is right: saving it again may help."""
    return isinstance(error, LogError) and not isinstance(error, Outdated)


@dataclass(slots=True)
class Corner:
    """What belongs to one chat on the screen and outlives the scene: the draft, what went wrong, what is asked."""

    draft: str = ""
    lost: str = ""
    """What was sent and could not be saved: it goes back into the field."""
    trouble: Trouble | None = None
    question: str = ""
    seen: int = -1
    """The last turn the player has had before them; -1 while that is not known."""
