"""``ourojam jam host|join --headless``: a machine in a jam without screen and sound, for scripts, tests and servers."""

from __future__ import annotations

import argparse
import queue
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import FrameType
from typing import Any

from engine.clock import now_us
from engine.errors import UserError
from engine.jobs import Jobs
from engine.net.addresses import own_addresses, parse_endpoint
from engine.net.discovery import Discovery, FoundSession
from engine.net.join_code import JoinCode
from game.cli import Misuse, profile_folder
from game.commands import jam_orders
from game.commands.jam_player import Player, Wishes
from game.commands.jam_songs import Songs, entry_for, rate_of
from game.commands.jam_telling import Printer, Teller
from game.commands.judge import known_rules
from game.jam.decide import CallOff, ChooseSharing, HandOver, OpenCrowd, React, SayReady, Start, TakeBack
from game.jam.machine import Machine, Place
from game.jam.session import Closed
from game.jam.state import PLAYER, SPECTATOR
from game.profile import Profile
from game.rhythm.rules import RULE_SETS

FIND_S = 15.0
"""A jam that does not show up on the network in this time is not there."""

SURE_S = 2.0
"""After the first one showed up, others are waited for this long."""

IDLE_S = 0.02
PLAYING_S = 0.005
"""How long a step waits at most for the next one."""

LINGER_US = 2_000_000
"""After its last song a machine stays this long: others may still lack something that it said."""


class Stopped:
    """Whether the system asked this program to end."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self, number: int, frame: FrameType | None) -> None:
        """A signal's handler."""
        self.asked = True

    @contextmanager
    def heard(self) -> Iterator[None]:
        """While this lasts, SIGINT and SIGTERM ask instead of ending the program."""
        before = {number: signal.signal(number, self.ask) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Headless:
    """A machine in a jam, from joining to leaving."""

    def __init__(
        self, args: argparse.Namespace, machine: Machine, songs: Songs, calls: queue.SimpleQueue[Callable[[], None]]
    ) -> None:
        self._args, self._machine, self._songs, self._calls = args, machine, songs, calls
        self._printer = Printer(args.json)
        self._teller = Teller(machine, self._printer)
        self._player = Player(machine, self._teller, wishes_of(args))
        self._orders = jam_orders.Orders()
        self._stopped = Stopped()
        self._leaving = False
        self._over = ""
        self._played_us: int | None = None
        self._song = args.song if args.what == "host" else None
        self._opens = args.what == "host" and args.crowd

    def run(self) -> None:
        """Be there until there is a reason to leave.

        Raises:
            UserError: the jam did not let this machine in, or ended for it.
        """
        until_us = now_us() + round(self._args.seconds * 1e6) if self._args.seconds else None
        with self._stopped.heard():
            while not (self._leaving or self._over or self._stopped.asked):
                due_us = self._step()
                if until_us is not None and now_us() >= until_us:
                    break
                self._wait(due_us)
        if self._over:
            raise UserError(self._over)

    def leave(self) -> None:
        """Leave, and tell the last of it."""
        self._machine.close()
        self._teller.tell(self._machine.session.events())

    def _step(self) -> int | None:
        while not self._calls.empty():
            self._calls.get_nowait()()
        happenings = self._machine.step()
        self._teller.tell(happenings)
        for one in happenings:
            if isinstance(one, Closed):
                self._over = one.sentence
        if self._song is not None and self._machine.joined:
            self._offer(self._song, self._args.rules or "", self._args.rate)
            self._song = None
        if self._opens and self._machine.session.band.conducts:
            self._opens = False
            self._machine.open_crowd(True)
        at_us = now_us()
        due_us = self._player.step(at_us)
        wishes = self._player.wishes
        if wishes.takes and self._player.played >= wishes.takes:
            self._played_us = at_us if self._played_us is None else self._played_us
            self._leaving = self._leaving or at_us - self._played_us >= LINGER_US
        return due_us

    def _wait(self, due_us: int | None) -> None:
        most_s = PLAYING_S if self._player.take is not None else IDLE_S
        wait_s = most_s if due_us is None else min(most_s, max(0.0, (due_us - now_us()) / 1e6))
        for order in self._orders.take(wait_s):
            if order is None:
                self._leaving = True
            elif isinstance(order, str):
                self._printer.say("refused", do="", sentence=order)
            else:
                self._obey(order)

    def _offer(self, chart: str, rules: str, rate: float) -> None:
        def refused(error: UserError) -> None:
            self._printer.say("refused", do="song", sentence=str(error))

        try:
            entry = entry_for(chart)
            known_rules(rules)
            rate_of(rate)
        except UserError as error:
            refused(error)
            return
        self._songs.named.append(entry)
        self._machine.offer(entry, rules or RULE_SETS[0], rate, refused)

    def _obey(self, order: jam_orders.Order) -> None:
        player, session = self._player, self._machine.session
        match order:
            case jam_orders.Plain():
                self._obey_plain(order.do)
            case jam_orders.PutSong():
                self._offer(order.chart, order.rules, order.rate)
            case jam_orders.Part():
                player.take_part(order.part, order.keys, order.level, now_us())
            case jam_orders.Ready():
                player.do(SayReady(order.ready), order.do)
            case jam_orders.Hit():
                player.press(order.lane, order.down)
            case jam_orders.Free():
                player.open_free(order.bpm)
            case jam_orders.Instrument():
                player.instrument(order.instrument, order.keys)
            case jam_orders.Reaction():
                player.do(React(order.reaction, session.now_us()), order.do)
            case jam_orders.Crowd():
                player.do(OpenCrowd(order.opened), order.do)
            case jam_orders.Share():
                player.do(ChooseSharing(order.shares), order.do)
            case jam_orders.AboutPeer(do="hand_over"):
                player.do(HandOver(order.peer), order.do)
            case jam_orders.AboutPeer():
                session.remove(order.peer)

    def _obey_plain(self, do: str) -> None:
        session = self._machine.session
        match do:
            case "start":
                self._player.do(Start(session.now_us(), session.time.bound_us), do)
            case "call_off":
                self._player.do(CallOff(), do)
            case "take_back":
                self._player.do(TakeBack(), do)
            case "end":
                self._player.end()
            case "fetch":
                self._machine.fetch_again()
            case "measure":
                session.measure()
            case "rebind":
                self._machine.node.rebind()
            case "peers":
                self._teller.peers()
            case "leave":
                self._leaving = True


def wishes_of(args: argparse.Namespace) -> Wishes:
    """What the command line asks this machine to do by itself."""
    host = args.what == "host"
    return Wishes(
        part=args.part,
        keys=args.keys,
        level=args.level,
        autoplay=args.autoplay,
        uneven_ms=args.uneven_ms,
        seed=args.seed,
        ready=args.ready or args.start,
        takes=args.takes,
        start=args.start,
        wait_for=args.wait_for,
        free_bpm=args.free if host else 0.0,
    )


def run_host(args: argparse.Namespace) -> int:
    """Found a session and stay in it."""
    if args.song is not None:
        entry_for(args.song)
        known_rules(args.rules)
        rate_of(args.rate)
    code = JoinCode.parse(args.code) if args.code else JoinCode.new()
    bind = args.bind, args.port

    def host(printer: Printer, means: tuple[Any, ...], discovery: Discovery | None) -> Machine:
        title = args.title or f"{args.name}'s jam"
        machine = Machine.host(title, code, *means, name=args.name, bind=bind, discovery=discovery, lan=not args.quiet)
        port = machine.node.address[1]
        hosts = own_addresses() if args.bind in ("0.0.0.0", "::") else (args.bind,)
        addresses = [f"[{one}]:{port}" if ":" in one else f"{one}:{port}" for one in (hosts or ("127.0.0.1",))]
        printer.say("hosting", code=code.text, title=title, port=port, addresses=addresses)
        return machine

    return _run(args, host)


def run_join(args: argparse.Namespace) -> int:
    """Join a session and stay in it."""
    code = JoinCode.parse(args.code)
    endpoint = parse_endpoint(args.address) if args.address else None

    def join(printer: Printer, means: tuple[Any, ...], discovery: Discovery | None) -> Machine:
        role = SPECTATOR if args.spectate else PLAYER
        title = ""
        if endpoint is not None:
            asked = [(endpoint.host, endpoint.port)]
        else:
            found = find(discovery)
            asked, title = [(host, found.port) for host in found.addresses], found.name
        printer.say("asking", addresses=[f"{host}:{port}" for host, port in asked], session_name=title)
        lan = not args.quiet
        bind = args.bind, 0
        return Machine.join(
            asked, code, *means, name=args.name, role=role, title=title, bind=bind, discovery=discovery, lan=lan
        )

    return _run(args, join)


def find(discovery: Discovery | None) -> FoundSession:
    """The one session on this network.

    Raises:
        UserError: there is none, or more than one.
    """
    if discovery is None:
        raise Misuse("--quiet looks for nothing on the network; say where the jam is with --address HOST:PORT")
    until_s, sure_s = time.monotonic() + FIND_S, 0.0
    while time.monotonic() < until_s:
        found = discovery.found()
        if found and not sure_s:
            sure_s = time.monotonic() + SURE_S
        if len(found) == 1 and time.monotonic() >= sure_s:
            return found[0]
        if len(found) > 1:
            rows = "; ".join(f"{one.name} at {one.addresses[0]}:{one.port}" for one in found)
            raise UserError(f"there are several jams on this network ({rows}); choose one with --address HOST:PORT")
        time.sleep(0.05)
    why = discovery.problem or f"no jam showed up on this network in {FIND_S:g} s"
    raise UserError(f"{why.rstrip('.')}; say where it is with --address HOST:PORT, as the host's machine shows it")


def _run(args: argparse.Namespace, enter: Callable[[Printer, tuple[Any, ...], Discovery | None], Machine]) -> int:
    if not args.headless:
        raise Misuse(
            f"jam {args.what} is for machines without a screen: add --headless, or open the game and choose Jam"
        )
    if args.seconds < 0 or args.takes < 0 or not 0 <= args.uneven_ms <= 1000 or not 0 <= args.keys <= 18:
        raise Misuse("--seconds and --takes are 0 or more, --uneven-ms 0 to 1000, --keys 0 to 18")
    printer = Printer(args.json)
    calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    with ExitStack() as undo:
        profile = undo.enter_context(Profile.open(profile_folder(args)))
        if profile.problem:
            print(f"ourojam: {profile.problem}", file=sys.stderr)
        printer.say(
            "machine", name=args.name, version=game_version(), profile=str(profile.folder), screen=False, sound=False
        )
        jobs = undo.enter_context(closing(Jobs(calls.put)))
        discovery = None if args.quiet else undo.enter_context(closing(_discovery(args.bind)))
        place = Place(profile.log, profile.writer, profile.songs, Path(profile.folder) / "jam")
        songs = Songs(profile)
        machine = enter(printer, (place, jobs, songs.entries), discovery)
        machine.version = game_version()
        headless = Headless(args, machine, songs, calls)
        undo.callback(headless.leave)
        headless.run()
    return 0


def _discovery(bind: str) -> Discovery:
    return Discovery(interfaces=None if bind in ("0.0.0.0", "::") else (bind,))


def game_version() -> str:
    """The version of this game, as machines tell each other."""
    try:
        return version("ourojam")
    except PackageNotFoundError:
        return "unpackaged"
