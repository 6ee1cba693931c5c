"""What a chat tells the player between the turns: a reply that failed, a slow one, a question, a chat not begun.

The words of 004 16.5 stand here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.draw import icons, pen, theme
from engine.draw.pen import px
from engine.draw.theme import AMBER, CYAN, INK, Mark, tone
from game.scenes.canvas import mixed
from game.scenes.talk_markup import Paragraph, Style
from game.scenes.talk_transcript import Budget
from game.scenes.talk_turn import Look
from game.scenes.talk_type import draw_lines

SLOW = "Slow response — still waiting…"
CUT = "connection lost — partial response saved"
UNSAVED = "Couldn't save your turn — fix and retry"
GUEST = "It seems that {name} has left. Is that so?"
NOT_BEGUN = "This chat has not begun. Read how it starts, mend what is not right, then play."
PADDING = 16.0
BUTTONS = 44.0


@dataclass(frozen=True, slots=True)
class Choice:
    """A button of a note: its words, the key that does the same, and what it does."""

    words: str
    note: str
    act: Callable[[], object]
    icon: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A banner: one sentence and what can be done about it."""

    words: str
    choices: tuple[Choice, ...] = ()
    mark: Mark = AMBER
    icon: str = icons.WARNING


def _words(note: Note) -> Paragraph:
    return Paragraph("text", ((note.words, Style.PLAIN),))


def note_height(note: Note, look: Look, budget: Budget) -> float:
    """How high the banner is, with the room below it."""
    made = look.type.set(_words(note), look.width - px(2 * PADDING + 36))
    return made.height + px(2 * PADDING + 18) + (px(BUTTONS) if note.choices else 0.0)


def draw_note(look: Look, note: Note, y: float, height: float) -> None:
    """The banner with its buttons."""
    spots, accent = look.spots, tone(note.mark)
    h = height - px(18)
    pen.panel(
        spots.draw, look.x, y, look.width, h, mixed(theme.PANEL, accent, 0.10), border=mixed(theme.LINE, accent, 0.6)
    )
    pen.write(spots.draw, look.x + px(PADDING + 10), y + px(PADDING + 13), note.icon, 16, accent, across=0.5, down=0.5)
    made = look.type.set(_words(note), look.width - px(2 * PADDING + 36))
    left = look.x + px(PADDING + 34)
    draw_lines(spots.draw, made, left, y + px(PADDING), INK, look.view)
    x, top = left, y + px(PADDING + 8) + made.height
    for choice in note.choices:
        x += spots.button(
            *(x, top, choice.words, choice.act),
            icon=choice.icon,
            note=choice.note,
            primary=choice.primary,
            mark=note.mark if choice.primary else CYAN,
        ) + px(10)
