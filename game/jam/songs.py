"""A song as the conductor offers it, and as the others get it: its files by size and hash, never by where they lie.

A song from a folder is its charts, what they name, and its licence; one from an archive is the archive.  A song of
very many key sounds, or with names that not every system takes, travels as one archive made of them, the same on
every machine.  The files themselves go by :mod:`engine.net.transfer`.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import msgpack

from engine.errors import UserError
from engine.net.transfer import OfferedFile, file_hash, is_safe_name, read_offer
from game.jam.events import SongOffered
from game.jam.inbox import MAX_FILES, Unfit, pack
from game.jam.parts import parts_of
from game.rhythm.chart import MAX_LANES, Chart
from game.rhythm.entries import ChartEntry
from game.rhythm.formats.containers import DiskFolder, clean_name
from game.rhythm.formats.face import ChartError
from game.rhythm.formats.read import ARCHIVE_SUFFIXES, CHART_SUFFIXES, read_chart_file
from game.rhythm.rules import RULE_SETS

RECEIVED = "jam"
"""Songs from a jam lie in this folder of the profile's songs."""

MAX_SONG_BYTES = 1 << 30
"""A song larger than this is not offered."""

MAX_CHARTS = 60
MAX_CHART_FILES = 200
"""So many files of one folder are looked into for more charts of the song."""

MAX_LEVEL = 100
BUNDLE = "song.zip"
LICENCES = ("license", "licence", "readme", "copying")


@dataclass(frozen=True, slots=True)
class Song:
    """A song that is here: what is offered, and its files for :class:`engine.net.transfer.TransferServer`."""

    offer: SongOffered
    files: Mapping[str, OfferedFile]


def song_hash(files: Mapping[str, tuple[int, str]]) -> str:
    """The hash over names and file hashes that a song goes by."""
    listed = sorted((name, size, digest) for name, (size, digest) in files.items())
    return hashlib.blake2b(msgpack.packb(listed), digest_size=32).hexdigest()


def offer_of(entry: ChartEntry, aside: Path, rules: str = RULE_SETS[0], rate: float = 1.0) -> Song:
    """The song that ``entry`` belongs to, ready to be offered; its parts are those of ``entry``'s chart.

    Reads every file of it: beside the game, not in a step.  ``aside`` is a folder for an archive that must be made.

    Raises:
        UserError: it cannot be read, or is too large to be sent round.
    """
    file = Path(entry.file)
    charts = _charts_of(file, entry)
    picked = next((chart for chart in charts if chart.hash == entry.hash), None)
    if picked is None:
        raise UserError(f"{file}: this chart is no longer there; look for songs again")
    song = _offered(entry, file, charts, picked, _gathered(file, charts, aside), rules, rate)
    if len(song.files) > 1 and not _fits(song.offer):
        song = _offered(entry, file, charts, picked, _gathered(file, charts, aside, bundle=True), rules, rate)
    return song


def _offered(
    entry: ChartEntry,
    file: Path,
    charts: Iterable[Chart],
    picked: Chart,
    sources: Mapping[str, Path],
    rules: str,
    rate: float,
) -> Song:
    files = read_offer(sources)
    told = {name: (one.size, one.hash.hex()) for name, one in files.items()}
    bundled = BUNDLE in sources and sources[BUNDLE] != file
    listed = tuple(_listed(chart, file, bundled) for chart in charts)
    parts = tuple((part.name, part.words, part.share) for part in parts_of(picked))
    return Song(SongOffered(song_hash(told), entry.title, entry.artist, told, listed, parts, rules, rate), files)


def _fits(offer: SongOffered) -> bool:
    """Whether ``offer`` can be said at once."""
    try:
        return bool(pack(offer))
    except Unfit:
        return False


def _listed(chart: Chart, file: Path, bundled: bool) -> tuple[str, int, str, str, int]:
    archive = file.suffix.lower() in ARCHIVE_SUFFIXES
    name = BUNDLE if bundled else _plain_name(file) if archive else Path(chart.path).name
    return name, chart.index, chart.hash, chart.level[:MAX_LEVEL], chart.keys


def _charts_of(file: Path, entry: ChartEntry) -> list[Chart]:
    """The charts of ``entry``'s song: in its archive, or in its folder."""
    if file.suffix.lower() in ARCHIVE_SUFFIXES:
        found = list(read_chart_file(file).charts)
    else:
        found = []
        beside = [file.parent / name for name in DiskFolder(file.parent).names() if "/" not in name]
        others = [path for path in beside if path != file and path.suffix.lower() in CHART_SUFFIXES]
        for path in [file, *others][:MAX_CHART_FILES]:
            try:
                found += read_chart_file(path).charts
            except ChartError:
                if path == file:
                    raise
    same = [chart for chart in found if chart.title.strip() == entry.title.strip() or chart.hash == entry.hash]
    playable = [chart for chart in same if len(chart.notes) and chart.keys <= MAX_LANES]
    return sorted(playable, key=lambda chart: chart.hash != entry.hash)[:MAX_CHARTS]


def _gathered(file: Path, charts: Iterable[Chart], aside: Path, bundle: bool = False) -> dict[str, Path]:
    """The files of a song by name; an archive made of them where they are too many or have difficult names."""
    if file.suffix.lower() in ARCHIVE_SUFFIXES:
        return {_plain_name(file): file}
    sources = {name: file.parent / name for name in _wanted(file.parent, charts)}
    try:
        size = sum(path.stat().st_size for path in sources.values())
    except OSError as error:
        raise UserError(f"{file.parent}: cannot be read ({error.strerror}); look at its permissions") from error
    if size > MAX_SONG_BYTES:
        raise UserError(f"{file.parent}: is larger than {MAX_SONG_BYTES >> 20} MiB; pick a song that can be sent round")
    if not bundle and len(sources) <= MAX_FILES and all(map(is_safe_name, sources)):
        return sources
    return {BUNDLE: _bundle(sources, aside)}


def _wanted(folder: Path, charts: Iterable[Chart]) -> list[str]:
    """The charts' files, what they name (whatever its ending: a .wav often comes as an .ogg), and the licence."""
    files: set[str] = set()
    stems: set[str] = set()
    for chart in charts:
        files.add(Path(chart.path).name)
        for name in (chart.audio, chart.background, *chart.sounds):
            clean = clean_name(name.partition("#")[0])
            if clean is not None:
                stems.add(_stem(clean))
    out = []
    for name in DiskFolder(folder).names():
        licence = "/" not in name and name.lower().startswith(LICENCES)
        belongs = _stem(name) in stems and not name.lower().endswith(CHART_SUFFIXES)
        if (name in files or belongs or licence) and clean_name(name) == name and _inside(folder, name):
            out.append(name)
    return out


def _stem(name: str) -> str:
    return PurePosixPath(name).with_suffix("").as_posix().casefold()


def _inside(folder: Path, name: str) -> bool:
    """Whether ``name`` is a plain file below ``folder`` and no link out of it."""
    path = (folder / name).resolve()
    return path.is_file() and path.is_relative_to(folder.resolve())


def _plain_name(file: Path) -> str:
    return file.name if is_safe_name(file.name) else f"song{file.suffix.lower()}"


def _bundle(sources: Mapping[str, Path], aside: Path) -> Path:
    """An archive of ``sources``: same files, same bytes (stored, sorted, without dates)."""
    try:
        aside.mkdir(parents=True, exist_ok=True)
        draft = aside / f"{BUNDLE}.{os.getpid()}"
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted(sources):
                archive.writestr(zipfile.ZipInfo(name), sources[name].read_bytes())
        folder = aside / file_hash(draft)[1].hex()[:16]
        folder.mkdir(exist_ok=True)
        os.replace(draft, folder / BUNDLE)
    except OSError as error:
        raise UserError(
            f"{aside}: the song cannot be packed there ({error.strerror}); make room on that disk"
        ) from error
    return folder / BUNDLE


# -- at the other end ------------------------------------------------------------------------------------------


def folder_for(offer: SongOffered, songs: Path) -> Path:
    """Where a received song goes below the profile's ``songs``: a folder of its own with a name one recognises."""
    title = "".join(letter if letter.isalnum() or letter in "-_'" else " " for letter in offer.title)
    name = " ".join(title.split()).encode()[:60].decode(errors="ignore").strip() or "song"
    return songs / RECEIVED / f"{name} {offer.song[:8]}"


def missing(offer: SongOffered, folder: Path) -> list[str]:
    """The files of ``offer`` that ``folder`` lacks or holds otherwise, by size and hash."""
    out = []
    for name, (size, digest) in offer.files.items():
        path = folder / name
        try:
            same = _inside(folder, name) and path.stat().st_size == size and file_hash(path)[1].hex() == digest
        except OSError:
            same = False  # what cannot be read is not held
        if not same:
            out.append(name)
    return out


def find_song(offer: SongOffered, entries: Iterable[ChartEntry], songs: Path, aside: Path) -> Path | None:
    """The folder that holds all of ``offer`` already, wherever it is; None if it must be fetched.

    ``entries`` are the library's.  Reads files: beside the game, not in a step.
    """
    hashes = {chart_hash for _, _, chart_hash, _, _ in offer.charts}
    near = [entry for entry in entries if entry.hash in hashes]
    for place in dict.fromkeys([folder_for(offer, songs), *(Path(entry.file).parent for entry in near)]):
        if place.is_dir() and not missing(offer, place):
            return place
    if list(offer.files) == [BUNDLE]:
        return _packed_alike(offer, near, aside)
    return None


def _packed_alike(offer: SongOffered, entries: Iterable[ChartEntry], aside: Path) -> Path | None:
    """Where the archive on ``offer`` lies once it is made of a song that is here unpacked; None if none fits."""
    for entry in entries:
        try:
            files = offer_of(entry, aside).files
        except UserError:
            continue
        if BUNDLE in files and files[BUNDLE].hash.hex() == offer.files[BUNDLE][1]:
            return files[BUNDLE].path.parent
    return None


def files_in(offer: SongOffered, folder: Path) -> dict[str, OfferedFile]:
    """The files of ``offer`` in ``folder`` for a TransferServer: who holds a song gives it to others as well.

    Raises:
        UserError: one cannot be read.
    """
    return read_offer({name: folder / name for name in offer.files})


def charts_in(offer: SongOffered, folder: Path) -> list[Chart]:
    """The charts of ``offer`` out of the files in ``folder``.

    Raises:
        UserError: one of them cannot be read, or none of what was offered is there.
    """
    wanted = {chart_hash for _, _, chart_hash, _, _ in offer.charts}
    out: list[Chart] = []
    for name in dict.fromkeys(file for file, _, _, _, _ in offer.charts):
        if _inside(folder, name):
            out += [chart for chart in read_chart_file(folder / name).charts if chart.hash in wanted]
    if not out:
        raise UserError(f"{folder}: holds none of the charts of {offer.title}; let it be sent again")
    return out
