"""Machines in a jam, each with a profile of its own, over real sockets on loopback."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.jobs import Jobs
from engine.net.join_code import JoinCode
from game.jam.decide import SayReady, Start, TakePart
from game.jam.machine import Machine, Place
from game.jam.state import PLAYER
from game.profile import Profile
from game.rhythm.entries import ChartEntry
from game.rhythm.library import Library

PATIENCE_S = 60.0
LOOPBACK = ("127.0.0.1", 0)


class Seat:
    """One machine: a profile in ``folder``, jobs, and the songs of ``roots``."""

    def __init__(self, folder: Path, roots: Sequence[Path]) -> None:
        self.calls: list[Callable[[], None]] = []
        self.profile = Profile.open(folder)
        self.jobs = Jobs(self.calls.append, processes=1)
        self.library = Library.open(folder / "library.db", (*roots, self.profile.songs))
        self.library.refresh()
        self.place = Place(self.profile.log, self.profile.writer, self.profile.songs, folder / "aside")
        self.machine: Machine | None = None

    @property
    def jam(self) -> Machine:
        assert self.machine is not None
        return self.machine

    def entries(self) -> list[ChartEntry]:
        return list(self.library.entries)

    def turn(self) -> None:
        """What a game does once a frame."""
        calls, self.calls[:] = list(self.calls), []
        for call in calls:
            call()
        if self.machine is not None:
            self.machine.step()

    def close(self) -> None:
        if self.machine is not None:
            self.machine.close()
        self.jobs.close()
        self.library.close()
        self.profile.close()


class Machines:
    """A band of machines; the first one hosts."""

    def __init__(self, folder: Path, roots: Sequence[Path], lacking: Sequence[Path] = ()) -> None:
        self.folder, self.roots, self.lacking = folder, roots, lacking
        self.seats: list[Seat] = []
        self.code = JoinCode.new()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for seat in reversed(self.seats):
            seat.close()

    def host(self, name: str = "Ada") -> Seat:
        """The machine that has the songs."""
        seat = Seat(self.folder / name, self.roots)
        self.seats.append(seat)
        seat.machine = Machine.host(
            "an evening", self.code, seat.place, seat.jobs, seat.entries, name=name, bind=LOOPBACK
        )
        self.until(lambda: seat.jam.joined)
        return seat

    def join(self, name: str, role: str = PLAYER, code: JoinCode | None = None) -> Seat:
        """Another machine; with other songs or none."""
        seat = Seat(self.folder / name, self.lacking)
        self.seats.append(seat)
        address = self.seats[0].jam.node.address
        args = [address], code or self.code, seat.place, seat.jobs, seat.entries
        seat.machine = Machine.join(*args, name=name, role=role, bind=LOOPBACK)
        self.until(lambda: seat.jam.joined or bool(seat.jam.session.closed))
        return seat

    def turn(self) -> None:
        """What every machine's game does once a frame."""
        for seat in self.seats:
            seat.turn()

    def until(self, condition: Callable[[], bool]) -> None:
        """Let all machines run until ``condition``."""
        limit = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < limit, "it did not come about in a minute"
            self.turn()
            time.sleep(0.002)  # what a frame waits

    def offer(self, title: str, keys: int = 4, level: str = "Easy") -> ChartEntry:
        """The host offers a song; gives the chart it was picked by."""
        entries = self.seats[0].entries()
        entry = next(one for one in entries if (one.title, one.keys, one.level) == (title, keys, level))
        refused: list[Exception] = []
        self.seats[0].jam.offer(entry, "osu-mania-stable", 1.0, refused.append)
        self.until(lambda: bool(refused) or all(seat.jam.song is not None for seat in self.seats))
        assert not refused
        return entry

    def ready_and_start(self, entry: ChartEntry, part: str = "all") -> str:
        """Everyone takes a part and is ready; the host starts; gives the take's id."""
        for seat in self.seats:
            if seat.jam.role == PLAYER:
                seat.jam.session.do(TakePart(part, entry.hash, entry.keys))
                seat.jam.session.do(SayReady())
        host = self.seats[0].jam
        self.until(lambda: all(one.ready and one.bound_us >= 0 for one in host.session.band.players))
        self.until(lambda: all(seat.jam.session.time.agreed for seat in self.seats))
        host.session.do(Start(host.session.now_us(), host.session.time.bound_us))
        self.until(lambda: all(seat.jam.session.band.running is not None for seat in self.seats))
        running = host.session.band.running
        assert running is not None
        return running.start.take
