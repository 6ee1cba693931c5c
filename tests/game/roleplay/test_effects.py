from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from game.roleplay.effects import MAX_OPEN_THREADS, activity_after, edge_moved, edges_around, state_changes
from game.roleplay.events import (
    YOU,
    ActivityChanged,
    EdgeMoved,
    HappeningMoved,
    HappeningPlanned,
    ThreadClosed,
    ThreadOpened,
)
from game.roleplay.jobs import Doing, EdgeChange, StateChanges
from game.roleplay.ledger import Source
from game.roleplay.state import Activity, Alternative, Chat, Edge, Happening, Scene, Thread, Turn
from game.truth import Truth

MODEL = Source(Truth.LOCAL_MODEL, "ai-local:test")
THREE = (YOU, "mara", "ivo")
CHAT = Chat("mara", clock_us=5, guest="ivo", scene=Scene(1, 1, "", THREE, 0), turns=2, threads=4, happenings=1)


def turn(speaker: str = YOU) -> Turn:
    return Turn(2, speaker, 1, 5, 5, 9, (Alternative(0, "Well."),), accepted=True)


def edges(affinity: int = 50) -> dict[tuple[str, str], Edge]:
    return {pair: Edge(*pair, affinity=affinity, facts=("knows chess",)) for pair in edges_around(CHAT, YOU)}


def made(answer: StateChanges, **around: Any) -> list[Any]:
    given_edges = around.get("edges", edges())
    facts = state_changes(
        CHAT, turn(), answer, given_edges, around.get("threads", ()), around.get("happenings", ()), MODEL
    )
    assert all(fact.source == MODEL for fact in facts)
    return [fact.event for fact in facts]


def test_the_two_directions_of_an_edge_are_moved_apart() -> None:
    answer = StateChanges(
        edges=[
            EdgeChange(owner="mara", target=YOU, affinity_delta=2),
            EdgeChange(owner=YOU, target="mara", affinity_delta=-1),
        ]
    )
    moved = {(event.owner, event.target): event.affinity_delta for event in made(answer)}
    assert moved["mara", YOU] == 2
    assert moved[YOU, "mara"] == -1


def test_a_silent_witness_takes_in_what_it_sees() -> None:
    answer = StateChanges(edges=[EdgeChange(owner="ivo", target="mara", trust_delta=-2)])
    assert any(
        isinstance(event, EdgeMoved) and event.owner == "ivo" and event.trust_delta == -2 for event in made(answer)
    )


def test_who_spoke_is_noted_as_met_by_everyone_even_if_nothing_changed() -> None:
    noted = {(event.owner, event.target, event.clock_us) for event in made(StateChanges())}
    assert noted == {("mara", YOU, 5), ("ivo", YOU, 5), (YOU, "mara", 5), (YOU, "ivo", 5)}


def test_strangers_to_the_scene_and_edges_to_oneself_are_passed_over() -> None:
    answer = StateChanges(
        edges=[
            EdgeChange(owner="mara", target="mara", affinity_delta=3),
            EdgeChange(owner="lene", target=YOU, affinity_delta=3),
        ],
        doings=[Doing(who="lene", verb="swims")],
    )
    assert all(event.affinity_delta == 0 for event in made(answer) if isinstance(event, EdgeMoved))
    assert not [event for event in made(answer) if isinstance(event, ActivityChanged)]


@given(st.integers(0, 100), st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_one_turn_moves_an_edge_by_three_at_most_and_never_out_of_bounds(affinity: int, by: int, trust_by: int) -> None:
    change = EdgeChange(owner="mara", target=YOU, affinity_delta=by, trust_delta=trust_by)
    moved = edge_moved(Edge("mara", YOU, affinity=affinity), change, 5)
    assert abs(moved.affinity_delta) <= 3
    assert abs(moved.trust_delta) <= 3
    assert 0 <= affinity + moved.affinity_delta <= 100


def test_only_new_facts_are_learned() -> None:
    change = EdgeChange(owner="mara", target=YOU, facts=["Knows chess", "has a sister", "has a sister", ""])
    assert edge_moved(edges()["mara", YOU], change, 5).facts == ["has a sister"]


def test_a_new_action_begins_now_and_leaves_the_old_ones_attention_behind() -> None:
    before = Activity(verb="driving", attention="the road", posture="sitting", started_us=1)
    chat = Chat("mara", clock_us=9, scene=CHAT.scene, activities={"mara": before})
    after = activity_after(chat, Doing(who="mara", verb="reading"))
    assert (after.verb, after.attention, after.posture, after.started_us) == ("reading", "", "sitting", 9)
    same = activity_after(chat, Doing(who="mara", posture="leaning back"))
    assert (same.verb, same.attention, same.started_us) == ("driving", "the road", 1)


def test_threads_open_once_and_only_open_ones_close() -> None:
    answer = StateChanges(threads_opened=["The letter", "the letter", "Lunch"], threads_closed=[3, 9])
    events = made(answer, threads=[Thread(3, "Lunch")])
    opened = [(event.thread, event.title) for event in events if isinstance(event, ThreadOpened)]
    closed = [event.thread for event in events if isinstance(event, ThreadClosed)]
    assert opened == [(5, "The letter")]
    assert closed == [3]


def test_there_is_an_end_to_open_threads() -> None:
    full = [Thread(number, f"thread {number}") for number in range(1, MAX_OPEN_THREADS + 1)]
    assert not [
        event
        for event in made(StateChanges(threads_opened=["One more"]), threads=full)
        if isinstance(event, ThreadOpened)
    ]


def test_a_happening_goes_only_where_it_may() -> None:
    there = [Happening(1, "The lake", "planned"), Happening(2, "The storm", "completed")]
    events = made(StateChanges(planned=["the lake", "The fair"], begun=[1, 2], cancelled=[2]), happenings=there)
    moves = [(event.happening, event.state, event.former) for event in events if isinstance(event, HappeningMoved)]
    assert moves == [(1, "active", "planned")]
    assert [(event.happening, event.title) for event in events if isinstance(event, HappeningPlanned)] == [
        (2, "The fair")
    ]
