"""Scenes that mattered as files: each branch its own, whole or not at all, without what was cut out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import UserError
from game.roleplay import directing, editing, erasing, exporting, history, reading, talk
from game.roleplay.desk import Desk
from tests.rig.company import company
from tests.rig.disks import Mount, fill


def scene_that_matters(desk: Desk, text: str) -> int:
    talk.say(desk, "mara", text)
    desk.settle()
    desk.change(lambda: editing.weigh_turn(desk.log, "mara", reading.chat(desk.log, "mara").turns, 2))
    number = directing.close_scene(desk, "mara")
    desk.settle()
    return number


def files(desk: Desk) -> dict[str, Any]:
    assert desk.exports is not None
    return {path.name: json.loads(path.read_text()) for path in desk.exports.rglob("*") if path.is_file()}


def lines(told: dict[str, Any]) -> list[str]:
    return [turn["text"] for turn in told["turns"]]


def test_a_scene_of_another_branch_keeps_its_file(tmp_path: Path) -> None:
    with company(tmp_path) as desk:
        scene_that_matters(desk, "I am leaving the city.")
        desk.change(lambda: history.rewind(desk.log, desk.snapshots, "mara", 0, "leaving"))
        scene_that_matters(desk, "I am staying.")
        told = files(desk)
        assert len(told) == 2
        assert {lines(one)[0] for one in told.values()} == {"I am leaving the city.", "I am staying."}
        assert {one["scene"] for one in told.values()} == {1}


def test_a_turn_that_is_cut_out_is_cut_out_of_the_file(tmp_path: Path) -> None:
    with company(tmp_path) as desk:
        scene_that_matters(desk, "My number is 5550123.")
        (name,) = files(desk)
        done = desk.change(lambda: erasing.delete(desk.log, desk.snapshots, "mara", [1]))
        exporting.refresh(desk.log, desk.exports, "mara")
        assert not any("5550123" in line for line in lines(files(desk)[name]))
        desk.change(lambda: erasing.undo_delete(desk.log, done))
        exporting.refresh(desk.log, desk.exports, "mara")
        assert "My number is 5550123." in lines(files(desk)[name])
        desk.change(lambda: erasing.delete(desk.log, desk.snapshots, "mara", [1, 2]))
        exporting.refresh(desk.log, desk.exports, "mara")
        assert files(desk) == {}


def test_a_file_that_cannot_be_written_leaves_the_former_one_whole(tmp_path: Path, mount: Mount) -> None:
    disk = mount(tmp_path / "exports", "size=64k")
    with company(tmp_path) as desk:
        number = scene_that_matters(desk, "I am leaving the city.")
        before = files(desk)
        fill(disk).rename(disk / "mara" / "filler.part")
        with pytest.raises(UserError, match="could not be written"):
            exporting.export_scene(desk.log, disk, "mara", number)
        (disk / "mara" / "filler.part").unlink()
        assert files(desk) == before
