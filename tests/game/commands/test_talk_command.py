"""``ourojam talk``: a scripted conversation through the whole command, and by hand in a terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from engine.llm import ModelSettings, Slot, save
from game.profile import Profile
from game.roleplay import authoring, reading
from game.roleplay.cast_events import BotAuthored
from game.roleplay.desk import Desk
from game.roleplay.events import TurnSaid
from game.roleplay.ledger import Fact
from game.roleplay.offline import OfflineVoice
from tests.rig.model_server import Do, ModelServer

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
        {"do": "edit", "what": "event", "key": [1], "field": "title", "value": "The wedding at last"},
        {"do": "thread", "close": 1, "outcome": "It was never sent."},
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
    assert (dump["events"][0]["title"], dump["events"][0]["state"]) == ("The wedding at last", "active")
    assert (dump["threads"][0]["open"], dump["threads"][0]["outcome"]) == (False, "It was never sent.")
    assert 3 not in [turn["number"] for turn in dump["turns"]]


def test_a_card_goes_out_as_its_files_ending_says(tmp_path: Path) -> None:
    picture, text = tmp_path / "ivo.png", tmp_path / "ivo.json"
    outs = [json.dumps({"do": "export", "what": "card", "file": str(file)}) for file in (picture, text)]
    code, _, problems = talked(tmp_path, script="\n".join([json.dumps(IVO), *outs]))
    assert (code, problems) == (0, "")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert json.loads(text.read_bytes())["data"]["name"] == "Ivo"


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


def by_hand(profile: Path, typed: bytes, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "game", "talk", "mara", "--profile", str(profile)],
        input=typed,
        capture_output=True,
        timeout=120,
        env={**os.environ, **env},
        check=False,
    )


def test_what_is_no_text_in_the_terminals_encoding_is_said_as_far_as_it_is(tmp_path: Path) -> None:
    talked(tmp_path, MARA)
    done = by_hand(tmp_path, b"caf\xe9, Mara?\n/left\n", PYTHONUTF8="1")
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert "caf\ufffd, Mara?" in by_hand(tmp_path, b"/left\n", PYTHONUTF8="1").stdout.decode()


def test_a_script_may_spell_what_no_log_and_no_terminal_takes(tmp_path: Path) -> None:
    evil = "\\ud800 \\u001b]0;owned\\u0007"
    code, told, problems = talked(
        tmp_path,
        script="\n".join(
            [
                f'{{"do": "you", "name": "Ana{evil}", "persona": "{evil}"}}',
                json.dumps(MARA).replace("Mara repairs", f"Mara {evil} repairs"),
                f'{{"do": "say", "text": "Hello {evil}"}}',
                f'{{"do": "{evil}"}}',
                "[" * 100_000,
            ]
        ),
    )
    assert (code, problems) == (1, "")
    assert [line["line"] for line in told if "error" in line] == [4, 5]
    said = next(line for line in told if line["do"] == "say")["said"][0]
    assert (said["name"], said["text"]) == ("Ana\ufffd ]0;owned", "Hello \ufffd ]0;owned")


def test_nothing_that_others_wrote_commands_the_terminal(tmp_path: Path) -> None:
    with Profile.open(tmp_path) as profile:  # as an older log, or another program, may hold it
        desk = Desk(profile.own_log, OfflineVoice())
        bot = authoring.author(desk, BotAuthored("Mara", greetings=["Come in."]))
        authoring.begin(desk, bot, authoring.parse_kickoff(desk, bot))
        chat = reading.chat(desk.log, bot)
        desk.write(bot, [Fact(TurnSaid(2, bot, "Sit \x1b]0;owned\x07\x9b31m\u202edown", 1, chat.clock_us))])
        desk.close()
    shown = by_hand(tmp_path, b"/left\n", PYTHONUTF8="1").stdout.decode()
    assert "Sit ]0;owned31mdown" in shown
    assert not set(shown) & set("\x1b\x07\x9b\u202e")


def test_control_c_stops_a_reply_and_what_came_of_it_is_kept(tmp_path: Path) -> None:
    talked(tmp_path, MARA)
    with ModelServer() as server:
        server.decide = lambda asked: (
            Do("The clock has stopped at nine for good.", stall_after=3) if asked.is_stream else Do(status=500)
        )
        model = server.model()
        slot = Slot(base_url=model.endpoint.base_url, model=model.name)
        save(tmp_path, ModelSettings(narrative=slot))
        talk = subprocess.Popen(
            [sys.executable, "-u", "-m", "game", "talk", "mara", "--profile", str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert talk.stdin is not None
        assert talk.stdout is not None
        talk.stdin.write(b"Hello, Mara.\n")
        talk.stdin.flush()
        shown = b""
        while b"The clock has" not in shown and (piece := os.read(talk.stdout.fileno(), 4096)):
            shown += piece
        talk.send_signal(signal.SIGINT)
        rest, problems = talk.communicate(b"/left\n", timeout=120)
    assert talk.returncode == 0, problems
    with Profile.open(tmp_path) as profile:
        last = reading.last_turns(profile.own_log, "mara", 1)[0]
    assert (last.speaker, last.said.truncated) == ("mara", True)
    assert last.text.startswith("The clock has")
    assert b"good" not in shown + rest


def test_in_a_terminal_too_the_player_says_whether_the_guest_is_gone(tmp_path: Path) -> None:
    talked(
        tmp_path, MARA, IVO, {"do": "say", "bot": "mara", "text": "Hello."}, {"do": "guest", "guest": "ivo", "met": ""}
    )
    typed = b"Goodbye, Ivo. *Ivo leaves the shop and goes home*\n%s\n/left\n"
    for answer, guest in ((b"n", "ivo"), (b"y", "")):
        done = by_hand(tmp_path, typed % answer)
        assert b"has Ivo left?" in done.stdout
        with Profile.open(tmp_path) as profile:
            assert reading.chat(profile.own_log, "mara").guest == guest
