"""``python -m tools.songs [SONG ...] [--charts-only | --sounds-only]``: make what ships with the game."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter

from game.rhythm.formats.jam import write_jam
from tools.songs.charter import AUDIO, charts
from tools.songs.encode import read, write_ogg
from tools.songs.loudness import integrated_lufs, true_peak_db
from tools.songs.master import mastered
from tools.songs.mixer import mixed
from tools.songs.pieces import PIECES
from tools.songs.song import Song
from tools.songs.sounds import write_sounds

ROOT = Path(__file__).resolve().parents[2]

CC0 = """{title} by OuroJam: the audio and its charts.

To the extent possible under law, the authors have waived all copyright and related or neighbouring rights
to this work under CC0 1.0 Universal: https://creativecommons.org/publicdomain/zero/1.0/
You may copy, change, distribute and perform it, even commercially, without asking.
"""


def write_charts(song: Song, folder: Path) -> None:
    """The nine charts and the licence."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, chart in charts(song).items():
        (folder / name).write_text(write_jam(chart), encoding="utf-8", newline="\n")
    (folder / "LICENSE.txt").write_text(CC0.format(title=song.title), encoding="utf-8", newline="\n")


def write_audio(song: Song, folder: Path) -> str:
    """Play, master and encode ``song``; what the decoded file measures, in words."""
    started = perf_counter()
    write_ogg(folder / AUDIO, mastered(mixed(song)))
    took_s = perf_counter() - started
    heard = read(folder / AUDIO)
    size = (folder / AUDIO).stat().st_size
    return (
        f"{song.title}: {heard.shape[-1] / 44_100:.1f} s, {integrated_lufs(heard):.2f} LUFS, "
        f"{true_peak_db(heard):.2f} dBTP, {size / 1e6:.2f} MB, made in {took_s:.1f} s"
    )


def main() -> None:
    """Make the songs named on the command line, or all of them and the small sounds."""
    parser = argparse.ArgumentParser(prog="python -m tools.songs", description=__doc__)
    parser.add_argument("songs", nargs="*", choices=[*PIECES, []], help="folder names; none means all")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--charts-only", action="store_true", help="leave the audio as it is")
    only.add_argument("--sounds-only", action="store_true", help="make only the game's small sounds")
    asked = parser.parse_args()
    if asked.sounds_only or not (asked.songs or asked.charts_only):
        write_sounds(ROOT / "assets" / "sounds")
    if asked.sounds_only:
        return
    for slug in asked.songs or PIECES:
        song = PIECES[slug]()
        write_charts(song, ROOT / "charts" / slug)
        print(f"{song.title}: charts written" if asked.charts_only else write_audio(song, ROOT / "charts" / slug))


if __name__ == "__main__":
    main()
