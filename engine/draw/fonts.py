"""Which fonts there are: Roboto and icons carried by imgui-bundle, and what the system has for other scripts."""

from __future__ import annotations

import functools
import os
import sys
import unicodedata
from enum import IntEnum
from pathlib import Path

import imgui_bundle
import pygame.freetype


class Weight(IntEnum):
    """The faces text is set in."""

    REGULAR = 0
    BOLD = 1
    MONO = 2  # figures that must not dance
    ITALIC = 3
    BOLD_ITALIC = 4


CARRIED = Path(imgui_bundle.__file__).parent / "assets" / "fonts"

_MAIN = {
    Weight.REGULAR: CARRIED / "Roboto" / "Roboto-Regular.ttf",
    Weight.BOLD: CARRIED / "Roboto" / "Roboto-Bold.ttf",
    Weight.MONO: CARRIED / "Inconsolata-Medium.ttf",
    Weight.ITALIC: CARRIED / "Roboto" / "Roboto-RegularItalic.ttf",
    Weight.BOLD_ITALIC: CARRIED / "Roboto" / "Roboto-BoldItalic.ttf",
}
_ICONS = CARRIED / "Font_Awesome_6_Free-Solid-900.otf"

# One font for Chinese, Japanese and Korean, and one for the rest, by the names distributions give them.
_CJK_NAMES = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKjp-Regular.otf",
    "NotoSansJP-Regular.otf",
    "SourceHanSans-Regular.ttc",
    "DroidSansFallbackFull.ttf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "ipagp.ttf",
    "ipag.ttf",
    "VL-PGothic-Regular.ttf",
    "meiryo.ttc",
    "YuGothM.ttc",
    "msgothic.ttc",
    "msyh.ttc",
    "Hiragino Sans GB.ttc",
    "PingFang.ttc",
)
_HANGUL_NAMES = ("NanumGothic.ttf", "malgun.ttf", "AppleSDGothicNeo.ttc")
_WIDE_NAMES = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "FreeSans.ttf", "seguisym.ttf", "Arial Unicode.ttf")


def _folders() -> list[Path]:
    home = Path.home()
    if sys.platform == "win32":
        return [Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"]
    return [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts", home / ".fonts"]


@functools.cache
def system_fonts() -> tuple[Path, ...]:
    """The system's fonts for scripts that Roboto lacks: the best one found for each group, none if there is none."""
    there: dict[str, Path] = {}
    for folder in _folders():
        for at, _, names in os.walk(folder):
            for name in names:
                there.setdefault(name, Path(at) / name)
    groups = (_CJK_NAMES, _HANGUL_NAMES, _WIDE_NAMES)
    found = (next((there[name] for name in names if name in there), None) for names in groups)
    return tuple(path for path in found if path is not None)


UNKNOWN = "\uf219"
"""What stands for characters that no font here has: a small gem, of the icons that are always there."""

_JOINER = "\u200d"
_TONES = range(0x1F3FB, 0x1F400)
_SHAPES = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), (0x20E3,))
"""Variation selectors and the enclosing key, which only say how the character before them looks."""


@functools.lru_cache(maxsize=4096)
def shown(text: str) -> str:
    """``text`` as it can be drawn here: a run of characters that no font has is one :data:`UNKNOWN`.

    What only joins or colours the emoji before it is left out: it would be drawn as a sign of its own.
    """
    if text.isascii():
        return text
    out: list[str] = []
    joined = False
    for character in text:
        if _only_changes(character) or (joined and unicodedata.category(character) == "So"):
            joined = character == _JOINER
            continue
        joined = False
        if _is_there(character):
            out.append(character)
        elif out[-1:] != [UNKNOWN]:
            out.append(UNKNOWN)
    return "".join(out)


def _only_changes(character: str) -> bool:
    """Whether a character only changes how others look."""
    code = ord(character)
    return unicodedata.category(character) == "Cf" or code in _TONES or any(code in codes for codes in _SHAPES)


@functools.lru_cache(maxsize=1 << 16)
def _is_there(character: str) -> bool:
    """Whether a font here has a character; control characters are left to who draws."""
    if character < " ":
        return True
    return any(font(path).get_metrics(character, size=16)[0] is not None for path in chain(Weight.REGULAR))


@functools.lru_cache(maxsize=64)
def font(path: Path) -> pygame.freetype.Font:
    """A font, opened once."""
    pygame.freetype.init()
    return pygame.freetype.Font(path.as_posix())


def chain(weight: Weight) -> tuple[Path, ...]:
    """The fonts to ask for a character, in order."""
    return (_MAIN[weight], _ICONS, *system_fonts())
