"""How a chat begins: the kickoff read into a form, everything in it to be mended, then played (004 5.1, 16.2)."""

from __future__ import annotations

from collections.abc import Callable

from engine.draw import icons, widgets
from engine.draw.frame import Frame
from engine.errors import UserError
from game.roleplay import authoring, clock, reading
from game.roleplay.jobs import MAX_TEXT, Doing, EdgeWords, Kickoff, Place
from game.scenes.talk_form import Entry, Say, beside, button, page, problem, same_line, thinking
from game.scenes.talk_panel import Place as Rect
from game.scenes.talk_room import TalkRoom

LINE_CHARS = 300


class DoingFields:
    """What one of the two does when the scene begins."""

    def __init__(self, say: Say, who: str, doing: Doing) -> None:
        self._doing = doing
        self.verb = Entry(f"{who}: doing what", say, doing.verb or "", hint="mending a clock", most=LINE_CHARS)
        self.posture = Entry("Posture", say, doing.posture or "", hint="sitting", most=LINE_CHARS)
        self.slot = Entry("Where in it", say, doing.slot or "", hint="at the bench", most=LINE_CHARS)

    def draw(self) -> None:
        """What they do, then how and where."""
        self.verb.draw()
        beside(self.posture, self.slot)

    def value(self) -> Doing:
        """As mended."""
        return self._doing.model_copy(
            update={"verb": self.verb.text.strip(), "posture": self.posture.text.strip() or None}
            | {"slot": self.slot.text.strip() or None}
        )


class EdgeFields:
    """How one of the two stands to the other."""

    def __init__(self, say: Say, label: str, knows: str, edge: EdgeWords) -> None:
        """``label`` says who towards whom, ``knows`` whose facts these are and of whom."""
        self._label = label
        self.affinity = float(edge.affinity)
        self.trust = float(edge.trust)
        self.summary = Entry(f"{label}, in words", say, edge.summary, lines=2, most=MAX_TEXT)
        note = "One to a line, such as a name, a habit, a debt."
        self.facts = Entry(knows, say, "\n".join(edge.facts), note=note, lines=2, most=MAX_TEXT)

    def draw(self) -> None:
        """Two sliders and two fields."""
        _, self.affinity = widgets.slider(f"{self._label}: affinity", self.affinity, 0, 100, step=1)
        _, self.trust = widgets.slider(f"{self._label}: trust", self.trust, 0, 100, step=1)
        self.summary.draw()
        self.facts.draw()

    def value(self) -> EdgeWords:
        """As mended."""
        facts = [line.strip() for line in self.facts.text.split("\n") if line.strip()]
        return EdgeWords(affinity=round(self.affinity), trust=round(self.trust), summary=self.summary.text, facts=facts)


class KickoffPage:
    """Reads the kickoff of ``host`` and lets the player confirm it; ``done`` gets whether the chat has begun."""

    def __init__(self, room: TalkRoom, say: Say, host: str, done: Callable[[bool], object]) -> None:
        self._room = room
        self._say = say
        self._done = done
        self.host = host
        self._name = ""
        self._problem = ""
        self._form: Kickoff | None = None
        self._beginning = False
        self._parse()

    @property
    def ready(self) -> bool:
        """Whether the form is there."""
        return self._form is not None

    def _parse(self) -> None:
        host = self.host
        self._form = None
        self._room.do(
            "reading the kickoff",
            lambda desk: (reading.bot(desk.log, host).name, authoring.parse_kickoff(desk, host)),
            lambda found: self._fill(*found),
            self._failed,
        )

    def _fill(self, name: str, form: Kickoff) -> None:
        say = self._say
        self._name, self._form = name, form
        self.place = Entry("Place", say, form.place.name, hint="office", most=LINE_CHARS)
        self.sort = Entry("What sort of place", say, form.place.type, hint="workplace", most=LINE_CHARS)
        self.moving, self.public = form.place.moving, form.place.public
        start = clock.iso(authoring.start_of(""))
        self.when = Entry("Time", say, form.when or start, hint=start, most=LINE_CHARS)
        self.description = Entry(
            "What is to be seen", say, form.description, note="The scene as it opens.", lines=3, most=MAX_TEXT
        )
        self.you_doing = DoingFields(say, "You", form.you_doing)
        self.bot_doing = DoingFields(say, name, form.bot_doing)
        self.bot_edge = EdgeFields(say, f"{name} towards you", f"What {name} knows of you", form.bot_to_you)
        self.you_edge = EdgeFields(say, f"You towards {name}", f"What you know of {name}", form.you_to_bot)
        note = f"What {name} says first; leave it empty to speak first yourself."
        self.opening = Entry("Opening line", say, form.opening, note=note, lines=2, most=MAX_TEXT)

    def draw(self, frame: Frame, place: Rect, live: bool) -> None:
        """The form, or the ring while it is being read."""
        lead = "Read from what you wrote. Mend whatever is not right; then it is played as it stands here."
        with page(frame, "talk kickoff", place, f"How it starts{f' with {self._name}' if self._name else ''}", lead):
            if self._form is None:
                problem(self._problem)
                if self._problem:
                    self._draw_after_failure()
                else:
                    thinking(frame, f"{self._room.voice_name} reads how it starts…")
                return
            self._draw_form()

    def _draw_after_failure(self) -> None:
        if button("Try again", icon=icons.RETRY, primary=True):
            self._problem = ""
            self._parse()
        same_line()
        if button("Back", note="Esc"):
            self._done(False)

    def _draw_form(self) -> None:
        beside(self.place, self.sort)
        _, self.moving = widgets.toggle("It moves (a car, a tram)", self.moving)
        _, self.public = widgets.toggle("Others may come by", self.public)
        widgets.space(6)
        self.when.draw(right=self._friendly())
        self.description.draw()
        widgets.section("What you both do")
        self.you_doing.draw()
        self.bot_doing.draw()
        widgets.section("How you stand to each other", "never the same from both sides")
        self.bot_edge.draw()
        widgets.space(8)
        self.you_edge.draw()
        widgets.section("The first words")
        self.opening.draw()
        problem(self._problem)
        if button("Play", icon=icons.PLAY, primary=True, note="Ctrl+S") and not self._beginning:
            self.save()
        same_line()
        if button("Read it again", icon=icons.RETRY):
            self._parse()
        same_line()
        if button("Later", note="Esc"):
            self._done(False)

    def _friendly(self) -> str:
        try:
            return clock.friendly(clock.from_iso(self.when.text))
        except UserError:
            return ""

    def value(self) -> Kickoff:
        """The kickoff as mended.

        Raises:
            UserError: the time is none.
        """
        assert self._form is not None
        clock.from_iso(self.when.text)
        place = Place(
            name=self.place.text.strip() or "somewhere",
            type=self.sort.text.strip() or "place",
            moving=self.moving,
            public=self.public,
            audible_range=self._form.place.audible_range,
            slots=self._form.place.slots,
        )
        return Kickoff(
            place=place,
            description=self.description.text,
            when=self.when.text.strip(),
            you_doing=self.you_doing.value(),
            bot_doing=self.bot_doing.value(),
            bot_to_you=self.bot_edge.value(),
            you_to_bot=self.you_edge.value(),
            opening=self.opening.text,
        )

    def save(self) -> None:
        """Play it."""
        if self._form is None or self._beginning:
            return
        try:
            form = self.value()
        except (UserError, ValueError) as error:
            self._problem = str(error) if isinstance(error, UserError) else "One of these texts is too long."
            self.when.error = self._problem if isinstance(error, UserError) else ""
            return
        host = self.host
        self._beginning, self._problem = True, ""
        self._room.do("the kickoff", lambda desk: authoring.begin(desk, host, form), self._begun, self._failed)

    def _begun(self, _: None) -> None:
        self._beginning = False
        self._done(True)

    def _failed(self, error: UserError) -> None:
        self._beginning, self._problem = False, str(error)
