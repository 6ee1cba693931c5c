"""How a crowd comes to the door of a jam and back to it, over real sockets."""

from __future__ import annotations

import pytest

from engine.net.door import TICKETS_PER_S
from engine.net.knock import Ticketed
from engine.net.ticket_seeker import TicketSeeker
from game.jam.crowd_listener import MOVED, SPREAD_US, spread_us
from game.jam.happenings import Notice
from tests.rig.jam_crowd import HERE, Ears
from tests.rig.jam_machines import Machines


@pytest.fixture
def machines(machines: Machines) -> Machines:
    machines.seats[0].jam.open_crowd(True)
    return machines


def test_who_is_let_in_by_name_asks_the_numbers_behind_it_from_then_on(machines: Machines, ears: Ears) -> None:
    ada = machines.seats[0].jam
    ears.admitted()
    ear = ears.add(door=("localhost", ada.node.address[1]))
    ears.until(lambda: ear.hears)
    assert ear.doors == [ada.node.address]


def test_a_ticket_says_whether_it_came_straight_from_the_door(machines: Machines, ears: Ears) -> None:
    ada = machines.seats[0].jam
    near = ears.admitted()
    for door, straight in ((ada.node.address, True), (("127.0.0.1", near.port), False)):
        seeker = TicketSeeker([door], machines.code.text, bind=HERE)
        try:
            ticketed = ears.until(lambda seeker=seeker: seeker.outcome)  # type: ignore[misc]
        finally:
            seeker.close()
        assert isinstance(ticketed, Ticketed)
        assert (ticketed.seen_port == seeker.address[1]) == straight


def test_once_somebody_is_removed_the_crowd_begins_anew_without_them(machines: Machines, ears: Ears) -> None:
    ada, ben = machines.seats[0].jam, machines.join("Ben").jam
    ear = ears.admitted()
    before = ada.crowd
    ada.session.remove(ben.session.me)
    ears.until(lambda: ada.crowd not in (None, before) and ear.hears)
    assert Notice(MOVED) in ear.happened


def test_a_crowd_asks_at_a_door_no_faster_than_it_gives_tickets() -> None:
    assert spread_us(0) == SPREAD_US
    assert spread_us(10_000) * TICKETS_PER_S >= 10_000 * 1_000_000
