"""Words for the screen; everything else uses the numbers."""

from __future__ import annotations

from fractions import Fraction

from game.jam.cohesion.face import PlayerRow

LARGE, SOME = 0.5, 0.35
"""From where a number is large enough for its word; between the two a drift may be chance."""

WITHIN = 0.01
"""A ratio this near (1 %) to a simple one is shown as it."""


def word(row: PlayerRow) -> str:
    """``assisted``, ``drifts``, ``anchors``, ``plays`` (none of these), or ``unsure`` where too little is known to say.

    Who is assisted may drift or anchor as well: then the larger of the two numbers speaks.
    """
    sizes = {"assisted": row.assisted, "drifts": row.drifts, "anchors": row.anchors}
    best = max(sizes, key=sizes.__getitem__)
    if sizes[best] >= LARGE:
        return best
    return "plays" if row.drifts < SOME and row.anchors_most < LARGE else "unsure"


def ratio(value: float) -> str:
    """``3:2`` for a ratio within 1 % of one whose parts are at most 5, else its digits (``1.618:1``)."""
    near = Fraction(value).limit_denominator(5) if value > 0 else Fraction(0)
    if near and near.numerator <= 8 and abs(float(near) / value - 1.0) <= WITHIN:
        return f"{near.numerator}:{near.denominator}"
    return f"{value:.3f}:1"
