"""How the game looks: colours, type, spacing and motion, as constants, and the same put into Dear ImGui's style.

Lengths are units of the 1280 by 720 design; multiply by ``Frame.scale`` for pixels.  The grid is 8 units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from imgui_bundle import imgui

from engine.draw.colour import Colour, channels, faded, mixed, rgb
from engine.draw.fonts import UNKNOWN, Weight, chain

GRID = 8.0
ROUNDING = 12.0
ROUNDING_SMALL = 8.0

# Type: four sizes.
TEXT_SMALL = 14.0
TEXT_BODY = 18.0
TEXT_TITLE = 28.0
TEXT_HUGE = 56.0

# Motion, in seconds; all of it eases and can be turned off.
MOTION_QUICK_S = 0.12
MOTION_S = 0.18
MOTION_SLOW_S = 0.25

# Grounds, from the night sky up to what lies nearest.
NIGHT = rgb("#0B0D14")
PANEL = rgb("#131725")
RAISED = rgb("#1B2033")
LINE = rgb("#2A3150")
HOVER = rgb("#232A44")

INK = rgb("#F2F5FF")
INK_SOFT = rgb("#A9B2CF")
INK_FAINT = rgb("#6F7896")


class Mark(NamedTuple):
    """One bright colour of the game: its usual tone, the tone that colour-blind players tell apart, and its shape."""

    usual: Colour
    twin: Colour
    shape: str


# Twins follow Okabe and Ito's palette, raised in lightness for a dark ground.
CYAN = Mark(rgb("#4DE1FF"), rgb("#56B4E9"), "circle")
MAGENTA = Mark(rgb("#FF4DA6"), rgb("#D55E00"), "diamond")
AMBER = Mark(rgb("#FFC857"), rgb("#F0E442"), "triangle")
LIME = Mark(rgb("#9BE564"), rgb("#009E73"), "square")
RED = Mark(rgb("#FF5C6C"), rgb("#CC79A7"), "cross")


@dataclass(slots=True)
class Settings:
    """What the player has chosen about looks; set by the program, read by everything that draws."""

    colour_blind: bool = False
    reduced_motion: bool = False
    scale: float = 1.0
    """Pixels a design unit of the frame being built; set by :func:`apply`."""


settings = Settings()


def tone(mark: Mark) -> Colour:
    """The tone of ``mark`` that the player's settings ask for."""
    return mark.twin if settings.colour_blind else mark.usual


class _Fonts:
    """The faces Dear ImGui writes in; filled by :func:`load_fonts`."""

    regular: imgui.ImFont
    bold: imgui.ImFont
    mono: imgui.ImFont
    italic: imgui.ImFont
    bold_italic: imgui.ImFont


fonts = _Fonts()


def load_fonts(atlas: imgui.ImFontAtlas) -> None:
    """Load the faces of Roboto and Inconsolata, each completed by icons and by the system's fonts for other scripts."""
    for weight in Weight:
        paths = chain(weight)
        font = atlas.add_font_from_file_ttf(str(paths[0]), TEXT_BODY)
        for path in paths[1:]:
            merge = imgui.ImFontConfig()
            merge.merge_mode = True
            atlas.add_font_from_file_ttf(str(path), TEXT_BODY, merge)
        font.fallback_char = ord(UNKNOWN)
        setattr(fonts, weight.name.lower(), font)


def vec(colour: Colour) -> imgui.ImVec4:
    """``colour`` as Dear ImGui's style wants it."""
    return imgui.ImVec4(*channels(colour))


def apply(scale: float) -> None:
    """Give the current Dear ImGui context this look, at ``scale`` pixels a unit."""
    settings.scale = scale
    style = imgui.get_style()
    _lengths(style, scale)
    _colours(style)
    style.font_size_base = TEXT_BODY
    style.font_scale_main = scale


def _lengths(style: imgui.Style, scale: float) -> None:
    def both(x: float, y: float) -> imgui.ImVec2:
        return imgui.ImVec2(x * scale, y * scale)

    style.window_padding = both(24, 24)
    style.frame_padding = both(14, 9)
    style.cell_padding = both(12, 8)
    style.item_spacing = both(12, 10)
    style.item_inner_spacing = both(8, 8)
    style.window_rounding = style.popup_rounding = style.child_rounding = ROUNDING * scale
    style.frame_rounding = style.grab_rounding = style.tab_rounding = ROUNDING_SMALL * scale
    style.scrollbar_rounding = 99.0
    style.scrollbar_size = 8 * scale
    style.grab_min_size = 16 * scale
    style.indent_spacing = 24 * scale
    style.window_border_size = style.child_border_size = style.popup_border_size = max(1.0, scale)
    style.frame_border_size = 0.0
    style.tab_border_size = 0.0
    style.separator_text_border_size = max(1.0, scale)
    style.window_title_align = imgui.ImVec2(0.5, 0.5)
    style.window_menu_button_position = imgui.Dir.none
    style.disabled_alpha = 0.4


def _colours(style: imgui.Style) -> None:
    accent = tone(CYAN)
    c = imgui.Col_
    table = {
        c.text: INK,
        c.text_disabled: INK_FAINT,
        c.window_bg: faded(PANEL, 0.96),
        c.child_bg: faded(RAISED, 0.0),
        c.popup_bg: RAISED,
        c.border: LINE,
        c.border_shadow: 0,
        c.frame_bg: RAISED,
        c.frame_bg_hovered: HOVER,
        c.frame_bg_active: mixed(HOVER, accent, 0.15),
        c.title_bg: PANEL,
        c.title_bg_active: PANEL,
        c.scrollbar_bg: 0,
        c.scrollbar_grab: LINE,
        c.scrollbar_grab_hovered: mixed(LINE, INK_SOFT, 0.4),
        c.scrollbar_grab_active: INK_FAINT,
        c.check_mark: accent,
        c.slider_grab: accent,
        c.slider_grab_active: INK,
        c.button: RAISED,
        c.button_hovered: HOVER,
        c.button_active: mixed(HOVER, accent, 0.25),
        c.header: mixed(RAISED, accent, 0.12),
        c.header_hovered: HOVER,
        c.header_active: mixed(HOVER, accent, 0.25),
        c.separator: LINE,
        c.plot_lines: accent,
        c.plot_histogram: accent,
        c.table_header_bg: RAISED,
        c.table_border_strong: LINE,
        c.table_border_light: faded(LINE, 0.6),
        c.table_row_bg: 0,
        c.table_row_bg_alt: faded(RAISED, 0.4),
        c.text_selected_bg: faded(accent, 0.3),
        c.nav_cursor: accent,
        c.modal_window_dim_bg: faded(NIGHT, 0.7),
        c.text_link: accent,
        c.input_text_cursor: accent,
    }
    for slot, colour in table.items():
        style.set_color_(slot.value, vec(colour))
