"""A past free jam out of the log: listed, heard again on its instants, sought in, held to the beat as one likes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.window import HeadlessWindow
from game.jam.events import (
    ConductorChanged,
    FreeStarted,
    HitsHeard,
    JamOpened,
    LoopKept,
    MemberCame,
    PartTaken,
)
from game.jam.keeping import Keeper
from game.jam.replaying import jams
from game.profile import Profile
from game.rhythm.chart import EDGE
from game.scenes.jam_hear import JamHearScene
from game.scenes.jam_past import JamPastScene
from game.scenes.requests import HearJam, WatchJam
from tests.rig.ear import Ear
from tests.rig.scene_game import SceneGame

FRAME_US = 16_667
SIZE = (960, 540)
SESSION, ADA, BEN = "5e55" * 4, "a" * 16, "b" * 16
BEAT_US, T0_US = 200_000, 10_000_000
BAR_US = 4 * BEAT_US
STARTED = FreeStarted("take", T0_US, BEAT_US, 4, 9, "minor-pentatonic", 1, 1)
EARLY_US = 20_000
BARS = 40


@pytest.fixture
def game(tmp_path: Path, window: HeadlessWindow, ear: Ear) -> Iterator[SceneGame]:
    with SceneGame(tmp_path, window=window, sound=ear) as game:
        keep(game.profile)
        yield game


def edges(*rows: tuple[int, int]) -> bytes:
    return np.array([(at_us, lane, down) for at_us, lane in rows for down in (1, 0)], EDGE).tobytes()


def keep(profile: Profile) -> None:
    """Ada, who sits here, plays a bar in; Ben is early on every bar; a loop of Ada's goes on."""
    keeper = Keeper(profile.log, profile.writer, SESSION)
    for seen in (
        JamOpened(SESSION, ADA, "Ada", True, "player"),
        MemberCame(ADA, "Ada", "player", 0),
        MemberCame(BEN, "Ben", "player", 1),
        ConductorChanged(ADA, 1),
    ):
        keeper.saw(seen)
    keeper.said(ADA, 1, STARTED, own=True)
    keeper.said(ADA, 2, PartTaken("", "keys", "", 7, 0, "take"), own=True)
    keeper.said(BEN, 1, PartTaken("", "drums", "", 4, 0, "take"), own=False)
    loop = np.array([(0, 2, 1)], EDGE).tobytes()
    keeper.said(ADA, 3, LoopKept("take", "one", "keys", T0_US + BAR_US, BAR_US, loop, 7), own=True)
    keeper.saw(HitsHeard(ADA, "take", 1, edges((BEAT_US + 7_000, 4))))
    keeper.saw(HitsHeard(BEN, "take", 1, edges(*((bar * BAR_US - EARLY_US, 1) for bar in range(1, BARS)))))
    keeper.write()
    assert profile.writer.flush(10.0)


def hear(game: SceneGame) -> JamHearScene:
    scene = JamHearScene(game.context, HearJam(SESSION, "take"))
    game.show(scene)
    game.until(lambda: scene.place_us is not None, "the free jam")
    return scene


def instants(game: SceneGame, scene: JamHearScene, player: str, *, loop: bool = False) -> list[int]:
    """When a player is heard, in the sounds that are laid out and in those that are bound."""
    assert isinstance(game.sound, Ear)
    found = [row.at_us for row in scene.rows if (row.player, row.loop) == (player, loop)]
    bound = {cue.at_us for cue in game.sound.cues}
    assert bound >= set(found)
    return found


def test_it_stands_among_the_past_jams_and_is_opened_from_there(game: SceneGame) -> None:
    [row] = jams(game.profile.log)
    assert row.takes == (("take", "Free jam in A minor pentatonic, 300 a minute"),)
    assert row.free == {"take"}
    scene = JamPastScene(game.context, WatchJam())
    game.show(scene)
    game.until(lambda: scene.rows, "the list")
    game.turn(4)
    game.press("return")
    game.press("r")
    assert game.opened == [HearJam(SESSION, "take")]
    assert any("no results" in sentence for sentence in game.said)


def test_everyone_is_heard_on_their_instants_held_to_the_beat_as_the_listener_likes_it(game: SceneGame) -> None:
    game.profile.set("jam.fix_others", 100)
    game.profile.set("jam.fix_own", 0)
    scene = hear(game)
    on_the_beat = [bar * BAR_US for bar in range(1, BARS)]
    assert instants(game, scene, ADA) == [BEAT_US + 7_000]
    assert instants(game, scene, ADA, loop=True)[:2] == [BAR_US, 2 * BAR_US]
    assert instants(game, scene, BEN) == on_the_beat
    for _ in range(10):
        game.press("down")
    as_played = [at_us - EARLY_US for at_us in on_the_beat]
    game.until(lambda: [row.at_us for row in scene.rows if row.player == BEN] == as_played, "hits as they were played")
    assert instants(game, scene, BEN) == as_played
    assert game.profile.settings.jam.fix_own == 0
    game.press("f6")
    game.until(lambda: {cue.at_us for cue in game.sound.cues}.isdisjoint(as_played), "Ben not to be heard")  # type: ignore[attr-defined]
    game.press("f6")


def test_it_can_be_sought_in_and_ends_by_itself(game: SceneGame) -> None:
    scene = hear(game)
    game.press("space")
    game.until(lambda: scene.paused and not game.sound.clock.playing, "standing still")
    assert scene.past is not None
    before, last_us = scene.place_us or 0, scene.past.last_us

    def stands_at(wanted_us: int) -> bool:
        return scene.place_us is not None and abs(scene.place_us - wanted_us) <= 1_000

    game.press("right")
    game.until(lambda: stands_at(before + 5_000_000), "five seconds on")
    game.press(*["right"] * 8)
    game.until(lambda: stands_at(last_us), "the last bar line")
    game.press("minus")
    assert scene.speed == 0.75
    game.press("space")
    game.until(lambda: not scene.paused and not stands_at(last_us), "beginning again")
    game.press(*["right"] * 8)
    game.until(lambda: scene.paused, "the end")
    game.press("escape")
    assert len(game.stack) == 0


def test_a_free_jam_that_is_not_in_the_log_is_told_in_a_sentence(game: SceneGame) -> None:
    game.show(JamHearScene(game.context, HearJam(SESSION, "another")))
    game.until(lambda: len(game.stack) == 0, "the way out")
    assert any("not in the log" in sentence for sentence in game.said)
