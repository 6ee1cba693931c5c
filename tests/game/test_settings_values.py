"""What settings take, and how they come back from the log of another version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from game.hands.bindings import default_layout, with_control
from game.profile import Profile
from game.scenes.settings_changes import plain
from game.settings import PALETTES, SettingChanged, Settings, changed, fold

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=True),
    st.text(max_size=20),
    st.lists(st.lists(st.text(max_size=5), max_size=3), max_size=5),
    st.dictionaries(st.text(max_size=3), st.lists(st.lists(st.text(max_size=5), max_size=3), max_size=5), max_size=3),
)
PATHS = [f"{group}.{name}" for group in Settings.model_fields for name in type(getattr(Settings(), group)).model_fields]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("playfield.scroll_ms", 149),
        ("playfield.scroll_ms", 3001),
        ("playfield.palette", "grey"),
        ("playfield.rules", "whack-a-mole"),
        ("sound.audio_offset_us", 500_001),
        ("sound.device", "x" * 301),
        ("screen.text_scale", 201),
        ("input.layouts", {"4": [["a"], ["b"], ["c"]]}),
        ("input.layouts", {"2": [["a"], ["a"]]}),
        ("input.layouts", {"19": [["a"]] * 19}),
    ],
)
def test_what_a_setting_does_not_take_is_refused_in_a_sentence_and_skipped_in_a_log(path: str, value: Any) -> None:
    with pytest.raises(UserError, match=path.replace(".", r"\.")) as refused:
        changed(Settings(), path, value)
    assert "\n" not in str(refused.value)
    assert fold(Settings(), SettingChanged(path, value)) == Settings()


@pytest.mark.parametrize("path", ["", "playfield", "playfield.", "playfield.speed", "nothing.scroll_ms", "a.b.c"])
def test_there_are_only_the_settings_there_are(path: str) -> None:
    with pytest.raises(UserError, match="no setting"):
        changed(Settings(), path, 1)


@given(st.sampled_from(PATHS), VALUES)
def test_whatever_a_log_says_settings_come_out_whole(path: str, value: Any) -> None:
    settings = fold(Settings(), SettingChanged(path, value))
    assert Settings.model_validate(settings.model_dump()) == settings


def test_nothing_as_a_value_is_the_default() -> None:
    for palette in PALETTES:
        assert changed(changed(Settings(), "playfield.palette", palette), "playfield.palette", None) == Settings()


def test_layouts_live_through_the_log_with_their_lane_counts(tmp_path: Path) -> None:
    mine = with_control(default_layout(4), 0, "midi:Pad/note:36")
    with Profile.open(tmp_path) as profile:
        profile.set("input.layouts", plain({4: mine, 18: default_layout(18)}))
        assert profile.settings.layout(4) == mine
    with Profile.open(tmp_path) as again:
        assert again.settings.layout(4) == mine
        assert again.settings.layout(5) == default_layout(5)
