"""Sound that goes elsewhere: another device, another buffer, another rate, and calls that come meanwhile."""

from __future__ import annotations

import os
import signal
import threading

import numpy as np
import psutil
import pytest

from engine.sound import Bus, Cue, Sound
from engine.sound.child import Wish
from tests.rig.pulse import RATE_HZ, PulseRig, onsets, until

ODD_HZ = 1_000_000
"""A rate that no device of the rig takes."""


def clicks(rate_hz: int, seconds: float, every_s: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    frames = np.zeros((round(seconds * rate_hz), 2), np.float32)
    length = rate_hz // 200
    for at in range(0, len(frames) - length, round(every_s * rate_hz)):
        frames[at : at + length] = 0.5
    return frames


def sound_processes() -> list[int]:
    return [child.pid for child in psutil.Process().children() if "engine.sound.process" in child.cmdline()]


def killed(sound: Sound) -> None:
    os.kill(sound.pid, signal.SIGKILL)
    assert until(lambda: sound.status().lost)


def test_the_song_plays_on_at_another_buffer(pulse: PulseRig) -> None:
    with Sound.start() as sound:
        sound.play_song(sound.load(clicks(sound.rate_hz, 20, 0.25)))
        assert until(lambda: sound.clock.now_us() > 300_000)
        before, latency_us = sound.clock.now_us(), sound.status().latency_us
        assert sound.move(None, 60)
        assert until(lambda: sound.clock.now_us() > before + 200_000)
        assert until(lambda: sound.clock.playing)
        assert sound.status().latency_us > latency_us + 20_000


def test_a_paused_song_stays_paused_where_it_is(pulse: PulseRig) -> None:
    with Sound.start() as sound:
        sound.play_song(sound.load(clicks(sound.rate_hz, 20, 0.25)), 5_000_000)
        assert until(lambda: sound.clock.now_us() > 5_100_000)
        sound.pause_song()
        assert until(lambda: not sound.clock.playing)
        stood = sound.clock.position_us
        assert until(lambda: sound.clock.now_us() == stood)
        assert sound.move("default", 10)
        assert until(lambda: not sound.clock.playing and sound.clock.now_us() == stood)


def test_what_was_loaded_for_another_rate_sounds_as_long_and_as_high_on_the_new_device(pulse: PulseRig) -> None:
    with Sound(Wish(silent=True, rate_hz=ODD_HZ)) as sound:
        song, key = sound.load_all([clicks(ODD_HZ, 3, 10), clicks(ODD_HZ, 0.1, 1)])
        gone = sound.load(clicks(ODD_HZ, 1, 1))
        sound.free(gone)
        sound.set_cues([Cue(at, key, bus=Bus.EFFECTS) for at in (500_000, 1_000_000, 1_250_000)])
        assert sound.rate_hz == ODD_HZ
        assert sound.move(None, 10)
        assert sound.rate_hz in (RATE_HZ, 44_100)
        assert not sound.status().silent
        sound.play_song(song)
        assert until(lambda: sound.clock.now_us() > 1_500_000)
        descriptors = len(os.listdir("/proc/self/fd"))
        sound.free(song, key)

        def given_back() -> bool:
            sound.free()  # what the sound process has let go of since is closed by the next call
            return len(os.listdir("/proc/self/fd")) == descriptors - 2

        assert until(given_back), "the block of both, a descriptor and a mapping, is still there"
    heard = onsets(pulse.heard())
    assert np.diff(heard).tolist() == pytest.approx([24_000, 24_000, 12_000], abs=300)
    loud = np.abs(pulse.heard()[heard[1] : heard[1] + 1000]) > 0.25
    assert loud.sum() == pytest.approx(RATE_HZ // 200, abs=4)


def test_a_device_that_is_not_there_changes_nothing_and_is_said(pulse: PulseRig) -> None:
    with Sound.start() as sound:
        sound.play_song(sound.load(clicks(sound.rate_hz, 20, 0.25)))
        assert until(lambda: sound.clock.now_us() > 200_000)
        before = sound.clock.now_us()
        assert not sound.move("no such device", 10)
        assert (
            sound.problem
            == "That sound device could not be opened, so sound goes where it went before; choose another."
        )
        assert until(lambda: sound.clock.now_us() > before + 100_000)
        assert sound.status().running
        assert sound.move(None, 10)
        assert sound.problem == ""


def test_without_any_device_silence_goes_on_keeping_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere/native")
    monkeypatch.setenv("ALSA_CONFIG_PATH", os.devnull)
    with Sound.open() as sound:
        sound.play_song(sound.load(clicks(sound.rate_hz, 5, 1)))
        assert not sound.move(None, 10)
        before = sound.clock.now_us()
        assert until(lambda: sound.clock.now_us() > before + 50_000)
        assert sound.status().silent


def test_opened_again_from_two_sides_at_once_there_is_one_process() -> None:
    with Sound.silent() as sound:
        killed(sound)
        said: list[bool] = []
        threads = [threading.Thread(target=lambda: said.append(sound.reopen())) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert said == [True, True, True]
        assert sound_processes() == [sound.pid]


def test_a_song_started_while_the_device_was_gone_stands_at_its_own_beginning() -> None:
    with Sound.silent() as sound:
        sound.play_song(sound.load(clicks(sound.rate_hz, 5, 1)), 2_000_000)
        assert until(lambda: sound.clock.now_us() > 2_200_000)
        killed(sound)
        sound.play_song(sound.load(clicks(sound.rate_hz, 5, 1)), 1_000_000)
        assert sound.reopen()
        assert until(lambda: not sound.clock.playing)
        assert sound.clock.now_us() == 1_000_000
        sound.resume_song()
        assert until(lambda: sound.clock.now_us() > 1_050_000)


def test_calls_that_come_while_it_is_opened_again_do_no_harm() -> None:
    with Sound.silent() as sound:
        key = sound.load(clicks(sound.rate_hz, 0.05, 1))
        over = threading.Event()
        failed: list[BaseException] = []

        def call() -> None:
            try:
                while not over.is_set():
                    sound.schedule(key, 1_000_000)
                    sound.free(sound.load(clicks(sound.rate_hz, 0.01, 1)))
                    sound.trigger(key)
            except BaseException as error:
                failed.append(error)

        caller = threading.Thread(target=call)
        caller.start()
        for _ in range(3):
            killed(sound)
            assert sound.reopen()
        over.set()
        caller.join()
        assert failed == []
        assert sound.status().running


def test_what_is_closed_stays_closed() -> None:
    sound = Sound.silent()
    pid = sound.pid
    sound.close()
    assert not sound.reopen()
    assert not psutil.pid_exists(pid)
    assert sound_processes() == []
