"""The questions about a character as a whole, reset and delete, and the one that must be answered: it was not saved."""

from __future__ import annotations

from engine.draw import icons
from engine.draw.theme import INK, INK_SOFT
from game.roleplay import authoring, history
from game.roleplay.cast_events import bot_stream
from game.roleplay.desk import Desk
from game.roleplay.history import Reset, leave_out
from game.roleplay.state import Bot
from game.scenes.talk_dialogs_base import DANGER, Answer, Dialog
from game.scenes.talk_drawer_acts import Work
from game.scenes.talk_notes import UNSAVED
from game.scenes.talk_room import TalkRoom


class ResetDialog(Dialog):
    """Wipe what a character lived through?  Its name has to be typed (004 5.3)."""

    on_field = True

    def __init__(self, room: TalkRoom, bot: Bot) -> None:
        super().__init__(room)
        self._bot = bot
        self.title = f"Reset {bot.name}"

    def body(self) -> None:
        """What goes, what stays, and the name."""
        name = self._bot.name
        self.say("This will wipe:", INK_SOFT)
        self.say(f"• the whole chat with {name}: its turns, scenes and clock")
        self.say(f"• everything {name} remembers, from every chat")
        self.say(f"• how {name} and everybody else see each other")
        self.say(
            "It keeps who they are, how they know you, and the kickoff, which plays with your next message.", INK_SOFT
        )
        self.field("name", f"To reset, type the name exactly: {name}", hint=name, start=True)

    def answers(self) -> list[Answer]:
        """Cancel, or reset once the name is there."""
        typed = self.texts.get("name", "").strip() == self._bot.name.strip()
        act = self._reset if typed and self.room.speech is None else None
        return [
            Answer("Cancel", self.cancel),
            Answer("Reset", act, icon=icons.RETRY, primary=True, mark=DANGER),
        ]

    def _reset(self) -> None:
        self.leave()
        bot, typed = self._bot, self.texts["name"]

        def work(desk: Desk) -> Reset:
            return desk.change(lambda: history.reset(desk.log, desk.snapshots, bot.id, typed))

        def undo(done: Reset) -> Work:
            return lambda desk: desk.change(lambda: history.undo_reset(desk.log, done))

        self.acts.history(f"resetting {bot.name}", work, lambda done: f"{bot.name} begins anew.", undo, of_bot=bot.id)


class DeleteBotDialog(Dialog):
    """Take a character out of the library?"""

    def __init__(self, room: TalkRoom, bot: Bot) -> None:
        super().__init__(room)
        self._bot = bot
        self.title = f"Delete {bot.name}"

    def body(self) -> None:
        """What happens to the chat."""
        name = self._bot.name
        self.say(f"{name} leaves the library, and the chat with {name} leaves the list.")
        self.say("What others remember of them stays. The log keeps everything, so this can be undone.", INK_SOFT)

    def answers(self) -> list[Answer]:
        """Cancel, or delete."""
        act = self._delete if self.room.speech is None else None
        return [
            Answer("Cancel", self.cancel),
            Answer("Delete", act, icon=icons.DELETE, primary=True, mark=DANGER),
        ]

    def _delete(self) -> None:
        self.leave()
        room, bot, stream = self.room, self._bot, bot_stream(self._bot.id)

        def work(desk: Desk) -> tuple[int, int]:
            with desk.deciding:
                before = desk.log.head(stream)
                authoring.remove(desk, bot.id)
                return desk.log.head(stream), before

        def undo(done: tuple[int, int]) -> Work:
            return lambda desk: desk.change(lambda: leave_out(desk.log, stream, *done))

        def shown(done: tuple[int, int]) -> None:
            if room.host == bot.id:
                room.open(room.library.rows[0].bot.id if room.library.rows else "")

        told = f"Deleted {bot.name}."
        self.acts.history(f"deleting {bot.name}", work, lambda done: told, undo, shown, of_bot=bot.id)


class UnsavedDialog(Dialog):
    """Something could not be written: nothing goes on before it is mended and tried again (004 16.5)."""

    title = UNSAVED
    width = 620.0

    def body(self) -> None:
        """What is wrong, and that nothing is lost."""
        trouble = self.room.corner().trouble
        self.say(trouble.words if trouble is not None else "It is saved now.", INK)
        self.say(
            "Nothing went on without it. Your words wait in the field; make room or free the file, then retry.",
            INK_SOFT,
        )

    def answers(self) -> list[Answer]:
        """Retry, or leave it for later."""
        return [Answer("Retry", self._retry, icon=icons.RETRY, primary=True), Answer("Not now", self.cancel)]

    def _retry(self) -> None:
        corner = self.room.corner()
        trouble, corner.trouble = corner.trouble, None
        self.leave()
        if trouble is not None and trouble.again is not None:
            trouble.again()
