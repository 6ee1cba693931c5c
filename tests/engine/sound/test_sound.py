"""The face of sound, without a device: the same process, the same clock, nobody hears it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from engine.clock import now_us
from engine.sound import Bus, Cue, Sample, Sound, SoundError
from tests.rig.pulse import until

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def sound() -> Iterator[Sound]:
    with Sound.silent() as silent:
        yield silent


def song(sound: Sound, seconds: float = 5.0) -> Sample:
    return sound.load(np.full((round(seconds * sound.rate_hz), 2), 0.1, np.float32))


def test_it_starts_running_and_says_so(sound: Sound) -> None:
    status = sound.status()
    assert status.running
    assert status.silent
    assert not status.lost
    assert status.device == "silent"
    assert status.problem == ""
    assert sound.clock.now_us() == 0


def test_song_time_counts_up_through_the_lead_in_at_the_songs_rate(sound: Sound) -> None:
    sound.play_song(song(sound), rate=1.5, lead_in_us=300_000)
    assert sound.clock.now_us() == -300_000
    assert until(lambda: sound.clock.now_us() > 300_000)
    first = now_us()
    begin = sound.clock.song_us_at(first)
    assert until(lambda: now_us() > first + 300_000)
    assert sound.clock.song_us_at(first + 300_000) - begin == pytest.approx(450_000, abs=2_000)


def test_song_time_never_goes_back_while_playing(sound: Sound) -> None:
    sound.play_song(song(sound), lead_in_us=100_000)
    assert until(lambda: sound.clock.now_us() > -50_000)
    times = [sound.clock.now_us() for _ in range(50_000)]
    assert times == sorted(times)


def test_pause_stands_still_and_resume_goes_on_from_there(sound: Sound) -> None:
    sound.play_song(song(sound))
    assert until(lambda: sound.clock.now_us() > 100_000)
    sound.pause_song()
    assert until(lambda: not sound.clock.playing)
    stood = sound.clock.position_us
    assert until(lambda: sound.clock.now_us() == stood)
    sound.resume_song()
    assert until(lambda: sound.clock.now_us() > stood)
    assert sound.clock.now_us() < stood + 1_000_000


def test_a_seek_is_there_at_once(sound: Sound) -> None:
    sound.play_song(song(sound))
    assert until(lambda: sound.clock.now_us() > 50_000)
    sound.seek_song(3_000_000)
    assert sound.clock.now_us() == 3_000_000
    assert until(lambda: sound.clock.now_us() > 3_050_000)
    sound.pause_song()
    sound.seek_song(1_000_000)
    assert sound.clock.now_us() == 1_000_000
    assert until(lambda: not sound.clock.playing)
    assert sound.clock.now_us() == 1_000_000


def test_a_loop_comes_round(sound: Sound) -> None:
    sound.play_song(song(sound), from_us=1_000_000, loop=(1_000_000, 1_100_000))
    assert until(lambda: sound.clock.now_us() > 1_080_000)
    assert until(lambda: sound.clock.now_us() < 1_020_000)
    sound.loop_song(None)
    assert until(lambda: sound.clock.now_us() > 1_200_000)


def test_the_end_of_the_song_is_told_and_time_goes_on(sound: Sound) -> None:
    sound.play_song(song(sound, 0.3))
    assert not sound.status().song_ended
    assert until(lambda: sound.status().song_ended)
    assert until(lambda: sound.clock.now_us() > 400_000)
    sound.stop_song()
    assert until(lambda: not sound.clock.playing)


def test_many_sounds_are_loaded_played_and_freed(sound: Sound) -> None:
    keys = sound.load_all([np.full((9600, 2), 0.01, np.float32)] * 300)
    music = song(sound)
    sound.play_song(music)
    sound.set_cues(Cue(number * 1000, key) for number, key in enumerate(keys[:40]))
    sound.schedule(keys[0], 10_000)
    sound.set_gain(Bus.KEYS, 0.5)
    for key in keys[:20]:
        sound.trigger(key)
    assert until(lambda: sound.status().voices > 20)
    before = len(os.listdir("/proc/self/fd"))
    sound.free(*keys)
    sound.free(music)
    assert until(lambda: sound.status().voices <= 1)
    sound.free()  # what the sound process has let go of since is closed by the next call
    assert len(os.listdir("/proc/self/fd")) == before - 4
    assert sound.status().dropped == 0
    assert sound.status().running


def test_a_process_that_was_killed_is_lost_and_comes_back_where_it_was(sound: Sound) -> None:
    music = song(sound)
    sound.play_song(music, rate=1.25)
    assert until(lambda: sound.clock.now_us() > 200_000)
    os.kill(sound.pid, signal.SIGKILL)
    assert until(lambda: sound.status().lost, 1.0)
    assert "sound process has stopped" in sound.status().problem
    assert until(lambda: sound.clock.now_us() == sound.clock.now_us())
    stood = sound.clock.now_us()
    assert sound.reopen()
    status = sound.status()
    assert status.running
    assert status.problem == ""
    assert sound.clock.now_us() == pytest.approx(stood, abs=400_000)
    assert until(lambda: not sound.clock.playing)
    back = sound.clock.now_us()
    sound.resume_song()
    assert until(lambda: sound.clock.now_us() > back + 50_000)
    assert until(lambda: sound.status().voices == 1)


def test_cues_and_gains_come_back_with_the_process(sound: Sound) -> None:
    backing, key = sound.load_all([np.full((96_000, 2), 0.1, np.float32), np.full((9600, 2), 0.1, np.float32)])
    music = song(sound)
    sound.set_cues([Cue(100_000, backing)])
    sound.schedule(key, 500_000)
    sound.play_song(music)
    assert until(lambda: sound.clock.now_us() > 200_000)
    os.kill(sound.pid, signal.SIGKILL)
    assert until(lambda: sound.status().lost)
    assert sound.reopen()
    sound.resume_song()
    assert until(lambda: sound.status().voices == 2), "the backing was not joined in its middle"
    assert until(lambda: sound.status().voices == 3), "the scheduled sound was forgotten"
    sound.stop_song()
    assert until(lambda: sound.status().voices == 0)
    os.kill(sound.pid, signal.SIGKILL)
    assert until(lambda: sound.status().lost)
    assert sound.reopen()
    sound.play_song(music)
    assert until(lambda: sound.clock.now_us() > 600_000)
    assert sound.status().voices == 1, "a stopped song's cues came back"


def test_commands_to_a_dead_process_do_no_harm(sound: Sound) -> None:
    key = song(sound, 0.1)
    os.kill(sound.pid, signal.SIGKILL)
    assert until(lambda: sound.status().lost)
    for _ in range(10_000):
        sound.trigger(key)
    assert sound.status().dropped > 0


def test_closing_ends_the_process_and_gives_the_memory_back() -> None:
    before = len(os.listdir("/proc/self/fd"))
    with Sound.silent() as sound:
        song(sound)
        pid = sound.pid
    del sound
    assert not psutil.pid_exists(pid)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_game_that_was_killed_leaves_no_process_and_no_memory() -> None:
    program = (
        "import numpy as np, time\n"
        "from engine.sound import Sound\n"
        "sound = Sound.silent()\n"
        "sound.play_song(sound.load(np.zeros((480000, 2), np.float32)))\n"
        "print(sound.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    before = set(os.listdir("/dev/shm"))
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE) as game:
        assert game.stdout is not None
        child = psutil.Process(int(game.stdout.readline()))
        assert child.is_running()
        game.kill()
    assert until(lambda: not child.is_running())
    assert set(os.listdir("/dev/shm")) <= before


@pytest.mark.parametrize("config", ["/nowhere/alsa.conf", os.devnull])
def test_without_a_device_it_falls_back_to_silence_and_says_why(config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere/native")
    monkeypatch.setenv("ALSA_CONFIG_PATH", config)
    with pytest.raises(SoundError, match="No sound device could be opened"):
        Sound.start()
    with Sound.open() as sound:
        assert sound.status().silent
        assert sound.status().running
        assert sound.problem.startswith("No sound device could be opened")
        assert "\n" not in sound.problem
    with Sound.open(prefer_device=False) as sound:
        assert sound.problem == ""
