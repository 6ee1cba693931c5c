"""Fixtures every room's tests may use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.rig.disks import Mount, mount_within

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "real"

# The suite draws the same examples each time, so that it tells of a change and not of luck; `make soak` draws new
# ones.  How long an example takes says something of the machine, not of the code.
settings.register_profile("suite", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", parent=settings.get_profile("suite"), derandomize=False, max_examples=1000)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real charts and replays, for measuring; tests that need it are skipped without it."""
    if not REAL.is_dir():
        pytest.skip("the folder of real charts and replays is not beside this checkout")
    return REAL


@pytest.fixture
def mount() -> Iterator[Mount]:
    """Mounts small file systems for one test."""
    with ExitStack() as undo:
        yield mount_within(undo)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Long runs only happen when they are asked for (`make soak`)."""
    parser.addoption("--run-soak", action="store_true", help="also run the long ones, marked soak")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how properties are tried."""
    settings.load_profile("soak" if config.getoption("--run-soak") else "suite")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is marked soak unless it was asked for; keep each file's tests in one process.

    A file shares costly fixtures; only files of one ``xdist_group`` may not run beside each other either.
    """
    for item in items:
        if item.get_closest_marker("soak") and not config.getoption("--run-soak"):
            item.add_marker(pytest.mark.skip(reason="a long run; make soak runs it"))
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.split("::")[0]))
