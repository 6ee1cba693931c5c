"""Cards, lorebooks and chats: what usual ones cost, and what hostile ones cost at most: 1.5 s and 300 MB.

The hostile files stand as near as can be to each bound of the readers, on either side of it.
"""

from __future__ import annotations

import base64
import io
import json
import random
import statistics
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from engine.errors import UserError
from game.roleplay.cards import LoreScan, read_card, read_chat, read_lorebook, scan
from game.roleplay.cards.picture import chunk, portrait
from tests.bench.figure import Figure

MEGABYTE = 1_000_000
RUNS = 3
PROSE = "It rained, and the harbour slept. "
WORDS = [f"word{number}" for number in range(3000)]


def figures() -> Iterator[Figure]:
    """Usual files beside bare JSON, ten times the prose beside one time, scans, and the worst of each format."""
    yield from _usual()
    yield from _scans()
    for kind, read, files in (
        ("card", read_card, _cards()),
        ("lorebook", read_lorebook, _books()),
        ("chat", read_chat, _chats()),
    ):
        seconds: dict[str, float] = {}
        megabytes: dict[str, float] = {}
        for name, make in files.items():
            data = make()
            work = partial(_try, read, data)
            seconds[name] = statistics.median(_seconds(work) for _ in range(RUNS))
            megabytes[name] = _megabytes(work)
        slowest, largest = max(seconds, key=seconds.__getitem__), max(megabytes, key=megabytes.__getitem__)
        yield Figure(f"hostile {kind}: slowest", seconds[slowest], "s", limit=1.5, beside=slowest)
        yield Figure(f"hostile {kind}: most memory", megabytes[largest], "MB", limit=300, beside=largest)


def _usual() -> Iterator[Figure]:
    lines = [json.dumps(_message(number)).encode() for number in range(2000)]
    chat = b'{"user_name": "Ada", "character_name": "Mira", "chat_metadata": {}}\n' + b"\n".join(lines)
    ours = statistics.median(_seconds(lambda: read_chat(chat, "a.jsonl")) for _ in range(RUNS))
    bare = statistics.median(_seconds(lambda: [json.loads(line) for line in chat.split(b"\n")]) for _ in range(RUNS))
    yield Figure("chat of 2,000 messages read", ours * 1000, "ms", limit=500, beside=f"{bare * 1000:.0f} ms json alone")
    short, long = (
        json.dumps({"name": "Mira", "creator_notes": PROSE * (count * 30_000)}).encode() for count in (1, 10)
    )
    one, ten = (statistics.median(_seconds(partial(read_card, card, "a")) for _ in range(9)) for card in (short, long))
    yield Figure("ten times the prose takes", ten / one, "times", limit=15, beside=f"1 MB in {one * 1000:.1f} ms")


def _message(number: int) -> dict[str, Any]:
    swipes = [f"{number} {PROSE * 20}" for _ in range(3)]
    return {"name": "Mira", "mes": swipes[1], "swipes": swipes, "swipe_id": 1, "send_date": "June 5, 2023 3:04pm"}


def _scans() -> Iterator[Figure]:
    chance = random.Random(1)

    def some(count: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(count))

    entries = [
        {"keys": some(5).split(), "content": some(60), "insertion_order": n, "use_regex": False} for n in range(200)
    ]
    book = read_lorebook(json.dumps({"entries": entries, "recursive_scanning": True}).encode(), "b.json")
    texts = [some(200), some(200)]

    def look() -> LoreScan:
        return scan(book, texts, count_tokens=len, budget=8000, roll=lambda uid: 0.5)

    found = look()
    took = sorted(_seconds(look) for _ in range(200))[197] * 1000
    called = f"{len(found.active)} active, {len(found.dropped)} beyond the budget"
    yield Figure("scan of 200 entries, recursive, p99", took, "ms", limit=12, beside=called)
    endless = [{"keys": [f"/(a+)+{n}$/"], "content": "x"} for n in range(200)]
    book = read_lorebook(json.dumps({"entries": endless}).encode(), "b.json")
    texts = ["a" * 30_000 + "b"]
    took = statistics.median(_seconds(look) for _ in range(RUNS)) * 1000
    yield Figure("scan of 200 patterns that never end", took, "ms", limit=150, beside="20 ms each, three at most")


def _try(read: Callable[[bytes, str], object], data: bytes) -> bool:
    """Whether ``data`` was read; a sentence for the player is as good."""
    try:
        read(data, "file")
    except UserError:
        return False
    return True


def _seconds(work: Callable[[], object]) -> float:
    """Of the processor's time, so that a busy machine does not look like a slow reader."""
    started = time.process_time()
    work()
    return time.process_time() - started


def _megabytes(work: Callable[[], object]) -> float:
    """The peak of memory while reading, the file's own bytes aside."""
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / MEGABYTE


def _picture(*chunks: bytes) -> bytes:
    whole = portrait("x")
    return whole[:-12] + b"".join(chunks) + whole[-12:]


def _archive(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for path, data in files.items():
            made.writestr(path, data)
    return out.getvalue()


def _cards() -> dict[str, Callable[[], bytes]]:
    notes = json.dumps({"name": "Mira", "creator_notes": PROSE * 900_000}).encode()
    return {
        "30 MB of prose": lambda: notes,
        "30 MB of prose in a picture": lambda: _picture(chunk(b"tEXt", b"chara\0" + base64.b64encode(notes))),
        "a million numbers": lambda: b'{"name": [' + b"1.5," * 1_490_000 + b"1]}",
        "a million keys": lambda: b'{"name": {' + b",".join(b'"k%d":1' % n for n in range(1_490_000)) + b"}}",
        "250,000 lists": lambda: b'{"name": [' + b"[]," * 249_000 + b"1]}",
        "packed 50 MB": lambda: _picture(chunk(b"zTXt", b"ccv3\0\0" + zlib.compress(b"a" * 50_000_000))),
        "eight packed 40 MB": lambda: _picture(*[chunk(b"zTXt", b"ccv3\0\0" + zlib.compress(b"a" * 40_000_000))] * 8),
        "65,000 chunks": lambda: _picture(chunk(b"tEXt", b"chara") * 65_000),
        "archive of 4,000 files": lambda: _archive({"card.json": notes, **{str(n): b"" for n in range(4000)}}),
        "archive of 120 MB": lambda: _archive({"card.json": notes, "a": bytes(90 * 1024 * 1024)}),
    }


def _books() -> dict[str, Callable[[], bytes]]:
    def book(entry: dict[str, Any], count: int) -> bytes:
        return json.dumps({"entries": [entry] * count}).encode()

    return {
        "10,000 entries": lambda: book(
            {"keys": ["a", "b"], "content": PROSE * 10, "extensions": {"position": 4}}, 10_000
        ),
        "2,900 patterns": lambda: json.dumps(
            {"entries": [{"keys": [f"/{n}(a|b)+[c-e]*$/i"], "content": "x"} for n in range(2900)]}
        ).encode(),
        "a million keys": lambda: book({"keys": ["k"] * 140, "content": "x"}, 10_000),
        "one id": lambda: book({"id": 1, "keys": [], "content": "x"}, 5_000),
    }


def _chats() -> dict[str, Callable[[], bytes]]:
    head = b'{"chat_metadata": {}}\n'
    message = json.dumps(_message(1)).encode() + b"\n"
    emoji = json.dumps({"name": "Ada", "mes": "🌧" * 5000}, ensure_ascii=False).encode() + b"\n"
    return {
        "60 MB of messages": lambda: head + message * (60 * MEGABYTE // len(message)),
        "60 MB of emoji": lambda: head + emoji * (60 * MEGABYTE // len(emoji)),
        "99,000 short messages": lambda: head + b'{"mes": "a"}\n' * 99_000,
        "99,000 broken lines": lambda: head + b"{x\n" * 99_000,
        "60 MB in one line": lambda: head + b'{"mes": "' + b"a" * (60 * MEGABYTE),
    }
