"""Whatever befalls the table, in the end everybody has the same jam in their log, and nothing twice."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.log import EventLog, LogWriter
from game.jam.band import band_result
from game.jam.decide import HoldSong, OfferSong, React, SayReady, Start, TakePart
from game.jam.events import HitsHeard, StartAgreed
from game.jam.inbox import pack_hit
from game.jam.replaying import read_band
from game.jam.seats import Charts
from game.jam.session import Session
from game.jam.songs import charts_in, offer_of
from game.rhythm.chart import EDGE
from tests.rig.jam_company import entry_in, song_folder
from tests.rig.jam_table import Table

NAMES = ("Ida", "Mika", "Noa", "Uli")


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return song_folder(tmp_path_factory.mktemp("song") / "Small Song")


mishaps = st.lists(
    st.one_of(
        st.tuples(st.just("split"), st.lists(st.booleans(), min_size=4, max_size=4)),
        st.tuples(st.just("drop"), st.integers(0, 3)),
        st.tuples(st.just("heal"), st.none()),
        st.tuples(st.just("conduct"), st.integers(0, 3)),
        st.tuples(st.just("leave"), st.integers(0, 3)),
        st.tuples(st.just("hits"), st.integers(0, 3)),
        st.tuples(st.just("react"), st.integers(0, 3)),
        st.tuples(st.just("lie"), st.integers(0, 3)),
        st.tuples(st.just("turn"), st.integers(1_000, 600_000)),
    ),
    min_size=4,
    max_size=30,
)


class Fate:
    """Four sessions round a table, a running take, and what happens to them."""

    def __init__(self, stack: ExitStack, song: Path, loss: float, seed: int) -> None:
        self.table = Table(jitter_us=80_000, loss=loss, seed=seed)
        self.sessions: list[Session] = []
        self.logs: list[tuple[EventLog, LogWriter]] = []
        for name in NAMES:
            log = stack.enter_context(EventLog.in_memory())
            writer = stack.enter_context(LogWriter(log))
            self.logs.append((log, writer))
            self.sessions.append(Session(self.table.sit(name), log, writer, name=name, hosting=not self.sessions))
        self.turn(10_000)
        entry = entry_in(song)
        offer = offer_of(entry, song.parent / "aside").offer
        self.charts = Charts(charts_in(offer, song))
        self.sessions[0].do(OfferSong(offer))
        self.turn(10_000)
        for session in self.sessions:
            for intent in (HoldSong(offer.song), TakePart("all", entry.hash, 4), SayReady()):
                session.do(intent)
        self.turn(10_000)
        [start] = self.sessions[0].do(Start(self.table.at_us))
        assert isinstance(start, StartAgreed)
        self.start, self.offer, self.there, self.hits = start, offer, [0, 1, 2, 3], 0
        self.turn(4_100_000)

    def turn(self, by_us: int) -> None:
        self.table.turn(by_us)
        for session in self.sessions:
            session.events()

    def befall(self, what: str, detail: object) -> None:
        if what == "split" and isinstance(detail, list):
            sides: tuple[list[str], list[str]] = ([], [])
            for who in self.there:
                sides[detail[who]].append(self.sessions[who].me)
            self.table.split(*sides)
        elif what == "heal":
            self.table.heal()
        elif what == "turn" and isinstance(detail, int):
            self.turn(detail)
        elif isinstance(detail, int) and detail in self.there:
            self._to(what, detail)

    def _to(self, what: str, who: int) -> None:
        session = self.sessions[who]
        if what == "drop":
            self.table.drop(session.me)
        elif what == "conduct":
            self.table.conduct(session.me)
        elif what == "leave" and len(self.there) > 2:
            self.table.turn(3_000_000)  # all it said has arrived somewhere; who leaves in a partition takes some along
            self.table.heal()
            self.table.turn(3_000_000)
            self.there.remove(who)
            self.table.leave(session.me)
        elif what == "hits":
            for _ in range(5):
                self.hits += 1
                session.hit(self.start.take, self.hits % 4, self.hits % 2 == 1, 1_000_000 + self.hits * 40_000)
        elif what == "react":
            session.do(React("clap", self.table.at_us + self.hits * 10_000_000))
        elif what == "lie":
            self.table.say(session.me, b"\x80")
            self.table.moment(session.me, pack_hit("another take", 1, True), self.table.at_us)


@settings(max_examples=25)
@given(mishaps=mishaps, loss=st.sampled_from([0.0, 0.3, 0.9]), seed=st.integers(0, 99))
def test_in_the_end_all_logs_tell_the_same_jam(
    song: Path, mishaps: list[tuple[str, object]], loss: float, seed: int
) -> None:
    with ExitStack() as stack:
        fate = Fate(stack, song, loss, seed)
        for what, detail in mishaps:
            fate.befall(what, detail)
            fate.turn(5_000)
        fate.table.heal()
        fate.turn(5_000_000)
        fate.turn(1_000_000)  # whom they follow now, they say when they have heard it
        told = []
        for who in fate.there:
            log, writer = fate.logs[who]
            assert writer.flush(10.0)
            rows = list(log.read(f"jam/{fate.table.session}"))
            said = Counter((row.actor, row.payload["number"]) for row in rows if "number" in row.payload)
            hits = Counter(
                (row.payload["peer"], row.payload["first"] + place)
                for row in rows
                if row.kind == HitsHeard.kind
                for place in range(len(row.payload["edges"]) // EDGE.itemsize)
            )
            assert set(said.values()) | set(hits.values()) <= {1}
            assert sum(hits.values()) == fate.hits
            band = read_band(log, fate.table.session)
            take = band.take(fate.start.take)
            assert take is not None
            result = band_result(take, fate.charts)
            assert band.offer == fate.sessions[who].band.offer
            told.append((sorted(said), sorted(hits), result.score, result.accuracy, band.conductor))
        assert told[1:] == told[:-1]
