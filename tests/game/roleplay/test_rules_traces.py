"""What leaves no trace: rejected wordings, what was said before a reset, another guest's company, and what was not
heard (004 5.3, 6.3, 7.5, 8.3, 10.2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from game.roleplay import directing, editing, erasing, history, passes, reading, recall, swipes, talk
from game.roleplay.desk import Desk
from game.roleplay.effects import MAX_OPEN_HAPPENINGS
from game.roleplay.events import YOU
from game.roleplay.jobs import (
    DetectEnd,
    Doing,
    EdgeChange,
    EdgeSummary,
    GroupWords,
    Job,
    Kickoff,
    ParseKickoff,
    Place,
    Promote,
    Promotion,
    SceneEnd,
    Skip,
    Skipped,
    SkippedMemory,
    StateChanges,
    SummariseEdge,
    SummariseGroup,
    SummariseScene,
    UpdateState,
)
from game.roleplay.speaker import KNOWN_FACTS
from game.roleplay.story import promote
from game.truth import Truth
from tests.rig.company import company
from tests.rig.scripted import Scripted, as_said


@pytest.fixture
def voice() -> Scripted:
    """Tells scenes as they were said."""
    made = Scripted()

    made.rules[SummariseScene] = as_said
    return made


@pytest.fixture
def desk(voice: Scripted) -> Iterator[Desk]:
    with company(None, voice) as made:
        yield made
        made.settle()
        assert made.problem == ""
        assert made.log.check_rebuild() == []


def last(desk: Desk, host: str = "mara") -> int:
    desk.settle()
    return reading.chat(desk.log, host).turns


def remembered(desk: Desk, who: str) -> str:
    return "\n".join(one.text for one in recall.recent(desk.log, who, 50))


# -- guests and resets -----------------------------------------------------------------------------------------------


def test_what_the_three_are_to_each_other_is_nothing_to_another_guest(desk: Desk, voice: Scripted) -> None:
    voice.rules[SummariseGroup] = lambda job: GroupWords(summary="Ivo draws Mara out about her affair.")
    talk.say(desk, "mara", "Hello.")
    directing.add_guest(desk, "mara", "ivo")
    talk.say(desk, "mara", "Ivo, hello.")
    directing.remove_guest(desk, "mara")
    desk.settle()
    chat = reading.chat(desk.log, "mara")
    assert reading.group(desk.log, "mara", chat.present) == "Ivo draws Mara out about her affair.", (
        "it stays to be seen"
    )
    directing.add_guest(desk, "mara", "lene")
    voice.spoken.clear()
    talk.say(desk, "mara", "Welcome, Lene.")
    assert voice.spoken
    assert [view.group for view, _ in voice.spoken] == [""] * len(voice.spoken)
    directing.remove_guest(desk, "mara")
    desk.settle()
    formers = [job.former for job in voice.jobs if isinstance(job, SummariseGroup)]
    assert formers == ["", ""], "nor is theirs told on from it"
    directing.add_guest(desk, "mara", "ivo")
    assert reading.group(desk.log, "mara", reading.chat(desk.log, "mara").present).startswith("Ivo draws")


def test_a_guest_who_was_reset_gets_nothing_back_when_an_old_scene_is_told_anew(desk: Desk, voice: Scripted) -> None:
    talk.say(desk, "mara", "Hello.")
    directing.add_guest(desk, "mara", "ivo")
    talk.say(desk, "mara", "Ivo, my SECRET is out.")
    number = last(desk)
    directing.remove_guest(desk, "mara")
    desk.settle()
    assert "SECRET" in remembered(desk, "ivo")
    desk.change(lambda: history.reset(desk.log, None, "ivo", "Ivo"))
    talk.another(desk, "mara", number)
    desk.settle()
    assert "SECRET" in remembered(desk, "mara"), "the scene was told anew"
    assert remembered(desk, "ivo") == ""
    assert not reading.met(desk.log, "ivo", YOU)


def test_a_guest_who_was_reset_in_an_open_scene_is_a_witness_of_what_comes_after(desk: Desk, voice: Scripted) -> None:
    voice.rules[SummariseGroup] = lambda job: GroupWords(summary="Three and a SECRET.")
    talk.say(desk, "mara", "Hello.")
    directing.add_guest(desk, "mara", "ivo")
    talk.say(desk, "mara", "Ivo, my SECRET is out.")
    directing.close_scene(desk, "mara")
    talk.say(desk, "mara", "A second SECRET.")
    desk.settle()
    desk.change(lambda: history.reset(desk.log, None, "ivo", "Ivo"))
    chat = reading.chat(desk.log, "mara")
    assert chat.scene is not None
    heard = {one.number for one in reading.heard_turns(desk.log, "mara", "ivo", 50)}
    told = {one.number for one in reading.turns(desk.log, "mara") if chat.scene.hears("ivo", one.number)}
    assert heard == told == set(), "the one rule, told twice"
    voice.spoken.clear()
    talk.say(desk, "mara", "Ivo, do you remember?")
    prompts = [prompt for view, prompt in voice.spoken if view.speaker.id == "ivo"]
    assert prompts
    assert all("SECRET" not in text for prompt in prompts for _, text in prompt.messages)
    directing.remove_guest(desk, "mara")
    desk.settle()
    assert "do you remember?" in remembered(desk, "ivo")
    assert "SECRET" not in remembered(desk, "ivo")


def test_a_late_guest_learns_nothing_of_before_by_promotion_or_skip(desk: Desk, voice: Scripted) -> None:
    def promoted(job: Job) -> Promotion:
        assert isinstance(job, Promote)
        facts = [turn.text[:80] for turn in job.turns]
        return Promotion(knowledge=[EdgeChange(owner="ivo", target=YOU, facts=facts[:8])])

    def skipped(job: Job) -> Skipped:
        assert isinstance(job, Skip)
        told = " / ".join(turn.text for turn in job.before)
        return Skipped(memories=[SkippedMemory(text=f"Told: {told}")], narration=f"Next day. {told}")

    voice.rules[Promote], voice.rules[Skip] = promoted, skipped
    talk.say(desk, "mara", "Hello.")
    voice.rules[UpdateState] = lambda job: StateChanges(threads_opened=["the SECRET"], planned=["the SECRET dinner"])
    talk.say(desk, "mara", "My SECRET.")
    desk.settle()
    del voice.rules[UpdateState]
    with desk.deciding:
        number = editing.add_happening(desk.log, "mara", "tea", [])
    directing.add_guest(desk, "mara", "ivo")
    voice.jobs.clear()
    talk.say(desk, "mara", "Ivo, sit down.")
    desk.settle()
    asked = [job for job in voice.jobs if isinstance(job, UpdateState)]
    assert asked
    assert {one.title for job in asked for one in job.threads} == set()
    assert {one.title for job in asked for one in job.happenings} == {"tea"}, "what the player planned"
    with desk.deciding:
        editing.mend_happening(desk.log, "mara", number, "completed")
    promote(desk, "mara", number)
    assert "Ivo, sit down." in reading.edge(desk.log, "ivo", YOU).facts
    assert not any("SECRET" in fact for fact in reading.edge(desk.log, "ivo", YOU).facts)
    directing.skip(desk, "mara", "next morning")
    desk.settle()
    assert "Told: Ivo, sit down." in remembered(desk, "ivo")
    assert "SECRET" not in remembered(desk, "ivo")


def test_what_happens_without_the_player_is_not_told_to_them_by_a_skip(desk: Desk, voice: Scripted) -> None:
    voice.rules[Skip] = lambda job: (
        Skipped(narration=" / ".join(turn.text for turn in job.before)) if isinstance(job, Skip) else None
    )
    talk.say(desk, "mara", "Hello.")
    voice.lines = ["The PLOT against Ana.", "Yes, the PLOT."]
    directing.meanwhile(desk, "mara", "ivo", turns=2)
    desk.settle()
    directing.skip(desk, "mara", "next morning")
    narrated = reading.turns(desk.log, "mara")[-1].text
    assert "Hello." in narrated
    assert "PLOT" not in narrated


# -- wordings --------------------------------------------------------------------------------------------------------


def test_what_was_cut_out_of_a_scene_is_in_no_later_words_and_back_at_once_when_that_is_undone(
    desk: Desk, voice: Scripted
) -> None:
    def longer(job: Job) -> EdgeSummary:
        assert isinstance(job, SummariseEdge)
        return EdgeSummary(summary=f"{job.edge.summary} | {job.told}"[-900:])

    voice.rules[SummariseEdge] = longer
    voice.lines = ["I once KILLED a man."]
    talk.say(desk, "mara", "Hello.")
    number = last(desk)
    directing.close_scene(desk, "mara")
    talk.say(desk, "mara", "The next day.")
    directing.close_scene(desk, "mara")
    desk.settle()
    former = reading.edge(desk.log, "mara", YOU)
    assert "KILLED" in former.summary
    talk.another(desk, "mara", number)
    assert [scene.id for scene in swipes.stale_scenes(desk.log, "mara")] in ([1, 2], [2], []), "in their order"
    desk.settle()
    now = reading.edge(desk.log, "mara", YOU)
    assert "KILLED" not in now.summary + remembered(desk, "mara")
    assert "The next day." in now.summary, "what came after is told again"
    asked = len(voice.jobs)
    talk.choose(desk, "mara", number, 0)
    desk.settle()
    assert reading.edge(desk.log, "mara", YOU) == former
    talk.choose(desk, "mara", number, 1)
    desk.settle()
    assert reading.edge(desk.log, "mara", YOU) == now
    assert len(voice.jobs) == asked, "and nobody had to be asked"
    talk.choose(desk, "mara", number, 0)
    desk.change(lambda: erasing.delete(desk.log, None, "mara", [number]))
    talk.told_anew(desk, "mara")
    desk.settle()
    assert "KILLED" not in reading.edge(desk.log, "mara", YOU).summary


def told_on(job: Job) -> EdgeSummary:
    """What stood before, and what was told of the scene."""
    assert isinstance(job, SummariseEdge)
    return EdgeSummary(summary=f"{job.edge.summary} | {job.told}"[-900:], affinity_delta=1)


@pytest.fixture
def visited(desk: Desk, voice: Scripted) -> int:
    """Ivo heard a secret as Mara's guest, and has had an evening of his own since; the turn of the secret."""
    voice.rules[SummariseEdge] = told_on
    talk.say(desk, "mara", "Hello.")
    directing.add_guest(desk, "mara", "ivo")
    voice.lines = ["I once KILLED a man."]
    talk.say(desk, "mara", "Mara, speak.")
    number = last(desk)
    directing.remove_guest(desk, "mara")
    talk.say(desk, "ivo", "A calm evening.")
    directing.close_scene(desk, "ivo")
    talk.say(desk, "ivo", "And another.")
    directing.close_scene(desk, "ivo")
    desk.settle()
    return number


def test_what_another_chat_told_on_from_a_rejected_wording_falls_with_it_and_is_told_again(
    desk: Desk, voice: Scripted, visited: int
) -> None:
    former = reading.edge(desk.log, "ivo", YOU)
    assert all(words in former.summary for words in ("KILLED", "A calm evening.", "And another."))
    memories = [(one.number, one.text) for one in recall.recent(desk.log, "ivo", 50) if one.chat == "ivo"]
    talk.another(desk, "mara", visited)
    desk.settle()
    now = reading.edge(desk.log, "ivo", YOU)
    assert "KILLED" not in now.summary
    assert all(words in now.summary for words in ("A calm evening.", "And another."))
    assert now.affinity == former.affinity, "what the evenings did to him is not done twice"
    assert now.moments == former.moments
    assert [(one.number, one.text) for one in recall.recent(desk.log, "ivo", 50) if one.chat == "ivo"] == memories
    assert [swipes.stale_scenes(desk.log, chat) for chat in ("mara", "ivo")] == [[], []]
    asked = len(voice.jobs)
    talk.choose(desk, "mara", visited, 0)
    assert reading.edge(desk.log, "ivo", YOU) == former
    talk.choose(desk, "mara", visited, 1)
    desk.settle()
    assert reading.edge(desk.log, "ivo", YOU) == now
    assert len(voice.jobs) == asked, "and nobody had to be asked"


def test_so_it_does_with_a_rewind_and_is_told_again_when_its_chat_is_opened(
    desk: Desk, voice: Scripted, visited: int
) -> None:
    former = reading.edge(desk.log, "ivo", YOU)
    done = desk.change(lambda: history.rewind(desk.log, None, "mara", visited - 2))
    assert "KILLED" not in reading.edge(desk.log, "ivo", YOU).summary
    assert [one.id for one in swipes.stale_scenes(desk.log, "ivo")] == [1, 2]
    desk.change(lambda: history.undo(desk.log, done))
    assert reading.edge(desk.log, "ivo", YOU) == former
    desk.change(lambda: history.rewind(desk.log, None, "mara", visited - 2))
    passes.catch_up(desk, "ivo")
    desk.settle()
    now = reading.edge(desk.log, "ivo", YOU)
    assert "KILLED" not in now.summary
    assert "A calm evening." in now.summary
    assert swipes.stale_scenes(desk.log, "ivo") == []


def test_the_players_own_words_stand_and_what_is_told_on_from_them_with_them(
    desk: Desk, voice: Scripted, visited: int
) -> None:
    with desk.deciding:
        editing.edit_edge(desk.log, "ivo", "ivo", YOU, "summary", "My own words.")
    talk.say(desk, "ivo", "A third evening.")
    directing.close_scene(desk, "ivo")
    desk.settle()
    before = reading.edge(desk.log, "ivo", YOU)
    assert before.summary == "My own words."
    assert before.draft.startswith("My own words. | A third evening.")
    talk.another(desk, "mara", visited)
    desk.settle()
    after = reading.edge(desk.log, "ivo", YOU)
    assert (after.summary, "A third evening." in after.draft) == ("My own words.", True)


def test_what_a_happening_changed_between_two_is_told_beside_what_stands(desk: Desk, voice: Scripted) -> None:
    voice.rules[SummariseEdge] = told_on
    voice.lines = ["I once KILLED a man."]
    talk.say(desk, "mara", "Hello.")
    number = last(desk)
    directing.close_scene(desk, "mara")
    desk.settle()
    with desk.deciding:
        plan = editing.add_happening(desk.log, "mara", "tea", [])
        editing.mend_happening(desk.log, "mara", plan, "completed")
    voice.rules[Promote] = lambda job: Promotion(
        relationship=[EdgeChange(owner="mara", target=YOU, affinity_delta=2, facts=["They are friends now"])]
    )
    talk.say(desk, "mara", "Tea?")
    promote(desk, "mara", plan)
    assert reading.edge(desk.log, "mara", YOU).summary.endswith("They are friends now.")
    talk.another(desk, "mara", number)
    desk.settle()
    summary = reading.edge(desk.log, "mara", YOU).summary
    assert "KILLED" not in summary, "it did not carry what stood beside it"
    assert "They are friends now." in summary


def test_another_wording_of_an_old_turn_moves_nobody_now_and_nothing_set_by_hand(desk: Desk, voice: Scripted) -> None:
    def kickoff(job: Job) -> Kickoff:
        made = job.default()
        assert isinstance(made, Kickoff)
        return made.model_copy(update={"place": Place(name="kitchen")})

    def doing(job: Job) -> StateChanges:
        assert isinstance(job, UpdateState)
        verb = {"kitchen": "leaning on the counter", "car": "driving"}
        return StateChanges(doings=[Doing(who="mara", verb=verb[one]) for one in verb if one in job.said.text])

    def end(job: Job) -> SceneEnd:
        assert isinstance(job, DetectEnd)
        return (
            SceneEnd(closes=True, why="container", place=Place(name="car"))
            if "to the car" in job.said.text
            else SceneEnd()
        )

    voice.rules.update({ParseKickoff: kickoff, UpdateState: doing, DetectEnd: end})
    voice.lines = ["Here in the kitchen.", "The car hums."]
    talk.say(desk, "mara", "Hello.")
    number = last(desk)
    talk.say(desk, "mara", "We walk to the car.")
    desk.settle()
    before = reading.chat(desk.log, "mara").activities["mara"]
    assert before.verb == "driving"
    voice.lines = ["Again the kitchen, in other words."]
    talk.another(desk, "mara", number)
    desk.settle()
    assert reading.chat(desk.log, "mara").activities["mara"] == before
    with desk.deciding:
        editing.edit_activity(desk.log, "mara", "mara", "verb", "parking the car")
    talk.another(desk, "mara", last(desk))
    voice.lines = ["The car again."]
    for swipe in (0, 1):
        talk.choose(desk, "mara", number, swipe)
        assert reading.chat(desk.log, "mara").activities["mara"].verb == "parking the car"


def test_a_reroll_is_made_as_if_the_rejected_wording_had_never_been(desk: Desk, voice: Scripted) -> None:
    def changes(job: Job) -> StateChanges:
        assert isinstance(job, UpdateState)
        if "window" not in job.said.text:
            return StateChanges()
        return StateChanges(
            doings=[Doing(who="mara", verb="standing at the window")],
            threads_opened=["the draught in here"],
            edges=[EdgeChange(owner="mara", target=YOU, affinity_delta=3, facts=["hates draughts"])],
        )

    voice.rules[UpdateState] = changes
    talk.say(desk, "mara", "Hello.")
    desk.settle()
    standing = reading.edge(desk.log, "mara", YOU).affinity
    voice.lines = ["I go to the window."]
    talk.say(desk, "mara", "Is it cold?")
    number = last(desk)
    assert reading.edge(desk.log, "mara", YOU).affinity == standing + 3
    with desk.deciding:
        editing.edit_activity(desk.log, "mara", "mara", "posture", "kneeling")
    talk.another(desk, "mara", number)
    asked = voice.prompt()
    assert [one for one in ("at the window", "draught") if one in asked] == []
    view = voice.spoken[-1][0]
    assert view.edges[0].affinity == standing
    assert view.activities["mara"].posture == "kneeling", "what the player set by hand stands"
    desk.settle()
    voice.lines = ["I go to the window again."]
    talk.say(desk, "mara", "And now?")
    desk.settle()
    talk.another(desk, "mara", number)
    assert "draught" not in voice.prompt(), "nor what came after it"


# -- the player's own word -------------------------------------------------------------------------------------------


def test_a_telling_in_the_players_own_words_stays_and_a_pin_goes_over_to_what_is_told_anew(
    desk: Desk, voice: Scripted
) -> None:
    talk.say(desk, "mara", "Hello.")
    number = last(desk)
    directing.add_guest(desk, "mara", "ivo")
    talk.say(desk, "mara", "Ivo!")
    directing.remove_guest(desk, "mara")
    desk.settle()
    (mine,), (his,) = recall.recent(desk.log, "mara", 5), recall.recent(desk.log, "ivo", 5)
    with desk.deciding:
        editing.edit_memory(desk.log, "mara", mine.number, "text", "MY OWN WORDS")
        editing.pin(desk.log, "mara", mine.number)
        editing.pin(desk.log, "mara", his.number)
    talk.another(desk, "mara", number)
    desk.settle()
    (after,) = recall.recent(desk.log, "mara", 5)
    assert (after.text, after.truth, after.pinned) == ("MY OWN WORDS", Truth.USER, "manual")
    (anew,) = recall.recent(desk.log, "ivo", 5)
    assert anew.number != his.number
    assert anew.pinned == "manual"
    with desk.deciding:
        editing.unpin(desk.log, "mara", anew.number)
    talk.choose(desk, "mara", number, 0)
    assert recall.pinned(desk.log, "ivo") == [], "a pin taken off is off in every wording"


def test_a_fact_struck_out_does_not_come_back_in_another_case(desk: Desk, voice: Scripted) -> None:
    facts = ["Is MARRIED"]
    voice.rules[UpdateState] = lambda job: StateChanges(edges=[EdgeChange(owner="mara", target=YOU, facts=list(facts))])
    talk.say(desk, "mara", "Hello.")
    desk.settle()
    assert reading.edge(desk.log, "mara", YOU).facts == ("Is MARRIED",)
    with desk.deciding:
        editing.edit_edge(desk.log, "mara", "mara", YOU, "facts", [])
    facts[:] = ["is married"]
    talk.say(desk, "mara", "Again.")
    desk.settle()
    assert reading.edge(desk.log, "mara", YOU).facts == ()
    with desk.deciding:
        editing.edit_edge(desk.log, "mara", "mara", YOU, "facts", ["is Married"])
    assert reading.edge(desk.log, "mara", YOU).facts == ("is Married",), "only the player brings it back"


# -- bounds ----------------------------------------------------------------------------------------------------------


def test_plans_are_no_more_than_a_prompt_can_carry_and_of_facts_the_last_are_in_it(desk: Desk, voice: Scripted) -> None:
    def busy(job: Job) -> StateChanges:
        number = len(voice.jobs)
        facts = [f"fact {number} {place}" for place in range(8)]
        plans = [f"plan {number} {place}" for place in range(3)]
        return StateChanges(planned=plans, edges=[EdgeChange(owner="mara", target=YOU, facts=facts)])

    voice.rules[UpdateState] = busy
    for number in range(6):
        talk.say(desk, "mara", f"Words {number}.")
    desk.settle()
    assert len(reading.happenings(desk.log, "mara", ("planned", "active"))) == MAX_OPEN_HAPPENINGS
    assert len(reading.edge(desk.log, "mara", YOU).facts) > KNOWN_FACTS
    talk.say(desk, "mara", "More.")
    assert len(voice.spoken[-1][0].edges[0].facts) == KNOWN_FACTS
    desk.settle()
    with desk.deciding:
        number = editing.add_happening(desk.log, "mara", "the player's own", [])
        editing.mend_happening(desk.log, "mara", number, "active")
    assert [one.id for one in reading.happenings(desk.log, "mara", ["active"])] == [number]
