"""A desk with people to talk to: an in-memory or real log, the offline voice or any other, a few bots of our own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from engine.log import CalendarClock, EventLog, Snapshots
from game.commands import shot_people
from game.commands.shot_people import IVO, LENE
from game.profile import projectors
from game.roleplay import authoring
from game.roleplay.cast_events import BotAuthored
from game.roleplay.desk import Desk, TalkConfig
from game.roleplay.offline import OfflineVoice
from game.roleplay.voice import Voice

MARA = replace(
    shot_people.MARA,
    backstory="She took the shop over from her aunt when she was nineteen and has not left the street for long since.",
    kickoff="You come into the clock shop on a rainy evening. Mara is at her bench, mending a mantel clock.",
)


@contextmanager
def company(
    folder: Path | None = None, voice: Voice | None = None, *bots: BotAuthored, config: TalkConfig | None = None
) -> Iterator[Desk]:
    """A desk with Mara, Ivo and Lene (or ``bots``) as ``mara``, ``ivo``, ``lene`` and a player called Ana."""
    log = EventLog.in_memory(projectors()) if folder is None else EventLog.open(folder / "ourojam.db", projectors())
    snapshots = Snapshots(log, folder / "snapshots", CalendarClock()) if folder is not None else None
    desk = Desk(
        log,
        voice or OfflineVoice(),
        config=config,
        snapshots=snapshots,
        exports=folder / "exports" if folder is not None else None,
    )
    try:
        if not log.streams():
            authoring.describe_you(desk, "Ana", "she/her", "30, repairs bicycles, dry sense of humour")
            for bot in bots or (MARA, IVO, LENE):
                authoring.author(desk, bot)
        yield desk
    finally:
        desk.settle()
        desk.close()
        log.close()
