"""Whatever was lived through, in whatever order: nobody is shown what they did not witness (004 8.3, 15)."""

from __future__ import annotations

from engine.log import EventLog
from game.profile import projectors
from game.roleplay import editing, reading
from game.roleplay import events as happened
from game.roleplay.desk import TalkConfig
from game.roleplay.events import YOU
from game.roleplay.prompts import PromptConfig, assemble
from game.roleplay.speaker import speaker_view
from game.roleplay.state import Chat
from game.roleplay.view import SpeakerView
from game.truth import Truth
from tests.rig.roleplay_life import Life
from tests.rig.roleplay_story import Story

LIVES, STEPS = 30, 40
CONFIG = PromptConfig()


def shown_to(log: EventLog, chat: Chat, bot: str, view: SpeakerView) -> None:
    """Hold every part of what ``bot`` is shown against the witness rule."""
    reset_seq = (log.query("SELECT max(seq) FROM bot_resets WHERE bot = ?", (bot,))[0][0]) or 0
    for turn in view.recent:
        scene = reading.scene(log, chat.host, turn.scene)
        assert scene is not None
        assert scene.hears(bot, turn.number)
        assert turn.seq > reset_seq
    memories = [*view.pinned, *view.earlier, *(one.memory for one in view.remembered)]
    for memory in memories:
        assert memory.owner == bot
        assert memory.witnesses & (2 if memory.chat == bot else 4)
        assert memory.seq > reset_seq
    assert all(edge.owner == bot for edge in view.edges)
    assert set(view.activities) == set(view.scene.present)
    assert not view.group or len(view.scene.present) == 3


def test_in_any_life_a_speaker_is_shown_only_what_is_theirs() -> None:
    turns = memories = guests = 0
    for seed in range(LIVES):
        with EventLog.in_memory(projectors()) as log:
            Life(log, seed).live(STEPS)
            for row in reading.chat_rows(log):
                chat = reading.chat(log, row.bot.id)
                for bot in chat.bots if chat.begun else ():
                    view = speaker_view(log, chat, bot, addressee=YOU, config=CONFIG)
                    shown_to(log, chat, bot, view)
                    assert assemble(view, CONFIG).tokens <= CONFIG.hard_tokens
                    turns += len(view.recent)
                    memories += len(view.pinned) + len(view.earlier) + len(view.remembered)
                    guests += bot == chat.guest
                    for turn in view.recent[-1:]:
                        anew = speaker_view(log, chat, bot, addressee=YOU, config=CONFIG, before=turn.number)
                        shown_to(log, chat, bot, anew)
                        assert all(one.number < turn.number for one in anew.recent)
    assert turns > 200, "the lives are too tame to show anything"
    assert memories > 100
    assert guests > 10


def rains(story: Story, turns: int) -> None:
    """So many turns by whose words all of the rain comes to mind, and what is told of a scene."""
    for _ in range(turns):
        story.say(YOU, "rain tells")


def lived_through(log: EventLog) -> None:
    """Rain as Tobias remembers it from a chat of his own and from one as a guest, before and after the fourth turn."""
    home, visit = Story(log, "tobias", "BotB"), Story(log, "mira", "BotA")
    for story in (home, visit):
        story.begin()
    visit.add(happened.GuestJoined("tobias"), truth=Truth.USER)
    for story in (visit, home):
        rains(story, 2)
        story.remembers("tobias", f"rain {story.host} 2", witnesses=7, turn=2, swipe=0)
        story.close("manual")
        story.tell(1, ["tobias"])
        rains(story, 3)
        story.remembers("tobias", f"rain {story.host} 4", witnesses=7, turn=4, swipe=0)
        story.remembers("tobias", f"rain {story.host}, told", witnesses=7, scene=2, form="told")


def test_what_is_pinned_is_as_far_back_as_what_comes_to_mind_when_a_turn_is_said_anew() -> None:
    for before in range(1, 6):
        shown = []
        for is_pinned in (False, True):
            with EventLog.in_memory(projectors()) as log:
                lived_through(log)
                for chat, number in log.query("SELECT chat, memory FROM memories") if is_pinned else ():
                    editing.pin(log, chat, number)
                now = reading.chat(log, "mira")
                config = TalkConfig(recall_count=20, summaries=10)
                view = speaker_view(log, now, "tobias", addressee=YOU, config=config, before=before)
                shown.append({one.text for one in (*view.pinned, *view.earlier, *(r.memory for r in view.remembered))})
        assert shown[0] == shown[1], before
        assert ("rain mira 2" in shown[0]) == (before > 2)
