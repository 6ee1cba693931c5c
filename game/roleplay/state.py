"""What is true of the cast and of a chat: plain values, as :mod:`game.roleplay.reading` finds them in the tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
from typing import Any

from game.roleplay.events import YOU
from game.truth import Truth

MIDDLE = 50
"""Where affinity and trust (0 to 100) stand between two who know nothing of each other."""

MAX_DELTA = 3
"""What one turn moves affinity or trust at most (004 3.4)."""

PIN_CAP = 8
"""How many memories of a bot are pinned before an automatic pin makes room (004 8.5)."""

MARKS = ("·", "•", "★", "★★")
"""Significance 0 to 3 as the drawer shows it (004 11.1)."""

SEEN_BY_YOU, SEEN_BY_HOST, SEEN_BY_GUEST = 1, 2, 4
"""The bits of a memory's witnesses."""


@dataclass(frozen=True, slots=True)
class You:
    """The player's character; without a name it is ``You``."""

    name: str = ""
    pronouns: str = ""
    persona: str = ""

    @property
    def called(self) -> str:
        """The name to show and to speak of."""
        return self.name or "You"


@dataclass(frozen=True, slots=True)
class Bot:
    """A character: who it is, wherever it is met (004 5.1)."""

    id: str
    name: str
    persona: str = ""
    voice_samples: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    backstory: str = ""
    relationship: str = ""
    kickoff: str = ""
    greetings: tuple[str, ...] = ()
    instructions: str = ""
    closing_instructions: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    removed: bool = False

    @property
    def called(self) -> str:
        """What {{char}} becomes: the nickname its card gives it, else the name."""
        return str(self.extra.get("nickname") or self.name)


@dataclass(frozen=True, slots=True)
class Activity:
    """What someone is doing, where and how (004 6.5); an empty attention is left out of prompts."""

    verb: str = ""
    interruptible: bool = True
    required_attention: str = "low"
    expected_duration: str = ""
    started_us: int = 0
    posture: str = ""
    container: int = 0
    slot: str = ""
    holding: tuple[str, ...] = ()
    attention: str = ""
    status: dict[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """As :class:`~game.roleplay.events.ActivityChanged` carries it."""
        made = asdict(self)
        made["holding"] = list(self.holding)
        return made

    def changed(self, **fields: Any) -> Activity:
        """The same with some fields set."""
        return replace(self, **fields)

    @classmethod
    def of(cls, record: dict[str, Any]) -> Activity:
        """From a record; fields this version does not know are left out."""
        known = {name: record[name] for name in cls.__dataclass_fields__ if name in record}
        if "holding" in known:
            known["holding"] = tuple(known["holding"])
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Container:
    """A place of one chat."""

    id: int
    name: str
    type: str = "place"
    moving: bool = False
    public: bool = False
    audible_range: str = ""
    slots: tuple[str, ...] = ()
    parent: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """A stretch of a chat in one place with the same company.

    ``basis`` names the alternatives it is told from as they are chosen now, those of the scenes told before it
    included (:func:`chained`).  ``closed`` scenes have ``why``.
    """

    id: int
    container: int
    description: str
    present: tuple[str, ...]
    clock_us: int
    meanwhile: bool = False
    closed: bool = False
    why: str = ""
    significance: int = 0
    quotes: tuple[str, ...] = ()
    basis: str = ""
    missed: tuple[int, ...] = ()
    """For each of those present the last turn they know nothing of: said before they came in, or before their last
    reset; 0 for none.  Empty when nobody missed anything."""

    def hears(self, who: str, turn: int) -> bool:
        """Whether ``who`` witnesses turn number ``turn`` of this scene, and has not been reset since.

        The one rule of who heard what; :data:`game.roleplay.reading.HEARD` is the same in SQL.
        """
        return who in self.present and (not self.missed or turn > self.missed[self.present.index(who)])


@dataclass(frozen=True, slots=True)
class Edge:
    """How ``owner`` sees ``target``; never the same thing as the way back.

    ``draft`` is a summary a model wrote over one that the player has set: it waits beside it.
    """

    owner: str
    target: str
    affinity: int = MIDDLE
    trust: int = MIDDLE
    summary: str = ""
    facts: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()
    draft: str = ""
    last_chat: str = ""
    last_clock_us: int = 0


@dataclass(frozen=True, slots=True)
class Memory:
    """Something its owner remembers.

    ``chat`` and ``number`` name it; ``seq`` is where the log has it.  ``pinned`` is ``""``, ``"auto"`` or
    ``"manual"`` (:mod:`game.roleplay.pins`).  ``truth`` is whose word the text is by now.
    """

    seq: int
    chat: str
    number: int
    owner: str
    text: str
    witnesses: int
    scene: int
    clock_us: int
    at_us: int
    significance: int
    form: str = "summary"
    source: str = "seen"
    reliability: int = 100
    turn: int = 0
    pinned: str = ""
    truth: Truth = Truth.USER


@dataclass(frozen=True, slots=True)
class Alternative:
    """One wording of a turn."""

    swipe: int
    text: str
    segments: tuple[tuple[str, str], ...] = ()
    truncated: bool = False
    truth: Truth = Truth.USER
    origin: str = ""
    significance: int = -1
    """0 to 3; -1 while nobody has weighed it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance in a chat; ``alternatives`` has all its wordings and ``chosen`` the place of the one that counts.

    ``accepted`` is true when it counts as the player's own word: they wrote, answered, kept or edited it (002).
    """

    number: int
    speaker: str
    scene: int
    clock_us: int
    at_us: int
    seq: int
    alternatives: tuple[Alternative, ...]
    chosen: int = 0
    addressee: str = ""
    beat: bool = False
    hidden: bool = False
    accepted: bool = False

    @property
    def said(self) -> Alternative:
        """The wording that counts."""
        return self.alternatives[self.chosen]

    @property
    def text(self) -> str:
        """The words that count."""
        return self.said.text

    @property
    def is_yours(self) -> bool:
        """Whether the player speaks."""
        return self.speaker == YOU


@dataclass(frozen=True, slots=True)
class Thread:
    """Something unresolved."""

    id: int
    title: str
    open: bool = True
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something planned, under way or over, with props of its own (004 9)."""

    id: int
    title: str
    state: str = "planned"
    props: tuple[str, ...] = ()
    due_us: int = 0
    expires_us: int = 0


@dataclass(frozen=True, slots=True)
class Chat:
    """Where a chat stands: all that deciding about its next step needs, without its transcript.

    ``branch`` and ``head`` say which history this was read from; what is decided on it is appended with that head
    expected.  ``scene`` is None before the kickoff.  ``activities`` has a record for everyone present.
    """

    host: str
    branch: int = 0
    head: int = 0
    clock_us: int = 0
    day_one_us: int = 0
    guest: str = ""
    scene: Scene | None = None
    activities: dict[str, Activity] = field(default_factory=dict)
    containers: tuple[Container, ...] = ()
    turns: int = 0
    """The number of the last turn."""
    scenes: int = 0
    memories: int = 0
    threads: int = 0
    happenings: int = 0
    places: int = 0
    """The highest number given so far of each, so that the next is one more."""

    @property
    def begun(self) -> bool:
        """Whether the kickoff has been played."""
        return self.scene is not None

    @property
    def present(self) -> tuple[str, ...]:
        """Who is here: the player, the host and the guest, if any."""
        return self.scene.present if self.scene is not None else (YOU, self.host)

    @property
    def bots(self) -> tuple[str, ...]:
        """The bots who are here, the host first."""
        return tuple(one for one in self.present if one != YOU)

    @property
    def container(self) -> Container | None:
        """Where the scene plays."""
        if self.scene is None:
            return None
        return next((one for one in self.containers if one.id == self.scene.container), None)

    def bit(self, who: str) -> int:
        """The witness bit of ``who`` in this chat."""
        return SEEN_BY_YOU if who == YOU else SEEN_BY_HOST if who == self.host else SEEN_BY_GUEST

    @property
    def witnesses(self) -> int:
        """The mask of everyone present."""
        return sum({self.bit(who) for who in self.present})


@dataclass(frozen=True, slots=True)
class ChatRow:
    """A chat as the list of chats shows it; ``last_at_us`` is real time, 0 when nobody has spoken."""

    bot: Bot
    begun: bool
    snippet: str
    last_at_us: int
    clock_us: int
    day_one_us: int
    turns: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A classifier's answer that could not be used."""

    seq: int
    job: str
    raw_text: str
    attempts: int
    turn: int


@dataclass(frozen=True, slots=True)
class KeptBook:
    """A lorebook of a bot, as the JSON it came in."""

    book: int
    name: str
    data: bytes


def basis_of(chosen: Iterable[tuple[int, int | None]]) -> str:
    """Which alternatives a scene is told from: ``(turn, swipe)``, None for a turn that was cut out.

    Turns whose first wording stands are left out, so an untouched scene has the basis ``""``.
    """
    return ",".join(f"{turn}.{'x' if swipe is None else swipe}" for turn, swipe in sorted(chosen) if swipe != 0)


def chained(own: str, former: str) -> str:
    """What a closed scene is told from: its own alternatives, and a mark of those of all told before it.

    What is told of a scene builds on how everyone stood by then, and so on all the scenes before.  ``former`` is the
    chain of the scene that closed before; without a rewording up to here the chain is empty.
    """
    return f"{own}:{blake2b(former.encode(), digest_size=8).hexdigest()}" if former else own


def within(value: int, least: int = 0, most: int = 100) -> int:
    """``value`` held within bounds."""
    return max(least, min(most, value))
