"""Who is in the jam: a line each, with part, readiness, network, and how far the song has come."""

from __future__ import annotations

from imgui_bundle import imgui

from engine.draw import icons, pen, theme, widgets
from engine.draw.colour import Colour, faded, mixed
from engine.draw.fonts import Weight
from engine.draw.pen import px
from engine.draw.theme import AMBER, CYAN, INK, INK_FAINT, INK_SOFT, LIME, RED, tone
from game.jam.machine import Machine
from game.scenes.jam_lobby_view import Person
from game.scenes.jam_scene import quiet_text
from game.scenes.jam_words import Quality

ROW = 62.0
SONG_ROW = 24.0
BARS = 3
RIGHT_SHARE = 0.42
"""The right half of a row takes no more of it than this."""


def draw_person(person: Person) -> bool:
    """One member; True when their line was pressed."""
    shows_song = 0.0 <= person.song < 1.0 or bool(person.problem)
    item = widgets.Item(f"member {person.id}", imgui.get_content_region_avail().x, px(ROW + SONG_ROW * shows_song))
    draw, middle = item.draw, item.y + px(ROW / 2)
    here = person.link.bars > 0
    ground = mixed(faded(theme.RAISED, 0.75), theme.HOVER, item.lift)
    pen.panel(draw, item.x, item.y, item.w, item.h, ground, rounding=theme.ROUNDING_SMALL, lit=0.0)
    icon, mark = _icon(person)
    pen.write(draw, item.x + px(24), middle, icon, 18, mark if here else INK_FAINT, across=0.5, down=0.5)
    left, right = item.x + px(48), item.x + item.w - px(14)
    edge = right - min(_draw_right(draw, person, right, middle, item.w), item.w * RIGHT_SHARE) - px(12)
    ink = INK if here else INK_FAINT
    name = f"{person.name} (you)" if person.mine else person.name
    pen.write(draw, left, middle - px(12), pen.fit(name, 18, edge - left, Weight.BOLD), 18, ink, Weight.BOLD, down=0.5)
    doing = " · ".join(words for words in ("conducts" if person.conducts else "", person.part) if words)
    small = pen.fit(doing, theme.TEXT_SMALL, edge - left)
    pen.write(draw, left, middle + px(13), small, theme.TEXT_SMALL, INK_SOFT, down=0.5)
    if shows_song:
        _draw_song(draw, person, left, item.y + px(ROW), right)
    return item.activated


def _icon(person: Person) -> tuple[str, Colour]:
    if person.conducts:
        return icons.STAR, tone(AMBER)
    return (icons.PERSON, tone(CYAN)) if person.plays else (icons.EYE, INK_SOFT)


def _draw_right(draw: imgui.ImDrawList, person: Person, right: float, middle: float, w: float) -> float:
    """Ready or not once there is a song to be ready for, and the network under it; says how wide that is."""
    wide, room = 0.0, w * RIGHT_SHARE
    if person.plays and person.song >= 0.0:
        words = f"{icons.CHECK}  ready" if person.ready else "not ready"
        colour = tone(LIME) if person.ready else INK_SOFT
        wide = pen.write(
            *(draw, right, middle - px(12), words, theme.TEXT_SMALL, colour, Weight.BOLD), across=1.0, down=0.5
        )
    words = pen.fit(person.link.words, theme.TEXT_SMALL, room - px(30))
    taken = pen.write(draw, right, middle + px(13), words, theme.TEXT_SMALL, INK_SOFT, across=1.0, down=0.5)
    if not person.mine:
        draw_bars(draw, right - taken - px(26), middle + px(19), person.link)
        taken += px(30)
    return max(wide, taken)


def draw_bars(draw: imgui.ImDrawList, x: float, foot: float, link: Quality) -> None:
    """Three bars that grow, as many filled as the link is good; a cross where nothing is heard."""
    if link.bars == 0:
        pen.write(draw, x + px(9), foot - px(6), icons.CROSS, theme.TEXT_SMALL, tone(RED), across=0.5, down=0.5)
        return
    colour = tone((RED, AMBER, LIME)[link.bars - 1])
    for place in range(BARS):
        left, high = x + place * px(7), px(5 + 4 * place)
        low, corner = pen.Vec(left, foot - high), pen.Vec(left + px(5), foot)
        if place < link.bars:
            draw.add_rect_filled(low, corner, colour, px(1))
        else:
            draw.add_rect(low, corner, INK_FAINT, px(1), max(1.0, px(1)))


def _draw_song(draw: imgui.ImDrawList, person: Person, left: float, y: float, right: float) -> None:
    """How far the song has come to a member."""
    middle = y + px(6)
    if person.problem:
        words = pen.fit(f"{icons.WARNING}  {person.problem}", theme.TEXT_SMALL, right - left)
        pen.write(draw, left, middle, words, theme.TEXT_SMALL, tone(RED), down=0.5)
        return
    room = (right - left) * 0.5
    wide = pen.write(
        *(draw, right, middle, pen.fit(person.song_words, theme.TEXT_SMALL, room), theme.TEXT_SMALL, INK_SOFT),
        across=1.0,
        down=0.5,
    )
    end, half = right - wide - px(12), px(3)
    draw.add_rect_filled(pen.Vec(left, middle - half), pen.Vec(end, middle + half), theme.LINE, half)
    filled = left + (end - left) * person.song
    if person.song > 0:
        draw.add_rect_filled(pen.Vec(left, middle - half), pen.Vec(filled, middle + half), tone(CYAN), half)


def crowd_words(machine: Machine) -> str:
    """How many listen, and how many of them hear this machine itself."""
    crowd = machine.crowd
    if crowd is None or not crowd.listeners:
        return "nobody listens yet; whoever has the code may"
    near = f", {crowd.first_hops} of them straight from you" if crowd.listeners > crowd.first_hops else ""
    return f"{crowd.listeners} listen{'s' * (crowd.listeners == 1)}{near}"


def draw_crowd_switch(machine: Machine, me: Person) -> bool:
    """Whether the jam is open to a crowd: a switch for who conducts, a line for the others; True when it was turned."""
    opened = machine.session.band.crowd
    if not me.conducts:
        if opened:
            widgets.space(4)
            quiet_text("The jam is open to a crowd that listens.")
        return False
    widgets.space(4)
    note = crowd_words(machine) if opened else "any number may listen who have the code"
    turned, _ = widgets.toggle("Open to a crowd (O)", opened, note=note)
    return turned
