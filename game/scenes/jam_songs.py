"""The conductor picks a song: song select, where the choice is put before the whole band."""

from __future__ import annotations

from game.scenes.context import Context
from game.scenes.jam_room import JamRoom
from game.scenes.requests import SelectSong
from game.scenes.select import SelectScene


class JamSongsScene(SelectScene):
    """Song select while the jam goes on; Enter offers the song, with the rule set and the rate that are chosen."""

    word = "Play it together"

    def __init__(self, context: Context) -> None:
        offer = None
        self._room = JamRoom.of(context)
        if self._room.machine is not None:
            offer = self._room.machine.session.band.offer
        super().__init__(context, SelectSong(offer.charts[0][2] if offer is not None and offer.charts else ""))

    def play(self) -> None:
        """Offer the song of the chart that is chosen, and go back to the lobby."""
        machine, entry = self._room.machine, self.chart
        if machine is None or entry is None:
            return
        self._context.effect("menu_select")
        self._go_quiet()
        machine.offer(entry, self.choices.rules, self.choices.mods.rate_percent / 100, self._room.say)
        self.leave()

    def step(self, dt_us: int) -> None:
        """Let the jam go on; who conducts no more picks no more."""
        super().step(dt_us)
        self._room.step()
        machine = self._room.machine
        if machine is None or not machine.session.band.conducts or machine.session.band.running is not None:
            self._go_quiet()
            self.leave()
