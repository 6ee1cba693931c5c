"""What keys and buttons do in song select: which are held, what they mean, and how those held come again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from engine.input.events import InputEvent
from game.scenes.menu_keys import PAD_X, PAD_Y, action_of
from game.scenes.select_search import SearchField, typed
from game.scenes.tuning import CTRL, SCROLL_STEPS, STEPS, Tuning

REPEAT_AFTER_US = 350_000
REPEAT_US = 45_000
"""A key that is held moves on this often."""

REPEATED = ("key:pageup", "key:pagedown")
MOVES = ("up", "down", "left", "right")
SHIFT = ("key:lshift", "key:rshift")


class Actions(Protocol):
    """What keys can ask of the scene."""

    def move(self, by: int) -> None:
        """So many songs on."""

    def move_pages(self, by: int) -> None:
        """So many pages on."""

    def to_end(self, *, last: bool) -> None:
        """To the first or the last song."""

    def step_chart(self, by: int) -> None:
        """The next harder (or easier) chart of the song."""

    def step_rate(self, by: int) -> None:
        """So many steps faster."""

    def play(self) -> None:
        """Play what is chosen."""

    def back(self) -> None:
        """Clear the search, or leave."""

    def look(self) -> None:
        """Look for new songs."""

    def choose_random(self) -> None:
        """Choose a song by chance."""

    def open_mods(self) -> None:
        """Show the mods."""

    def open_help(self) -> None:
        """Show the keys."""

    def open_sorts(self) -> None:
        """Ask for the order."""

    def open_groups(self) -> None:
        """Ask for the groups."""

    def open_rules(self) -> None:
        """Ask for the rule set."""

    def open_board(self) -> None:
        """Show the leaderboard."""

    def open_problems(self) -> None:
        """Show what could not be read."""

    def open_settings(self) -> None:
        """Show the settings."""


class SelectKeys:
    """Hears keys and buttons and tells the scene what they ask for; letters go to the search."""

    def __init__(self, scene: Actions, search: SearchField, tuning: Tuning) -> None:
        self._scene = scene
        self._search = search
        self._tuning = tuning
        self._held: tuple[str, int] | None = None
        self._down: set[str] = set()
        self._commands: dict[str, Callable[[], None]] = {
            **{"key:tab": scene.open_mods, PAD_X: scene.open_mods, PAD_Y: scene.choose_random},
            **{"key:f1": scene.open_help, "key:f2": scene.choose_random, "key:f3": scene.open_sorts},
            **{"key:f4": scene.open_groups, "key:f5": scene.look, "key:f6": scene.open_rules},
            **{"key:f7": scene.open_board, "key:f8": scene.open_problems},
            **{"key:f10": scene.open_settings, "key:backspace": search.focus},
        }

    def handle(self, event: InputEvent) -> bool:
        """A key or button went down or up; True when it means something here."""
        if not event.pressed:
            self._down.discard(event.control)
            if self._held is not None and self._held[0] == event.control:
                self._held = None
            return False
        self._down.add(event.control)
        if event.control in REPEATED or action_of(event.control) in MOVES:
            self._held = event.control, event.at_us + REPEAT_AFTER_US
        return self.press(event.control)

    def forget(self) -> None:
        """Another scene or window hears the keys: none counts as held."""
        self._held = None
        self._down.clear()

    def step(self, at_us: int) -> None:
        """What is held comes again."""
        if self._held is None or at_us < self._held[1]:
            return
        control = self._held[0]
        self.press(control)
        self._held = (control, at_us + REPEAT_US) if self._held is not None else None

    def press(self, control: str) -> bool:
        """A key went down; True when it means something here."""
        if self._is_down(CTRL):
            return self._press_with_ctrl(control)
        scene, action = self._scene, action_of(control)
        if action in ("up", "down"):
            scene.move(-1 if action == "up" else 1)
        elif control in REPEATED:
            scene.move_pages(-1 if control == "key:pageup" else 1)
        elif control in ("key:home", "key:end"):
            scene.to_end(last=control == "key:end")
        elif action in ("left", "right"):
            scene.step_chart(-1 if action == "left" else 1)
        elif action is not None:
            (scene.back if action == "back" else scene.play)()
        elif (act := self._commands.get(control)) is not None:
            act()
        elif control == "key:slash" and self._is_down(SHIFT):
            scene.open_help()
        elif characters := typed(control, self._is_down(SHIFT)).lstrip("" if self._search.text else " "):
            self._search.type(characters)
        else:
            return False
        return True

    def _press_with_ctrl(self, control: str) -> bool:
        if control == "key:f":
            self._search.focus()
        elif control in SCROLL_STEPS:
            self._tuning.scroll(SCROLL_STEPS[control])
        elif control in STEPS:
            self._scene.step_rate(STEPS[control])
        else:
            return False
        return True

    def _is_down(self, controls: tuple[str, ...]) -> bool:
        return any(control in self._down for control in controls)
