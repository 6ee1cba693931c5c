"""What stands around the field says each thing once."""

from __future__ import annotations

import numpy as np
import pytest

from engine.window import HeadlessWindow
from game.rhythm.mods import Mods
from game.scenes.hud import chart_words
from game.scenes.playfield import STRIP, Playfield, in_strip
from game.settings import PlayfieldSettings
from tests.rig.scene_game import make_chart


@pytest.mark.parametrize(
    ("level", "keys", "said"),
    [
        ("Hard", 7, "Hard  7K"),
        ("8K", 8, "8K"),
        ("[7K] Oni", 7, "[7K] Oni"),
        ("10 k", 10, "10 k"),
        ("18K", 8, "18K  8K"),
        ("", 4, "4K"),
    ],
)
def test_lanes_are_told_once(level: str, keys: int, said: str) -> None:
    assert chart_words(level, keys) == said


@pytest.mark.parametrize("text_scale", [1.0, 2.0])
@pytest.mark.parametrize("downscroll", [True, False])
def test_the_strip_above_a_wide_field_leaves_room_for_the_bar_of_hit_errors(
    text_scale: float, downscroll: bool
) -> None:
    window = HeadlessWindow((1280, 720))
    window.text_scale = text_scale
    chart = make_chart("Wide", 10)
    field = Playfield(chart, Mods(), PlayfieldSettings(lane_width=120, downscroll=downscroll))
    frame = window.begin_frame()
    assert frame is not None
    field.draw(frame, 0, np.zeros(len(chart.notes), np.uint8), np.zeros(10, bool))
    geometry = field.geometry
    assert in_strip(frame, geometry.left)
    edge = frame.height - geometry.hit_y if downscroll else geometry.hit_y - frame.px(STRIP)
    assert edge == pytest.approx(geometry.behind)
    assert edge >= 80 * geometry.unit
    window.end_frame(frame)
    window.close()
