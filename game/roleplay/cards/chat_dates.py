"""When a message was sent, as the many versions of SillyTavern wrote it, in microseconds since 1970.

Text without a time zone is taken as UTC, so that the same file reads alike on every machine.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

MOST_US = 253_402_300_799 * 1_000_000
"""The end of the year 9999."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_LOCALE = re.compile(
    r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4}),? (?:at )?(\d{1,2}):(\d{2})(?::(\d{2}))? ?([ap]\.?m\.?)?", re.I
)
_HUMANIZED = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2}) ?@ ?(\d{1,2})h ?(\d{1,2})m ?(\d{1,2})s ?(?:(\d{1,3})ms)?")


def date_us(value: object) -> int | None:
    """An instant from ISO text, locale text, the ``@15h 4m`` style or milliseconds (seconds when small); else None."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number_us(float(value)) if abs(value) < 1e18 else None
    if not isinstance(value, str) or not 4 <= len(value) <= 64:
        return None
    text = value.strip()
    if re.fullmatch(r"\d{9,14}(\.\d+)?", text):
        return _number_us(float(text))
    try:
        return _iso_us(text) or _locale_us(text) or _humanized_us(text)
    except (ValueError, OverflowError):
        return None


def iso_text(at_us: int) -> str:
    """``at_us`` as SillyTavern writes it now: ISO 8601 in UTC, to the millisecond."""
    text = (_EPOCH + timedelta(microseconds=min(max(at_us, 0), MOST_US))).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _number_us(number: float) -> int | None:
    """Milliseconds, or seconds for what would else be before 1973."""
    if not number >= 1e8:
        return None
    us = round(number * 1000) if number >= 1e11 else round(number * 1_000_000)
    return us if us <= MOST_US else None


def _us(when: datetime) -> int | None:
    when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    us = (when - _EPOCH) // timedelta(microseconds=1)
    return us if 0 <= us <= MOST_US else None


def _iso_us(text: str) -> int | None:
    if not re.match(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}|$)", text):
        return None
    return _us(datetime.fromisoformat(text))


def _locale_us(text: str) -> int | None:
    match = _LOCALE.fullmatch(text)
    months = [month for month in _MONTHS if match is not None and month.startswith(match[1].lower())]
    if match is None or not months:
        return None
    hour = int(match[4])
    if match[7]:
        hour = hour % 12 + (12 if match[7][0] in "pP" else 0)
    month = _MONTHS.index(months[0]) + 1
    return _us(datetime(int(match[3]), month, int(match[2]), hour, int(match[5]), int(match[6] or 0)))


def _humanized_us(text: str) -> int | None:
    match = _HUMANIZED.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, thousandth = (int(part or 0) for part in match.groups())
    return _us(datetime(year, month, day, hour, minute, second, thousandth * 1000))
