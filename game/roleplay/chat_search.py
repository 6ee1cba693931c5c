"""What the player finds of their own, in every chat: nobody's memory, so no witness rule.

A bot never reads through here; what is said on a bot's behalf comes from :mod:`game.roleplay.recall`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

from engine.log import EventLog
from game.roleplay import reading
from game.roleplay.pins import marked
from game.roleplay.recall_projector import PARTS
from game.roleplay.state import Memory
from game.roleplay.witness import MEMORY_COLUMNS, memory_of
from game.roleplay.words import stems, words

SNIPPET = 160
"""Characters of a text that a hit shows."""

MAX_TERMS = 32
"""Words of a question that are looked for; more find nothing that fewer do not."""

LEAST_BEGINNING = 2
"""Letters a word must have to be looked for by its beginning, as while it is being typed."""

_LEADING = 40
_PAGE = 50
"""Rows that are looked at in one go, at least; of an edge's words, most count no more."""

_TOKEN = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that has all the words looked for.

    ``sort`` is ``turn``, ``memory``, ``scene``, ``fact`` (known, or a moment shared) or ``edge`` (its summary);
    ``chat`` and ``number`` name a turn, memory or scene.  ``who`` speaks, remembers or sees; ``target`` is the other of
    an edge.  ``snippet`` is part of the text and ``marks`` where in it the words are, from and to.
    """

    sort: str
    chat: str
    number: int
    who: str
    target: str
    snippet: str
    marks: tuple[tuple[int, int], ...]
    at_us: int
    clock_us: int
    hidden: bool = False


_SINCE = "> coalesce((SELECT max(seq) FROM bot_resets WHERE bot = {0}), 0)"
_SINCE_BOTH = f"{{0}}.seq {_SINCE.format('{0}.owner')} AND {{0}}.seq {_SINCE.format('{0}.target')}"

_FOUND = f"""
SELECT d.sort, d.chat, d.number, coalesce(t.speaker, m.owner, f.owner, e.owner, ''), coalesce(f.target, e.target, ''),
    coalesce(a.text, m.text, s.description, f.fact, e.summary), coalesce(t.at_us, m.at_us, v.at_us),
    coalesce(t.clock_us, m.clock_us, s.clock_us, 0), coalesce(t.hidden, 0)
FROM search_words w CROSS JOIN search_docs d ON d.id = w.rowid JOIN events v ON v.seq = d.id / {PARTS}
LEFT JOIN turns t ON d.sort = 'turn' AND t.chat = d.chat AND t.turn = d.number AND NOT t.deleted
LEFT JOIN alternatives a ON a.chat = t.chat AND a.turn = t.turn AND a.swipe = t.chosen AND a.seq = d.id / {PARTS}
LEFT JOIN memories m ON d.sort = 'memory' AND m.chat = d.chat AND m.memory = d.number AND m.live
    AND m.seq {_SINCE.format("m.owner")}
LEFT JOIN scenes s ON d.sort = 'scene' AND s.chat = d.chat AND s.scene = d.number AND NOT s.gone
LEFT JOIN edge_facts f ON d.sort = 'fact' AND f.seq = d.id / {PARTS} AND f.place = d.id % {PARTS} - 1 AND f.live
    AND f.known AND {_SINCE_BOTH.format("f")} AND NOT EXISTS (SELECT 1 FROM edge_facts g WHERE g.owner = f.owner
    AND g.target = f.target AND g.seq > f.seq AND g.sort = f.sort AND g.fact = f.fact AND g.live)
LEFT JOIN edge_words e ON d.sort = 'edge' AND e.seq = d.id / {PARTS} AND e.live AND {_SINCE_BOTH.format("e")}
WHERE search_words MATCH ? AND coalesce(a.text, m.text, s.description, f.fact, e.summary) IS NOT NULL
ORDER BY w.rowid DESC LIMIT ? OFFSET ?
"""


def search_chats(log: EventLog, text: str, limit: int = 50) -> list[Hit]:
    """What in any chat has all the words of ``text``, the newest first; its last word may be a beginning.

    Turns are found by the wording that counts, those cut out not at all, hidden ones marked.  Any text will do; one
    without a word finds nothing.
    """
    terms = list(dict.fromkeys(stems(words(text))))[:MAX_TERMS]
    if not terms or limit <= 0:
        return []
    quoted = [f'"{term}"' for term in terms]
    if len(terms[-1]) >= LEAST_BEGINNING and text[-1:].isalnum():
        quoted[-1] += "*"
    return list(islice(_hits(log, " AND ".join(quoted), terms, max(limit, _PAGE)), limit))


def _hits(log: EventLog, wanted: str, terms: list[str], page: int) -> Iterator[Hit]:
    stands = _Stands(log)
    for offset in count(0, page):
        rows = log.query(_FOUND, (wanted, page, offset))
        for sort, chat, number, who, target, text, at_us, clock_us, hidden in rows:
            if sort != "edge" or stands.newly(who, target, text):
                snippet, marks = _snippet(text, terms)
                yield Hit(sort, chat, number, who, target, snippet, marks, at_us, clock_us, bool(hidden))
        if len(rows) < page:
            return


class _Stands:
    """Which words for how one stands to another count now, of those that were ever said."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._left: dict[tuple[str, str], list[str]] = {}

    def newly(self, owner: str, target: str, words: str) -> bool:
        """Whether the words are among those that count, or wait beside them, and were not asked about before."""
        if (owner, target) not in self._left:
            edge = reading.edge(self._log, owner, target)
            self._left[owner, target] = [edge.summary, edge.draft]
        left = self._left[owner, target]
        found = next((number for number, text in enumerate(left) if words in text), None)
        if found is not None:
            left[found] = left[found].replace(words, "", 1)
        return found is not None


def _snippet(text: str, terms: list[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The part of ``text`` around the first of ``terms``, and where in it they are."""
    spans = [found.span() for found in _TOKEN.finditer(text) if _has(found.group(), terms)]
    begin = max(spans[0][0] - _LEADING, 0) if spans else 0
    if begin:
        begin = text.find(" ", begin, spans[0][0]) + 1 or begin
    end = min(begin + SNIPPET, len(text))
    marks = tuple((start - begin, min(stop, end) - begin) for start, stop in spans if start < end)
    return text[begin:end], marks


def _has(token: str, terms: list[str]) -> bool:
    found = stems(words(token))
    return any(one in terms for one in found) or any(one.startswith(terms[-1]) for one in found)


def memories_for_player(log: EventLog, owner: str, count: int, offset: int = 0) -> list[Memory]:
    """The memories of ``owner`` as the player looks after them: also those whose witness bit was taken."""
    where = f"m.owner = ?1 AND m.live AND m.seq {_SINCE.format('?1')} ORDER BY m.seq DESC LIMIT ?2 OFFSET ?3"
    return _read(log, where, (owner, max(count, 0), max(offset, 0)))


def memory_for_player(log: EventLog, chat: str, number: int) -> Memory | None:
    """One memory as the player looks after it; None where there is none."""
    where = f"m.chat = ?1 AND m.memory = ?2 AND m.live AND m.seq {_SINCE.format('m.owner')}"
    return next(iter(_read(log, where, (chat, number))), None)


def _read(log: EventLog, where: str, values: tuple[object, ...]) -> list[Memory]:
    rows = log.query(f"SELECT {MEMORY_COLUMNS} FROM memories m WHERE {where}", values)
    return marked(log, [memory_of(row) for row in rows])
