"""The keys of Talk, and how what is written is read."""

from __future__ import annotations

from imgui_bundle import imgui

from engine.draw import theme, widgets
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from game.scenes.picker import Overlay

KEYS = (
    ("Enter", "send; with nothing written, let them go on"),
    ("Shift Enter", "a new line"),
    ("Esc", "stop the reply, close what is open, at last leave"),
    ("F5", "try again what failed, or say the latest anew"),
    ("F7  F9", "put a notice away, take back what it tells of"),
    ("↑ ↓", "from the field to the turns, and among them"),
    ("← →", "another wording of the turn that is chosen"),
    ("R  E  K", "say it anew, edit it, keep it as it is"),
    ("W  B", "rewind to here, branch here"),
    ("H  Del", "take it out of view, delete it"),
    ("Ctrl H", "show what is out of view"),
    ("Pg Up  Pg Dn", "leaf through"),
    ("Home  End", "the beginning, the latest"),
    ("Tab", "the drawer: scene, bonds, memory, story, history, model"),
    ("F2  F3  F4", "chats, characters, settings"),
    ("Ctrl F", "search all chats"),
    ("Ctrl S", "save a form"),
)
WRITING = (
    ("*walks over*", "what you do"),
    ("Good evening.", "what you say; quotation marks may be there"),
    ("((keep it short))", "an aside: yours to read, nobody in the story hears it"),
    ("**never**   > a letter", "stressed words, and something quoted"),
)

GAMEPAD = (
    ("Cross", "turns and their wordings"),
    ("A  B", "send, or what can be done; back"),
    ("X  Y", "say it anew; the drawer"),
    ("L  R  Start", "leaf; the chats"),
)


class TalkKeys(Overlay):
    """Every key, and the marks of written play."""

    title = "Keys"
    width = 980.0
    height = 664.0

    def key(self, control: str) -> bool:
        """F1 closes as it opened."""
        if control == "key:f1":
            self.leave()
        return control == "key:f1"

    def content(self, frame: Frame) -> None:
        """Keys first, then how one writes, and what a gamepad does."""
        imgui.begin_child("talk keys")
        room = imgui.get_content_region_avail().x
        two = room >= px(700)
        imgui.begin_group()
        imgui.push_style_var(imgui.StyleVar_.item_spacing.value, Vec(px(12), px(4)))
        for keys, does in KEYS:
            widgets.hints([(keys.replace("  ", "   "), does)])
        imgui.pop_style_var()
        imgui.end_group()
        if two:
            imgui.same_line(room * 0.58)
        imgui.begin_group()
        widgets.section("Writing")
        for marks, does in WRITING:
            widgets.text(marks, theme.TEXT_SMALL, theme.tone(theme.CYAN), Weight.BOLD)
            widgets.text(does, theme.TEXT_SMALL, theme.INK_SOFT)
        widgets.section("Gamepad")
        for buttons, does in GAMEPAD:
            widgets.hints([(buttons.replace("  ", "   "), does)])
        imgui.end_group()
        imgui.end_child()
