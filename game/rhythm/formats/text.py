"""From bytes to text, from text to bounded numbers, and a short list of what had to be mended."""

from __future__ import annotations

import codecs

from game.rhythm.formats.face import MAX_FILE_BYTES, ChartError

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

    Raises :class:`ChartError` for a file over ``MAX_FILE_BYTES`` or one that is no text at all.
    """
    if len(data) > MAX_FILE_BYTES:
        raise ChartError(name, f"is larger than {MAX_FILE_BYTES // 1024 // 1024} MiB, which no chart is")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    if b"\0" in data[:512]:
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


def check_lines(text: str, name: str) -> None:
    """Refuse text with a line over ``MAX_LINE`` characters."""
    if len(text) <= MAX_LINE:
        return
    start = 0
    number = 1
    while len(text) - start > MAX_LINE:
        end = text.rfind("\n", start, start + MAX_LINE)
        if end < 0:
            number += text.count("\n", 0, start)
            raise ChartError(name, f"is longer than {MAX_LINE:,} characters; this is no chart", number)
        start = end + 1


class Warnings:
    """What was mended on the way in: the first ``MAX_WARNINGS`` sentences, and how many more there were."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._said: list[str] = []
        self._more = 0

    def add(self, reason: str, line: int | None = None) -> None:
        """Note one mended thing, at ``line`` if it has one."""
        if len(self._said) >= MAX_WARNINGS:
            self._more += 1
            return
        where = f"{self._name}, line {line}" if line is not None else self._name
        self._said.append(f"{where}: {reason}")

    def done(self) -> tuple[str, ...]:
        """All of them, for a ``ReadResult``."""
        if not self._more:
            return tuple(self._said)
        return (*self._said, f"{self._name}: {self._more} more things were mended")
