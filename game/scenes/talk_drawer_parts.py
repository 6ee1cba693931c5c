"""What the drawer's pages are made of beside fields: cards, headings, buttons, marks of significance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from imgui_bundle import imgui

from engine.draw import icons, pen, theme, widgets
from engine.draw.colour import mixed
from engine.draw.fonts import Weight
from engine.draw.pen import Vec, px
from engine.draw.theme import CYAN, INK, INK_FAINT, INK_SOFT, Mark, tone

if TYPE_CHECKING:
    from game.scenes.talk_drawer_fields import Fields

WEIGHTS = ("·", "•", icons.STAR, icons.STAR * 2)
"""Significance 0 to 3 as 004 11.1 marks it; the stars are icons, so that every system has them."""

WEIGHT_WORDS = ("Routine", "Notable", "Significant", "Pivotal")


def weight_mark(draw: imgui.ImDrawList, x: float, y: float, weight: int, ink: int, size: float = 13) -> None:
    """The mark of a significance, drawn so that it is there in every font: a dot, a disc, a star, two stars."""
    if weight < 2:
        draw.add_circle_filled(Vec(x, y), px(1.8 if weight <= 0 else 4.0), ink, 16)
    else:
        pen.write(draw, x, y, WEIGHTS[min(weight, 3)], size, ink, across=0.5, down=0.5)


def icon_button(name: str, icon: str, told: str, side: float, *, lit: bool = False) -> bool:
    """A square button with an icon, told in words beside the pointer; ``side`` in pixels."""
    item = widgets.Item(name, side, side)
    if item.lift > 0:
        low, high = Vec(item.x, item.y), Vec(item.x + side, item.y + side)
        item.draw.add_rect_filled(low, high, mixed(theme.RAISED, theme.HOVER, item.lift), px(theme.ROUNDING_SMALL))
    ink = tone(CYAN) if lit else mixed(INK_SOFT, INK, item.lift)
    pen.write(
        item.draw, item.x + side / 2, item.middle, icon, 22 if icon == icons.PLUS else 15, ink, across=0.5, down=0.5
    )
    imgui.set_item_tooltip(told)
    return item.activated


def buttons(
    acts: Sequence[tuple[str, str, Callable[[], object] | None]], fields: Fields | None = None, name: str = ""
) -> None:
    """Small buttons side by side, on as many lines as they need: (icon, words, act); without act one is dimmed.

    Among ``fields`` they are known by ``name`` and their words.
    """
    right = imgui.get_cursor_screen_pos().x + imgui.get_content_region_avail().x
    for number, (icon, words, act) in enumerate(acts):
        wide = pen.measure(f"{icon}  {words}", theme.TEXT_BODY)[0] + px(28)
        if number and imgui.get_item_rect_max().x + px(8) + wide <= right:
            imgui.same_line(0, px(8))
        imgui.begin_disabled(act is None)
        if fields is not None:
            fields.arrive(f"{name} {words}".strip())
        if widgets.small_button(words, icon=icon) and act is not None:
            act()
        if fields is not None:
            fields.placed(f"{name} {words}".strip())
        imgui.end_disabled()


@contextmanager
def card(mark: Mark | None = None) -> Iterator[None]:
    """A raised ground around what stands in it.  It is no window of its own, so that arrow keys go through it."""
    at, draw, pad = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list(), px(14)
    room, window = imgui.get_content_region_avail().x, imgui.internal.get_current_window()
    draw.channels_split(2)
    draw.channels_set_current(1)
    regions = (window.content_region_rect.max, window.work_rect.max)
    for region in regions:
        region.x -= pad
    imgui.set_cursor_screen_pos(Vec(at.x + pad, at.y + pad))
    imgui.begin_group()
    try:
        yield
    finally:
        imgui.end_group()
        for region in regions:
            region.x += pad
        high = imgui.get_item_rect_size().y + 2 * pad
        draw.channels_set_current(0)
        pen.panel(draw, at.x, at.y, room, high, mixed(theme.PANEL, theme.RAISED, 0.55))
        if mark is not None:
            low, right = Vec(at.x + px(20), at.y), Vec(at.x + px(68), at.y + px(3))
            draw.add_rect_filled(low, right, tone(mark), px(2))
        draw.channels_merge()
        imgui.set_cursor_screen_pos(at)
        imgui.dummy(Vec(room, high))


def heading(words: str, note: str = "", *, colour: int = INK) -> None:
    """A heading within a panel."""
    at, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
    room = imgui.get_content_region_avail().x
    wide = pen.write(
        draw,
        at.x,
        at.y + px(4),
        pen.fit(words, theme.TEXT_BODY, room, Weight.BOLD),
        theme.TEXT_BODY,
        colour,
        Weight.BOLD,
    )
    if note:
        small = pen.fit(note, theme.TEXT_SMALL, room - wide - px(12))
        pen.write(draw, at.x + room, at.y + px(8), small, theme.TEXT_SMALL, INK_FAINT, across=1.0)
    imgui.dummy(Vec(room, px(24)))


def note(words: str, colour: int = INK_FAINT) -> None:
    """A sentence in small type."""
    widgets.text(words, theme.TEXT_SMALL, colour)
