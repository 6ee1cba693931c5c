"""A host and three machines play a song as real processes, while the network and the machines let them down.

One is cut off and comes back, one is killed, and then the conductor is; the take goes on, and afterwards every machine
that was there to the end tells the same of it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from engine.log import StoredEvent
from game.jam.keeping import stream_of
from game.profile import Profile
from game.rhythm.chart import EDGE
from tests.rig.bad_link import BadLink, Way
from tests.rig.jam_clients import Client, Line, Table, command
from tests.rig.jam_company import small_chart, song_folder, wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")

PLAYS = ("--ready", "--autoplay", "--uneven-ms", "12", "--takes", "1")
LAST_US = 1_500_000
"""What a machine signs of its hits follows them within a second; what it dies with is known to who heard it."""

KILLED, CUT_OFF, HEIRS = "Cleo", "Ben", ("Ben", "Dora")


class Played(NamedTuple):
    """What is left of an evening: its machines' lines, and where their profiles are."""

    clients: dict[str, Client]
    session: str
    take: str
    reactions: dict[str, str]


def song_at(client: Client, song_us: int) -> Line:
    """Wait until a machine is so far into the song."""
    return client.wait("hit", lambda line: line["song_us"] >= song_us)


def conductor(client: Client) -> str:
    """Who conducts, as a machine last said."""
    return str(client.said("conductor")[-1]["peer"])


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("evening")
    song = song_folder(folder / "song", small_chart(4, 52)) / "0-4k.jam"
    with BadLink(seed=3) as link, Table(folder / "machines", link) as table:
        link.set(Way(delay_us=300, jitter_us=500, loss=0.01))
        host = table.host("Ada", "--song", str(song), "--start", "--wait-for", "4", *PLAYS, "--seed", "1")
        for number, name in enumerate((CUT_OFF, KILLED, "Dora"), 2):
            table.join(name, *PLAYS, "--seed", str(number))
        ben, cleo, dora = (table.clients[name] for name in (CUT_OFF, KILLED, "Dora"))
        take = ben.wait("start")["take"]
        ids = {name: client.me for name, client in table.clients.items()}

        song_at(dora, 2_500_000)
        link.cut([ben.port], [client.port for client in (host, cleo, dora)])
        ben.wait("peer_silent", lambda line: line["peer"] == ids["Dora"])
        dora.wait("peer_silent", lambda line: line["peer"] == ids[CUT_OFF])
        reactions = {ids[CUT_OFF]: "wow", ids["Dora"]: "fire"}
        ben.do("react", reaction="wow")
        dora.do("react", reaction="fire")
        ben.wait("conductor", lambda line: line["peer"] == ids[CUT_OFF])  # now two conduct one session
        link.heal()
        ben.wait("reaction", lambda line: line["reaction"] == "fire")
        dora.wait("reaction", lambda line: line["reaction"] == "wow")

        wait_for(lambda: len({conductor(client) for client in (host, ben, cleo, dora)}) == 1, 30.0)
        healed_us = ben.lines[-1]["at_us"]
        ben.wait("hit", lambda line: line["peer"] == ids[KILLED] and line["at_us"] > healed_us + LAST_US)
        link.set(Way(delay_us=300, jitter_us=500))
        cleo.kill()
        dora.wait("peer_silent", lambda line: line["peer"] == ids[KILLED])
        conducts = next(client for client in (host, ben, dora) if client.me == conductor(dora))
        host.kill()
        if conducts is host:
            wait_for(lambda: {conductor(ben), conductor(dora)} in ({ids["Ben"]}, {ids["Dora"]}), 30.0)
        for name in HEIRS:
            table.clients[name].wait("results")
        codes = [table.clients[name].ended() for name in HEIRS]
        assert codes == [0, 0], [table.clients[name].errors() for name in HEIRS]
        yield Played(dict(table.clients), ben.wait("joined")["session"], take, reactions)


def test_the_take_goes_on_to_its_end(evening: Played) -> None:
    for name in HEIRS:
        client = evening.clients[name]
        ended = {line["peer"]: line["outcome"] for line in client.said("take_ended")}
        assert {evening.clients[heir].me: "finished" for heir in HEIRS}.items() <= ended.items()
        last_us = max(line["song_us"] for line in client.said("hit") if line["peer"] == client.me)
        assert last_us > 12_000_000


def test_both_name_the_same_conductor_after_the_handover(evening: Played) -> None:
    last = {evening.clients[name].said("conductor")[-1]["peer"] for name in HEIRS}
    assert len(last) == 1
    assert last <= {evening.clients[name].me for name in HEIRS}


def test_every_survivor_judges_everyone_alike(evening: Played) -> None:
    heirs = {evening.clients[name].me for name in HEIRS}
    told, shown = [], []
    for name in HEIRS:
        _, lines, errors = command(evening.clients[name].profile, "jam", "replay", evening.session, evening.take)
        assert lines, errors
        told.append(lines[0]["players"])
        shown.append(evening.clients[name].said("results")[-1]["players"])
    assert told == shown
    first, second = ({player["peer"]: player for player in players} for players in told)
    assert set(first) == set(second) == {client.me for client in evening.clients.values()}
    for peer in heirs:
        assert first[peer] == second[peer]
        assert (first[peer]["provisional"], first[peer]["agrees"], first[peer]["edges"]) == (False, True, 104)


def test_of_those_who_were_killed_all_know_the_same_up_to_their_last_second(evening: Played) -> None:
    for gone in ("Ada", KILLED):
        peer = evening.clients[gone].me
        first, second = (hits_of(rows_of(evening.clients[name].profile, evening.session), peer) for name in HEIRS)
        signed_us = max(first.values()) - LAST_US
        assert signed_us > 1_000_000
        assert upto(first, signed_us) == upto(second, signed_us)


def upto(hits: dict[int, int], song_us: int) -> dict[int, int]:
    return {number: at_us for number, at_us in hits.items() if at_us < song_us}


def rows_of(profile: Path, session: str) -> list[StoredEvent]:
    with Profile.open(profile, read_only=True) as opened:
        return list(opened.log.read(stream_of(session)))


def hits_of(rows: list[StoredEvent], peer: str) -> dict[int, int]:
    """When in the song each hit of a member was, by its number; none may be there twice."""
    out: dict[int, int] = {}
    for row in rows:
        if row.kind == "jam.hits" and row.payload["peer"] == peer:
            for place, at_us in enumerate(np.frombuffer(row.payload["edges"], EDGE)["at_us"].tolist()):
                assert row.payload["first"] + place not in out
                out[row.payload["first"] + place] = at_us
    return out


def test_both_sides_of_the_cut_are_in_both_logs_and_nothing_is_there_twice(evening: Played) -> None:
    for name in HEIRS:
        rows = rows_of(evening.clients[name].profile, evening.session)
        found = {row.actor: row.payload["reaction"] for row in rows if row.kind == "jam.reacted"}
        assert found == evening.reactions
        records = Counter((row.actor, row.payload["number"]) for row in rows if "number" in row.payload)
        assert max(records.values()) == 1
        for client in evening.clients.values():
            assert len(hits_of(rows, client.me)) > 30


def test_every_log_is_whole(evening: Played) -> None:
    for client in evening.clients.values():
        code, lines, errors = command(client.profile, "log", "verify")
        assert (code, lines[0]["problems"]) == (0, []), errors


def test_the_jam_is_listed_and_shown(evening: Played) -> None:
    profile = evening.clients["Dora"].profile
    code, [row], _ = command(profile, "jam", "list")
    assert (code, row["session"], [take["take"] for take in row["takes"]]) == (0, evening.session, [evening.take])
    assert set(row["players"]) == {"Ada", "Ben", "Cleo", "Dora"}
    code, lines, _ = command(profile, "jam", "show", evening.session[:6])
    assert code == 0
    assert {line["member"]["name"] for line in lines if "member" in line} == {"Ada", "Ben", "Cleo", "Dora"}
    code, lines, errors = command(profile, "jam", "replay", evening.session, "nothing")
    assert (code, lines) == (2, [])
    assert "`ourojam jam list`" in errors
