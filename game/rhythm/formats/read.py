"""One door for every chart file: by its ending to the format that reads it, archives opened on the way.

A chart inside an archive has the path ``songs/set.osz/inner.osu``; :func:`open_folder` finds from that path the
files beside it, wherever they are.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Protocol, cast

from game.rhythm.chart import Chart
from game.rhythm.formats.containers import DiskFolder, Folder, NoFolder, ZipFolder
from game.rhythm.formats.face import MAX_FILE_BYTES, ChartError, ReadResult
from game.rhythm.formats.text import Warnings

_MODULES = {
    ".osu": "osu",
    ".qua": "qua",
    ".jam": "jam",
    ".sm": "sm",
    ".ssc": "sm",
    ".ojn": "o2jam",
    ".bms": "bms",
    ".bme": "bms",
    ".bml": "bms",
    ".pms": "bms",
}
"""Which module reads which ending; a module is loaded when the first file of its kind is met."""

CHART_SUFFIXES = tuple(_MODULES)
"""Endings of chart files."""

ARCHIVE_SUFFIXES = (".osz", ".qp", ".zip")
"""Endings of archives that hold charts and what belongs to them."""

MAX_ARCHIVE_CHARTS = 500
MAX_ARCHIVE_BYTES = 128 * 1024 * 1024
"""All charts of one archive together, unpacked."""


class Parse(Protocol):
    """What every format offers."""

    def __call__(self, data: bytes, name: str, folder: Folder) -> ReadResult:
        """Bytes to charts; raises :class:`ChartError`."""
        ...


def parser_for(suffix: str) -> Parse:
    """The reader of files that end in ``suffix`` (with its dot, any case).  Raises ``KeyError`` for others."""
    module = importlib.import_module(f"game.rhythm.formats.{_MODULES[suffix.lower()]}")
    return cast(Parse, module.parse)


def read_chart_file(path: Path | str) -> ReadResult:
    """Read every chart in the file or archive at ``path``.

    Raises :class:`ChartError` when the file cannot be read at all.  In an archive a chart that cannot be read
    becomes a warning as long as there is another that can.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in ARCHIVE_SUFFIXES:
        return _read_archive(path)
    if suffix not in _MODULES:
        raise ChartError(str(path), f"is no chart this game reads ({' '.join((*CHART_SUFFIXES, *ARCHIVE_SUFFIXES))})")
    return parser_for(suffix)(_read_bytes(path), str(path), DiskFolder(path.parent))


def open_folder(chart: Chart) -> Folder:
    """The files beside ``chart``: its folder on disk, its archive, or nothing when neither is there."""
    if not chart.path:
        return NoFolder()
    path = Path(chart.path)
    for place in path.parents:
        if place.suffix.lower() in ARCHIVE_SUFFIXES and place.is_file():
            inside = path.parent.relative_to(place).as_posix()
            try:
                return ZipFolder(place, inside="" if inside == "." else inside)
            except ChartError:
                return NoFolder()
    return DiskFolder(path.parent) if path.parent.is_dir() else NoFolder()


def _read_bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise ChartError(str(path), "is not there or is no file")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ChartError(str(path), f"is larger than {MAX_FILE_BYTES // 1024 // 1024} MiB, which no chart is")
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ChartError(str(path), f"cannot be opened ({error})") from error


def _read_archive(path: Path) -> ReadResult:
    archive = ZipFolder(path, name=str(path))
    warnings, broken = Warnings(""), Warnings("")
    for sentence in archive.refused:
        warnings.say(sentence)
    found = ReadResult()
    first_error: ChartError | None = None
    left_bytes = MAX_ARCHIVE_BYTES
    for inner in _chart_names(archive, warnings):
        try:
            data = archive.read_checked(inner, min(MAX_FILE_BYTES, left_bytes))
            if data is None:
                continue
            left_bytes -= len(data)
            inside = inner.rpartition("/")[0]
            one = parser_for(Path(inner).suffix)(data, f"{path}/{inner}", archive.at(inside))
        except ChartError as error:
            first_error = first_error or error
            warnings.say(str(error))
            broken.say(str(error))
            continue
        found = ReadResult(found.charts + one.charts, found.skipped + one.skipped)
        for sentence in one.warnings:
            warnings.say(sentence)
    if not found.charts and not found.skipped:
        raise first_error or ChartError(str(path), _nothing(archive))
    return ReadResult(found.charts, found.skipped, warnings.done(), broken.done())


def _chart_names(archive: ZipFolder, warnings: Warnings) -> list[str]:
    names = archive.names()
    for name in names:
        if name.lower().endswith(ARCHIVE_SUFFIXES):
            warnings.say(f"{archive.name}/{name}: is an archive inside an archive, which is not opened")
    charts = [name for name in names if name.lower().endswith(CHART_SUFFIXES)]
    if len(charts) > MAX_ARCHIVE_CHARTS:
        warnings.say(f"{archive.name}: holds {len(charts)} charts; the first {MAX_ARCHIVE_CHARTS} were read")
    return charts[:MAX_ARCHIVE_CHARTS]


def _nothing(archive: ZipFolder) -> str:
    if archive.refused:
        return f"holds no chart that can be read: {archive.refused[0]}"
    return "holds no chart that can be read"
