"""The face of what stands beside a chat: the drawer at its right, and the questions over it.

A drawer is made once for the scene, as ``Drawer(room, push, say)``: ``room`` is the :class:`~game.scenes.talk_room
.TalkRoom` (run a command with ``room.do``, read with ``room.look``, both come back on the scene's thread), ``push``
puts a scene on top of this one (an :class:`~game.scenes.picker.Overlay` for a question), ``say`` shows a sentence.

Questions are overlays made of the room, the view and the turn: ``RewindDialog(room, view, turn)``,
``DeleteDialog(room, view, turn)``, ``BranchDialog(room, view, turn)``.
"""

from __future__ import annotations

from typing import Protocol

from engine.draw.frame import Frame
from game.scenes.talk_view import ChatView

Place = tuple[float, float, float, float]
"""Left, top, width and height in pixels."""


class SidePanel(Protocol):
    """What is drawn at the right of a chat while it is open."""

    def draw(self, frame: Frame, view: ChatView, place: Place, live: bool) -> None:
        """Draw into ``place`` with Dear ImGui windows of its own; without input unless ``live``."""
        ...

    def focus(self) -> None:
        """Take the keyboard with the next frame."""
        ...

    def key(self, control: str) -> bool:
        """A key that no text field took, while the panel has the keyboard; True when it was meant for it."""
        ...

    def turn(self, step: int) -> None:
        """Leaf a page on (1) or back (-1)."""
        ...

    def back(self) -> bool:
        """Escape, before anything else it means: True while that only puts back a field that is being written in."""
        ...
