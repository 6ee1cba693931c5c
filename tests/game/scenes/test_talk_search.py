"""Search across all chats: what is found, how it is marked, and where a hit leads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.clock import now_us
from engine.input.events import TextEvent
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.roleplay import authoring, directing, editing, talk
from game.roleplay.chat_search import Hit
from game.roleplay.events import YOU, MemoryWritten
from game.roleplay.ledger import Fact
from game.scenes.talk_search import SearchScene, laid_out, turn_of
from tests.rig.drawer_stage import Stage

HOST = "mara"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, sound: Sound) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("search")
    window = HeadlessWindow((960, 640), frame_us=16_667)
    with Stage(folder, window, sound) as stage:
        authoring.begin(stage.desk, "ivo", authoring.parse_kickoff(stage.desk, "ivo"))
        talk.say(stage.desk, "ivo", "Do you know the lighthouse keeper?")
        stage.begin("Good evening. I love you.", "The lighthouse was dark last night.")
        remembered = MemoryWritten(50, HOST, "Ana told me of the lighthouse.", 3, 1, 10**15, 1, "told")
        stage.desk.write(HOST, [Fact(remembered)])
        directing.close_scene(stage.desk, HOST)
        stage.desk.settle()
        editing.edit_edge(stage.log, HOST, HOST, YOU, "facts", ["Ana fears the lighthouse"])
        editing.edit_scene(stage.log, HOST, 1, "description", "A lighthouse far off.")
        stage.rest()
        yield stage
    window.close()


class Finder:
    """Someone who searches; ``went`` is where the search led."""

    def __init__(self, stage: Stage, words: str) -> None:
        self.stage = stage
        self.went: list[tuple[str, int]] = []
        self.scene = SearchScene(stage.room, lambda chat, turn: self.went.append((chat, turn)))
        stage.game.stack.push(self.scene)
        stage.game.turn(4)
        stage.game.feed(TextEvent(now_us(), words))
        stage.until(lambda: self.scene.searched == words, "the hits")
        stage.game.turn(3)

    def __enter__(self) -> Finder:
        return self

    def __exit__(self, *error: object) -> None:
        if self.stage.game.stack.top is self.scene:
            self.stage.game.press("escape")
        assert self.stage.game.stack.top is self.stage.scene


def test_hits_come_from_everything_in_every_chat(stage: Stage) -> None:
    with Finder(stage, "lighthouse") as finder:
        found = {(hit.sort, hit.chat) for hit in finder.scene.hits}
        assert {("turn", HOST), ("turn", "ivo"), ("memory", HOST), ("scene", HOST), ("fact", HOST)} <= found
        heads = {finder.scene.head_of(hit) for hit in finder.scene.hits}
        assert {"Mara's chat · Ana, turn 3", "Mara's chat · Mara of Ana", "Mara's chat · Mara remembers"} <= heads
        assert any(head.startswith("Ivo's chat · Ana, turn") for head in heads)


def test_the_words_looked_for_are_marked(stage: Stage) -> None:
    with Finder(stage, "lightho") as finder:  # a beginning is enough
        assert finder.scene.hits
        for hit in finder.scene.hits:
            marked = [word for line in laid_out(hit, 400.0) for _, word, is_marked in line if is_marked]
            assert marked, hit
            assert all("lightho" in word.casefold() for word in marked)


def test_enter_leads_to_the_first_hit(stage: Stage) -> None:
    with Finder(stage, "dark last night") as finder:
        stage.game.press("return")
        stage.until(lambda: finder.went, "the place")
        assert finder.went == [(HOST, 3)]


def test_the_list_is_reached_by_keys(stage: Stage) -> None:
    with Finder(stage, "lighthouse") as finder:
        wanted = next(place for place, hit in enumerate(finder.scene.hits) if hit.sort == "turn" and hit.chat == HOST)
        stage.game.press(*["down"] * (wanted + 1), "return")
        stage.until(lambda: finder.went, "the place")
        assert finder.went == [(HOST, finder.scene.hits[wanted].number)]


def test_a_hit_is_opened_by_mouse(stage: Stage) -> None:
    with Finder(stage, "do you know the lighthouse keeper") as finder:
        (hit,) = [one for one in finder.scene.hits if one.who == YOU]
        x, y, w, h = finder.scene.places[finder.scene.hits.index(hit)]
        stage.game.click(x + w / 2, y + h / 2)
        stage.until(lambda: finder.went, "the place")
        assert finder.went == [("ivo", hit.number)]


def test_every_sort_of_hit_leads_somewhere(stage: Stage) -> None:
    def hit(sort: str, number: int) -> Hit:
        return Hit(sort, HOST, number, HOST, YOU, "", (), 0, 0)

    assert turn_of(stage.log, hit("turn", 3)) == 3
    assert turn_of(stage.log, hit("scene", 1)) == 1
    assert turn_of(stage.log, hit("fact", 0)) == 0
    memories = stage.log.query("SELECT memory, turn FROM memories WHERE chat = ? AND live", (HOST,))
    assert memories
    for number, turn in memories:
        assert turn_of(stage.log, hit("memory", number)) == (turn or 4)  # a scene's memory: its last turn
    assert turn_of(stage.log, hit("memory", 10_000)) == 0


def test_nothing_found_and_escape(stage: Stage) -> None:
    with Finder(stage, "zanzibar") as finder:
        assert finder.scene.hits == ()
        stage.game.press("return")
        assert finder.went == []
