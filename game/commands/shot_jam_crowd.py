"""The picture of a crowd: a band of real machines on loopback, and the game as one of those who listen to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from game.commands.shot_band import LOOPBACK, Companion
from game.jam.crowd_listener import CrowdListener
from game.jam.decide import React, SayReady, Start, TakePart
from game.scenes.jam_room import JamRoom
from game.scenes.requests import ListenInCrowd

if TYPE_CHECKING:
    from game.commands.shot_views import Studio

BAND = (
    ("Mara", "melody", 7, 8_000),
    ("Ivo", "bass", 4, 14_000),
    ("Lene", "drums", 5, 10_000),
    ("Juno", "chords", 6, 20_000),
)
"""Name, part, keys and by how many microseconds uneven."""

SONG = ("Neon Tide", 7, "Normal")
INTO_US = 16_000_000
OTHERS = 3
"""So many others listen beside the game."""


def _crowd(studio: Studio) -> None:
    band = _band(studio)
    host = band[0].machine
    room = JamRoom.on_loopback(studio.app.context)
    studio.undo.callback(JamRoom.close_of, studio.app.context)
    listeners = [
        CrowdListener([host.node.address], host.code, studio.profile.writer, name="", bind=LOOPBACK)
        for _ in range(OTHERS)
    ]
    for listener in listeners:
        studio.beside.append(lambda listener=listener: listener.step() and None)  # type: ignore[misc]
        studio.undo.callback(listener.close)
    studio.set("jam.name", "Teo")
    room.listen([host.node.address], host.code)
    studio.app.open(ListenInCrowd())
    studio.until(lambda: room.listener is not None and room.listener.hears, 0.1)

    def into_us() -> int:
        listener = room.listener
        now = listener.view.now if listener is not None else None
        return now.song_us(listener.session_us()) if listener is not None and now is not None and now.take else -1

    studio.until(lambda: into_us() > INTO_US - 1_000_000, 0.0)
    for one, reaction in zip(band[1:], ("fire", "clap"), strict=False):
        one.machine.session.do(React(reaction, one.machine.session.now_us()))
    studio.until(lambda: into_us() > INTO_US, 0.0)


def _band(studio: Studio) -> list[Companion]:
    """A band that is ready to play, open to a crowd."""
    title, keys, level = SONG
    entries = studio.app.context.library.entries
    entry = next(one for one in entries if (one.title, one.keys, one.level) == (title, keys, level))
    band: list[Companion] = []
    for name, _, _, uneven_us in BAND:
        band.append(Companion(studio, name, band[0].machine if band else None, uneven_us))
        studio.until(lambda: band[-1].machine.joined, 0.0)
    host = band[0].machine
    host.open_crowd(True)
    host.offer(entry, studio.profile.settings.playfield.rules, 1.0, _fail)
    studio.until(lambda: all(one.machine.song is not None for one in band), 0.0)
    for one, (_, part, on_keys, _) in zip(band, BAND, strict=True):
        one.machine.session.do(TakePart(part, entry.hash, on_keys))
        one.machine.session.do(SayReady())
    studio.until(lambda: all(one.ready and one.bound_us >= 0 for one in host.session.band.players), 0.0)
    studio.until(lambda: all(one.machine.session.time.agreed for one in band), 0.0)
    studio.until(lambda: host.crowd is not None, 0.0)
    host.session.do(Start(host.session.now_us(), host.session.time.bound_us))
    return band


def _fail(error: Exception) -> None:
    raise error


JAM_CROWD_VIEWS: dict[str, Callable[[Studio], None]] = {"jam-crowd": _crowd}
"""By name."""
