"""``ourojam talk``: a scripted conversation through the whole command, and by hand in a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

MARA = {
    "do": "bot",
    "name": "Mara",
    "persona": "Mara repairs clocks by the canal.",
    "traits": ["dry", "patient"],
    "relationship": "We are friends.",
    "kickoff": "A rainy evening in Mara's clock shop. She is mending a mantel clock.",
}
IVO = {"do": "bot", "name": "Ivo", "persona": "Ivo drives the night tram.", "traits": ["warm"]}


def talked(
    profile: Path, *commands: dict[str, Any], script: str | None = None
) -> tuple[int, list[dict[str, Any]], str]:
    text = script if script is not None else "\n".join(json.dumps(command) for command in commands)
    done = subprocess.run(
        [sys.executable, "-m", "game", "talk", "--profile", str(profile), "--script", "-", "--json"],
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_a_whole_conversation_from_a_script(tmp_path: Path) -> None:
    code, told, problems = talked(
        tmp_path,
        {"do": "you", "name": "Ana", "persona": "30, repairs bicycles"},
        MARA,
        {"do": "kickoff", "set": {"when": "2031-05-04T21:14:00Z"}},
        {"do": "say", "text": "Good evening, Mara. *hangs up her wet coat*"},
        {"do": "say", "text": "I have a sister called Lin. She is getting married on Saturday."},
        {"do": "swipe", "turn": 2},
        {"do": "swipe", "turn": 2, "choose": 0},
        IVO,
        {"do": "guest", "bot": "Mara", "guest": "Ivo", "met": "They went to school together."},
        {"do": "say", "text": "Ivo, do you know Mara's shop?"},
        {"do": "close"},
        {"do": "skip", "asked": "next morning", "notable": "It snowed."},
        {"do": "meanwhile", "with": "ivo", "about": "The clock strikes thirteen.", "turns": 2},
        {"do": "thread", "title": "The letter"},
        {"do": "event", "title": "The wedding", "props": ["the blue dress"]},
        {"do": "event", "event": 1, "state": "active"},
        {"do": "branch", "name": "the long way"},
        {"do": "rewind", "to": 2, "preview": True},
        {"do": "rewind", "to": 2, "keep_as": "with the guest"},
        {"do": "undo"},
        {"do": "edit", "what": "edge", "key": ["mara", "you"], "field": "affinity", "value": 77},
        {"do": "edit", "what": "turn", "key": [1], "field": "text", "value": "Good evening."},
        {"do": "recall", "text": "sister"},
        {"do": "search", "text": "sister"},
        {"do": "prompt"},
        {"do": "export", "what": "chat"},
        {"do": "export", "what": "card"},
        {"do": "delete", "turns": [3], "preview": True},
        {"do": "delete", "turns": [3]},
        {"do": "dump"},
    )
    assert problems == ""
    assert [(line["do"], line["error"]) for line in told if "error" in line] == []
    assert [line for line in told if "problem" in line] == []
    assert code == 0
    by_name = {line["do"]: line for line in told}
    assert by_name["say"]["said"][0]["name"] == "Ana"
    assert {one["by"] for one in by_name["close"]["told"]} == {"you", "mara", "ivo"}
    assert by_name["skip"]["clock"].startswith("2031-05-05T08:00")
    assert any("messages" in line for line in by_name["rewind"]["lines"])
    assert by_name["prompt"]["tokens"] <= 8000
    dump = by_name["dump"]
    assert next(edge for edge in dump["edges"] if edge["owner"] == "mara" and edge["target"] == "you")["affinity"] == 77
    assert 3 not in [turn["number"] for turn in dump["turns"]]


def test_mistakes_are_told_one_by_one_and_the_rest_goes_on(tmp_path: Path) -> None:
    code, told, problems = talked(
        tmp_path,
        script="\n".join(
            [
                "# a comment and an empty line are passed over",
                "",
                "not json",
                '{"say": "no do"}',
                '{"do": "dance"}',
                '{"do": "say", "text": "to whom?"}',
                '{"do": "bot", "name": ""}',
                json.dumps(MARA),
                '{"do": "rewind"}',
                '{"do": "say", "text": "Hello."}',
            ]
        ),
    )
    assert code == 1
    assert problems == ""
    errors = [line for line in told if "error" in line]
    assert [line["line"] for line in errors] == [3, 4, 5, 6, 7, 9]
    assert all("\n" not in line["error"] and "Traceback" not in line["error"] for line in errors)
    assert len(told[-1]["said"]) == 2


def test_talking_by_hand_goes_on_where_it_stopped(tmp_path: Path) -> None:
    talked(tmp_path, MARA, {"do": "say", "text": "Hello, Mara."})
    done = subprocess.run(
        [sys.executable, "-m", "game", "talk", "mara", "--profile", str(tmp_path)],
        input="How are you?\n/skip tomorrow\n/again\n/left\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "the offline voice" in done.stdout
    assert "Hello, Mara." in done.stdout
    assert done.stdout.count("Mara: ") >= 3
