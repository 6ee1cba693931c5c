"""What befalls a song that runs: a machine that sleeps and wakes, and a member that floods everyone with nonsense."""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rig.jam_clients import CODE, HOUSE, LOOPBACK, PATIENCE_S, Line, Table, command
from tests.rig.jam_company import small_chart, song_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSTOP")

PLAYS = ("--ready", "--autoplay", "--uneven-ms", "8", "--takes", "1")


def replayed(table: Table) -> list[Line]:
    """What each machine makes of the last take, from its own log."""
    out = []
    for client in table.clients.values():
        session = client.wait("joined")["session"]
        song = ("--song", str(table.folder.parent / "song" / "0-4k.jam"))
        code, lines, errors = command(client.profile, "jam", "replay", session, *song)
        assert code in (0, 1), errors
        out.append(lines[0])
        code, verified, _ = command(client.profile, "log", "verify")
        assert (code, verified[0]["problems"]) == (0, [])
    return out


def test_a_machine_that_sleeps_in_a_song_is_in_time_again_when_it_wakes(tmp_path: Path) -> None:
    song = song_folder(tmp_path / "song", small_chart(4, 28)) / "0-4k.jam"
    with Table(tmp_path / "machines") as table:
        host = table.host("Ada", "--song", str(song), "--start", "--wait-for", "2", *PLAYS)
        guest = table.join("Ben", *PLAYS, "--seed", "2")
        ben = guest.me
        host.wait("hit", lambda line: line["peer"] == ben and line["song_us"] > 1_500_000)
        guest.signal(signal.SIGSTOP)
        silent = host.wait("peer_silent", lambda line: line["peer"] == ben)
        host.wait("hit", lambda line: line["peer"] == host.me and line["at_us"] > silent["at_us"] + 1_000_000)
        guest.signal(signal.SIGCONT)
        back = host.wait("peer_back", lambda line: line["peer"] == ben)
        hits = [host.wait("hit", lambda line: line["peer"] == ben and line["at_us"] > back["at_us"] + 300_000)]
        assert hits[0]["late_ms"] < 1000  # the hits of now, not those it slept through
        assert [host.ended(), guest.ended()] == [0, 0]
        told = replayed(table)
        assert told[0] == told[1]
        assert not told[0]["provisional"]
        assert all(player["agrees"] and player["outcome"] == "finished" for player in told[0]["players"])


def test_a_member_that_floods_everyone_does_not_disturb_the_song(tmp_path: Path) -> None:
    song = song_folder(tmp_path / "song", small_chart(4, 24)) / "0-4k.jam"
    with Table(tmp_path / "machines") as table:
        host = table.host("Ada", "--song", str(song), "--start", "--wait-for", "2", *PLAYS)
        guest = table.join("Ben", *PLAYS, "--seed", "2")
        guest.wait("begun")
        words = [sys.executable, "-m", "tests.rig.jam_nuisance", LOOPBACK, str(table.door[1]), CODE, "3"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=HOUSE, text=True) as nuisance:
            assert nuisance.stdout is not None
            assert nuisance.stdout.readline() == "in\n"
            sent = int(nuisance.stdout.readline())
            assert nuisance.wait(PATIENCE_S) == 0
        assert sent > 10_000
        assert [host.ended(), guest.ended()] == [0, 0], (host.errors(), guest.errors())
        told = replayed(table)
        assert told[0] == told[1]
        assert not told[0]["provisional"]
        assert {player["name"] for player in told[0]["players"]} == {"Ada", "Ben"}
        assert all(player["agrees"] and player["edges"] >= 40 for player in told[0]["players"])  # of 48
        made = {
            client.me: [line for line in client.said("hit") if line["peer"] == client.me] for client in (host, guest)
        }
        for client, other in ((host, guest), (guest, host)):
            heard = [line for line in client.said("hit") if line["peer"] == other.me]
            assert {line["number"] for line in heard} == {line["number"] for line in made[other.me]}
            assert statistics.median(line["late_ms"] for line in heard) < 100
        sentences = [line["sentence"] for line in host.said("notice")]
        assert any("far more than a player does" in one or "so far)" in one for one in sentences), sentences
