"""The pictures of a band at play: real machines on loopback, the others played by the game, unevenly as people are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.net.join_code import JoinCode
from game.commands.shot_band import Companion, Hands
from game.jam.band import BandTake
from game.jam.decide import React, SayReady, Start, TakePart
from game.jam.machine import Machine
from game.jam.state import PLAYER, SPECTATOR
from game.rhythm.entries import ChartEntry
from game.rhythm.performance import FINISHED
from game.scenes.jam_past import JamPastScene
from game.scenes.jam_play import JamPlayScene, Phase
from game.scenes.jam_results import JamResultsScene
from game.scenes.jam_room import JamRoom
from game.scenes.requests import JamResults, PlayJam, WatchJam

if TYPE_CHECKING:
    from game.commands.shot_views import Studio

NAMES = ("Mika", "Juno", "Teo", "Anouk", "Rafi", "Selma", "Ole", "Ines")
UNEVEN_US = (6_000, 12_000, 20_000, 9_000, 28_000, 15_000, 11_000, 17_000)
INTO_US = 20_000_000
"""So far into the song pictures are taken."""
AHEAD_US = 150_000
"""Pictures come slowly: what is due before the next one is pressed with this one."""

SILENT_FROM_US = 12_000_000
"""So early one of the band falls silent in the picture of that."""


class Company:
    """The studio's game in a band of ``count`` on a chart of ``keys`` lanes, from the start of a take on.

    ``watching``: the studio only watches.  Unless ``driven``, the others press nothing by themselves.
    """

    def __init__(
        self, studio: Studio, count: int = 4, keys: int = 7, *, watching: bool = False, driven: bool = True
    ) -> None:
        self.studio, self._driven = studio, driven
        studio.set("jam.name", NAMES[0])
        chart = studio.chart(keys, "Normal")
        self.entry = next(one for one in studio.app.context.library.entries if one.hash == chart.hash)
        self.room = JamRoom.on_loopback(studio.app.context)
        studio.undo.callback(JamRoom.close_of, studio.app.context)
        self.others: list[Companion] = []
        if watching:
            first = self._bring(None)
            self._until(lambda: first.machine.joined)
            self.room.join([first.machine.node.address], first.machine.code, SPECTATOR)
        else:
            self.room.host("an evening", JoinCode.new())
        self._until(lambda: self.machine.joined)
        while len(self.others) + (not watching) < count:
            self._bring(self.others[0].machine if watching else self.machine)
        everyone = [self.machine, *(one.machine for one in self.others)]
        self._until(lambda: all(one.joined and one.session.time.agreed for one in everyone))
        self.players = [one for one in everyone if one.role == PLAYER]
        self.take = self._start(self.players[0], everyone, self.entry)

    @property
    def machine(self) -> Machine:
        """The studio's own place in the jam."""
        assert self.room.machine is not None
        return self.room.machine

    def _bring(self, host: Machine | None) -> Companion:
        place = len(self.others) + 1
        uneven_us = UNEVEN_US[place % len(UNEVEN_US)] if self._driven else None
        one = Companion(self.studio, NAMES[place % len(NAMES)], host, uneven_us)
        self.others.append(one)
        return one

    def _until(self, condition: Callable[[], bool]) -> None:
        """Let everyone go on until ``condition``; no scene steps the studio's own machine yet."""
        self.studio.until(lambda: (self.room.step(), condition())[1], 0.0)

    def _start(self, host: Machine, everyone: list[Machine], entry: ChartEntry) -> str:
        host.offer(entry, self.studio.profile.settings.playfield.rules, 1.0, self.room.say)
        self._until(lambda: all(one.song is not None for one in everyone))
        offer = host.session.band.offer
        assert offer is not None
        parts = [name for name, _, share in offer.parts if share > 0.2]
        for place, one in enumerate(self.players):
            one.session.do(TakePart(parts[place % len(parts)], entry.hash, entry.keys))
            one.session.do(SayReady())
        self._until(lambda: all(one.ready and one.bound_us >= 0 for one in host.session.band.players))
        host.session.do(Start(host.session.now_us(), host.session.time.bound_us))
        self._until(lambda: all(one.session.band.running is not None for one in everyone))
        running = host.session.band.running
        assert running is not None
        return running.start.take

    def play(self, until_us: int = INTO_US) -> None:
        """Show the take and go on until so far into the song; the game plays for the studio too."""
        studio, hands = self.studio, Hands(UNEVEN_US[0])
        studio.app.open(PlayJam(self.take))
        studio.until(lambda: studio.top_is("JamPlayScene"), 0.0)
        scene = studio.top()
        assert isinstance(scene, JamPlayScene)
        self.scene = scene

        def own() -> None:
            if scene.take is not None and scene.stage is not None and scene.phase is Phase.PLAYING:
                hands.play(scene.take, scene.stage.now_us + AHEAD_US)

        studio.beside.append(own)
        self.go_on(until_us)

    def go_on(self, until_us: int) -> None:
        """On to another place in the song."""
        scene = self.scene
        self.studio.until(lambda: scene.stage is not None and scene.stage.now_us >= until_us, 0.0)

    def play_through(self) -> None:
        """Everyone plays to the end at once, without a screen: what a whole song would come to."""
        takes = []
        for place, one in enumerate(self.players):
            charts = one.charts(one.session.band.running.start.song) if one.session.band.running is not None else None
            assert charts is not None
            takes.append((BandTake(one.session, self.take, charts), Hands(UNEVEN_US[place])))
        for second in range(1 + max(take.performance.chart.last_us for take, _ in takes if take.performance) // 10**6):
            for take, hands in takes:
                hands.play(take, (second + 1) * 1_000_000)
            self._until(lambda: True)
        for take, _ in takes:
            take.end(FINISHED)
        self._until(lambda: self.machine.session.band.running is None)

    def react(self, *reactions: str) -> None:
        """Some of the others feel something."""
        for place, reaction in enumerate(reactions):
            session = self.others[place % len(self.others)].machine.session
            session.do(React(reaction, session.now_us()))
            self.studio.run(0.25)


def band_plays(studio: Studio, count: int = 4, keys: int = 7, until_us: int = INTO_US) -> Company:
    """A band in the middle of a song."""
    company = Company(studio, count, keys)
    company.play(until_us - 1_200_000)
    company.react("clap", "fire", "heart")
    company.go_on(until_us)
    return company


def _play(studio: Studio) -> None:
    band_plays(studio)


def _ghosts(studio: Studio) -> None:
    """One of the band has fallen silent, another has left."""
    company = Company(studio)
    hands = company.others[0].hands
    assert hands is not None
    hands.silent_from_us = SILENT_FROM_US
    company.play(INTO_US)
    company.others[-1].leave()
    company.go_on(INTO_US + 1_000_000)


def _spectate(studio: Studio) -> None:
    company = Company(studio, watching=True)
    company.play(INTO_US - 1_000_000)
    studio.press("1", "4")
    company.go_on(INTO_US)


def _results(studio: Studio) -> None:
    company = Company(studio, driven=False)
    company.play_through()
    studio.app.open(JamResults(company.machine.session.id, company.take))
    studio.until(lambda: _read(studio), 1.5)


def _read(studio: Studio) -> bool:
    """Whether the results are on the screen, whole."""
    top = studio.top() if len(studio.app.stack) else None
    return isinstance(top, JamResultsScene) and top.result is not None and not top.result.provisional


def _watch(studio: Studio) -> None:
    company = Company(studio, driven=False)
    company.play_through()
    studio.app.open(WatchJam(company.machine.session.id, company.take))
    clock = studio.app.context.sound.clock
    studio.until(lambda: studio.top_is("JamWatchScene") and clock.playing, 0.5)
    studio.app.context.sound.seek_song(INTO_US)
    studio.until(lambda: clock.now_us() > INTO_US + 1_500_000, 0.0)


def _past(studio: Studio) -> None:
    company = Company(studio, driven=False)
    company.play_through()
    studio.app.open(WatchJam())
    studio.until(lambda: studio.top_is("JamPastScene"), 0.0)
    past = studio.top()
    assert isinstance(past, JamPastScene)
    studio.until(lambda: bool(past.rows), 0.8)


JAM_PLAY_VIEWS: dict[str, Callable[[Studio], None]] = {
    "jam-play": _play,
    "jam-play-ghosts": _ghosts,
    "jam-spectate": _spectate,
    "jam-results": _results,
    "jam-watch": _watch,
    "jam-past": _past,
}
"""What ``ourojam shot`` can show of bands at play."""
