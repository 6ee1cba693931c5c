"""What the tests of every scene share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.sound import Sound


@pytest.fixture(scope="module")
def sound() -> Iterator[Sound]:
    with Sound.silent() as sound:
        yield sound
