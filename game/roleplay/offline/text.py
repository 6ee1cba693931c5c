"""Small tools on prose: sentences, words, and whose "I" is whose."""

from __future__ import annotations

import re

MAX_READ = 6000
"""How many characters of an utterance are read for its meaning; nobody reacts to page nine of a speech."""

_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+[\"”’')]*|\n|$)")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def word_set(text: str) -> frozenset[str]:
    """The words of ``text``, as data is written in these modules."""
    return frozenset(text.split())


STOP = word_set(
    "a an and any anything are am as at be been being but by can could did do does doing done for from get go "
    "going got had has have he her here hers him his how i if in into is it its just know let like look make "
    "maybe me mean might more most much must my no not now of off oh ok okay on one only or other our out over "
    "please really right said say see shall she should so some something still such take tell than that the their "
    "them then there these they thing think this those thought to today tonight too up us very want was way we "
    "well were what when where which while who why will with would yeah yes yet you your yours about again all "
    "also always because before ever every everything good great never nothing other really same tomorrow "
    "yesterday back been came come even feel first give i'm i've it's don't didn't can't you're that's let's i'll "
    "i'd remember told talk hey hello hi mine myself yourself sure ich du er sie es wir ihr der die das ein eine "
    "einen einem einer und oder aber nicht ist sind war bin bist hast habe hat mit von zu auf für an in im am den "
    "dem des dich mich mir dir was wer wie wo wann warum ja nein noch auch so doch mal schon nur dein deine mein "
    "meine denn dass"
)
"""Words that say nothing of what is talked about."""


def bounded(text: str) -> str:
    """``text`` as far as it is read: its beginning and its end."""
    if len(text) <= MAX_READ:
        return text
    return f"{text[: MAX_READ * 2 // 3]} {text[-MAX_READ // 3 :]}"


def straight(text: str) -> str:
    """``text`` with typographic apostrophes and quotes made plain, so that one rule meets both."""
    return text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')


def sentences(text: str) -> list[str]:
    """The sentences of ``text`` with their end marks, none empty."""
    found = (match.group().strip() for match in _SENTENCE.finditer(text))
    return [one for one in found if any(sign.isalnum() for sign in one)]


def words(text: str) -> list[str]:
    """The words of ``text`` as written."""
    return _WORD.findall(text)


def content(text: str) -> list[str]:
    """The words that say what is talked about, lower case, each once, in their order."""
    found = (word.lower() for word in words(straight(text)))
    return list(dict.fromkeys(word for word in found if len(word) > 2 and word not in STOP))


def stems(text: str) -> frozenset[str]:
    """What ``text`` is about, endings taken off, to compare one text with another."""
    return frozenset(stem(word) for word in content(text))


_PASTS = {
    **{"gave": "give", "grew": "grow", "left": "leave", "lost": "lose", "won": "win", "stole": "steal", "kept": "keep"},
    **{"bought": "buy", "sold": "sell", "found": "find", "met": "meet", "wrote": "write", "broke": "break"},
    **{"drove": "drive", "built": "build", "taught": "teach", "stood": "stand", "drew": "draw", "hid": "hide"},
}


def stem(word: str) -> str:
    """A word without the commonest endings: enough to see that "sisters" is "sister" and "gave" is "gives"."""
    return _VERBS.get(word) or _cut(word)


def _cut(word: str) -> str:
    for ending in ("'s", "ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def plain(text: str) -> str:
    """``text`` reduced to what makes it the same line as another: letters and digits, lower case."""
    return " ".join(words(straight(text).lower()))


def capital(text: str) -> str:
    """``text`` with a capital first letter."""
    for place, sign in enumerate(text):
        if sign.isalpha():
            return text[:place] + sign.upper() + text[place + 1 :]
        if sign not in "\"'“‘(…*. ":
            break
    return text


def shortened(text: str, most: int) -> str:
    """``text`` in at most ``most`` characters, cut between words with an ellipsis where it was longer."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    head, gap, _ = cut.rpartition(" ")
    return (head if gap and len(head) > most // 2 else cut).rstrip(" ,;:-–—") + "…"


def listed(parts: list[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


# -- turning a sentence round ----------------------------------------------------------------------------------------

_TURN = {
    "i": "you",
    "me": "you",
    "my": "your",
    "mine": "yours",
    "myself": "yourself",
    "i'm": "you're",
    "i've": "you've",
    "i'll": "you'll",
    "i'd": "you'd",
    "im": "you're",
    "your": "my",
    "yours": "mine",
    "yourself": "myself",
    "you're": "I'm",
    "you've": "I've",
    "you'll": "I'll",
    "you'd": "I'd",
}
AFTER_OBJECT = word_set(
    "to for with about of at from by on like than without around behind beside near tell told love loved hate "
    "hated miss missed see saw know knew need needed want wanted trust trusted help helped hear heard believe "
    "believed give gave show showed thank ask asked meet met let make made keep kept find found call called hurt "
    "leave left hold held kiss kissed touch touched follow followed watch watched take took bring brought wake "
    "woke forgive forgave"
)
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|\s+|[^\w\s]|_")


def turned(clause: str) -> str:
    """``clause`` as the other one would say it: I and you change places, verbs beside them follow.

    "I am not sure you trust me" becomes "you are not sure I trust you".
    """
    tokens: list[str] = _TOKEN.findall(straight(clause))
    made: list[str] = []
    before = ""
    for place, token in enumerate(tokens):
        low = token.lower()
        new = token
        if low == "you":
            following = next((one.lower() for one in tokens[place + 1 :] if one.strip()), "")
            ends = not following or not following[0].isalpha()
            new = "me" if before in AFTER_OBJECT or (ends and before) else "I"
        elif low in _TURN:
            new = _TURN[low]
        elif low in ("am", "was") and before == "i":
            new = "are" if low == "am" else "were"
        elif low in ("are", "were") and before == "you":
            new = "am" if low == "are" else "was"
        elif low == "am" and not before:
            new = "are"
        made.append(new)
        if token.strip() and token[0].isalnum():
            before = low
    return "".join(made).strip()


_S_KEPT = word_set("is was has does this his its always us yes as perhaps sometimes thus plus across towards")


def base_form(verb: str) -> str:
    """``works`` as ``work``; what is no third person stays."""
    low = verb.lower()
    irregular = {"is": "am", "has": "have", "does": "do", "goes": "go", "isn't": "am not", "hasn't": "haven't"}
    irregular |= {"doesn't": "don't"}
    if low in irregular:
        return irregular[low]
    if low in _S_KEPT or not low.endswith("s") or low.endswith(("ss", "us", "'s")) or len(low) < 4:
        return verb
    if low.endswith("ies") and len(low) > 4:
        return verb[:-3] + "y"
    if low.endswith(("ches", "shes", "sses", "xes", "zes", "oes")):
        return verb[:-2]
    return verb[:-1]


_DOUBLED = word_set(
    "sit put get run cut set stop grab hug nod pat drop slip step chat beg plan rub tap stir shut spin swim win"
)


def ing_form(verb: str) -> str:
    """``sits`` or ``sit`` as ``sitting``; what is in that form already stays."""
    low = verb.lower()
    if low.endswith("ing") and len(low) > 4:
        return low
    base = base_form(low)
    known = {"am": "being", "are": "being", "be": "being", "lie": "lying", "die": "dying", "tie": "tying"}
    known |= {"sat": "sitting", "drove": "driving", "ran": "running", "went": "going", "lay": "lying"}
    known |= {"stood": "standing", "see": "seeing"}
    if base in known:
        return known[base]
    if base in _DOUBLED:
        return f"{base}{base[-1]}ing"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")):
        return f"{base[:-1]}ing"
    return f"{base}ing"


_VERBS = {form: _cut(f"{verb}s") for past, verb in _PASTS.items() for form in (past, verb, ing_form(verb))}
"""The forms of irregular verbs, each with the stem that "leaves" and "loses" have."""
