"""The lobby: who is here, the code, the song, everyone's part, and the start."""

from __future__ import annotations

from typing import Any

from imgui_bundle import imgui

from engine.clock import now_us
from engine.draw import icons, theme, widgets
from engine.draw.frame import Frame
from engine.draw.pen import px
from engine.errors import UserError
from game.jam.decide import CallOff, HandOver, Intent, OpenCrowd, Start
from game.jam.state import PLAYER
from game.scenes.context import Context
from game.scenes.jam_lobby_free import FreeQuestion
from game.scenes.jam_lobby_hearing import HearingQuestion
from game.scenes.jam_lobby_people import draw_crowd_switch, draw_person
from game.scenes.jam_lobby_seat import ACTIONS, LOW_ACTIONS, LOW_PADDING, draw_actions, draw_song, leads_on, only_waits
from game.scenes.jam_lobby_view import LobbyView, Person, view_of
from game.scenes.jam_qr import WayIn
from game.scenes.jam_scene import GAP, HEAD, MARGIN, PADDING, JamPicker, JamScene, column, head, head_height, is_narrow
from game.scenes.jam_seat import Seat
from game.scenes.jam_songs import JamSongsScene
from game.scenes.picker import Option
from game.scenes.preview import Preview
from game.scenes.requests import FreeJam, PlayJam, ShowJam, ShowLobby, ShowTopology

AGAIN_US = 250_000
"""What the network says of itself is read this often; what happens in the jam is shown at once."""

CODE_WIDTH = 276.0
SEAT_SHARE = 0.46


class JamLobbyScene(JamScene):
    """Before and between songs.  When a take is agreed it is opened; when it is over, the player is here again."""

    def __init__(self, context: Context, request: ShowLobby) -> None:
        super().__init__(context)
        self.seat = Seat(self.room)
        self._opened: set[str] = set()
        self._view: LobbyView | None = None
        self._seen = (-1, 0)
        self._way_in: WayIn | None = None
        self._about = ""
        self._gone = False

    # -- what is known ---------------------------------------------------------------------------------------

    @property
    def view(self) -> LobbyView | None:
        """What is shown; None outside a jam."""
        machine = self.machine
        if machine is None:
            return None
        version, made_us = machine.session.band.version, self._seen[1]
        if self._view is None or version != self._seen[0] or now_us() - made_us >= AGAIN_US:
            self._view, self._seen = view_of(machine), (version, now_us())
        return self._view

    @property
    def plays(self) -> bool:
        """Whether this player plays, rather than watches."""
        return self.machine is not None and self.machine.role == PLAYER

    def takers(self, part: str) -> list[str]:
        """Who has chosen a part, the player aside."""
        if self.machine is None:
            return []
        band = self.machine.session.band
        song = band.offer.song if band.offer is not None else ""
        return [
            band.name(one.id)
            for one in band.players
            if one.id != band.me and one.part is not None and (one.part.song, one.part.part) == (song, part)
        ]

    # -- coming and going ------------------------------------------------------------------------------------

    def on_enter(self) -> None:
        """Quiet, and the way in for others."""
        Preview.of(self.context).stop()
        if self.machine is not None:
            self._way_in = WayIn(self.machine)

    def on_resume(self, result: Any) -> None:
        """Back from a song, a question or the songs."""
        super().on_resume(result)
        Preview.of(self.context).stop()
        if result == "leave":
            self._leave_jam()
        elif result == "hand":
            self._do(HandOver(self._about))
        elif result == "remove":
            self._ask_removal()
        elif result == "removed" and self.machine is not None:
            self.machine.session.remove(self._about)
        elif isinstance(result, str) and result.startswith("level "):
            self.seat.choose_level(result.removeprefix("level "))

    def step(self, dt_us: int) -> None:
        """Let the jam go on; follow into a song or a free jam once, and out of a jam that ended."""
        super().step(dt_us)
        machine = self.machine
        if machine is None:
            if not self._gone:
                self._gone = True
                self.context.replace(ShowJam())
            return
        self.seat.follow()
        where = self._going()
        if where is not None and where.take not in self._opened:
            self._go(where)

    def _going(self) -> PlayJam | FreeJam | None:
        """What runs in the jam."""
        if self.machine is None:
            return None
        band = self.machine.session.band
        if band.running is not None:
            return PlayJam(band.running.start.take)
        return FreeJam(band.free.take) if band.free is not None else None

    def _go(self, where: PlayJam | FreeJam) -> None:
        self._opened.add(where.take)
        Preview.of(self.context).stop()
        self.context.open(where)

    def back(self) -> None:
        """Leave the jam; who conducts others is asked first."""
        view = self.view
        others = [one for one in view.people if not one.mine] if view is not None else []
        if view is None or view.me is None or not view.me.conducts or not others:
            self._leave_jam()
            return
        options = (
            Option("stay", "Stay", "", icons.BACK),
            Option("leave", "Leave the jam", "another of you conducts from then on", icons.EXIT),
        )
        self.stack.push(JamPicker(self.room, "You conduct. Leave?", options))

    def _leave_jam(self) -> None:
        self._gone = True
        self.room.leave()
        self.leave()

    # -- what the player does --------------------------------------------------------------------------------

    def key(self, name: str) -> bool:
        """The letters that stand on the buttons."""
        view = self.view
        if view is None or view.me is None:
            return False
        conducts = view.me.conducts
        acts = {
            "t": self.show_topology,
            "c": self.copy_link,
            "h": self.ask_hearing,
            "o": self.toggle_crowd if conducts else None,
            "r": self.toggle_ready if view.offer is not None and view.me.plays else None,
            "s": self.pick_song if conducts else None,
            "f": self.ask_free if conducts else None,
            "g": self.join_in if view.running else self.start if conducts else None,
        }
        act = acts.get(name)
        if act is None:
            return False
        act()
        return True

    def _do(self, intent: Intent) -> bool:
        """Have something done, or tell the player why it cannot be."""
        if self.machine is None:
            return False
        try:
            self.machine.session.do(intent)
        except UserError as error:
            self.room.say(error)
            return False
        return True

    def toggle_ready(self) -> None:
        """Be ready, or not any more."""
        view = self.view
        if view is not None and view.me is not None:
            self.context.effect("menu_select")
            self.seat.ready(not view.me.ready)

    def start(self) -> None:
        """Agree on the start with everyone."""
        if self.machine is None:
            return
        session = self.machine.session
        if not session.time.agreed:
            self.context.say("The clock is still being measured; try again in a moment.")
            return
        self.context.effect("menu_select")
        self._do(Start(session.now_us(), session.time.bound_us))

    def join_in(self) -> None:
        """Go where the others are playing."""
        where = self._going()
        if where is not None:
            self._go(where)

    def call_off(self) -> None:
        """End what runs, for everyone."""
        self._do(CallOff())

    def pick_song(self) -> None:
        """Choose a song for everyone."""
        self.context.effect("menu_select")
        self.stack.push(JamSongsScene(self.context))

    def fetch_again(self) -> None:
        """Try once more to get the song."""
        if self.machine is not None:
            self.machine.fetch_again()

    def ask_free(self) -> None:
        """Ask how the free jam is to be."""
        self.stack.push(FreeQuestion(self.room, self.context.remembered))

    def ask_hearing(self) -> None:
        """Ask how the band is to sound here."""
        self.stack.push(HearingQuestion(self.room, self.context))

    def ask_level(self) -> None:
        """Ask for the difficulty."""
        options = [
            Option(f"level {one.chart_hash}", one.words or "Chart", "", icons.CHART, f"{one.keys} keys")
            for one in self.seat.levels
        ]
        if options:
            self.stack.push(JamPicker(self.room, "Difficulty", options, f"level {self.seat.chart_hash}"))

    def ask_about(self, person: Person) -> None:
        """What a conductor may do about a member; everyone else sees how they are reached."""
        view = self.view
        if view is None or view.me is None or not view.me.conducts or person.mine:
            self.show_topology()
            return
        self._about = person.id
        options = (
            Option("nothing", "Nothing", "", icons.BACK),
            Option("hand", f"Let {person.name} conduct", "they pick and start the songs", icons.STAR),
            Option("remove", f"Remove {person.name} …", "you are asked once more", icons.DELETE),
        )
        self.stack.push(JamPicker(self.room, person.name, options))

    def _ask_removal(self) -> None:
        """Whether somebody is really to go: it cannot be taken back."""
        person = next((one for one in self.view.people if one.id == self._about), None) if self.view else None
        if person is None:
            return
        options = (
            Option("stays", f"No, {person.name} stays", "", icons.BACK),
            Option("removed", f"Yes, remove {person.name}", "they cannot come back into this jam", icons.DELETE),
        )
        self.stack.push(JamPicker(self.room, f"Remove {person.name} from the jam?", options))

    def toggle_crowd(self) -> None:
        """Open the jam to a crowd that listens, or close it again."""
        if self.machine is None:
            return
        opens = not self.machine.session.band.crowd
        if self._do(OpenCrowd(opens)):
            self.context.effect("menu_select")

    def show_topology(self) -> None:
        """Who reaches whom."""
        self.context.open(ShowTopology())

    def copy_link(self) -> None:
        """Put the link on the clipboard."""
        if self._way_in is not None:
            imgui.set_clipboard_text(self._way_in.link)
            self.context.say("The link is copied; send it to whoever is to join.")

    # -- drawing ---------------------------------------------------------------------------------------------

    def body(self, frame: Frame) -> None:
        """Three columns, or one where there is no room for three."""
        view = self.view
        if view is None or view.me is None or self.machine is None:
            head(frame, "Jam")
            return
        who = "you conduct" if view.me.conducts else f"{view.conductor} conducts"
        title = self.machine.title or f"{view.conductor}'s jam"
        narrow = is_narrow(frame)
        about = (
            (f"code {self.machine.code.text}", who) if narrow else (who, view.clock)
        )  # the picture is far down there
        head(frame, title, "   ·   ".join(about), right=0.0 if narrow else px(460))
        x, y = px(MARGIN), head_height(frame)
        w, h = frame.width - 2 * x, frame.height - y - px(MARGIN)
        if narrow:
            self._draw_narrow(view, (x, y, w, h))
            return
        self._draw_head_buttons(frame)
        left, gap = px(CODE_WIDTH), px(GAP)
        right = (w - left - 2 * gap) * SEAT_SHARE
        middle = w - left - right - 2 * gap
        with column("lobby code", (x, y, left, h)):
            self._draw_way_in()
        with column("lobby people", (x + left + gap, y, middle, h)):
            self._draw_people(view)
        at = x + left + middle + 2 * gap
        foot = px(ACTIONS) + gap if leads_on(view) else 0.0
        with column("lobby song", (at, y, right, h - foot)):
            draw_song(self, view)
        if foot:
            with column("lobby actions", (at, y + h - px(ACTIONS), right, px(ACTIONS))):
                draw_actions(self, view)

    def _draw_narrow(self, view: LobbyView, place: tuple[float, float, float, float]) -> None:
        x, y, w, h = place
        foot = px(LOW_ACTIONS) + px(8) if leads_on(view) else 0.0
        with column("lobby", (x, y, w, h - foot)):
            draw_song(self, view)
            self._draw_people(view)
            self._draw_way_in()
            self._draw_ways_out()
        if not foot:
            return
        with column("lobby actions", (x, y + h - px(LOW_ACTIONS), w, px(LOW_ACTIONS)), padding=LOW_PADDING):
            draw_actions(self, view)

    def _draw_head_buttons(self, frame: Frame) -> None:
        wide = px(450)
        with column("lobby ways", (frame.width - px(MARGIN) - wide + px(PADDING), px(0), wide, px(HEAD)), ground=False):
            self._draw_ways_out()

    def _draw_ways_out(self) -> None:
        if widgets.small_button("Hearing", icon=icons.VOLUME):
            self.ask_hearing()
        imgui.same_line(0, px(10))
        if widgets.small_button("Who reaches whom", icon=icons.BRANCH):
            self.show_topology()
        imgui.same_line(0, px(10))
        if widgets.small_button("Leave", icon=icons.EXIT, mark=theme.RED):
            self.back()

    def _draw_way_in(self) -> None:
        if self._way_in is not None and self._way_in.draw():
            self.copy_link()

    def _draw_people(self, view: LobbyView) -> None:
        players = sum(one.plays for one in view.people)
        watch = len(view.people) - players
        note = f"{players} play{'s' * (players == 1)}" + (f", {watch} watch{'es' * (watch == 1)}" if watch else "")
        widgets.section("Who is here", note)
        for place, person in enumerate(view.people):
            self.focus_here(place == 0 and only_waits(view))
            if draw_person(person):
                self.ask_about(person)
        if self.machine is not None and view.me is not None and draw_crowd_switch(self.machine, view.me):
            self.toggle_crowd()
