"""What hand-drawn scenes share: text that fits its place, buttons, and what the pointer is over."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from engine.draw import colour, theme
from engine.draw.colour import Colour, faded, with_alpha
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.motion import eased
from engine.draw.theme import CYAN, Mark, tone
from engine.input.events import Event, InputEvent

FITS_KEPT = 4096

Act = Callable[[], None]

_fits: dict[tuple[str, int, int, Weight], str] = {}
_widths: dict[tuple[str, float, Weight], float] = {}
mixed = lru_cache(maxsize=4096)(colour.mixed)
"""As :func:`engine.draw.colour.mixed`; most colours of a frame are those of the frame before."""


def fit(frame: Frame, text: str, size: float, room: float, weight: Weight = Weight.REGULAR) -> str:
    """``text`` at ``size`` design units, or as much of its beginning as fits ``room`` pixels, with an ellipsis."""
    px = frame.px(size)
    key = (text, round(px * 8), round(room), weight)
    if (known := _fits.get(key)) is not None:
        return known
    if len(_fits) > FITS_KEPT:
        _fits.clear()
    measure = frame.glyphs.measure
    out = text
    if measure(text, px, weight)[0] > room:
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = measure(text[:middle].rstrip() + "…", px, weight)[0] <= room
            low, high = (middle, high) if fits else (low, middle - 1)
        out = text[:low].rstrip() + "…"
    out = visual(out)
    _fits[key] = out
    return out


def visual(text: str) -> str:
    """``text`` in the order in which it is drawn from left to right: our pipeline knows no right-to-left script.

    A line that begins with a right-to-left letter runs that way as a whole; figures and other scripts in it keep
    their own order.  A short form of the Unicode bidirectional algorithm, enough for titles.
    """
    kinds = [unicodedata.bidirectional(character) for character in text]
    strong = [kind for kind in kinds if kind in ("L", "R", "AL")]
    if not any(kind in ("R", "AL") for kind in strong):
        return text
    base = strong[0] != "L"
    # Neutral characters go with the script before them when the one after is the same, else with the line.
    levels = [kind in ("R", "AL") if kind in ("L", "R", "AL", "EN", "AN") else None for kind in kinds]
    runs: list[tuple[bool, str]] = []
    for place, character in enumerate(text):
        level = levels[place]
        if level is None:
            before = next((one for one in levels[place::-1] if one is not None), base)
            after = next((one for one in levels[place:] if one is not None), base)
            level = before if before == after else base
        if runs and runs[-1][0] == level:
            runs[-1] = (level, runs[-1][1] + character)
        else:
            runs.append((level, character))
    ordered = [run[::-1] if turned else run for turned, run in runs]
    return "".join(reversed(ordered) if base else ordered)


def wide(frame: Frame, text: str, size: float, weight: Weight = Weight.REGULAR) -> float:
    """The width of ``text`` at ``size`` design units, in pixels."""
    px = frame.px(size)
    key = (text, px, weight)
    if (known := _widths.get(key)) is None:
        if len(_widths) > FITS_KEPT:
            _widths.clear()
        known = _widths[key] = frame.glyphs.measure(text, px, weight)[0]
    return known


def wrapped(frame: Frame, text: str, size: float, room: float, lines_max: int = 4) -> list[str]:
    """``text`` broken at spaces into lines of at most ``room`` pixels; what is left over is cut."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < lines_max:
        line = words.pop(0)
        while words and wide(frame, f"{line} {words[0]}", size) <= room:
            line = f"{line} {words.pop(0)}"
        lines.append(line)
    if words:
        lines[-1] += " " + " ".join(words)
    return [fit(frame, line, size, room) for line in lines]


@dataclass(frozen=True, slots=True)
class Area:
    """A place that answers to the mouse."""

    x: float
    y: float
    w: float
    h: float
    name: object
    act: Act | None
    drag: Callable[[float, float, str], None] | None

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.x <= x < self.x + self.w and self.y <= y < self.y + self.h


class Touch:
    """Where the pointer is and what it is over; the places are told anew with every frame.

    ``live`` is False while another scene stands above: then nothing is hovered.
    """

    def __init__(self) -> None:
        self.x = self.y = -1.0
        self.live = True
        self._lifts: dict[object, float] = {}
        self._name: object = None
        self._areas: list[Area] = []
        self._held: Area | None = None

    def begin(self, live: bool) -> None:
        """A new frame: forget the places of the last one."""
        self.live = live
        over = self._over() if live else None
        self._name = over.name if over is not None else None
        self._areas = []

    def area(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        name: object,
        act: Act | None = None,
        drag: Callable[[float, float, str], None] | None = None,
    ) -> bool:
        """Tell of a place; True when the pointer is over it and over nothing that was told after it.

        ``act`` is called when it is pressed; ``drag`` with x, y and ``down``, ``move`` or ``up`` while it is held.
        """
        self._areas.append(Area(x, y, w, h, name, act, drag))
        return self._name is not None and self._name == name

    def lift(self, frame: Frame, name: object, on: bool) -> float:
        """How far ``name`` is into being ``on``, eased, 0 to 1."""
        now = self._lifts.get(name, 0.0)
        goal = 1.0 if on else 0.0
        if now == goal:
            return goal
        if theme.settings.reduced_motion:
            now = goal
        else:
            step = frame.dt_us / 1e6 / theme.MOTION_QUICK_S
            now = min(now + step, 1.0) if on else max(now - step, 0.0)
        if now > 0.0:
            self._lifts[name] = now
        else:
            self._lifts.pop(name, None)
        return eased(now)

    def over(self) -> object:
        """The name of the place under the pointer, or None."""
        area = self._over()
        return area.name if area is not None else None

    def inside(self, x: float, y: float, w: float, h: float) -> bool:
        """Whether the pointer is in a rectangle."""
        return x <= self.x < x + w and y <= self.y < y + h

    def handle(self, event: Event) -> bool:
        """Follow the mouse and press what is under it; True when something answered."""
        if not isinstance(event, InputEvent) or event.device != "mouse":
            return False
        if event.control in ("x", "y"):
            setattr(self, event.control, event.value)
            if self._held is not None and self._held.drag is not None and event.control == "y":
                self._held.drag(self.x, self.y, "move")
            return False
        if event.control != "button:left":
            return False
        if not event.pressed:
            held, self._held = self._held, None
            if held is not None and held.drag is not None:
                held.drag(self.x, self.y, "up")
            return held is not None
        self._held = self._over()
        if self._held is None:
            return False
        if self._held.drag is not None:
            self._held.drag(self.x, self.y, "down")
        if self._held.act is not None:
            self._held.act()
        return True

    def _over(self) -> Area | None:
        return next((area for area in reversed(self._areas) if area.holds(self.x, self.y)), None)


def card(frame: Frame, x: float, y: float, w: float, h: float, *, alpha: float = 0.88) -> None:
    """A rounded ground with soft depth."""
    frame.shapes.rect(
        *(x, y, w, h, with_alpha(theme.PANEL, alpha)),
        radius=frame.px(theme.ROUNDING),
        border=theme.LINE,
        border_px=max(1.0, frame.px(1)),
        glow=with_alpha(0, 0.35),
        glow_px=frame.px(16),
    )


def button(
    frame: Frame,
    touch: Touch,
    x: float,
    y: float,
    w: float,
    h: float,
    words: str,
    act: Act,
    *,
    icon: str = "",
    note: str = "",
    primary: bool = False,
    chosen: bool = False,
    size: float = theme.TEXT_BODY,
    mark: Mark = CYAN,
) -> None:
    """A button; ``primary`` fills it, ``chosen`` marks where the keyboard stands."""
    name = ("button", words, round(x), round(y))
    lift = max(touch.lift(frame, name, touch.area(x, y, w, h, name, act)), float(chosen))
    accent = tone(mark)
    ground = mixed(accent, theme.INK, 0.2 * lift) if primary else mixed(theme.RAISED, theme.HOVER, lift)
    frame.shapes.rect(
        *(x, y, w, h, ground),
        radius=frame.px(theme.ROUNDING_SMALL if h < frame.px(48) else theme.ROUNDING),
        border=accent if primary else mixed(theme.LINE, accent, lift),
        border_px=max(1.0, frame.px(1 + 0.5 * lift)),
        glow=faded(accent, 0.30 * lift),
        glow_px=frame.px(14),
    )
    ink = theme.NIGHT if primary else mixed(theme.INK_SOFT, theme.INK, lift)
    left, right, middle = x + frame.px(16), x + w - frame.px(16), y + h / 2
    if icon:
        tint = ink if primary else accent
        frame.text(left + frame.px(10), middle, icon, frame.px(size), tint, across=0.5, down=0.5)
        left += frame.px(32)
    if note:
        frame.text(right, middle, note, frame.px(theme.TEXT_SMALL), faded(ink, 0.7), across=1.0, down=0.5)
        right -= wide(frame, note, theme.TEXT_SMALL) + frame.px(12)
    frame.text(
        *(left, middle, fit(frame, words, size, right - left, Weight.BOLD), frame.px(size), ink),
        weight=Weight.BOLD,
        down=0.5,
    )


def chip(
    frame: Frame,
    touch: Touch,
    x: float,
    y: float,
    words: str,
    act: Act,
    *,
    icon: str = "",
    room: float = 1e9,
    mark: Mark = CYAN,
    lit: bool = False,
    height: float = 32.0,
) -> float:
    """A small button as wide as its words, at most ``room`` pixels; says how wide it came out."""
    h, pad = frame.px(height), frame.px(12)
    lead = frame.px(24) if icon else 0.0
    text = fit(frame, words, theme.TEXT_SMALL, max(room - 2 * pad - lead, 1.0))
    w = 2 * pad + lead + wide(frame, text, theme.TEXT_SMALL) - (frame.px(8) if icon and not words else 0.0)
    name = ("chip", words, icon, round(x), round(y))
    lift = touch.lift(frame, name, touch.area(x, y, w, h, name, act))
    accent = tone(mark)
    ground = mixed(mixed(theme.RAISED, accent, 0.16 if lit else 0.0), theme.HOVER, lift)
    border = mixed(faded(accent, 0.7) if lit else theme.LINE, accent, lift)
    frame.shapes.rect(x, y, w, h, ground, radius=h / 2, border=border, border_px=max(1.0, frame.px(1)))
    ink = theme.INK if lit else mixed(theme.INK_SOFT, theme.INK, lift)
    if icon:
        frame.text(x + pad + frame.px(6), y + h / 2, icon, frame.px(14), accent, across=0.5, down=0.5)
    frame.text(x + pad + lead, y + h / 2, text, frame.px(theme.TEXT_SMALL), ink, down=0.5)
    return w


def pill(frame: Frame, right: float, middle: float, words: str, colour: Colour, *, filled: bool = False) -> float:
    """A small tag that ends at ``right``; says how wide it is."""
    h = frame.px(22)
    w = max(wide(frame, words, theme.TEXT_SMALL, Weight.BOLD) + frame.px(16), h)
    frame.shapes.rect(right - w, middle - h / 2, w, h, colour if filled else faded(colour, 0.17), radius=h / 2)
    ink = theme.NIGHT if filled else colour
    frame.text(
        *(right - w / 2, middle, words, frame.px(theme.TEXT_SMALL), ink), weight=Weight.BOLD, across=0.5, down=0.5
    )
    return w
