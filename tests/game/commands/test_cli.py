"""The command line as a person or a script meets it: real processes, real files, exit codes and JSON lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from game.cli import COMMANDS

HOUSE = Path(__file__).resolve().parents[3]
CHART = HOUSE / "charts" / "first-light" / "4k-easy.jam"


class Ran:
    """What a finished command said."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr
        self.lines: list[str] = done.stdout.splitlines()

    @property
    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


def ourojam(*args: object, profile: Path | None = None) -> Ran:
    """Run the command line in a process of its own."""
    environment = {**os.environ, "SDL_VIDEODRIVER": "dummy"}
    environment.pop("OUROJAM_PROFILE", None)
    if profile is not None:
        environment["OUROJAM_PROFILE"] = str(profile)
    command = [sys.executable, "-m", "game", *map(str, args)]
    return Ran(subprocess.run(command, capture_output=True, text=True, cwd=HOUSE, env=environment, timeout=120))


def test_help_names_every_command() -> None:
    ran = ourojam("--help")
    assert ran.code == 0
    assert all(name in ran.out for name in COMMANDS)


@pytest.mark.parametrize(
    "args",
    [
        ("no-such-command",),
        ("chart", "info"),
        ("chart", "info", "no-such-file.osu"),
        ("chart", "info", "README.md"),
        ("play", CHART, "--headless"),
        ("play", CHART, "--headless", "--autoplay", "--rate", "0.77"),
        ("play", CHART, "--headless", "--autoplay", "--rate", "nan"),
        ("play", CHART, "--headless", "--autoplay", "--rate", "inf"),
        ("play", CHART, "--headless", "--autoplay", "--rules", "golf"),
        ("judge", CHART, CHART, "--rules", "golf"),
        ("judge", CHART, "no-such-replay.osr"),
        ("judge", "no-such-chart.osu", "no-such-replay.osr"),
        ("chart", "convert", "no-such-chart.osu", "-o", "out.jam"),
        ("play", CHART, "--headless", "--replay", "no-such-replay.osr"),
        ("replay", "import", "no-such-replay.osr"),
        ("bench", "no-such-room"),
        ("shot", "no-such-scene"),
    ],
)
def test_misuse_exits_with_2_and_one_sentence(args: tuple[object, ...], tmp_path: Path) -> None:
    ran = ourojam(*args, profile=tmp_path)
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert ran.err.strip()


def test_a_missing_profile_is_misuse_for_commands_that_only_look(tmp_path: Path) -> None:
    for args in (("log", "show"), ("log", "verify"), ("replay", "list")):
        ran = ourojam("--profile", tmp_path / "none", *args)
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert not (tmp_path / "none").exists()


def test_chart_info_is_one_json_object_a_chart() -> None:
    ran = ourojam("chart", "info", "--json", *sorted(CHART.parent.glob("*.jam")))
    assert ran.code == 0
    assert len(ran.json) == len(list(CHART.parent.glob("*.jam")))
    names = {"file", "title", "name", "keys", "notes", "holds", "mines", "first_ms", "last_ms"}
    assert all(names | {"bpm_min", "bpm_max", "stars", "hash"} <= set(row) for row in ran.json)


def test_a_broken_chart_is_a_finding_and_the_rest_is_read(tmp_path: Path) -> None:
    broken = tmp_path / "broken.osu"
    broken.write_text("not a chart at all")
    ran = ourojam("chart", "info", "--json", broken, CHART)
    assert ran.code == 1
    assert "broken.osu" in ran.json[0]["error"]
    assert ran.json[1]["title"]


def test_a_broken_chart_in_an_archive_is_said_beside_the_others(tmp_path: Path) -> None:
    archive = tmp_path / "songs.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(CHART, "whole.jam")
        file.writestr("broken.qua", "Mode: [")
    ran = ourojam("chart", "info", "--json", archive)
    assert len(ran.json) == 1
    assert "songs.zip/broken.qua" in ran.err
    assert ran.err.count("\n") == 1


def test_charts_of_other_modes_are_listed_as_such(tmp_path: Path) -> None:
    other = tmp_path / "standard.osu"
    other.write_text("osu file format v14\n\n[General]\nMode: 0\n\n[Metadata]\nTitle:Circles\nVersion:Easy\n")
    ran = ourojam("chart", "info", "--json", other)
    assert ran.code == 0
    assert ran.json[0]["title"] == "Circles"
    assert ran.json[0]["skipped"]


@pytest.mark.parametrize("ending", [".osu", ".jam"])
def test_convert_keeps_every_note(ending: str, tmp_path: Path) -> None:
    out = tmp_path / f"out{ending}"
    assert ourojam("chart", "convert", CHART, "-o", out).code == 0
    before, after = ourojam("chart", "info", "--json", CHART, out).json
    assert [before[name] for name in ("title", "keys", "notes", "holds")] == [
        after[name] for name in ("title", "keys", "notes", "holds")
    ]
    again = ourojam("chart", "convert", CHART, "-o", out)
    assert again.code == 1
    assert "--force" in again.err
    assert ourojam("chart", "convert", CHART, "-o", out, "--force").code == 0


def test_a_performance_goes_from_the_command_to_the_log_and_back(tmp_path: Path) -> None:
    played = ourojam("play", CHART, "--autoplay", "--headless", "--json", profile=tmp_path)
    assert played.code == 0
    (said,) = played.json
    assert said["counts"]["max"] == sum(said["counts"].values())
    assert said["rules"] == "osu-mania-stable"
    (row,) = ourojam("replay", "list", "--json", profile=tmp_path).json
    assert row["performance"] == said["performance"]
    assert [row[name] for name in ("score", "max_combo", "counts")] == [
        said[name] for name in ("score", "max_combo", "counts")
    ]
    assert ourojam("replay", "verify", profile=tmp_path).code == 0
    assert ourojam("log", "verify", profile=tmp_path).code == 0
    assert ourojam("log", "rebuild", "--check", profile=tmp_path).code == 0
    kinds = [event["kind"] for event in ourojam("log", "show", "--json", profile=tmp_path).json]
    assert kinds[0] == "performance.started"
    assert kinds[-1] == "performance.ended"


def test_an_exported_replay_judges_the_same_and_plays_again(tmp_path: Path) -> None:
    (said,) = ourojam("play", CHART, "--autoplay", "--headless", "--json", profile=tmp_path).json
    for ending in (".jamreplay", ".osr"):
        out = tmp_path / f"mine{ending}"
        assert ourojam("replay", "export", said["performance"], "-o", out, profile=tmp_path).code == 0
        again = ourojam("replay", "export", said["performance"], "-o", out, profile=tmp_path)
        assert again.code == 1
        assert "--force" in again.err
        (judged,) = ourojam("judge", CHART, out, "--json").json
        assert [judged[name] for name in ("counts", "score", "max_combo", "rules")] == [
            said[name] for name in ("counts", "score", "max_combo", "rules")
        ]
        (replayed,) = ourojam("play", CHART, "--replay", out, "--headless", "--json", profile=tmp_path).json
        assert replayed["counts"] == said["counts"]


def test_an_imported_replay_is_verified_from_anywhere_and_keeps_its_mods_at_another_rate(tmp_path: Path) -> None:
    from game.rhythm.formats.read import read_chart_file
    from game.rhythm.mods import Mods
    from game.rhythm.performance import autoplay_edges
    from game.rhythm.replay import Replay, write_replay

    chart = read_chart_file(CHART).charts[0]
    mods = Mods(mirror=True)
    out = tmp_path / "mirrored.jamreplay"
    out.write_bytes(write_replay(Replay(autoplay_edges(chart, mods), chart.hash, "quaver-standard", mods)))
    assert ourojam("replay", "import", out, CHART.relative_to(HOUSE), profile=tmp_path).code == 0
    (row,) = ourojam("replay", "list", "--json", profile=tmp_path).json
    assert Path(row["file"]).is_absolute()
    args = ("play", CHART, "--replay", out, "--headless", "--json", "--rate", "1.0")
    (said,) = ourojam(*args, profile=tmp_path).json
    assert said["counts"]["marv"] == sum(said["counts"].values())
    assert ourojam("replay", "verify", profile=tmp_path).code == 0


def test_a_replay_finds_its_chart_in_the_library(tmp_path: Path) -> None:
    from game.rhythm.formats.read import read_chart_file
    from game.rhythm.mods import Mods
    from game.rhythm.performance import autoplay_edges
    from game.rhythm.replay import Replay, write_replay

    chart = read_chart_file(CHART).charts[0]
    out = tmp_path / "mine.jamreplay"
    out.write_bytes(write_replay(Replay(autoplay_edges(chart, Mods()), chart.hash, "quaver-standard", Mods())))
    assert ourojam("replay", "import", out, profile=tmp_path).code == 0
    (row,) = ourojam("replay", "list", "--json", profile=tmp_path).json
    assert (row["title"], Path(row["file"]).name) == (chart.title, CHART.name)
    assert ourojam("replay", "verify", profile=tmp_path).code == 0
    out.write_bytes(write_replay(Replay(autoplay_edges(chart, Mods()), "0" * 32, "quaver-standard", Mods())))
    ran = ourojam("replay", "import", out, profile=tmp_path)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "not in the library" in ran.err


@pytest.mark.parametrize(
    "rules", ["osu-mania-stable", "osu-mania-lazer", "etterna-wife3-j4", "quaver-standard", "o2jam"]
)
def test_the_autoplayer_is_perfect_by_every_rule_set(rules: str, tmp_path: Path) -> None:
    ran = ourojam(
        *("play", CHART, "--autoplay", "--headless", "--json", "--rules", rules, "--rate", "1.5"), profile=tmp_path
    )
    (said,) = ran.json
    counts = said["counts"]
    kept = counts.pop("held", 0)  # Etterna counts holds beside the judgements
    best, *others = counts.values()
    assert best > 0
    assert (kept > 0) == rules.startswith("etterna")
    assert sum(others) == 0
    assert said["accuracy"] == pytest.approx(1.0)
    assert said["rules"] == rules


def test_a_chart_without_notes_is_not_played(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jam"
    empty.write_text("jam 1\ntitle: Nothing\nkeys: 4\n\n[notes]\n")
    ran = ourojam("play", empty, "--autoplay", "--headless", profile=tmp_path)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "no notes" in ran.err


def test_a_chart_without_notes_is_described_as_such_and_found_by_check(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jam"
    empty.write_text("jam 1\ntitle: Nothing\nkeys: 4\n\n[notes]\n")
    ran = ourojam("chart", "info", "--json", empty)
    assert (ran.code, ran.json[0]["notes"], ran.err.count("\n")) == (0, 0, 1)
    assert "no notes" in ran.err
    checked = ourojam("chart", "check", "--json", empty)
    assert (checked.code, len(checked.json[0]["problems"])) == (1, 1)


def test_an_unknown_rule_set_is_said_in_one_sentence(tmp_path: Path) -> None:
    ran = ourojam("play", CHART, "--autoplay", "--headless", "--rules", "golf", profile=tmp_path)
    assert ran.code == 2
    assert "golf" in ran.err
    assert ran.err.count("\n") == 1


def test_songs_are_added_from_the_command_line(tmp_path: Path) -> None:
    ran = ourojam("add", "--json", CHART.parent, profile=tmp_path)
    assert ran.code == 0
    added = Path(ran.json[0]["added"])
    assert added.is_relative_to(tmp_path / "songs")
    assert ran.json[0]["charts"] == len(list(added.rglob("*.jam"))) > 1
    assert ran.json[0]["problems"] == []
    assert ourojam("add", tmp_path / "nothing", profile=tmp_path).code == 2


def test_adding_says_how_many_charts_came_in_and_which_cannot_be_read(tmp_path: Path) -> None:
    song = tmp_path / "song"
    song.mkdir()
    (song / "whole.jam").write_text(CHART.read_text(encoding="utf-8"), encoding="utf-8")
    (song / "broken.osu").write_text("not a chart at all")
    ran = ourojam("add", song, profile=tmp_path / "profile")
    assert ran.code == 1
    assert ran.out.strip().endswith(": 1 chart")
    assert (ran.err.count("\n"), "broken.osu" in ran.err) == (1, True)


def test_a_lone_chart_that_is_there_is_not_copied_again(tmp_path: Path) -> None:
    shipped = ourojam("add", CHART, profile=tmp_path)
    assert shipped.code == 0
    assert "already there" in shipped.out
    assert not list((tmp_path / "songs").iterdir())
    own = tmp_path / "own.jam"
    own.write_text(CHART.read_text(encoding="utf-8").replace("title: ", "title: My "), encoding="utf-8")
    assert ourojam("add", "--json", own, profile=tmp_path).json[0]["charts"] == 1
    assert Path(ourojam("add", "--json", own, profile=tmp_path).json[0]["already"]).is_relative_to(tmp_path / "songs")
    assert len(list((tmp_path / "songs").iterdir())) == 1


def test_adding_beside_an_open_game_says_what_to_do(tmp_path: Path) -> None:
    from game.profile import Profile

    with Profile.open(tmp_path):
        ran = ourojam("add", CHART.parent, profile=tmp_path)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert ran.err.strip().endswith("drop them on its window instead")


def test_doctor_reports_each_thing_it_looked_for(tmp_path: Path) -> None:
    ran = ourojam("doctor", "--json", profile=tmp_path)
    found = {row["name"]: row for row in ran.json}
    assert {"GL", "audio", "MIDI", "keyboards", "gamepads", "models", "profile", "charts"} <= set(found)
    assert all(row["ok"] or row["advice"] for row in found.values())


def test_a_profile_in_use_is_refused_politely(tmp_path: Path) -> None:
    from game.profile import Profile

    with Profile.open(tmp_path):
        ran = ourojam("play", CHART, "--autoplay", "--headless", profile=tmp_path)
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert "open" in ran.err
