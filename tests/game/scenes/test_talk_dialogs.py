"""The questions: what they preview, where the keyboard starts, what they do, and that all of it can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.clock import now_us
from engine.input.events import TextEvent
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.roleplay import clock, directing, editing, history, reading
from game.roleplay.events import YOU
from game.roleplay.history import UNDO_S
from game.roleplay.impact import impact
from game.scenes.talk_dialogs import BranchDialog, DeleteDialog, RestoreDialog, RewindDialog
from game.scenes.talk_dialogs_bot import DeleteBotDialog, ResetDialog, UnsavedDialog
from game.scenes.talk_dialogs_scene import GuestDialog, MeanwhileDialog, MetDialog, SkipDialog
from game.scenes.talk_speech import Trouble
from tests.rig.drawer_stage import Stage

HOST = "mara"
SAID = ("Good evening. I love you.", "Keep the clock safe, please.", "What time is it?")


FRAME_US = 16_667
SIZE = (960, 640)


@pytest.fixture
def stage(tmp_path: Path, window: HeadlessWindow, sound: Sound) -> Iterator[Stage]:
    with Stage(tmp_path, window, sound) as stage:
        stage.begin(*SAID)
        yield stage


def turns(stage: Stage) -> int:
    return len(reading.turns(stage.log, HOST))


def turn(stage: Stage, number: int):  # type: ignore[no-untyped-def]
    found = stage.view.turn(number)
    assert found is not None
    return found


def fill(stage: Stage, field: str, text: str) -> None:
    """Write into a field of the question."""
    stage.dialog.want(field)
    stage.game.turn(4)
    stage.game.press("ctrl+a")
    stage.game.feed(TextEvent(now_us(), text))
    stage.game.turn(3)
    assert stage.dialog.texts[field] == text


# -- rewind ----------------------------------------------------------------------------------------------------------


def counted(stage: Stage, dialog: RewindDialog | DeleteDialog) -> list[str]:
    stage.ask(dialog)
    stage.until(lambda: dialog.counted, "the preview")
    stage.game.turn(3)
    return dialog.lines


def test_rewind_shows_its_impact_and_starts_on_cancel(stage: Stage) -> None:
    editing.edit_edge(stage.log, HOST, HOST, YOU, "affinity", 90)
    lines = counted(stage, RewindDialog(stage.room, stage.view, turn(stage, 2)))
    assert lines == impact(stage.log, HOST, 2).lines()
    assert lines[0] == "Rewind to turn 2? This will remove:"
    assert "• 4 messages (turns 3–6)" in lines
    assert "• 1 manual edit (Mara affinity)" in lines
    assert lines[-1] == "A pre-rewind snapshot will be saved automatically."
    assert [one.words for one in stage.dialog.answers()] == ["Cancel", "Rewind", "Rewind, keep current as branch"]
    stage.game.press("return")  # the keyboard stands on the safe button
    assert stage.game.stack.top is stage.scene
    stage.rest()
    assert turns(stage) == 6


def test_escape_cancels_and_the_question_goes(stage: Stage) -> None:
    counted(stage, RewindDialog(stage.room, stage.view, turn(stage, 2)))
    stage.game.press("escape")
    stage.rest()
    assert stage.game.stack.top is stage.scene
    assert turns(stage) == 6


def test_the_preview_is_counted_again_when_the_chat_goes_on(stage: Stage) -> None:
    dialog = RewindDialog(stage.room, stage.view, turn(stage, 2))
    before = counted(stage, dialog)
    editing.edit_edge(stage.log, HOST, HOST, YOU, "trust", 12)
    stage.room.see()
    stage.until(lambda: dialog.lines != before, "the new count")
    assert "• 1 manual edit (Mara trust)" in dialog.lines


def test_rewind_and_its_toast(stage: Stage) -> None:
    counted(stage, RewindDialog(stage.room, stage.view, turn(stage, 2)))
    stage.answer("Rewind")
    stage.until(lambda: stage.acts.offer is not None, "the toast")
    assert stage.acts.offer is not None
    assert stage.acts.offer.step.words == "Rewound 4 turns."
    assert stage.acts.offer.left_us > (UNDO_S - 5) * 1e6
    assert turns(stage) == 2
    assert stage.desk.snapshots is not None
    assert "rewind" in {one.why for one in stage.desk.snapshots.kept()}
    stage.acts.undo()
    stage.rest()
    assert turns(stage) == 6
    assert stage.acts.offer is None


def test_the_toast_goes_after_its_time(stage: Stage) -> None:
    counted(stage, RewindDialog(stage.room, stage.view, turn(stage, 2)))
    stage.answer("Rewind")
    stage.until(lambda: stage.acts.offer is not None, "the toast")
    stage.acts.tick(int(UNDO_S * 1e6) + 1)
    assert stage.acts.offer is None
    assert stage.acts.next_undo == ""
    assert len(history.branches(stage.log, HOST)) == 2  # nothing is lost


def test_rewind_and_keep_what_was_as_a_branch(stage: Stage) -> None:
    counted(stage, RewindDialog(stage.room, stage.view, turn(stage, 2)))
    fill(stage, "branch", "the long way")
    stage.answer("Rewind, keep current as branch")
    stage.rest()
    assert turns(stage) == 2
    assert "the long way" in {one.name for one in history.branches(stage.log, HOST)}


def test_enter_behind_the_name_of_a_branch_makes_it(stage: Stage) -> None:
    stage.ask(BranchDialog(stage.room, stage.view, turn(stage, 2)))
    stage.game.turn(4)
    stage.game.press("return")  # without a name it stays a question
    assert isinstance(stage.game.stack.top, BranchDialog)
    fill(stage, "name", "the long way")
    stage.game.press("return")
    stage.rest()
    assert "the long way" in {one.name for one in history.branches(stage.log, HOST)}


def test_enter_behind_a_name_does_not_rewind(stage: Stage) -> None:
    counted(stage, RewindDialog(stage.room, stage.view, turn(stage, 2)))
    fill(stage, "branch", "the long way")
    stage.game.press("return")
    stage.rest()
    assert isinstance(stage.game.stack.top, RewindDialog)
    assert turns(stage) == 6


def test_where_nothing_came_after_there_is_nothing_to_rewind(stage: Stage) -> None:
    lines = counted(stage, RewindDialog(stage.room, stage.view, turn(stage, 6)))
    assert lines == ["Rewind to turn 6? Nothing came after it."]
    assert {one.words: one.act is not None for one in stage.dialog.answers()}["Rewind"] is False


# -- cutting out, branches, snapshots --------------------------------------------------------------------------------


def test_delete_shows_its_cascade_and_is_undone(stage: Stage) -> None:
    lines = counted(stage, DeleteDialog(stage.room, stage.view, turn(stage, 1)))
    assert lines[0] == "Delete turn 1? This will remove:"
    assert "• 1 message (turn 1)" in lines
    assert any("from Mara's store" in line for line in lines)
    stage.answer("Delete")
    stage.until(lambda: stage.acts.offer is not None, "the toast")
    stage.rest()
    assert [one.number for one in reading.turns(stage.log, HOST)] == [2, 3, 4, 5, 6]
    stage.acts.undo_offer()
    stage.rest()
    assert turns(stage) == 6


def test_a_branch_needs_a_name(stage: Stage) -> None:
    stage.ask(BranchDialog(stage.room, stage.view, turn(stage, 2)))
    assert [one.act is not None for one in stage.dialog.answers()] == [True, False]
    fill(stage, "name", "what if")
    stage.answer("Branch here")
    stage.until(lambda: stage.acts.offer is not None, "the toast")
    stage.rest()
    assert turns(stage) == 2
    assert next(one.name for one in history.branches(stage.log, HOST) if one.is_current) == "what if"


def test_a_snapshot_is_restored_and_that_is_undone(stage: Stage) -> None:
    assert stage.desk.snapshots is not None
    kept = stage.desk.snapshots.before("test")
    editing.edit_edge(stage.log, HOST, HOST, YOU, "affinity", 99)
    stage.rest()
    stage.ask(RestoreDialog(stage.room, kept))
    stage.answer("Restore")
    stage.until(lambda: stage.acts.offer is not None, "the toast")
    stage.rest()
    assert reading.edge(stage.log, HOST, YOU).affinity != 99
    stage.acts.undo()
    stage.rest()
    assert reading.edge(stage.log, HOST, YOU).affinity == 99


# -- characters ------------------------------------------------------------------------------------------------------


def test_a_reset_needs_the_name_and_is_undone(stage: Stage) -> None:
    stage.ask(ResetDialog(stage.room, reading.bot(stage.log, HOST)))
    stage.game.turn(4)
    stage.game.write("Ma")  # the keyboard starts where the name is asked for, and Enter wipes nothing
    stage.game.press("return")
    assert stage.dialog.texts["name"] == "Ma"
    fill(stage, "name", "Maro")
    assert stage.dialog.answers()[1].act is None
    fill(stage, "name", "Mara")
    stage.answer("Reset")
    stage.until(lambda: stage.acts.offer is not None, "the toast")
    stage.rest()
    assert not reading.chat(stage.log, HOST).begun
    assert reading.bot(stage.log, HOST).kickoff
    stage.acts.undo()
    stage.rest()
    assert turns(stage) == 6


def test_a_character_is_deleted_and_comes_back(stage: Stage) -> None:
    stage.ask(DeleteBotDialog(stage.room, reading.bot(stage.log, HOST)))
    stage.answer("Delete")
    stage.until(lambda: stage.acts.offer is not None, "the toast")
    assert HOST not in {one.id for one in reading.bots(stage.log)}
    stage.until(lambda: stage.room.host != HOST, "another chat")
    stage.acts.undo_offer()
    stage.rest()
    assert HOST in {one.id for one in reading.bots(stage.log)}


def test_what_was_not_saved_is_tried_again(stage: Stage) -> None:
    tried: list[int] = []
    stage.room.corner().trouble = Trouble("unsaved", "the disk is full; make room", lambda: tried.append(1))
    stage.ask(UnsavedDialog(stage.room))
    assert stage.dialog.title == "Couldn't save your turn — fix and retry"
    stage.game.press("return")
    assert tried == [1]
    assert stage.room.corner().trouble is None


# -- the scene -------------------------------------------------------------------------------------------------------


def test_a_jump_previews_the_new_time_and_what_happened_is_remembered(stage: Stage) -> None:
    former = stage.view.chat.clock_us
    dialog = SkipDialog(stage.room, stage.view)
    stage.ask(dialog)
    assert dialog.target[0] is None
    fill(stage, "asked", "a week later")
    to_us, _ = dialog.target
    assert to_us is not None
    assert to_us == former + 7 * clock.DAY_US
    assert clock.friendly(to_us, stage.view.chat.day_one_us).startswith("Day 8, ")
    fill(stage, "notable", "Mara and Ana repaired the tower clock together.")
    stage.answer("Skip")
    stage.rest()
    chat = reading.chat(stage.log, HOST)
    assert chat.clock_us == to_us
    assert reading.scenes(stage.log, HOST)[0].why == "skip"
    rows = stage.log.query("SELECT text FROM memories WHERE owner = ? AND form = 'told'", (HOST,))
    assert any("tower clock" in text for (text,) in rows)
    stage.acts.undo()
    stage.rest()
    assert reading.chat(stage.log, HOST).clock_us == former
    assert turns(stage) == 6


def test_the_exact_time_wins_and_must_lie_ahead(stage: Stage) -> None:
    dialog = SkipDialog(stage.room, stage.view)
    stage.ask(dialog)
    fill(stage, "exact", "1999-01-01T00:00")
    assert dialog.target == (None, "That is not later than now; write a later time.")
    fill(stage, "exact", "soon")
    assert dialog.target[0] is None
    assert "no date and time" in dialog.target[1]
    fill(stage, "exact", "2050-02-03T04:05")
    stage.answer("Skip")
    stage.rest()
    assert reading.chat(stage.log, HOST).clock_us == clock.from_iso("2050-02-03T04:05")


def test_an_elision_goes_to_the_end_of_what_goes_on(stage: Stage) -> None:
    former = stage.view.chat.clock_us
    dialog = SkipDialog(stage.room, stage.view)
    dialog.how = "elision"
    stage.ask(dialog)
    stage.answer("Skip")
    stage.rest()
    assert reading.chat(stage.log, HOST).clock_us > former


def test_two_who_never_met_are_asked_about(stage: Stage) -> None:
    stage.ask(GuestDialog(stage.room, stage.view))
    stage.dialog.want("Ivo")
    stage.game.turn(3)
    stage.game.press("space")
    stage.until(lambda: isinstance(stage.game.stack.top, MetDialog), "have they met?")
    stage.game.turn(4)
    assert stage.dialog.title == "Have Mara and Ivo met before?"
    stage.answer("Yes, they have")
    stage.game.turn(3)
    assert stage.dialog.answers()[-1].act is None
    fill(stage, "met", "Ivo used to rent the room above the shop. They are friends.")
    stage.answer("Bring Ivo in")
    stage.rest()
    assert reading.chat(stage.log, HOST).guest == "ivo"
    assert reading.met(stage.log, HOST, "ivo")
    assert reading.edge(stage.log, HOST, "ivo").summary


def test_those_who_meet_now_know_nothing_of_each_other(stage: Stage) -> None:
    stage.ask(MetDialog(stage.room, stage.view, reading.bot(stage.log, "ivo")))
    stage.answer("No, they meet now")
    stage.rest()
    assert reading.chat(stage.log, HOST).guest == "ivo"
    edge = reading.edge(stage.log, HOST, "ivo")
    assert (edge.summary, edge.facts) == ("", ())


def test_those_who_have_met_are_not_asked_about_again(stage: Stage) -> None:
    directing.add_guest(stage.desk, HOST, "ivo")
    directing.remove_guest(stage.desk, HOST)
    stage.rest()
    stage.ask(GuestDialog(stage.room, stage.view))
    stage.dialog.want("Ivo")
    stage.game.turn(3)
    stage.game.press("space")
    stage.until(lambda: stage.game.stack.top is stage.scene, "no question")
    stage.rest()
    assert reading.chat(stage.log, HOST).guest == "ivo"


def test_meanwhile_plays_without_the_player(stage: Stage) -> None:
    dialog = MeanwhileDialog(stage.room, stage.view)
    dialog.other, dialog.turns = "ivo", 2
    stage.ask(dialog)
    fill(stage, "about", "Ivo brings the tram bell to be mended.")
    stage.answer("Let it play")
    stage.until(lambda: stage.room.speech is None, "the scene elsewhere")
    stage.rest()
    scene = reading.scenes(stage.log, HOST)[-1]
    assert scene.meanwhile
    assert YOU not in scene.present
    assert [one.speaker for one in reading.turns_of_scene(stage.log, HOST, scene.id)] == [HOST, "ivo"]


def test_no_question_does_anything_while_a_reply_is_under_way(stage: Stage) -> None:
    from game.scenes.talk_speech import Speech

    stage.room.speech = Speech(HOST, "say")
    view = stage.view
    asked = (RewindDialog(stage.room, view, turn(stage, 2)), DeleteDialog(stage.room, view, turn(stage, 2)))
    for dialog in (*asked, BranchDialog(stage.room, view, turn(stage, 2)), SkipDialog(stage.room, view)):
        assert all(one.act is None for one in dialog.answers()[1:]), dialog.title
    stage.room.speech = None
