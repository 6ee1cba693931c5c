"""The jam the player is in, while scenes come and go: it is made here, stepped by whichever scene is on top, and left.

room = JamRoom.of(context)                     # one for the game
room.look()                                    # from now on sessions on the network are looked for
room.host("an evening", JoinCode.new()); room.join([("192.168.1.5", 47100)], code)
room.step()                                    # once a step: what happened, sentences said to the player
room.machine                                   # the jam itself (game.jam.machine), None outside one
room.leave()
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from engine.errors import UserError
from engine.jobs import Jobs
from engine.net.discovery import Discovery
from engine.net.discovery_records import FoundSession
from engine.net.join_code import JoinCode
from game.jam.crowd_listener import CrowdListener
from game.jam.crowd_listener import Happening as CrowdHappening
from game.jam.machine import Machine, Place
from game.jam.session import Closed, Happening, Notice
from game.jam.state import PLAYER, Band
from game.rhythm.entries import ChartEntry
from game.scenes.context import Context
from game.scenes.jam_ready import SongAhead
from game.scenes.title import game_version

_REMEMBERED = "jam room"


class JamRoom:
    """The player's place in a jam, and what is known of jams nearby."""

    def __init__(
        self, context: Context, *, bind: tuple[str, int] = ("0.0.0.0", 0), interfaces: Sequence[str] | None = None
    ) -> None:
        """``bind`` is where sockets are opened, ``interfaces`` where jams are looked for (None: everywhere)."""
        self._context = context
        self._bind, self._interfaces = bind, interfaces
        self._discovery: Discovery | None = None
        self._leaving: list[threading.Thread] = []
        self.machine: Machine | None = None
        self.ended = ""
        """Why the last jam ended, if it was not the player who left."""
        self.crowd_is_open = False
        """Whether the last jam had no seat left, but lets this machine listen in its crowd."""
        self.listener: CrowdListener | None = None
        """What this machine hears where it only listens in a crowd."""
        self._conductor = ""
        self.songs = SongAhead(context)
        """The song the band plays next, got ready meanwhile."""

    @classmethod
    def of(cls, context: Context) -> JamRoom:
        """The room of this game."""
        room = context.remembered.get(_REMEMBERED)
        if not isinstance(room, JamRoom):
            room = context.remembered[_REMEMBERED] = cls(context)
        return room

    @classmethod
    def on_loopback(cls, context: Context) -> JamRoom:
        """A room that stays on this machine, before there is another: for pictures and tests."""
        room = context.remembered[_REMEMBERED] = cls(context, bind=("127.0.0.1", 0), interfaces=("127.0.0.1",))
        return room

    @classmethod
    def close_of(cls, context: Context) -> None:
        """Leave whatever jam there is and give threads and sockets back, at the end of the game."""
        room = context.remembered.pop(_REMEMBERED, None)
        if isinstance(room, JamRoom):
            room.close()

    # -- jams nearby ---------------------------------------------------------------------------------------

    def look(self) -> None:
        """Look for sessions on the network, from now on."""
        if self._discovery is None:
            self._discovery = Discovery(interfaces=self._interfaces)

    @property
    def found(self) -> tuple[FoundSession, ...]:
        """The sessions that others announce."""
        return self._discovery.found() if self._discovery is not None else ()

    @property
    def problem(self) -> str:
        """Why none can be found just now; empty while all is well."""
        return self._discovery.problem if self._discovery is not None else ""

    # -- the jam -------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """What the player is called in jams; empty until they said it."""
        return self._context.profile.settings.jam.name

    def host(self, title: str, code: JoinCode) -> None:
        """Found a session.

        Raises:
            UserError: the network cannot be used.
        """
        self.look()
        name = self.name or "Player"
        args = title, code, *self._means()
        self._begin(Machine.host(*args, name=name, bind=self._bind, discovery=self._discovery))

    def join(self, addresses: Sequence[tuple[str, int]], code: JoinCode, role: str = PLAYER, title: str = "") -> None:
        """Ask to be let in; ``machine.joined`` or :attr:`ended` tells what came of it.

        Raises:
            UserError: the network cannot be used.
        """
        self.look()
        self._begin(
            Machine.join(
                addresses,
                code,
                *self._means(),
                name=self.name or "Player",
                role=role,
                title=title,
                bind=self._bind,
                discovery=self._discovery,
            )
        )

    def listen(self, addresses: Sequence[tuple[str, int]], code: JoinCode) -> None:
        """Ask for a ticket for the crowd; ``listener.session`` or :attr:`ended` tells what came of it.

        Raises:
            UserError: the network cannot be used.
        """
        self.look()
        self.leave()
        self.ended, self.crowd_is_open = "", False
        writer = self._context.profile.writer
        self.listener = CrowdListener(addresses, code, writer, name=self.name or "Player", bind=self._bind)

    def step_crowd(self) -> list[CrowdHappening]:
        """Take up what was heard in the crowd; sentences are said to the player, and a crowd that ended is let go."""
        listener = self.listener
        if listener is None:
            return []
        happenings = listener.step()
        for one in happenings:
            if isinstance(one, Notice):
                self._context.say(one.sentence)
        if listener.closed:
            self.ended = listener.closed
            self.leave()
        return happenings

    def _means(self) -> tuple[Place, Jobs, Callable[[], Sequence[ChartEntry]]]:
        profile = self._context.profile
        place = Place(profile.log, profile.writer, profile.songs, profile.folder / "jam")
        return place, self._context.jobs, lambda: self._context.library.entries

    def _begin(self, machine: Machine) -> None:
        self.leave()
        self.ended = self._conductor = ""
        self.crowd_is_open = False
        machine.version = game_version()
        self.machine = machine

    def step(self) -> list[Happening]:
        """Take up what happened; sentences are said to the player, and a jam that ended is let go."""
        machine = self.machine
        if machine is None:
            return []
        happenings = machine.step()
        for one in happenings:
            if isinstance(one, Notice):
                self._context.say(one.sentence)
            elif isinstance(one, Closed):
                self.ended, self.crowd_is_open = one.sentence, one.crowd
        if machine.session.closed:
            self.leave()
        else:
            self._tell_conductor(machine.session.band)
            self.songs.follow(machine)
        return happenings

    def _tell_conductor(self, band: Band) -> None:
        """Say that another conducts; not over a song's lanes, where nobody can do anything about it."""
        if band.running is not None or band.conductor in ("", self._conductor):
            return
        before, self._conductor = self._conductor, band.conductor
        if before and band.conductor == band.me:
            self._context.say("You conduct now: you pick the songs and start them.")
        elif before:
            self._context.say(f"{band.name(band.conductor)} conducts now.")

    def say(self, error: UserError) -> None:
        """Tell the player why something cannot be."""
        self._context.say(str(error))

    def leave(self) -> None:
        """Leave the jam, if there is one; its threads end beside the game."""
        left = [one for one in (self.machine, self.listener) if one is not None]
        self.machine = self.listener = None
        self.songs.forget()
        for one in left:
            self._leaving = [thread for thread in self._leaving if thread.is_alive()]
            thread = threading.Thread(target=one.close, name="leaving a jam")
            thread.start()
            self._leaving.append(thread)

    def close(self) -> None:
        """Leave and stop looking; waits for the threads."""
        self.leave()
        for thread in self._leaving:
            thread.join()
        if self._discovery is not None:
            self._discovery.close()
            self._discovery = None
