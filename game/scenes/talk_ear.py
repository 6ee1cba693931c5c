"""Who listens to the roleplay room on its own threads, and hands what is heard to the scene's."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from game.scenes.talk_speech import Speech

if TYPE_CHECKING:
    from game.scenes.talk_room import TalkRoom


class Ear:
    """Hears the voice on its thread and hands over what it says."""

    def __init__(self, room: TalkRoom, speech: Speech) -> None:
        self._room, self._speech = room, speech
        self._lock = threading.Lock()
        self._pieces: list[tuple[int, str]] = []
        self._said = 0
        """The turn that is being said, counted from 1; on the voice's thread."""
        self._shown = 0
        """The one that is shown; on the scene's."""

    def speaking(self, who: str, turn: int) -> None:
        """Another turn begins: what was written before it is shown first."""
        self._said += 1
        said = self._said
        self._room.see_now()
        self._room.call_soon(lambda: self._begin(said, who, turn))

    def _begin(self, said: int, who: str, turn: int) -> None:
        self._shown = said
        self._speech.who, self._speech.turn, self._speech.text, self._speech.waited_us = who, turn, "", 0
        self._take()  # the voice may be words ahead of a slow frame

    def text(self, piece: str) -> None:
        """The next piece; many of them make one call."""
        with self._lock:
            self._pieces.append((self._said, piece))
            first = len(self._pieces) == 1
        if first:
            self._room.call_soon(self._take)

    def _take(self) -> None:
        with self._lock:
            heard = "".join(piece for said, piece in self._pieces if said == self._shown)
            self._pieces = [one for one in self._pieces if one[0] > self._shown]
        self._speech.text += heard
        self._room.touch()

    def committed(self) -> None:
        """The desk's own listener sees to it."""


class Watch:
    """Hears of everything that is written, on any thread."""

    def __init__(self, room: TalkRoom) -> None:
        self._room = room

    def speaking(self, who: str, turn: int) -> None:
        """An :class:`Ear` hears that."""

    def text(self, piece: str) -> None:
        """An :class:`Ear` hears that."""

    def committed(self) -> None:
        """The log has more than before."""
        self._room.see()
