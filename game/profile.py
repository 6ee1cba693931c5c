"""A player's profile: the log, what follows from it, and the folders beside it.

``ourojam.db`` is the log and the only thing that cannot be made again; ``snapshots/`` holds copies of it;
``library.db`` is a cache over the song folders, ``songs/`` holds what the player added.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Any

from engine.clock import wall_us
from engine.errors import UserError
from engine.log import (
    CalendarClock,
    EventLog,
    LogError,
    LogFull,
    LogReadOnly,
    LogWriter,
    NewEvent,
    Projector,
    Snapshots,
)
from engine.log.lock import told_os
from engine.log.schema import open_database
from game.events import from_payload, to_log
from game.rhythm.board import BoardProjector
from game.roleplay.projector import RoleplayProjector
from game.roleplay.recall_projector import RecallProjector
from game.settings import SettingChanged, Settings, changed, fold

CHARTS = Path(__file__).resolve().parents[1] / "charts"
"""The songs that come with the game."""

ASSETS = Path(__file__).resolve().parents[1] / "assets"
"""Sounds and pictures that come with the game."""

PROFILE_STREAM = "profile"

TEND_WAIT_S = 2.0
"""A log that is not written down by then gets its snapshot another time."""

_logger = logging.getLogger(__name__)


class Profile:
    """An open profile; only one process at a time has one open for writing.

    ``log`` is for reading; whatever happens goes through ``writer``, which never waits.  ``snapshots`` is None where
    nothing can be kept.
    """

    def __init__(self, folder: Path, log: EventLog, own: EventLog | None = None, refusal: str = "") -> None:
        """``own`` is what is written to, if anything is; ``refusal`` says why that is not the log in ``folder``."""
        self.folder = folder
        self.log = log
        self._own = own
        self._refusal = refusal
        self.snapshots: Snapshots | None = None
        self._uncopied = ""
        try:
            if own is not None and own.path is not None:
                self.snapshots = Snapshots(own, folder / "snapshots", CalendarClock())
        except LogError as error:
            self._uncopied = f"{error}. Playing goes on without copies of the log"
        self._settings = Settings()
        for event in log.read(PROFILE_STREAM):
            if event.kind == SettingChanged.kind:
                self._settings = fold(self._settings, from_payload(SettingChanged, event.payload))
        self._writer = LogWriter(own) if own is not None else None  # last: it is a thread, and nothing fails after it

    @classmethod
    def open(cls, folder: Path, *, read_only: bool = False) -> Profile:
        """Open the profile in ``folder``, making it when it is new.

        Where nothing can be written (a folder without permission, a medium that is read-only, a full disk) the
        profile is one in memory that begins with what was there, and :attr:`problem` says so.

        Raises:
            UserError: another game has it open (LogBusy), or its log is damaged or from a newer version.
        """
        path = folder / "ourojam.db"
        with ExitStack() as undo:
            profile = cls._open(folder, path, read_only, undo)
            undo.pop_all()
            return profile

    @classmethod
    def _open(cls, folder: Path, path: Path, read_only: bool, undo: ExitStack) -> Profile:
        """Open log and profile; what was opened before something fails is closed by ``undo``."""
        if read_only:
            log = undo.enter_context(closing(EventLog.open(path, projectors=projectors(), read_only=True)))
            return cls(folder, log)
        try:
            try:
                (folder / "songs").mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise told_os(error, folder) from error
            own = undo.enter_context(closing(EventLog.open(path, projectors=projectors())))
        except (LogReadOnly, LogFull) as error:
            memory = undo.enter_context(closing(_in_memory(path)))
            return cls(folder, memory, memory, f"{error}. Playing goes on without saving")
        # Reading goes by a connection of its own: the writer's may be busy with the disk at any moment.
        log = undo.enter_context(closing(EventLog.open(path, projectors=projectors(), read_only=True)))
        return cls(folder, log, own)

    @property
    def problem(self) -> str:
        """What the player should know: why nothing is being saved, or what was lost; empty when all is well."""
        return self._refusal or (self._writer.problem if self._writer is not None else "") or self._uncopied

    @property
    def writer(self) -> LogWriter:
        """Where everything that happens is handed to; it never waits for the disk.

        Raises:
            UserError: the profile was opened for reading only.
        """
        if self._writer is None:
            raise UserError(f"{self.folder}: this profile is open for reading only; close the other game first")
        return self._writer

    @property
    def own_log(self) -> EventLog:
        """The log itself, for a room that decides on what it wrote a moment ago; never on the main thread.

        Raises:
            UserError: the profile was opened for reading only.
        """
        if self._own is None:
            raise UserError(f"{self.folder}: this profile is open for reading only; close the other game first")
        return self._own

    @property
    def songs(self) -> Path:
        """Where songs that the player added live."""
        return self.folder / "songs"

    @property
    def library_cache(self) -> Path:
        """The library's cache, which may be deleted at any time."""
        return self.folder / "library.db"

    @property
    def settings(self) -> Settings:
        """What the player has set."""
        return self._settings

    def set(self, path: str, value: Any) -> None:
        """Set one setting (``group.name``); None puts it back to its default.

        Raises:
            UserError: if there is no such setting or it does not take this value.
        """
        settings = changed(self._settings, path, value)
        if settings == self._settings:
            return
        self._settings = settings
        self.append(PROFILE_STREAM, to_log(SettingChanged(path, value), at_us=wall_us()))

    def append(self, stream: str, *events: NewEvent) -> None:
        """Hand events to the log's writer; returns at once."""
        self.writer.append(stream, list(events))

    def settle(self) -> None:
        """Have everything written so far brought to the disk itself; returns at once."""
        self.writer.flush(0.0, final=True)

    def tend(self) -> None:
        """Take the snapshot that is due, if any: periodic or nightly.

        It waits for the disk: call it beside the game, between performances.

        Raises:
            UserError: the copy could not be made; the log itself is as it was.
        """
        if self.snapshots is not None and self.writer.flush(TEND_WAIT_S):
            self.snapshots.tick()

    def close(self) -> None:
        """Write what waits and let go of the log."""
        if self._writer is not None and (unsaved := self._writer.close()):
            _logger.warning("%s: %d events could not be saved", self.folder, unsaved)
        if self._own is not None:
            self._own.close()
        self.log.close()

    def __enter__(self) -> Profile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _in_memory(path: Path) -> EventLog:
    """A log that is gone when closed, beginning with what the one at ``path`` holds, if that can be read."""
    memory = EventLog.in_memory(projectors())
    try:
        if path.is_file():
            with closing(open_database(path, read_only=True)) as source:
                memory.replace_with(source)
    except (OSError, LogError) as error:
        _logger.warning("%s", error)
    return memory


def projectors() -> tuple[Projector, ...]:
    """Every room's projector; a log is always opened with all of them."""
    return (BoardProjector(), RoleplayProjector(), RecallProjector())
