"""Finding songs: what a search means, and the orders and groups of a list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.rhythm.entries import ChartEntry
from game.rhythm.library import GROUPS, SORTS
from game.rhythm.search import arrange, parse_search, searchable


def entry(**values: object) -> ChartEntry:
    plain: dict[str, object] = {name: (0 if kind in ("int", "float") else "") for name, kind in KINDS.items()}
    return ChartEntry(**(plain | values))  # type: ignore[arg-type]


KINDS = {
    **dict.fromkeys(ChartEntry._fields, "str"),
    **dict.fromkeys(("chart_index", "keys", "notes", "holds", "mines", "length_us", "preview_us", "added_us"), "int"),
    **dict.fromkeys(("bpm_min", "bpm_max", "stars"), "float"),
}
LIST = [
    entry(
        title="Night Drive",
        artist="Ann",
        keys=4,
        stars=2.31,
        bpm_max=128.0,
        length_us=95_000_000,
        pack="one",
        added_us=3,
    ),
    entry(
        title="Night Rain",
        artist="bob",
        keys=7,
        stars=4.8,
        bpm_max=174.0,
        length_us=150_000_000,
        pack="one",
        added_us=2,
    ),
    entry(
        title="Éclair", artist="Cy", keys=7, stars=12.0, bpm_max=200.0, length_us=120_000_000, pack="two", added_us=1
    ),
]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", {"Night Drive", "Night Rain", "Éclair"}),
        ("NIGHT", {"Night Drive", "Night Rain"}),
        ("rain night", {"Night Rain"}),
        ('"rain night"', set()),
        ('"night rain"', {"Night Rain"}),
        ('"night rain', {"Night Rain"}),
        ("keys=7", {"Night Rain", "Éclair"}),
        ("7k", {"Night Rain", "Éclair"}),
        ("keys=7 stars>5", {"Éclair"}),
        ("stars=2.3", {"Night Drive"}),
        ("stars!=2.3", {"Night Rain", "Éclair"}),
        ("bpm<180 length<2:00", {"Night Drive"}),
        ("length>=2:00", {"Night Rain", "Éclair"}),
        ("length<100", {"Night Drive"}),
        ("artist=BOB", {"Night Rain"}),
        ("artist!=bob night", {"Night Drive"}),
        ("éclair", {"Éclair"}),
        ("stars>", set()),
        ("nonsense=7", set()),
        ("keys=many", set()),
    ],
)
def test_a_search_finds_what_it_says(search: str, found: set[str]) -> None:
    tests = parse_search(search)
    assert {one.title for one in LIST if all(test(one, searchable(one)) for test in tests)} == found


@given(st.text(max_size=60))
def test_any_text_is_a_search(text: str) -> None:
    for test in parse_search(text):
        assert test(LIST[0], searchable(LIST[0])) in (True, False)


def names(sort: str, descending: bool = False) -> list[str]:
    (group,) = arrange(LIST, sort, descending=descending)
    return [one.title[-4:] for one in group.entries]


def test_lists_come_in_the_order_asked_for() -> None:
    assert names("title") == ["rive", "Rain", "lair"]
    assert names("artist", descending=True) == ["lair", "Rain", "rive"]
    assert names("stars", descending=True) == ["lair", "Rain", "rive"]
    assert names("length") == ["rive", "lair", "Rain"]
    assert names("added") == ["rive", "Rain", "lair"]
    (own,) = arrange(LIST, lambda one: -one.bpm_max)
    assert own.entries[0].title == "Éclair"


def test_groups_have_headings_and_hold_everything_once() -> None:
    for group in GROUPS:
        for sort in SORTS:
            arranged = arrange(LIST, sort, group)
            assert sorted(one.title for part in arranged for one in part.entries) == sorted(one.title for one in LIST)
    assert [group.name for group in arrange(LIST, group="difficulty")] == [
        "2 to 3 stars",
        "4 to 5 stars",
        "10 stars and more",
    ]
    assert [group.name for group in arrange(LIST, group="keys")] == ["4 keys", "7 keys"]
    assert arrange([]) == []
