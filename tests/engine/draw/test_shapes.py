"""Shapes come out as pixels where they were put."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.draw.colour import channels, faded, mixed, rgb, with_alpha
from engine.draw.frame import Frame
from engine.draw.shapes import SHAPE, FrameFull, ShapeKind, Shapes
from engine.window import HeadlessWindow

RED, GREEN = rgb("#FF0000"), rgb("#00FF00")


@pytest.fixture(scope="module")
def window() -> HeadlessWindow:
    return HeadlessWindow((64, 64))


def drawn(window: HeadlessWindow, frame: Frame) -> NDArray[np.uint8]:
    window.end_frame(frame)
    return window.picture()


def begun(window: HeadlessWindow) -> Frame:
    frame = window.begin_frame()
    assert frame is not None
    return frame


def is_red(pixel: NDArray[np.uint8]) -> bool:
    return bool(pixel[0] > 200 and pixel[1] < 60)


def is_ground(pixel: NDArray[np.uint8]) -> bool:
    return bool(pixel.max() < 30)


def test_a_rectangle_fills_its_place_and_nothing_else(window: HeadlessWindow) -> None:
    frame = begun(window)
    frame.shapes.rect(10, 20, 20, 10, RED)
    picture = drawn(window, frame)
    red = picture[:, :, 0] > 200
    assert red.sum() == 200
    assert red[20:30, 10:30].all()


def test_rounding_takes_the_corners_off(window: HeadlessWindow) -> None:
    frame = begun(window)
    frame.shapes.rect(10, 10, 40, 40, RED, radius=12)
    picture = drawn(window, frame)
    assert is_ground(picture[11, 11])
    assert is_red(picture[11, 30])
    assert is_red(picture[30, 11])


def test_a_circle_fills_its_middle_but_not_its_corners(window: HeadlessWindow) -> None:
    frame = begun(window)
    frame.shapes.circle(32, 32, 20, RED)
    picture = drawn(window, frame)
    area = (picture[:, :, 0] / 255).sum()
    assert area == pytest.approx(np.pi * 20**2, rel=0.02)


def test_a_ring_closes_clockwise_from_the_top(window: HeadlessWindow) -> None:
    frame = begun(window)
    frame.shapes.ring(32, 32, 30, 6, RED, share=0.5)
    picture = drawn(window, frame)
    assert is_red(picture[32, 58])  # three o'clock
    assert is_ground(picture[32, 5])  # nine o'clock
    assert is_ground(picture[32, 32])


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.75, 0.9, 1.0])
def test_a_ring_covers_its_share_of_a_turn(window: HeadlessWindow, share: float) -> None:
    frame = begun(window)
    frame.shapes.ring(32, 32, 30, 4, RED, share=share)
    area = (drawn(window, frame)[:, :, 0] / 255).sum()
    caps = 0.0 if share == 1.0 else np.pi * 2**2
    assert area == pytest.approx(share * 2 * np.pi * 28 * 4 + caps, rel=0.04)


def test_a_ring_of_nothing_is_nothing(window: HeadlessWindow) -> None:
    frame = begun(window)
    frame.shapes.ring(32, 32, 30, 6, RED, share=0.0)
    assert drawn(window, frame).max() < 30


@pytest.mark.parametrize(("kind", "share"), [(ShapeKind.DIAMOND, 0.5), (ShapeKind.TRIANGLE, 0.5)])
def test_diamonds_and_triangles_fill_half_their_box(window: HeadlessWindow, kind: ShapeKind, share: float) -> None:
    frame = begun(window)
    frame.shapes.shape(kind, 12, 12, 40, 40, RED)
    area = (drawn(window, frame)[:, :, 0] / 255).sum()
    assert area == pytest.approx(share * 1600, rel=0.03)


def test_a_turned_bar_stands_up(window: HeadlessWindow) -> None:
    frame = begun(window)
    frame.shapes.rect(12, 28, 40, 8, RED, turn=np.pi / 2)
    picture = drawn(window, frame)
    assert is_red(picture[14, 32])
    assert is_ground(picture[32, 14])


def test_a_notch_is_cut_out_of_the_lower_edge(window: HeadlessWindow) -> None:
    frame = begun(window)
    frame.shapes.rect(12, 20, 40, 20, RED, a=0.2)
    picture = drawn(window, frame)
    assert is_ground(picture[38, 32])
    assert is_red(picture[22, 32])
    assert is_red(picture[38, 15])


def test_a_clip_cuts_shapes_and_text(window: HeadlessWindow) -> None:
    frame = begun(window)
    with frame.clipped(0, 0, 32, 64):
        frame.shapes.rect(0, 0, 64, 64, RED, turn=0.3)
        frame.text(0, 10, "WWWWWWWW", 24, RED)
    picture = drawn(window, frame)
    assert picture[:, 33:].max() < 30
    assert is_red(picture[32, 16])


def test_what_is_written_later_lies_above_and_layers_lie_above_text(window: HeadlessWindow) -> None:
    frame = begun(window)
    frame.shapes.rect(0, 0, 64, 64, RED)
    frame.text(4, 4, "████", 32, RED)
    frame.layer()
    frame.shapes.rect(0, 0, 64, 64, GREEN)
    assert (drawn(window, frame)[:, :, 1] > 200).all()


def test_a_glow_shines_outside_and_fades(window: HeadlessWindow) -> None:
    frame = begun(window)
    frame.shapes.rect(24, 24, 16, 16, GREEN, glow=RED, glow_px=16)
    picture = drawn(window, frame)
    near, far = int(picture[32, 42, 0]), int(picture[32, 50, 0])
    assert near > far > 0


def test_half_transparent_colours_mix(window: HeadlessWindow) -> None:
    frame = begun(window)
    frame.shapes.rect(0, 0, 64, 64, with_alpha(RED, 0.5))
    assert drawn(window, frame)[32, 32, 0] == pytest.approx(128, abs=2)


numbers = st.floats(-500, 500, width=32)
colours = st.integers(0, 0xFFFFFFFF)


@given(
    kind=st.sampled_from(ShapeKind),
    box=st.tuples(numbers, numbers, numbers, numbers),
    top=colours,
    bottom=colours,
    look=st.tuples(numbers, numbers, numbers, numbers, numbers, numbers),
)
@settings(max_examples=100)
def test_one_shape_is_the_same_as_a_row_of_a_block(
    kind: ShapeKind,
    box: tuple[float, float, float, float],
    top: int,
    bottom: int,
    look: tuple[float, float, float, float, float, float],
) -> None:
    radius, border_px, glow_px, turn, a, b = look
    shapes = Shapes(2)
    edges = {"border": 3, "border_px": border_px, "glow": 4, "glow_px": glow_px}
    shapes.shape(kind, *box, top, bottom=bottom, radius=radius, turn=turn, a=a, b=b, **edges)  # type: ignore[arg-type]
    row = shapes.block(1)
    row["x"], row["y"], row["w"], row["h"] = box
    row["top"], row["bottom"], row["border"], row["glow"], row["kind"] = top, bottom, 3, 4, kind
    row["radius"], row["border_px"], row["glow_px"], row["turn"], row["a"], row["b"] = look
    one, other = shapes.written(0, 2)
    assert one.tobytes() == other.tobytes()


def test_a_block_is_clear_of_what_stood_there_before() -> None:
    shapes = Shapes(8)
    shapes.block(8)["w"] = 5
    shapes.clear()
    assert not shapes.block(8)["w"].any()


def test_more_shapes_than_a_frame_holds_are_refused() -> None:
    shapes = Shapes(8)
    shapes.block(8)
    with pytest.raises(FrameFull, match="9 were written"):
        shapes.block(1)
    assert shapes.room == 0


def test_a_record_has_no_gaps() -> None:
    assert SHAPE.itemsize == sum(SHAPE[name].itemsize for name in SHAPE.names or ())


@given(colours)
def test_channels_are_what_was_packed(colour: int) -> None:
    packed = sum(round(value * 255) << 8 * place for place, value in enumerate(channels(colour)))
    assert packed == colour


@given(colours, colours)
def test_mixing_begins_at_one_colour_and_ends_at_the_other(a: int, b: int) -> None:
    assert mixed(a, b, 0.0) == a
    assert mixed(a, b, 1.0) == b
    assert faded(a, 1.0) == a
    assert faded(a, 0.0) == a & 0xFFFFFF


@pytest.mark.parametrize("word", ["", "#12345", "#GG0000", "#1234567"])
def test_a_word_that_is_no_colour_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r"RRGGBB|invalid literal"):
        rgb(word)
