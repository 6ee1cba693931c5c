"""Calibration: tap along to a click or to falling notes, and the game learns how late ears, eyes and hands are.

What the two offsets mean in play: song time as heard is the clock less the audio offset; the judged time of a
press is that less the input offset.  Let sound reach the ear A after the clock says so, the picture the eye D after it
was drawn, and a press its stamp I after the finger moved.

*By eye* (``input``) notes cross the line by song time as heard, exactly as in play, so a tap is stamped D + I after
its beat whatever the audio offset is: that is the input offset.  *By ear* (``audio``) a tap on a click is stamped
A + I after its beat; less the input offset, which play takes off as well, A - D remains: with it, what is drawn meets
the line when it is heard, and taps to either are judged as exact.  So the eye comes first, then the ear; with the other
offset at 0 each measures plainly how late taps are, and a player who taps 20 ms late gets +20 ms.

While the ear is measured nothing moves on the beat, and while the eye is, nothing sounds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.clock import now_us
from engine.draw import icons, theme
from engine.draw.frame import Frame
from engine.input.events import Event, InputEvent
from engine.input.keys import KEYBOARD
from engine.scene import Scene
from engine.sound import Bus, Cue, Sample
from game.hands.calibration import TAPS_WANTED, Measure, measure
from game.scenes.calibrate_look import draw_dial, draw_fall, draw_legend, draw_words
from game.scenes.canvas import Touch, button
from game.scenes.context import Context
from game.scenes.menu_keys import menu_action
from game.scenes.preview import Preview
from game.scenes.requests import Calibrate
from game.scenes.settings_changes import DEFAULTS
from game.scenes.settings_sides import trial
from game.scenes.skyline import Skyline

BEAT_US = 600_000
"""A hundred beats a minute: easy to tap to, and offsets up to a quarter of a second are told apart."""

LEAD_IN_US = 1_500_000
BEATS = 1_000
"""Clicks for ten minutes."""

BAR = 4
TAPS_KEPT = 64
OFFSET_MOST_US = 500_000

PATHS = {"audio": "sound.audio_offset_us", "input": "input.input_offset_us"}


class CalibrateScene(Scene):
    """``audio`` or ``input``; leaves with True when an offset was applied."""

    def __init__(self, context: Context, request: Calibrate) -> None:
        if request.what not in PATHS:
            raise ValueError(f"calibration is by {' or '.join(PATHS)}, not {request.what}")
        self._context = context
        self.what = request.what
        self.touch = Touch()
        self._skyline = Skyline()
        self._chosen, self._by_pad = 0, False
        self._taps: list[int] = []
        self._chosen, self._by_pad = 0, False
        self._measure = measure(np.zeros(0, np.int64), BEAT_US)
        self._tapped_us = -(1 << 60)
        self._samples: list[Sample] = []

    @property
    def path(self) -> str:
        """The setting that is measured."""
        return PATHS[self.what]

    @property
    def was_us(self) -> int:
        """What the setting stands at."""
        settings = self._context.profile.settings
        return settings.sound.audio_offset_us if self.what == "audio" else settings.input.input_offset_us

    @property
    def other_us(self) -> int:
        """The other offset, which play takes off as well."""
        settings = self._context.profile.settings
        return settings.input.input_offset_us if self.what == "audio" else settings.sound.audio_offset_us

    @property
    def result(self) -> Measure:
        """What the taps so far say."""
        return self._measure

    # -- the beat ------------------------------------------------------------------------------------

    def on_enter(self) -> None:
        """Begin the beat: a silent song, with a click bound to each of its beats where the ear is measured."""
        context = self._context
        Preview.of(context).stop()
        sound = context.sound
        silence = sound.load(np.zeros((sound.rate_hz // 10, 2), np.float32))
        self._samples = [silence]
        sound.play_song(silence, lead_in_us=LEAD_IN_US)
        if self.what == "audio":
            there = {"tick", "tick_accent"} <= context.effects.keys()
            plain = context.effect_frames("tick") if there else trial(Bus.KEYS, sound.rate_hz)
            accent = context.effect_frames("tick_accent") if there else plain
            ticks = sound.load_all([plain, accent])
            self._samples += ticks
            cues = [Cue(i * BEAT_US, ticks[i % BAR == 0], 1.0, 0.0, Bus.EFFECTS) for i in range(BEATS)]
            sound.set_cues(cues)

    def on_exit(self) -> bool:
        """End the beat."""
        self._context.sound.stop_song()
        self._context.sound.free(*self._samples)
        return True

    def song_us(self, monotonic_us: int) -> int:
        """Song time less the other offset at a monotonic instant: as drawn by eye, as judged by ear."""
        return self._context.sound.clock.song_us_at(monotonic_us) - self.other_us

    # -- taps ----------------------------------------------------------------------------------------

    def tap(self, song_us: int) -> None:
        """The player tapped at ``song_us``; beats are the multiples of ``BEAT_US``."""
        self._taps = [*self._taps, song_us][-TAPS_KEPT:]
        self._measure = measure(np.array(self._taps, np.int64), BEAT_US)
        self._tapped_us = now_us()

    def start_over(self) -> None:
        """Forget all taps."""
        self._taps = []
        self._measure = measure(np.zeros(0, np.int64), BEAT_US)

    def apply(self) -> None:
        """Set the offset, if the taps were steady, and leave."""
        if not self._measure.steady:
            self._context.effect("miss")
            return
        value = min(max(self._measure.offset_us, -OFFSET_MOST_US), OFFSET_MOST_US)
        self._context.profile.set(self.path, value)
        self._context.effect("menu_select")
        self.leave(True)

    # -- input ---------------------------------------------------------------------------------------

    def handle(self, event: Event) -> bool:
        """Any key, button or pad is a tap; Enter applies, Backspace starts over, Delete forgets, Escape leaves.

        With a gamepad up and down choose among the buttons, and Start presses the one that is chosen.
        """
        if not isinstance(event, InputEvent):
            return False
        if event.device == "mouse":
            return self.touch.handle(event)
        if not event.pressed:
            return False
        if event.control == "key:escape":
            self._context.effect("menu_back")
            self.leave(False)
        elif event.control in ("key:return", "key:kpenter"):
            self.apply()
        elif event.control == "key:backspace":
            self.start_over()
        elif event.control == "key:delete":
            self._to_default()
        elif event.device != KEYBOARD and (action := menu_action(event)) in ("up", "down", "pause"):
            self._steer(action)
        else:
            self.tap(self.song_us(event.at_us))
        return True

    def _steer(self, action: str) -> None:
        buttons = self._buttons()
        chosen = min(self._chosen, len(buttons) - 1)
        if action == "pause":
            buttons[chosen][3]()
        else:
            self._chosen = (chosen + (1 if action == "down" else -1)) % len(buttons)
            self._by_pad = True

    def _to_default(self) -> None:
        """Put the offset back to where the game starts."""
        group, _, name = self.path.partition(".")
        if self.was_us != getattr(getattr(DEFAULTS, group), name):
            self._context.profile.set(self.path, None)
            self._context.effect("menu_back")

    # -- drawing -------------------------------------------------------------------------------------

    def draw(self, frame: Frame) -> None:
        """The ring of taps, what to do, what was found, and three buttons."""
        self.touch.begin(self.stack.top is self)
        frame.ground = theme.NIGHT
        self._skyline.draw(frame, veil=0.8)
        frame.layer()
        margin = frame.px(32)
        height = frame.height - 2 * margin
        fall_w = min(frame.px(150), frame.width * 0.15) if self.what == "input" else 0.0
        dial = min(height * 0.84, frame.width * 0.46 - fall_w)
        x = margin
        if fall_w:
            draw_fall(frame, x, 0, fall_w, frame.height, self.song_us(now_us()), BEAT_US, self._age_us)
            x += fall_w + frame.px(24)
        draw_dial(frame, x + dial / 2, frame.height / 2, dial / 2, self._measure, self._age_us, len(self._taps))
        x += dial + frame.px(40)
        room = frame.width - x - margin
        buttons = self._buttons()
        button_h, gap = frame.px(44 if frame.height > frame.px(420) else 34), frame.px(10)
        bottom = frame.height - margin
        top = bottom - len(buttons) * (button_h + gap) + gap
        legend = frame.px(36) if frame.height > frame.px(560) else 0.0
        draw_words(frame, x, margin, room, top - margin - legend - frame.px(12), self._words())
        if legend:
            draw_legend(frame, x, top - legend / 2 - frame.px(4), room)
        for number, (words, icon, note, act, primary) in enumerate(buttons):
            at = top + number * (button_h + gap)
            button(
                *(frame, self.touch, x, at, room, button_h, words, act),
                icon=icon,
                note="Start" if (chosen := self._by_pad and number == min(self._chosen, len(buttons) - 1)) else note,
                primary=primary,
                chosen=chosen,
                size=16,
            )

    @property
    def _age_us(self) -> int:
        """How long ago the last tap was."""
        return now_us() - self._tapped_us

    def _buttons(self) -> list[tuple[str, str, str, Callable[[], None], bool]]:
        found = self._measure
        buttons: list[tuple[str, str, str, Callable[[], None], bool]] = []
        if found.steady:
            buttons.append((f"Use {words_ms(found.offset_us)}", icons.CHECK, "Enter", self.apply, True))
        buttons.append(("Start over", icons.RETRY, "Backspace", self.start_over, False))
        buttons.append(("Leave as it is", icons.BACK, "Esc", self._leave, False))
        return buttons

    def _leave(self) -> None:
        self.leave(False)

    def _words(self) -> list[tuple[str, str]]:
        """What there is to say, from the title down: (kind, words)."""
        found = self._measure
        by_ear = self.what == "audio"
        out = [("title", "By ear" if by_ear else "By eye")]
        if by_ear:
            out.append(("body", "Listen to the click and tap any key on it. Follow your ears, not your eyes."))
        else:
            out.append(("body", "Tap any key at the moment a note meets the line. There is no sound on purpose."))
        verdict, words = self._verdict()
        out.append((verdict, words))
        if found.left_out:
            out.append(("note", left_out_words(found)))
        after = words_ms(found.offset_us) if found.count else "…"
        name = "Audio offset" if by_ear else "Input offset"
        out.append(("change", f"{name}: now {words_ms(self.was_us)}, then {after}"))
        if by_ear and not self.other_us and not self._taps:
            out.append(("note", "Best done after the calibration by eye."))
        return out

    def _verdict(self) -> tuple[str, str]:
        found, status = self._measure, self._context.sound.status()
        if status.lost:
            return "bad", f"The sound stands still: {status.problem}"
        if not self._taps and self.what == "audio" and status.silent:
            return "bad", "There is no sound device, so there is nothing to hear."
        if not self._taps:
            return "wait", f"{TAPS_WANTED} taps close the ring; the first four are for finding the beat."
        if found.steady:
            return "good", "Steady. More taps make it surer still."
        if not found.enough:
            return "wait", "Go on tapping."
        if 2 * found.left_out > found.count:
            return "bad", "Not steady: too many taps are off the beat. Start over, and tap once on each beat."
        return "bad", "Not steady yet: the taps lie too far apart. Go on, or start over."


def words_ms(value_us: int) -> str:
    """An offset with its sign, in whole milliseconds."""
    rounded = round(value_us / 1000)
    return f"{'+' if rounded > 0 else chr(0x2212) if rounded < 0 else ''}{abs(rounded)} ms"


def left_out_words(found: Measure) -> str:
    """How many taps were left out, and why."""
    reasons = [
        f"{count} {words}"
        for count, words in (
            (found.doubled, "twice in a row"),
            (found.far, "between two beats"),
            (found.wild, "far from the others"),
        )
        if count
    ]
    return f"Left out: {', '.join(reasons)}."
