"""What is asked before the scene changes: how far to skip, who comes in and whether they have met, what goes on
elsewhere (004 5.2, 7.5, 9)."""

from __future__ import annotations

import threading
from functools import partial

from imgui_bundle import imgui

from engine.draw import icons, theme, widgets
from engine.draw.theme import CYAN, INK_SOFT, tone
from engine.errors import UserError
from game.roleplay import clock, directing
from game.roleplay.desk import Desk
from game.roleplay.skips import skipped_to
from game.roleplay.state import Bot
from game.roleplay.talk import Exchange
from game.scenes.talk_dialogs_base import Answer, Dialog
from game.scenes.talk_drawer_parts import buttons
from game.scenes.talk_ear import Ear
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_view import ChatView

LINE = 200
"""As much of a persona as a row of the list can show."""

EXAMPLES = ("in an hour", "tonight", "next morning", "on Friday", "a week later")
HOWS = (("elision", "To the end of this"), ("jump", "Further ahead"))


class SkipDialog(Dialog):
    """How far does time go?"""

    title = "Skip time"
    on_field = True

    def __init__(self, room: TalkRoom, view: ChatView) -> None:
        super().__init__(room)
        self._view = view
        self.how = "jump"
        self.height = 480.0

    @property
    def target(self) -> tuple[int | None, str]:
        """The new time, or why there is none yet."""
        chat, exact = self._view.chat, self.texts.get("exact", "").strip()
        if exact:
            try:
                to_us = clock.from_iso(exact)
            except UserError as error:
                return None, str(error)
            late = to_us > chat.clock_us
            return (to_us, "") if late else (None, "That is not later than now; write a later time.")
        asked = self.texts.get("asked", "")
        found = skipped_to(chat.clock_us, asked)
        if found is None and self.how == "elision":
            return directing.end_of_action(chat), ""
        if found is None:
            return None, "Say when, like “next morning”, “in two hours” or “9pm”, or write the exact time."
        return found, ""

    def body(self) -> None:
        """How, when, what came of it, and where the clock will stand."""
        chat = self._view.chat
        self.say(f"It is {clock.friendly(chat.clock_us, chat.day_one_us)}. The scene closes here.", INK_SOFT)
        at = [how for how, _ in HOWS].index(self.how)
        self.how = HOWS[widgets.segmented("how", [words for _, words in HOWS], at)][0]
        if self.how == "elision":
            self.field("asked", "Skip to", hint="when we arrive", start=True)
        else:
            self.field("asked", "Skip to", hint="next morning", start=True)
            buttons([("", words, partial(self._take, words)) for words in EXAMPLES])
            self.field(
                "notable",
                "Anything notable happen? It becomes their memory.",
                hint="Nothing, if you leave it empty",
                lines=2,
            )
        self._preview()
        self.field("exact", "Or the exact time, UTC (ISO 8601)", hint=clock.iso(chat.clock_us))

    def _take(self, words: str) -> None:
        self.texts["asked"] = words
        self.texts["exact"] = ""

    def _preview(self) -> None:
        chat = self._view.chat
        to_us, why = self.target
        if to_us is None:
            self.say(why, INK_SOFT, 16)
            return
        widgets.text(f"{icons.CLOCK}  {clock.friendly(to_us, chat.day_one_us)}", theme.TEXT_BODY, tone(CYAN))
        self.say(f"{clock.day_label(to_us, chat.day_one_us)}, exactly {clock.iso(to_us)}", INK_SOFT, theme.TEXT_SMALL)

    def answers(self) -> list[Answer]:
        """Cancel, or skip."""
        ready = self.target[0] is not None and self.room.speech is None
        return [
            Answer("Cancel", self.cancel),
            Answer("Skip", self._skip if ready else None, icon=icons.CLOCK, primary=True),
        ]

    def _skip(self) -> None:
        to_us, _ = self.target
        self.leave()
        host, how = self._view.host, self.how
        asked = self.texts.get("asked", "").strip() or ("when this is over" if how == "elision" else "")
        notable = self.texts.get("notable", "") if how == "jump" else ""
        self.acts.scene_step(
            host,
            "skipping time",
            lambda desk: directing.skip(desk, host, asked, how=how, notable=notable, to_us=to_us),
            "Time skipped.",
        )


class GuestDialog(Dialog):
    """Who comes in?"""

    title = "Ask someone in"

    def __init__(self, room: TalkRoom, view: ChatView) -> None:
        super().__init__(room)
        self._view = view
        self._asked = ""
        self.height = 420.0

    @property
    def others(self) -> list[Bot]:
        """Whom there is to ask."""
        return [bot for bot in self.room.library.bots if bot.id != self._view.host and not bot.removed]

    def body(self) -> None:
        """A row for everyone."""
        self.say(
            "A scene has you, its host, and one guest. They just appear; tell in prose how they came.", INK_SOFT, 16
        )
        for bot in self.others:
            self._arrive(bot.name)
            told = " ".join(bot.persona[:LINE].split())
            if widgets.row(f"guest {bot.id}", bot.name, told, icon=icons.PERSON, height=58) and not self._asked:
                self._choose(bot)

    def _choose(self, bot: Bot) -> None:
        self._asked = bot.id
        host = self._view.host

        def asked(never: bool) -> None:
            if len(self.stack) == 0 or self.stack.top is not self:
                return
            if never:
                self.stack.replace(MetDialog(self.room, self._view, bot))
            else:
                self.leave()
                add_guest(self, host, bot, "")

        room = self.room
        room.look(lambda log: directing.never_met(room.desk, host, bot.id), asked)


class MetDialog(Dialog):
    """Have the two met before?  Asked when they first share a scene (004 5.2)."""

    def __init__(self, room: TalkRoom, view: ChatView, guest: Bot) -> None:
        super().__init__(room)
        self._view, self._guest = view, guest
        self.title = f"Have {view.bot.name} and {guest.name} met before?"
        self.width = 620.0
        self.yes = False

    def body(self) -> None:
        """No, or yes and how."""
        host, guest = self._view.bot.name, self._guest.name
        if not self.yes:
            self.say(
                "If not, they meet now, and know nothing of each other."
                f" If they have, you say how {host} and {guest} stand."
            )
            return
        hint = f"{guest} used to rent the room above. They have not spoken since …"
        self.field("met", "How do they know each other?", hint=hint, lines=4)
        self.say("It becomes how each of them sees the other; you can change that under Bonds.", INK_SOFT, 16)

    def answers(self) -> list[Answer]:
        """Cancel; no; yes, which asks how."""
        cancel = Answer("Cancel", self.cancel)
        if not self.yes:
            return [cancel, Answer("No, they meet now", self._no), Answer("Yes, they have", self._yes, primary=True)]
        told = bool(self.texts.get("met", "").strip())
        words = f"Bring {self._guest.name} in"
        return [cancel, Answer("Back", self._back), Answer(words, self._add if told else None, primary=True)]

    def _yes(self) -> None:
        self.yes = True
        self.want("met")

    def _back(self) -> None:
        self.yes = False

    def _no(self) -> None:
        self.leave()
        add_guest(self, self._view.host, self._guest, "")

    def _add(self) -> None:
        self.leave()
        add_guest(self, self._view.host, self._guest, self.texts["met"])


def add_guest(dialog: Dialog, host: str, guest: Bot, met: str) -> None:
    """Have them come in."""

    def came(result: object) -> None:
        dialog.acts.say(f"{guest.name} is here now.")

    dialog.acts.do(f"asking {guest.name} in", lambda desk: directing.add_guest(desk, host, guest.id, met), then=came)


class MeanwhileDialog(Dialog):
    """What goes on without the player?"""

    title = "Meanwhile …"
    on_field = True

    def __init__(self, room: TalkRoom, view: ChatView) -> None:
        super().__init__(room)
        self._view = view
        self.other = ""
        self.turns = 4
        self.height = 560.0

    def body(self) -> None:
        """Who, about what, how long."""
        name = self._view.bot.name
        self.say(
            f"A scene without you: {name} alone, or with someone. You may read it; they keep it to themselves.",
            INK_SOFT,
            16,
        )
        self.field("about", "What goes on", hint=f"{name} closes the shop and cannot sleep …", lines=2, start=True)
        others = [bot for bot in self.room.library.bots if bot.id != self._view.host and not bot.removed]
        names = [("", f"{name} alone"), *((bot.id, f"with {bot.name}") for bot in others)]
        widgets.text("Who is there", theme.TEXT_SMALL, INK_SOFT)
        imgui.set_next_item_width(-1)
        words = next(words for one, words in names if one == self.other)
        if imgui.begin_combo("##other", words):
            for one, told in names:
                if imgui.selectable(f"{told}##{one}", one == self.other)[0]:
                    self.other = one
            imgui.end_combo()
        if self.other:
            hint = "leave it empty, and they meet now"
            self.field("met", "If they never shared a scene: how do they know each other?", hint=hint)
        _, turns = widgets.slider("Turns", self.turns, 1, directing.MAX_MEANWHILE, step=1, shown=str(self.turns))
        self.turns = round(turns)

    def answers(self) -> list[Answer]:
        """Cancel, or let it play."""
        ready = self.room.speech is None
        return [
            Answer("Cancel", self.cancel),
            Answer("Let it play", self._play if ready else None, icon=icons.MOON, primary=True),
        ]

    def _play(self) -> None:
        self.leave()
        host, other, turns = self._view.host, self.other, self.turns
        about, met = (self.texts.get(field, "").strip() for field in ("about", "met"))

        def work(desk: Desk, ear: Ear, stop: threading.Event) -> Exchange:
            directing.meanwhile(desk, host, other, about=about, met=met, turns=turns, listener=ear, cancel=stop)
            return Exchange([])

        self.room.speak(work)
