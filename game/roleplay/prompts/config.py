"""How much of what a prompt may hold (004 3.2, 8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from engine.llm import tokens

Count = Callable[[str], int]
"""How many tokens a text has.  The same text is counted again and again: it should remember."""

TOKENS_A_MESSAGE = 4
"""What a message costs beside its words: its role and the marks around it."""

CLASSIFIER_TOKENS = 4000
"""What a classifier's prompt never exceeds (004 3.2)."""

WINDOW = 24
"""Turns of dialogue that are laid before the speaker."""

KEPT_TURNS = 4
"""How many of them are never trimmed (004 3.2)."""

KEPT_MEMORIES = 2
"""How many of the memories that were retrieved outlast the first trimming (004 3.2)."""


class Budget(Protocol):
    """What of a prompt the player may set; :class:`game.roleplay.desk.TalkConfig` is one."""

    @property
    def soft_tokens(self) -> int:
        """What a narrative prompt is trimmed to."""
        ...

    @property
    def hard_tokens(self) -> int:
        """What a narrative prompt never exceeds."""
        ...

    @property
    def recall_count(self) -> int:
        """Memories that are retrieved, K."""
        ...

    @property
    def summaries(self) -> int:
        """Scenes of this chat that are laid before the speaker as they remember them, N."""
        ...

    @property
    def ooc(self) -> tuple[str, str]:
        """The marks around what is said out of character."""
        ...


@dataclass(frozen=True, slots=True)
class PromptConfig:
    """The budget as 004 has it (3.2, 6.1, 8.1, 8.2)."""

    soft_tokens: int = 6000
    hard_tokens: int = 8000
    recall_count: int = 4
    summaries: int = 3
    ooc: tuple[str, str] = ("((", "))")


def count(text: str) -> int:
    """Tokens of ``text`` by the vocabulary that comes with the game; it remembers."""
    return tokens().count(text)
