"""A band at play: keys in, and what every machine sees, hears and keeps of it; real nodes on loopback."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.sound import Sound
from engine.window import HeadlessWindow
from game.jam.decide import CallOff, SayReady, Start, TakePart
from game.jam.replaying import read_band
from game.jam.seats import song_us
from game.jam.state import SPECTATOR, Band, Take
from game.rhythm.chart import Chart, make_notes
from game.rhythm.hits import HIT, NoteState, Part
from game.rhythm.performance import LEFT
from game.rhythm.rules import rule_set
from game.rhythm.songs import ReadySong
from game.scenes.jam_play import JamPlayScene, Phase
from game.scenes.jam_play_cards import away, laid_out
from game.scenes.jam_play_stage import SOUND_GONE, BandStage, by_themselves, heard_at
from game.scenes.requests import JamResults, PlayJam
from tests.rig.bad_link import BadLink
from tests.rig.jam_band import BandGame, hands, result_in
from tests.rig.pilot import wait_until
from tests.rig.scene_game import make_chart, write_song

SIZE = (640, 360)
FRAME_US = 16_667
SHORT, LONG = "Short", "Long"


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    write_song(folder / "short", make_chart(SHORT, 4, 8))
    write_song(folder / "long", make_chart(LONG, 4, 60))
    return folder


@pytest.fixture
def game(tmp_path: Path, songs: Path, window: HeadlessWindow, sound: Sound) -> Iterator[BandGame]:
    game = BandGame(tmp_path, songs, window, sound)
    yield game
    game.close()


def seen(band: Band, take: str) -> Take:
    """A take as one machine knows it."""
    found = band.take(take)
    assert found is not None
    return found


def test_what_one_plays_is_on_the_others_screens_and_in_their_logs(game: BandGame) -> None:
    game.host()
    ben = game.friend("Ben")
    take = game.agree(game.entry(SHORT, 4))
    scene = game.enter(take)
    game.friends_play()
    game.use_keys(scene)
    game.until(lambda: game.sound.status().voices >= 2, "Ben's drum beside the song")
    chart = scene.take.performance.chart  # type: ignore[union-attr]
    pressed = len(hands(chart))
    game.until(lambda: scene.rows[0].stands.judged >= 8, "Ben's notes on the player's screen")
    [row] = scene.rows
    assert row.stands.name == "Ben"
    assert row.stands.accuracy > 0.99
    assert (row.judge.note_states == NoteState.HIT).all()  # type: ignore[union-attr]
    game.until(lambda: game.opened, "the results")
    session = game.machine.session
    assert game.opened == [JamResults(session.id, take)]
    game.until(game.settled(take), "everyone's last word")
    mine = result_in(ben, session.id, take).players
    own = next(one for one in mine if one.peer == session.me)
    assert len(own.edges) == pressed
    assert own.agrees
    # Both clocks are one machine's: what lies between a key and its note is the sound's own jitter.
    assert own.result is not None
    assert abs(own.result.mean_us) < 20_000
    game.profile.writer.flush(5.0)
    kept = read_band(game.profile.log, session.id).take(take)
    assert kept is not None
    assert {peer: len(one.edges) for peer, one in kept.played.items()} == {one.peer: pressed for one in mine}


def test_a_song_at_another_rate_is_ready_before_the_start_is_agreed(game: BandGame) -> None:
    game.host()
    refused: list[Exception] = []
    entry = game.entry(SHORT, 4)
    game.machine.offer(entry, "osu-mania-stable", 0.5, refused.append)
    ready = game.until(lambda: game.room.songs.ready, "the song at half its rate")
    song = ready.loaded[0]
    assert len(song.frames) / game.sound.rate_hz > 2 * song.chart.last_us / 1e6
    session = game.machine.session
    session.do(TakePart("all", entry.hash, 4))
    session.do(SayReady())
    game.until(lambda: session.band.players[0].bound_us >= 0 and session.time.agreed, "the time")
    session.do(Start(session.now_us(), session.time.bound_us))
    running = game.until(lambda: session.band.running, "the start")
    scene = JamPlayScene(game.context, PlayJam(running.start.take))
    game.show(scene)
    assert scene.phase is Phase.PLAYING  # in its first step: nothing had to be waited for
    assert game.room.songs.ready is ready
    game.room.leave()
    assert game.room.songs.ready is None


def test_who_drops_is_dimmed_and_comes_back_in_time(
    tmp_path: Path, songs: Path, window: HeadlessWindow, sound: Sound
) -> None:
    with BadLink(seed=3) as link:
        game = BandGame(tmp_path, songs, window, sound, link=link)
        try:
            game.host()
            ben = game.friend("Ben")
            take = game.agree(game.entry(LONG, 4))
            scene = game.enter(take)
            game.friends_play()
            game.until(lambda: scene.rows[0].stands.combo >= 3, "Ben plays")
            link.cut([game.port(game.machine)], [game.port(ben.jam)])
            game.until(lambda: not scene.rows[0].stands.here, "Ben is not heard")
            icon, words, _ = away(scene.rows[0].stands)
            assert icon
            assert words == "connection lost"
            before = scene.rows[0].stands.judged
            assert scene.stage is not None
            at_us = scene.stage.now_us
            game.turn(30)
            assert scene.stage.now_us > at_us  # the song goes on
            link.heal()
            game.until(lambda: scene.rows[0].stands.here, "Ben is back")
            game.until(lambda: scene.rows[0].stands.judged > before + 3, "what Ben played meanwhile")
            game.until(lambda: scene.rows[0].stands.accuracy > 0.95, "and it is judged as it was played")
            start = scene.take.take.start  # type: ignore[union-attr]
            drift_us = song_us(start, ben.jam.session.now_us()) - scene.stage.now_us
            assert abs(drift_us) < 30_000
        finally:
            game.close()


def test_the_conductor_leaves_and_the_song_goes_on(game: BandGame) -> None:
    ada = game.hosting_friend("Ada")
    game.join(ada)
    take = game.agree(game.entry(SHORT, 4))
    scene = game.enter(take)
    game.friends_play()
    game.use_keys(scene)
    game.until(lambda: scene.rows[0].stands.combo >= 2, "Ada plays")
    leaving = threading.Thread(target=ada.jam.close)
    leaving.start()
    game.play.clear()
    game.until(lambda: game.band.conducts, "the player conducts")
    leaving.join()
    game.until(lambda: game.opened, "the results")
    performance = scene.take.performance  # type: ignore[union-attr]
    assert performance is not None
    assert performance.result().accuracy > 0.95  # not a beat was lost
    assert performance.outcome == "finished"


def test_parts_change_at_a_bar_and_leaving_asks_first_while_the_lanes_stay(game: BandGame) -> None:
    game.host()
    ben = game.friend("Ben")
    take = game.agree(game.entry(LONG, 4))
    scene = game.enter(take)
    game.press("tab")
    assert scene.asks == "Change your part"
    game.press("down", "return")
    assert scene.asks == ""
    me, there = game.machine.session.me, ben.jam.session.band
    game.until(lambda: len(seen(there, take).segments(me)) == 2, "the change at Ben's")
    assert (
        seen(there, take).segments(me)[1].from_us % 2_000_000 == 1_000_000
    )  # a bar of four half-second beats, the first at one second
    assert scene.take.performance.chart.notes["lane"].max() == 3  # type: ignore[union-attr]
    game.press("escape")
    assert scene.asks == "Leave the song?"
    game.press("d")
    assert len(scene.take.own_edges) == 2  # type: ignore[union-attr]
    game.press("escape")
    assert scene.asks == ""
    assert scene.phase is Phase.PLAYING
    game.press("escape", "down", "return")
    assert len(game.stack) == 0
    game.until(lambda: seen(there, take).played[me].ended is not None, "the last word at Ben's")
    assert seen(there, take).played[me].ended.outcome == LEFT  # type: ignore[union-attr]
    assert ben.jam.session.band.running is not None


def test_who_comes_late_gets_the_song_and_joins_at_a_bar(
    tmp_path: Path, songs: Path, window: HeadlessWindow, sound: Sound
) -> None:
    game = BandGame(tmp_path, tmp_path / "no songs", window, sound)
    try:
        game.songs = songs
        ada = game.hosting_friend("Ada")
        ada.jam.offer(next(one for one in ada.entries() if one.title == LONG), "osu-mania-stable", 1.0, game.room.say)
        band = ada.jam.session.band
        game.until(lambda: ada.jam.song is not None, "Ada's song")
        entry = next(one for one in ada.entries() if one.title == LONG)
        ada.jam.session.do(TakePart("all", entry.hash, 4))
        ada.jam.session.do(SayReady())
        game.until(lambda: band.members[ada.jam.session.me].bound_us >= 0, "Ada's clock")
        ada.jam.session.do(Start(ada.jam.session.now_us(), 0))
        game.join(ada)
        game.until(lambda: game.band.running is not None, "the take")
        take = seen(band, band.running.start.take).start.take  # type: ignore[union-attr]
        scene = game.enter(take)  # the song is not here yet: it comes from Ada
        assert scene.take is not None
        assert scene.take.performance is None
        assert scene.asks == "Join the song"
        game.press("down", "return")
        me = game.machine.session.me
        game.until(lambda: me in seen(band, take).played, "the player in the take at Ada's")
        [segment] = seen(band, take).segments(me)
        assert segment.from_us >= 1_000_000
        assert scene.take.performance is not None
        game.press("f6", "f7")
        jam = game.profile.settings.jam
        assert (jam.hear_others, jam.others_volume) == (False, 50)
    finally:
        game.close()


def test_who_watches_sees_everyone_and_is_felt_until_the_song_is_called_off(game: BandGame) -> None:
    ada = game.hosting_friend("Ada")
    game.join(ada, SPECTATOR)
    take = game.agree(game.entry(SHORT, 4))
    scene = game.enter(take)
    assert [row.stands.name for row in scene.rows] == ["Ada"]
    game.press("2")
    there = ada.jam.session.band
    game.until(lambda: [one.reaction for _, one in there.reactions()] == ["cheer"], "the reaction at Ada's")
    assert scene.reactions == 1
    ada.jam.session.do(CallOff())
    game.until(lambda: len(game.stack) == 0, "the end")
    assert "Ada ended the song." in game.said


def test_the_song_goes_on_in_time_without_a_sound_device(tmp_path: Path, songs: Path, window: HeadlessWindow) -> None:
    with Sound.silent() as sound:
        game = BandGame(tmp_path, songs, window, sound)
        try:
            game.host()
            take = game.agree(game.entry(SHORT, 4))
            scene = game.enter(take)
            stage = scene.stage
            assert stage is not None
            assert scene.take is not None
            os.kill(sound.pid, signal.SIGKILL)
            game.until(lambda: SOUND_GONE in game.said, "a sentence")
            session = game.machine.session
            start = scene.take.take.start
            assert abs(song_us(start, session.now_us()) - stage.now_us) < 5_000
            game.until(lambda: not stage.lost, "the device again")
            game.until(lambda: abs(song_us(start, session.now_us()) - stage.now_us) < 20_000, "in time with the band")
        finally:
            game.close()


# -- what is heard ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hit_us", "strength", "wanted_us"), [(900, 0.0, 900), (900, 1.0, 1_000), (900, 0.7, 970), (1_100, 1.0, 1_100)]
)
def test_others_who_are_early_wait_for_their_note_as_far_as_the_listener_wants(
    hit_us: int, strength: float, wanted_us: int
) -> None:
    assert heard_at(hit_us, 1_000, 0, strength) == wanted_us
    assert heard_at(hit_us, 1_000, 5_000, strength) == 5_000  # never in the past


def keyed(lanes: list[int], sounds: tuple[str, ...]) -> Chart:
    rows = [(1_000_000 * (place + 1), 1_000_000 * (place + 1), lane, 0, place) for place, lane in enumerate(lanes)]
    return Chart(4, make_notes(rows), sounds=sounds)


def test_key_sounds_that_nobody_plays_play_by_themselves_and_no_other_does() -> None:
    whole = keyed([0, 1, 2, 3], ("a", "b", "c", "d"))
    assert by_themselves(whole, []).tolist() == [(1_000_000 * (n + 1), n, 1.0, 0.0) for n in range(4)]
    left = whole.with_notes(whole.notes[:2])
    assert by_themselves(whole, [left])["sound"].tolist() == [2, 3]
    assert len(by_themselves(whole, [whole])) == 0
    # The same sounds under other numbers, in another difficulty of the song.
    other = Chart(4, make_notes([(3_000_000, 3_000_000, 0, 0, 0)]), sounds=("c",))
    assert by_themselves(whole, [left, other])["sound"].tolist() == [3]


def test_others_sound_as_the_notes_they_hit_under_whatever_number_their_chart_has_them(sound: Sound) -> None:
    base, theirs = keyed([0, 1], ("a", "b")), keyed([0, 1], ("b", "gone"))
    tone = np.full((sound.rate_hz * 2, 2), 0.1, np.float32)
    song = ReadySong(base, np.zeros((sound.rate_hz * 30, 2), np.float32), {0: tone, 1: tone})
    stage = BandStage(sound, song, 1.0, [])
    rules = rule_set("osu-mania-stable", base)
    try:
        stage.set_played([base])
        stage.start_at(900_000, paused=False)
        wait_until(lambda: sound.clock.playing and stage.now_us > 1_000_000, "the song", 10.0)
        hits = np.zeros(2, HIT)
        hits["at_us"], hits["note"], hits["part"] = stage.now_us, (0, 1), Part.HEAD
        hits["judgement"] = (0, rules.miss)
        before = sound.status().voices
        stage.hear(theirs, hits, rules, 1.0, 0.0, 0.0)
        wait_until(lambda: sound.status().voices == before + 1, "the one that was hit", 5.0)
        hits["note"], hits["judgement"], hits["at_us"] = 1, 0, stage.now_us
        cues = stage.hits_as_cues(theirs, hits, rules, 1.0, 0.0)
        assert cues == []  # a sound that this machine's chart has not
        hits["note"] = 0
        assert [cue.at_us for cue in stage.hits_as_cues(theirs, hits, rules, 1.0, 0.0)] == hits["at_us"].tolist()
    finally:
        stage.close()


@pytest.mark.parametrize("count", [1, 3, 7, 15])
@pytest.mark.parametrize("area", [(262.0, 536.0), (600.0, 540.0), (120.0, 300.0)])
def test_cards_never_cover_each_other_or_leave_their_side(count: int, area: tuple[float, float]) -> None:
    sides = [(20.0, 170.0, *area), (1_000.0, 150.0, *area)]
    cards = laid_out(count, sides, 12.0, 240.0)
    assert len(cards) == count
    for x, y, w, h in cards:
        assert any(left <= x and x + w <= left + wide + 0.01 and top <= y and y + h <= top + high + 0.01
                   for left, top, wide, high in sides)  # fmt: skip
    places = np.array(cards)
    for one in range(count):
        for other in range(one):
            apart = np.abs(places[one, :2] + places[one, 2:] / 2 - places[other, :2] - places[other, 2:] / 2)
            assert (apart >= (places[one, 2:] + places[other, 2:]) / 2 - 0.01).any()
