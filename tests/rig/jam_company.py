"""A band for tests: sessions round a table or over real nodes, each with a profile of its own, and a small song."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.log import StoredEvent
from engine.net.face import Network
from game.jam.band import BandTake
from game.jam.decide import HoldSong, OfferSong, SayReady, Start, TakePart
from game.jam.events import SongOffered, StartAgreed
from game.jam.seats import Charts, song_us
from game.jam.session import Happening, Session
from game.jam.songs import charts_in, offer_of
from game.profile import Profile
from game.rhythm.autoplay import autoplay
from game.rhythm.chart import EDGE, TIMING, Chart, NoteKind, make_notes
from game.rhythm.entries import ChartEntry
from game.rhythm.formats.jam import write_jam
from game.rhythm.scan import FoundFile, read_file
from tests.rig.jam_table import Table

BEAT_US = 250_000
SLICE_US = 20_000


def small_chart(keys: int = 4, beats: int = 24, title: str = "Small Song") -> Chart:
    """Taps on every beat, walking over the lanes, each fourth a hold."""
    rows = []
    for beat in range(beats):
        at_us = 1_000_000 + beat * BEAT_US
        hold = beat % 4 == 3
        end_us = at_us + (BEAT_US // 2 if hold else 0)
        rows.append((at_us, end_us, beat * 3 % keys, int(NoteKind.HOLD if hold else NoteKind.TAP), -1))
    timing = np.array([(0, float(BEAT_US), 4)], TIMING)
    return Chart(keys, make_notes(rows), title=title, artist="House", level=f"{keys} keys", timing=timing)


def song_folder(folder: Path, *charts: Chart) -> Path:
    """A folder with these charts as files; two of the small song when none is given."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, chart in enumerate(charts or (small_chart(4), small_chart(7))):
        (folder / f"{number}-{chart.keys}k.jam").write_text(write_jam(chart), "utf-8")
    return folder


def entry_in(folder: Path, number: int = 0) -> ChartEntry:
    """The library's row for one chart of a folder."""
    path = sorted(folder.glob("*.jam"))[number]
    return read_file(FoundFile(str(path), 0, 0, str(folder.parent))).entries[0]


class Company:
    """Everybody, with their profiles; ``close`` at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.song = song_folder(folder / "Small Song")
        self.entry = entry_in(self.song)
        self.offer: SongOffered = offer_of(self.entry, folder / "aside").offer
        self.charts = Charts(charts_in(self.offer, self.song))
        self.profiles: dict[str, Profile] = {}
        self.sessions: dict[str, Session] = {}
        self.happened: dict[str, list[Happening]] = {}
        self.takes: dict[str, BandTake] = {}

    def come(self, name: str, network: Network, role: str = "player", hosting: bool = False) -> Session:
        if name not in self.profiles:
            self.profiles[name] = Profile.open(self.folder / f"profile-{name}")
        profile = self.profiles[name]
        session = Session(network, profile.log, profile.writer, name=name, role=role, hosting=hosting)
        self.sessions[name] = session
        self.happened.setdefault(name, [])
        return session

    def look(self) -> None:
        """Everyone takes up what came."""
        for name, session in self.sessions.items():
            self.happened[name] += session.events()

    def make_ready(self, *names: str, part: str = "all", turn: Callable[[], None]) -> None:
        """The first of ``names`` offers the song; all of them hold it, take a part and are ready."""
        self.sessions[names[0]].do(OfferSong(self.offer))
        turn()
        for name in names:
            session = self.sessions[name]
            session.do(HoldSong(self.offer.song))
            session.do(TakePart(part, self.entry.hash, 4))
            session.do(SayReady())
        turn()

    def take_of(self, name: str) -> BandTake:
        """One member's view of the running take, begun when first asked for."""
        if name not in self.takes:
            running = self.sessions[name].band.running
            assert running is not None
            self.takes[name] = BandTake(self.sessions[name], running.start.take, self.charts)
        return self.takes[name]

    def logged(self, name: str) -> list[StoredEvent]:
        """The rows of the jam in one member's log, all written."""
        profile = self.profiles[name]
        assert profile.writer.flush(10.0)
        return list(profile.log.read(f"jam/{self.sessions[name].id}"))

    def close(self) -> None:
        for session in self.sessions.values():
            session.close()
        for profile in self.profiles.values():
            profile.close()


class TableCompany(Company):
    """Round a table, on its clock."""

    def __init__(self, folder: Path, table: Table | None = None) -> None:
        super().__init__(folder)
        self.table = table or Table()
        self.started: StartAgreed | None = None

    def sit(self, name: str, role: str = "player") -> Session:
        hosting = not self.table.seats
        session = self.come(name, self.table.sit(name, role), role, hosting)
        self.turn()
        return session

    def turn(self, by_us: int = 10_000) -> None:
        self.table.turn(by_us)
        self.look()

    def start(self, *names: str) -> None:
        """Everyone ready, t0 agreed, and the lead-in waited through up to a second before it."""
        self.make_ready(*names, turn=self.turn)
        [started] = self.sessions[names[0]].do(Start(self.table.at_us, 300))
        assert isinstance(started, StartAgreed)
        self.started = started
        self.turn()
        for name in self.sessions:
            self.take_of(name)
        self.turn(started.t0_us - self.table.at_us - 1_000_000)

    @property
    def song_us(self) -> int:
        assert self.started is not None
        return song_us(self.started, self.table.at_us)

    def play(self, hands: dict[str, NDArray[np.void]], until_us: int) -> None:
        """Let the song run up to ``until_us``, each of ``hands`` pressing their edges as they fall due."""
        before_us = self.song_us
        while self.song_us < until_us:
            self.turn(min(SLICE_US, until_us - self.song_us) or 1)
            now_song_us = self.song_us
            for name, edges in hands.items():
                due = edges[(edges["at_us"] > before_us) & (edges["at_us"] <= now_song_us)]
                for at_us, lane, down in due.tolist():
                    self.takes[name].press(lane, bool(down), at_us)
            before_us = now_song_us
            for take in self.takes.values():
                take.step(now_song_us, self.table.at_us)

    def hands(self, name: str, late_us: int = 0, leave_out: Sequence[int] = ()) -> NDArray[np.void]:
        """What one member presses: all notes right, each ``late_us`` late, without those of the lanes left out."""
        performance = self.take_of(name).performance
        assert performance is not None
        edges = autoplay(performance.chart).astype(EDGE)
        edges = edges[~np.isin(edges["lane"], leave_out)]
        edges["at_us"] += late_us
        return edges


def wait_for(condition: Callable[[], bool], timeout_s: float = 10.0, what: str = "") -> None:
    """Wait until ``condition`` holds; fails after ``timeout_s``."""
    until = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < until, what or "it did not come true in time"
        time.sleep(0.002)
