"""Every field that 004 calls editable, set in the drawer with the keyboard: one test each, by name.

The chat is a real one: kickoff, a guest, a few turns, a closed scene, spoken by the offline voice.  What a test sets is
looked for in the log, as is the edit that keeps the former value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from imgui_bundle import imgui

from engine.sound import Sound
from engine.window import HeadlessWindow
from game.roleplay import clock, directing, editing, reading, talk
from game.roleplay.chat_search import memories_for_player, memory_for_player
from game.roleplay.events import chat_stream
from tests.rig.drawer_stage import Stage

SCENE, BONDS, MEMORY, STORY, HISTORY = range(5)
HOST = "mara"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, sound: Sound) -> Iterator[Stage]:
    window = HeadlessWindow((640, 900), frame_us=16_667)
    with Stage(tmp_path_factory.mktemp("drawer"), window, sound) as stage:
        stage.begin("Good evening. *I put the clock on the bench* I love you.", "I promise to come back.")
        directing.close_scene(stage.desk, HOST)
        directing.add_guest(stage.desk, HOST, "ivo", "They share the night shift.")
        talk.say(stage.desk, HOST, "Ivo, this is Mara. She mends clocks.")
        editing.add_thread(stage.log, HOST, "Who broke the clock?")
        editing.add_happening(stage.log, HOST, "Dinner", ["a basket"])
        stage.rest()
        yield stage
    window.close()


def last_edit(stage: Stage, chat: str = HOST) -> dict[str, Any]:
    """The newest edit by hand of a chat."""
    return [one for one in stage.log.read(chat_stream(chat)) if one.kind == "manual_edit"][-1].payload


def scene_of(stage: Stage) -> Any:
    found = reading.chat(stage.log, HOST).scene
    assert found is not None
    return found


def place_of(stage: Stage) -> Any:
    return reading.containers(stage.log, HOST)[0]


def doing(stage: Stage, who: str) -> Any:
    return reading.activity(stage.log, HOST, who)


def thread_id(stage: Stage) -> int:
    return next(one.id for one in reading.threads(stage.log, HOST, closed=True) if "clock" in one.title.lower())


def thread_of(stage: Stage) -> Any:
    return next(one for one in reading.threads(stage.log, HOST, closed=True) if one.id == thread_id(stage))


def happening_of(stage: Stage) -> Any:
    return reading.happenings(stage.log, HOST)[0]


def memory_key(stage: Stage) -> int:
    return min(one.number for one in memories_for_player(stage.log, HOST, 50))


def memory_of(stage: Stage) -> Any:
    return memory_for_player(stage.log, HOST, memory_key(stage))


Look = Callable[[Stage], Any]

LINES: list[tuple[int, str, str, Look, Any]] = [
    (SCENE, "container 1 name", "Clock shop by the canal", lambda st: place_of(st).name, "Clock shop by the canal"),
    (SCENE, "container 1 type", "workshop", lambda st: place_of(st).type, "workshop"),
    (SCENE, "container 1 audible_range", "the street", lambda st: place_of(st).audible_range, "the street"),
    (SCENE, "activity mara verb", "winding a clock", lambda st: doing(st, "mara").verb, "winding a clock"),
    (SCENE, "activity mara posture", "kneeling", lambda st: doing(st, "mara").posture, "kneeling"),
    (SCENE, "activity mara attention", "the pendulum", lambda st: doing(st, "mara").attention, "the pendulum"),
    (SCENE, "activity mara expected_duration", "an hour", lambda st: doing(st, "mara").expected_duration, "an hour"),
    (SCENE, "activity mara slot", "the bench", lambda st: doing(st, "mara").slot, "the bench"),
    (SCENE, "activity you verb", "leaning on the counter", lambda st: doing(st, "you").verb, "leaning on the counter"),
    (
        SCENE,
        "activity ivo posture",
        "standing by the door",
        lambda st: doing(st, "ivo").posture,
        "standing by the door",
    ),
    (
        STORY,
        "thread {thread} title",
        "Who broke the old clock?",
        lambda st: thread_of(st).title,
        "Who broke the old clock?",
    ),
    (STORY, "thread {thread} outcome", "It was the cat", lambda st: thread_of(st).outcome, "It was the cat"),
    (STORY, "happening 1 title", "Dinner by the canal", lambda st: happening_of(st).title, "Dinner by the canal"),
]


def named(stage: Stage, field: str) -> str:
    """A field's name with the numbers of this chat in it."""
    thread = thread_id(stage) if "{thread}" in field else 0
    memory = memory_key(stage) if "{memory}" in field else 0
    return field.format(thread=thread, memory=memory)


@pytest.mark.parametrize(("page", "field", "typed", "look", "told"), LINES, ids=[one[1] for one in LINES])
def test_a_line_is_written_over(stage: Stage, page: int, field: str, typed: str, look: Look, told: Any) -> None:
    former = look(stage)
    stage.write(page, named(stage, field), typed)
    stage.rest()
    assert look(stage) == told
    edit = last_edit(stage)
    assert (edit["value"], edit["former"]) == (told, former)


PROSE: list[tuple[int, str, str, Look]] = [
    (
        SCENE,
        "scene 2 description",
        "Rain on the panes.\nThree of them at the bench.",
        lambda st: scene_of(st).description,
    ),
    (
        BONDS,
        "edge mara you summary",
        "She trusts Ana with her tools.",
        lambda st: reading.edge(st.log, "mara", "you").summary,
    ),
    (BONDS, "edge you mara summary", "I like her hands.", lambda st: reading.edge(st.log, "you", "mara").summary),
    (
        BONDS,
        "edge ivo mara summary",
        "He hums when she is near.",
        lambda st: reading.edge(st.log, "ivo", "mara").summary,
    ),
    (BONDS, "group summary", "Three who stay up late.", lambda st: reading.group(st.log, HOST, ())),
    (MEMORY, "memory mara {memory} text", "Ana came in from the rain.", lambda st: memory_of(st).text),
]


@pytest.mark.parametrize(("page", "field", "typed", "look"), PROSE, ids=[one[1] for one in PROSE])
def test_prose_is_written_over(stage: Stage, page: int, field: str, typed: str, look: Look) -> None:
    former = look(stage)
    stage.write(page, named(stage, field), typed, lines=True)
    stage.rest()
    assert look(stage) == typed
    assert last_edit(stage)["former"] == former


SWITCHES: list[tuple[int, str, Look]] = [
    (SCENE, "container 1 moving", lambda st: place_of(st).moving),
    (SCENE, "container 1 public", lambda st: place_of(st).public),
    (SCENE, "activity mara interruptible", lambda st: doing(st, "mara").interruptible),
    (STORY, "thread {thread} open", lambda st: thread_of(st).open),
]


@pytest.mark.parametrize(("page", "field", "look"), SWITCHES, ids=[one[1] for one in SWITCHES])
def test_a_switch_is_turned(stage: Stage, page: int, field: str, look: Look) -> None:
    former = look(stage)
    stage.press_on(page, named(stage, field), "space")
    stage.rest()
    assert look(stage) is not former
    assert last_edit(stage)["former"] == former
    stage.acts.undo()
    stage.rest()
    assert look(stage) is former


NUMBERS: list[tuple[int, str, Look, int]] = [
    (BONDS, "edge mara you affinity", lambda st: reading.edge(st.log, "mara", "you").affinity, 2),
    (BONDS, "edge mara you trust", lambda st: reading.edge(st.log, "mara", "you").trust, 1),
    (BONDS, "edge you mara affinity", lambda st: reading.edge(st.log, "you", "mara").affinity, 3),
    (BONDS, "edge mara ivo trust", lambda st: reading.edge(st.log, "mara", "ivo").trust, 1),
    (BONDS, "edge ivo you affinity", lambda st: reading.edge(st.log, "ivo", "you").affinity, 1),
    (MEMORY, "memory mara {memory} reliability", lambda st: memory_of(st).reliability, -2),
]


@pytest.mark.parametrize(("page", "field", "look", "by"), NUMBERS, ids=[one[1] for one in NUMBERS])
def test_a_slider_is_moved_by_keys(stage: Stage, page: int, field: str, look: Look, by: int) -> None:
    former = look(stage)
    stage.press_on(page, named(stage, field), *(["right" if by > 0 else "left"] * abs(by)))
    stage.game.turn(30)  # the slider waits a moment for the next press
    stage.rest()
    assert look(stage) == former + by
    assert last_edit(stage)["former"] == former


def test_what_a_slider_means_is_told_above_it(stage: Stage) -> None:
    affinity = named(stage, "edge mara ivo affinity")
    stage.to(BONDS, affinity)
    stage.game.turn(30)
    x, y = stage.place(affinity)
    stage.game.move(x, y)
    stage.game.turn(60)  # it waits until the mouse stands still
    told = imgui.internal.find_window_by_name("##Tooltip_00")
    assert told is not None
    assert told.active
    assert told.pos.y + told.size.y <= stage.drawer.desk.fields.places[affinity][1]


WEIGHTS: list[tuple[int, str, Look]] = [
    (SCENE, "scene 2 significance", lambda st: scene_of(st).significance),
    (MEMORY, "memory mara {memory} significance", lambda st: memory_of(st).significance),
    (HISTORY, "turn 3 significance", lambda st: reading.turn(st.log, HOST, 3).said.significance),
]


@pytest.mark.parametrize(("page", "field", "look"), WEIGHTS, ids=[one[1] for one in WEIGHTS])
def test_significance_is_set_by_keys(stage: Stage, page: int, field: str, look: Look) -> None:
    former = max(look(stage), 0)
    key, told = ("right", former + 1) if former < 3 else ("left", former - 1)
    stage.press_on(page, named(stage, field), key)
    stage.rest()
    assert look(stage) == told
    assert last_edit(stage)["value"] == told


def test_the_attention_an_action_takes(stage: Stage) -> None:
    stage.press_on(SCENE, "activity mara required_attention", "right")
    stage.rest()
    assert doing(stage, "mara").required_attention in ("medium", "high")
    assert last_edit(stage)["field"] == "required_attention"


LISTS: list[tuple[int, str, str, Look]] = [
    (SCENE, "container 1 slots", "the window seat", lambda st: place_of(st).slots),
    (SCENE, "activity mara holding", "a brass screw", lambda st: doing(st, "mara").holding),
    (BONDS, "edge mara you facts", "Ana cannot swim", lambda st: reading.edge(st.log, "mara", "you").facts),
    (BONDS, "edge you mara facts", "she hates being late", lambda st: reading.edge(st.log, "you", "mara").facts),
    (
        BONDS,
        "edge mara you moments",
        "the night the power failed",
        lambda st: reading.edge(st.log, "mara", "you").moments,
    ),
    (STORY, "happening 1 props", "two candles", lambda st: happening_of(st).props),
    (STORY, "items mara items", "Ana's old watch", lambda st: reading.items(st.log, "mara")),
]


@pytest.mark.parametrize(("page", "field", "text", "look"), LISTS, ids=[one[1] for one in LISTS])
def test_a_list_grows_and_shrinks(stage: Stage, page: int, field: str, text: str, look: Look) -> None:
    former = look(stage)
    stage.write(page, f"{field} +", text)
    stage.rest()
    assert look(stage) == (*former, text)
    stage.press_on(page, f"{field} {len(former)} -", "space")
    stage.rest()
    assert look(stage) == former


def test_the_state_someone_is_in(stage: Stage) -> None:
    stage.write(SCENE, "activity mara lines status +", "sober: no")
    stage.rest()
    assert doing(stage, "mara").status == {"sober": False}
    stage.write(SCENE, "activity mara lines status +", "tired: 3")
    stage.rest()
    assert doing(stage, "mara").status == {"sober": False, "tired": 3}
    stage.press_on(SCENE, "activity mara lines status 0 -", "space")
    stage.rest()
    assert doing(stage, "mara").status == {"tired": 3}


TIMES: list[tuple[int, str, Look]] = [
    (SCENE, "activity mara started_us", lambda st: doing(st, "mara").started_us),
    (STORY, "happening 1 due_us", lambda st: happening_of(st).due_us),
    (STORY, "happening 1 expires_us", lambda st: happening_of(st).expires_us),
    (SCENE, "clock clock_us", lambda st: reading.chat(st.log, HOST).clock_us),
]


@pytest.mark.parametrize(("page", "field", "look"), TIMES, ids=[one[1] for one in TIMES])
def test_a_time_is_written_exactly(stage: Stage, page: int, field: str, look: Look) -> None:
    told = clock.from_iso("2031-05-06T07:08:09Z")
    stage.write(page, field, "2031-05-06T07:08:09")
    stage.rest()
    assert look(stage) == told
    stage.acts.undo()
    stage.rest()
    assert look(stage) != told


def test_where_someone_is_and_what_a_place_lies_in(stage: Stage) -> None:
    stage.write(SCENE, "place new +", "Back room")
    stage.rest()
    back = reading.containers(stage.log, HOST)[-1]
    assert back.name == "Back room"
    stage.press_on(SCENE, "activity ivo container", "space")
    stage.game.press("down", "return")
    stage.rest()
    assert doing(stage, "ivo").container != 1
    stage.press_on(SCENE, "container 1 parent", "space")
    stage.game.press("down", "return")
    stage.rest()
    assert place_of(stage).parent == back.id


@pytest.mark.parametrize(("bit", "name"), [(1, "you"), (2, "the host"), (4, "the guest")])
def test_who_may_remember(stage: Stage, bit: int, name: str) -> None:
    former = memory_of(stage).witnesses
    stage.press_on(MEMORY, f"memory mara {memory_key(stage)} witness {bit} witnesses", "space")
    stage.rest()
    assert memory_of(stage).witnesses == former ^ bit, name
    assert last_edit(stage)["field"] == "witnesses"
    stage.acts.undo()
    stage.rest()
    assert memory_of(stage).witnesses == former


def test_how_a_memory_came_to_be_known(stage: Stage) -> None:
    stage.write(MEMORY, f"memory mara {memory_key(stage)} source", "told by Ivo")
    stage.rest()
    assert memory_of(stage).source == "told by Ivo"


def test_a_pin_is_taken_off_and_put_back(stage: Stage) -> None:
    memory = next(one for one in memories_for_player(stage.log, HOST, 50) if one.pinned)
    stage.press_on(MEMORY, f"memory {memory.chat} {memory.number} pin", "space")
    stage.rest()
    now = memory_for_player(stage.log, memory.chat, memory.number)
    assert now is not None
    assert not now.pinned
    stage.press_on(MEMORY, f"memory {memory.chat} {memory.number} pin", "space")
    stage.rest()
    now = memory_for_player(stage.log, memory.chat, memory.number)
    assert now is not None
    assert now.pinned == "manual"


def test_an_event_goes_from_planned_to_over_and_back(stage: Stage) -> None:
    editing.add_happening(stage.log, HOST, "The last tram", [])
    stage.rest()
    number = reading.happenings(stage.log, HOST)[-1].id

    def state() -> str:
        return next(one.state for one in reading.happenings(stage.log, HOST) if one.id == number)

    stage.press_on(STORY, f"happening {number} to active", "space")
    stage.rest()
    assert state() == "active"
    stage.press_on(STORY, f"happening {number} to completed", "space")
    stage.rest()
    assert state() == "completed"
    stage.press_on(STORY, f"happening {number} to planned", "space")
    stage.rest()
    assert state() == "planned"
    stage.acts.undo()
    stage.rest()
    assert state() == "completed"
