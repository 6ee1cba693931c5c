"""Motion that eases: a value that goes to its goal within a set time, at once when motion is reduced."""

from __future__ import annotations

from collections import OrderedDict

from engine.draw.theme import MOTION_S, settings

_REMEMBERED = 2048


def eased(progress: float) -> float:
    """Slow at both ends: 0 to 1 becomes 0 to 1."""
    t = min(max(progress, 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


def out(progress: float) -> float:
    """Quick at first, then settling: for what answers a press."""
    t = 1.0 - min(max(progress, 0.0), 1.0)
    return 1.0 - t * t * t


class Motions:
    """Progress from 0 to 1 and back, for each of many things by name; the longest unused are forgotten."""

    def __init__(self) -> None:
        self._progress: OrderedDict[object, float] = OrderedDict()

    def towards(self, name: object, on: bool, dt_s: float, over_s: float = MOTION_S) -> float:
        """Move ``name`` on by ``dt_s`` seconds towards 1 (``on``) or 0; says where it is, eased."""
        goal = 1.0 if on else 0.0
        now = self._progress.pop(name, goal if settings.reduced_motion else 0.0)
        if settings.reduced_motion:
            now = goal
        else:
            step = dt_s / over_s
            now = min(now + step, goal) if goal > now else max(now - step, goal)
        self._progress[name] = now
        if len(self._progress) > _REMEMBERED:
            self._progress.popitem(last=False)
        return eased(now)

    def snap(self, name: object, on: bool) -> None:
        """Put ``name`` at its goal at once."""
        self._progress[name] = 1.0 if on else 0.0
