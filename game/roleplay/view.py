"""What a speaker has before them when they open their mouth: their own state and memory, no global view (004 6.3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from game.roleplay.state import (
    Activity,
    Bot,
    Container,
    Edge,
    Happening,
    Memory,
    Scene,
    Thread,
    Turn,
    You,
)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A memory that came to mind, and how strongly (higher is stronger)."""

    memory: Memory
    score: float


@dataclass(frozen=True, slots=True)
class LoreEntry:
    """A lorebook entry that the last lines woke.

    ``position`` is ``before``, ``after`` (the identity) or ``depth``; at depth, ``depth`` turns from the end.
    ``dropped`` says why it did not fit, empty when it did.
    """

    name: str
    text: str
    position: str = "before"
    depth: int = 4
    order: int = 100
    dropped: str = ""


@dataclass(frozen=True, slots=True)
class SpeakerView:
    """All that one speaker's next line is made from.

    ``edges`` are the speaker's own, the one to the addressee first.  ``activities`` has everyone present by id, and
    ``names`` what to call them.  ``recent`` is the dialogue window, the oldest first, the last one said last;
    ``earlier`` one line on each scene before it, from the speaker's angle.  ``beat`` asks for a short interjection,
    ``note`` is for the model alone (why it is asked again), ``task`` replaces the usual "speak next".
    """

    speaker: Bot
    you: You
    addressee: str
    edges: tuple[Edge, ...]
    names: dict[str, str]
    clock: str
    scene: Scene
    container: Container | None
    activities: dict[str, Activity]
    recent: tuple[Turn, ...]
    group: str = ""
    threads: tuple[Thread, ...] = ()
    happenings: tuple[Happening, ...] = ()
    items: tuple[str, ...] = ()
    pinned: tuple[Memory, ...] = ()
    remembered: tuple[Remembered, ...] = ()
    earlier: tuple[Memory, ...] = ()
    lore: tuple[LoreEntry, ...] = ()
    beat: bool = False
    note: str = ""
    task: str = ""
    reply_tokens: int = 0
    """How long the line may be in tokens; 0: as long as the voice has it."""
    seed: int = 0
    """What chance is drawn from where there is any: chat, turn and alternative decide it, so a rerun says the same."""
    host: str = ""
    clock_us: int = 0
    """The chat and its clock: when something of this chat was can be said, when something of another chat cannot."""


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a prompt: its tier (``must``, ``should``, ``nice``), its tokens, and why it was left out, if so."""

    name: str
    tier: str
    text: str
    tokens: int
    dropped: str = ""
    role: str = "system"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as it is sent, and the blocks it was made from (004 3.2)."""

    messages: tuple[tuple[str, str], ...]
    """Role and content."""
    blocks: tuple[Block, ...]
    tokens: int
    soft: int
    hard: int
    stop: tuple[str, ...] = ()
    speaker: str = ""
    names: dict[str, str] = field(default_factory=dict)
