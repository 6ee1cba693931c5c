"""A band at play for scene tests: the player's keys and the friends' hands by the shared clock, over real nodes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.clock import now_us
from engine.input.events import InputEvent
from engine.net.node import Node
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.hands.bindings import default_layout
from game.jam.band import BandResult, BandTake
from game.jam.decide import SayReady, Start, TakePart
from game.jam.inbox import info_of
from game.jam.machine import Machine, Place
from game.jam.parts import ALL
from game.jam.replaying import read_band, replay_take
from game.jam.seats import session_us, song_us
from game.jam.state import PLAYER
from game.rhythm.chart import Chart
from game.rhythm.entries import ChartEntry
from game.rhythm.mods import Mods
from game.rhythm.performance import FINISHED, autoplay_edges
from game.scenes.jam_play import JamPlayScene, Phase
from game.scenes.requests import PlayJam
from tests.rig.bad_link import BadLink
from tests.rig.jam_game import CODE, JamGame
from tests.rig.jam_machines import LOOPBACK, Seat


class FriendPlays:
    """A friend's hands in the running take: every note hit, ``late_us`` late, as time comes to it."""

    def __init__(self, seat: Seat, late_us: int = 0) -> None:
        running = seat.jam.session.band.running
        assert running is not None
        charts = seat.jam.charts(running.start.song)
        assert charts is not None
        self.seat = seat
        self.take = BandTake(seat.jam.session, running.start.take, charts)
        self._edges = hands(self.take.performance.chart, late_us) if self.take.performance is not None else []

    def go_on(self) -> None:
        """Press what is due; end when all has been played."""
        session = self.seat.jam.session
        if session.closed:
            return
        now = song_us(self.take.take.start, session.now_us())
        self.press_until(now)
        self.take.step(now, now_us())
        performance = self.take.performance
        if performance is not None and not performance.ended and now > performance.chart.last_us + 300_000:
            self.take.end(FINISHED)

    def press_until(self, now: int) -> None:
        """Press everything up to an instant of the song, even one that is still to come."""
        while self._edges and self._edges[0][0] <= now:
            at_us, lane, down = self._edges.pop(0)
            self.take.press(lane, bool(down), at_us)


def hands(chart: Chart, late_us: int = 0) -> list[tuple[int, int, int]]:
    """What hits every note of ``chart`` so late: (song time, lane, down)."""
    edges = autoplay_edges(chart, Mods()).copy()
    edges["at_us"] += late_us
    rows: list[tuple[int, int, int]] = edges.tolist()
    return rows


class BandGame(JamGame):
    """A :class:`JamGame` whose friends play; with a ``link`` all see each other through it."""

    def __init__(
        self, folder: Path, songs: Path, window: HeadlessWindow, sound: Sound, *, link: BadLink | None = None
    ) -> None:
        super().__init__(folder, songs, window, sound)
        self.link = link
        self.play: list[FriendPlays] = []
        self.keys: list[tuple[int, int, int]] | None = None
        """What the player's fingers still have to do; None: nothing is pressed."""

    def _friends_go_on(self) -> None:
        super()._friends_go_on()
        for one in self.play:
            one.go_on()
        self._press_keys()

    def _press_keys(self) -> None:
        scene = self.stack.top if len(self.stack) else None
        if not self.keys or not isinstance(scene, JamPlayScene) or scene.phase is not Phase.PLAYING:
            return
        assert scene.take is not None
        start, time = scene.take.take.start, self.machine.session.time
        now = song_us(start, self.machine.session.now_us())
        layout = default_layout(4)
        while self.keys and self.keys[0][0] <= now:
            at_us, lane, down = self.keys.pop(0)
            device, _, control = layout[lane][0].partition("/")
            stamp_us = time.local_us(session_us(start, at_us))
            self.window.feed(InputEvent(stamp_us, device, control, float(down)))

    # -- over a link -------------------------------------------------------------------------------------------

    def host(self) -> None:
        """The player hosts."""
        if self.link is None:
            super().host()
            return
        node = Node.host(CODE.text, info_of("Mika", PLAYER), bind=LOOPBACK, lan=False)
        place = Place(self.profile.log, self.profile.writer, self.profile.songs, self.profile.folder / "jam")
        entries = self.library
        args: tuple[Any, ...] = (node, place, self.jobs, lambda: list(entries.entries))
        self.room.machine = Machine(*args, name="Mika", role=PLAYER, code=CODE, hosting=True)
        self.until(lambda: self.band.conducts, "the player's own jam")

    def friend(self, name: str, role: str = PLAYER, *, songs: bool = True) -> Seat:
        """A friend who joins the player's jam."""
        if self.link is None:
            return super().friend(name, role, songs=songs)
        seat = self._seat(name, songs=songs)
        door = ("127.0.0.1", self.link.front(self.port(self.machine)))
        node = Node.join(door, CODE.text, info_of(name, role), bind=LOOPBACK, lan=False)
        seat.machine = Machine(node, seat.place, seat.jobs, seat.entries, name=name, role=role, code=CODE)
        self.until(lambda: seat.jam.joined and seat.jam.session.time.agreed, name)
        self.until(lambda: len(self.band.present) == len(self.friends) + 1, f"{name} in the band")
        return seat

    @staticmethod
    def port(machine: Machine) -> int:
        """Where a machine's node is."""
        return int(machine.node.address[1])

    # -- a take ------------------------------------------------------------------------------------------------

    @property
    def everyone(self) -> list[Machine]:
        """All machines, the player's first."""
        return [self.machine, *(friend.jam for friend in self.friends)]

    def agree(self, entry: ChartEntry, part: str = ALL) -> str:
        """The conductor offers a song, all players take a part and are ready, and it is started; gives the take."""
        conductor = next(one for one in self.everyone if one.session.band.conducts)
        self.offered(conductor, entry)
        for one in self.everyone:
            if one.role == PLAYER:
                one.session.do(TakePart(part, entry.hash, entry.keys))
                one.session.do(SayReady())
        self.until(lambda: all(one.ready and one.bound_us >= 0 for one in conductor.session.band.players), "all ready")
        self.until(lambda: all(one.session.time.agreed for one in self.everyone), "the time")
        conductor.session.do(Start(conductor.session.now_us(), conductor.session.time.bound_us))
        self.until(lambda: all(one.session.band.running is not None for one in self.everyone), "the start")
        running = conductor.session.band.running
        assert running is not None
        return running.start.take

    def friends_play(self, late_us: int = 0) -> None:
        """From now on the friends' hands play."""
        self.play = [FriendPlays(friend, late_us) for friend in self.friends if friend.jam.role == PLAYER]

    def enter(self, take: str) -> JamPlayScene:
        """The player's screen shows the take, ready to be played."""
        scene = JamPlayScene(self.context, PlayJam(take))
        self.show(scene)
        self.until(lambda: scene.phase is Phase.PLAYING, "the song")
        return scene

    def use_keys(self, scene: JamPlayScene) -> None:
        """From now on the player's fingers hit every note."""
        assert scene.take is not None
        assert scene.take.performance is not None
        self.keys = hands(scene.take.performance.chart)

    def played_through(self, entry: ChartEntry) -> str:
        """A whole take that everyone has played at once, without a screen; gives its id."""
        take = self.agree(entry)
        for place, machine in enumerate(one for one in self.everyone if one.role == PLAYER):
            running = machine.session.band.running
            charts = machine.charts(running.start.song) if running is not None else None
            assert charts is not None
            band_take = BandTake(machine.session, take, charts)
            assert band_take.performance is not None
            for at_us, lane, down in hands(band_take.performance.chart, 6_000 * place):
                band_take.press(lane, bool(down), at_us)
            band_take.end(FINISHED)
        self.until(self.settled(take), "everyone's word")
        return take

    def settled(self, take: str) -> Callable[[], bool]:
        """Whether every machine has everything of a take."""

        def all_there() -> bool:
            for one in self.everyone:
                found = one.session.band.take(take)
                if found is None or any(
                    played.ended is None or len(played.edges.among(played.ended.first, played.ended.edges))
                    != played.ended.edges
                    for played in found.played.values()
                ):  # fmt: skip
                    return False
            return True

        return all_there


def result_in(seat: Seat, session: str, take: str) -> BandResult:
    """What a friend's own log makes of a take."""
    seat.profile.writer.flush(5.0)
    band = read_band(seat.profile.log, session)
    offer = band.conducting.offered(band.take(take).start.song)  # type: ignore[union-attr]
    assert offer is not None
    charts = seat.jam.charts(offer.song)
    assert charts is not None
    return replay_take(band, take, charts)


def told(result: BandResult) -> list[tuple[Any, ...]]:
    """A result as plain values, to be compared."""
    return [
        (one.peer, one.outcome, one.provisional, one.result and (one.result.counts, one.result.score,
         one.result.max_combo, one.result.mean_us, one.result.unstable_rate))
        for one in result.players
    ]  # fmt: skip
