"""A tempo that is tapped or typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.scenes.jam_free_tempo import FASTEST, PAUSE_US, SLOWEST, Tempo


@given(st.integers(SLOWEST, FASTEST), st.lists(st.integers(-15_000, 15_000), min_size=6, max_size=12))
def test_a_tempo_tapped_as_people_tap_is_found(bpm: int, uneven_us: list[int]) -> None:
    tempo = Tempo(100)
    beat_us = 60_000_000 / bpm
    for number, off_us in enumerate(uneven_us):
        tempo.tap(round(number * beat_us) + 10_000_000 + off_us)
    assert tempo.bpm == pytest.approx(bpm, rel=0.15)


def test_one_slip_among_the_taps_changes_nothing() -> None:
    tempo = Tempo(100)
    for at_us in (0, 500_000, 1_000_000, 1_250_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000):
        tempo.tap(at_us + 1)
    assert tempo.bpm == 120
    assert tempo.beat_us == 500_000


def test_after_a_pause_tapping_begins_anew() -> None:
    tempo = Tempo(100)
    for at_us in (0, 600_000, 1_200_000):
        tempo.tap(at_us)
    assert tempo.bpm == 100
    later = 1_200_000 + PAUSE_US + 1
    for number in range(3):
        tempo.tap(later + number * 400_000)
    assert (tempo.bpm, tempo.taps) == (150, 3)


def test_a_number_is_typed_digit_by_digit() -> None:
    tempo = Tempo(100)
    for place, digit in enumerate("128"):
        tempo.type(digit, place * 300_000)
    assert tempo.bpm == 128
    tempo.type("9", 5_000_000)
    assert tempo.bpm == 128  # not yet a tempo
    tempo.type("0", 5_200_000)
    assert tempo.bpm == 90
    for place, digit in enumerate("999"):
        tempo.type(digit, 10_000_000 + place)
    assert tempo.bpm == FASTEST
