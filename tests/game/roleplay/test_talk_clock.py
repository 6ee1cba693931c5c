"""Time in the fiction, as it is stored and as it is shown (004 4.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from game.roleplay.clock import DAY_US, HOUR_US, MINUTE_US, ago, day_label, day_number, friendly, from_iso, iso

TUESDAY = from_iso("2026-04-28T21:14")
INSTANTS = st.datetimes(timezones=st.just(UTC)).map(
    lambda moment: (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
)


def test_an_evening_reads_as_people_say_it() -> None:
    assert friendly(TUESDAY) == "Tuesday evening, 9:14pm"
    assert friendly(TUESDAY, TUESDAY - 2 * DAY_US) == "Tuesday evening, 9:14pm"


def test_from_the_second_week_on_the_day_is_counted() -> None:
    assert friendly(TUESDAY, TUESDAY - 7 * DAY_US) == "Day 8, Tuesday evening, 9:14pm"
    assert friendly(TUESDAY, TUESDAY + DAY_US).startswith("1 day before Day 1, Tuesday")


@pytest.mark.parametrize(
    ("hour", "said"),
    [
        ("00:00", "Tuesday night, 12:00am"),
        ("04:59", "Tuesday night, 4:59am"),
        ("05:00", "Tuesday morning, 5:00am"),
        ("12:00", "Tuesday afternoon, 12:00pm"),
        ("17:00", "Tuesday evening, 5:00pm"),
        ("22:30", "Tuesday night, 10:30pm"),
    ],
)
def test_parts_of_the_day(hour: str, said: str) -> None:
    assert friendly(from_iso(f"2026-04-28T{hour}")) == said


def test_the_day_is_counted_by_the_calendar() -> None:
    first = from_iso("2026-04-26T23:59")
    assert day_label(from_iso("2026-04-28T17:05"), first) == "Day 3, late afternoon"
    assert day_label(first, first) == "Day 1, night"
    assert day_number(first + 2 * MINUTE_US, first) == 2


@pytest.mark.parametrize(
    ("passed_us", "said"),
    [
        (0, "just now"),
        (30 * MINUTE_US, "less than an hour ago"),
        (HOUR_US, "an hour ago"),
        (3 * HOUR_US, "three hours ago"),
        (DAY_US, "yesterday"),
        (5 * DAY_US, "five days ago"),
        (7 * DAY_US, "a week ago"),
        (400 * DAY_US, "a year ago"),
        (-1, "still ahead"),
    ],
)
def test_how_long_ago(passed_us: int, said: str) -> None:
    assert ago(TUESDAY - passed_us, TUESDAY) == said


@given(INSTANTS)
def test_what_is_written_is_read_back_to_the_microsecond(clock_us: int) -> None:
    assert from_iso(iso(clock_us)) == clock_us


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_every_instant_of_the_log_can_be_shown(clock_us: int, day_one_us: int) -> None:
    assert friendly(clock_us, day_one_us)
    assert day_label(clock_us, day_one_us)
    assert iso(clock_us)


def test_a_time_zone_is_brought_to_utc() -> None:
    assert from_iso("2026-04-28T23:14+02:00") == TUESDAY


@given(st.text(max_size=60))
def test_what_is_no_date_is_said_in_one_sentence(text: str) -> None:
    with pytest.raises(UserError, match="is no date and time"):
        from_iso(f"no {text}")


def test_a_date_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(UserError, match="no date and time"):
        from_iso("0001-01-01T00:00+23:00")
