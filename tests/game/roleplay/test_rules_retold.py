"""What is told again of a scene goes to those who remember it, and to nobody else (003 3.4, 004 8.3, 10.2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from game.roleplay import directing, editing, history, reading, recall, talk
from game.roleplay.desk import Desk
from game.roleplay.events import YOU
from game.roleplay.jobs import (
    EdgeSummary,
    Job,
    SummariseEdge,
    SummariseGroup,
    SummariseScene,
    Weigh,
    Weighed,
)
from tests.rig.company import company
from tests.rig.scripted import Scripted, as_said


@pytest.fixture
def voice() -> Scripted:
    """Tells scenes as they were said, and how two stand to each other on from what stood."""
    made = Scripted()

    def told_on(job: Job) -> EdgeSummary:
        assert isinstance(job, SummariseEdge)
        return EdgeSummary(summary=f"{job.edge.summary} | {job.told}"[-900:])

    made.rules.update({SummariseScene: as_said, SummariseEdge: told_on})
    return made


@pytest.fixture
def desk(voice: Scripted) -> Iterator[Desk]:
    with company(None, voice) as made:
        yield made
        made.settle()
        assert made.problem == ""
        assert made.log.check_rebuild() == []


def visited(desk: Desk) -> int:
    """Ivo was Mara's guest for a line of hers, its turn; the scene is over and told."""
    talk.say(desk, "mara", "Hello.")
    directing.add_guest(desk, "mara", "ivo")
    exchange = talk.say(desk, "mara", "Mara, speak.")
    directing.remove_guest(desk, "mara")
    desk.settle()
    return exchange.turns[-1]


def test_who_the_player_took_a_scene_from_hears_nothing_of_it_when_it_is_told_again(
    desk: Desk, voice: Scripted
) -> None:
    number = visited(desk)
    (his,) = [one for one in recall.recent(desk.log, "ivo", 9) if one.form == "summary"]
    with desk.deciding:
        editing.edit_memory(desk.log, "mara", his.number, "text", "My SECRET words.")
        editing.edit_memory(desk.log, "mara", his.number, "witnesses", his.witnesses & ~4)
    voice.jobs.clear()
    talk.another(desk, "mara", number)
    desk.settle()
    asked = [job for job in voice.jobs if isinstance(job, SummariseEdge)]
    assert {job.edge.owner for job in asked} == {YOU, "mara"}
    assert not any("SECRET" in job.told for job in asked)
    assert not any(isinstance(job, SummariseGroup) for job in voice.jobs), "what the three share goes to him, too"


def test_a_reworded_scene_keeps_its_moment_and_leaves_a_draft_where_the_player_has_written_their_own_words(
    desk: Desk, voice: Scripted
) -> None:
    voice.rules[Weigh] = lambda job: Weighed(significance=2)
    voice.lines = ["It rains.", "It snows."]
    number = talk.say(desk, "mara", "Hello.").turns[-1]
    directing.close_scene(desk, "mara")
    desk.settle()
    with desk.deciding:
        editing.edit_edge(desk.log, "mara", "mara", YOU, "summary", "My own words.")
    talk.another(desk, "mara", number)
    desk.settle()
    edge = reading.edge(desk.log, "mara", YOU)
    assert [("rains" in one, "snows" in one) for one in edge.moments] == [(False, True)]
    assert edge.summary == "My own words."
    assert "It snows." in edge.draft


def test_a_draft_of_a_later_scene_is_not_put_back_by_an_earlier_one_told_again_elsewhere(
    desk: Desk, voice: Scripted
) -> None:
    voice.rules[Weigh] = lambda job: Weighed(significance=2)
    number = visited(desk)
    with desk.deciding:
        editing.edit_edge(desk.log, "ivo", "ivo", YOU, "summary", "My own words.")
    talk.say(desk, "ivo", "A calm evening.")
    directing.close_scene(desk, "ivo")
    desk.settle()
    before = reading.edge(desk.log, "ivo", YOU)
    voice.lines = ["It snows."]
    talk.another(desk, "mara", number)
    desk.settle()
    after = reading.edge(desk.log, "ivo", YOU)
    assert (after.summary, after.draft) == (before.summary, before.draft)
    assert len(after.moments) == len(before.moments) == 2
    assert any("It snows." in one for one in after.moments)


def test_what_another_chat_told_on_from_what_a_rewind_took_is_told_again_at_once_and_back_with_its_undo(
    desk: Desk, voice: Scripted
) -> None:
    voice.lines = ["Hm.", "I once KILLED a man."]
    number = visited(desk)
    talk.say(desk, "ivo", "A calm evening.")
    directing.close_scene(desk, "ivo")
    desk.settle()
    former = reading.edge(desk.log, "ivo", YOU)
    assert "KILLED" in former.summary
    done = talk.turned(desk, "mara", lambda: history.rewind(desk.log, None, "mara", number - 2))
    desk.settle()
    now = reading.edge(desk.log, "ivo", YOU)
    assert ("KILLED" in now.summary, "A calm evening." in now.summary) == (False, True)
    talk.turned(desk, "mara", lambda: history.undo(desk.log, done))
    desk.settle()
    again = reading.edge(desk.log, "ivo", YOU)
    assert all(words in again.summary for words in ("KILLED", "A calm evening."))
    other = next(row.id for row in history.branches(desk.log, "mara") if not row.is_current)
    talk.turned(desk, "mara", lambda: history.switch_branch(desk.log, None, "mara", other))
    desk.settle()
    assert "KILLED" not in reading.edge(desk.log, "ivo", YOU).summary
