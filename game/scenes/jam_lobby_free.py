"""The conductor opens a free jam: tempo, meter, key, and how long a loop is."""

from __future__ import annotations

from imgui_bundle import imgui

from engine.clock import now_us
from engine.draw import icons, pen, theme, widgets
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.errors import UserError
from engine.input.events import Event, InputEvent
from game.jam.decide import StartFree
from game.jam.scales import SCALES, TONICS
from game.scenes.jam_free_tempo import FASTEST, SLOWEST, Tempo
from game.scenes.jam_room import JamRoom
from game.scenes.jam_scene import JamQuestion
from game.scenes.talk_form import button

METERS = (3, 4, 5, 6, 7)
LOOPS = (1, 2, 4, 8)
REMEMBERED = "free jam"
TAP = "t"


class FreeQuestion(JamQuestion):
    """Asks how the free jam is to be; the answers are found again the next time."""

    title = "Free jam"
    note = "No chart: everyone plays what they like, in time and in key."
    width = 560.0
    height = 592.0

    def __init__(self, room: JamRoom, remembered: dict[str, object]) -> None:
        super().__init__()
        self.room = room
        self._remembered = remembered
        bpm, self.meter, self.tonic, self.scale, self.bars = 100, 4, 9, next(iter(SCALES)), 2
        before = remembered.get(REMEMBERED)
        if isinstance(before, tuple):
            bpm, self.meter, self.tonic, self.scale, self.bars = before
        self.tempo = Tempo(bpm)

    @property
    def bpm(self) -> int:
        """Beats a minute."""
        return self.tempo.bpm

    @bpm.setter
    def bpm(self, bpm: int) -> None:
        self.tempo.set(bpm)

    def handle(self, event: Event) -> bool:
        """T taps the tempo when it goes down, digits type it; the rest as in any question."""
        if isinstance(event, InputEvent) and event.pressed and event.control.startswith("key:"):
            name = event.control.removeprefix("key:").removeprefix("kp")
            if name == TAP:
                self.tempo.tap(event.at_us)
                return True
            if len(name) == 1 and name.isdecimal():
                self.tempo.type(name, event.at_us)
                return True
        return super().handle(event)

    def ask(self, frame: Frame) -> None:
        """Tempo, meter, key, scale, loop."""
        imgui.begin_child("free jam")
        self._ask_tempo()
        _named("Beats in a bar")
        self.meter = METERS[widgets.segmented("meter", [str(count) for count in METERS], METERS.index(self.meter))]
        _named("Key")
        self.tonic = widgets.segmented("tonic", TONICS, self.tonic)
        names = list(SCALES)
        place = names.index(self.scale)
        widgets.space(2)
        _, chosen = widgets.slider("Scale", place, 0, len(names) - 1, step=1, shown=SCALES[self.scale].words)
        self.scale = names[round(chosen)]
        _named("A loop lasts")
        bars = [f"{count} bar{'s' if count > 1 else ''}" for count in LOOPS]
        self.bars = LOOPS[widgets.segmented("loop", bars, LOOPS.index(self.bars))]
        widgets.space(8)
        self.focus_here(True)  # the tempo is tapped or typed wherever the focus is; Enter opens
        if button("Open it", icon=icons.BOLT, primary=True):
            self.start()
        imgui.end_child()

    def _ask_tempo(self) -> None:
        tempo = self.tempo
        _, bpm = widgets.slider("Tempo", tempo.bpm, SLOWEST, FASTEST, step=1, shown=f"{tempo.bpm} beats a minute")
        tempo.set(bpm)
        if widgets.small_button("Tap the beat", icon=icons.AIM):
            tempo.tap(now_us())
        imgui.same_line(0, px(12))
        hint = "go on …" if 0 < tempo.taps < 3 else "T taps too; or type a number"
        at = imgui.get_cursor_screen_pos()
        words = pen.fit(hint, theme.TEXT_SMALL, imgui.get_content_region_avail().x)
        pen.write(imgui.get_window_draw_list(), at.x, at.y + px(18), words, theme.TEXT_SMALL, theme.INK_SOFT, down=0.5)
        imgui.dummy(Vec(1, px(36)))

    def start(self) -> None:
        """Open the free jam for everyone."""
        machine = self.room.machine
        if machine is None:
            return
        session = machine.session
        how = (self.meter, self.tonic, self.scale, self.bars)
        self._remembered[REMEMBERED] = (self.tempo.bpm, *how)
        try:
            session.do(StartFree(session.now_us(), session.time.bound_us, self.tempo.beat_us, *how))
        except UserError as error:
            self.room.say(error)
            return
        self.leave()


def _named(words: str) -> None:
    """What is chosen below."""
    widgets.text(words, theme.TEXT_SMALL, theme.INK_SOFT, weight=Weight.BOLD)
