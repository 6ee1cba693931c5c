"""Whatever is said at a transfer's port, the server goes on, says nothing and keeps nothing of it."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.net.face import NetError
from engine.net.transfer import TransferServer, fetch_files, read_offer
from engine.net.transfer_wire import (
    DATA,
    FILE,
    GREETING_BYTES,
    MAGIC,
    MISSING,
    NONCE_BYTES,
    WANT,
    Opener,
    Sealer,
    Wanted,
    WireError,
    connection_keys,
    pack_file,
    pack_wanted,
    parse_file,
    parse_wanted,
)
from tests.rig.relays import Relay

KEY = bytes(range(32))
HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("noise") / "song.ogg"
    path.write_bytes(random.Random(3).randbytes(300_000))
    return path


@pytest.fixture(scope="module")
def port(song: Path) -> Iterator[int]:
    server = TransferServer(KEY, host=HERE)
    server.offer(read_offer({"song.ogg": song}).values())
    yield server.port
    server.close()


def answer_to(port: int, *said: bytes) -> bytes:
    """Everything that comes back until the server hangs up, or for what is heard of a whole greeting, its answer."""
    came = bytearray()
    with socket.create_connection((HERE, port)) as sock, contextlib.suppress(OSError):
        sock.settimeout(10)
        for one in said:
            sock.sendall(one)
        sock.shutdown(socket.SHUT_WR)
        while piece := sock.recv(65536):
            came += piece
    return bytes(came)


@given(st.binary(max_size=3000))
def test_noise_is_answered_with_nothing(port: int, noise: bytes) -> None:
    assert answer_to(port, noise) == b""


@given(st.binary(max_size=3000))
def test_noise_behind_a_greeting_is_answered_with_no_more_than_one(port: int, noise: bytes) -> None:
    assert len(answer_to(port, MAGIC + bytes(NONCE_BYTES), noise)) in (0, NONCE_BYTES)


def test_a_recorded_connection_said_again_gets_nothing(port: int, song: Path) -> None:
    wish = pack_wanted([Wanted(read_offer({"song.ogg": song})["song.ogg"].hash, 0, 1)])
    with socket.create_connection((HERE, port)) as sock:
        sock.settimeout(10)
        sock.sendall(MAGIC + bytes(NONCE_BYTES))
        nonce = sock.recv(NONCE_BYTES, socket.MSG_WAITALL)
        sealed = Sealer(connection_keys(KEY, bytes(NONCE_BYTES), nonce).client).seal(WANT, wish)
        sock.sendall(sealed)
        assert len(sock.recv(1000, socket.MSG_WAITALL)) == 1000
    assert len(answer_to(port, MAGIC + bytes(NONCE_BYTES), sealed)) in (0, NONCE_BYTES)


def test_a_client_with_the_key_that_takes_nothing_is_dropped(tmp_path: Path) -> None:
    song = tmp_path / "song.ogg"
    song.write_bytes(bytes(40_000_000))
    offered = read_offer({"song.ogg": song})
    server = TransferServer(KEY, host=HERE, patience_s=0.3)
    server.offer(offered.values())
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        sock.settimeout(20)
        sock.connect((HERE, server.port))
        here = psutil.Process(os.getpid())
        mine = sock.getsockname()
        sock.sendall(MAGIC + bytes(NONCE_BYTES))
        nonce = sock.recv(NONCE_BYTES, socket.MSG_WAITALL)
        wish = pack_wanted([Wanted(offered["song.ogg"].hash, 0, 39)])
        sock.sendall(Sealer(connection_keys(KEY, bytes(NONCE_BYTES), nonce).client).seal(WANT, wish))
        end_s = time.monotonic() + 20
        while any(one.raddr == mine and one.status == psutil.CONN_ESTABLISHED for one in here.net_connections("tcp4")):
            assert time.monotonic() < end_s, "it is still served"
            time.sleep(0.05)
    server.close()


def test_a_thousand_noisy_connections_leave_no_memory_and_no_sockets_behind(
    port: int, song: Path, tmp_path: Path
) -> None:
    chance = random.Random(5)
    here = psutil.Process(os.getpid())
    for _ in range(100):
        answer_to(port, chance.randbytes(chance.randrange(2000)))
    before, sockets = here.memory_info().rss, len(here.net_connections())
    for _ in range(1000):
        greeting = MAGIC + chance.randbytes(NONCE_BYTES) if chance.random() < 0.5 else b""
        answer_to(port, greeting, chance.randbytes(chance.randrange(200_000)))
    fetch_files([(HERE, port)], KEY, _wanted(song), tmp_path / "here")
    assert (tmp_path / "here/song.ogg").read_bytes() == song.read_bytes()
    assert here.memory_info().rss - before < 8_000_000
    assert len(here.net_connections()) <= sockets + 2


@settings(max_examples=20)
@given(st.binary(min_size=1, max_size=3000), st.booleans())
def test_a_source_that_talks_noise_is_left_with_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, greets: bool
) -> None:
    with Relay(None, says=(bytes(NONCE_BYTES) if greets else b"") + noise) as relay:
        folder = tmp_path_factory.getbasetemp() / "noisy source"
        with pytest.raises(NetError, match="check the network"):
            fetch_files([relay.address], KEY, {"song.ogg": (5, "ab" * 32)}, folder)
        assert not any(folder.iterdir())


@given(st.binary(max_size=200))
def test_whatever_is_wanted_or_told_is_read_or_refused(body: bytes) -> None:
    for read in (parse_wanted, parse_file):
        try:
            said = read(body)
        except WireError:
            continue
        again = pack_wanted(said) if isinstance(said, list) else pack_file(*said)
        assert again == body


@given(st.binary(max_size=500), st.integers(0, 600), st.integers(1, 255))
def test_records_are_opened_once_in_order_and_unchanged(data: bytes, at: int, change: int) -> None:
    keys = connection_keys(KEY, b"a" * 32, b"b" * 32)
    sealer, opener = Sealer(keys.server), Opener(keys.server, (FILE, DATA, MISSING))
    first, second = sealer.seal(DATA, data), sealer.seal(DATA, data)
    spoilt = bytearray(first)
    spoilt[at % len(first)] ^= change
    for wrong in (bytes(spoilt), second, Sealer(keys.client).seal(DATA, data)):
        with pytest.raises(WireError):
            _open(opener, wrong)
    assert _open(opener, first) == data
    with pytest.raises(WireError):
        _open(opener, first)
    assert _open(opener, second) == data
    assert len(MAGIC) + NONCE_BYTES == GREETING_BYTES


def _open(opener: Opener, record: bytes) -> bytes:
    _, length = opener.header(record[:4])
    if len(record) != 4 + length + 16:
        raise WireError("cut short")
    return opener.open(record[:4], record[4:])


def _wanted(song: Path) -> dict[str, tuple[int, str]]:
    return {name: (file.size, file.hash.hex()) for name, file in read_offer({"song.ogg": song}).items()}
