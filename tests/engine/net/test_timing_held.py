from __future__ import annotations

from engine.net.face import ClockSet
from tests.rig.meshes import Air


def test_holding_the_clock_does_not_cut_off_a_measurement() -> None:
    air = Air()
    seats = air.session(2)
    air.run(4_000_000)
    guest = seats[1]
    assert guest.mesh is not None
    guest.events.clear()
    guest.mesh.time.measure()
    guest.mesh.time.hold(True)
    assert not guest.time.held
    air.run(3_000_000)
    assert guest.had(ClockSet)
    assert guest.time.held
    guest.events.clear()
    air.run(8_000_000)
    assert not guest.had(ClockSet)  # while the song plays nothing is measured
    guest.mesh.time.hold(False)
    assert not guest.time.held


def test_the_clock_is_held_in_time_where_nobody_answers() -> None:
    air = Air()
    seats = air.session(2)
    air.run(4_000_000)
    guest = seats[1]
    assert guest.mesh is not None
    guest.mesh.time.measure()
    guest.mesh.time.hold(True)
    air.way = lambda source, target: None
    air.run(3_500_000)
    assert guest.time.held


def test_where_nothing_is_measured_the_clock_is_held_at_once() -> None:
    air = Air()
    seats = air.session(2)
    air.run(4_000_000)
    for seat in seats:
        assert seat.mesh is not None
        seat.mesh.time.hold(True)
        assert seat.time.held
