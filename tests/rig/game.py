"""The whole game as a player starts it: a process of its own with a window under an X server, told of by its stderr."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psutil

from engine.log import EventLog, StoredEvent
from game.profile import Profile
from game.rhythm.events import PerformanceStarted
from tests.rig.pilot import wait_until

HOUSE = Path(__file__).resolve().parents[2]
TITLE = "OuroJam"
PATIENCE_S = 60.0
"""How long something may take to happen before a test gives up on it."""


class Game:
    """``python -m game --windowed --debug`` on the profile in ``folder``, running while entered.

    ``said`` is what came on stderr so far.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self._environment = dict(environment)
        self.said: list[str] = []
        self._heard = 0
        self._seen: dict[int, psutil.Process] = {}
        self._memory: set[Path] = set()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "game", "--windowed", "--debug", "--profile", str(self.folder)],
            cwd=HOUSE,
            env=self._environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        self._listener = threading.Thread(target=self._listen, args=(self._process.stderr,))
        self._listener.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.look_around()
        self._process.kill()
        for process in self._seen.values():
            if process.is_running():
                process.kill()
        self._process.wait()
        self._listener.join()

    def _listen(self, stderr: IO[str]) -> None:
        with stderr:
            self.said.extend(iter(stderr.readline, ""))

    @property
    def pid(self) -> int:
        """The game's process."""
        return self._process.pid

    def heard(self, words: str) -> bool:
        """Whether a line with ``words`` was said, after the line that was heard last."""
        for place in range(self._heard, len(self.said)):
            if words in self.said[place]:
                self._heard = place + 1
                return True
        return False

    def hears(self, *any_of: str) -> str:
        """Wait until a line with one of these words is said, after the line that was heard last; says which.

        Raises:
            TimeoutError: none is said; the message holds what was.
        """
        try:
            found = wait_until(
                lambda: next((words for words in any_of if self.heard(words)), ""), f"any of {any_of}", PATIENCE_S
            )
        except TimeoutError as error:
            raise TimeoutError(f"{error}; said were:\n{''.join(self.said)}") from None
        return str(found)

    def performances(self) -> list[list[StoredEvent]]:
        """Every performance in the log as it stands on the disk now, the first first."""
        if not (self.folder / "ourojam.db").is_file():
            return []
        with Profile.open(self.folder, read_only=True) as profile:
            return [list(profile.log.read(stream)) for stream in sorted(played(profile.log))]

    def waits_for(self, kind: str, performance: int, count: int = 1) -> StoredEvent:
        """Wait until the performance of that number has ``count`` events of ``kind`` on the disk; the last of them."""

        def there() -> StoredEvent | None:
            every = self.performances()
            found = [event for event in every[performance] if event.kind == kind] if len(every) > performance else []
            return found[count - 1] if len(found) >= count else None

        event: StoredEvent = wait_until(there, f"{kind} of performance {performance}", PATIENCE_S)
        return event

    def look_around(self) -> None:
        """Remember which processes and which shared memory the game has now."""
        try:
            family = [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            return
        for process in family:
            self._seen[process.pid] = process
            try:
                maps = Path(f"/proc/{process.pid}/maps").read_text()
            except OSError:
                continue
            self._memory |= {Path(line.split()[-1]) for line in maps.splitlines() if " /dev/shm/" in line}

    def over(self, within_s: float) -> bool:
        """Whether the game ends within a while."""
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def ends(self, within_s: float = PATIENCE_S) -> int:
        """Wait for the end; the exit code.

        Raises:
            TimeoutError: it does not end; the message holds what was said.
        """
        try:
            code = self._process.wait(within_s)
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(f"{error}; said were:\n{''.join(self.said)}") from None
        self._listener.join()
        return code

    def left_behind(self) -> list[str]:
        """What of all that :meth:`look_around` saw outlives the game: processes and shared memory."""
        _, alive = psutil.wait_procs(list(self._seen.values()), timeout=10)
        return [str(process) for process in alive] + [str(path) for path in self._memory if path.exists()]

    def tell(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command beside the game, on the same profile."""
        return subprocess.run(
            [sys.executable, "-m", "game", *arguments, "--profile", str(self.folder)],
            cwd=HOUSE,
            env={name: value for name, value in os.environ.items() if name != "DISPLAY"},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )


def played(log: EventLog) -> list[str]:
    """The streams of performances."""
    return [stream for stream in log.streams() if next(iter(log.read(stream))).kind == PerformanceStarted.kind]
