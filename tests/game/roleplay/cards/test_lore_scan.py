"""Which entries a scan calls up, where they go, and why others do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.roleplay.cards import Logic, Lorebook, LoreEntry, LoreHistory, LoreScan, Place, expand, scan


def tokens(text: str) -> int:
    """A word, a token."""
    return len(text.split())


def look(entries: Sequence[LoreEntry], *texts: str, budget: int = 1000, **more: Any) -> LoreScan:
    """A scan of a book of ``entries`` with everything else as usual."""
    book = Lorebook(entries=tuple(entries), recursive=more.pop("recursive", False), scan_depth=more.pop("depth", None))
    more.setdefault("roll", lambda uid: 0.5)
    return scan(book, texts, count_tokens=tokens, budget=budget, **more)


def active(found: LoreScan) -> list[str]:
    """The uids in the prompt, in order."""
    return [item.entry.uid for item in found.active]


def why(found: LoreScan) -> dict[str, str]:
    """What fell out, and why."""
    return {item.entry.uid: item.why for item in found.dropped}


GULL = LoreEntry("gull", keys=("gull", "tern"), text="Gulls steal rolls.")


@pytest.mark.parametrize(
    ("text", "change", "found"),
    [
        ("A GULL!", {}, True),
        ("seagulls", {}, True),
        ("a tern", {}, True),
        ("a crow", {}, False),
        ("A GULL!", {"case_sensitive": True}, False),
        ("seagulls", {"whole_words": True}, False),
        ("gull.", {"whole_words": True}, True),
        ("_gull", {"whole_words": True}, False),
        ("a crow", {"constant": True}, True),
        ("a crow", {"force": True}, True),
        ("gull", {"force": False}, False),
        ("gull", {"enabled": False}, False),
        ("gull", {"text": " \n"}, False),
        ("gull", {"keys": ()}, False),
        ("STRASSE", {"keys": ("straße",)}, True),
        ("النورس هنا", {"keys": ("النورس",), "whole_words": True}, True),
        ("look 🕊️!", {"keys": ("🕊️",)}, True),
        ("black gull", {"keys": ("black gull",), "whole_words": True}, True),
        ("gulls", {"keys": (r"/\bGULLS?\b/i",)}, True),
        ("gulls", {"keys": (r"/\bGULLS?\b/",)}, False),
        ("and/or", {"keys": (r"/and\/or/",)}, True),
        ("/and/or/", {"keys": ("/and/or/",)}, True),
        ("Gulls", {"keys": ("gulls?$",), "patterns": True}, True),
        ("Gulls", {"keys": ("gulls?$",), "patterns": True, "case_sensitive": True}, False),
        ("anything", {"keys": ("/(/",)}, False),
        ("gull", {"required_keys": ("bread",)}, False),
        ("gull and bread", {"required_keys": ("bread",)}, True),
        ("gull and bread", {"excluded_keys": ("bread",)}, False),
    ],
)
def test_what_calls_an_entry_up(text: str, change: dict[str, Any], found: bool) -> None:
    assert bool(active(look([replace(GULL, **change)], text))) is found


@pytest.mark.parametrize(
    ("logic", "neither", "one", "both"),
    [
        (Logic.AND_ANY, False, True, True),
        (Logic.AND_ALL, False, False, True),
        (Logic.NOT_ANY, True, False, False),
        (Logic.NOT_ALL, True, True, False),
    ],
)
def test_secondary_keys_by_their_logic(logic: Logic, neither: bool, one: bool, both: bool) -> None:
    entry = replace(GULL, logic=logic, secondary_keys=("sea", "bread"))
    for text, found in (("gull", neither), ("gull, sea", one), ("gull, sea, bread", both), ("sea, bread", False)):
        assert bool(active(look([entry], text))) is found
        assert bool(active(look([replace(entry, selective=False)], text))) is text.startswith("gull")


def test_how_far_back_is_looked() -> None:
    texts = ("gull", "b", "c")
    assert not active(look([GULL], *texts))
    assert active(look([GULL], *texts, depth=3))
    assert active(look([replace(GULL, scan_depth=3)], *texts))
    assert not active(look([replace(GULL, scan_depth=0)], "gull"))


def test_entries_stand_in_their_order_and_know_their_place() -> None:
    low = LoreEntry("low", constant=True, order=1, text="first", place=Place.AT_DEPTH, depth=3, role="user")
    high = LoreEntry("high", constant=True, order=9, text="last {{char}}")
    found = look([high, low], fill=lambda text: expand(text, char="Mira", user="Ada"))
    assert active(found) == ["low", "high"]
    first, last = found.active
    assert (first.place, first.depth, first.role, first.why, first.tokens) == (
        Place.AT_DEPTH,
        3,
        "user",
        "always active",
        1,
    )
    assert (last.text, last.tokens, found.tokens) == ("last Mira", 2, 3)


def test_keys_may_name_the_player() -> None:
    entry = replace(GULL, keys=("{{user}}",))
    found = look([entry], "Ada came in", fill=lambda text: expand(text, char="Mira", user="Ada"))
    assert found.active[0].why == "key “{{user}}”"


def test_the_budget_goes_to_the_highest_priority_first() -> None:
    entries = [
        LoreEntry("a", constant=True, order=1, text="one two three"),
        LoreEntry("b", constant=True, order=5, text="one two three four"),
        LoreEntry("c", constant=True, order=3, text="one two"),
        LoreEntry("d", constant=True, order=0, text="one two three", ignore_budget=True),
    ]
    found = look(entries, budget=6)
    assert active(found) == ["d", "c", "b"]
    assert why(found) == {"a": "its 3 tokens do not fit: 6 of 6 are taken"}
    ranked = [replace(entry, priority=10 - entry.order) for entry in entries]
    assert active(look(ranked, budget=6)) == ["d", "a", "c"]


def test_chance_is_asked_of_the_roll_and_said() -> None:
    entry = replace(GULL, probability=40.0)
    assert active(look([entry], "gull", roll=lambda uid: 0.39)) == ["gull"]
    found = look([entry], "gull", roll=lambda uid: 0.4)
    assert why(found) == {"gull": "comes with 40 % and 40 was drawn"}
    assert not active(look([replace(entry, probability=0.0)], "gull", roll=lambda uid: 0.0))
    assert active(look([replace(entry, probability=100.0)], "gull", roll=lambda uid: 1.0))


def test_one_of_each_group_comes() -> None:
    a, b, c = (LoreEntry(uid, keys=("gull",), text=uid, group="birds", group_weight=10) for uid in "abc")
    for drawn, uid in ((0.0, "a"), (0.5, "b"), (0.99, "c"), (1.0, "c")):
        found = look([a, b, c], "gull", roll=lambda _, drawn=drawn: drawn)
        assert active(found) == [uid]
        assert set(why(found).values()) == {"another of the group “birds” is active"}
    assert active(look([a, replace(b, group_override=True), c], "gull")) == ["b"]
    assert active(look([a, replace(b, group="fish"), c], "gull", roll=lambda _: 0.0)) == ["a", "b"]


def test_entries_call_up_others_where_the_book_is_recursive() -> None:
    rolls = LoreEntry("rolls", keys=("rolls",), text="Rolls rise at four.")
    four = LoreEntry("four", keys=("four",), text="The bell.")
    assert active(look([GULL, rolls, four], "gull")) == ["gull"]
    assert active(look([GULL, rolls, four], "gull", recursive=True)) == ["gull", "rolls", "four"]
    assert active(look([GULL, replace(rolls, exclude_recursion=True), four], "gull", recursive=True)) == ["gull"]
    assert active(look([GULL, replace(rolls, prevent_recursion=True), four], "gull", recursive=True)) == [
        "gull",
        "rolls",
    ]


def test_entries_that_wait_for_recursion_come_level_by_level() -> None:
    late = LoreEntry("late", keys=("rolls",), text="later still", delay_until_recursion=1)
    later = LoreEntry("later", keys=("still",), text="last", delay_until_recursion=2)
    assert active(look([late, later, GULL], "gull", recursive=True)) == ["late", "later", "gull"]
    assert active(look([replace(late, keys=("gull",))], "gull")) == ["late"]
    assert active(look([late], "crow", recursive=True)) == []


def test_a_circle_of_entries_ends() -> None:
    circle = [LoreEntry(str(n), keys=(f"k{n}.",), text=f"k{(n + 1) % 50}. k{(n + 2) % 50}.") for n in range(50)]
    found = look(circle, "k0.", recursive=True)
    assert 10 < len(found.active) <= 50


def at(messages: int, **since: int) -> LoreHistory:
    """A chat of so many messages, half of them replies."""
    return LoreHistory(messages, messages // 2, since)


def test_sticky_entries_stay_and_then_rest() -> None:
    entry = replace(GULL, sticky=3, cooldown=2)
    assert look([entry], "gull", history=at(10)).active[0].fresh
    for messages in (11, 12):
        (item,) = look([entry], "crow", history=at(messages, gull=10)).active
        assert (item.fresh, item.why) == (False, "stays from before")
    for messages in (13, 14):
        found = look([entry], "gull", history=at(messages, gull=10))
        assert why(found) == {"gull": "rests for 2 messages after it was active"}
    assert look([entry], "gull", history=at(15, gull=10)).active[0].fresh


def test_a_reroll_at_the_same_message_finds_the_same() -> None:
    entry = replace(GULL, sticky=3, cooldown=2)
    again = look([entry], "gull", history=at(10, gull=10))
    assert active(again) == ["gull"]
    assert not active(look([entry], "crow", history=at(10, gull=10)))


@pytest.mark.parametrize(
    ("change", "messages", "reason"),
    [
        ({"delay": 11}, 10, "waits until the chat has 11 messages"),
        ({"delay": 10}, 10, ""),
        ({"after_replies": 6}, 10, "waits for 6 replies"),
        ({"after_replies": 5}, 10, ""),
        ({"every_replies": 2}, 10, "comes with every 2. reply only"),
        ({"every_replies": 5}, 10, ""),
    ],
)
def test_entries_that_wait_say_for_what(change: dict[str, Any], messages: int, reason: str) -> None:
    found = look([replace(GULL, **change)], "gull", history=at(messages))
    assert why(found) == ({"gull": reason} if reason else {})
    assert active(look([replace(GULL, **change)], "gull")) == ["gull"]


ENDLESS = (r"/(a+)+$/", r"/(?:a|aa)+$/", r"/(a*)*b/", r"/(?=(a+))a*c\1/", r"/(?:(?:a?){40}){20}$/", r"/(?R)?a!/")


@pytest.mark.parametrize("pattern", ENDLESS)
def test_a_pattern_that_never_ends_is_given_up_and_the_rest_goes_on(pattern: str) -> None:
    found = look([replace(GULL, keys=(pattern, "ab")), LoreEntry("b", keys=("ab",), text="b")], "a" * 30_000 + "b!")
    assert active(found) == ["gull", "b"]
    assert set(found.slow) <= {pattern}


def test_a_book_of_endless_patterns_asks_only_a_few() -> None:
    entries = [LoreEntry(str(n), keys=(f"/(a+)+{n}$/",), text="x") for n in range(500)]
    found = look(entries, "a" * 30_000 + "b")
    assert not found.active
    assert len(found.slow) == 3


def test_only_the_most_recent_of_a_huge_text_is_looked_through() -> None:
    assert active(look([GULL], "x" * 10_000_000 + " gull"))
    assert not active(look([GULL], "gull " + "x" * 10_000_000))


chosen = st.builds(
    LoreEntry,
    uid=st.text("abcdef", min_size=1, max_size=2),
    keys=st.lists(st.sampled_from(["sea", "gull", "rolls"]), max_size=2).map(tuple),
    text=st.sampled_from(["sea", "gull rolls", "rolls sea " * 5, ""]),
    constant=st.booleans(),
    order=st.integers(-2, 2),
    probability=st.sampled_from([0.0, 50.0, 100.0]),
    group=st.sampled_from(["", "a", "b", "a,b"]),
    delay_until_recursion=st.integers(0, 2),
    ignore_budget=st.booleans(),
    sticky=st.integers(0, 3),
    cooldown=st.integers(0, 3),
)


@given(
    entries=st.lists(chosen, max_size=8, unique_by=lambda entry: entry.uid),
    recent=st.lists(st.sampled_from(["the sea", "a gull", "rolls", "nothing"]), max_size=3),
    budget=st.integers(0, 30),
    messages=st.integers(0, 6),
)
def test_what_holds_of_every_scan(entries: list[LoreEntry], recent: list[str], budget: int, messages: int) -> None:
    def once() -> LoreScan:
        return look(entries, *recent, budget=budget, recursive=True, history=at(messages, a=2, b=4), depth=2)

    found = once()
    assert once() == found
    assert not set(active(found)) & set(why(found))
    assert len(set(active(found))) == len(found.active)
    assert [item.entry.order for item in found.active] == sorted(item.entry.order for item in found.active)
    bound = sum(item.tokens for item in found.active if not item.entry.ignore_budget)
    assert bound <= budget
    assert found.tokens == sum(item.tokens for item in found.active)
    for name in "ab":
        assert sum(name in item.entry.group.split(",") for item in found.active) <= 1
