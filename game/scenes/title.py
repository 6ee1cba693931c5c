"""The title: the ring over the city at night, and the ways into the game."""

from __future__ import annotations

import random
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from engine.clock import now_us
from engine.draw import icons, theme
from engine.draw.colour import faded
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.input.events import Event, InputEvent, WindowChange, WindowEvent
from engine.scene import Scene
from game.scenes.canvas import Touch, button, fit
from game.scenes.collection import Collection
from game.scenes.context import Context
from game.scenes.menu_keys import menu_action
from game.scenes.picker import Option, Picker
from game.scenes.preview import Preview
from game.scenes.requests import Calibrate, Quit, SelectSong, ShowJam, ShowSettings, ShowTalk
from game.scenes.sign import draw_sign
from game.scenes.skyline import Skyline

TURN_S = 48.0
"""The ring takes so long for a turn."""

MENU = (
    ("play", "Play", icons.PLAY),
    ("jam", "Jam", icons.PEOPLE),
    ("talk", "Talk", icons.TALK),
    ("settings", "Settings", icons.SETTINGS),
    ("calibrate", "Calibrate", icons.AIM),
    ("quit", "Quit", icons.EXIT),
)
MARKS = (theme.CYAN, theme.LIME, theme.MAGENTA, theme.AMBER, theme.CYAN, theme.RED)
ROW_HEIGHT = 58.0
ROW_GAP = 10.0
MENU_WIDTH = 320.0
FALL = 4.0
"""How fast the ring lets go of a beat, in shares a second."""


def game_version() -> str:
    """The installed version, or ``unpackaged``."""
    try:
        return version("ourojam")
    except PackageNotFoundError:
        return "unpackaged"


class TitleScene(Scene):
    """What the player sees first."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._skyline = Skyline()
        self._touch = Touch()
        self._at = 0
        self._began_us = now_us()
        self._pulse = 0.0
        self._heard = 0
        self._version = game_version()

    def on_enter(self) -> None:
        """Let a song be heard, and look for new ones meanwhile."""
        Collection.of(self._context).look_once()
        self._hear()

    def on_resume(self, result: Any) -> None:
        """Back from another scene, or from one of the questions."""
        if result == "leave":
            self._context.open(Quit())
        elif result in ("audio", "input"):
            Preview.of(self._context).stop()
            self._context.open(Calibrate(result))
        else:
            self._hear()

    def on_exit(self) -> bool:
        """Leave the song to who comes next, unless the game ends."""
        Preview.of(self._context).stop()
        return True

    def _hear(self) -> None:
        preview = Preview.of(self._context)
        entries = [entry for entry in self._context.library.entries if entry.audio]
        if entries and not preview.asked:
            preview.want(random.choice(entries))

    def handle(self, event: Event) -> bool:
        """Arrows and Enter, the mouse, Escape to ask whether to leave; what is dropped here is added to the songs."""
        if self._touch.handle(event):
            return True
        if isinstance(event, WindowEvent) and event.change is WindowChange.FILE_DROPPED and event.path:
            Collection.of(self._context).add(event.path)
            self._context.open(SelectSong())
            return True
        if not isinstance(event, InputEvent):
            return False
        if event.device == "mouse":
            over = self._touch.over()
            if event.control in ("x", "y") and isinstance(over, tuple) and over[0] == "button":
                self._at = next((i for i, (_, words, _) in enumerate(MENU) if words == over[1]), self._at)
            return False
        if not event.pressed:
            return False
        action = menu_action(event)
        if action in ("up", "down") or event.control == "key:tab":
            self._at = (self._at + (-1 if action == "up" else 1)) % len(MENU)
            self._context.effect("menu_move")
        elif action in ("choose", "pause") or event.control == "key:space":
            self._choose(MENU[self._at][0])
        elif action == "back":
            self._choose("quit")
        else:
            return False
        return True

    def _choose(self, what: str) -> None:
        self._context.effect("menu_select")
        if what == "play":
            self._context.open(SelectSong())
        elif what == "jam":
            self._context.open(ShowJam())
        elif what == "talk":
            self._context.open(ShowTalk())
        elif what == "settings":
            self._context.open(ShowSettings())
        elif what == "calibrate":
            options = (
                Option("input", "By eye", "first: tap to what you see, sets the offset of your hands", icons.EYE),
                Option("audio", "By ear", "then: tap to what you hear, sets the sound's offset", icons.VOLUME),
            )
            self.stack.push(Picker("Calibrate", options))
        else:
            options = (Option("stay", "Stay", "", icons.BACK), Option("leave", "Leave the game", "", icons.EXIT))
            self.stack.push(Picker("Leave OuroJam?", options))

    def step(self, dt_us: int) -> None:
        """Listen along."""
        preview, collection = Preview.of(self._context), Collection.of(self._context)
        preview.step()
        collection.step()
        if collection.version != self._heard:
            self._heard = collection.version  # the first songs may have come in
            self._hear()
        self._pulse = max(preview.level, self._pulse - FALL * dt_us / 1e6)

    def draw(self, frame: Frame) -> None:
        """City, ring, name, menu and a line of facts."""
        self._touch.begin(self.stack.top is self)
        still = theme.settings.reduced_motion
        pulse = 0.0 if still else self._pulse
        frame.ground = theme.NIGHT
        self._skyline.draw(frame, pulse=pulse)
        frame.layer()
        turn = 0.0 if still else (frame.now_us - self._began_us) / 1e6 / TURN_S % 1.0
        across = frame.width / frame.scale
        radius = frame.px(min(168.0, across * 0.14))
        x, y = frame.width * 0.30, frame.height * 0.44
        draw_sign(frame, x, y, radius, turn=turn, pulse=pulse)
        self._draw_menu(frame, frame.width * 0.54)
        self._draw_facts(frame)

    def _draw_menu(self, frame: Frame, x: float) -> None:
        down = frame.height / frame.scale
        roomy = down > 420
        name_size = 84.0 if down > 600 else 56.0 if roomy else 40.0
        head = name_size * 1.16 + (50 if roomy else 12)
        row = min(ROW_HEIGHT, (down - head - (115 if roomy else 70)) / len(MENU) - ROW_GAP)
        total = head + len(MENU) * (row + ROW_GAP)
        y = frame.height * 0.45 - frame.px(total / 2)
        name, big = "OuroJam", frame.px(name_size)
        frame.text(x - frame.px(3), y, name, big, theme.INK, weight=Weight.BOLD)
        y += frame.px(name_size * 1.16)
        room = frame.width - x - frame.px(24)
        if roomy:
            line = fit(frame, "Any song is yours to play, with ten fingers.", theme.TEXT_BODY, room)
            frame.text(x, y, line, frame.px(theme.TEXT_BODY), theme.INK_SOFT, down=0.0)
        y += frame.px(50 if roomy else 12)
        width = min(frame.px(MENU_WIDTH), room)
        for place, (what, words, icon) in enumerate(MENU):
            button(
                *(frame, self._touch, x, y, width, frame.px(row), words),
                lambda what=what: self._choose(what),  # type: ignore[misc]
                icon=icon,
                chosen=place == self._at,
                note="Enter" if place == self._at else "",
                mark=MARKS[place],
            )
            y += frame.px(row + ROW_GAP)

    def _draw_facts(self, frame: Frame) -> None:
        """Version, profile, songs; and what is wrong with the sound, if anything."""
        collection = Collection.of(self._context)
        facts = [f"OuroJam {self._version}", str(self._context.profile.folder)]
        progress = collection.progress
        if progress is not None and progress.total:
            facts.append(f"looking for songs: {progress.done} of {progress.total} files")
        problem = self._context.sound.problem
        size, y = frame.px(theme.TEXT_SMALL), frame.height - frame.px(24)
        x, room = frame.px(24), frame.width - frame.px(48)
        words = "   ·   ".join(facts)
        frame.text(x, y, fit(frame, words, theme.TEXT_SMALL, room), size, faded(theme.INK_SOFT, 0.8), down=0.5)
        if problem:
            text = f"{icons.WARNING}  {problem}"
            at = y - frame.px(22)
            frame.text(x, at, fit(frame, text, theme.TEXT_SMALL, room), size, theme.tone(theme.AMBER), down=0.5)
