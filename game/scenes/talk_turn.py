"""How the entries of a transcript look: turns with their wordings and actions, scene heads, banners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imgui_bundle import imgui

from engine.draw import icons, pen, theme
from engine.draw.colour import faded
from engine.draw.fonts import Weight
from engine.draw.pen import Vec, px
from engine.draw.theme import AMBER, CYAN, INK, INK_FAINT, INK_SOFT, LIME, LINE, MAGENTA, Mark, tone
from game.roleplay.events import NARRATOR
from game.roleplay.state import Turn
from game.scenes.canvas import mixed
from game.scenes.talk_entries import (
    WHY_CLOSED,
    ClosedEntry,
    HeadEntry,
    HiddenEntry,
    SaidEntry,
    TurnEntry,
    said_so_far,
    set_of,
)
from game.scenes.talk_markup import Paragraph
from game.scenes.talk_spots import Spots
from game.scenes.talk_transcript import Budget
from game.scenes.talk_type import Typesetter, draw_lines
from game.truth import Truth

NAME = 30.0
GAP = 10.0
"""Between two paragraphs."""
BELOW = 22.0
"""Under a turn."""
HEAD = 76.0
CLOSED = 44.0
GUTTER = 52.0
"""Left of the text, for the sign of who speaks."""
APART = 24.0
"""Scenes without the player stand in by so much."""
ACTION = 30.0
WORDINGS = 100.0
"""How wide ‹ 2/3 › is at most, with the room before it."""
BLINK_S = 0.53
PULSE_S = 1.2

_MARKS = (MAGENTA, AMBER, LIME)


@dataclass(frozen=True, slots=True)
class TurnActions:
    """What a turn can be asked to do; each takes it."""

    again: Callable[[Turn], object]
    edit: Callable[[Turn], object]
    rewind: Callable[[Turn], object]
    hide: Callable[[Turn], object]
    delete: Callable[[Turn], object]
    keep: Callable[[Turn], object]
    branch: Callable[[Turn], object]
    swipe: Callable[[Turn, int], object]


@dataclass(frozen=True, slots=True)
class Look:
    """What drawing an entry needs: where it may write, what answers to the mouse, and what is chosen."""

    spots: Spots
    type: Typesetter
    x: float
    width: float
    view: tuple[float, float]
    """Top and bottom of what can be seen."""
    ooc: tuple[str, str]
    seconds: float
    busy: bool
    chosen: int
    actions: TurnActions


def mark_of(who: str) -> Mark:
    """The accent of a speaker; names tell them apart, the colour only helps."""
    return CYAN if who == "you" else _MARKS[sum(who.encode()) % len(_MARKS)]


def paragraphs_of(entry: TurnEntry | SaidEntry, ooc: tuple[str, str]) -> tuple[Paragraph, ...]:
    """The words of an entry as they are set; those under way are not kept."""
    if isinstance(entry, SaidEntry):
        return said_so_far(entry.text, ooc, not entry.yours)
    return set_of(entry.turn.text, ooc)


def text_height(typesetter: Typesetter, made: tuple[Paragraph, ...], width: float, budget: Budget) -> float:
    """How high paragraphs are together; some of them estimated once the budget is spent."""
    high = 0.0
    for paragraph in made:
        known = typesetter.known(paragraph, width)
        if known is None and not budget.spent:
            known = typesetter.set(paragraph, width)
        high += px(GAP) + (known.height if known is not None else typesetter.estimate(paragraph, width))
    return high


def turn_height(entry: TurnEntry | SaidEntry, look: Look, budget: Budget) -> float:
    """The height of a turn with everything that belongs to it."""
    width = look.width
    if isinstance(entry, TurnEntry) and entry.apart:
        width -= px(APART)
    made = paragraphs_of(entry, look.ooc)
    if isinstance(entry, TurnEntry) and entry.turn.speaker == NARRATOR:
        return px(BELOW) + max(text_height(look.type, made, width - px(GUTTER), budget), px(24))
    return px(NAME + BELOW) + max(text_height(look.type, made, width - px(GUTTER), budget), px(36))


def draw_text(
    look: Look, made: tuple[Paragraph, ...], x: float, y: float, width: float, ink: int
) -> tuple[float, float]:
    """Write paragraphs from ``y`` down; says where the last line ends."""
    draw, end = look.spots.draw, (x, y)
    for paragraph in made:
        known = look.type.known(paragraph, width)
        if known is None:
            y += look.type.estimate(paragraph, width) + px(GAP)
            continue
        if y + known.height > look.view[0] and y < look.view[1]:
            colour = _ooc_ink() if paragraph.kind == "ooc" else ink
            if paragraph.kind != "text":
                bar = tone(CYAN) if paragraph.kind == "quote" else LINE
                draw.add_rect_filled(
                    Vec(x, y + px(3)), Vec(x + px(3), y + known.height - px(3)), faded(bar, 0.7), px(2)
                )
            action = mixed(ink, INK_SOFT, 0.75) if paragraph.kind != "ooc" else 0
            draw_lines(draw, known, x, y, colour, look.view, action=action)
        end = (x + known.end, y + known.height - known.pitch)
        y += known.height + px(GAP)
    return end


def _ooc_ink() -> int:
    return mixed(INK_FAINT, INK_SOFT, 0.45)


def draw_turn(look: Look, entry: TurnEntry, y: float, height: float) -> None:
    """A turn: who speaks, what was said, the wordings there are, and what can be done with it."""
    turn, spots = entry.turn, look.spots
    x, width = look.x, look.width
    if entry.apart:
        x, width = x + px(APART), width - px(APART)
        bar = tone(theme.AMBER)
        spots.draw.add_rect_filled(Vec(look.x, y), Vec(look.x + px(3), y + height), faded(bar, 0.6))
    chosen = look.chosen == turn.number
    over = spots.over(look.x - px(12), y, look.width + px(24), height)
    if chosen or over:
        _ground(spots.draw, look.x - px(12), y - px(8), look.width + px(24), height - px(8), chosen)
    strength = 0.35 if entry.faded or turn.hidden else 1.0
    if turn.speaker == NARRATOR:
        pen.write(spots.draw, x + px(16), y + px(15), icons.MOON, 14, faded(INK_FAINT, strength), across=0.5, down=0.5)
        _number(spots.draw, turn, x, y + px(34), strength)
        ink = faded(INK_SOFT, strength)
        draw_text(look, paragraphs_of(entry, look.ooc), x + px(GUTTER), y, width - px(GUTTER), ink)
        if (over or chosen) and not look.busy:
            _actions(look, turn, y)
        return
    _sign(spots.draw, x, y, turn.speaker, entry.name, strength)
    _number(spots.draw, turn, x, y + px(44), strength)
    left = x + px(GUTTER)
    _name(look, entry, left, y, strength)
    if not turn.is_yours:
        _wordings(look, turn, x + width, y)
    if entry.faded:
        words = "regenerating…"
        pen.write(spots.draw, left, y + px(NAME + GAP), words, theme.TEXT_BODY, INK_FAINT, Weight.ITALIC)
        return
    ink = faded(INK, strength)
    draw_text(look, paragraphs_of(entry, look.ooc), left, y + px(NAME), width - px(GUTTER), ink)
    if (over or chosen) and not look.busy:
        _actions(look, turn, y)


def _ground(draw: imgui.ImDrawList, x: float, y: float, w: float, h: float, chosen: bool) -> None:
    ground = faded(theme.HOVER, 0.55 if chosen else 0.3)
    draw.add_rect_filled(Vec(x, y), Vec(x + w, y + h), ground, px(theme.ROUNDING))
    if chosen:
        draw.add_rect_filled(Vec(x, y + px(8)), Vec(x + px(3), y + h - px(8)), tone(CYAN), px(2))


def _sign(draw: imgui.ImDrawList, x: float, y: float, who: str, name: str, strength: float) -> None:
    """A disc with the first letter of who speaks."""
    accent = tone(mark_of(who))
    centre = Vec(x + px(16), y + px(16))
    draw.add_circle_filled(centre, px(16), faded(accent, 0.16 * strength), 32)
    draw.add_circle(centre, px(16), faded(accent, 0.5 * strength), 32, max(1.0, px(1)))
    letter = next((sign for sign in name if not sign.isspace()), "?").upper()
    pen.write(draw, centre.x, centre.y, letter, 16, faded(accent, strength), Weight.BOLD, across=0.5, down=0.5)


def _number(draw: imgui.ImDrawList, turn: Turn, x: float, y: float, strength: float) -> None:
    """The number that questions and the drawer call the turn by, small in the gutter."""
    ink = faded(INK_FAINT, 0.8 * strength)
    pen.write(draw, x + px(16), y, str(turn.number), theme.TEXT_SMALL, ink, across=0.5, down=0.5)


def _name(look: Look, entry: TurnEntry, x: float, y: float, strength: float) -> None:
    turn, draw = entry.turn, look.spots.draw
    middle = y + px(14)
    if entry.name:
        room = look.width * 0.55
        name = pen.fit(entry.name, theme.TEXT_BODY, room, Weight.BOLD)
        ink = faded(tone(mark_of(turn.speaker)), strength)
        x += pen.write(draw, x, middle, name, theme.TEXT_BODY, ink, Weight.BOLD, down=0.5) + px(12)
    facts = []
    if turn.hidden:
        facts.append(f"{icons.HIDE}  out of view")
    if turn.said.truncated:
        facts.append("— cut off here")
    if turn.said.truth is Truth.USER and not turn.is_yours:
        facts.append("as you wrote it")
    if facts:
        pen.write(draw, x, middle, "   ".join(facts), theme.TEXT_SMALL, _ooc_ink(), down=0.5)


def _wordings(look: Look, turn: Turn, right: float, y: float) -> None:
    """‹ 2/3 ›: steps through the wordings; past the last one another is asked for."""
    side, count, at = px(26), len(turn.alternatives), turn.chosen
    middle = y + px(14)
    words = f"{at + 1}/{count}"
    wide = max(pen.measure("99/99" if count > 9 else "9/9", theme.TEXT_SMALL, Weight.MONO)[0], 1.0)
    free = not look.busy
    step = look.actions.swipe
    x = right - side
    last = at == count - 1
    hint = "Another wording  →" if last else "Next wording  →"
    look.spots.icon(x, middle - side / 2, side, icons.NEXT, hint, (lambda: step(turn, at + 1)) if free else None)
    pen.write(
        *(look.spots.draw, x - wide / 2 - px(2), middle, words, theme.TEXT_SMALL),
        INK_SOFT if count > 1 else INK_FAINT,
        Weight.MONO,
        across=0.5,
        down=0.5,
    )
    x -= wide + px(4) + side
    back = (lambda: step(turn, at - 1)) if free and at > 0 else None
    look.spots.icon(x, middle - side / 2, side, icons.PREVIOUS, "Wording before  ←", back)


def _actions(look: Look, turn: Turn, y: float) -> None:
    """A small bar in the turn's upper right corner, within it: on the way there the pointer never leaves the turn."""
    able = look.actions
    listed: list[tuple[str, str, Callable[[Turn], object]]] = []
    if not turn.is_yours and turn.speaker != NARRATOR:
        listed.append((icons.RETRY, "Say it anew  R", able.again))
    listed.append((icons.PEN, "Edit  E", able.edit))
    if not turn.accepted:
        listed.append((icons.CHECK, "Keep as it is  K", able.keep))
    listed += [
        (icons.REWIND, "Rewind to here  W", able.rewind),
        (icons.BRANCH, "Branch here  B", able.branch),
        (icons.EYE if turn.hidden else icons.HIDE, "Show again  H" if turn.hidden else "Hide  H", able.hide),
        (icons.DELETE, "Delete  Del", able.delete),
    ]
    side = px(ACTION)
    w = side * len(listed) + px(8)
    beside = 0.0 if turn.is_yours or turn.speaker == NARRATOR else px(WORDINGS)
    x, top = look.x + look.width - beside - w, max(y - px(3), look.view[0] + px(2))
    pen.panel(look.spots.draw, x, top, w, side + px(4), theme.RAISED, rounding=theme.ROUNDING_SMALL)
    for place, (icon, name, act) in enumerate(listed):
        look.spots.icon(x + px(4) + place * side, top + px(2), side, icon, name, lambda act=act: act(turn))  # type: ignore[misc]


def draw_said(look: Look, entry: SaidEntry, y: float) -> None:
    """Words as they come, with a cursor behind them; before the first one a pulse."""
    draw = look.spots.draw
    strength = 0.55 if entry.yours else 1.0
    _sign(draw, look.x, y, "you" if entry.yours else entry.who, entry.name, strength)
    left = look.x + px(GUTTER)
    accent = faded(tone(mark_of("you" if entry.yours else entry.who)), strength)
    pen.write(draw, left, y + px(14), entry.name, theme.TEXT_BODY, accent, Weight.BOLD, down=0.5)
    made = paragraphs_of(entry, look.ooc)
    still = theme.settings.reduced_motion
    if not made and not entry.yours:
        _pulse(draw, left, y + px(NAME + 16), look.seconds, still)
        return
    x, at = draw_text(look, made, left, y + px(NAME), look.width - px(GUTTER), faded(INK, strength))
    if not entry.yours and (still or look.seconds % (2 * BLINK_S) < BLINK_S):
        low = Vec(x + px(3), at + px(5))
        draw.add_rect_filled(low, Vec(low.x + px(9), low.y + px(18)), faded(accent, 0.9), px(2))


def _pulse(draw: imgui.ImDrawList, x: float, y: float, seconds: float, still: bool) -> None:
    """The sign of thinking: the game's ring turns, and three dots breathe beside it."""
    pen.ouro(draw, x + px(11), y, px(11), 1.0, 0.0 if still else seconds / 1.6 % 1.0)
    for dot in range(3):
        phase = (seconds / PULSE_S - dot * 0.18) % 1.0
        light = 0.7 if still else 0.25 + 0.75 * max(0.0, 1.0 - abs(phase * 2 - 0.5) * 2)
        draw.add_circle_filled(Vec(x + px(36 + dot * 12), y), px(3.4), faded(INK_SOFT, light), 16)


def head_height(entry: HeadEntry, look: Look, budget: Budget) -> float:
    """The height of a scene's head with what is told of it."""
    told = entry.told
    if not told:
        return px(HEAD)
    return px(HEAD + BELOW) + text_height(look.type, set_of(told, look.ooc), look.width - px(2 * GUTTER), budget)


def draw_head(look: Look, entry: HeadEntry, y: float) -> None:
    """Where and when a scene plays, and under it what is told of it."""
    draw, middle = look.spots.draw, y + px(HEAD / 2)
    meanwhile = entry.scene.meanwhile
    accent = tone(AMBER) if meanwhile else tone(CYAN)
    words = "   ·   ".join(part for part in (entry.place, entry.clock) if part)
    if meanwhile:
        words = f"Meanwhile   ·   {words}"
    words = pen.fit(words, 16, look.width * 0.8, Weight.BOLD)
    wide = pen.measure(words, 16, Weight.BOLD)[0]
    centre = look.x + look.width / 2
    icon = icons.MOON if meanwhile else icons.PLACE
    pen.write(draw, centre - wide / 2 - px(8), middle, icon, 14, accent, across=1.0, down=0.5)
    pen.write(draw, centre, middle, words, 16, INK_SOFT, Weight.BOLD, across=0.5, down=0.5)
    for side in (-1, 1):
        near, far = centre + side * (wide / 2 + px(34)), centre + side * look.width / 2
        draw.add_line(Vec(near, middle), Vec(far, middle), LINE, max(1.0, px(1)))
    told = entry.told
    if told:
        inset = px(GUTTER)
        draw_text(look, set_of(told, look.ooc), look.x + inset, y + px(HEAD), look.width - 2 * inset, INK_SOFT)


def draw_closed(look: Look, entry: ClosedEntry, y: float) -> None:
    """The end of a scene."""
    why = WHY_CLOSED.get(entry.scene.why, "")
    words = "Scene closed" + (f"   ·   {why}" if why else "")
    at = look.x + look.width / 2
    pen.write(look.spots.draw, at, y + px(CLOSED / 2), words, theme.TEXT_SMALL, _ooc_ink(), across=0.5, down=0.5)


def draw_hidden(look: Look, entry: HiddenEntry, y: float, show: Callable[[], object]) -> None:
    """A line for turns that are out of view; a click shows them."""
    words = f"{icons.HIDE}   {entry.count} turn{'' if entry.count == 1 else 's'} out of view   ·   show   Ctrl+H"
    at, h = look.x + look.width / 2, px(CLOSED)
    wide = pen.measure(words, theme.TEXT_SMALL)[0]
    over = look.spots.over(at - wide / 2, y, wide, h)
    ink = INK if over else _ooc_ink()
    pen.write(look.spots.draw, at, y + h / 2, words, theme.TEXT_SMALL, ink, across=0.5, down=0.5)
    if look.spots.pressed(at - wide / 2, y, wide, h):
        show()
