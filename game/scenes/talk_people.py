"""Forms about people: who the player is, and a character, new or to be amended (004 5.1, 5.4, 16.2)."""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.draw import icons, widgets
from engine.draw.frame import Frame
from engine.errors import UserError
from game.roleplay import authoring, editing
from game.roleplay.cast_events import BotAuthored
from game.roleplay.desk import Desk
from game.roleplay.editing_checks import MAX_NAME, MAX_PROSE
from game.roleplay.state import Bot, You
from game.scenes.talk_form import Entry, Say, beside, button, page, problem, same_line
from game.scenes.talk_panel import Place
from game.scenes.talk_room import TalkRoom

SAMPLES = 3
"""So many voice samples a form has; a bot from a card may have more, which stay as they are."""


class YouFields:
    """The three fields of the player's own character."""

    def __init__(self, say: Say, you: You) -> None:
        self.name = Entry("Your name", say, you.name, hint="What characters call you", most=MAX_NAME)
        self.pronouns = Entry(
            "Pronouns (optional)", say, you.pronouns, hint="she/her, he/him, they/them …", most=MAX_NAME
        )
        self.persona = Entry(
            "A few words about you (optional)",
            say,
            you.persona,
            note="A short backdrop that characters can use: age, work, temper, how you live.",
            hint="30, software engineer, lives alone, dry sense of humour",
            lines=3,
            most=MAX_PROSE,
        )

    def draw(self) -> None:
        """Name and pronouns side by side, the rest below."""
        beside(self.name, self.pronouns)
        self.persona.draw()

    def save(self, room: TalkRoom, then: Callable[[], object], failed: Callable[[UserError], None]) -> None:
        """Write it down."""
        name, pronouns, persona = self.name.text, self.pronouns.text, self.persona.text
        room.do(
            "your profile",
            lambda desk: authoring.describe_you(desk, name, pronouns, persona),
            lambda _: (then(), None)[1],
            failed,
        )


class WelcomePage:
    """The first thing a player sees: who are you?  It can be skipped."""

    def __init__(self, room: TalkRoom, say: Say, done: Callable[[], object]) -> None:
        self._room = room
        self._done = done
        self._fields = YouFields(say, room.library.you)
        self._fields.name.field.focus()
        self._problem = ""

    def draw(self, frame: Frame, place: Place, live: bool) -> None:
        """The form."""
        lead = (
            "Characters you meet here remember you. Tell them who they are talking to; all of it can be changed "
            "later in Settings."
        )
        with page(frame, "talk welcome", place, "Set up your profile", lead):
            self._fields.draw()
            problem(self._problem)
            if button("Save and go on", icon=icons.CHECK, primary=True, note="Ctrl+S"):
                self.save()
            same_line()
            if button("Skip for now"):
                self.skip()

    def skip(self) -> None:
        """Go on without."""
        self._done()

    def save(self) -> None:
        """Write it down and go on."""
        if not self._fields.name.text.strip():
            self._fields.name.error = "A name, please; or skip this for now."
            return
        self._fields.save(self._room, self._done, self._failed)

    def _failed(self, error: UserError) -> None:
        self._problem = str(error)


class BotPage:
    """A character: new, or ``bot`` to be amended."""

    def __init__(self, room: TalkRoom, say: Say, bot: Bot | None, done: Callable[[str], object]) -> None:
        self._room = room
        self._done = done
        self.bot = bot
        self._problem = ""
        self._saving = False
        self._more = bool(bot and (bot.greetings or bot.instructions or bot.closing_instructions))
        one = bot or Bot("", "")

        def prose(label: str, text: str, note: str, hint: str = "", lines: int = 3) -> Entry:
            return Entry(label, say, text, note=note, hint=hint, lines=lines, most=MAX_PROSE)

        self.name = Entry("Name", say, one.name, hint="How everyone calls them", most=MAX_NAME)
        self.persona = prose(
            "Who they are",
            one.persona,
            "A paragraph: what they do, how they are, what they want. It is always before the one who speaks for them.",
            "Mara repairs clocks in a narrow shop by the canal. She is patient with things and short with people.",
        )
        self.traits = prose(
            "Traits",
            "\n".join(one.traits) if any("," in trait for trait in one.traits) else ", ".join(one.traits),
            "Short phrases, separated by commas or lines; three to fifteen are a good number.",
            "introverted, quick to anger, terrible at small talk, loves cats",
            2,
        )
        samples = [*one.voice_samples[:SAMPLES], *[""] * SAMPLES][:SAMPLES]
        self.samples = [
            prose(
                "How they talk" if number == 0 else f"Another passage, number {number + 1} (optional)",
                sample,
                "One to three short passages in their own voice; register, words and rhythm are taken from here."
                if number == 0
                else "",
                "“Sit. Don't touch the pendulum.” *she squints at the gears* “It will tell us when it is ready.”"
                if number == 0
                else "",
                3 if number == 0 else 2,
            )
            for number, sample in enumerate(samples)
        ]
        self.backstory = prose("Backstory", one.backstory, "Where they come from; 100 to 500 words do well.", "", 4)
        self.relationship = prose(
            "How you know each other",
            one.relationship,
            "Where you two stand before the first scene, seen from both sides.",
            "We have worked together for two years; she has a crush on me she hasn't admitted.",
            2,
        )
        self.kickoff = prose(
            "The first scene",
            one.kickoff,
            "Where and when it begins, who is there and doing what. It is read into a form for you to confirm.",
            "You come into the shop on a rainy evening. Mara is at her bench, mending a mantel clock.",
        )
        self.greetings = prose(
            "Opening lines",
            "\n---\n".join(one.greetings),
            "Ready-made first lines, with --- between two of them.",
            "",
            3,
        )
        self.instructions = prose("Instructions to the model", one.instructions, "As a card may bring them.", "", 2)
        self.closing = prose("Closing instructions", one.closing_instructions, "Put last before the reply.", "", 2)
        self.name.field.focus()

    def draw(self, frame: Frame, place: Place, live: bool) -> None:
        """The form, from the name down."""
        first = not self._room.library.bots
        title = f"Edit {self.bot.name}" if self.bot else "Add your first character" if first else "New character"
        lead = (
            "What you change here holds from the next reply on; what they lived through stays."
            if self.bot
            else "Only the name has to be there. The more they are somebody, the more they stay themselves."
        )
        with page(frame, f"talk bot {self.bot.id if self.bot else ''}", place, title, lead):
            for entry in (self.name, self.persona, self.traits, *self.samples):
                entry.draw()
            words = len(self.backstory.text.split())
            self.backstory.draw(right=f"{words} words" if words else "")
            self.relationship.draw()
            self.kickoff.draw()
            _, self._more = widgets.toggle("More: opening lines, instructions of a card", self._more)
            if self._more:
                widgets.space(6)
                for entry in (self.greetings, self.instructions, self.closing):
                    entry.draw()
            widgets.space(8)
            problem(self._problem)
            label = "Save" if self.bot else "Create and see how it starts"
            if button(label, icon=icons.CHECK, primary=True, note="Ctrl+S") and not self._saving:
                self.save()
            same_line()
            if button("Cancel", note="Esc"):
                self._done("")

    # -- saving --------------------------------------------------------------------------------------------------

    def fields(self) -> BotAuthored:
        """What is written, as a bot."""
        kept = list(self.bot.voice_samples[SAMPLES:]) if self.bot else []
        return BotAuthored(
            name=authoring.one_line(self.name.text),
            persona=self.persona.text.strip(),
            voice_samples=[*(entry.text.strip() for entry in self.samples if entry.text.strip()), *kept],
            traits=[part for one in re.split(r"[,;\n]", self.traits.text) if (part := one.strip())]
            if "\n" not in self.traits.text.strip()
            else [line.strip() for line in self.traits.text.split("\n") if line.strip()],
            backstory=self.backstory.text.strip(),
            relationship=self.relationship.text.strip(),
            kickoff=self.kickoff.text.strip(),
            greetings=[part.strip() for part in re.split(r"\n-{3,}\n", self.greetings.text) if part.strip()],
            instructions=self.instructions.text.strip(),
            closing_instructions=self.closing.text.strip(),
        )

    def save(self) -> None:
        """Make the character, or write down what was changed."""
        made, bot = self.fields(), self.bot
        self.name.error = "" if made.name else "A name, please: the one thing that has to be there."
        if not made.name:
            self.name.field.focus()
            return
        self._saving, self._problem = True, ""
        if bot is None:
            self._room.do("the character", lambda desk: authoring.author(desk, made), self._saved, self._failed)
        else:
            self._room.do("the changes", lambda desk: amend(desk, bot, made), self._saved, self._failed)

    def _saved(self, bot_id: str) -> None:
        self._saving = False
        self._done(bot_id)

    def _failed(self, error: UserError) -> None:
        self._saving, self._problem = False, str(error)


FIELDS = (
    *("name", "persona", "voice_samples", "traits", "backstory", "relationship", "kickoff", "greetings"),
    *("instructions", "closing_instructions"),
)


def amend(desk: Desk, bot: Bot, made: BotAuthored) -> str:
    """Write down each field that is other than before.

    Raises:
        UserError: a text that is too long; nothing was changed.
    """
    authoring.check_bot(made)

    def each() -> None:
        for name in FIELDS:
            value, former = getattr(made, name), getattr(bot, name)
            if value != (list(former) if isinstance(former, tuple) else former):
                editing.edit_bot(desk.log, bot.id, name, value)

    desk.change(each)
    return bot.id
