"""Keyboards that come and go, by the system's own list."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.input.events import DeviceFound, DeviceLost, Event
from engine.input.keyboards import Keyboards, keyboard_names

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the list is a file on Linux only")


def block(name: str, handlers: str) -> str:
    return f'I: Bus=0003 Vendor=0001\nN: Name="{name}"\nP: Phys=usb\nH: Handlers={handlers}\nB: EV=120013\n\n'


def test_the_list_names_what_has_keys(tmp_path: Path) -> None:
    listing = tmp_path / "devices"
    listing.write_text(
        block("Desk Keys", "sysrq kbd event3 leds") + block("Mouse", "mouse0 event4") + block("Pad", "kbd event5")
    )
    assert keyboard_names(listing) == ["Desk Keys", "Pad"]


@pytest.mark.parametrize("text", ["", "\n\n\n", "H: Handlers=kbd\n"])
def test_a_list_that_says_nothing_is_empty(text: str, tmp_path: Path) -> None:
    listing = tmp_path / "devices"
    listing.write_text(text)
    assert keyboard_names(listing) == []
    assert keyboard_names(tmp_path / "none") == []


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    path = tmp_path / "devices"
    path.write_text(block("One", "kbd event1") + block("Two", "kbd event2"))
    return path


@pytest.fixture
def watched(listing: Path) -> Iterator[Keyboards]:
    keyboards = Keyboards(lambda: keyboard_names(listing), look_s=0.01)
    yield keyboards
    keyboards.close()


def told(keyboards: Keyboards) -> list[Event]:
    """The next events, waited for."""
    end = time.monotonic() + 20
    while not (events := keyboards.drain()):
        assert time.monotonic() < end, "nothing was told"
    return events


def test_one_pulled_out_and_plugged_in_again_is_told(listing: Path, watched: Keyboards) -> None:
    assert watched.drain() == []
    both = listing.read_text()
    replacing = listing.with_name("next")
    replacing.write_text(block("One", "kbd event1"))
    replacing.replace(listing)
    (lost,) = told(watched)
    assert isinstance(lost, DeviceLost)
    assert lost.device == "keyboard:Two"
    replacing.write_text(both)
    replacing.replace(listing)
    (found,) = told(watched)
    assert isinstance(found, DeviceFound)
    assert found.device == "keyboard:Two"
