"""Gamepads, by way of SDL's virtual ones: plugged in, pressed, trembled on and pulled out."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from typing import Any

import pygame
import pytest

from engine import sdl
from engine.input.events import DeviceFound, DeviceLost, Event, InputEvent
from engine.input.pump import Pump
from tests.rig.pilot import wait_until

_GAMEPAD = 1  # SDL_JOYSTICK_TYPE_GAMECONTROLLER


class VirtualPad:
    """One of SDL's virtual gamepads."""

    def __init__(self) -> None:
        loaded = sdl.load()
        assert loaded is not None
        self._lib: Any = loaded._lib
        self._lib.SDL_JoystickOpen.restype = ctypes.c_void_p
        self._index = self._lib.SDL_JoystickAttachVirtual(_GAMEPAD, 2, 4, 1)
        assert self._index >= 0
        self._pad = ctypes.c_void_p(self._lib.SDL_JoystickOpen(self._index))

    def button(self, number: int, down: bool) -> None:
        self._lib.SDL_JoystickSetVirtualButton(self._pad, number, int(down))

    def axis(self, number: int, push: float) -> None:
        self._lib.SDL_JoystickSetVirtualAxis(self._pad, number, int(push * 32767))

    def hat(self, value: int) -> None:
        self._lib.SDL_JoystickSetVirtualHat(self._pad, 0, value)

    def unplug(self) -> None:
        self._lib.SDL_JoystickDetachVirtual(self._index)


@pytest.fixture
def pump(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pump]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("SDL_JOYSTICK_ALLOW_BACKGROUND_EVENTS", "1")
    pygame.display.quit()
    pygame.display.init()
    pygame.display.set_mode((64, 64))
    pygame.joystick.init()
    yield Pump()
    pygame.joystick.quit()
    pygame.display.quit()


@pytest.fixture
def pad(pump: Pump) -> VirtualPad:
    assert os.environ["SDL_VIDEODRIVER"] == "dummy"
    pad = VirtualPad()
    wait_until(lambda: (pump.wait(1), pump.gamepads.names)[1], "the gamepad")
    return pad


def seen(pump: Pump, enough: int = 1) -> list[Event]:
    """Events of gamepads, once there are ``enough``; the first values of axes at rest are not among them."""
    out: list[Event] = []

    def look() -> bool:
        out.extend(event for event in pump.wait(1) if isinstance(event, InputEvent | DeviceFound | DeviceLost))
        return len(out) >= enough

    wait_until(look, f"{enough} events of a gamepad")
    return out


def controls(events: list[Event]) -> list[tuple[str, float]]:
    return [(event.control, round(event.value, 2)) for event in events if isinstance(event, InputEvent)]


def test_buttons_and_hats_are_pressed_and_released(pump: Pump, pad: VirtualPad) -> None:
    pad.button(2, True)
    assert controls(seen(pump)) == [("button:2", 1.0)]
    pad.button(2, False)
    assert controls(seen(pump)) == [("button:2", 0.0)]
    pad.hat(1)
    assert controls(seen(pump)) == [("hat:0:up", 1.0)]
    pad.hat(8)
    assert sorted(controls(seen(pump, 2))) == [("hat:0:left", 1.0), ("hat:0:up", 0.0)]


def test_an_axis_is_pressed_past_its_threshold_and_does_not_tremble(pump: Pump, pad: VirtualPad) -> None:
    for push in (0.3, 0.6, 0.45, 0.55, 0.1):
        pad.axis(0, push)
        pygame.event.pump()
    assert controls(seen(pump, 2)) == [("axis:0:+", 0.6), ("axis:0:+", 0.0)]


def test_a_trigger_is_pressed_by_pulling_it_and_not_by_resting(pump: Pump, pad: VirtualPad) -> None:
    pad_id = pygame.joystick.Joystick(0).get_instance_id()
    for value in (-1.0, -0.4, 0.2, 1.0, -1.0):
        pygame.event.post(pygame.event.Event(pygame.JOYAXISMOTION, instance_id=pad_id, axis=5, value=value))
    assert controls(seen(pump, 2)) == [("axis:5:+", 0.6), ("axis:5:+", 0.0)]


def test_pulling_it_out_releases_what_is_held(pump: Pump, pad: VirtualPad) -> None:
    pad.button(1, True)
    (down,) = seen(pump)
    pad.unplug()
    events = seen(pump, 2)
    assert controls(events) == [("button:1", 0.0)]
    assert isinstance(events[-1], DeviceLost)
    assert events[-1].device == down[1]
    assert pump.gamepads.names == ()


def test_equal_gamepads_have_names_of_their_own_whatever_is_pulled_out(pump: Pump, pad: VirtualPad) -> None:
    second = VirtualPad()
    wait_until(lambda: (pump.wait(1), len(pump.gamepads.names) == 2)[1], "the second gamepad")
    first_name, second_name = pump.gamepads.names
    pad.unplug()
    wait_until(lambda: (pump.wait(1), len(pump.gamepads.names) == 1)[1], "one gamepad less")
    VirtualPad()
    wait_until(lambda: (pump.wait(1), len(pump.gamepads.names) == 2)[1], "the third gamepad")
    assert second is not None
    assert set(pump.gamepads.names) == {first_name, second_name}


def test_one_that_is_gone_before_it_was_looked_at_is_no_harm(pump: Pump) -> None:
    pygame.event.post(pygame.event.Event(pygame.JOYDEVICEADDED, device_index=99))
    assert not [event for event in pump.wait(1) if isinstance(event, DeviceFound)]
    assert pump.gamepads.names == ()
