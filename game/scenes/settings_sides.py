"""What stands beside the pages of sound and screen: how the sound is, sounds to test it, and text to be read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.draw import icons, theme
from engine.draw.colour import faded
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.errors import UserError
from engine.jobs import Job
from engine.sound import Bus, Sample, Sound
from game.scenes.canvas import card, fit, wide, wrapped
from game.scenes.context import Context
from game.scenes.sign import draw_sign

TEST_LEVEL = 0.25
TURN_S = 24.0
OFFSETS = (
    "Set the input offset by eye first, on the page of keys, then the audio offset by ear. "
    "Then what you see meets the line when you hear it, and your hands are judged as exact for both."
)


def _tone(rate_hz: int, hz: float, start_s: float, length_s: float, total_s: float) -> NDArray[np.float32]:
    """A soft bell at ``hz`` within ``total_s`` of silence."""
    out = np.zeros(round(total_s * rate_hz), np.float32)
    t = np.arange(round(length_s * rate_hz)) / rate_hz
    shape = np.minimum(t / 0.006, 1.0) * np.exp(-4.0 * t / length_s)
    wave = np.sin(2 * np.pi * hz * t) + 0.35 * np.sin(4 * np.pi * hz * t) + 0.12 * np.sin(6 * np.pi * hz * t)
    begin = round(start_s * rate_hz)
    part = (shape * wave).astype(np.float32)[: len(out) - begin]
    out[begin : begin + len(part)] += part
    return out


def trial(bus: Bus, rate_hz: int) -> NDArray[np.float32]:
    """What is heard to try the volume of ``bus``: a rising chord for music, a pluck for keys, a drop for effects.

    float32 of shape (n, 2); the loudest sample is at ``TEST_LEVEL``.
    """
    if bus is Bus.KEYS:
        notes = [(587.33, 0.0, 0.25)]
    elif bus is Bus.EFFECTS:
        notes = [(880.0, 0.0, 0.18), (659.25, 0.09, 0.3)]
    else:
        notes = [(hz, 0.11 * i, 1.1) for i, hz in enumerate((220.0, 277.18, 329.63, 440.0, 554.37))]
    total_s = max(start + length for _, start, length in notes)
    mono = np.sum([_tone(rate_hz, hz, start, length, total_s) for hz, start, length in notes], axis=0)
    mono *= TEST_LEVEL / max(float(np.abs(mono).max()), 1e-9)
    return np.repeat(mono.astype(np.float32)[:, None], 2, axis=1)


class Trials:
    """Sounds to try the volumes with; made when first asked for."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self._samples: dict[Bus, Sample] = {}

    def play(self, bus: Bus) -> None:
        """Let ``bus`` be heard; everything together is heard as music."""
        if bus not in self._samples:
            self._samples[bus] = self._sound.load(trial(bus, self._sound.rate_hz))
        self._sound.trigger(self._samples[bus], bus=Bus.MUSIC if bus is Bus.MASTER else bus)

    def close(self) -> None:
        """Give their memory back."""
        self._sound.free(*self._samples.values())
        self._samples.clear()


class Output:
    """Puts the device and the buffer that are set in force, beside the game and one change after another."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._wanted: tuple[str, int] | None = None
        self.opening = False

    def open(self) -> None:
        """Open what is set now; while another is being opened, after it."""
        settings = self._context.profile.settings.sound
        self._wanted = (settings.device, settings.latency_ms)
        if not self.opening:
            self._next()

    def _next(self) -> None:
        self.opening = self._wanted is not None
        if self._wanted is None:
            return
        (device, latency_ms), self._wanted = self._wanted, None
        sound, say = self._context.sound, self._context.say

        def work(job: Job[bool]) -> bool:
            return sound.move(device or None, latency_ms)

        def then(done: bool) -> None:
            if not done:
                say(sound.problem)
            self._next()

        def failed(error: UserError) -> None:
            say(str(error))
            self._next()

        self._context.jobs.start("opening the sound device", work, then, failed)


def draw_sound_side(frame: Frame, context: Context, x: float, y: float, w: float, h: float, *, opening: bool) -> None:
    """How the sound is right now; ``opening`` says that a device is being opened."""
    card(frame, x, y, w, h)
    status = context.sound.status()
    left, room = x + frame.px(24), w - frame.px(48)
    at = y + frame.px(20)
    frame.text(left, at, "Sound now", frame.px(18), theme.INK, weight=Weight.BOLD)
    at += frame.px(38)
    state = "none: silence keeps the time" if status.silent else "gone" if status.lost else "playing"
    facts = [
        ("Device", status.device or "the system's own" if not status.silent else "none"),
        ("State", state),
        ("Latency", f"{status.latency_us / 1000:.1f} ms"),
        ("Clock unevenness", f"{status.jitter_us / 1000:.2f} ms"),
        ("Gaps since it was opened", f"{status.underruns}"),
        ("Sounds lost", f"{status.dropped}"),
    ]
    for name, value in facts:
        frame.text(left, at, name, frame.px(theme.TEXT_SMALL), theme.INK_FAINT)
        used = wide(frame, name, theme.TEXT_SMALL) + frame.px(12)
        words = fit(frame, value, 16, room - used, Weight.BOLD)
        frame.text(x + w - frame.px(24), at, words, frame.px(16), theme.INK, weight=Weight.BOLD, across=1.0)
        at += frame.px(28)
    at += frame.px(8)
    for words, mark in _remarks(status.problem, opening):
        for number, line in enumerate(wrapped(frame, words, theme.TEXT_SMALL, room - frame.px(26), 4)):
            if not number:
                frame.text(left, at, icons.WARNING, frame.px(14), theme.tone(mark))
            frame.text(left + frame.px(26), at, line, frame.px(theme.TEXT_SMALL), theme.INK_SOFT)
            at += frame.px(20)
        at += frame.px(10)
    lines = wrapped(frame, OFFSETS, theme.TEXT_SMALL, room, 8)
    top = y + h - frame.px(20) - len(lines) * frame.px(20)
    if top - frame.px(34) < at:
        return
    frame.text(left, top - frame.px(30), "The two offsets", frame.px(16), theme.INK_SOFT, weight=Weight.BOLD)
    for number, line in enumerate(lines):
        frame.text(left, top + number * frame.px(20), line, frame.px(theme.TEXT_SMALL), theme.INK_FAINT)


def _remarks(problem: str, opening: bool) -> list[tuple[str, theme.Mark]]:
    if opening:
        return [("The sound device is being opened.", theme.CYAN)]
    return [(problem, theme.AMBER)] if problem else []


def draw_screen_side(frame: Frame, context: Context, x: float, y: float, w: float, h: float) -> None:
    """The game's sign, turning as motion is set, and the four sizes of type."""
    card(frame, x, y, w, h)
    turn = 0.0 if theme.settings.reduced_motion else frame.now_us / 1e6 / TURN_S % 1.0
    small = h < frame.px(420)
    radius = frame.px(44 if small else 84)
    middle = y + radius + frame.px(28)
    draw_sign(frame, x + w / 2, middle, radius, turn=turn)
    at = middle + radius + frame.px(20)
    left, room = x + frame.px(24), w - frame.px(48)
    lines = (
        ("98.76 %", theme.TEXT_HUGE if not small else 40.0, Weight.BOLD, theme.INK),
        ("What is read at a glance", theme.TEXT_TITLE if not small else 20.0, Weight.BOLD, theme.INK),
        ("What is read at leisure", theme.TEXT_BODY, Weight.REGULAR, theme.INK_SOFT),
        ("What is there when you look for it", theme.TEXT_SMALL, Weight.REGULAR, theme.INK_SOFT),
    )
    for words, size, weight, ink in lines:
        if at + frame.px(size * 1.4) > y + h:
            return
        frame.text(left, at, fit(frame, words, size, room, weight), frame.px(size), ink, weight=weight)
        at += frame.px(size * 1.4)
    stats = context.stats()
    if stats.frames:
        across, down = context.window.size
        words = f"{across} × {down}, {stats.fps:.0f} frames a second"
        bottom = y + h - frame.px(20)
        if bottom - frame.px(20) > at:
            shown = fit(frame, words, theme.TEXT_SMALL, room)
            frame.text(left, bottom, shown, frame.px(theme.TEXT_SMALL), faded(theme.INK_FAINT, 1.0), down=1.0)
