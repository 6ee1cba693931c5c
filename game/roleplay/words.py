"""Words as they are searched by: folded, cut to their stems, the same however they were typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")

MAX_TEXT = 20_000
"""Characters of one text that are looked at: more than any memory or question has."""

_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\ufe0e\ufe0f\u200d]")
"""What is written above, below and between letters of Latin, Greek, Cyrillic, Hebrew and Arabic, and joins emoji."""

_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
"""Scripts without spaces between words, or where words grow together: Thai, Lao, Japanese, Chinese, Korean."""

_INDIC = "\u0900-\u0963\u0966-\u0dff\u1000-\u109f"
"""Scripts whose vowels are marks, which Python does not count among letters."""

_EMOJI = "\u2600-\u27bf\u2b50\U0001f300-\U0001faff"

_WORD = re.compile(f"[{_UNSPACED}]+|[{_EMOJI}]|(?:(?![{_UNSPACED}])[^\\W_]|[{_INDIC}])+")
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]+")

_PLAIN_WORD = re.compile("[a-z0-9]+")
"""The same for folded text of ASCII alone, which most is, at a quarter of the price."""

_POSSESSIVE = re.compile("['’]s\\b")

_ENDINGS = (("ern", 4), ("en", 3), ("er", 4), ("em", 4), ("e", 3), ("n", 3))
"""What German words change by and English ones end in, and the letters that must be left.

A letter cut too many joins more than it parts.
"""


def fold(text: str) -> str:
    """``text`` without case and marks: ``Übermütig`` and ``ubermutig`` are the same."""
    if text.isascii():
        return text.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", bare)


def words(text: str) -> list[str]:
    """The folded words of ``text`` in order; scripts without spaces give their letters and pairs of letters."""
    folded = fold(text[:MAX_TEXT])
    if "'s" in folded or "’s" in folded:
        folded = _POSSESSIVE.sub("", folded)
    if folded.isascii():
        return _PLAIN_WORD.findall(folded)
    made: list[str] = []
    for word in _WORD.findall(folded):
        if _UNSPACED_RUN.fullmatch(word):
            made.extend(word)
            made.extend(word[at : at + 2] for at in range(len(word) - 1))
        else:
            made.append(word)
    return made


def _cut(word: str) -> str:
    if len(word) < 4 or not word.isalpha():
        return word
    if word.endswith(("ies", "ied")):
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl" else word
    for ending, left in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= left:
            return word[: -len(ending)]
    return word


class Kept(dict[str, Made]):
    """What was made of each word, made once; when there are too many words all are forgotten.

    A dict, because a look-up then costs a tenth of a function's call, and there are forty in a memory.
    """

    def __init__(self, make: Callable[[str], Made], most: int = 20_000) -> None:
        super().__init__()
        self._make, self._most = make, most

    def __missing__(self, word: str) -> Made:
        if len(self) >= self._most:
            self.clear()
        made = self[word] = self._make(word)
        return made


_stems = Kept(_cut, 50_000)


def stem(word: str) -> str:
    """The part of a folded word that its forms share: ``walks walked walking`` give ``walk``."""
    return _stems[word]


def stems(found: list[str]) -> list[str]:
    """The stems of folded words, one for one."""
    kept = _stems
    return [kept[word] for word in found]
