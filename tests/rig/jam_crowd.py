"""Crowds for tests: listeners on loopback, some of them out of the conductor's reach."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from engine.net.endpoint import Address
from engine.net.join_code import JoinCode
from engine.net.knock import Ticketed
from game.jam.crowd_events import CrowdHits
from game.jam.crowd_listener import CrowdListener, Happening
from game.profile import Profile

T = TypeVar("T")
HERE: Address = ("127.0.0.1", 0)
PATIENCE_S = 60.0


def number(me: str) -> str:
    """What a listener whose id is ``me`` is called among the crowd."""
    return f"{int(me, 16) >> 1:016x}"


class Ear(CrowdListener):
    """A listener that reaches the door, but in the crowd only those at ``reach`` (None: everyone)."""

    def __init__(self, profile: Profile, door: Address, code: str, reach: Sequence[Address] | None = None) -> None:
        self.reach, self.profile = reach, profile
        self.happened: list[Happening] = []
        super().__init__([door], JoinCode.parse(code), profile.writer, name="Ear", bind=HERE)

    def enter(self, ticketed: Ticketed) -> None:
        """Take part as if only some were in reach."""
        if self.reach is not None:
            (_, port), *near = self.reach
            ticketed = replace(ticketed, ticket=replace(ticketed.ticket, port=port, near=tuple(near)))
        super().enter(ticketed)

    def step(self) -> list[Happening]:
        """Take up what came, and remember it."""
        out = super().step()
        self.happened += out
        return out

    @property
    def hits(self) -> list[CrowdHits]:
        """The keys it heard."""
        return [one for one in self.happened if isinstance(one, CrowdHits)]


class Ears:
    """Listeners in this process, with a profile each."""

    def __init__(self, folder: Path, door: Address, code: str) -> None:
        self._folder, self._door, self._code = folder, door, code
        self.all: list[Ear] = []
        self._made = 0
        self.others: Callable[[], None] = lambda: None
        """What else has to go on while something is waited for."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for ear in self.all:
            ear.close()
            ear.profile.close()

    def add(self, reach: Sequence[Address] | None = None, code: str = "", door: Address | None = None) -> Ear:
        """One more, who asks at the door or at another address."""
        self._made += 1
        profile = Profile.open(self._folder / f"ear-{self._made}")
        ear = Ear(profile, door or self._door, code or self._code, reach)
        self.all.append(ear)
        return ear

    def admitted(self, reach: Sequence[Address] | None = None) -> Ear:
        """One more who hears the conductor, as soon as the door knows that there is a crowd."""
        while True:
            ear = self.add(reach)
            self.until(lambda ear=ear: ear.hears or ear.closed)  # type: ignore[misc]
            if ear.hears:
                return ear
            assert "not open to a crowd" in ear.closed, ear.closed
            self.all.remove(ear)
            ear.profile.close()

    def until(self, condition: Callable[[], T]) -> T:
        """Let all listen until ``condition`` says something true, and give that."""
        limit = time.monotonic() + PATIENCE_S
        while not (value := condition()):
            assert time.monotonic() < limit, "it did not come about in a minute"
            for ear in self.all:
                ear.step()
            self.others()
            time.sleep(0.002)
        return value
