"""The window: a real one with an OpenGL 3.3 core context, or its headless twin, with one and the same face.

    window = open_window("Title")            # or HeadlessWindow((1280, 720))
    for event in window.pump(1): ...
    if (frame := window.begin_frame()) is not None:
        frame.shapes.rect(...)
        window.end_frame(frame)

The thread that opened the window pumps input and builds frames.  Where it can be had, another thread talks to the
driver, so neither a slow driver nor the display's pace holds up input.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import sys
import time
from collections import deque
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import moderngl
import numpy as np
import pygame
from numpy.typing import NDArray

from engine import sdl
from engine.clock import now_us
from engine.draw import ui as ui_module
from engine.draw.driver import Driver, InlineDriver, ThreadDriver
from engine.draw.frame import Frame, FrameData, Texture, Upload, scale_for
from engine.draw.glyphs import GlyphAtlas
from engine.draw.pipelines import ATLAS_NUMBER, DrawInstanced, Pipelines, canvas, release_canvas
from engine.draw.ui import Ui
from engine.errors import UserError
from engine.input.events import DeviceLost, Event, WindowChange, WindowEvent
from engine.input.keyboards import Keyboards
from engine.input.midi import MidiInputs
from engine.input.pump import Pump

_GL_VERSION = 330
_FIRST_NUMBER = ATLAS_NUMBER + 1


class Window:
    """What both kinds share: frames, textures and screenshots.

    ``text_scale`` is the player's own factor on everything that is measured in design units.
    """

    def __init__(self, size: tuple[int, int], driver: Driver) -> None:
        self.size = size
        self.text_scale = 1.0
        self.driver = driver
        self._numbers = itertools.count(_FIRST_NUMBER)
        self._atlas = GlyphAtlas()
        self.ui = Ui(self._numbers)
        self._frames = (Frame(self._atlas, self.look), Frame(self._atlas, self.look))
        self._uploads: list[Upload] = [Upload(ATLAS_NUMBER, self._atlas.picture[:, :, None].copy())]
        self._number = 0
        self._last_us = now_us()
        self._last: FrameData | None = None

    @property
    def scale(self) -> float:
        """Pixels a unit of the 1280 by 720 design."""
        return scale_for(self.size, self.text_scale)

    def pump(self, wait_ms: int) -> list[Event]:
        """What has happened since the last call, each stamped as it was handed over; waits up to ``wait_ms``."""
        raise NotImplementedError

    def look(self) -> None:
        """Stamp what has happened up to now; the next :meth:`pump` returns it.  Called while a frame is being made."""

    def begin_frame(self) -> Frame | None:
        """A frame to write into; None while the driver is still at the one before, or nothing can be seen."""
        if not self.driver.ready():
            return None
        if self._atlas.full:
            self._atlas.renew()
        at_us = self._frame_time_us()
        frame = self._frames[self._number % 2]
        frame.begin(self.size, self.scale, at_us, at_us - self._last_us, self._number)
        self.ui.begin(self.size, self.scale, frame.dt_us / 1e6)
        self._last_us = at_us
        self._number += 1
        return frame

    def end_frame(self, frame: Frame) -> None:
        """Hand ``frame`` to the driver."""
        frame.layer()
        ui_data, ui_uploads = self.ui.finish()
        if (part := self._atlas.taken()) is not None:
            left, top, right, bottom = part
            pixels = self._atlas.picture[top:bottom, left:right, None].copy()
            self._uploads.append(Upload(ATLAS_NUMBER, pixels, (left, top)))
        uploads, self._uploads = self._uploads + ui_uploads, []
        self._last = frame.finish(uploads, ui_data)
        self.driver.submit(self._last)

    def _frame_time_us(self) -> int:
        return now_us()

    def texture(self, pixels: NDArray[np.uint8]) -> Texture:
        """A texture of ``pixels`` (height, width, 4), uploaded with the next frame."""
        height, width, _ = pixels.shape
        texture = Texture(next(self._numbers), width, height)
        self._uploads.append(Upload(texture.number, pixels))
        return texture

    def free(self, texture: Texture) -> None:
        """Give ``texture`` back after the next frame."""
        self._uploads.append(Upload(texture.number, None))

    def picture(self) -> NDArray[np.uint8]:
        """The frame handed over last, as (height, width, 3) bytes.

        Raises:
            RuntimeError: there was none yet.
        """
        last = self._last
        if last is None:
            raise RuntimeError("nothing has been drawn yet")
        return self.driver.ask(lambda pipelines: pipelines.picture(last))

    def screenshot(self, path: Path) -> None:
        """Save :meth:`picture` as PNG and wait for it; beside a game that runs, leave :func:`save_picture` to a job.

        Raises:
            UserError: it cannot be written there.
        """
        save_picture(self.picture(), path)

    @property
    def vsync(self) -> bool:
        """Whether frames wait for the display."""
        return False

    def set_vsync(self, on: bool) -> None:
        """Let frames wait for the display from now on, or no longer; :attr:`vsync` says whether the driver does."""

    def close(self) -> None:
        """Give everything back."""
        self.driver.close()
        self.ui.close()


class HeadlessWindow(Window):
    """Draws into memory by EGL; needs neither display nor GPU.  ``feed`` stands in for a player."""

    def __init__(self, size: tuple[int, int] = (1280, 720), *, frame_us: int = 0) -> None:
        """With ``frame_us`` every frame comes that long after the one before, whatever the clock says: pictures of
        motion then come out the same each time.

        Raises:
            UserError: EGL is missing.
        """
        self._frame_us = frame_us
        self._waiting: deque[Event] = deque()
        self._target: Any = None
        super().__init__(size, InlineDriver(_open_headless, lambda: None, self._framebuffer, _release_egl))

    def feed(self, *events: Event) -> None:
        """Let these be what the next :meth:`pump` returns."""
        self._waiting.extend(events)

    def pump(self, wait_ms: int) -> list[Event]:
        """See :class:`Window`."""
        if not self._waiting and wait_ms > 0:
            time.sleep(wait_ms / 1000)
        out = list(self._waiting)
        self._waiting.clear()
        for event in out:
            if isinstance(event, WindowEvent) and event.change is WindowChange.RESIZED:
                self.size = event.size
        return out

    def _frame_time_us(self) -> int:
        return self._last_us + self._frame_us if self._frame_us else now_us()

    def _framebuffer(self, pipelines: Pipelines) -> Any:
        if self._target is None or self._target.size != self.size:
            if self._target is not None:
                release_canvas(self._target)
            self._target = canvas(pipelines.ctx, self.size)
        return self._target


class RealWindow(Window):
    """A window of the desktop, by SDL."""

    def __init__(
        self, title: str, size: tuple[int, int] = (1280, 720), *, fullscreen: bool = False, vsync: bool = True
    ) -> None:
        """Raises UserError where there is no display or no OpenGL 3.3."""
        os.environ.setdefault("SDL_IME_SHOW_UI", "1")  # else the choices of an input method are not to be seen
        # A software renderer that takes every core keeps key presses waiting: one core stays free.
        os.environ.setdefault("LP_NUM_THREADS", str(max((os.cpu_count() or 2) - 1, 1)))
        self._vsync = False
        self._minimised = False
        self._text_input = False
        self._caret = (0, 0, 0)
        self._seen: list[Event] = []
        with ExitStack() as undo:
            undo.callback(pygame.display.quit)
            _open_display(title, size, fullscreen)
            self._sdl = sdl.load()
            self._handle, self._context = self._sdl.current() if self._sdl is not None else (0, 0)
            driver = self._make_driver()
            undo.callback(driver.close)
            super().__init__(pygame.display.get_window_size(), driver)
            undo.callback(self.ui.close)
            self._pump = Pump()
            self.midi = MidiInputs()
            undo.callback(self.midi.close)
            self.keyboards = Keyboards()
            undo.callback(self.keyboards.close)
            ui_module.set_clipboard_to_system()
            pygame.key.stop_text_input()
            self.set_vsync(vsync)
            undo.pop_all()

    @property
    def gamepads(self) -> tuple[str, ...]:
        """The gamepads there are, by the name their events carry."""
        return self._pump.gamepads.names

    def pump(self, wait_ms: int) -> list[Event]:
        """See :class:`Window`."""
        out, self._seen = self._seen, []
        out += self._pump.wait(0 if out else wait_ms)
        if late := self.midi.drain():
            out = sorted(out + late, key=lambda event: event.at_us)
        if gone := self.keyboards.drain():
            if any(isinstance(event, DeviceLost) for event in gone):
                self._pump.release_all(now_us(), out)
            out += gone
        for event in out:
            if isinstance(event, WindowEvent):
                self._changed(event)
        return out

    def look(self) -> None:
        """See :class:`Window`."""
        self._seen += self._pump.wait(0)

    def begin_frame(self) -> Frame | None:
        """See :class:`Window`."""
        frame = None if self._minimised else super().begin_frame()
        if frame is None:
            return None
        # Text input is on only while a field is written in: an input method must never sit between player and lane.
        # Whether one is was just decided; what is looked at from here on is taken so.
        if self.ui.wants_text != self._text_input:
            self._text_input = not self._text_input
            (pygame.key.start_text_input if self._text_input else pygame.key.stop_text_input)()
        self.look()
        return frame

    def end_frame(self, frame: Frame) -> None:
        """See :class:`Window`."""
        super().end_frame(frame)
        if self._text_input and (caret := self.ui.caret) != self._caret:
            self._caret = caret
            x, y, high = caret
            pygame.key.set_text_input_rect(pygame.Rect(x, y, 1, high))  # where an input method shows its choices

    def set_fullscreen(self, on: bool) -> None:
        """Fill the screen, or go back to a window."""
        if self._sdl is not None:
            self._sdl.set_fullscreen(self._handle, on)

    @property
    def vsync(self) -> bool:
        """See :class:`Window`."""
        return self._vsync

    def set_vsync(self, on: bool) -> None:
        """See :class:`Window`."""
        library = self._sdl
        if library is not None and on != self._vsync:
            done = self.driver.ask(lambda pipelines: library.swap_interval(int(on)))
            self._vsync = on if done else self._vsync

    def close(self) -> None:
        """See :class:`Window`."""
        self.midi.close()
        self.keyboards.close()
        super().close()
        if self._sdl is not None:
            self._sdl.make_current(self._handle, self._context)
        pygame.display.quit()

    def _changed(self, event: WindowEvent) -> None:
        if event.change is WindowChange.RESIZED:
            self.size = event.size
        elif event.change is WindowChange.MINIMISED:
            self._minimised = True
        elif event.change in (WindowChange.RESTORED, WindowChange.FOCUS_GAINED):
            self._minimised = False

    def _make_driver(self) -> Driver:
        library = self._sdl
        # macOS wants its window touched by the main thread alone.
        if library is None or not self._context or sys.platform == "darwin":
            return InlineDriver(_attach, pygame.display.flip, lambda pipelines: pipelines.ctx.screen)
        if not library.make_current(self._handle, 0):
            return InlineDriver(_attach, pygame.display.flip, lambda pipelines: pipelines.ctx.screen)

        def take() -> Pipelines:
            if not library.make_current(self._handle, self._context):
                raise RuntimeError(f"the drawing context stays where it was: {library.error()}")
            library.swap_interval(0)
            return _attach(library.draw_instanced())

        return ThreadDriver(take, lambda: library.swap(self._handle), lambda: _let_go(library, self._handle))


def open_window(
    title: str, size: tuple[int, int] = (1280, 720), *, fullscreen: bool = False, vsync: bool = True
) -> RealWindow:
    """A window of the desktop.

    Raises:
        UserError: there is no display, or its driver lacks OpenGL 3.3.
    """
    return RealWindow(title, size, fullscreen=fullscreen, vsync=vsync)


def save_picture(pixels: NDArray[np.uint8], path: Path) -> None:
    """Write ``pixels`` (height, width, 3) as PNG; takes its time, on whatever thread it is called.

    Raises:
        UserError: it cannot be written there.
    """
    surface = pygame.image.frombytes(np.ascontiguousarray(pixels).tobytes(), pixels.shape[1::-1], "RGB")
    try:
        pygame.image.save(surface, str(path))
    except (pygame.error, OSError) as error:
        raise UserError(f"The picture cannot be saved as {path}: {error}.") from error


def _open_display(title: str, size: tuple[int, int], fullscreen: bool) -> None:
    try:
        pygame.display.init()
        pygame.joystick.init()
        for attribute, value in (
            (pygame.GL_CONTEXT_MAJOR_VERSION, 3),
            (pygame.GL_CONTEXT_MINOR_VERSION, 3),
            (pygame.GL_CONTEXT_PROFILE_MASK, pygame.GL_CONTEXT_PROFILE_CORE),
            (pygame.GL_CONTEXT_FORWARD_COMPATIBLE_FLAG, 1),
        ):
            pygame.display.gl_set_attribute(attribute, value)
        flags = pygame.OPENGL | pygame.DOUBLEBUF | (pygame.FULLSCREEN if fullscreen else pygame.RESIZABLE)
        pygame.display.set_mode((0, 0) if fullscreen else size, flags)
    except pygame.error as error:
        raise UserError(
            f"No window could be opened ({error}): a desktop with OpenGL 3.3 is needed; headless commands work without."
        ) from error
    pygame.display.set_caption(title)


def _attach(draw_instanced: DrawInstanced | None = None) -> Pipelines:
    try:
        ctx = moderngl.create_context(require=_GL_VERSION)
    except Exception as error:  # moderngl raises bare Exception
        raise UserError(f"The graphics driver does not offer OpenGL 3.3 ({error}): update it.") from error
    return Pipelines(ctx, draw_instanced)


def _open_headless() -> Pipelines:
    try:
        ctx = moderngl.create_context(standalone=True, backend="egl", require=_GL_VERSION)  # type: ignore[arg-type]
    except Exception as error:  # moderngl raises bare Exception
        raise UserError(
            f"Drawing without a window needs EGL ({error}): install libegl1 and libgl1-mesa-dri."
        ) from error
    return Pipelines(ctx)


def _release_egl() -> None:
    """Leave this thread without a current EGL context; moderngl has no call for it."""
    with suppress(OSError):
        ctypes.CDLL("libEGL.so.1").eglReleaseThread()


def _let_go(library: sdl.Sdl, handle: int) -> None:
    library.make_current(handle, 0)
