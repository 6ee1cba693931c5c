"""A free jam out of any machine's log, heard again: every sound in order, as this listener likes it.

    band = read_band(log, session)
    for started in free_jams(band):
        rows = heard_again(band, started, Snapping(0.7, 4))

What was said with an instant is heard as it was: hits, loops, changes of instrument.  When a member went is not told in
session time, so that a loop nobody dropped goes on to the end of what was played.
"""

from __future__ import annotations

import contextlib

from engine.errors import UserError
from game.jam.events import FreeStarted, LoopDropped
from game.jam.free import FreeJam, Sounding
from game.jam.scales import key_words
from game.jam.seats import session_us
from game.jam.snapping import Snapping
from game.jam.state import PLAYER, Band


def free_jams(band: Band) -> list[FreeStarted]:
    """Every free jam of the session, in the order they were opened."""
    return [fact.event for fact in band.conducting.starts.values() if isinstance(fact.event, FreeStarted)]


def was_played(band: Band, started: FreeStarted) -> bool:
    """Whether anybody took an instrument in it."""
    return any(started.take in one.takes and one.takes[started.take].switches for one in band.members.values())


def free_title(started: FreeStarted) -> str:
    """A free jam in a line: its key and its tempo."""
    try:
        key = f" in {key_words(started.tonic % 12, started.scale)}"
    except UserError:  # a scale of a later version
        key = ""
    return f"Free jam{key}, {60e6 / max(1, started.beat_us):.4g} a minute"


def ends_us(band: Band, started: FreeStarted) -> int:
    """The bar line (session time) after everything that was played, each loop for one round at least."""
    last_us = started.t0_us
    for member in band.members.values():
        played = member.takes.get(started.take)
        if member.role == PLAYER and played is not None and len(played.edges):
            last_us = max(last_us, session_us(started, int(played.edges.ordered()[1]["at_us"][-1])))
    for _, loop, dropped_us in band.loops(started.take):
        last_us = max(last_us, loop.from_us + loop.loop_us if dropped_us is None else dropped_us)
    bar_us = started.beat_us * started.meter
    return started.t0_us + ((last_us - started.t0_us) // bar_us + 1) * bar_us


def heard_again(band: Band, started: FreeStarted, others: Snapping, own: Snapping | None = None) -> list[Sounding]:
    """Every sound of a free jam in order, in session time, as ``band.me`` hears it.

    Raises:
        UserError: the tempo or the key is none this version can play.
    """
    hands, loops = heard_apart(band, started, others, own)
    return sorted(hands + loops)


def heard_apart(
    band: Band, started: FreeStarted, others: Snapping, own: Snapping | None = None
) -> tuple[list[Sounding], list[Sounding]]:
    """As :func:`heard_again`: what was played by hand, and apart from it what the loops let sound.

    Raises:
        UserError: the tempo or the key is none this version can play.
    """
    free = _listener(band, started, others, own)
    hands, loops = _hands(band, started, free), list[Sounding]()
    end_us = ends_us(band, started)
    for player, kept, dropped_us in band.loops(started.take):
        alone = _listener(band, started, others, own)  # of all there ever were, more may be one player's than sound
        with contextlib.suppress(UserError):  # no loop of this game
            for other, seat in free.seats.items():
                alone.sit(other, *seat)
            alone.keep(player, kept)
        if dropped_us is not None:
            alone.drop(player, LoopDropped(started.take, kept.loop, dropped_us))
        loops += alone.due(started.t0_us, end_us)
    return sorted(hands), sorted(loops)


def _listener(band: Band, started: FreeStarted, others: Snapping, own: Snapping | None) -> FreeJam:
    free = FreeJam(started, band.me, others)
    free.own_snapping = own
    return free


def _hands(band: Band, started: FreeStarted, free: FreeJam) -> list[Sounding]:
    """What was played by hand, each hit on the instrument its player had just then."""
    happened: list[tuple[int, int, str, tuple[str, int]]] = []
    for member in band.members.values():
        played = member.takes.get(started.take)
        if member.role != PLAYER or played is None:
            continue
        for number, taken in enumerate(played.switches):
            happened.append((taken.from_us if number else -(1 << 60), 0, member.id, (taken.part, taken.keys)))
        _, edges = played.edges.ordered()
        downs = edges[edges["down"] > 0]
        happened += [(at_us, 1, member.id, ("", lane)) for at_us, lane, _ in downs.tolist()]
    out = []
    for at_us, hit, player, (instrument, number) in sorted(happened):
        if not hit:
            _sit(free, player, instrument, number)
            continue
        hit_us = session_us(started, at_us)
        row = free.press(number, hit_us, hit_us) if player == free.me else free.hear(player, number, hit_us, hit_us)
        if row is not None:
            out.append(row)
    return out


def _sit(free: FreeJam, player: str, instrument: str, lanes: int) -> None:
    try:
        free.sit(player, instrument, lanes)
    except UserError:  # an instrument of a later version: its player is not heard
        free.leave(player, 1 << 62)
