"""A band for pictures: machines of their own beside the game that is shown, over real sockets on loopback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.clock import now_us
from engine.jobs import Jobs
from engine.net.join_code import JoinCode
from game.jam.band import BandTake
from game.jam.decide import SayReady, TakePart
from game.jam.machine import Machine, Place
from game.jam.seats import song_us
from game.jam.state import PLAYER
from game.profile import Profile
from game.rhythm.chart import Chart
from game.rhythm.entries import ChartEntry
from game.rhythm.mods import Mods
from game.rhythm.performance import FINISHED, LEFT, autoplay_edges
from game.scenes.jam_room import JamRoom
from game.scenes.requests import ShowLobby

if TYPE_CHECKING:
    from game.commands.shot_views import Studio

LOOPBACK = ("127.0.0.1", 0)
CODE = JoinCode("amber-violin")
HOST = "Mara"


class Companion:
    """Another machine of the band, with a profile of its own; it founds the jam where it has no ``host``.

    With ``uneven_us`` the game plays for it, so unevenly.  Without ``songs`` it has none.
    """

    def __init__(
        self,
        studio: Studio,
        name: str,
        host: Machine | None,
        uneven_us: int | None = None,
        *,
        role: str = PLAYER,
        songs: bool = True,
    ) -> None:
        self._calls: list[Callable[[], None]] = []
        folder: Path = studio.profile.folder / "band" / name
        self._profile = profile = Profile.open(folder)
        self._jobs = Jobs(self._calls.append, processes=1)
        library = studio.app.context.library
        place = Place(profile.log, profile.writer, profile.songs, folder / "aside")
        means = place, self._jobs, lambda: list(library.entries) if songs else []
        if host is None:
            self.machine = Machine.host("an evening", JoinCode.new(), *means, name=name, bind=LOOPBACK)
        else:
            at = [host.node.address]
            self.machine = Machine.join(at, host.code, *means, name=name, role=role, bind=LOOPBACK)
        self.hands = Hands(uneven_us) if uneven_us is not None else None
        self._take: BandTake | None = None
        studio.beside.append(self.turn)
        studio.undo.callback(self.close)

    def turn(self) -> None:
        """What a game does with each turn, and what is due to be pressed."""
        calls, self._calls[:] = list(self._calls), []
        for call in calls:
            call()
        self.machine.step()
        running = self.machine.session.band.running
        charts = self.machine.charts(running.start.song) if running is not None else None
        if running is None or charts is None or self.hands is None:
            return
        self._take = take = self._take or BandTake(self.machine.session, running.start.take, charts)
        now = song_us(running.start, self.machine.session.now_us())
        self.hands.play(take, now)
        take.step(now, now_us())
        performance = take.performance
        if performance is not None and not performance.ended and now > performance.chart.last_us + 400_000:
            take.end(FINISHED)

    def take(self, part: str, chart: ChartEntry, keys: int, *, ready: bool = True) -> None:
        """Take a part, and be ready."""
        self.machine.session.do(TakePart(part, chart.hash, keys))
        if ready:
            self.machine.session.do(SayReady())

    def leave(self) -> None:
        """Leave the song, not the jam."""
        if self._take is not None:
            self._take.end(LEFT)

    def close(self) -> None:
        """Leave, and give everything back."""
        self.machine.close()
        self._jobs.close()
        self._profile.close()


class Hands:
    """Plays in a take, unevenly; ``silent_from_us`` is the instant of the song from which on nothing is pressed."""

    def __init__(self, uneven_us: int) -> None:
        self._uneven_us = uneven_us
        self.silent_from_us = 1 << 60
        self._edges: list[tuple[int, int, int]] | None = None

    def play(self, take: BandTake, now: int) -> None:
        """Press what is due at ``now`` of the song."""
        performance = take.performance
        if performance is None:
            return
        if self._edges is None:
            self._edges = uneven(performance.chart, self._uneven_us)
        while self._edges and self._edges[0][0] <= now:
            at_us, lane, down = self._edges.pop(0)
            if at_us < self.silent_from_us:
                take.press(lane, bool(down), at_us)


def uneven(chart: Chart, uneven_us: int) -> list[tuple[int, int, int]]:
    """What hits every note of ``chart``, each press and its release early or late together: (song time, lane, down)."""
    edges = autoplay_edges(chart, Mods()).copy()
    dice = np.random.default_rng(uneven_us)
    for lane in range(chart.keys):
        own = np.flatnonzero(edges["lane"] == lane)
        off_us = np.repeat(dice.normal(uneven_us // 4, uneven_us, len(own) // 2 + 1), 2)[: len(own)]
        edges["at_us"][own] = np.maximum.accumulate(edges["at_us"][own] + off_us.astype(np.int64))
    rows: list[tuple[int, int, int]] = edges[np.argsort(edges["at_us"], kind="stable")].tolist()
    return rows


def open_band(studio: Studio) -> JamRoom:
    """The studio's game hosts a jam on loopback."""
    studio.set("jam.name", HOST)
    room = JamRoom.on_loopback(studio.app.context)
    studio.undo.callback(JamRoom.close_of, studio.app.context)
    room.host("An evening in the shop", CODE)
    return room


def bring(studio: Studio, name: str, role: str = PLAYER, *, songs: bool = True) -> Companion:
    """Another machine joins; gives it once it is in and its clock is agreed."""
    host = JamRoom.of(studio.app.context).machine
    assert host is not None
    one = Companion(studio, name, host, role=role, songs=songs)
    studio.until(lambda: one.machine.joined and one.machine.session.time.agreed, 0.1)
    return one


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
