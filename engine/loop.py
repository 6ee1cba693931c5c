"""The main loop: pump and stamp input about 1000 times a second, step at a fixed rate, draw when there is time."""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass

import numpy as np

from engine.clock import Clock, MonotonicClock
from engine.input.events import Event, InputEvent, WindowChange, WindowEvent
from engine.input.keys import KEYBOARD
from engine.scene import Scene, SceneStack
from engine.window import Window

STEP_HZ = 240
CATCH_UP_STEPS = 24
"""At most this many steps in one go (a tenth of a second); what is older is let go, not caught up with."""
PUMP_MS = 1
SWITCH_S = 0.0005
"""How long a thread keeps Python's lock: a tenth of the default, so that input is stamped beside a busy thread."""

_KEPT = 4096
_STALE_FRAMES = 2
_NEVER_WRITTEN = frozenset(("key:escape", *(f"key:f{number}" for number in range(1, 13))))
"""Keys that mean the same to a scene whether or not a text field is written in."""
"""The interface goes on wanting text for this many frames after the scene with the text field is no longer drawn."""


class Stepper:
    """Turns passing time into fixed steps.

    ``rate`` speeds time up or slows it down; ``accumulated_us`` is time not yet stepped; ``fraction`` is the same as
    a share of a step, for drawing between two steps; ``dropped_us`` is what capped catching up let go, in all.
    """

    def __init__(self, hz: int = STEP_HZ, catch_up: int = CATCH_UP_STEPS) -> None:
        self.step_us = 1_000_000 // hz
        self.rate = 1.0
        self.accumulated_us = 0.0
        self.dropped_us = 0.0
        self._most_us = catch_up * self.step_us

    @property
    def fraction(self) -> float:
        """Where between the last step and the next time stands, 0 to 1."""
        return min(self.accumulated_us / self.step_us, 1.0)

    def advance(self, passed_us: int) -> int:
        """How many steps are due after ``passed_us`` microseconds more."""
        self.accumulated_us += passed_us * self.rate
        if self.accumulated_us > self._most_us:
            self.dropped_us += self.accumulated_us - self._most_us
            self.accumulated_us = float(self._most_us)
        steps = int(self.accumulated_us // self.step_us)
        self.accumulated_us -= steps * self.step_us
        return steps


@dataclass(frozen=True, slots=True)
class LoopStats:
    """How the last few thousand frames and pumps went.

    ``build`` is making a frame on the main thread, ``submit`` the driver's part with the swap, ``pump_gap`` the time
    from one look at the input to the next.
    """

    frames: int
    fps: float
    build_median_ms: float
    build_p99_ms: float
    submit_median_ms: float
    submit_p99_ms: float
    pump_gap_p99_ms: float
    draw_calls: int


class _Samples:
    """The last few thousand of a measured length, in microseconds."""

    def __init__(self) -> None:
        self._values = np.zeros(_KEPT, np.int64)
        self.count = 0

    def add(self, value_us: int) -> None:
        self._values[self.count % _KEPT] = value_us
        self.count += 1

    def percentiles_ms(self, *which: float) -> list[float]:
        kept = self._values[: min(self.count, _KEPT)]
        return [float(p) / 1000 for p in np.percentile(kept, which)] if len(kept) else [0.0 for _ in which]

    def clear(self) -> None:
        self.count = 0


class Loop:
    """Runs a window and a stack of scenes until the stack is empty or :meth:`stop` is called.

    ``frame_hz`` caps frames a second; 0 draws as fast as the driver takes them (which waits for the display if the
    window's vsync is on).
    """

    def __init__(self, window: Window, stack: SceneStack, *, frame_hz: float = 0.0, clock: Clock | None = None) -> None:
        self.window = window
        self.stack = stack
        self.frame_hz = frame_hz
        self.stepper = Stepper()
        self._clock: Clock = clock if clock is not None else MonotonicClock()
        self._running = True
        self._drawn: Scene | None = None
        self._drawn_frames = 0
        self._last_us = self._clock.now_us()
        self._next_frame_us = self._last_us
        self._began_us = self._last_us
        self._build, self._submit, self._gaps = _Samples(), _Samples(), _Samples()

    def run(self) -> None:
        """Go on until stopped; the scenes still standing are taken off at the end."""
        sys.setswitchinterval(SWITCH_S)
        try:
            while self._running and len(self.stack):
                self.once()
        finally:
            self.stack.clear()

    def stop(self) -> None:
        """End :meth:`run` after this turn."""
        self._running = False

    def once(self, wait_ms: int = PUMP_MS) -> bool:
        """One turn: input, the steps that are due, and a frame if one is due and the driver is free; True if drawn."""
        for event in self.window.pump(wait_ms):
            self.dispatch(event)
        at_us = self._clock.now_us()
        passed_us, self._last_us = at_us - self._last_us, at_us
        self._gaps.add(passed_us)
        for _ in range(self.stepper.advance(passed_us)):
            self.stack.step(self.stepper.step_us)
        if self.frame_hz and at_us < self._next_frame_us:
            return False
        return self.draw(at_us)

    def dispatch(self, event: Event) -> None:
        """Give one event to the interface and to the scenes.

        While a text field is written in, keys are letters: only Escape and F1 to F12 still reach the scenes.  While
        an input method composes, all of them are its own.
        """
        if self.window.ui.composing and isinstance(event, InputEvent) and event.device == KEYBOARD and event.pressed:
            return
        self.window.ui.feed(event)
        if (
            isinstance(event, InputEvent)
            and event.device == KEYBOARD
            and event.pressed
            and event.control not in _NEVER_WRITTEN
            and self._writing()
        ):
            return
        handled = self.stack.handle(event)
        if not handled and isinstance(event, WindowEvent) and event.change is WindowChange.QUIT:
            self.stop()

    def _writing(self) -> bool:
        """Whether a text field of the scene on top is written in, and not one of the scene before it."""
        same = len(self.stack) > 0 and self.stack.top is self._drawn
        return same and self._drawn_frames > _STALE_FRAMES and self.window.ui.wants_text

    def draw(self, at_us: int) -> bool:
        """Build a frame and hand it over; False when the driver is not free or the window cannot be seen."""
        frame = self.window.begin_frame()
        if frame is None:
            return False
        frame.fraction = self.stepper.fraction
        top = self.stack.top if len(self.stack) else None
        self._drawn_frames = self._drawn_frames + 1 if top is self._drawn else 1
        self._drawn = top
        self.stack.draw(frame)
        self.window.end_frame(frame)
        self._build.add(self._clock.now_us() - at_us)
        self._submit.add(self.window.driver.submit_us)
        if self.frame_hz:
            period_us = int(1_000_000 / self.frame_hz)
            self._next_frame_us = max(self._next_frame_us + period_us, at_us)
        return True

    def stats(self) -> LoopStats:
        """How it went since the start or the last :meth:`clear_stats`."""
        build = self._build.percentiles_ms(50, 99)
        submit = self._submit.percentiles_ms(50, 99)
        seconds = max(self._clock.now_us() - self._began_us, 1) / 1e6
        return LoopStats(
            frames=self._build.count,
            fps=self._build.count / seconds,
            build_median_ms=build[0],
            build_p99_ms=build[1],
            submit_median_ms=submit[0],
            submit_p99_ms=submit[1],
            pump_gap_p99_ms=self._gaps.percentiles_ms(99)[0],
            draw_calls=self.window.driver.calls[0],
        )

    def clear_stats(self) -> None:
        """Begin counting anew."""
        for samples in (self._build, self._submit, self._gaps):
            samples.clear()
        self._began_us = self._clock.now_us()


def quiet() -> None:
    """Called when loading is over and play begins: what exists is put out of the collector's sight, and it no longer
    makes full passes, which take tens of milliseconds.  Young garbage is still collected."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 1_000_000)


def relax() -> None:
    """Undo :func:`quiet` when play is over."""
    gc.unfreeze()
    gc.set_threshold(700, 10, 10)
    gc.collect()
