"""A desk with people to talk to: an in-memory or real log, the offline voice or any other, a few bots of our own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.log import CalendarClock, EventLog, Snapshots
from game.profile import projectors
from game.roleplay import authoring
from game.roleplay.cast_events import BotAuthored
from game.roleplay.desk import Desk, TalkConfig
from game.roleplay.offline import OfflineVoice
from game.roleplay.voice import Voice

MARA = BotAuthored(
    "Mara",
    persona="Mara repairs clocks in a narrow shop by the canal. She is patient with things and short with people.",
    voice_samples=["Sit. Don't touch the pendulum. *she squints at the gears* It will tell us when it is ready."],
    traits=["dry", "patient", "curious", "hates being late"],
    backstory="She took the shop over from her aunt when she was nineteen and has not left the street for long since.",
    relationship="We are friends; I bring her broken clocks and she pretends to be annoyed.",
    kickoff="You come into the clock shop on a rainy evening. Mara is at her bench, mending a mantel clock.",
)
IVO = BotAuthored(
    "Ivo",
    persona="Ivo drives the night tram and knows everybody's stop. He hums when he is nervous.",
    traits=["warm", "talkative", "anxious"],
    relationship="We nod to each other on the last tram.",
    kickoff="Late at night on the tram. You sit behind the driver's cabin; Ivo is driving.",
)
LENE = BotAuthored("Lene", persona="Lene teaches swimming.", traits=["blunt"], kickoff="At the pool in the morning.")


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
