"""The members on a ring and the links between them: each kind of path has a pattern of its own beside its colour."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from engine.draw import icons, theme
from engine.draw.colour import Colour, faded
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.shapes import Shapes
from engine.draw.theme import AMBER, CYAN, LIME, MAGENTA, RED, tone
from game.scenes.canvas import fit
from game.scenes.jam_words import Quality

KINDS = ("direct", "multicast", "relay", "far")
MOST_SHAPES = 16_384
NODE = 24.0
"""Radius of a member on the ring where there is room."""

WORDS_UP_TO = 8
WORDS_FROM = 150.0
"""With more members, or on a smaller ring (units), the words of links would lie over each other; the table has them."""

DASHES = {"direct": (0.0, 0.0), "multicast": (4.0, 8.0), "relay": (12.0, 6.0), "far": (14.0, 12.0)}
"""Stroke and gap of each kind of path, in design units; none is one unbroken line."""


class Node(NamedTuple):
    """A member on the ring."""

    id: str
    name: str
    conducts: bool
    plays: bool
    here: bool


class Link(NamedTuple):
    """How one member reaches another; ``via`` is the id of who passes it on."""

    source: str
    target: str
    kind: str
    via: str
    link: Quality
    words: str


class Ring:
    """Where everyone stands; the lines are laid out when something changes and kept."""

    def __init__(self) -> None:
        self._shapes = Shapes(MOST_SHAPES)
        self._laid: object = None
        self._at: dict[str, tuple[float, float]] = {}
        self._words: list[tuple[float, float, str]] = []
        self._middle = 0.0
        self._size = NODE

    def lay_out(
        self,
        frame: Frame,
        place: tuple[float, float, float, float],
        nodes: Sequence[Node],
        links: Sequence[Link],
        chosen: str,
    ) -> None:
        """Put everyone in place for what is to be drawn; cheap while nothing changed."""
        key = (place, frame.scale, tuple(nodes), tuple(links), chosen, theme.settings.colour_blind)
        if key == self._laid:
            return
        self._laid = key
        self._shapes.clear()
        x, y, w, h = place
        radius = max(min(w / 2 - frame.px(64), h / 2 - frame.px(56)), frame.px(20))
        middle_x, middle_y = x + w / 2, y + h / 2
        self._size = min(frame.px(NODE), radius * 0.28, max(math.pi * radius / max(len(nodes), 1) * 0.7, frame.px(6)))
        self._at, self._words, self._middle = {}, [], middle_y
        for number, node in enumerate(nodes):
            turn = math.tau * number / max(len(nodes), 1) - math.pi / 2
            alone = len(nodes) == 1
            self._at[node.id] = (
                middle_x + (0.0 if alone else radius * math.cos(turn)),
                middle_y + (0.0 if alone else radius * math.sin(turn)),
            )
        self._shapes.ring(middle_x, middle_y, radius, max(1.0, frame.px(1)), faded(theme.LINE, 0.5))
        pairs: dict[frozenset[str], Link] = {}
        for link in sorted(links, key=lambda one: one.source == chosen):
            pairs[frozenset((link.source, link.target))] = link  # both say how they reach the other: one line
        for link in sorted(pairs.values(), key=lambda one: chosen in (one.source, one.target)):
            strong = chosen in (link.source, link.target)
            self._draw_link(frame, link, strong)
            if strong and len(nodes) <= WORDS_UP_TO and radius >= frame.px(WORDS_FROM):
                self._place_words(link, chosen)

    def _draw_link(self, frame: Frame, link: Link, strong: bool) -> None:
        start, end = self._at.get(link.source), self._at.get(link.target)
        if start is None or end is None:
            return
        colour = faded(colour_of(link.kind), 0.95 if strong else 0.28)
        width = max(1.0, frame.px((1.0 + link.link.bars * 0.7) if strong else 1.2))
        bend = self._at.get(link.via)
        points = [start, bend, end] if link.kind == "relay" and bend is not None else [start, end]
        for (x0, y0), (x1, y1) in pairwise(points):
            self._dashed(frame, (x0, y0, x1, y1), DASHES.get(link.kind, (0.0, 0.0)), colour, width)

    def _place_words(self, link: Link, chosen: str) -> None:
        """The words of a link stand on it, nearer to the other end, where lines lie apart."""
        far, near = (link.target, link.source) if link.source == chosen else (link.source, link.target)
        if far in self._at and near in self._at:
            (x0, y0), (x1, y1) = self._at[near], self._at[far]
            self._words.append((x0 + 0.58 * (x1 - x0), y0 + 0.58 * (y1 - y0), link.words))

    def _dashed(
        self,
        frame: Frame,
        line: tuple[float, float, float, float],
        dash: tuple[float, float],
        colour: Colour,
        width: float,
    ) -> None:
        x0, y0, x1, y1 = line
        stroke, gap = frame.px(dash[0]), frame.px(dash[1])
        length = math.hypot(x1 - x0, y1 - y0)
        if stroke <= 0.0 or length <= 0.0:
            if self._shapes.room:
                self._shapes.line(x0, y0, x1, y1, colour, width)
            return
        at = 0.0
        while at < length and self._shapes.room:
            a, b = at / length, min(at + stroke, length) / length
            here = (x0 + a * (x1 - x0), y0 + a * (y1 - y0), x0 + b * (x1 - x0), y0 + b * (y1 - y0))
            self._shapes.line(*here, colour, width)
            at += stroke + gap

    def draw(self, frame: Frame, nodes: Sequence[Node], chosen: str) -> None:
        """The lines, and everyone on them."""
        frame.shapes.put(self._shapes.written(0, self._shapes.count))
        self._draw_words(frame)
        size = self._size
        for node in nodes:
            x, y = self._at[node.id]
            accent = tone(AMBER) if node.conducts else tone(CYAN)
            lit = node.id == chosen
            frame.shapes.circle(
                *(x, y, size, theme.RAISED if node.here else theme.NIGHT),
                border=accent if node.here else theme.INK_FAINT,
                border_px=frame.px(3 if lit else 1.5),
                glow=faded(accent, 0.5 if lit else 0.0),
                glow_px=frame.px(14),
            )
        frame.layer()
        for node in nodes:
            x, y = self._at[node.id]
            self._draw_name(frame, node, x, y, size)

    def _draw_name(self, frame: Frame, node: Node, x: float, y: float, size: float) -> None:
        icon = icons.STAR if node.conducts else icons.PERSON if node.plays else icons.EYE
        icon = icon if node.here else icons.CROSS
        ink = theme.INK if node.here else theme.INK_FAINT
        colour = (tone(AMBER) if node.conducts else ink) if node.here else tone(RED)
        frame.text(x, y, icon, size * 0.8, colour, across=0.5, down=0.5)
        words = fit(frame, node.name, theme.TEXT_SMALL, frame.px(120), Weight.BOLD)
        small, away = frame.px(theme.TEXT_SMALL), size + frame.px(13)
        at = y - away if y < self._middle else y + away  # outside of the ring, where no line is
        frame.text(x, at, words, small, ink, weight=Weight.BOLD, across=0.5, down=0.5)

    def _draw_words(self, frame: Frame) -> None:
        """How good the chosen member's links are, on the links."""
        small = frame.px(theme.TEXT_SMALL)
        for x, y, words in self._words:
            w = frame.glyphs.measure(words, small, Weight.REGULAR)[0] + frame.px(14)
            frame.shapes.rect(
                *(x - w / 2, y - frame.px(12), w, frame.px(24), theme.NIGHT),
                radius=frame.px(12),
                border=theme.LINE,
                border_px=max(1.0, frame.px(1)),
            )
            frame.text(x, y, words, small, theme.INK_SOFT, across=0.5, down=0.5)


def colour_of(kind: str) -> Colour:
    """The colour of a kind of path."""
    marks: Mapping[str, theme.Mark] = {"direct": CYAN, "multicast": LIME, "relay": AMBER, "far": MAGENTA}
    return tone(marks.get(kind, CYAN))


def draw_legend(frame: Frame, x: float, y: float, w: float, links: Sequence[Link]) -> None:
    """What the patterns that are seen mean, in one line."""
    words = {"direct": "direct", "multicast": "to all at once", "relay": "passed on", "far": "over the internet"}
    left = x
    used = {link.kind for link in links}
    for kind in (one for one in KINDS if one in used):
        stroke, gap = DASHES[kind]
        end = left + frame.px(40)
        at = left
        while at < end:
            stop = end if stroke <= 0.0 else min(at + frame.px(stroke), end)
            frame.shapes.line(at, y, stop, y, colour_of(kind), frame.px(2.5))
            at = stop + frame.px(gap if stroke > 0.0 else 1.0)
        text = fit(frame, words[kind], theme.TEXT_SMALL, max(x + w - end - frame.px(8), 1.0))
        frame.text(end + frame.px(8), y, text, frame.px(theme.TEXT_SMALL), theme.INK_SOFT, down=0.5)
        left = (
            end + frame.px(8) + frame.glyphs.measure(text, frame.px(theme.TEXT_SMALL), Weight.REGULAR)[0] + frame.px(22)
        )
        if left + frame.px(60) > x + w:
            break
