"""The laws of the house: who may import whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1]
ROOMS = sorted(
    path.name
    for path in (HOUSE / "game").iterdir()
    if path.is_dir() and path.name not in {"scenes", "commands", "__pycache__"}
)
SCREEN_LIBRARIES = {"pygame", "moderngl", "imgui_bundle"}


def imports(source: str, package: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Every module that ``source``, a file of ``package``, imports, with the line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (above, node.module or "") if part)
            yield module, node.lineno
            for alias in node.names:
                yield f"{module}.{alias.name}", node.lineno


def offences(folder: Path, forbidden: set[str]) -> list[str]:
    """Where files below ``folder`` import one of ``forbidden`` or something inside it."""
    return [
        f"{path.relative_to(HOUSE)}:{line} imports {module}"
        for path in sorted(folder.rglob("*.py"))
        for module, line in imports(path.read_text("utf-8"), path.relative_to(HOUSE).parts[:-1])
        if any(module == name or module.startswith(name + ".") for name in forbidden)
    ]


def test_engine_knows_nothing_of_the_game() -> None:
    assert offences(HOUSE / "engine", {"game"}) == []


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_run_without_a_screen(room: str) -> None:
    assert offences(HOUSE / "game" / room, SCREEN_LIBRARIES | {"game.scenes", "engine.draw", "engine.window"}) == []


def test_only_the_command_line_opens_the_app() -> None:
    found = offences(HOUSE / "game", {"game.app"})
    assert all(line.startswith(("game/cli.py", "game/commands/")) for line in found), found


def test_imports_are_seen_however_they_are_spelt() -> None:
    source = "import game.app as a\nfrom ..scenes import play\ndef late():\n    from engine import draw"
    seen = set(imports(source, ("game", "rhythm")))
    assert {("game.app", 1), ("game.scenes", 2), ("game.scenes.play", 2), ("engine.draw", 4)} <= seen


@pytest.mark.parametrize("folder", ["engine", "game", "tools"])
def test_files_can_be_read_in_one_go(folder: str) -> None:
    long = {
        str(path.relative_to(HOUSE)): lines
        for path in (HOUSE / folder).rglob("*.py")
        if (lines := path.read_text("utf-8").count("\n")) > 500
    }
    assert long == {}
