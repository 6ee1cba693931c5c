"""What an intent leads to in a jam: pure rules, the same state and intent give the same events or the same no.

Every refusal is one sentence that says what is missing and who has it to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.errors import UserError
from game.events import Event
from game.jam.events import (
    ConductorFollowed,
    CrowdOpened,
    FreeStarted,
    LearnedShared,
    LoopDropped,
    LoopKept,
    PartTaken,
    Reacted,
    ReadySaid,
    SharingChosen,
    SongCalledOff,
    SongHeld,
    SongOffered,
    StartAgreed,
)
from game.jam.seats import LEAST_COUNT_IN_US, session_us, song_us
from game.jam.state import PLAYER, Band, Member

LEAD_US = 4_000_000
"""From the agreement to t0: time for the word to reach everyone, and for a countdown."""

REACTIONS_IN = 5
REACTIONS_IN_US = 5_000_000
"""So many reactions in so long a time; more is noise for who plays."""

GOOD_CLOCK_US = 5_000
"""A clock that is surely no further off than this is good enough to play together by; worse ones are told of."""

MAX_BOUND_US = 10_000_000
"""No clock is said to be further off: a start waits for the worst one."""

MAX_LOOPS = 16
"""Loops of one player that sound at once."""


class Refused(UserError):
    """The band is not ready for that, or it is not for this player to say."""

    def __init__(self, sentence: str) -> None:
        """``sentence`` is shown as it is, so it ends as one."""
        super().__init__(sentence if sentence.endswith(".") else f"{sentence}.")


@dataclass(frozen=True, slots=True)
class OfferSong:
    """Put a song on the stand for everyone; only the conductor."""

    offer: SongOffered


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Take the offered song back; only the conductor."""


@dataclass(frozen=True, slots=True)
class HoldSong:
    """This machine has the song whole, or (``problem``) cannot get it."""

    song: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class TakePart:
    """Play a part.  While a song runs, ``now_us`` is session time and ``from_us`` the bar to begin at."""

    part: str
    chart_hash: str
    keys: int
    from_us: int = 0
    now_us: int = 0


@dataclass(frozen=True, slots=True)
class SayReady:
    """Be ready, or not any more; ``bound_us``: how wrong this machine's clock may be, -1 while it is not measured."""

    ready: bool = True
    bound_us: int = -1


@dataclass(frozen=True, slots=True)
class Start:
    """Agree on t0; only the conductor.  ``now_us`` is session time, ``bound_us`` how wrong that may be."""

    now_us: int
    bound_us: int = 0


@dataclass(frozen=True, slots=True)
class CallOff:
    """End the running take or free jam for everyone; only the conductor."""


@dataclass(frozen=True, slots=True)
class React:
    """Let the band feel it."""

    reaction: str
    now_us: int


@dataclass(frozen=True, slots=True)
class StartFree:
    """Open a free jam; only the conductor.  ``now_us`` is session time."""

    now_us: int
    bound_us: int
    beat_us: int
    meter: int
    tonic: int
    scale: str
    loop_bars: int


@dataclass(frozen=True, slots=True)
class TakeInstrument:
    """Play ``instrument`` in the free jam, from ``now_us`` of session time on (0: from its beginning)."""

    instrument: str
    keys: int
    now_us: int = 0


@dataclass(frozen=True, slots=True)
class KeepLoop:
    """Keep a loop going."""

    loop: LoopKept


@dataclass(frozen=True, slots=True)
class DropLoop:
    """Let a loop of one's own fall silent."""

    loop: str
    from_us: int


@dataclass(frozen=True, slots=True)
class ChooseSharing:
    """Share what is learned of oneself in this session, or no longer (001 C7)."""

    shares: bool


@dataclass(frozen=True, slots=True)
class ShareLearned:
    """Give what was learned to the others; only who chose to share."""

    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class OpenCrowd:
    """Open the jam to a crowd that listens, or close it again; only the conductor."""

    opened: bool


@dataclass(frozen=True, slots=True)
class HandOver:
    """Let another conduct; only the conductor.  Leads to no event: the network does it."""

    peer: str


Intent = (
    OfferSong
    | TakeBack
    | HoldSong
    | TakePart
    | SayReady
    | Start
    | CallOff
    | React
    | StartFree
    | TakeInstrument
    | KeepLoop
    | DropLoop
    | ChooseSharing
    | ShareLearned
    | OpenCrowd
    | HandOver
)


def decide(band: Band, me: str, intent: Intent) -> list[Event]:
    """The events that ``intent`` of member ``me`` leads to; none where it changes nothing.

    Raises:
        Refused: it cannot be, and why.
    """
    member = band.members.get(me)
    if member is None or not member.known or member.gone:
        raise Refused("You are not in this jam any more; join it again")
    match intent:
        case OfferSong() | TakeBack() | Start() | CallOff() | StartFree() | OpenCrowd() | HandOver():
            if band.conductor != me:
                raise Refused(f"Only {band.name(band.conductor)}, who conducts, can do that")
            if band.conducting.provisional:
                raise Refused(
                    "Nobody else is heard; wait until the network is back, or leave and host a jam of your own"
                )
            return _conduct(band, intent)
        case HoldSong():
            same = member.held.get(intent.song) == intent.problem
            return [] if same else [SongHeld(intent.song, intent.problem)]
        case TakePart() | TakeInstrument() | SayReady() | KeepLoop() | DropLoop():
            if member.role != PLAYER:
                raise Refused("Spectators do not play; leave and join again as a player")
            return _play(band, member, intent)
        case React():
            recent = [one for _, one in member.reactions if one.session_us > intent.now_us - REACTIONS_IN_US]
            if len(recent) >= REACTIONS_IN:
                raise Refused("That was felt; wait a moment before the next reaction")
            return [Reacted(intent.reaction, intent.now_us)]
        case ChooseSharing():
            return [] if member.shares == intent.shares else [SharingChosen(intent.shares)]
        case ShareLearned():
            if not member.shares:
                raise Refused("Sharing is off; switch it on before anything learned of you is given to others")
            return [LearnedShared(intent.values)]


def _conduct(
    band: Band, intent: OfferSong | TakeBack | Start | CallOff | StartFree | OpenCrowd | HandOver
) -> list[Event]:
    running = band.running
    match intent:
        case OfferSong():
            if running is not None:
                raise Refused("A song is running; call it off or play it to its end before picking another")
            return [replace(intent.offer, term=band.term)]
        case TakeBack():
            if running is not None:
                raise Refused("The song is running; call it off instead")
            return [] if band.offer is None else [SongCalledOff("", band.term)]
        case Start():
            return [_start(band, intent)]
        case StartFree():
            if running is not None:
                raise Refused("A song is running; call it off before opening a free jam")
            t0_us = intent.now_us + LEAD_US + intent.bound_us
            how = (intent.beat_us, intent.meter, intent.tonic, intent.scale, intent.loop_bars)
            return [FreeStarted(_take_id(band, t0_us), t0_us, *how, band.term)]
        case CallOff():
            going = band.conducting.running
            if going is None or (running is None and band.free is None):
                raise Refused("Nothing is running that could be called off")
            return [SongCalledOff(going.take, band.term)]
        case OpenCrowd():
            return [] if band.crowd == intent.opened else [CrowdOpened(intent.opened, band.term)]
        case HandOver():
            other = band.members.get(intent.peer)
            if other is None or other.gone or not other.here:
                raise Refused(f"{band.name(intent.peer)} is not here; choose somebody who is")
            return []


def on_following(band: Band) -> list[Event]:
    """What this machine says to everyone as soon as another conducts, or it does itself.

    Who takes over says in its own term what goes on: so it counts whatever an earlier conductor, cut off, still says,
    and for whoever comes later.  The others say whom they follow.
    """
    conducting = band.conducting
    if not conducting.conductor or conducting.provisional:
        return []
    if not band.conducts:
        return [ConductorFollowed(conducting.conductor, conducting.term)]
    if conducting.term <= 1 or conducting.spoke:
        return []  # who founded the session found nothing
    words: list[Event] = []
    if band.offer is not None:
        words.append(replace(band.offer, term=conducting.term))
    going = band.running.start if band.running is not None else band.free
    if going is not None:
        words.append(replace(going, term=conducting.term))
    if band.crowd:
        words.append(CrowdOpened(True, conducting.term))
    return words or [SongCalledOff("", conducting.term)]


def _take_id(band: Band, t0_us: int) -> str:
    """Names a take; no two of a session have the same t0 and conductor."""
    return f"{t0_us:x}-{band.conductor[:4]}"


def _start(band: Band, intent: Start) -> StartAgreed:
    offer = band.offer
    if offer is None:
        raise Refused("Pick a song first")
    if band.running is not None:
        raise Refused("A song is running already; call it off before starting again")
    if not band.players:
        raise Refused("Nobody plays; one of you must join as a player")
    for missing, words in (
        (lambda one: not one.here, "cannot be heard just now; wait, or take them off the roster"),
        (lambda one: bool(one.held.get(offer.song)), "cannot get the song; pick another, or take them off the roster"),
        (lambda one: not one.holds(offer.song), "still waiting for the song to arrive"),
        (lambda one: one.part is None or one.part.song != offer.song, "yet to choose a part"),
        (lambda one: not one.ready, "not ready yet"),
        (lambda one: one.bound_us < 0, "still measuring the clock you share; that takes a few seconds"),
    ):
        who = [member for member in band.players if missing(member)]
        if who:
            raise Refused(_sentence(band, who, words))
    bound_us = max(intent.bound_us, *(one.bound_us for one in band.players))
    t0_us = intent.now_us + LEAD_US + bound_us
    line_up = {one.id: (one.part.part, one.part.chart_hash, one.part.keys) for one in band.players if one.part}
    return StartAgreed(offer.song, _take_id(band, t0_us), t0_us, offer.rate, line_up, offer.rules, band.term, bound_us)


def warning(start: StartAgreed) -> str:
    """What to tell the players of a start whose clocks are not good, as on a network with long ways; else nothing."""
    if start.bound_us < GOOD_CLOCK_US:
        return ""
    apart_ms = start.bound_us / 1000
    return f"The clocks of the band may be {apart_ms:.0f} ms apart; the others may sound that much early or late."


def _sentence(band: Band, who: Sequence[Member], words: str) -> str:
    names = [band.name(one.id) for one in who]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    if words.startswith("cannot"):
        return f"{listed} {words}"
    return f"{listed} {'is' if len(names) == 1 else 'are'} {words}"


def _play(
    band: Band, member: Member, intent: TakePart | TakeInstrument | SayReady | KeepLoop | DropLoop
) -> list[Event]:
    free = band.free
    match intent:
        case TakePart():
            return [_part(band, member, intent)]
        case SayReady():
            return _ready(band, member, intent)
        case TakeInstrument():
            if free is None:
                raise Refused("No free jam is open; the conductor opens one")
            from_us = max(0, song_us(free, intent.now_us)) if intent.now_us else 0
            return [PartTaken("", intent.instrument, "", intent.keys, from_us, free.take)]
        case KeepLoop():
            if free is None or intent.loop.take != free.take:
                raise Refused("Loops are kept in a free jam; the conductor opens one")
            sounding = [one for one, dropped in member.loops.values() if dropped is None and one.take == free.take]
            if len(sounding) >= MAX_LOOPS and intent.loop.loop not in {one.loop for one in sounding}:
                raise Refused(f"{MAX_LOOPS} loops of yours sound already; drop one first")
            return [intent.loop]
        case DropLoop():
            kept = member.loops.get(intent.loop)
            if kept is None or kept[1] is not None:
                raise Refused("That loop is silent already")
            return [LoopDropped(kept[0].take, intent.loop, intent.from_us)]


def _ready(band: Band, member: Member, intent: SayReady) -> list[Event]:
    ready, bound_us = intent.ready, min(intent.bound_us, MAX_BOUND_US)
    if member.ready == ready:
        unmeasured, poor = member.bound_us < 0 <= bound_us, bound_us < GOOD_CLOCK_US <= member.bound_us
        return [ReadySaid(True, bound_us)] if ready and bound_us >= 0 and (unmeasured or poor) else []
    offer = band.offer
    if ready and offer is None:
        raise Refused("There is no song yet; the conductor picks one")
    if ready and offer is not None:
        if not member.holds(offer.song):
            raise Refused("The song is not here yet; wait until it has arrived")
        if member.part is None or member.part.song != offer.song:
            raise Refused("Choose a part first")
    return [ReadySaid(ready, bound_us if ready else -1)]


def _part(band: Band, member: Member, intent: TakePart) -> PartTaken:
    """A part for the next start, or from the next bar on in a take that runs."""
    running = band.running
    song = running.start.song if running is not None else band.offer.song if band.offer is not None else ""
    offer = band.conducting.offered(song) if song else None
    if offer is None:
        raise Refused("There is no song yet; the conductor picks one")
    if intent.part not in {name for name, _, _ in offer.parts}:
        raise Refused(f"{offer.title} has no part {intent.part}; choose one of those shown")
    if intent.chart_hash not in {chart_hash for _, _, chart_hash, _, _ in offer.charts}:
        raise Refused(f"{offer.title} has no such difficulty; choose one of those shown")
    if running is None:
        return PartTaken(song, intent.part, intent.chart_hash, intent.keys)
    segments = running.segments(member.id)
    if segments and intent.keys != segments[0].keys:
        raise Refused(f"While the song runs you stay on {segments[0].keys} keys; change them before the next song")
    least_us = running.start.t0_us if intent.now_us < running.start.t0_us else intent.now_us
    if session_us(running.start, intent.from_us) < least_us + LEAST_COUNT_IN_US // 2:
        raise Refused("That bar is too near for a count-in; take the next one")
    if segments and intent.from_us <= segments[-1].from_us:
        raise Refused("You are changing parts already; wait until the next one has begun")
    return PartTaken(song, intent.part, intent.chart_hash, intent.keys, intent.from_us, running.start.take)
