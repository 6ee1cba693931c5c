"""Nobody is listened to more than their share, and counting them does not grow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.net.limits import (
    BURST,
    GUESS_WINDOW_US,
    GUESSES_IN_ALL,
    GUESSES_PER_HOST,
    KEPT_US,
    UNDECIDED_US,
    Guesses,
    Limits,
)

SECOND_US = 1_000_000


def test_a_source_may_send_its_burst_at_once_and_its_rate_for_long() -> None:
    limits: Limits[str] = Limits(per_s=100, burst=50)
    assert sum(limits.allow("a", 0) for _ in range(1000)) == 50
    later = [limits.allow("a", at_us) for at_us in range(0, 10 * SECOND_US, 1000)]
    assert sum(later) == 999  # one every 10 ms from the first 10 ms on
    assert limits.refused == 950 + 9001


@given(st.lists(st.integers(0, 50_000), min_size=1, max_size=300))
def test_no_pattern_gets_more_than_burst_and_rate(gaps_us: list[int]) -> None:
    limits: Limits[str] = Limits(per_s=100, burst=5)
    at_us = allowed = 0
    for gap_us in gaps_us:
        at_us += gap_us
        allowed += limits.allow("a", at_us)
    assert allowed <= 5 + at_us // 10_000


def test_a_flood_from_ever_new_addresses_gets_one_share_and_takes_nothing_from_those_who_are_there() -> None:
    limits: Limits[tuple[str, int]] = Limits(per_s=1000, burst=500, max_sources=64)
    member = ("192.168.1.5", 4000)
    assert limits.allow(member, 0)
    heard = strangers = 0
    for number in range(100_000):
        at_us = number * 10  # a hundred thousand datagrams in a second
        strangers += limits.allow((f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 9), at_us)
        if number % 500 == 0:
            heard += limits.allow(member, at_us)
        assert len(limits) <= 64
    assert heard == 200
    assert strangers <= 500 + 1000


def test_a_source_that_has_gone_makes_room() -> None:
    limits: Limits[int] = Limits(max_sources=4)
    for source in range(4):
        assert limits.allow(source, 0)
    limits.allow(9, KEPT_US - 1)
    for source in range(4, 8):
        assert limits.allow(source, KEPT_US)
    assert len(limits) == 4
    assert sum(limits.allow(7, KEPT_US) for _ in range(1000)) == BURST - 1


def test_a_source_that_floods_is_named_once_for_each_share_too_much() -> None:
    limits: Limits[str] = Limits(per_s=100, burst=50)
    for number in range(200):
        limits.allow("loud", 0)
        limits.allow("quiet", number * SECOND_US)
    assert limits.floods(least=100) == ["loud"]
    assert limits.floods(least=100) == []


def tried(guesses: Guesses, host: str, now_us: int, times: int = 1) -> None:
    for _ in range(times):
        assert guesses.wait_s(host, now_us) == 0
        guesses.began(host, now_us)


def test_a_machine_with_five_wrong_codes_waits_out_the_minute_and_others_do_not() -> None:
    guesses = Guesses()
    tried(guesses, "a", 0, GUESSES_PER_HOST)
    assert guesses.wait_s("a", UNDECIDED_US) == 58
    assert guesses.wait_s("b", UNDECIDED_US) == 0
    assert guesses.wait_s("a", GUESS_WINDOW_US - 1) == 1
    assert guesses.wait_s("a", GUESS_WINDOW_US) == 0
    assert len(guesses) == 0


def test_many_machines_together_have_thirty_tries_a_minute() -> None:
    guesses = Guesses()
    for host in range(GUESSES_IN_ALL):
        tried(guesses, str(host), 0)
    assert guesses.wait_s("another", UNDECIDED_US) == 58
    assert guesses.wait_s("another", GUESS_WINDOW_US) == 0


def test_six_machines_that_guess_whenever_they_may_lock_nobody_else_out() -> None:
    guesses = Guesses()
    began = refused = 0
    for at_us in range(0, 300 * SECOND_US, SECOND_US // 2):
        for host in range(6):
            if guesses.wait_s(str(host), at_us) == 0:
                guesses.began(str(host), at_us)
                began += 1
        refused += guesses.wait_s("a friend", at_us) != 0
    assert not refused
    assert began <= 5 * GUESSES_IN_ALL


def test_a_rush_of_right_codes_is_not_taken_for_guessing() -> None:
    guesses = Guesses()
    open_tries = [guesses.began("hall", 0) for _ in range(GUESSES_PER_HOST)]
    assert guesses.wait_s("hall", 1000) is None  # too many at once to tell: it asks again a moment later
    for guess in open_tries:
        guesses.proved(guess)
        guesses.proved(guess)
    assert guesses.wait_s("hall", 2000) == 0
