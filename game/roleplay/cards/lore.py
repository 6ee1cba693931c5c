"""What a lorebook is: entries that become part of a prompt when certain words fall."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

MAX_DEPTH = 1000
"""The furthest message a book may look back to, or be placed before."""

DEFAULT_SCAN_DEPTH = 2
"""Messages looked at when a book says nothing (SillyTavern's default)."""

DEFAULT_BUDGET_PERCENT = 25.0
"""Part of a prompt that lore may fill when a book says nothing (SillyTavern's default)."""


class Logic(IntEnum):
    """How the secondary keys join the first (SillyTavern ``selectiveLogic``)."""

    AND_ANY = 0
    NOT_ALL = 1
    NOT_ANY = 2
    AND_ALL = 3


class Place(StrEnum):
    """Where an entry goes in a prompt; the order is SillyTavern's ``position``."""

    BEFORE_PERSONA = "before_persona"
    AFTER_PERSONA = "after_persona"
    NOTE_TOP = "note_top"
    NOTE_BOTTOM = "note_bottom"
    AT_DEPTH = "at_depth"
    BEFORE_EXAMPLES = "before_examples"
    AFTER_EXAMPLES = "after_examples"


class BookForm(StrEnum):
    """The files a book can be: SillyTavern's world, the stand-alone V3 lorebook, the bare book of a card."""

    WORLD = "world"
    V3 = "lorebook_v3"
    BARE = "character_book"


@dataclass(frozen=True, slots=True)
class LoreEntry:
    """One thing to know.  ``text`` is without the decorator lines, which stand in ``decorators`` as written.

    ``scan_depth``, ``case_sensitive`` and ``whole_words`` are None where the book's or the default value holds;
    ``priority`` is None where ``order`` ranks.  ``force`` is True for an entry that is always active, False for one
    that never is (``@@activate``, ``@@dont_activate``).  ``sticky``, ``cooldown`` and ``delay`` count messages.
    ``raw`` is the JSON it was read from, "" for one written here.
    """

    uid: str
    title: str = ""
    keys: tuple[str, ...] = ()
    secondary_keys: tuple[str, ...] = ()
    logic: Logic = Logic.AND_ANY
    selective: bool = True
    text: str = ""
    enabled: bool = True
    constant: bool = False
    order: int = 100
    priority: int | None = None
    place: Place = Place.BEFORE_PERSONA
    depth: int = 4
    role: str = "system"
    probability: float = 100.0
    scan_depth: int | None = None
    case_sensitive: bool | None = None
    whole_words: bool | None = None
    patterns: bool = False
    ignore_budget: bool = False
    exclude_recursion: bool = False
    prevent_recursion: bool = False
    delay_until_recursion: int = 0
    sticky: int = 0
    cooldown: int = 0
    delay: int = 0
    group: str = ""
    group_override: bool = False
    group_weight: int = 100
    force: bool | None = None
    after_replies: int = 0
    every_replies: int = 0
    required_keys: tuple[str, ...] = ()
    excluded_keys: tuple[str, ...] = ()
    decorators: tuple[str, ...] = field(default=(), compare=False)
    raw: str = field(default="", compare=False, repr=False)

    @property
    def all_keys(self) -> tuple[str, ...]:
        """Everything that is looked for because of this entry."""
        return (*self.keys, *self.secondary_keys, *self.required_keys, *self.excluded_keys)


@dataclass(frozen=True, slots=True)
class Lorebook:
    """Entries and how they are looked for.  ``recursive``: what one entry says may call up another.

    ``refused`` names the keys that cannot be used and why, ``mended`` what else was put right, in sentences.
    ``original`` is the file of a stand-alone book, ``raw`` the JSON around its entries.
    """

    name: str = ""
    description: str = ""
    scan_depth: int | None = None
    token_budget: int | None = None
    budget_percent: float | None = None
    recursive: bool = False
    entries: tuple[LoreEntry, ...] = ()
    refused: tuple[str, ...] = field(default=(), compare=False)
    mended: tuple[str, ...] = field(default=(), compare=False)
    original: bytes = field(default=b"", compare=False, repr=False)
    original_form: BookForm | None = field(default=None, compare=False)
    raw: str = field(default="", compare=False, repr=False)


def budget_tokens(book: Lorebook, prompt_tokens: int) -> int:
    """The tokens this book may fill in a prompt of ``prompt_tokens``: its own budget, else its share."""
    share = DEFAULT_BUDGET_PERCENT if book.budget_percent is None else book.budget_percent
    wanted = round(prompt_tokens * share / 100) if book.token_budget is None else book.token_budget
    return max(0, min(wanted, prompt_tokens))
