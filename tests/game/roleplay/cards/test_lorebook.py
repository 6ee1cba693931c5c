"""A book from a card or a world file is read alike and written back with everything it held."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from game.roleplay.cards import (
    BookForm,
    Logic,
    Lorebook,
    LoreEntry,
    Place,
    budget_tokens,
    read_any,
    read_lorebook,
    write_lorebook,
)


def world(*entries: dict[str, Any], **more: Any) -> bytes:
    """A world file of entries."""
    return json.dumps({"entries": {str(n): entry for n, entry in enumerate(entries)}, **more}).encode()


def book(*entries: dict[str, Any], **more: Any) -> bytes:
    """A stand-alone V3 lorebook of entries."""
    return json.dumps({"spec": "lorebook_v3", "data": {"entries": list(entries), "extensions": {}, **more}}).encode()


def only(data: bytes) -> LoreEntry:
    """The one entry of a book."""
    (entry,) = read_lorebook(data, "book.json").entries
    return entry


WORLD_ENTRY = {
    "uid": 7,
    "key": ["gull", "/ro(ll|se)s/i"],
    "keysecondary": ["bread"],
    "comment": "Gulls",
    "content": "Gulls steal {{user}}'s rolls.",
    "constant": True,
    "selective": True,
    "selectiveLogic": 2,
    "order": 50,
    "position": 4,
    "disable": True,
    "excludeRecursion": True,
    "preventRecursion": True,
    "delayUntilRecursion": 2,
    "probability": "35.5",
    "useProbability": True,
    "depth": 6,
    "group": "birds",
    "groupOverride": True,
    "groupWeight": 30,
    "scanDepth": 9,
    "caseSensitive": True,
    "matchWholeWords": False,
    "role": 2,
    "sticky": 3,
    "cooldown": 4,
    "delay": 5,
    "ignoreBudget": True,
    "displayIndex": 3,
    "automationId": "a1",
    "x_odd": [1],
}
GULLS = LoreEntry(
    uid="7",
    title="Gulls",
    keys=("gull", "/ro(ll|se)s/i"),
    secondary_keys=("bread",),
    logic=Logic.NOT_ANY,
    text="Gulls steal {{user}}'s rolls.",
    enabled=False,
    constant=True,
    order=50,
    place=Place.AT_DEPTH,
    depth=6,
    role="assistant",
    probability=35.5,
    scan_depth=9,
    case_sensitive=True,
    whole_words=False,
    ignore_budget=True,
    exclude_recursion=True,
    prevent_recursion=True,
    delay_until_recursion=2,
    sticky=3,
    cooldown=4,
    delay=5,
    group="birds",
    group_override=True,
    group_weight=30,
)


def test_a_world_entry_says_all_it_says() -> None:
    assert only(world(WORLD_ENTRY)) == GULLS


@pytest.mark.parametrize("form", list(BookForm))
def test_an_entry_means_the_same_in_every_form(form: BookForm) -> None:
    written = write_lorebook(read_lorebook(world(WORLD_ENTRY), "w.json"), form)
    again = read_lorebook(written, "again.json")
    assert again.entries == (GULLS,)
    assert again.original_form is form
    assert isinstance(read_any(written, "again.json"), Lorebook)
    back = json.loads(write_lorebook(again, BookForm.WORLD))["entries"]
    (back,) = back.values()
    assert back["x_odd"] == [1] if "x_odd" in back else back["extensions"]["x_odd"] == [1]
    assert (back["displayIndex"], back["automationId"]) == (3, "a1")


def test_a_card_entry_with_what_sillytavern_adds() -> None:
    extensions = {"position": 6, "selectiveLogic": 3, "probability": 10, "useProbability": False, "scan_depth": "4"}
    entry = only(book({"keys": ["k"], "content": "c", "insertion_order": "5", "extensions": extensions, "id": 0}))
    assert (entry.place, entry.logic, entry.probability) == (Place.AFTER_EXAMPLES, Logic.AND_ALL, 100.0)
    assert (entry.scan_depth, entry.order, entry.uid) == (4, 5, "0")


@pytest.mark.parametrize(
    ("position", "place"),
    [("before_char", Place.BEFORE_PERSONA), ("after_char", Place.AFTER_PERSONA), (3, Place.NOTE_BOTTOM), ("", None)],
)
def test_positions_by_name_and_number(position: object, place: Place | None) -> None:
    assert only(book({"keys": [], "position": position})).place is (place or Place.BEFORE_PERSONA)


def test_numbers_as_text_empty_text_and_nonsense_become_defaults() -> None:
    entry = only(
        world({"uid": 0, "key": "gull, tern", "order": "", "depth": "x", "probability": None, "scanDepth": ""})
    )
    assert (entry.keys, entry.order, entry.depth) == (("gull", "tern"), 100, 4)
    assert (entry.probability, entry.scan_depth, entry.case_sensitive) == (100.0, None, None)
    entry = only(
        world({"uid": 0, "key": [], "order": 1e300, "depth": -5, "probability": 500, "delayUntilRecursion": True})
    )
    assert (entry.order, entry.depth, entry.probability, entry.delay_until_recursion) == (1_000_000, 0, 100.0, 1)


def test_the_book_says_how_far_it_looks_and_how_much_it_may_fill() -> None:
    read = read_lorebook(book(scan_depth="8", token_budget=300, recursive_scanning="true", name="Birds"), "b.json")
    assert (read.scan_depth, read.token_budget, read.recursive, read.name) == (8, 300, True, "Birds")
    assert budget_tokens(read, 8000) == 300
    assert budget_tokens(read, 100) == 100
    assert budget_tokens(read_lorebook(book(token_budget="10%"), "b.json"), 8000) == 800
    assert budget_tokens(Lorebook(), 8000) == 2000


def test_decorators_say_what_they_say_and_leave_the_text() -> None:
    lines = ("@@depth 3", "@@role user", "@@scan_depth 7", "@@unheard_of 1", "@@@activate_only_after 4")
    content = "\n".join((*lines, "@@additional_keys sea,salt", "", "Text."))
    entry = only(book({"keys": ["k"], "content": content, "extensions": {"position": 1}}))
    assert (entry.place, entry.depth, entry.role, entry.scan_depth) == (Place.AT_DEPTH, 3, "user", 7)
    assert (entry.after_replies, entry.required_keys, entry.text) == (4, ("sea", "salt"), "Text.")


@pytest.mark.parametrize(
    ("lines", "force", "place", "sticky"),
    [
        ("@@activate", True, Place.BEFORE_PERSONA, 0),
        ("@@dont_activate", False, Place.BEFORE_PERSONA, 0),
        ("@@dont_activate\n@@activate", True, Place.BEFORE_PERSONA, 0),
        ("@@activate\n@@dont_activate", True, Place.BEFORE_PERSONA, 0),
        ("@@position after_desc", None, Place.AFTER_PERSONA, 0),
        ("@@position nowhere\n@@@depth 1", None, Place.AT_DEPTH, 0),
        ("@@depth 2\n@@@position after_desc", None, Place.AT_DEPTH, 0),
        ("@@odd\n@@@odder\n@@@position after_desc\n@@@activate", None, Place.AFTER_PERSONA, 0),
        ("@@position after_desc\n@@position before_desc", None, Place.AFTER_PERSONA, 0),
        ("@@depth x", None, Place.BEFORE_PERSONA, 0),
        ("@@keep_activate_after_match", None, Place.BEFORE_PERSONA, 1_000_000),
    ],
)
def test_decorators_and_their_fallbacks(lines: str, force: bool | None, place: Place, sticky: int) -> None:
    entry = only(book({"keys": ["k"], "content": lines + "\nText."}))
    assert (entry.force, entry.place, entry.sticky, entry.text) == (force, place, sticky, "Text.")


def test_a_change_drops_only_the_decorator_that_says_otherwise() -> None:
    content = "@@depth 3\n@@@reverse_depth 1\n@@unheard_of 1\n@@role user\nText."
    read = read_lorebook(book({"keys": ["k"], "content": content}), "b.json")
    changed = replace(read, entries=(replace(read.entries[0], depth=9, required_keys=("sea",)),))
    written = write_lorebook(changed, BookForm.V3)
    assert json.loads(written)["data"]["entries"][0]["content"] == (
        "@@unheard_of 1\n@@role user\n@@additional_keys sea\nText."
    )
    assert read_lorebook(written, "b.json") == changed


def test_a_book_that_marks_every_key_as_a_pattern_means_plain_words() -> None:
    plain = {"keys": ["Dr. Who?"], "content": "c", "use_regex": True}
    pattern = {"keys": [r"gulls?\b"], "content": "c", "use_regex": True}
    first, second = read_lorebook(book(plain, pattern), "b.json").entries
    assert (first.patterns, second.patterns) == (False, True)
    honest = {"keys": ["gull"], "content": "c", "use_regex": False}
    first, _ = read_lorebook(book(plain, honest), "b.json").entries
    assert first.patterns


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("/(/", "is no valid pattern"),
        ("/a{1000}{1000}{1000}/", "repeats too often"),
        ("/((a{60}){60}){60}/", "repeats too often"),
        ("x" * 501, "is longer than 500 characters"),
    ],
)
def test_keys_that_cannot_be_used_are_named(key: str, why: str) -> None:
    read = read_lorebook(world({"uid": 1, "key": ["gull", key], "comment": "Birds"}), "b.json")
    (sentence,) = read.refused
    assert sentence.startswith("Birds: the key “")
    assert why in sentence
    assert read.entries[0].keys == ("gull", key)


def test_many_refused_keys_are_counted() -> None:
    refused = read_lorebook(world({"uid": 1, "key": [f"/({n}/" for n in range(50)]}), "b.json").refused
    assert len(refused) == 21
    assert refused[-1] == "and 30 more keys like these"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"{}", "holds no lorebook entries"),
        (b'{"spec": "chara_card_v2", "data": {"name": "M"}}', "is a character card; import it as a character"),
        (b'{"entries": "none"}', "holds no lorebook entries"),
        (json.dumps({"entries": [{}] * 10_001}).encode(), "has more than 10,000 lorebook entries"),
        (world({"uid": 1, "key": [], "content": "a" * 200_001}), "has 200,001 characters"),
        (world({"uid": 1, "key": ["a"] * 50_001}), "more than 50,000 keys or 3,000 patterns; split it"),
        (
            world({"uid": 1, "key": [f"/{n}/" for n in range(3_001)]}),
            "more than 50,000 keys or 3,000 patterns; split it",
        ),
    ],
)
def test_what_is_no_book_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read_lorebook(data, "b.json")


def test_entries_that_are_none_are_left_out_and_said() -> None:
    read = read_lorebook(json.dumps({"entries": [1, None, {"keys": ["a"], "content": "b"}]}).encode(), "b.json")
    assert len(read.entries) == 1
    assert read.mended == ("b.json: 2 entries are no entries",)


def test_two_entries_of_one_id_are_told_apart() -> None:
    assert [e.uid for e in read_lorebook(book({"id": 1}, {"id": 1}, {"id": 1}), "b.json").entries] == [
        "1",
        "1~2",
        "1~3",
    ]


@pytest.mark.parametrize("data", [world(WORLD_ENTRY, x_top=1), book({"keys": ["a"], "content": "b"}, name="B")])
def test_an_unchanged_book_is_written_as_the_same_bytes(data: bytes) -> None:
    read = read_lorebook(data, "b.json")
    assert read.original_form is not None
    assert write_lorebook(read, read.original_form) == data


def test_a_changed_book_keeps_what_stands_around_it() -> None:
    read = read_lorebook(world(WORLD_ENTRY, x_top=1), "b.json")
    tree = json.loads(write_lorebook(replace(read, name="New", token_budget=9), BookForm.WORLD))
    assert (tree["x_top"], tree["name"], tree["token_budget"]) == (1, "New", 9)
    assert tree["entries"]["7"] == WORLD_ENTRY
    outer = json.loads(book({"keys": ["a"], "content": "b"})) | {"x_outer": 2}
    read = read_lorebook(json.dumps(outer).encode(), "b.json")
    assert json.loads(write_lorebook(replace(read, name="New"), BookForm.V3))["x_outer"] == 2


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"], exclude_characters=","), min_size=1
)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=40).filter(lambda t: "@@" not in t)
entries = st.builds(
    LoreEntry,
    uid=st.just("u"),
    title=words,
    keys=st.lists(words, max_size=3).map(tuple),
    secondary_keys=st.lists(words, max_size=2).map(tuple),
    logic=st.sampled_from(Logic),
    selective=st.booleans(),
    text=texts,
    enabled=st.booleans(),
    constant=st.booleans(),
    order=st.integers(-1000, 1000),
    priority=st.none() | st.integers(-1000, 1000),
    place=st.sampled_from(Place),
    depth=st.integers(0, 1000),
    role=st.sampled_from(["system", "user", "assistant"]),
    probability=st.floats(0, 100),
    scan_depth=st.none() | st.integers(0, 1000),
    case_sensitive=st.none() | st.booleans(),
    whole_words=st.none() | st.booleans(),
    ignore_budget=st.booleans(),
    exclude_recursion=st.booleans(),
    prevent_recursion=st.booleans(),
    delay_until_recursion=st.integers(0, 100),
    sticky=st.integers(0, 99),
    cooldown=st.integers(0, 99),
    delay=st.integers(0, 99),
    group=words,
    group_override=st.booleans(),
    group_weight=st.integers(1, 10_000),
    force=st.none() | st.booleans(),
    after_replies=st.integers(0, 99),
    every_replies=st.integers(0, 99),
    required_keys=st.lists(words, max_size=2).map(tuple),
    excluded_keys=st.lists(words, max_size=2).map(tuple),
)
books = st.builds(
    Lorebook,
    name=words,
    description=texts,
    scan_depth=st.none() | st.integers(0, 1000),
    token_budget=st.none() | st.integers(1, 9999),
    recursive=st.booleans(),
    entries=entries.map(lambda entry: (entry,)),
)


@given(written=books, form=st.sampled_from(BookForm), other=st.sampled_from(BookForm))
def test_a_book_written_here_reads_back_equal(written: Lorebook, form: BookForm, other: BookForm) -> None:
    again = read_lorebook(write_lorebook(written, form), "b.json")
    assert again == written
    assert read_lorebook(write_lorebook(again, other), "b.json") == written


@given(before=entries, after=entries, form=st.sampled_from(BookForm))
def test_any_change_of_an_entry_is_written(before: LoreEntry, after: LoreEntry, form: BookForm) -> None:
    read = read_lorebook(write_lorebook(Lorebook(entries=(before,)), form), "b.json")
    change = replace(after, raw=read.entries[0].raw, decorators=read.entries[0].decorators)
    changed = replace(read, entries=(change,))
    assert read_lorebook(write_lorebook(changed, form), "b.json") == changed


@pytest.mark.parametrize("form", list(BookForm))
def test_an_entry_of_patterns_says_so_in_every_form(form: BookForm) -> None:
    written = Lorebook(entries=(LoreEntry("0", keys=(r"gulls?\b",), text="t", patterns=True), LoreEntry("1", text="u")))
    assert read_lorebook(write_lorebook(written, form), "b.json") == written


def test_roles_by_name_and_flags_of_any_kind() -> None:
    entry = only(book({"keys": ["a"], "enabled": "maybe", "constant": [1], "extensions": {"role": "assistant"}}))
    assert (entry.role, entry.enabled, entry.constant) == ("assistant", True, False)
