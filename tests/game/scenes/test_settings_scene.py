"""The settings as a player sets them: by keys, by mouse, live, kept, and taken back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.clock import now_us
from engine.input.events import InputEvent
from engine.sound import Bus
from engine.window import HeadlessWindow
from game.profile import PROFILE_STREAM, Profile
from game.scenes.canvas import Touch
from game.scenes.requests import Calibrate, ShowSettings
from game.scenes.settings import SettingsScene
from game.scenes.settings_preview import FieldPreview, Inset, preview_chart
from game.scenes.settings_sides import TEST_LEVEL, trial
from game.settings import Settings, changed
from tests.rig.stand import Stand

SIZE = (1280, 720)


class Player:
    """Someone at the settings."""

    def __init__(self, stand: Stand, tab: str = "") -> None:
        self.stand = stand
        self.applied = 0
        self.scene = SettingsScene(stand.context, ShowSettings(tab), self._apply)
        stand.show(self.scene)
        self.look()

    def _apply(self) -> None:
        self.applied += 1
        self.stand.window.text_scale = self.stand.profile.settings.screen.text_scale / 100

    @property
    def settings(self) -> Settings:
        return self.stand.profile.settings

    def look(self) -> None:
        """Let a frame be drawn: what is drawn is what can be clicked."""
        self.stand.loop.draw(now_us())

    def tap(self, *names: str) -> None:
        for name in names:
            chord = name.split("+")
            for control, value in [(one, 1.0) for one in chord] + [(one, 0.0) for one in reversed(chord)]:
                self.scene.handle(InputEvent(now_us(), "keyboard", f"key:{control}", value))

    def to(self, title: str) -> None:
        """Go to a line by the down key alone."""
        self.tap("home")
        for _ in range(60):
            if self.scene.chosen == title:
                return
            self.tap("down")
        raise AssertionError(f"no line {title!r} is reached")

    def point(self, name: object) -> tuple[float, float]:
        """Where on the window something answers to the mouse."""
        self.look()
        return place_of(self.scene.touch, name)

    def mouse(self, control: str, value: float) -> None:
        self.scene.handle(InputEvent(now_us(), "mouse", control, value))

    def move(self, x: float, y: float) -> None:
        self.mouse("x", x)
        self.mouse("y", y)

    def click(self, name: object) -> None:
        self.move(*self.point(name))
        self.mouse("button:left", 1.0)
        self.mouse("button:left", 0.0)

    def events(self) -> int:
        """How many events the profile has."""
        assert self.stand.profile.writer.flush(10.0)
        return len(list(self.stand.profile.log.read(PROFILE_STREAM)))


def place_of(touch: Touch, name: object) -> tuple[float, float]:
    """Where ``name`` answers to the mouse."""
    before = touch.x, touch.y
    try:
        for touch.y in np.arange(2.0, SIZE[1], 6.0):
            for touch.x in np.arange(2.0, SIZE[0], 6.0):
                if touch.over() == name:
                    return float(touch.x), float(touch.y)
    finally:
        touch.x, touch.y = before
    raise AssertionError(f"{name!r} cannot be clicked")


def test_tab_goes_through_the_pages_and_back(stand: Stand) -> None:
    player = Player(stand)
    seen = []
    for _ in range(5):
        seen.append(player.scene.tab)
        player.tap("tab")
    assert seen == ["playfield", "sound", "keys", "screen", "playfield"]
    assert player.scene.tab == "sound"
    player.tap("lshift+tab", "lshift+tab")
    assert player.scene.tab == "screen"


@pytest.mark.parametrize("tab", ["playfield", "sound", "keys", "screen"])
def test_a_request_opens_its_page_and_escape_leaves(stand: Stand, tab: str) -> None:
    player = Player(stand, tab)
    assert player.scene.tab == tab
    player.tap("escape")
    assert len(stand.stack) == 0


def test_by_mouse_alone_the_words_at_the_foot_turn_the_page_and_lead_back(stand: Stand) -> None:
    player = Player(stand, "playfield")
    player.click(("hint", "Tab"))
    assert player.scene.tab == "sound"
    player.click(("hint", "Esc"))
    assert len(stand.stack) == 0


def test_every_setting_is_reached_and_changed_by_keys_alone(stand: Stand) -> None:
    player = Player(stand)
    paths = set()
    for tab in ("playfield", "sound", "screen"):
        while player.scene.tab != tab:
            player.tap("tab")
        player.tap("home")
        before = None
        while player.scene.chosen != before:
            before = player.scene.chosen
            old = player.settings
            player.tap("right")
            if player.settings == old:
                player.tap("left")
            for group in ("playfield", "sound", "screen"):
                for name in type(getattr(old, group)).model_fields:
                    if getattr(getattr(old, group), name) != getattr(getattr(player.settings, group), name):
                        paths.add(f"{group}.{name}")
            player.tap("down")
    everything = {
        f"{group}.{name}"
        for group in ("playfield", "sound", "screen")
        for name in type(getattr(Settings(), group)).model_fields
    }
    assert paths == everything - {"sound.device"}  # there is but one where there is no device


def test_what_is_set_is_there_when_the_profile_is_opened_again(stand: Stand, tmp_path: Path) -> None:
    player = Player(stand)
    player.to("Scroll time")
    player.tap("left", "left")
    player.to("Direction")
    player.tap("right")
    player.to("Colours")
    player.tap("right")
    wanted = player.settings
    assert (wanted.playfield.scroll_ms, wanted.playfield.downscroll) == (580, False)
    assert wanted.playfield.palette == "deuteranopia"
    assert stand.profile.writer.flush(10.0)
    with Profile.open(tmp_path / "profile", read_only=True) as again:
        assert again.settings == wanted


def test_a_slider_is_shown_while_it_is_dragged_and_written_once_when_let_go(stand: Stand) -> None:
    player = Player(stand)
    name = ("slider", "playfield.scroll_ms")
    x, y = player.point(name)
    player.move(x + 20, y)
    player.mouse("button:left", 1.0)
    for further in range(30, 120, 6):
        player.move(x + further, y)
        player.look()
    assert player.settings.playfield.scroll_ms == 600
    assert player.events() == 0
    player.mouse("button:left", 0.0)
    assert player.settings.playfield.scroll_ms not in (600, 150)
    assert player.events() == 1
    assert player.applied == 1


def test_a_held_arrow_key_goes_on_and_is_written_once(stand: Stand) -> None:
    player = Player(stand)
    player.to("Lane width")
    stand.hold("right")
    stand.until(lambda: player.scene.shown.playfield.lane_width >= 74, "five steps")
    assert player.settings.playfield.lane_width == 64
    stand.release("right")
    stand.until(lambda: player.settings.playfield.lane_width >= 74, "the value being written")
    assert player.events() == 1


def test_leaving_while_a_key_is_held_keeps_what_was_seen(stand: Stand) -> None:
    player = Player(stand)
    player.to("Spacing")
    player.scene.handle(InputEvent(now_us(), "keyboard", "key:right", 1.0))
    player.tap("escape")
    assert player.settings.playfield.lane_spacing == 5


def test_a_changed_setting_goes_back_to_its_default_by_key_and_by_mouse(stand: Stand) -> None:
    player = Player(stand)
    player.to("Beam")
    player.tap("return")
    assert not player.settings.playfield.beam
    player.tap("backspace")
    assert player.settings.playfield.beam
    player.to("Scroll time")
    player.tap("right")
    player.click(("reset", "playfield.scroll_ms"))
    assert player.settings == Settings()
    with pytest.raises(AssertionError):
        player.point(("reset", "playfield.scroll_ms"))


def test_changes_are_taken_back_one_by_one_wherever_they_were_made(stand: Stand) -> None:
    player = Player(stand)
    player.to("Scroll time")
    player.tap("right", "right")
    player.tap("tab")
    player.to("Music")
    player.tap("left")
    player.tap("tab", "tab")
    player.to("Less motion")
    player.tap("return", "backspace")
    assert player.settings.sound.music == 95
    steps = []
    for _ in range(5):
        player.tap("lctrl+z")
        now = player.settings
        steps.append((now.screen.reduced_motion, now.sound.music, now.playfield.scroll_ms))
    assert steps == [(True, 95, 620), (False, 95, 620), (False, 100, 620), (False, 100, 610), (False, 100, 600)]
    assert player.scene.tab == "playfield"
    assert player.scene.chosen == "Scroll time"
    player.tap("lctrl+z")
    assert "no change" in stand.said[-1]
    assert player.settings == Settings()


def test_undo_is_kept_like_any_change(stand: Stand, tmp_path: Path) -> None:
    player = Player(stand)
    player.to("Line position")
    player.tap("right", "lctrl+z")
    assert player.events() == 2
    with Profile.open(tmp_path / "profile", read_only=True) as again:
        assert again.settings == Settings()


def test_switches_choices_and_tabs_answer_the_mouse(stand: Stand) -> None:
    player = Player(stand)
    player.click(("switch", "playfield.scroll_changes"))
    player.click(("part", "playfield.downscroll", 1))
    assert not player.settings.playfield.scroll_changes
    assert not player.settings.playfield.downscroll
    player.click(("tab", "screen"))
    assert player.scene.tab == "screen"
    player.click(("switch", "screen.reduced_motion"))
    assert player.settings.screen.reduced_motion


def test_the_wheel_scrolls_to_lines_below_and_the_pointer_chooses_them(stand: Stand) -> None:
    player = Player(stand)
    with pytest.raises(AssertionError):
        player.point(("switch", "playfield.error_bar"))
    for _ in range(6):
        player.mouse("wheel:y", -1.0)
    for _ in range(30):
        player.look()
    player.move(*player.point(("switch", "playfield.error_bar")))
    assert player.scene.chosen == "Error bar"


def test_the_preview_follows_the_field_while_it_is_set(stand: Stand) -> None:
    player = Player(stand)
    player.look()
    low = player.scene.preview.hit_y
    player.to("Direction")
    player.tap("right")
    stand.until(lambda: player.scene.preview.hit_y < low / 2, "the line on the other side")
    player.to("Line position")
    high = player.scene.preview.hit_y
    player.scene.handle(InputEvent(now_us(), "keyboard", "key:right", 1.0))  # held: only being tried
    stand.until(lambda: player.scene.preview.hit_y > high, "the line further in")
    assert player.settings.playfield.hit_position == 110


def played(preview: FieldPreview) -> int:
    preview.step()
    return preview.judged


def test_the_preview_plays_itself_and_begins_again(stand: Stand) -> None:
    preview = FieldPreview(Settings(), keys=2)
    stand.until(lambda: played(preview) > 2, "notes being hit")
    before = preview.judged
    preview.follow(changed(Settings(), "playfield.rules", "o2jam"), 2)
    assert preview.judged < before


def test_an_inset_draws_nothing_outside_itself(window: HeadlessWindow) -> None:
    frame = window.begin_frame()
    assert frame is not None
    frame.ground = 0xFF000000
    inset = Inset(frame, 100, 50, 200, 120, 0.5)
    with inset.drawing():
        inset.shapes.rect(-500, -500, 2000, 2000, 0xFF0000FF)
        inset.shapes.clip = (10, 10, 20, 20)
        inset.shapes.rect(0, 0, 200, 120, 0xFF00FF00)
        inset.text(150, 60, "far too long to fit into it", 20.0)
    window.end_frame(frame)
    picture = window.picture().astype(int)
    inside = np.zeros(picture.shape[:2], np.bool_)
    inside[50:170, 100:300] = True
    assert picture[~inside].sum() == 0
    assert (picture[inside].sum(axis=1) > 100).all()
    green = (picture[..., 1] > 200) & (picture[..., 0] < 50)
    assert np.argwhere(green).min(axis=0).tolist() == [60, 110]
    assert np.argwhere(green).max(axis=0).tolist() == [69, 119]


def test_text_scale_takes_hold_at_once(stand: Stand) -> None:
    player = Player(stand, "screen")
    player.to("Text size")
    player.tap("right", "right")
    assert stand.window.text_scale == 1.10


def test_a_volume_can_be_heard_and_the_calibrations_are_a_key_away(stand: Stand) -> None:
    player = Player(stand, "sound")
    for title in ("Everything", "Music", "Keys", "Effects"):
        player.to(title)
        player.tap("return")
    stand.until(lambda: stand.sound.status().voices > 0, "a sound")
    player.to("Set it by ear")
    player.tap("return")
    assert stand.opened == [Calibrate("audio")]


@pytest.mark.parametrize("bus", list(Bus))
def test_test_sounds_are_audible_and_do_not_clip(bus: Bus) -> None:
    frames = trial(bus, 48_000)
    assert frames.dtype == np.float32
    assert frames.shape[1] == 2
    assert np.abs(frames).max() == pytest.approx(TEST_LEVEL, rel=1e-3)
    assert 0.1 < len(frames) / 48_000 < 2.5


def test_coming_back_from_a_calibration_shows_what_it_set(stand: Stand) -> None:
    player = Player(stand, "sound")
    stand.profile.set("sound.audio_offset_us", 31_000)
    player.scene.on_resume(True)
    assert player.scene.shown.sound.audio_offset_us == 31_000
    player.to("Audio offset")
    player.tap("right")
    assert player.settings.sound.audio_offset_us == 32_000


@pytest.mark.parametrize("keys", range(1, 19))
def test_the_preview_has_notes_for_every_lane_and_no_two_at_one_place(keys: int) -> None:
    notes = preview_chart(keys).notes
    assert set(notes["lane"].tolist()) == set(range(keys))
    places = list(zip(notes["at_us"].tolist(), notes["lane"].tolist(), strict=True))
    assert len(places) == len(set(places))


@pytest.mark.parametrize("scale", [75, 100, 150, 200])
@pytest.mark.parametrize("tab", ["playfield", "sound", "keys", "screen"])
def test_every_page_can_be_drawn_at_every_text_size(stand: Stand, tab: str, scale: int) -> None:
    stand.profile.set("screen.text_scale", scale)
    stand.window.text_scale = scale / 100
    player = Player(stand, tab)
    stand.once()
    player.look()
    assert stand.window.picture().std() > 3
