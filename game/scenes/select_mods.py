"""The mods panel of song select: everything that can be changed about a chart before it is played."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from imgui_bundle import imgui

from engine.draw import icons, theme, widgets
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from game.rhythm.entries import ChartEntry
from game.rhythm.mods import MAX_LANE_COVER, MAX_RATE_PERCENT, MIN_RATE_PERCENT, UNRANKED, Mods, Section, ranked
from game.scenes.menu_keys import PAD_X, PAD_Y
from game.scenes.picker import Overlay
from game.scenes.select_state import clock, tempo

TWO_COLUMNS = 700.0
"""From this width on the mods stand in two columns."""

SECTION_LEAST_US = 1_000_000
"""A practice section is at least this long."""

SEEDS = 1_000_000
REASONS = {
    "random_seed": "shuffled lanes",
    "no_holds": "no holds",
    "no_fail": "it cannot fail",
    "autoplay": "the game plays",
    "section": "only a section",
}


def ranked_words(mods: Mods) -> str:
    """Whether ``mods`` count on the leaderboard, and if not, why."""
    if ranked(mods):
        return "Ranked: counts on the leaderboard of its speed"
    why = [REASONS[name] for name in UNRANKED if getattr(mods, name) not in (None, False)]
    return "Not ranked: " + ", ".join(why)


class ModsPanel(Overlay):
    """Shows and changes the mods; every change is told to ``change`` at once."""

    title = "Mods"
    width = 880.0
    height = 672.0

    def __init__(self, mods: Mods, change: Callable[[Mods], None], entry: ChartEntry | None) -> None:
        super().__init__()
        self.mods = mods
        self._change = change
        self._entry = entry
        self._goto = ""

    def key(self, control: str) -> bool:
        """Tab (X of a gamepad) closes as it opened; Backspace (Y) takes every mod away."""
        if control in ("key:tab", PAD_X):
            self.leave()
        elif control in ("key:backspace", PAD_Y):
            self._take(Mods())
        else:
            return False
        return True

    def _take(self, mods: Mods) -> None:
        if mods != self.mods:
            self.mods = mods
            self._change(mods)

    def _set(self, **changes: Any) -> None:
        """Set mods; of two that contradict each other the newer one holds."""
        for one, other in (("hidden", "fade_in"), ("no_fail", "sudden_death")):
            if changes.get(one):
                changes[other] = False
            elif changes.get(other):
                changes[one] = False
        self._take(replace(self.mods, **changes))

    def content(self, frame: Frame) -> None:
        """Two columns, or one below the other in a narrow window, and a line that sums up."""
        foot = px(64)
        imgui.push_style_var(imgui.StyleVar_.item_spacing.value, Vec(px(12), px(3)))
        imgui.push_style_var(imgui.StyleVar_.window_padding.value, Vec(px(6), px(6)))
        room = imgui.get_content_region_avail()
        height = max(room.y - foot, px(80))
        padded = imgui.ChildFlags_.always_use_window_padding.value
        if room.x >= px(TWO_COLUMNS):
            gap = px(32)
            half = (room.x - gap) / 2
            imgui.begin_child("left", Vec(half, height), padded)
            self._speed_and_notes()
            imgui.end_child()
            imgui.same_line(0, gap)
            imgui.begin_child("right", Vec(half, height), padded)
            self._sight_and_play()
            imgui.end_child()
        else:
            imgui.begin_child("all", Vec(0, height), padded)
            self._speed_and_notes()
            self._sight_and_play()
            imgui.end_child()
        imgui.pop_style_var(2)
        self._foot()

    def _speed_and_notes(self) -> None:
        mods = self.mods
        widgets.section("Speed")
        self.focus_here(True)
        self._land_on("first")
        bpm = tempo(self._entry, mods.rate) if self._entry is not None else ""
        shown = f"{mods.rate:.2f}×" + (f"   {bpm}" if bpm else "")
        changed, percent = widgets.slider(
            "Rate", mods.rate_percent, MIN_RATE_PERCENT, MAX_RATE_PERCENT, step=5, shown=shown
        )
        if changed:
            self._set(rate_percent=round(percent / 5) * 5)
        self._switch("Keep the pitch", "keep_pitch", "the music keeps its key at other speeds")
        widgets.section("Practice", clock(self._entry.length_us) if self._entry is not None else "")
        self._practice()
        widgets.section("Notes")
        self._switch("Mirror", "mirror", "left and right change places")
        self._random()
        self._switch("No holds", "no_holds", "a tap wherever a hold begins")
        self._switch("Constant scroll", "constant_scroll", "no changes of speed")
        self._leap(imgui.Key.down_arrow, "second")

    def _sight_and_play(self) -> None:
        mods = self.mods
        widgets.section("Sight")
        self._land_on("second")
        self._switch("Hidden", "hidden", "notes fade out on their way")
        self._leap(imgui.Key.up_arrow, "last of first")
        self._switch("Fade in", "fade_in", "notes appear late")
        shown = f"{round(mods.lane_cover * 100)} %" if mods.lane_cover else "none"
        changed, cover = widgets.slider(
            "Lane cover", round(mods.lane_cover * 100), 0, MAX_LANE_COVER * 100, step=5, shown=shown
        )
        if changed:
            self._set(lane_cover=min(round(cover / 5) * 5 / 100, MAX_LANE_COVER))
        widgets.section("Play")
        self._switch("No fail", "no_fail", "the song goes on whatever happens")
        self._switch("Sudden death", "sudden_death", "the first miss ends it")
        self._switch("Autoplay", "autoplay", "watch it played without a mistake")
        self._switch("Metronome", "metronome", "a tick on every beat")

    def _switch(self, words: str, name: str, note: str) -> None:
        changed, on = widgets.toggle(words, bool(getattr(self.mods, name)), note=note)
        if changed:
            self._set(**{name: on})

    def _random(self) -> None:
        seed = self.mods.random_seed
        note = "the lanes change places" if seed is None else f"seed {seed}"
        changed, on = widgets.toggle("Random", seed is not None, note=note)
        if changed:
            self._set(random_seed=random.randrange(SEEDS) if on else None)
        if seed is not None and widgets.small_button("Another shuffle", icon=icons.DICE):
            self._set(random_seed=random.randrange(SEEDS))

    def _practice(self) -> None:
        section = self.mods.section
        length_us = self._entry.length_us if self._entry is not None else 0
        note = "from here to there, again and again" if section is None else "or mark it on the notes of the song"
        changed, on = widgets.toggle("Only a section", section is not None, note=note)
        if changed:
            self._set(section=Section(0, max(length_us // 4, SECTION_LEAST_US)) if on else None)
        section = self.mods.section
        if section is None:
            return
        most_s = max(length_us // 1_000_000, 2)
        start_s = section.start_us // 1_000_000
        end_s = (section.end_us if section.end_us is not None else length_us) // 1_000_000
        moved, start = widgets.slider("From", start_s, 0, most_s - 1, step=1, shown=clock(section.start_us))
        shown = clock(section.end_us if section.end_us is not None else length_us)
        ended, end = widgets.slider("To", end_s, 1, most_s, step=1, shown=shown)
        looped, loop = widgets.toggle("Again and again", section.loop)
        if moved or ended or looped:
            start_us = round(start) * 1_000_000 if moved else section.start_us
            end_us = round(end) * 1_000_000 if ended else max(end_s * 1_000_000, 1)
            if end_us - start_us < SECTION_LEAST_US:
                start_us, end_us = (
                    (start_us, start_us + SECTION_LEAST_US) if moved else (end_us - SECTION_LEAST_US, end_us)
                )
            self._set(section=Section(max(0, start_us), max(end_us, SECTION_LEAST_US), loop))

    def _foot(self) -> None:
        widgets.space(4)
        at = imgui.get_cursor_pos()
        if widgets.small_button("Done", icon=icons.CHECK):
            self.leave()
        imgui.same_line(0, px(8))
        if widgets.small_button("Clear all", icon=icons.RETRY, mark=theme.MAGENTA):
            self._take(Mods())
        imgui.set_cursor_pos(Vec(at.x + px(230), at.y - px(4)))
        imgui.begin_group()
        mark = theme.CYAN if ranked(self.mods) else theme.AMBER
        widgets.text(self.mods.label or "As written", theme.TEXT_BODY, theme.INK, Weight.BOLD)
        imgui.set_cursor_pos(Vec(at.x + px(230), at.y + px(20)))
        widgets.text(ranked_words(self.mods), theme.TEXT_SMALL, theme.tone(mark))
        imgui.end_group()

    def _leap(self, key: imgui.Key, place: str) -> None:
        """From the widget just drawn, ``key`` leads to the other column."""
        if imgui.is_item_focused() and imgui.is_key_pressed(key):
            self._goto = place

    def _land_on(self, place: str) -> None:
        if self._goto == place:
            self._goto = ""
            imgui.set_keyboard_focus_here()
            imgui.set_nav_cursor_visible(True)
