"""What a band came to in a take: everyone judged anew from the edges in this machine's log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from imgui_bundle import imgui

from engine.clock import now_us
from engine.draw import icons, theme, widgets
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.panels import screen
from engine.draw.pen import Vec, px
from engine.errors import UserError
from engine.input.events import Event, InputEvent
from engine.jobs import Job
from engine.scene import Scene
from game.jam.band import BandResult
from game.jam.decide import SayReady, TakePart
from game.jam.machine import Machine
from game.jam.state import PLAYER
from game.rhythm.rules import rule_set
from game.scenes.canvas import Touch, fit
from game.scenes.context import Context
from game.scenes.graphs import draw_counts, draw_histogram, draw_lanes
from game.scenes.jam_play_cards import part_words
from game.scenes.jam_results_table import Row, draw_band, draw_table, provisional_pill
from game.scenes.jam_room import JamRoom
from game.scenes.jam_take_read import ReadTake, read_take
from game.scenes.menu_keys import menu_action, steer
from game.scenes.play_look import draw_loading
from game.scenes.requests import JamResults, WatchJam
from game.scenes.skyline import Skyline

MARGIN = 40.0
HEAD_HEIGHT = 92.0
FOOT_HEIGHT = 96.0
SIDE_SHARE = 0.24
LEAST_HEIGHT = 560.0
GRAPH_LEAST = 150.0
"""Units of the design that a graph needs; where rows leave less there is none."""

TABLE_SHARE = 0.62
MOST_WITH_GRAPHS = 8
"""More rows than this need the graphs' room."""

VEIL = 0.82
AGAIN_US = 700_000
"""While something is still on its way it is looked for this often."""


class JamResultsScene(Scene):
    """The result of one take, live or out of the log."""

    def __init__(self, context: Context, request: JamResults) -> None:
        self._context = context
        self._request = request
        self._room = JamRoom.of(context)
        self._read: ReadTake | None = None
        self._job: Job[ReadTake] | None = None
        self._read_us = 0
        self._known = -1
        self._chosen = 0
        self._touch = Touch()
        self._skyline = Skyline()
        self._frames = 0

    @property
    def result(self) -> BandResult | None:
        """What the band came to, as far as it is known here; None until it is read."""
        return self._read.result if self._read is not None else None

    @property
    def machine(self) -> Machine | None:
        """The jam of this take, if the player is still in it."""
        machine = self._room.machine
        return machine if machine is not None and machine.session.id == self._request.session else None

    def on_enter(self) -> None:
        """Read it beside the main thread."""
        self._context.effect("results")
        self._look()

    def on_resume(self, result: Any) -> None:
        """The keyboard begins at the first button again."""
        self._frames = 0

    def on_exit(self) -> bool:
        """Nothing to keep."""
        if self._job is not None:
            self._job.cancel()
        return True

    # -- reading -----------------------------------------------------------------------------------------------

    def _look(self) -> None:
        context, request, machine = self._context, self._request, self.machine
        self._known, self._read_us = self._heard(machine), now_us()

        def work(job: Job[ReadTake]) -> ReadTake:
            return read_take(context, request.session, request.take, machine)

        self._job = context.jobs.start("adding up the band", work, self._on_read, self._on_missing)

    def _heard(self, machine: Machine | None) -> int:
        """How much of the take this machine has heard: goes up with every edge and every last word."""
        take = machine.session.band.take(self._request.take) if machine is not None else None
        if take is None:
            return 0
        return sum(len(one.edges) + (one.ended is not None) for one in take.played.values())

    def _on_read(self, read: ReadTake) -> None:
        self._job = None
        self._read = read
        self._chosen = min(self._chosen, max(0, len(read.result.players) - 1))

    def _on_missing(self, error: UserError) -> None:
        self._job = None
        self._context.say(str(error))
        if self._read is None:
            self.leave()

    def step(self, dt_us: int) -> None:
        """Let the jam go on; what was missing is added as it comes, and a new song is followed."""
        self._room.step()
        machine, read = self.machine, self._read
        if machine is None or read is None:
            return
        running = machine.session.band.running
        if running is not None and running.start.take != self._request.take:
            self.leave()  # the lobby follows the band into its next song
            return
        late = self._heard(machine) != self._known
        if late and self._job is None and now_us() - self._read_us >= AGAIN_US:
            self._look()

    # -- what can be done --------------------------------------------------------------------------------------

    def handle(self, event: Event) -> bool:
        """Up and down choose a player; keys for everything the buttons do."""
        if self._touch.handle(event):
            return True
        if not isinstance(event, InputEvent) or not event.pressed:
            return False
        action = menu_action(event)
        if action == "back":
            self.leave()
            return True
        if action in ("up", "down") and self._read is not None:
            count = max(1, len(self._read.result.players))
            self._chosen = (self._chosen + (1 if action == "down" else -1)) % count
            return True
        if steer(event):
            return True
        act = {"key:r": self._again, "key:w": self._watch}.get(event.control)
        if act is not None:
            act()
        return act is not None

    def _again(self) -> None:
        """Take the same part once more and be ready; the song starts in the lobby, when all are."""
        machine, read = self.machine, self._read
        if machine is None or machine.role != PLAYER or read is None:
            return
        session = machine.session
        if session.band.running is not None:
            self._context.say("The others are still playing; the lobby lets you be ready when they are done.")
            self.leave()
            return
        offer = session.band.offer
        segments = read.result.take.segments(session.me)
        try:
            if offer is not None and offer.song == read.offer.song and segments:
                session.do(TakePart(segments[0].part, segments[0].chart_hash, segments[0].keys))
                session.do(SayReady())
        except UserError as error:
            self._context.say(str(error))
        self.leave()

    def _watch(self) -> None:
        self._context.open(WatchJam(self._request.session, self._request.take))

    def _choose(self, place: int) -> None:
        self._chosen = place

    # -- drawing -----------------------------------------------------------------------------------------------

    def draw(self, frame: Frame) -> None:
        """The band at the left, everyone at the right, what to do next at the foot."""
        frame.ground = theme.NIGHT
        self._skyline.draw(frame, veil=VEIL)
        read = self._read
        if read is None:
            draw_loading(frame, "Adding up the band", 0.5)
            return
        self._touch.begin(self.stack.top is self)
        bottom, scale = frame.height - frame.px(FOOT_HEIGHT), frame.scale
        frame.scale = min(scale, frame.height / LEAST_HEIGHT)
        self._draw_sheet(frame, read, bottom)
        frame.scale = scale
        self._draw_foot(frame, bottom)

    def _draw_sheet(self, frame: Frame, read: ReadTake, bottom: float) -> None:
        margin, head = frame.px(MARGIN), frame.px(HEAD_HEIGHT)
        self._draw_head(frame, read)
        side, height = frame.width * SIDE_SHARE, bottom - head
        draw_band(frame, margin, head, side, height * 0.5, read.result)
        rows = self._rows(read)
        player = rows[self._chosen][0] if rows else None
        palette = self._context.profile.settings.playfield.palette
        if player is not None and player.result is not None:
            top = head + height * 0.54
            name = fit(frame, rows[self._chosen][1], 18, side, Weight.BOLD)
            frame.text(margin, top, name, frame.px(18), theme.INK, weight=Weight.BOLD)
            draw_counts(frame, margin, top + frame.px(30), side, bottom - top - frame.px(30), player.result, palette)
        left = margin + side + frame.px(32)
        width = frame.width - left - margin
        me = self.machine.session.me if self.machine is not None else read.band.me
        graphs = len(rows) <= MOST_WITH_GRAPHS and height * (1 - TABLE_SHARE) >= frame.px(GRAPH_LEAST + 16)
        area = (left, head, width, height * TABLE_SHARE if graphs else height)
        used = draw_table(frame, self._touch, area, rows, self._chosen, self._choose, palette, me)
        rest = height - used - frame.px(16)
        if player is not None and player.result is not None and graphs:
            gap, half = frame.px(16), (width - frame.px(16)) / 2
            place = (head + used + gap, half, rest - gap)
            draw_histogram(frame, left, *place, player.result, palette)
            draw_lanes(frame, left + half + gap, *place, player.result, palette)

    def _rows(self, read: ReadTake) -> list[Row]:
        words = part_words(read.offer.parts)
        return [
            (one, read.name(one.peer), " then ".join(words.get(part.part, part.part) for part in one.segments))
            for one in read.result.players
        ]

    def _draw_head(self, frame: Frame, read: ReadTake) -> None:
        x, room = frame.px(MARGIN), frame.width * 0.7
        start = read.result.take.start
        frame.text(
            *(x, frame.px(26), fit(frame, read.offer.title, 28, room, Weight.BOLD), frame.px(28), theme.INK),
            weight=Weight.BOLD,
        )
        artist = f"{read.offer.artist}   " if read.offer.artist else ""
        rate = f"   {start.rate:g}x" if start.rate != 1 else ""
        detail = f"{artist}{rule_set(start.rules).title}   {len(read.result.players)} players{rate}"
        frame.text(x, frame.px(60), fit(frame, detail, 16, room), frame.px(16), theme.INK_SOFT)
        if read.result.provisional:
            provisional_pill(frame, frame.width - x, frame.px(40))

    def _draw_foot(self, frame: Frame, top: float) -> None:
        here = self.machine is not None
        plays = self.machine is not None and self.machine.role == PLAYER  # who watches has nothing to play again
        buttons: list[tuple[str, str, str, Callable[[], object]]] = [
            ("Watch it", icons.EYE, "W", self._watch),
            ("To the lobby" if here else "Back", icons.BACK, "Esc", self.leave),
        ]
        if plays:
            buttons.insert(0, ("Again", icons.RETRY, "R", self._again))
        self._frames += self.stack.top is self
        gap = frame.px(12)
        width = (frame.width - 2 * frame.px(MARGIN) - gap * (len(buttons) - 1)) / len(buttons) / frame.scale
        with screen(frame, "jam results", padding=0):
            imgui.set_cursor_pos(Vec(frame.px(MARGIN), top + px(16)))
            for place, (label, icon, key, action) in enumerate(buttons):
                if place:
                    imgui.same_line(0, gap)
                elif self._frames in (1, 2):
                    imgui.set_keyboard_focus_here()
                    imgui.set_nav_cursor_visible(True)
                if widgets.big_button(label, icon=icon, note=key, width=width, primary=place == 0):
                    action()
