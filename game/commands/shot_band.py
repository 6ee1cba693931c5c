"""A band for pictures: machines of their own beside the game that is shown, over real sockets on loopback."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.jobs import Jobs
from engine.net.join_code import JoinCode
from game.jam.decide import SayReady, TakePart
from game.jam.machine import Machine, Place
from game.jam.state import PLAYER
from game.profile import CHARTS, Profile
from game.rhythm.entries import ChartEntry
from game.rhythm.library import Library
from game.scenes.jam_room import JamRoom
from game.scenes.requests import ShowLobby

if TYPE_CHECKING:
    from game.commands.shot_views import Studio

LOOPBACK = ("127.0.0.1", 0)
CODE = JoinCode("amber-violin")
HOST = "Mara"


class Guest:
    """A machine without a screen that joins what the studio hosts; it has the shipped songs, or none."""

    def __init__(self, folder: Path, studio: Studio, name: str, role: str = PLAYER, *, songs: bool = True) -> None:
        self._calls: list[Callable[[], None]] = []
        self._profile = Profile.open(folder / name)
        self._jobs = Jobs(self._calls.append, processes=1)
        self._library = Library.open(folder / name / "library.db", (CHARTS,) if songs else ())
        self._library.refresh()
        profile = self._profile
        place = Place(profile.log, profile.writer, profile.songs, folder / name / "jam")
        room = JamRoom.of(studio.app.context)
        assert room.machine is not None
        at = [room.machine.node.address]
        entries = self._entries
        self.machine = Machine.join(
            at, room.machine.code, place, self._jobs, entries, name=name, role=role, bind=LOOPBACK
        )

    def _entries(self) -> Sequence[ChartEntry]:
        return self._library.entries

    def turn(self) -> None:
        """What a game does with each turn."""
        calls, self._calls[:] = list(self._calls), []
        for call in calls:
            call()
        self.machine.step()

    def take(self, part: str, chart: ChartEntry, keys: int, *, ready: bool = True) -> None:
        """Take a part, and be ready."""
        self.machine.session.do(TakePart(part, chart.hash, keys))
        if ready:
            self.machine.session.do(SayReady())

    def close(self) -> None:
        """Leave and give everything back."""
        self.machine.close()
        self._jobs.close()
        self._library.close()
        self._profile.close()


def open_band(studio: Studio) -> JamRoom:
    """The studio's game hosts a jam on loopback."""
    studio.set("jam.name", HOST)
    room = JamRoom.on_loopback(studio.app.context)
    studio.undo.callback(JamRoom.close_of, studio.app.context)
    room.host("An evening in the shop", CODE)
    return room


def bring(studio: Studio, name: str, role: str = PLAYER, *, songs: bool = True) -> Guest:
    """Another machine joins; gives it once it is in and its clock is agreed."""
    guest = Guest(studio.profile.folder / "guests", studio, name, role, songs=songs)
    studio.beside.append(guest.turn)
    studio.undo.callback(guest.close)
    studio.until(lambda: guest.machine.joined and guest.machine.session.time.agreed, 0.1)
    return guest


def show_lobby(studio: Studio) -> None:
    """The lobby is on the screen."""
    studio.app.open(ShowLobby())
    studio.until(lambda: studio.top_is("JamLobbyScene"), 0.2)


def offer(studio: Studio, room: JamRoom, chart: ChartEntry) -> None:
    """The host picks the song of ``chart``, and has it ready."""
    machine = room.machine
    assert machine is not None
    machine.offer(chart, studio.profile.settings.playfield.rules, 1.0, room.say)
    studio.until(lambda: machine.song is not None, 0.1)


def entry(studio: Studio, title: str, keys: int, level: str) -> ChartEntry:
    """A shipped chart of the library."""
    entries = studio.app.context.library.entries
    return next(one for one in entries if (one.title, one.keys, one.level) == (title, keys, level))
