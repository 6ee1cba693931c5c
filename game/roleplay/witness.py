"""The witness rule: the one query by which memories are read on anybody's behalf (004 8.3).

A memory is its owner's, the owner's witness bit is set, what it follows from is what was chosen, and the owner has not
been reset since.  No ranking comes before that and nothing goes around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.log import EventLog
from game.roleplay.state import Memory
from game.truth import Truth

RESET = "coalesce((SELECT max(seq) FROM bot_resets WHERE bot = ?1), 0)"

_WITNESSED = f"m.owner = ?1 AND (m.witnesses & m.owner_bit) <> 0 AND m.live = 1 AND +m.seq > {RESET}"
"""The witness rule: the condition that every read of a memory on anybody's behalf stands under.

The plus keeps SQLite from walking all of an owner's memories by ``seq`` where a narrower index (pins, a scene) serves.
"""

MEMORY_COLUMNS = (
    "m.seq, m.chat, m.memory, m.owner, m.text, m.witnesses, m.scene, m.clock_us, m.at_us, m.significance, m.form,"
    " m.source, m.reliability, m.turn, m.truth"
)
"""What makes a :class:`~game.roleplay.state.Memory`, of a table ``memories m``."""

WIDTH = 15


def memories(
    log: EventLog,
    owner: str,
    values: Sequence[Any] = (),
    *,
    columns: str = MEMORY_COLUMNS,
    among: str = "",
    where: str = "",
    order: str = "m.seq DESC",
    limit: int = -1,
    offset: int = 0,
) -> list[tuple[Any, ...]]:
    """The one query: rows of memories that ``owner`` may remember.

    ``?1`` is the owner, ``values`` are ``?2`` and on.  ``among`` is a table of candidates ``c`` with a column ``seq``;
    ``where`` narrows further.
    """
    source = f"{among} c CROSS JOIN memories m ON m.seq = c.seq" if among else "memories m"
    narrower = f" AND ({where})" if where else ""
    sql = f"SELECT {columns} FROM {source} WHERE {_WITNESSED}{narrower} ORDER BY {order} LIMIT {limit} OFFSET {offset}"
    return log.query(sql, (owner, *values))


def memory_of(row: tuple[Any, ...]) -> Memory:
    """A row of :data:`MEMORY_COLUMNS` as a value; how it is pinned, :func:`game.roleplay.pins.marked` says."""
    return Memory(*(*row[: WIDTH - 1], "", Truth(row[WIDTH - 1])))
