from __future__ import annotations

import numpy as np
import pytest

from engine.clock import now_us
from engine.sound import Sound
from game.rhythm.chart import Chart, NoteKind, make_notes
from game.rhythm.songs import ReadySong
from game.scenes.stage import Stage
from tests.rig.pulse import until


@pytest.mark.parametrize("rate", [1.0, 1.5])
@pytest.mark.parametrize("audio_offset_us", [0, 80_000, -30_000])
def test_the_players_song_time_is_zero_at_the_agreed_instant_whatever_their_audio_offset(
    rate: float, audio_offset_us: int
) -> None:
    with Sound.silent() as sound:
        song = ReadySong(Chart(4, make_notes([(0, 0, 0, NoteKind.TAP, 0)])), np.zeros((sound.rate_hz, 2), np.float32))
        stage = Stage(sound, song, rate, audio_offset_us)
        t0_us = now_us() + 300_000
        stage.start_together(t0_us)
        assert until(lambda: now_us() > t0_us)
        assert stage.song_us(t0_us) == pytest.approx(0, abs=1000)
        assert stage.song_us(t0_us - 100_000) == pytest.approx(-100_000 * rate, abs=1000)


def test_a_song_that_began_without_this_player_is_joined_where_it_is() -> None:
    with Sound.silent() as sound:
        song = ReadySong(
            Chart(4, make_notes([(0, 0, 0, NoteKind.TAP, 0)])), np.zeros((20 * sound.rate_hz, 2), np.float32)
        )
        stage = Stage(sound, song, 1.0)
        t0_us = now_us() - 5_000_000
        stage.start_together(t0_us)
        assert until(lambda: stage.now_us > 5_050_000)
        later_us = now_us()
        assert stage.song_us(later_us) == pytest.approx(later_us - t0_us, abs=1000)
