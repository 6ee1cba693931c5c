"""How long a text is for a model, counted by tiktoken's cl100k vocabulary.

Mistral's and Llama's own counts differ from it by about 5 %, which budgets allow for (requirements 004, 3.2).  The
vocabulary is a file that comes with the game, so nothing is downloaded.  It takes about 0.1 s and 40 MB to load, once,
with the first count: make that in a worker thread (:meth:`Tokens.load`).
"""

from __future__ import annotations

import binascii
import hashlib
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.errors import UserError

if TYPE_CHECKING:
    import tiktoken

VOCABULARY = Path(__file__).resolve().parents[2] / "assets" / "cl100k_base.tiktoken"
"""Where the vocabulary lies, beside the code."""

VOCABULARY_SHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
"""The digest that tiktoken itself holds the file to."""

_SPLIT = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]"
    r"|\s+(?!\S)|\s"
)
"""Where cl100k cuts a text before it looks for tokens; part of the vocabulary's definition (tiktoken, cl100k_base)."""

_BLOCK_CHARS = 8192
"""Texts are counted in blocks of at most this, cut at white space where there is some: a word's cost grows faster
than its length."""
_CACHED = 8192
_CACHED_CHARS = 16_384


class Tokens:
    """Counts and cuts; one for the whole program is enough, and any thread may use it."""

    def __init__(self, vocabulary: Path = VOCABULARY) -> None:
        self._vocabulary = vocabulary
        self._lock = threading.Lock()
        self._encoding: tiktoken.Encoding | None = None
        self._cached = lru_cache(maxsize=_CACHED)(self._count)

    def load(self) -> tiktoken.Encoding:
        """The vocabulary, read now if it was not yet.

        Raises:
            UserError: the file is missing or not the one that came with the game.
        """
        with self._lock:
            if self._encoding is None:
                self._encoding = _read(self._vocabulary)
            return self._encoding

    def count(self, text: str) -> int:
        """How many tokens ``text`` has; marks such as ``<|endoftext|>`` are counted as the plain text they are.

        Texts of more than 8,192 characters are counted in blocks: at most one token a block too many.
        """
        return self._cached(text) if len(text) <= _CACHED_CHARS else self._count(text)

    def cut(self, text: str, limit: int, keep: Literal["begin", "end"] = "begin") -> str:
        """``text`` cut to at most ``limit`` tokens, at a whole character; the beginning is kept, or the end."""
        if limit <= 0:
            return ""
        blocks = list(_blocks(text))
        if keep == "end":
            blocks.reverse()
        kept: list[str] = []
        for block in blocks:
            ids = self._ids(block)
            if len(ids) > limit:
                kept.append(self._part(ids, limit, keep))
                break
            limit -= len(ids)
            kept.append(block)
        return "".join(kept if keep == "begin" else reversed(kept))

    def _count(self, text: str) -> int:
        return sum(len(self._ids(block)) for block in _blocks(text))

    def _ids(self, block: str) -> list[int]:
        return self.load().encode_ordinary(block)

    def _part(self, ids: list[int], limit: int, keep: str) -> str:
        part = ids[:limit] if keep == "begin" else ids[len(ids) - limit :]
        said = self.load().decode_bytes(part)
        # A token may end inside a character; what is left of it goes.
        if keep == "begin":
            return said.decode("utf-8", "ignore")
        return said.lstrip(bytes(range(0x80, 0xC0))).decode("utf-8", "ignore") if said else ""


@lru_cache(maxsize=1)
def tokens() -> Tokens:
    """The program's own counter."""
    return Tokens()


def _blocks(text: str) -> Iterator[str]:
    at = 0
    while len(text) - at > _BLOCK_CHARS:
        space = text.rfind(" ", at + _BLOCK_CHARS // 2, at + _BLOCK_CHARS)
        end = space if space > at else at + _BLOCK_CHARS
        yield text[at:end]
        at = end
    yield text[at:]


def _read(path: Path) -> tiktoken.Encoding:
    import tiktoken

    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"the word list {path} cannot be read ({error.strerror}); install the game again") from None
    if hashlib.sha256(data).hexdigest() != VOCABULARY_SHA256:
        raise UserError(f"the word list {path} is not the one that came with the game; install the game again")
    ranks = {}
    for line in data.splitlines():
        word, rank = line.split()
        ranks[binascii.a2b_base64(word)] = int(rank)
    return tiktoken.Encoding("cl100k_base", pat_str=_SPLIT, mergeable_ranks=ranks, special_tokens={})
