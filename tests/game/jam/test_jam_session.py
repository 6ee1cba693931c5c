from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from engine.net.face import Refused, Trouble
from game.jam.decide import OfferSong, React
from game.jam.events import HitsHeard, JamOpened, PartTaken, ReadySaid
from game.jam.inbox import pack_hit
from game.jam.keeping import Numbers
from game.jam.replaying import read_band
from game.jam.session import Closed, Heard, Notice
from game.truth import Truth
from tests.rig.jam_company import TableCompany, wait_for
from tests.rig.jam_table import Table


@pytest.fixture
def company(tmp_path: Path) -> Iterator[TableCompany]:
    company = TableCompany(tmp_path)
    yield company
    company.close()


def notices(company: TableCompany, name: str) -> list[str]:
    return [one.sentence for one in company.happened[name] if isinstance(one, Notice)]


def test_everyone_sees_who_is_there(company: TableCompany) -> None:
    for name in ("Ida", "Mika"):
        company.sit(name)
    company.sit("Eyes", "spectator")
    for session in company.sessions.values():
        assert [member.name for member in session.band.players] == ["Ida", "Mika"]
        assert [member.name for member in session.band.spectators] == ["Eyes"]
        assert session.band.name(session.band.conductor) == "Ida"
    company.table.leave(company.sessions["Ida"].me)
    company.turn()
    assert [member.name for member in company.sessions["Mika"].band.present] == ["Mika", "Eyes"]
    assert company.sessions["Mika"].band.conducts


def test_the_log_says_whose_word_it_is(company: TableCompany) -> None:
    ida, mika = company.sit("Ida"), company.sit("Mika")
    company.make_ready("Ida", "Mika", turn=company.turn)
    said = {(row.actor, row.kind): row for row in company.logged("Ida") if row.actor}
    own, peers = said[ida.me, ReadySaid.kind], said[mika.me, ReadySaid.kind]
    assert (own.truth, own.origin) == (Truth.USER, "user:keyboard")
    assert (peers.truth, peers.origin) == (Truth.LAN_PEER, f"peer:{mika.me}")
    assert peers.payload["number"] == [row.kind for row in company.logged("Ida") if row.actor == mika.me].index(
        ReadySaid.kind
    ) + 1  # fmt: skip


def test_hits_are_in_every_log_in_song_time_and_once(company: TableCompany) -> None:
    for name in ("Ida", "Mika", "Noa"):
        company.sit(name)
    company.start("Ida", "Mika", "Noa")
    edges = company.hands("Mika", late_us=3_000)
    company.play({"Mika": edges}, 8_000_000)
    company.turn(1_000_000)
    mika = company.sessions["Mika"].me
    for name in company.sessions:
        rows = [row for row in company.logged(name) if row.kind == HitsHeard.kind]
        numbers = [row.payload["first"] + at for row in rows for at in range(len(row.payload["edges"]) // 10)]
        assert sorted(numbers) == list(range(1, len(edges) + 1))
        assert {row.truth for row in rows} == {Truth.USER if name == "Mika" else Truth.LAN_PEER}
        take = read_band(company.profiles[name].log, company.sessions[name].id).takes[0]
        assert take.played[mika].edges.ordered()[1].tolist() == edges.tolist()


def test_back_in_the_same_session_nothing_is_kept_twice(company: TableCompany) -> None:
    for name in ("Ida", "Mika"):
        company.sit(name)
    company.start("Ida", "Mika")
    company.play({"Ida": company.hands("Ida"), "Mika": company.hands("Mika")}, 4_000_000)
    company.turn()
    before = company.logged("Mika")
    old = company.sessions.pop("Mika")
    company.takes.pop("Mika")
    company.table.leave(old.me, "lost")  # it was killed: nothing was said
    company.turn()
    company.happened["Mika"].clear()
    again = company.sit("Mika")
    company.turn(1_000_000)
    heard = [one.event for one in company.happened["Mika"] if isinstance(one, Heard)]
    assert [type(event) for event in heard].count(JamOpened) == 1  # what was lived through does not happen again
    assert not [event for event in heard if isinstance(event, HitsHeard)]
    after = company.logged("Mika")
    assert after[: len(before)] == before
    assert not [row for row in after[len(before) :] if row.kind == HitsHeard.kind]
    assert not [row for row in after[len(before) :] if row.actor not in ("", again.me)]
    take = again.band.take(company.takes["Ida"].id)
    assert take is not None
    mine = company.sessions["Ida"].band.take(company.takes["Ida"].id)
    assert mine is not None
    for peer in take.played:
        assert take.played[peer].edges.ordered()[1].tolist() == mine.played[peer].edges.ordered()[1].tolist()


def test_who_comes_late_is_told_of_the_take_and_all_its_hits(company: TableCompany) -> None:
    for name in ("Ida", "Mika"):
        company.sit(name)
    company.start("Ida", "Mika")
    company.play({"Ida": company.hands("Ida")}, 5_000_000)
    late = company.sit("Noa")
    company.turn(1_000_000)
    running = late.band.running
    assert running is not None
    ida = company.sessions["Ida"].me
    assert len(running.played[ida].edges) == len(company.takes["Ida"].own_edges)


def test_a_split_table_that_comes_together_again_has_both_sides_in_every_log(tmp_path: Path) -> None:
    company = TableCompany(tmp_path, Table(jitter_us=30_000, loss=0.2, seed=5))
    names = ("Ida", "Mika", "Noa", "Uli")
    for name in names:
        company.sit(name)
    company.start(*names)
    ids = {name: company.sessions[name].me for name in names}
    hands = {name: company.hands(name, late_us=number * 7_000) for number, name in enumerate(names)}
    company.play(hands, 2_000_000)
    company.table.split([ids["Ida"], ids["Mika"]], [ids["Noa"], ids["Uli"]])
    company.play(hands, 5_000_000)
    assert company.sessions["Noa"].band.conducts
    assert company.sessions["Ida"].band.conducts
    company.sessions["Ida"].do(React("clap", company.table.at_us))
    company.sessions["Uli"].do(React("fire", company.table.at_us))
    company.table.heal()
    company.play(hands, 8_000_000)
    for name in names:
        company.takes[name].end()
    company.turn(1_000_000)
    results = [company.takes[name].results() for name in names]
    assert not results[0].provisional
    assert len({(result.score, result.accuracy) for result in results}) == 1
    for name in names:
        assert company.sessions[name].band.conductor == ids["Noa"]
        assert sorted(one.reaction for _, one in company.sessions[name].band.reactions()) == ["clap", "fire"]
        rows = company.logged(name)
        said = [(row.actor, row.payload["number"]) for row in rows if "number" in row.payload]
        assert len(said) == len(set(said))
        hits = [
            (row.actor, row.payload["first"] + at)
            for row in rows
            if row.kind == HitsHeard.kind
            for at in range(len(row.payload["edges"]) // 10)
        ]
        assert sorted(hits) == sorted((ids[one], at) for one in names for at in range(1, len(hands[one]) + 1))
    company.close()


def test_nonsense_is_left_out_counted_and_told_now_and_then(company: TableCompany) -> None:
    ida, mika = company.sit("Ida"), company.sit("Mika")
    eyes = company.sit("Eyes", "spectator")
    company.start("Ida", "Mika")
    for _ in range(20):
        company.table.say(mika.me, b"\xc1")
    company.table.say(mika.me, msgpack.packb({"kind": "jam.conductor", "payload": {"peer": mika.me, "term": 9}}))
    company.table.moment(mika.me, b"1", company.table.at_us)
    company.table.moment(eyes.me, pack_hit(company.takes["Ida"].id, 1, True), company.table.at_us)
    kept = len(company.logged("Ida"))
    company.turn()
    assert len(company.logged("Ida")) == kept
    assert ida.dropped == {mika.me: 22, eyes.me: 1}
    assert len(notices(company, "Ida")) == 3
    assert ida.band.conducts


def test_only_what_members_can_say_is_sent(company: TableCompany) -> None:
    ida = company.sit("Ida")
    with pytest.raises(UserError, match="keys"):
        ida.send(PartTaken(company.offer.song, "all", "ab", 99))
    assert not [row for row in company.logged("Ida") if row.actor]


def test_what_the_network_says_to_the_player_reaches_them(company: TableCompany) -> None:
    ida = company.sit("Ida")
    company.table.seats[ida.me].put(Trouble("Somebody knocked with another version"))
    company.turn()
    assert notices(company, "Ida") == ["Somebody knocked with another version"]


def test_who_was_taken_off_the_roster_is_told_and_says_no_more(company: TableCompany) -> None:
    company.sit("Ida")
    mika = company.sit("Mika")
    seat = company.table.seats[mika.me]
    company.table.leave(mika.me, "removed")
    seat.put(Refused("The conductor took you off the roster", crowd=True))
    company.turn()
    assert Closed("The conductor took you off the roster", crowd=True) in company.happened["Mika"]
    with pytest.raises(UserError, match="took you off"):
        mika.do(React("clap", company.table.at_us))


def test_a_session_hears_and_keeps_on_a_thread_of_its_own(company: TableCompany) -> None:
    ida, mika = company.sit("Ida"), company.sit("Mika")
    mika.begin()
    try:
        ida.do(OfferSong(company.offer))
        company.table.turn(10_000)
        wait_for(lambda: any(isinstance(one, Heard) and one.author == ida.me for one in mika.events()))
        assert mika.band.offer is not None
    finally:
        mika.close()


@given(st.lists(st.integers(1, 60)))
def test_numbers_are_known_once_each(numbers: list[int]) -> None:
    known, new = Numbers(), [number for at, number in enumerate(numbers) if number not in numbers[:at]]
    assert [number for number in numbers if known.add(number)] == new
    assert all((number in known) == (number in numbers) for number in range(62))
