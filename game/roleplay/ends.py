"""What the words of a turn lead to once it has been answered, as it stands: the end of a scene, a guest who goes."""

from __future__ import annotations

from engine.log import EventLog
from game.roleplay.events import YOU

GUEST = "guest"
"""Why an end is foreseen that is only a question to the player: the guest seems to have gone (004 7.5)."""


def foreseen(log: EventLog, host: str, turn: int) -> str:
    """Why the scene ends once turn number ``turn`` has been answered; empty where it does not."""
    sql = "SELECT why FROM ends_foreseen WHERE chat = ? AND turn = ? AND live AND why <> ? ORDER BY seq DESC LIMIT 1"
    return str(next(iter(log.query(sql, (host, turn, GUEST))), ("",))[0])


def guest_doubted(log: EventLog, host: str, turn: int) -> bytes:
    """What names the event that the guest seems to have gone (its hash), noticed since the player's turn before
    ``turn``; empty where there is none, or a guest was seen off since."""
    before = "SELECT max(t.seq) FROM turns t WHERE t.chat = ?1 AND t.turn < ?2 AND t.speaker = ?3"
    seen_off = "SELECT max(s.closed_seq) FROM scenes s WHERE s.chat = ?1 AND s.why = ?4"
    sql = (
        "SELECT e.hash FROM ends_foreseen f JOIN events e ON e.seq = f.seq WHERE f.chat = ?1 AND f.why = ?4 AND f.live"
        f" AND f.seq > coalesce(({before}), 0) AND f.seq > coalesce(({seen_off}), 0) ORDER BY f.seq DESC LIMIT 1"
    )
    return bytes(next(iter(log.query(sql, (host, turn, YOU, GUEST))), (b"",))[0])
