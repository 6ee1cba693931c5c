"""Who said it, and what may overwrite what (requirements 002).

The order is total: the user stands above everything, a cloud model below everything.  A lower truth
never overwrites a higher one; it waits beside it as a draft until the user takes it up.
"""

from __future__ import annotations

from enum import IntEnum


class Truth(IntEnum):
    """The level of truth an event carries; a smaller number is a higher truth."""

    USER = 1
    AUTOMATION = 2
    LOCAL_MODEL = 3
    LAN_PEER = 4
    CLOUD_MODEL = 5


def is_higher_truth(a: Truth, b: Truth) -> bool:
    """True when ``a`` outranks ``b``; equal levels do not outrank each other."""
    return a < b


def may_overwrite(new: Truth, standing: Truth) -> bool:
    """True when something said at ``new`` may replace what stands at ``standing``."""
    return new <= standing


def accepted(_level: Truth) -> Truth:
    """What a level becomes once the user edits, accepts or builds on the thing: the user's own."""
    return Truth.USER
