"""Settings: four pages, everything on them live, and a field beside them that shows what they do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from engine.clock import now_us
from engine.draw import icons, theme
from engine.draw.colour import faded, mixed
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.errors import UserError
from engine.input.events import Event, InputEvent
from engine.input.keys import KEYBOARD
from engine.jobs import Job
from engine.scene import Scene
from engine.sound import OutputDevice, output_devices
from engine.window import RealWindow
from game.scenes.canvas import Touch, card, chip, wide
from game.scenes.context import Context
from game.scenes.menu_keys import as_key
from game.scenes.requests import Calibrate, ShowSettings
from game.scenes.settings_changes import Changes
from game.scenes.settings_keys import KeysPage
from game.scenes.settings_list import RowList
from game.scenes.settings_preview import FieldPreview
from game.scenes.settings_sides import Output, Trials, draw_screen_side, draw_sound_side
from game.scenes.settings_tabs import device_options, playfield_rows, screen_rows, sound_rows
from game.scenes.skyline import Skyline
from game.settings import Settings

TABS = (
    ("playfield", "Playfield", icons.SLIDERS),
    ("sound", "Sound", icons.VOLUME),
    ("keys", "Keys", icons.KEYBOARD),
    ("screen", "Screen", icons.EYE),
)
MARGIN = 28.0
HEAD = 84.0
FOOT = 44.0
GAP = 20.0
LIST_SHARE = 0.585
REPEAT_AFTER_US = 320_000
REPEAT_EVERY_US = 33_000

_REPEATED = ("key:up", "key:down", "key:left", "key:right")


class SettingsScene(Scene):
    """Pages of settings.  ``apply`` is called after every change, to put it in force."""

    def __init__(self, context: Context, request: ShowSettings, apply: Callable[[], None]) -> None:
        self._context = context
        self._apply = apply
        self.touch = Touch()
        self._skyline = Skyline()
        self._changes = Changes(context.profile, self._applied, context.say)
        self._tab = next((i for i, (name, _, _) in enumerate(TABS) if name == request.tab), 0)
        self._devices: list[tuple[str, str]] = []
        self._device_job: Job[list[OutputDevice]] | None = None
        self._asked = False
        self._output = Output(context)
        self._tests = Trials(context.sound)
        self.preview = FieldPreview(self._changes.settings)
        self.keys = KeysPage(context, self._changes, lambda: context.open(Calibrate("input")))
        self._lists = {
            "playfield": RowList(playfield_rows()),
            "sound": RowList(self._sound_rows()),
            "screen": RowList(screen_rows()),
        }
        self._ctrl: set[str] = set()
        self._repeat: tuple[str, int] | None = None

    @property
    def tab(self) -> str:
        """The name of the page that is shown."""
        return TABS[self._tab][0]

    @property
    def chosen(self) -> str:
        """The title of the line the keyboard stands on; empty on the page of keys."""
        return self._lists[self.tab].chosen.title if self.tab in self._lists else ""

    @property
    def shown(self) -> Settings:
        """What is set, with what is being tried in it."""
        return self._changes.settings

    # -- coming and going ----------------------------------------------------------------------------

    def _ask_for_devices(self) -> None:
        """Ask for the sound devices beside the game, once; it takes as long as opening one."""
        if self._asked:
            return
        self._asked = True

        def work(job: Job[list[OutputDevice]]) -> list[OutputDevice]:
            return output_devices()

        self._device_job = self._context.jobs.start("asking for sound devices", work, self._on_devices, self._refused)

    def _refused(self, error: UserError) -> None:
        self._device_job = None
        self._context.say(str(error))

    def _on_devices(self, found: list[OutputDevice]) -> None:
        self._device_job = None
        names = [device.name for device in found]
        self._devices = [
            (one.name if names.count(one.name) == 1 else f"{one.name}, {one.api}", f"{one.name} · {one.api}")
            for one in found
        ]
        self._lists["sound"].replace(self._sound_rows())

    def _sound_rows(self) -> Any:
        options = device_options(self._changes, self._devices)
        calibrate = partial(self._context.open, Calibrate("audio"))
        return sound_rows(options, self._output.open, self._tests.play, calibrate)

    def on_resume(self, result: Any) -> None:
        """Back from a calibration, which may have changed something."""
        self._changes.settings = self._context.profile.settings
        self._apply()

    def on_suspend(self) -> None:
        """Another scene comes on top: what is being tried is written."""
        self._end_try()

    def on_exit(self) -> bool:
        """Write what is being tried and give the test sounds back."""
        self._end_try()
        if self._device_job is not None:
            self._device_job.cancel()
        self._tests.close()
        return True

    def _end_try(self) -> None:
        self._repeat = None
        self._changes.let_go()

    # -- changes -------------------------------------------------------------------------------------

    def _applied(self, path: str) -> None:
        """Put a change in force."""
        self._apply()
        window, screen = self._context.window, self._context.profile.settings.screen
        if path == "screen.fullscreen" and isinstance(window, RealWindow):
            window.set_fullscreen(screen.fullscreen)
        if path in ("sound.device", "sound.latency_ms"):
            self._output.open()

    def _undo(self) -> None:
        path = self._changes.undo()
        if not path:
            self._context.say("There is no change to take back.")
            return
        self._context.effect("menu_back")
        for number, (name, _, _) in enumerate(TABS):
            if name in self._lists and self._lists[name].choose_path(path):
                self._tab = number

    # -- input ---------------------------------------------------------------------------------------

    def handle(self, event: Event) -> bool:
        """Tab changes the page, arrows choose and change, Backspace goes back to the default, Escape leaves."""
        if not isinstance(event, InputEvent):
            return False
        if event.control in ("key:lctrl", "key:rctrl", "key:lshift", "key:rshift"):
            (self._ctrl.add if event.pressed else self._ctrl.discard)(event.control)
        if self.tab == "keys" and self.keys.listen(event):
            return True
        self.preview.handle(event)
        if event.device == "mouse":
            return self._handle_mouse(event)
        control = "key:backspace" if event.control == "key:delete" else as_key(event.control)
        if not event.pressed:
            if self._repeat is not None and self._repeat[0] == control:
                self._end_try()
            return False
        return self._handle_key(control)

    def _handle_mouse(self, event: InputEvent) -> bool:
        if self.tab in self._lists and event.control == "wheel:y":
            self._lists[self.tab].scroll(-event.value)
            return True
        taken = self.touch.handle(event)
        if event.control in ("x", "y"):
            over = self.touch.over()
            if self.tab in self._lists:
                self._lists[self.tab].hover(over)
            else:
                self.keys.hover(over)
        return taken

    def _handle_key(self, control: str) -> bool:
        shift = bool(self._ctrl & {"key:lshift", "key:rshift"})
        if self._ctrl & {"key:lctrl", "key:rctrl"} and control == "key:z":
            self._undo()
        elif control == "key:escape":
            self._context.effect("menu_back")
            self.leave()
        elif control == "key:tab":
            self._show((self._tab + (-1 if shift else 1)) % len(TABS))
        elif control in _REPEATED:
            self._move(control)
            self._repeat = (control, now_us() + REPEAT_AFTER_US)
        elif control in ("key:return", "key:backspace", "key:home", "key:end"):
            self._command(control)
        else:
            return False
        return True

    def _show(self, tab: int) -> None:
        if tab != self._tab:
            self._end_try()
            self.keys.cancel()
            self._tab = tab
            self._context.effect("menu_move")

    def _move(self, control: str) -> None:
        if self.tab == "keys":
            self.keys.move(control)
        else:
            self._lists[self.tab].move(control, self._changes)

    def _command(self, control: str) -> None:
        if self.tab == "keys":
            self.keys.command(control)
            return
        rows = self._lists[self.tab]
        if control == "key:return":
            rows.chosen.press(self._changes)
        elif control == "key:backspace":
            if rows.chosen.path:
                self._changes.reset(rows.chosen.path)
        else:
            rows.to_end(last=control == "key:end")

    # -- time and drawing ----------------------------------------------------------------------------

    def step(self, dt_us: int) -> None:
        """The preview plays on; a held arrow key comes again."""
        if self.tab == "sound":
            self._ask_for_devices()
        at_us = now_us()
        if self._repeat is not None and at_us >= self._repeat[1]:
            self._move(self._repeat[0])
            self._repeat = (self._repeat[0], at_us + REPEAT_EVERY_US)
        self.preview.follow(self._changes.settings, self.keys.count)
        self.preview.step()

    def draw(self, frame: Frame) -> None:
        """The head with its tabs, the page, what stands beside it, and the keys at the foot."""
        self.touch.begin(self.stack.top is self)
        frame.ground = theme.NIGHT
        self._skyline.draw(frame, veil=0.72)
        frame.layer()
        self._draw_head(frame)
        x, y = frame.px(MARGIN), frame.px(HEAD)
        w, h = frame.width - 2 * x, frame.height - y - frame.px(FOOT)
        if self.tab == "keys":
            self.keys.draw(frame, self.touch, x, y, w, h)
        else:
            list_w = (w - frame.px(GAP)) * LIST_SHARE
            self._lists[self.tab].draw(frame, self.touch, self._changes, x, y, list_w, h)
            side = x + list_w + frame.px(GAP)
            self._draw_side(frame, side, y, w - list_w - frame.px(GAP), h)
        self._draw_foot(frame)

    def _draw_side(self, frame: Frame, x: float, y: float, w: float, h: float) -> None:
        if self.tab == "playfield":
            self._draw_preview(frame, x, y, w, h)
        elif self.tab == "sound":
            draw_sound_side(frame, self._context, x, y, w, h, opening=self._output.opening)
        else:
            draw_screen_side(frame, self._context, x, y, w, h)

    def _draw_preview(self, frame: Frame, x: float, y: float, w: float, h: float) -> None:
        card(frame, x, y, w, h)
        head, inset = frame.px(48), frame.px(12)
        middle = y + head / 2
        words = f"{self.keys.count} lane{'s' if self.keys.count != 1 else ''}"
        right = x + w - inset - frame.px(36)
        chip(frame, self.touch, right, middle - frame.px(14), "+", lambda: self.keys.show(1), height=28)
        right -= frame.px(12) + wide(frame, words, 16, Weight.BOLD)
        frame.text(right, middle, words, frame.px(16), theme.INK, weight=Weight.BOLD, down=0.5)
        chip(
            *(frame, self.touch, right - frame.px(48), middle - frame.px(14), "\u2212"),
            lambda: self.keys.show(-1),
            height=28,
        )
        if right - frame.px(60) > x + frame.px(20) + wide(frame, "Preview", 16, Weight.BOLD):
            frame.text(x + frame.px(20), middle, "Preview", frame.px(16), theme.INK_SOFT, weight=Weight.BOLD, down=0.5)
        self.preview.draw(frame, x + inset, y + head, w - 2 * inset, h - head - inset)

    def _draw_head(self, frame: Frame) -> None:
        x, middle = frame.px(MARGIN), frame.px(HEAD / 2)
        frame.text(x, middle, "Settings", frame.px(theme.TEXT_TITLE), theme.INK, weight=Weight.BOLD, down=0.5)
        x += wide(frame, "Settings", theme.TEXT_TITLE, Weight.BOLD) + frame.px(28)
        narrow = frame.width / frame.scale < 760
        for number, (name, words, icon) in enumerate(TABS):
            on = self.touch.lift(frame, ("tab", name), number == self._tab)
            size = 16.0
            w = wide(frame, words, size, Weight.BOLD) + frame.px(28 if narrow else 56)
            h = frame.px(38)

            def act(number: int = number) -> None:
                self._show(number)

            over = self.touch.area(x, middle - h / 2, w, h, ("tab", name), act)
            lift = self.touch.lift(frame, ("tab over", name), over)
            accent = theme.tone(theme.CYAN)
            ground = mixed(faded(theme.RAISED, 0.5 + 0.5 * lift), accent, 0.2 * on)
            frame.shapes.rect(
                *(x, middle - h / 2, w, h, ground),
                radius=h / 2,
                border=mixed(theme.LINE, accent, max(on, 0.5 * lift)),
                border_px=max(1.0, frame.px(1 + 0.5 * on)),
            )
            left = x + frame.px(14)
            ink = mixed(theme.INK_SOFT, theme.INK, max(on, lift))
            if not narrow:
                frame.text(left + frame.px(9), middle, icon, frame.px(15), mixed(ink, accent, on), across=0.5, down=0.5)
                left += frame.px(28)
            frame.text(left, middle, words, frame.px(size), ink, weight=Weight.BOLD, down=0.5)
            x += w + frame.px(10)
        if self._changes.can_undo:
            w = wide(frame, "Undo", theme.TEXT_SMALL) + frame.px(48)
            at = frame.width - frame.px(MARGIN) - w
            if at > x:
                chip(frame, self.touch, at, middle - frame.px(16), "Undo", self._undo, icon=icons.RETRY)

    def _press(self, control: str) -> None:
        """A key's words were clicked: as if it had been pressed."""
        for value in (1.0, 0.0):
            self.handle(InputEvent(now_us(), KEYBOARD, control, value))

    def _draw_foot(self, frame: Frame) -> None:
        pairs = self.keys.hints if self.tab == "keys" else HINTS
        x, y = frame.px(MARGIN), frame.height - frame.px(FOOT / 2)
        for key, does in pairs:
            w = wide(frame, key, 13, Weight.BOLD) + frame.px(14)
            taken = w + frame.px(8) + wide(frame, does, 13)
            if x + taken > frame.width - frame.px(MARGIN):
                break
            h, control = frame.px(22), PRESSED.get(key, "")
            lift = 0.0
            if control:
                act = partial(self._press, control)
                over = self.touch.area(x, y - frame.px(14), taken, frame.px(28), ("hint", key), act)
                lift = self.touch.lift(frame, ("hint", key), over)
            frame.shapes.rect(
                *(x, y - h / 2, w, h, mixed(theme.RAISED, theme.HOVER, lift)),
                radius=frame.px(5),
                border=theme.LINE,
                border_px=max(1.0, frame.px(1)),
            )
            bold = {"weight": Weight.BOLD, "across": 0.5, "down": 0.5}
            frame.text(x + w / 2, y, key, frame.px(13), theme.INK, **bold)
            ink = mixed(theme.INK_SOFT, theme.INK, lift)
            frame.text(x + w + frame.px(8), y, does, frame.px(13), ink, down=0.5)
            x += taken + frame.px(22)


PRESSED = {"Esc": "key:escape", "Tab": "key:tab", "Enter": "key:return", "Backspace": "key:backspace"}
"""The keys of the foot that a click presses."""

HINTS = (
    ("Esc", "back"),
    ("Tab", "next page"),
    ("↑ ↓", "choose"),
    ("← →", "change"),
    ("Enter", "switch"),
    ("Backspace", "default"),
    ("Ctrl Z", "undo"),
)
