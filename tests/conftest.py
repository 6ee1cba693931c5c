"""Fixtures every room's tests may use."""

from __future__ import annotations

from pathlib import Path

import pytest

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "real"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real charts and replays, for measuring; tests that need it are skipped without it."""
    if not REAL.is_dir():
        pytest.skip("the folder of real charts and replays is not beside this checkout")
    return REAL
