"""What a classifier is asked, and what it may answer (004 3.3, 3.4, 6, 7, 9, 11).

A job is plain facts in and a pydantic value out, with the value that stands in when no answer can be had.  A model
answers it from a prompt (:mod:`game.roleplay.prompts`), the offline voice by rules; nobody else needs to know which.
What comes back is bounded here and becomes events only through the room's own rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from game.roleplay.state import MAX_DELTA, Activity, Bot, Container, Edge, Happening, Thread, Turn, You, within

MAX_TEXT = 4000
"""The longest text a classifier may answer with, in characters."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_TEXT)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


def _held(most: int, least: int) -> BeforeValidator:
    """A number a model gave, brought within bounds instead of refused: "+5" is still "warmer"."""
    return BeforeValidator(lambda value: within(round(float(value)), least, most))


Delta = Annotated[int, _held(MAX_DELTA, -MAX_DELTA)]
Level = Annotated[int, _held(100, 0)]
Weight = Annotated[int, _held(3, 0)]


class Answer(BaseModel):
    """What a classifier answers; fields nobody asked for are passed over, but not if there are no others."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _answers_this(cls, value: Any) -> Any:
        if isinstance(value, dict) and value and not value.keys() & cls.model_fields.keys():
            raise ValueError(f"none of {', '.join(cls.model_fields)} is in the answer")
        return value


class Segment(Answer):
    """A part of a turn."""

    sort: Literal["dialogue", "action", "ooc"]
    text: Text


class Doing(Answer):
    """What someone does now; None leaves a field as it was."""

    who: Line
    verb: Line | None = None
    interruptible: bool | None = None
    required_attention: Literal["low", "medium", "high"] | None = None
    expected_duration: Line | None = None
    posture: Line | None = None
    slot: Line | None = None
    holding: list[Line] | None = None
    attention: Line | None = None
    status: dict[str, Any] | None = None


class Place(Answer):
    """A place as a classifier sees it."""

    name: Line
    type: Line = "place"
    moving: bool = False
    public: bool = False
    audible_range: Line = ""
    slots: list[Line] = Field(default_factory=list, max_length=24)


class EdgeChange(Answer):
    """How one utterance moved what ``owner`` thinks of ``target``."""

    owner: Line
    target: Line
    affinity_delta: Delta = 0
    trust_delta: Delta = 0
    facts: list[Line] = Field(default_factory=list, max_length=8)


class EdgeWords(Answer):
    """How someone stands to someone, in numbers and words."""

    affinity: Level = 50
    trust: Level = 50
    summary: Text = ""
    facts: list[Line] = Field(default_factory=list, max_length=24)


class ParsedTurn(Answer):
    """A turn taken apart: its segments, whom it is meant for (an id, or empty), what its speaker does now."""

    segments: list[Segment] = Field(max_length=400)
    addressee: Line = ""
    doing: Doing | None = None


class StateChanges(Answer):
    """What an utterance did to everyone present: edges, activities, threads, happenings, things changing hands."""

    edges: list[EdgeChange] = Field(default_factory=list, max_length=6)
    doings: list[Doing] = Field(default_factory=list, max_length=3)
    threads_opened: list[Line] = Field(default_factory=list, max_length=3)
    threads_closed: list[int] = Field(default_factory=list, max_length=8)
    planned: list[Line] = Field(default_factory=list, max_length=3)
    begun: list[int] = Field(default_factory=list, max_length=8)
    completed: list[int] = Field(default_factory=list, max_length=8)
    cancelled: list[int] = Field(default_factory=list, max_length=8)


class Weighed(Answer):
    """Significance 0 to 3 (004 11.1)."""

    significance: Weight


class SceneEnd(Answer):
    """Whether the scene ends with this turn, and where everyone is then; ``guest_left`` asks the player first."""

    closes: bool = False
    why: Literal["", "container", "said", "skip"] = ""
    place: Place | None = None
    guest_left: bool = False


class Interjection(Answer):
    """Whether the one who was not addressed says something."""

    interjects: bool = False


class Kickoff(Answer):
    """A first encounter taken apart for the player to confirm (004 5.1, 7.1); ``when`` is ISO 8601 or empty."""

    place: Place
    description: Text = ""
    when: Line = ""
    you_doing: Doing
    bot_doing: Doing
    bot_to_you: EdgeWords
    you_to_bot: EdgeWords
    opening: Text = ""


class SceneSummary(Answer):
    """A closed scene from one witness's angle; ``moment`` is a private one that was shared."""

    summary: Text
    moment: Line = ""


class EdgeSummary(Answer):
    """The arc between two, rewritten; the deltas are the scene's own."""

    summary: Text
    affinity_delta: Delta = 0
    trust_delta: Delta = 0
    facts: list[Line] = Field(default_factory=list, max_length=8)


class Acquaintance(Answer):
    """How two bots know each other, from what the player says of it."""

    host_to_guest: EdgeWords
    guest_to_host: EdgeWords


class SkippedMemory(Answer):
    """One thing that happened while nobody watched."""

    text: Text
    significance: Weight = 1


class Skipped(Answer):
    """A stretch of time that was skipped.

    ``memories`` are the speaker's of it, ``place`` where they are now (None: where they were), ``doings`` what they
    do there, ``narration`` a short transition.
    """

    memories: list[SkippedMemory] = Field(default_factory=list, max_length=6)
    place: Place | None = None
    doings: list[Doing] = Field(default_factory=list, max_length=3)
    narration: Text = ""


class Promotion(Answer):
    """What of a happening that is over stays: exactly these kinds, everything else is in its record (004 11.3)."""

    objects: list[tuple[Line, Line]] = Field(default_factory=list, max_length=8)
    """Owner and object."""
    knowledge: list[EdgeChange] = Field(default_factory=list, max_length=6)
    relationship: list[EdgeChange] = Field(default_factory=list, max_length=6)


class GroupWords(Answer):
    """What the three are to each other when together."""

    summary: Text


@dataclass(frozen=True, slots=True)
class Present:
    """Someone in the scene as a classifier is told of them; ``id`` is ``you`` or a bot's."""

    id: str
    name: str
    activity: Activity = field(default_factory=Activity)


@dataclass(frozen=True, slots=True)
class ParseTurn:
    """Take a turn apart."""

    name: ClassVar[str] = "turn_parse"
    schema: ClassVar[type[Answer]] = ParsedTurn
    text: str
    speaker: Present
    others: tuple[Present, ...]
    ooc: tuple[str, str] = ("((", "))")

    def default(self) -> ParsedTurn:
        """The whole turn is one dialogue segment."""
        return ParsedTurn.model_construct(segments=[Segment.model_construct(sort="dialogue", text=self.text)])


@dataclass(frozen=True, slots=True)
class UpdateState:
    """What did this utterance do to everyone present?  ``edges`` are as they stand now, ``said`` is the utterance."""

    name: ClassVar[str] = "state_update"
    schema: ClassVar[type[Answer]] = StateChanges
    present: tuple[Present, ...]
    edges: tuple[Edge, ...]
    said: Turn
    before: tuple[Turn, ...]
    threads: tuple[Thread, ...] = ()
    happenings: tuple[Happening, ...] = ()

    def default(self) -> StateChanges:
        """No deltas, no facts."""
        return StateChanges()


@dataclass(frozen=True, slots=True)
class Weigh:
    """How much does this turn matter?"""

    name: ClassVar[str] = "significance"
    schema: ClassVar[type[Answer]] = Weighed
    present: tuple[Present, ...]
    said: Turn
    before: tuple[Turn, ...]

    def default(self) -> Weighed:
        """Notable."""
        return Weighed(significance=1)


@dataclass(frozen=True, slots=True)
class DetectEnd:
    """Does the scene end here?"""

    name: ClassVar[str] = "scene_close"
    schema: ClassVar[type[Answer]] = SceneEnd
    present: tuple[Present, ...]
    guest: str
    container: Container | None
    known: tuple[Container, ...]
    said: Turn
    before: tuple[Turn, ...]

    def default(self) -> SceneEnd:
        """It goes on."""
        return SceneEnd()


@dataclass(frozen=True, slots=True)
class DecideInterjection:
    """Does ``other`` say something after ``said``?"""

    name: ClassVar[str] = "interjection"
    schema: ClassVar[type[Answer]] = Interjection
    present: tuple[Present, ...]
    other: str
    edge: Edge
    said: Turn
    before: tuple[Turn, ...]

    def default(self) -> Interjection:
        """Silence."""
        return Interjection()


@dataclass(frozen=True, slots=True)
class ParseKickoff:
    """Take a first encounter apart: a place, a time, who does what, how they stand to each other."""

    name: ClassVar[str] = "kickoff_parse"
    schema: ClassVar[type[Answer]] = Kickoff
    bot: Bot
    you: You

    def default(self) -> Kickoff:
        """A room nobody has described, with the player's own words as description and seed."""
        return Kickoff(
            place=Place(name="somewhere"),
            description=self.bot.kickoff[:MAX_TEXT],
            you_doing=Doing(who="you", verb="here"),
            bot_doing=Doing(who=self.bot.id, verb="here"),
            bot_to_you=EdgeWords(summary=self.bot.relationship[:MAX_TEXT]),
            you_to_bot=EdgeWords(),
        )


@dataclass(frozen=True, slots=True)
class SummariseScene:
    """Tell the scene as ``witness`` lived through it; turns they did not hear are not among ``turns``."""

    name: ClassVar[str] = "scene_summary"
    schema: ClassVar[type[Answer]] = SceneSummary
    witness: Present
    bot: Bot | None
    present: tuple[Present, ...]
    place: str
    clock: str
    turns: tuple[Turn, ...]
    significance: int
    edges: tuple[Edge, ...] = ()

    def default(self) -> SceneSummary:
        """Who was there and where, and nothing made up."""
        others = ", ".join(one.name for one in self.present if one.id != self.witness.id)
        return SceneSummary(summary=f"{self.clock}: time spent with {others} at {self.place}.")


@dataclass(frozen=True, slots=True)
class SummariseEdge:
    """Rewrite how ``edge.owner`` sees ``edge.target`` after the scene that ``told`` tells from their angle."""

    name: ClassVar[str] = "edge_summary"
    schema: ClassVar[type[Answer]] = EdgeSummary
    edge: Edge
    owner: Present
    target: Present
    told: str
    significance: int

    def default(self) -> EdgeSummary:
        """As it was."""
        return EdgeSummary(summary=self.edge.summary)


@dataclass(frozen=True, slots=True)
class SeedAcquaintance:
    """Have they met?  The player says how."""

    name: ClassVar[str] = "acquaintance"
    schema: ClassVar[type[Answer]] = Acquaintance
    host: Bot
    guest: Bot
    prose: str

    def default(self) -> Acquaintance:
        """The player's words, both ways."""
        words = EdgeWords(summary=self.prose[:MAX_TEXT])
        return Acquaintance(host_to_guest=words, guest_to_host=words)


@dataclass(frozen=True, slots=True)
class Skip:
    """Time is skipped: ``how`` is elision or jump, ``asked`` the player's words for it, ``notable`` what they say
    happened meanwhile (for a jump; may be empty)."""

    name: ClassVar[str] = "time_skip"
    schema: ClassVar[type[Answer]] = Skipped
    how: str
    asked: str
    notable: str
    present: tuple[Present, ...]
    container: Container | None
    from_clock: str
    to_clock: str
    before: tuple[Turn, ...] = field(default=())

    def default(self) -> Skipped:
        """What the player said happened is remembered as they said it."""
        told = [SkippedMemory(text=self.notable[:MAX_TEXT])] if self.notable else []
        return Skipped(memories=told, narration=f"{self.to_clock}." if self.to_clock else "")


@dataclass(frozen=True, slots=True)
class Promote:
    """A happening is over: what of it stays?"""

    name: ClassVar[str] = "promotion"
    schema: ClassVar[type[Answer]] = Promotion
    happening: Happening
    present: tuple[Present, ...]
    turns: tuple[Turn, ...]

    def default(self) -> Promotion:
        """Nothing but its record."""
        return Promotion()


@dataclass(frozen=True, slots=True)
class SummariseGroup:
    """What are the three to each other after this scene?"""

    name: ClassVar[str] = "group"
    schema: ClassVar[type[Answer]] = GroupWords
    present: tuple[Present, ...]
    former: str
    told: tuple[str, ...]

    def default(self) -> GroupWords:
        """As it was."""
        return GroupWords(summary=self.former)


Job = (
    ParseTurn
    | UpdateState
    | Weigh
    | DetectEnd
    | DecideInterjection
    | ParseKickoff
    | SummariseScene
    | SummariseEdge
    | SeedAcquaintance
    | Skip
    | Promote
    | SummariseGroup
)
