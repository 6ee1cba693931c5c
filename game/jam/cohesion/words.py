"""Words for the screen; everything else uses the numbers."""

from __future__ import annotations

from fractions import Fraction

from game.jam.cohesion.face import PlayerRow

WITHIN = 0.01
"""A ratio this near (1 %) to a simple one is shown as it."""


def word(row: PlayerRow) -> str:
    """``assisted``, ``drifts``, ``anchors`` or ``plays``: the largest of a player's numbers, if it is large."""
    sizes = {"assisted": row.assisted, "drifts": row.drifts, "anchors": row.anchors}
    best = max(sizes, key=sizes.__getitem__)
    return best if sizes[best] >= 0.5 else "plays"


def ratio(value: float) -> str:
    """``3:2`` for a ratio within 1 % of one whose parts are at most 5, else its digits (``1.618:1``)."""
    near = Fraction(value).limit_denominator(5) if value > 0 else Fraction(0)
    if near and near.numerator <= 8 and abs(float(near) / value - 1.0) <= WITHIN:
        return f"{near.numerator}:{near.denominator}"
    return f"{value:.3f}:1"
