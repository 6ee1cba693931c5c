"""Text of our own pipelines, and pictures."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.draw.fonts import UNKNOWN, Weight, chain, shown
from engine.draw.frame import Frame, scale_for
from engine.draw.glyphs import GLYPHS_MAX, GlyphAtlas, Glyphs
from engine.draw.image import read_image
from engine.draw.shapes import FrameFull
from engine.errors import UserError
from engine.window import HeadlessWindow

NOWHERE = "\U0010fffd"
"""A character that no font has."""


@pytest.fixture(scope="module")
def atlas() -> GlyphAtlas:
    return GlyphAtlas()


@pytest.fixture
def window() -> Iterator[HeadlessWindow]:
    window = HeadlessWindow((320, 180))
    yield window
    window.close()


def begun(window: HeadlessWindow) -> Frame:
    frame = window.begin_frame()
    assert frame is not None
    return frame


@given(st.text(max_size=40), st.sampled_from([9.0, 16.0, 17.5, 200.0]), st.sampled_from(Weight))
@settings(max_examples=60, deadline=None)
def test_any_text_is_laid_out_a_record_for_each_character_shown(text: str, px: float, weight: Weight) -> None:
    glyphs = Glyphs(ATLAS)
    glyphs.text(10, 10, text, px, weight=weight)
    assert glyphs.lay_out() == len(shown(text))
    assert np.isfinite(glyphs.written(0, len(text))["x"]).all()
    if ATLAS.full:
        ATLAS.renew()


ATLAS = GlyphAtlas()


def test_width_is_the_sum_of_its_characters(atlas: GlyphAtlas) -> None:
    glyphs = Glyphs(atlas)
    whole, height = glyphs.measure("Ouroboros 123", 32)
    assert whole == pytest.approx(sum(glyphs.measure(character, 32)[0] for character in "Ouroboros 123"))
    assert glyphs.measure("Ouroboros 123", 16)[0] == pytest.approx(whole / 2, rel=0.1)
    assert 32 <= height <= 48


def test_figures_of_the_mono_face_are_equally_wide(atlas: GlyphAtlas) -> None:
    glyphs = Glyphs(atlas)
    assert len({glyphs.measure(digit, 24, Weight.MONO)[0] for digit in "0123456789"}) == 1


@pytest.mark.parametrize(("across", "expected"), [(0.0, 100.0), (0.5, 70.0), (1.0, 40.0)])
def test_text_stands_at_its_anchor(atlas: GlyphAtlas, across: float, expected: float) -> None:
    glyphs = Glyphs(atlas)
    width, _ = glyphs.measure("MMM", 24, Weight.MONO)
    glyphs.text(100, 50, "MMM", 24, weight=Weight.MONO, across=across)
    glyphs.text(0, 0, "x", 24, weight=Weight.MONO)
    glyphs.lay_out()
    first = glyphs.written(0, 1)[0]
    assert first["x"] == pytest.approx(100 - across * width, abs=2)
    assert expected == pytest.approx(100 - across * 60)


def test_many_strings_keep_their_own_place_colour_and_size(atlas: GlyphAtlas) -> None:
    glyphs = Glyphs(atlas)
    for i in range(50):
        glyphs.text(i * 10, i * 20, str(i), 20, colour=i + 1)
    glyphs.lay_out()
    records = glyphs.written(0, glyphs.count)
    firsts = np.cumsum([0] + [len(str(i)) for i in range(49)])
    assert records["colour"][firsts].tolist() == list(range(1, 51))
    assert np.abs(records["x"][firsts] - np.arange(50) * 10).max() < 4


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Ada's jam", "Ada's jam"),
        ("Größe · 50 %", "Größe · 50 %"),
        (f"Ada {NOWHERE}{NOWHERE} jams", f"Ada {UNKNOWN} jams"),
        (f"{NOWHERE}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}\N{VARIATION SELECTOR-16}!", f"{UNKNOWN}!"),
        (f"{NOWHERE}\N{ZERO WIDTH JOINER}\N{BLACK HEART SUIT}!", f"{UNKNOWN}!"),
        ("e\N{ZERO WIDTH JOINER}e", "ee"),
    ],
)
def test_what_no_font_has_is_one_sign_and_what_only_changes_it_none(text: str, wanted: str) -> None:
    assert shown(text) == wanted
    assert shown(wanted) == wanted


def test_a_text_is_as_wide_as_what_is_drawn_of_it(atlas: GlyphAtlas) -> None:
    glyphs = Glyphs(atlas)
    glyphs.text(0, 0, f"a{NOWHERE}{NOWHERE}\N{VARIATION SELECTOR-16}", 40)
    glyphs.lay_out()
    assert glyphs.count == 2
    assert glyphs.measure(f"a{NOWHERE * 3}", 40) == glyphs.measure(f"a{UNKNOWN}", 40)
    left, top, right, bottom = (int(edge) for edge in glyphs.written(1, 2)[0]["cell"])
    assert atlas.picture[top:bottom, left:right].max() == 255


def test_more_characters_than_a_frame_holds_are_refused(atlas: GlyphAtlas) -> None:
    glyphs = Glyphs(atlas)
    glyphs.text(0, 0, "x" * (GLYPHS_MAX + 1), 10)
    with pytest.raises(FrameFull):
        glyphs.lay_out()


def test_a_full_atlas_begins_anew_and_goes_on_drawing(window: HeadlessWindow) -> None:
    for start in range(0x4E00, 0x4E00 + 1200, 100):
        frame = begun(window)
        frame.text(0, 0, "".join(chr(start + i) for i in range(100)), 128)
        window.end_frame(frame)
    frame = begun(window)
    frame.text(10, 10, "OURO", 64)
    window.end_frame(frame)
    assert window.picture()[20:70, 10:200].max() > 200


def test_fonts_are_there() -> None:
    for weight in Weight:
        assert all(path.is_file() for path in chain(weight))


def test_a_layer_is_one_call_for_shapes_and_one_for_text(window: HeadlessWindow) -> None:
    frame = begun(window)
    frame.shapes.block(2000)
    for i in range(100):
        frame.text(i, i, f"text {i}", 12 + i % 20)
    frame.layer()
    frame.shapes.rect(0, 0, 5, 5, 0xFFFFFFFF)
    window.end_frame(frame)
    assert window.driver.calls == (3, 3)


def test_an_empty_layer_costs_nothing(window: HeadlessWindow) -> None:
    frame = begun(window)
    for _ in range(10):
        frame.layer()
    window.end_frame(frame)
    assert window.driver.calls == (0, 0)


def test_a_texture_is_drawn_where_asked_and_freed(window: HeadlessWindow) -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[0, :, 0] = 255
    texture = window.texture(pixels)
    frame = begun(window)
    frame.image(texture, 100, 50, 40, 40)
    window.end_frame(frame)
    picture = window.picture()
    assert picture[52, 120, 0] > 200
    assert picture[88, 120, 0] < 60
    assert picture[40, 120].max() == 0
    window.free(texture)
    frame = begun(window)
    frame.image(texture, 100, 50, 40, 40)
    window.end_frame(frame)
    assert window.picture().max() == 0


def test_a_cover_keeps_the_form_of_the_picture(window: HeadlessWindow) -> None:
    pixels = np.full((300, 100, 4), 255, np.uint8)
    pixels[:120, :, 1:3] = 0
    pixels[180:, :, 1:3] = 0
    frame = begun(window)
    frame.cover(window.texture(pixels))
    window.end_frame(frame)
    picture = window.picture()
    assert picture[90, 160].min() > 200
    assert picture[:, :, 0].min() > 200


def test_a_picture_file_is_read_and_made_smaller(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    pygame.image.save(pygame.Surface((400, 100)), str(path))
    assert read_image(path, side_max=200).shape == (50, 200, 4)
    assert read_image(path).shape == (100, 400, 4)


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_a_broken_picture_is_told_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"broken\.png cannot be read"):
        read_image(path)


def encoded(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    pygame.image.save(pygame.Surface(size), out, f"x.{kind}")
    return out.getvalue()


GIF = b"GIF89a" + struct.pack("<HHBBB", 3, 2, 0x80, 0, 0) + bytes(3) + b"\xff" * 3
GIF += b"!\xf9\x04\0\0\0\0\0" + b"," + struct.pack("<4HB", 0, 0, 3, 2, 0) + b"\x02\x03\x84\x8f\x05\0;"


def test_each_kind_of_picture_is_read() -> None:
    for kind in ("png", "jpg", "bmp"):
        assert read_image(encoded(kind)).shape == (30, 40, 4)
    assert read_image(GIF).shape == (2, 3, 4)


def stated(data: bytes, at: int, layout: str) -> bytes:
    """``data`` with a size of 60,000 by 60,000 pixels written at ``at``."""
    large = bytearray(data)
    struct.pack_into(layout, large, at, 60_000, 60_000)
    return bytes(large)


@pytest.mark.parametrize(
    "data",
    [
        stated(encoded("png"), 16, ">II"),
        stated(encoded("bmp"), 18, "<ii"),
        stated(encoded("jpg"), encoded("jpg").index(b"\xff\xc0") + 5, ">HH"),
        stated(GIF, GIF.index(b",") + 5, "<HH"),
        b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + b"\xff" * 6,
    ],
    ids=["png", "bmp", "jpg", "gif", "webp"],
)
def test_a_picture_that_would_fill_the_memory_is_refused_unopened(data: bytes) -> None:
    with pytest.raises(UserError, match=r"huge has \d+ by \d+ pixels; at most 8192"):
        read_image(data, "huge")


@given(st.sampled_from([GIF, encoded("png"), encoded("jpg"), encoded("bmp")]), st.data())
@settings(max_examples=100, deadline=None)
def test_damaged_pictures_are_read_or_refused(whole: bytes, data: st.DataObject) -> None:
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for at in data.draw(st.lists(st.integers(0, max(len(damaged) - 1, 0)), max_size=6 if damaged else 0)):
        damaged[at] = data.draw(st.integers(0, 255))
    with suppress(UserError):
        assert read_image(bytes(damaged)).shape[2] == 4


def test_a_missing_picture_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        read_image(tmp_path / "none.png")


@pytest.mark.parametrize(
    ("size", "scale"), [((1280, 720), 1.0), ((2560, 1440), 2.0), ((2560, 720), 1.0), ((1280, 1440), 1.0)]
)
def test_the_scale_follows_the_narrower_side(size: tuple[int, int], scale: float) -> None:
    assert scale_for(size) == scale
