"""Replay files on disk, of this game and of osu!: read on the chart they belong to, written by their ending."""

from __future__ import annotations

from pathlib import Path

from engine.errors import UserError
from game.rhythm.chart import Chart
from game.rhythm.osr import osr_replay, read_osr, write_osr
from game.rhythm.replay import MAX_FILE_BYTES, Replay, ReplayError, judge_replay, read_replay, write_replay

OSR_RULES = "osu-mania-stable"
"""The only rule set whose counts an ``.osr`` can hold."""

ENDINGS = (".jamreplay", ".osr")


def load_replay(path: Path | str, chart: Chart) -> Replay:
    """The replay in the file at ``path``, played on ``chart``.

    Raises:
        UserError: no such file, not a replay, or a replay of another chart.
    """
    path = Path(path)
    data = _read(path)
    if path.suffix.lower() == ".osr":
        replay = osr_replay(read_osr(data, str(path)), chart, str(path))
    else:
        replay = read_replay(data, str(path))
    if replay.chart_hash and chart.hash and replay.chart_hash != chart.hash:
        raise ReplayError(str(path), f"was played on another chart than {chart.title!r} [{chart.level}]")
    return replay


def chart_of(path: Path | str) -> str:
    """The hash of the chart that the replay in the file at ``path`` was played on; empty when it does not say.

    Raises:
        UserError: no such file, or not a replay.
    """
    path = Path(path)
    data = _read(path)
    if path.suffix.lower() == ".osr":
        return read_osr(data, str(path)).chart_hash
    return read_replay(data, str(path)).chart_hash


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ReplayError(str(path), f"cannot be opened ({error.strerror})") from None
    if len(data) > MAX_FILE_BYTES:
        raise ReplayError(str(path), f"is larger than {MAX_FILE_BYTES >> 20} MiB, which no replay is")
    return data


def save_replay(replay: Replay, chart: Chart, path: Path | str) -> None:
    """Write ``replay``, played on ``chart``, as the ending of ``path`` says.

    Raises:
        UserError: the format cannot hold it, or the file cannot be written.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise UserError(f"{path}: replays are written as {' or '.join(ENDINGS)}")
    if ending == ".osr":
        data = write_osr(replay, judge_replay(replay, chart).finish(), chart.keys)
    else:
        data = write_replay(replay)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise UserError(f"{path}: the replay cannot be written ({error.strerror})") from None


def export_replay(replay: Replay, chart: Chart, folder: Path, name: str) -> Path:
    """Write ``replay`` into ``folder`` in the format most players can open; gives the file's path.

    Raises:
        UserError: it cannot be written there.
    """
    path = folder / f"{name}{'.osr' if replay.rules == OSR_RULES and chart.format == 'osu' else '.jamreplay'}"
    save_replay(replay, chart, path)
    return path
