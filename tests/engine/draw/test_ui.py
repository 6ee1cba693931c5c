"""Dear ImGui through our own backend: what is seen, clicked and typed."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import imgui

from engine.draw import panels, theme, widgets
from engine.draw.motion import Motions, eased, out
from engine.input.events import InputEvent, TextEvent
from engine.window import HeadlessWindow


@pytest.fixture
def window() -> Iterator[HeadlessWindow]:
    window = HeadlessWindow((640, 360), frame_us=16_667)
    yield window
    window.close()


def show(window: HeadlessWindow, content: Callable[[], None], frames: int = 1) -> None:
    for _ in range(frames):
        frame = window.begin_frame()
        assert frame is not None
        with panels.panel("panel", 20, 20, 300, 300):
            content()
        window.end_frame(frame)


def point(window: HeadlessWindow, x: float, y: float) -> None:
    window.ui.feed(InputEvent(0, "mouse", "x", x))
    window.ui.feed(InputEvent(0, "mouse", "y", y))


def key(window: HeadlessWindow, name: str, value: float) -> None:
    window.ui.feed(InputEvent(0, "keyboard", f"key:{name}", value))


def test_a_button_is_clicked_once(window: HeadlessWindow) -> None:
    clicks: list[bool] = []

    def content() -> None:
        clicks.append(widgets.big_button("Play"))

    show(window, content, 2)
    point(window, 100, 50)
    show(window, content, 2)
    window.ui.feed(InputEvent(0, "mouse", "button:left", 1.0))
    show(window, content, 3)
    window.ui.feed(InputEvent(0, "mouse", "button:left", 0.0))
    show(window, content, 5)
    assert sum(clicks) == 1
    assert window.ui.wants_mouse


def test_a_disabled_button_looks_it(window: HeadlessWindow) -> None:
    boxes: list[tuple[int, int, int, int]] = []

    def content() -> None:
        boxes.clear()
        for off in (False, True):
            imgui.begin_disabled(off)
            widgets.small_button("Rewind" if off else "Branch")
            imgui.end_disabled()
            low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
            boxes.append((int(low.x), int(low.y), int(high.x), int(high.y)))

    show(window, content, 3)
    picture = window.picture()
    on, off = (float(picture[top:bottom, left:right, :3].max()) for left, top, right, bottom in boxes)
    assert off < 0.6 * on


def test_buttons_are_reached_by_keyboard(window: HeadlessWindow) -> None:
    pressed: list[str] = []

    def content() -> None:
        pressed.extend(name for name in ("First", "Second") if widgets.big_button(name))

    show(window, content, 3)
    for name in ("down", "down", "return"):
        key(window, name, 1.0)
        show(window, content, 2)
        key(window, name, 0.0)
        show(window, content, 2)
    assert pressed == ["Second"]


def test_a_text_field_takes_what_is_typed(window: HeadlessWindow) -> None:
    text = ""

    def content() -> None:
        nonlocal text
        imgui.set_keyboard_focus_here()
        _, text = imgui.input_text("##field", text)

    show(window, content, 3)
    assert window.ui.wants_text
    window.ui.feed(TextEvent(0, "Ourö"))
    show(window, content, 2)
    assert text == "Ourö"


def test_what_is_typed_after_tab_goes_to_the_next_field_also_between_two_frames(window: HeadlessWindow) -> None:
    texts = ["", "", ""]
    pressed: list[bool] = []

    def content() -> None:
        for number, text in enumerate(texts):
            _, texts[number] = imgui.input_text(f"##field{number}", text)
        pressed.append(imgui.button("Done"))

    def typed(text: str) -> None:
        for character in text:
            name = {"\t": "tab", "\n": "return", "/": "slash"}.get(character, character)
            key(window, name, 1.0)
            if character.isprintable():
                window.ui.feed(TextEvent(0, character))
            key(window, name, 0.0)

    show(window, content, 3)
    point(window, 60, 40)
    show(window, content, 2)
    for value in (1.0, 0.0):
        window.ui.feed(InputEvent(0, "mouse", "button:left", value))
        show(window, content, 2)
    typed("robin\tthey/them\ttea\t\n")
    written = []
    for _ in range(40):
        show(window, content)
        written.append(window.ui.wants_text)
    assert texts == ["robin", "they/them", "tea"]
    assert sum(pressed) == 1
    assert written.index(False) > max(at for at, wants in enumerate(written) if wants), "letters were commands between"


def test_a_slider_goes_where_the_mouse_is_and_keeps_its_step(window: HeadlessWindow) -> None:
    value = 0.0

    def content() -> None:
        nonlocal value
        _, value = widgets.slider("Volume", value, 0.0, 1.0, step=0.25)

    show(window, content, 2)
    point(window, 170, 48)
    show(window, content)
    window.ui.feed(InputEvent(0, "mouse", "button:left", 1.0))
    show(window, content, 2)
    assert value == pytest.approx(0.5)


def test_glyphs_that_come_late_are_uploaded(window: HeadlessWindow) -> None:
    show(window, lambda: imgui.text("abc"), 2)
    before = window.picture().copy()
    show(window, lambda: widgets.text("ÄÖÜ ßþð", theme.TEXT_HUGE), 2)
    after = window.picture()
    assert (np.abs(after.astype(int) - before) > 60).sum() > 500


def test_the_text_scale_makes_everything_larger(window: HeadlessWindow) -> None:
    heights = []
    for scale in (1.0, 1.5):
        window.text_scale = scale
        show(window, lambda: heights.append(imgui.get_text_line_height()), 2)
    assert heights[-1] == pytest.approx(1.5 * heights[0], rel=0.1)


def test_a_panel_full_of_widgets_is_a_few_calls(window: HeadlessWindow) -> None:
    def content() -> None:
        for i in range(10):
            widgets.row(str(i), f"Song {i}", "subtitle", "98 %")

    show(window, content, 2)
    assert window.driver.calls[1] <= 6


def test_motion_eases_and_can_be_turned_off() -> None:
    motions = Motions()
    way = [motions.towards("a", True, 0.03, 0.12) for _ in range(4)]
    assert way == sorted(way)
    assert way[0] < 0.25
    assert way[-1] == pytest.approx(1.0)
    theme.settings.reduced_motion = True
    try:
        assert motions.towards("b", True, 0.001) == 1.0
        assert motions.towards("b", False, 0.001) == 0.0
    finally:
        theme.settings.reduced_motion = False


@pytest.mark.parametrize("curve", [eased, out])
def test_curves_run_from_0_to_1_without_going_back(curve: Callable[[float], float]) -> None:
    values = [curve(i / 100) for i in range(101)]
    assert values[0] == 0.0
    assert values[-1] == 1.0
    assert values == sorted(values)


def test_every_mark_has_a_twin_and_a_shape_of_its_own() -> None:
    marks = [theme.CYAN, theme.MAGENTA, theme.AMBER, theme.LIME, theme.RED]
    assert len({mark.shape for mark in marks}) == len(marks)
    assert len({mark.twin for mark in marks} | {mark.usual for mark in marks}) == 2 * len(marks)


@pytest.mark.parametrize("size", [(1280, 720), (640, 360)])
def test_the_gallery_is_rendered_alike_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    script = Path(__file__).parents[3] / "examples" / "gallery.py"
    for name in ("one.png", "two.png"):
        widgets.motions.__init__()  # type: ignore[misc]  # every run begins at rest
        monkeypatch.setattr("sys.argv", ["gallery.py", str(tmp_path / name), str(size[0]), str(size[1])])
        runpy.run_path(str(script), run_name="__main__")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert (tmp_path / "one.png").stat().st_size > 20_000
