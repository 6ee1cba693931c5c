"""Two machines with networks of their own on one: network namespaces with a cable between them (Linux).

Needs no root where the system lets anyone have namespaces; elsewhere the test is skipped and says why.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import ExitStack
from types import TracebackType
from typing import Self

import pytest

SIDES = ("left", "right")
ADDRESSES = {"left": "10.77.0.1", "right": "10.77.0.2"}
CABLE = "cable"


class TwoNetworks:
    """The namespaces; gone with everything in them when closed."""

    def __init__(self) -> None:
        self._undo = ExitStack()
        self._holders: dict[str, subprocess.Popen[bytes]] = {}
        if not sys.platform.startswith("linux") or not all(map(shutil.which, ("unshare", "nsenter", "ip"))):
            pytest.skip("network namespaces need Linux with unshare, nsenter and ip")
        if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:
            pytest.skip("this machine does not let its users have network namespaces")

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            self._hold("left", undo, ["unshare", "-rn"])
            self._hold("right", undo, [*self.inside("left"), "unshare", "-n"])
            right = self._holders["right"].pid
            self.ip("left", "link", "add", CABLE, "type", "veth", "peer", "name", CABLE, "netns", str(right))
            for side in SIDES:
                self.ip(side, "link", "set", "lo", "up")
                self.ip(side, "addr", "add", f"{ADDRESSES[side]}/24", "dev", CABLE)
                self.ip(side, "link", "set", CABLE, "up")
                self.ip(side, "route", "add", "default", "dev", CABLE)
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._undo.close()

    def _hold(self, side: str, undo: ExitStack, entering: list[str]) -> None:
        """A process that keeps a namespace alive until its input ends."""
        words = [*entering, "sh", "-c", "echo here; exec cat"]
        holder = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._holders[side] = holder
        undo.callback(holder.communicate)
        assert holder.stdout is not None
        if holder.stdout.readline() != b"here\n":
            pytest.skip("this machine does not let its users have network namespaces")

    def inside(self, side: str) -> list[str]:
        """What to put before a command so that it runs on one side."""
        return ["nsenter", "-t", str(self._holders[side].pid), "-U", "-n", "--preserve-credentials"]

    def ip(self, side: str, *words: str) -> None:
        """Run ip(8) on one side."""
        subprocess.run([*self.inside(side), "ip", *words], check=True, capture_output=True)
