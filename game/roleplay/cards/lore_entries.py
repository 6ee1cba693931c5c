"""One entry of a lorebook, from either dialect and back; the decorator lines at the top of its text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from game.roleplay.cards.fields import (
    dict_of,
    flag_of,
    flag_or_none,
    number_of,
    one_line,
    text_of,
    whole_of,
    whole_or_none,
    words_of,
)
from game.roleplay.cards.json_text import dump, parse
from game.roleplay.cards.lore import MAX_DEPTH, Logic, LoreEntry, Place
from game.roleplay.cards.lore_keys import clearly_pattern

MOST_ORDER = 1_000_000
MOST_MESSAGES = 1_000_000
"""For sticky, cooldown and delay, in messages; also what "from then on" and "never again" are written as."""

PLACES = tuple(Place)
ROLES = ("system", "user", "assistant")
POSITIONS = {
    "before_char": Place.BEFORE_PERSONA,
    "after_char": Place.AFTER_PERSONA,
    "before_desc": Place.BEFORE_PERSONA,
    "after_desc": Place.AFTER_PERSONA,
    "personality": Place.AFTER_PERSONA,
    "scenario": Place.AFTER_PERSONA,
}
"""Named positions of the V2 and V3 specifications; personality and scenario are part of our persona."""


class _Field(NamedTuple):
    """Where an attribute stands in both dialects (``x.`` means in ``extensions``; the first that says something)."""

    attribute: str
    world: str
    book: tuple[str, ...]
    read: Callable[[Any], Any]
    write: Callable[[Any], Any]

    def write_or_none(self, value: Any) -> Any:
        """The value as JSON holds it."""
        return None if value is None else self.write(value)


def _same(value: Any) -> Any:
    return value


def _short(value: float) -> float:
    return int(value) if value == int(value) else value


def _whole(default: int, least: int, most: int) -> Callable[[Any], int]:
    return lambda value: whole_of(value, default, least, most)


def _flag(default: bool) -> Callable[[Any], bool]:
    return lambda value: flag_of(value, default)


def _place(value: Any) -> Place:
    if isinstance(value, str) and value in POSITIONS:
        return POSITIONS[value]
    return PLACES[whole_of(value, 0, 0, len(PLACES) - 1)]


def _role(value: Any) -> str:
    if isinstance(value, str) and value in ROLES:
        return value
    return ROLES[whole_of(value, 0, 0, len(ROLES) - 1)]


_FIELDS = (
    _Field("title", "comment", ("comment", "name"), one_line, _same),
    _Field("keys", "key", ("keys",), words_of, list),
    _Field("secondary_keys", "keysecondary", ("secondary_keys",), words_of, list),
    _Field("logic", "selectiveLogic", ("x.selectiveLogic",), lambda v: Logic(whole_of(v, 0, 0, 3)), int),
    _Field("selective", "selective", ("selective",), _flag(True), _same),
    _Field("constant", "constant", ("constant",), _flag(False), _same),
    _Field("order", "order", ("insertion_order",), _whole(100, -MOST_ORDER, MOST_ORDER), _same),
    _Field("priority", "priority", ("priority",), lambda v: whole_or_none(v, -MOST_ORDER, MOST_ORDER), _same),
    _Field("place", "position", ("x.position", "position"), _place, PLACES.index),
    _Field("depth", "depth", ("x.depth",), _whole(4, 0, MAX_DEPTH), _same),
    _Field("role", "role", ("x.role",), _role, ROLES.index),
    _Field("probability", "probability", ("x.probability",), lambda v: number_of(v, 100.0, 0.0, 100.0), _short),
    _Field("scan_depth", "scanDepth", ("x.scan_depth",), lambda v: whole_or_none(v, 0, MAX_DEPTH), _same),
    _Field("case_sensitive", "caseSensitive", ("case_sensitive", "x.case_sensitive"), flag_or_none, _same),
    _Field("whole_words", "matchWholeWords", ("x.match_whole_words",), flag_or_none, _same),
    _Field("ignore_budget", "ignoreBudget", ("x.ignore_budget",), _flag(False), _same),
    _Field("exclude_recursion", "excludeRecursion", ("x.exclude_recursion",), _flag(False), _same),
    _Field("prevent_recursion", "preventRecursion", ("x.prevent_recursion",), _flag(False), _same),
    _Field("delay_until_recursion", "delayUntilRecursion", ("x.delay_until_recursion",), _whole(0, 0, 100), _same),
    _Field("sticky", "sticky", ("x.sticky",), _whole(0, 0, MOST_MESSAGES), _same),
    _Field("cooldown", "cooldown", ("x.cooldown",), _whole(0, 0, MOST_MESSAGES), _same),
    _Field("delay", "delay", ("x.delay",), _whole(0, 0, MOST_MESSAGES), _same),
    _Field("group", "group", ("x.group",), one_line, _same),
    _Field("group_override", "groupOverride", ("x.group_override",), _flag(False), _same),
    _Field("group_weight", "groupWeight", ("x.group_weight",), _whole(100, 1, 10_000), _same),
)
_DECORATES = {
    "activate": ("force",),
    "dont_activate": ("force",),
    "keep_activate_after_match": ("sticky",),
    "dont_activate_after_match": ("cooldown",),
    "role": ("role",),
    "position": ("place",),
    "depth": ("place", "depth"),
    "scan_depth": ("scan_depth",),
    "activate_only_after": ("after_replies",),
    "activate_only_every": ("every_replies",),
    "additional_keys": ("required_keys",),
    "exclude_keys": ("excluded_keys",),
}
"""What each known decorator says of an entry."""

_COMPARED = {field.attribute for field in _FIELDS} | {name for names in _DECORATES.values() for name in names}
_OWN = {"enabled", "disable", "content", "use_regex", "uid", "id", "useProbability", "extensions"}
_WORLD_KEYS = {field.world for field in _FIELDS} | _OWN
_BOOK_KEYS = {key for field in _FIELDS for key in field.book} | _OWN | {"x.useProbability"}
_RENAMED = (
    *("displayIndex", "outletName", "useGroupScoring", "automationId", "matchPersonaDescription", "matchScenario"),
    *("matchCharacterDescription", "matchCharacterPersonality", "matchCharacterDepthPrompt", "matchCreatorNotes"),
)
_SNAKE = {name: re.sub("[A-Z]", lambda found: "_" + found[0].lower(), name) for name in _RENAMED}
"""What SillyTavern keeps beside, as its world files and as the ``extensions`` of a card call it."""
_CAMEL = {snake: camel for camel, snake in _SNAKE.items()}


def is_world(raw: Mapping[str, Any]) -> bool:
    """True for an entry in the dialect of SillyTavern's world files."""
    return "keys" not in raw and any(key in raw for key in ("key", "keysecondary", "uid", "disable"))


def read_entry(raw: Mapping[str, Any], key: str, habit: bool) -> LoreEntry:
    """An entry from its JSON.  ``key``: its name in the file, for one without an id of its own.

    ``habit``: the book says of every entry that its keys are patterns; then only those that look like one are.
    """
    world = is_world(raw)
    values = {field.attribute: field.read(_raw_value(raw, field, world)) for field in _FIELDS}
    chance = raw.get("useProbability") if world else dict_of(raw.get("extensions")).get("useProbability")
    if not flag_of(chance, True):
        values["probability"] = 100.0
    keys: tuple[str, ...] = values["keys"]
    said = flag_of(raw.get("use_regex"), False)
    uid = one_line(raw.get("uid" if world else "id")) or key
    entry = LoreEntry(
        uid=uid[:100],
        enabled=not flag_of(raw.get("disable"), False) if world else flag_of(raw.get("enabled"), True),
        patterns=said and (not habit or any(clearly_pattern(word) for word in keys)),
        raw=dump(dict(raw)),
        **values,
    )
    return with_decorators(entry, text_of(raw.get("content")))


def _raw_value(raw: Mapping[str, Any], field: _Field, world: bool) -> Any:
    for path in (field.world,) if world else field.book:
        holder = dict_of(raw.get("extensions")) if path.startswith("x.") else raw
        value = holder.get(path.removeprefix("x."))
        if value is not None and value != "":
            return value
    return None


def with_decorators(entry: LoreEntry, content: str) -> LoreEntry:
    """``entry`` with the text of ``content`` and what its leading ``@@`` lines say (Character Card V3, Decorators).

    Of several with one name the first counts; a line with three signs stands in for an unknown one before it.
    """
    lines = content.lstrip("\n").split("\n") if content.lstrip("\n").startswith("@@") else []
    count = next((number for number, line in enumerate(lines) if not line.startswith("@@")), len(lines))
    text = "\n".join(lines[count:]).strip("\n") if lines else content
    entry = replace(entry, text=text, decorators=tuple(lines[:count]))
    seen: set[str] = set()
    done = True
    for line in lines[:count]:
        fallback = line.startswith("@@@")
        if fallback and done:
            continue
        name, _, value = line.lstrip("@").strip().partition(" ")
        change = None if name in seen else _decorated(name, value.strip())
        done = change is not None or name in seen
        seen.add(name)
        if change:
            entry = replace(entry, **change)
    if entry.force is False and "activate" in seen:
        entry = replace(entry, force=True)
    return entry


def _decorated(name: str, value: str) -> dict[str, Any] | None:
    """What a decorator changes; None for one that is unknown or makes no sense."""
    plain: dict[str, dict[str, Any]] = {
        "activate": {"force": True},
        "dont_activate": {"force": False},
        "keep_activate_after_match": {"sticky": MOST_MESSAGES},
        "dont_activate_after_match": {"cooldown": MOST_MESSAGES},
    }
    if name in plain:
        return plain[name]
    if name == "role":
        return {"role": value} if value in ROLES else None
    if name == "position":
        return {"place": POSITIONS[value]} if value in POSITIONS else None
    if name in ("additional_keys", "exclude_keys"):
        words = words_of(value)
        return {"required_keys" if name == "additional_keys" else "excluded_keys": words} if words else None
    counted = {
        "scan_depth": "scan_depth",
        "activate_only_after": "after_replies",
        "activate_only_every": "every_replies",
    }
    number = whole_or_none(value, 0, MAX_DEPTH)
    if number is None:
        return None
    if name == "depth":
        return {"place": Place.AT_DEPTH, "depth": number}
    return {counted[name]: number} if name in counted else None


def entry_tree(entry: LoreEntry, world: bool) -> dict[str, Any]:
    """``entry`` as JSON values in a dialect; what it was read with and this program does not know stays."""
    raw: dict[str, Any] = parse(entry.raw, "entry") if entry.raw else {}
    base = read_entry(raw, entry.uid, habit=False) if raw else LoreEntry(entry.uid)
    fresh = not raw or is_world(raw) != world
    changed = {name for name in _COMPARED if getattr(entry, name) != getattr(base, name)}
    tree = _other_dialect(raw, world) if fresh else raw
    lines, freed = _lines(entry, changed)
    for field in _FIELDS:
        if fresh or field.attribute in changed | freed:
            _set(tree, field, field.write_or_none(getattr(entry, field.attribute)), world)
    if fresh or entry.enabled != base.enabled:
        tree.update({"disable": not entry.enabled} if world else {"enabled": entry.enabled})
    if entry.text != base.text or lines != base.decorators:
        tree["content"] = "\n".join((*lines, entry.text))
    elif fresh:
        tree["content"] = raw.get("content", "")
    if fresh:
        tree["uid" if world else "id"] = int(entry.uid) if _is_number(entry.uid) else entry.uid
    if "probability" in changed or fresh:
        (tree if world else tree.setdefault("extensions", {}))["useProbability"] = True
    if not world:
        tree.setdefault("use_regex", False)
        tree["extensions"] = dict_of(tree.get("extensions"))
    if entry.patterns and not base.patterns:
        tree["use_regex"] = True
    return tree


def _is_number(uid: str) -> bool:
    return uid.isascii() and uid.isdigit() and len(uid) < 10 and str(int(uid)) == uid


def _set(tree: dict[str, Any], field: _Field, value: Any, world: bool) -> None:
    """Write ``value`` wherever the field stands already, else where its dialect has it first."""
    if world:
        tree[field.world] = value
        return
    holders = {path: tree.get("extensions") if path.startswith("x.") else tree for path in field.book}
    present = [path for path in field.book if path.removeprefix("x.") in dict_of(holders[path])]
    for path in present or field.book[:1]:
        if path == "position":
            continue
        holder = tree if not path.startswith("x.") else tree.setdefault("extensions", {})
        holder[path.removeprefix("x.")] = value
        if value is None:
            del holder[path.removeprefix("x.")]
    if field.attribute == "place":
        tree["position"] = "before_char" if value == 0 else "after_char"
        tree.setdefault("extensions", {})["position"] = value


def _other_dialect(raw: dict[str, Any], world: bool) -> dict[str, Any]:
    """What of ``raw`` is not written anew, under the names of the other dialect."""
    if not raw:
        return {}
    extensions = dict_of(raw.get("extensions"))
    if not world:
        kept = {_SNAKE.get(key, key): value for key, value in raw.items() if key not in _WORLD_KEYS}
        return {"extensions": {**extensions, **kept}}
    tree = {key: value for key, value in raw.items() if key not in _BOOK_KEYS}
    rest = {key: value for key, value in extensions.items() if "x." + key not in _BOOK_KEYS}
    tree.update({_CAMEL[key]: rest.pop(key) for key in list(rest) if key in _CAMEL})
    return {**tree, "extensions": rest} if rest else tree


def _lines(entry: LoreEntry, changed: set[str]) -> tuple[tuple[str, ...], set[str]]:
    """The decorator lines: as they were, without those that say something else than ``entry`` does now.

    And all attributes that the lines left out had a say in: fields have to say them from now on.
    """
    kept: list[str] = []
    freed: set[str] = set()
    dropped = False
    for line in entry.decorators:
        if line.startswith("@@@") and dropped:
            continue
        name = line.lstrip("@").strip().partition(" ")[0]
        attributes = _DECORATES.get(name, ())
        dropped = any(attribute in changed for attribute in attributes)
        if dropped:
            freed.update(attributes)
        else:
            kept.append(line)
    if "force" in changed and entry.force is not None:
        kept.append("@@activate" if entry.force else "@@dont_activate")
    for attribute, name in (("after_replies", "activate_only_after"), ("every_replies", "activate_only_every")):
        if attribute in changed and getattr(entry, attribute):
            kept.append(f"@@{name} {getattr(entry, attribute)}")
    for attribute, name in (("required_keys", "additional_keys"), ("excluded_keys", "exclude_keys")):
        if attribute in changed and getattr(entry, attribute):
            kept.append(f"@@{name} {','.join(getattr(entry, attribute))}")
    return tuple(kept), freed
