"""Reading a library's folders: which files are there, and what is in those that changed.

Files are read in processes of their own, so that neither a slow chart nor one that breaks its reader is felt in
the game.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from engine.jobs import begin_process
from game.rhythm.entries import ChartEntry, counts, entry_of
from game.rhythm.formats.face import ChartError, Skipped
from game.rhythm.formats.read import ARCHIVE_SUFFIXES, CHART_SUFFIXES, read_chart_file

MAX_DEPTH = 8
"""Folders deeper than this below a root are not looked into."""

MAX_FILES = 200_000
"""A library holds at most so many files; what lies beyond is said to be left out."""

BATCH_FILES = 16
"""Files a worker reads at a time: enough that handing them over costs nothing beside reading them."""

FEW_FILES = 4
"""As many changed files are read faster right here than processes can start."""

WORKERS = 2
SUFFIXES = (*CHART_SUFFIXES, *ARCHIVE_SUFFIXES)


class FoundFile(NamedTuple):
    """A file that may hold charts, and what tells whether it changed."""

    path: str
    mtime_ns: int
    size: int
    root: str


class FileReport(NamedTuple):
    """What a file held.  ``problem`` is empty, or one sentence a line: why it, or charts in it, could not be read."""

    file: FoundFile
    entries: tuple[ChartEntry, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan is; ``left_s`` is an estimate from the pace so far."""

    done: int
    total: int
    left_s: float


@dataclass(slots=True)
class Found:
    """The files below some roots, and a sentence for each place that could not be looked into."""

    files: dict[str, FoundFile] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    missing_roots: list[str] = field(default_factory=list)


def find_files(roots: Iterable[str]) -> Found:
    """Every file below ``roots`` that may hold charts; links are followed, but nowhere twice.

    Where the same song lies there as ``.ssc`` and as the older ``.sm``, only the former is taken, as StepMania does.
    """
    found = Found()
    seen: set[tuple[int, int]] = set()
    for root in roots:
        if os.path.isdir(root):
            _walk(root, root, 0, seen, found)
        else:
            found.missing_roots.append(root)
            found.problems.append(f"{root}: this songs folder is not there; connect it or take it out of the settings")
    for path in [path for path in found.files if path.lower().endswith(".sm")]:
        if path[:-3] + ".ssc" in found.files:
            del found.files[path]
    return found


def _walk(folder: str, root: str, depth: int, seen: set[tuple[int, int]], found: Found) -> None:
    """Look into ``folder`` and, up to the bound, those inside it."""
    try:
        here = os.stat(folder)
        if (here.st_dev, here.st_ino) in seen:
            return
        seen.add((here.st_dev, here.st_ino))
        with os.scandir(folder) as listing:
            children = sorted(listing, key=lambda child: child.name)
    except OSError as error:
        found.problems.append(f"{_shown(folder)}: cannot be looked into ({error.strerror}); check its permissions")
        return
    for child in children:
        if child.name.startswith("."):  # what is being added just now, and the shadow files of macOS
            continue
        try:
            if child.is_dir():
                if depth < MAX_DEPTH:
                    _walk(child.path, root, depth + 1, seen, found)
            elif child.name.lower().endswith(SUFFIXES) and child.is_file():
                _note_file(child, root, found)
        except OSError as error:
            found.problems.append(f"{_shown(child.path)}: cannot be looked at ({error.strerror}); check it")


def _note_file(child: os.DirEntry[str], root: str, found: Found) -> None:
    if len(found.files) >= MAX_FILES:
        sentence = f"{root}: holds more than {MAX_FILES:,} chart files; those beyond are left out"
        if sentence not in found.problems:
            found.problems.append(sentence)
        return
    if _shown(child.path) != child.path:
        found.problems.append(f"{_shown(child.path)}: has a name in no known encoding; rename it")
        return
    status = child.stat()
    found.files[child.path] = FoundFile(child.path, status.st_mtime_ns, status.st_size, root)


def _shown(path: str) -> str:
    """``path`` as it can be shown and stored: bytes that are no text become question marks."""
    return path.encode("utf-8", "replace").decode("utf-8")


def read_files(files: list[FoundFile]) -> list[FileReport]:
    """Read ``files`` one after the other (in a worker)."""
    return [read_file(file) for file in files]


def read_file(file: FoundFile) -> FileReport:
    """What ``file`` holds, rated; never raises for what is in it."""
    try:
        result = read_chart_file(file.path)
        played = [chart for chart in result.charts if sum(counts(chart)[:2])]
        entries = tuple(entry_of(chart, file.path, file.root) for chart in played)
    except ChartError as error:
        return FileReport(file, problem=" ".join(str(error).split()))
    except Exception as error:
        # A fault in a reader must cost this file only, not the library.
        return FileReport(file, problem=f"{file.path}: the reader failed on it ({type(error).__name__}); leave it out")
    if not result.charts and not result.skipped:
        return FileReport(file, problem=f"{file.path}: holds no chart; leave it out")
    empty = tuple(
        Skipped(chart.path or file.path, chart.title, "a chart without notes, left alone")
        for chart in result.charts
        if chart not in played
    )
    problem = "\n".join(" ".join(sentence.split()) for sentence in result.broken)
    return FileReport(file, entries, result.skipped + empty, problem)


def scan(
    files: list[FoundFile],
    cancelled: Callable[[], bool] = lambda: False,
    workers: int = WORKERS,
) -> Iterator[tuple[list[FileReport], Progress]]:
    """Read ``files`` in ``workers`` processes and yield what was read, with progress, as it comes.

    Stops early when ``cancelled`` says so.  A file whose reading ends its process becomes a problem of its own.
    """
    started = time.monotonic()
    done = 0
    batches = _here(files) if len(files) <= FEW_FILES else _apart(files, cancelled, workers)
    for reports in batches:
        done += len(reports)
        left_s = (time.monotonic() - started) / done * (len(files) - done)
        yield reports, Progress(done, len(files), left_s)
        if cancelled():
            return


def _here(files: list[FoundFile]) -> Iterator[list[FileReport]]:
    for file in files:
        yield [read_file(file)]


def _apart(files: list[FoundFile], cancelled: Callable[[], bool], workers: int) -> Iterator[list[FileReport]]:
    """Batches through a pool; where that breaks, what is left goes one by one until the culprit is found."""
    left = {file.path: file for file in files}
    for size, width in ((BATCH_FILES, workers), (1, 1)):
        while left and not cancelled():
            try:
                for reports in _pooled(list(left.values()), size, width, cancelled):
                    for report in reports:
                        del left[report.file.path]
                    yield reports
                return
            except BrokenProcessPool:
                if size > 1:
                    break
                # One file at a time, in order: the first one left is the one that did it.
                culprit = left.pop(next(iter(left)))
                problem = f"{culprit.path}: reading it ended the reader, so it was left out; fetch the chart again"
                yield [FileReport(culprit, problem=problem)]


def _pooled(files: list[FoundFile], size: int, width: int, cancelled: Callable[[], bool]) -> Iterator[list[FileReport]]:
    """Reports by batch as they come; at most two batches a worker wait, so that cancelling is quick.

    Raises:
        BrokenProcessPool: if a worker died.
    """
    batches = iter([files[at : at + size] for at in range(0, len(files), size)])
    ahead = 2 * width if size > 1 else 1
    pool = ProcessPoolExecutor(width, mp_context=multiprocessing.get_context("spawn"), initializer=begin_process)
    try:
        running: set[Future[list[FileReport]]] = {pool.submit(read_files, batch) for batch in islice(batches, ahead)}
        while running and not cancelled():
            finished, running = wait(running, timeout=0.1, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()
            running |= {pool.submit(read_files, batch) for batch in islice(batches, len(finished))}
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
