"""What broken and hostile files of the beat-based formats cost at most: a second, and 200 MB.

The files stand as near as can be to each bound of the readers, on either side of it.
"""

from __future__ import annotations

import statistics
import struct
import time
import tracemalloc
from collections.abc import Callable, Iterator

from engine.errors import UserError
from game.rhythm.formats import bms, o2jam, ojm, sm
from game.rhythm.formats.containers import NoFolder
from tests.bench.figure import Figure

MEGABYTE = 1_000_000
SIZE = 8 * 1024 * 1024 - 200
RUNS = 3

HEAD = b"#TITLE:x;#OFFSET:0;#BPMS:0=120;"
STEPS = b"#NOTES:dance-single:::1:0:"


def figures() -> Iterator[Figure]:
    """For each format the slowest file and the one that takes the most memory."""
    for kind, read, files in (
        ("sm", lambda data: sm.parse(data, "x.sm", NoFolder()), _songs()),
        ("bms", lambda data: bms.parse(data, "x.bms", NoFolder()), _bms()),
        ("ojn", lambda data: o2jam.parse(data, "x.ojn", NoFolder()), _ojns()),
        ("ojm", lambda data: ojm.read_bank(data, "x.ojm"), _banks()),
    ):
        seconds: dict[str, float] = {}
        megabytes: dict[str, float] = {}
        for name, make in files.items():
            data = make()
            seconds[name] = statistics.median(_seconds(read, data) for _ in range(RUNS))
            megabytes[name] = _megabytes(read, data)
        slowest, largest = max(seconds, key=seconds.__getitem__), max(megabytes, key=megabytes.__getitem__)
        yield Figure(f"hostile {kind}: slowest", seconds[slowest], "s", limit=1, beside=slowest)
        yield Figure(f"hostile {kind}: most memory", megabytes[largest], "MB", limit=200, beside=largest)


def _try(read: Callable[[bytes], object], data: bytes) -> bool:
    """Whether ``data`` was read; a sentence for the player is as good."""
    try:
        read(data)
    except UserError:
        return False
    return True


def _seconds(read: Callable[[bytes], object], data: bytes) -> float:
    """Of the processor's time, so that a busy machine does not look like a slow reader."""
    started = time.process_time()
    _try(read, data)
    return time.process_time() - started


def _megabytes(read: Callable[[bytes], object], data: bytes) -> float:
    """The peak of memory while reading, the file's own bytes aside."""
    tracemalloc.start()
    _try(read, data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / MEGABYTE


def _songs() -> dict[str, Callable[[], bytes]]:
    return {
        "tags": lambda: b"#A;" * 99_000 + HEAD + STEPS + b"1000;",
        "one line of signs": lambda: b"#A:" + b" #" * (SIZE // 2),
        "all notes": lambda: HEAD + STEPS + b"1" * (SIZE - 100),
        "200,000 holds": lambda: HEAD + STEPS + b"2222\n3333\n" * 49_999,
        "empty rows": lambda: HEAD + STEPS + b"0\n" * (SIZE // 2 - 60) + b"1;",
        "key sounds": lambda: HEAD + STEPS + b"1[9]000\n" * 190_000,
        "half a million notes": lambda: HEAD + (STEPS + b"1111\n" * 750 + b";") * 166,
        "190 charts of 45,000 tempos": lambda: (
            b"#BPMS:" + b",".join(b"%d=%d" % (n, 100 + n % 50) for n in range(45_000)) + b";" + (STEPS + b"1000;") * 190
        ),
        "45,000 negative tempos": lambda: (
            b"#BPMS:" + b",".join(b"%d=%d" % (n, (-1) ** n * 120) for n in range(45_000)) + b";" + STEPS + b"1000;"
        ),
        "kanji": lambda: HEAD + b"#TITLE:" + "漢".encode() * (SIZE // 3 - 60) + b";" + STEPS + b"1000;",
    }


def _bms() -> dict[str, Callable[[], bytes]]:
    return {
        "lines": lambda: b"#TITLE a\n" * 99_000 + b"#00111:01",
        "one spot": lambda: b"#00111:01\n" * 99_000,
        "a million sounds": lambda: (b"#00101:" + b"01" * 199_000 + b"\n") * 4 + b"#00111:01",
        "too many objects": lambda: (b"#00101:" + b"01" * 400_000 + b"\n") * 10,
        "long notes": lambda: b"#00151:" + b"01" * 399_000,
        "blocks": lambda: b"#RANDOM 1\n#IF 1\n" * 49_000 + b"#00111:01",
        "stops": lambda: b"#BPM 1e7\n#STOP01 1\n#00109:" + b"01" * 49_000 + b"\n#00211:01",
    }


def _ojns() -> dict[str, Callable[[], bytes]]:
    def file(level: bytes) -> bytes:
        head = bytearray(300)
        head[4:7] = b"ojn"
        struct.pack_into("<f", head, 16, 120.0)
        end = 300 + len(level)
        struct.pack_into("<4i", head, 284, 300, end, end, end)
        return bytes(head) + level

    def package(channel: int, count: int) -> bytes:
        return struct.pack("<ihh", 0, channel, count) + b"\1\0\0\0" * count

    return {
        "a million sounds": lambda: file(package(9, 32_000) * 31),
        "packages": lambda: file(package(2, 1) * 49_000),
        "notes": lambda: file(package(2, 32_000) * 12),
        "nothing": lambda: file(bytes(15_000_000)),
    }


def _banks() -> dict[str, Callable[[], bytes]]:
    size = 47 * 1024 * 1024
    wav = struct.pack("<32shhiihhii", b"w", 1, 2, 44100, 0, 4, 16, 0, size)
    ogg = struct.pack("<32sihhihhi", b"o", size, 5, 0, 0, 1, 0, 0)
    return {
        "one scrambled wave": lambda: (
            b"OMC\0" + struct.pack("<2h3i", 1, 0, 20, 2**31 - 1, 2**31 - 1) + wav + bytes(size)
        ),
        "one masked sound": lambda: b"M30\0" + struct.pack("<6i", 1, 16, 1, 28, 0, 0) + ogg + bytes(size),
        "empty samples": lambda: b"M30\0" + struct.pack("<6i", 1, 16, 2**31 - 1, 28, 0, 0) + bytes(size),
    }
