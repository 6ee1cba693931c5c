"""What the lobby shows, read from the jam: made when something changed, not with every frame."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import UserError
from engine.net.face import Peer
from game.jam.decide import Start, decide
from game.jam.events import SongOffered
from game.jam.machine import Fetching, Machine
from game.jam.state import PLAYER, Band, Member
from game.scenes.jam_words import Quality, clock_words, quality, time_left

HERE = Quality(3, "this machine")


@dataclass(frozen=True, slots=True)
class Person:
    """One member as the lobby shows it.

    ``part`` says what it plays, ``song`` how far the song has come to it (1 when it is there, -1 without a song) and
    ``song_words`` the same in words; ``problem`` is why it cannot get the song.
    """

    id: str
    name: str
    mine: bool
    conducts: bool
    plays: bool
    ready: bool
    part: str
    link: Quality
    song: float = -1.0
    song_words: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class LobbyView:
    """The lobby as it is just now; ``waits`` is the sentence of who is missing before a song can start."""

    people: tuple[Person, ...]
    me: Person | None
    conductor: str
    offer: SongOffered | None
    clock: str
    waits: str
    running: bool


def view_of(machine: Machine) -> LobbyView:
    """What there is to show of ``machine``'s jam."""
    session, band = machine.session, machine.session.band
    peers = {peer.id: peer for peer in session.peers()}
    people = tuple(_person(machine, band, member, peers.get(member.id)) for member in band.present)
    offer = band.offer
    waits = ""
    try:
        decide(band, band.conductor, Start(session.now_us(), session.time.bound_us))
    except UserError as error:
        waits = str(error)
    if not waits and not session.time.agreed:
        waits = "The clock is being measured; a moment."
    return LobbyView(
        people,
        next((one for one in people if one.mine), None),
        band.name(band.conductor),
        offer,
        clock_words(session.time.agreed, session.time.bound_us, founder=session.time.bound_us == 0),
        waits,
        band.running is not None or band.free is not None,
    )


def _person(machine: Machine, band: Band, member: Member, peer: Peer | None) -> Person:
    mine = member.id == machine.session.me
    offer = band.offer
    link = HERE if mine else Quality(0, "not heard")
    if peer is not None and not mine:
        link = quality(peer.here and member.here, peer.round_trip_us, peer.loss)
    song, words, problem = -1.0, "", ""
    if offer is not None:
        problem = member.held.get(offer.song, "")
        song, words = _transfer(member.holds(offer.song), machine.fetching.get(member.id), offer.song)
    return Person(
        *(member.id, band.name(member.id), mine, member.id == band.conductor, member.role == PLAYER, member.ready),
        *(_part(offer, member), link, song, words, problem),
    )


def _transfer(holds: bool, fetching: Fetching | None, song: str) -> tuple[float, str]:
    """How far the song has come to a member, and that in words."""
    if holds:
        return 1.0, ""
    if fetching is None or fetching.song != song:
        return 0.0, "waits for the song"
    left = time_left(fetching.left_s)
    return min(fetching.share, 0.999), f"{fetching.share:.0%}" + (f" · {left}" if left else "")


def _part(offer: SongOffered | None, member: Member) -> str:
    """What a member plays, in words."""
    if member.role != PLAYER:
        return "watches"
    part = member.part
    if offer is None or part is None or part.song != offer.song:
        return "" if offer is None else "no part yet"
    words = next((words for name, words, _ in offer.parts if name == part.part), part.part)
    level = next((level for _, _, chart, level, _ in offer.charts if chart == part.chart_hash), "")
    return f"{words} · {level} · {part.keys} keys" if level else f"{words} · {part.keys} keys"
