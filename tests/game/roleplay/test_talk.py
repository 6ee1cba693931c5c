"""A chat from the player's hand to the log and back, with the offline voice."""

from __future__ import annotations

import threading

import pytest

from engine.errors import UserError
from game.roleplay import authoring, directing, reading, recall, talk
from game.roleplay.events import YOU
from game.roleplay.jobs import Kickoff, Place
from game.truth import Truth
from tests.rig.company import company


def test_a_chat_begins_with_its_kickoff_and_the_first_words() -> None:
    with company() as desk:
        assert not reading.chat(desk.log, "mara").begun
        exchange = talk.say(desk, "mara", "Good evening, Mara. *shakes the rain off her coat*")
        chat = reading.chat(desk.log, "mara")
        assert chat.begun
        assert chat.present == (YOU, "mara")
        turns = reading.turns(desk.log, "mara")
        assert [turn.speaker for turn in turns][-2:] == [YOU, "mara"]
        assert [turn.number for turn in turns][-2:] == exchange.turns
        assert not exchange.problem


def test_the_kickoff_can_be_mended_before_it_is_played() -> None:
    with company() as desk:
        form = authoring.parse_kickoff(desk, "mara")
        assert isinstance(form, Kickoff)
        mended = form.model_copy(update={"place": Place(name="the canal bridge"), "when": "2031-05-04T21:14:00Z"})
        authoring.begin(desk, "mara", mended)
        chat = reading.chat(desk.log, "mara")
        assert chat.container is not None
        assert chat.container.name == "the canal bridge"
        assert chat.clock_us == 1_935_695_640_000_000
        with pytest.raises(UserError, match="begun already"):
            authoring.begin(desk, "mara", mended)


def test_a_bots_line_is_the_voices_word_until_it_is_answered() -> None:
    with company() as desk:
        talk.say(desk, "mara", "Hello.")
        last = reading.turns(desk.log, "mara")[-1]
        assert last.said.truth is Truth.LOCAL_MODEL
        assert last.said.origin == "ai-local:offline-voice"
        assert not last.accepted
        talk.say(desk, "mara", "How is the clock?")
        assert reading.turn(desk.log, "mara", last.number).accepted


def test_out_of_character_words_reach_nobody() -> None:
    with company() as desk:
        talk.say(desk, "mara", "Hello.")
        before = len(reading.turns(desk.log, "mara"))
        exchange = talk.say(desk, "mara", "((could we be quicker?))")
        assert len(exchange.turns) == 1
        assert len(reading.turns(desk.log, "mara")) == before + 1


def test_every_utterance_is_taken_in_by_those_present() -> None:
    with company() as desk:
        talk.say(
            desk, "mara", "Thank you, Mara. You are the kindest person on this street. I have a sister called Lin."
        )
        desk.settle()
        edge = reading.edge(desk.log, "mara", YOU)
        assert edge.last_chat == "mara"
        assert edge.affinity > 50 or edge.trust > 50
        assert any("Lin" in fact for fact in edge.facts)
        assert desk.problem == ""


def test_another_wording_keeps_the_former_and_memory_follows_the_choice() -> None:
    with company() as desk:
        talk.say(desk, "mara", "Tell me about your aunt.")
        desk.settle()
        number = reading.turns(desk.log, "mara")[-1].number
        first = reading.turn(desk.log, "mara", number)
        was = [reading.edge(desk.log, *pair) for pair in (("mara", YOU), (YOU, "mara"))]
        talk.another(desk, "mara", number)
        desk.settle()
        again = reading.turn(desk.log, "mara", number)
        assert len(again.alternatives) == 2
        assert again.chosen == 1
        assert again.text != first.text
        talk.choose(desk, "mara", number, 0)
        desk.settle()
        assert reading.turn(desk.log, "mara", number).text == first.text
        now = [reading.edge(desk.log, *pair) for pair in (("mara", YOU), (YOU, "mara"))]
        assert now == was


def test_regenerating_with_an_edit_keeps_both_former_wordings() -> None:
    with company() as desk:
        talk.say(desk, "mara", "Hello, I am in a hurry.")
        exchange = talk.regenerate(desk, "mara", edited="Hello, I have all evening.")
        turns = reading.turns(desk.log, "mara")
        yours, hers = turns[-2], turns[-1]
        assert exchange.turns == [hers.number]
        assert yours.text == "Hello, I have all evening."
        assert [one.text for one in yours.alternatives] == ["Hello, I am in a hurry.", "Hello, I have all evening."]
        assert len(hers.alternatives) == 2


def test_closing_a_scene_gives_each_witness_its_own_summary_and_opens_the_next() -> None:
    with company() as desk:
        talk.say(desk, "mara", "Hello, Mara. I brought you my grandmother's clock.")
        directing.add_guest(desk, "mara", "ivo", "They went to school together.")
        talk.say(desk, "mara", "Ivo! What are you doing here? I quit my job today, and I am scared.")
        number = directing.close_scene(desk, "mara")
        desk.settle()
        chat = reading.chat(desk.log, "mara")
        assert chat.scene is not None
        assert chat.scene.id == number + 1
        assert set(chat.present) == {YOU, "mara", "ivo"}
        told = {owner: recall.scene_summaries(desk.log, owner, "mara") for owner in ("mara", "ivo")}
        assert all(len(memories) == 1 for memories in told.values())
        assert told["mara"][0].text != told["ivo"][0].text
        assert reading.group(desk.log, "mara", ())
        assert desk.problem == ""


def test_a_guest_leaves_and_takes_the_memory_along() -> None:
    with company() as desk:
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        talk.say(desk, "mara", "Ivo, this is Mara. I love this street.")
        clock_us = reading.chat(desk.log, "ivo").clock_us
        directing.remove_guest(desk, "mara")
        desk.settle()
        chat = reading.chat(desk.log, "mara")
        assert chat.guest == ""
        assert chat.present == (YOU, "mara")
        assert recall.recent(desk.log, "ivo", 10)
        assert reading.chat(desk.log, "ivo").clock_us == clock_us


def test_the_guest_does_not_know_what_was_said_before_they_came() -> None:
    with company() as desk:
        talk.say(desk, "mara", "The code for the safe is 4711.")
        directing.add_guest(desk, "mara", "ivo")
        talk.say(desk, "mara", "Ivo, how was the tram?")
        directing.remove_guest(desk, "mara")
        desk.settle()
        assert all("4711" not in memory.text for memory in recall.recent(desk.log, "ivo", 50))
        assert all("4711" not in turn.text for turn in reading.heard_turns(desk.log, "mara", "ivo", 50))


def test_two_bots_at_most() -> None:
    with company() as desk:
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        with pytest.raises(UserError, match="two characters"):
            directing.add_guest(desk, "mara", "lene")
        with pytest.raises(UserError, match="host"):
            directing.add_guest(desk, "mara", "mara")


def test_time_moves_in_this_chat_only() -> None:
    with company() as desk:
        talk.say(desk, "mara", "Hello.")
        talk.say(desk, "ivo", "Hello.")
        before = {host: reading.chat(desk.log, host).clock_us for host in ("mara", "ivo")}
        directing.skip(desk, "mara", "a week later", notable="The shop was flooded.")
        desk.settle()
        assert reading.chat(desk.log, "mara").clock_us == before["mara"] + 7 * 86_400_000_000
        assert reading.chat(desk.log, "ivo").clock_us == before["ivo"]
        now = reading.chat(desk.log, "mara").scene
        assert now is not None
        assert now.description == "", "what was to be seen a week ago is over"
        assert any("flooded" in memory.text for memory in recall.recent(desk.log, "mara", 10))
        with pytest.raises(UserError, match="later time"):
            directing.skip(desk, "mara", "back", to_us=before["mara"])


def test_a_meanwhile_scene_is_nothing_the_player_witnessed() -> None:
    with company() as desk:
        talk.say(desk, "mara", "Hello.")
        chat = reading.chat(desk.log, "mara")
        number = directing.meanwhile(desk, "mara", "ivo", about="They argue about the tram bell.")
        desk.settle()
        told = reading.turns_of_scene(desk.log, "mara", number)
        assert {turn.speaker for turn in told} == {"mara", "ivo"}
        assert all(memory.witnesses & 1 == 0 for memory in recall.recent(desk.log, "ivo", 10))
        now = reading.chat(desk.log, "mara")
        assert now.scene == chat.scene or (now.scene and chat.scene and now.scene.id == chat.scene.id)


def test_stopping_keeps_what_was_said_up_to_there() -> None:
    stop = threading.Event()

    class StopAfterAFewWords:
        heard = ""

        def speaking(self, who: str, turn: int) -> None:
            self.heard = ""

        def text(self, piece: str) -> None:
            self.heard += piece
            if len(self.heard) > 8:
                stop.set()

        def committed(self) -> None:
            pass

    with company() as desk:
        listener = StopAfterAFewWords()
        talk.say(desk, "mara", "Tell me everything about clocks.", listener, stop)
        last = reading.turns(desk.log, "mara")[-1]
        assert last.speaker == "mara"
        assert last.said.truncated
        assert last.text.strip().startswith(listener.heard.strip()[:8])


def test_a_book_pasted_as_a_turn_is_refused_in_a_sentence() -> None:
    with company() as desk, pytest.raises(UserError, match=r"10,000,000 characters; shorten it"):
        talk.say(desk, "mara", "a" * 10_000_000)


def test_what_was_left_undone_when_the_game_closed_is_done_when_the_chat_is_opened() -> None:
    from game.roleplay import passes

    with company() as desk:
        talk.say(desk, "mara", "Hello.")
        desk.settle()
        later, desk.later = desk.later, lambda what: None  # type: ignore[method-assign]  # as if killed before it came to it
        talk.say(desk, "mara", "You are a good friend.")
        directing.close_scene(desk, "mara")
        desk.later = later  # type: ignore[method-assign]
        assert reading.turns(desk.log, "mara")[-1].said.significance == -1
        assert recall.scene_summaries(desk.log, "mara", "mara") == []
        passes.catch_up(desk, "mara")
        desk.settle()
        assert reading.turns(desk.log, "mara")[-1].said.significance >= 0
        assert len(recall.scene_summaries(desk.log, "mara", "mara")) == 1
        seq = desk.log.last_seq
        passes.catch_up(desk, "mara")
        desk.settle()
        assert desk.log.last_seq == seq


def test_what_no_screen_can_show_is_left_out_of_a_turn() -> None:
    with company() as desk:
        talk.say(desk, "mara", "Hello \x1b]0;pwned\x07 there \ud800")
        text = reading.turns(desk.log, "mara")[0].text
        assert "\x1b" not in text
        assert "\ud800" not in text
        assert "Hello" in text
