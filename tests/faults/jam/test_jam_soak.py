"""Ten minutes of four players on a bad network, with random kills and returns: no growth, and the same jam for all."""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.rig.bad_link import BadLink, Way
from tests.rig.jam_clients import Client, Line, Table, command
from tests.rig.jam_company import small_chart, song_folder

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9"),
]

SOAK_S = float(os.environ.get("OUROJAM_SOAK_JAM_S", "600"))
NAMES = ("Ada", "Ben", "Cleo", "Dora")
STEADY = "Dora"
"""Is never killed, so its memory can be watched."""

GROWTH_BYTES = 24 << 20
WARM_SHARE = 0.3
"""From this share of the time on nothing is loaded any more."""

BEATS = 80
EDGES = 2 * BEATS
PLAYS = ("--start", "--wait-for", "3", "--autoplay", "--uneven-ms", "15")


def conductor_of(table: Table) -> Client:
    """The machine that conducts by the word of the one that was always there."""
    while True:
        told = table.clients[STEADY].said("conductor")[-1]["peer"]
        for client in table.clients.values():
            if client.alive and client.me == told:
                return client
        time.sleep(0.1)  # the one that conducted was killed; another takes over in a moment


def kill_and_return(table: Table, link: BadLink, name: str, serial: int) -> None:
    """One machine dies, is taken off the roster, and comes back as a new member with the same log."""
    old = table.clients[name]
    gone = old.me
    old.kill()
    old.close()
    steady = table.clients[STEADY]
    steady.wait("peer_silent", lambda line: line["peer"] == gone)
    conductor = conductor_of(table)
    conductor.do("remove", peer=gone)
    steady.wait("peer_left", lambda line: line["peer"] == gone)
    table.meet_at(link.front(conductor.port))
    table.join(name, *PLAYS, "--seed", str(serial)).wait("joined")


def finished(line: Line) -> dict[str, Line]:
    """Of one take, what those who played it to its end came to."""
    return {player["peer"]: player for player in line["players"] if player["outcome"] == "finished"}


def settled(table: Table) -> None:
    """Call off what runs, and see that everyone has heard it."""
    conductor = conductor_of(table)
    conductor.do("call_off")
    conductor.do("take_back")
    for client in table.clients.values():
        client.wait("called_off", lambda line: not line["take"])


def test_a_long_evening_on_a_bad_network_leaves_equal_logs(tmp_path: Path) -> None:
    chance = random.Random(11)
    song = song_folder(tmp_path / "song", small_chart(4, BEATS)) / "0-4k.jam"
    with BadLink(seed=5) as link, Table(tmp_path / "machines", link, longest_s=SOAK_S + 300) as table:
        link.set(Way(delay_us=500, jitter_us=2000, loss=0.05))
        table.host(NAMES[0], "--song", str(song), *PLAYS)
        for number, name in enumerate(NAMES[1:], 2):
            table.join(name, *PLAYS, "--seed", str(number))
        steady = table.clients[STEADY]
        steady.wait("begun")
        began_s, kills, sizes = time.monotonic(), 0, []
        watched = psutil.Process(steady.pid)
        while (passed_s := time.monotonic() - began_s) < SOAK_S:
            time.sleep(chance.uniform(5, 40))
            kill_and_return(table, link, chance.choice([name for name in NAMES if name != STEADY]), 100 + kills)
            kills += 1
            if passed_s > WARM_SHARE * SOAK_S:
                sizes.append(watched.memory_info().rss)
        settled(table)
        session = steady.wait("joined")["session"]
        profiles = {name: client.profile for name, client in table.clients.items()}
        assert [client.leave() for client in table.clients.values()] == [0] * len(NAMES)
        assert max(sizes) - sizes[0] < GROWTH_BYTES, sizes

        code, rows, _ = command(profiles[STEADY], "jam", "list")
        takes = next(row["takes"] for row in rows if row["session"] == session)
        assert (code, len(takes) >= SOAK_S // 120) == (0, True)
        hits = 0
        for take in takes:
            words = ("jam", "replay", session, take["take"], "--song", str(song))
            told = {name: command(profile, *words)[1][0] for name, profile in profiles.items()}
            for name in NAMES:
                assert finished(told[name]) == finished(told[STEADY]), (name, take)
            hits += sum(player["edges"] for player in finished(told[STEADY]).values())
        assert hits > 2 * EDGES * len(takes)  # two and more of the four played each song from its beginning to its end
        for profile in profiles.values():
            code, lines, _ = command(profile, "log", "verify")
            assert (code, lines[0]["problems"]) == (0, [])
