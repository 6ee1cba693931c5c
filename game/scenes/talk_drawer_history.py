"""The drawer's page of history: branches, snapshots, and how much each turn matters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from imgui_bundle import imgui

from engine.draw import icons, pen, widgets
from engine.draw.theme import CYAN
from engine.log import EventLog, Snapshots
from engine.log.snapshots import Snapshot
from game.roleplay import history
from game.roleplay.history import BranchRow
from game.roleplay.state import Turn
from game.scenes.talk_dialogs import BranchDialog, RestoreDialog, switch_branch
from game.scenes.talk_drawer_acts import Thing
from game.scenes.talk_drawer_panel import Desktop, Read
from game.scenes.talk_drawer_parts import WEIGHT_WORDS, buttons, card, note
from game.scenes.talk_view import ChatView

PAGE = 12
LINE = 300
"""As much of a turn as its row can show."""

SORTS = {"periodic": "every hundred events or half hour", "nightly": "once a day", "before": "before"}
_FILTERS = ((4, "All turns"), *((one, WEIGHT_WORDS[one]) for one in (3, 2, 1, 0)), (-1, "Not weighed yet"))


@dataclass(frozen=True, slots=True)
class HistoryData:
    """The branches of one chat and the snapshots of the profile; ``none`` where no snapshots can be kept."""

    host: str
    branches: tuple[BranchRow, ...]
    snapshots: tuple[Snapshot, ...]
    none: bool


class HistoryPanel:
    """Branches, snapshots, significance review."""

    title = "History"
    icon = icons.REWIND

    def __init__(self, snapshots: Callable[[], Snapshots | None]) -> None:
        """``snapshots`` says where they are kept, if anywhere."""
        self._kept = snapshots
        self._filter = 0
        self._page = 0
        self._turns: tuple[Turn, ...] = ()
        self._of: tuple[object, ...] = ()
        self._all_snapshots = False

    def wants(self) -> object:
        """Nothing beside the chat."""
        return None

    def reads(self, view: ChatView) -> Read:
        """Branches and snapshots."""
        host, kept = view.host, self._kept()
        return lambda log: read_history(log, host, kept)

    def draw(self, desk: Desktop, view: ChatView, data: Any) -> None:
        """The whole page."""
        if isinstance(data, HistoryData) and data.host == view.host:
            self._branches(desk, view, data)
            self._snapshots(desk, data)
        self._review(desk, view)

    # -- branches ------------------------------------------------------------------------------------------------

    def _branches(self, desk: Desktop, view: ChatView, data: HistoryData) -> None:
        widgets.section("Branches", "nothing that was said is lost")
        for branch in desk.fields.near(data.branches, lambda one: f"branch {one.id} "):
            self._branch(desk, view, branch)
        last = view.turns[-1] if view.turns else None
        here = (lambda: desk.push(BranchDialog(desk.room, view, last))) if last is not None and not desk.busy else None
        buttons([(icons.BRANCH, "Branch here…", here)], desk.fields)
        if last is None:
            note("There is no turn yet to branch from.")

    def _branch(self, desk: Desktop, view: ChatView, branch: BranchRow) -> None:
        host, number = view.host, branch.id
        with card(CYAN if branch.is_current else None):
            told = "you are here" if branch.is_current else f"left at turn {branch.left_at}, {branch.own} of its own"
            thing = Thing(host, "branch", (number,), "the branch")

            def name(to: str) -> None:
                desk.acts.do(
                    "the name of a branch",
                    partial(_name, host=host, branch=number, to=to),
                    partial(_name, host=host, branch=number, to=branch.name),
                    field=thing.id("name"),
                    value=to,
                )

            desk.fields.text(thing, "name", told, branch.name, name, hint="no name yet", note=_when(branch.created_us))
            if branch.last_line:
                note(f"Turn {branch.turns}: {branch.last_line}")
            if not branch.is_current:
                imgui.push_id(number)
                switch = partial(switch_branch, desk.room, host, branch) if not desk.busy else None
                buttons([(icons.BRANCH, "Go on there", switch)], desk.fields, f"branch {number}")
                imgui.pop_id()

    # -- snapshots -----------------------------------------------------------------------------------------------

    def _snapshots(self, desk: Desktop, data: HistoryData) -> None:
        widgets.section("Snapshots", "copies of everything")
        if data.none:
            note("This profile cannot keep snapshots; its folder cannot be written to.")
            return
        if not data.snapshots:
            note("None yet. One is taken before every rewind, every hundred events, and once a day.")
        shown = data.snapshots if self._all_snapshots else data.snapshots[:4]
        for snapshot in shown:
            free = not desk.busy
            pressed = widgets.row(
                *(
                    f"snapshot {snapshot.path.name}",
                    _when(snapshot.at_us),
                    f"{why(snapshot)} · event {snapshot.last_seq}",
                ),
                icon=icons.SAVE,
                height=56,
            )
            imgui.set_item_tooltip("Look at what restoring it means")
            if pressed and free:
                desk.push(RestoreDialog(desk.room, snapshot))
        if len(data.snapshots) > 4:
            words = "Show fewer" if self._all_snapshots else f"Show all {len(data.snapshots)}"
            buttons([(icons.DOWN, words, self._more)])

    def _more(self) -> None:
        self._all_snapshots = not self._all_snapshots

    # -- significance review -------------------------------------------------------------------------------------

    def _review(self, desk: Desktop, view: ChatView) -> None:
        widgets.section("What matters", "turns by their weight")
        imgui.set_next_item_width(-1)
        if imgui.begin_combo("##weights", _FILTERS[self._filter][1]):
            for place, (_, words) in enumerate(_FILTERS):
                if imgui.selectable(words, place == self._filter)[0]:
                    self._filter, self._page = place, 0
            imgui.end_combo()
        self._sort(view)
        first = self._page * PAGE
        shown = self._turns[first : first + PAGE]
        if not shown:
            note("No turn has this weight.")
        for turn in desk.fields.near(shown, lambda one: f"turn {one.number} "):
            self._turn(desk, view, turn)
        back = partial(self._go, -1) if self._page else None
        on = partial(self._go, 1) if first + PAGE < len(self._turns) else None
        if back or on:
            buttons([(icons.PREVIOUS, "Before", back), (icons.NEXT, "More", on)])

    def _go(self, by: int) -> None:
        self._page = max(self._page + by, 0)

    def _sort(self, view: ChatView) -> None:
        of = (view.host, view.version, self._filter)
        if of == self._of:
            return
        self._of, wanted = of, _FILTERS[self._filter][0]
        found = [turn for turn in view.turns if wanted == 4 or turn.said.significance == wanted]
        self._turns = tuple(sorted(found, key=lambda turn: (-turn.said.significance, -turn.number)))

    def _turn(self, desk: Desktop, view: ChatView, turn: Turn) -> None:
        thing = Thing(view.host, "turn", (turn.number,), f"turn {turn.number}")
        with card():
            words = " ".join(turn.text[:LINE].split())
            told = f"{turn.number}  {view.name_of(turn.speaker)}: {words}"
            widgets.text(pen.fit(told, 16, 2 * imgui.get_content_region_avail().x), 16)
            desk.fields.weight(thing, turn.said.significance, "")


def why(snapshot: Snapshot) -> str:
    """Why a snapshot was taken, in words."""
    if snapshot.sort == "before":
        return {
            "rewind": "before a rewind",
            "branch": "before changing branches",
            "delete": "before turns were cut out",
        }.get(snapshot.why, f"before a {snapshot.why.replace('-', ' ')}")
    return SORTS.get(snapshot.sort, snapshot.sort)


def _when(at_us: int) -> str:
    return datetime.fromtimestamp(at_us / 1e6).strftime("%a %d %b %Y, %H:%M")


def _name(it: Any, *, host: str, branch: int, to: str) -> None:
    it.change(lambda: history.name_branch(it.log, host, branch, to))


def read_history(log: EventLog, host: str, snapshots: Snapshots | None) -> HistoryData:
    """The branches of a chat and the snapshots there are."""
    kept = tuple(snapshots.kept()) if snapshots is not None else ()
    return HistoryData(host, tuple(history.branches(log, host)), kept, snapshots is None)
