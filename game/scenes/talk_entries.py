"""What stands in a transcript, one under the other: scene heads, turns, what is being said, what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from game.roleplay import clock
from game.roleplay.state import Scene, Turn
from game.scenes.talk_markup import Paragraph, paragraphs
from game.scenes.talk_speech import Corner, Speech
from game.scenes.talk_view import ChatView


@dataclass(frozen=True, slots=True)
class TurnEntry:
    """A turn as it stands; ``faded`` while it is about to be said anew."""

    turn: Turn
    name: str
    apart: bool = False
    faded: bool = False

    @property
    def key(self) -> object:
        """What it is known by."""
        return self.turn.number


@dataclass(frozen=True, slots=True)
class HeadEntry:
    """The head of a scene: where and when; ``told`` is its description where the scene before had another."""

    scene: Scene
    place: str
    clock: str
    told: str = ""

    @property
    def key(self) -> object:
        """What it is known by."""
        return "head", self.scene.id


@dataclass(frozen=True, slots=True)
class ClosedEntry:
    """The end of a scene."""

    scene: Scene

    @property
    def key(self) -> object:
        """What it is known by."""
        return "closed", self.scene.id


@dataclass(frozen=True, slots=True)
class SaidEntry:
    """What is being said, as far as it came; or the player's own words on their way into the transcript."""

    who: str
    name: str
    text: str
    yours: bool
    version: int

    @property
    def key(self) -> object:
        """What it is known by."""
        return "yours" if self.yours else "said"


@dataclass(frozen=True, slots=True)
class EditEntry:
    """A turn being written over."""

    turn: Turn
    name: str

    @property
    def key(self) -> object:
        """What it is known by."""
        return "edit"


@dataclass(frozen=True, slots=True)
class NoteEntry:
    """A banner: ``what`` is trouble, slow, question or kickoff."""

    what: str

    @property
    def key(self) -> object:
        """What it is known by."""
        return self.what


@dataclass(frozen=True, slots=True)
class HiddenEntry:
    """So many turns that are out of view, the first of them numbered ``first``."""

    first: int
    count: int

    @property
    def key(self) -> object:
        """What it is known by."""
        return "hidden", self.first


Entry = TurnEntry | HeadEntry | ClosedEntry | SaidEntry | EditEntry | NoteEntry | HiddenEntry

LONG = 5_000
"""Characters from which on a turn is taken apart beside the game."""

WHY_CLOSED = {
    "container": "everyone went on to another place",
    "skip": "time went by",
    "said": "it came to its end",
    "manual": "closed by you",
    "guest": "the guest left",
    "meanwhile": "what went on without you",
}


@lru_cache(maxsize=3000)
def set_of(text: str, ooc: tuple[str, str]) -> tuple[Paragraph, ...]:
    """The paragraphs of a turn's text."""
    return paragraphs(text, ooc)


@lru_cache(maxsize=8)
def said_so_far(text: str, ooc: tuple[str, str], under_way: bool) -> tuple[Paragraph, ...]:
    """The paragraphs of words on their way; those that are whole are not looked at again with every word."""
    cut = text.rfind("\n") + 1
    whole = text[:cut]
    if cut and whole.count(ooc[0]) == whole.count(ooc[1]):
        return set_of(whole, ooc) + paragraphs(text[cut:], ooc, under_way=under_way)
    return paragraphs(text, ooc, under_way=under_way)


def set_long(turns: Sequence[Turn], ooc: tuple[str, str]) -> None:
    """Take very long turns apart beside the game: it takes longer than a frame."""
    for turn in turns:
        if len(turn.text) > LONG:
            set_of(turn.text, ooc)


def place_of(view: ChatView, scene: Scene) -> str:
    """The name of the place a scene plays at."""
    return next((one.name for one in view.chat.containers if one.id == scene.container), "")


def entries_of(view: ChatView, *, hidden: bool = False, former: Sequence[Entry] = ()) -> tuple[Entry, ...]:
    """The transcript as it is in the log; turns out of view only with ``hidden``, else a line for them.

    It costs a few milliseconds where there are thousands: done beside the game.  What stands as it stood in
    ``former`` is the same thing again: thousands of new ones would have the collector come by.
    """
    known = {entry.turn.number: entry for entry in former if isinstance(entry, TurnEntry)}
    made: list[Entry] = []
    scene: Scene | None = None
    for turn in view.turns:
        if scene is None or turn.scene != scene.id:
            if scene is not None and scene.closed:
                made.append(ClosedEntry(scene))
            before, scene = scene, view.scenes.get(turn.scene)
            if scene is not None:
                made.append(_head(view, scene, before))
        if not turn.hidden or hidden:
            name, apart = view.name_of(turn.speaker), scene is not None and scene.meanwhile
            same = known.get(turn.number)
            if same is None or same.turn is not turn or same.name != name or same.apart != apart:
                same = TurnEntry(turn, name, apart)
            made.append(same)
        elif made and isinstance(last := made[-1], HiddenEntry):
            made[-1] = HiddenEntry(last.first, last.count + 1)
        else:
            made.append(HiddenEntry(turn.number, 1))
    now = view.chat.scene
    if now is not None and (scene is None or now.id != scene.id):
        if scene is not None and scene.closed:
            made.append(ClosedEntry(scene))
        made.append(_head(view, now, scene))
    return tuple(made)


def _head(view: ChatView, scene: Scene, before: Scene | None) -> HeadEntry:
    told = scene.description.strip()
    if before is not None and told == before.description.strip():
        told = ""
    return HeadEntry(scene, place_of(view, scene), clock.friendly(scene.clock_us, view.chat.day_one_us), told)


@dataclass(slots=True)
class Edit:
    """A turn being written over; ``again`` is the number of the reply that is said anew afterwards, 0 for none."""

    number: int
    text: str
    again: int = 0


def with_edit(made: Sequence[Entry], edit: Edit | None) -> Sequence[Entry]:
    """The transcript with the turn that is written over as a field, and the reply to it faded."""
    if edit is None:
        return made
    out: list[Entry] = []
    for entry in made:
        if isinstance(entry, TurnEntry) and entry.turn.number == edit.number:
            out.append(EditEntry(entry.turn, entry.name))
        elif isinstance(entry, TurnEntry) and entry.turn.number == edit.again:
            out.append(TurnEntry(entry.turn, entry.name, entry.apart, faded=True))
        else:
            out.append(entry)
    return out


def with_speech(made: Sequence[Entry], view: ChatView, speech: Speech | None, version: int) -> list[Entry]:
    """The transcript with what is being said in its place."""
    out = list(made)
    if speech is None or speech.host != view.host:
        return out
    if speech.sent:
        out.append(SaidEntry("you", view.name_of("you"), speech.sent, True, 0))
    who = speech.who or view.host
    said = SaidEntry(who, view.name_of(who), speech.text, False, version)
    if speech.kind == "say":
        out.append(said)
        return out
    for place in range(len(out) - 1, -1, -1):
        entry = out[place]
        if isinstance(entry, TurnEntry) and entry.turn.number == speech.turn:
            out[place] = said
            break
    return out


def notes_of(view: ChatView, speech: Speech | None, corner: Corner) -> list[Entry]:
    """What the player has to be told at the transcript's end."""
    out: list[Entry] = []
    if not view.chat.begun and speech is None:
        out.append(NoteEntry("kickoff"))
    if speech is not None and speech.host == view.host and speech.is_slow:
        out.append(NoteEntry("slow"))
    if corner.trouble is not None:
        out.append(NoteEntry("trouble"))
    if corner.question:
        out.append(NoteEntry("question"))
    return out
