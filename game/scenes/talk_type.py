"""Setting paragraphs into lines: how wide each word is, where lines break, which way they run.

What is set is kept by text, width and scale; a reply that streams sets only its last paragraph again.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass

from imgui_bundle import imgui

from engine.draw import pen, theme
from engine.draw.colour import Colour
from engine.draw.fonts import Weight
from engine.draw.pen import Vec, px
from game.scenes.canvas import visual
from game.scenes.talk_markup import Paragraph, Style

TEXT = 20.0
ASIDE = 16.0
"""The type of a transcript, and of what is out of character, in design units: larger than a form's, to be read long."""

LINE = 1.5
"""Lines stand so many times their type's size apart."""

INSET = 18.0
"""Quotes and what is out of character stand in by so much."""

_KEPT = 3000
_WORDS_KEPT = 40_000
_WEIGHTS = (Weight.REGULAR, Weight.BOLD, Weight.ITALIC, Weight.BOLD_ITALIC)
_WIDE = "\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
_TOKEN = re.compile(rf"\s+|[{_WIDE}][、。，．！？」』）]*|[^\s{_WIDE}]+")
_TURNED = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")

Span = tuple[float, str, Style]


@dataclass(frozen=True, slots=True)
class SetParagraph:
    """A paragraph as lines of (x, words, style) in pixels; ``size`` in design units, ``pitch`` from line to line."""

    kind: str
    lines: tuple[tuple[Span, ...], ...]
    size: float
    pitch: float
    end: float
    """Where the last line ends, in pixels from the left."""

    @property
    def height(self) -> float:
        """Pixels from its first line's top to its last one's bottom."""
        return self.pitch * len(self.lines)


class Typesetter:
    """Sets paragraphs and keeps them, for one window."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Paragraph, int, float], SetParagraph] = OrderedDict()
        self._words: dict[tuple[str, int, float], float] = {}
        self._scale = 0.0

    def known(self, paragraph: Paragraph, width: float) -> SetParagraph | None:
        """The paragraph if it has been set in this width before."""
        return self._kept.get((paragraph, round(width), theme.settings.scale))

    def set(self, paragraph: Paragraph, width: float) -> SetParagraph:
        """The paragraph in lines of at most ``width`` pixels."""
        key = (paragraph, round(width), theme.settings.scale)
        made = self._kept.get(key)
        if made is None:
            made = self._kept[key] = self._set(paragraph, width)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return made

    def estimate(self, paragraph: Paragraph, width: float) -> float:
        """About how high it will be, in pixels, without setting it."""
        size = _size(paragraph.kind)
        a_line = max(width / px(size * 0.48), 1.0)
        return px(size * LINE) * (len(paragraph.text) // a_line + 1)

    def _set(self, paragraph: Paragraph, width: float) -> SetParagraph:
        size = _size(paragraph.kind)
        left = px(INSET) if paragraph.kind != "text" else 0.0
        lines: list[tuple[Span, ...]] = []
        spans: list[tuple[float, list[str], Style]] = []
        x = left
        for text, style in paragraph.runs:
            words: list[str] | None = None
            for token, wide in self._tokens(text, style, size, width - left):
                is_gap = token == " "
                if x + wide > width and x > left and not is_gap:
                    lines.append(_closed(spans))
                    spans, words, x = [], None, left
                if is_gap and x == left:
                    continue
                if words is None:
                    words = []
                    spans.append((x, words, style))
                words.append(token)
                x += wide
        lines.append(_closed(spans))
        end = x
        if _TURNED.search(paragraph.text):
            lines = [self._turned(line, size, left, width) for line in lines]
        return SetParagraph(paragraph.kind, tuple(lines), size, px(size * LINE), end)

    def _tokens(self, text: str, style: Style, size: float, width: float) -> list[tuple[str, float]]:
        """Words and the gaps between them, with their widths; a word wider than a line is cut."""
        made: list[tuple[str, float]] = []
        scale = theme.settings.scale
        words = self._words
        if len(words) > _WORDS_KEPT:
            words.clear()
        font = pen.font(_WEIGHTS[style])
        imgui.push_font(font, size)
        for token in _TOKEN.findall(text):
            key = (token, int(style), size * scale)
            wide = words.get(key)
            if wide is None:
                wide = words[key] = imgui.calc_text_size(token).x
            while wide > width and len(token) > 1:
                cut = _cut(token, width)
                made.append((token[:cut], imgui.calc_text_size(token[:cut]).x))
                token = token[cut:]
                wide = imgui.calc_text_size(token).x
            made.append((" ", wide) if token.isspace() else (token, wide))
        imgui.pop_font()
        return made

    def _turned(self, line: tuple[Span, ...], size: float, left: float, width: float) -> tuple[Span, ...]:
        """A line with a right-to-left script in it in the order it is drawn; one that begins so stands at the right."""
        words = visual("".join(text for _, text, _ in line))
        style = line[0][2] if line else Style.PLAIN
        first = next((sign for _, text, _ in line for sign in text if sign.isalpha()), "")
        wide = pen.measure(words, size, _WEIGHTS[style])[0]
        return ((width - wide if _TURNED.match(first) else left, words, style),)


def _size(kind: str) -> float:
    return ASIDE if kind == "ooc" else TEXT


def _closed(spans: list[tuple[float, list[str], Style]]) -> tuple[Span, ...]:
    """A line's runs, without the gap at its end."""
    made = [(at, "".join(words), style) for at, words, style in spans]
    if made:
        at, text, style = made[-1]
        made[-1] = (at, text.rstrip(), style)
    return tuple(span for span in made if span[1])


def _cut(token: str, width: float) -> int:
    """How much of a word fits into a line; at least one character."""
    low, high = 1, len(token)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if imgui.calc_text_size(token[:middle]).x <= width else (low, middle - 1)
    return low


def draw_lines(
    draw: imgui.ImDrawList,
    made: SetParagraph,
    x: float,
    y: float,
    colour: Colour,
    view: tuple[float, float],
    *,
    action: Colour = 0,
) -> None:
    """Write the lines that lie in ``view`` (top and bottom in pixels); ``action`` is the colour of what is done."""
    pitch, size = made.pitch, px(made.size)
    first = max(int((view[0] - y) / pitch), 0)
    last = min(int((view[1] - y) / pitch) + 1, len(made.lines))
    lead = (pitch - size * 1.17) / 2
    for number in range(first, last):
        at_y = round(y + number * pitch + lead)
        for at, words, style in made.lines[number]:
            ink = action if action and style & Style.ITALIC else colour
            draw.add_text(pen.font(_WEIGHTS[style]), size, Vec(round(x + at), at_y), ink, words)
