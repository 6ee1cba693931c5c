"""The drawing thread: what goes wrong over there is told here, and nobody waits for a thread that has ended."""

from __future__ import annotations

import moderngl
import pytest

from engine.draw.driver import ThreadDriver
from engine.draw.pipelines import Pipelines
from engine.errors import UserError


def headless() -> Pipelines:
    return Pipelines(moderngl.create_context(standalone=True, backend="egl", require=330))  # type: ignore[arg-type]


def nothing() -> None:
    """Neither swaps nor lets go."""


def test_a_driver_that_lacks_something_is_said_in_its_own_sentence() -> None:
    def lacking() -> Pipelines:
        raise UserError("The graphics driver does not offer OpenGL 3.3: update it.")

    with pytest.raises(UserError, match=r"OpenGL 3\.3"):
        ThreadDriver(lacking, nothing, nothing)


def test_asking_after_the_end_does_not_wait_for_ever() -> None:
    driver = ThreadDriver(headless, nothing, nothing)
    assert driver.ask(lambda pipelines: pipelines.ctx.version_code) >= 330
    driver.close()
    with pytest.raises(RuntimeError, match="ended"):
        driver.ask(lambda pipelines: 0)
