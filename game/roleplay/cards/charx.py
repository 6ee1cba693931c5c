"""The card inside an archive: a zip with ``card.json`` at its root, or below one folder, and pictures beside it."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from copy import copy
from dataclasses import dataclass

from game.roleplay.cards.face import MAX_FILE_BYTES, MAX_JSON_BYTES, UnreadableFile, mebibytes, shown

MAX_MEMBERS = 4096
MAX_DIRECTORY_BYTES = 1024 * 1024
"""The largest table of contents, refused before anything parses it; each member takes at least 46 bytes of it."""

MAX_UNPACKED_BYTES = 128 * 1024 * 1024
"""All members together: what a changed archive has to unpack and pack again."""

CARD = "card.json"
_END = b"PK\5\6"
_END64 = b"PK\6\7"
_END_BYTES = 22
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, OSError, ValueError, EOFError, RuntimeError, OverflowError)


@dataclass(frozen=True, slots=True)
class Archive:
    """A checked zip: its bytes, the members by path, and the folder in which the card stands ("" or "name/")."""

    name: str
    data: bytes
    members: dict[str, zipfile.ZipInfo]
    folder: str


def is_archive(data: bytes) -> bool:
    """True for a zip, also one behind a picture (some programs put a preview in front)."""
    return data.startswith(b"PK\3\4") or (data.startswith(b"\xff\xd8") and _END in data[-0x10100:])


def open_archive(data: bytes, name: str) -> Archive:
    """The archive's table of contents, checked whole.

    Raises:
        UnreadableFile: too large, no zip, too many members, a path that leads out, an encrypted or doubled member,
            more than :data:`MAX_UNPACKED_BYTES` inside, or no card.
    """
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableFile(name, f"is larger than {mebibytes(MAX_FILE_BYTES)}; take pictures out of it")
    _check_directory(data, name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            infos = opened.infolist()
    except _BROKEN as error:
        raise UnreadableFile(name, "is a damaged archive; download it again") from error
    if len(infos) > MAX_MEMBERS:
        raise UnreadableFile(name, f"holds more than {MAX_MEMBERS:,} files, which no card does; export it again")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if reason := _refusal(info, members):
            raise UnreadableFile(name, f"its member “{shown(info.filename)}” {reason}")
        members[info.filename] = info
    if sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
        raise UnreadableFile(name, f"unpacks to more than {mebibytes(MAX_UNPACKED_BYTES)}; take pictures out of it")
    return Archive(name, data, members, _folder(members, name))


def read_member(archive: Archive, path: str, limit: int = MAX_FILE_BYTES) -> bytes | None:
    """The bytes at ``path`` beside the card, or None when there is no such member.

    Raises:
        UnreadableFile: damaged, or larger than ``limit``.
    """
    info = archive.members.get(archive.folder + path) or archive.members.get(path)
    if info is None or info.is_dir():
        return None
    return _read(archive, info, limit)


def card_json(archive: Archive) -> bytes:
    """The bytes of ``card.json``."""
    return _read(archive, archive.members[archive.folder + CARD], MAX_JSON_BYTES)


def with_card(archive: Archive, card: bytes) -> bytes:
    """The archive with another ``card.json`` and every other member as it was.

    Raises:
        UnreadableFile: a member is damaged.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive.data)) as opened, zipfile.ZipFile(out, "w") as made:
        for path, info in archive.members.items():
            is_card = path == archive.folder + CARD
            body = card if is_card else _unpack(archive.name, opened, info, MAX_UNPACKED_BYTES)
            made.writestr(copy(info), body, compress_type=info.compress_type)
    return out.getvalue()


def new_archive(members: dict[str, bytes]) -> bytes:
    """A zip of ``members``; the same members give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for path, body in members.items():
            made.writestr(zipfile.ZipInfo(path), body, compress_type=zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _check_directory(data: bytes, name: str) -> None:
    """Refuse a table of contents that would take long to parse (APPNOTE 4.3.16), where the parser will look for it."""
    tail = data[-(_END_BYTES + 0xFFFF) :]
    at = tail.rfind(_END)
    if len(tail) >= _END_BYTES and tail[-_END_BYTES:].startswith(_END) and tail.endswith(b"\0\0"):
        at = len(tail) - _END_BYTES
    if at < 0 or len(tail) - at < _END_BYTES:
        raise UnreadableFile(name, "is a damaged archive; download it again")
    if _END64 in tail[max(0, at - 20) : at]:
        raise UnreadableFile(name, "is an archive for huge files (ZIP64), which no card needs; pack it again")
    if struct.unpack_from("<L", tail, at + 12)[0] > MAX_DIRECTORY_BYTES:
        raise UnreadableFile(name, f"holds more than {MAX_MEMBERS:,} files, which no card does; export it again")


def _refusal(info: zipfile.ZipInfo, members: dict[str, zipfile.ZipInfo]) -> str:
    """Why an archive with this member is not read, or an empty text."""
    path = info.filename.replace("\\", "/")
    if path.startswith("/") or path[1:2] == ":" or ".." in path.split("/"):
        return "would land outside its folder; such an archive is not read, get the card from another source"
    if info.filename in members:
        return "stands in the archive twice; pack it again"
    if info.flag_bits & 0x1:
        return "is encrypted; pack the archive again without a password"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link; pack the archive again without it"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in a way other than deflate; pack the archive again as a plain zip"
    return ""


def _folder(members: dict[str, zipfile.ZipInfo], name: str) -> str:
    """Where the card stands: the root, else the one folder that holds one."""
    if CARD in members:
        return ""
    found = [path for path in members if path.endswith("/" + CARD)]
    shallowest = min((path.count("/") for path in found), default=0)
    found = [path for path in found if path.count("/") == shallowest]
    if len(found) != 1:
        what = "no card.json" if not found else "several cards"
        raise UnreadableFile(name, f"holds {what}; a CHARX archive holds exactly one, export it again")
    return found[0].removesuffix(CARD)


def _read(archive: Archive, info: zipfile.ZipInfo, limit: int) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive.data)) as opened:
        return _unpack(archive.name, opened, info, limit)


def _unpack(name: str, opened: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    if info.is_dir():
        return b""
    if info.file_size > limit:
        raise UnreadableFile(
            name, f"its member “{shown(info.filename)}” is larger than {mebibytes(limit)}; take it out"
        )
    try:
        with opened.open(info) as member:
            return member.read(limit)
    except _BROKEN as error:
        reason = f"its member “{shown(info.filename)}” is damaged; download the archive again"
        raise UnreadableFile(name, reason) from error
