"""A real window under Xvfb: keys as a device sends them, drawing on a thread of its own, one face with the twin."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import psutil
import pygame
import pytest

from engine import sdl
from engine.clock import now_us
from engine.draw import theme
from engine.draw.driver import ThreadDriver
from engine.draw.frame import Frame
from engine.errors import UserError
from engine.input.events import Event, InputEvent, TextEvent, WindowChange, WindowEvent
from engine.window import HeadlessWindow, RealWindow, Window, open_window
from tests.rig.pilot import Pilot, wait_until
from tests.rig.xserver import XServer

ROOT = Path(__file__).resolve().parents[3]


def collect(window: RealWindow, into: list[Event], wanted: str) -> InputEvent:
    """Pump until the control ``wanted`` has come, keeping everything; says that event."""

    def look() -> InputEvent | None:
        into.extend(window.pump(1))
        return next((e for e in into if isinstance(e, InputEvent) and e.control == wanted), None)

    event = wait_until(look, wanted)
    assert isinstance(event, InputEvent)
    return event


def paint(frame: Frame) -> None:
    frame.ground = theme.NIGHT
    frame.shapes.rect(20, 20, 100, 60, theme.CYAN.usual, radius=12, glow=theme.MAGENTA.usual, glow_px=10)
    frame.text(30, 100, "OuroJam 123", 32)


def one_frame(window: Window) -> None:
    frame = wait_until(window.begin_frame, "a free driver")
    paint(frame)
    window.end_frame(frame)
    wait_until(window.driver.ready, "the frame on screen")


def test_drawing_has_a_thread_of_its_own(window: RealWindow) -> None:
    assert isinstance(window.driver, ThreadDriver)
    assert "draw" in {thread.name for thread in threading.enumerate()}


def test_the_window_and_its_twin_show_the_same(window: RealWindow, tmp_path: Path) -> None:
    twin = HeadlessWindow((320, 180))
    for each in (window, twin):
        one_frame(each)
    difference = np.abs(window.picture().astype(int) - twin.picture())
    assert difference.max() <= 2
    window.screenshot(tmp_path / "window.png")
    assert pygame.image.load(str(tmp_path / "window.png")).get_size() == (320, 180)
    twin.close()


def test_what_is_drawn_is_on_the_screen(window: RealWindow, pilot: Pilot) -> None:
    at = pilot.focus("under test")
    one_frame(window)
    assert pilot.pixel(at[0] + 70, at[1] + 50) == pytest.approx((0x4D, 0xE1, 0xFF), abs=2)


def test_a_key_is_stamped_as_it_is_handed_over(window: RealWindow, pilot: Pilot) -> None:
    pilot.focus("under test")
    events: list[Event] = []
    sent_us = pilot.press("f")
    down = collect(window, events, "key:f")
    assert down.device == "keyboard"
    assert down.value == 1.0
    assert sent_us <= down.at_us <= now_us()
    pilot.release("f")
    events.clear()
    up = collect(window, events, "key:f")
    assert not up.pressed
    assert up.at_us > down.at_us


def test_keys_are_named_by_place_whatever_the_layout(server: XServer, window: RealWindow, pilot: Pilot) -> None:
    pilot.focus("under test")
    for name in ("q", "semicolon", "1", "space", "lshift"):
        pilot.tap(name)
    events: list[Event] = []
    collect(window, events, "key:lshift")
    pressed = [e.control for e in events if isinstance(e, InputEvent) and e.device == "keyboard" and e.pressed]
    assert pressed == ["key:q", "key:semicolon", "key:1", "key:space", "key:lshift"]


def test_events_come_in_time_order(window: RealWindow, pilot: Pilot) -> None:
    pilot.focus("under test")
    for name in "asdfghjkl":
        pilot.tap(name)
    events: list[Event] = []
    collect(window, events, "key:l")
    stamps = [event.at_us for event in events]
    assert stamps == sorted(stamps)


def test_losing_the_focus_releases_what_is_held(window: RealWindow, pilot: Pilot) -> None:
    pilot.focus("under test")
    events: list[Event] = []
    pilot.press("k")
    collect(window, events, "key:k")
    events.clear()
    pilot.unfocus()
    up = collect(window, events, "key:k")
    pilot.release("k")
    assert not up.pressed

    def told() -> bool:
        events.extend(window.pump(1))
        return any(isinstance(e, WindowEvent) and e.change is WindowChange.FOCUS_LOST for e in events)

    wait_until(told, "the loss of focus")


def test_mouse_places_are_pixels_of_the_window(window: RealWindow, pilot: Pilot) -> None:
    left, top = pilot.focus("under test")
    pilot.move(left + 50, top + 60)
    pilot.click()
    events: list[Event] = []
    collect(window, events, "button:left")
    place = {e.control: e.value for e in events if isinstance(e, InputEvent) and e.control in ("x", "y")}
    assert place == {"x": 50.0, "y": 60.0}


def test_no_text_comes_in_while_nothing_is_written(window: RealWindow, pilot: Pilot) -> None:
    pilot.focus("under test")
    events: list[Event] = []
    pilot.tap("a")
    collect(window, events, "key:a")
    assert not any(isinstance(event, TextEvent) for event in events)


def test_a_new_size_is_told_and_drawn(window: RealWindow, pilot: Pilot) -> None:
    pilot.resize("under test", 400, 300)
    events: list[Event] = []

    def resized() -> bool:
        events.extend(window.pump(1))
        return window.size == (400, 300)

    wait_until(resized, "the new size")
    one_frame(window)
    assert window.picture().shape == (300, 400, 3)
    changes = [event for event in events if isinstance(event, WindowEvent)]
    assert any(event.change is WindowChange.RESIZED and event.size == (400, 300) for event in changes)


def test_without_a_display_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "x11")
    monkeypatch.setenv("DISPLAY", ":987")
    with pytest.raises(UserError, match=r"No window could be opened .* headless commands work without"):
        open_window("nowhere")


BROKEN = """
import threading, pygame
from engine.window import open_window
try:
    open_window("an old driver", (320, 180))
except Exception as error:
    print(type(error).__name__, pygame.display.get_init(), threading.active_count())
"""


def test_a_window_that_cannot_be_had_leaves_no_display_and_no_thread(server: XServer) -> None:
    for override in ("MESA_GL_VERSION_OVERRIDE=2.1", "MESA_GLSL_VERSION_OVERRIDE=120"):  # no context; no shaders
        name, _, value = override.partition("=")
        environment = {**server.environment(), "PYTHONPATH": str(ROOT), name: value}
        done = subprocess.run(
            [sys.executable, "-c", BROKEN], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
        )
        assert done.stdout.split()[-2:] == ["False", "1"], (override, done.stdout, done.stderr)


def test_waiting_for_the_display_is_turned_on_and_off_and_the_driver_has_the_last_word(window: RealWindow) -> None:
    assert not window.vsync
    for on in (True, False, True):
        window.set_vsync(on)
        assert window.vsync == bool(window.driver.ask(lambda pipelines: swap_interval()))
        assert on or not window.vsync
        one_frame(window)


def swap_interval() -> int:
    """What the driver itself says, asked on the thread that has the context."""
    found = sdl.load()
    assert found is not None
    return int(found._lib.SDL_GL_GetSwapInterval())


def test_a_picture_that_cannot_be_saved_is_told(tmp_path: Path) -> None:
    window = HeadlessWindow((32, 32))
    one_frame(window)
    with pytest.raises(UserError, match="cannot be saved"):
        window.screenshot(tmp_path / "no folder" / "x.png")
    window.close()


def test_pictures_and_new_sizes_leave_no_memory_at_the_driver() -> None:
    window = HeadlessWindow((1280, 720))
    one_frame(window)
    window.picture()
    before = psutil.Process().memory_info().rss
    for height in range(721, 741):
        window.size = (1280, height)
        one_frame(window)
        assert window.picture().shape == (height, 1280, 3)
    window.close()
    assert psutil.Process().memory_info().rss - before < 20 * 1280 * 720 * 4  # one canvas each time


def test_a_headless_window_hands_out_what_it_was_fed() -> None:
    window = HeadlessWindow((32, 32))
    fed = InputEvent(1, "keyboard", "key:a", 1.0), WindowEvent(2, WindowChange.RESIZED, size=(64, 48))
    window.feed(*fed)
    assert window.pump(0) == list(fed)
    assert window.pump(0) == []
    assert window.size == (64, 48)
    window.close()


def test_an_error_on_the_drawing_thread_is_raised_here(window: RealWindow) -> None:
    with pytest.raises(ZeroDivisionError):
        window.driver.ask(lambda pipelines: 1 // 0)
    one_frame(window)


def test_the_sample_moves_its_box_and_ends(server: XServer, pilot: Pilot) -> None:
    command = [sys.executable, str(ROOT / "examples" / "moving_box.py")]
    process = subprocess.Popen(command, cwd=ROOT, env={**server.environment(), "PYTHONPATH": str(ROOT)})
    try:
        left, top = pilot.focus("Moving box")
        inside = left + 640, top + 360
        wait_until(lambda: pilot.pixel(*inside) == (0x4D, 0xE1, 0xFF), "the box")
        pilot.press("right")
        wait_until(lambda: pilot.pixel(*inside) != (0x4D, 0xE1, 0xFF), "the box to move on")
        pilot.release("right")
        pilot.tap("escape")
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
