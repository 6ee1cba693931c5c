"""Coverage-guided fuzzing of every reader of outside files: whatever the bytes, a result or a sentence, soon and small.

    python tests/fuzz/fuzz_formats.py --runs 1000000 --format osu
    python tests/fuzz/fuzz_formats.py --runs 1000000 --format all --report fuzz.jsonl

Each format starts from small seeds made here.  The first byte of an input may say that the rest is repeated, so that
long files are met too.  A run ends with one line of JSON: inputs, seconds, how the readers answered, how far memory
grew in all (the fuzzer's own books among it) and by one input, and the slowest and hungriest inputs (in processor time:
other work may share the machine).  Needs ``pip install -e .[soak]`` (atheris, on Linux).
"""

from __future__ import annotations

import argparse
import base64
import importlib
import io
import json
import resource
import struct
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.fuzz import talk_files  # noqa: E402  (found by the line above)

CHARTS = ("osu", "qua", "jam", "sm", "ssc", "ojn", "bms", "zip")
FORMATS = (*CHARTS, *talk_files.FORMATS)
MAX_INPUT_BYTES = 4096
MAX_REPEATED_BYTES = 1024 * 1024
HANG_S = 1.0
MEMORY_MB = 200.0
WARM_UP = 100
"""Inputs after which everything is loaded; memory is counted from there."""

OSU_SEED = """osu file format v14

[General]
AudioFilename: a.mp3
PreviewTime: -1
Mode: 3
SpecialStyle: 1
[Metadata]
Title:Seed
[Difficulty]
CircleSize:8
OverallDifficulty:7.5
SliderMultiplier:1.4
[Events]
0,0,"bg.jpg",0,0
Sample,100,0,"kick.wav",70
[TimingPoints]
0,500,4,2,1,50,1,0
500,-50,4,2,1,50,0,0
900,NaN,4,2,1,50,0,0
[HitObjects]
64,192,0,1,0,0:0:0:0:
128,192,500,128,0,900:0:0:0:0:x.wav
1,2,3.5,2,0,L|1:1,2,140
"""

QUA_SEED = """AudioFile: a.mp3
Mode: Keys4
Title: 'Seed: one'
InitialScrollVelocity: 1
TimingGroups:
  g: !ScrollGroup
    InitialScrollVelocity: 2
CustomAudioSamples:
- Path: a.wav
SoundEffects:
- StartTime: 1
  Sample: 1
TimingPoints:
- StartTime: 0
  Bpm: .inf
- StartTime: 5
  Bpm: 150.5
SliderVelocities:
- StartTime: 9
  Multiplier: -2
ScrollSpeedFactors:
- StartTime: 9
  Multiplier: 2
HitObjects:
- StartTime: 5
  Lane: 1
  EndTime: 9
  KeySounds:
  - Sample: 1
    Volume: 100
- StartTime: 7
  Lane: 2
  Type: Mine
  KeySounds: []
"""

JAM_SEED = """jam 1
title: "Se\\u00e9d"
keys: 4
scratch_lanes: 0 3
tag: one
[timing]
0 500000 4
[scroll]
0 1.5 0
[speeds]
0 2 1000
[notes]
0 0 tap
5 1 hold 9 @0
[sounds]
a.wav
[backing]
0 0 1 -1
"""

SM_HEAD = """#TITLE:Seed;
#OFFSET:-0.1;
#BPMS:0.000=120.0,4.000=-60,8=9999999999;
#STOPS:2.000=0.5,3=-0.25;
#DELAYS:1=0.1;
#WARPS:5=1;
#FAKES:6=1;
#SCROLLS:0=1,4=2;
#SPEEDS:0=1=0=0,4=2=1=1;
#TIMESIGNATURES:0=4=4;
"""

SM_SEED = SM_HEAD + "#NOTES:\n dance-single:\n me:\n Hard:\n 9:\n 0,0:\n1000\n0200\n0300\nMK4F\n,\n0L03\n0000 ;\n"

SSC_SEED = (
    "#VERSION:0.83;\n"
    + SM_HEAD
    + "#NOTEDATA:;\n#STEPSTYPE:dance-single;\n#METER:9;\n#BPMS:0=100;\n#NOTES:\n1000\n0M00\n;\n"
)

BMS_SEED = """#PLAYER 1
#TITLE Seed
#BPM 130
#LNTYPE 1
#WAV01 a.wav
#BPM01 180.5
#STOP01 48
#RANDOM 2
#IF 1
#00111:01000100
#ENDIF
#00102:0.75
#00103:0080
#00108:01
#00109:01
#00151:0101
#00216:01
#00221:01
"""


def ojn_seed() -> bytes:
    """An O2Jam file of one level with a tempo change, a tap and a hold."""
    packages = (
        (0, 1, struct.pack("<f", 90.0), 1),
        (1, 2, struct.pack("<hBBhBB", 1, 8, 0, 2, 8, 2), 2),
        (2, 2, struct.pack("<hBB", 2, 8, 3), 1),
        (2, 9, struct.pack("<hBB", 7, 0, 4), 1),
    )
    level = b"".join(struct.pack("<ihh", measure, channel, n) + body for measure, channel, body, n in packages)
    head = struct.pack("<i4sfif4h", 1, b"ojn\0", 2.9, 2, 120.0, 5, 10, 15, 0)
    head += struct.pack("<12i2h20s2i", *[0] * 12, 0, 0, b"", 0, 0)
    head += struct.pack("<64s32s32s32s", b"Seed", b"A", b"N", b"a.ojm")
    return head + struct.pack("<4i4i", 0, 0, 0, 0, 300, *[300 + len(level)] * 3) + level


def zip_seed() -> bytes:
    """An archive with a chart, a folder and a name that leads out."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.osu", OSU_SEED)
        made.writestr("in/b.jam", JAM_SEED)
        made.writestr("../c.qua", QUA_SEED)
    return out.getvalue()


def seeds(name: str) -> list[bytes]:
    """The inputs a format's run starts from: whole, in halves, and in another encoding."""
    texts = {"osu": OSU_SEED, "qua": QUA_SEED, "jam": JAM_SEED, "sm": SM_SEED, "ssc": SSC_SEED, "bms": BMS_SEED}
    if name in talk_files.FORMATS:
        bodies = talk_files.seeds(name)
    elif name in texts:
        text = texts[name]
        halves = text[: len(text) // 2].encode(), text[len(text) // 2 :].encode()
        bodies = [text.encode(), text.replace("\n", "\r\n").encode("utf-16"), *halves]
        bodies.append(text.replace(" !ScrollGroup", "").encode())
    else:
        whole = ojn_seed() if name == "ojn" else zip_seed()
        bodies = [whole, whole[: len(whole) // 2]]
    return [b"", *(b"\0" + body for body in bodies)]


@dataclass
class Tally:
    """What was seen in one run."""

    format: str
    runs: int
    started: float = field(default_factory=time.perf_counter)
    inputs: int = 0
    read: int = 0
    refused: int = 0
    slowest_cpu_ms: float = 0.0
    slowest: bytes = b""
    largest_bytes: int = 0
    base_mb: float = 0.0
    peak_mb: float = 0.0
    hungriest_mb: float = 0.0
    hungriest: bytes = b""

    def report(self) -> dict[str, Any]:
        """The line that is printed at the end."""
        seconds = time.perf_counter() - self.started
        grown_mb = self.peak_mb - self.base_mb
        return {
            "format": self.format,
            "inputs": self.inputs,
            "seconds": round(seconds, 1),
            "per_second": round(self.inputs / seconds),
            "read": self.read,
            "refused": self.refused,
            "slowest_cpu_ms": round(self.slowest_cpu_ms, 2),
            "largest_bytes": self.largest_bytes,
            "memory_grown_mb": round(grown_mb, 1),
            "hungriest_mb": round(self.hungriest_mb, 1),
            "ok": self.slowest_cpu_ms < HANG_S * 1000 and self.hungriest_mb < MEMORY_MB,
            "slowest_input": base64.b64encode(self.slowest).decode(),
            "hungriest_input": base64.b64encode(self.hungriest).decode(),
        }


def peak_mb() -> float:
    """The most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def repeated(data: bytes) -> bytes:
    """The input proper: what follows the first byte, in one of 64 cases many times over.

    Long files take a hundred times as long as short ones, and a fuzzer led by coverage would soon try nothing else.
    """
    body = data[1:]
    if not body or data[0] < 0xF0 or zlib.crc32(data) % 64:
        return body
    return body * max(1, min(1 << (data[0] & 15), MAX_REPEATED_BYTES // len(body)))


def check(result: Any) -> None:
    """What must hold in every chart, whatever it was read from."""
    for chart in result.charts:
        notes = chart.notes
        assert 1 <= chart.keys <= 18
        assert (notes["end_us"] >= notes["at_us"]).all()
        assert (notes["lane"] < chart.keys).all()
        assert (notes["sound"] < len(chart.sounds)).all()
        assert (chart.timing["beat_us"] > 0).all()
        for column in (chart.scroll["factor"], chart.scroll["jump_us"], chart.speeds["factor"]):
            assert (abs(column) < 1e18).all()


def chart_reader(name: str) -> Callable[[bytes], bool]:
    """A function of bytes that reads them as charts of the format ``name``; True when there were any."""
    from game.rhythm.formats.containers import NoFolder, ZipFolder
    from game.rhythm.formats.read import parser_for

    if name != "zip":
        parse = parser_for(f".{name}")

        def read_charts(data: bytes) -> bool:
            result = parse(data, f"x.{name}", NoFolder())
            check(result)
            return bool(result.charts)

        return read_charts

    def read_zip(data: bytes) -> bool:
        folder = ZipFolder(data, "x.zip")
        for entry in folder.names():
            folder.read_checked(entry, MAX_REPEATED_BYTES)
        return False

    return read_zip


def fuzz(name: str, runs: int, report: Path | None, seed: int) -> None:
    """Fuzz one format; never returns, because the fuzzer ends the process."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["game.rhythm.formats", "game.roleplay.cards"]):
        read = chart_reader(name) if name in CHARTS else talk_files.reader(name)
    from engine.errors import UserError

    warnings.simplefilter("error")
    tally = Tally(name, runs)

    def one(data: bytes) -> None:
        whole = repeated(data)
        if tally.inputs == WARM_UP:
            tally.base_mb = tally.peak_mb = peak_mb()
        sentence = ""
        start = time.thread_time()
        try:
            tally.read += read(whole)
        except UserError as error:
            tally.refused += 1
            sentence = str(error)
        assert "\n" not in sentence
        taken_ms = (time.thread_time() - start) * 1000
        tally.inputs += 1
        tally.largest_bytes = max(tally.largest_bytes, len(whole))
        if taken_ms > tally.slowest_cpu_ms:
            tally.slowest_cpu_ms, tally.slowest = taken_ms, data
        step_mb = peak_mb() - tally.peak_mb
        if step_mb > 0 and tally.inputs > WARM_UP:
            tally.peak_mb += step_mb
            if step_mb > tally.hungriest_mb:
                tally.hungriest_mb, tally.hungriest = step_mb, data
        if tally.inputs == tally.runs:
            line = json.dumps(tally.report())
            print(line, flush=True)
            if report is not None:
                with report.open("a", encoding="utf-8") as file:
                    file.write(line + "\n")

    with tempfile.TemporaryDirectory() as corpus:
        for number, body in enumerate(seeds(name)):
            (Path(corpus) / f"seed{number}").write_bytes(body)
        flags = [f"-runs={runs}", f"-max_len={MAX_INPUT_BYTES}", f"-seed={seed}", "-verbosity=0", "-timeout=20"]
        flags.append(f"-artifact_prefix={tempfile.gettempdir()}/ourojam-fuzz-{name}-")
        atheris.Setup([sys.argv[0], *flags, corpus], one)
        atheris.Fuzz()


def main() -> int:
    """Read the command line; with ``all`` each format runs in a process of its own."""
    options = argparse.ArgumentParser(description="Fuzz the readers of charts, cards, lorebooks and chats.")
    options.add_argument("--runs", type=int, default=100_000, help="inputs for each format")
    options.add_argument("--format", choices=(*FORMATS, "all"), default="all")
    options.add_argument("--report", type=Path, help="file to which each run's line of JSON is added")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    if chosen.format != "all":
        fuzz(chosen.format, chosen.runs, chosen.report, chosen.seed)
        return 0
    worst = 0
    for name in FORMATS:
        command = [sys.executable, __file__, "--format", name, "--runs", str(chosen.runs), "--seed", str(chosen.seed)]
        if chosen.report is not None:
            command += ["--report", str(chosen.report)]
        worst = max(worst, abs(subprocess.run(command, check=False).returncode))
    return worst


if __name__ == "__main__":
    sys.exit(main())
