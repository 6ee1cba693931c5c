"""A song begins at an agreed instant: placed by the device's own clock, once more before its first sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.clock import now_us
from engine.sound import Sound
from engine.sound.commands import CONTROL_BYTES, RING_AT, Kind
from engine.sound.mixer import CUE
from engine.sound.process import Engine
from engine.sound.shared import Block, Command, Ring
from tests.rig.pulse import RATE_HZ, PulseRig, onsets, until

BLOCK = 120


@dataclass
class HandDevice:
    """A device turned by hand: asks the engine for blocks and says when each is heard.

    Its crystal is ``ppm`` fast and its word on the latency wobbles; ``heard`` keeps all that was rendered.
    """

    ppm: float = 0.0
    wobble_us: float = 0.0
    rendered: list[NDArray[np.float32]] = field(default_factory=list)

    def __post_init__(self) -> None:
        control = Block(CONTROL_BYTES)
        self.engine = Engine(control.memory, RATE_HZ)
        self._ring = Ring(memoryview(control.memory)[RING_AT:])
        control.close()  # what is mapped stays
        self._chance = np.random.default_rng(1)
        self._serial = 0
        self._stood: list[tuple[int, int]] = []  # (first frame after a stall, how long it stood)

    def true_us(self, frame: float) -> float:
        """When a frame is really heard."""
        stood_us = sum(length_us for first, length_us in self._stood if frame >= first)
        return 5_000_000 + stood_us + frame * 1e6 / (RATE_HZ * (1 + self.ppm / 1e6))

    def stall(self, length_us: int) -> None:
        """The device runs dry: what comes next is heard that much later."""
        self._stood.append((self.engine.mixer.frame, length_us))

    def put(self, kind: Kind, handle: int = 0, at: int = 0, start: int = 0) -> None:
        self._serial += 1
        self._ring.put(Command(kind, handle, self._serial, at, start))

    def begin(self, heard_at_us: int, from_us: int = 0) -> None:
        self.put(Kind.PLAY, 1, from_us - 1_000_000)
        self.put(Kind.MEET, 0, heard_at_us, from_us)

    def turn(self, seconds: float) -> None:
        for _ in range(round(seconds * RATE_HZ / BLOCK)):
            out = np.zeros((BLOCK, 2), np.float32)
            said_us = self.true_us(self.engine.mixer.frame) + self._chance.normal(0, 1) * self.wobble_us
            dry = any(first == self.engine.mixer.frame for first, _ in self._stood)
            self.engine.block(out, said_us, underrun=dry)
            self.rendered.append(out)

    def heard_us(self) -> list[float]:
        """When each click was really heard."""
        return [self.true_us(int(at)) for at in onsets(np.concatenate(self.rendered)[:, 0], 0.02)]


def song(seconds: float = 1.0, at_s: float = 0.0) -> NDArray[np.float32]:
    frames = np.zeros((round(seconds * RATE_HZ), 2), np.float32)
    at = round(at_s * RATE_HZ)
    frames[at : at + 200] = 0.5 * np.exp(-np.arange(200, dtype=np.float32) / 40)[:, None]
    return frames


@pytest.mark.parametrize("ppm", [-100.0, 0.0, 100.0])
def test_it_is_heard_at_the_agreed_instant_whatever_the_devices_crystal(ppm: float) -> None:
    device = HandDevice(ppm, wobble_us=100.0)
    device.engine.mixer.samples[1] = song()
    device.turn(2)
    t0_us = round(device.true_us(7 * RATE_HZ) + 7)  # not on a frame
    device.begin(t0_us)
    device.turn(6)
    assert device.heard_us() == [pytest.approx(t0_us, abs=60)]


def test_a_steady_device_is_met_to_the_frame() -> None:
    device = HandDevice()
    device.engine.mixer.samples[1] = song()
    device.turn(1)
    t0_us = round(device.true_us(3 * RATE_HZ + 31))
    device.begin(t0_us)
    device.turn(3)
    assert device.heard_us() == [pytest.approx(t0_us, abs=1e6 / RATE_HZ)]


@pytest.mark.parametrize("ppm", [-120.0, 120.0])
def test_agreed_before_the_device_had_settled_it_is_corrected_before_the_first_sound(ppm: float) -> None:
    device = HandDevice(ppm, wobble_us=300.0)
    device.engine.mixer.samples[1] = song()
    device.turn(0.01)
    t0_us = round(device.true_us(5 * RATE_HZ))
    device.begin(t0_us)
    device.turn(6)
    assert device.heard_us() == [pytest.approx(t0_us, abs=150)]


@pytest.mark.parametrize("before_s", [1.0, 0.08, 0.03])
def test_a_stall_shortly_before_the_first_sound_is_made_up_for(before_s: float) -> None:
    device = HandDevice()
    device.engine.mixer.samples[1] = song()
    device.turn(2)
    t0_us = round(device.true_us(4 * RATE_HZ))
    device.begin(t0_us)
    device.turn(2 - before_s)
    device.stall(15_000)
    device.turn(before_s + 1)
    assert device.heard_us() == [pytest.approx(t0_us, abs=1_000)]


def test_once_it_sounds_nothing_is_corrected_any_more() -> None:
    device = HandDevice()
    device.engine.mixer.samples[1] = song(4.0) + song(4.0, at_s=3.0)
    device.turn(1)
    device.begin(round(device.true_us(2 * RATE_HZ)))
    device.turn(1.5)
    device.ppm = 300.0
    device.turn(4)
    first, second = onsets(np.concatenate(device.rendered)[:, 0], 0.02)
    assert second - first == 3 * RATE_HZ


def test_a_count_in_before_the_song_is_in_its_place_too() -> None:
    device = HandDevice(ppm=100.0)
    device.engine.mixer.samples[1] = song()
    device.engine.mixer.samples[2] = song(0.1)
    device.engine.mixer.set_cues(np.array([(-500_000, 2, 0, 1.0, 0.0), (-250_000, 2, 0, 1.0, 0.0)], CUE))
    device.turn(1)
    t0_us = round(device.true_us(4 * RATE_HZ))
    device.begin(t0_us)
    device.turn(4)
    expected = [t0_us - 500_000, t0_us - 250_000, t0_us]
    assert device.heard_us() == [pytest.approx(each, abs=60) for each in expected]


@given(late_us=st.integers(0, 800_000))
def test_who_comes_late_joins_where_the_song_is_by_now(late_us: int) -> None:
    device = HandDevice()
    device.engine.mixer.samples[1] = song(2.0, at_s=1.0)
    device.turn(1)
    t0_us = round(device.true_us(RATE_HZ)) - late_us
    device.begin(t0_us)
    device.turn(1.5)
    assert device.heard_us() == [pytest.approx(t0_us + 1_000_000, abs=1e6 / RATE_HZ + 1)]


@pytest.mark.parametrize("what", [Kind.PAUSE, Kind.SEEK])
def test_a_song_that_was_paused_or_sought_is_not_taken_back_to_the_agreement(what: Kind) -> None:
    device = HandDevice()
    device.engine.mixer.samples[1] = song()
    device.turn(1)
    device.begin(round(device.true_us(4 * RATE_HZ)))
    device.turn(0.5)
    device.put(what, at=-200_000)
    device.turn(0.1)
    if what == Kind.PAUSE:
        device.put(Kind.RESUME)
    before = device.engine.mixer.position
    device.turn(0.05)
    assert device.engine.mixer.position - before == round(0.05 * RATE_HZ)
    device.turn(4)
    agreed_us = device.true_us(4 * RATE_HZ)
    assert len(device.heard_us()) == 1
    assert abs(device.heard_us()[0] - agreed_us) > 50_000


@pytest.fixture(params=["silent", "device"])
def sound(request: pytest.FixtureRequest) -> Iterator[Sound]:
    if request.param == "device":
        request.getfixturevalue("pulse")
    with Sound.silent() if request.param == "silent" else Sound.start() as made:
        yield made


def test_the_song_clock_says_the_agreed_instant(sound: Sound) -> None:
    sample = sound.load(np.zeros((sound.rate_hz, 2), np.float32))
    heard_at_us = now_us() + 400_000
    sound.play_song(sample, from_us=50_000, rate=1.25, heard_at_us=heard_at_us)
    assert sound.clock.song_us_at(now_us()) < 0
    assert until(lambda: now_us() > heard_at_us)
    assert sound.clock.song_us_at(heard_at_us) == pytest.approx(50_000, abs=1500)


def test_two_programs_on_one_device_are_heard_as_agreed(pulse: PulseRig) -> None:
    with Sound.start() as one, Sound.start() as other:
        first, second = one.load(song(0.5)), other.load(song(0.5))
        heard_at_us = now_us() + 1_200_000
        one.play_song(first, heard_at_us=heard_at_us)
        other.play_song(second, heard_at_us=heard_at_us + 200_000)
        assert until(lambda: now_us() > heard_at_us + 600_000)
    left, right = onsets(pulse.heard())
    # One recording holds both, so nothing is left out of the figure; the benchmark's limit is 3 ms on settled streams.
    assert (right - left) * 1000 / RATE_HZ == pytest.approx(200, abs=8)
