"""What is pinned of what someone remembers (004 8.5), put together from every chat's pins in the order they were set.

A pin by hand is a fact of the chat whose memory it pins, and of every telling of the same scene by the same witness;
one by rule is of the one telling that is pivotal.  What makes room for it is no fact: it follows.  So a pin that was
taken from a memory in one chat is given back when the one that took its place counts no more, by a rewind or another
wording, in whichever chat that was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from engine.log import EventLog
from game.roleplay.state import PIN_CAP, Memory
from game.roleplay.witness import memories

AUTO, MANUAL = "auto", "manual"

_PINS = (
    "(SELECT p.seq AS at, p.pinned, p.auto, iif(p.scene > 0 AND NOT p.auto, (SELECT max(t.seq) FROM memories t WHERE"
    " t.owner = p.owner AND t.chat = p.chat AND t.scene = p.scene AND t.scene > 0 AND t.form <> 'told' AND t.turn = 0"
    " AND t.live), (SELECT t.seq FROM memories t WHERE t.chat = p.chat AND t.memory = p.memory)) AS seq"
    " FROM pins p WHERE p.owner = ?1)"
)
"""Every pin that was set or taken off, with the memory it is on by now.

``t.scene > 0`` is what lets SQLite look in the scene, and not through all that the owner remembers.
"""


def pinned(log: EventLog, owner: str, where: str = "", values: Sequence[Any] = ()) -> dict[int, str]:
    """How each pinned memory of ``owner`` is pinned, by its ``seq``, in the order they were pinned.

    ``where`` (with ``values`` from ``?2`` on) says which memories ``m`` there are; the others are as if never pinned.

    Over :data:`~game.roleplay.state.PIN_CAP` the oldest automatic pin makes room; one set by hand is never taken by a
    rule, and what the player has pinned or unpinned no rule pins.  The cap is soft (004 8.5): pins by hand that come
    back with a wording may be more; a further one is refused then (:func:`game.roleplay.editing.pin`).
    """
    standing: dict[int, str] = {}
    by_hand: set[int] = set()
    of_pins = "m.seq, c.pinned, c.auto"
    for seq, is_set, auto in memories(log, owner, values, columns=of_pins, among=_PINS, where=where, order="c.at"):
        if auto and (seq in by_hand or seq in standing):
            continue
        standing.pop(seq, None)
        if not auto:
            by_hand.add(seq)
        if is_set and _has_room(standing, bool(auto)):
            standing[seq] = AUTO if auto else MANUAL
    return standing


def _has_room(standing: dict[int, str], auto: bool) -> bool:
    """Take the oldest automatic pins off for one more; False where only pins by hand are left and a rule asks."""
    oldest = [seq for seq, how in standing.items() if how == AUTO]
    while len(standing) >= PIN_CAP and oldest:
        standing.pop(oldest.pop(0))
    return not auto or len(standing) < PIN_CAP


def marked(log: EventLog, found: Iterable[Memory]) -> list[Memory]:
    """The same memories, each with how it is pinned."""
    there = list(found)
    pins = {owner: pinned(log, owner) for owner in {one.owner for one in there}}
    return [replace(one, pinned=pins[one.owner].get(one.seq, "")) for one in there]
