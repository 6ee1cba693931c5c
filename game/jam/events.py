"""What can happen in a jam.  Stream: ``jam/<session id>``, kept by each player in their own log.

What this machine's player does is theirs (U1); what another member says is a peer's word (LN4, origin ``peer:<id>``,
actor the peer's id).  ``number`` in the log's row of a peer's event is its author's record number, so that nothing
is kept twice.  Instants named ``session_us`` are session time, ``song_us`` song time.  What only a conductor may say
carries the ``term`` it said it in; whom it followed, each member says itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class JamOpened:
    """This machine hosted or joined a session.  Kept here only, never sent."""

    kind: ClassVar[str] = "jam.opened"
    session: str
    me: str
    name: str
    hosting: bool
    role: str


@dataclass(frozen=True, slots=True)
class ClockAgreed:
    """What the shared clock was measured to be.  Kept here only."""

    kind: ClassVar[str] = "jam.clock"
    offset_us: int
    skew_ppm: float
    bound_us: int


@dataclass(frozen=True, slots=True)
class MemberCame:
    """A member was admitted.  Kept here only: the network says it."""

    kind: ClassVar[str] = "jam.member_came"
    peer: str
    name: str
    role: str
    order: int


@dataclass(frozen=True, slots=True)
class MemberWent:
    """A member left (``left``), was lost for good (``lost``) or removed (``removed``).  Kept here only."""

    kind: ClassVar[str] = "jam.member_went"
    peer: str
    why: str


@dataclass(frozen=True, slots=True)
class MemberHeard:
    """A member's network dropped (``here`` false) or came back.  Kept here only."""

    kind: ClassVar[str] = "jam.member_heard"
    peer: str
    here: bool


@dataclass(frozen=True, slots=True)
class ConductorChanged:
    """Who conducts from now on; ``provisional``: this machine itself, while it hears nobody.  Kept here only."""

    kind: ClassVar[str] = "jam.conductor"
    peer: str
    term: int
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class ConductorFollowed:
    """The author follows ``peer`` as conductor of ``term``.

    By this all come to agree on who conducted where a network was in pieces, and who came late knows it too.
    """

    kind: ClassVar[str] = "jam.followed"
    peer: str
    term: int


@dataclass(frozen=True, slots=True)
class SongOffered:
    """The conductor picked a song.

    ``files`` maps each file name to (size in bytes, hash in hex, by :func:`engine.net.transfer.file_hash`); ``charts``
    lists (file, index, chart hash, level, keys); ``parts`` the parts to choose from: (name, words for the player, share
    of the notes 0 to 1).
    ``song`` is the hash over names and file hashes, by which everything else refers to it.
    """

    kind: ClassVar[str] = "jam.song_offered"
    song: str
    title: str
    artist: str
    files: dict[str, tuple[int, str]]
    charts: tuple[tuple[str, int, str, str, int], ...]
    parts: tuple[tuple[str, str, float], ...]
    rules: str
    rate: float = 1.0
    term: int = 0


@dataclass(frozen=True, slots=True)
class SongHeld:
    """The author has the song whole and checked, or (``problem``) cannot get it."""

    kind: ClassVar[str] = "jam.song_held"
    song: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class PartTaken:
    """The author plays ``part`` of chart ``chart_hash`` on ``keys`` lanes, from ``from_us`` of the song on.

    ``take`` names the take in which a part is switched or a latecomer begins; it is empty before a song starts.
    """

    kind: ClassVar[str] = "jam.part_taken"
    song: str
    part: str
    chart_hash: str
    keys: int
    from_us: int = 0
    take: str = ""


@dataclass(frozen=True, slots=True)
class ReadySaid:
    """The author is ready, or not any more; ``bound_us``: how wrong its clock may be, -1 while it is not measured."""

    kind: ClassVar[str] = "jam.ready"
    ready: bool
    bound_us: int = -1


@dataclass(frozen=True, slots=True)
class StartAgreed:
    """The conductor set t0: song time 0 is heard at ``t0_us`` of session time on every machine.

    ``line_up`` says who plays what from the beginning: (part, chart hash, keys) by member, so that everyone judges
    the same whatever order the members' words came in.  ``bound_us`` is the most that a clock among them may be wrong.
    Who takes over says the start of the song that runs again, in its own term.
    """

    kind: ClassVar[str] = "jam.start"
    song: str
    take: str
    t0_us: int
    rate: float = 1.0
    line_up: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    rules: str = ""
    term: int = 0
    bound_us: int = 0


@dataclass(frozen=True, slots=True)
class HitsHeard:
    """Lane edges of one player: the author's own, or a peer's as they came (``peer``).

    ``first`` is the number of the first moment; ``edges`` packs ``chart.EDGE`` rows in song time, one for each
    number from ``first`` on.  Own hits are sent as moments, not as this event.
    """

    kind: ClassVar[str] = "jam.hits"
    peer: str
    take: str
    first: int
    edges: bytes


@dataclass(frozen=True, slots=True)
class HitCorrected:
    """The moment ``number`` of ``peer`` is not what came first: what the peer signed counts, here and everywhere.

    ``edges`` holds the one row that it is in ``take``; both are empty where it is no hit of a take known here.  Kept
    here only.
    """

    kind: ClassVar[str] = "jam.hit_corrected"
    peer: str
    number: int
    take: str
    edges: bytes


@dataclass(frozen=True, slots=True)
class TakeEnded:
    """The author's performance of a take is over: ``outcome`` as in Play, and how many edges it had in all.

    ``upto_us`` is how far into the song it was played, for one that was left.  What it says of its score is its own
    word; everyone judges the edges anew.
    """

    kind: ClassVar[str] = "jam.take_ended"
    take: str
    outcome: str
    first: int
    edges: int
    counts: dict[str, int] = field(default_factory=dict)
    score: int = 0
    max_combo: int = 0
    accuracy: float = 0.0
    upto_us: int = 0


@dataclass(frozen=True, slots=True)
class SongCalledOff:
    """The conductor ended a take before its end, or took back the offer."""

    kind: ClassVar[str] = "jam.called_off"
    take: str = ""
    term: int = 0


@dataclass(frozen=True, slots=True)
class Reacted:
    """A spectator's (or anyone's) reaction: one of ``clap``, ``cheer``, ``heart``, ``fire``, ``wow``, ``encore``."""

    kind: ClassVar[str] = "jam.reacted"
    reaction: str
    session_us: int


@dataclass(frozen=True, slots=True)
class FreeStarted:
    """The conductor opened a free jam: beat n is at ``t0_us`` + n * ``beat_us`` of session time."""

    kind: ClassVar[str] = "jam.free_started"
    take: str
    t0_us: int
    beat_us: int
    meter: int
    tonic: int
    scale: str
    loop_bars: int
    term: int = 0


@dataclass(frozen=True, slots=True)
class CrowdOpened:
    """The conductor opened the jam to a crowd that only listens, or (``opened`` false) closed it again."""

    kind: ClassVar[str] = "jam.crowd_opened"
    opened: bool
    term: int = 0


@dataclass(frozen=True, slots=True)
class LoopKept:
    """The author keeps a loop: edges relative to its start, repeated every ``loop_us`` from ``from_us`` on.

    ``keys`` is on how many lanes of the instrument it was played; 0: on as many as the author has now.
    """

    kind: ClassVar[str] = "jam.loop_kept"
    take: str
    loop: str
    instrument: str
    from_us: int
    loop_us: int
    edges: bytes
    keys: int = 0


@dataclass(frozen=True, slots=True)
class LoopDropped:
    """The author's loop falls silent from ``from_us`` on."""

    kind: ClassVar[str] = "jam.loop_dropped"
    take: str
    loop: str
    from_us: int


@dataclass(frozen=True, slots=True)
class SharingChosen:
    """Whether the author shares what was learned of it in this session; off until it says otherwise (001 C7)."""

    kind: ClassVar[str] = "jam.sharing"
    shares: bool


@dataclass(frozen=True, slots=True)
class LearnedShared:
    """What was learned of the author, from one who shares: continuous values without names (001 C4)."""

    kind: ClassVar[str] = "jam.learned"
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class JamClosed:
    """This machine left.  Kept here only."""

    kind: ClassVar[str] = "jam.closed"
    why: str = "left"


LOCAL = (
    JamOpened,
    ClockAgreed,
    MemberCame,
    MemberWent,
    MemberHeard,
    ConductorChanged,
    HitsHeard,
    HitCorrected,
    JamClosed,
)
"""What is kept by the machine that saw it, and never sent as a record."""

SENT = (
    ConductorFollowed,
    SongOffered,
    SongHeld,
    PartTaken,
    ReadySaid,
    StartAgreed,
    TakeEnded,
    SongCalledOff,
    Reacted,
    FreeStarted,
    CrowdOpened,
    LoopKept,
    LoopDropped,
    SharingChosen,
    LearnedShared,
)
"""What members say to each other."""

EVENTS = LOCAL + SENT
