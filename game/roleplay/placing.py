"""Placing memories in a model's space, where the voice offers one (004 8.2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from game.roleplay.desk import Desk
from game.roleplay.events import MemoryEmbedded
from game.roleplay.ledger import Fact

AT_ONCE = 32
"""Memories in one request; what is left is done after the next exchange."""

_LAST_MODEL = "SELECT model FROM recall_vectors ORDER BY rowid DESC LIMIT 1"
_UNPLACED = (
    "SELECT m.seq, m.chat, m.memory, m.text FROM memories m WHERE m.live AND NOT EXISTS"
    " (SELECT 1 FROM recall_vectors v WHERE v.seq = m.seq AND v.model = ?) ORDER BY m.seq DESC LIMIT ?"
)
_AS_ASKED = (
    "SELECT 1 FROM memories m WHERE m.seq = ? AND m.chat = ? AND m.memory = ? AND m.text = ? AND m.live"
    " AND NOT EXISTS (SELECT 1 FROM recall_vectors v WHERE v.seq = m.seq AND v.model = ?)"
)


def place_memories(desk: Desk) -> None:
    """Have the newest memories that the voice's model has not placed yet placed; nothing where it places none.

    The model is taken to be the one that placed last.  Where the answer comes from another, what the former has placed
    is placed anew from the next time on.
    """
    last = desk.log.query(_LAST_MODEL)
    rows = desk.log.query(_UNPLACED, (last[0][0] if last else "", AT_ONCE))
    placed = desk.voice.embed([text for *_, text in rows]) if rows else None
    if placed is None:
        return
    for row, vector in zip(rows, placed[1], strict=True):
        _place(desk, row, placed[0], vector)


def _place(desk: Desk, row: tuple[int, str, int, str], model: str, vector: NDArray[np.float32]) -> None:
    """Write down where a memory lies, if it is still the one that was asked about, in the same words."""
    with desk.deciding:
        if desk.log.query(_AS_ASKED, (*row, model)):
            at = np.asarray(vector, "<f4").tobytes()
            desk.write(row[1], [Fact(MemoryEmbedded(row[2], model, at), desk.source)])
