"""The toast after a step through history: what was done, and for half a minute a button that undoes it (004 10.1)."""

from __future__ import annotations

from imgui_bundle import imgui

from engine.draw import icons, pen, theme, widgets
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.draw.theme import CYAN, INK, LINE, tone
from game.roleplay.history import UNDO_S
from game.scenes.canvas import mixed
from game.scenes.talk_drawer_acts import Acts
from game.scenes.talk_room import TalkRoom

KEY = imgui.Key.f9
"""Undoes from wherever the keyboard is, also from a field."""

_FLAGS = (
    imgui.WindowFlags_.no_decoration.value
    | imgui.WindowFlags_.no_move.value
    | imgui.WindowFlags_.no_saved_settings.value
    | imgui.WindowFlags_.no_background.value
    | imgui.WindowFlags_.no_focus_on_appearing.value
    | imgui.WindowFlags_.no_nav.value
)


Over = tuple[float, float, float]
"""A line that something stands on: its left, how far down, its width, in pixels."""


def draw_toast(
    frame: Frame, room: TalkRoom, live: bool, *, chat: Over | None = None, library: Over | None = None
) -> None:
    """Draw what there is to undo, and let its time run; called once a frame.

    It stands on the line of the page that is shown, ``chat`` or ``library``, in its middle and no wider; and only on
    the page that it belongs to.
    """
    acts = Acts.of(room)
    acts.tick(frame.dt_us)
    offer = acts.offer
    if offer is None:
        return
    over = chat if offer.step.host == room.host else None
    over = library if over is None and offer.in_library else over
    if over is None:
        return
    words, button = offer.step.words, "Undo  F9"
    wide = pen.measure(words, theme.TEXT_BODY)[0]
    taken = pen.measure(button, theme.TEXT_BODY)[0] + px(28)
    left, foot, room_w = over
    w, h = min(wide + taken + px(86), room_w), px(60)
    x, y = left + (room_w - w) / 2, foot - h
    imgui.set_next_window_pos(Vec(x, y))
    imgui.set_next_window_size(Vec(w, h))
    imgui.push_style_var(imgui.StyleVar_.window_padding.value, Vec(0, 0))
    imgui.push_style_var(imgui.StyleVar_.window_border_size.value, 0.0)
    imgui.begin("talk toast", None, _FLAGS | (0 if live else imgui.WindowFlags_.no_inputs.value))
    if live:
        imgui.internal.bring_window_to_display_front(imgui.internal.get_current_window())
    draw = imgui.get_window_draw_list()
    draw.push_clip_rect_full_screen()
    pen.shadow(draw, x, y, w, h, px(theme.ROUNDING))
    draw.pop_clip_rect()
    pen.panel(draw, x, y, w, h, theme.RAISED, border=mixed(LINE, tone(CYAN), 0.6))
    pen.write(draw, x + px(28), y + h / 2, icons.REWIND, 18, tone(CYAN), across=0.5, down=0.5)
    fitted = pen.fit(words, theme.TEXT_BODY, w - taken - px(80))
    pen.write(draw, x + px(52), y + h / 2, fitted, theme.TEXT_BODY, INK, down=0.5)
    share = max(offer.left_us / (UNDO_S * 1e6), 0.0)
    draw.add_rect_filled(
        Vec(x + px(12), y + h - px(4)), Vec(x + px(12) + (w - px(24)) * share, y + h - px(2)), tone(CYAN), px(1)
    )
    imgui.set_cursor_screen_pos(Vec(x + w - taken - px(14), y + px(12)))
    pressed = widgets.small_button(button)
    if live and (pressed or imgui.is_key_pressed(KEY, False)):
        acts.undo_offer()
    imgui.end()
    imgui.pop_style_var(2)
