"""What a closed scene's undo keeps: everything that followed from what was said, however late it was written."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.roleplay import directing, reading, talk
from game.roleplay.chat_search import memories_for_player
from game.roleplay.events import YOU
from game.roleplay.jobs import Job, SummariseScene
from game.roleplay.offline import OfflineVoice
from game.roleplay.state import Memory
from game.roleplay.voice import Answered
from tests.rig.drawer_stage import Stage

HOST = "mara"
PATIENCE_S = 60.0


class Slow(OfflineVoice):
    """The offline voice, which takes as long over telling things as a test wants."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.may_answer = threading.Event()

    def answer(self, job: Job) -> Answered:
        """Answer at once, but for what is to be told."""
        if isinstance(job, SummariseScene):
            self.asked.set()
            assert self.may_answer.wait(PATIENCE_S)
        return super().answer(job)


FRAME_US = 16_667
SIZE = (640, 900)


@pytest.fixture
def voice() -> Iterator[Slow]:
    voice = Slow()
    yield voice
    voice.may_answer.set()


@pytest.fixture
def stage(tmp_path: Path, window: HeadlessWindow, sound: Sound, voice: Slow) -> Iterator[Stage]:
    with Stage(tmp_path, window, sound) as stage:
        stage.begin("Good evening.")
        stage.desk.voice = voice
        yield stage
        voice.may_answer.set()


def close(stage: Stage) -> None:
    """Close the scene as the drawer's button does."""
    stage.acts.scene_step(HOST, "closing the scene", lambda it: directing.close_scene(it, HOST), "Scene closed.")
    stage.until(lambda: stage.acts.offer is not None, "the toast")
    assert reading.scenes(stage.log, HOST)[0].closed


def undo(stage: Stage) -> None:
    stage.acts.undo()
    stage.until(lambda: not stage.room.doing, "the undo")
    assert not reading.scenes(stage.log, HOST)[0].closed


def remembered(stage: Stage) -> dict[str, list[Memory]]:
    """What Mara remembers, by its form."""
    found: dict[str, list[Memory]] = {}
    for memory in memories_for_player(stage.log, HOST, 50):
        found.setdefault(memory.form, []).append(memory)
    return found


def test_a_moment_that_was_written_after_the_close_stays(stage: Stage, voice: Slow) -> None:
    talk.say(stage.desk, HOST, "I love you. I always have.")
    assert voice.asked.wait(PATIENCE_S)  # Mara is about to remember it
    close(stage)
    voice.may_answer.set()
    stage.rest()
    known = remembered(stage)
    (summary,) = known["summary"]
    felt = reading.edge(stage.log, HOST, YOU)
    assert known["beat"]
    undo(stage)
    stage.rest()
    after = remembered(stage)
    assert [one.text for one in after["beat"]] == [one.text for one in known["beat"]]
    assert [one.pinned for one in after["beat"]] == [one.pinned for one in known["beat"]]
    assert "summary" not in after
    assert reading.edge(stage.log, HOST, YOU).facts == felt.facts
    assert stage.log.check_rebuild() == []
    close(stage)
    stage.rest()
    assert [one.text for one in remembered(stage)["summary"]] == [summary.text]


def test_a_scene_that_is_being_told_while_its_close_is_undone_is_told_to_nobody(stage: Stage, voice: Slow) -> None:
    felt = reading.edge(stage.log, HOST, YOU)
    close(stage)
    assert voice.asked.wait(PATIENCE_S)
    undo(stage)
    voice.may_answer.set()
    stage.rest()
    assert "summary" not in remembered(stage)
    assert reading.edge(stage.log, HOST, YOU) == felt
    assert stage.desk.problem == ""


def test_a_moment_on_its_way_while_the_close_is_undone_arrives_once(stage: Stage, voice: Slow) -> None:
    talk.say(stage.desk, HOST, "I love you. I always have.")
    assert voice.asked.wait(PATIENCE_S)
    close(stage)
    undo(stage)
    voice.may_answer.set()
    stage.rest()
    beats = [(one.turn, one.text) for one in remembered(stage)["beat"]]
    assert beats
    assert len(set(beats)) == len(beats)
    assert "summary" not in remembered(stage)


def test_once_the_chat_goes_on_the_close_is_offered_back_no_more(stage: Stage, voice: Slow) -> None:
    voice.may_answer.set()
    close(stage)
    offer = stage.acts.offer
    assert offer is not None
    talk.say(stage.desk, HOST, "And one thing more.")
    stage.until(lambda: stage.acts.offer is None, "the end of the offer")
    with pytest.raises(UserError, match="rewind"):
        offer.step.undo(stage.desk)
    stage.acts.undo()
    stage.rest()
    assert "And one thing more." in [turn.text for turn in stage.view.turns]
    assert reading.scenes(stage.log, HOST)[0].closed
