"""The pictures of a free jam: real machines on loopback, the others played unevenly, as people play."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from engine.input.events import InputEvent
from game.commands.shot_band import Companion, bring, open_band, show_lobby
from game.jam.decide import CallOff, KeepLoop, React, StartFree, TakeInstrument
from game.jam.events import FreeStarted, LoopKept
from game.jam.machine import Machine
from game.jam.seats import song_us
from game.jam.state import SPECTATOR
from game.rhythm.chart import EDGE
from game.scenes.jam_free import JamFreeScene
from game.scenes.jam_hear import JamHearScene
from game.scenes.jam_room import JamRoom
from game.scenes.requests import FreeJam, HearJam

if TYPE_CHECKING:
    from game.commands.shot_views import Studio

BEAT_US, METER, TONIC, SCALE, BARS = 500_000, 4, 9, "minor-pentatonic", 2
INTO_BARS = 5
"""Pictures are taken so many bars into the jam."""

PAST_BARS = 8
AHEAD_US = 60_000
"""Frames come slowly here: what is due before the next is played with this one."""

Riff = tuple[str, int, tuple[tuple[float, int], ...], int]
"""Instrument, lanes, (beat, lane) of a bar, and by how many microseconds it is uneven."""

RIFFS: dict[str, Riff] = {
    "Ivo": ("drums", 6, ((0, 0), (1, 2), (1.5, 4), (2, 0), (2.5, 0), (3, 2), (3.5, 4)), 8_000),
    "Lene": ("bass", 5, ((0, 0), (0.75, 0), (1.5, 2), (2, 3), (3, 2), (3.5, 1)), 12_000),
    "Juno": ("pad", 7, ((0, 1), (2, 3)), 15_000),
    "Teo": ("bell", 9, ((0.5, 4), (1.5, 6), (2.5, 7), (3.5, 5)), 18_000),
    "Anouk": ("pluck", 10, ((0, 0), (0.5, 2), (1, 4), (1.5, 6), (2, 5), (2.5, 3), (3, 2), (3.5, 1)), 10_000),
    "Rafi": ("lead", 7, ((0, 2), (1.37, 5), (2.11, 1), (2.83, 6)), 160_000),
    "Selma": ("keys", 12, ((0, 3), (1, 5), (2, 7), (3, 8)), 14_000),
}
MINE: Riff = ("keys", 7, ((0, 0), (0.5, 2), (1, 3), (1.75, 4), (2.5, 3), (3, 1), (3.5, 2)), 9_000)


class Hands:
    """Plays a riff bar after bar on one machine."""

    def __init__(self, machine: Machine, riff: Riff, seed: int) -> None:
        self._machine, self._riff = machine, riff
        self._random = np.random.default_rng(seed)
        self._started: FreeStarted | None = None
        self._upto_us = -1

    def turn(self) -> None:
        """Sit down, and play what is due."""
        free = self._machine.session.band.free
        if free is None or not self._machine.session.time.agreed:
            return
        if self._started is None:
            self._started = free
            self._machine.session.do(TakeInstrument(self._riff[0], self._riff[1]))
        upto_us = song_us(free, self._machine.session.now_us()) + AHEAD_US
        for at_us, lane in self.between(self._upto_us, upto_us):
            self._machine.session.hit(free.take, lane, True, at_us)
            self._machine.session.hit(free.take, lane, False, at_us + 60_000)
        self._upto_us = max(self._upto_us, upto_us)

    def between(self, from_us: int, to_us: int) -> list[tuple[int, int]]:
        """The hits of a stretch of song time."""
        out = []
        bar_us = BEAT_US * METER
        for bar in range(max(0, from_us // bar_us), max(0, to_us // bar_us) + 1):
            for beat, lane in self._riff[2]:
                at_us = round(bar * bar_us + beat * BEAT_US)
                if max(from_us, 0) < at_us <= to_us:
                    out.append((max(0, at_us + round(self._random.normal(0, self._riff[3]))), lane))
        return out


def keep_loop(machine: Machine, name: str, riff: Riff) -> None:
    """Keep a bar of ``riff`` as a loop from the first bar on."""
    free = machine.session.band.free
    assert free is not None
    rows = np.array([(round(beat * BEAT_US), lane, 1) for beat, lane in riff[2]], EDGE)
    bar_us = BEAT_US * METER
    kept = LoopKept(free.take, name, riff[0], free.t0_us + bar_us, bar_us, rows.tobytes(), riff[1])
    machine.session.do(KeepLoop(kept))


def _open(studio: Studio, names: Sequence[str], watchers: Sequence[str] = ()) -> tuple[JamFreeScene, list[Companion]]:
    """A free jam of the studio's player and ``names``."""
    room = open_band(studio)
    guests = [bring(studio, name) for name in names]
    guests += [bring(studio, name, SPECTATOR) for name in watchers]
    show_lobby(studio)
    machine = room.machine
    assert machine is not None
    session = machine.session
    session.do(StartFree(session.now_us(), session.time.bound_us, BEAT_US, METER, TONIC, SCALE, BARS))
    for number, (guest, name) in enumerate(zip(guests, names, strict=False)):
        studio.beside.append(Hands(guest.machine, RIFFS[name], number).turn)
    studio.until(lambda: isinstance(studio.top(), JamFreeScene), 0.0)
    scene = studio.top()
    assert isinstance(scene, JamFreeScene)
    studio.until(lambda: scene.run is not None and scene.run.seat is not None, 0.0)
    return scene, guests


def _play_along(studio: Studio, scene: JamFreeScene, riff: Riff) -> None:
    """The studio's player plays ``riff`` with the keys of their layout."""
    run = scene.run
    assert run is not None
    run.choose(riff[0], riff[1])
    studio.until(lambda: run.seat == (riff[0], riff[1]), 0.0)
    layout = studio.profile.settings.layout(riff[1])
    hands = Hands(run.machine, riff, 99)
    upto = [-1]

    def turn() -> None:
        now = song_us(run.started, run.now_us())
        time = run.machine.session.time
        for at_us, lane in hands.between(upto[0], now):
            device, _, control = layout[lane][0].partition("/")
            at_local = time.local_us(run.started.t0_us + at_us)
            for value in (1.0, 0.0):
                scene.handle(InputEvent(at_local, device, control, value))
        upto[0] = max(upto[0], now)

    studio.beside.append(turn)


def _until_bar(studio: Studio, scene: JamFreeScene, bars: float) -> None:
    run = scene.run
    assert run is not None
    studio.until(lambda: song_us(run.started, run.now_us()) > bars * BEAT_US * METER, 0.0)


def _jam(studio: Studio, names: Sequence[str], riff: Riff = MINE) -> None:
    scene, guests = _open(studio, names)
    _play_along(studio, scene, riff)
    _until_bar(studio, scene, 0.6)
    keep_loop(guests[0].machine, "loop-1", RIFFS[names[0]])
    if len(guests) > 1:
        keep_loop(guests[1].machine, "loop-1", RIFFS[names[1]])
    run = scene.run
    assert run is not None
    keep_loop(run.machine, "loop-1", MINE)
    run.metronome = True
    _until_bar(studio, scene, INTO_BARS - 1.2)
    run.record()
    _until_bar(studio, scene, INTO_BARS + 0.35)
    guests[-1].machine.session.do(React("fire", run.now_us()))
    studio.run(0.7)


def _form(studio: Studio) -> None:
    open_band(studio)
    bring(studio, "Ivo")
    bring(studio, "Lene")
    show_lobby(studio)
    studio.press("f")
    studio.until(lambda: studio.top_is("FreeQuestion"), 0.8)


def _leave(studio: Studio) -> None:
    scene, _ = _open(studio, ("Ivo", "Lene"))
    _play_along(studio, scene, MINE)
    _until_bar(studio, scene, 1.2)
    run = scene.run
    assert run is not None
    keep_loop(run.machine, "loop-1", MINE)
    _until_bar(studio, scene, 3.3)
    studio.press("escape")
    studio.run(0.4)


def _listen(studio: Studio) -> None:
    """One who listens to others, on the machine of the pictures: Ivo conducts."""
    scene, guests = _open(studio, ("Ivo", "Lene", "Rafi", "Teo"))
    room = JamRoom.of(studio.app.context)
    machine = room.machine
    assert machine is not None
    machine.role = SPECTATOR
    scene.leave()
    free = machine.session.band.free
    assert free is not None
    studio.app.open(FreeJam(free.take))
    studio.until(lambda: isinstance(studio.top(), JamFreeScene) and studio.top() is not scene, 0.0)
    keep_loop(guests[0].machine, "loop-1", RIFFS["Ivo"])
    again = studio.top()
    assert isinstance(again, JamFreeScene)
    studio.until(lambda: again.run is not None, 0.0)
    _until_bar(studio, again, INTO_BARS)
    studio.press("2", "3")
    studio.run(0.6)


def _hear(studio: Studio) -> None:
    """One that is over, heard again."""
    scene, guests = _open(studio, ("Ivo", "Lene", "Teo"))
    run = scene.run
    assert run is not None
    del studio.beside[-len(guests) :]  # their hands: all is played at once
    for guest, name in zip(guests, ("Ivo", "Lene", "Teo"), strict=True):
        guest.machine.session.do(TakeInstrument(RIFFS[name][0], RIFFS[name][1]))
    keep_loop(run.machine, "loop-1", MINE)
    everyone = [run.machine, *(guest.machine for guest in guests)]
    for number, (machine, riff) in enumerate(zip(everyone, (MINE, *RIFFS.values()), strict=False)):
        for at_us, lane in Hands(machine, riff, number).between(-1, PAST_BARS * BEAT_US * METER):
            machine.session.hit(run.started.take, lane, True, at_us)
            machine.session.hit(run.started.take, lane, False, at_us + 60_000)
    studio.run(1.0)
    run.machine.session.do(CallOff())
    studio.until(lambda: not isinstance(studio.top(), JamFreeScene), 0.2)
    studio.app.open(HearJam(run.machine.session.id, run.started.take))
    studio.until(lambda: isinstance(studio.top(), JamHearScene), 0.0)
    heard = studio.top()
    assert isinstance(heard, JamHearScene)
    studio.until(lambda: heard.place_us is not None, 0.0)
    studio.press("right")
    studio.until(lambda: (heard.place_us or 0) > INTO_BARS * BEAT_US * METER, 0.2)


JAM_FREE_VIEWS: dict[str, Callable[[Studio], None]] = {
    "jam-free": partial(_jam, names=("Ivo", "Lene")),
    "jam-free-form": _form,
    "jam-free-wide": partial(_jam, names=("Ivo", "Rafi"), riff=("bell", 18, tuple((n / 4.5, n) for n in range(18)), 0)),
    "jam-free-band": partial(_jam, names=tuple(RIFFS), riff=("drums", 10, RIFFS["Ivo"][2], 9_000)),
    "jam-free-leave": _leave,
    "jam-free-listen": _listen,
    "jam-hear": _hear,
}
"""By name."""
