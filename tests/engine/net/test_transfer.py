from __future__ import annotations

import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.jobs import Cancelled
from engine.net.face import NetError
from engine.net.transfer import OfferedFile, Progress, TransferServer, fetch_files, file_hash, read_offer
from engine.net.transfer_files import CHUNK_BYTES
from engine.net.transfer_store import INCOMING
from tests.rig.disks import Mount, fill
from tests.rig.relays import Relay

KEY = bytes(range(32))
HERE = "127.0.0.1"
SIZES = {
    "song.ogg": 3 * CHUNK_BYTES + 12_345,
    "chart.osu": 4_000,
    "sounds/kick.wav": CHUNK_BYTES,
    "sounds/snare.wav": CHUNK_BYTES + 1,
    "sounds/silence.wav": 0,
}
Wanted = dict[str, tuple[int, str]]
Serve = Callable[..., TransferServer]


@pytest.fixture
def song(tmp_path: Path) -> dict[str, Path]:
    """A song's files: noise, and one content under two names."""
    chance = random.Random(7)
    files: dict[str, Path] = {}
    for name, size in SIZES.items():
        files[name] = tmp_path / "song" / name
        files[name].parent.mkdir(parents=True, exist_ok=True)
        files[name].write_bytes(chance.randbytes(size))
    files["sounds/kick again.wav"] = files["sounds/kick.wav"]
    return files


@pytest.fixture
def offered(song: dict[str, Path]) -> dict[str, OfferedFile]:
    return read_offer(song)


@pytest.fixture
def serve(offered: dict[str, OfferedFile]) -> Iterator[Serve]:
    """Starts servers of the song (or of other files), closed at the end."""
    servers: list[TransferServer] = []

    def start(files: dict[str, OfferedFile] = offered, patience_s: float = 20.0) -> TransferServer:
        server = TransferServer(KEY, host=HERE, patience_s=patience_s)
        server.offer(files.values())
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.close()
    assert not [thread for thread in threading.enumerate() if "ourojam" in thread.name]


def wanted_of(offered: dict[str, OfferedFile]) -> Wanted:
    return {name: (file.size, file.hash.hex()) for name, file in offered.items()}


def contents(folder: Path) -> dict[str, bytes]:
    """Everything that is in a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def told(song: dict[str, Path]) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in sorted(song.items())}


def test_a_song_arrives_whole_with_its_bar(serve: Serve, song: dict[str, Path], tmp_path: Path) -> None:
    wanted, seen = wanted_of(read_offer(song)), list[Progress]()
    fetch_files([(HERE, serve().port)], KEY, wanted, tmp_path / "here", seen.append)
    assert contents(tmp_path / "here") == told(song)
    total = sum(SIZES.values())
    assert seen[-1] == Progress(total, total, 0.0)
    assert [one.done_bytes for one in seen] == sorted(one.done_bytes for one in seen)
    assert {one.total_bytes for one in seen} == {total}


def test_what_is_here_already_is_not_fetched_and_what_is_spoilt_is(
    serve: Serve, song: dict[str, Path], offered: dict[str, OfferedFile], tmp_path: Path
) -> None:
    here = tmp_path / "here"
    server = serve()
    fetch_files([(HERE, server.port)], KEY, wanted_of(offered), here)
    (here / "chart.osu").write_bytes(b"something else")
    (here / "sounds/kick again.wav").unlink()
    with Relay((HERE, server.port)) as relay:
        fetch_files([relay.address], KEY, wanted_of(offered), here)
        assert relay.carried < 2 * CHUNK_BYTES  # neither the song nor the snare again
    assert contents(here) == told(song)
    fetch_files([], KEY, wanted_of(offered), here)  # all is here: nobody is asked


def test_a_transfer_that_was_cut_goes_on_where_it_was(
    serve: Serve, song: dict[str, Path], offered: dict[str, OfferedFile], tmp_path: Path
) -> None:
    here, port = tmp_path / "here", serve().port
    with Relay((HERE, port), cut_after=2 * CHUNK_BYTES + 500_000) as relay:
        relay.listen_once()
        with pytest.raises(NetError, match="check the network and try again"):
            fetch_files([relay.address], KEY, wanted_of(offered), here)
    assert set(contents(here)) <= {f"{INCOMING}/{offered['song.ogg'].hash.hex()}.part"}
    with Relay((HERE, port)) as relay:
        fetch_files([relay.address], KEY, wanted_of(offered), here)
        assert relay.carried < sum(SIZES.values()) - CHUNK_BYTES
    assert contents(here) == told(song)


def test_a_spoilt_piece_of_what_was_kept_is_found_and_fetched_alone(
    serve: Serve, song: dict[str, Path], offered: dict[str, OfferedFile], tmp_path: Path
) -> None:
    aside = tmp_path / "here" / INCOMING / f"{offered['song.ogg'].hash.hex()}.part"
    aside.parent.mkdir(parents=True)
    kept = bytearray(song["song.ogg"].read_bytes())
    kept[CHUNK_BYTES + 5] ^= 1
    aside.write_bytes(kept)
    with Relay((HERE, serve().port)) as relay:
        only = {"song.ogg": wanted_of(offered)["song.ogg"]}
        fetch_files([relay.address], KEY, only, tmp_path / "here")
        assert CHUNK_BYTES < relay.carried < CHUNK_BYTES + 50_000
    assert (tmp_path / "here/song.ogg").read_bytes() == song["song.ogg"].read_bytes()


def test_when_one_source_dies_another_gives_the_rest(
    serve: Serve, song: dict[str, Path], offered: dict[str, OfferedFile], tmp_path: Path
) -> None:
    with Relay((HERE, serve().port), cut_after=2 * CHUNK_BYTES) as dying, Relay((HERE, serve().port)) as whole:
        dying.listen_once()
        sources = [closed_port(), dying.address, whole.address]
        fetch_files(sources, KEY, wanted_of(offered), tmp_path / "here")
        assert whole.carried < sum(SIZES.values())
    assert contents(tmp_path / "here") == told(song)


def test_eight_fetch_at_once_and_none_is_left_behind(
    serve: Serve, song: dict[str, Path], offered: dict[str, OfferedFile], tmp_path: Path
) -> None:
    server, done = serve(), list[int]()

    def fetch(number: int) -> None:
        fetch_files([(HERE, server.port)], KEY, wanted_of(offered), tmp_path / f"here{number}")
        done.append(number)

    threads = [threading.Thread(target=fetch, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(done) == list(range(8))
    assert all(contents(tmp_path / f"here{number}") == told(song) for number in range(8))


def test_a_source_with_another_song_is_refused_and_nothing_of_it_stays(
    serve: Serve, song: dict[str, Path], offered: dict[str, OfferedFile], tmp_path: Path
) -> None:
    server = serve({"song.ogg": offered["song.ogg"]})
    spoilt = bytearray(song["song.ogg"].read_bytes())
    spoilt[2 * CHUNK_BYTES] ^= 0x80
    song["song.ogg"].write_bytes(spoilt)  # after it was offered
    with pytest.raises(NetError, match=r"refused: “song\.ogg” .* is not the file that was offered"):
        fetch_files([(HERE, server.port)], KEY, {"song.ogg": wanted_of(offered)["song.ogg"]}, tmp_path / "here")
    assert contents(tmp_path / "here") == {}


def test_a_lie_about_the_hash_is_refused_before_a_byte_is_written(
    serve: Serve, offered: dict[str, OfferedFile], tmp_path: Path
) -> None:
    other = tmp_path / "other.ogg"
    other.write_bytes(bytes(SIZES["song.ogg"]))
    lie = read_offer({"song.ogg": other})["song.ogg"]._replace(hash=offered["song.ogg"].hash)  # whole in itself
    source = (HERE, serve({"song.ogg": lie}).port)
    with pytest.raises(NetError, match="refused"):
        fetch_files([source], KEY, {"song.ogg": wanted_of(offered)["song.ogg"]}, tmp_path / "here")
    assert contents(tmp_path / "here") == {}


def test_the_honest_source_mends_what_the_other_spoilt(
    serve: Serve, song: dict[str, Path], offered: dict[str, OfferedFile], tmp_path: Path
) -> None:
    other = tmp_path / "other.ogg"
    other.write_bytes(bytes(SIZES["song.ogg"]))
    wrong = serve({"song.ogg": offered["song.ogg"]._replace(path=other)})
    fetch_files([(HERE, wrong.port), (HERE, serve().port)], KEY, wanted_of(offered), tmp_path / "here")
    assert contents(tmp_path / "here") == told(song)


def test_a_file_the_source_can_no_longer_read_ends_in_a_sentence(
    serve: Serve, song: dict[str, Path], offered: dict[str, OfferedFile], tmp_path: Path
) -> None:
    server = serve()
    os.truncate(song["song.ogg"], CHUNK_BYTES + 10)
    song["chart.osu"].unlink()
    with pytest.raises(NetError, match="does not have the whole song"):
        fetch_files([(HERE, server.port)], KEY, wanted_of(offered), tmp_path / "here")
    assert "song.ogg" not in contents(tmp_path / "here")


def test_cancelling_ends_it_at_once_and_keeps_what_came(
    serve: Serve, offered: dict[str, OfferedFile], tmp_path: Path
) -> None:
    def cancel(progress: Progress) -> None:
        raise Cancelled

    with silent_port() as source, pytest.raises(Cancelled):
        fetch_files([source], KEY, wanted_of(offered), tmp_path / "here", cancel)
    assert contents(tmp_path / "here") == {}


def test_who_has_another_key_gets_nothing(serve: Serve, offered: dict[str, OfferedFile], tmp_path: Path) -> None:
    with Relay((HERE, serve().port)) as relay:
        with pytest.raises(NetError, match="cannot be fetched"):
            fetch_files([relay.address], bytes(32), wanted_of(offered), tmp_path / "here")
        assert relay.carried <= 32 * 2  # the server's greeting, once for each try
    assert contents(tmp_path / "here") == {}


def test_nothing_readable_goes_over_the_wire(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_bytes(b"a very plain text " * 500)
    offered = read_offer({"plain.txt": tmp_path / "plain.txt"})
    with Relay((HERE, serve(offered).port)) as relay:
        fetch_files([relay.address], KEY, wanted_of(offered), tmp_path / "here")
        assert relay.carried > 9000
        assert b"plain" not in bytes(relay.heard)
        assert offered["plain.txt"].hash not in bytes(relay.heard)


def test_one_changed_byte_on_the_way_ends_the_connection_and_is_fetched_again(
    serve: Serve, song: dict[str, Path], offered: dict[str, OfferedFile], tmp_path: Path
) -> None:
    with Relay((HERE, serve().port), spoil_at=CHUNK_BYTES + 700_000) as relay:
        fetch_files([relay.address], KEY, wanted_of(offered), tmp_path / "here")
        assert relay.connections == 2
    assert contents(tmp_path / "here") == told(song)


def test_a_silent_and_a_slow_source_are_left_with_a_sentence(offered: dict[str, OfferedFile], tmp_path: Path) -> None:
    with silent_port() as source, pytest.raises(NetError, match="says nothing"):
        fetch_files([source], KEY, wanted_of(offered), tmp_path / "here", patience_s=0.3)
    with Relay(None, drip=b"x") as relay, pytest.raises(NetError, match="sends too slowly"):
        fetch_files([relay.address], KEY, wanted_of(offered), tmp_path / "here", patience_s=0.5)


def test_clients_that_say_or_take_nothing_are_dropped(serve: Serve, offered: dict[str, OfferedFile]) -> None:
    server = serve(patience_s=0.2)
    with socket.create_connection((HERE, server.port)) as client:
        client.settimeout(10)
        assert client.recv(1) == b""


def test_a_crowd_of_strangers_does_not_keep_others_out(
    serve: Serve, song: dict[str, Path], offered: dict[str, OfferedFile], tmp_path: Path
) -> None:
    server = serve()
    crowd = [socket.create_connection((HERE, server.port)) for _ in range(100)]
    try:
        fetch_files([(HERE, server.port)], KEY, wanted_of(offered), tmp_path / "here")
    finally:
        for stranger in crowd:
            stranger.close()
    assert contents(tmp_path / "here") == told(song)


def test_a_full_disk_ends_in_a_sentence_with_nothing_half_written(
    serve: Serve, offered: dict[str, OfferedFile], tmp_path: Path, mount: Mount
) -> None:
    small = mount(tmp_path / "small", "size=2m")
    with pytest.raises(NetError, match="disk is full"):
        fetch_files([(HERE, serve().port)], KEY, wanted_of(offered), small / "song")
    assert contents(small / "song") == {}


def test_a_disk_that_fills_while_receiving_ends_in_a_sentence(
    serve: Serve, offered: dict[str, OfferedFile], tmp_path: Path, mount: Mount
) -> None:
    small = mount(tmp_path / "small", "size=40m")
    filled: list[Path] = []

    def fill_it(progress: Progress) -> None:
        if not filled:
            filled.append(fill(small))

    with pytest.raises(NetError, match="disk is full"):
        fetch_files([(HERE, serve().port)], KEY, wanted_of(offered), small / "song", fill_it)
    assert contents(small / "song") == {}


def test_a_port_that_is_taken_is_said(serve: Serve) -> None:
    with pytest.raises(NetError, match="cannot be had"):
        TransferServer(KEY, host=HERE, port=serve().port)
    with pytest.raises(ValueError, match="32 bytes"):
        TransferServer(b"short")


def test_a_file_on_its_own_has_the_hash_it_is_offered_with(
    song: dict[str, Path], offered: dict[str, OfferedFile]
) -> None:
    for name, path in song.items():
        assert file_hash(path) == (offered[name].size, offered[name].hash)


def closed_port() -> tuple[str, int]:
    with socket.create_server((HERE, 0)) as listener:
        port: int = listener.getsockname()[1]
    return HERE, port


class silent_port:
    """A port that lets in and says nothing."""

    def __enter__(self) -> tuple[str, int]:
        self._listener = socket.create_server((HERE, 0))
        return HERE, self._listener.getsockname()[1]

    def __exit__(self, *of: object) -> None:
        self._listener.close()


def until(true: Callable[[], bool]) -> None:
    end_s = time.monotonic() + 15
    while not true():
        assert time.monotonic() < end_s, "it did not happen"
        time.sleep(0.01)
