"""A veil over the widgets of a scene, for a question that stands in front of them."""

from __future__ import annotations

from imgui_bundle import imgui

from engine.draw import theme
from engine.draw.colour import faded
from engine.draw.frame import Frame
from engine.draw.pen import Vec
from game.scenes.picker import Overlay

_VEIL = (
    imgui.WindowFlags_.no_decoration.value
    | imgui.WindowFlags_.no_inputs.value
    | imgui.WindowFlags_.no_saved_settings.value
    | imgui.WindowFlags_.no_background.value
    | imgui.WindowFlags_.no_focus_on_appearing.value
)


def _veil(frame: Frame, fresh: bool) -> None:
    """Dim every panel; while ``fresh`` it goes to the front, and :func:`_to_front` brings the question before it."""
    imgui.set_next_window_pos(Vec(0, 0))
    imgui.set_next_window_size(Vec(*frame.size))
    imgui.push_style_var(imgui.StyleVar_.window_border_size.value, 0.0)
    imgui.begin("veil", None, _VEIL)
    imgui.get_window_draw_list().add_rect_filled(Vec(0, 0), Vec(*frame.size), faded(theme.NIGHT, 0.7))
    if fresh:
        _to_front()
    imgui.end()
    imgui.pop_style_var()


def _to_front() -> None:
    """Put the window that is being made before all others."""
    imgui.internal.bring_window_to_display_front(imgui.internal.get_current_window())


class VeiledOverlay(Overlay):
    """An overlay over a scene that is itself made of widgets: those are dimmed, and it stands before them."""

    def draw(self, frame: Frame) -> None:
        """A veil over all panels, and the question over that."""
        _veil(frame, self._frames < 2)
        super().draw(frame)

    def content(self, frame: Frame) -> None:
        """What is asked, in front of the veil."""
        if self.fresh:
            _to_front()
        self.ask(frame)

    def ask(self, frame: Frame) -> None:
        """What stands in the panel."""
        raise NotImplementedError
