"""Which of the three a file is, so that a player may drop any of them into the window."""

from __future__ import annotations

from game.roleplay.cards.card import Card, read_card
from game.roleplay.cards.charx import is_archive
from game.roleplay.cards.chat_file import ChatFile, is_chat_line, read_chat
from game.roleplay.cards.face import MAX_FILE_BYTES, UnreadableFile
from game.roleplay.cards.json_text import decode, parse, parse_object
from game.roleplay.cards.lore import Lorebook
from game.roleplay.cards.lorebook import form_of, read_lorebook
from game.roleplay.cards.png import is_png


def read_any(data: bytes, name: str) -> Card | Lorebook | ChatFile:
    """The card, lorebook or chat in ``data``, told apart by what is in it; ``name`` is the file's.

    Raises:
        UnreadableFile: none of them, or one that cannot be read.
    """
    if is_png(data) or is_archive(data):
        return read_card(data, name)
    if _starts_as_chat(data, name):
        return read_chat(data, name)
    if form_of(parse_object(decode(data, name)[0], name)) is not None:
        return read_lorebook(data, name)
    return read_card(data, name)


def _starts_as_chat(data: bytes, name: str) -> bool:
    first = decode(data, name, MAX_FILE_BYTES)[0].split("\n", 1)[0]
    try:
        return is_chat_line(parse(first, name))
    except UnreadableFile:
        return False
