"""A scene that mattered as a file the player can keep (004 7.3, 12)."""

from __future__ import annotations

import json
from pathlib import Path

from engine.errors import UserError
from engine.log import EventLog
from game.roleplay import clock, jobs_of, reading
from game.roleplay.scenes import MEMORABLE, quotes_of

FORM = "ourojam-scene-1"


def export_scene(log: EventLog, folder: Path, host: str, number: int) -> Path:
    """Write one closed scene as JSON into ``folder``; returns the file, which replaces an older one of this scene.

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
    path = folder / host / f"scene-{number:04d}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: the scene could not be written there ({error.strerror}); free the folder") from error
    return path
