"""What the words of a turn lead to follows those words: the end of a scene, a guest who goes (004 7.2, 7.5, 10.2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.errors import UserError
from game.roleplay import directing, editing, erasing, history, reading, recall, talk
from game.roleplay import events as happened
from game.roleplay.desk import Desk
from game.roleplay.events import YOU
from game.roleplay.jobs import DetectEnd, Job, Place, SceneEnd, SummariseScene
from game.roleplay.ledger import Fact
from game.roleplay.speaking import Unsaved
from game.roleplay.state import Activity, Chat
from tests.rig.company import company
from tests.rig.roleplay_story import Story, tables
from tests.rig.scripted import Scripted

PLACES = ("park", "beach")


def led_to(job: Job) -> SceneEnd:
    """Where the words themselves say everyone goes."""
    assert isinstance(job, DetectEnd)
    text = job.said.text
    place = next((one for one in PLACES if f"to the {one}" in text), "")
    left = "Ivo leaves" in text
    if place:
        return SceneEnd(closes=True, why="container", place=Place(name=place), guest_left=left)
    return SceneEnd(closes="Fade out" in text, why="said" if "Fade out" in text else "", guest_left=left)


def scripted() -> Scripted:
    voice = Scripted()
    voice.rules[DetectEnd] = led_to
    return voice


@contextmanager
def opened(voice: Scripted, folder: Path | None = None) -> Iterator[Desk]:
    with company(folder, voice) as desk:
        yield desk
        desk.settle()
        assert desk.problem == ""
        assert desk.log.check_rebuild() == []


@pytest.fixture
def voice() -> Scripted:
    return scripted()


@pytest.fixture
def desk(voice: Scripted) -> Iterator[Desk]:
    with opened(voice) as desk:
        yield desk


def where(desk: Desk) -> tuple[int, str]:
    """The number of the present scene and its place."""
    desk.settle()
    chat = reading.chat(desk.log, "mara")
    assert chat.scene is not None
    assert chat.container is not None
    assert {one.container for one in chat.activities.values()} <= {0, chat.container.id}
    return chat.scene.id, chat.container.name


def led_away(desk: Desk, voice: Scripted, line: str = "Come, to the park.") -> int:
    """Mara's line that takes them to the park; its turn."""
    voice.lines = [line]
    talk.say(desk, "mara", "What now?")
    assert where(desk) == (2, "park")
    return reading.chat(desk.log, "mara").turns


def anew(desk: Desk, voice: Scripted, turn: int, line: str) -> None:
    voice.lines = [line]
    talk.another(desk, "mara", turn)
    desk.settle()


def remembered(desk: Desk) -> list[str]:
    return [one.text for one in recall.recent(desk.log, "mara", 50)]


# -- a bot's line ----------------------------------------------------------------------------------------------------


def test_a_line_said_anew_that_goes_nowhere_opens_the_scene_again_as_if_it_had_never_ended(
    desk: Desk, voice: Scripted
) -> None:
    turn = led_away(desk, voice)
    told = remembered(desk)
    assert told
    anew(desk, voice, turn, "We stay.")
    assert where(desk) == (1, "somewhere")
    chat = reading.chat(desk.log, "mara")
    assert [(one.id, one.closed) for one in reading.scenes(desk.log, "mara")] == [(1, False)]
    assert [one.name for one in chat.containers] == ["somewhere"]
    assert remembered(desk) == []
    assert reading.edge(desk.log, "mara", YOU).moments == ()
    voice.lines = ["Good."]
    talk.say(desk, "mara", "Let us sit down.")
    assert {one.scene for one in reading.turns(desk.log, "mara")} == {1}


def test_stepping_back_to_the_line_closes_it_again_with_all_the_player_has_edited(desk: Desk, voice: Scripted) -> None:
    turn = led_away(desk, voice)
    chat = reading.chat(desk.log, "mara")
    assert chat.container is not None
    with desk.deciding:
        editing.edit_scene(desk.log, "mara", 1, "significance", 3)
        editing.edit_scene(desk.log, "mara", 2, "description", "Wet leaves.")
        editing.edit_container(desk.log, "mara", chat.container.id, "name", "park by the river")
        editing.edit_activity(desk.log, "mara", "mara", "posture", "kneeling")
        editing.edit_memory(desk.log, "mara", 1, "significance", 2)
    before = (reading.chat(desk.log, "mara"), reading.scenes(desk.log, "mara"), recall.recent(desk.log, "mara", 50))
    anew(desk, voice, turn, "We stay.")
    assert reading.scenes(desk.log, "mara")[0].significance == 3
    asked = len([job for job in voice.jobs if isinstance(job, SummariseScene)])
    talk.choose(desk, "mara", turn, 0)
    desk.settle()
    chat = reading.chat(desk.log, "mara")
    after = (reading.scenes(desk.log, "mara"), recall.recent(desk.log, "mara", 50))
    assert (chat.scene, chat.containers, chat.activities) == (before[0].scene, *_of(before[0]))
    assert after == before[1:]
    assert len([job for job in voice.jobs if isinstance(job, SummariseScene)]) == asked, "nobody is asked again"


def _of(chat: Chat) -> tuple[object, object]:
    return chat.containers, chat.activities


def test_each_wording_leads_where_it_says(desk: Desk, voice: Scripted) -> None:
    turn = led_away(desk, voice)
    anew(desk, voice, turn, "No, to the beach.")
    assert where(desk) == (3, "beach")
    talk.choose(desk, "mara", turn, 0)
    assert where(desk) == (2, "park")
    talk.choose(desk, "mara", turn, 1)
    assert where(desk) == (3, "beach")
    talk.rewrite(desk, "mara", turn, "Or shall we rest?")
    assert where(desk) == (1, "somewhere")
    desk.change(lambda: erasing.delete(desk.log, None, "mara", [turn]))
    assert where(desk) == (1, "somewhere")


def test_what_is_cut_out_has_led_nowhere_until_that_is_undone(desk: Desk, voice: Scripted) -> None:
    turn = led_away(desk, voice)
    assert "• 1 scene transition (park)" in erasing.cascade(desk.log, "mara", [turn]).lines()
    done = desk.change(lambda: erasing.delete(desk.log, None, "mara", [turn]))
    assert where(desk) == (1, "somewhere")
    desk.change(lambda: erasing.undo_delete(desk.log, done))
    assert where(desk) == (2, "park")


def test_what_led_elsewhere_is_not_put_back_into_a_story_that_went_on_without_it(desk: Desk, voice: Scripted) -> None:
    turn = led_away(desk, voice)
    done = desk.change(lambda: erasing.delete(desk.log, None, "mara", [turn]))
    talk.say(desk, "mara", "Still here.")
    assert where(desk) == (1, "somewhere")
    before = tables(desk.log)
    with pytest.raises(UserError, match="led to another scene and the story has gone on without it"):
        erasing.undo_delete(desk.log, done)
    assert tables(desk.log) == before
    desk.change(lambda: history.rewind(desk.log, None, "mara", turn))
    desk.change(lambda: erasing.undo_delete(desk.log, done))
    assert where(desk) == (2, "park")


def test_where_the_player_has_gone_on_there_it_stays(desk: Desk, voice: Scripted) -> None:
    turn = led_away(desk, voice)
    talk.say(desk, "mara", "How green it is.")
    anew(desk, voice, turn, "We stay.")
    assert where(desk) == (2, "park")
    assert reading.turns(desk.log, "mara")[-1].scene == 2


def test_where_the_player_has_gone_on_without_it_it_stays_open(desk: Desk, voice: Scripted) -> None:
    turn = led_away(desk, voice)
    anew(desk, voice, turn, "We stay.")
    talk.say(desk, "mara", "It is warm here.")
    talk.choose(desk, "mara", turn, 0)
    assert where(desk) == (1, "somewhere")
    directing.close_scene(desk, "mara")
    assert where(desk) == (3, "somewhere")


def test_a_scene_without_the_player_in_between_changes_nothing_of_it(desk: Desk, voice: Scripted) -> None:
    turn = led_away(desk, voice)
    voice.lines = ["I am alone."]
    aside = directing.meanwhile(desk, "mara", turns=1)
    desk.settle()
    anew(desk, voice, turn, "We stay.")
    assert where(desk) == (1, "somewhere")
    talk.choose(desk, "mara", turn, 0)
    assert where(desk) == (2, "park")
    found = reading.scene(desk.log, "mara", aside)
    assert found is not None
    assert found.meanwhile


def test_a_rewind_to_the_line_keeps_where_it_led_and_one_to_before_it_does_not(desk: Desk, voice: Scripted) -> None:
    turn = led_away(desk, voice)
    anew(desk, voice, turn, "We stay.")
    talk.choose(desk, "mara", turn, 0)
    talk.say(desk, "mara", "How green it is.")
    desk.settle()
    desk.change(lambda: history.rewind(desk.log, None, "mara", turn))
    assert where(desk) == (2, "park")
    talk.choose(desk, "mara", turn, 1)
    assert where(desk) == (1, "somewhere")
    desk.change(lambda: history.rewind(desk.log, None, "mara", turn - 1))
    assert where(desk) == (1, "somewhere")


# -- the player's own line -------------------------------------------------------------------------------------------


def test_a_rewritten_line_of_the_players_leads_where_it_says_and_its_answer_with_it(
    desk: Desk, voice: Scripted
) -> None:
    voice.lines = ["How green.", "As you like.", "Now then."]
    talk.say(desk, "mara", "We walk to the park.")
    assert where(desk) == (2, "park")
    talk.regenerate(desk, "mara", edited="We stay here.")
    assert where(desk) == (1, "somewhere")
    assert [one.scene for one in reading.turns(desk.log, "mara")] == [1, 1]
    talk.regenerate(desk, "mara", edited="We walk to the beach.")
    assert where(desk) == (3, "beach")
    assert [one.scene for one in reading.turns(desk.log, "mara")] == [1, 3]


def test_an_end_the_player_asks_for_follows_their_words_and_not_the_answer(desk: Desk, voice: Scripted) -> None:
    talk.say(desk, "mara", "Fade out.")
    answer = reading.chat(desk.log, "mara").turns
    assert where(desk) == (2, "somewhere")
    anew(desk, voice, answer, "In other words.")
    assert where(desk) == (2, "somewhere")
    assert [one.scene for one in reading.turns(desk.log, "mara")] == [1, 1]
    talk.regenerate(desk, "mara", edited="Stay with me.")
    assert where(desk) == (1, "somewhere")
    talk.choose(desk, "mara", answer - 1, 0)
    assert where(desk) == (2, "somewhere")


def test_an_end_that_an_answer_led_on_from_follows_its_own_words_again_once_the_answer_stays(
    desk: Desk, voice: Scripted
) -> None:
    voice.lines = ["On to the beach!"]
    talk.say(desk, "mara", "We walk to the park.")
    yours, answer = (one.number for one in reading.turns(desk.log, "mara"))
    assert where(desk) == (3, "beach")
    talk.rewrite(desk, "mara", yours, "We stay here.")
    assert where(desk) == (3, "beach"), "the answer has led there, whatever it answers"
    assert not any("park" in line for line in erasing.cascade(desk.log, "mara", [yours]).lines())
    anew(desk, voice, answer, "As you like.")
    assert where(desk) == (1, "somewhere")
    assert [one.scene for one in reading.turns(desk.log, "mara")] == [1, 1]
    talk.choose(desk, "mara", answer, 0)
    assert where(desk) == (1, "somewhere"), "nobody is in the park that it led on from"
    talk.choose(desk, "mara", yours, 0)
    assert where(desk) == (3, "beach")
    assert [one.scene for one in reading.turns(desk.log, "mara")] == [1, 2]
    talk.say(desk, "mara", "How blue.")
    talk.choose(desk, "mara", answer, 1)
    talk.choose(desk, "mara", yours, 1)
    assert where(desk) == (3, "beach")


def test_a_line_of_the_players_written_over_leads_where_it_says_now(desk: Desk, voice: Scripted) -> None:
    talk.say(desk, "mara", "We walk to the park.")
    talk.rewrite(desk, "mara", 1, "We walk to the park!")
    assert where(desk) == (3, "park")
    assert [one.scene for one in reading.turns(desk.log, "mara")] == [1, 3], "the answer was given there"
    talk.rewrite(desk, "mara", 1, "Fade out.")
    assert where(desk) == (4, "somewhere"), "it has been answered"
    talk.say(desk, "mara", "And now?")
    talk.rewrite(desk, "mara", 1, "We walk to the beach.")
    assert where(desk) == (4, "somewhere"), "the player has gone on since"


def test_an_earlier_line_of_the_scene_written_over_takes_nobody_away(desk: Desk, voice: Scripted) -> None:
    talk.say(desk, "mara", "Hello.")
    talk.say(desk, "mara", "And now?")
    talk.rewrite(desk, "mara", 1, "We walk to the park.")
    assert where(desk) == (1, "somewhere")


def test_an_edited_line_that_could_not_be_answered_has_not_ended_the_scene_until_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.say(desk, "mara", "Hello.")
    mute = Mute()
    mute.rules[DetectEnd] = led_to
    with monkeypatch.context() as silenced:
        silenced.setattr(desk, "voice", mute)
        assert talk.regenerate(desk, "mara", edited="Fade out.").problem
    assert where(desk) == (1, "somewhere")
    assert not talk.regenerate(desk, "mara").problem
    assert where(desk) == (2, "somewhere")


def test_an_edited_line_with_which_the_guest_goes_asks_so_though_nobody_had_answered_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.say(desk, "mara", "Hello.")
    directing.add_guest(desk, "mara", "ivo")
    with monkeypatch.context() as silenced:
        silenced.setattr(desk, "voice", Mute())
        assert talk.say(desk, "mara", "Mara, wait.").problem
    assert talk.regenerate(desk, "mara", edited="Mara, Ivo leaves us.").question == talk.GUEST_LEFT


def test_what_was_done_in_a_place_nobody_went_to_is_done_where_the_scene_plays(desk: Desk, voice: Scripted) -> None:
    talk.say(desk, "mara", "We walk to the park.")
    assert where(desk) == (2, "park")
    story = Story(desk.log, "mara")
    park = reading.chat(desk.log, "mara").places
    doing = Activity(verb="resting", container=park, slot="bench")
    story.add(happened.ActivityChanged("mara", doing.record(), 2, 0))
    with desk.deciding:
        kiosk = editing.add_container(desk.log, "mara", "kiosk", parent=park)
    talk.rewrite(desk, "mara", 1, "We stay here.")
    assert where(desk) == (1, "somewhere")
    chat = reading.chat(desk.log, "mara")
    here = chat.activities["mara"]
    assert (here.verb, here.container, here.slot) == ("resting", chat.scene.container if chat.scene else 0, "")
    assert [(one.id, one.parent) for one in chat.containers if one.id == kiosk] == [(kiosk, 0)]
    talk.choose(desk, "mara", 1, 0)
    assert reading.chat(desk.log, "mara").activities["mara"] == doing
    assert {one.parent for one in reading.containers(desk.log, "mara") if one.id == kiosk} == {park}


def test_a_place_stays_while_a_scene_plays_there(desk: Desk, voice: Scripted) -> None:
    turn = led_away(desk, voice)
    voice.lines = ["I am alone."]
    number = directing.meanwhile(desk, "mara", turns=1)
    desk.settle()
    anew(desk, voice, turn, "We stay.")
    aside = reading.scene(desk.log, "mara", number)
    assert aside is not None
    assert aside.container in {one.id for one in reading.containers(desk.log, "mara")}
    assert where(desk) == (1, "somewhere")


# -- over a restart --------------------------------------------------------------------------------------------------


class Mute(Scripted):
    """Judges and cannot speak."""

    def narrate(self, *_: object) -> object:  # type: ignore[override]
        """Nothing."""
        raise UserError("nobody answers")


def test_an_end_that_was_asked_for_comes_when_it_is_answered_after_a_restart(tmp_path: Path) -> None:
    mute = Mute()
    mute.rules[DetectEnd] = led_to
    with opened(mute, tmp_path) as desk:
        assert talk.say(desk, "mara", "Fade out.").problem
        assert where(desk) == (1, "somewhere")
    with opened(scripted(), tmp_path) as desk:
        assert not talk.reply(desk, "mara").problem
        assert where(desk) == (2, "somewhere")


def test_an_end_that_was_answered_as_the_game_was_killed_comes_when_the_chat_is_opened(desk: Desk) -> None:
    talk.say(desk, "mara", "Hello.")
    desk.settle()
    story = Story(desk.log, "mara")
    story.add(happened.EndForeseen("said", story.say(YOU, "Fade out."), 0))
    talk.catch_up(desk, "mara")
    assert where(desk) == (1, "somewhere"), "nobody has answered"
    story.say("mara", "Good night.")
    talk.catch_up(desk, "mara")
    assert where(desk) == (2, "somewhere")
    talk.catch_up(desk, "mara")
    assert where(desk) == (2, "somewhere")


@pytest.mark.parametrize(
    ("yours", "line", "led"), [("Fade out.", "Yes.", "somewhere"), ("Hm.", "To the park, to the park!", "park")]
)
def test_a_line_that_is_saved_at_the_second_try_leads_where_it_would_have(
    desk: Desk, yours: str, line: str, led: str
) -> None:
    talk.say(desk, "mara", "Hello.")
    desk.settle()
    story = Story(desk.log, "mara")
    number = story.say(YOU, yours)
    if led == "somewhere":
        story.add(happened.EndForeseen("said", number, 0))
    chat = reading.chat(desk.log, "mara")
    fact = Fact(happened.TurnSaid(number + 1, "mara", line, 1, chat.clock_us), desk.source, "mara")
    talk.save_again(desk, Unsaved("the disk is full", "mara", chat.branch, fact))
    assert where(desk) == (2, led)


def test_the_question_whether_the_guest_has_gone_is_still_asked_after_a_restart(tmp_path: Path) -> None:
    voice = scripted()
    with opened(voice, tmp_path) as desk:
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        voice.lines = ["Look, Ivo leaves us."]
        assert not talk.say(desk, "mara", "Mara, listen.").question
    with opened(scripted(), tmp_path) as desk:
        assert talk.say(desk, "mara", "Mara?").question == talk.GUEST_LEFT
        assert not talk.say(desk, "mara", "He is still here, Mara.").question, "it is asked once"


def test_a_guest_who_goes_only_in_a_rejected_wording_is_not_asked_after(desk: Desk, voice: Scripted) -> None:
    talk.say(desk, "mara", "Hello.")
    directing.add_guest(desk, "mara", "ivo")
    voice.lines = ["Look, Ivo leaves us."]
    talk.say(desk, "mara", "Mara, listen.")
    desk.settle()
    anew(desk, voice, reading.chat(desk.log, "mara").turns, "Look, Ivo sits down.")
    assert not talk.say(desk, "mara", "Mara?").question
