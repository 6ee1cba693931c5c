"""``ourojam jam join --crowd --headless``: one in the crowd of a jam, without a screen."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from typing import Any

from engine.clock import now_us
from engine.errors import UserError
from engine.net.addresses import parse_endpoint
from engine.net.discovery import Discovery
from engine.net.join_code import JoinCode
from game.cli import Misuse, profile_folder
from game.commands import jam_orders
from game.commands.jam_headless import Stopped, find, game_version
from game.commands.jam_telling import Printer
from game.jam.crowd_events import CrowdFelt, CrowdHits, CrowdLinked, CrowdPlayer, CrowdTold
from game.jam.crowd_listener import CrowdListener, Happening, Heard
from game.jam.events import JamOpened
from game.jam.happenings import Closed, Notice
from game.profile import Profile

IDLE_S = 0.02
LINK_US = 5_000_000
"""How well the conductor is heard is told this often, and whenever the way changes."""


class CrowdTeller:
    """Turns what one in the crowd hears into lines."""

    def __init__(self, listener: CrowdListener, printer: Printer) -> None:
        self._listener, self._printer = listener, printer
        self._take = ""
        self._link_us = 0

    def tell(self, happenings: Iterable[Happening]) -> None:
        """Tell what :meth:`game.jam.crowd_listener.CrowdListener.step` gave."""
        for one in happenings:
            self._tell(one)
        if self._listener.hears and now_us() - self._link_us >= LINK_US:
            self.link()

    def _tell(self, one: Happening) -> None:
        say, listener = self._printer.say, self._listener
        match one:
            case JamOpened():
                where = {"port": listener.port, "address": listener.address}
                say("joined", session=one.session, me=one.me, name=one.name, role=one.role, **where)
            case CrowdTold():
                self._told(one)
            case CrowdPlayer():
                values = {"peer": one.peer, "name": one.name, "part": one.part, "keys": one.keys, "here": one.here}
                say("crowd_player", **values)
            case Heard():
                name = next((each.name for each in listener.view.players.values() if each.peer == one.peer), "")
                values = {"peer": one.peer, "name": name, "lane": one.lane, "song_us": one.song_us}
                say("hit", **values, late_ms=round(one.late_us / 1000, 1))
            case CrowdFelt():
                say("reaction", name=one.name, reaction=one.reaction)
            case CrowdLinked():
                self.link()
            case Notice():
                say("notice", sentence=one.sentence)
            case Closed(sentence="left"):
                say("left")
            case Closed():
                say("closed", sentence=one.sentence)
            case CrowdHits():
                pass  # told one by one

    def _told(self, told: CrowdTold) -> None:
        values: dict[str, Any] = {"title": told.title, "phase": told.phase, "song": told.song, "artist": told.artist}
        self._printer.say("crowd_told", **values, chart=told.chart, rate=told.rate)
        if told.take and told.take != self._take:
            clock = self._listener.time
            in_ms = round((told.t0_us - self._listener.session_us()) / 1000)
            values = {"take": told.take, "t0_us": told.t0_us, "t0_local_us": clock.local_us(told.t0_us)}
            self._printer.say("start", **values, rate=told.rate, starts_in_ms=in_ms, error_us=clock.error_us)
        self._take = told.take

    def link(self) -> None:
        """Tell through whom the conductor is heard, and how well."""
        self._link_us = now_us()
        link, now = self._listener.link, self._listener.view.now
        values = {"hops": link.hops, "parent": link.parent, "below": link.below, "crowd": now.crowd if now else 0}
        self._printer.say(
            "link", **values, delay_ms=round(link.late_us / 1000, 1), error_ms=round(link.error_us / 1000, 1)
        )


def run_join(args: argparse.Namespace) -> int:
    """Listen in the crowd of a session until there is a reason to leave."""
    if not args.headless:
        raise Misuse("jam join is for machines without a screen: add --headless, or open the game and choose Jam")
    if args.spectate or args.autoplay or args.ready or args.start or args.takes:
        raise Misuse("--crowd only listens: leave out --spectate, --autoplay, --ready, --start and --takes")
    if args.seconds < 0:
        raise Misuse("--seconds is 0 or more")
    code = JoinCode.parse(args.code)
    printer = Printer(args.json)
    with ExitStack() as undo:
        profile = undo.enter_context(Profile.open(profile_folder(args)))
        if profile.problem:
            print(f"ourojam: {profile.problem}", file=sys.stderr)
        where = {"profile": str(profile.folder), "screen": False, "sound": False}
        printer.say("machine", name=args.name, version=game_version(), **where)
        addresses, title = _door(args)
        printer.say("asking", addresses=[f"{host}:{port}" for host, port in addresses], session_name=title)
        listener = CrowdListener(addresses, code, profile.writer, name=args.name, bind=(args.bind, 0))
        undo.callback(listener.close)
        _listen(args, listener, printer)
    return 0


def _door(args: argparse.Namespace) -> tuple[Sequence[tuple[str, int]], str]:
    """Where to ask, and what the jam there is called."""
    if args.address:
        endpoint = parse_endpoint(args.address)
        return [(endpoint.host, endpoint.port)], ""
    if args.quiet:
        raise Misuse("--quiet looks for nothing on the network; say where the jam is with --address HOST:PORT")
    interfaces = None if args.bind in ("0.0.0.0", "::") else (args.bind,)
    with closing(Discovery(interfaces=interfaces)) as discovery:
        found = find(discovery)
        return [(host, found.port) for host in found.addresses], found.name


def _listen(args: argparse.Namespace, listener: CrowdListener, printer: Printer) -> None:
    teller, orders, stopped = CrowdTeller(listener, printer), jam_orders.Orders(), Stopped()
    until_us = now_us() + round(args.seconds * 1e6) if args.seconds else None
    leaving = False
    with stopped.heard():
        while not (leaving or stopped.asked or listener.closed):
            teller.tell(listener.step())
            if until_us is not None and now_us() >= until_us:
                break
            for order in orders.take(IDLE_S):
                match order:
                    case None | jam_orders.Plain(do="leave"):
                        leaving = True
                    case jam_orders.Plain(do="peers"):
                        teller.link()
                    case str():
                        printer.say("refused", do="", sentence=order)
                    case _:
                        printer.say("refused", do=order.do, sentence="Who listens in the crowd only listens")
    over = listener.closed
    listener.close()
    teller.tell(listener.step())
    if over:
        raise UserError(over)
