"""Whatever happens to the bytes of a file: something is read, or one sentence says why not."""

from __future__ import annotations

import json
import zlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from game.roleplay.cards import (
    Card,
    ChatFile,
    Form,
    Lorebook,
    picture_of,
    read_any,
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
from game.roleplay.cards.picture import chunk

ODD = (
    b"\x00",
    b"\xff",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b"null",
    b"-1",
    b"1e99",
    b"\\ud800",
    b"@@depth ",
    b"\n",
    b"",
)


@st.composite
def mutations(draw: st.DrawFn) -> list[tuple[float, int, bytes]]:
    """Where (as a part of the length), how much is taken out, and what is put in."""
    place = st.tuples(st.floats(0, 1), st.integers(0, 8), st.sampled_from(ODD) | st.binary(max_size=4))
    return draw(st.lists(place, max_size=6))


def mutated(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """``data`` with the changes made."""
    for part, taken, put in changes:
        at = int(part * len(data))
        data = data[:at] + put + data[at + taken :]
    return data


def handled(data: bytes) -> None:
    """Read ``data`` as everything it could be, and use whatever comes out."""
    for read in (read_any, read_card, read_lorebook, read_chat):
        try:
            found = read(data, "file")
        except UserError as error:
            sentence = str(error)
        else:
            sentence = "file: read"
            used(found)
        assert sentence.startswith("file")
        assert "\n" not in sentence


def used(found: Card | Lorebook | ChatFile) -> None:
    """What is read can be mapped, looked through, stored and written."""
    if isinstance(found, ChatFile):
        assert read_chat(write_chat(found), "again") == found
        stored((found.user_name, *(text for message in found.messages for text in message.swipes)))
    elif isinstance(found, Lorebook):
        looked_through(found)
        assert found.original_form is not None
        assert write_lorebook(found, found.original_form) == found.original
    else:
        looked_through(found.book or Lorebook())
        assert to_card(to_sheet(found), found) is found
        assert found.original_form is not None
        assert write_card(found, found.original_form) == found.original
        stored((found.name, found.description, *found.greetings, *found.tags))
        picture_of(found)
        for form in set(Form) - {found.original_form}:
            assert read_card(write_card(found, form), "again").name == found.name


def looked_through(book: Lorebook) -> None:
    """A scan of the book over some text."""
    scan(book, ["a gull above the sea"], count_tokens=len, budget=100, roll=lambda uid: 0.5)
    stored(tuple(entry.text for entry in book.entries))


def stored(texts: tuple[str, ...]) -> None:
    """What a database and a terminal can hold."""
    for text in texts:
        assert "\0" not in text.encode().decode()


@given(changes=mutations())
def test_a_changed_file_is_read_or_refused(card_file: bytes, changes: list[tuple[float, int, bytes]]) -> None:
    handled(mutated(card_file, changes))


@given(changes=mutations())
def test_a_changed_card_in_a_sound_picture_is_read_or_refused(
    baker_json: bytes, changes: list[tuple[float, int, bytes]], make_png: Any
) -> None:
    body = mutated(baker_json, changes)
    handled(make_png({}, chunk(b"zTXt", b"chara\0\0" + zlib.compress(body))))
    handled(make_png({}, chunk(b"tEXt", b"ccv3\0" + body)))


@given(changes=mutations())
def test_a_changed_card_in_a_sound_archive_is_read_or_refused(
    baker_json: bytes, changes: list[tuple[float, int, bytes]], make_zip: Any
) -> None:
    handled(make_zip({"card.json": mutated(baker_json, changes), "a": b"b"}))


@given(changes=mutations())
def test_a_changed_book_or_chat_is_read_or_refused(baker_json: bytes, changes: list[tuple[float, int, bytes]]) -> None:
    book = json.loads(baker_json)["data"]["character_book"]
    world = {
        "entries": {"0": {"uid": 0, "key": ["gull"], "content": "@@depth 2\nrolls", "order": 5, "probability": "50"}}
    }
    message = {
        "name": "Ada",
        "is_user": True,
        "mes": "hi",
        "swipes": ["hi", "ho"],
        "swipe_id": 0,
        "send_date": "2023-06-05",
    }
    chat = "\n".join(json.dumps(tree) for tree in ({"user_name": "Ada", "chat_metadata": {}}, message, message))
    for text in (json.dumps(book), json.dumps(world), json.dumps({"spec": "lorebook_v3", "data": book}), chat):
        handled(mutated(text.encode(), changes))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
KEYS = (
    "name",
    "description",
    "tags",
    "alternate_greetings",
    "extensions",
    "character_book",
    "assets",
    "spec",
    "data",
    "nickname",
)
ENTRY_KEYS = (
    "keys",
    "key",
    "content",
    "extensions",
    "position",
    "depth",
    "order",
    "insertion_order",
    "uid",
    "id",
    "use_regex",
)
entry = st.dictionaries(st.sampled_from(ENTRY_KEYS), values, max_size=6)
entries = st.lists(entry, max_size=3) | st.dictionaries(st.text(max_size=3), entry, max_size=3)


@given(tree=st.dictionaries(st.sampled_from(KEYS), values, max_size=8), inner=st.booleans(), found=entries)
def test_fields_of_any_kind_are_read_or_refused(tree: dict[str, Any], inner: bool, found: Any) -> None:
    tree["character_book"] = {"entries": found}
    handled(json.dumps({"data": tree} if inner else tree).encode())
    handled(json.dumps({"entries": found}).encode())


@given(
    header=st.dictionaries(st.sampled_from(["user_name", "character_name", "create_date", "chat_metadata"]), values),
    message=st.dictionaries(
        st.sampled_from(["name", "mes", "swipes", "swipe_id", "swipe_info", "send_date", "extra", "is_user"]), values
    ),
)
def test_messages_of_any_kind_are_read_or_refused(header: dict[str, Any], message: dict[str, Any]) -> None:
    handled(json.dumps(header).encode() + b"\n" + json.dumps(message).encode())
    handled(json.dumps({"chat_metadata": 1}).encode() + b"\n" + json.dumps({"mes": "a", **message}).encode())
