from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.roleplay.skips import MAX_SKIP_US, skipped_to

TUESDAY_US = int(datetime(2026, 3, 3, 21, 14, tzinfo=UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("asked", "becomes"),
    [
        ("next morning", "2026-03-04 08:00"),
        ("a week later", "2026-03-10 21:14"),
        ("in two hours", "2026-03-03 23:14"),
        ("half an hour later", "2026-03-03 21:44"),
        ("tomorrow evening", "2026-03-04 19:00"),
        ("two days later in the morning", "2026-03-05 08:00"),
        ("on Friday", "2026-03-06 09:00"),
        ("at 21:30", "2026-03-03 21:30"),
        ("9pm", "2026-03-04 21:00"),
        ("midnight", "2026-03-04 00:00"),
    ],
)
def test_words_for_a_later_time(asked: str, becomes: str) -> None:
    found_us = skipped_to(TUESDAY_US, asked)
    assert found_us is not None
    assert datetime.fromtimestamp(found_us / 1e6, UTC).strftime("%Y-%m-%d %H:%M") == becomes


@pytest.mark.parametrize("asked", ["when we arrive", "to the end of the song", "", "later"])
def test_words_that_name_no_time_are_an_elision(asked: str) -> None:
    assert skipped_to(TUESDAY_US, asked) is None


@given(st.text(alphabet=st.sampled_from("0123456789:apm dayweekhournextmorning "), max_size=60))
def test_time_only_goes_forward(asked: str) -> None:
    found_us = skipped_to(TUESDAY_US, asked)
    assert found_us is None or TUESDAY_US < found_us <= TUESDAY_US + 2 * MAX_SKIP_US
