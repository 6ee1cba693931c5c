"""Which entries of a lorebook become part of a prompt, where they go, and what fell out and why.

The rules are SillyTavern's, in this order: what is switched off or waits; what is always active; keys, then secondary
keys by their logic; one entry of each group; chance; the budget, highest priority first; and again with what the new
entries say, where the book is recursive.  The same book, texts, history and ``roll`` give the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from game.roleplay.cards.lore import DEFAULT_SCAN_DEPTH, Logic, Lorebook, LoreEntry, Place
from game.roleplay.cards.lore_keys import Keys

MAX_TEXT_CHARS = 32_768
"""The most recent characters of what is looked through; keys before them are not found."""

MAX_ROUNDS = 10
"""How often what an entry says may call up further entries."""


@dataclass(frozen=True, slots=True)
class ActiveEntry:
    """An entry that goes into the prompt: its text with names filled in, and where it belongs.

    ``depth`` counts messages from the end and matters at :attr:`Place.AT_DEPTH` only.  ``why`` is a phrase such as
    “key “dragon””.  ``fresh``: called up now, not kept by ``sticky``.
    """

    entry: LoreEntry
    text: str
    tokens: int
    place: Place
    depth: int
    role: str
    why: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class DroppedEntry:
    """An entry that was called up and does not go into the prompt, and why."""

    entry: LoreEntry
    why: str


@dataclass(frozen=True, slots=True)
class LoreHistory:
    """Where the chat stands, for entries that wait, stay or rest.

    ``messages`` and ``replies`` count all messages and the character's.  ``since`` says at which count of messages
    an entry (by uid) was last freshly active; it follows from earlier scans of the same branch.
    """

    messages: int
    replies: int
    since: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoreScan:
    """What a scan gives: ``active`` in the order in which it stands in the prompt, place by place.

    ``slow`` names the patterns that took too long and counted as not found.
    """

    active: tuple[ActiveEntry, ...]
    dropped: tuple[DroppedEntry, ...]
    slow: tuple[str, ...]
    tokens: int


def scan(
    book: Lorebook,
    recent_texts: Sequence[str],
    *,
    count_tokens: Callable[[str], int],
    budget: int,
    roll: Callable[[str], float],
    history: LoreHistory | None = None,
    fill: Callable[[str], str] = str,
) -> LoreScan:
    """The entries of ``book`` that ``recent_texts`` (oldest first) call up.

    ``budget``: tokens that may be filled (:func:`~game.roleplay.cards.lore.budget_tokens`).  ``roll`` gives a number
    from 0 to 1 for a uid, for entries that come by chance and for the choice within a group.  ``fill`` fills in
    the names that keys and texts leave open.  Without ``history`` nothing waits, stays or rests.
    """
    return _Scan(book, recent_texts, count_tokens, budget, roll, history, fill).run()


class _Scan:
    """The state of one scan."""

    def __init__(
        self,
        book: Lorebook,
        recent_texts: Sequence[str],
        count_tokens: Callable[[str], int],
        budget: int,
        roll: Callable[[str], float],
        history: LoreHistory | None,
        fill: Callable[[str], str],
    ) -> None:
        self.book = book
        self.recent = recent_texts
        self.count_tokens = count_tokens
        self.budget = budget
        self.roll = roll
        self.history = history
        self.fill = fill
        self.keys = Keys()
        self.active: dict[str, ActiveEntry] = {}
        self.dropped: dict[str, DroppedEntry] = {}
        self.spent = 0
        self.said = ""
        self._texts: dict[int, tuple[str, str]] = {}
        self._rank = {entry.uid: number for number, entry in enumerate(book.entries)}

    def run(self) -> LoreScan:
        """Round after round, until nothing new is called up."""
        levels = sorted({entry.delay_until_recursion for entry in self.book.entries} - {0})
        level = -1
        for _ in range(MAX_ROUNDS):
            news = self._round(level)
            if level < 0:
                level = 0
            said = "\n".join(item.text for item in news if not item.entry.prevent_recursion)
            if said and self.book.recursive:
                self._hear(said)
            elif levels:
                level = levels.pop(0)
            else:
                break
        order = sorted(self.active.values(), key=lambda item: (item.entry.order, self._rank[item.entry.uid]))
        tokens = sum(item.tokens for item in order)
        return LoreScan(tuple(order), tuple(self.dropped.values()), tuple(self.keys.slow), tokens)

    def _round(self, level: int) -> list[ActiveEntry]:
        """Everything newly active; ``level`` -1 in the first round, then how far ``delay_until_recursion`` has come."""
        called: list[tuple[LoreEntry, str]] = []
        for entry in self.book.entries:
            if entry.uid in self.active or entry.uid in self.dropped or not self._may(entry, level):
                continue
            why = self._called_by(entry)
            if not why:
                continue
            if rest := self._rests(entry):
                self.dropped[entry.uid] = DroppedEntry(entry, rest)
            else:
                called.append((entry, why))
        called.sort(key=lambda pair: (pair[1] != _KEPT, -_priority(pair[0]), self._rank[pair[0].uid]))
        return [item for entry, why in self._one_of_each_group(called) if (item := self._take(entry, why))]

    def _may(self, entry: LoreEntry, level: int) -> bool:
        if not entry.enabled or entry.force is False or not entry.text.strip():
            return False
        if self._kept(entry):
            return True
        if entry.delay_until_recursion > max(level, 0):
            return False
        return level < 0 or not entry.exclude_recursion

    def _called_by(self, entry: LoreEntry) -> str:
        """What calls the entry up, as a phrase, or an empty text."""
        if entry.force:
            return "always active"
        if self._kept(entry):
            return _KEPT
        text, folded = self._text(entry)
        if not self._side_keys(entry, text, folded):
            return ""
        if entry.constant:
            return "always active"
        first = next((key for key in entry.keys if self._found(key, entry, text, folded)), "")
        if not first or not self._secondary(entry, text, folded):
            return ""
        return f"key “{first}”"

    def _found(self, key: str, entry: LoreEntry, text: str, folded: str) -> bool:
        return self.keys.found(
            self.fill(key).strip() if "{{" in key or "<" in key else key,
            text,
            folded,
            patterns=entry.patterns,
            case=bool(entry.case_sensitive),
            whole=bool(entry.whole_words),
        )

    def _side_keys(self, entry: LoreEntry, text: str, folded: str) -> bool:
        """``@@additional_keys`` and ``@@exclude_keys``."""
        required = entry.required_keys
        if required and not any(self._found(key, entry, text, folded) for key in required):
            return False
        return not any(self._found(key, entry, text, folded) for key in entry.excluded_keys)

    def _secondary(self, entry: LoreEntry, text: str, folded: str) -> bool:
        if not entry.selective or not entry.secondary_keys:
            return True
        found = [self._found(key, entry, text, folded) for key in entry.secondary_keys]
        return {
            Logic.AND_ANY: any(found),
            Logic.AND_ALL: all(found),
            Logic.NOT_ANY: not any(found),
            Logic.NOT_ALL: not all(found),
        }[entry.logic]

    def _kept(self, entry: LoreEntry) -> bool:
        if self.history is None or entry.uid not in self.history.since:
            return False
        return 0 < self.history.messages - self.history.since[entry.uid] < entry.sticky

    def _rests(self, entry: LoreEntry) -> str:
        """Why an entry that was called up has to wait, or an empty text."""
        if self.history is None or entry.force or self._kept(entry):
            return ""
        if self.history.messages < entry.delay:
            return f"waits until the chat has {entry.delay} messages"
        if self.history.replies < entry.after_replies:
            return f"waits for {entry.after_replies} replies"
        if entry.every_replies and self.history.replies % entry.every_replies:
            return f"comes with every {entry.every_replies}. reply only"
        since = self.history.since.get(entry.uid)
        if since is not None and since < self.history.messages < since + entry.sticky + entry.cooldown:
            return f"rests for {entry.cooldown} messages after it was active"
        return ""

    def _one_of_each_group(self, called: list[tuple[LoreEntry, str]]) -> list[tuple[LoreEntry, str]]:
        """Of each group the member with precedence, else one by weight; none where one is active already."""
        taken = {name for item in self.active.values() for name in _groups(item.entry)}
        lost: dict[str, str] = {}
        for name in dict.fromkeys(name for entry, _ in called for name in _groups(entry)):
            members = [pair for pair in called if name in _groups(pair[0]) and pair[0].uid not in lost]
            if not members:
                continue
            winner = None if name in taken else self._winner(name, members)
            lost |= {entry.uid: name for entry, _ in members if entry.uid != winner}
        for entry, _ in called:
            if entry.uid in lost:
                self.dropped[entry.uid] = DroppedEntry(entry, f"another of the group “{lost[entry.uid]}” is active")
        return [pair for pair in called if pair[0].uid not in lost]

    def _winner(self, name: str, members: list[tuple[LoreEntry, str]]) -> str:
        first = [entry for entry, why in members if why == _KEPT] or [
            entry for entry, _ in members if entry.group_override
        ]
        if first:
            return max(first, key=lambda entry: entry.order).uid
        mark = self.roll(f"group {name}") * sum(entry.group_weight for entry, _ in members)
        for entry, _ in members:
            mark -= entry.group_weight
            if mark < 0:
                return entry.uid
        return members[-1][0].uid

    def _take(self, entry: LoreEntry, why: str) -> ActiveEntry | None:
        """The entry made active, if chance and budget allow it."""
        kept = why == _KEPT
        if entry.probability < 100 and not kept and (drawn := self.roll(entry.uid) * 100) >= entry.probability:
            why = f"comes with {entry.probability:g} % and {drawn:.0f} was drawn"
            self.dropped[entry.uid] = DroppedEntry(entry, why)
            return None
        text = self.fill(entry.text)
        tokens = self.count_tokens(text)
        if not entry.ignore_budget:
            if self.spent + tokens > self.budget:
                why = f"its {tokens} tokens do not fit: {self.spent} of {self.budget} are taken"
                self.dropped[entry.uid] = DroppedEntry(entry, why)
                return None
            self.spent += tokens
        item = ActiveEntry(entry, text, tokens, entry.place, entry.depth, entry.role, why, not kept)
        self.active[entry.uid] = item
        return item

    def _text(self, entry: LoreEntry) -> tuple[str, str]:
        """What the entry looks through, as it is and without capitals."""
        depth = entry.scan_depth if entry.scan_depth is not None else self.book.scan_depth
        depth = DEFAULT_SCAN_DEPTH if depth is None else depth
        if depth not in self._texts:
            recent = "\n".join(self.recent[-depth:] if depth else ())[-MAX_TEXT_CHARS:]
            text = f"{recent}\n{self.said}"
            self._texts[depth] = text, text.casefold()
        return self._texts[depth]

    def _hear(self, said: str) -> None:
        self.said = f"{self.said}\n{said}"[-MAX_TEXT_CHARS:]
        self._texts.clear()


_KEPT = "stays from before"


def _priority(entry: LoreEntry) -> int:
    return entry.order if entry.priority is None else entry.priority


def _groups(entry: LoreEntry) -> list[str]:
    return [name for part in entry.group.split(",") if (name := part.strip())]
