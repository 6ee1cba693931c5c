"""The songs of the game, kept up to date beside it: looking through the folders, and taking in what was dropped."""

from __future__ import annotations

import logging
import time
from collections import deque
from pathlib import Path

from engine.errors import UserError
from engine.jobs import Job
from game.rhythm.entries import ChartEntry
from game.rhythm.library import Progress, Refreshed, import_path
from game.scenes.context import Context

REMEMBERED = "collection"

log = logging.getLogger(__name__)


class Collection:
    """Looks for songs and adds songs, one after the other, never two at once.

    ``version`` grows whenever the list may have changed; ``progress`` says how far a look through the folders is (None
    when there is none); ``adding`` is the name of what is being added just now.  ``arrived`` holds the folders of songs
    that were added (the file of one that was there already) and not yet taken with :meth:`take_arrived`.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._waiting: deque[str] = deque()
        self._look_again = False
        self._added: list[Path] = []
        self._job: Job[Refreshed] | Job[list[Path] | ChartEntry] | None = None
        self._stop = False
        self._shown_s = 0.0
        self._known = len(context.library.entries)
        self._looked = False
        self.version = 0
        self.progress: Progress | None = None
        self.adding = ""
        self.arrived: list[Path] = []

    @classmethod
    def of(cls, context: Context) -> Collection:
        """The collection of this game."""
        found = context.remembered.setdefault(REMEMBERED, None) or cls(context)
        context.remembered[REMEMBERED] = found
        assert isinstance(found, Collection)
        return found

    @property
    def busy(self) -> bool:
        """Whether folders are being looked through or songs added."""
        return self._job is not None

    def look_once(self) -> None:
        """Look through the folders unless that was done since the game began."""
        if not self._looked:
            self.look()

    def look(self) -> None:
        """Look through the folders, after what is under way."""
        self._look_again = True
        self._go_on()

    def add(self, path: str) -> None:
        """Take in a folder, an archive or a chart, after what is under way."""
        self._waiting.append(path)
        self._go_on()

    def pause(self) -> None:
        """Stop looking: the player begins to play, and play never waits.  What was read by then is kept."""
        if self.progress is not None:
            self._stop, self._looked = True, False

    def cancel(self) -> None:
        """Stop looking, by the player's wish."""
        self._stop = True

    def step(self) -> None:
        """Notice songs that came in while the folders are still being looked through, about once a second."""
        if self.progress is None or time.monotonic() - self._shown_s < 1.0:
            return
        self._shown_s = time.monotonic()
        count = len(self._context.library.entries)
        if count != self._known:
            self._known = count
            self.version += 1

    def take_arrived(self) -> list[Path]:
        """The folders of songs that were added since the last call."""
        taken, self.arrived = self.arrived, []
        return taken

    def _go_on(self) -> None:
        if self._job is not None:
            return
        if self._waiting:
            self._start_adding(self._waiting.popleft())
        elif self._look_again:
            self._look_again = False
            self._start_looking()

    def _start_looking(self) -> None:
        library = self._context.library
        self._stop, self._looked = False, True
        self.progress = Progress(0, 0, 0.0)

        def work(job: Job[Refreshed]) -> Refreshed:
            return library.refresh(self._tell, lambda: self._stop or job.cancelled)

        def then(found: Refreshed) -> None:
            log.info("the folders were looked through: %s", found)
            self._ended()
            self._say_arrived()
            self._go_on()

        def failed(error: UserError) -> None:
            self._context.say(str(error))
            self._ended()
            self._go_on()

        self._job = self._context.jobs.start("Looking for songs", work, then, failed)

    def _tell(self, progress: Progress) -> None:
        """Called by the job's thread; one reference is changed, which needs no lock."""
        self.progress = progress

    def _ended(self) -> None:
        self._job, self.progress = None, None
        self._known = len(self._context.library.entries)
        self.version += 1

    def _start_adding(self, path: str) -> None:
        self.adding = Path(path).name or path
        into, library = self._context.profile.songs, self._context.library

        def work(job: Job[list[Path] | ChartEntry]) -> list[Path] | ChartEntry:
            return library.copy_of(Path(path)) or import_path(path, into)

        def then(came: list[Path] | ChartEntry) -> None:
            self._job, self.adding = None, ""
            if isinstance(came, ChartEntry):
                self._there_already(came)
            else:
                self._added += came
                self._look_again = True
            self._go_on()

        def failed(error: UserError) -> None:
            self._job, self.adding = None, ""
            self._context.say(str(error))
            self._go_on()

        self._job = self._context.jobs.start("Adding songs", work, then, failed)

    def _there_already(self, entry: ChartEntry) -> None:
        """A chart that is among the songs was dropped: it is shown, not copied."""
        self._context.say(f"“{entry.title}” is among your songs already")
        self.arrived.append(Path(entry.file))
        self.version += 1

    def _say_arrived(self) -> None:
        """Say what the songs added before this look were."""
        folders, self._added = self._added, []
        for folder in folders:
            found = [entry for entry in self._context.library.entries if Path(entry.file).is_relative_to(folder)]
            if not found:
                self._context.say(f"{folder.name} was added, but no chart in it could be read; F8 says why")
                continue
            self.arrived.append(folder)
            titles = {entry.title for entry in found}
            what = f"“{found[0].title}”" if len(titles) == 1 else f"{len(titles)} songs"
            charts = "1 chart" if len(found) == 1 else f"{len(found)} charts"
            self._context.say(f"Added {what} with {charts}")
