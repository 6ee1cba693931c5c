"""The join code of a session: two words to be called across a room, or six digits to be typed on a pad.

Either is about 20 bits.  That is enough because nobody can try codes away from the session: SPAKE2 gives an attacker
one guess for each time it knocks, and knocks are counted (:mod:`engine.net.admission`).
"""

from __future__ import annotations

import difflib
import re
import secrets
import unicodedata
from dataclasses import dataclass

from engine.net.code_words import WORDS
from engine.net.face import NetError

WORD_KIND = "words"
DIGIT_KIND = "digits"
_DIGITS = 6
_MAX_TYPED = 64
"""More characters than this are no code, however they are spelled."""

_KNOWN = frozenset(WORDS)


@dataclass(frozen=True, slots=True)
class JoinCode:
    """One code.  ``text`` is how it is shown and spoken: ``amber-violin`` or ``482915``."""

    text: str

    @classmethod
    def new(cls, kind: str = WORD_KIND) -> JoinCode:
        """A fresh code, ``words`` or ``digits``, by the system's own chance."""
        if kind == WORD_KIND:
            return cls(f"{secrets.choice(WORDS)}-{secrets.choice(WORDS)}")
        if kind == DIGIT_KIND:
            return cls(f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}")
        raise ValueError(f"a code is of {WORD_KIND} or {DIGIT_KIND}, not {kind!r}")

    @classmethod
    def parse(cls, typed: str) -> JoinCode:
        """The code somebody typed, whatever its case, accents, spaces and hyphens.

        Raises:
            NetError: it is no code; the sentence names the word that was probably meant.
        """
        if len(typed) > _MAX_TYPED:
            raise NetError("That is too long for a join code; it has two words or six digits.")
        plain = _plain(typed)
        digits = "".join(re.findall(r"[0-9]+", plain))
        if digits and not re.search(r"[a-z]", plain):
            if len(digits) != _DIGITS:
                raise NetError(f"A join code of digits has six of them, not {len(digits)}; look at the host's screen.")
            return cls(digits)
        words = re.findall(r"[a-z]+", plain)
        if len(words) == 1 and words[0] not in _KNOWN:
            words = _cut(words[0])
        if len(words) != 2 or digits:
            raise NetError("A join code has two words or six digits; look at the host's screen.")
        for word in words:
            if word not in _KNOWN:
                raise NetError(_unknown(word))
        return cls("-".join(words))

    @property
    def kind(self) -> str:
        """``words`` or ``digits``."""
        return DIGIT_KIND if self.text.isdigit() else WORD_KIND

    @property
    def secret(self) -> bytes:
        """What SPAKE2 is given as the password."""
        return self.text.encode("ascii")


def _plain(typed: str) -> str:
    """In small letters without accents; full-width and other digits become 0 to 9."""
    apart = unicodedata.normalize("NFKD", typed).casefold()
    kept = (sign for sign in apart if not unicodedata.combining(sign))
    return "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in kept)


def _cut(joined: str) -> list[str]:
    """Two words typed without anything between them, if there is exactly one way to cut them."""
    ways = [
        [joined[:at], joined[at:]] for at in range(1, len(joined)) if joined[:at] in _KNOWN and joined[at:] in _KNOWN
    ]
    return ways[0] if len(ways) == 1 else [joined]


def _unknown(word: str) -> str:
    near = difflib.get_close_matches(word, WORDS, n=1, cutoff=0.6)
    if near:
        return f"“{word}” is in no join code; did you mean “{near[0]}”?"
    return f"“{word}” is in no join code; look at the host's screen again."
