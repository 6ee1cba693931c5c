"""What the tests of every scene share: a window and a sound for each file, a stand for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.sound import Sound
from engine.window import HeadlessWindow
from tests.rig.ear import Ear
from tests.rig.stand import Stand


@pytest.fixture(scope="module")
def sound() -> Iterator[Sound]:
    with Sound.silent() as sound:
        yield sound


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    """A sound that remembers what it was asked for."""
    with Ear.silent() as sound:
        assert isinstance(sound, Ear)
        yield sound


@pytest.fixture(scope="module")
def window(request: pytest.FixtureRequest) -> Iterator[HeadlessWindow]:
    """A window of the file's ``SIZE``, whose frames come its ``FRAME_US`` apart (0: as the clock says)."""
    size = getattr(request.module, "SIZE", (640, 360))
    window = HeadlessWindow(size, frame_us=getattr(request.module, "FRAME_US", 0))
    yield window
    window.close()


@pytest.fixture
def stand(tmp_path: Path, window: HeadlessWindow, sound: Sound) -> Iterator[Stand]:
    with Stand(tmp_path / "profile", window, sound) as stand:
        yield stand
    window.text_scale = 1.0
