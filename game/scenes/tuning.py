"""Scroll speed and sound offset, changed by keys where they matter, and a short word about it on the screen."""

from __future__ import annotations

from engine.clock import now_us
from engine.draw import theme
from engine.draw.colour import faded
from engine.draw.frame import Frame
from engine.input.events import InputEvent
from game.scenes.context import Context
from game.settings import PlayfieldSettings, SoundSettings

SCROLL_STEP_MS = 20
OFFSET_STEP_US = 1_000
WORD_US = 1_000_000
"""How long the word stands …"""
FADE_US = 300_000
"""… and how long of that it takes to go."""

CTRL = ("key:lctrl", "key:rctrl")
STEPS = {"key:minus": -1, "key:kpminus": -1, "key:equals": 1, "key:kpplus": 1}
SCROLL_STEPS = {"key:f3": -1, "key:f4": 1}


class Tuning:
    """Keys that change a setting at once, within its bounds."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._ctrl: set[str] = set()
        self._word = ""
        self._until_us = 0

    @property
    def ctrl(self) -> bool:
        """Whether Ctrl is held."""
        return bool(self._ctrl)

    @property
    def word(self) -> str:
        """What is shown about the last change; empty when nothing is."""
        return self._word if now_us() < self._until_us else ""

    def forget_keys(self) -> None:
        """Another scene hears the keys: none counts as held."""
        self._ctrl.clear()

    def handle(self, event: InputEvent, *, offset: bool) -> bool:
        """F3, F4, Ctrl - and Ctrl = for the scroll speed; ``offset``: - and = for the sound's offset too."""
        control = event.control
        if control in CTRL:
            (self._ctrl.add if event.pressed else self._ctrl.discard)(control)
            return False
        if not event.pressed:
            return False
        keys = SCROLL_STEPS | STEPS if self._ctrl else SCROLL_STEPS
        if control in keys:
            self.scroll(keys[control])
        elif control in STEPS and offset:
            self.offset(STEPS[control])
        else:
            return False
        return True

    def scroll(self, faster: int) -> None:
        """Let notes come ``faster`` steps sooner (negative: later)."""
        before_ms = self._context.profile.settings.playfield.scroll_ms
        low, high = _bounds(PlayfieldSettings, "scroll_ms")
        scroll_ms = min(max(before_ms - faster * SCROLL_STEP_MS, low), high)
        self._context.profile.set("playfield.scroll_ms", scroll_ms)
        self._say(f"Scroll {scroll_ms} ms")

    def offset(self, later: int) -> None:
        """Take sound to be heard ``later`` milliseconds later (negative: sooner)."""
        before_us = self._context.profile.settings.sound.audio_offset_us
        low, high = _bounds(SoundSettings, "audio_offset_us")
        offset_us = min(max(before_us + later * OFFSET_STEP_US, low), high)
        self._context.profile.set("sound.audio_offset_us", offset_us)
        self._say(f"Audio offset {offset_us / 1000:+g} ms")

    def _say(self, word: str) -> None:
        self._word, self._until_us = word, now_us() + WORD_US

    def draw(self, frame: Frame) -> None:
        """The word, above everything else, for a second."""
        left_us = self._until_us - now_us()
        if left_us <= 0:
            return
        shown = min(1.0, left_us / FADE_US)
        size = frame.px(theme.TEXT_BODY)
        width = frame.glyphs.measure(self._word, size)[0] + frame.px(40)
        height, middle, y = frame.px(40), frame.width / 2, frame.height * 0.2
        frame.layer()
        frame.shapes.rect(
            *(middle - width / 2, y - height / 2, width, height, faded(theme.RAISED, 0.94 * shown)),
            radius=height / 2,
        )
        frame.text(middle, y, self._word, size, faded(theme.INK, shown), across=0.5, down=0.5)


def _bounds(group: type[PlayfieldSettings] | type[SoundSettings], name: str) -> tuple[int, int]:
    """The least and the most a setting takes."""
    limits = {type(limit).__name__: limit for limit in group.model_fields[name].metadata}
    return limits["Ge"].ge, limits["Le"].le
