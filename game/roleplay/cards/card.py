"""Character cards: V1, V2 and V3 as JSON, in a PNG and as CHARX, each read into one :class:`Card`.

Facts: Character Card V2 (malfoyslastname), Character Card V3 (kwaroran), and what programs write in spite of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import Any

from game.roleplay.cards import charx, png
from game.roleplay.cards.face import MAX_FIELD_CHARS, MAX_NAME_CHARS, UnreadableFile, shown
from game.roleplay.cards.fields import dict_of, number_of, one_line, text_of, texts_of, words_of
from game.roleplay.cards.json_text import decode, dump, parse_object
from game.roleplay.cards.lore import Lorebook
from game.roleplay.cards.lorebook import form_of, read_book

MAX_GREETINGS = 200
OWN = "ourojam"
"""What of ``extensions`` is ours."""

NEWEST = 3.0
"""The newest version of the specification this reader knows."""


class Form(StrEnum):
    """The files a card can be."""

    V1 = "v1"
    V2 = "v2"
    V3 = "v3"
    PNG = "png"
    CHARX = "charx"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that belongs to the card: a portrait, a background.  ``uri`` says where it is."""

    type: str
    uri: str
    name: str
    ext: str


@dataclass(frozen=True, slots=True)
class Card:
    """A character as its maker wrote it, macros unfilled.

    ``original``, ``original_form`` and ``file_name`` are the file it came from (empty and None for one written here),
    so that writing it again loses nothing.  ``division`` is JSON of our own inside it (see the module ``mapping``).
    ``mended`` says in sentences what was put right on the way in; what is so of its lorebook, the book says itself.
    Change a card with :func:`dataclasses.replace`.
    """

    name: str
    description: str = ""
    personality: str = ""
    scenario: str = ""
    first_message: str = ""
    example_messages: str = ""
    creator_notes: str = ""
    system_prompt: str = ""
    post_history_instructions: str = ""
    greetings: tuple[str, ...] = ()
    group_greetings: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    creator: str = ""
    character_version: str = ""
    nickname: str = ""
    book: Lorebook | None = None
    assets: tuple[Asset, ...] = ()
    division: str = field(default="", repr=False)
    original: bytes = field(default=b"", compare=False, repr=False)
    original_form: Form | None = field(default=None, compare=False)
    file_name: str = field(default="", compare=False)
    mended: tuple[str, ...] = field(default=(), compare=False)

    @property
    def called(self) -> str:
        """What {{char}} becomes: the nickname where there is one (Character Card V3, ``nickname``)."""
        return self.nickname or self.name


TEXTS = {
    "description": "description",
    "personality": "personality",
    "scenario": "scenario",
    "first_message": "first_mes",
    "example_messages": "mes_example",
    "system_prompt": "system_prompt",
    "post_history_instructions": "post_history_instructions",
    "creator_notes": "creator_notes",
    "creator": "creator",
    "character_version": "character_version",
}
"""Texts of a card: our name, and the file's."""

LISTS = {"greetings": "alternate_greetings", "group_greetings": "group_only_greetings"}
PROMPTED = (
    *("description", "personality", "scenario", "first_message", "example_messages"),
    *("system_prompt", "post_history_instructions"),
)
"""The texts that a prompt may come to hold."""

V1_KEYS = ("name", "description", "personality", "scenario", "first_mes", "mes_example")


@dataclass(slots=True)
class Opened:
    """A card's file taken apart: the JSON values it holds by where they stood, the first of them the one to read."""

    form: Form
    trees: dict[str, dict[str, Any]]
    mended: list[str]


def read_card(data: bytes, name: str) -> Card:
    """The card in ``data``, whatever its form.  ``name`` is the file's: for sentences, and for a card without one.

    Raises:
        UnreadableFile: not a card, damaged, or beyond bounds; one sentence.
    """
    opened = open_card(data, name)
    return card_of(opened, data, name)


def open_card(data: bytes, name: str) -> Opened:
    """The JSON values in a card's file; raises as :func:`read_card`."""
    mended: list[str] = []
    trees: dict[str, dict[str, Any]] = {}
    if png.is_png(data):
        texts, mended = png.card_texts(data, name)
        trees = _pictured(texts, name, mended)
        form = Form.PNG
    elif charx.is_archive(data):
        text, note = decode(charx.card_json(charx.open_archive(data, name)), name)
        trees[charx.CARD] = parse_object(text, name)
        mended += [note] if note else []
        form = Form.CHARX
    else:
        _refuse_other_kinds(data, name)
        text, note = decode(data, name)
        tree = trees["json"] = parse_object(text, name)
        mended += [note] if note else []
        form = Form.V1 if not isinstance(tree.get("data"), dict) else Form.V3 if _is_v3(tree) else Form.V2
    for tree in trees.values():
        _check_card(tree, name)
    return Opened(form, trees, mended)


def _pictured(texts: Iterable[png.CardText], name: str, mended: list[str]) -> dict[str, dict[str, Any]]:
    """The first readable card of each keyword."""
    trees: dict[str, dict[str, Any]] = {}
    failure: UnreadableFile | None = None
    for found in texts:
        if found.keyword in trees:
            continue
        try:
            text, note = decode(found.json, name)
            tree = parse_object(text, name)
            _check_card(tree, name)
            trees[found.keyword] = tree
            mended += [note] if note else []
            if not found.whole:
                mended.append("has a card whose checksum does not fit; look over what was read")
        except UnreadableFile as error:
            failure = failure or error
    if not trees:
        raise failure or UnreadableFile(name, "holds a damaged card; download the picture again")
    return trees


def _refuse_other_kinds(data: bytes, name: str) -> None:
    kinds = {b"\xff\xd8": "a JPEG", b"RIFF": "a WebP", b"GIF8": "a GIF", b"\x1f\x8b": "a gzip", b"7z\xbc": "a 7z"}
    for start, kind in kinds.items():
        if data.startswith(start):
            raise UnreadableFile(name, f"is {kind} file, which holds no card; get the card as PNG, JSON or CHARX")


def _is_v3(tree: Mapping[str, Any]) -> bool:
    return text_of(tree.get("spec")) == "chara_card_v3"


def _check_card(tree: dict[str, Any], name: str) -> None:
    inner = tree.get("data") if isinstance(tree.get("data"), dict) else tree
    known = (*V1_KEYS, *TEXTS.values())
    if any(key in dict_of(inner) for key in known) and form_of(tree) is None:
        return
    if form_of(tree) is not None:
        raise UnreadableFile(name, "is a lorebook, not a character; import it as a lorebook")
    if "chat_metadata" in tree or "mes" in tree:
        raise UnreadableFile(name, "is a chat, not a character; import it as a chat")
    raise UnreadableFile(name, "holds none of the fields of a character card; choose another file")


def card_of(opened: Opened, data: bytes, name: str) -> Card:
    """The card as read from its first tree."""
    tree = next(iter(opened.trees.values()))
    mended = list(opened.mended)
    values: dict[str, Any] = {ours: text_of(_value(tree, theirs)) for ours, theirs in TEXTS.items()}
    if not values["creator_notes"]:
        values["creator_notes"] = text_of(tree.get("creatorcomment"))
    for ours, theirs in LISTS.items():
        found = texts_of(_value(tree, theirs))
        values[ours] = found[:MAX_GREETINGS]
        if len(found) > MAX_GREETINGS:
            mended.append(f"has {len(found)} greetings; the first {MAX_GREETINGS} can be chosen from")
    for what in PROMPTED:
        _check_length(values[what], TEXTS[what], name)
    for greeting in (*values["greetings"], *values["group_greetings"]):
        _check_length(greeting, "greeting", name)
    called, notes = _name(tree, name)
    book, book_notes = _book(tree, name)
    version = number_of(tree.get("spec_version"), 0.0, 0.0, 1e6)
    if _is_v3(tree) and version > NEWEST:
        notes.append(
            f"follows version {version:g} of the card format, newer than this program; look over what was read"
        )
    return Card(
        name=called,
        tags=words_of(_value(tree, "tags")),
        nickname=one_line(_value(tree, "nickname"))[:MAX_NAME_CHARS],
        book=book,
        assets=_assets(_value(tree, "assets")),
        division=dump(division) if (division := dict_of(dict_of(_value(tree, "extensions")).get(OWN))) else "",
        original=data,
        original_form=opened.form,
        file_name=name,
        mended=tuple(f"{shown(name)}: {note}" for note in (*mended, *notes, *book_notes)),
        **values,
    )


def _value(tree: Mapping[str, Any], key: str) -> Any:
    """A field from ``data``, else from the top, where V1 has it and some programs leave it."""
    inner = dict_of(tree.get("data"))
    return inner[key] if key in inner else tree.get(key)


def _check_length(text: str, what: str, name: str) -> None:
    if len(text) > MAX_FIELD_CHARS:
        counted = f"its {what} has {len(text):,} characters, more than any prompt holds"
        raise UnreadableFile(name, f"{counted}; shorten it to {MAX_FIELD_CHARS:,}")


def _name(tree: Mapping[str, Any], file_name: str) -> tuple[str, list[str]]:
    """The character's name; without one the nickname or the file's name stands in."""
    called = one_line(_value(tree, "name"))
    if len(called) > MAX_NAME_CHARS:
        return called[:MAX_NAME_CHARS].strip(), [f"has a name of {len(called):,} characters; it was cut"]
    if called:
        return called, []
    stem = one_line(PurePath(file_name.replace("\\", "/")).name.split(".")[0].replace("_", " "))
    called = one_line(_value(tree, "nickname")) or stem or "Nameless"
    return called[:MAX_NAME_CHARS], [f"has no name; it is called “{shown(called)}” until you name it"]


def _book(tree: Mapping[str, Any], name: str) -> tuple[Lorebook | None, list[str]]:
    found = _value(tree, "character_book")
    if not isinstance(found, dict):
        notes = [] if found is None or found in ("", [], False) else ["has a lorebook that is none; it was left out"]
        return None, notes
    book = read_book(found, name)
    return (book if book.entries or book.name else None), []


def _assets(found: Any) -> tuple[Asset, ...]:
    if not isinstance(found, list):
        return ()
    rows = [dict_of(row) for row in found]
    return tuple(
        Asset(one_line(row.get("type")), text_of(row.get("uri")), one_line(row.get("name")), one_line(row.get("ext")))
        for row in rows
        if isinstance(row.get("uri"), str)
    )
