"""The song on the stand, what this player plays of it, and the buttons that lead to the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgui_bundle import imgui

from engine.draw import icons, pen, theme, widgets
from engine.draw.colour import mixed
from engine.draw.fonts import Weight
from engine.draw.pen import Vec, px
from game.jam.events import SongOffered
from game.rhythm.chart import MAX_LANES
from game.rhythm.rules import rule_set
from game.scenes.jam_lobby_view import LobbyView, Person
from game.scenes.jam_scene import quiet_text
from game.scenes.jam_words import and_so_on

if TYPE_CHECKING:
    from game.scenes.jam_lobby import JamLobbyScene

ROW = 46.0
PART = 58.0
BUTTON = 48.0
ACTIONS = 112.0
"""How high the buttons and the sentence under them are."""

LOW_ACTIONS, LOW_PADDING = 96.0, 12.0
CLOSE = 4.0
"""The lines of the seat stand so close, so that all of them are seen at once."""


def draw_song(scene: JamLobbyScene, view: LobbyView) -> None:
    """The song, and the choices for it."""
    offer, me = view.offer, view.me
    if me is None:
        return
    if offer is None:
        widgets.section("No song yet")
        if me.conducts:
            quiet_text("Pick one; everyone who lacks it gets it from you before it starts.")
        else:
            quiet_text(f"{view.conductor} picks one. It comes here by itself if you lack it.")
        if not me.plays:
            widgets.space(4)
            _draw_watching()
        return
    _draw_title(scene, offer, me)
    if me.problem:
        widgets.text(f"{icons.WARNING}  {me.problem}", theme.TEXT_SMALL, theme.tone(theme.RED))
        if widgets.small_button("Try again", icon=icons.RETRY):
            scene.fetch_again()
    widgets.space(4)
    if me.plays:
        imgui.push_style_var(imgui.StyleVar_.item_spacing.value, Vec(px(8), px(CLOSE)))
        _draw_seat(scene, view, me)
        imgui.pop_style_var()
    else:
        _draw_watching()


def _draw_watching() -> None:
    """What there is for who only watches."""
    quiet_text("You watch: when a song starts you see every player's lanes, and they feel your reactions.")
    widgets.space(4)
    widgets.hints((("T", "who reaches whom"), ("H", "hearing"), ("C", "copy the link"), ("Esc", "leave")))


def _draw_title(scene: JamLobbyScene, offer: SongOffered, me: Person) -> None:
    widgets.text(offer.title, 22.0, weight=Weight.BOLD)
    facts = [offer.artist] if offer.artist else []
    facts += [rule_set(offer.rules).title] if offer.rules else []
    facts += [f"at {offer.rate:.0%}"] if offer.rate != 1.0 else []
    coming = me.song < 1.0 and not me.problem
    quiet_text(f"The song is on its way: {me.song_words}" if coming else "   ·   ".join(facts))
    if me.conducts:
        if widgets.small_button("Another song", icon=icons.MUSIC):
            scene.pick_song()
        imgui.same_line(0, px(8))
        if widgets.small_button("Free jam", icon=icons.BOLT):
            scene.ask_free()


def _draw_seat(scene: JamLobbyScene, view: LobbyView, me: Person) -> None:
    seat = scene.seat
    widgets.section("Your part", "several may share one")
    gap = px(8)
    width = (imgui.get_content_region_avail().x - gap) / 2
    for place, (name, words, share) in enumerate(seat.parts):
        if place % 2:
            imgui.same_line(0, gap)
        scene.focus_here(name == seat.part)
        if _draw_part(name, words, share, and_so_on(scene.takers(name)), width, chosen=name == seat.part):
            seat.choose_part(name)
    level = seat.level
    widgets.space(4)
    shown = f"{level.words} · {level.keys} keys" if level is not None else ""
    if widgets.row("difficulty", "Difficulty", right=shown, icon=icons.CHART, height=ROW):
        scene.ask_level()
    words = f"{seat.keys} key{'s' if seat.keys != 1 else ''}"
    if level is not None and seat.keys == level.keys:
        words += ", as the chart has"
    moved, keys = widgets.slider("Your keys", seat.keys, 1, MAX_LANES, step=1, shown=words)
    if moved:
        seat.choose_keys(round(keys))


def _draw_part(name: str, words: str, share: float, takers: str, width: float, *, chosen: bool) -> bool:
    """A part to choose, with a bar for its share of the notes and who else plays it; True when it was pressed."""
    item = widgets.Item(f"part {name}", width, px(PART))
    accent = theme.tone(theme.CYAN)
    ground = mixed(mixed(theme.RAISED, accent, 0.2 * chosen), theme.HOVER, item.lift)
    border = accent if chosen else mixed(theme.LINE, accent, item.lift)
    pen.panel(item.draw, item.x, item.y, item.w, item.h, ground, rounding=theme.ROUNDING_SMALL, border=border, lit=0.0)
    left, right = item.x + px(14), item.x + item.w - px(14)
    if chosen:
        pen.write(item.draw, right, item.y + px(16), icons.CHECK, 15, accent, across=1.0, down=0.5)
    title = pen.fit(words, 16, right - left - px(20), Weight.BOLD)
    pen.write(item.draw, left, item.y + px(16), title, 16, theme.INK, Weight.BOLD, down=0.5)
    note = pen.fit(f"{share:.0%} of the notes" + (f" · {takers}" if takers else ""), theme.TEXT_SMALL, right - left)
    pen.write(item.draw, left, item.y + px(36), note, theme.TEXT_SMALL, theme.INK_SOFT, down=0.5)
    foot, half = item.y + item.h - px(7), px(1.5)
    item.draw.add_rect_filled(Vec(left, foot - half), Vec(right, foot + half), theme.LINE, half)
    item.draw.add_rect_filled(Vec(left, foot - half), Vec(left + (right - left) * share, foot + half), accent, half)
    return item.activated


def leads_on(view: LobbyView) -> bool:
    """Whether there is anything to do or to wait for; until a song is picked only the conductor can."""
    return view.running or view.offer is not None or (view.me is not None and view.me.conducts)


def only_waits(view: LobbyView) -> bool:
    """Whether this player has nothing to press until somebody else does something."""
    me = view.me
    return me is not None and not view.running and not me.conducts and (view.offer is None or not me.plays)


def draw_actions(scene: JamLobbyScene, view: LobbyView) -> None:
    """What leads on from here: the song, being ready, the start."""
    me = view.me
    if me is None:
        return
    buttons: list[tuple[str, str, str, bool, object]] = []
    words = ""
    if view.running:
        buttons.append(("Join in", icons.PLAY, "G", True, scene.join_in))
        if me.conducts:
            buttons.append(("Call it off", icons.STOP, "", False, scene.call_off))
        words = "The others are playing."
    elif view.offer is None:
        if me.conducts:
            buttons.append(("Pick a song", icons.MUSIC, "S", True, scene.pick_song))
            buttons.append(("Free jam", icons.BOLT, "F", False, scene.ask_free))
    else:
        if me.plays:
            label, icon = ("Ready", icons.PLAY) if not me.ready else ("You are ready", icons.CHECK)
            buttons.append((label, icon, "R", not me.ready, scene.toggle_ready))
        if me.conducts:
            buttons.append(("Start", icons.PLAY, "G", not view.waits, scene.start))
        words = view.waits or ("Everyone is ready." if me.conducts else f"{view.conductor} starts when all are ready.")
    _draw_buttons(scene, buttons)
    if words:
        quiet_text(words)


def _draw_buttons(scene: JamLobbyScene, buttons: list[tuple[str, str, str, bool, object]]) -> None:
    """In a row of equal width."""
    room, gap = imgui.get_content_region_avail().x, px(10)
    width = (room - gap * (len(buttons) - 1)) / max(len(buttons), 1) / theme.settings.scale
    for place, (label, icon, key, primary, act) in enumerate(buttons):
        if place:
            imgui.same_line(0, gap)
        scene.focus_here(place == 0 and not (scene.seat.parts and scene.plays))
        if widgets.big_button(label, icon=icon, note=key, primary=primary, width=width, height=BUTTON):
            assert callable(act)
            act()
