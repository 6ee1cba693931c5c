"""The keys of play, and those for how the others are heard."""

from __future__ import annotations

from engine.input.events import InputEvent
from game.scenes.context import Context
from game.scenes.tuning import Tuning

HEAR_KEY = "key:f6"
VOLUME_STEPS = {"key:f7": -10, "key:f8": 10}


class JamTuning(Tuning):
    """As :class:`Tuning`; F6 hears the others or not, F7 and F8 make them softer and louder."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._profile = context.profile

    def handle(self, event: InputEvent, *, offset: bool) -> bool:
        """See :meth:`Tuning.handle`."""
        if event.pressed and event.control == HEAR_KEY:
            hear = not self._profile.settings.jam.hear_others
            self._profile.set("jam.hear_others", hear)
            self._say("You hear the others" if hear else "You do not hear the others")
            return True
        if event.pressed and event.control in VOLUME_STEPS:
            volume = self._profile.settings.jam.others_volume + VOLUME_STEPS[event.control]
            volume = min(max(volume, 0), 100)
            self._profile.set("jam.others_volume", volume)
            self._say(f"The others at {volume} %")
            return True
        return super().handle(event, offset=offset)
