"""The conductor opens a free jam: tempo, meter, key, and how long a loop is."""

from __future__ import annotations

from engine.draw import icons, widgets
from engine.draw.frame import Frame
from engine.errors import UserError
from game.jam.decide import StartFree
from game.jam.scales import SCALES, TONICS
from game.scenes.jam_room import JamRoom
from game.scenes.jam_scene import JamQuestion
from game.scenes.talk_form import button

SLOWEST, FASTEST = 50, 200
METERS = (3, 4, 5, 6, 7)
LOOPS = (1, 2, 4, 8)
REMEMBERED = "free jam"


class FreeQuestion(JamQuestion):
    """Asks how the free jam is to be; the answers are found again the next time."""

    title = "Free jam"
    note = "No chart: everyone plays what they like, in time and in key."
    width = 560.0
    height = 500.0

    def __init__(self, room: JamRoom, remembered: dict[str, object]) -> None:
        super().__init__()
        self.room = room
        self._remembered = remembered
        self.bpm, self.meter, self.tonic, self.scale, self.bars = 100, 4, 9, next(iter(SCALES)), 2
        before = remembered.get(REMEMBERED)
        if isinstance(before, tuple):
            self.bpm, self.meter, self.tonic, self.scale, self.bars = before

    def key(self, control: str) -> bool:
        """Nothing beside the widgets."""
        return False

    def ask(self, frame: Frame) -> None:
        """Tempo, meter, key, scale, loop."""
        self.focus_here(True)
        _, bpm = widgets.slider("Tempo", self.bpm, SLOWEST, FASTEST, step=1, shown=f"{self.bpm} beats a minute")
        self.bpm = round(bpm)
        beats = [f"{count} beats" if count == METERS[0] else str(count) for count in METERS]
        self.meter = METERS[widgets.segmented("meter", beats, METERS.index(self.meter))]
        self.tonic = widgets.segmented("tonic", TONICS, self.tonic)
        names = list(SCALES)
        place = names.index(self.scale)
        _, chosen = widgets.slider("Scale", place, 0, len(names) - 1, step=1, shown=SCALES[self.scale].words)
        self.scale = names[round(chosen)]
        bars = [f"{count} bar{'s' if count > 1 else ''}" for count in LOOPS]
        self.bars = LOOPS[widgets.segmented("loop", bars, LOOPS.index(self.bars))]
        widgets.space(8)
        if button("Open it", icon=icons.BOLT, primary=True):
            self.start()

    def start(self) -> None:
        """Open the free jam for everyone."""
        machine = self.room.machine
        if machine is None:
            return
        session = machine.session
        how = (self.meter, self.tonic, self.scale, self.bars)
        self._remembered[REMEMBERED] = (self.bpm, *how)
        try:
            session.do(StartFree(session.now_us(), session.time.bound_us, round(60_000_000 / self.bpm), *how))
        except UserError as error:
            self.room.say(error)
            return
        self.leave()
