"""Every widget on one page, rendered without a window: ``python examples/gallery.py OUT.png [WIDTH HEIGHT]``."""

from __future__ import annotations

import sys
from pathlib import Path

from imgui_bundle import imgui

from engine.draw import icons, panels, pen, theme, widgets
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import px
from engine.input.events import InputEvent
from engine.window import HeadlessWindow


def left(frame: Frame) -> None:
    """Buttons and rows."""
    with panels.panel("left", px(40), px(120), px(380), px(560)):
        widgets.section("Play", "four songs ship with the game")
        widgets.big_button("Play", icon=icons.PLAY, primary=True, note="Enter")
        widgets.big_button("Replays", icon=icons.REPLAY, mark=theme.MAGENTA)
        widgets.big_button("A button whose label is far too long for it", icon=icons.SETTINGS, mark=theme.AMBER)
        widgets.space()
        widgets.row("a", "Neon Tide", "7 keys · Hard · 174 BPM", "98.72 %", icon=icons.MUSIC, chosen=True)
        widgets.row("b", "星の川 (Hoshi no Kawa)", "4 keys · Easy · 128 BPM", "A")
        widgets.row("c", "A title so long that it must be cut at the end of its line", "10 keys · Expert", "12.4 ★")


def middle() -> None:
    """Controls."""
    with panels.panel("middle", px(440), px(120), px(400), px(560)):
        widgets.section("Settings")
        widgets.slider("Scroll speed", 520, 200, 1200, step=10, shown="520 ms")
        widgets.slider("Volume", 0.7, 0, 1, shown="70 %", mark=theme.MAGENTA)
        widgets.toggle("Colour-blind palette", True, note="tones that everyone can tell apart")
        widgets.toggle("Reduced motion", False)
        widgets.segmented("keys", ["4K", "7K", "10K"], 1)
        widgets.space()
        for words in ("D", "F", "Space", "J", "K"):
            widgets.key_cap(words, pressed=words == "F")
            imgui.same_line()
        imgui.new_line()
        widgets.pill("7K", theme.tone(theme.CYAN))
        imgui.same_line()
        widgets.pill("NEW BEST", theme.tone(theme.LIME), filled=True)
        imgui.same_line()
        widgets.pill("NO FAIL", theme.tone(theme.AMBER))
        widgets.small_button("Import folder", icon=icons.ADD)
        imgui.same_line()
        widgets.small_button("Back", icon=icons.BACK)
        widgets.bar_progress(0.62)


def right(name: str) -> None:
    """Figures."""
    with panels.panel("right", px(860), px(120), px(380), px(560)):
        widgets.section("Result")
        with panels.card("card", mark=theme.LIME):
            widgets.stat("Accuracy", "98.72 %", colour=theme.tone(theme.LIME))
            imgui.same_line(px(180))
            widgets.stat("Combo", "1 204")
        widgets.space()
        widgets.ring_progress(0.72, radius=64, width=12, label="72 %", note="of the song")
        imgui.same_line(0, px(24))
        widgets.ring_progress(0.4, radius=48, width=9, mark=theme.MAGENTA, label="A")
        imgui.same_line(0, px(24))
        widgets.ring_progress(1.0, radius=28, width=6, mark=theme.AMBER)
        widgets.text("Body text that is long enough to break into a second line of this panel.", colour=theme.INK_SOFT)
        imgui.set_next_item_width(-1)
        imgui.input_text_with_hint("##search", "Search songs", name)
        imgui.checkbox("A plain checkbox", True)
        imgui.same_line()
        imgui.button("Plain")


def page(frame: Frame, toasts: panels.Toasts) -> None:
    """The whole page."""
    frame.ground = theme.NIGHT
    glow = frame.px(260)
    for x, colour in ((0.1, theme.CYAN), (0.9, theme.MAGENTA)):
        at = x * frame.width
        light = (theme.tone(colour) & 0xFFFFFF) | 0x22000000
        frame.shapes.circle(at, frame.height * 0.05, frame.px(2), light, glow=light, glow_px=glow * 2)
    with panels.screen(frame, "page"):
        draw = imgui.get_window_draw_list()
        pen.ouro(draw, px(72), px(64), px(34))
        pen.write(draw, px(124), px(64), "OuroJam", theme.TEXT_HUGE, theme.INK, Weight.BOLD, down=0.5)
        imgui.set_cursor_pos(imgui.ImVec2(px(40), px(687)))
        widgets.hints([("Enter", "play"), ("↑ ↓", "choose"), ("Tab", "mods"), ("Esc", "back")])
    left(frame)
    middle()
    right("")
    toasts.draw(frame)


def main() -> None:
    """Render a third of a second, so that motion has come to rest, with the pointer over a button."""
    size = (int(sys.argv[2]), int(sys.argv[3])) if len(sys.argv) > 3 else (1280, 720)
    window, toasts = HeadlessWindow(size, frame_us=16_667), panels.Toasts()
    toasts.say("Added 12 charts from the folder you dropped.")
    for control, place in (("x", 200.0), ("y", 320.0)):
        window.ui.feed(InputEvent(0, "mouse", control, place * window.scale))
    for _ in range(20):
        frame = window.begin_frame()
        if frame is not None:
            page(frame, toasts)
            window.end_frame(frame)
    window.screenshot(Path(sys.argv[1]))
    window.close()


if __name__ == "__main__":
    main()
