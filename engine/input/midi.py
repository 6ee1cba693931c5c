"""MIDI inputs: every note and controller of every port, stamped as it arrives; ports may come and go."""

from __future__ import annotations

import logging
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import rtmidi

from engine.clock import now_us
from engine.input.events import DeviceFound, DeviceLost, Event, InputEvent

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often the ports are looked through for new and missing ones, on a thread of its own."""

_NOTE_OFF, _NOTE_ON, _CONTROL = 0x80, 0x90, 0xB0
_FULL = 127.0

Received = Callable[[Sequence[int]], None]


class MidiSystem(Protocol):
    """What MIDI offers on this machine."""

    def ports(self) -> list[str]:
        """The names of the inputs there are now."""
        ...

    def open(self, port: str, received: Received) -> Callable[[], None]:
        """Have ``received`` called with the bytes of each message of ``port``, on any thread; returns how to stop.

        Raises:
            OSError: the port cannot be opened; from what is returned: it is gone and cannot be closed.
        """
        ...


class RtMidi:
    """MIDI by python-rtmidi."""

    def __init__(self) -> None:
        """Raises OSError where the system has no MIDI."""
        if sys.platform == "linux" and not Path("/dev/snd/seq").exists():
            raise OSError("the kernel's ALSA sequencer (snd-seq) is not loaded")
        try:
            self._look = rtmidi.MidiIn()
        except (rtmidi.RtMidiError, SystemError) as error:
            raise OSError(f"the system has no MIDI ({error})") from error

    def ports(self) -> list[str]:
        """See :class:`MidiSystem`."""
        return list(self._look.get_ports())

    def open(self, port: str, received: Received) -> Callable[[], None]:
        """See :class:`MidiSystem`."""
        source = rtmidi.MidiIn()
        try:
            source.open_port(source.get_ports().index(port))
        except (rtmidi.RtMidiError, ValueError, SystemError) as error:
            raise OSError(f"{port} cannot be opened ({error})") from error
        source.set_callback(lambda message, _data: received(message[0]))

        def stop() -> None:
            try:
                source.cancel_callback()
                source.close_port()
            except (rtmidi.RtMidiError, SystemError) as error:
                raise OSError(f"{port} cannot be closed ({error})") from error

        return stop


class MidiInputs:
    """All MIDI inputs as one queue of events.

    Controls are ``note:<number>`` with the velocity as value and ``control:<number>``; devices ``midi:<port>``.
    ``missing`` says why there is no MIDI, empty when there is.
    """

    def __init__(self, system: Callable[[], MidiSystem] = RtMidi) -> None:
        self.missing = ""
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._open: dict[str, Callable[[], None]] = {}
        self._held: dict[str, set[str]] = {}
        self._refused: set[str] = set()
        self._over = threading.Event()
        self._looking = threading.Lock()
        self._thread: threading.Thread | None = None
        try:
            self._system = system()
        except OSError as error:
            self.missing = str(error)
            return
        self._thread = threading.Thread(target=self._watch, name="midi", daemon=True)
        self._thread.start()

    @property
    def names(self) -> tuple[str, ...]:
        """The devices there are, by the name their events carry."""
        return tuple(f"midi:{port}" for port in self._open)

    def drain(self) -> list[Event]:
        """What has come in since the last call, oldest first; never waits."""
        out: list[Event] = []
        while not self._events.empty():
            out.append(self._events.get())
        return out

    def look(self) -> None:
        """Open what is new and let go of what is gone."""
        with self._looking:
            there = self._system.ports()
            for port in [port for port in self._open if port not in there]:
                self._lose(port)
            self._refused &= set(there)
            for port in there:
                if port not in self._open and port not in self._refused:
                    self._find(port)

    def close(self) -> None:
        """Stop listening."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        for port in list(self._open):
            self._stop(port)

    def _watch(self) -> None:
        while not self._over.is_set():
            try:
                self.look()
            except (OSError, rtmidi.RtMidiError, SystemError) as error:
                self.missing = f"MIDI has stopped ({error})"
                return
            self._over.wait(LOOK_S)

    def _find(self, port: str) -> None:
        self._held[port] = set()
        try:
            self._open[port] = self._system.open(port, lambda message: self._received(port, message))
        except OSError:
            self._refused.add(port)  # somebody else has it; asked again once it has been away
            return
        self._events.put(DeviceFound(now_us(), f"midi:{port}"))

    def _lose(self, port: str) -> None:
        self._stop(port)
        at_us = now_us()
        for control in sorted(self._held.pop(port)):
            self._events.put(InputEvent(at_us, f"midi:{port}", control, 0.0))
        self._events.put(DeviceLost(at_us, f"midi:{port}"))

    def _stop(self, port: str) -> None:
        try:
            self._open.pop(port)()
        except OSError as error:
            log.info("%s", error)  # it has been pulled out: there is nothing left to close

    def _received(self, port: str, message: Sequence[int]) -> None:
        at_us = now_us()
        if len(message) < 3:
            return
        kind, number, amount = message[0] & 0xF0, message[1], message[2]
        if kind == _CONTROL:
            control, value = f"control:{number}", amount / _FULL
        elif kind in (_NOTE_ON, _NOTE_OFF):
            control, value = f"note:{number}", amount / _FULL if kind == _NOTE_ON else 0.0
        else:
            return
        held: Any = self._held.get(port)
        if held is None:
            return
        (held.add if value > 0.0 else held.discard)(control)
        self._events.put(InputEvent(at_us, f"midi:{port}", control, value))
