"""What can happen when people talk: the facts of the streams ``chat/<host>``.

A chat's stream is named after its host.  Everything a scene does to anyone (edges, memories, also a guest's) is told
in the stream of the chat where it happened, so that going back in that chat takes all of it back.

Numbers (``turn``, ``scene``, ``memory`` …) count within one chat and begin at 1.  What follows from a turn names that
``turn`` and the ``swipe`` (the alternative, from 0) it follows from, and counts while that alternative is the chosen
one; turn 0 means that it hangs on no turn.  What follows from a whole scene names the scene's ``basis``: which
alternatives it was told from (see :func:`game.roleplay.state.basis_of`).  ``clock_us`` is time in the fiction,
microseconds since 1970 UTC.

An event has a ``cause`` only when a rewind said it again, and then the cause is the event it repeats
(:mod:`game.roleplay.rewinding`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

YOU = "you"
"""The player's character wherever an entity is named; bots go by their id."""

NARRATOR = "narrator"
"""Who speaks a transition ("The next morning ...") that belongs to nobody."""


def chat_stream(chat: str) -> str:
    """Where the chat hosted by the bot ``chat`` is told."""
    return f"chat/{chat}"


# -- turns -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TurnSaid:
    """Someone spoke: the first alternative of a new turn.

    ``segments`` are ``[sort, text]`` with sort dialogue, action or ooc; ``addressee`` who was meant; ``truncated``
    that it was stopped or cut off; ``beat`` that it is a short interjection.
    """

    kind: ClassVar[str] = "turn.said"
    turn: int
    speaker: str
    text: str
    scene: int
    clock_us: int
    segments: list[list[str]] = field(default_factory=list)
    addressee: str = ""
    truncated: bool = False
    beat: bool = False


@dataclass(frozen=True, slots=True)
class AlternativeSaid:
    """Another wording of a turn, which is the chosen one from now on.

    ``former`` is the alternative that was chosen before; ``edited`` that a person wrote it over that one.
    """

    kind: ClassVar[str] = "turn.alternative_said"
    turn: int
    swipe: int
    text: str
    former: int
    segments: list[list[str]] = field(default_factory=list)
    truncated: bool = False
    edited: bool = False


@dataclass(frozen=True, slots=True)
class AlternativeChosen:
    """The player stepped to another alternative; ``former`` was chosen before."""

    kind: ClassVar[str] = "turn.alternative_chosen"
    turn: int
    swipe: int
    former: int


@dataclass(frozen=True, slots=True)
class TurnKept:
    """The player said that this turn stands: it counts as their own word from now on."""

    kind: ClassVar[str] = "turn.kept"
    turn: int


@dataclass(frozen=True, slots=True)
class TurnHidden:
    """A turn was taken out of view, or shown again; the story still has it."""

    kind: ClassVar[str] = "turn.hidden"
    turn: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class TurnsDeleted:
    """Turns were cut out of the story with all that followed from them (004, surgical delete)."""

    kind: ClassVar[str] = "turn.deleted"
    turns: list[int]


@dataclass(frozen=True, slots=True)
class TurnWeighed:
    """How much a turn matters, 0 routine to 3 pivotal (004 11.1)."""

    kind: ClassVar[str] = "turn.weighed"
    turn: int
    swipe: int
    significance: int


# -- place, time and company -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClockMoved:
    """The chat's clock stands at ``clock_us``; ``day_one_us`` is the start of its first day.

    ``why`` is ``kickoff``, ``elision``, ``jump`` or ``set`` (by hand).
    """

    kind: ClassVar[str] = "chat.clock_moved"
    clock_us: int
    former_us: int
    day_one_us: int
    why: str


@dataclass(frozen=True, slots=True)
class ContainerDescribed:
    """A place of this chat: new, or all of it as it is now (004 7.4); ``scene`` where it came with one."""

    kind: ClassVar[str] = "container.described"
    container: int
    name: str
    type: str = "place"
    moving: bool = False
    public: bool = False
    audible_range: str = ""
    slots: list[str] = field(default_factory=list)
    parent: int = 0
    scene: int = 0


@dataclass(frozen=True, slots=True)
class SceneOpened:
    """A scene began; ``present`` are those who witness it (``you`` and bot ids).

    Where a ``turn`` ended the one before, it is there as long as that end counts.
    """

    kind: ClassVar[str] = "scene.opened"
    scene: int
    container: int
    description: str
    present: list[str]
    clock_us: int
    meanwhile: bool = False
    turn: int = 0
    swipe: int = 0


@dataclass(frozen=True, slots=True)
class SceneClosed:
    """A scene ended.

    ``why`` is ``container``, ``skip``, ``said``, ``manual``, ``guest``, ``meanwhile`` or ``imported``; ``quotes`` are
    key lines, kept from significance 2 on.  What was read from the words of a ``turn`` counts as long as nobody has
    gone on from it while that wording of the turn does (:mod:`game.roleplay.projector_scenes`).
    """

    kind: ClassVar[str] = "scene.closed"
    scene: int
    why: str
    significance: int
    quotes: list[str] = field(default_factory=list)
    turn: int = 0
    swipe: int = 0


@dataclass(frozen=True, slots=True)
class EndForeseen:
    """What the words of a turn lead to once it has been answered.

    ``why`` is what ends the scene then, or ``guest``: the guest seems to have gone, and the player is to be asked.
    """

    kind: ClassVar[str] = "scene.end_foreseen"
    why: str
    turn: int
    swipe: int


@dataclass(frozen=True, slots=True)
class GuestJoined:
    """A second bot came into the scene."""

    kind: ClassVar[str] = "guest.joined"
    bot: str


@dataclass(frozen=True, slots=True)
class GuestLeft:
    """The second bot went."""

    kind: ClassVar[str] = "guest.left"
    bot: str


@dataclass(frozen=True, slots=True)
class ActivityChanged:
    """What someone is doing: the whole record as it is now (:class:`game.roleplay.state.Activity` as a map).

    It follows from a ``turn``, or came with a ``scene`` that opened elsewhere.
    """

    kind: ClassVar[str] = "activity.changed"
    who: str
    record: dict[str, Any]
    turn: int = 0
    swipe: int = 0
    scene: int = 0


# -- edges and memory ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EdgeSeeded:
    """How ``owner`` stands to ``target`` before anything happened between them in play."""

    kind: ClassVar[str] = "edge.seeded"
    owner: str
    target: str
    affinity: int
    trust: int
    summary: str = ""
    facts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EdgeMoved:
    """What one utterance (or a scene's end) did to how ``owner`` sees ``target``; deltas are within ±3."""

    kind: ClassVar[str] = "edge.moved"
    owner: str
    target: str
    clock_us: int
    affinity_delta: int = 0
    trust_delta: int = 0
    facts: list[str] = field(default_factory=list)
    turn: int = 0
    swipe: int = 0
    scene: int = 0
    basis: str = ""


@dataclass(frozen=True, slots=True)
class EdgeSummarised:
    """The arc between two as ``owner`` sees it after ``scene``; ``moment`` is a shared private moment, or empty.

    ``upon`` marks the words it is told from (:func:`game.roleplay.edge_words.mark`), where there is need to know.
    Where a happening changed how they stand, it ``adds`` to what stands, and follows from the ``turn`` that ended it or
    (turn and scene 0) from the player's word.
    """

    kind: ClassVar[str] = "edge.summarised"
    owner: str
    target: str
    summary: str
    scene: int
    basis: str
    moment: str = ""
    turn: int = 0
    swipe: int = 0
    upon: str = ""
    adds: bool = False


@dataclass(frozen=True, slots=True)
class MemoryWritten:
    """Something ``owner`` remembers, from their own angle.

    ``witnesses`` is the mask you 1, host 2, guest 4; ``form`` is ``summary`` (of a scene), ``beat`` (of a turn) or
    ``told`` (for a stretch that was skipped or came from an import: it follows from no wording); ``reliability`` 0 to
    100 matters when ``source`` is not ``seen``.
    """

    kind: ClassVar[str] = "memory.written"
    memory: int
    owner: str
    text: str
    witnesses: int
    scene: int
    clock_us: int
    significance: int
    form: str = "summary"
    source: str = "seen"
    reliability: int = 100
    turn: int = 0
    swipe: int = 0
    basis: str = ""


@dataclass(frozen=True, slots=True)
class MemoryPinned:
    """A memory is always before the mind's eye of its owner, or no more.

    ``auto`` that a rule pinned it.  What makes room for it is not told but follows (:mod:`game.roleplay.pins`): where
    an older log tells of a rule that took a pin off, that is passed over.
    """

    kind: ClassVar[str] = "memory.pinned"
    memory: int
    pinned: bool
    auto: bool = False


@dataclass(frozen=True, slots=True)
class MemoryEmbedded:
    """A memory's place in a model's space: little-endian float32 numbers of unit length."""

    kind: ClassVar[str] = "memory.embedded"
    memory: int
    model: str
    vector: bytes


@dataclass(frozen=True, slots=True)
class GroupSummarised:
    """What the three are to each other when together in this chat."""

    kind: ClassVar[str] = "group.summarised"
    summary: str
    scene: int
    basis: str


# -- story -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ThreadOpened:
    """Something unresolved that the story carries along."""

    kind: ClassVar[str] = "thread.opened"
    thread: int
    title: str
    turn: int = 0
    swipe: int = 0


@dataclass(frozen=True, slots=True)
class ThreadClosed:
    """A thread was resolved or dropped."""

    kind: ClassVar[str] = "thread.closed"
    thread: int
    outcome: str = ""
    turn: int = 0
    swipe: int = 0


@dataclass(frozen=True, slots=True)
class HappeningPlanned:
    """Something is to happen (004 9, "events"): a date, a drive, a storm; ``props`` exist only within it.

    ``due_us`` is when on the chat's clock (0: whenever), ``expires_us`` when it is too late (0: never).
    """

    kind: ClassVar[str] = "happening.planned"
    happening: int
    title: str
    props: list[str] = field(default_factory=list)
    due_us: int = 0
    expires_us: int = 0
    turn: int = 0
    swipe: int = 0


@dataclass(frozen=True, slots=True)
class HappeningMoved:
    """A happening went on: ``state`` is active, completed, cancelled or expired."""

    kind: ClassVar[str] = "happening.moved"
    happening: int
    state: str
    former: str
    turn: int = 0
    swipe: int = 0


@dataclass(frozen=True, slots=True)
class ItemGained:
    """An object went over into someone's keeping for good: the first of the promotions (004 11.3)."""

    kind: ClassVar[str] = "item.gained"
    owner: str
    item: str
    happening: int = 0
    turn: int = 0
    swipe: int = 0
    scene: int = 0
    basis: str = ""


@dataclass(frozen=True, slots=True)
class ItemLost:
    """An object is in someone's keeping no more."""

    kind: ClassVar[str] = "item.lost"
    owner: str
    item: str
    turn: int = 0
    swipe: int = 0
    scene: int = 0
    basis: str = ""


# -- bookkeeping -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ManualEdit:
    """The player set one field by hand in the drawer; ``former`` is what it was.

    ``what`` and ``key`` name the thing: ``edge`` [owner, target], ``memory`` [number], ``activity`` [who],
    ``container`` [number], ``scene`` [number], ``thread`` [number], ``happening`` [number], ``group`` [],
    ``turn`` [number] (its significance).
    """

    kind: ClassVar[str] = "manual_edit"
    what: str
    key: list[Any]
    field: str
    value: Any
    former: Any


@dataclass(frozen=True, slots=True)
class ClassifierFailed:
    """A classifier's answer could not be used and a default stood in (004 3.3)."""

    kind: ClassVar[str] = "classifier.failed"
    job: str
    raw_text: str
    attempts: int
    turn: int = 0


@dataclass(frozen=True, slots=True)
class ChatFileKept:
    """The file a chat was imported from, byte for byte; a large one in ``parts``, this being number ``part``."""

    kind: ClassVar[str] = "chat.file_kept"
    name: str
    data: bytes
    part: int = 0
    parts: int = 1


CHAT_EVENTS = (
    *(TurnSaid, AlternativeSaid, AlternativeChosen, TurnKept, TurnHidden, TurnsDeleted, TurnWeighed),
    *(ClockMoved, ContainerDescribed, SceneOpened, SceneClosed, EndForeseen, GuestJoined, GuestLeft),
    *(
        ActivityChanged,
        EdgeSeeded,
        EdgeMoved,
        EdgeSummarised,
        MemoryWritten,
        MemoryPinned,
        MemoryEmbedded,
        GroupSummarised,
    ),
    *(ThreadOpened, ThreadClosed, HappeningPlanned, HappeningMoved, ItemGained, ItemLost),
    *(ManualEdit, ClassifierFailed, ChatFileKept),
)
"""What the streams ``chat/<host>`` hold."""
