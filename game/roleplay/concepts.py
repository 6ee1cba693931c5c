"""What everyday words have to do with each other: groups of words of one meaning or of one kind, English and German."""

from __future__ import annotations

from game.roleplay.concept_words import MUCH_THE_SAME, OF_ONE_KIND
from game.roleplay.words import fold, stem

_COMMON = """
a an the and or but nor so if then than that this these those there here of to in on at by for from with without into
onto out up down over under off as about after before again once is am are was were be been being it its i me my mine
you your yours he him his she her hers we us our ours they them their theirs who whom whose which what when where why
how do does did done doing have has had having will would shall should can could may might must not no yes very too
also just only even still yet ever never some any all each both more most much many other another such same own while
because until during between through against upon one ones that's it's i'm don don't t s d ll re ve m get gets got
tell told say said says know knew known thing things something anything nothing everything someone anyone everyone
let lets really quite rather like
der die das den dem des ein eine einen einem einer eines und oder aber doch wenn dann als dass dies diese dieser dieses
diesem diesen hier dort da von zu zum zur im in am an auf bei beim aus mit ohne fur gegen uber unter vor nach wieder ist
bin bist sind war waren warst sein seine seinen seinem seiner ihr ihre ihren ihrem ihrer es ich mich mir mein meine
meinen meinem meiner du dich dir dein deine deinen deinem deiner er ihn ihm sie wir uns unser unsere euch wer wen wem
wessen welche welcher welches was wann wo warum wie hat hatte haben habe hast hatten wird werden wurde wurden will
soll kann konnte mag muss nicht kein keine keinen ja nein sehr auch nur noch schon immer nie etwas alles man sich
weil bis wahrend zwischen durch um so mal eben halt denn sagte sagt gesagt weiss wusste
"""

COMMON = frozenset(_COMMON.split())
"""Folded words that say nothing of what a text is about."""


def _read(text: str) -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    """The groups of each folded word, and of each stem."""
    by_word: dict[str, dict[int, None]] = {}
    by_stem: dict[str, dict[int, None]] = {}
    group = 0
    for line in text.strip().splitlines():
        if line.startswith("#"):
            continue
        group += not line.startswith(" ")
        for word in map(fold, line.split()):
            by_word.setdefault(word, {})[group] = None
            by_stem.setdefault(stem(word), {})[group] = None
    return (
        {word: tuple(listed) for word, listed in by_word.items()},
        {cut: tuple(listed) for cut, listed in by_stem.items()},
    )


_BY_WORD, _BY_STEM = _read(MUCH_THE_SAME + OF_ONE_KIND)


def _stems_of(by_stem: dict[str, tuple[int, ...]]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for cut, listed in by_stem.items():
        for concept in listed:
            found.setdefault(concept, set()).add(cut)
    return found


STEMS_OF = _stems_of(_BY_STEM)
"""The stems of the words of each group."""


def concepts_of(word: str, cut: str) -> tuple[int, ...]:
    """The groups of a folded word with the stem ``cut``, by number.

    A word that is listed as it stands is that word and not another with the same stem.
    """
    return _BY_WORD.get(word) or _BY_STEM.get(cut, ())
