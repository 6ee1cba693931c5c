"""Placing memories in a model's space, where the voice offers one (004 8.2)."""

from __future__ import annotations

import numpy as np

from game.roleplay.desk import Desk
from game.roleplay.events import MemoryEmbedded
from game.roleplay.ledger import Fact

AT_ONCE = 32
"""Memories in one request; what is left is done after the next exchange."""

_UNPLACED = (
    "SELECT m.chat, m.memory, m.text FROM memories m WHERE m.live AND NOT EXISTS"
    " (SELECT 1 FROM recall_vectors v WHERE v.seq = m.seq AND v.model = ?) ORDER BY m.seq DESC LIMIT ?"
)


def place_memories(desk: Desk) -> None:
    """Have the newest memories that the voice's model has not placed yet placed; nothing where it places none."""
    known = desk.log.query("SELECT text FROM memories WHERE live ORDER BY seq DESC LIMIT 1")
    if not known:
        return
    first = desk.voice.embed([known[0][0]])
    if first is None:
        return
    model = first[0]
    rows = desk.log.query(_UNPLACED, (model, AT_ONCE))
    placed = desk.voice.embed([text for _, _, text in rows]) if rows else None
    if placed is None:
        return
    for (chat, memory, _), vector in zip(rows, placed[1], strict=True):
        at = np.asarray(vector, "<f4").tobytes()
        with desk.deciding:
            desk.write(chat, [Fact(MemoryEmbedded(memory, model, at), desk.source)])
