"""Times named in prose, as an instant of the fiction."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

_HOURS: tuple[tuple[str, int, int], ...] = (
    (r"midnight|mitternacht", 0, 0),
    (r"(?:small|early) hours", 3, 0),
    (r"before dawn|daybreak", 5, 0),
    (r"dawn|sunrise|first light|morgengrauen", 6, 0),
    (r"early (?:in the )?morning|breakfast|früh(?:er|en)? morgen", 7, 30),
    (r"late (?:in the )?morning", 11, 0),
    (r"morning|\bmorgens\b|vormittag", 9, 0),
    (r"noon|midday|lunch|mittag", 12, 0),
    (r"late (?:in the )?afternoon|after work|feierabend", 17, 30),
    (r"afternoon|nachmittag", 15, 0),
    (r"sunset|dusk|twilight|dämmerung", 19, 30),
    (r"dinner|supper|early evening", 18, 30),
    (r"late (?:in the )?evening|stays? late|staying late|after hours|after closing", 21, 30),
    (r"evening|\babends?\b|tonight", 20, 0),
    (r"late at night|dead of night|late night|middle of the night", 23, 30),
    (r"night|nacht", 22, 30),
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december"),
)
_SEASONS = {
    "spring": (4, 15),
    "summer": (7, 10),
    "autumn": (10, 10),
    "fall": (10, 10),
    "winter": (1, 15),
    "christmas eve": (12, 24),
}
_SEASONS |= {
    "christmas": (12, 25),
    "new year's eve": (12, 31),
    "halloween": (10, 31),
    "sommer": (7, 10),
    "herbst": (10, 10),
}
_EARLY_LATE = {
    "spring": ((3, 25), (5, 25)),
    "summer": ((6, 25), (8, 25)),
    "sommer": ((6, 25), (8, 25)),
    "autumn": ((9, 25), (11, 20)),
    "fall": ((9, 25), (11, 20)),
    "herbst": ((9, 25), (11, 20)),
    "winter": ((12, 5), (2, 25)),
}
"""Early and late in a season."""
_LATE = ("late", "end", "später", "spät", "ende")
_PART = "early|late|beginning|start|end|früher|früh|später|spät|anfang|ende"
_ALSO_THINGS = {
    name: re.compile(
        rf"\b(?:in|of|since|until|during|by|this|that|last|next|every|one|it is|it's|it was) (?:the )?{name}\b"
        rf"|\b{name}(?:time| is here| has come| (?:18|19|20)\d\d| (?:morning|evening|night|day|afternoon|rain|sun)\b)"
    )
    for name in ("spring", "fall")
}
"""Clocks have springs and cities fall: these are seasons only in such company, or early and late."""
_CLOCK = re.compile(
    r"\b(?:at |around |about |um |gegen )?(?P<h>\d{1,2})(?::(?P<m>\d{2}))?\s*(?P<half>a\.?m\.?|"
    r"p\.?m\.?|o'clock|uhr)\b|\b(?P<h2>[01]?\d|2[0-3]):(?P<m2>[0-5]\d)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(
    r"\b(1[0-9]{3}|20[0-9]{2}|2[1-9][0-9]{2})\b"
    r"(?! (?:people|men|women|children|feet|(?!(?:was|is|has|as|his|this)\b)[a-z]+s)\b)"
)
"""A number of four digits that does not count anything."""


def instant_of(text: str, today: date) -> str:
    """The time ``text`` is set at, as ISO 8601 in UTC; empty where it names none.

    What it leaves open comes from ``today``: the nearest day to come that fits, noon where no hour is named.
    """
    low = text.lower()[:6000]
    at = _time(low)
    day = _day(low, today)
    if at is None and day is None:
        return ""
    return datetime.combine(day or today, at or time(12)).isoformat() + "Z"


def _time(low: str) -> time | None:
    found = _CLOCK.search(low)
    if found:
        hour, minute = int(found.group("h") or found.group("h2")), int(found.group("m") or found.group("m2") or 0)
        half = (found.group("half") or "").replace(".", "")
        if half == "pm" and hour < 12:
            hour += 12
        if half == "am" and hour == 12:
            hour = 0
        if half == "o'clock" and hour < 12 and re.search(r"\b(?:evening|night|afternoon|pm)\b", low):
            hour += 12
        if hour < 24 and minute < 60:
            return time(hour, minute)
    return next((time(hour, minute) for cue, hour, minute in _HOURS if re.search(rf"\b(?:{cue})s?\b", low)), None)


def _day(low: str, today: date) -> date | None:
    year = _YEAR.search(low)
    month = next((at for at, name in enumerate(_MONTHS, 1) if _names_month(name, low)), None)
    season = _season(low)
    weekday = next((at for at, name in enumerate(_DAYS) if name in low), None)
    if month or season or year:
        start = _dated(low, today, int(year.group(1)) if year else None, month, season)
        return start if weekday is None else start + timedelta(days=(weekday - start.weekday()) % 7)
    if weekday is not None:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    return today + timedelta(days=1) if "tomorrow" in low else None


def _season(low: str) -> tuple[int, int] | None:
    """Month and day of a season; early and late ones are told apart."""
    for name, (month, of_month) in _SEASONS.items():
        found = re.search(rf"\b(?:(?P<when>{_PART})[ -](?:(?:in|of|im|des) )?(?:the |this |that )?)?{name}s?\b", low)
        if found and (name not in _ALSO_THINGS or found.group("when") or _ALSO_THINGS[name].search(low)):
            when = found.group("when")
            if name not in _EARLY_LATE or when is None:
                return month, of_month
            return _EARLY_LATE[name][when in _LATE]
    return None


def _names_month(name: str, low: str) -> bool:
    """Whether a month is meant: "may" and "march" only beside a number or a preposition."""
    if name in ("may", "march"):
        return re.search(rf"\b(?:in|of|\d+) {name}\b|\b{name} \d", low) is not None
    return re.search(rf"\b{name}\b", low) is not None


def _dated(low: str, today: date, year: int | None, month: int | None, season: tuple[int, int] | None) -> date:
    of_month = 1
    if month:
        name = _MONTHS[month - 1]
        found = re.search(
            rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {name}\b|\b{name} (\d{{1,2}})(?:st|nd|rd|"
            rf"th)?\b(?!\d)",
            low,
        )
        of_month = max(1, min(28, int(found.group(1) or found.group(2)))) if found else 1
    elif season:
        month, of_month = season
    made = date(year or today.year, month or today.month, of_month if month or season else min(28, today.day))
    return made.replace(year=made.year + 1) if year is None and made < today else made
