"""Who there is: bots, the player, one chat a bot, and the list of chats (004 2, 4, 5.1, 5.4, 12, 16.1)."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from engine.errors import UserError
from game.roleplay import authoring, clock, directing, editing, passes, reading, talk
from game.roleplay.cast_events import BotAuthored
from game.roleplay.events import YOU
from tests.rig.company import MARA, company
from tests.rig.judges import asked_for, judged


def test_a_bot_needs_a_name_and_nothing_else() -> None:
    with company(None, None, MARA) as desk:
        with pytest.raises(UserError, match="needs a name"):
            authoring.author(desk, BotAuthored("  "))
        ghost = authoring.author(desk, BotAuthored("Ghost"))
        assert talk.say(desk, ghost, "Who are you?").problem == ""
        assert reading.turns(desk.log, ghost)[-1].speaker == ghost


def test_what_an_author_writes_is_before_the_bot_whenever_it_speaks() -> None:
    author = dataclasses.replace(MARA, voice_samples=["Sit.", "Do not touch that.", "It is ready when it is ready."])
    with judged() as (desk, server):
        mara = authoring.author(desk, dataclasses.replace(author, name="Mara the Second"))
        authoring.describe_you(desk, "Ana", "she/her", "30, repairs bicycles")
        talk.say(desk, mara, "Hello.")
        (asked,) = [one.prompt for one in server.requests if one.is_stream]
        assert MARA.persona in asked
        assert f"Traits: {', '.join(MARA.traits)}" in asked
        assert MARA.backstory in asked
        samples = "\n---\n".join(author.voice_samples)
        assert f"Voice reference. Match this register, vocabulary, and rhythm:\n{samples}" in asked
        assert "Ana (she/her)" in asked
        assert "30, repairs bicycles" in asked


def test_the_relationship_is_taken_apart_once_and_seeds_both_edges() -> None:
    with judged() as (desk, server):
        talk.say(desk, "mara", "Hello.")
        talk.say(desk, "mara", "Well?")
        directing.close_scene(desk, "mara")
        desk.settle()
        (asked,) = [one.prompt for one in server.requests if asked_for(one) == "Kickoff"]
        assert MARA.relationship in asked
        assert MARA.kickoff in asked
        assert reading.edge(desk.log, YOU, "mara").trust == 60
        assert reading.edge(desk.log, "mara", YOU).trust == 55, "never the same from both sides"


def test_there_is_one_player_for_all_chats_and_nothing_of_them_is_required() -> None:
    with judged() as (desk, server):
        talk.say(desk, "mara", "Hello.")
        authoring.describe_you(desk, "", "", "")
        assert reading.you(desk.log).called == "You"
        for host in ("mara", "ivo"):
            assert talk.say(desk, host, "It is me.").problem == ""
        asked = [one.prompt for one in server.requests if one.is_stream]
        assert "Ana" in asked[0]
        assert not [one for one in asked[1:] if "she/her" in one or "bicycles" in one]


def test_every_bot_has_exactly_one_chat_of_its_own_and_there_may_be_any_number() -> None:
    many = [BotAuthored(f"Bot {number}", persona="Somebody.") for number in range(40)]
    with company(None, None, *many) as desk:
        rows = reading.chat_rows(desk.log)
        assert len(rows) == len({row.bot.id for row in rows}) == 40
        assert authoring.author(desk, many[0]) not in {row.bot.id for row in rows}, "of one name there may be two"


def test_the_list_shows_who_what_was_last_said_when_and_what_time_it_is_there() -> None:
    with company() as desk:
        assert [(row.begun, row.snippet, row.last_at_us) for row in reading.chat_rows(desk.log)] == [(False, "", 0)] * 3
        talk.say(desk, "mara", "Hello.")
        talk.say(desk, "ivo", "Hello.")
        directing.skip(desk, "mara", "a week later")
        talk.say(desk, "mara", "Still here?")
        desk.settle()
        rows = {row.bot.id: row for row in reading.chat_rows(desk.log)}
        assert [row.bot.id for row in reading.chat_rows(desk.log)] == ["mara", "ivo", "lene"], "the last one first"
        mara, ivo = rows["mara"], rows["ivo"]
        last = reading.turns(desk.log, "mara")[-1]
        assert last.text.startswith(mara.snippet[:40])
        assert (mara.last_at_us, mara.turns) == (last.at_us, last.number)
        assert mara.clock_us == reading.chat(desk.log, "mara").clock_us
        assert clock.day_number(mara.clock_us, mara.day_one_us) == 8
        assert clock.day_number(ivo.clock_us, ivo.day_one_us) == 1
        assert (rows["lene"].begun, rows["lene"].snippet) == (False, "")
        authoring.remove(desk, "ivo")
        assert [row.bot.id for row in reading.chat_rows(desk.log)] == ["mara", "lene"]


def test_everything_is_one_file_with_a_write_ahead_log_and_foreign_keys(tmp_path: Path) -> None:
    with company(tmp_path) as desk:
        talk.say(desk, "mara", "Hello.")
        desk.settle()
        assert desk.log.query("PRAGMA journal_mode") == [("wal",)]
        assert desk.log.query("PRAGMA foreign_keys") == [(1,)]
        kept = {path.name.partition(".db")[0] + ".db" for path in tmp_path.glob("*.db*")}
        assert kept == {"ourojam.db"}


def test_what_belongs_to_a_chat_cannot_be_told_to_belong_elsewhere() -> None:
    structural = {"owner", "scene", "chat", "memory", "turn"}
    with company() as desk:
        talk.say(desk, "mara", "Thank you for everything.")
        directing.close_scene(desk, "mara")
        desk.settle()
        seq = desk.log.last_seq
        for field in structural:
            with pytest.raises(UserError):
                editing.edit(desk.log, "mara", "memory", [1], field, "ivo")
        assert desk.log.last_seq == seq


def test_nobody_speaks_unasked(tmp_path: Path) -> None:
    """Out of scope by 2.2: no bot makes contact of itself, nothing goes on while the player is away."""
    with company(tmp_path) as desk:
        talk.say(desk, "mara", "Hello.")
        desk.settle()
        seq = desk.log.last_seq
    with company(tmp_path) as desk:
        for host in ("mara", "ivo", "lene"):
            passes.catch_up(desk, host)
        desk.settle()
        assert desk.log.last_seq == seq
