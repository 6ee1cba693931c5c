"""The results: what the performance came to, where the hands were, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from imgui_bundle import imgui

from engine.draw import icons, theme, widgets
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.panels import screen
from engine.draw.pen import Vec, px
from engine.errors import UserError
from engine.input.events import Event, InputEvent
from engine.jobs import Job
from engine.scene import Scene
from game.rhythm.board import BoardRow, leaderboard
from game.rhythm.chart import Chart
from game.rhythm.mods import apply_mods
from game.rhythm.performance import Kept, rejudge
from game.rhythm.replay_files import export_replay
from game.rhythm.result import Result, missed_us
from game.rhythm.rules import rule_set
from game.rhythm.songs import read_chart
from game.scenes.context import Context
from game.scenes.graphs import draw_counts, draw_grade, draw_histogram, draw_lanes, draw_timeline
from game.scenes.menu_keys import menu_action, steer
from game.scenes.requests import ChartRef, Play, ShowResults, Watch
from game.scenes.skyline import Skyline

MARGIN = 40.0
HEAD_HEIGHT = 92.0
SIDE_WIDTH = 300.0
FOOT_HEIGHT = 96.0
LEAST_HEIGHT = 500.0
"""Units of the design that the sheet needs; very large text is made as large as still leaves them."""

ICON_WIDTH = 150.0
"""A button narrower than this shows its word only."""

VEIL = 0.82
"""How far the city behind the results lies in the dark."""

FOCUS_FRAMES = 2
"""The widgets need as many frames to set the keyboard on the first button of a screen that has just come up."""

OFFSET_WORTH_US = 1_000
"""A suggested offset smaller than this is not worth a key."""

OFFSET_PRESSES = 30
"""With fewer presses than this there is no suggestion: the median is still wandering."""


class Found:
    """What is shown: the performance, its chart, its result and the best one before it."""

    def __init__(self, row: BoardRow, chart: Chart, kept: Kept, result: Result, best: BoardRow | None) -> None:
        self.row = row
        self.chart = chart
        self.kept = kept
        self.result = result
        self.best = best
        self.missed_us = missed_us(result, apply_mods(chart, row.mods), kept.stopped_us)


class ResultsScene(Scene):
    """One performance of the log, just played or looked up again."""

    def __init__(self, context: Context, request: ShowResults) -> None:
        self._context = context
        self._request = request
        self._found: Found | None = None
        self._job: Job[Found] | None = None
        self._applied = False
        self._skyline = Skyline()
        self._frames = 0
        self._asked = ""

    def on_enter(self) -> None:
        """Read the performance back from the log and judge it, beside the main thread."""
        context, request = self._context, self._request

        def work(job: Job[Found]) -> Found:
            context.profile.writer.flush(5.0)
            return find(context, request.performance_id, request.result)

        self._job = context.jobs.start("reading the performance", work, self._on_found, self._on_missing)
        context.effect("results")

    def on_exit(self) -> bool:
        """Nothing to keep."""
        if self._job is not None:
            self._job.cancel()
        return True

    def _on_found(self, found: Found) -> None:
        self._found = found
        self._do(self._asked)

    def _on_missing(self, error: UserError) -> None:
        self._context.say(str(error))
        self.leave()

    # -- what can be done ----------------------------------------------------------------------------

    def handle(self, event: Event) -> bool:
        """Keys for everything the buttons do; one that comes before the performance is read counts as soon as it is."""
        if not isinstance(event, InputEvent) or not event.pressed:
            return False
        if menu_action(event) == "back":
            self.leave()
            return True
        if steer(event):
            return True
        if self._found is None:
            self._asked = event.control
            return False
        return self._do(event.control)

    def _do(self, control: str) -> bool:
        """Do what the key ``control`` stands for; False when it stands for nothing."""
        actions: dict[str, Callable[[], object]] = {
            "key:r": self._retry,
            "key:w": self._watch,
            "key:g": self._race,
            "key:o": self._apply_offset,
            "key:e": self._export,
        }
        action = actions.get(control)
        if action is None:
            return False
        action()
        return True

    def _retry(self) -> None:
        self._play(ghost="")

    def _race(self) -> None:
        self._play(ghost=self._request.performance_id)

    def _play(self, ghost: str) -> None:
        if self._found is not None:
            row = self._found.row
            ref = ChartRef(row.chart_path, row.chart_index)
            self._context.replace(Play(ref, row.rules, row.mods, ghost))

    def _watch(self) -> None:
        self._context.open(Watch(self._request.performance_id))

    @property
    def _offset_us(self) -> int:
        """What would be added to the player's input offset, 0 when there is nothing to suggest."""
        found = self._found
        if found is None or found.row.player != "user" or found.result.overall.presses < OFFSET_PRESSES:
            return 0
        late_us = -found.result.suggested_offset_us
        return late_us if abs(late_us) >= OFFSET_WORTH_US else 0

    def _apply_offset(self) -> None:
        change = self._offset_us
        if not change or self._applied:
            return
        profile = self._context.profile
        before = profile.settings.input.input_offset_us
        try:
            profile.set("input.input_offset_us", before + change)
        except UserError as error:
            self._context.say(str(error))
            return
        self._applied = True
        self._context.say(f"Input offset is now {(before + change) / 1000:+.1f} ms; settings can put it back")

    def _export(self) -> None:
        found = self._found
        if found is None:
            return
        folder = self._context.profile.folder / "replays"

        def work(job: Job[str]) -> str:
            return str(export_replay(found.kept.replay, found.chart, folder, found.row.id))

        self._context.jobs.start(
            "exporting the replay",
            work,
            lambda path: self._context.say(f"Replay saved: {Path(path).name} in {folder}"),
            lambda error: self._context.say(str(error)),
        )

    # -- drawing -------------------------------------------------------------------------------------

    def draw(self, frame: Frame) -> None:
        """Head, grade and counts at the left, graphs at the right, what to do next at the foot."""
        frame.ground = theme.NIGHT
        self._skyline.draw(frame, veil=VEIL)
        found = self._found
        if found is None:
            return
        bottom, scale = frame.height - frame.px(FOOT_HEIGHT), frame.scale
        frame.scale = min(scale, frame.height / LEAST_HEIGHT)
        self._draw_sheet(frame, found, bottom)
        frame.scale = scale
        self._draw_foot(frame, bottom)

    def _draw_sheet(self, frame: Frame, found: Found, bottom: float) -> None:
        margin, head = frame.px(MARGIN), frame.px(HEAD_HEIGHT)
        self._draw_head(frame, found)
        side = min(frame.px(SIDE_WIDTH), frame.width * 0.26)
        upper = (bottom - head) * 0.56
        draw_grade(frame, margin, head, side, upper, found.result, found.row, found.best)
        below = head + upper + frame.px(8)
        draw_counts(frame, margin, below, side, bottom - below, found.result, self._palette)
        left = margin + side + frame.px(32)
        width = frame.width - left - margin
        height = bottom - head
        gap = frame.px(16)
        half = (width - gap) / 2
        upper = height * 0.46
        draw_histogram(frame, left, head, half, upper - gap, found.result, self._palette)
        draw_lanes(frame, left + half + gap, head, half, upper - gap, found.result, self._palette)
        draw_timeline(
            *(frame, left, head + upper, width, height - upper - gap, found.result, found.chart),
            found.missed_us,
        )

    @property
    def _palette(self) -> str:
        return self._context.profile.settings.playfield.palette

    def _draw_head(self, frame: Frame, found: Found) -> None:
        row, x = found.row, frame.px(MARGIN)
        frame.text(x, frame.px(26), row.title, frame.px(28), theme.INK, weight=Weight.BOLD)
        artist = f"{row.artist}   " if row.artist else ""
        detail = f"{artist}{row.level}   {row.keys}K   {rule_set(row.rules).title}   {row.mods.label}"
        frame.text(x, frame.px(60), detail, frame.px(16), theme.INK_SOFT)
        if said := said_of(row):
            frame.text(frame.width - x, frame.px(36), said, frame.px(18), theme.tone(theme.AMBER), across=1.0)

    def _draw_foot(self, frame: Frame, top: float) -> None:
        buttons: list[tuple[str, str, str, Callable[[], object], theme.Mark]] = [
            ("Again", icons.RETRY, "R", self._retry, theme.CYAN),
            ("Watch", icons.EYE, "W", self._watch, theme.CYAN),
            ("Race it", icons.BOLT, "G", self._race, theme.CYAN),
            ("Export", icons.SAVE, "E", self._export, theme.CYAN),
            ("Back", icons.BACK, "Esc", self.leave, theme.CYAN),
        ]
        if (offset := self._offset_us) and not self._applied:
            buttons.insert(4, (f"{offset / 1000:+.1f} ms", icons.AIM, "O", self._apply_offset, theme.AMBER))
        self._frames += 1
        gap = frame.px(12)
        width = (frame.width - 2 * frame.px(MARGIN) - gap * (len(buttons) - 1)) / len(buttons) / frame.scale
        with screen(frame, "results", padding=0):
            imgui.set_cursor_pos(Vec(frame.px(MARGIN), top + px(16)))
            for place, (label, icon, key, action, mark) in enumerate(buttons):
                if place:
                    imgui.same_line(0, gap)
                elif self._frames <= FOCUS_FRAMES:
                    imgui.set_keyboard_focus_here()
                    imgui.set_nav_cursor_visible(True)
                shown = icon if width >= ICON_WIDTH else ""
                if widgets.big_button(label, icon=shown, note=key, width=width, primary=place == 0, mark=mark):
                    action()


def said_of(row: BoardRow) -> str:
    """A word on performances that are not plain finished ones."""
    words: dict[str, str] = {"failed": "failed", "left": "left early", "playing": "cut off", "imported": "imported"}
    if row.outcome in words:
        return words[row.outcome]
    return {"autoplay": "played by the game", "replay": "played by a replay"}.get(row.player, "")


def find(context: Context, performance_id: str, result: Result | None) -> Found:
    """Everything about a performance of the log; judged anew when ``result`` is not at hand.

    Raises:
        UserError: the performance or its chart is gone.
    """
    from game.rhythm.board import performance

    log = context.profile.log
    row = performance(log, performance_id)
    if row is None:
        raise UserError("this performance is not in the log; it may not have been saved")
    chart = read_chart(row.chart_path, row.chart_index)
    kept = Kept(log.read(row.stream))
    if result is None:
        result = rejudge(chart, kept.replay, upto_us=kept.stopped_us)
    others = leaderboard(log, row.chart_hash, row.rules, row.rate_percent, 2)
    best: Any = next((other for other in others if other.id != row.id), None)
    return Found(row, chart, kept, result, best)
