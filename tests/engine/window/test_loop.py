"""The loop: fixed steps, frames apart from them, and who gets an event."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imgui_bundle import imgui

from engine.clock import ManualClock
from engine.draw import panels
from engine.draw.frame import Frame
from engine.input.events import Event, InputEvent, WindowChange, WindowEvent
from engine.loop import CATCH_UP_STEPS, STEP_HZ, Loop, Stepper, quiet, relax
from engine.scene import Scene, SceneStack
from engine.window import HeadlessWindow

STEP_US = 1_000_000 // STEP_HZ


class Counting(Scene):
    """Counts what it is given."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.steps = 0
        self.frames: list[float] = []

    def handle(self, event: Event) -> bool:
        self.events.append(event)
        return False

    def step(self, dt_us: int) -> None:
        self.steps += 1

    def draw(self, frame: Frame) -> None:
        self.frames.append(frame.fraction)


class Writing(Counting):
    """Has a text field that is being written in."""

    def draw(self, frame: Frame) -> None:
        with panels.screen(frame, "form"):
            imgui.set_keyboard_focus_here()
            imgui.input_text("##name", "")


@pytest.fixture
def window() -> Iterator[HeadlessWindow]:
    window = HeadlessWindow((64, 48))
    yield window
    window.close()


@given(st.lists(st.integers(0, 20_000), max_size=60))
def test_however_time_is_sliced_the_steps_are_the_same(slices_us: list[int]) -> None:
    stepper = Stepper()
    steps = sum(stepper.advance(slice_us) for slice_us in slices_us)
    assert steps == sum(slices_us) // stepper.step_us
    assert 0.0 <= stepper.fraction <= 1.0
    assert stepper.dropped_us == 0.0


@given(st.sampled_from([0.5, 0.75, 1.0, 1.5, 2.0]), st.lists(st.integers(0, 20_000), max_size=60))
def test_rate_makes_time_faster(rate: float, slices_us: list[int]) -> None:
    stepper = Stepper()
    stepper.rate = rate
    steps = sum(stepper.advance(slice_us) for slice_us in slices_us)
    assert steps == int(sum(slices_us) * rate // stepper.step_us)


def test_catching_up_is_capped_and_the_rest_is_a_number() -> None:
    stepper = Stepper()
    assert stepper.advance(10_000_000) == CATCH_UP_STEPS
    assert stepper.dropped_us == 10_000_000 - CATCH_UP_STEPS * STEP_US


def test_steps_follow_the_clock_and_frames_follow_their_cap(window: HeadlessWindow) -> None:
    clock, stack, scene = ManualClock(), SceneStack(), Counting()
    stack.push(scene)
    loop = Loop(window, stack, frame_hz=60, clock=clock)
    for _ in range(1000):
        clock.advance(1000)
        loop.once(wait_ms=0)
    assert scene.steps == 1_000_000 // STEP_US
    assert 59 <= len(scene.frames) <= 61
    assert all(0.0 <= fraction <= 1.0 for fraction in scene.frames)
    stats = loop.stats()
    assert stats.frames == len(scene.frames)
    assert stats.pump_gap_p99_ms == 1.0


def test_events_reach_the_scene_before_the_step(window: HeadlessWindow) -> None:
    stack, scene = SceneStack(), Counting()
    stack.push(scene)
    press = InputEvent(5, "keyboard", "key:a", 1.0)
    window.feed(press)
    Loop(window, stack, clock=ManualClock()).once(wait_ms=0)
    assert scene.events == [press]


def test_closing_the_window_ends_the_loop_unless_a_scene_takes_it(window: HeadlessWindow) -> None:
    stack = SceneStack()
    stack.push(Counting())
    window.feed(WindowEvent(0, WindowChange.QUIT))
    Loop(window, stack).run()
    assert len(stack) == 0


def test_the_loop_ends_with_its_last_scene(window: HeadlessWindow) -> None:
    class Leaving(Scene):
        def step(self, dt_us: int) -> None:
            self.leave()

    stack = SceneStack()
    stack.push(Leaving())
    Loop(window, stack).run()
    assert len(stack) == 0


def test_letters_stay_in_the_text_field_that_is_written_in(window: HeadlessWindow) -> None:
    stack, scene = SceneStack(), Writing()
    stack.push(scene)
    loop = Loop(window, stack)
    for _ in range(3):
        loop.once(wait_ms=0)
    window.feed(InputEvent(0, "keyboard", "key:q", 1.0), InputEvent(1, "keyboard", "key:escape", 1.0))
    loop.once(wait_ms=0)
    assert [event.control for event in scene.events if isinstance(event, InputEvent)] == ["key:escape"]


def test_function_keys_reach_the_scene_once_while_a_text_field_is_written_in(window: HeadlessWindow) -> None:
    stack, scene = SceneStack(), Writing()
    stack.push(scene)
    loop = Loop(window, stack)
    for _ in range(4):
        loop.once(wait_ms=0)
    assert window.ui.wants_text
    window.feed(*(InputEvent(0, "keyboard", f"key:f{number}", 1.0) for number in (1, 3, 12)))
    loop.once(wait_ms=0)
    heard = [event.control for event in scene.events if isinstance(event, InputEvent)]
    assert heard == ["key:f1", "key:f3", "key:f12"]


def test_a_new_scene_gets_its_keys_though_the_one_before_had_a_text_field(window: HeadlessWindow) -> None:
    stack, scene = SceneStack(), Counting()
    stack.push(Writing())
    loop = Loop(window, stack)
    for _ in range(4):
        loop.once(wait_ms=0)
    assert window.ui.wants_text
    stack.push(scene)
    for _ in range(3):
        window.feed(InputEvent(0, "keyboard", "key:q", 1.0))
        loop.once(wait_ms=0)
    assert len([event for event in scene.events if isinstance(event, InputEvent)]) == 3


def test_quiet_hides_what_exists_from_the_collector() -> None:
    try:
        quiet()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[2] > 1000
    finally:
        relax()
    assert gc.get_freeze_count() == 0
