"""The free jam: everyone plays what they like, in time and in key, until the conductor ends it."""

from __future__ import annotations

from collections.abc import Sequence

from engine import loop
from engine.clock import now_us
from engine.draw import theme
from engine.draw.frame import Frame
from engine.errors import UserError
from engine.input.events import DeviceLost, Event, InputEvent
from engine.scene import Scene
from game.hands.bindings import LaneInput, Layout
from game.jam.decide import LEAD_US, CallOff, React
from game.jam.events import FreeStarted, Reacted
from game.jam.free import Seat
from game.jam.instruments import INSTRUMENTS, lane_words
from game.jam.machine import Machine
from game.jam.scales import TONICS, key_words
from game.jam.session import Happening, Heard
from game.scenes.canvas import wide
from game.scenes.context import Context
from game.scenes.jam_free_items import Lines
from game.scenes.jam_free_look import (
    Areas,
    Cards,
    Head,
    Other,
    Pads,
    draw_alone,
    draw_glow,
    draw_groups,
    draw_recording,
    draw_ring,
    group_lines,
    group_tone,
    laid,
)
from game.scenes.jam_free_run import FreeRun, Shown
from game.scenes.jam_free_side import Side
from game.scenes.jam_free_trails import Field, Rect, Trails
from game.scenes.jam_play_keys import JamTuning
from game.scenes.jam_play_look import REACTIONS, Floating, draw_reaction_keys, others_word, own_word
from game.scenes.jam_play_panels import Line, Panel
from game.scenes.jam_room import JamRoom
from game.scenes.menu_keys import menu_action
from game.scenes.play_look import draw_loading
from game.scenes.requests import FreeJam
from game.scenes.skyline import Skyline

VEIL = 0.9
MEASURE_US = 2_500_000
"""The clock is measured once more before the first beat, if so long is left until it."""

QUIET_BARS = 4
QUIET_LIGHT = 0.6
LEAST_LIGHT = 0.3
"""How lit the lanes are of who is heard only just, or not at all."""

FOOT = 54.0
CARD_WIDEST = 300.0
SCREEN_WIDEST = 320.0
RECORD_KEY, METRONOME_KEY, CALL_OFF_KEY = "key:tab", "key:f2", "key:delete"
NOBODY = "Nobody else plays just now. Who joins the jam plays along at once."


class JamFreeScene(Scene):
    """One free jam, played or listened to.  What is true of it is in ``run``; None until the clock is agreed."""

    def __init__(self, context: Context, request: FreeJam) -> None:
        self._context, self._request = context, request
        self._room = JamRoom.of(context)
        self._machine: Machine | None = None
        self._started: FreeStarted | None = None
        self.run: FreeRun | None = None
        self.trails: Trails | None = None
        self.floating = Floating()
        self.side = Side()
        self.panel: Panel | None = None
        self._tuning = JamTuning(context)
        self._lines: Lines | None = None
        self._lanes = LaneInput(())
        self._layout: Layout = ()
        self._sat: Seat | None = None
        self._names: tuple[str, ...] = ()
        palette = context.profile.settings.playfield.palette
        self._head, self._pads, self._cards = Head(), Pads(palette), Cards()
        self._skyline = Skyline()
        self._pressed_us = [-(1 << 60)] * len(REACTIONS)
        self._lead_us = LEAD_US
        self._held = False

    # -- coming and going ------------------------------------------------------------------------------------

    def on_enter(self) -> None:
        """Measure the clock once more while there is time; from the first beat on it stays as it is (001 N2)."""
        machine = self._machine = self._room.machine
        if machine is None:
            return
        fact = machine.session.band.conducting.starts.get(self._request.take)
        if fact is None or not isinstance(fact.event, FreeStarted):
            return
        self._started = fact.event
        session = machine.session
        machine.cohesion.set_strength(self._context.profile.settings.jam.guardrail / 100)
        if session.time.agreed:
            self._lead_us = max(1, fact.event.t0_us - session.now_us())
            if self._lead_us > MEASURE_US:
                session.measure()
        loop.quiet()

    def on_exit(self) -> bool:
        """Take one's loops along, and let go of all that sounds."""
        machine, run = self._machine, self.run
        if run is not None:
            if self._going(machine):
                run.leave()
            run.close()
            self.run = None
        if machine is not None and not machine.session.closed:
            machine.session.hold_time(False)
        loop.relax()
        return True

    def _going(self, machine: Machine | None) -> bool:
        """Whether the free jam goes on, with this machine in it."""
        if machine is None or self._room.machine is not machine or machine.session.closed:
            return False
        free = machine.session.band.free
        return free is not None and free.take == self._request.take

    def _begin(self, machine: Machine, started: FreeStarted) -> bool:
        try:
            self.run = FreeRun(self._context, machine, started, self._show)
        except UserError as error:
            self._context.say(str(error))
            self.leave()
            return False
        self.trails = Trails(self.run.free.grid, self._context.profile.settings.playfield.palette)
        self._lines = Lines(self._context, self.run, self._apply)
        return True

    # -- input -----------------------------------------------------------------------------------------------

    def handle(self, event: Event) -> bool:
        """Lanes first, whatever is shown over them; then what is asked, and the column."""
        if isinstance(event, DeviceLost):
            self._context.say(f"{event.device} is gone; the jam goes on.")
        if not isinstance(event, InputEvent):
            return False
        edge = self._lanes.edge(event)
        if edge is not None:
            if self.run is not None:
                self.run.press(*edge, event.at_us)
            return True
        if self.panel is not None and self.panel.handle(event):
            return True
        if self._tuning.handle(event, offset=True):
            return True
        if event.pressed and event.device != "mouse" and self._handle_key(event):
            return True
        return self.side.handle(event)

    def _handle_key(self, event: InputEvent) -> bool:
        run, control = self.run, event.control
        if menu_action(event) in ("back", "pause"):
            self._escape()
        elif control == CALL_OFF_KEY and self.panel is not None:
            self._call_off()
        elif control.startswith("key:") and control[4:] in "123456":
            self._react(int(control[4:]) - 1)
        elif control == RECORD_KEY and run is not None and run.plays:
            run.record()
        elif control == METRONOME_KEY and run is not None:
            run.metronome = not run.metronome
        else:
            return False
        return True

    def _escape(self) -> None:
        if self.panel is not None:
            self.panel = None
            return
        run, machine = self.run, self._machine
        if run is None or machine is None or not (run.plays or machine.session.band.conducts):
            self.leave()
            return
        loops = any(player == run.me for player, _ in run.band.sounding)
        note = "The others go on" + ("; your loops fall silent with the next bar." if loops else " without you.")
        lines = [Line("Play on", "Esc", self._close_panel), Line("Leave it", "", self._leave)]
        if machine.session.band.conducts:
            lines.append(Line("End it for everyone", "Del", self._call_off))
        self.panel = Panel("Leave the free jam?", note, lines)

    def _close_panel(self) -> None:
        self.panel = None

    def _leave(self) -> None:
        self.leave()

    def _call_off(self) -> None:
        machine = self._machine
        self.panel = None
        if machine is not None and machine.session.band.conducts:
            try:
                machine.session.do(CallOff())
            except UserError as error:
                self._context.say(str(error))

    def _react(self, number: int) -> None:
        machine = self._machine
        if machine is None:
            return
        try:
            machine.session.do(React(list(REACTIONS)[number], machine.session.now_us()))
        except UserError as error:
            self._context.say(str(error))
            return
        self._pressed_us[number] = now_us()

    def _apply(self, path: str, value: int) -> None:
        """Change a setting of this listener's."""
        self._context.profile.set(path, bool(value) if path == "jam.hear_others" else value)
        if path == "jam.guardrail" and self._machine is not None:
            self._machine.cohesion.set_strength(value / 100)

    # -- time ------------------------------------------------------------------------------------------------

    def step(self, dt_us: int) -> None:
        """Let the jam go on; leave when it is over."""
        happenings = self._room.step()
        machine, started = self._machine, self._started
        if machine is None or started is None or not self._going(machine):
            self._over(machine, started)
            return
        self._hear(machine, happenings)
        if self.run is None and (not machine.session.time.agreed or not self._begin(machine, started)):
            return
        run = self.run
        assert run is not None
        if not self._held and run.now_us() >= started.t0_us - MEASURE_US // 5:
            self._held = True
            machine.session.hold_time(True)
        run.step(happenings)
        if run.seat != self._sat:
            self._sit(run)

    def _over(self, machine: Machine | None, started: FreeStarted | None) -> None:
        if machine is not None and started is not None and self._room.machine is machine:
            band = machine.session.band
            if band.conducting.called_off(started.take):
                you = band.conducts
                self._context.say(
                    "You ended the free jam." if you else f"{band.name(band.conductor)} ended the free jam."
                )
        self.leave()

    def _hear(self, machine: Machine, happenings: Sequence[Happening]) -> None:
        for one in happenings:
            if isinstance(one, Heard) and isinstance(one.event, Reacted):
                self.floating.add(one.event.reaction, machine.session.band.name(one.author), now_us())

    def _sit(self, run: FreeRun) -> None:
        """The player has taken a seat: its lanes, its keys, the names on them."""
        self._sat = seat = run.seat
        if seat is None:
            return
        for lane in self._lanes.let_go():
            run.press(lane, False, now_us())
        self._layout = self._context.profile.settings.layout(seat.lanes)
        self._lanes = LaneInput(self._layout)
        self._names = lane_words(seat.instrument, seat.lanes, run.free.tonic, run.free.scale)

    def _show(self, hit: Shown) -> None:
        if self.trails is not None:
            self.trails.add(hit.player, hit.lane, hit.at_us, hit.loop)

    # -- drawing ---------------------------------------------------------------------------------------------

    def draw(self, frame: Frame) -> None:
        """The column, the ring, one's own lanes and everyone else's."""
        frame.ground = theme.NIGHT
        self._skyline.draw(frame, veil=VEIL)
        run, machine, trails, lines = self.run, self._machine, self.trails, self._lines
        if run is None or machine is None or trails is None or lines is None:
            draw_loading(frame, "The clock is being measured", 0.0)
            return
        now = run.now_us()
        sat = self._sat if run.plays else None
        foot = 0.0 if run.plays else frame.px(FOOT)
        areas = laid(frame, sat.lanes if sat is not None else 0, foot)
        coherence = machine.coherence
        names = {member.id: "you" if member.id == run.me else machine.session.band.name(member.id)
                 for member in machine.session.band.players}  # fmt: skip
        groups = group_lines(coherence, names)
        self._draw_band(frame, run, trails, areas, now, groups)
        if sat is not None:
            self._draw_own(frame, run, trails, areas, now, sat)
        self._draw_head(frame, run, areas, now)
        self.side.show(lines.all(now))
        self.side.draw(frame, areas.side, live=self.stack.top is self and self.panel is None)
        if not run.plays:
            draw_reaction_keys(frame, frame.height - foot, self._pressed_us)
        self._draw_over(frame, areas)

    def _draw_head(self, frame: Frame, run: FreeRun, areas: Areas, now: int) -> None:
        coherence = run.machine.coherence
        started = run.started
        pace = f"{60e6 / started.beat_us:.4g} a minute"
        key = key_words(started.tonic, started.scale)
        about = f"{key} · {pace} · {started.meter} beats"
        if wide(frame, about, theme.TEXT_SMALL) > areas.head[2]:
            about = f"{60e6 / started.beat_us:.4g} · {key}"
        mine = own_word(coherence, run.me) if run.plays else "you are listening"
        self._head.draw(frame, areas.head, about, coherence, mine)
        cue_us = coherence.mine.cue_us if coherence is not None and run.plays else 0
        draw_ring(frame, areas.ring, run.free.grid, now - cue_us, self._lead_us)
        room = areas.others[0] - areas.ring[0] if run.plays else frame.width - areas.ring[0]
        draw_recording(frame, areas.ring, room - frame.px(20), run.free.recording, now)

    def _draw_own(self, frame: Frame, run: FreeRun, trails: Trails, areas: Areas, now: int, seat: Seat) -> None:
        trails.draw(frame, now, [Field(run.me, seat.lanes, areas.field)])
        frame.layer()
        held = [self._lanes.is_down(lane) for lane in range(seat.lanes)]
        last_us = trails.last_us(run.me, seat.lanes, now)
        self._pads.draw(frame, areas.pads, self._names, TONICS[run.free.tonic], self._layout, held, last_us, now)
        coherence = run.machine.coherence
        if coherence is not None:
            mine, grid = coherence.mine, run.free.grid
            phase = (now - mine.cue_us - grid.t0_us) % grid.beat_us / grid.beat_us
            draw_glow(frame, areas.pads, mine.glow, phase)

    def _draw_band(
        self,
        frame: Frame,
        run: FreeRun,
        trails: Trails,
        areas: Areas,
        now: int,
        groups: Sequence[tuple[int, str, str]],
    ) -> None:
        rows = run.machine.coherence.players if run.machine.coherence is not None else ()
        told = {group for group, _, _ in groups}
        tones = {row.peer: group_tone(row.group) for row in rows if row.group in told}
        others = self._others(run, trails, now)
        area = areas.others
        if run.plays or groups:
            high = draw_groups(frame, self._groups_place(frame, run, areas), groups)
            if run.plays:
                area = (area[0], area[1] + high, area[2], area[3] - high)
        fields = self._cards.place(frame, area, others, CARD_WIDEST if run.plays else SCREEN_WIDEST)
        self._cards.draw_grounds(frame, tones)
        trails.draw(frame, now, fields)
        frame.layer()
        self._cards.draw_words(frame)
        if not others:
            draw_alone(frame, area, NOBODY)

    @staticmethod
    def _groups_place(frame: Frame, run: FreeRun, areas: Areas) -> Rect:
        """In the upper right; beside the ring for who listens."""
        if run.plays:
            return areas.others
        left = areas.ring[0] + areas.ring[2] + frame.px(24)
        return (left, frame.px(14), max(frame.width - left - frame.px(24), 1.0), 0.0)

    def _others(self, run: FreeRun, trails: Trails, now: int) -> list[Other]:
        """Everyone else who plays, paler the less they are heard."""
        coherence = run.machine.coherence
        weights = {row.peer: row.weight for row in coherence.players} if coherence is not None else {}
        out = []
        for member in run.machine.session.band.players:
            if member.id == run.me:
                continue
            seat = run.free.seats.get(member.id)
            words = INSTRUMENTS[seat.instrument].words if seat is not None else "choosing"
            quiet = trails.quiet_us(member.id, now) > QUIET_BARS * run.free.grid.bar_us
            light = LEAST_LIGHT + (1.0 - LEAST_LIGHT) * weights.get(member.id, 1.0)
            note = others_word(coherence, member.id)
            if not member.here:
                light, note = LEAST_LIGHT, "connection lost"
            elif quiet:
                light, note = min(light, QUIET_LIGHT), "quiet"
            name = run.machine.session.band.name(member.id)
            out.append(Other(member.id, name, words, seat.lanes if seat else 4, note, light, member.here))
        return out

    def _draw_over(self, frame: Frame, areas: Areas) -> None:
        frame.layer()
        x, room = frame.width - frame.px(40), frame.px(80)
        if self._sat is not None:
            end = areas.field[0] + areas.field[2]
            x, room = (end + areas.others[0]) / 2, areas.others[0] - end
        self.floating.draw(frame, x, frame.height * 0.82, names=room >= frame.px(70))
        if self.panel is not None:
            left = areas.side[0] + areas.side[2] + frame.px(20)
            self.panel.draw(frame, left, frame.height * 0.3, frame.width - left - frame.px(20))
        self._tuning.draw(frame)
