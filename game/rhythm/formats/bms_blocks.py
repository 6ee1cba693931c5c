"""The random blocks of BMS: which lines count, for a given seed.

::

    #RANDOM 2          #SWITCH 3
    #IF 1              #CASE 1
    ...                ...
    #ELSE              #SKIP
    ...                #DEF
    #ENDIF             ...
    #ENDRANDOM         #ENDSW

Blocks nest as deep as they like; an ``#ENDRANDOM`` may be missing, as it mostly is.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from game.rhythm.formats.text import Warnings

_MAX_DIGITS = 18
_FIRST_LETTERS = frozenset("RSIECDrsiecd")  # of the commands below; other lines need no closer look


@dataclass(slots=True)
class _Block:
    """An open block.  ``live``: its lines count; ``outside``: the lines around it count."""

    kind: str  # "random", "if" or "switch"
    outside: bool
    live: bool
    value: int = 0
    taken: bool = False  # a branch has been chosen already


class Blocks:
    """Reads commands one by one and knows whether the lines between them count."""

    def __init__(self, seed: int, warnings: Warnings) -> None:
        self._chance = random.Random(seed)
        self._open: list[_Block] = []
        self._warnings = warnings
        self._commands = {
            "RANDOM": self._random,
            "RONDAM": self._random,  # a slip so common that players read it
            "SETRANDOM": self._set_random,
            "ENDRANDOM": self._end_random,
            "IF": self._if,
            "ELSEIF": self._else_if,
            "ELSE": self._else,
            "ENDIF": self._end_if,
            "SWITCH": self._switch,
            "SETSWITCH": self._set_switch,
            "CASE": self._case,
            "DEF": self._default,
            "SKIP": self._skip,
            "ENDSW": self._end_switch,
        }

    @property
    def live(self) -> bool:
        """Whether an ordinary line here counts."""
        return self._open[-1].live if self._open else True

    def command(self, word: str, argument: str, line: int) -> bool:
        """Follow ``word`` if it is a command of blocks; False when it is none."""
        if word == "END":  # also written apart: #END IF, #END RANDOM
            word += argument.strip().upper()
        if word not in self._commands:
            return False
        digits = argument.strip()
        number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS else 0
        self._commands[word](number, line)
        return True

    def unclosed(self) -> int:
        """How many #IF and #SWITCH are still open."""
        return sum(block.kind != "random" for block in self._open)

    def _push(self, kind: str, live: bool, value: int = 0, taken: bool = False) -> None:
        self._open.append(_Block(kind, self.live, self.live and live, value, taken))

    def _draw(self, number: int) -> int:
        return self._chance.randint(1, max(number, 1))

    def _random(self, number: int, line: int) -> None:
        self._set_random(self._draw(number), line)

    def _set_random(self, number: int, line: int) -> None:
        # A second #RANDOM beside the first takes its place: the #ENDRANDOM between them is mostly left out.
        if self._open and self._open[-1].kind == "random":
            self._open.pop()
        self._push("random", True, number)

    def _end_random(self, number: int, line: int) -> None:
        if self._open and self._open[-1].kind == "random":
            self._open.pop()
        else:
            self._warnings.add("#ENDRANDOM without its #RANDOM was left out", line)

    def _if(self, number: int, line: int) -> None:
        if self._open and self._open[-1].kind == "random":
            value = self._open[-1].value
        else:
            self._warnings.add("#IF without a #RANDOM around it is never true", line)
            value = 0
        met = number == value and value > 0
        self._push("if", met, value, met)

    def _close_to(self, kind: str, word: str, line: int) -> _Block | None:
        """The nearest open block of ``kind``, with forgotten #RANDOMs inside it closed."""
        while self._open and self._open[-1].kind == "random" and kind != "random":
            self._open.pop()
        if self._open and self._open[-1].kind == kind:
            return self._open[-1]
        self._warnings.add(f"#{word} without its #{kind.upper()} was left out", line)
        return None

    def _else_if(self, number: int, line: int) -> None:
        block = self._close_to("if", "ELSEIF", line)
        if block is not None:
            met = not block.taken and number == block.value
            block.live = block.outside and met
            block.taken |= met

    def _else(self, number: int, line: int) -> None:
        block = self._close_to("if", "ELSE", line)
        if block is not None:
            block.live = block.outside and not block.taken
            block.taken = True

    def _end_if(self, number: int, line: int) -> None:
        if self._close_to("if", "ENDIF", line) is not None:
            self._open.pop()

    def _switch(self, number: int, line: int) -> None:
        self._set_switch(self._draw(number), line)

    def _set_switch(self, number: int, line: int) -> None:
        self._push("switch", False, number)

    def _case(self, number: int, line: int) -> None:
        block = self._close_to("switch", "CASE", line)
        if block is not None and not block.taken and number == block.value:
            block.live = block.outside
            block.taken = True

    def _default(self, number: int, line: int) -> None:
        block = self._close_to("switch", "DEF", line)
        if block is not None and not block.taken:
            block.live = block.outside
            block.taken = True

    def _skip(self, number: int, line: int) -> None:
        if (block := self._close_to("switch", "SKIP", line)) is not None:
            block.live = False

    def _end_switch(self, number: int, line: int) -> None:
        if self._close_to("switch", "ENDSW", line) is not None:
            self._open.pop()


def lines_that_count(lines: Iterable[str], seed: int, warnings: Warnings) -> Iterator[tuple[int, str]]:
    """(number, line) of each line that begins with ``#`` and counts for ``seed``, commands of blocks left out."""
    blocks = Blocks(seed, warnings)
    for number, line in enumerate(lines, start=1):
        line = line.strip()
        if not line.startswith("#"):
            continue
        if line[1:2] in _FIRST_LETTERS:
            word, *rest = line[1:].split(None, 1) or [""]
            if blocks.command(word.upper(), rest[0] if rest else "", number):
                continue
        if blocks.live:
            yield number, line
    if blocks.unclosed():
        warnings.add(f"{blocks.unclosed()} random blocks are never closed")
