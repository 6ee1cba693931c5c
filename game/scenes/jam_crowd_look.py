"""How the crowd of a jam looks: what goes on and how it is heard at the left, everyone's keys at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgui_bundle import imgui

from engine.draw import icons, pen, theme, widgets
from engine.draw.colour import faded, mixed
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from game.jam.crowd_events import CrowdPlayer
from game.jam.crowd_listener import CrowdListener, Link
from game.jam.crowd_words import Now, Phase
from game.jam.parts import ALL
from game.scenes.jam_crowd_sound import BEHIND_US
from game.scenes.jam_play_look import REACTIONS
from game.scenes.jam_scene import GAP, MARGIN, column, head, head_height, is_narrow, quiet_text
from game.scenes.palette import lane_colours
from game.scenes.talk_form import button, thinking

if TYPE_CHECKING:
    from game.scenes.jam_crowd import JamCrowdScene

SPAN_US = 4_000_000
"""So much of what was played is seen."""

NOW_SHARE = 0.38
ROW, ROW_GAP = 66.0, 10.0
NAME_WIDTH = 150.0
RING = 54.0
GLOW_US = 180_000
FELT_US = 4_000_000
MOST_SHOWN = 24
MOST_BEATS = 32


def draw_crowd(frame: Frame, scene: JamCrowdScene, at_us: int) -> None:
    """All of it; before the first word only how it is being looked for."""
    listener = scene.listener
    if listener is None:
        head(frame, "In the crowd")
        return
    now = listener.view.now
    head(frame, now.title if now is not None and now.title else "In the crowd", _about(listener))
    x, y = px(MARGIN), head_height(frame)
    w, h = frame.width - 2 * x, frame.height - y - px(MARGIN)
    if is_narrow(frame):
        with column("crowd", (x, y, w, h)):
            _draw_now(frame, scene, listener, at_us)
            widgets.space(12)
            _draw_players(scene, listener, at_us)
        return
    left = (w - px(GAP)) * NOW_SHARE
    with column("crowd now", (x, y, left, h)):
        _draw_now(frame, scene, listener, at_us)
    with column("crowd players", (x + left + px(GAP), y, w - left - px(GAP), h)):
        _draw_players(scene, listener, at_us)


def _about(listener: CrowdListener) -> str:
    now = listener.view.now
    words = ["You listen in the crowd"]
    if now is not None and now.crowd > 1:
        words.append(f"{now.crowd} listen")
    return "   ·   ".join(words)


# -- what goes on ------------------------------------------------------------------------------------------------


def _draw_now(frame: Frame, scene: JamCrowdScene, listener: CrowdListener, at_us: int) -> None:
    now = listener.view.now
    if now is None:
        thinking(frame, "You are let in; looking for somebody who passes the jam on to you")
        quiet_text("This takes a few seconds. Where nobody is in reach, move nearer to the others.")
    else:
        _draw_pulse(now, listener, at_us)
        widgets.text(_what(now), 24.0, weight=Weight.BOLD)
        if now.artist and now.phase != Phase.FREE:
            quiet_text(now.artist)
        quiet_text(_state(now, scene))
        widgets.space(12)
        _draw_link(listener.link, listener, now)
        quiet_text(f"who does not reach the band may join by your address, {scene.address}")
    widgets.space(12)
    scene.focus_here()
    if button("Leave", icon=icons.EXIT, note="Esc"):
        scene.back()


def _what(now: Now) -> str:
    if now.phase == Phase.FREE:
        return f"A free jam at {60_000_000 / now.beat_us:.0f} beats a minute" if now.beat_us else "A free jam"
    return now.song or "No song yet"


def _state(now: Now, scene: JamCrowdScene) -> str:
    sound = scene.sound
    match now.phase:
        case Phase.WAITING:
            return "The band has not picked a song yet."
        case Phase.SONG_OFFERED:
            return "The band gets ready; the song begins when they are."
        case Phase.FREE:
            return "What they play sounds here a moment later, in their rhythm."
    if sound is None or sound.lacking:
        return "You do not have this song, so it is silent here; the beat and everyone's keys are theirs."
    if sound.plays:
        return "You have this song: it plays here in time with the band, as far as your clock goes."
    return "You have this song; it is being got ready."


def _draw_pulse(now: Now, listener: CrowdListener, at_us: int) -> None:
    """A ring that swells on each beat."""
    at, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    radius, draw = px(RING), imgui.get_window_draw_list()
    cx, cy = at.x + room / 2, at.y + radius + px(8)
    swell, words = 0.0, ""
    song_us = now.song_us(listener.time.session_us(at_us))
    if now.beat_us and now.take and listener.time.agreed:
        beats = (song_us - now.beat_at_us) / now.beat_us
        swell = max(0.0, 1.0 - (beats % 1.0) * 2) if beats >= 0 else 0.0
        words = str(int(beats) % now.meter + 1) if beats >= 0 else f"{-song_us / 1e6 * 100 / now.rate_percent:.0f}"
    accent = theme.tone(theme.CYAN)
    steady = 0.0 if theme.settings.reduced_motion else swell
    pen.arc(draw, cx, cy, radius, px(6), 0.0, 1.0, mixed(theme.LINE, accent, 0.25 + 0.75 * swell))
    if steady > 0.01:
        draw.add_circle_filled(Vec(cx, cy), radius * (0.45 + 0.3 * steady), faded(accent, 0.18 + 0.3 * steady))
    if words:
        pen.write(draw, cx, cy, words, 30, theme.INK, Weight.BOLD, across=0.5, down=0.5)
    else:
        pen.write(draw, cx, cy, icons.MUSIC, 26, theme.INK_SOFT, across=0.5, down=0.5)
    imgui.dummy(Vec(room, 2 * radius + px(20)))


def _draw_link(link: Link, listener: CrowdListener, now: Now) -> None:
    widgets.section("How you hear it")
    quiet_text(through(link))
    late_us = listener.view.late_us
    if late_us > 0 and now.take:
        quiet_text(f"keys come about {late_us / 1000:.0f} ms after they were played")
    quiet_text(f"the beat is right to about {link.error_us / 1000:.0f} ms: nobody measured your way to the band")
    if link.below:
        quiet_text(f"{link.below} hear{'s' * (link.below == 1)} it through you; stay if you can")


def through(link: Link) -> str:
    """Through whom it is heard, in words."""
    if link.hops <= 0:
        return "nobody in reach passes it on just now; somebody is being looked for"
    if link.hops == 1:
        return "straight from the conductor"
    return f"through {link.hops - 1} other{'s' * (link.hops > 2)}"


# -- who plays ---------------------------------------------------------------------------------------------------


def _draw_players(scene: JamCrowdScene, listener: CrowdListener, at_us: int) -> None:
    view = listener.view
    players = list(view.players.values())
    widgets.section("Who plays", str(len(players)) if players else "")
    if not players:
        quiet_text("They are named as soon as they are heard.")
        return
    now = view.now
    shown_us = 0 if now is None else now.song_us(listener.time.session_us(at_us) - BEHIND_US)
    hits: dict[str, list[tuple[int, int]]] = {}
    for hit in view.hits:
        if 0 <= shown_us - hit.song_us < SPAN_US:
            hits.setdefault(hit.peer, []).append((hit.lane, shown_us - hit.song_us))
    for player in players[:MOST_SHOWN]:
        _draw_player(scene, player, now, shown_us, hits.get(player.peer, []))
    if len(players) > MOST_SHOWN:
        quiet_text(f"and {len(players) - MOST_SHOWN} more")
    _draw_felt(listener, at_us)


def _draw_felt(listener: CrowdListener, at_us: int) -> None:
    """What was felt of late, the latest first, fading."""
    draw, at = imgui.get_window_draw_list(), imgui.get_cursor_screen_pos()
    x, right = at.x, at.x + imgui.get_content_region_avail().x
    for felt, heard_us in reversed(listener.view.felt):
        left = 1 - (at_us - heard_us) / FELT_US
        icon, mark, _ = REACTIONS[felt.reaction]
        name = pen.fit(felt.name, theme.TEXT_SMALL, px(NAME_WIDTH))
        wide = px(28) + pen.measure(name, theme.TEXT_SMALL)[0]
        if left <= 0 or x + wide > right:
            break
        middle = at.y + px(16)
        pen.write(draw, x, middle, icon, 20, faded(theme.tone(mark), left), down=0.5)
        pen.write(draw, x + px(28), middle, name, theme.TEXT_SMALL, faded(theme.INK_SOFT, left), down=0.5)
        x += wide + px(20)
    imgui.dummy(Vec(1, px(32)))


def _draw_player(
    scene: JamCrowdScene, player: CrowdPlayer, now: Now | None, shown_us: int, hits: list[tuple[int, int]]
) -> None:
    """A name and a strip on which keys move away to the left; the latest are at its right edge."""
    draw, at = imgui.get_window_draw_list(), imgui.get_cursor_screen_pos()
    room, high = imgui.get_content_region_avail().x, px(ROW)
    wide = min(px(NAME_WIDTH), room * 0.35)
    ink = theme.INK if player.here else theme.INK_FAINT
    name = pen.fit(player.name, theme.TEXT_BODY, wide - px(12), Weight.BOLD)
    pen.write(draw, at.x, at.y + high * 0.34, name, theme.TEXT_BODY, ink, Weight.BOLD, down=0.5)
    note = pen.fit(_plays(player), theme.TEXT_SMALL, wide - px(12))
    pen.write(draw, at.x, at.y + high * 0.7, note, theme.TEXT_SMALL, theme.INK_SOFT, down=0.5)
    x, w = at.x + wide, room - wide
    pen.panel(draw, x, at.y, w, high, theme.NIGHT, rounding=theme.ROUNDING_SMALL, border=theme.LINE, lit=0.0)
    if now is not None and now.beat_us and now.take:
        _draw_beats(draw, (x, at.y, w, high), now, shown_us)
    lanes = max(1, player.keys, *(lane + 1 for lane, _ in hits))
    colours = lane_colours(lanes, scene.context.profile.settings.playfield.palette)
    inner, lane_high = px(4), (high - px(8)) / lanes
    for lane, ago_us in hits:
        cx = x + w - inner - (w - 2 * inner) * ago_us / SPAN_US
        top, half = at.y + inner + lane * lane_high, px(3)
        fresh = max(0.0, 1 - ago_us / GLOW_US)
        colour = mixed(colours[lane], theme.INK, fresh)
        thick = max(lane_high - px(1), px(2))
        draw.add_rect_filled(Vec(cx - half, top), Vec(cx + half, top + thick), colour, min(half, thick / 2))
    imgui.dummy(Vec(room, high + px(ROW_GAP) - imgui.get_style().item_spacing.y))


def _draw_beats(draw: imgui.ImDrawList, place: tuple[float, float, float, float], now: Now, shown_us: int) -> None:
    x, y, w, h = place
    first = -(-(shown_us - SPAN_US - now.beat_at_us) // now.beat_us)
    for beat in range(max(0, first), max(0, first) + MOST_BEATS):
        ago_us = shown_us - now.beat_at_us - beat * now.beat_us
        if ago_us < 0:
            break
        cx = x + w - w * ago_us / SPAN_US
        if cx > x:
            strong = beat % now.meter == 0
            colour = faded(theme.LINE, 1.0 if strong else 0.5)
            draw.add_line(Vec(cx, y + px(2)), Vec(cx, y + h - px(2)), colour, px(1.5 if strong else 1.0))


def _plays(player: CrowdPlayer) -> str:
    if not player.here:
        return "cannot be heard"
    if not player.keys:
        return "has not chosen yet"
    part = "everything" if player.part == ALL else player.part
    return f"{part}, {player.keys} key{'s' * (player.keys != 1)}"
