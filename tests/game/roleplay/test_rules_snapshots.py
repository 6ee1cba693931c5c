"""A snapshot brings a chat back whole: its clock, place, company, plans, and what it waited for (004 4, 10.4)."""

from __future__ import annotations

from pathlib import Path

from game.roleplay import directing, editing, reading, recall, story, talk
from game.roleplay.events import YOU
from game.roleplay.jobs import DetectEnd, SceneEnd
from tests.rig.company import company
from tests.rig.roleplay_story import DAY_US, tables
from tests.rig.scripted import Scripted

PROPS = ["a basket", "two cups"]


def test_a_restored_chat_stands_where_it_stood_and_goes_on_as_if_nothing_had_been_since(tmp_path: Path) -> None:
    voice = Scripted()
    voice.rules[DetectEnd] = lambda job: SceneEnd(
        guest_left=isinstance(job, DetectEnd) and "Ivo leaves" in job.said.text
    )
    with company(tmp_path, voice) as desk:
        assert desk.snapshots is not None
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo", met="From the tram.")
        directing.set_clock(desk, "mara", reading.chat(desk.log, "mara").clock_us + 3 * DAY_US)
        plan = desk.change(lambda: editing.add_happening(desk.log, "mara", "a picnic", PROPS))
        story.move(desk, "mara", plan, "active")
        desk.change(lambda: editing.edit_activity(desk.log, "mara", "mara", "posture", "kneeling"))
        desk.change(lambda: editing.edit_group(desk.log, "mara", "three at ease"))
        voice.lines = ["Look, Ivo leaves us."]
        talk.say(desk, "mara", "Mara, listen.")
        desk.settle()
        before, chat = tables(desk.log), reading.chat(desk.log, "mara")
        taken = desk.snapshots.before("test")
        directing.remove_guest(desk, "mara")
        directing.skip(desk, "mara", "next morning")
        desk.change(lambda: editing.edit_happening(desk.log, "mara", plan, "props", []))
        talk.say(desk, "mara", "All is otherwise.")
        desk.settle()
        desk.change(lambda: desk.snapshots.restore(taken) if desk.snapshots else None)
        assert tables(desk.log) == before
        now = reading.chat(desk.log, "mara")
        assert (now, now.guest) == (chat, "ivo")
        assert now.day_one_us == chat.day_one_us == chat.clock_us - 3 * DAY_US - chat.clock_us % DAY_US
        (picnic,) = reading.happenings(desk.log, "mara")
        assert (picnic.state, picnic.props) == ("active", tuple(PROPS))
        assert talk.say(desk, "mara", "Mara?").question == talk.GUEST_LEFT, "the question waits there, too"
        assert "a basket" in voice.prompt()
        desk.settle()
        assert recall.recent(desk.log, YOU, 5) == []
        assert desk.log.check_rebuild() == []
        assert desk.log.verify() == []
