"""A display of our own for the whole module's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.window import RealWindow, open_window
from tests.rig.pilot import Pilot
from tests.rig.xserver import XServer, need_xvfb


@pytest.fixture(scope="session")
def server() -> Iterator[XServer]:
    need_xvfb()
    with XServer(1400, 900) as server:
        yield server


@pytest.fixture
def pilot(server: XServer) -> Iterator[Pilot]:
    pilot = Pilot(server.display)
    yield pilot
    pilot.close()


@pytest.fixture
def window(server: XServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealWindow]:
    monkeypatch.setenv("DISPLAY", server.display)
    monkeypatch.setenv("SDL_VIDEODRIVER", "x11")
    window = open_window("under test", (320, 180), vsync=False)
    yield window
    window.close()
