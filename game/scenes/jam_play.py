"""Play in a jam: the countdown to the agreed instant, the song, everyone in it, and on to the band's result.

Nothing here ever stands still: who loses the network, the sound or a window plays on, and who comes back is in time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from engine import loop
from engine.clock import now_us
from engine.draw.frame import Frame, Texture
from engine.errors import UserError
from engine.input.events import DeviceLost, Event, InputEvent
from engine.scene import Scene
from game.hands.bindings import LaneInput, Layout
from game.jam.band import BandTake
from game.jam.decide import CallOff, React
from game.jam.events import Reacted
from game.jam.machine import Machine
from game.jam.session import Happening, Heard
from game.jam.state import PLAYER
from game.rhythm.performance import FINISHED, LEFT, Performance
from game.scenes.context import Context
from game.scenes.jam_play_cards import Row
from game.scenes.jam_play_keys import JamTuning
from game.scenes.jam_play_look import REACTIONS, beats_left, draw_count_in, draw_countdown, draw_reaction_keys
from game.scenes.jam_play_panels import Line, Panel
from game.scenes.jam_play_run import Run
from game.scenes.jam_play_stage import JamStage
from game.scenes.jam_play_view import JamView
from game.scenes.jam_room import JamRoom
from game.scenes.menu_keys import menu_action
from game.scenes.play_begin import Loaded
from game.scenes.play_look import draw_loading
from game.scenes.requests import JamResults, PlayJam

STAY_US = 600_000
"""How long the field stays once the song is over."""

FOOT = 62.0
PARTS_KEYS = ("key:tab", "button:3")
KEYS = "Tab  change your part     F6  hear the others     Esc  leave"
CALL_OFF_KEY = "key:delete"
REACTION_KEYS = tuple(f"key:{number}" for number in range(1, len(REACTIONS) + 1))


class Phase(Enum):
    """Where the scene is."""

    LOADING = "loading"
    PLAYING = "playing"
    OVER = "over"


class JamPlayScene(Scene):
    """One take of the jam, played or watched."""

    def __init__(self, context: Context, request: PlayJam) -> None:
        self._context = context
        self._request = request
        self._room = JamRoom.of(context)
        self._machine = self._room.machine
        self._phase = Phase.LOADING
        self._run: Run | None = None
        self._view = JamView(context.profile.settings)
        self._tuning = JamTuning(context)
        self._performance: Performance | None = None
        self._layout: Layout = ()
        self._lanes: LaneInput | None = None
        self._picture: Texture | None = None
        self._panel: Panel | None = None
        self._pressed_us = [-(1 << 60)] * len(REACTIONS)
        self._ended = False
        self._over_us = 0
        self._lead_us = 1

    # -- for who looks from outside ----------------------------------------------------------------------------

    @property
    def phase(self) -> Phase:
        """Where the scene is."""
        return self._phase

    @property
    def take(self) -> BandTake | None:
        """The take as it is judged here; None before the song has come."""
        return self._run.take if self._run is not None else None

    @property
    def stage(self) -> JamStage | None:
        """What sounds; None before the song is ready."""
        return self._run.stage if self._run is not None else None

    @property
    def rows(self) -> Sequence[Row]:
        """The others as their cards show them."""
        return self._run.rows if self._run is not None else ()

    @property
    def reactions(self) -> int:
        """How many reactions have been shown."""
        return self._view.floating.count

    @property
    def asks(self) -> str:
        """The title of the panel that is shown; empty without one."""
        return self._panel.title if self._panel is not None else ""

    # -- loading -----------------------------------------------------------------------------------------------

    def on_enter(self) -> None:
        """Sit down as soon as the song is here."""
        if self._machine is not None:
            self._machine.cohesion.set_strength(self._context.profile.settings.jam.guardrail / 100)
            self._sit_down(self._machine)

    def _sit_down(self, machine: Machine) -> None:
        """Take part in the take; its song is got ready beside the main thread."""
        take = machine.session.band.take(self._request.take)
        charts = machine.charts(take.start.song) if take is not None else None
        if charts is None:
            return  # the song is still on its way
        try:
            self._run = run = Run(self._context, machine, BandTake(machine.session, self._request.take, charts))
        except UserError as error:
            self._give_up(str(error))
            return
        self._room.songs.want(run.chart(), run.mods.rate_percent)
        self._take_song(run)

    def _take_song(self, run: Run) -> None:
        """Begin as soon as the song is ready; mostly it was got ready before the start was agreed."""
        songs = self._room.songs
        if songs.error is not None:
            self._give_up(str(songs.error))
        elif songs.ready is not None:
            self._begin(run, *songs.ready)

    def _give_up(self, sentence: str) -> None:
        self._context.say(sentence)
        self.leave()

    def _begin(self, run: Run, loaded: Loaded, drums: Sequence[NDArray[np.float32]]) -> None:
        """The song is ready: let it begin at the agreed instant, or join it where it is by now."""
        song, picture = loaded
        for problem in song.problems:
            self._context.say(problem)
        offset_us = self._context.profile.settings.sound.audio_offset_us
        start, time = run.take.take.start, run.machine.session.time
        try:
            run.stage = stage = JamStage(self._context.sound, song, start, time, drums, offset_us)
        except UserError as error:
            self._give_up(str(error))
            return
        if picture is not None:
            self._picture = self._context.window.texture(picture)
        loop.quiet()
        run.look()
        self._lead_us = max(1, -stage.now_us)
        stage.begin()
        self._phase = Phase.PLAYING
        if run.performance is None and run.machine.role == PLAYER:
            self._show_parts(run)

    # -- input -------------------------------------------------------------------------------------------------

    def handle(self, event: Event) -> bool:
        """Lanes first, whatever is shown over them; then panels, and the keys of a jam."""
        if isinstance(event, DeviceLost):
            self._context.say(f"{event.device} is gone; the band plays on.")
        if not isinstance(event, InputEvent):
            return False
        if self._phase is Phase.PLAYING and self._lanes is not None and (edge := self._lanes.edge(event)) is not None:
            self._play_edge(event, *edge)
            return True
        if self._panel is not None and self._panel.handle(event):
            return True
        if self._tuning.handle(event, offset=True):
            if self.stage is not None:
                self.stage.set_audio_offset(self._context.profile.settings.sound.audio_offset_us)
            return True
        return event.pressed and event.device != "mouse" and self._handle_key(event)

    def _handle_key(self, event: InputEvent) -> bool:
        run = self._run
        if menu_action(event) in ("back", "pause"):
            self._escape(run)
        elif run is None or self._phase is not Phase.PLAYING:
            return False
        elif event.control in PARTS_KEYS:
            if self._panel is None:
                self._show_parts(run)
            else:
                self._panel = None
        elif event.control == CALL_OFF_KEY and self._panel is not None:
            self._call_off(run)
        elif event.control in REACTION_KEYS and run.performance is None:
            self._react(run, REACTION_KEYS.index(event.control))
        else:
            return False
        return True

    def _play_edge(self, event: InputEvent, lane: int, down: bool) -> None:
        run = self._run
        if run is None or run.stage is None or run.performance is None:
            return
        if down:
            run.stage.key_sound(run.performance, lane)
        self._try(lambda: run.take.press(lane, down, run.judged_us(event.at_us)))

    def _escape(self, run: Run | None) -> None:
        if self._phase is Phase.OVER:
            self._over_us = 0
        elif self._panel is not None:
            self._panel = None
        elif run is None or run.performance is None or self._phase is Phase.LOADING:
            self.leave()
        else:
            lines = [Line("Play on", "Esc", self._close_panel), Line("Leave the song", "", self._leave_take)]
            if run.machine.session.band.conducts:
                lines.append(Line("End it for everyone", "Del", lambda: self._call_off(run)))
            self._panel = Panel("Leave the song?", "The others go on without you: a jam has no pause.", lines)

    def _close_panel(self) -> None:
        self._panel = None

    def _leave_take(self) -> None:
        self._end(LEFT)
        self.leave()

    def _call_off(self, run: Run) -> None:
        if run.machine.session.band.conducts:
            self._panel = None
            self._try(lambda: run.machine.session.do(CallOff()))

    def _react(self, run: Run, number: int) -> None:
        session = run.machine.session
        if self._try(lambda: session.do(React(list(REACTIONS)[number], session.now_us()))):
            self._pressed_us[number] = now_us()

    def _show_parts(self, run: Run) -> None:
        """Offer the parts of the song, to be played from the next bar on."""
        if run.machine.role != PLAYER or not run.parts:
            return

        def line(name: str, words: str, share: float) -> Line:
            note = "yours" if name == run.part else f"{round(100 * share)} %"
            return Line(words, note, lambda: self._switch(run, name))

        at = next((place for place, (name, _, _) in enumerate(run.parts) if name == run.part), 0)
        title = "Change your part" if run.part else "Join the song"
        note = "It begins with the next bar, after a count-in."
        self._panel = Panel(title, note, [line(*part) for part in run.parts], at)

    def _switch(self, run: Run, part: str) -> None:
        self._panel = None
        self._try(lambda: run.switch(part))

    def _try(self, act: Callable[[], object]) -> bool:
        """Do what may be refused; the player is told why, and False given, if it was."""
        try:
            act()
        except UserError as error:
            self._context.say(str(error))
            return False
        return True

    # -- time --------------------------------------------------------------------------------------------------

    def step(self, dt_us: int) -> None:
        """Let the jam go on, judge everyone up to now, and see whether it is over."""
        self._hear(self._room.step())
        machine, run = self._machine, self._run
        if machine is None or self._room.machine is not machine:
            self.leave()  # the jam is over for this machine; the scene below says why
        elif run is None:
            self._wait_for_song(machine)
        else:
            self._advance(run, now_us())

    def _wait_for_song(self, machine: Machine) -> None:
        take = machine.session.band.take(self._request.take)
        if take is None or take.called_off:
            self.leave()
        else:
            self._sit_down(machine)

    def _hear(self, happenings: Sequence[Happening]) -> None:
        for one in happenings:
            if isinstance(one, Heard) and isinstance(one.event, Reacted) and self._machine is not None:
                name = self._machine.session.band.name(one.author)
                self._view.floating.add(one.event.reaction, name, now_us())

    def _advance(self, run: Run, at_us: int) -> None:
        song_us = run.step(at_us)
        if self._phase is Phase.LOADING:
            self._take_song(run)
        if run.performance is not self._performance:
            self._take_seat(run)
        if self._phase is Phase.OVER:
            if at_us >= self._over_us:
                self._show_results(run)
        elif run.take.take.called_off:
            self._called_off(run, song_us)
        elif self._phase is Phase.PLAYING and song_us > run.ends_us:
            self._end(FINISHED)
            self._panel = None
            self._phase, self._over_us = Phase.OVER, at_us + STAY_US

    def _take_seat(self, run: Run) -> None:
        """The player plays something else from now on."""
        self._performance = performance = run.performance
        self._view.sit(performance, run.mods)
        if performance is not None:
            layout = self._context.profile.settings.layout(performance.chart.keys)
            if layout != self._layout or self._lanes is None:
                self._layout, self._lanes = layout, LaneInput(layout)

    def _called_off(self, run: Run, song_us: int) -> None:
        band = run.machine.session.band
        self._context.say("You ended the song." if band.conducts else f"{band.name(band.conductor)} ended the song.")
        self._end(LEFT)
        if song_us > run.first_us:
            self._show_results(run)
        else:
            self.leave()

    def _end(self, outcome: str) -> None:
        if self._run is not None and not self._ended:
            self._ended = True
            with contextlib.suppress(UserError):  # the session may be over; what was played is in the log
                self._run.take.end(outcome)

    def _show_results(self, run: Run) -> None:
        self._phase, self._over_us = Phase.OVER, 1 << 62  # once
        self._context.replace(JamResults(run.machine.session.id, self._request.take))

    def on_exit(self) -> bool:
        """Let go of the song; who goes before its end has left the take."""
        self._end(LEFT)
        if self._run is not None and self._run.stage is not None:
            self._run.stage.close(fade_out_us=250_000)
        loop.relax()
        if self._picture is not None:
            self._context.window.free(self._picture)
        return True

    # -- drawing -----------------------------------------------------------------------------------------------

    def draw(self, frame: Frame) -> None:
        """The field and the band, or the band alone, and whatever is asked over them."""
        self._view.ground(frame, self._picture)
        run = self._run
        if run is None or run.stage is None:
            self._draw_loading(frame)
            return
        self._draw_take(frame, run, run.stage)
        self._draw_over(frame, run, run.stage)

    def _draw_take(self, frame: Frame, run: Run, stage: JamStage) -> None:
        now = stage.now_us
        scroll_ms = self._context.profile.settings.playfield.scroll_ms
        title = stage.base.title
        if self._performance is not None:
            about = (scroll_ms, self._layout, title)
            self._view.draw_playing(frame, now, stage.progress, run.numbers, run.rows, *about)
            return
        detail = f"{stage.base.artist}   you are watching" if stage.base.artist else "you are watching"
        span_us, foot = scroll_ms * 1000 * run.mods.rate, frame.px(FOOT)
        about_all = (title, detail), foot, stage.progress
        self._view.draw_watching(frame, now, span_us, run.numbers, run.rows, *about_all)
        draw_reaction_keys(frame, frame.height - foot + frame.px(4), self._pressed_us)

    def _draw_loading(self, frame: Frame) -> None:
        machine = self._machine
        if self._run is not None:
            draw_loading(frame, "Getting the song ready", self._room.songs.share)
        elif machine is not None:
            fetching = machine.fetching.get(machine.session.me)
            draw_loading(frame, "The song is on its way to you", fetching.share if fetching is not None else 0.0)

    def _draw_over(self, frame: Frame, run: Run, stage: JamStage) -> None:
        now = stage.now_us
        frame.layer()
        middle = frame.width / 2
        if now < 0:
            keys = KEYS if self._performance is not None else ""
            draw_countdown(frame, middle, frame.height * 0.4, round(-now / stage.rate), self._lead_us, keys)
        if run.switching is not None:
            words, from_us = run.switching
            draw_count_in(frame, middle, frame.height * 0.24, words, beats_left(stage.base, now, from_us))
        if self._panel is not None:
            left = self._view.field_left or frame.width
            self._panel.draw(frame, 0.02 * left, frame.height * 0.3, 0.94 * left)
        self._tuning.draw(frame)
