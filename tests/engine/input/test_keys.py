"""Names of keys and what they show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.input.keys import NAMES, SCANCODES, control, label, scancode


@given(st.integers(0, 511))
def test_a_control_leads_back_to_its_scancode(code: int) -> None:
    assert scancode(control(code)) == code


def test_names_are_unique() -> None:
    assert len(SCANCODES) == len(NAMES)


@pytest.mark.parametrize("name", ["button:1", "key:", "key:nosuch", "key:#", "key:#x", ""])
def test_what_is_no_key_has_no_scancode(name: str) -> None:
    assert scancode(name) is None


@pytest.mark.parametrize(
    ("name", "shown"), [("key:a", "A"), ("key:space", "Space"), ("key:left", "←"), ("key:return", "Enter")]
)
def test_a_key_has_something_to_show(name: str, shown: str) -> None:
    assert label(name) == shown


def test_every_named_key_shows_something() -> None:
    assert all(label(f"key:{name}") for name in SCANCODES)
