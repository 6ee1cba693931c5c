"""Numbers out of text, a whole column at a time: what makes reading large charts quick."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

MAX_DIGITS = 9
_MINUS, _ZERO = b"-0"


def whole_numbers(raw: NDArray[np.uint8], start: Ints, end: Ints) -> Ints | None:
    """The decimal numbers in ``raw[start:end]`` of each row; None when any is not one of 1 to 9 plain digits.

    A minus before the digits is allowed, nothing else is: whoever calls falls back to reading cell by cell.
    """
    is_negative = raw[start] == _MINUS
    length = end - start - is_negative
    width = int(length.max(initial=0))
    if len(length) == 0 or length.min() < 1 or width > MAX_DIGITS:
        return None if len(length) else np.zeros(0, dtype=np.int64)
    place = np.arange(width)
    digit = raw[end[:, None] - 1 - place] - np.uint8(_ZERO)  # characters below "0" wrap far above 9
    digit[place >= length[:, None]] = 0
    if digit.max() > 9:
        return None
    value = digit.astype(np.int64) @ 10**place
    signed: Ints = np.where(is_negative, -value, value)
    return signed
