"""Host a jam or join one: jams that show up by themselves, an address, a link, the code, and who one is."""

from __future__ import annotations

from imgui_bundle import imgui

from engine.clock import now_us
from engine.draw.frame import Frame
from engine.errors import UserError
from engine.net.addresses import parse_endpoint
from engine.net.discovery_records import FoundSession
from engine.net.join_code import WORD_KIND, JoinCode
from engine.net.qr import SCHEME, JoinLink
from game.jam.crowd_events import CROWD
from game.jam.inbox import MAX_NAME
from game.jam.state import PLAYER
from game.scenes.context import Context
from game.scenes.jam_found import FoundList
from game.scenes.jam_join_look import draw_join
from game.scenes.jam_scene import JamScene
from game.scenes.requests import ListenInCrowd, ShowJam, ShowLobby
from game.scenes.talk_form import Entry

ELSEWHERE = "elsewhere"
"""What is chosen when an address is typed rather than a jam picked."""

MOST = 300
SCROLLED = 8


class JamJoinScene(JamScene):
    """Before a jam.  What is chosen and typed is state here; :mod:`game.scenes.jam_join_look` draws it."""

    def __init__(self, context: Context, request: ShowJam) -> None:
        super().__init__(context)
        say = context.say
        self._request = request
        self.called = Entry("Your name", say, self.room.name, hint="What the others call you", most=MAX_NAME)
        self.code = Entry("Join code", say, hint="amber violin, or 482915", most=MOST)
        self.address = Entry("Address", say, hint="192.168.1.5:47100", most=MOST)
        self.titled = Entry("What the jam is called", say, most=60)
        self.naming = not self.room.name
        self.kind = WORD_KIND
        self.role = PLAYER
        self.chosen = ""
        self.problem = ""
        self.knocking = ""
        """Where this machine asks to be let in, in words; empty while it does not."""
        self.knocking_us = 0
        self.since_us = now_us()
        self.unseen = 0
        """So many frames it is still scrolled to what is wrong: large text leaves no room for all at once."""
        self.listed = FoundList()
        self.foot = 0.0
        """How high what stands below was in the last frame, in pixels."""
        self._link: JoinLink | None = None
        self._gone_on = False

    @property
    def found(self) -> tuple[FoundSession, ...]:
        """The jams on this network."""
        return self.room.found

    @property
    def session(self) -> FoundSession | None:
        """The jam that is chosen out of those found."""
        return next((one for one in self.found if one.session == self.chosen), None)

    # -- coming and going ----------------------------------------------------------------------------------------

    def on_enter(self) -> None:
        """Look for jams; one that was left in haste is found again, one that ended says why."""
        self.room.look()
        self.problem, self.room.ended = self.room.ended, ""
        if self.naming:
            self.called.field.focus()
        if self._request.link:
            self.use_link(self._request.link)

    def on_exit(self) -> bool:
        """Who asks at a door no more is let in by none."""
        listener = self.room.listener
        if (self.machine is not None and not self.machine.joined) or (listener is not None and not listener.session):
            self.room.leave()
        return True

    def back(self) -> None:
        """Stop asking, or leave."""
        if self.knocking:
            self.cancel()
        elif self.naming and self.room.name:
            self.naming = False
        else:
            self.leave()

    def step(self, dt_us: int) -> None:
        """Follow what comes of asking, and which jams are there."""
        super().step(dt_us)
        self.room.step_crowd()
        machine, listener = self.machine, self.room.listener
        if (machine is not None and machine.joined) or (listener is not None and listener.session):
            if not self._gone_on:
                self._gone_on = True
                self.context.replace(ShowLobby() if listener is None else ListenInCrowd())
        elif machine is None and listener is None and self.knocking:
            self._turned_away()
        self.listed.follow(self.found, now_us())
        if self.chosen != ELSEWHERE and self.session is None:
            self.chosen = self.found[0].session if len(self.found) == 1 else ""
            if self.chosen and not self.naming and not imgui.get_io().want_text_input:
                self.code.field.focus()  # the only jam there is: all that is missing is its code
        for entry in (self.code, self.address):
            if entry.text.lstrip().lower().startswith(f"{SCHEME}:"):
                self.use_link(entry.text)

    def _turned_away(self) -> None:
        """Say why this machine was not let in; a jam that is full may have room in its crowd."""
        self.problem, self.knocking = self.room.ended or "The jam could not be joined; try again.", ""
        if self.room.crowd_is_open:
            self.role = CROWD
        else:
            self.code.field.focus(anew=True)  # mostly it was mistyped, and typing is all there is to do
        self.unseen = SCROLLED

    # -- what the player does ------------------------------------------------------------------------------------

    def choose(self, session: str) -> None:
        """Choose a jam, or an address; the code comes next."""
        self.chosen, self.problem, self._link = session, "", None
        (self.address if session == ELSEWHERE else self.code).field.focus()

    def paste(self) -> None:
        """Join by the link on the clipboard."""
        text = imgui.get_clipboard_text().strip()
        if not text:
            self.problem = "Nothing was copied; copy the link that the host sent, then press this again."
            return
        self.use_link(text)

    def use_link(self, text: str) -> None:
        """Join by a link of the host's."""
        for entry in (self.code, self.address):
            if entry.text.lstrip().lower().startswith(f"{SCHEME}:"):
                entry.set("")
        try:
            link = JoinLink.parse(text)
        except UserError as error:
            self.problem = str(error)
            return
        if not link.addresses:
            self.problem = "The link names no address; ask the host for a new one."
            return
        self.choose(ELSEWHERE)
        self.address.set(f"{link.addresses[0]}:{link.port}")
        self.code.set(link.code.text)
        self._link = link
        self.join()

    def join(self) -> None:
        """Ask to be let in."""
        self.problem = self.code.error = self.address.error = ""
        if not self._named():
            return
        try:
            addresses, where = self._where()
            code = self._typed_code()
            if self.role == CROWD:
                self.room.listen(addresses, code)
            else:
                self.room.join(addresses, code, self.role, where if self.session is not None else "")
        except UserError as error:
            if not (self.code.error or self.address.error):
                self.problem = str(error)
            self.unseen = SCROLLED
            return
        self.knocking, self.knocking_us = where, now_us()

    def _where(self) -> tuple[list[tuple[str, int]], str]:
        session = self.session
        if session is not None:
            return [(host, session.port) for host in session.addresses], session.name
        if self.chosen != ELSEWHERE:
            raise UserError("Choose a jam first, or type the address that the host's screen shows.")
        link = self._link
        if link is not None and self.address.text == f"{link.addresses[0]}:{link.port}":
            return [(host, link.port) for host in link.addresses], self.address.text
        try:
            endpoint = parse_endpoint(self.address.text)
        except UserError as error:
            self.address.error = str(error)
            self.address.field.focus()
            raise
        return [(endpoint.host, endpoint.port)], str(endpoint)

    def _typed_code(self) -> JoinCode:
        try:
            return JoinCode.parse(self.code.text)
        except UserError as error:
            self.code.error = str(error)
            self.code.field.focus(anew=True)
            raise

    def host(self) -> None:
        """Open a jam."""
        self.problem = ""
        if not self._named():
            return
        title = " ".join(self.titled.text.split()) or f"{self.room.name}'s jam"
        try:
            self.room.host(title, JoinCode.new(self.kind))
        except UserError as error:
            self.problem = str(error)

    def cancel(self) -> None:
        """Ask no more."""
        self.room.leave()
        self.knocking = ""

    def rename(self) -> None:
        """Change what one is called."""
        self.naming = True
        self.called.field.focus()

    def _named(self) -> bool:
        """Whether the player has a name; keeps it."""
        name = " ".join(self.called.text.split())
        if not name:
            self.naming = True
            self.called.error = "What are you called? The others see it beside your lanes."
            self.called.field.focus()
            return False
        self.called.error = ""
        try:
            self.context.profile.set("jam.name", name)
        except UserError as error:
            self.called.error = str(error)
            return False
        self.naming = False
        return True

    def keep_name(self) -> None:
        """The name was written; with a jam chosen, all that is missing is its code."""
        if self._named() and self.chosen:
            self.code.field.focus()

    # -- drawing -------------------------------------------------------------------------------------------------

    def body(self, frame: Frame) -> None:
        """See :mod:`game.scenes.jam_join_look`."""
        draw_join(frame, self)
