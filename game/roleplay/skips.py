"""Time that passes: what "the next morning" or "in two hours" makes of a chat's clock (004 9)."""

from __future__ import annotations

import re

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

ELISION_US = 30 * MINUTE_US
"""How long an action takes to its end when nobody says."""

MAX_SKIP_US = 200 * 365 * DAY_US
"""Nobody skips further; beyond, dates leave what can be shown."""

_HOURS = {
    "dawn": 6, "sunrise": 6, "breakfast": 8, "morning": 8, "noon": 12, "midday": 12, "lunch": 12, "afternoon": 15,
    "dusk": 19, "sunset": 19, "evening": 19, "dinner": 19, "tonight": 20, "night": 22, "midnight": 24,
}  # fmt: skip
"""The hour a time of day stands for."""

_UNITS = {
    "minute": MINUTE_US, "hour": HOUR_US, "day": DAY_US, "night": DAY_US, "week": 7 * DAY_US,
    "fortnight": 14 * DAY_US, "month": 30 * DAY_US, "year": 365 * DAY_US,
}  # fmt: skip

_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "few": 3, "couple": 2, "several": 4,
}  # fmt: skip

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_SPAN = re.compile(
    r"\b(?:(half)\s+(?:an?\s+)?|(\d{1,4}|" + "|".join(_NUMBERS) + r")\s+(?:of\s+)?)"
    r"(minute|hour|day|night|week|fortnight|month|year)s?\b"
)
_CLOCK = re.compile(r"\b(\d{1,2})(?::(\d{2}))?\s*(am|pm)\b|\b(\d{1,2}):(\d{2})\b")


def skipped_to(clock_us: int, asked: str) -> int | None:
    """The time the player asks for, later than ``clock_us``; None where the words name no time.

    It knows spans ("a week later", "in two hours", "half an hour"), days ("tomorrow", "next day", "on Friday"),
    times of day ("next morning", "tonight") and clock times ("9pm", "21:30").
    """
    words = asked.casefold()
    day_us = clock_us - clock_us % DAY_US
    span = sum(_span_us(*found) for found in _SPAN.findall(words))
    named = next((place for place, day in enumerate(_DAYS) if re.search(rf"\b{day}\b", words)), None)
    hour_us = _hour_us(words)
    if re.search(r"\b(?:tomorrow|next day|following day|day after)\b", words) and not span:
        day_us += DAY_US
    elif named is not None:
        weekday = (clock_us // DAY_US + 3) % 7  # the first of January 1970 was a Thursday
        day_us += ((named - weekday - 1) % 7 + 1) * DAY_US
    elif span:
        day_us = (clock_us + span) - (clock_us + span) % DAY_US
        if hour_us is None:
            return clock_us + min(span, MAX_SKIP_US)
    elif hour_us is None:
        return None
    to_us = day_us + (hour_us if hour_us is not None else 9 * HOUR_US)
    return to_us if to_us > clock_us else to_us + DAY_US


def duration_us(text: str) -> int:
    """How long "an hour" or "a few minutes" is; 0 where the words name no length ("ongoing")."""
    return min(sum(_span_us(*found) for found in _SPAN.findall(text.casefold())), MAX_SKIP_US)


def _span_us(half: str, count: str, unit: str) -> int:
    if half:
        return _UNITS[unit] // 2
    number = int(count) if count.isdigit() else _NUMBERS[count]
    return min(number * _UNITS[unit], MAX_SKIP_US)


def _hour_us(words: str) -> int | None:
    found = _CLOCK.search(words)
    if found:
        hour, minute, half, hour24, minute24 = found.groups()
        if hour24 is not None:
            return (int(hour24) % 24) * HOUR_US + (int(minute24) % 60) * MINUTE_US
        return (int(hour) % 12 + (12 if half == "pm" else 0)) * HOUR_US + (int(minute or 0) % 60) * MINUTE_US
    spanless = _SPAN.sub(" ", words)
    hours = [hour for name, hour in _HOURS.items() if re.search(rf"\b{name}\b", spanless)]
    return hours[0] * HOUR_US if hours else None
