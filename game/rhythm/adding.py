"""Taking songs into the player's own folder: a folder, an archive or a single chart, all of it or nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path, PurePosixPath

from engine.errors import UserError
from game.rhythm.formats.containers import MAX_SIBLING_BYTES, DiskFolder, ZipFolder, clean_name
from game.rhythm.formats.read import ARCHIVE_SUFFIXES, CHART_SUFFIXES, read_chart_file

MAX_FILES = 20_000
MAX_BYTES = 4 * 1024**3
"""More than this is a library, not a song: it is added as a songs folder in the settings instead of copied."""

MAX_CLASHES = 1000
TEMPORARY = ".adding-"
"""Half-copied songs are gathered under this name; none is left behind."""


def import_path(path: Path | str, into: Path | str) -> list[Path]:
    """Copy the songs at ``path`` into the songs folder ``into`` and say what was added.

    A folder is copied whole, an archive is unpacked into a folder of its name, a single chart is taken with the sounds
    and pictures it names.  Nothing there is overwritten: a name that is taken gets a number.  Either everything is
    added or nothing.

    Raises:
        UserError: in one sentence, when there is nothing to add or it cannot be copied.
    """
    path, into = Path(path).resolve(), Path(into).resolve()
    if not path.exists():
        raise UserError(f"{path}: there is nothing of that name to add")
    if into.is_relative_to(path) or path.is_relative_to(into):
        raise UserError(f"{path}: is in the songs folder already")
    suffix = path.suffix.lower()
    if path.is_file() and suffix not in (*CHART_SUFFIXES, *ARCHIVE_SUFFIXES):
        known = " ".join((*CHART_SUFFIXES, *ARCHIVE_SUFFIXES))
        raise UserError(f"{path}: is neither a folder nor a chart this game reads ({known})")
    try:
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=into) as gathering:
            draft = Path(gathering) / "song"
            draft.mkdir()
            if path.is_dir():
                _copy_folder(path, draft)
            elif suffix in ARCHIVE_SUFFIXES:
                _unpack(path, draft)
            else:
                _copy_chart(path, draft)
            return [_move(draft, into, path.name if path.is_dir() else _song_name(path))]
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(f"{path}: could not be added to {into} ({reason}); nothing was changed there") from error


def _song_name(path: Path) -> str:
    """The folder for a file: an archive's own name, for a chart that of the folder it came from."""
    if path.suffix.lower() in ARCHIVE_SUFFIXES:
        return path.stem
    return path.parent.name or path.stem


def _unpack(archive: Path, draft: Path) -> None:
    """Write every readable file of ``archive`` below ``draft``; the names were checked by :class:`ZipFolder`."""
    folder = ZipFolder(archive, name=str(archive))
    names = folder.names()
    if not any(name.lower().endswith(CHART_SUFFIXES) for name in names):
        raise UserError(f"{archive}: holds no chart that this game reads")
    left = MAX_BYTES
    taken: set[str] = set()
    for name in names:
        if name.casefold() in taken:
            continue
        taken.add(name.casefold())
        data = folder.read_checked(name, min(MAX_SIBLING_BYTES, left))
        if data is None:
            continue
        left -= len(data)
        target = draft / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _copy_folder(source: Path, draft: Path) -> None:
    """Copy the plain files below ``source``; links are left behind, since they may lead anywhere."""
    files, size, charts = 0, 0, 0
    for where, _, names in os.walk(source):
        for name in names:
            file = Path(where) / name
            if file.is_symlink() or not file.is_file():
                continue
            files, size = files + 1, size + file.stat().st_size
            if files > MAX_FILES or size > MAX_BYTES:
                raise UserError(f"{source}: is too much to copy; add it as a songs folder in the settings instead")
            charts += name.lower().endswith((*CHART_SUFFIXES, *ARCHIVE_SUFFIXES))
            target = draft / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)
    if not charts:
        raise UserError(f"{source}: holds no chart that this game reads")


def _copy_chart(source: Path, draft: Path) -> None:
    """Copy one chart file and, from the folder it lies in (which may hold anything), only what it names."""
    result = read_chart_file(source)
    wanted: set[str] = set()
    for chart in result.charts:
        for name in (chart.audio, chart.background, *chart.sounds):
            # Samples of a bank are named bank#number; and a chart that names a .wav often comes with an .ogg.
            clean = clean_name(name.partition("#")[0])
            if clean is not None:
                wanted.add(_stem(clean))
    shutil.copy2(source, draft / source.name)
    folder = DiskFolder(source.parent)
    for name in folder.names():
        if _stem(name) not in wanted or name.lower().endswith(CHART_SUFFIXES):
            continue
        data = folder.read(name)
        if data is not None:
            target = draft / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


def _stem(name: str) -> str:
    """A file's name inside its folder without its ending, whatever the case."""
    return PurePosixPath(name).with_suffix("").as_posix().casefold()


def _move(draft: Path, into: Path, name: str) -> Path:
    """Give ``draft`` its name in ``into``, or the first free one with a number."""
    for number in range(1, MAX_CLASHES):
        target = into / (name if number == 1 else f"{name} ({number})")
        if target.exists():
            continue
        try:
            # Within one file system a rename happens whole or not at all.
            os.rename(draft, target)
        except FileExistsError:
            continue
        return target
    raise UserError(f"{into / name}: there are too many songs of that name; rename the one to add")
