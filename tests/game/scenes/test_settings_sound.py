"""The page of sound on a machine that has a device: what is set there is heard at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.sound import Sound
from engine.window import HeadlessWindow
from game.scenes.requests import ShowSettings
from game.scenes.settings import SettingsScene
from tests.rig.pulse import PulseRig, missing
from tests.rig.stand import Stand


@pytest.fixture(scope="module")
def pulse() -> Iterator[PulseRig]:
    if why := missing():
        pytest.skip(why)
    with PulseRig() as rig, rig.reached():
        yield rig


@pytest.fixture
def stand(tmp_path: Path, pulse: PulseRig) -> Iterator[Stand]:
    window = HeadlessWindow((640, 360))
    with Sound.silent() as sound, Stand(tmp_path / "profile", window, sound) as stand:
        stand.show(SettingsScene(stand.context, ShowSettings("sound"), lambda: None))
        yield stand
    window.close()


def scene_of(stand: Stand) -> SettingsScene:
    scene = stand.stack.top
    assert isinstance(scene, SettingsScene)
    return scene


def look_again(stand: Stand) -> None:
    """Go to the line that opens the device, press Enter and wait for it."""
    while scene_of(stand).chosen != "Open it again":
        stand.tap("down")
    stand.tap("return")
    stand.tap("home")
    stand.until(lambda: not stand.sound.status().silent, "the device")


def test_a_device_that_has_come_is_looked_for_and_used(stand: Stand) -> None:
    assert stand.sound.status().silent
    look_again(stand)
    assert stand.sound.status().running
    assert stand.said == []


def test_another_buffer_and_device_are_in_force_at_once_the_last_choice_last(stand: Stand) -> None:
    scene = scene_of(stand)
    look_again(stand)
    pid, latency_us = stand.sound.pid, stand.sound.status().latency_us
    for name in ("down", *["right"] * 5, *["left"] * 2):
        stand.tap(name)
    while stand.profile.settings.sound.latency_ms < 60:
        stand.tap("right")
    stand.until(lambda: stand.sound.status().latency_us > latency_us + 20_000, "the buffer that was set last")
    assert stand.sound.pid != pid
    assert stand.sound.status().running
    for name in ("up", "right"):
        stand.tap(name)
    assert scene.chosen == "Device"


def test_a_device_that_is_gone_leaves_the_sound_as_it_is_and_is_told(stand: Stand) -> None:
    look_again(stand)
    stand.profile.set("sound.device", "a device that was pulled")
    stand.tap("down")
    stand.tap("right")
    stand.until(lambda: stand.said, "the sentence")
    assert stand.said == ["That sound device could not be opened, so sound goes where it went before; choose another."]
    assert stand.sound.status().running
