"""The views around a jam that ``ourojam shot`` shows: a host and two guests, over real sockets on loopback."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.net.discovery import Announcement, Discovery
from game.commands.shot_band import bring, entry, offer, open_band, show_lobby
from game.jam.state import SPECTATOR
from game.scenes.jam_room import JamRoom
from game.scenes.requests import ShowJam, ShowTopology

if TYPE_CHECKING:
    from game.commands.shot_views import Studio

FRAMES = 30
"""What has just come up has eased in after so many frames, however slowly they are drawn."""

ANNOUNCED = (
    Announcement("00c0ffee00c0ffee", "An evening in the shop", "Mara", 47100, 3, "", "Neon Tide"),
    Announcement("00facade00facade", "The last tram", "Lene", 47101, 1),
)
SONG = ("Neon Tide", 7, "Normal")


def _settle(studio: Studio) -> None:
    until = studio.app.loop.stats().frames + FRAMES
    while studio.app.loop.stats().frames < until:
        studio.turn()


def _join(studio: Studio) -> None:
    """One who has a name looks for jams, of which two show up."""
    studio.set("jam.name", "Ivo")
    JamRoom.on_loopback(studio.app.context)
    studio.undo.callback(JamRoom.close_of, studio.app.context)
    for said in ANNOUNCED:
        away = Discovery(interfaces=("127.0.0.1",))
        studio.undo.callback(away.close)
        away.announce(said)
    studio.app.open(ShowJam())
    studio.until(lambda: len(JamRoom.of(studio.app.context).found) == len(ANNOUNCED), 0.5)


def _lobby(studio: Studio) -> None:
    room = open_band(studio)
    bring(studio, "Ivo")
    bring(studio, "Lene", SPECTATOR)
    show_lobby(studio)
    machine = room.machine
    assert machine is not None
    studio.until(lambda: all(peer.round_trip_us for peer in machine.session.peers()), 0.5)


def _song(studio: Studio) -> None:
    room = open_band(studio)
    ivo = bring(studio, "Ivo")
    lene = bring(studio, "Lene", songs=False)
    show_lobby(studio)
    chart = entry(studio, *SONG)
    offer(studio, room, chart)
    studio.until(lambda: ivo.machine.song is not None and lene.machine.song is not None, 0.1)
    ivo.take("melody", chart, 4)
    lene.take("drums", entry(studio, SONG[0], 4, "Easy"), 4, ready=False)
    studio.run(1.0)


def _topology(studio: Studio) -> None:
    _lobby(studio)
    studio.app.open(ShowTopology())
    studio.until(lambda: studio.top_is("JamTopologyScene"), 1.0)


def _settled(view: Callable[[Studio], None]) -> Callable[[Studio], None]:
    def show(studio: Studio) -> None:
        view(studio)
        _settle(studio)

    return show


_VIEWS: dict[str, Callable[[Studio], None]] = {
    "jam-join": _join,
    "jam-lobby": _lobby,
    "jam-lobby-song": _song,
    "jam-topology": _topology,
}
JAM_VIEWS = {name: _settled(view) for name, view in _VIEWS.items()}
"""By name."""
