"""Chats as SillyTavern keeps them: a line of JSON for the chat, then one for each message; read and written.

Each message keeps the line it came from, so that fields this program does not know survive a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from game.roleplay.cards.chat_dates import date_us, iso_text
from game.roleplay.cards.face import MAX_FILE_BYTES, MAX_NAME_CHARS, UnreadableFile, mebibytes, shown
from game.roleplay.cards.fields import dict_of, flag_of, one_line, text_of, whole_of
from game.roleplay.cards.json_text import decode, dump, parse, parse_object, utf8_lines

MAX_LINES = 100_000
MAX_LINE_BYTES = 16 * 1024 * 1024
"""One message with all its alternatives and the small pictures that some programs keep inside."""

MAX_MESSAGE_CHARS = 1_000_000
MAX_SWIPES = 1000
MAX_SENTENCES = 20
_UNNAMED = ("", "unused", "undefined", "null")
"""What the header says where nobody entered a name."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message.  ``swipes`` are all its alternatives, ``swipes[chosen]`` is ``text``; a message always has one.

    ``sent_us`` is microseconds since 1970, None where the file does not say.  ``model`` is who wrote it, where the
    file says ("" for people).  ``raw`` is the line it was read from.
    """

    name: str
    is_user: bool
    text: str
    sent_us: int | None = None
    swipes: tuple[str, ...] = ()
    chosen: int = 0
    is_system: bool = False
    model: str = ""
    raw: bytes = field(default=b"", compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.swipes:
            object.__setattr__(self, "swipes", (self.text,))
            object.__setattr__(self, "chosen", 0)
        if not 0 <= self.chosen < len(self.swipes) or self.swipes[self.chosen] != self.text:
            raise ValueError("the chosen alternative of a message is its text")


@dataclass(frozen=True, slots=True)
class ChatFile:
    """A chat.  ``skipped`` names the lines that could not be read, or not whole, in sentences.

    ``original`` is the file it came from, ``raw`` its first line.
    """

    user_name: str
    character_name: str
    messages: tuple[ChatMessage, ...] = ()
    created_us: int | None = None
    skipped: tuple[str, ...] = field(default=(), compare=False)
    original: bytes = field(default=b"", compare=False, repr=False)
    raw: str = field(default="", compare=False, repr=False)


def read_chat(data: bytes, name: str) -> ChatFile:
    """The chat in ``data``; ``name`` is the file's, for sentences.

    A line that cannot be read is skipped and named in ``skipped``.

    Raises:
        UnreadableFile: beyond bounds, or no line of it belongs to a chat.
    """
    header: dict[str, Any] = {}
    messages: list[ChatMessage] = []
    skipped: list[str] = []
    more = 0
    for number, line in enumerate(utf8_lines(data, name, MAX_FILE_BYTES), start=1):
        if number > MAX_LINES:
            raise UnreadableFile(name, f"has more than {MAX_LINES:,} lines; split the chat into several files")
        if not line:
            continue
        try:
            tree, mended = _line(line, f"{shown(name)}, line {number}")
        except UnreadableFile as error:
            tree, mended = {}, str(error)
        if mended:
            more += len(skipped) >= MAX_SENTENCES
            skipped += [mended] if len(skipped) < MAX_SENTENCES else []
        if _is_header(tree):
            header = header or tree
        elif tree:
            messages.append(_message(tree, line))
    if not header and not messages:
        raise UnreadableFile(name, "holds no message of a chat; choose a chat file (.jsonl)")
    skipped += [f"and {more} more lines like these"] if more else []
    return _chat(header, tuple(messages), tuple(skipped), data)


def _line(line: bytes, where: str) -> tuple[dict[str, Any], str]:
    """The values of a line, and a sentence on what was mended in it."""
    if len(line) > MAX_LINE_BYTES:
        raise UnreadableFile(where, f"is longer than {mebibytes(MAX_LINE_BYTES)} and was skipped")
    if not line.startswith(b"{"):
        raise UnreadableFile(where, "is no message of a chat and was skipped")
    try:
        text, mended = decode(line, where)
        tree = parse(text, where)
    except UnreadableFile as error:
        raise UnreadableFile(where, "is no valid JSON and was skipped") from error
    if not isinstance(tree, dict) or not is_chat_line(tree):
        raise UnreadableFile(where, "is no message of a chat and was skipped")
    if len(str(tree.get("mes", ""))) > MAX_MESSAGE_CHARS:
        raise UnreadableFile(where, f"has more than {MAX_MESSAGE_CHARS:,} characters in one message and was skipped")
    return tree, f"{where}: {mended}" if mended else ""


def is_chat_line(tree: object) -> bool:
    """True for the values of a chat's first line or of a message."""
    return isinstance(tree, dict) and (_is_header(tree) or isinstance(tree.get("mes"), (str, int, float)))


def _is_header(tree: Mapping[str, Any]) -> bool:
    return "mes" not in tree and any(key in tree for key in ("chat_metadata", "user_name", "character_name"))


def _message(tree: Mapping[str, Any], line: bytes) -> ChatMessage:
    text = text_of(tree.get("mes"))
    found = tree.get("swipes")
    swipes = [text_of(swipe) for swipe in found[:MAX_SWIPES]] if isinstance(found, list) else []
    chosen = whole_of(tree.get("swipe_id"), 0, 0, max(len(swipes) - 1, 0))
    if swipes:
        swipes[chosen] = text  # an edit changes the message and may forget the alternative it stands for
    return ChatMessage(
        name=one_line(tree.get("name"))[:MAX_NAME_CHARS],
        is_user=flag_of(tree.get("is_user"), False),
        text=text,
        sent_us=date_us(tree.get("send_date")),
        swipes=tuple(swipes) or (text,),
        chosen=chosen,
        is_system=flag_of(tree.get("is_system"), False),
        model=one_line(dict_of(tree.get("extra")).get("model"))[:200],
        raw=line,
    )


def _chat(header: dict[str, Any], messages: tuple[ChatMessage, ...], skipped: tuple[str, ...], data: bytes) -> ChatFile:
    user = one_line(header.get("user_name"))[:MAX_NAME_CHARS]
    character = one_line(header.get("character_name"))[:MAX_NAME_CHARS]
    if user.lower() in _UNNAMED:
        user = next((m.name for m in messages if m.is_user and m.name), "")
    if character.lower() in _UNNAMED:
        character = next((m.name for m in messages if not m.is_user and not m.is_system and m.name), "")
    created = date_us(header.get("create_date"))
    return ChatFile(user, character, messages, created, skipped, data, dump(header) if header else "")


def write_chat(chat: ChatFile) -> bytes:
    """``chat`` as a file; one that is as it was read gives the same bytes, unknown fields always stay."""
    if chat.original and read_chat(chat.original, "chat") == chat:
        return chat.original
    lines = [dump(_header_tree(chat)), *(dump(_message_tree(message)) for message in chat.messages)]
    return ("\n".join(lines) + "\n").encode()


def _header_tree(chat: ChatFile) -> dict[str, Any]:
    tree = parse_object(chat.raw, "chat") if chat.raw else {}
    base = _chat(tree, chat.messages, (), b"")
    if not tree or base.user_name != chat.user_name:
        tree["user_name"] = chat.user_name
    if not tree.get("character_name") or base.character_name != chat.character_name:
        tree["character_name"] = chat.character_name
    if chat.created_us is not None and base.created_us != chat.created_us:
        tree["create_date"] = iso_text(chat.created_us)
    tree.setdefault("chat_metadata", {})
    return tree


def _message_tree(message: ChatMessage) -> dict[str, Any]:
    if not message.raw:
        tree: dict[str, Any] = {"name": message.name, "is_user": message.is_user, "is_system": message.is_system}
        tree |= {"send_date": "", "mes": message.text, "extra": {}}
        base = ChatMessage(message.name, message.is_user, message.text, is_system=message.is_system)
    else:
        tree = parse_object(decode(message.raw, "chat")[0], "chat")
        base = _message(tree, message.raw)
    for ours, theirs in (("name", "name"), ("is_user", "is_user"), ("is_system", "is_system"), ("text", "mes")):
        if getattr(message, ours) != getattr(base, ours):
            tree[theirs] = getattr(message, ours)
    if message.sent_us != base.sent_us:
        tree["send_date"] = iso_text(message.sent_us) if message.sent_us is not None else ""
    if message.model != base.model:
        tree["extra"] = {**dict_of(tree.get("extra")), "model": message.model}
    if (message.swipes, message.chosen) != (base.swipes, base.chosen):
        _set_swipes(tree, message)
    return tree


def _set_swipes(tree: dict[str, Any], message: ChatMessage) -> None:
    """Write the alternatives; what the file says of each stays with its place, new ones get an empty record."""
    tree["swipes"] = list(message.swipes)
    tree["swipe_id"] = message.chosen
    known = tree.get("swipe_info")
    info = known if isinstance(known, list) else []
    kept = info[: len(message.swipes)]
    tree["swipe_info"] = kept + [{} for _ in range(len(message.swipes) - len(kept))]
