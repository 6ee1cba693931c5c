"""JSON as models write it, and text as servers cut it up."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.llm.pieces import Pieces
from engine.llm.repair import MAX_CHARS, Unreadable, read_object

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.text(max_size=5), JSON, min_size=1, max_size=4)


def without_nuls(value: Any) -> Any:
    return json.loads(json.dumps(value).replace("\\u0000", ""))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('{"a": 1}', {"a": 1}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('```\n{"a": 1}\n```\nHope that helps!', {"a": 1}),
        ('Here you go: {"a": {"b": []}} as asked', {"a": {"b": []}}),
        ('<think>Maybe {"a": 0}?</think>{"a": 1}', {"a": 1}),
        ("{'a': 'it's fine', 'b': \"yes\"}", {"a": "it's fine", "b": "yes"}),
        ('{"a": [1, 2, ], "b": 3, }', {"a": [1, 2], "b": 3}),
        ("{a: 1, b: True, c: None, d: false}", {"a": 1, "b": True, "c": None, "d": False}),
        ("{“a”: “smart”}", {"a": "smart"}),
        ('{"a": "two\nlines"}', {"a": "two\nlines"}),
        ('{"a": 1 // the first\n, /* and */ "b": 2}', {"a": 1, "b": 2}),
        ('{"a": 1 "b": 2}', {"a": 1, "b": 2}),
        ('{"a": {"b": [1, 2', {"a": {"b": [1, 2]}}),
        ('{"a": 1, "b": "cut o', {"a": 1, "b": "cut o"}),
        ('{"a": 1, "b', {"a": 1}),
        ('{"a": 1, "b":', {"a": 1}),
        ('{"a": -1.5e3, "b": +7, "c": .5}', {"a": -1500.0, "b": 7, "c": 0.5}),
        ("the set {x} is {'a': 1}", {"a": 1}),
        ('{"a": "\\ud83d\\udc0d", "b": \'\\u00fc\\n\'}', {"a": "🐍", "b": "ü\n"}),
        ('\ufeff{"a": "half \\ud83d"}', {"a": "half \ufffd"}),
        ('{"a": "nul\\u0000"}', {"a": "nul"}),
        ("{}", {}),
    ],
)
def test_what_is_meant_is_read(said: str, meant: dict[str, Any]) -> None:
    assert read_object(said) == meant


@pytest.mark.parametrize(
    "said", ["", "no", "[]", "[1]", "3", "{", "{:}", "{{}}", "I can't do {that}", "NaN", '{"a": NaN' + "[" * 50]
)
def test_what_holds_no_object_is_unreadable(said: str) -> None:
    with pytest.raises(Unreadable):
        read_object(said)


@given(OBJECTS)
def test_sound_json_is_read_as_it_is(value: dict[str, Any]) -> None:
    assert read_object(json.dumps(value)) == without_nuls(value)


@given(
    OBJECTS, st.sampled_from(["Sure:\n", "```json\n", "<think>hm</think>", "\n"]), st.sampled_from(["", "\n```", ","])
)
def test_wrapped_json_is_read_as_it_is(value: dict[str, Any], before: str, after: str) -> None:
    assert read_object(before + json.dumps(value) + after) == without_nuls(value)


@given(OBJECTS, st.data())
def test_json_cut_off_anywhere_gives_what_came_or_nothing(value: dict[str, Any], data: st.DataObject) -> None:
    said = json.dumps(value)
    cut = said[: data.draw(st.integers(0, len(said)))]
    try:
        found = read_object(cut)
    except Unreadable:
        return
    assert len(found) <= len(value)


@given(st.text(alphabet="{}[]\"':,/*\\ntrue0.5e-u “”", max_size=200))
def test_nothing_is_too_broken_to_be_refused(said: str) -> None:
    try:
        found = read_object(said)
    except Unreadable:
        return
    json.dumps(found, allow_nan=False).encode()


@pytest.mark.parametrize("part", ["[", "{", '{"a":', "{'", "/*", "//", "\\", "9", "{a:[", "<think>", "{\ud83d"])
def test_endless_repetition_is_bounded(part: str) -> None:
    said = '{"a": ' + part * 300_000
    try:
        read_object(said)
    except Unreadable:
        return
    assert len(said) > MAX_CHARS


# -- pieces ------------------------------------------------------------------------------------------------------------


def shown(text: str, cuts: list[int], stop: tuple[str, ...] = (), most: int = 10_000) -> tuple[str, str]:
    """What is shown of ``text`` sent in pieces cut at ``cuts``, and how it ended."""
    pieces = Pieces(stop, most)
    edges = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    given_out = [pieces.feed(text[a:b]) for a, b in pairwise(edges)]
    return "".join([*given_out, pieces.finish()]), pieces.ended


CUTS = st.lists(st.integers(0, 1000), max_size=10)
SNAKE_HALVES = "\ud83d\udc0d"


@given(st.text(alphabet="abAB<> \n", max_size=40), CUTS)
def test_cuts_do_not_show(text: str, cuts: list[int]) -> None:
    assert shown(text, cuts) == shown(text, []) == (text.lstrip(), "")


@given(st.text(alphabet="abYou:\n ", max_size=40), CUTS)
def test_a_stop_string_ends_it_wherever_it_is_cut(text: str, cuts: list[int]) -> None:
    text = "x" + text
    before, stop, _ = text.partition("\nYou:")
    assert shown(text, cuts, ("\nYou:", "")) == (before, "stop" if stop else "")


@given(st.text(alphabet="a<think/>\n", max_size=30), st.text(alphabet="ab", min_size=1, max_size=10), CUTS)
def test_thinking_is_left_out_wherever_it_is_cut(thought: str, answer: str, cuts: list[int]) -> None:
    thought = thought.replace("</think>", "")
    assert shown(f"\n<think>{thought}</think>\n{answer}", cuts) == (answer, "")


@given(CUTS)
def test_halves_of_a_character_meet(cuts: list[int]) -> None:
    assert shown(f"a {SNAKE_HALVES} b {SNAKE_HALVES}", cuts)[0] == "a 🐍 b 🐍"


def test_a_half_that_stays_alone_is_replaced() -> None:
    assert shown("a\ud83d", [])[0] == "a\ufffd"
    assert shown("\udc0da", [])[0] == "\ufffda"
    assert shown("a\ud83db\0", [])[0] == "a\ufffdb"


@given(st.text(alphabet="ab ", min_size=1, max_size=60), CUTS, st.integers(1, 60))
def test_no_more_is_shown_than_the_bound(text: str, cuts: list[int], most: int) -> None:
    said, ended = shown("x" + text, cuts, (), most)
    assert said == ("x" + text)[:most]
    assert ended == ("length" if len(text) + 1 > most else "")


def test_a_thought_without_an_answer_shows_nothing() -> None:
    assert shown("<think>I wonder", [3])[0] == ""
    assert shown("<thin", [])[0] == "<thin"
