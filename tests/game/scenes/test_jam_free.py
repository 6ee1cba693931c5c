"""The free jam through its scene: keys in; the log, the sounds that are due and what others hear out.  Real nodes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.draw import icons
from engine.input.events import InputEvent
from engine.sound import Bus
from engine.window import HeadlessWindow
from game.jam.decide import LEAD_US as AGREED_LEAD_US
from game.jam.decide import CallOff, KeepLoop, StartFree, TakeInstrument
from game.jam.events import FreeStarted, LoopKept
from game.jam.free import Seat
from game.jam.free_replay import free_jams, heard_again
from game.jam.instruments import voice
from game.jam.machine import Machine
from game.jam.replaying import read_band
from game.jam.seats import song_us
from game.jam.snapping import RAW
from game.jam.state import SPECTATOR
from game.rhythm.chart import EDGE
from game.scenes.jam_free import JamFreeScene
from game.scenes.jam_free_run import FreeRun
from game.scenes.jam_free_sound import LATE_US, LEVEL
from game.scenes.requests import FreeJam
from tests.rig.ear import Asked, Ear
from tests.rig.jam_game import JamGame
from tests.rig.jam_machines import Seat as Friend

FRAME_US = 16_667
SIZE = (640, 360)
SLOW_US = 800_000
"""A beat whose sixteenths lie 200 ms apart: far enough to tell them from each other on a busy machine."""

QUICK_US = 150_000
LEAD_US = 500_000
"""Who comes in after the first beat plays from there on, so that a short lead is no race."""

WITHIN_US = 4_000
"""Between the instant a sound is bound to and the one it should be heard at: what the clocks' lines move meanwhile."""


@pytest.fixture
def game(tmp_path: Path, window: HeadlessWindow, ear: Ear) -> Iterator[JamGame]:
    (tmp_path / "songs").mkdir()
    ear.asked.clear()
    game = JamGame(tmp_path, tmp_path / "songs", window, ear)
    yield game
    game.close()


def open_free(machine: Machine, beat_us: int, meter: int = 4, bars: int = 1) -> FreeStarted:
    """The conductor opens a free jam in A minor pentatonic, with ``LEAD_US`` before its first beat."""
    session = machine.session
    asked_us = session.now_us() - AGREED_LEAD_US + LEAD_US
    session.do(StartFree(asked_us, session.time.bound_us, beat_us, meter, 9, "minor-pentatonic", bars))
    free = session.band.free
    assert free is not None
    return free


def enter(game: JamGame) -> tuple[JamFreeScene, FreeRun]:
    """The game's player comes in and sits down, or listens."""
    free = game.until(lambda: game.band.free, "the free jam")
    scene = JamFreeScene(game.context, FreeJam(free.take))
    game.show(scene)
    game.until(lambda: scene.run is not None and (scene.run.seat or not scene.run.plays), "a seat")
    assert scene.run is not None
    return scene, scene.run


def after(game: JamGame, run: FreeRun, session_us: int) -> None:
    """Let the jam go on until an instant of session time."""
    game.until(lambda: run.now_us() >= session_us, f"session time {session_us}")


def press(game: JamGame, run: FreeRun, lane: int, session_us: int | None = None) -> int:
    """Press a lane's key now, or as if at an instant of session time; gives that instant."""
    at_us = run.now_us() if session_us is None else session_us
    seat = run.seat
    assert seat is not None
    control = game.profile.settings.layout(seat.lanes)[lane][0].partition("/")[2]
    local_us = run.machine.session.time.local_us(at_us)
    for value in (1.0, 0.0):
        game.window.feed(InputEvent(local_us, "keyboard", control, value))
    game.turn()
    return at_us


def of(ear: Ear, run: FreeRun, seat: Seat, lane: int) -> list[Asked]:
    """What was asked of one voice."""
    sample = run.voices.sample(seat, lane)
    assert sample is not None
    return [one for one in ear.asked if one.sample == sample.number]


def session_of(run: FreeRun, asked: Asked) -> int:
    """When it is heard, in session time."""
    return run.machine.session.time.session_us(asked.at_us)


def loop_of(free: FreeStarted, hits: list[tuple[int, int]], from_us: int, name: str = "loop-1") -> LoopKept:
    edges = np.array([(at_us, lane, 1) for at_us, lane in hits], EDGE).tobytes()
    return LoopKept(free.take, name, "drums", from_us, free.beat_us * free.meter, edges, 4)


def rounds_of(run: FreeRun, asked: list[Asked], from_us: int, every_us: int) -> list[int]:
    """Which rounds sounded, each once and on its instant; a machine held up may lose one or be late with it."""
    out = []
    for one in asked:
        number, off_us = divmod(session_of(run, one) - from_us + every_us // 2, every_us)
        off_us -= every_us // 2
        assert abs(off_us) < WITHIN_US if one.bound else -WITHIN_US < off_us <= LATE_US + WITHIN_US, off_us
        out.append(number)
    assert out == sorted(set(out))
    return out


def friend_sits(game: JamGame, run: FreeRun, friend: Friend, instrument: str, lanes: int) -> Seat:
    """A friend plays an instrument whose voices are here."""
    game.until(lambda: friend.jam.session.band.free, "the free jam at the friend's")
    friend.jam.session.do(TakeInstrument(instrument, lanes))
    seat = Seat(instrument, lanes)
    game.until(lambda: run.free.seats.get(friend.jam.session.me) == seat and run.voices.ready(seat), "their voices")
    return seat


def test_a_hit_is_in_key_sounds_at_once_and_is_in_the_others_log(game: JamGame, ear: Ear) -> None:
    game.host()
    ben = game.friend("Ben")
    free = open_free(game.machine, SLOW_US)
    scene, run = enter(game)
    assert run.seat == Seat("keys", 7)
    ear.asked.clear()
    at_us = press(game, run, 3)
    heard = of(ear, run, Seat("keys", 7), 3)
    assert [(one.bound, one.bus) for one in heard] == [(False, Bus.KEYS)]
    pitches = [voice("keys", lane, 7, 9, "minor-pentatonic", ear.rate_hz) for lane in range(7)]
    assert len(pitches[3]) == round(1.5 * ear.rate_hz)
    assert scene._names == ("A3", "C4", "D4", "E4", "G4", "A4", "C5")
    member = game.machine.session.me
    game.until(lambda: len(ben.jam.session.band.members[member].in_take(free.take).edges) == 2, "the hit at Ben's")
    _, rows = ben.jam.session.band.members[member].in_take(free.take).edges.ordered()
    assert rows.tolist()[0] == (song_us(free, at_us), 3, 1)


@pytest.mark.parametrize(("percent", "share"), [(100, 1.0), (50, 0.5), (0, 0.0)])
def test_an_early_hit_of_another_is_held_to_the_beat_as_far_as_this_listener_set_it(
    game: JamGame, ear: Ear, percent: int, share: float
) -> None:
    game.host()
    ben = game.friend("Ben")
    game.profile.set("jam.fix_others", percent)
    free = open_free(game.machine, SLOW_US)
    _, run = enter(game)
    seat = friend_sits(game, run, ben, "bass", 5)
    step_us = SLOW_US // 4
    point_us = free.t0_us + ((run.now_us() - free.t0_us) // step_us + 3) * step_us
    after(game, run, point_us - 90_000)
    session = ben.jam.session
    hit_us = session.now_us()
    ear.asked.clear()
    session.hit(free.take, 2, True, song_us(free, hit_us))
    heard = game.until(lambda: of(ear, run, seat, 2), "Ben's hit")
    assert point_us - hit_us > 20_000, "the machine was too busy for this test"
    wanted_us = hit_us + round((point_us - hit_us) * share)
    came = session_of(run, heard[0])
    if share:
        assert abs(came - wanted_us) < WITHIN_US
    else:
        assert hit_us < came < point_us - 5_000
    assert heard[0].gain == pytest.approx(0.36 * LEVEL, abs=0.01)


def test_hits_that_come_in_a_heap_after_an_outage_are_seen_and_not_heard(game: JamGame, ear: Ear) -> None:
    game.host()
    ben = game.friend("Ben")
    game.profile.set("jam.fix_others", 0)
    free = open_free(game.machine, SLOW_US)
    scene, run = enter(game)
    seat = friend_sits(game, run, ben, "bass", 5)
    ear.asked.clear()
    now = ben.jam.session.now_us()
    for number in range(8):
        ben.jam.session.hit(free.take, 1, True, song_us(free, now - 800_000 + number * 60_000))
    trails = scene.trails
    assert trails is not None
    who = ben.jam.session.me
    game.until(lambda: trails.quiet_us(who, run.now_us()) < 1_000_000, "the hits")
    assert of(ear, run, seat, 1) == []


def test_a_loop_recorded_by_keys_goes_to_the_others_and_sounds_on_the_beat(game: JamGame, ear: Ear) -> None:
    game.host()
    ben = game.friend("Ben")
    free = open_free(game.machine, QUICK_US, meter=4)
    _, run = enter(game)
    after(game, run, free.t0_us)
    game.press("tab")
    recording = run.free.recording
    assert recording is not None
    after(game, run, recording.start_us + QUICK_US)
    ear.asked.clear()
    press(game, run, 2, recording.start_us + QUICK_US + 12_000)  # a little late; on the beat once it is recorded
    press(game, run, 4, recording.start_us + 6_000)
    me = game.machine.session.me
    loops = game.until(lambda: ben.jam.session.band.loops(free.take), "the loop at Ben's")
    assert [(player, kept.instrument, kept.from_us) for player, kept, _ in loops] == [(me, "keys", recording.end_us)]
    bar_us = 4 * QUICK_US
    after(game, run, recording.end_us + 3 * bar_us)
    for lane, at_us in ((2, QUICK_US), (4, 0)):
        looped = [one for one in of(ear, run, Seat("keys", 7), lane) if one.bus is Bus.MUSIC]
        rounds = rounds_of(run, looped, recording.end_us + at_us, bar_us)
        assert rounds[0] in (0, 1)
        assert len(rounds) >= 2


def test_a_loop_of_another_sounds_on_the_beat_and_can_be_muted_here(game: JamGame, ear: Ear) -> None:
    game.host()
    ben = game.friend("Ben")
    free = open_free(game.machine, QUICK_US)
    scene, run = enter(game)
    seat = friend_sits(game, run, ben, "drums", 4)
    bar_us = 4 * QUICK_US
    from_us = run.band.next_bar_us(run.now_us()) + bar_us
    ben.jam.session.do(KeepLoop(loop_of(free, [(0, 0), (2 * QUICK_US, 3)], from_us)))
    ear.asked.clear()
    after(game, run, from_us + 3 * bar_us)
    for lane, at_us in ((0, 0), (3, 2 * QUICK_US)):
        rounds = rounds_of(run, of(ear, run, seat, lane), from_us + at_us, bar_us)
        assert rounds[0] in (0, 1)
        assert len(rounds) >= 2
    game.press("up", *["down"] * 12, "return")  # the loop is the last line; Enter mutes it
    loop = run.free.loops.all[0]
    assert run.free.loops.is_muted(loop.player, loop.name)
    after(game, run, run.now_us() + 200_000)
    ear.asked.clear()
    after(game, run, run.now_us() + 2 * bar_us)
    assert of(ear, run, seat, 0) == []
    scene.side.show([])


def test_who_leaves_takes_the_loops_along_and_the_others_go_on(game: JamGame) -> None:
    game.host()
    ben = game.friend("Ben")
    free = open_free(game.machine, QUICK_US)
    scene, run = enter(game)
    run.machine.session.do(KeepLoop(loop_of(free, [(0, 0)], run.band.next_bar_us(run.now_us()))))
    game.until(lambda: ben.jam.session.band.loops(free.take), "the loop at Ben's")
    game.turn(2)
    game.press("escape")
    assert scene.panel is not None
    assert "your loops fall silent" in scene.panel.note
    game.press("down", "return")
    assert scene not in game.stack.scenes
    dropped = game.until(lambda: ben.jam.session.band.loops(free.take)[0][2], "the end of the loop")
    bar_us = 4 * QUICK_US
    assert (dropped - free.t0_us) % bar_us == 0
    assert ben.jam.session.band.free is not None
    assert game.band.free is not None


def test_the_beat_goes_on_unbroken_when_the_conductor_leaves(game: JamGame, ear: Ear) -> None:
    ada = game.hosting_friend("Ada")
    game.join(ada)
    free = open_free(ada.jam, QUICK_US)
    ada.jam.session.do(TakeInstrument("drums", 4))
    scene, run = enter(game)
    game.until(lambda: run.voices.ready(Seat("drums", 4)), "Ada's voices")
    ada.jam.session.do(KeepLoop(loop_of(free, [(0, 0)], run.band.next_bar_us(run.now_us()))))
    game.press("f2")
    after(game, run, free.t0_us + 4 * QUICK_US)
    assert of(ear, run, Seat("drums", 4), 0)
    ear.asked.clear()
    begin_us = run.now_us()
    game.friends.remove(ada)
    ada.close()
    game.until(lambda: game.band.conducts, "this machine to conduct")
    left_us = run.now_us()
    after(game, run, left_us + 8 * QUICK_US)
    ticks = sorted(one for one in ear.asked if one.bus is Bus.EFFECTS)
    beats = rounds_of(run, ticks, free.t0_us, QUICK_US)
    first, last = ((at_us - free.t0_us) // QUICK_US for at_us in (begin_us, run.now_us()))
    assert beats[0] <= first + 4
    assert beats[-1] >= last
    assert len(beats) > (last - first) * 0.7
    assert max(np.diff(beats)) <= 4
    drums = [session_of(run, one) for one in of(ear, run, Seat("drums", 4), 0)]
    assert all(at_us < run.band.next_bar_us(left_us) + WITHIN_US for at_us in drums)  # who left took the loop along
    assert scene in game.stack.scenes
    run.machine.session.do(CallOff())
    game.until(lambda: scene not in game.stack.scenes, "the end")
    assert "You ended the free jam." in game.said


def test_who_listens_hears_everyone_reacts_and_plays_nothing(game: JamGame, ear: Ear) -> None:
    ada = game.hosting_friend("Ada")
    game.join(ada, SPECTATOR)
    free = open_free(ada.jam, SLOW_US)
    scene, run = enter(game)
    assert run.seat is None
    seat = friend_sits(game, run, ada, "keys", 7)
    ear.asked.clear()
    ada.jam.session.hit(free.take, 5, True, song_us(free, ada.jam.session.now_us()))
    game.until(lambda: of(ear, run, seat, 5), "Ada's hit")
    game.press("s", "d", "tab", "3")
    game.until(lambda: ada.jam.session.band.reactions(), "the reaction at Ada's")
    assert [(who, one.reaction) for who, one in ada.jam.session.band.reactions()] == [
        (game.machine.session.me, "heart")
    ]
    assert run.free.recording is None
    assert len(ada.jam.session.band.members[game.machine.session.me].in_take(free.take).edges) == 0
    game.press("escape")
    assert scene not in game.stack.scenes


def test_the_column_changes_instrument_keys_and_how_others_are_heard(game: JamGame) -> None:
    game.host()
    game.friend("Ben")
    open_free(game.machine, SLOW_US)
    scene, run = enter(game)
    game.turn(2)
    game.press("right")
    game.until(lambda: run.seat == Seat("pluck", 7), "another instrument")
    assert scene.side.chosen is not None
    game.press("down", "left")
    game.until(lambda: run.seat == Seat("pluck", 6), "fewer keys")
    said = game.band.instruments(run.started.take)[game.machine.session.me]
    assert (said.part, said.keys) == ("pluck", 6)
    game.press("down", "down", "return")
    assert not run.quantised
    game.press("down", "down", "left", "left")
    assert game.profile.settings.jam.fix_others == 50
    game.turn()
    assert run.free.snapping.strength == pytest.approx(0.5)
    game.press("f6")
    assert not game.profile.settings.jam.hear_others


def find(game: JamGame, scene: JamFreeScene, name: object) -> tuple[float, float]:
    """Where the pointer is over a place of the column."""
    for x in (120, 158, 150, 154, 162):
        for y in range(70, SIZE[1], 6):
            game.window.feed(InputEvent(0, "mouse", "x", float(x)))
            game.window.feed(InputEvent(0, "mouse", "y", float(y)))
            game.turn()
            if scene.side.touch.over() == name:
                return float(x), float(y)
    raise AssertionError(f"{name} is nowhere")


def test_the_mouse_mutes_and_drops_loops_and_drags_how_far_others_are_fixed(game: JamGame) -> None:
    game.host()
    free = open_free(game.machine, QUICK_US)
    scene, run = enter(game)
    run.machine.session.do(KeepLoop(loop_of(free, [(0, 0)], run.band.next_bar_us(run.now_us()))))
    game.turn(2)
    _, y = find(game, scene, ("drag", "fix_others"))
    game.feed(InputEvent(0, "mouse", "button:left", 1.0))
    game.move(2.0, y)
    game.feed(InputEvent(0, "mouse", "button:left", 0.0))
    assert game.profile.settings.jam.fix_others == 0
    game.press(*["down"] * 12)  # the list moves on to the loops
    game.turn(2)
    line = f"loop {run.me} loop-1"
    game.click(*find(game, scene, ("item", line)))
    assert run.free.loops.is_muted(run.me, "loop-1")
    game.click(*find(game, scene, ("sign", line, icons.CROSS)))
    game.until(lambda: game.band.loops(free.take)[0][2] is not None, "the end of the loop")


def test_what_was_played_can_be_heard_again_out_of_the_others_log(game: JamGame) -> None:
    game.host()
    ben = game.friend("Ben")
    free = open_free(game.machine, QUICK_US)
    _, run = enter(game)
    after(game, run, free.t0_us)
    pressed = [press(game, run, lane) for lane in (0, 2, 4)]
    me = game.machine.session.me
    game.until(lambda: len(ben.jam.session.band.members[me].in_take(free.take).edges) == 6, "all of it at Ben's")
    run.choose("bass", 4)
    game.until(lambda: run.seat == Seat("bass", 4), "the bass")
    pressed.append(press(game, run, 1))
    at_bens = ben.jam.session.band.members[me].in_take(free.take)
    game.until(lambda: (len(at_bens.edges), len(at_bens.switches)) == (8, 2), "the bass at Ben's")
    ben.profile.writer.flush(10.0)
    band = read_band(ben.profile.log, ben.jam.session.id)
    assert free_jams(band) == [free]
    rows = heard_again(band, free, RAW)
    assert [(row.at_us, row.player, row.instrument, row.lane) for row in rows] == [
        (pressed[0], me, "keys", 0),
        (pressed[1], me, "keys", 2),
        (pressed[2], me, "keys", 4),
        (pressed[3], me, "bass", 1),
    ]
