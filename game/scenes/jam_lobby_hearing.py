"""How this player hears the band: the others' hits at all, how loud, and how far hits are held to the beat (N7)."""

from __future__ import annotations

from engine.draw import widgets
from engine.draw.frame import Frame
from engine.errors import UserError
from game.jam.machine import Machine
from game.scenes.context import Context
from game.scenes.jam_room import JamRoom
from game.scenes.jam_scene import JamQuestion

SLIDERS = (
    ("others_volume", "How loud the others are", "silent"),
    ("fix_others", "The others' hits held to the beat", "as they played"),
    ("fix_own", "Your own hits held to the beat", "as you played"),
    ("guardrail", "Draw late hits back in time", "off"),
)
STEP = 5


class HearingQuestion(JamQuestion):
    """Only for this player's ears: nobody else hears or sees any of it.  Kept in the settings on leaving."""

    title = "How you hear the band"
    note = "For your ears alone; what everyone played is judged as it was played."
    width = 560.0
    height = 520.0

    def __init__(self, room: JamRoom, context: Context) -> None:
        super().__init__()
        self.room = room
        self._context = context
        self.values: dict[str, int | bool] = {
            name: getattr(context.profile.settings.jam, name)
            for name in ("hear_others", *(name for name, _, _ in SLIDERS))
        }

    def ask(self, frame: Frame) -> None:
        """A switch and four sliders, and one thing that is not for the player's ears: what is told of them."""
        self.focus_here(True)
        _, on = widgets.toggle("Hear the others", bool(self.values["hear_others"]))
        self.values["hear_others"] = on
        for name, words, least in SLIDERS:
            value = int(self.values[name])
            shown = f"{value} %" if value else least
            _, moved = widgets.slider(words, value, 0, 100, step=STEP, shown=shown)
            self.values[name] = round(moved)
        machine = self.room.machine
        if machine is not None and machine.joined:
            words = "Share what the game learns of how you play"
            changed, shares = widgets.toggle(
                words, machine.shares, note="with this band, until you leave; off by itself"
            )
            if changed:
                self._share(machine, shares)

    def _share(self, machine: Machine, shares: bool) -> None:
        try:
            machine.choose_sharing(shares)
        except UserError as error:
            self.room.say(error)

    def on_exit(self) -> bool:
        """Keep what was set."""
        for name, value in self.values.items():
            try:
                self._context.profile.set(f"jam.{name}", value)
            except UserError as error:
                self.room.say(error)
        return True
