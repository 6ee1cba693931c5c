"""What a key or a gamepad's button means in a menu, the same in every scene.

Buttons have the numbers that SDL's joysticks give them: 0 to 3 lie as A B X Y do (cross circle square triangle), Start
is 7 on pads of the Xbox kind and 6 on others, and 11 to 14 are the cross of pads that have no hat.
"""

from __future__ import annotations

from typing import Literal

from imgui_bundle import imgui

from engine.input.events import InputEvent
from engine.input.keys import KEYBOARD

Action = Literal["up", "down", "left", "right", "choose", "back", "pause"]

PAD_X = "button:2"
PAD_Y = "button:3"

_ACTIONS: dict[str, Action] = {
    **{"key:up": "up", "hat:0:up": "up", "axis:1:-": "up", "button:11": "up"},
    **{"key:down": "down", "hat:0:down": "down", "axis:1:+": "down", "button:12": "down"},
    **{"key:left": "left", "hat:0:left": "left", "axis:0:-": "left", "button:13": "left"},
    **{"key:right": "right", "hat:0:right": "right", "axis:0:+": "right", "button:14": "right"},
    **{"key:return": "choose", "key:kpenter": "choose", "button:0": "choose"},
    **{"key:escape": "back", "button:1": "back"},
    **{"key:pause": "pause", "button:6": "pause", "button:7": "pause"},
}
_KEYS: dict[Action, str] = {
    **{"up": "key:up", "down": "key:down", "left": "key:left", "right": "key:right"},
    **{"choose": "key:return", "back": "key:escape", "pause": "key:return"},
}
_WIDGET_KEYS: dict[Action, imgui.Key] = {
    **{"up": imgui.Key.up_arrow, "down": imgui.Key.down_arrow},
    **{"left": imgui.Key.left_arrow, "right": imgui.Key.right_arrow},
    **{"choose": imgui.Key.enter, "pause": imgui.Key.enter},
}


def action_of(control: str) -> Action | None:
    """What the control of a keyboard or gamepad means; None when it means nothing in a menu."""
    return _ACTIONS.get(control)


def menu_action(event: InputEvent) -> Action | None:
    """What ``event`` asks for; None for a key let go, for the mouse and for what means nothing in a menu."""
    return _ACTIONS.get(event.control) if event.pressed and event.device != "mouse" else None


def as_key(control: str) -> str:
    """The key that means the same as ``control``, or ``control`` itself."""
    action = _ACTIONS.get(control)
    return control if action is None else _KEYS[action]


def steer(event: InputEvent) -> bool:
    """Let a gamepad move among widgets and press them, as the arrow keys and Enter do; True when it did."""
    action = menu_action(event)
    if event.device == KEYBOARD or action not in _WIDGET_KEYS:
        return False
    io = imgui.get_io()
    # Down and up at once, a frame apart for the widgets: the scene may be gone before the button is let go.
    io.add_key_event(_WIDGET_KEYS[action], True)
    io.add_key_event(_WIDGET_KEYS[action], False)
    return True
