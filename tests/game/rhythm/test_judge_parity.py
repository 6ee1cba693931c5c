"""Replays the original game wrote, judged anew: what it counted beside what we count."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from game.rhythm.formats.read import read_chart_file
from game.rhythm.osr import osr_replay, read_osr
from game.rhythm.replay import judge_replay
from game.rhythm.result import Result

TAPS = [f"MAGiCVLGiRL_ZVPH-0{number}.osr" for number in range(5)]
HOLDS = [*(f"Aegleseeker-0{number}.osr" for number in range(4)), "hehehe.osr"]
NAMES = {"max": "geki", "300": "n300", "200": "katu", "100": "n100", "50": "n50", "miss": "miss"}


@cache
def rejudged(folder: Path, name: str) -> tuple[Result, dict[str, int]]:
    """Our result and the original game's."""
    expected = json.loads((folder / "expected.json").read_text())["replays"][name]
    chart = read_chart_file(folder / "charts" / expected["chart"]).charts[0]
    file = read_osr((folder / "replays" / name).read_bytes(), name)
    assert file.chart_hash == chart.hash
    return judge_replay(osr_replay(file, chart), chart).finish(), expected


@pytest.mark.real
@pytest.mark.parametrize("name", [*TAPS, *HOLDS])
def test_counts_and_max_combo_are_those_of_the_original_game(real_data: Path, name: str) -> None:
    ours, expected = rejudged(real_data, name)
    assert ours.counts == {own: expected[theirs] for own, theirs in NAMES.items()}
    assert ours.max_combo == expected["max_combo"]


@pytest.mark.real
@pytest.mark.parametrize("name", [*TAPS, "Aegleseeker-03.osr", "hehehe.osr"])
def test_the_score_is_that_of_the_original_game(real_data: Path, name: str) -> None:
    ours, expected = rejudged(real_data, name)
    assert ours.score == expected["score"]


@pytest.mark.real
@pytest.mark.parametrize("name", HOLDS)
def test_the_score_of_plays_with_many_broken_holds_is_within_a_thousandth(real_data: Path, name: str) -> None:
    ours, expected = rejudged(real_data, name)
    assert ours.score == pytest.approx(expected["score"], rel=1e-3)


@pytest.mark.real
def test_health_follows_the_life_graph_the_original_game_drew(real_data: Path) -> None:
    file = read_osr((real_data / "replays" / "hehehe.osr").read_bytes())
    chart = read_chart_file(real_data / "charts" / "hehehe.osu").charts[0]
    replay = osr_replay(file, chart)
    judge = judge_replay(replay, chart)
    judge.finish()
    given = judge.hits[judge.hits["judgement"] >= 0]
    points = [tuple(float(value) for value in point.split("|")) for point in file.life.split(",") if point]
    assert len(points) > 50
    health, place = 1.0, 0
    for at_ms, shown in points:
        while place < len(given) and given["at_us"][place] <= at_ms * 1000:
            health = min(1.0, max(0.0, health + judge.rules.health[given["judgement"][place]]))
            place += 1
        assert health == pytest.approx(shown, abs=0.0051)  # the graph has two decimals
