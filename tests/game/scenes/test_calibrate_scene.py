"""Calibration as a player does it: taps on a running beat, a verdict, and an offset that is set or not."""

from __future__ import annotations

import numpy as np
import pytest

from engine.clock import now_us
from engine.input.events import InputEvent
from game.hands.calibration import TAPS_WANTED
from game.scenes.calibrate import BEAT_US, CalibrateScene, left_out_words, words_ms
from game.scenes.requests import Calibrate
from tests.rig.stand import Stand


def begun(stand: Stand, what: str) -> CalibrateScene:
    """A calibration whose beat runs."""
    scene = CalibrateScene(stand.context, Calibrate(what))
    stand.show(scene)
    first = scene.song_us(now_us())
    stand.until(lambda: scene.song_us(now_us()) > first + 100_000, "the beat")
    return scene


def key(stand: Stand, name: str) -> None:
    for value in (1.0, 0.0):
        stand.stack.handle(InputEvent(now_us(), "keyboard", f"key:{name}", value))


def tap_late(stand: Stand, late_us: list[int], *, device: str = "keyboard", control: str = "key:j") -> None:
    """Taps on successive beats of the running clock, stamped so long after their beats; the newest was just now.

    The stamps lie in the past, which the clock tells as exactly as the present.
    """
    song_us, at_us = stand.sound.clock.song_us_at(now := now_us()), now
    newest = song_us // BEAT_US - 1
    for place, late in enumerate(late_us):
        beat_us = (newest - len(late_us) + 1 + place) * BEAT_US
        stamp = at_us + (beat_us + late - song_us)
        stand.stack.handle(InputEvent(stamp, device, control, 1.0))
        stand.stack.handle(InputEvent(stamp + 60_000, device, control, 0.0))


@pytest.mark.parametrize("late_us", [20_000, -35_000, 0, 180_000])
@pytest.mark.parametrize("what", ["audio", "input"])
def test_taps_at_a_known_lateness_set_that_offset(stand: Stand, what: str, late_us: int) -> None:
    scene = begun(stand, what)
    tap_late(stand, [late_us] * TAPS_WANTED)
    assert scene.result.steady
    assert scene.result.offset_us == pytest.approx(late_us, abs=500)
    key(stand, "return")
    assert len(stand.stack) == 0
    settings = stand.profile.settings
    offsets = {"audio": settings.sound.audio_offset_us, "input": settings.input.input_offset_us}
    assert offsets.pop(what) == pytest.approx(late_us, abs=500)
    assert list(offsets.values()) == [0]


def test_the_eye_is_measured_by_the_time_that_play_draws_by(stand: Stand) -> None:
    """Sound heard 80 ms late moves picture and sound alike; what remains is the hands' own lateness."""
    stand.profile.set("sound.audio_offset_us", 80_000)
    scene = begun(stand, "input")
    tap_late(stand, [80_000 + 15_000] * TAPS_WANTED)
    assert scene.result.offset_us == pytest.approx(15_000, abs=500)


def test_by_eye_and_then_by_ear_taps_to_either_are_judged_exact(stand: Stand) -> None:
    sound_late_us, picture_late_us, stamp_late_us = 90_000, 25_000, 12_000
    begun(stand, "input")
    tap_late(stand, [picture_late_us + stamp_late_us] * TAPS_WANTED)
    key(stand, "return")
    begun(stand, "audio")
    tap_late(stand, [sound_late_us + stamp_late_us] * TAPS_WANTED)
    key(stand, "return")
    settings = stand.profile.settings
    audio_us, input_us = settings.sound.audio_offset_us, settings.input.input_offset_us
    # As the play scene judges: clock less both offsets.
    to_sound = sound_late_us + stamp_late_us - audio_us - input_us
    to_sight = audio_us + picture_late_us + stamp_late_us - audio_us - input_us
    assert (abs(to_sound), abs(to_sight)) < (1_000, 1_000)
    # And a note crosses the line on the screen when its sound is heard.
    assert audio_us + picture_late_us == pytest.approx(sound_late_us, abs=1_000)


def test_a_gamepad_taps_and_with_its_start_button_presses_what_its_cross_has_chosen(stand: Stand) -> None:
    def pad(control: str) -> None:
        for value in (1.0, 0.0):
            stand.stack.handle(InputEvent(now_us(), "pad:1", control, value))

    scene = begun(stand, "audio")
    tap_late(stand, [30_000] * TAPS_WANTED, device="pad:1", control="button:0")
    assert scene.result.steady
    pad("hat:0:down")
    pad("button:7")
    assert scene.result.count == 0
    tap_late(stand, [30_000] * TAPS_WANTED, device="pad:1", control="button:0")
    pad("hat:0:up")
    pad("button:7")
    assert stand.profile.settings.sound.audio_offset_us == pytest.approx(30_000, abs=500)
    assert len(stand.stack) == 0
    begun(stand, "audio")
    pad("hat:0:up")
    pad("button:7")
    assert len(stand.stack) == 0


def test_unsteady_taps_are_never_applied(stand: Stand) -> None:
    scene = begun(stand, "audio")
    tap_late(stand, [60_000 * (-1) ** place for place in range(TAPS_WANTED + 4)])
    assert scene.result.enough
    assert not scene.result.steady
    key(stand, "return")
    assert stand.stack.top is scene
    assert stand.profile.settings.sound.audio_offset_us == 0


def test_too_few_taps_are_not_applied(stand: Stand) -> None:
    scene = begun(stand, "audio")
    tap_late(stand, [30_000] * (TAPS_WANTED - 1))
    key(stand, "return")
    assert stand.stack.top is scene
    assert stand.profile.settings.sound.audio_offset_us == 0


def test_leaving_sets_nothing(stand: Stand) -> None:
    begun(stand, "audio")
    tap_late(stand, [30_000] * TAPS_WANTED)
    key(stand, "escape")
    assert len(stand.stack) == 0
    assert stand.profile.settings.sound.audio_offset_us == 0


def test_starting_over_forgets_every_tap(stand: Stand) -> None:
    scene = begun(stand, "input")
    tap_late(stand, [90_000] * 9)
    key(stand, "backspace")
    assert (scene.result.count, len(scene.result.errors_us)) == (0, 0)
    tap_late(stand, [10_000] * TAPS_WANTED)
    assert scene.result.offset_us == pytest.approx(10_000, abs=500)


def test_an_offset_goes_back_to_nothing_by_one_key(stand: Stand) -> None:
    stand.profile.set("input.input_offset_us", 44_000)
    begun(stand, "input")
    key(stand, "delete")
    assert stand.profile.settings.input.input_offset_us == 0


@pytest.mark.parametrize(
    ("device", "control"), [("keyboard", "key:space"), ("midi:Pad", "note:36"), ("gamepad:One", "button:0")]
)
def test_any_device_taps(stand: Stand, device: str, control: str) -> None:
    scene = begun(stand, "audio")
    tap_late(stand, [25_000] * TAPS_WANTED, device=device, control=control)
    assert scene.result.steady


def test_the_mouse_does_not_tap(stand: Stand) -> None:
    scene = begun(stand, "audio")
    for _ in range(3):
        stand.stack.handle(InputEvent(now_us(), "mouse", "button:left", 1.0))
        stand.stack.handle(InputEvent(now_us(), "mouse", "button:left", 0.0))
    assert len(scene.result.errors_us) == 0


def test_taps_left_out_are_said_with_their_reason(stand: Stand) -> None:
    scene = begun(stand, "audio")
    late = [5_000] * TAPS_WANTED
    late[9] = 290_000
    late[12] = 120_000
    tap_late(stand, late)
    assert left_out_words(scene.result) == "Left out: 1 between two beats, 1 far from the others."


def test_an_early_player_gets_an_offset_below_nothing(stand: Stand) -> None:
    scene = begun(stand, "audio")
    scatter = np.random.default_rng(5).normal(-18_000, 6_000, TAPS_WANTED + 8)
    tap_late(stand, [int(one) for one in scatter])
    assert scene.result.steady
    assert scene.result.offset_us == pytest.approx(-18_000, abs=5_000)


@pytest.mark.parametrize(("value_us", "words"), [(0, "0 ms"), (20_400, "+20 ms"), (-7_600, "−8 ms"), (400, "0 ms")])
def test_offsets_are_read_with_their_sign(value_us: int, words: str) -> None:
    assert words_ms(value_us) == words


def test_there_are_two_calibrations(stand: Stand) -> None:
    with pytest.raises(ValueError, match="audio or input"):
        CalibrateScene(stand.context, Calibrate("nose"))


@pytest.mark.parametrize("scale", [0.75, 1.0, 2.0])
@pytest.mark.parametrize("what", ["audio", "input"])
def test_both_can_be_drawn_at_every_text_size(stand: Stand, what: str, scale: float) -> None:
    stand.window.text_scale = scale
    try:
        begun(stand, what)
        tap_late(stand, [10_000 * place for place in range(TAPS_WANTED + 4)])
        stand.loop.draw(now_us())
        stand.loop.draw(now_us())
        assert stand.window.picture().std() > 3
    finally:
        stand.window.text_scale = 1.0
