"""A display of our own: Xvfb on a free number, ended by the process that started it."""

from __future__ import annotations

import os
import shutil
import subprocess
from types import TracebackType

import pytest


class XServer:
    """Runs Xvfb while entered; ``display`` is its name for ``DISPLAY``."""

    def __init__(self, width: int = 2600, height: int = 1500) -> None:
        self._screen = f"{width}x{height}x24"
        self._process: subprocess.Popen[bytes] | None = None
        self.display = ""

    def __enter__(self) -> XServer:
        """Raises RuntimeError when the server does not come up."""
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", self._screen, "-nolisten", "tcp", "-noreset"]
        self._process = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading, "rb") as answer:
            number = answer.readline().strip().decode()
        if not number:
            raise RuntimeError("Xvfb has not started")
        self.display = f":{number}"
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def environment(self) -> dict[str, str]:
        """The environment for a program that is to show itself here."""
        return {**os.environ, "DISPLAY": self.display, "SDL_VIDEODRIVER": "x11", "PYGAME_HIDE_SUPPORT_PROMPT": "1"}


def need_xvfb() -> None:
    """Skip the calling test on a machine without Xvfb."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed (Debian package xvfb)")
