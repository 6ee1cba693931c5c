"""What every scene is given: the profile, the sound, the library, background work and a way to open other scenes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.clock import now_us
from engine.loop import LoopStats
from engine.sound import Bus, Pcm, Sample, Sound, resample
from engine.window import Window
from game.scenes.requests import Request

if TYPE_CHECKING:
    from engine.jobs import Jobs
    from game.profile import Profile
    from game.rhythm.library import Library

NOTICE_US = 6_000_000
"""How long a notice stays at least; at most twice as long."""

READ_US = 120_000
"""A longer sentence stays so long for each of its characters: read beside notes that fall, not at leisure."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the player, when it goes away by itself, and how long it stays in all."""

    text: str
    until_us: int
    stays_us: int = NOTICE_US


@dataclass(slots=True)
class Context:
    """The services of a running game.

    ``open`` shows another scene on top of the present one, ``replace`` in its place.  ``effects`` holds the small
    sounds of ``assets/sounds`` by name; ``stats`` says how the main loop is doing.  In ``remembered`` scenes
    keep, by name, what they want to find again as long as the game runs.
    """

    profile: Profile
    sound: Sound
    library: Library
    jobs: Jobs
    window: Window
    open: Callable[[Request], None]
    replace: Callable[[Request], None]
    stats: Callable[[], LoopStats]
    effects: dict[str, Pcm] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    remembered: dict[str, Any] = field(default_factory=dict)
    _samples: dict[str, Sample] = field(default_factory=dict)

    def say(self, sentence: str) -> None:
        """Show a sentence to the player for a few seconds, over whatever scene is there."""
        self.notices = [one for one in self.notices if one.text != sentence][-3:]
        stays_us = min(max(NOTICE_US, len(sentence) * READ_US), 2 * NOTICE_US)
        self.notices.append(Notice(sentence, now_us() + stays_us, stays_us))

    def effect_frames(self, name: str) -> NDArray[np.float32]:
        """One of the game's small sounds at the rate of the sound as it is now; a missing one is silence."""
        pcm = self.effects.get(name)
        return resample(pcm, self.sound.rate_hz).frames if pcm is not None else np.zeros((1, 2), np.float32)

    def effect(self, name: str) -> None:
        """Play one of the game's small sounds; a missing one is silence."""
        if name not in self._samples and name in self.effects:
            self._samples[name] = self.sound.load(self.effect_frames(name))
        if name in self._samples:
            self.sound.trigger(self._samples[name], bus=Bus.EFFECTS)
