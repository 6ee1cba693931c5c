"""The card inside a picture: base64 of JSON in a text chunk of a PNG, found, and put back beside all other chunks.

Cards stand in ``tEXt`` chunks named ``ccv3`` or ``chara``, whatever their case (Character Card V3, Embedding Methods).
Some programs write ``zTXt`` or ``iTXt`` instead; those are read too, and written as ``tEXt``.
"""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from game.roleplay.cards.face import MAX_FILE_BYTES, MAX_JSON_BYTES, UnreadableFile, mebibytes
from game.roleplay.cards.picture import SIGNATURE, chunk

MAX_CHUNKS = 65_536
MAX_TEXT_BYTES = MAX_JSON_BYTES * 4 // 3
"""What all text chunks together may unpack to: base64 of the largest JSON."""

MAX_TRIES = 4
"""Text chunks of one keyword that are looked at: programs that add a card without removing the old one leave a few."""

MAX_KEYWORD = 79
KEYWORDS = ("ccv3", "chara")
_TEXT_KINDS = (b"tEXt", b"zTXt", b"iTXt")
_END = b"IEND"


@dataclass(frozen=True, slots=True)
class CardText:
    """What one text chunk holds: JSON as bytes, and whether its checksum fits."""

    keyword: str
    json: bytes
    whole: bool


@dataclass(frozen=True, slots=True)
class _Chunk:
    """One chunk: where it stands in the file, and the card's keyword if it carries a card."""

    kind: bytes
    start: int
    end: int
    keyword: str


def is_png(data: bytes) -> bool:
    """True for a PNG by its signature."""
    return data.startswith(SIGNATURE)


def card_texts(data: bytes, name: str) -> tuple[Iterator[CardText], list[str]]:
    """Every card in a PNG, ``ccv3`` before ``chara``, taken out one by one, and what had to be mended.

    Raises:
        UnreadableFile: too large, no chunks, no card inside; in the course of it, texts that unpack beyond bounds.
    """
    chunks, mended = _chunks(data, name)
    places: list[_Chunk] = []
    for keyword in KEYWORDS:
        found = [place for place in chunks if place.keyword == keyword]
        if len(found) > 1:
            mended.append(f"holds {len(found)} cards under “{keyword}”; the first that can be read is used")
        places += found[:MAX_TRIES]
    if places:
        return _texts(data, places, name), mended
    if mended:
        raise UnreadableFile(name, "breaks off before any card in it; download the picture again")
    raise UnreadableFile(name, "is a picture without a card in it; download the original, not a preview of it")


def _texts(data: bytes, places: list[_Chunk], name: str) -> Iterator[CardText]:
    room = MAX_TEXT_BYTES
    for place in places:
        text = _text(data, place, room, name)
        if text is not None:
            room -= len(text.json)
            yield text


def without_cards(data: bytes, name: str) -> bytes:
    """The picture alone, all its other chunks with it."""
    return with_cards(data, {}, name)


def with_cards(data: bytes, cards: dict[str, bytes], name: str) -> bytes:
    """The picture with ``cards`` (keyword to JSON) instead of those it held; every other byte stays.

    Raises:
        UnreadableFile: ``data`` is no PNG that can be read.
    """
    chunks, _ = _chunks(data, name)
    texts = [chunk(b"tEXt", word.encode() + b"\0" + base64.b64encode(body)) for word, body in cards.items()]
    parts = [SIGNATURE]
    ended = False
    for place in chunks:
        if place.kind == _END and not ended:
            parts += texts
            ended = True
        if not place.keyword:
            parts.append(data[place.start : place.end])
    end = chunks[-1].end if chunks else len(SIGNATURE)
    if not ended:
        parts += [*texts, chunk(_END, b"")]
    elif end < len(data):
        parts.append(data[end:])
    return b"".join(parts)


def _chunks(data: bytes, name: str) -> tuple[list[_Chunk], list[str]]:
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableFile(name, f"is larger than {mebibytes(MAX_FILE_BYTES)}; make its picture smaller")
    chunks: list[_Chunk] = []
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            break
        chunks.append(_Chunk(kind, at, end, _keyword(data, at, end) if kind in _TEXT_KINDS else ""))
        if len(chunks) > MAX_CHUNKS:
            raise UnreadableFile(name, f"has more than {MAX_CHUNKS:,} chunks, which no picture has; save it anew")
        at = end
        if kind == _END:
            return chunks, []
    return chunks, ["ends in the middle of its picture; the card was read, the picture may be cut"]


def _keyword(data: bytes, start: int, end: int) -> str:
    head = data[start + 8 : min(start + 9 + MAX_KEYWORD, end - 4)]
    word = head.split(b"\0", 1)[0].decode("latin-1").lower()
    return word if word in KEYWORDS else ""


def _text(data: bytes, place: _Chunk, room: int, name: str) -> CardText | None:
    """The JSON in one chunk, or None when it is damaged."""
    body = data[place.start + 8 : place.end - 4]
    whole = struct.unpack_from(">I", data, place.end - 4)[0] == zlib.crc32(place.kind + body)
    raw = _unpacked(place.kind, body[len(place.keyword) + 1 :], room, name)
    if raw is None:
        return None
    raw = raw.strip(b" \t\r\n\0")
    if raw.startswith(b"{"):
        return CardText(place.keyword, raw, whole)
    try:
        found = base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except (binascii.Error, ValueError):
        return None
    return CardText(place.keyword, found, whole) if found else None


def _unpacked(kind: bytes, body: bytes, limit: int, name: str) -> bytes | None:
    """The text of a chunk after its keyword (PNG, third edition, 11.3.3), or None when it is damaged."""
    if kind == b"tEXt":
        return body
    packed = True
    if kind == b"iTXt":
        packed = body[:1] == b"\1"
        parts = body[2:].split(b"\0", 2)
        if len(parts) < 3:
            return None
        body = parts[2]
    else:
        body = body[1:]
    if not packed:
        return body
    try:
        text = zlib.decompressobj().decompress(body, limit + 1)
    except zlib.error:
        return None
    if len(text) > limit:
        raise UnreadableFile(name, f"holds a text that unpacks to more than {mebibytes(MAX_TEXT_BYTES)}; it is no card")
    return text
