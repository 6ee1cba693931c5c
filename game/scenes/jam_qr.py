"""The way into a jam as others see it: the code, big; a QR picture of the link; the addresses."""

from __future__ import annotations

import numpy as np
from imgui_bundle import imgui

from engine.draw import icons, pen, theme, widgets
from engine.draw.colour import rgb
from engine.draw.fonts import Weight
from engine.draw.pen import Vec, px
from engine.net.addresses import Endpoint, own_addresses
from engine.net.qr import JoinLink, qr_matrix
from game.jam.machine import Machine
from game.scenes.jam_scene import quiet_text

QUIET = 4
"""Light modules around a QR picture, so that it is found (ISO/IEC 18004, 9.1)."""

LIGHT, DARK = rgb("#F2F5FF"), rgb("#0B0D14")
CODE_SIZE = 40.0
LEAST_SIZE = 26.0
PICTURE = 236.0
MOST_ADDRESSES = 3


def rectangles(text: str) -> tuple[int, list[tuple[int, int, int, int]]]:
    """The picture of ``text`` as few dark rectangles: its side in modules, and left, top, width, height of each."""
    matrix = qr_matrix(text)
    out: list[tuple[int, int, int, int]] = []
    open_: dict[tuple[int, int], int] = {}
    for y, row in enumerate(np.vstack([matrix, np.zeros_like(matrix[:1])])):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(np.int8), [0]))))
        runs = {(int(left), int(right)) for left, right in zip(edges[::2], edges[1::2], strict=True)}
        for run in [run for run in open_ if run not in runs]:
            top = open_.pop(run)
            out.append((run[0], top, run[1] - run[0], y - top))
        for run in runs:
            open_.setdefault(run, y)
    return len(matrix), out


class QrPicture:
    """A QR picture, worked out once and placed once for as long as it stands where it stood."""

    def __init__(self, text: str) -> None:
        self.modules, self._rectangles = rectangles(text)
        self._placed: tuple[float, float, int] | None = None
        self._corners: list[tuple[imgui.ImVec2, imgui.ImVec2]] = []

    def draw(self, draw: imgui.ImDrawList, x: float, y: float, side: float) -> float:
        """Draw it at most ``side`` pixels wide and high, on whole pixels; says how wide it came out."""
        step = max(int(side / (self.modules + 2 * QUIET)), 1)
        place = (round(x), round(y), step)
        if place != self._placed:
            self._placed = place
            left, top = place[0] + QUIET * step, place[1] + QUIET * step
            self._corners = [
                (Vec(left + a * step, top + b * step), Vec(left + (a + w) * step, top + (b + h) * step))
                for a, b, w, h in self._rectangles
            ]
        whole = (self.modules + 2 * QUIET) * step
        draw.add_rect_filled(Vec(place[0], place[1]), Vec(place[0] + whole, place[1] + whole), LIGHT, px(6))
        for low, high in self._corners:
            draw.add_rect_filled(low, high, DARK)
        return whole


def lettering(code: str, room: float) -> tuple[list[str], float]:
    """The lines of a join code and the size they are written in, so that all of it is seen in ``room`` pixels."""
    for lines in ([code], code.replace("-", "-\n").split("\n")):
        wide = max(pen.measure(line, CODE_SIZE, Weight.BOLD)[0] for line in lines)
        size = min(CODE_SIZE, CODE_SIZE * 0.98 * room / max(wide, 1.0))  # letters are hinted: not all sizes scale alike
        if size >= LEAST_SIZE:
            break
    return lines, size


class WayIn:
    """Code, link and addresses of the jam this machine is in."""

    def __init__(self, machine: Machine) -> None:
        host, port = machine.node.address
        hosts = own_addresses() if host in ("0.0.0.0", "::") else (host,)
        self.code = machine.code
        self.addresses = tuple(str(Endpoint(one, port)) for one in hosts)
        self.link = JoinLink(hosts, port, machine.code).text
        self._picture = QrPicture(self.link)

    def draw(self) -> bool:
        """All of it where Dear ImGui's cursor stands; True when the link is to be copied."""
        room = imgui.get_content_region_avail().x
        at, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
        pen.write(draw, at.x, at.y, "JOIN CODE", theme.TEXT_SMALL, theme.INK_SOFT, Weight.BOLD)
        lines, size = lettering(self.code.text, room)
        for number, line in enumerate(lines):
            y = at.y + px(20 + number * size)
            pen.write(draw, at.x, y, line, size, theme.tone(theme.AMBER), Weight.BOLD)
        imgui.dummy(Vec(room, px(26 + len(lines) * size)))
        place = imgui.get_cursor_screen_pos()
        side = self._picture.draw(draw, place.x, place.y, min(room, px(PICTURE)))
        imgui.dummy(Vec(side, side))
        for address in self.addresses[:MOST_ADDRESSES]:
            widgets.text(address, theme.TEXT_SMALL, theme.INK, Weight.MONO)
        if not self.addresses:
            quiet_text("This machine is on no network; connect it, then open the jam again.")
        copied = widgets.small_button("Copy the link", icon=icons.EXPORT)
        quiet_text("The code, the picture or the link lets anybody on this network in.")
        return copied
