"""What comes to mind, in which order, and from how little."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.log import EventLog
from game.roleplay import events as happened
from game.roleplay import recall
from game.roleplay.relevance import by_model
from game.truth import Truth
from tests.rig.recall_cases import cases, distractors
from tests.rig.recall_ways import by_signatures, by_words, fused
from tests.rig.roleplay_story import Story, new_log

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
"""Also what is no letter, no character and half of one."""


@pytest.fixture
def story() -> Iterator[Story]:
    with new_log() as log:
        told = Story(log)
        told.begin()
        yield told
        assert log.check_rebuild() == []


def texts(story: Story, question: str, k: int = recall.K, owner: str = "mira") -> list[str]:
    return [one.memory.text for one in recall.recalled(story.log, owner, question, k=k)]


def test_what_is_said_brings_back_what_it_has_to_do_with(story: Story) -> None:
    for text in ("her sister lives in Oslo", "we drank coffee in the rain", "he came late and I was furious"):
        story.remembers("mira", text)
    assert texts(story, "more coffee?")[0] == "we drank coffee in the rain"
    assert texts(story, "Do you have siblings?")[0] == "her sister lives in Oslo"
    assert texts(story, "Hast du eine Schwester?")[0] == "her sister lives in Oslo"
    assert texts(story, "are you angry?")[0] == "he came late and I was furious"


def test_what_has_nothing_to_do_with_it_stays_away(story: Story) -> None:
    story.remembers("mira", "her sister lives in Oslo", weight=3)
    assert texts(story, "the printer is out of toner") == []
    assert texts(story, "") == texts(story, " ?!…") == texts(story, "you and me") == []


def test_no_more_come_than_are_wanted_and_none_that_are_there_already(story: Story) -> None:
    for number in range(10):
        story.remembers("mira", f"tea by the window, {number} cups")
    assert len(texts(story, "tea")) == recall.K
    assert len(texts(story, "tea", k=7)) == 7
    assert texts(story, "tea", k=0) == texts(story, "tea", k=-1) == []
    there = {one.memory.seq for one in recall.recalled(story.log, "mira", "tea", k=8)}
    left = recall.recalled(story.log, "mira", "tea", k=8, exclude=there)
    assert len(left) == 2
    assert not there & {one.memory.seq for one in left}


def test_of_two_alike_the_weightier_and_then_the_fresher_comes_first(story: Story) -> None:
    for weight in (1, 3, 0, 2):
        story.remembers("mira", "we walked along the canal", weight)
    found = recall.recalled(story.log, "mira", "the canal")
    assert [one.memory.significance for one in found] == [3, 2, 1, 0]
    for _ in range(3):
        story.remembers("mira", "an evening at the opera")
    found = recall.recalled(story.log, "mira", "the opera")
    assert [one.memory.number for one in found] == [7, 6, 5]
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_weight_and_freshness_multiply_by_the_shares_that_are_told() -> None:
    assert recall.weight(0, None) == 1.0
    assert recall.weight(3, None) == pytest.approx(5 / 3)
    assert recall.weight(0, 0) == pytest.approx(7 / 6)
    assert recall.weight(0, 100) == pytest.approx(1 + 0.99**100 / 6)


def test_memories_come_from_every_chat_the_owner_was_in(story: Story) -> None:
    other = Story(story.log, "tobias", "BotB")
    other.begin("harbour")
    other.add(happened.GuestJoined("mira"), truth=Truth.USER)
    other.remembers("mira", "at BotB's harbour the nets were mended", witnesses=7)
    other.remembers("tobias", "mira watched me mend the nets", witnesses=7)
    assert texts(story, "the nets") == ["at BotB's harbour the nets were mended"]
    assert texts(story, "the nets", owner="tobias") == ["mira watched me mend the nets"]


def test_an_edited_memory_is_found_by_its_new_words_alone(story: Story) -> None:
    number = story.remembers("mira", "she plays the cello")
    edit = happened.ManualEdit("memory", [number], "text", "she drives a tractor", "she plays the cello")
    story.add(edit, truth=Truth.USER)
    assert texts(story, "cello") == []
    assert texts(story, "tractor") == ["she drives a tractor"]


def test_a_rewind_takes_what_came_after_and_a_switch_brings_it_back(story: Story) -> None:
    story.remembers("mira", "the first snow")
    head = story.log.head(story.stream)
    story.remembers("mira", "snow on the roof")
    assert len(texts(story, "snow")) == 2
    story.log.fork(story.stream, head)
    assert texts(story, "snow") == ["the first snow"]
    story.log.switch(story.stream, story.log.branches(story.stream)[0].id)
    assert len(texts(story, "snow")) == 2


def test_pins_keep_their_order_and_summaries_are_of_the_last_scenes(story: Story) -> None:
    numbers = [story.remembers("mira", f"pinned {one}", scene=1, form="told") for one in "abc"]
    for number in (numbers[1], numbers[0]):
        story.add(happened.MemoryPinned(number, True), truth=Truth.USER)
    assert [one.text for one in recall.pinned(story.log, "mira")] == ["pinned b", "pinned a"]
    for _ in range(5):
        story.tell(story.close())
    told = recall.scene_summaries(story.log, "mira", "mira")
    assert [one.scene for one in told] == [3, 4, 5]
    assert [one.scene for one in recall.scene_summaries(story.log, "mira", "mira", 1)] == [5]
    assert recall.scene_summaries(story.log, "mira", "tobias") == []
    assert recall.scene_summaries(story.log, "mira", "mira", 0) == []


def test_the_drawer_pages_through_the_newest_first(story: Story) -> None:
    for number in range(7):
        story.remembers("mira", f"day {number}")
    assert [one.number for one in recall.recent(story.log, "mira", 3)] == [7, 6, 5]
    assert [one.number for one in recall.recent(story.log, "mira", 3, 5)] == [2, 1]
    one = recall.recent(story.log, "mira", 1, 3)[0]
    assert (one.text, one.owner, one.chat, one.truth) == ("day 3", "mira", "mira", Truth.LOCAL_MODEL)


@given(ANY_TEXT)
def test_any_text_may_be_asked_for(text: str) -> None:
    with new_log() as log:
        told = Story(log)
        told.begin()
        told.remembers("mira", "rain tea 東京 ☕")
        assert len(recall.recalled(log, "mira", text)) <= 1
        assert len(recall.search(log, "mira", text)) <= 1


@given(st.text(max_size=200))
def test_any_text_may_be_remembered_and_is_found_by_itself(text: str) -> None:
    with new_log() as log:
        told = Story(log)
        told.begin()
        told.remembers("mira", text)
        found = recall.recalled(log, "mira", text)
        assert [one.memory.text for one in found] in ([], [text])
        assert found or not any(one.isalnum() for one in text) or not text.isascii()
        assert log.check_rebuild() == []


@pytest.mark.parametrize(
    ("memory", "question"),
    [
        ("昨日は東京タワーに行きました", "東京タワーは？"),
        ("我们在海边散步", "海边"),
        ("어제 우리는 커피를 마셨다", "커피"),
        ("شربنا القَهْوَة معًا", "القهوة"),
        ("הלכנו לַיָּם בלילה", "הים לים"),
        ("हम समुद्र के किनारे चले", "समुद्र"),
        ("Wir gingen über die Straße", "STRASSE"),
        ("she sent 🦊 and nothing else", "🦊"),
        ("ไปเที่ยวทะเลด้วยกัน", "ทะเล"),
    ],
)
def test_every_script_is_searched(story: Story, memory: str, question: str) -> None:
    story.remembers("mira", memory)
    story.remembers("mira", "something else entirely")
    assert texts(story, question)[:1] == [memory]


def test_a_question_of_a_whole_book_is_answered(story: Story) -> None:
    story.remembers("mira", "the lighthouse")
    assert texts(story, "the lighthouse " + "and so on and on " * 50_000) == ["the lighthouse"]


# -- with a model's places -------------------------------------------------------------------------------------------


def unit(*numbers: float) -> NDArray[np.float32]:
    made = np.array(numbers, np.float32)
    place: NDArray[np.float32] = made / np.linalg.norm(made)
    return place


def placed(story: Story, text: str, place: NDArray[np.float32], model: str = "m") -> None:
    number = story.remembers("mira", text)
    story.add(happened.MemoryEmbedded(number, model, place.astype("<f4").tobytes()))


def test_a_model_finds_what_shares_no_word_at_all(story: Story) -> None:
    placed(story, "zxq", unit(1, 0, 0, 0.2))
    placed(story, "vbn", unit(0, 1, 0, 0.2))
    placed(story, "wrt", unit(0, 0, 1, 0.2))
    found = recall.recalled(story.log, "mira", "hjk", vector=("m", unit(0, 1, 0.1, 0.2)))
    assert [one.memory.text for one in found][:1] == ["vbn"]
    assert texts(story, "hjk") == []


def test_places_of_another_model_or_size_or_that_are_none_do_no_harm(story: Story) -> None:
    placed(story, "tea at noon", unit(1, 0, 0))
    story.add(happened.MemoryEmbedded(1, "broken", b"\x00"))
    story.add(happened.MemoryEmbedded(1, "nan", np.array([np.nan, 1], "<f4").tobytes()))
    story.add(happened.MemoryEmbedded(99, "m", unit(1, 0, 0).tobytes()))
    for vector in (
        *(("other", unit(1, 0, 0)), ("m", unit(1, 0)), ("broken", unit(1.0)), ("nan", unit(1, 1))),
        *(("m", np.zeros(3, np.float32)), ("m", np.full(3, np.nan, np.float32)), ("m", np.zeros(0, np.float32))),
    ):
        found = recall.recalled(story.log, "mira", "tea", vector=vector)
        assert [one.memory.text for one in found] == ["tea at noon"]


def test_a_model_that_was_asked_again_is_believed_its_last_word_and_an_edit_voids_it(story: Story) -> None:
    placed(story, "zxq", unit(1, 0, 0))
    placed(story, "vbn", unit(0, 0, 1))
    story.add(happened.MemoryEmbedded(1, "m", unit(0, 1, 0).tobytes()))
    asked = ("m", unit(0, 1, 0))
    assert [one.memory.text for one in recall.recalled(story.log, "mira", "hjk", vector=asked)] == ["zxq"]
    story.add(happened.ManualEdit("memory", [1], "text", "plm", "zxq"), truth=Truth.USER)
    assert "plm" not in [one.memory.text for one in recall.recalled(story.log, "mira", "hjk", vector=asked)]


def test_what_a_model_says_is_measured_by_what_it_says_of_all() -> None:
    assert by_model([]) == []
    assert by_model([0.9, 0.8, 0.7]) == pytest.approx([0.5, 0.0, 0.0])
    assert by_model([1.0, 1.0]) == pytest.approx([1.0, 1.0], abs=1e-6)


# -- what it is worth ------------------------------------------------------------------------------------------------


def test_the_labelled_questions_are_what_they_say() -> None:
    labelled = cases()
    assert len(labelled) >= 120
    assert len(distractors()) == len(set(distractors())) >= 400
    assert {(one.sort, one.held_out) for one in labelled} == {(a, b) for a in ("same", "other") for b in (True, False)}
    assert not {one.memory for one in labelled} & set(distractors())


def share(log: EventLog, sort: str, way: object) -> float:
    assert callable(way)
    asked = [one for one in cases() if one.sort == sort]
    return sum(one.memory in way(log, one.question)[: recall.K] for one in asked) / len(asked)


def test_fusing_words_and_places_finds_more_than_either() -> None:
    """Figures are tests/bench/bench_recall.py; here only what would show that a part of it stopped working."""
    with new_log() as log:
        told = Story(log, "mia")
        told.begin()
        for text in [one.memory for one in cases()] + distractors():
            told.remembers("mia", text)
        assert share(log, "same", fused) >= max(share(log, "same", by_words), share(log, "same", by_signatures)) >= 0.9
        assert share(log, "other", by_words) < 0.1
        assert share(log, "other", by_signatures) > 0.5
        assert share(log, "other", fused) > 0.55
