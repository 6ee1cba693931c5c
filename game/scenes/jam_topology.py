"""Who reaches whom in the jam, by which path and how well: members on a ring, and the same as a table."""

from __future__ import annotations

from engine.clock import now_us
from engine.draw import icons, theme, widgets
from engine.draw.frame import Frame
from engine.draw.pen import px
from game.jam.machine import Machine
from game.jam.state import PLAYER
from game.scenes.context import Context
from game.scenes.jam_scene import (
    GAP,
    MARGIN,
    PADDING,
    JamScene,
    Place,
    column,
    head,
    head_height,
    is_narrow,
    quiet_text,
)
from game.scenes.jam_topology_ring import Link, Node, Ring, draw_legend
from game.scenes.jam_words import Quality, clock_words, lost, quality, round_trip, way
from game.scenes.requests import ShowTopology

AGAIN_US = 500_000
TABLE_SHARE, NARROW_SHARE = 0.46, 0.6
ROW = 52.0
LEGEND = 36.0


class JamTopologyScene(JamScene):
    """The ring at the left, the table of one member's links at the right; Enter on a line goes to that member."""

    def __init__(self, context: Context, request: ShowTopology) -> None:
        super().__init__(context)
        self.nodes: tuple[Node, ...] = ()
        self.links: tuple[Link, ...] = ()
        self.chosen = ""
        self._clock = ""
        self._read_us = 0
        self._ring = Ring()

    # -- what is known ---------------------------------------------------------------------------------------

    def step(self, dt_us: int) -> None:
        """Let the jam go on; look at its links now and then; make way for a song."""
        super().step(dt_us)
        machine = self.machine
        if machine is None or machine.session.band.running is not None:
            self.leave()
            return
        if now_us() - self._read_us >= AGAIN_US:
            self._read_us = now_us()
            self._read(machine)

    def _read(self, machine: Machine) -> None:
        session, band = machine.session, machine.session.band
        self.nodes = tuple(
            Node(one.id, band.name(one.id), one.id == band.conductor, one.role == PLAYER, one.here or one.id == band.me)
            for one in band.present
        )
        here = {node.id for node in self.nodes if node.here}
        self.links = tuple(
            Link(
                *(hop.source, hop.target, hop.kind, hop.via),
                quality(hop.source in here and hop.target in here, hop.round_trip_us, hop.loss),
                f"{round_trip(hop.round_trip_us)} · {lost(hop.loss)}",
            )
            for hop in machine.node.topology()
            if hop.source != hop.target
        )
        if self.chosen not in {node.id for node in self.nodes}:
            self.chosen = session.me
        founder = session.time.agreed and session.time.bound_us == 0
        self._clock = clock_words(session.time.agreed, session.time.bound_us, founder=founder)

    def name_of(self, peer: str) -> str:
        """What a member is called."""
        return next((node.name for node in self.nodes if node.id == peer), "")

    def reached(self) -> list[tuple[Node, Link | None]]:
        """The others, and how the chosen member reaches each (None: it is not heard of)."""
        links = {link.target: link for link in self.links if link.source == self.chosen}
        links |= {link.source: link for link in self.links if link.target == self.chosen and link.source not in links}
        return [(node, links.get(node.id)) for node in self.nodes if node.id != self.chosen]

    # -- drawing ---------------------------------------------------------------------------------------------

    def _places(self, frame: Frame) -> tuple[Place, Place]:
        x, y = px(MARGIN), head_height(frame)
        w, h = frame.width - 2 * x, frame.height - y - px(MARGIN)
        right = (w - px(GAP)) * (NARROW_SHARE if is_narrow(frame) else TABLE_SHARE)
        left = w - px(GAP) - right
        return (x, y, left, h), (x + left + px(GAP), y, right, h)

    def behind(self, frame: Frame) -> None:
        """The ring."""
        (x, y, w, h), _ = self._places(frame)
        if not self.nodes:
            return
        place = (x, y, w, h - px(LEGEND))
        self._ring.lay_out(frame, place, self.nodes, self.links, self.chosen)
        self._ring.draw(frame, self.nodes, self.chosen)
        draw_legend(frame, x, y + h - px(LEGEND / 2), w, self.links)

    def body(self, frame: Frame) -> None:
        """The head and the table."""
        head(frame, "Who reaches whom", self._clock)
        _, table = self._places(frame)
        narrow = is_narrow(frame)
        with column("topology", table, padding=12.0 if narrow else PADDING):
            self._draw_table(narrow)

    def _draw_table(self, narrow: bool) -> None:
        mine = self.machine is not None and self.chosen == self.machine.session.me
        widgets.section("From this machine" if mine else f"From {self.name_of(self.chosen)}")
        rows = self.reached()
        if not rows:
            quiet_text("Nobody else is here yet.")
        for place, (node, link) in enumerate(rows):
            self.focus_here(place == 0)
            if self._draw_row(node, link, narrow):
                self.chosen = node.id
        widgets.space(4)
        crowd = self.machine.crowd if self.machine is not None else None
        if mine and crowd is not None:
            widgets.section("The crowd", f"{crowd.listeners} listen")
            quiet_text(f"{crowd.first_hops} of them hear this machine itself, and pass it on to the others.")
        if not mine and self.machine is not None and widgets.small_button("From this machine", icon=icons.BACK):
            self.chosen = self.machine.session.me

    def _draw_row(self, node: Node, link: Link | None, narrow: bool) -> bool:
        said = link.link if link is not None and node.here else Quality(0, "not heard")
        path = way(link.kind, self.name_of(link.via)) if link is not None and node.here else "not heard just now"
        words = f"{path}   ·   {link.words}" if link is not None and node.here else path
        icon = icons.STAR if node.conducts else icons.PERSON if node.plays else icons.EYE
        mark = theme.AMBER if node.conducts else theme.CYAN
        how = said.words.partition(" · ")[0]
        title, right = (f"{node.name}: {how}", "") if narrow else (node.name, how)
        return widgets.row(f"to {node.id}", title, words, right, icon=icon, mark=mark, height=ROW)
