"""A jam over real sockets: four machines in one process, a link between them that is cut and healed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.clock import now_us
from engine.errors import UserError
from engine.log import StoredEvent
from engine.net.node import Node
from game.jam.band import BandResult
from game.jam.decide import React, Start
from game.jam.events import HitsHeard
from game.jam.inbox import info_of
from game.jam.replaying import jams, read_band, replay_take
from game.jam.seats import song_us
from game.jam.session import Closed, Session
from game.rhythm.autoplay import autoplay
from tests.rig.bad_link import BadLink, Way
from tests.rig.jam_company import Company, wait_for

NAMES = ("Ida", "Mika", "Noa", "Uli")
LOCAL = ("127.0.0.1", 0)


@dataclass
class Room:
    """Four nodes and the link they see each other through."""

    company: Company
    link: BadLink
    nodes: dict[str, Node] = field(default_factory=dict)
    hands: dict[str, NDArray[np.void]] = field(default_factory=dict)

    def port(self, name: str) -> int:
        return int(self.nodes[name].address[1])

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until a condition holds, taking up what comes."""

        def holds() -> bool:
            self.company.look()
            return condition()

        wait_for(holds, 15.0, what)

    def play(self, until_us: int) -> None:
        """Everyone plays, by the shared clock, until song time ``until_us``."""
        company = self.company
        while True:
            company.look()
            ends = []
            for name, take in company.takes.items():
                song_at_us = song_us(take.take.start, company.sessions[name].now_us())
                own, rows = len(take.own_edges), self.hands[name]
                for at_us, lane, down in rows[own:][rows["at_us"][own:] <= min(song_at_us, until_us)].tolist():
                    take.press(lane, bool(down), at_us)
                take.step(min(song_at_us, until_us), now_us())
                ends.append(song_at_us)
            if min(ends) >= until_us:
                return
            time.sleep(0.004)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with ExitStack() as stack:
        company = Company(tmp_path)
        stack.callback(company.close)
        link = stack.enter_context(BadLink(seed=4))
        link.set(Way(delay_us=1_000, jitter_us=500, loss=0.03))
        room = Room(company, link)
        for name in NAMES:
            info = info_of(name, "player")
            if not room.nodes:
                node = Node.host("amber-fox", info, bind=LOCAL, lan=False)
            else:
                door = ("127.0.0.1", link.front(room.port(NAMES[0])))
                node = Node.join(door, "amber-fox", info, bind=LOCAL, lan=False)
            room.nodes[name] = node
            company.come(name, node, hosting=name == NAMES[0]).begin()
        sessions = company.sessions.values()
        room.until(lambda: all(len(one.band.players) == 4 for one in sessions), "all four come together")
        room.until(lambda: all(one.time.agreed for one in sessions), "the clock is agreed")
        yield room


def hits_of(rows: list[StoredEvent]) -> list[tuple[str, int]]:
    """Whose hits and which numbers are in some rows of a log."""
    return [
        (row.payload["peer"], row.payload["first"] + place)
        for row in rows
        if row.kind == HitsHeard.kind
        for place in range(len(row.payload["edges"]) // 10)
    ]


def company_result(company: Company, session: Session, take: str) -> BandResult:
    """A take judged from what one session has heard."""
    return replay_take(session.band, take, company.charts)


def test_a_band_is_split_healed_and_led_by_another_and_all_have_the_same_jam(room: Room) -> None:
    company = room.company
    sessions = company.sessions

    def offered() -> bool:
        return all(one.band.offer is not None for one in sessions.values())

    company.make_ready(*NAMES, turn=lambda: room.until(offered, "the offer is heard"))
    host = sessions["Ida"]
    room.until(lambda: all(one.ready and one.bound_us >= 0 for one in host.band.players), "everyone is ready")
    host.do(Start(host.now_us(), max(one.time.bound_us for one in sessions.values())))
    room.until(lambda: all(one.band.running is not None for one in sessions.values()), "the start is heard")
    for session in sessions.values():
        session.hold_time(True)
    for late, name in enumerate(NAMES):
        performance = company.take_of(name).performance
        assert performance is not None
        room.hands[name] = autoplay(performance.chart).copy()
        room.hands[name]["at_us"] += late * 6_000
    room.play(1_800_000)
    room.link.cut([room.port("Ida"), room.port("Mika")], [room.port("Noa"), room.port("Uli")])
    room.play(4_500_000)
    assert sessions["Noa"].band.conductor == sessions["Noa"].me  # the beat goes on on both sides
    assert sessions["Ida"].band.conductor == sessions["Ida"].me
    assert [one.silent for one in company.takes["Mika"].standings()] == [False, False, True, True]
    room.link.heal()
    room.play(7_500_000)
    for name in NAMES:
        company.takes[name].end()
    room.until(lambda: not any(take.results().provisional for take in company.takes.values()), "all edges are here")
    conductors = {session.band.conductor for session in sessions.values()}
    assert len(conductors) == 1

    results = {name: company.takes[name].results() for name in NAMES}
    assert len({(one.score, one.accuracy) for one in results.values()}) == 1
    for result in results.values():
        assert all(player.agrees for player in result.players)
    everything = sorted((sessions[name].me, number) for name in NAMES for number in range(1, len(room.hands[name]) + 1))
    for name in NAMES:
        rows = company.logged(name)
        assert sorted(hits_of(rows)) == everything
        said = [(row.actor, row.payload["number"]) for row in rows if "number" in row.payload]
        assert len(said) == len(set(said))

    leader = next(name for name in NAMES if sessions[name].me in conductors)
    take_id = company.takes["Ida"].id
    sessions.pop(leader).close()
    rest = [sessions[name] for name in NAMES if name != leader]
    room.until(
        lambda: (
            len({one.band.conductor for one in rest} - conductors) == 1
            and all(len(one.band.players) == 3 for one in rest)
            and any(one.band.conducts for one in rest)
        ),
        "another conducts",
    )
    heir = next(name for name in NAMES if name in sessions and sessions[name].band.conducts)
    eyes = Node.join(room.nodes[heir].address, "amber-fox", info_of("Eyes", "spectator"), bind=LOCAL, lan=False)
    guest = company.come("Eyes", eyes, "spectator")
    guest.begin()
    room.until(lambda: guest.band.take(take_id) is not None, "who comes late is told of the take")
    room.until(lambda: not company_result(company, guest, take_id).provisional, "and gets all of it")
    for name in (*NAMES, "Eyes"):  # each from its own log alone
        assert company.profiles[name].writer.flush(10.0)
        log = company.profiles[name].log
        [jam] = jams(log)
        assert jam.takes == ((take_id, "Small Song"),)
        again = replay_take(read_band(log, jam.session), take_id, company.charts)
        assert (again.score, again.accuracy, again.provisional) == (
            results["Ida"].score,
            results["Ida"].accuracy,
            False,
        )
        told = [(one.peer, one.edges.tobytes()) for one in results["Ida"].players]
        assert [(one.peer, one.edges.tobytes()) for one in again.players] == told


def test_who_has_another_code_is_told_and_nothing_is_kept(tmp_path: Path) -> None:
    with ExitStack() as stack:
        company = Company(tmp_path)
        stack.callback(company.close)
        host = Node.host("amber-fox", info_of("Ida", "player"), bind=LOCAL, lan=False)
        company.come("Ida", host, hosting=True).begin()
        guest = Node.join(host.address, "amber-owl", info_of("Mika", "player"), bind=LOCAL, lan=False)
        session = company.come("Mika", guest)
        session.begin()

        def refused() -> bool:
            company.look()
            return bool(session.closed)

        wait_for(refused, 15.0, "the wrong code is refused")
        assert Closed(session.closed) in company.happened["Mika"]
        assert len(session.closed.splitlines()) == 1
        with pytest.raises(UserError):
            session.do(React("clap", 0))
        assert company.profiles["Mika"].writer.flush(10.0)
        assert jams(company.profiles["Mika"].log) == []
        assert [member.name for member in company.sessions["Ida"].band.players] == ["Ida"]
