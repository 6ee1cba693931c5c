"""A scene that mattered as a file the player can keep (004 7.3, 12)."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from engine.errors import UserError
from engine.log import EventLog
from game.roleplay import clock, jobs_of, reading
from game.roleplay.scenes import MEMORABLE, quotes_of

FORM = "ourojam-scene-1"


def export_scene(log: EventLog, folder: Path, host: str, number: int) -> Path:
    """Write one closed scene as JSON into ``folder``, whole or not at all; the file.

    It is named after the scene and the event that closed it, so that it replaces an older file of this scene, but none
    of a scene that has the same number on another branch.

    Raises:
        UserError: there is no such scene, or the folder cannot be written to.
    """
    scene = reading.scene(log, host, number)
    if scene is None:
        raise UserError(f"this chat has no scene {number}; choose one that the drawer lists")
    place = next((one.name for one in reading.containers(log, host) if one.id == scene.container), "")
    turns = reading.turns_of_scene(log, host, number)
    told = {
        "form": FORM,
        "chat": host,
        "host": reading.bot(log, host).name,
        "scene": number,
        "place": place,
        "clock": clock.iso(scene.clock_us),
        "present": [jobs_of.name_of(log, who) for who in scene.present],
        "significance": scene.significance,
        "quotes": quotes_of(turns) if scene.significance >= MEMORABLE else [],
        "turns": [
            {"speaker": jobs_of.name_of(log, turn.speaker), "text": turn.text, "turn": turn.number} for turn in turns
        ],
    }
    path = _file_of(log, folder, host, number)
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        with suppress(OSError):  # where nothing can be written there is nothing to clear away either
            part.unlink(missing_ok=True)
        raise UserError(f"{path}: the scene could not be written there ({error.strerror}); free the folder") from error
    return path


def refresh(log: EventLog, folder: Path | None, host: str) -> None:
    """Bring the files of this branch's scenes up to date: what was cut out of a scene is cut out of its file.

    The file of a scene that matters no more is removed; where there is no file none is made.

    Raises:
        UserError: a file cannot be written or removed.
    """
    if folder is None:
        return
    for scene in reading.scenes(log, host):
        path = _file_of(log, folder, host, scene.id)
        if not path.exists():
            continue
        if scene.significance >= MEMORABLE and reading.turns_of_scene(log, host, scene.id):
            export_scene(log, folder, host, scene.id)
            continue
        try:
            path.unlink()
        except OSError as error:
            raise UserError(f"{path} could not be removed ({error.strerror}); remove it by hand") from error


def _file_of(log: EventLog, folder: Path, host: str, number: int) -> Path:
    ((seq,),) = log.query("SELECT closed_seq FROM scenes WHERE chat = ? AND scene = ?", (host, number))
    return folder / host / f"scene-{number:04d}-{seq}.json"
