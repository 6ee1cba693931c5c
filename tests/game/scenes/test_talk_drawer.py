"""The drawer as a player meets it: pages, keys, what is taken back, what is refused, and what a page tells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.clock import now_us
from engine.input.events import InputEvent, TextEvent
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.roleplay import directing, editing, reading
from game.roleplay.chat_search import memories_for_player, memory_for_player
from game.roleplay.events import (
    YOU,
    ClassifierFailed,
    EdgeSummarised,
    MemoryPinned,
    MemoryWritten,
    chat_stream,
)
from game.roleplay.ledger import Fact
from game.roleplay.state import PIN_CAP
from game.roleplay.talk import GUEST_LEFT
from tests.rig.drawer_stage import Stage

SCENE, BONDS, MEMORY, STORY, HISTORY, MODEL = range(6)
HOST = "mara"


FRAME_US = 16_667
SIZE = (640, 900)


@pytest.fixture
def stage(tmp_path: Path, window: HeadlessWindow, sound: Sound) -> Iterator[Stage]:
    with Stage(tmp_path, window, sound) as stage:
        yield stage
    window.text_scale = 1.0


# -- keys ------------------------------------------------------------------------------------------------------------


def test_digits_turn_the_pages_and_every_page_draws(stage: Stage) -> None:
    stage.begin("Good evening.")
    stage.drawer.focus()
    for page in (SCENE, BONDS, MEMORY, STORY, HISTORY, MODEL):
        stage.game.press(str(page + 1))
        stage.rest()
        assert stage.drawer.page == page
    assert stage.said == []


def test_a_chat_that_has_not_begun_says_so_on_every_page(stage: Stage) -> None:
    stage.open("lene")
    for page in range(6):
        stage.drawer.show(page)
        stage.rest()
    assert stage.room.problem == ""


@pytest.mark.parametrize("page", [SCENE, BONDS, STORY])
def test_every_field_is_reached_by_arrow_keys(stage: Stage, page: int) -> None:
    stage.begin("Good evening. I promise to come back.", guest="ivo")
    editing.add_happening(stage.log, HOST, "Dinner", ["a basket"])
    stage.rest()
    stage.read(page)
    stage.drawer.focus()
    stage.game.turn(3)
    fields = stage.drawer.desk.fields
    aside = (" add", " -")  # at the right of what is reached, by one more key
    wanted = {one for one in fields.places if not one.endswith(aside) and " to " not in one and one[:4] != "tab "}
    reached: set[str] = set()
    for _ in range(3 * len(wanted) + 20):
        stage.game.press("down")
        reached.add(fields.focused)
        if fields.focused == "Close scene":  # its neighbour stands at its right
            stage.game.press("right")
            reached.add(fields.focused)
    assert wanted <= reached, sorted(wanted - reached)


def test_ctrl_z_takes_edits_back_one_after_the_other(stage: Stage) -> None:
    stage.begin("Good evening.")
    former = reading.activity(stage.log, HOST, HOST).posture
    for posture in ("kneeling", "sitting on the floor"):
        stage.write(SCENE, "activity mara posture", posture)
        stage.rest()
    stage.drawer.focus()
    stage.game.turn(2)
    stage.game.press("ctrl+z")
    stage.rest()
    assert reading.activity(stage.log, HOST, HOST).posture == "kneeling"
    stage.game.press("ctrl+z")
    stage.rest()
    assert reading.activity(stage.log, HOST, HOST).posture == former
    stage.game.press("ctrl+z")
    stage.rest()
    assert stage.said[-1] == "There is nothing to take back in this chat."
    edits = [one.payload for one in stage.log.read(chat_stream(HOST)) if one.kind == "manual_edit"]
    assert [one["value"] for one in edits] == ["kneeling", "sitting on the floor", "kneeling", former]


def test_what_is_set_shows_before_it_is_written(stage: Stage) -> None:
    stage.begin("Good evening.")
    with stage.desk.deciding:  # the hands have to wait
        stage.write(SCENE, "activity mara verb", "holding her breath")
        assert stage.acts.shown("activity mara verb", "old") == "holding her breath"
        assert reading.activity(stage.log, HOST, HOST).verb != "holding her breath"
    stage.rest()
    assert reading.activity(stage.log, HOST, HOST).verb == "holding her breath"
    stage.until(lambda: stage.acts.shown("activity mara verb", "the truth") == "the truth", "the truth")


def test_escape_puts_a_field_back(stage: Stage) -> None:
    stage.begin("Good evening.")
    former = reading.activity(stage.log, HOST, HOST).verb
    stage.to(SCENE, "activity mara verb")
    stage.game.press("ctrl+a")
    stage.game.feed(TextEvent(now_us(), "something else"))
    stage.game.turn(2)
    stage.game.press("escape")
    stage.rest()
    assert reading.activity(stage.log, HOST, HOST).verb == former


def test_what_cannot_be_is_said_beside_the_field_and_not_lost(stage: Stage) -> None:
    stage.begin("Good evening.")
    clock_us = stage.view.chat.clock_us
    stage.write(SCENE, "clock clock_us", "next tuesday-ish")
    stage.rest()
    typed, sentence = stage.acts.refused["clock clock_us"]
    assert typed == "next tuesday-ish"
    assert "no date and time" in sentence
    assert reading.chat(stage.log, HOST).clock_us == clock_us
    stage.write(SCENE, "container 1 name", "")
    stage.rest()
    assert stage.acts.refused["container 1 name"] == ("", "the name of a place cannot be empty; type something")
    stage.write(SCENE, "container 1 name", "The shop")
    stage.rest()
    assert "container 1 name" not in stage.acts.refused
    assert stage.view.chat.containers[0].name == "The shop"


def test_switching_the_chat_drops_what_was_begun_and_shows_the_other(stage: Stage) -> None:
    stage.begin("Good evening.")
    stage.read(BONDS)
    stage.room.open("lene")
    stage.until(lambda: stage.room.view is not None and stage.room.view.host == "lene", "the other chat")
    stage.game.turn(3)
    stage.until(lambda: stage.drawer.data is not None, "its bonds")
    assert {edge.owner for edge in stage.drawer.data.edges} == {"lene", YOU}


def test_large_text_fits(stage: Stage) -> None:
    stage.game.window.text_scale = 2.0
    stage.begin("Good evening.", guest="ivo")
    for page in range(6):
        stage.drawer.show(page)
        stage.rest()
        room = stage.game.window.size[0]
        for name, (x, _, w, _) in stage.drawer.desk.fields.places.items():
            assert w > 0, name
            assert x + w <= room, name


# -- scene -----------------------------------------------------------------------------------------------------------


def test_closing_the_scene(stage: Stage) -> None:
    stage.begin("Good evening.")
    stage.press_on(SCENE, "Close scene", "space")
    stage.rest()
    first, second = reading.scenes(stage.log, HOST)
    assert (first.closed, first.why) == (True, "manual")
    assert not second.closed
    stage.acts.undo()
    stage.rest()
    (first,) = reading.scenes(stage.log, HOST)
    assert not first.closed
    assert reading.turn(stage.log, HOST, 2).said.significance >= 0  # what followed from the turns is there


def test_a_guest_that_seems_to_have_left_is_asked_about(stage: Stage) -> None:
    stage.begin("Good evening.", guest="ivo")
    stage.room.corner().question = GUEST_LEFT
    stage.press_on(SCENE, "No, still here", "space")
    assert stage.room.corner().question == ""
    assert reading.chat(stage.log, HOST).guest == "ivo"
    stage.room.corner().question = GUEST_LEFT
    stage.press_on(SCENE, "Yes, Ivo left", "space")
    stage.rest()
    assert reading.chat(stage.log, HOST).guest == ""
    assert reading.scenes(stage.log, HOST)[0].why == "guest"


def test_a_guest_is_removed_and_the_scene_goes_on_in_the_same_place(stage: Stage) -> None:
    stage.begin("Good evening.", guest="ivo")
    place = reading.chat(stage.log, HOST).container
    stage.press_on(SCENE, "Remove Ivo from scene", "space")
    stage.rest()
    chat = reading.chat(stage.log, HOST)
    assert chat.guest == ""
    assert chat.present == (YOU, HOST)
    assert chat.container == place
    stage.acts.undo()
    stage.rest()
    assert reading.chat(stage.log, HOST).guest == "ivo"


# -- bonds -----------------------------------------------------------------------------------------------------------


def draft_beside(stage: Stage) -> None:
    """The player's own summary, and what a model makes of it later."""
    editing.edit_edge(stage.log, HOST, HOST, YOU, "summary", "She likes me well enough.")
    told = EdgeSummarised(HOST, YOU, "She adores Ana.", 1, "")
    stage.desk.write(HOST, [Fact(told, stage.desk.source)])
    stage.rest()
    assert reading.edge(stage.log, HOST, YOU).draft == "She adores Ana."


def test_a_models_draft_is_taken(stage: Stage) -> None:
    stage.begin("Good evening.")
    draft_beside(stage)
    stage.press_on(BONDS, "edge mara you Take these words", "space")
    stage.rest()
    edge = reading.edge(stage.log, HOST, YOU)
    assert (edge.summary, edge.draft) == ("She adores Ana.", "")


def test_a_models_draft_is_dismissed_and_comes_back_with_undo(stage: Stage) -> None:
    stage.begin("Good evening.")
    draft_beside(stage)
    stage.press_on(BONDS, "edge mara you Keep mine", "space")
    stage.rest()
    edge = reading.edge(stage.log, HOST, YOU)
    assert (edge.summary, edge.draft) == ("She likes me well enough.", "")
    stage.acts.undo()
    stage.rest()
    assert reading.edge(stage.log, HOST, YOU).draft == "She adores Ana."


def test_six_edges_with_a_guest_two_without(stage: Stage) -> None:
    stage.begin("Good evening.")
    assert {(one.owner, one.target) for one in stage.read(BONDS).edges} == {(HOST, YOU), (YOU, HOST)}
    directing.add_guest(stage.desk, HOST, "ivo")
    stage.rest()
    stage.until(lambda: len(stage.drawer.data.edges) == 6, "the guest's edges")
    pairs = {(one.owner, one.target) for one in stage.drawer.data.edges}
    assert pairs == {(one, two) for one in (YOU, HOST, "ivo") for two in (YOU, HOST, "ivo") if one != two}


# -- memory ----------------------------------------------------------------------------------------------------------


def remember(stage: Stage, count: int, pinned: int = 0) -> None:
    """So many memories of Mara's, the first of them pinned by hand."""
    first = reading.chat(stage.log, HOST).memories + 1
    made = [
        Fact(MemoryWritten(first + one, HOST, f"Memory number {one}.", 3, 1, 10**15, one % 4, "told"))
        for one in range(count)
    ]
    made += [Fact(MemoryPinned(first + one, True)) for one in range(pinned)]
    stage.desk.write(HOST, made)
    stage.rest()


def test_pages_of_memories(stage: Stage) -> None:
    stage.begin("Good evening.")
    remember(stage, 25)
    data = stage.read(MEMORY)
    assert [one.text for one in data.page][:2] == ["Memory number 24.", "Memory number 23."]
    assert not data.is_last
    stage.press_on(MEMORY, "Older", "space")
    stage.until(lambda: stage.drawer.data.number == 1, "the next page")
    assert stage.drawer.data.page[0].text == "Memory number 14."
    stage.press_on(MEMORY, "Newer", "space")
    stage.until(lambda: stage.drawer.data.number == 0, "the page before")


def test_a_ninth_pin_by_hand_is_refused_in_words(stage: Stage) -> None:
    stage.begin("Good evening.")
    remember(stage, PIN_CAP + 1, pinned=PIN_CAP)
    data = stage.read(MEMORY)
    assert len(data.pinned) == PIN_CAP
    free = next(one for one in memories_for_player(stage.log, HOST, 50) if not one.pinned)
    stage.press_on(MEMORY, f"memory mara {free.number} pin", "space")
    stage.rest()
    assert stage.said[-1] == "8 memories are pinned by hand already; unpin one of them first"


def test_memories_of_the_guest(stage: Stage) -> None:
    stage.begin("Good evening.", guest="ivo")
    stage.desk.write(HOST, [Fact(MemoryWritten(99, "ivo", "Ivo saw it.", 7, 1, 10**15, 1, "told"))])
    stage.rest()
    stage.read(MEMORY)
    stage.drawer.memory.owner = "ivo"
    stage.until(lambda: stage.drawer.data is not None and stage.drawer.data.owner == "ivo", "Ivo's memories")
    assert [one.text for one in stage.drawer.data.page] == ["Ivo saw it."]


def test_a_scene_as_it_was_told_has_a_row_that_is_edited_and_weighed(stage: Stage) -> None:
    stage.begin("Good evening. I promise to come back.")
    directing.close_scene(stage.desk, HOST)
    stage.rest()
    data = stage.read(MEMORY)
    stage.until(lambda: stage.drawer.data.page, "the memory")
    data = stage.drawer.data
    (told,) = [one for one in data.page if one.form == "summary"]
    name = f"memory mara {told.number}"
    stage.write(MEMORY, f"{name} text", "Ana promised to come back, and I believe her.", lines=True)
    stage.rest()
    stage.press_on(MEMORY, f"{name} significance", "right", "right")
    stage.rest()
    memory = memory_for_player(stage.log, HOST, told.number)
    assert memory is not None
    assert (memory.text, memory.significance) == (
        "Ana promised to come back, and I believe her.",
        min(told.significance + 2, 3),
    )
    stage.press_on(MEMORY, f"{name} pin", "space")
    stage.rest()
    assert (memory := memory_for_player(stage.log, HOST, told.number)) is not None
    assert memory.pinned


def test_who_went_is_among_those_who_remember(stage: Stage) -> None:
    stage.begin("Good evening, both of you.", guest="ivo")
    directing.remove_guest(stage.desk, HOST)
    stage.rest()
    stage.read(MEMORY)
    stage.until(lambda: stage.drawer.data is not None and stage.drawer.data.others == ("ivo",), "who else remembers")
    x, y, w, h = stage.drawer.desk.fields.places["whose"]
    stage.game.click(x + w * 0.95, y + h / 2)
    stage.until(lambda: stage.drawer.data.owner == "ivo", "Ivo's memories")
    assert [one.form for one in stage.drawer.data.page] == ["summary"]


# -- story -----------------------------------------------------------------------------------------------------------


def test_threads_and_events_are_added_and_taken_back(stage: Stage) -> None:
    stage.begin("Good evening.")
    stage.write(STORY, "thread new +", "Who sent the letter?")
    stage.rest()
    assert [one.title for one in reading.threads(stage.log, HOST)] == ["Who sent the letter?"]
    stage.write(STORY, "happening new +", "Dinner by the canal")
    stage.rest()
    assert [one.title for one in reading.happenings(stage.log, HOST, ("planned",))] == ["Dinner by the canal"]
    stage.acts.undo()
    stage.rest()
    assert reading.happenings(stage.log, HOST, ("planned",)) == []
    stage.acts.undo()
    stage.rest()
    assert reading.threads(stage.log, HOST) == []


def test_a_new_place_is_taken_back_whole(stage: Stage) -> None:
    stage.begin("Good evening.")
    stage.write(SCENE, "place new +", "The boat")
    stage.rest()
    assert [one.name for one in reading.containers(stage.log, HOST)][-1] == "The boat"
    stage.acts.undo()
    stage.rest()
    assert len(reading.containers(stage.log, HOST)) == 1


# -- history and model -----------------------------------------------------------------------------------------------


def test_a_branch_is_named_and_gone_to_and_back(stage: Stage) -> None:
    stage.begin("Good evening.", "What time is it?")
    from game.roleplay import history

    history.branch_here(stage.log, HOST, 2, "the other evening")
    stage.rest()
    rows = stage.read(HISTORY).branches
    left = next(one for one in rows if not one.is_current)
    stage.write(HISTORY, f"branch {left.id} name", "the long evening")
    stage.rest()
    stage.until(lambda: "the long evening" in {one.name for one in stage.drawer.data.branches}, "its name")
    stage.press_on(HISTORY, f"branch {left.id} Go on there", "space")
    stage.until(lambda: stage.acts.offer is not None, "the toast")
    stage.rest()
    assert reading.chat(stage.log, HOST).turns == 4
    stage.acts.undo()
    stage.rest()
    assert reading.chat(stage.log, HOST).turns == 2


def test_snapshots_are_told_with_date_and_reason(stage: Stage) -> None:
    from game.scenes.talk_drawer_history import why

    stage.begin("Good evening.")
    assert stage.desk.snapshots is not None
    stage.desk.snapshots.before("rewind")
    stage.rest()
    kept = stage.read(HISTORY).snapshots
    stage.until(lambda: stage.drawer.data.snapshots, "the snapshots")
    kept = stage.drawer.data.snapshots
    assert "before a rewind" in {why(one) for one in kept}


def test_the_prompt_is_told_block_by_block(stage: Stage) -> None:
    stage.begin("Good evening.")
    stage.press_on(MODEL, "Mara's next line", "space")
    stage.until(lambda: stage.drawer.model.prompt is not None, "the prompt")
    prompt = stage.drawer.model.prompt
    assert prompt is not None
    assert prompt.speaker == HOST
    assert {block.tier for block in prompt.blocks} >= {"must"}
    assert 0 < prompt.tokens <= prompt.hard
    assert reading.chat(stage.log, HOST).turns == 2  # nobody spoke


def test_failures_are_counted_and_listed(stage: Stage) -> None:
    stage.begin("Good evening.")
    stage.desk.write(HOST, [Fact(ClassifierFailed("weigh", '{"significance": "very"', 2, 1), stage.desk.source)])
    stage.rest()
    failures = stage.read(MODEL).failures
    assert [(one.job, one.raw_text, one.attempts) for one in failures] == [("weigh", '{"significance": "very"', 2)]


def test_what_was_refused_in_one_chat_is_not_shown_in_another(stage: Stage) -> None:
    stage.begin("Good evening.")
    stage.write(SCENE, "container 1 name", "")
    stage.rest()
    assert "container 1 name" in stage.acts.refused
    stage.room.open("lene")
    stage.until(lambda: stage.room.view is not None and stage.room.view.host == "lene", "the other chat")
    stage.game.turn(3)
    assert stage.acts.refused == {}


# -- by mouse --------------------------------------------------------------------------------------------------------


def test_a_click_elsewhere_keeps_what_was_written(stage: Stage) -> None:
    stage.begin("Good evening.")
    stage.to(SCENE, "activity mara verb")
    stage.game.press("ctrl+a")
    stage.game.feed(TextEvent(now_us(), "winding the tall clock"))
    stage.game.turn(2)
    stage.game.click(20.0, 20.0)
    stage.rest()
    assert reading.activity(stage.log, HOST, HOST).verb == "winding the tall clock"


def test_leaving_a_field_for_another_page_keeps_what_was_written(stage: Stage) -> None:
    stage.begin("Good evening.")
    stage.to(SCENE, "activity mara posture")
    stage.game.feed(TextEvent(now_us(), "cross-legged"))
    stage.game.turn(2)
    stage.game.click(*stage.place("tab Bonds"))
    stage.rest()
    assert stage.drawer.page == BONDS
    assert reading.activity(stage.log, HOST, HOST).posture == "cross-legged"


def test_a_slider_is_dragged_and_written_once(stage: Stage) -> None:
    stage.begin("Good evening.")
    stage.read(BONDS)
    x, y, w, h = stage.drawer.desk.fields.places["edge mara you trust"]
    knob = y + h * 0.73
    stage.game.move(x + w * 0.3, knob)
    stage.game.feed(InputEvent(now_us(), "mouse", "button:left", 1.0))
    for share in (0.4, 0.6, 0.8):
        stage.game.move(x + w * share, knob)
    stage.game.feed(InputEvent(now_us(), "mouse", "button:left", 0.0))
    stage.game.turn(30)
    stage.rest()
    assert 74 <= reading.edge(stage.log, HOST, YOU).trust <= 88
    assert sum(one.kind == "manual_edit" for one in stage.log.read(chat_stream(HOST))) == 1


def test_a_memory_opens_by_a_click_and_its_weight_is_clicked(stage: Stage) -> None:
    stage.begin("Good evening.")
    remember(stage, 1)
    (memory,) = [one for one in memories_for_player(stage.log, HOST, 9) if one.text == "Memory number 0."]
    stage.read(MEMORY)
    x, y = stage.place(f"memory mara {memory.number}")
    stage.game.click(x, y)
    stage.game.turn(4)
    x, y, w, h = stage.drawer.desk.fields.places[f"memory mara {memory.number} significance"]
    stage.game.click(x + w * 0.87, y + h / 2)
    stage.rest()
    (memory,) = [one for one in memories_for_player(stage.log, HOST, 9) if one.text == "Memory number 0."]
    assert memory.significance == 3


def test_undo_goes_back_in_the_order_things_were_done(stage: Stage) -> None:
    stage.begin("Good evening.")
    before = reading.activity(stage.log, HOST, HOST).posture
    stage.write(SCENE, "activity mara posture", "kneeling")
    stage.rest()
    stage.press_on(SCENE, "Close scene", "space")
    stage.rest()
    stage.write(SCENE, "activity mara posture", "lying down")
    stage.rest()
    for posture, scenes in (("kneeling", 2), ("kneeling", 1), (before, 1)):
        stage.acts.undo()
        stage.rest()
        assert reading.activity(stage.log, HOST, HOST).posture == posture
        assert len(reading.scenes(stage.log, HOST)) == scenes
    assert stage.acts.next_undo == ""
