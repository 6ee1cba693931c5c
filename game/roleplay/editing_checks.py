"""What a value that the player typed may be; each check gives the value as it is kept or says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.errors import UserError
from game.roleplay.prose import clean

MAX_NAME = 100

MAX_PROSE = 100_000
"""Characters of one text about a character or the player; a whole novel as a persona would never fit into a prompt."""

MAX_LISTED = 400_000
"""Characters of all texts of a list together: a character is one event of the log, and no event holds more than 16 MiB,
which three such lists and six such texts stay well below."""

MAX_TEXT = 20_000
"""Characters of a long text set by hand."""

MAX_LINE = 300
MAX_LINES = 200
MAX_STATUS = 40

FIRST_US, LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999
"""The years 1 to 9999: what a date can be shown of."""


def _words(value: Any, what: str, most: int) -> str:
    if not isinstance(value, str):
        raise UserError(f"{what} must be text, not {type(value).__name__}")
    words = clean(value).strip()
    if len(words) > most:
        raise UserError(f"{what} has {len(words):,} characters; shorten it to {most:,}")
    return words


def text(value: Any, what: str) -> str:
    """Prose of up to :data:`MAX_TEXT` characters."""
    return _words(value, what, MAX_TEXT)


def prose(value: Any, what: str) -> str:
    """What is written about someone: up to :data:`MAX_PROSE` characters."""
    return _words(value, what, MAX_PROSE)


def line(value: Any, what: str, empty: bool = True, most: int = MAX_LINE) -> str:
    """One line."""
    words = " ".join(_words(value, what, most).split())
    if not words and not empty:
        raise UserError(f"{what} cannot be empty; type something")
    return words


def name(value: Any, what: str) -> str:
    """What someone is called."""
    return line(value, what, empty=False, most=MAX_NAME)


def proses(value: Any, what: str) -> list[str]:
    """A list of :func:`prose`, of :data:`MAX_LISTED` characters together."""
    made = lines(value, what, MAX_PROSE)
    if (count := sum(map(len, made))) > MAX_LISTED:
        raise UserError(f"{what} have {count:,} characters together; shorten them to {MAX_LISTED:,}")
    return made


def lines(value: Any, what: str, most: int = MAX_LINE) -> list[str]:
    """A list of texts without repeats; empty ones are left out."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise UserError(f"{what} must be a list, not {type(value).__name__}")
    if len(value) > MAX_LINES:
        raise UserError(f"{what} has {len(value):,} entries; at most {MAX_LINES} fit")
    return list(dict.fromkeys(words for one in value if (words := _words(one, what, most))))


def whole(value: Any, what: str, least: int, most: int) -> int:
    """A whole number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise UserError(f"{what} must be a whole number, not {value!r:.60}")
    if not least <= value <= most:
        raise UserError(f"{what} must be {least} to {most}, not {value}")
    return value


def level(value: Any, what: str) -> int:
    """0 to 100."""
    return whole(value, what, 0, 100)


def weight(value: Any, what: str) -> int:
    """A significance, 0 to 3 (004 11.1)."""
    return whole(value, what, 0, 3)


def instant(value: Any, what: str) -> int:
    """A time in the fiction, microseconds since 1970; 0 where it may stand for none."""
    if isinstance(value, bool) or not isinstance(value, int) or not FIRST_US <= value <= LAST_US:
        raise UserError(f"{what} must be a date between the years 1 and 9999")
    return value


def flag(value: Any, what: str) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise UserError(f"{what} must be yes or no, not {value!r:.60}")
    return value


def one_of(value: Any, what: str, choices: Sequence[str]) -> str:
    """One of a few words."""
    if value not in choices:
        raise UserError(f"{what} must be {', '.join(choices[:-1])} or {choices[-1]}, not {value!r:.60}")
    return str(value)


def mapping(value: Any, what: str) -> dict[str, Any]:
    """A few named words, numbers or flags."""
    if not isinstance(value, dict) or len(value) > MAX_STATUS:
        raise UserError(f"{what} must be at most {MAX_STATUS} named values")
    made: dict[str, Any] = {}
    for key, one in value.items():
        made[line(key, what, empty=False)] = one if isinstance(one, (bool, int, float)) else line(one, what)
    return made


BOT: dict[str, Callable[[Any, str], Any]] = {
    "name": name,
    "persona": prose,
    "voice_samples": proses,
    "traits": proses,
    "backstory": prose,
    "relationship": prose,
    "kickoff": prose,
    "greetings": proses,
    "instructions": prose,
    "closing_instructions": prose,
}
"""What each field of a character may be, whether it is authored, imported or amended."""
