"""The page of keys: lanes with what plays them, and how to give them other keys of any device."""

from __future__ import annotations

from engine.draw import icons, theme
from engine.draw.colour import faded, mixed
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.errors import UserError
from engine.input import keys as keyboard
from engine.input.events import InputEvent
from game.hands.bindings import LaneInput, Layout, control_name, default_layout, hand_of, with_control, without_control
from game.rhythm.chart import MAX_LANES
from game.scenes.canvas import Act, Touch, button, card, fit, wide, wrapped
from game.scenes.context import Context
from game.scenes.palette import lane_colours
from game.scenes.settings_changes import Changes
from game.scenes.settings_rows import Place, draw_row
from game.scenes.settings_tabs import keys_rows

PATH = "input.layouts"
LANE_MAX = 96.0
CAP_HEIGHT = 40.0
ROW_HEIGHT = 46.0
ROW_LITTLE = 40.0
LITTLE = 330.0
TINY = 215.0
"""A card less high than this shows one of the rows at a time."""

_NOTE_NAMES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
_SIGNS = {
    **{"Semicolon": ";", "Apostrophe": "'", "Comma": ",", "Period": ".", "Slash": "/", "Backslash": "\\"},
    **{"Leftbracket": "[", "Rightbracket": "]", "Minus": "-", "Equals": "=", "Grave": "`"},
}
"""What stands on a key whose print cannot be found out, where its name is longer than its sign."""
_ARROWS = {"up": "↑", "down": "↓", "left": "←", "right": "→"}


def cap(control: str) -> str:
    """What stands on the cap of a control as layouts name it: ``D``, ``C4`` for a MIDI note, ``B3`` for a button."""
    device, _, name = control.rpartition("/")
    kind, _, rest = name.partition(":")
    if device == keyboard.KEYBOARD:
        printed = keyboard.label(name)
        return _SIGNS.get(printed, printed)
    if kind == "note" and rest.isdecimal():
        return f"{_NOTE_NAMES[int(rest) % 12]}{int(rest) // 12 - 1}"
    if kind == "button":
        return f"B{rest}"
    if kind == "hat":
        return _ARROWS.get(rest.rpartition(":")[2], rest)
    if kind == "axis":
        axis, _, way = rest.partition(":")
        return f"A{axis}{way}"
    return f"CC{rest}" if kind == "control" else rest or name


def spoken(control: str) -> str:
    """A control in a sentence: its cap, and its device unless that is the keyboard."""
    device = control.rpartition("/")[0]
    return cap(control) if device == keyboard.KEYBOARD else f"{cap(control)} of {device.partition(':')[2] or device}"


class KeysPage:
    """Lane count, lanes, and two buttons under each other; arrows walk between them.

    ``count`` is the number of lanes that is shown, here and in the preview of the field.
    """

    def __init__(self, context: Context, changes: Changes, calibrate: Act) -> None:
        self._context = context
        self._changes = changes
        self._rows = keys_rows(calibrate)
        self.count = 4
        self.lane = 0
        self.line = 1
        """0 the lane count, 1 the lanes, 2 the buttons, then the rows below."""
        self._button = 0
        self._row: list[str] | None = None
        self._listening = False
        self._most = 0
        self.message = ""
        self._lights()

    # -- what is there -------------------------------------------------------------------------------

    @property
    def layout(self) -> Layout:
        """What plays the lanes now."""
        return self._changes.settings.layout(self.count)

    @property
    def listening(self) -> bool:
        """Whether the next key pressed becomes a lane's."""
        return self._listening

    @property
    def hints(self) -> tuple[tuple[str, str], ...]:
        """What keys do here."""
        if self._listening:
            return (("Esc", "cancel"), ("any key", f"plays lane {self.lane + 1}"))
        return (
            ("Esc", "back"),
            ("Tab", "next page"),
            ("↑ ↓ ← →", "choose"),
            ("Enter", "add a key"),
            ("Delete", "take the last key off"),
            ("Ctrl Z", "undo"),
        )

    def _lights(self) -> None:
        self._shown = self.layout
        self._held: set[str] = set()
        self._lit = LaneInput(self._shown)

    def cancel(self) -> None:
        """Listen no longer; nothing is changed."""
        self._listening, self._row = False, None
        self.message = ""

    def show(self, step: int) -> None:
        """Show ``step`` lanes more."""
        self.cancel()
        self.count = min(max(self.count + step, 1), MAX_LANES)
        self.lane = min(self.lane, self.count - 1)
        self._most = 0
        self._lights()

    # -- hearing keys --------------------------------------------------------------------------------

    def listen(self, event: InputEvent) -> bool:
        """Light up what is held; while listening, give the lane what is pressed.  True when it was taken."""
        if event.device == "mouse":
            return False
        if self._shown != self.layout:
            self._lights()
        control = control_name(event)
        if event.pressed:
            self._held.add(control)
            self._most = max(self._most, len(self._held))
        else:
            self._held.discard(control)
        self._lit.edge(event)
        if not self._listening or not event.pressed:
            return False
        if event.control == "key:escape":
            self._stop("Nothing was changed.")
        elif self._row is not None:
            self._take_in_row(control)
        else:
            self._take(control)
        return True

    def _take(self, control: str) -> None:
        try:
            layout = with_control(self.layout, self.lane, control, spoken(control))
        except UserError as error:
            self._refuse(str(error))
            return
        self._write(layout)
        self._stop(f"{spoken(control)} plays lane {self.lane + 1}.")

    def _take_in_row(self, control: str) -> None:
        assert self._row is not None
        if control in self._row:
            lane = self._row.index(control) + 1
            self._refuse(f"{spoken(control)} plays lane {lane} already; press another key for lane {self.lane + 1}.")
            return
        self._row.append(control)
        if len(self._row) < self.count:
            self.lane = len(self._row)
            self.message = ""
            self._context.effect("menu_move")
            return
        self._write(tuple((one,) for one in self._row))
        self._stop("Every lane has its key.")

    def _refuse(self, message: str) -> None:
        self.message = message
        self._context.effect("miss")

    def _stop(self, message: str) -> None:
        self._listening, self._row = False, None
        self.message = message
        self._context.effect("menu_select")

    def _write(self, layout: Layout) -> None:
        layouts = dict(self._changes.settings.input.layouts)
        layouts[self.count] = layout
        if layout == default_layout(self.count):
            del layouts[self.count]
        self._changes.set(PATH, layouts or None)
        self._lights()

    # -- commands ------------------------------------------------------------------------------------

    def bind(self, lane: int) -> None:
        """Wait for a key for ``lane``."""
        self.line, self.lane = 1, lane
        self._listening, self._row, self.message = True, None, ""

    def bind_all(self) -> None:
        """Wait for one key for each lane, from the left."""
        self.line, self.lane = 1, 0
        self._listening, self._row, self.message = True, [], ""

    def to_default(self) -> None:
        """The layout the game starts with."""
        self._write(default_layout(self.count))
        self.message = "Back to the keys the game starts with."

    def take_off(self, lane: int, control: str = "") -> None:
        """Take ``control``, or the key that was added last, off ``lane``."""
        controls = self.layout[lane]
        if not controls:
            self.message = f"Lane {lane + 1} has no key."
            return
        gone = control or controls[-1]
        self._write(without_control(self.layout, gone))
        self.message = f"{spoken(gone)} plays lane {lane + 1} no longer."

    def command(self, control: str) -> None:
        """Enter, Backspace or Delete, Home, End."""
        if control == "key:return":
            self._press()
        elif control == "key:backspace":
            if self.line == 1:
                self.take_off(self.lane)
            elif self.line > 2 and self._rows[self.line - 3].path:
                self._changes.reset(self._rows[self.line - 3].path)
        elif self.line == 1:
            self.lane = 0 if control == "key:home" else self.count - 1

    def _press(self) -> None:
        if self.line <= 1:
            self.bind(self.lane)
        elif self.line == 2:
            self._buttons()[self._button][2]()
        else:
            self._rows[self.line - 3].press(self._changes)

    def _buttons(self) -> tuple[tuple[str, str, Act], ...]:
        return (
            ("Bind all in a row", icons.KEYBOARD, self.bind_all),
            ("Default keys", icons.RETRY, self.to_default),
        )

    def move(self, control: str) -> None:
        """An arrow key."""
        if control in ("key:up", "key:down"):
            self._changes.let_go()
            self.line = min(max(self.line + (1 if control == "key:down" else -1), 0), 2 + len(self._rows))
            return
        step = 1 if control == "key:right" else -1
        if self.line == 0:
            self.show(step)
        elif self.line == 1:
            self.lane = min(max(self.lane + step, 0), self.count - 1)
        elif self.line == 2:
            self._button = min(max(self._button + step, 0), 1)
        else:
            self._rows[self.line - 3].sideways(self._changes, step)

    def hover(self, over: object) -> None:
        """The pointer moved over something."""
        if self._listening or not isinstance(over, tuple):
            return
        if over[0] in ("lane", "cap"):
            self.line, self.lane = 1, over[1]
        for number, row in enumerate(self._rows):
            if over[1] in (row.title, row.path or row.title):
                self.line = 3 + number

    # -- drawing -------------------------------------------------------------------------------------

    def draw(self, frame: Frame, touch: Touch, x: float, y: float, w: float, h: float) -> None:
        """The lanes with their keys, a sentence on what to do, and how late hands are."""
        if self._shown != self.layout:
            self._lights()
        card(frame, x, y, w, h)
        inset = frame.px(24)
        # Where there is little room (large text on a small screen) all stands closer together.
        little = h < frame.px(LITTLE)
        head = frame.px(48 if little else 56)
        self._draw_head(frame, touch, x + inset, y, w - 2 * inset, head)
        tiny = h < frame.px(TINY)
        shown = [max(self.line - 3, 0)] if tiny else range(len(self._rows))
        row_h = frame.px(ROW_LITTLE if little else ROW_HEIGHT)
        rows_h = row_h * len(shown) + frame.px(4 if little else 16)
        say_h = frame.px(28 if little else 56)
        lanes_h = h - head - rows_h - say_h
        self._draw_lanes(frame, touch, x + inset, y + head, w - 2 * inset, lanes_h)
        self._draw_say(frame, x + inset, y + head + lanes_h, w - 2 * inset, say_h)
        top = y + h - rows_h
        frame.shapes.rect(x + frame.px(1), top, w - frame.px(2), max(1.0, frame.px(1)), theme.LINE)
        for place, number in enumerate(shown):
            at = top + frame.px(2 if little else 8) + place * row_h
            self._draw_row(frame, touch, number, (x + frame.px(12), at, w - frame.px(24), row_h))

    def _draw_row(self, frame: Frame, touch: Touch, number: int, where: tuple[float, float, float, float]) -> None:
        _, y, _, h = where
        place = Place(frame, touch, self._changes, *where, y, y + h)
        place.chosen = self.line == 3 + number

        def choose() -> None:
            self.line = 3 + number

        draw_row(self._rows[number], place, choose)

    def _draw_head(self, frame: Frame, touch: Touch, x: float, y: float, w: float, h: float) -> None:
        middle, side = y + h / 2, frame.px(32)
        accent = theme.tone(theme.CYAN)
        chosen = self.line == 0
        words = f"{self.count} lane{'s' if self.count != 1 else ''}"
        box = side * 2 + frame.px(100)
        frame.shapes.rect(
            *(x, middle - side / 2, box, side, theme.RAISED),
            radius=frame.px(8),
            border=accent if chosen else theme.LINE,
            border_px=max(1.0, frame.px(1.5 if chosen else 1)),
        )
        for at, icon, step in ((x, icons.PREVIOUS, -1), (x + box - side, icons.NEXT, 1)):
            can = 1 <= self.count + step <= MAX_LANES
            act = self._shower(step) if can else None
            over = touch.area(at, middle - side / 2, side, side, ("lanes", step), act)
            ink = theme.INK if over or chosen else theme.INK_SOFT
            frame.text(
                *(at + side / 2, middle, icon, frame.px(14), ink if can else faded(theme.INK_FAINT, 0.4)),
                across=0.5,
                down=0.5,
            )
        frame.text(x + box / 2, middle, words, frame.px(16), theme.INK, weight=Weight.BOLD, across=0.5, down=0.5)
        right = x + w
        for number, (label, icon, act) in reversed(list(enumerate(self._buttons()))):
            bw = wide(frame, label, 16, Weight.BOLD) + frame.px(68)
            right -= bw
            on = self.line == 2 and self._button == number
            button(
                *(frame, touch, right, middle - frame.px(18), bw, frame.px(36), label, act),
                icon=icon,
                chosen=on,
                size=16,
            )
            right -= frame.px(12)
        held = f"most keys held at once: {self._most}; try a chord" if self._most else "hold a chord: its keys light up"
        left = x + box + frame.px(20)
        text = fit(frame, held, theme.TEXT_SMALL, right - left)
        if right - left > frame.px(60):
            frame.text(left, middle, text, frame.px(theme.TEXT_SMALL), theme.INK_FAINT, down=0.5)

    def _shower(self, step: int) -> Act:
        return lambda: self.show(step)

    def _draw_lanes(self, frame: Frame, touch: Touch, x: float, y: float, w: float, h: float) -> None:
        gap = min(frame.px(6), w / self.count * 0.1)
        lane_w = min((w + gap) / self.count - gap, frame.px(LANE_MAX))
        left = x + (w - self.count * (lane_w + gap) + gap) / 2
        colours = lane_colours(self.count, self._changes.settings.playfield.palette)
        for lane, colour in enumerate(colours):
            at = left + lane * (lane_w + gap)
            name = ("lane", lane)
            over = touch.area(at, y, lane_w, h, name, self._binder(lane))
            here = self.line == 1 and lane == self.lane
            lift = touch.lift(frame, name, over or here)
            down = self._lit.is_down(lane)
            frame.shapes.rect(
                *(at, y, lane_w, h, mixed(theme.NIGHT, theme.RAISED, 0.5 + 0.5 * lift)),
                bottom=mixed(theme.RAISED, colour, 0.55 if down else 0.14 + 0.12 * lift),
                radius=frame.px(8),
                border=mixed(theme.LINE, theme.tone(theme.CYAN), lift) if not here else theme.tone(theme.CYAN),
                border_px=max(1.0, frame.px(2 if here else 1)),
                glow=faded(theme.tone(theme.CYAN), 0.45) if here and self._listening else 0,
                glow_px=frame.px(16),
            )
            middle = at + lane_w / 2
            low = h < frame.px(120)
            above = y + frame.px(12 if low else 20)
            frame.text(
                *(middle, above, str(lane + 1), frame.px(16), mixed(theme.INK_SOFT, theme.INK, lift)),
                weight=Weight.BOLD,
                across=0.5,
                down=0.5,
            )
            hand = "" if low else fit(frame, hand_of(lane, self.count), 13, lane_w - frame.px(4))
            frame.text(middle, y + frame.px(40), hand, frame.px(13), theme.INK_FAINT, across=0.5, down=0.5)
            self._draw_caps(frame, touch, lane, at, y, lane_w, h, colour)

    def _binder(self, lane: int) -> Act:
        return lambda: self.bind(lane)

    def _taker(self, lane: int, control: str) -> Act:
        return lambda: self.take_off(lane, control)

    def _draw_caps(
        self, frame: Frame, touch: Touch, lane: int, x: float, y: float, w: float, h: float, colour: int
    ) -> None:
        """The lane's keys, the first lowest; what does not fit is counted."""
        controls = list(self.layout[lane])
        if self._row is not None:
            controls = [self._row[lane]] if lane < len(self._row) else []
        waiting = self._listening and lane == self.lane
        cap_h, gap, inset = frame.px(CAP_HEIGHT), frame.px(6), min(frame.px(6), w * 0.08)
        room = max(int((h - frame.px(60)) // (cap_h + gap)), 1)
        shown = controls[: room - (1 if waiting else 0)] if len(controls) + waiting > room else controls
        at = y + h - inset - cap_h
        for control in shown:
            words = cap(control)
            if len(shown) < len(controls) and control == shown[-1]:
                words = f"+{len(controls) - len(shown) + 1}"
            place = (x + inset, at, w - 2 * inset, cap_h)
            over = False
            if not self._listening and not words.startswith("+"):
                over = touch.area(*place, ("cap", lane, control), self._taker(lane, control))
            self._draw_cap(frame, *place, icons.CROSS if over else words, colour, lit=control in self._held)
            at -= cap_h + gap
        if waiting:
            accent = theme.tone(theme.CYAN)
            pulse = 0.5 if theme.settings.reduced_motion else abs(frame.now_us / 1e6 * 1.6 % 2 - 1)
            frame.shapes.rect(
                *(x + inset, at, w - 2 * inset, cap_h, faded(accent, 0.12 + 0.2 * pulse)),
                radius=frame.px(6),
                border=accent,
                border_px=max(1.0, frame.px(1.5)),
            )
            frame.text(x + w / 2, at + cap_h / 2, "?", frame.px(18), accent, weight=Weight.BOLD, across=0.5, down=0.5)
        elif not controls:
            tone = theme.tone(theme.AMBER)
            frame.text(x + w / 2, at + cap_h / 2, icons.WARNING, frame.px(16), tone, across=0.5, down=0.5)

    def _draw_cap(
        self, frame: Frame, x: float, y: float, w: float, h: float, words: str, colour: int, *, lit: bool
    ) -> None:
        depth = frame.px(3)
        face = colour if lit else theme.RAISED
        corner = frame.px(6)
        frame.shapes.rect(x, y, w, h, mixed(face, theme.NIGHT, 0.55), radius=corner)
        press = depth if lit else 0.0
        edge = max(1.0, frame.px(1))
        frame.shapes.rect(
            *(x, y + press, w, h - depth, face),
            radius=corner,
            border=colour if lit else mixed(theme.LINE, colour, 0.35),
            border_px=edge,
            glow=faded(colour, 0.5) if lit else 0,
            glow_px=frame.px(10),
        )
        size = 16.0
        while size > 10.0 and wide(frame, words, size, Weight.BOLD) > w - frame.px(6):
            size -= 1.0
        text = fit(frame, words, size, w - frame.px(4), Weight.BOLD)
        ink = theme.NIGHT if lit else theme.INK
        middle = y + press + (h - depth) / 2
        frame.text(x + w / 2, middle, text, frame.px(size), ink, weight=Weight.BOLD, across=0.5, down=0.5)

    def _draw_say(self, frame: Frame, x: float, y: float, w: float, h: float) -> None:
        ask = f"Press the key, button or pad that is to play lane {self.lane + 1} of {self.count}."
        idle = "Enter or a click on a lane gives it one more key; Delete or a click on a key takes it off."
        little = h < frame.px(40)
        if little:
            idle = "Enter or a click adds a key, Delete takes it off."
        words = self.message or (ask if self._listening else idle)
        tone = theme.INK_SOFT
        if self._listening:
            tone = theme.tone(theme.AMBER if self.message else theme.CYAN)
            words = f"{icons.WARNING}  {words}" if self.message else words
        lines = wrapped(frame, words, 16, w, 1 if little else 2)
        for number, line in enumerate(lines):
            middle = y + h / 2 + frame.px(22) * (number - (len(lines) - 1) / 2)
            frame.text(x + w / 2, middle, line, frame.px(16), tone, across=0.5, down=0.5)
