"""Small file systems of the tests' own, to be full or read-only for real, where this machine lets one mount them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

Mount = Callable[[Path, str], Path]
"""Mounts a small file system at a folder, with options as mount(8) takes them; says the folder."""


def mount_within(undo: ExitStack) -> Mount:
    """A :data:`Mount` whose file systems are gone when ``undo`` is closed; the test is skipped where none may be."""

    def mounted(folder: Path, options: str) -> Path:
        folder.mkdir(exist_ok=True)
        if sys.platform == "win32" or os.geteuid() != 0:
            pytest.skip("mounting a small file system needs root")
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        if subprocess.run(command, capture_output=True).returncode != 0:
            pytest.skip("this machine does not let its root mount")
        undo.callback(subprocess.run, ["umount", "-l", str(folder)], check=True)
        return folder

    return mounted


def remount(folder: Path, options: str) -> None:
    """Mount it again with other options."""
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take every byte that is left there; gives the file that does, which may be removed again."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return filler
    return filler
