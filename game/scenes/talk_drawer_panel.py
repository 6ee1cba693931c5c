"""What every panel of the drawer is: it reads what it shows on the reading thread and draws from that alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from engine.log import EventLog
from engine.scene import Scene
from game.roleplay.events import YOU
from game.roleplay.state import Chat
from game.scenes.talk_drawer_acts import Acts
from game.scenes.talk_drawer_fields import Fields
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_view import ChatView

Read = Callable[[EventLog], Any]


class Desktop:
    """What a panel works with: the room, what can be done and taken back, the fields, and a way to ask questions."""

    def __init__(self, room: TalkRoom, push: Callable[[Scene], object], say: Callable[[str], object]) -> None:
        self.room = room
        self.push = push
        self.say = say
        self.acts = Acts.of(room)
        self.acts.say = say
        self.fields = Fields(self.acts)

    @property
    def busy(self) -> bool:
        """Whether something is under way that scenes must not change beneath."""
        return self.room.speech is not None or bool(self.room.doing)


class Panel(Protocol):
    """A page of the drawer."""

    title: str
    icon: str

    def reads(self, view: ChatView) -> Read:
        """What is to be read for it on another thread; what comes back is handed to :meth:`draw`."""
        ...

    def wants(self) -> object:
        """What its reading depends on beside the chat (a page of a list): another value is read anew."""
        ...

    def draw(self, desk: Desktop, view: ChatView, data: Any) -> None:
        """Draw it, with what was read last."""
        ...


def pairs_of(chat: Chat) -> tuple[tuple[str, str], ...]:
    """The edges among those present, each way by itself: you and the host, the host and the guest, guest and you."""
    host, guest = chat.host, chat.guest
    made = [(host, YOU), (YOU, host)]
    if guest:
        made += [(host, guest), (guest, host), (guest, YOU), (YOU, guest)]
    return tuple(made)


def arrow(view: ChatView, owner: str, target: str) -> str:
    """``Mara → You``."""
    return f"{called(view, owner)} → {called(view, target)}"


def called(view: ChatView, who: str) -> str:
    """A name, and of the player that it is them."""
    name = view.name_of(who)
    return f"{name} (you)" if who == YOU and name != "You" else name
