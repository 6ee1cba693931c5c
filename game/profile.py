"""A player's profile: the log, what follows from it, and the folders beside it.

``ourojam.db`` is the log and the only thing that cannot be made again; ``library.db`` is a cache over the song
folders, ``songs/`` holds what the player added.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

from engine.clock import wall_us
from engine.errors import UserError
from engine.log import EventLog, LogWriter, NewEvent
from game.events import from_payload, to_log
from game.rhythm.board import BoardProjector
from game.settings import SettingChanged, Settings, changed, fold

CHARTS = Path(__file__).resolve().parents[1] / "charts"
"""The songs that come with the game."""

ASSETS = Path(__file__).resolve().parents[1] / "assets"
"""Sounds and pictures that come with the game."""

PROFILE_STREAM = "profile"


class Profile:
    """An open profile; only one process at a time has one open for writing.

    ``log`` is for reading; whatever happens goes through ``writer``, which never waits.
    """

    def __init__(self, folder: Path, log: EventLog, own: EventLog | None = None) -> None:
        self.folder = folder
        self.log = log
        self._own = own
        self._writer = LogWriter(own) if own is not None else None
        self._settings = Settings()
        for event in log.read(PROFILE_STREAM):
            if event.kind == SettingChanged.kind:
                self._settings = fold(self._settings, from_payload(SettingChanged, event.payload))

    @classmethod
    def open(cls, folder: Path, *, read_only: bool = False) -> Profile:
        """Open the profile in ``folder``, making it when it is new.

        Raises:
            UserError: the folder cannot be used, or another game has it open.
        """
        path = folder / "ourojam.db"
        if read_only:
            return cls(folder, EventLog.open(path, projectors=projectors(), read_only=True))
        try:
            (folder / "songs").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(
                f"{folder}: the profile cannot be made here ({error.strerror}); choose another with --profile DIR"
            ) from None
        own = EventLog.open(path, projectors=projectors())
        # Reading goes by a connection of its own: the writer's may be busy with the disk at any moment.
        return cls(folder, EventLog.open(path, projectors=projectors(), read_only=True), own)

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

    def close(self) -> None:
        """Write what waits and let go of the log."""
        self.log.close()
        if self._writer is not None:
            self._writer.close()
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> Profile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def projectors() -> tuple[BoardProjector, ...]:
    """Every room's projector; a log is always opened with all of them."""
    return (BoardProjector(),)
