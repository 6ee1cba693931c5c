"""Real traffic, changed in every way, has no effect on doors, joiners, members and readers (long runs: tests/fuzz)."""

from __future__ import annotations

import pytest

from tests.fuzz.fuzz_datagrams import TARGETS, fuzz

RUNS = 8000


@pytest.mark.parametrize("target", TARGETS)
def test_changed_traffic_has_no_effect(target: str) -> None:
    report = fuzz(target, RUNS, seed=7)
    assert sum(report["came"].values()) == RUNS
    assert report["grown_mb"] < 20
