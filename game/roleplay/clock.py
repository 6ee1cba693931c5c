"""Time in the fiction: stored to the microsecond, shown as people speak of it (004 4.3).

A chat's clock counts microseconds since 1970 UTC; the fiction knows no time zones.  ``day_one_us`` is any instant of
the chat's first day.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.errors import UserError

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST_US = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_LATEST_US = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)

_PARTS = ((5, "night"), (12, "morning"), (17, "afternoon"), (22, "evening"), (24, "night"))
"""Up to which hour a part of the day lasts, as the clock names it."""

_FINE_PARTS = (
    *((5, "before dawn"), (8, "early morning"), (11, "morning"), (12, "late morning"), (13, "midday")),
    *((15, "early afternoon"), (16, "afternoon"), (18, "late afternoon"), (21, "evening"), (23, "late evening")),
    (24, "night"),
)
"""The same where no hour stands beside it."""

_NUMBERS = ("", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def friendly(clock_us: int, day_one_us: int | None = None) -> str:
    """``Tuesday evening, 9:14pm``; with ``day_one_us`` and a week or more away from it, ``Day 9, Tuesday evening …``,
    as the weekday's name alone no longer tells which."""
    moment = _moment(clock_us)
    hour = f"{moment.hour % 12 or 12}:{moment.minute:02}{'am' if moment.hour < 12 else 'pm'}"
    said = f"{moment:%A} {_part(moment, _PARTS)}, {hour}"
    if day_one_us is None or 1 <= day_number(clock_us, day_one_us) <= 7:
        return said
    return f"{_day(clock_us, day_one_us)}, {said}"


def day_label(clock_us: int, day_one_us: int) -> str:
    """``Day 3, late afternoon``."""
    return f"{_day(clock_us, day_one_us)}, {_part(_moment(clock_us), _FINE_PARTS)}"


def day_number(clock_us: int, day_one_us: int) -> int:
    """The chat's day that ``clock_us`` is in: 1 for the first, 0 and below before it."""
    return (_moment(clock_us).date() - _moment(day_one_us).date()).days + 1


def ago(then_us: int, now_us: int) -> str:
    """How long before ``now_us`` something was, as one would say it: ``just now``, ``an hour ago``, ``two days ago``.

    Days count by the calendar.  What lies ahead is ``still ahead``.
    """
    if then_us > now_us:
        return "still ahead"
    passed_us = now_us - then_us
    days = (_moment(now_us).date() - _moment(then_us).date()).days
    if days == 0 or passed_us < 6 * HOUR_US:
        if passed_us < 10 * MINUTE_US:
            return "just now"
        if passed_us < HOUR_US:
            return "less than an hour ago"
        hours = passed_us // HOUR_US
        return "an hour ago" if hours == 1 else f"{_counted(hours, 'hour')} ago"
    if days == 1:
        return "yesterday"
    for length, unit in ((365, "year"), (30, "month"), (7, "week")):
        if days >= length:
            return f"{_counted(days // length, unit)} ago"
    return f"{_counted(days, 'day')} ago"


def iso(clock_us: int) -> str:
    """ISO 8601 in UTC, ``2026-04-26T21:14:00Z``; parts of a second only where there are any."""
    return _moment(clock_us).isoformat().replace("+00:00", "Z")


def from_iso(text: str) -> int:
    """The microseconds of an ISO 8601 date or date and time; without a time zone it is UTC.

    Raises:
        UserError: it is none, or beyond the years 1 to 9999.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        shown = text[:40] + ("…" if len(text) > 40 else "")
        raise UserError(f"{shown!r} is no date and time; write it like 2026-04-26T21:14") from error
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(clock_us: int) -> datetime:
    """The instant as a calendar has it; what lies beyond the years 1 to 9999 is shown as their edge."""
    return _EPOCH + timedelta(microseconds=min(max(clock_us, _EARLIEST_US), _LATEST_US))


def _part(moment: datetime, parts: tuple[tuple[int, str], ...]) -> str:
    return next(name for upto, name in parts if moment.hour < upto)


def _day(clock_us: int, day_one_us: int) -> str:
    number = day_number(clock_us, day_one_us)
    if number >= 1:
        return f"Day {number}"
    return f"{1 - number} {'day' if number == 0 else 'days'} before Day 1"


def _counted(count: int, unit: str) -> str:
    word = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{word} {unit}" if count == 1 else f"{word} {unit}s"
