"""What two processes share: the ring of commands, the status, the blocks."""

from __future__ import annotations

import struct
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sound.shared import Block, Command, Ring, Seqlock, SoundError, attach

INT = st.integers(-(2**62), 2**62)
FLOAT = st.floats(allow_nan=False)
TEXT = st.text("abc/0", max_size=160).map(str.encode)
COMMAND = st.builds(Command, st.integers(0, 12), INT, INT, INT, INT, INT, FLOAT, FLOAT, FLOAT, TEXT)


def ring() -> Ring:
    return Ring(memoryview(bytearray(Ring.SIZE)))


@given(st.lists(COMMAND, max_size=50))
def test_commands_come_out_as_they_went_in(commands: list[Command]) -> None:
    shared = ring()
    assert all(shared.put(command) for command in commands)
    assert [shared.take() for _ in commands] == commands
    assert shared.take() is None


def test_a_full_ring_says_so_and_goes_on_when_there_is_room() -> None:
    shared = ring()
    for number in range(Ring.SLOTS):
        assert shared.put(Command(1, handle=number))
    assert not shared.put(Command(1))
    assert shared.take() == Command(1, handle=0)
    assert shared.put(Command(1, text=b"last"))
    taken = [shared.take() for _ in range(Ring.SLOTS)]
    assert taken[-1] == Command(1, text=b"last")


def test_a_reader_beside_a_writer_sees_only_whole_records() -> None:
    layout = struct.Struct("<qqqq")
    memory = memoryview(bytearray(64))
    writer, reader = Seqlock(memory, layout), Seqlock(memory, layout)
    over = threading.Event()

    def write() -> None:
        number = 0
        while not over.is_set():
            number += 1
            writer.write(number, number, number, number)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        seen = [reader.read() for _ in range(5000)]
    finally:
        over.set()
        thread.join()
    assert all(len(set(fields)) == 1 for fields in seen)
    assert [fields[0] for fields in seen] == sorted(fields[0] for fields in seen)


def test_a_writer_that_died_in_the_middle_leaves_the_last_whole_record() -> None:
    layout = struct.Struct("<q")
    memory = memoryview(bytearray(16))
    writer, reader = Seqlock(memory, layout), Seqlock(memory, layout)
    writer.write(7)
    assert reader.read() == (7,)
    memory.cast("q")[0] += 1
    assert reader.read() == (7,)


def test_a_block_is_seen_by_its_path_until_it_is_closed() -> None:
    block = Block(4096)
    block.memory[:4] = b"song"
    other = attach(block.path)
    assert other[:4] == b"song"
    path = block.path
    block.close()
    with pytest.raises(OSError, match=path):
        attach(path)
    assert other[:4] == b"song"


def test_more_memory_than_there_is_is_said_in_a_sentence() -> None:
    with pytest.raises(SoundError, match=r"^sound: no room for \d+ MB of sound in memory"):
        Block(1 << 60)


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files the way Linux tells them")
def test_a_block_that_cannot_be_made_leaves_nothing_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(SoundError, match="no room"):
        Block(0)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
