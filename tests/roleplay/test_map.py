"""The page beside this file says what holds each section of the roleplay requirements; this holds the page."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
PAGE = Path(__file__).with_name("README.md")

SECTIONS = (
    *("1", "2", "2.1", "2.2", "2.3", "3", "3.1", "3.2", "3.3", "3.4", "4", "4.1", "4.2", "4.3"),
    *("5", "5.1", "5.2", "5.3", "5.4", "6", "6.1", "6.2", "6.3", "6.4", "6.5"),
    *("7", "7.1", "7.2", "7.3", "7.4", "7.5", "8", "8.1", "8.2", "8.3", "8.4", "8.5", "9"),
    *("10", "10.1", "10.2", "10.3", "10.4", "10.5", "11", "11.1", "11.2", "11.3", "11.4", "12", "13", "14"),
    *(f"15.{rule}" for rule in range(1, 9)),
    *("16", "16.1", "16.2", "16.3", "16.4", "16.5"),
)
"""The numbered sections of requirements/004, and the rules of its section 15 one by one."""

DECISIONS = tuple(f"A{number}" for number in range(1, 44))
"""Its Appendix A."""

_ROW = re.compile(r"^\| (?P<name>[A0-9][0-9.]*) \| (?P<rest>.*) \|$")
_NAMED = re.compile(r"`([^`]+)`")


def rows() -> dict[str, list[str]]:
    """The page's table rows by their first cell."""
    found: dict[str, list[str]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        row = _ROW.match(line)
        if row is not None:
            assert row["name"] not in found, f"{row['name']} has two rows"
            found[row["name"]] = row["rest"].split(" | ")
    return found


@cache
def named_in(file: str) -> frozenset[str]:
    """The test functions of a file."""
    path = TESTS / file
    assert path.is_file(), f"there is no {file}"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def held_by(cell: str) -> list[tuple[str, str]]:
    """The (file, test) pairs of a cell, which names a file and then its tests."""
    pairs: list[tuple[str, str]] = []
    file = ""
    for name in _NAMED.findall(cell):
        if name.endswith(".py"):
            file = name
        else:
            pairs.append((file, name))
    return pairs


def test_every_section_has_a_row_and_no_row_is_of_no_section() -> None:
    assert list(rows()) == [*SECTIONS, *DECISIONS]


def test_every_row_names_tests_that_are_there() -> None:
    missing = []
    for name in SECTIONS:
        pairs = held_by(rows()[name][1])
        assert pairs, f"nothing holds {name}"
        missing += [f"{name}: {file}::{test}" for file, test in pairs if test not in named_in(file)]
    assert missing == []


def test_every_decision_is_part_of_sections_that_have_a_row() -> None:
    for name in DECISIONS:
        (sections,) = rows()[name]
        assert set(sections.split(", ")) <= set(SECTIONS), f"{name} is said to be part of {sections}"
