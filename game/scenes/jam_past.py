"""Past jams: what this machine's log holds of them, to be looked at and watched again."""

from __future__ import annotations

import time
from typing import NamedTuple

from imgui_bundle import imgui

from engine.draw import icons, widgets
from engine.draw.frame import Frame
from engine.draw.pen import px
from engine.errors import UserError
from engine.jobs import Job
from game.jam.replaying import JamRow, jams
from game.scenes.context import Context
from game.scenes.jam_scene import HEAD, MARGIN, JamScene, column, head, quiet_text
from game.scenes.requests import HearJam, JamResults, WatchJam

MOST = 200
"""So many takes are listed, the latest first."""

ROW_HEIGHT = 64.0


class PastTake(NamedTuple):
    """One row: a take, its song, when its session began, and who played."""

    session: str
    take: str
    title: str
    day: str
    players: str
    free: bool = False
    """Whether it was a free jam, which is heard again and came to no results."""


class JamPastScene(JamScene):
    """Every take of every jam in the log; Enter watches or hears it, R shows its results."""

    title = "Past jams"

    def __init__(self, context: Context, request: WatchJam) -> None:
        super().__init__(context)
        self._request = request
        self._job: Job[list[JamRow]] | None = None
        self._rows: list[PastTake] | None = None
        self._at = 0

    @property
    def rows(self) -> list[PastTake] | None:
        """What is listed; None until it is read."""
        return self._rows

    def on_enter(self) -> None:
        """Read the log beside the main thread."""
        profile = self.context.profile

        def work(job: Job[list[JamRow]]) -> list[JamRow]:
            profile.writer.flush(5.0)
            return jams(profile.log)

        self._job = self.context.jobs.start("looking for past jams", work, self._on_read, self._on_failed)

    def on_exit(self) -> bool:
        """Nothing to keep."""
        if self._job is not None:
            self._job.cancel()
        return True

    def _on_read(self, found: list[JamRow]) -> None:
        wanted = [one for one in found if self._request.session in ("", one.session)]
        rows = [
            PastTake(
                *(one.session, take, title or "a song", day_of(one.started_us), ", ".join(one.players)),
                free=take in one.free,
            )
            for one in wanted
            for take, title in reversed(one.takes)
        ]
        self._rows = rows[:MOST]
        self._frames = 0

    def _on_failed(self, error: UserError) -> None:
        self.context.say(str(error))
        self.leave()

    def key(self, name: str) -> bool:
        """R shows the results of the row the keyboard stands on."""
        if name == "r" and self._rows:
            row = self._rows[min(self._at, len(self._rows) - 1)]
            if row.free:
                self.context.say("Nobody is judged in a free jam, so it has no results.")
            else:
                self.context.open(JamResults(row.session, row.take))
            return True
        return False

    def body(self, frame: Frame) -> None:
        """The list."""
        head(
            frame,
            self.title,
            "Everything you played with others on this machine; watch it, hear it, or see what it came to",
        )
        x, y = px(MARGIN), px(HEAD)
        rows = self._rows
        with column("past jams", (x, y, frame.width - 2 * x, frame.height - y - x)):
            if rows is None:
                quiet_text("Looking ...")
            elif not rows:
                quiet_text("None yet: host or join a jam, and what you play together will be here.")
            else:
                widgets.hints((("Enter", "watch or hear"), ("R", "results"), ("Esc", "back")))
                self._draw_rows(rows)

    def _draw_rows(self, rows: list[PastTake]) -> None:
        for place, row in enumerate(rows):
            self.focus_here(place == min(self._at, len(rows) - 1))
            key = f"{row.session} {row.take}"
            chosen = widgets.row(
                key, row.title, row.players, row.day, icon=icons.BOLT if row.free else icons.REPLAY, height=ROW_HEIGHT
            )
            if imgui.is_item_focused():
                self._at = place
            if chosen:
                self.context.open((HearJam if row.free else WatchJam)(row.session, row.take))


def day_of(at_us: int) -> str:
    """A date as a list shows it."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at_us / 1e6))
