"""Song select: the library at the left, the song that is chosen at the right, its music underneath."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.clock import now_us
from engine.draw import theme
from engine.draw.colour import rgb, with_alpha
from engine.draw.frame import Frame
from engine.input.events import Event, InputEvent, WindowChange, WindowEvent
from engine.scene import Scene
from game.rhythm.board import BoardRow, best_grades, leaderboard, performances_of
from game.rhythm.entries import ChartEntry
from game.rhythm.mods import MAX_RATE_PERCENT, MIN_RATE_PERCENT, RATE_STEP_PERCENT, Mods, Section
from game.rhythm.rules import RULE_SETS, rule_set
from game.scenes.canvas import Touch
from game.scenes.collection import Collection
from game.scenes.context import Context
from game.scenes.picker import Option, Picker
from game.scenes.preview import Preview
from game.scenes.requests import ChartRef, Play, SelectSong, ShowSettings, ShowTitle, Watch
from game.scenes.select_board import Racing, board_panel
from game.scenes.select_details import Details
from game.scenes.select_frame import GROUP_WORDS, SORT_WORDS, SelectFrame
from game.scenes.select_keys import SelectKeys
from game.scenes.select_list import Best, SongList
from game.scenes.select_mods import ModsPanel
from game.scenes.select_overlays import HelpPanel, ProblemsPanel
from game.scenes.select_panel import Shown, SongPanel
from game.scenes.select_search import SearchField
from game.scenes.select_state import Choices, like
from game.scenes.select_strip import Strip
from game.scenes.skyline import Skyline
from game.scenes.tuning import Tuning

BOARD_AGAIN_US = (300_000, 1_200_000)
"""After a performance the log's writer may be a moment behind: the board is read again this much later."""

TITLES = {name: rule_set(name).title for name in RULE_SETS}
VEIL = 0.46
PICTURE_LIGHT = 0.27


class SelectScene(Scene):
    """Choose a song, a chart, how to play it; everything by keyboard alone and by mouse alone."""

    word = ""
    """What is done with the chart that is chosen, where it is not played."""

    def __init__(self, context: Context, request: SelectSong) -> None:
        self._context = context
        self._choices = Choices.of(context)
        if request.chart_hash:
            self._choices.chart_hash = request.chart_hash
        self._collection = Collection.of(context)
        self._preview = Preview.of(context)
        self._details = Details(context)
        self._touch = Touch()
        self._list = SongList()
        self._search = SearchField(self._choices.search, self._searched, self._pressed)
        self._strip = Strip(self._touch, self._details, self._mark)
        self._panel = SongPanel(self._touch, self._details, self._strip, self)
        self._frame = SelectFrame(context, self._touch, self)
        self._skyline = Skyline()
        self._racing = Racing(context, self._choices)
        self._tuning = Tuning(context)
        self._chart: ChartEntry | None = None
        self._model: ChartEntry | None = None
        self._best: Best = {}
        self._board: list[BoardRow] = []
        self._others = False
        self._charts = 0
        self._seen = -1
        self._again_us: list[int] = []
        self._keys = SelectKeys(self, self._search, self._tuning)

    # -- the list ------------------------------------------------------------------------------------

    @property
    def choices(self) -> Choices:
        """What the player has chosen so far."""
        return self._choices

    @property
    def chart(self) -> ChartEntry | None:
        """The chart that Enter plays."""
        return self._chart

    @property
    def songs(self) -> SongList:
        """The list as it is shown."""
        return self._list

    @property
    def board(self) -> list[BoardRow]:
        """The leaderboard of the chart, rule set and rate that are chosen."""
        return self._board

    @property
    def counts(self) -> tuple[int, int]:
        """How many songs and charts the list shows."""
        return len(self._list.songs), self._charts

    def on_enter(self) -> None:
        """Show the library as it is and look for what is new."""
        self._model = self._context.library.by_hash(self._choices.chart_hash)
        if self._model is not None and not self._finds(self._model):
            self._search.text = self._choices.search = ""
        self._load_grades()
        self._follow_arrivals()
        self._show()
        self._collection.look_once()

    def _finds(self, entry: ChartEntry) -> bool:
        groups = self._context.library.songs(self._choices.search)
        return any(entry.hash == other.hash for group in groups for other in group.entries)

    def _show(self) -> None:
        """Search, sort and group anew."""
        choices = self._choices
        groups = self._context.library.songs(choices.search, choices.sort, choices.group, choices.descending)
        self._charts = sum(len(group.entries) for group in groups)
        self._list.show(groups, choices.chart_hash)
        self._seen = self._collection.version
        self._settle()

    def _settle(self) -> None:
        """The song may be another one: choose the chart of it that is most like the last."""
        song = self._list.song
        if song is None:
            self._take(None)
        else:
            self._take(like(song.charts, self._model))

    def _take(self, entry: ChartEntry | None) -> None:
        """Choose a chart (None: there is none)."""
        before = self._chart
        self._chart = entry
        if entry is not None:
            self._model = entry
            self._choices.chart_hash = entry.hash
        if before is None or entry is None or before.hash != entry.hash:
            self._choices.ghost = ""
            if before is not None and entry is not None and before.song != entry.song:
                self._choices.mods = replace(self._choices.mods, section=None)
            self._load_board()
        self._preview.want(entry)
        self._details.want(entry)

    def _load_board(self) -> None:
        if self._chart is None:
            self._board, self._others = [], False
            return
        choices, log = self._choices, self._context.profile.log
        self._others = bool(performances_of(log, self._chart.hash, 1))
        self._board = leaderboard(log, self._chart.hash, choices.rules, choices.mods.rate_percent)

    def _load_grades(self) -> None:
        self._best = best_grades(self._context.profile.log, self._choices.rules)

    # -- what the player does ------------------------------------------------------------------------

    def handle(self, event: Event) -> bool:
        """Keys, mouse, and what is dropped onto the window."""
        if isinstance(event, WindowEvent):
            if event.change is WindowChange.FILE_DROPPED and event.path:
                self._collection.add(event.path)
                return True
            if event.change is WindowChange.FOCUS_LOST:
                self._keys.forget()
            return False
        if not isinstance(event, InputEvent):
            return False
        if event.device == "mouse":
            return self._handle_mouse(event)
        return self._keys.handle(event)

    def _pressed(self, control: str) -> bool:
        """A key of the list was pressed while the search is written in."""
        return self._keys.press(control)

    def _handle_mouse(self, event: InputEvent) -> bool:
        if self._touch.handle(event):
            return True
        if event.control == "wheel:y":
            if self._frame.over_panel(self._touch.x):
                self.step_chart(-1 if event.value > 0 else 1)
            else:
                self._list.scroll(event.value)
            return True
        return False

    def _searched(self, text: str) -> None:
        self._choices.search = text
        self._show()

    def look(self) -> None:
        """Look for new songs."""
        self._collection.look()

    def step_rate(self, by: int) -> None:
        """So many steps faster."""
        percent = self._choices.mods.rate_percent + by * RATE_STEP_PERCENT
        percent = min(max(percent, MIN_RATE_PERCENT), MAX_RATE_PERCENT)
        self._take_mods(replace(self._choices.mods, rate_percent=percent))

    def move_pages(self, by: int) -> None:
        """So many pages on."""
        self.move(by * self._list.page())

    def to_end(self, *, last: bool) -> None:
        """To the first or the last song."""
        self._choose(len(self._list.songs) - 1 if last else 0)

    def move(self, by: int) -> None:
        """So many songs on."""
        last = len(self._list.songs) - 1
        at = self._list.at + by
        # A step goes round the end; a page stops there.
        self._choose(at if abs(by) == 1 else min(max(at, 0), last))

    def _choose(self, place: int) -> None:
        if self._list.songs:
            self._context.effect("menu_move")
            self._list.choose(place)
            self._settle()

    def press_song(self, place: int) -> None:
        """A song was clicked: choose it, or play it when it is chosen already."""
        if place == self._list.at:
            self.play()
        else:
            self._choose(place)

    def step_chart(self, by: int) -> None:
        """The next harder (or easier) chart of the song."""
        song = self._list.song
        if song is None or self._chart is None:
            return
        at = next((i for i, entry in enumerate(song.charts) if entry.hash == self._chart.hash), 0)
        place = min(max(at + by, 0), len(song.charts) - 1)
        if place != at:
            self._context.effect("menu_move")
            self._take(song.charts[place])

    def choose_chart(self, place: int) -> None:
        """A chart was clicked: choose it, or play it when it is chosen already."""
        song = self._list.song
        if song is None or self._chart is None:
            return
        if song.charts[place].hash == self._chart.hash:
            self.play()
        else:
            self._take(song.charts[place])

    def choose_random(self) -> None:
        """Choose a song by chance, another one than now if there is one."""
        count = len(self._list.songs)
        if count > 1:
            self._choose((self._list.at + random.randrange(1, count)) % count)

    def play(self) -> None:
        """Play the chart that is chosen."""
        if self._chart is None:
            return
        self._context.effect("menu_select")
        self._go_quiet()
        chart, choices = ChartRef(self._chart.path, self._chart.chart_index), self._choices
        self._context.open(Play(chart, choices.rules, choices.mods, choices.ghost))

    def back(self) -> None:
        """Clear the search; without one, back to the title."""
        if self._search.text or self._search.active:
            self._search.clear()
        elif len(self.stack) > 1:
            self.leave()
        else:
            self._context.replace(ShowTitle())

    def _go_quiet(self) -> None:
        self._preview.stop()
        self._collection.pause()
        self._keys.forget()

    # -- panels over the scene -----------------------------------------------------------------------

    def open_mods(self) -> None:
        """Show the mods."""
        self._push(ModsPanel(self._choices.mods, self._take_mods, self._chart))

    def _take_mods(self, mods: Mods) -> None:
        before, self._choices.mods = self._choices.mods, mods
        if mods.rate_percent != before.rate_percent:
            self._choices.ghost = ""
            self._load_board()

    def _mark(self, section: Section | None) -> None:
        self._take_mods(replace(self._choices.mods, section=section))

    def open_rules(self) -> None:
        """Ask for the rule set."""
        options = [Option(name, title) for name, title in TITLES.items()]
        self._push(Picker("Rule set", options, self._choices.rules, "Windows, points, grades and health."))

    def open_sorts(self) -> None:
        """Ask for the order of the list."""
        note = "Choose the present one again to turn it round."
        options = [
            Option(name, words, "reversed" if name == self._choices.sort and self._choices.descending else "")
            for name, words in SORT_WORDS.items()
        ]
        self._push(Picker("Sort by", options, self._choices.sort, note))

    def open_groups(self) -> None:
        """Ask how the list is grouped."""
        options = [Option(f"group {name}", words) for name, words in GROUP_WORDS.items()]
        self._push(Picker("Group by", options, f"group {self._choices.group}"))

    def open_board(self, chosen: str = "") -> None:
        """Show the leaderboard and every performance, with the one ``chosen`` open."""
        if self._chart is None:
            return
        self._push(board_panel(self._context, self._chart, self._choices, self._board, chosen))

    def open_help(self) -> None:
        """Show the keys."""
        self._push(HelpPanel())

    def open_settings(self) -> None:
        """Show the settings."""
        self._go_quiet()
        self._context.open(ShowSettings())

    def open_problems(self) -> None:
        """Show what could not be read."""
        library = self._context.library
        self._push(ProblemsPanel(library.problems(), library.skipped()))

    def race_alone(self) -> None:
        """Let the ghost go."""
        self._choices.ghost = ""

    def _push(self, scene: Scene) -> None:
        self._context.effect("menu_select")
        self._keys.forget()
        self.stack.push(scene)

    def on_resume(self, result: Any) -> None:
        """A panel was answered, or the player comes back from a song: what was chosen still is."""
        if isinstance(result, str):
            self._take_answer(result)
        elif isinstance(result, tuple):
            self._take_performance(*result)
        else:
            self._load_grades()
            self._load_board()
            self._again_us = [now_us() + wait_us for wait_us in BOARD_AGAIN_US]
        self._preview.want(self._chart)
        self._collection.look_once()

    def _take_answer(self, answer: str) -> None:
        choices = self._choices
        if answer in RULE_SETS:
            choices.rules, choices.ghost = answer, ""
            self._load_grades()
            self._load_board()
        elif answer.startswith("group "):
            choices.group = answer.removeprefix("group ")
            self._show()
        elif answer in SORT_WORDS:
            choices.descending = answer == choices.sort and not choices.descending
            choices.sort = answer
            self._show()

    def _take_performance(self, what: str, performance_id: str) -> None:
        if what == "watch":
            self._go_quiet()
            self._context.open(Watch(performance_id))
        else:
            self._choices.ghost = performance_id if what == "race" else ""

    def on_exit(self) -> bool:
        """Give the picture back."""
        self._details.close()
        return True

    # -- time and drawing ----------------------------------------------------------------------------

    def step(self, dt_us: int) -> None:
        """Keys that are held, the preview, and what has changed in the library."""
        at_us = now_us()
        self._keys.step(at_us)
        self._preview.step()
        self._details.step()
        self._collection.step()
        if self._collection.version != self._seen:
            self._follow_arrivals()
            self._show()
        if self._again_us and at_us >= self._again_us[0]:
            self._again_us.pop(0)
            self._load_grades()
            self._load_board()

    def _follow_arrivals(self) -> None:
        """Jump to what was just added."""
        folders = self._collection.take_arrived()
        if not folders:
            return
        folder = folders[-1]
        added = [entry for entry in self._context.library.entries if Path(entry.file).is_relative_to(folder)]
        if added:
            first = min(added, key=lambda entry: (entry.title.casefold(), entry.keys, entry.stars))
            self._search.clear()
            self._model, self._choices.chart_hash = first, first.hash

    def draw(self, frame: Frame) -> None:
        """Ground, list, panel."""
        self._touch.begin(self.stack.top is self)
        frame.ground = theme.NIGHT
        self._draw_ground(frame)
        frame.layer()
        places = self._frame.lay_out(frame)
        song, chart = self._list.song, self._chart
        if song is not None and chart is not None:
            title, ghost = self._rules_title(), self._racing.row
            board = self._board, self._others, ghost
            shown = Shown(song, chart, self._best, title, self._choices.mods, *board, self.word)
            self._panel.draw(frame, places.panel, shown, self._preview.song_us)
        self._frame.draw(frame)
        self._search.draw(frame, self._touch, places.search)
        if song is not None:
            self._list.draw(frame, self._touch, places.list, self._best, self.press_song)
        else:
            self._frame.draw_nothing(frame, places.list)
        self._tuning.draw(frame)

    def _rules_title(self) -> str:
        return TITLES.get(self._choices.rules, self._choices.rules)

    def _draw_ground(self, frame: Frame) -> None:
        picture, shown = self._details.picture, self._details.opacity
        if picture is None or shown < 1.0:
            self._skyline.draw(frame, veil=VEIL)
            frame.layer()
        if picture is not None:
            grey = rgb("#{0:02X}{0:02X}{0:02X}".format(round(255 * PICTURE_LIGHT)))
            frame.cover(picture, tint=with_alpha(grey, shown))
