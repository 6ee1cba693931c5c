"""The questions before history is changed: rewind, cutting turns out, another branch, a snapshot (004 10, 13).

Each shows what it would do before it does it, takes a snapshot by itself, and offers its undo for 30 seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from engine.draw import icons, theme
from engine.draw.theme import INK, INK_SOFT
from engine.log import EventLog
from engine.log.snapshots import Snapshot
from game.roleplay import erasing, exporting, history, talk
from game.roleplay.desk import Desk
from game.roleplay.erasing import Deleted, cascade
from game.roleplay.history import BranchRow, Rewound
from game.roleplay.impact import impact
from game.roleplay.offline.text import shortened
from game.roleplay.state import Turn
from game.scenes.talk_dialogs_base import DANGER, Answer, Dialog
from game.scenes.talk_drawer_acts import Acts, Work
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_view import ChatView

COUNTING = "Counting what would go …"


QUOTED = 90
"""Characters of a turn that a question about it shows."""


def quoted(view: ChatView, turn: Turn) -> str:
    """A turn by its number and its first words: ``Turn 22, Mara: “swallows Good evening. You didn't…”``."""
    words = shortened(turn.text.replace("*", ""), QUOTED)
    name = view.name_of(turn.speaker)
    return f"Turn {turn.number}, {name}: “{words}”" if name else f"Turn {turn.number}: “{words}”"


class Preview(Dialog):
    """A question about a turn whose lines are found out on another thread, and again when the chat goes on."""

    def __init__(self, room: TalkRoom, view: ChatView, turn: Turn, read: Callable[[EventLog], list[str]]) -> None:
        super().__init__(room)
        self.host = view.host
        self.about = quoted(view, turn)
        self.lines: list[str] = []
        self._read = read
        self._version = -1

    @property
    def counted(self) -> bool:
        """Whether the preview is there."""
        return bool(self.lines)

    def body(self) -> None:
        """The preview as it was counted."""
        version = self.room.view.version if self.room.view is not None else 0
        if version != self._version:
            self._version = version
            self.room.look(self._read, self._show)
        self.say(self.about, INK_SOFT, theme.TEXT_SMALL)
        if not self.lines:
            self.say(COUNTING, INK_SOFT)
        for line in self.lines:
            self.say(line, INK if line.startswith("•") else INK_SOFT)

    def _show(self, lines: list[str]) -> None:
        self.lines = lines
        self.room.touch()


class RewindDialog(Preview):
    """Go back to just after a turn?"""

    title = "Rewind"

    def __init__(self, room: TalkRoom, view: ChatView, turn: Turn) -> None:
        host, number = view.host, turn.number
        super().__init__(room, view, turn, lambda log: impact(log, host, number).lines())
        self._number = number
        self.texts["branch"] = f"before going back to turn {number}"

    @property
    def _can(self) -> bool:
        return len(self.lines) > 1 and self.room.speech is None

    def body(self) -> None:
        """The preview, and a name for what is left."""
        super().body()
        if self._can:
            self.field("branch", "If you keep what is now as a branch, its name", hint="a name")

    def answers(self) -> list[Answer]:
        """Cancel, Rewind, and Rewind with what is now kept."""
        name = self.texts["branch"].strip()
        keep = (lambda: self._rewind(name)) if self._can and name else None
        return [
            Answer("Cancel", self.cancel),
            Answer("Rewind", (lambda: self._rewind("")) if self._can else None, primary=True, mark=DANGER),
            Answer("Rewind, keep current as branch", keep, icon=icons.BRANCH),
        ]

    def _rewind(self, keep_as: str) -> None:
        self.leave()
        rewind(self.acts, self.host, self._number, keep_as)


def rewind(acts: Acts, host: str, to_turn: int, keep_as: str = "") -> None:
    """Go back to just after a turn, and offer to undo it."""

    def work(desk: Desk) -> Rewound:
        return talk.turned(desk, host, lambda: history.rewind(desk.log, desk.snapshots, host, to_turn, keep_as))

    acts.history("rewinding", work, lambda done: done.told, back_to)


def back_to(done: Rewound) -> Work:
    """What goes back to the branch that was left."""
    return lambda desk: talk.turned(desk, done.chat, lambda: history.undo(desk.log, done))


class DeleteDialog(Preview):
    """Cut a turn out of the story, with all that followed from it?"""

    title = "Delete"

    def __init__(self, room: TalkRoom, view: ChatView, turn: Turn) -> None:
        host, number = view.host, turn.number
        super().__init__(room, view, turn, lambda log: cascade(log, host, [number]).lines())
        self._turns = [number]

    def answers(self) -> list[Answer]:
        """Cancel, or cut out."""
        act = self._delete if self.counted and self.room.speech is None else None
        return [
            Answer("Cancel", self.cancel),
            Answer("Delete", act, icon=icons.DELETE, primary=True, mark=DANGER),
        ]

    def _delete(self) -> None:
        self.leave()
        host, turns = self.host, self._turns

        def work(desk: Desk) -> Deleted:
            done = desk.change(lambda: erasing.delete(desk.log, desk.snapshots, host, turns))
            talk.told_anew(desk, host)
            return done

        def undo(done: Deleted) -> Work:
            def back(desk: Desk) -> None:
                desk.change(lambda: erasing.undo_delete(desk.log, done))
                talk.told_anew(desk, host)
                exporting.refresh(desk.log, desk.exports, host)

            return back

        self.acts.history("cutting it out", work, lambda done: f"Deleted turn {done.turns[0]}.", undo)


class BranchDialog(Dialog):
    """A branch from a turn: what is it to be called?"""

    title = "Branch here"
    on_field = True

    def __init__(self, room: TalkRoom, view: ChatView, turn: Turn) -> None:
        super().__init__(room)
        self._host, self._number = view.host, turn.number
        self._last = view.turns[-1].number if view.turns else turn.number
        self._about = quoted(view, turn)

    def body(self) -> None:
        """What happens, and the name."""
        self.say(self._about, INK_SOFT, theme.TEXT_SMALL)
        self.say(f"The story goes on from turn {self._number} on a branch of its own.", INK_SOFT)
        if self._number < self._last:
            self.say("What came after it stays on the branch you leave; you can go back to it at any time.", INK_SOFT)
        self.field("name", "Name of the new branch", hint="what if she said no …", start=True)

    def answers(self) -> list[Answer]:
        """Cancel, or branch."""
        act = self._branch if self.texts.get("name", "").strip() and self.room.speech is None else None
        return [Answer("Cancel", self.cancel), Answer("Branch here", act, icon=icons.BRANCH, primary=True)]

    def _branch(self) -> None:
        self.leave()
        host, number, name = self._host, self._number, self.texts["name"]

        def work(desk: Desk) -> Rewound:
            return talk.turned(desk, host, lambda: history.branch_here(desk.log, host, number, name))

        self.acts.history("the new branch", work, lambda done: f"On the branch “{name.strip()}” now.", back_to)


def switch_branch(room: TalkRoom, host: str, branch: BranchRow) -> None:
    """Go on with another branch, and offer the way back."""

    def work(desk: Desk) -> Rewound:
        return talk.turned(desk, host, lambda: history.switch_branch(desk.log, desk.snapshots, host, branch.id))

    Acts.of(room).history("changing branches", work, lambda done: f"On the branch “{branch.told}” now.", back_to)


class RestoreDialog(Dialog):
    """Make everything what it was at a snapshot?"""

    title = "Restore a snapshot"

    def __init__(self, room: TalkRoom, snapshot: Snapshot) -> None:
        super().__init__(room)
        self._snapshot = snapshot
        self._when = datetime.fromtimestamp(snapshot.at_us / 1e6).strftime("%A %d %B %Y, %H:%M")

    def body(self) -> None:
        """What is lost from view, and that it is kept."""
        self.say(f"Everything becomes what it was on {self._when}.")
        self.warn("Not this chat alone: all chats, characters and scores of this profile go back to then.")
        self.say("What is now is saved as a snapshot first, so you can come back to it.", INK_SOFT)

    def answers(self) -> list[Answer]:
        """Cancel, or restore."""
        act = self._restore if self.room.speech is None and not self.room.doing else None
        return [
            Answer("Cancel", self.cancel),
            Answer("Restore", act, icon=icons.REWIND, primary=True, mark=DANGER),
        ]

    def _restore(self) -> None:
        self.leave()
        room, acts, snapshot = self.room, self.acts, self._snapshot

        def done(before: Snapshot | None) -> None:
            acts.forget()
            if all(row.bot.id != room.host for row in room.library.rows):
                room.open(room.library.rows[0].bot.id if room.library.rows else "")
                acts.offer_here()

        acts.history(
            "restoring the snapshot",
            lambda desk: restore(desk, snapshot),
            lambda before: f"Everything is as it was on {self._when}.",
            lambda before: lambda desk: restore(desk, before),
            done,
        )


def restore(desk: Desk, snapshot: Snapshot | None) -> Snapshot | None:
    """Restore it once all bookkeeping is done; the snapshot that was taken of what was before."""
    snapshots = desk.snapshots
    if snapshots is None or snapshot is None:
        return None
    desk.settle()
    desk.change(lambda: snapshots.restore(snapshot))
    return next((one for one in snapshots.kept() if one.sort == "before" and one.why == "restore"), None)
