"""Where a model puts memories is asked once for each, and written only for the words it was asked about (004 8.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from game.roleplay import directing, editing, talk
from game.roleplay.offline import OfflineVoice
from game.roleplay.placing import place_memories
from tests.rig.company import company


class Placing(OfflineVoice):
    """The offline voice with a model that places texts; ``meanwhile`` happens while it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.model = "m"
        self.meanwhile: Callable[[], None] = lambda: None

    def embed(self, texts: Sequence[str]) -> tuple[str, NDArray[np.float32]] | None:
        """The same place for all."""
        self.asked += texts
        self.meanwhile()
        return self.model, np.full((len(texts), 4), 0.5, np.float32)


@pytest.fixture
def voice() -> Placing:
    return Placing()


def test_every_memory_is_placed_once_and_anew_by_another_model(voice: Placing) -> None:
    with company(None, voice) as desk:
        talk.say(desk, "mara", "Hello.")
        directing.close_scene(desk, "mara")
        desk.settle()
        voice.asked.clear()
        texts = {text for (text,) in desk.log.query("SELECT text FROM memories WHERE live")}
        place_memories(desk)
        assert texts
        assert set(voice.asked) == texts
        place_memories(desk)
        assert len(voice.asked) == len(texts), "nothing is asked only to learn who answers"
        voice.model = "n"
        with desk.deciding:
            editing.edit_memory(desk.log, "mara", 1, "text", "It snowed.")
        place_memories(desk)
        place_memories(desk)
        placed = {model for (model,) in desk.log.query("SELECT DISTINCT model FROM recall_vectors")}
        assert "n" in placed
        query = "SELECT count(*) FROM memories m WHERE m.live AND NOT EXISTS (SELECT 1 FROM recall_vectors v"
        assert desk.log.query(query + " WHERE v.seq = m.seq AND v.model = 'n')") == [(0,)]


def test_a_memory_that_was_reworded_while_the_model_was_asked_gets_no_place(voice: Placing) -> None:
    with company(None, voice) as desk:
        talk.say(desk, "mara", "Hello.")
        directing.close_scene(desk, "mara")
        desk.settle()
        with desk.deciding:
            editing.edit_memory(desk.log, "mara", 1, "text", "It rained.")
        voice.meanwhile = lambda: editing.edit_memory(desk.log, "mara", 1, "text", "quite another text")
        place_memories(desk)
        sql = "SELECT count(*) FROM recall_vectors v JOIN memories m ON m.seq = v.seq WHERE m.text = ?"
        assert desk.log.query(sql, ("quite another text",)) == [(0,)]
        voice.meanwhile = lambda: None
        place_memories(desk)
        assert desk.log.query(sql, ("quite another text",)) == [(1,)], "it is placed the next time"
        assert desk.log.check_rebuild() == []
