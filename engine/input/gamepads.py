"""Gamepads: buttons, hats and axes as controls that are down or up."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pygame

from engine.input.events import DeviceFound, DeviceLost, Event, InputEvent

AXIS_DOWN = 0.5
"""How far an axis must go to count as pressed …"""
AXIS_UP = 0.4
"""… and how far back to count as released; the gap keeps a trembling thumb from pressing twice."""
TRIGGER_REST = -0.95
"""An axis that rests below this is a trigger, whose whole way goes from there to 1."""

_HATS = (("x", -1, "left"), ("x", 1, "right"), ("y", 1, "up"), ("y", -1, "down"))


class Gamepads:
    """Every gamepad that is plugged in.

    Controls are ``button:0``, ``hat:0:up`` and ``axis:0:+`` / ``axis:0:-``; an axis' value is how far it is pushed.
    An axis that rests at its lower end (a trigger) has a ``+`` alone.
    """

    def __init__(self) -> None:
        self._pads: dict[int, tuple[str, Any]] = {}
        self._held: dict[int, set[str]] = {}
        self._triggers: dict[tuple[int, int], bool] = {}
        self.translators: dict[int, Callable[[int, Any, list[Event]], None]] = {
            pygame.JOYDEVICEADDED: self._added,
            pygame.JOYDEVICEREMOVED: self._removed,
            pygame.JOYBUTTONDOWN: lambda at, event, out: self._set(at, event, f"button:{event.button}", 1.0, out),
            pygame.JOYBUTTONUP: lambda at, event, out: self._set(at, event, f"button:{event.button}", 0.0, out),
            pygame.JOYHATMOTION: self._hat,
            pygame.JOYAXISMOTION: self._axis,
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The devices there are, by the name their events carry."""
        return tuple(name for name, _ in self._pads.values())

    def _added(self, at_us: int, event: Any, out: list[Event]) -> None:
        try:
            pad = pygame.joystick.Joystick(event.device_index)
        except pygame.error:
            return  # pulled out again before we came to look
        plain = f"gamepad:{pad.get_name()}"
        numbered = (f"{plain}#{number}" for number in itertools.count(2))
        name = next(name for name in itertools.chain([plain], numbered) if name not in self.names)
        self._pads[pad.get_instance_id()] = (name, pad)
        self._held[pad.get_instance_id()] = set()
        out.append(DeviceFound(at_us, name))

    def _removed(self, at_us: int, event: Any, out: list[Event]) -> None:
        if event.instance_id not in self._pads:
            return
        name, _ = self._pads.pop(event.instance_id)
        self._triggers = {axis: is_one for axis, is_one in self._triggers.items() if axis[0] != event.instance_id}
        out.extend(InputEvent(at_us, name, held, 0.0) for held in sorted(self._held.pop(event.instance_id)))
        out.append(DeviceLost(at_us, name))

    def _set(self, at_us: int, event: Any, control: str, value: float, out: list[Event]) -> None:
        if event.instance_id not in self._pads:
            return
        held = self._held[event.instance_id]
        if (control in held) == (value > 0.0):
            return
        (held.add if value > 0.0 else held.discard)(control)
        out.append(InputEvent(at_us, self._pads[event.instance_id][0], control, value))

    def _hat(self, at_us: int, event: Any, out: list[Event]) -> None:
        where = {"x": event.value[0], "y": event.value[1]}
        for axis, way, name in _HATS:
            self._set(at_us, event, f"hat:{event.hat}:{name}", float(where[axis] == way), out)

    def _axis(self, at_us: int, event: Any, out: list[Event]) -> None:
        # Before the first change of an axis SDL tells where it rests.
        trigger = self._triggers.setdefault((event.instance_id, event.axis), event.value <= TRIGGER_REST)
        for sign, way in (("+", 1.0),) if trigger else (("+", 1.0), ("-", -1.0)):
            control = f"axis:{event.axis}:{sign}"
            push = (event.value + 1.0) / 2.0 if trigger else event.value * way
            held = control in self._held.get(event.instance_id, ())
            if push >= AXIS_DOWN or (held and push < AXIS_UP):
                self._set(at_us, event, control, min(push, 1.0) if push >= AXIS_DOWN else 0.0, out)
