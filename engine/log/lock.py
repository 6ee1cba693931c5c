"""One writer a file: a lock the operating system holds for us and drops when the process ends, however it ends."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from engine.log.face import LogBusy, LogError, LogFull, LogReadOnly

_TAKEN = {errno.EACCES, errno.EAGAIN, errno.EDEADLK, errno.EWOULDBLOCK}
_READ_ONLY = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def told_os(error: OSError, path: Path) -> LogError:
    """An operating system's error about ``path`` as a sentence for the player."""
    if error.errno in _FULL:
        return LogFull(f"{path}: the disk is full; free some space to go on saving")
    if error.errno in _READ_ONLY:
        return LogReadOnly(f"{path}: this folder cannot be written to; choose another or change its permissions")
    return LogError(f"{path}: {error.strerror or error}; check the disk or choose another folder")


def _try_lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, 1 << 30, os.SEEK_SET)  # far behind the text, so that others may still read who holds it
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FileLock:
    """Holds ``path`` locked from creation to :meth:`release`; the file names the process that has it.

    Raises:
        LogBusy: another process (or another part of this one) holds it.
        LogReadOnly, LogFull, LogError: the lock file cannot be made.
    """

    def __init__(self, path: Path, guards: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise told_os(error, path.parent) from error
        try:
            _try_lock(self._handle)
        except OSError as error:
            os.lseek(self._handle, 0, os.SEEK_SET)
            holder = os.read(self._handle, 20).decode("ascii", "replace").strip()
            os.close(self._handle)
            if error.errno not in _TAKEN:
                raise told_os(error, path) from error
            who = f" (process {holder})" if holder.isdigit() else ""
            raise LogBusy(
                f"{guards}: already open in another window{who}; close that one first, or choose another profile"
            ) from error
        try:
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.ftruncate(self._handle, 0)
            os.write(self._handle, f"{os.getpid()}\n".encode("ascii"))
        except OSError as error:
            os.close(self._handle)
            raise told_os(error, path) from error

    def release(self) -> None:
        """Let the next one in; harmless to repeat."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
