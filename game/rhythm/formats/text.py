"""From bytes to text, from text to bounded numbers, and a short list of what had to be mended."""

from __future__ import annotations

import codecs

from game.rhythm.formats.face import ChartError

MAX_TEXT_BYTES = 12 * 1024 * 1024
"""The largest chart of text that is read: with the bound on lines it keeps a reader far below 200 MB."""

MAX_LINES = 600_000

MAX_LINE = 1_000_000
"""Characters; a longer line is no line of a chart."""

MAX_TIME_US = 24 * 3600 * 1_000_000
"""No instant of a chart is further than a day from the start of its song."""

MAX_TEXT = 4096
"""Characters kept of a title, a name or a file name."""

MAX_WARNINGS = 20

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode_text(data: bytes, name: str) -> str:
    """``data`` as text: by its byte order mark, else UTF-8, UTF-16 without a mark, Shift-JIS, at last Latin-1.

    Raises :class:`ChartError` for a file over ``MAX_TEXT_BYTES`` or one that is no text at all.
    """
    if len(data) > MAX_TEXT_BYTES:
        raise ChartError(name, f"is larger than {MAX_TEXT_BYTES // 1024 // 1024} MiB, which no chart of text is")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    head = data[:512]
    if head.count(0) * 8 > len(head):
        return _without_mark(data, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass  # older editors wrote in the code page of their machine
    try:
        return data.decode("shift_jis")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _without_mark(data: bytes, name: str) -> str:
    """UTF-16 without a byte order mark shows in its zero bytes: every second one of plain letters."""
    head = data[:512]
    half = len(head) // 2
    if head[1::2].count(0) > half * 0.7:
        return data.decode("utf-16-le", errors="replace")
    if head[0::2].count(0) > half * 0.7:
        return data.decode("utf-16-be", errors="replace")
    raise ChartError(name, "is not a text file")


def one_line_end(text: str, name: str) -> str:
    """``text`` with every line end (``\\n``, ``\\r\\n`` or ``\\r``; no other character ends a line) as ``\\n``.

    Raises :class:`ChartError` for more than ``MAX_LINES`` lines or one longer than ``MAX_LINE`` characters.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") >= MAX_LINES:
        raise ChartError(name, f"has more than {MAX_LINES:,} lines, which no chart has")
    if len(text) > MAX_LINE:
        for number, line in enumerate(text.split("\n"), start=1):
            if len(line) > MAX_LINE:
                raise ChartError(name, f"is longer than {MAX_LINE:,} characters; this is no chart", number)
    return text


def split_lines(text: str, name: str) -> list[str]:
    """The lines of ``text``; raises as :func:`one_line_end`."""
    return one_line_end(text, name).split("\n")


class Warnings:
    """What was mended on the way in: the first ``MAX_WARNINGS`` sentences, and how many more there were."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._said: list[str] = []
        self._more = 0

    def add(self, reason: str, line: int | None = None) -> None:
        """Note one mended thing, at ``line`` if it has one."""
        self.say(f"{self._name}, line {line}: {reason}" if line is not None else f"{self._name}: {reason}")

    def say(self, sentence: str) -> None:
        """Note a sentence that names its file itself."""
        if len(self._said) < MAX_WARNINGS:
            self._said.append(sentence)
        else:
            self._more += 1

    def done(self) -> tuple[str, ...]:
        """All of them, for a ``ReadResult``."""
        if not self._more:
            return tuple(self._said)
        return (*self._said, f"and {self._more} more things like these")
