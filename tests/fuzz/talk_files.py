"""Seeds and readers of the files of Talk, for ``fuzz_formats.py``: cards, pictures, archives, lorebooks and chats."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

FORMATS = ("card", "png_card", "charx", "lorebook", "chat")

ENTRY: dict[str, Any] = {
    "keys": ["gull", "/ro(ll|se)s?/i"],
    "secondary_keys": ["sea"],
    "content": "@@depth 3\n@@odd\n@@@role user\nGulls steal {{user}}'s rolls.",
    "extensions": {"position": 4, "probability": "50", "selectiveLogic": 1, "x": 1},
    "enabled": True,
    "insertion_order": 5,
    "use_regex": True,
}
CARD: dict[str, Any] = {
    "spec": "chara_card_v3",
    "spec_version": "3.0",
    "data": {
        "name": "Mira",
        "description": "Bakes.\nBackstory: a ferry.",
        "personality": "shy, kind",
        "first_mes": "Hi {{user}}",
        "mes_example": "<START>a<START>b",
        "alternate_greetings": ["yo"],
        "tags": ["sea"],
        "assets": [{"type": "icon", "uri": "embeded://a.png", "name": "main", "ext": "png"}],
        "character_book": {"entries": [ENTRY], "token_budget": "10%", "recursive_scanning": True},
    },
}
WORLD_ENTRY = {
    "uid": 3,
    "key": ["gull"],
    "keysecondary": [],
    "content": "Rolls.",
    "order": 9,
    "sticky": 2,
    "group": "a",
}
CHAT = (
    {"user_name": "unused", "character_name": "Mira", "create_date": "2023-6-5 @15h 4m 3s 123ms", "chat_metadata": {}},
    {"name": "Mira", "mes": "hi", "swipes": ["hi", "ho"], "swipe_id": 0, "send_date": "June 5, 2023 3:04pm"},
    {"name": "Ada", "is_user": True, "mes": "\ud83c yo", "send_date": 1685977443123, "extra": {"model": "m"}},
)


def seeds(name: str) -> list[bytes]:
    """The inputs that a format's run starts from."""
    from game.roleplay.cards import Form, read_card, write_card
    from game.roleplay.cards.picture import SIGNATURE, chunk

    card = json.dumps(CARD).encode()
    if name == "card":
        return [card, json.dumps(CARD["data"]).encode(), json.dumps(CARD, indent=1).encode("utf-16")]
    if name == "png_card":
        # Without base64, packing and pixels: what the fuzzer changes is then the card, not its wrapping.
        small = SIGNATURE + chunk(b"tEXt", b"ccv3\0" + card) + chunk(b"tEXt", b"chara\0" + card) + chunk(b"IEND", b"")
        packed = SIGNATURE + chunk(b"zTXt", b"chara\0\0" + zlib.compress(card, 0)) + chunk(b"IEND", b"")
        return [small, packed, write_card(read_card(small, "a.png"), Form.PNG)]
    if name == "charx":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            made.writestr("card.json", card)
            made.writestr("a.png", b"x")
        return [out.getvalue(), out.getvalue()[:-9]]
    if name == "lorebook":
        book = CARD["data"]["character_book"]
        world = {"entries": {"0": WORLD_ENTRY}, "scan_depth": "4"}
        return [json.dumps(tree).encode() for tree in (book, {"spec": "lorebook_v3", "data": book}, world)]
    lines = [json.dumps(tree).encode() for tree in CHAT]
    return [b"\n".join(lines), b"\r\n".join([*lines[1:], b"{broken"])]


def reader(name: str) -> Callable[[bytes], bool]:
    """A function of bytes that reads them as ``name``, and tries what holds of everything that is read."""
    from game.roleplay.cards import (
        Lorebook,
        read_card,
        read_chat,
        read_lorebook,
        scan,
        to_card,
        to_sheet,
        write_card,
        write_chat,
        write_lorebook,
    )

    def look_through(book: Lorebook) -> None:
        found = scan(book, ["a gull", "rolls by the sea"], count_tokens=len, budget=500, roll=lambda uid: 0.3)
        assert sum(item.tokens for item in found.active if not item.entry.ignore_budget) <= 500

    def card(data: bytes) -> bool:
        read = read_card(data, "x.card")
        assert read.name
        read.name.encode()
        assert to_card(to_sheet(read), read) is read
        assert read.original_form is not None
        assert write_card(read, read.original_form) == data
        look_through(read.book or Lorebook())
        return True

    def lorebook(data: bytes) -> bool:
        book = read_lorebook(data, "x.json")
        assert book.original_form is not None
        assert write_lorebook(book, book.original_form) == data
        look_through(book)
        return True

    def chat(data: bytes) -> bool:
        read = read_chat(data, "x.jsonl")
        assert write_chat(read) == data
        return True

    return {"lorebook": lorebook, "chat": chat}.get(name, card)
