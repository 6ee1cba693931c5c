"""The words for how one stands to another, over all chats: which of them count, and which are to be told again.

A scene's words are told from those that stood before it, of whatever chat they were.  They name them by a mark, and
count only where those stand again: where a line is said anew, or taken back, everything told on from it falls with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, NamedTuple

from engine.log import EventLog
from game.roleplay.jobs import MAX_TEXT
from game.truth import Truth, may_overwrite

COLUMNS = "seq, summary, truth, upon, adds"
"""Of ``edge_words``, in the order of ``seq``: what :func:`settled` takes."""

OF_PAIR = (
    "owner = ?1 AND target = ?2 AND live AND seq > coalesce((SELECT max(seq) FROM bot_resets WHERE bot = ?1), 0)"
    " AND seq > coalesce((SELECT max(seq) FROM bot_resets WHERE bot = ?2), 0)"
)
"""What counts of an edge from ``?1`` to ``?2``: nothing from before either of the two was reset."""


class Standing(NamedTuple):
    """The words that stand, the draft beside them, and which of all ``counted`` when they were said."""

    summary: str
    draft: str
    counted: frozenset[int]


def mark(summary: str) -> str:
    """What names the words that others are told from."""
    return blake2b(summary.encode(), digest_size=8).hexdigest()


def settled(rows: Iterable[tuple[Any, ...]]) -> Standing:
    """What stands after all that was said.

    A model's later words replace a model's earlier ones, as they tell of more; over the player's own words they only
    wait (002).  What ``adds`` is told beside what stands; without words it changes nothing.
    """
    standing, draft, by = "", "", Truth.CLOUD_MODEL
    counted = set()
    for seq, words, truth, upon, adds in rows:
        if upon and upon != mark(standing):
            continue
        counted.add(seq)
        if adds and not words:
            continue
        told = f"{standing} {words}".strip()[:MAX_TEXT] if adds else words
        if by is not Truth.USER or may_overwrite(Truth(truth), by):
            standing, draft, by = told, "", Truth(truth)
        else:
            draft = told
    return Standing(standing, draft, frozenset(counted))


def of_scene(log: EventLog, chat: str, scene: int) -> dict[tuple[str, str], bool]:
    """Between whom a scene's words were told as it is told now, and whether they count."""
    sql = (
        "SELECT owner, target, seq FROM edge_words WHERE chat = ? AND scene = ? AND scene > 0 AND turn = 0 AND live"
        " ORDER BY seq"
    )
    return {
        (owner, target): seq in _counted(log, owner, target) for owner, target, seq in log.query(sql, (chat, scene))
    }


def fallen(log: EventLog, chat: str) -> set[int]:
    """The scenes of a chat whose words were told from others that count no more, and are to be told again."""
    sql = "SELECT DISTINCT owner, target FROM edge_words WHERE chat = ? AND scene > 0 AND upon <> '' AND live"
    found: set[int] = set()
    for owner, target in log.query(sql, (chat,)):
        counted = _counted(log, owner, target)
        sql = f"SELECT scene, seq FROM edge_words WHERE {OF_PAIR} AND chat = ?3 AND scene > 0 AND turn = 0"
        rows = log.query(sql, (owner, target, chat))
        lost = {scene for scene, _ in rows} - {scene for scene, seq in rows if seq in counted}
        found |= {scene for scene in lost if not over_by_hand(log, owner, target, chat, scene)}
    return found


def over_by_hand(log: EventLog, owner: str, target: str, chat: str, scene: int) -> bool:
    """Whether the player has written their own words since a scene was first told: those stand, nothing is told on
    from what stood before them."""
    later = (
        "SELECT 1 FROM edge_words u WHERE u.owner = ?1 AND u.target = ?2 AND u.live AND u.truth = 1 AND u.seq > w.seq"
    )
    sql = "SELECT 1 FROM edge_words w WHERE owner = ?1 AND target = ?2 AND chat = ?3 AND scene = ?4 AND turn = 0"
    return bool(log.query(f"{sql} AND EXISTS ({later}) LIMIT 1", (owner, target, chat, scene)))


def neighbours(log: EventLog, chat: str) -> list[str]:
    """The other chats that tell of the same two as this one does."""
    pairs = "SELECT DISTINCT owner, target FROM edge_words WHERE chat = ?1 AND scene > 0"
    sql = f"SELECT DISTINCT chat FROM edge_words WHERE (owner, target) IN ({pairs}) AND chat <> ?1 ORDER BY chat"
    return [one for (one,) in log.query(sql, (chat,))]


def _counted(log: EventLog, owner: str, target: str) -> frozenset[int]:
    sql = f"SELECT {COLUMNS} FROM edge_words WHERE {OF_PAIR} ORDER BY seq"
    return settled(log.query(sql, (owner, target))).counted
