"""Where the files beside a chart are read from: a folder on disk, a zip archive, or nowhere.

A chart names its audio, background and key sounds by text that came from outside.  A :class:`Folder` answers
such names and nothing else: whatever their case, never above the folder, never through a link that leaves it,
never more bytes than a bound.  What cannot be had is None, because a chart without its sounds is still playable.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, Protocol

from game.rhythm.formats.face import ChartError

MAX_SIBLING_BYTES = 128 * 1024 * 1024
"""The largest file read from beside a chart: more than an hour of compressed audio."""

MAX_NAMES = 20_000
"""As many files as one folder or archive may list; the most key-sounded songs hold some 2,000."""

MAX_DEPTH = 6
"""How many folders deep the files of one song are looked for."""

MAX_DIRECTORY_BYTES = 8 * 1024 * 1024
"""The largest table of contents of an archive; each entry in it takes at least 46 bytes."""

_END_RECORD = struct.Struct("<4s4H2LH")
_LOCAL_HEADER = struct.Struct("<4s22x2H")
_END64_LOCATOR_BYTES = 20
_MAX_COMMENT = 0xFFFF


class Folder(Protocol):
    """The files beside a chart, by the names that charts use."""

    def names(self) -> list[str]:
        """Every file, with ``/`` between folders, sorted."""
        ...

    def read(self, name: str) -> bytes | None:
        """The bytes of ``name`` (any case, ``/`` or ``\\``), or None when it is missing, outside or too large."""
        ...


class NoFolder:
    """Nothing beside the chart: for bytes that came without a place."""

    def names(self) -> list[str]:
        """No names."""
        return []

    def read(self, name: str) -> bytes | None:
        """None, whatever is asked."""
        return None


def clean_name(name: str) -> str | None:
    """``name`` as a path inside its folder with ``/``, or None when it is absolute, climbs out or is no name."""
    if len(name) > 1024 or any(letter < " " for letter in name):
        return None
    name = name.strip().replace("\\", "/")
    if name.startswith("/") or name[1:2] == ":":
        return None
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if not parts or ".." in parts:
        return None
    return "/".join(parts)


class DiskFolder:
    """A folder on disk.  Listed at the first question and then remembered: make a new one to look again."""

    def __init__(self, root: Path | str, limit: int = MAX_SIBLING_BYTES) -> None:
        self.root = Path(root)
        self._limit = limit
        self._by_fold: dict[str, str] | None = None

    def names(self) -> list[str]:
        """Every file within ``MAX_DEPTH`` folders, sorted; at most ``MAX_NAMES``."""
        return sorted(self._index().values())

    def read(self, name: str) -> bytes | None:
        """The bytes of ``name``, or None when it is missing, outside, not a plain file or too large."""
        clean = clean_name(name)
        if clean is None:
            return None
        data = self._read_inside(clean)
        if data is None and (known := self._index().get(clean.casefold())) is not None and known != clean:
            data = self._read_inside(known)
        return data

    def _read_inside(self, name: str) -> bytes | None:
        try:
            path = (self.root / name).resolve(strict=True)
            if not path.is_relative_to(self.root.resolve()):
                return None
            found = path.stat()  # before opening: a named pipe would wait for its writer
            if not stat.S_ISREG(found.st_mode) or found.st_size > self._limit:
                return None
            with path.open("rb") as file:
                return file.read(self._limit)
        except (OSError, RuntimeError):  # RuntimeError: links in a circle
            return None

    def _index(self) -> dict[str, str]:
        if self._by_fold is None:
            self._by_fold = {}
            for where, folders, files in os.walk(self.root):
                inside = os.path.relpath(where, self.root).replace(os.sep, "/")
                depth = 0 if inside == "." else inside.count("/") + 1
                if depth >= MAX_DEPTH:
                    folders.clear()
                folders.sort()
                for file in sorted(files):
                    name = file if inside == "." else f"{inside}/{file}"
                    self._by_fold.setdefault(name.casefold(), name)
                if len(self._by_fold) >= MAX_NAMES:
                    break
        return self._by_fold


class ZipFolder:
    """The inside of a zip archive (``.osz``, ``.qp``, ``.zip``), seen from the folder ``inside`` it.

    Opening reads the table of contents only.  Raises :class:`ChartError` when the file is no zip archive or its
    table is out of bounds.  ``refused`` says in one sentence each which entries are not to be had and why.
    """

    def __init__(self, source: Path | str | bytes, name: str = "", inside: str = "") -> None:
        self.name = name or (str(source) if not isinstance(source, bytes) else "archive")
        self.inside = inside.strip("/")
        self.refused: list[str] = []
        self._source = source
        self._entries: dict[str, zipfile.ZipInfo] = {}
        self._by_fold: dict[str, str] = {}
        try:
            with self._open() as raw:
                _check_directory(raw, self.name)
                with zipfile.ZipFile(raw) as archive:
                    self._list(archive.infolist())
        except (OSError, ValueError, OverflowError, NotImplementedError, zipfile.BadZipFile, struct.error) as error:
            raise ChartError(self.name, f"cannot be opened as a zip archive ({error}); fetch it again") from error

    def names(self) -> list[str]:
        """Every readable file below ``inside``, sorted."""
        prefix = f"{self.inside}/" if self.inside else ""
        return sorted(name[len(prefix) :] for name in self._entries if name.startswith(prefix))

    def read(self, name: str) -> bytes | None:
        """The bytes of ``name``, or None when it is missing, outside, damaged or too large."""
        try:
            return self.read_checked(name, MAX_SIBLING_BYTES)
        except ChartError:
            return None

    def read_checked(self, name: str, limit: int) -> bytes | None:
        """As :meth:`read`, at most ``limit`` bytes; raises :class:`ChartError` for a damaged or larger entry."""
        below = clean_name(name)
        if below is None:
            return None
        clean = f"{self.inside}/{below}" if self.inside else below
        entry = self._entries.get(clean) or self._entries.get(self._by_fold.get(clean.casefold(), ""))
        if entry is None:
            return None
        where = f"{self.name}/{clean}"
        try:
            with self._open() as raw:
                data = _unpack(raw, entry, limit)
        except (OSError, ValueError, OverflowError, zipfile.BadZipFile, zlib.error, struct.error) as error:
            raise ChartError(where, f"is damaged in its archive ({error}); fetch the archive again") from error
        if len(data) > limit:
            raise ChartError(where, f"unpacks to more than {limit // 1024 // 1024} MiB; it was left out")
        return data

    def at(self, inside: str) -> ZipFolder:
        """The same archive seen from another folder inside it."""
        other = object.__new__(ZipFolder)
        other.__dict__.update(self.__dict__)
        other.inside = inside.strip("/")
        return other

    def _open(self) -> BinaryIO:
        return io.BytesIO(self._source) if isinstance(self._source, bytes) else open(self._source, "rb")

    def _list(self, infos: list[zipfile.ZipInfo]) -> None:
        if len(infos) > MAX_NAMES:
            raise ChartError(self.name, f"holds more than {MAX_NAMES} files; unpack it and add the songs you want")
        for info in infos:
            if info.filename.endswith("/"):
                continue
            name = entry_name(info)
            clean = clean_name(name)
            reason = _refusal(info, clean)
            if reason or clean is None:
                shown = "".join(letter if letter.isprintable() else "?" for letter in name[:200])
                self.refused.append(f"{self.name}/{shown}: {reason}; it was left out")
                continue
            if clean in self._entries:
                self.refused.append(f"{self.name}/{clean}: stands in the archive twice; the first one is used")
                continue
            self._entries[clean] = info
            self._by_fold.setdefault(clean.casefold(), clean)


def entry_name(info: zipfile.ZipInfo) -> str:
    """The name of a zip entry as its maker meant it.

    Archives without the UTF-8 flag are decoded as code page 437 by the standard library; most of them were
    written in UTF-8 or Shift-JIS all the same.
    """
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "shift_jis"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _unpack(raw: BinaryIO, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """The bytes of one entry, at most ``limit + 1`` of them (APPNOTE 4.3.7).

    Straight from the local header: the standard library's way would read the table of contents again, which for
    a song of two thousand key sounds takes longer than the sounds.
    """
    raw.seek(entry.header_offset)
    header = raw.read(_LOCAL_HEADER.size)
    if header[:4] != b"PK\3\4":
        raise zipfile.BadZipFile("no file where the table of contents says")
    name_bytes, extra_bytes = _LOCAL_HEADER.unpack(header)[1:]
    raw.seek(name_bytes + extra_bytes, io.SEEK_CUR)
    packed = raw.read(min(entry.compress_size, limit + 1))
    if entry.compress_type == zipfile.ZIP_STORED:
        data = packed
    else:
        data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, limit + 1)
    if len(data) <= limit and (len(data) != entry.file_size or zlib.crc32(data) != entry.CRC):
        raise zipfile.BadZipFile("its checksum does not fit")
    return data


def _refusal(info: zipfile.ZipInfo, clean: str | None) -> str:
    """Why this entry is not to be had, or an empty text."""
    if clean is None:
        return "its path leads out of the archive or is no path"
    if info.flag_bits & 0x1:
        return "is encrypted"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link"
    # The other methods may ask for gigabytes of dictionary before the first byte comes out.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in a way other than deflate"
    return ""


def _check_directory(raw: BinaryIO, name: str) -> None:
    """Refuse an archive whose table of contents is too long, before anything parses it (APPNOTE 4.3.16, 4.3.14)."""
    size = raw.seek(0, io.SEEK_END)
    back = min(size, _END_RECORD.size + _MAX_COMMENT + _END64_LOCATOR_BYTES)
    raw.seek(size - back)
    tail = raw.read(back)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END_RECORD.size:
        raise zipfile.BadZipFile("no table of contents at its end")
    length = _END_RECORD.unpack_from(tail, at)[5]
    if tail[max(0, at - _END64_LOCATOR_BYTES) :].startswith(b"PK\6\7"):
        (offset,) = struct.unpack_from("<Q", tail, at - _END64_LOCATOR_BYTES + 8)
        if offset + 56 <= size:
            raw.seek(offset)
            length = max(length, struct.unpack_from("<Q", raw.read(56), 40)[0])
    raw.seek(0)
    if length > MAX_DIRECTORY_BYTES:
        raise ChartError(name, "lists more files than any song has; unpack it and add the songs you want")
