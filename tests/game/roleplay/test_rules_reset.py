"""A bot's reset: what goes, what stays, and how it begins again (004 5.3, 10.3)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.errors import Refused
from game.roleplay import authoring, directing, editing, history, reading, recall, talk
from game.roleplay.desk import Desk
from game.roleplay.events import YOU
from game.roleplay.jobs import EdgeWords, Kickoff, Place
from tests.rig.company import company
from tests.rig.judges import judged


def mended(form: Kickoff) -> Kickoff:
    """The kickoff as the player set it right."""
    return form.model_copy(
        update={
            "place": Place(name="the canal bridge", slots=["railing"]),
            "description": "Fog; the shop behind them is dark.",
            "when": "2031-05-04T21:14:00Z",
            "bot_doing": form.bot_doing.model_copy(update={"verb": "counting boats"}),
            "bot_to_you": EdgeWords(affinity=71, trust=33, summary="An old quarrel.", facts=["owes her a clock"]),
            "opening": "*does not turn round* You are late.",
        }
    )


@pytest.fixture
def lived() -> Iterator[Desk]:
    """Mara after a first scene on the bridge, a visit by Ivo, and a visit to his tram."""
    with company() as desk:
        authoring.begin(desk, "mara", mended(authoring.parse_kickoff(desk, "mara")))
        talk.say(desk, "mara", "Thank you for coming. You are my oldest friend, and I am leaving the city.")
        directing.add_guest(desk, "mara", "ivo", "They went to school together.")
        talk.say(desk, "mara", "Ivo, I am leaving the city. I have a sister called Lin.")
        directing.remove_guest(desk, "mara")
        editing.give_item(desk.log, "mara", "mara", "the brass key")
        talk.say(desk, "ivo", "Hello, Ivo.")
        directing.add_guest(desk, "ivo", "mara")
        talk.say(desk, "ivo", "Mara, I have a brother called Tom. I trust you with everything.")
        directing.remove_guest(desk, "ivo")
        desk.settle()
        yield desk
        assert desk.problem == ""
        assert desk.log.check_rebuild() == []


def test_it_asks_for_the_name_in_full(lived: Desk) -> None:
    seq = lived.log.last_seq
    for typed in ("", "mara", "Mar", "Mara!"):
        with pytest.raises(Refused, match="type the name exactly: Mara"):
            history.reset(lived.log, None, "mara", typed)
    assert lived.log.last_seq == seq


def test_it_wipes_what_was_lived_through_and_nothing_that_was_written_down(lived: Desk) -> None:
    bot, you = reading.bot(lived.log, "mara"), reading.you(lived.log)
    others = (recall.recent(lived.log, "ivo", 50), reading.turns(lived.log, "ivo"), reading.edge(lived.log, "ivo", YOU))
    assert recall.recent(lived.log, "mara", 50)
    lived.change(lambda: history.reset(lived.log, None, "mara", "Mara"))
    chat = reading.chat(lived.log, "mara")
    assert (chat.begun, chat.turns, chat.containers, chat.activities) == (False, 0, (), {})
    assert reading.turns(lived.log, "mara") == []
    assert reading.scenes(lived.log, "mara") == []
    assert recall.recent(lived.log, "mara", 50) == []
    assert recall.pinned(lived.log, "mara") == []
    assert reading.items(lived.log, "mara") == ()
    assert reading.group(lived.log, "mara", (YOU, "mara", "ivo")) == ""
    for other in (YOU, "ivo"):
        for pair in (("mara", other), (other, "mara")):
            edge = reading.edge(lived.log, *pair)
            assert (edge.affinity, edge.trust, edge.summary, edge.facts, edge.moments) == (50, 50, "", (), ())
    assert reading.bot(lived.log, "mara") == bot
    assert reading.you(lived.log) == you
    now = (recall.recent(lived.log, "ivo", 50), reading.turns(lived.log, "ivo"), reading.edge(lived.log, "ivo", YOU))
    told = [[(one.chat, one.number, one.text, one.pinned) for one in memories] for memories in (others[0], now[0])]
    assert told[0] == told[1], "what others remember is theirs"
    assert others[1] == now[1]


def test_how_its_guests_stand_to_the_player_stays_theirs_also_what_was_set_by_hand(lived: Desk) -> None:
    with lived.deciding:
        editing.edit_edge(lived.log, "mara", "ivo", YOU, "summary", "He would do anything for her.")
        editing.edit_edge(lived.log, "mara", "ivo", YOU, "affinity", 68)
        editing.give_item(lived.log, "mara", "ivo", "a ticket")
    before = [reading.edge(lived.log, "ivo", YOU), reading.edge(lived.log, YOU, "ivo")]
    assert "Ana has a sister called Lin" in before[0].facts, "which he heard in Mara's chat"
    done = lived.change(lambda: history.reset(lived.log, None, "mara", "Mara"))
    after = [reading.edge(lived.log, "ivo", YOU), reading.edge(lived.log, YOU, "ivo")]
    assert [(one.affinity, one.trust, one.summary, one.facts) for one in after] == [
        (one.affinity, one.trust, one.summary, one.facts) for one in before
    ]
    assert reading.items(lived.log, "ivo") == ("a ticket",)
    talk.say(lived, "mara", "Good evening.")
    directing.close_scene(lived, "mara")
    lived.settle()
    assert recall.scene_summaries(lived.log, "mara", "mara"), "what is new is told as ever"
    lived.change(lambda: history.reset(lived.log, None, "ivo", "Ivo"))
    assert reading.edge(lived.log, "ivo", YOU).summary == "", "his own reset takes it"
    assert recall.recent(lived.log, "ivo", 50) == []
    assert done.former_branch


def test_it_sits_ready_and_the_next_message_begins_it_as_it_was_confirmed(lived: Desk) -> None:
    lived.change(lambda: history.reset(lived.log, None, "mara", "Mara"))
    assert not reading.chat(lived.log, "mara").begun, "nothing plays by itself"
    talk.say(lived, "mara", "Good evening.")
    chat = reading.chat(lived.log, "mara")
    assert chat.container is not None
    assert (chat.container.name, chat.container.slots) == ("the canal bridge", ("railing",))
    assert chat.scene is not None
    assert chat.scene.description == "Fog; the shop behind them is dark."
    assert chat.clock_us == 1_935_695_640_000_000
    turns = reading.turns(lived.log, "mara")
    assert [turn.speaker for turn in turns] == ["mara", YOU, "mara"]
    assert turns[0].text == "*does not turn round* You are late."
    edge = reading.edge(lived.log, "mara", YOU)
    assert edge.summary == "An old quarrel."
    assert edge.facts[:1] == ("owes her a clock",)
    assert directing.never_met(lived, "mara", "ivo")


def test_what_there_is_to_confirm_after_a_reset_is_what_was_confirmed_before_it(lived: Desk) -> None:
    form = authoring.parse_kickoff(lived, "mara")
    lived.change(lambda: history.reset(lived.log, None, "mara", "Mara"))
    again = authoring.parse_kickoff(lived, "mara")
    assert again == form
    assert again.place.name == "the canal bridge"
    assert again.bot_to_you.summary == "An old quarrel."
    authoring.begin(lived, "mara", again)
    assert reading.edge(lived.log, "mara", YOU).trust == 33


def test_a_first_scene_stays_as_confirmed_also_where_the_two_had_met_before_it() -> None:
    with company() as desk:
        talk.say(desk, "ivo", "Hello, Ivo.")
        directing.add_guest(desk, "ivo", "mara")
        talk.say(desk, "ivo", "Hello, Mara.")
        directing.remove_guest(desk, "ivo")
        desk.settle()
        read = authoring.parse_kickoff(desk, "mara")
        authoring.begin(desk, "mara", mended(read))
        desk.change(lambda: history.reset(desk.log, None, "mara", "Mara"))
        again = authoring.parse_kickoff(desk, "mara")
        assert (again.place.name, again.opening) == ("the canal bridge", "*does not turn round* You are late.")
        assert again.bot_to_you == read.bot_to_you, "how they stand is read from the prose, as where they have not met"


def test_a_kickoff_that_was_rewritten_since_is_read_anew(lived: Desk) -> None:
    lived.change(lambda: editing.edit_bot(lived.log, "mara", "kickoff", "In the garden, at noon. Mara is asleep."))
    lived.change(lambda: history.reset(lived.log, None, "mara", "Mara"))
    talk.say(lived, "mara", "Good evening.")
    chat = reading.chat(lived.log, "mara")
    assert chat.container is not None
    assert "garden" in chat.container.name


def test_a_first_message_without_any_kickoff_before_reads_the_prose() -> None:
    with judged() as (desk, _):
        talk.say(desk, "mara", "Good evening.")
        chat = reading.chat(desk.log, "mara")
        assert chat.container is not None
        assert chat.container.name == "the clock shop"
