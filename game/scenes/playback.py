"""Playing back what was played: its place, its speed, standing still and stepping frame by frame, by key and mouse."""

from __future__ import annotations

from typing import Any

import numpy as np
from imgui_bundle import imgui
from numpy.typing import NDArray

from engine.draw import icons, theme, widgets
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.panels import panel
from engine.draw.pen import Vec, px
from engine.input.events import Event, InputEvent
from engine.jobs import Job
from engine.scene import Scene
from game.scenes.context import Context
from game.scenes.menu_keys import action_of, menu_action
from game.scenes.stage import Stage
from game.scenes.tuning import Tuning

SPEEDS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
FRAME_US = 16_667
"""A step of one frame at 60 Hz; with Shift one millisecond."""

SKIP_US = 5_000_000
BAR_HEIGHT = 100.0
SPEED_WIDTH = 330.0
PLACE_LEAST = 300.0
"""Where the place would get less room than this beside all speeds, these give way to two buttons."""

STEPPER_WIDTH = 170.0


class Playback(Scene):
    """A recording on a stage of its own.  Who shows one says how it is loaded and, if need be, where it stops."""

    has_overlay = True
    """Whether the presses can be laid over what is shown."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stage: Stage | None = None
        self._job: Job[Any] | None = None
        """What reads the recording."""
        self._speed = 1.0
        self._overlay = True
        self._shift = False
        self._tuning = Tuning(context)
        self._misses: NDArray[np.float64] = np.zeros(0)
        """Where in the song notes were missed, 0 to 1."""

    def _load(self, at_us: int | None, *, paused: bool) -> None:
        """Make the song ready at the present speed, then go on at ``at_us`` (None: at the beginning)."""
        raise NotImplementedError

    def on_exit(self) -> bool:
        """Let go of the song."""
        if self._job is not None:
            self._job.cancel()
        if self._stage is not None:
            self._stage.close(fade_out_us=200_000)
        return True

    @property
    def _stopped_us(self) -> int | None:
        """Where the player failed or left: there is nothing to see after it."""
        return None

    @property
    def _last_us(self) -> int:
        """Where the song ends."""
        return self._stage.chart.last_us if self._stage is not None else 0

    @property
    def place_us(self) -> int | None:
        """Where the replay is, in song time; None until it is loaded."""
        return None if self._stage is None else self._stage.now_us

    @property
    def paused(self) -> bool:
        """Whether it stands still."""
        return self._stage is not None and self._stage.paused

    @property
    def speed(self) -> float:
        """How fast it is watched."""
        return self._speed

    def _seek(self, song_us: int) -> None:
        stage = self._stage
        if stage is None:
            return
        low, stopped_us = min(0, stage.chart.first_us, stage.now_us), self._stopped_us
        high = self._last_us + 1_000_000 if stopped_us is None else stopped_us
        stage.seek(max(low, min(song_us, high)))

    def _step_speed(self, step: int) -> None:
        self._set_speed(SPEEDS[max(0, min(SPEEDS.index(self._speed) + step, len(SPEEDS) - 1))])

    def _set_speed(self, speed: float) -> None:
        if self._stage is None or speed == self._speed:
            return
        self._speed = speed
        self._load(self._stage.now_us, paused=self._stage.paused)

    # -- input ---------------------------------------------------------------------------------------

    def handle(self, event: Event) -> bool:
        """Space, arrows, comma and dot, minus and plus, I, Home, F3 and F4, Escape; a gamepad for the first of them."""
        if not isinstance(event, InputEvent):
            return False
        if event.control in ("key:lshift", "key:rshift"):
            self._shift = event.pressed
            return False
        if self._tuning.handle(event, offset=False):
            return True
        if not event.pressed or event.device == "mouse":
            return False
        if menu_action(event) == "back":
            self.leave()
            return True
        if self._stage is None:
            return False
        return self._handle_key(event.control, self._stage)

    def _handle_key(self, control: str, stage: Stage) -> bool:
        step_us = 1_000 if self._shift else FRAME_US
        now = stage.now_us
        action = action_of(control)
        if control == "key:space" or action in ("choose", "pause"):
            self._toggle_pause()
        elif action in ("left", "right"):
            self._seek(now + (SKIP_US if action == "right" else -SKIP_US))
        elif control == "key:home":
            self._seek(min(0, stage.chart.first_us))
        elif control in ("key:comma", "key:period"):
            stage.pause()
            self._seek(now + (step_us if control == "key:period" else -step_us))
        elif control in ("key:minus", "key:equals"):
            self._step_speed(1 if control == "key:equals" else -1)
        elif control == "key:i" and self.has_overlay:
            self._overlay = not self._overlay
        else:
            return False
        return True

    def _toggle_pause(self) -> None:
        stage = self._stage
        if stage is None:
            return
        if stage.paused:
            stage.resume()
        else:
            stage.pause()

    # -- drawing -------------------------------------------------------------------------------------

    def _draw_controls(self, frame: Frame, stage: Stage, song_us: int) -> None:
        height = frame.px(BAR_HEIGHT)
        with panel("replay controls", 0, frame.height - height, frame.width, height, keys=False):
            imgui.set_cursor_pos_y(imgui.get_cursor_pos_y() + px(8))
            if widgets.small_button("Space", icon=icons.PLAY if stage.paused else icons.PAUSE):
                self._toggle_pause()
            if self.has_overlay:
                imgui.same_line()
                if widgets.small_button("I", icon=icons.EYE):
                    self._overlay = not self._overlay
            imgui.same_line()
            imgui.set_cursor_pos_y(px(24))
            room = imgui.get_content_region_avail().x / frame.scale
            if room - SPEED_WIDTH < PLACE_LEAST:
                self._draw_place(stage, song_us, room - STEPPER_WIDTH)
                self._draw_stepper()
                return
            self._draw_place(stage, song_us, room - SPEED_WIDTH - 24)
            imgui.same_line()
            imgui.set_cursor_pos_y(px(32))
            speeds = [f"{speed:g}x" for speed in SPEEDS]
            self._set_speed(SPEEDS[widgets.segmented("speed", speeds, SPEEDS.index(self._speed), width=SPEED_WIDTH)])

    def _draw_stepper(self) -> None:
        """The speed between two buttons: what a narrow window or large text has room for."""
        for step, icon in ((-1, icons.PREVIOUS), (1, icons.NEXT)):
            imgui.same_line()
            imgui.set_cursor_pos_y(px(32))
            if widgets.small_button("", icon=icon):
                self._step_speed(step)
            if step < 0:
                imgui.same_line()
                imgui.set_cursor_pos_y(px(40))
                widgets.text(f"{self._speed:g}x", theme.TEXT_BODY, theme.INK, Weight.BOLD)

    def _draw_place(self, stage: Stage, song_us: int, width: float) -> None:
        """Where the song is, to be dragged; a tick for every miss."""
        low, high = float(min(0, stage.chart.first_us)) / 1e6, max(1.0, self._last_us / 1e6)
        place = f"{clock(song_us)} / {clock(self._last_us)}"
        shown = self._place_words(song_us)
        changed, value = widgets.slider(place, song_us / 1e6, low, high, step=1.0, shown=shown, width=width)
        if changed:
            self._seek(round(value * 1e6))
        at, end = imgui.get_item_rect_min(), imgui.get_item_rect_max()
        self._draw_misses(at.x + px(10), end.x - px(10), at.y + px(38))

    def _place_words(self, song_us: int) -> str:
        """What stands at the right of the place."""
        return f"{len(self._misses)} missed"

    def _draw_misses(self, left: float, right: float, y: float) -> None:
        """A tick on the place slider for every miss."""
        draw = imgui.get_window_draw_list()
        tone = theme.tone(theme.RED)
        for place in self._misses[:400]:
            x = left + (right - left) * float(place)
            draw.add_rect_filled(Vec(x, y - px(9)), Vec(x + max(1.0, px(1.5)), y - px(3)), tone)


def clock(song_us: int) -> str:
    """``m:ss.t`` of an instant."""
    sign = "-" if song_us < 0 else ""
    tenths = abs(song_us) // 100_000
    return f"{sign}{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"
