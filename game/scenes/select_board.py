"""The performances of a chart over song select: the best of them, and every one that was ever played."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from imgui_bundle import imgui

from engine.draw import icons, theme, widgets
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from game.rhythm.board import PLAYING, BoardRow, performance, performances_of
from game.rhythm.entries import ChartEntry
from game.rhythm.mods import ranked
from game.rhythm.performance import FAILED, LEFT
from game.rhythm.rules import RULE_SETS, rule_set
from game.scenes.context import Context
from game.scenes.picker import Overlay
from game.scenes.select_state import Choices, number

BEST, ALL = 0, 1
ROW = 64.0
SHOWN_MAX = 200
"""So many performances of a chart are listed, the latest first."""

OUTCOMES = {FAILED: "failed", LEFT: "left early", PLAYING: "broken off"}
"""What is said of a performance in place of its grade when it did not come to the song's end."""


def day(row: BoardRow) -> str:
    """The date of a performance."""
    return datetime.fromtimestamp(row.started_us / 1e6).strftime("%Y-%m-%d")


def board_panel(
    context: Context, chart: ChartEntry, choices: Choices, best: Sequence[BoardRow], chosen: str = ""
) -> BoardPanel:
    """The panel for ``chart`` as it is chosen, with ``best`` as its leaderboard and ``chosen`` open."""
    song = f"{chart.title}   ·   {chart.level or 'Unnamed'}"
    how = f"{song}   ·   {_rules_title(choices.rules)}"
    if choices.mods.rate_percent != 100:
        how += f"   ·   {choices.mods.rate:.2f}×"
    every = performances_of(context.profile.log, chart.hash, SHOWN_MAX)
    return BoardPanel(best, every, (how, f"{song}   ·   the latest first"), chosen, choices.ghost)


class Racing:
    """The performance that is raced, wherever it was chosen."""

    def __init__(self, context: Context, choices: Choices) -> None:
        self._context = context
        self._choices = choices
        self._known: tuple[str, BoardRow | None] = ("", None)

    @property
    def row(self) -> BoardRow | None:
        """The performance; None while the player races nobody."""
        wanted = self._choices.ghost
        if wanted != self._known[0]:
            self._known = wanted, performance(self._context.profile.log, wanted) if wanted else None
        return self._known[1]


class BoardPanel(Overlay):
    """The leaderboard; leaves ``("watch", id)``, ``("race", id)``, ``("alone", "")`` or None.

    It has two pages: the ``best`` by the rules and at the speed that are chosen, and ``every`` performance of the
    chart, however it was played and ended.  ``notes`` stand above the one and the other.
    """

    title = "Leaderboard"
    width = 720.0
    height = 560.0

    def __init__(
        self,
        best: Sequence[BoardRow],
        every: Sequence[BoardRow],
        notes: tuple[str, str],
        chosen: str = "",
        ghost: str = "",
    ) -> None:
        super().__init__()
        self._pages = best, every
        self._notes = notes
        self._chosen = chosen
        self._ghost = ghost
        self._turn_to(BEST if best or not every else ALL)

    @property
    def rows(self) -> Sequence[BoardRow]:
        """The performances on the page that is open."""
        return self._pages[self._page]

    def _turn_to(self, page: int) -> None:
        self._page, self.note = page, self._notes[page]
        if self.rows and all(row.id != self._chosen for row in self.rows):
            self._chosen = self.rows[0].id

    def key(self, control: str) -> bool:
        """F7, which opened the panel, turns to the other page."""
        if control == "key:f7":
            self._turn_to(ALL if self._page == BEST else BEST)
            self._frames = 0  # the keyboard's place is to be set anew
        return control == "key:f7"

    def content(self, frame: Frame) -> None:
        """A row a performance; the one that is open offers to watch it or to race it."""
        best, every = self._pages
        page = widgets.segmented("pages", (f"Best  {len(best)}", f"All  {len(every)}"), self._page, width=300)
        if page != self._page:
            self._turn_to(page)
        imgui.same_line(0, px(16))
        widgets.hints([("F7", "the other page")])
        widgets.space(4)
        imgui.begin_child("rows")
        if not self.rows:
            self._draw_nothing()
        # Only rows that are seen, or within the keyboard's reach from one that is, are drawn.
        first = imgui.get_scroll_y() - px(3 * ROW)
        last, left_out = first + imgui.get_window_height() + px(5 * ROW), Vec(1, px(ROW))
        for place, row in enumerate(self.rows):
            open_ = row.id == self._chosen
            if not open_ and not first < imgui.get_cursor_pos_y() < last:
                imgui.dummy(left_out)
                continue
            self.focus_here(open_)
            if self._draw_row(row, place, open_):
                self._chosen = row.id
            if open_:
                self._draw_offers(row)
        imgui.end_child()

    def _draw_nothing(self) -> None:
        widgets.space()
        if self._page == BEST and self._pages[ALL]:
            widgets.text("Nobody has played this chart to its end with these rules at this speed yet.")
            widgets.text("What was played otherwise is under All.", colour=theme.INK_SOFT)
        else:
            widgets.text("Nobody has played this chart yet.")
            widgets.text("Close this with Esc and press Enter: play it, and you are the first.", colour=theme.INK_SOFT)

    def _draw_row(self, row: BoardRow, place: int, open_: bool) -> bool:
        reached = f"{number(row.score)}   {100 * row.accuracy:.2f} %"
        combo = f"{row.max_combo}× combo"
        if self._page == BEST:
            title = f"{place + 1}.  {reached}"
            said = [combo, row.mods.label, day(row)]
        else:
            title = reached
            when = datetime.fromtimestamp(row.started_us / 1e6).strftime("%Y-%m-%d %H:%M")
            said = [when, "" if row.player == "user" else f"by {row.player}", row.mods.label]
            said += ["" if ranked(row.mods) else "unranked", _rules_title(row.rules), combo]
        detail = "   ".join(part for part in said if part)
        return widgets.row(row.id, title, detail, OUTCOMES.get(row.outcome, row.grade), chosen=open_, height=ROW)

    def _draw_offers(self, row: BoardRow) -> None:
        imgui.push_id(row.id)
        if widgets.small_button("Watch", icon=icons.EYE):
            self.leave(("watch", row.id))
        imgui.same_line(0, px(8))
        racing = row.id == self._ghost
        if widgets.small_button("Do not race it" if racing else "Race it", icon=icons.GHOST, mark=theme.MAGENTA):
            self.leave(("alone", "") if racing else ("race", row.id))
        imgui.pop_id()
        widgets.space(4)


def _rules_title(name: str) -> str:
    return rule_set(name).title if name in RULE_SETS else name
