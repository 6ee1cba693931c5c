"""Whatever was lived through, in whatever order: nobody is shown what they did not witness (004 8.3, 15)."""

from __future__ import annotations

from engine.log import EventLog
from game.profile import projectors
from game.roleplay import reading
from game.roleplay.events import YOU
from game.roleplay.prompts import PromptConfig, assemble
from game.roleplay.speaker import speaker_view
from game.roleplay.state import Chat
from game.roleplay.view import SpeakerView
from tests.rig.roleplay_life import Life

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
