"""What every reader of this room offers and how it says no: bytes in, one sentence when they cannot be used."""

from __future__ import annotations

from engine.errors import UserError

MAX_FILE_BYTES = 64 * 1024 * 1024
"""The largest picture, archive or chat that is read; the largest cards people share hold some 40 MiB of pictures."""

MAX_JSON_BYTES = 32 * 1024 * 1024
"""The largest JSON that is read: books of thousands of entries, or a card with small pictures inside, stay below."""

MAX_FIELD_CHARS = 200_000
"""The longest text of a card or an entry that a prompt may come to hold: twenty times the longest that is shared."""

MAX_NAME_CHARS = 100
"""The longest name of a character or speaker; longer ones are cut."""

MAX_SHOWN = 80


class UnreadableFile(UserError):
    """A card, lorebook or chat that cannot be used; ``str()`` is one sentence with the file and what to do."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = shown(name)
        self.reason = reason
        super().__init__(f"{self.name}: {reason}")


def shown(text: str) -> str:
    """``text`` from outside as it may stand in a sentence: one line, printable, not long."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in text[: MAX_SHOWN + 1])
    return clean if len(clean) <= MAX_SHOWN else clean[: MAX_SHOWN - 1] + "…"


def mebibytes(count: int) -> str:
    """A bound in bytes as a sentence gives it."""
    return f"{count // 1024 // 1024} MiB"
