"""Lorebooks: what a character knows when certain words fall, read from cards and stand-alone files, and written back.

Two dialects tell the same: the book of the card specifications (``entries`` is a list; what SillyTavern adds stands
in ``extensions``) and SillyTavern's world file (``entries`` is an object by uid).  Each entry keeps the JSON it came
from, so that fields this program does not know survive a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from game.roleplay.cards.face import MAX_FIELD_CHARS, UnreadableFile, shown
from game.roleplay.cards.fields import dict_of, flag_of, number_of, one_line, text_of, whole_or_none
from game.roleplay.cards.json_text import decode, dump, parse, parse_object
from game.roleplay.cards.lore import MAX_DEPTH, BookForm, Lorebook, LoreEntry
from game.roleplay.cards.lore_entries import entry_tree, read_entry
from game.roleplay.cards.lore_keys import is_pattern, refusal

MAX_ENTRIES = 10_000
MAX_KEYS = 50_000
MAX_PATTERNS = 3_000
"""Keys of one book, and regular expressions among them: every scan looks for each of them."""

MAX_TOKENS = 1_000_000
MAX_SENTENCES = 20


def read_lorebook(data: bytes, name: str) -> Lorebook:
    """A stand-alone book: SillyTavern's world, a V3 lorebook, or the bare book of a card.  ``name``: the file's.

    Raises:
        UnreadableFile: no JSON, no book, or beyond bounds.
    """
    text, mended = decode(data, name)
    tree = parse_object(text, name)
    form = form_of(tree)
    if form is None:
        if is_card(tree):
            raise UnreadableFile(name, "is a character card; import it as a character")
        raise UnreadableFile(name, "holds no lorebook entries; choose a lorebook or world file")
    inner = tree["data"] if form is BookForm.V3 else tree
    book = read_book(inner, name)
    sentences = (*book.mended, *([f"{shown(name)}: {mended}"] if mended else []))
    return replace(book, original=data, original_form=form, mended=sentences)


def form_of(tree: Mapping[str, Any]) -> BookForm | None:
    """Which kind of book file ``tree`` is, or None."""
    if str(tree.get("spec", "")).startswith("lorebook") and isinstance(tree.get("data"), dict):
        return BookForm.V3
    if is_card(tree):
        return None
    if isinstance(tree.get("entries"), dict):
        return BookForm.WORLD
    return BookForm.BARE if isinstance(tree.get("entries"), list) else None


def is_card(tree: Mapping[str, Any]) -> bool:
    """True for what only a character card has."""
    return str(tree.get("spec", "")).startswith("chara_card") or "first_mes" in tree or "mes_example" in tree


def read_book(tree: Mapping[str, Any], name: str) -> Lorebook:
    """The book in ``tree``, as a card or a file holds it; ``name`` is the file's, for sentences.

    Raises:
        UnreadableFile: more than :data:`MAX_ENTRIES` entries, or one that no prompt could hold.
    """
    found = tree.get("entries")
    named = (
        list(found.items()) if isinstance(found, dict) else list(enumerate(found if isinstance(found, list) else ()))
    )
    if len(named) > MAX_ENTRIES:
        raise UnreadableFile(name, f"has more than {MAX_ENTRIES:,} lorebook entries; split it into several books")
    raws = [(str(key), raw) for key, raw in named if isinstance(raw, dict)]
    mended = [] if len(raws) == len(named) else [f"{shown(name)}: {len(named) - len(raws)} entries are no entries"]
    # Some programs write use_regex for every entry, whatever its keys are: then it says nothing.
    habit = all(flag_of(raw.get("use_regex"), False) for _, raw in raws)
    entries: list[LoreEntry] = []
    keys = patterns = 0
    refused: list[str] = []
    seen: dict[str, int] = {}
    for key, raw in raws:
        entry = read_entry(raw, key, habit)
        if len(entry.text) > MAX_FIELD_CHARS:
            what = f"its lorebook entry “{shown(entry.title or entry.uid)}” has {len(entry.text):,} characters"
            raise UnreadableFile(name, f"{what}, more than any prompt holds; shorten it to {MAX_FIELD_CHARS:,}")
        keys += len(entry.all_keys)
        patterns += sum(is_pattern(word, entry.patterns) for word in entry.all_keys)
        if keys > MAX_KEYS or patterns > MAX_PATTERNS:
            what = f"{MAX_KEYS:,} keys or {MAX_PATTERNS:,} patterns"
            raise UnreadableFile(name, f"has a lorebook with more than {what}; split it into several books")
        uid = _unused(entry.uid, seen)
        entry = replace(entry, uid=uid) if uid != entry.uid else entry
        entries.append(entry)
        refused += [f"{shown(entry.title or uid)}: the key “{shown(word)}” {why}" for word, why in _refusals(entry)]
    budget = tree.get("token_budget")
    percent = budget.strip().removesuffix("%") if isinstance(budget, str) and budget.strip().endswith("%") else None
    return Lorebook(
        name=one_line(tree.get("name")),
        description=text_of(tree.get("description")),
        scan_depth=whole_or_none(tree.get("scan_depth"), 0, MAX_DEPTH),
        token_budget=None if percent is not None else whole_or_none(budget, 1, MAX_TOKENS),
        budget_percent=None if percent is None else number_of(percent, 25.0, 0.0, 100.0),
        recursive=flag_of(tree.get("recursive_scanning"), False),
        entries=tuple(entries),
        refused=_first(refused),
        mended=tuple(mended),
        raw=dump({key: value for key, value in tree.items() if key != "entries"}),
    )


def _unused(uid: str, seen: dict[str, int]) -> str:
    """``uid``, or with a number behind it where it is taken; ``seen`` counts how often each was asked for."""
    found = uid
    while found in seen:
        seen[uid] += 1
        found = f"{uid}~{seen[uid]}"
    seen[found] = 1
    return found


def _refusals(entry: LoreEntry) -> list[tuple[str, str]]:
    return [(word, why) for word in entry.all_keys if (why := refusal(word, entry.patterns))]


def _first(sentences: list[str]) -> tuple[str, ...]:
    if len(sentences) <= MAX_SENTENCES:
        return tuple(sentences)
    return (*sentences[:MAX_SENTENCES], f"and {len(sentences) - MAX_SENTENCES} more keys like these")


def write_lorebook(book: Lorebook, form: BookForm) -> bytes:
    """``book`` as a file; one that is as it was read, in its own form, gives the same bytes."""
    if book.original and form is book.original_form and read_lorebook(book.original, "book") == book:
        return book.original
    inner = book_tree(book, world=form is BookForm.WORLD)
    if form is not BookForm.V3:
        return dump(inner, indent=4).encode()
    outer: dict[str, Any] = {"spec": "lorebook_v3"}
    if book.original and book.original_form is BookForm.V3:
        outer = parse(decode(book.original, "book")[0], "book")
    return dump({**outer, "data": inner}, indent=4).encode()


def book_tree(book: Lorebook, world: bool = False) -> dict[str, Any]:
    """``book`` as JSON values: SillyTavern's world, or the book of a card; unknown fields stay."""
    tree: dict[str, Any] = parse(book.raw, "book") if book.raw else {}
    base = read_book(tree, "book")
    for attribute in ("name", "description", "scan_depth", "recursive"):
        value = getattr(book, attribute)
        if value != getattr(base, attribute):
            tree["recursive_scanning" if attribute == "recursive" else attribute] = value
    if (book.token_budget, book.budget_percent) != (base.token_budget, base.budget_percent):
        tree["token_budget"] = book.token_budget if book.budget_percent is None else f"{book.budget_percent:g}%"
    trees = [entry_tree(entry, world) for entry in book.entries]
    if world:
        tree["entries"] = {entry.uid: entry_ for entry, entry_ in zip(book.entries, trees, strict=True)}
    else:
        tree["extensions"] = dict(dict_of(tree.get("extensions")))
        tree["entries"] = trees
    return {key: value for key, value in tree.items() if value is not None}
