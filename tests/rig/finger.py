"""A hand that presses what it reads: every button of a frame by its words, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from engine.draw import widgets
from engine.draw.pen import px
from game.scenes.talk_spots import Spots
from tests.rig.scene_game import SceneGame

Rect = tuple[float, float, float, float]
MOST_NOTCHES = 60
MOST_TABS = 24


class Finger:
    """Knows where things are because everything that can be pressed leaves its name and place as it is drawn."""

    def __init__(self, game: SceneGame) -> None:
        self._game = game
        self.places: dict[str, Rect] = {}
        self.focused = ""
        """What the keyboard stands on."""

    def find(self, words: str) -> Rect:
        """Where something is that is called so, or begins so, in the frame that was drawn last."""
        self.places.clear()
        self._game.turn(2)
        found = self.places.get(words) or next((at for name, at in self.places.items() if name.startswith(words)), None)
        assert found is not None, f"nothing is called {words}, only {sorted(self.places)}"
        return found

    def press(self, words: str) -> None:
        """Click on it; the wheel brings what lies below into view."""
        x, y, w, h = self.find(words)
        width, height = self._game.window.size
        for _ in range(MOST_NOTCHES):
            if y >= 0 and y + h <= height - 20:
                break
            self._game.move(width * 0.6, height * 0.5)
            self._game.wheel(-6.0 if y > 0 else 6.0)
            before, (x, y, w, h) = y, self.find(words)
            if y == before:  # it stands at an edge, in nothing that scrolls
                break
        self._game.click(x + w / 2, y + h / 2)
        self._game.turn(2)

    def go_to(self, words: str) -> None:
        """Go there with Tab."""
        seen: list[str] = []
        while not self.focused.startswith(words):
            assert len(seen) < MOST_TABS, f"Tab does not lead to {words}, only to {seen}"
            self._game.press("tab")
            self._game.turn(2)
            seen.append(self.focused)


@contextmanager
def finger_on(game: SceneGame, patch: pytest.MonkeyPatch) -> Iterator[Finger]:
    """A finger for a game; what is drawn and what is pressed stays as it is."""
    finger = Finger(game)
    item, button, icon = widgets.Item.__init__, Spots.button, Spots.icon

    def drawn_item(self: Any, key: str, width: float, height: float) -> None:
        item(self, key, width, height)
        finger.places[key] = (self.x, self.y, self.w, self.h)
        finger.focused = key if self.focused else finger.focused

    def drawn_button(self: Spots, x: float, y: float, words: str, *more: Any, **named: Any) -> float:
        wide = button(self, x, y, words, *more, **named)
        finger.places[words] = (x, y, wide, px(32))
        return wide

    def drawn_icon(self: Spots, x: float, y: float, side: float, sign: str, name: str, act: Any) -> None:
        icon(self, x, y, side, sign, name, act)
        finger.places[name] = (x, y, side, side)

    with patch.context() as while_it_lasts:
        while_it_lasts.setattr(widgets.Item, "__init__", drawn_item)
        while_it_lasts.setattr(Spots, "button", drawn_button)
        while_it_lasts.setattr(Spots, "icon", drawn_icon)
        yield finger
