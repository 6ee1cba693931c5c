"""MIDI inputs against a machine whose ports the test plugs and unplugs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from engine.clock import now_us
from engine.input.events import DeviceFound, DeviceLost, Event, InputEvent
from engine.input.midi import MidiInputs, Received
from tests.rig.pilot import wait_until


class Ports:
    """A MIDI system with ports that come and go."""

    def __init__(self) -> None:
        self.there: list[str] = []
        self.taken: set[str] = set()
        self.receivers: dict[str, Received] = {}
        self.stuck = False

    def ports(self) -> list[str]:
        return list(self.there)

    def open(self, port: str, received: Received) -> Callable[[], None]:
        if port in self.taken:
            raise OSError(f"{port} is taken")
        self.receivers[port] = received
        return lambda: self.close(port)

    def close(self, port: str) -> None:
        del self.receivers[port]
        if self.stuck:
            raise OSError(f"{port} is gone")


@pytest.fixture
def ports() -> Ports:
    return Ports()


@pytest.fixture
def inputs(ports: Ports) -> Iterator[MidiInputs]:
    inputs = MidiInputs(lambda: ports)
    yield inputs
    inputs.close()


def plain(events: list[Event]) -> list[tuple[object, ...]]:
    """The events without their stamps."""
    return [(type(event).__name__, *event[1:]) for event in events]


def test_a_note_is_pressed_and_released(inputs: MidiInputs, ports: Ports) -> None:
    ports.there = ["pad"]
    inputs.look()
    before_us = now_us()
    for message in ((0x90, 60, 127), (0x80, 60, 0), (0x99, 61, 64), (0x99, 61, 0)):
        ports.receivers["pad"](message)
    events = inputs.drain()
    assert plain(events) == [
        ("DeviceFound", "midi:pad"),
        ("InputEvent", "midi:pad", "note:60", 1.0),
        ("InputEvent", "midi:pad", "note:60", 0.0),
        ("InputEvent", "midi:pad", "note:61", 64 / 127),
        ("InputEvent", "midi:pad", "note:61", 0.0),
    ]
    assert all(before_us <= event.at_us <= now_us() for event in events[1:])


def test_controllers_are_controls_and_the_rest_is_left_alone(inputs: MidiInputs, ports: Ports) -> None:
    ports.there = ["pad"]
    inputs.look()
    inputs.drain()
    for message in ((0xB0, 64, 127), (0xFE,), (0xE0, 0, 64), (0xC0, 5), ()):
        ports.receivers["pad"](message)
    assert plain(inputs.drain()) == [("InputEvent", "midi:pad", "control:64", 1.0)]


@pytest.mark.parametrize("stuck", [False, True], ids=["closes", "cannot be closed any more"])
def test_unplugging_releases_what_is_held_and_says_so(inputs: MidiInputs, ports: Ports, stuck: bool) -> None:
    ports.there, ports.stuck = ["pad"], stuck
    inputs.look()
    ports.receivers["pad"]((0x90, 60, 100))
    ports.receivers["pad"]((0x90, 62, 100))
    inputs.drain()
    ports.there = []
    inputs.look()
    assert plain(inputs.drain()) == [
        ("InputEvent", "midi:pad", "note:60", 0.0),
        ("InputEvent", "midi:pad", "note:62", 0.0),
        ("DeviceLost", "midi:pad"),
    ]
    assert inputs.names == ()


def test_a_port_that_is_plugged_in_later_is_found_by_itself(inputs: MidiInputs, ports: Ports) -> None:
    ports.there = ["pad"]
    wait_until(lambda: inputs.names == ("midi:pad",), "the port")
    assert plain(inputs.drain()) == [("DeviceFound", "midi:pad")]


def test_a_port_that_somebody_else_has_is_passed_over(inputs: MidiInputs, ports: Ports) -> None:
    ports.there, ports.taken = ["pad", "keys"], {"pad"}
    inputs.look()
    assert inputs.names == ("midi:keys",)
    assert not any(isinstance(event, DeviceLost) for event in inputs.drain())


def test_without_midi_the_reason_is_said() -> None:
    def none() -> Ports:
        raise OSError("no sequencer")

    inputs = MidiInputs(none)
    assert inputs.missing == "no sequencer"
    assert inputs.drain() == []
    inputs.close()


def test_events_are_of_the_kinds_scenes_know(inputs: MidiInputs, ports: Ports) -> None:
    ports.there = ["pad"]
    inputs.look()
    ports.receivers["pad"]((0x90, 60, 1))
    assert all(isinstance(event, InputEvent | DeviceFound) for event in inputs.drain())
