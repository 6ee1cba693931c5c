"""Dear ImGui: built on the main thread, handed to the driver as plain bytes.

The library (1.92) asks for its textures to be made, changed and freed as glyphs come into use; the requests are
answered here with numbers of ours and copied pixels, so nothing of the library is touched by another thread.
"""

from __future__ import annotations

import ctypes
import itertools
from collections import deque
from collections.abc import Callable

import numpy as np
import pygame
from imgui_bundle import imgui

from engine.draw import pen, theme
from engine.draw.frame import UiData, Upload
from engine.draw.pen import Vec
from engine.input import keys
from engine.input.events import ComposingEvent, Event, InputEvent, TextEvent, WindowChange, WindowEvent

_K = imgui.Key
_KEYS: dict[str, imgui.Key] = {
    **{chr(c): getattr(_K, chr(c)) for c in range(ord("a"), ord("z") + 1)},
    **{str(d): getattr(_K, f"_{d}") for d in range(10)},
    **{f"f{i}": getattr(_K, f"f{i}") for i in range(1, 25)},
    **{f"kp{d}": getattr(_K, f"keypad{d}") for d in range(10)},
    **{"left": _K.left_arrow, "right": _K.right_arrow, "up": _K.up_arrow, "down": _K.down_arrow},
    **{"return": _K.enter, "kpenter": _K.keypad_enter, "escape": _K.escape, "backspace": _K.backspace},
    **{"tab": _K.tab, "space": _K.space, "minus": _K.minus, "equals": _K.equal, "comma": _K.comma},
    **{"leftbracket": _K.left_bracket, "rightbracket": _K.right_bracket, "backslash": _K.backslash},
    **{"semicolon": _K.semicolon, "apostrophe": _K.apostrophe, "grave": _K.grave_accent, "period": _K.period},
    **{"slash": _K.slash, "insert": _K.insert, "home": _K.home, "pageup": _K.page_up, "delete": _K.delete},
    **{"end": _K.end, "pagedown": _K.page_down, "menu": _K.menu, "kpdivide": _K.keypad_divide},
    **{"kpmultiply": _K.keypad_multiply, "kpminus": _K.keypad_subtract, "kpplus": _K.keypad_add},
    **{"kpperiod": _K.keypad_decimal, "lctrl": _K.left_ctrl, "rctrl": _K.right_ctrl},
    **{"lshift": _K.left_shift, "rshift": _K.right_shift, "lalt": _K.left_alt, "ralt": _K.right_alt},
    **{"lsuper": _K.left_super, "rsuper": _K.right_super},
}
_MODIFIERS = {
    **{"lctrl": _K.mod_ctrl, "rctrl": _K.mod_ctrl, "lshift": _K.mod_shift, "rshift": _K.mod_shift},
    **{"lalt": _K.mod_alt, "ralt": _K.mod_alt, "lsuper": _K.mod_super, "rsuper": _K.mod_super},
}
_WRITING = {"space", "minus", "equals", "comma", "period", "slash", "grave", "semicolon", "apostrophe"} | {
    *("leftbracket", "rightbracket", "backslash"),
}
_BUTTONS = {"button:left": 0, "button:right": 1, "button:middle": 2}
_TEXTURE_SIDE_MAX = 8192
_TAB_FRAMES = 2
"""So many frames from the one that sees Tab on, the next field takes characters: the jump is made in the second."""
_TAB_FRAMES_MOST = 30


class Ui:
    """One Dear ImGui context.  Only one is current at a time; each call makes its own so."""

    def __init__(self, numbers: itertools.count[int]) -> None:
        """``numbers`` gives out the numbers of textures, shared with the window's own."""
        self._numbers = numbers
        self._context = imgui.create_context()
        imgui.set_current_context(self._context)
        io = imgui.get_io()
        io.set_ini_filename("")
        io.set_log_filename("")
        io.backend_flags |= imgui.BackendFlags_.renderer_has_textures.value
        io.config_flags |= imgui.ConfigFlags_.nav_enable_keyboard.value
        io.config_windows_move_from_title_bar_only = True
        platform = imgui.get_platform_io()
        platform.renderer_texture_max_width = _TEXTURE_SIDE_MAX
        platform.renderer_texture_max_height = _TEXTURE_SIDE_MAX
        self._scale = 0.0
        self._mouse = (-1.0, -1.0)
        self._uploads: list[Upload] = []
        self._held_modifiers: dict[str, bool] = {}
        self._waiting: deque[Event] = deque()
        """What came after Tab, until the keyboard is where Tab leads."""
        self._tab_frames = 0
        self._tab_frames_most = 0
        self._tab_from_text = False
        self._tab_let_go = True
        self.composing = ""
        """What an input method is making text of."""
        self._composing_caret = 0
        self.label: Callable[[str], str] = keys.label
        theme.load_fonts(io.fonts)

    @property
    def wants_text(self) -> bool:
        """Whether a text field is being written in: then keys are letters, not commands."""
        imgui.set_current_context(self._context)
        return bool(imgui.get_io().want_text_input) or (self._tab_frames > 0 and self._tab_from_text)

    @property
    def wants_mouse(self) -> bool:
        """Whether the mouse is over something of the interface."""
        imgui.set_current_context(self._context)
        return bool(imgui.get_io().want_capture_mouse)

    def feed(self, event: Event) -> None:
        """Let the interface know of ``event``.

        What comes after Tab waits until the next field has the keyboard: at few frames a second it would be lost.
        """
        imgui.set_current_context(self._context)
        tab = event if isinstance(event, InputEvent) and event.control == "key:tab" else None
        if self._tab_frames and (tab is None or tab.pressed or self._tab_let_go):
            self._waiting.append(event)
            return
        if tab is not None:
            self._tab_let_go = not tab.pressed  # at once: a Tab that is let go late would repeat itself
            if tab.pressed:
                self._tab_from_text = self.wants_text
                self._tab_frames, self._tab_frames_most = _TAB_FRAMES, _TAB_FRAMES_MOST
        self._give(imgui.get_io(), event)

    def _give(self, io: imgui.IO, event: Event) -> None:
        if isinstance(event, TextEvent):
            self.composing = ""
            io.add_input_characters_utf8(event.text)
        elif isinstance(event, ComposingEvent):
            self.composing, self._composing_caret = event.text, event.caret
        elif isinstance(event, WindowEvent):
            if event.change in (WindowChange.FOCUS_GAINED, WindowChange.FOCUS_LOST):
                io.add_focus_event(event.change is WindowChange.FOCUS_GAINED)
        elif isinstance(event, InputEvent):
            if event.device == keys.KEYBOARD:
                self._feed_key(io, event)
            elif event.device == "mouse":
                self._feed_mouse(io, event)

    def begin(self, size: tuple[int, int], scale: float, dt_s: float) -> None:
        """Start a frame of ``size`` pixels, ``dt_s`` seconds after the last, at ``scale`` pixels a design unit."""
        imgui.set_current_context(self._context)
        io = imgui.get_io()
        if scale != self._scale:
            self._scale = scale
            theme.apply(scale)
        io.display_size = imgui.ImVec2(*size)
        io.delta_time = max(dt_s, 1e-4)
        imgui.new_frame()
        if not io.want_text_input:
            self.composing = ""
        if self._tab_frames:
            self._follow_tab()

    @property
    def caret(self) -> tuple[int, int, int]:
        """Where text is being written in this frame: left, top, height in pixels; zeros where it is not."""
        imgui.set_current_context(self._context)
        data = imgui.get_current_context().platform_ime_data
        at = data.input_pos
        return (int(at.x), int(at.y), int(data.input_line_height)) if data.want_visible else (0, 0, 0)

    def finish(self) -> tuple[UiData, list[Upload]]:
        """End the frame: its triangles, and what the driver must do to textures first."""
        imgui.set_current_context(self._context)
        if self.composing:
            self._draw_composing()
        imgui.render()
        data = imgui.get_draw_data()
        for texture in data.textures:
            self._serve(texture)
        uploads, self._uploads = self._uploads, []
        return _copied(data), uploads

    def close(self) -> None:
        """Free the context."""
        imgui.set_current_context(self._context)
        for texture in imgui.get_platform_io().textures:
            texture.set_tex_id(0)
            texture.set_status(imgui.ImTextureStatus.destroyed)
        imgui.destroy_context(self._context)

    def _draw_composing(self) -> None:
        """What an input method has so far, underlined at the caret; it is not in the field yet."""
        x, y, high = self.caret
        if not high:
            return
        wide = pen.measure(self.composing, theme.TEXT_BODY)[0]
        left = max(min(float(x), imgui.get_io().display_size.x - wide - pen.px(4)), 0.0)
        draw = imgui.get_foreground_draw_list()
        low, foot = Vec(left - pen.px(2), y), Vec(left + wide + pen.px(2), y + high)
        draw.add_rect_filled(low, foot, theme.RAISED, pen.px(3))
        pen.write(draw, left, y, self.composing, theme.TEXT_BODY, theme.INK)
        thick = max(1.0, pen.px(1.5))
        draw.add_line(Vec(left, foot.y), Vec(left + wide, foot.y), theme.tone(theme.CYAN), thick)
        at = left + pen.measure(self.composing[: self._composing_caret], theme.TEXT_BODY)[0]
        draw.add_line(Vec(at, y), Vec(at, foot.y), theme.INK, thick)

    def _follow_tab(self) -> None:
        """Another frame since Tab: once the keyboard has moved, what waits goes on, up to the next Tab."""
        seen = self._tab_frames < _TAB_FRAMES or imgui.is_key_pressed(_K.tab, repeat=False)
        self._tab_frames -= 1 if seen else 0
        self._tab_frames_most -= 1
        if self._tab_frames_most <= 0:
            self._tab_frames = 0
        if self._tab_frames == 0:
            waiting, self._waiting = self._waiting, deque()
            for event in waiting:
                self.feed(event)

    def _feed_key(self, io: imgui.IO, event: InputEvent) -> None:
        name = event.control.removeprefix("key:")
        if name in _MODIFIERS:
            self._held_modifiers[name] = event.pressed
            modifier = _MODIFIERS[name]
            held = any(down for other, down in self._held_modifiers.items() if _MODIFIERS[other] == modifier)
            io.add_key_event(modifier, held)
        elif len(name) == 1 and name.isalpha():
            # Copy, paste and the like are meant by letter, not by place.
            printed = self.label(event.control).lower()
            name = printed if printed in _KEYS else name
        if name not in _KEYS:
            return
        if event.pressed and self.wants_text and self._is_letter(name):
            return  # it comes as text; as a key as well it would take a frame of its own
        io.add_key_event(_KEYS[name], event.pressed)

    def _is_letter(self, name: str) -> bool:
        """Whether a key writes something as things are: no Ctrl, Alt or the like is held."""
        held = any(down and _MODIFIERS[one] != _K.mod_shift for one, down in self._held_modifiers.items())
        return not held and (name in _WRITING or len(name) == 1)

    def _feed_mouse(self, io: imgui.IO, event: InputEvent) -> None:
        control, value = event.control, event.value
        if control == "x":
            self._mouse = (value, self._mouse[1])
        elif control == "y":
            self._mouse = (self._mouse[0], value)
            io.add_mouse_pos_event(*self._mouse)
        elif control == "wheel:x":
            io.add_mouse_wheel_event(value, 0.0)
        elif control == "wheel:y":
            io.add_mouse_wheel_event(0.0, value)
        elif control in _BUTTONS:
            io.add_mouse_button_event(_BUTTONS[control], event.pressed)

    def _serve(self, texture: imgui.ImTextureData) -> None:
        status = texture.status
        if status == imgui.ImTextureStatus.want_create:
            number = next(self._numbers)
            self._uploads.append(Upload(number, _pixels(texture).copy()))
            texture.set_tex_id(number)
            texture.set_status(imgui.ImTextureStatus.ok)
        elif status == imgui.ImTextureStatus.want_updates:
            pixels = _pixels(texture)
            for part in texture.updates:
                x, y, w, h = part.x, part.y, part.w, part.h
                self._uploads.append(Upload(texture.tex_id, pixels[y : y + h, x : x + w].copy(), (x, y)))
            texture.set_status(imgui.ImTextureStatus.ok)
        elif status == imgui.ImTextureStatus.want_destroy and texture.unused_frames > 0:
            self._uploads.append(Upload(texture.tex_id, None))
            texture.set_tex_id(0)
            texture.set_status(imgui.ImTextureStatus.destroyed)


def _pixels(texture: imgui.ImTextureData) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    flat = np.asarray(texture.get_pixels_array(), np.uint8)
    return flat.reshape(texture.height, texture.width, texture.bytes_per_pixel)


def _copied(data: imgui.ImDrawData) -> UiData:
    """All draw lists as one run of vertices and indices, with neighbouring calls of one texture and clip joined."""
    vertices: list[bytes] = []
    indices: list[np.ndarray[tuple[int], np.dtype[np.uint32]]] = []
    out = UiData()
    base_vertex = base_index = 0
    for drawn in data.cmd_lists:
        n_vertices, n_indices = drawn.vtx_buffer.size(), drawn.idx_buffer.size()
        if not n_indices:
            continue
        vertices.append(ctypes.string_at(drawn.vtx_buffer.data_address(), n_vertices * imgui.VERTEX_SIZE))
        raw = ctypes.string_at(drawn.idx_buffer.data_address(), n_indices * imgui.INDEX_SIZE)
        indices.append(np.frombuffer(raw, np.uint32) + np.uint32(base_vertex))
        for command in drawn.cmd_buffer:
            box = command.clip_rect
            clip = (int(box.x), int(box.y), int(box.z), int(box.w))
            first, count, texture = base_index + command.idx_offset, command.elem_count, int(command.get_tex_id())
            last = out.calls[-1] if out.calls else None
            if last is not None and last[0] + last[1] == first and last[2:] == (texture, clip):
                out.calls[-1] = (last[0], last[1] + count, texture, clip)
            elif count:
                out.calls.append((first, count, texture, clip))
        base_vertex += n_vertices
        base_index += n_indices
    out.vertices = b"".join(vertices)
    out.indices = np.concatenate(indices).tobytes() if indices else b""
    return out


def set_clipboard_to_system() -> None:
    """Let copy and paste reach the system's clipboard; needs a window."""
    platform = imgui.get_platform_io()
    platform.platform_set_clipboard_text_fn = lambda _context, text: pygame.scrap.put_text(text)
    platform.platform_get_clipboard_text_fn = lambda _context: _clipboard()


def _clipboard() -> str:
    """What the system's clipboard holds; nothing where that is no text, or cannot be had."""
    try:
        return str(pygame.scrap.get_text())
    except pygame.error:
        return ""
