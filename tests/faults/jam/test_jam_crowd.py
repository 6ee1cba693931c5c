"""A crowd of real processes: who passes the jam on is killed, and then who conducts it; it is heard all the same."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.rig.jam_clients import CODE, LOOPBACK, Table, command
from tests.rig.jam_crowd import Ears, number

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")


def test_when_the_conduit_in_the_middle_is_killed_another_passes_the_jam_on(tmp_path: Path) -> None:
    with Table(tmp_path / "machines") as table:
        host = table.host("Ada", "--crowd", "--free", "240", "--autoplay")
        host.wait("crowd", lambda line: line["opened"])
        middle = [table.join(name, "--crowd") for name in ("Bea", "Cleo")]
        for client in middle:
            client.wait("link", lambda line: line["hops"] == 1)
            assert client.wait("start")["take"] == host.wait("free_started")["take"]
            assert client.wait("hit")["peer"] == host.me
        with Ears(tmp_path, table.door, CODE) as ears:
            far = ears.admitted(reach=[(LOOPBACK, client.port) for client in middle])
            by_number = {number(client.me): client for client in middle}
            served = ears.until(lambda: by_number.get(far.link.parent) if far.hits else None)
            assert served is not None
            other = next(client for client in middle if client is not served)
            served.kill()
            ears.until(lambda: far.link.parent == number(other.me))
            heard = len(far.hits)
            ears.until(lambda: len(far.hits) > heard)
            assert not far.closed
        assert other.leave() == 0
        assert other.said("left")
        code, lines, _ = command(other.profile, "jam", "show", other.said("joined")[0]["session"])
        assert code == 0
        (shown,) = [line for line in lines if "heard" in line]
        assert shown["title"] == "a free jam"
        assert shown["keys"] == {"Ada": len(other.said("hit"))}


def test_when_the_conductor_is_killed_the_crowd_goes_on_with_who_takes_over(tmp_path: Path) -> None:
    with Table(tmp_path / "machines") as table:
        host = table.host("Ada", "--crowd")
        ben = table.join("Ben")
        ben.wait("crowd", lambda line: line["opened"])
        with Ears(tmp_path, table.door, CODE) as ears:
            ear = ears.admitted()
            ears.until(lambda: (LOOPBACK, ben.port) in ear.doors)
            assert ear.conductor == host.me
            host.kill()
            ears.until(lambda: ear.conductor == ben.me and ear.hears)
            assert not ear.closed
