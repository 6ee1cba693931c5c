"""A private PulseAudio daemon for the sound room's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rig.pulse import PulseRig, missing


@pytest.fixture(scope="module")
def daemon() -> Iterator[PulseRig]:
    """A daemon of the tests' own, for all tests of a file: it takes two seconds to start."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    with PulseRig() as rig:
        yield rig


@pytest.fixture
def pulse(daemon: PulseRig) -> Iterator[PulseRig]:
    """The daemon, with nothing heard yet; this process's sound goes to it."""
    daemon.forget()
    with daemon.reached():
        yield daemon
