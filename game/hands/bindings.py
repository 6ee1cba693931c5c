"""Which control plays which lane, for every lane count, and whose hand it belongs to.

A control is named as devices name it (``keyboard/key:d``, ``midi:Pad/note:36``); a lane may have several, and
each lane count has a layout of its own.  Keys are named by their place on a US keyboard, so a layout fits the
fingers on any language's keyboard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.errors import UserError
from engine.input.events import InputEvent
from game.rhythm.chart import MAX_LANES

Layout = tuple[tuple[str, ...], ...]
"""For each lane, left to right, the controls that play it."""

CONTROLS_MAX = 8
"""The most controls one lane takes."""

NAME_MAX = 200
"""The longest name of a control: devices choose theirs themselves."""

_ROWS: dict[int, str] = {
    1: "space",
    2: "f j",
    3: "f space j",
    4: "d f j k",
    5: "d f space j k",
    6: "s d f j k l",
    7: "s d f space j k l",
    8: "a s d f j k l semicolon",
    9: "a s d f space j k l semicolon",
    10: "a s d f v n j k l semicolon",
    11: "a s d f v space n j k l semicolon",
    12: "a s d f c v n m j k l semicolon",
    13: "a s d f c v space n m j k l semicolon",
    14: "q w e a s d f j k l semicolon i o p",
    15: "q w e a s d f space j k l semicolon i o p",
    16: "q w e r a s d f j k l semicolon u i o p",
    17: "q w e r a s d f space j k l semicolon u i o p",
    18: "q w e r a s d f v n j k l semicolon u i o p",
}


def default_layout(keys: int) -> Layout:
    """The layout a new player starts with: home row outward from the index fingers.

    Raises:
        UserError: if ``keys`` is not from 1 to 18.
    """
    if keys not in _ROWS:
        raise UserError(f"a playfield has 1 to {MAX_LANES} lanes, not {keys}")
    return tuple((f"keyboard/key:{name}",) for name in _ROWS[keys].split())


def control_name(event: InputEvent) -> str:
    """The name a layout uses for the control of ``event``."""
    return f"{event.device}/{event.control}"


def hand_of(lane: int, keys: int) -> str:
    """``left``, ``right`` or ``thumb`` (the middle lane of an odd count)."""
    if keys % 2 and lane == keys // 2:
        return "thumb"
    return "left" if lane < keys / 2 else "right"


def clashes(layout: Sequence[Sequence[str]]) -> list[str]:
    """Controls that stand on more than one lane, in the order met: a layout must have none."""
    seen: set[str] = set()
    double: list[str] = []
    for controls in layout:
        for control in controls:
            if control in seen and control not in double:
                double.append(control)
            seen.add(control)
    return double


def with_control(layout: Layout, lane: int, control: str, spoken: str = "") -> Layout:
    """``layout`` with one more control on ``lane``; ``spoken`` is how a message names the control.

    Raises:
        UserError: it plays a lane already, or the lane has as many as it takes.
    """
    name = spoken or control
    for other, controls in enumerate(layout):
        if control in controls:
            if other == lane:
                raise UserError(f"{name} plays lane {lane + 1} already; press another key.")
            raise UserError(f"{name} plays lane {other + 1}; take it off there first, or press another key.")
    if len(layout[lane]) >= CONTROLS_MAX:
        raise UserError(f"Lane {lane + 1} has {CONTROLS_MAX} keys, which is all it takes; take one off first.")
    return (*layout[:lane], (*layout[lane], control), *layout[lane + 1 :])


def without_control(layout: Layout, control: str) -> Layout:
    """``layout`` in which ``control`` plays nothing."""
    return tuple(tuple(one for one in controls if one != control) for controls in layout)


def problem_with(keys: int, layout: Sequence[Sequence[str]]) -> str:
    """Why ``layout`` cannot play ``keys`` lanes, in a few words; empty when it can."""
    if keys not in _ROWS:
        return f"a playfield has 1 to {MAX_LANES} lanes, not {keys}"
    if len(layout) != keys:
        return f"a layout for {keys} lanes needs {keys} of them, not {len(layout)}"
    if any(len(controls) > CONTROLS_MAX for controls in layout):
        return f"a lane takes {CONTROLS_MAX} controls at most"
    if any(not 0 < len(control) <= NAME_MAX for controls in layout for control in controls):
        return f"the name of a control has 1 to {NAME_MAX} characters"
    if double := clashes(layout):
        return f"{double[0]} stands on more than one lane"
    return ""


class LaneInput:
    """Turns stamped device events into lane edges.

    With several controls on a lane each press is an edge of its own (two fingers may share a fast lane), and
    the lane is up only when the last of them is.
    """

    def __init__(self, layout: Sequence[Sequence[str]]) -> None:
        self._lane_of: Mapping[str, int] = {
            control: lane for lane, controls in enumerate(layout) for control in controls
        }
        self._down: list[set[str]] = [set() for _ in layout]

    def edge(self, event: InputEvent) -> tuple[int, bool] | None:
        """The lane and direction that ``event`` means, or None when it means nothing here."""
        control = control_name(event)
        lane = self._lane_of.get(control)
        if lane is None:
            return None
        down = self._down[lane]
        if event.pressed:
            if control in down:
                return None
            down.add(control)
            return lane, True
        if control not in down:
            return None
        down.discard(control)
        return None if down else (lane, False)

    def is_down(self, lane: int) -> bool:
        """Whether any control of ``lane`` is held."""
        return bool(self._down[lane])

    def let_go(self) -> list[int]:
        """Forget all that is held (pause, lost device); returns the lanes that were down."""
        held = [lane for lane, down in enumerate(self._down) if down]
        for down in self._down:
            down.clear()
        return held
