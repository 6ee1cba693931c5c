"""Cards, lorebooks and chats on their way in and out."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from engine.errors import UserError
from engine.log import EventLog
from game.roleplay import authoring, editing, importing, passes, reading, swipes, talk
from game.roleplay.cards import Form
from game.roleplay.events import YOU
from tests.rig.company import company
from tests.rig.disks import Mount, fill

CARD: dict[str, Any] = {
    "spec": "chara_card_v2",
    "spec_version": "2.0",
    "data": {
        "name": "Odile",
        "description": "{{char}} keeps the lighthouse and reads to {{user}}.",
        "personality": "quiet, stubborn, fond of storms",
        "scenario": "{{user}} is stranded at the lighthouse.",
        "first_mes": "*opens the door a hand's breadth* {{user}}? In this weather?",
        "alternate_greetings": ["*waves from the gallery* Up here!"],
        "mes_example": "<START>\n{{char}}: The lamp comes first.",
        "creator_notes": "",
        "system_prompt": "{{original}} Keep it brief.",
        "post_history_instructions": "",
        "tags": ["sea"],
        "creator": "",
        "character_version": "3",
        "extensions": {"weather/storm": {"chance": "0.5"}},
        "character_book": {
            "extensions": {},
            "entries": [
                {
                    "keys": ["lamp"],
                    "content": "The lamp burns whale oil and must be wound every four hours.",
                    "extensions": {},
                    "enabled": True,
                    "insertion_order": 1,
                }
            ],
        },
        "unheard_of": [1, 2, 3],
    },
}

CHAT = [
    {"user_name": "Ana", "character_name": "Odile", "create_date": "2024-3-1@20h11m05s", "chat_metadata": {"x": 1}},
    {"name": "Odile", "is_user": False, "send_date": "March 1, 2024 8:11pm", "mes": "Who is there?", "extra": {"k": 7},
     "swipes": ["Who is there?", "Come in."], "swipe_id": 0},
    {"name": "Ana", "is_user": True, "send_date": "2024-03-01T20:12:00Z", "mes": "It is me.", "force_avatar": "a.png"},
    {"name": "Odile", "is_user": False, "send_date": 1709323980000, "mes": "*steps aside* You are soaked."},
]  # fmt: skip


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_card_becomes_a_bot_with_its_lorebook_and_greetings(tmp_path: Path) -> None:
    card = written(tmp_path, "odile.json", json.dumps(CARD).encode())
    with company() as desk:
        found = importing.import_file(desk, card)
        bot = reading.bot(desk.log, found.bot)
        assert (bot.name, found.what) == ("Odile", "card")
        assert len(bot.greetings) == 2
        assert len(reading.books(desk.log, bot.id)) == 1
        authoring.begin(desk, bot.id, authoring.parse_kickoff(desk, bot.id))
        (first,) = reading.turns(desk.log, bot.id)
        assert first.speaker == bot.id
        assert [one.text for one in first.alternatives] == [
            "*opens the door a hand's breadth* Ana? In this weather?",
            "*waves from the gallery* Up here!",
        ]
        assert first.chosen == 0


@pytest.mark.parametrize("form", [None, Form.V2])
def test_a_bot_nobody_changed_leaves_as_the_file_it_came_from(tmp_path: Path, form: Form | None) -> None:
    data = json.dumps(CARD, indent=3).encode()
    with company() as desk:
        found = importing.import_file(desk, written(tmp_path, "odile.json", data))
        assert importing.export_card(desk, found.bot, form) == data


def test_a_changed_bot_keeps_what_we_have_no_field_for(tmp_path: Path) -> None:
    from game.roleplay.cast_events import BotEdited, bot_stream
    from game.roleplay.ledger import Fact

    with company() as desk:
        found = importing.import_file(desk, written(tmp_path, "odile.json", json.dumps(CARD).encode()))
        desk.ledger.write(bot_stream(found.bot), [Fact(BotEdited("persona", "She left.", ""))])
        out = json.loads(importing.export_card(desk, found.bot, Form.V2))
        assert "She left." in out["data"]["description"]
        assert out["data"]["unheard_of"] == [1, 2, 3]
        assert out["data"]["extensions"]["weather/storm"] == {"chance": "0.5"}
        assert out["data"]["character_book"]["entries"][0]["keys"] == ["lamp"]


def test_a_chat_comes_in_with_its_swipes_and_goes_out_byte_for_byte(tmp_path: Path) -> None:
    data = "\n".join(json.dumps(line) for line in CHAT).encode()
    with company() as desk:
        bot = importing.import_file(desk, written(tmp_path, "odile.json", json.dumps(CARD).encode())).bot
        importing.import_file(desk, written(tmp_path, "odile.jsonl", data), bot)
        turns = reading.turns(desk.log, bot)
        assert [turn.speaker for turn in turns] == [bot, YOU, bot]
        assert [one.text for one in turns[0].alternatives] == ["Who is there?", "Come in."]
        assert turns[0].accepted
        assert importing.export_chat(desk, bot) == data


def test_what_is_said_later_joins_the_exported_chat_and_unknown_fields_stay(tmp_path: Path) -> None:
    data = "\n".join(json.dumps(line) for line in CHAT).encode()
    with company() as desk:
        bot = importing.import_file(desk, written(tmp_path, "odile.json", json.dumps(CARD).encode())).bot
        importing.import_file(desk, written(tmp_path, "odile.jsonl", data), bot)
        talk.say(desk, bot, "Thank you, Odile.")
        talk.choose(desk, bot, 1, 1)
        lines = [json.loads(line) for line in importing.export_chat(desk, bot).decode().splitlines()]
        assert lines[0]["chat_metadata"] == {"x": 1}
        assert (lines[1]["mes"], lines[1]["swipe_id"], lines[1]["extra"]) == ("Come in.", 1, {"k": 7})
        assert lines[2]["force_avatar"] == "a.png"
        assert (lines[4]["name"], lines[4]["mes"], lines[4]["is_user"]) == ("Ana", "Thank you, Odile.", True)
        assert len(lines) == 6


def test_importing_over_a_chat_keeps_the_former_as_a_branch(tmp_path: Path) -> None:
    data = "\n".join(json.dumps(line) for line in CHAT).encode()
    with company() as desk:
        talk.say(desk, "mara", "Hello.")
        desk.settle()
        former = reading.chat(desk.log, "mara").branch
        importing.import_file(desk, written(tmp_path, "chat.jsonl", data), "mara")
        desk.settle()
        assert len(reading.turns(desk.log, "mara")) == 3
        desk.log.switch("chat/mara", former)
        assert reading.turns(desk.log, "mara")[0].text == "Hello."
        assert desk.log.check_rebuild() == []


def test_a_chat_goes_to_the_one_its_file_names_unless_the_player_names_another(tmp_path: Path) -> None:
    chat = written(tmp_path, "chat.jsonl", "\n".join(json.dumps(line) for line in CHAT).encode())
    card = written(tmp_path, "odile.json", json.dumps(CARD).encode())
    with company() as desk:
        assert importing.import_file(desk, chat, "mara").bot == "mara"  # nobody is called Odile yet
        odile = importing.import_file(desk, card).bot
        assert importing.import_file(desk, chat, "mara").bot == odile
        assert importing.import_file(desk, chat).bot == odile
        assert importing.import_file(desk, chat, "mara", named=True).bot == "mara"
        assert importing.import_file(desk, card).bot != odile
        assert importing.import_file(desk, chat, "mara").bot == "mara"  # two are called Odile: the file names neither


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("broken.json", b'{"spec": "chara_card_v2", "data": {"name": ', "broken.json"),
        ("empty.json", b"", "empty.json"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "picture.png"),
        ("chat.jsonl", b"\n".join(json.dumps(line).encode() for line in CHAT), "choose the character"),
    ],
)
def test_what_cannot_come_in_is_told_in_a_sentence_and_nothing_did(
    tmp_path: Path, name: str, data: bytes, says: str
) -> None:
    with company() as desk:
        before = desk.log.last_seq
        with pytest.raises(UserError, match=says):
            importing.import_file(desk, written(tmp_path, name, data))
        assert desk.log.last_seq == before


def test_a_card_larger_than_an_event_comes_in_whole_and_goes_out_whole(tmp_path: Path) -> None:
    card = {**CARD, "data": {**CARD["data"], "creator_notes": "x" * 20_000_000}}
    data = json.dumps(card).encode()
    with company() as desk:
        found = importing.import_file(desk, written(tmp_path, "odile.json", data))
        assert importing.export_card(desk, found.bot) == data


def test_a_nickname_is_what_the_card_means_by_char(tmp_path: Path) -> None:
    card = {**CARD, "spec": "chara_card_v3", "data": {**CARD["data"], "nickname": "Odi", "first_mes": "I am {{char}}."}}
    with company() as desk:
        found = importing.import_file(desk, written(tmp_path, "odile.json", json.dumps(card).encode()))
        authoring.begin(desk, found.bot, authoring.parse_kickoff(desk, found.bot))
        assert reading.turns(desk.log, found.bot)[0].text == "I am Odi."


def test_an_import_that_cannot_be_saved_leaves_the_chat_as_it_was(tmp_path: Path, mount: Mount) -> None:
    lines = [CHAT[0], *({"name": "Ana", "is_user": True, "mes": "word " * 2000} for _ in range(200))]
    chat = written(tmp_path, "chat.jsonl", "\n".join(json.dumps(line) for line in lines).encode())
    disk = mount(tmp_path / "disk", "size=24m")
    with company(disk) as desk:
        talk.say(desk, "mara", "Hello.")
        desk.settle()
        before, edge = reading.chat(desk.log, "mara"), reading.edge(desk.log, "mara", YOU)
        desk.snapshots = None  # it would be what does not fit
        filler = fill(disk)
        os.truncate(filler, filler.stat().st_size - 512 * 1024)  # room to leave the present chat, none for the new one
        with pytest.raises(UserError):
            importing.import_file(desk, chat, "mara")
        filler.unlink()
        assert reading.chat(desk.log, "mara") == before
        assert reading.edge(desk.log, "mara", YOU) == edge
        importing.import_file(desk, chat, "mara")
        assert reading.chat(desk.log, "mara").turns == 200
        assert reading.met(desk.log, "mara", YOU)


def test_of_a_long_import_the_last_scenes_are_told_at_once_and_the_rest_each_time_the_chat_is_opened(
    tmp_path: Path,
) -> None:
    lines = [CHAT[0], *({"name": "Ana", "is_user": True, "mes": f"Line {number}."} for number in range(600))]
    chat = written(tmp_path, "chat.jsonl", "\n".join(json.dumps(line) for line in lines).encode())

    def told(log: EventLog) -> list[int]:
        rows = log.query("SELECT DISTINCT scene FROM memories WHERE owner = 'mara' AND form = 'summary'")
        return sorted(number for (number,) in rows)

    with company() as desk:
        importing.import_file(desk, chat, "mara")
        desk.settle()
        assert told(desk.log) == [10, 11, 12, 13, 14]
        passes.catch_up(desk, "mara")
        desk.settle()
        assert told(desk.log) == list(range(5, 15))
        talk.rewrite(desk, "mara", 600 - 40, "Another line.")
        desk.settle()
        assert 14 in {scene.id for scene in reading.scenes(desk.log, "mara")}
        assert {scene.id for scene in swipes.stale_scenes(desk.log, "mara", 0)} == set()


def test_a_lorebook_larger_than_an_event_comes_in_whole(tmp_path: Path) -> None:
    entries = {str(i): {"uid": i, "key": [f"word{i}"], "content": "x" * 20_000} for i in range(900)}
    data = json.dumps({"entries": entries}).encode()
    assert len(data) > 16 * 1024 * 1024
    with company() as desk:
        importing.import_file(desk, written(tmp_path, "world.json", data), "mara")
        (book,) = reading.books(desk.log, "mara")
        assert book.data == data
        assert desk.log.check_rebuild() == []


def test_a_card_whose_lists_are_longer_than_an_event_comes_in_shortened_and_goes_out_whole(tmp_path: Path) -> None:
    greetings = [f"{number} " + "é" * 99_000 for number in range(150)]
    card = {**CARD, "data": {**CARD["data"], "alternate_greetings": greetings, "creator_notes": ""}}
    data = json.dumps(card, ensure_ascii=False).encode()
    with company() as desk:
        found = importing.import_file(desk, written(tmp_path, "odile.json", data))
        assert "of 151 greetings the first 5 are used, the file has all" in found.notes
        assert len(reading.bot(desk.log, found.bot).greetings) == 5
        assert importing.export_card(desk, found.bot) == data


def test_amending_one_field_of_a_card_leaves_the_longer_ones_whole(tmp_path: Path) -> None:
    long = "She keeps the lighthouse. " * 5000
    card = {**CARD, "data": {**CARD["data"], "system_prompt": long}}
    with company() as desk:
        bot = importing.import_file(desk, written(tmp_path, "odile.json", json.dumps(card).encode())).bot
        assert len(reading.bot(desk.log, bot).instructions) < len(long)
        desk.change(lambda: editing.edit_bot(desk.log, bot, "persona", "She left."))
        out = json.loads(importing.export_card(desk, bot, Form.V2))
        assert "She left." in out["data"]["description"]
        assert out["data"]["system_prompt"] == long
