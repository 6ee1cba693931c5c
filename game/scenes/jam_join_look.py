"""How hosting and joining a jam look: jams nearby and the code at the left, a jam of one's own at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgui_bundle import imgui

from engine.clock import now_us
from engine.draw import icons, pen, theme, widgets
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.net.admission import ADMISSION_US
from engine.net.discovery_records import FoundSession
from engine.net.join_code import DIGIT_KIND, WORD_KIND
from game.jam.crowd_events import CROWD
from game.jam.state import PLAYER, SPECTATOR
from game.scenes.jam_scene import GAP, MARGIN, Place, column, entered, head, head_height, is_narrow, quiet_text
from game.scenes.requests import WatchJam
from game.scenes.talk_form import button, problem, same_line, thinking

if TYPE_CHECKING:
    from game.scenes.jam_join import JamJoinScene

ROW, ROW_GAP = 58.0, 8.0
LEAST_ROWS, MOST_ROWS = 2, 6
BESIDE = 560.0
"""What stands above and below the list needs so much, in design units; the list has what is left."""

FOOT, FOOT_GAP, FOOT_PADDING = 72.0, 8.0, 12.0
HELP_US = 5_000_000
"""So long a jam may take to show up before the player is told what to do."""

ASK_WIDTH = 460.0
_GROUNDLESS = imgui.WindowFlags_.no_background.value
KINDS = (WORD_KIND, DIGIT_KIND)
ROLES, ROLE_WORDS = (PLAYER, SPECTATOR, CROWD), ("Play along", "Watch", "In the crowd")
NO_JAM = (
    "No jam has shown up. Is one open, and are both machines on the same network? Some networks keep machines "
    "apart: then type the address that the host's screen shows, or paste the host's link."
)


def draw_join(frame: Frame, scene: JamJoinScene) -> None:
    """All of it; only the way in while this machine asks to be let in."""
    name = scene.room.name
    head(frame, "Jam", f"You are {name}" if name and not scene.naming else "Play together on one network")
    if scene.knocking:
        _draw_knocking(frame, scene)
        return
    x, y = px(MARGIN), head_height(frame)
    w, h = frame.width - 2 * x, frame.height - y - px(MARGIN)
    narrow = is_narrow(frame)
    left = w if narrow else (w - px(GAP)) * 0.58
    foot = min(scene.foot or px(FOOT), 0.6 * h)
    upper = h - foot - px(FOOT_GAP)
    with column("jam joining", (x, y, left, upper)):
        _draw_name(scene)
        _draw_joining(frame, scene, h)
        if narrow:
            widgets.space(20)
            _draw_hosting(scene)
    with column("jam join", (x, y + h - foot, left, foot), padding=FOOT_PADDING):
        _draw_foot(scene)
    if narrow:
        return
    with column("jam hosting", (x + left + px(GAP), y, w - left - px(GAP), h)):
        _draw_hosting(scene)


def _draw_name(scene: JamJoinScene) -> None:
    if scene.naming:
        if entered(scene.called):
            scene.keep_name()
        return
    room = imgui.get_content_region_avail().x
    if widgets.small_button(pen.fit(scene.room.name, theme.TEXT_BODY, room - px(60)), icon=icons.PEN):
        scene.rename()
    imgui.same_line(0, px(12))
    at = imgui.get_cursor_screen_pos()
    words = "is what the others call you"
    if pen.measure(words, theme.TEXT_SMALL)[0] <= imgui.get_content_region_avail().x:
        pen.write(imgui.get_window_draw_list(), at.x, at.y + px(18), words, theme.TEXT_SMALL, theme.INK_SOFT, down=0.5)
    imgui.dummy(Vec(1, px(36)))
    widgets.space(4)


# -- joining ---------------------------------------------------------------------------------------------------


def _draw_joining(frame: Frame, scene: JamJoinScene, height: float) -> None:
    from game.scenes.jam_join import ELSEWHERE

    widgets.section("Join a jam", "jams on this network show up by themselves")
    _draw_found(frame, scene, height)
    scene.focus_here(not scene.found and not scene.naming)
    elsewhere = scene.chosen == ELSEWHERE
    if widgets.row(
        *(ELSEWHERE, "By address", "for networks where jams do not show up"),
        chosen=elsewhere,
        icon=icons.PLACE,
        height=ROW,
    ):
        scene.choose(ELSEWHERE)
    widgets.space(6)
    if elsewhere and entered(scene.address):
        scene.code.field.focus()
    picked = scene.session
    scene.code.note = f"It stands on {picked.host if picked is not None else 'the host'}'s screen."
    if entered(scene.code):
        scene.join()
    if scene.code.error:
        _scroll_to_problem(scene)
    scene.role = ROLES[widgets.segmented("role", ROLE_WORDS, ROLES.index(scene.role), width=420)]
    if scene.role == CROWD:
        quiet_text("You only listen, without a seat in the band. Any number may, where the jam is open to a crowd.")


def _draw_foot(scene: JamJoinScene) -> None:
    """What is wrong, and what leads on: always in sight, however much stands above."""
    problem(scene.problem)
    if button("Join", icon=icons.PLAY, primary=True):
        scene.join()
    same_line()
    if button("Paste a link"):
        scene.paste()
    scene.foot = imgui.get_cursor_pos_y() - imgui.get_style().item_spacing.y + px(FOOT_PADDING)


def _draw_found(frame: Frame, scene: JamJoinScene, height: float) -> None:
    """The jams, in as much room as is kept for them: what stands below never moves."""
    rows = max(LEAST_ROWS, min(MOST_ROWS, int((height - px(BESIDE)) / px(ROW + ROW_GAP))))
    imgui.begin_child(
        "jams found", Vec(0, rows * px(ROW + ROW_GAP)), imgui.ChildFlags_.nav_flattened.value, _GROUNDLESS
    )
    imgui.push_style_var(imgui.StyleVar_.item_spacing.value, Vec(px(8), px(ROW_GAP)))
    for place, row in enumerate(scene.listed.rows):
        scene.focus_here(place == 0 and not scene.naming)
        imgui.begin_disabled(not row.here)
        if _row(row.session, here=row.here, chosen=row.session.session == scene.chosen):
            scene.choose(row.session.session)
        imgui.end_disabled()
    imgui.pop_style_var()
    if not scene.listed.rows:
        _draw_none(frame, scene)
    imgui.end_child()


def _scroll_to_problem(scene: JamJoinScene) -> None:
    """What was just drawn is seen, for as long as the focus may draw the view away from it."""
    if scene.unseen:
        scene.unseen -= 1
        imgui.set_scroll_here_y(1.0)


def _row(session: FoundSession, *, here: bool, chosen: bool) -> bool:
    who = "1 player" if session.players == 1 else f"{session.players} players"
    facts = [f"{session.host} conducts", who] + ([session.song] if session.song else [])
    words = "   ·   ".join(facts) if here else "is not there any more"
    return widgets.row(
        *(session.session, session.name, words, icons.CHECK if chosen else ""),
        chosen=chosen,
        icon=icons.MUSIC,
        height=ROW,
    )


def _draw_none(frame: Frame, scene: JamJoinScene) -> None:
    thinking(frame, "Looking for jams on this network")
    if scene.room.problem:
        problem(scene.room.problem)
    elif now_us() - scene.since_us > HELP_US:
        quiet_text(NO_JAM)
    widgets.space(4)


def _draw_knocking(frame: Frame, scene: JamJoinScene) -> None:
    """A ring that closes until no answer is to be expected any more, and the way back."""
    w, h = (
        min(px(ASK_WIDTH), frame.width - 2 * px(MARGIN)),
        min(px(300), frame.height - head_height(frame) - px(MARGIN)),
    )
    place: Place = ((frame.width - w) / 2, max((frame.height - h) / 2, head_height(frame)), w, h)
    with column("jam knocking", place):
        room = imgui.get_content_region_avail().x
        imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + (room - px(88)) / 2)
        widgets.ring_progress((now_us() - scene.knocking_us) / ADMISSION_US, radius=44, mark=theme.CYAN)
        widgets.space(4)
        widgets.text(f"Asking to be let in: {scene.knocking}", weight=Weight.BOLD)
        quiet_text("The code is checked by both sides; it takes a moment.")
        widgets.space(8)
        scene.focus_here()
        if button("Cancel", icon=icons.CROSS, note="Esc"):
            scene.cancel()


# -- hosting ---------------------------------------------------------------------------------------------------


def _draw_hosting(scene: JamJoinScene) -> None:
    widgets.section("Host a jam")
    quiet_text(
        "You conduct: you pick the songs and start them. Nothing leaves this network, and nobody needs an account."
    )
    widgets.space(6)
    scene.titled.hint = f"{scene.room.name}'s jam" if scene.room.name else "An evening of songs"
    if entered(scene.titled):
        scene.host()
    widgets.text("The join code is", 16.0, weight=Weight.BOLD)
    scene.kind = KINDS[widgets.segmented("kind", ("Two words", "Six digits"), KINDS.index(scene.kind))]
    quiet_text("Words are easier to call across a room." if scene.kind == WORD_KIND else "Digits are quick on a pad.")
    widgets.space(8)
    if button("Open the jam", icon=icons.PEOPLE, primary=True):
        scene.host()
    widgets.space(20)
    widgets.section("Past jams")
    if widgets.row(
        "past jams", "What you played together", "watched or heard again, with everyone in it", icon=icons.REPLAY
    ):
        scene.context.open(WatchJam())
