from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import UserError
from game.jam.decide import (
    LEAD_US,
    MAX_LOOPS,
    REACTIONS_IN,
    REACTIONS_IN_US,
    CallOff,
    ChooseSharing,
    DropLoop,
    HandOver,
    HoldSong,
    Intent,
    KeepLoop,
    OfferSong,
    OpenCrowd,
    React,
    SayReady,
    ShareLearned,
    Start,
    StartFree,
    TakeBack,
    TakeInstrument,
    TakePart,
    decide,
)
from game.jam.events import LoopKept, SongCalledOff, StartAgreed
from game.jam.session import Notice
from tests.rig.jam_company import TableCompany

FREE = StartFree(0, 0, 500_000, 4, 60, "minor", 4)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[TableCompany]:
    company = TableCompany(tmp_path)
    for name in ("Ida", "Mika", "Noa"):
        company.sit(name)
    company.sit("Eyes", "spectator")
    yield company
    company.close()


def refused(company: TableCompany, name: str, intent: Intent) -> str:
    session = company.sessions[name]
    with pytest.raises(UserError) as no:
        session.do(intent)
    assert "\n" not in str(no.value)
    return str(no.value)


def part(company: TableCompany) -> TakePart:
    return TakePart("all", company.entry.hash, 4)


@pytest.mark.parametrize("intent", [Start(0), TakeBack(), CallOff(), FREE, OpenCrowd(True), HandOver("b" * 16)])
def test_only_the_conductor_conducts(company: TableCompany, intent: Intent) -> None:
    assert refused(company, "Mika", intent) == "Only Ida, who conducts, can do that."


def test_the_same_state_and_intent_give_the_same_events(company: TableCompany) -> None:
    company.make_ready("Ida", "Mika", "Noa", turn=company.turn)
    session = company.sessions["Ida"]
    start = Start(company.table.at_us, 300)
    assert decide(session.band, session.me, start) == decide(session.band, session.me, start)


def test_a_start_waits_for_everyone_and_says_for_whom(company: TableCompany) -> None:
    ida, mika, noa = (company.sessions[name] for name in ("Ida", "Mika", "Noa"))
    start = Start(company.table.at_us, 300)
    assert refused(company, "Ida", start) == "Pick a song first."
    ida.do(OfferSong(company.offer))
    company.turn()
    assert refused(company, "Ida", start) == "Ida, Mika and Noa are still waiting for the song to arrive."
    for session in (ida, mika):
        session.do(HoldSong(company.offer.song))
    noa.do(HoldSong(company.offer.song, "no room on the disk"))
    company.turn()
    assert refused(company, "Ida", start).startswith("Noa cannot get the song")
    noa.do(HoldSong(company.offer.song))
    ida.do(part(company))
    company.turn()
    assert refused(company, "Ida", start) == "Mika and Noa are yet to choose a part."
    mika.do(part(company))
    noa.do(part(company))
    ida.do(SayReady())
    mika.do(SayReady())
    company.turn()
    assert refused(company, "Ida", start) == "Noa is not ready yet."
    time = company.table.seats[noa.me].time
    time.agreed = False
    noa.do(SayReady())
    company.turn()
    assert refused(company, "Ida", start).startswith("Noa is still measuring the clock you share")
    time.agreed, time.bound_us = True, 20_000
    noa.measure()
    company.turn()
    company.turn()
    assert noa.band.members[noa.me].bound_us == 20_000
    time.bound_us = 250
    noa.measure()
    noa.measure()
    company.turn()
    company.turn()
    [agreed] = ida.do(start)
    assert isinstance(agreed, StartAgreed)
    assert agreed.t0_us == start.now_us + LEAD_US + 300
    assert set(agreed.line_up) == {ida.me, mika.me, noa.me}


def test_a_start_tells_how_far_the_worst_clock_may_be_off(company: TableCompany) -> None:
    company.table.seats[company.sessions["Noa"].me].time.bound_us = 31_000
    company.make_ready("Ida", "Mika", "Noa", turn=company.turn)
    start = Start(company.table.at_us, 300)
    [agreed] = company.sessions["Ida"].do(start)
    assert isinstance(agreed, StartAgreed)
    assert (agreed.bound_us, agreed.t0_us) == (31_000, start.now_us + LEAD_US + 31_000)
    company.turn()
    for happened in company.happened.values():
        assert [one.sentence[:46] for one in happened if isinstance(one, Notice)] == [
            "The clocks of the band may be 31 ms apart; the"
        ]


def test_nobody_is_left_behind_whose_network_is_gone(company: TableCompany) -> None:
    company.make_ready("Ida", "Mika", "Noa", turn=company.turn)
    company.table.drop(company.sessions["Noa"].me)
    company.turn()
    assert refused(company, "Ida", Start(company.table.at_us)).startswith("Noa cannot be heard just now")


def test_one_song_at_a_time(company: TableCompany) -> None:
    company.start("Ida", "Mika", "Noa")
    for intent in (OfferSong(company.offer), Start(company.table.at_us), FREE, TakeBack()):
        assert "running" in refused(company, "Ida", intent)
    [off] = company.sessions["Ida"].do(CallOff())
    assert isinstance(off, SongCalledOff)
    company.turn()
    assert company.sessions["Mika"].band.running is None
    assert refused(company, "Ida", CallOff()) == "Nothing is running that could be called off."


def test_ready_is_who_has_song_and_part(company: TableCompany) -> None:
    company.sessions["Ida"].do(OfferSong(company.offer))
    company.turn()
    mika = company.sessions["Mika"]
    assert refused(company, "Mika", SayReady()) == "The song is not here yet; wait until it has arrived."
    mika.do(HoldSong(company.offer.song))
    assert refused(company, "Mika", SayReady()) == "Choose a part first."
    mika.do(part(company))
    mika.do(SayReady())
    assert mika.do(SayReady()) == []
    assert mika.do(HoldSong(company.offer.song)) == []
    mika.do(SayReady(False))
    assert not mika.band.members[mika.me].ready


def test_parts_and_difficulties_are_those_on_offer(company: TableCompany) -> None:
    assert "no song yet" in refused(company, "Mika", part(company))
    company.sessions["Ida"].do(OfferSong(company.offer))
    company.turn()
    assert "no part kazoo" in refused(company, "Mika", replace(part(company), part="kazoo"))
    assert "no such difficulty" in refused(company, "Mika", replace(part(company), chart_hash="ff"))


def test_spectators_do_not_play_but_react(company: TableCompany) -> None:
    company.sessions["Ida"].do(OfferSong(company.offer))
    company.turn()
    assert refused(company, "Eyes", part(company)).startswith("Spectators do not play")
    eyes, now_us = company.sessions["Eyes"], company.table.at_us
    for number in range(REACTIONS_IN):
        eyes.do(React("clap", now_us + number))
    assert "wait a moment" in refused(company, "Eyes", React("fire", now_us + 9))
    eyes.do(React("fire", now_us + REACTIONS_IN_US + 1))
    company.turn()
    assert [one.reaction for _, one in company.sessions["Ida"].band.reactions()] == ["clap"] * REACTIONS_IN + ["fire"]


def test_a_switch_is_counted_in_and_keeps_the_keys(company: TableCompany) -> None:
    company.start("Ida", "Mika", "Noa")
    now_us = company.table.at_us
    switch = TakePart("all", company.entry.hash, 4, 100_000, now_us)
    assert "too near" in refused(company, "Mika", switch)
    assert "stay on 4 keys" in refused(company, "Mika", replace(switch, keys=7, from_us=4_000_000))
    company.sessions["Mika"].do(replace(switch, from_us=4_000_000))
    assert "changing parts already" in refused(company, "Mika", replace(switch, from_us=3_500_000))


def test_a_free_jam_has_instruments_and_loops(company: TableCompany) -> None:
    ida, mika = company.sessions["Ida"], company.sessions["Mika"]
    assert refused(company, "Mika", TakeInstrument("bass", 8)).startswith("No free jam is open")
    ida.do(replace(FREE, now_us=company.table.at_us))
    company.turn()
    free = mika.band.free
    assert free is not None
    mika.do(TakeInstrument("keys", 4))
    mika.do(TakeInstrument("bass", 8))
    company.turn()
    assert {peer: (one.part, one.keys) for peer, one in ida.band.instruments(free.take).items()} == {
        mika.me: ("bass", 8)
    }
    loop = LoopKept(free.take, "l0", "bass", free.t0_us, 2_000_000, b"")
    for number in range(MAX_LOOPS):
        mika.do(KeepLoop(replace(loop, loop=f"l{number}")))
    assert "drop one first" in refused(company, "Mika", KeepLoop(replace(loop, loop="more")))
    mika.do(DropLoop("l3", free.t0_us + 1))
    assert "silent already" in refused(company, "Mika", DropLoop("l3", 5))
    mika.do(KeepLoop(replace(loop, loop="more")))
    company.turn()
    assert sum(dropped is None for _, _, dropped in ida.band.loops(free.take)) == MAX_LOOPS


def test_nothing_learned_is_given_away_unasked(company: TableCompany) -> None:
    mika = company.sessions["Mika"]
    assert refused(company, "Mika", ShareLearned((0.5,))).startswith("Sharing is off")
    mika.do(ChooseSharing(True))
    assert mika.do(ChooseSharing(True)) == []
    mika.do(ShareLearned((0.5,)))
    company.turn()
    assert company.sessions["Ida"].band.members[mika.me].learned == (0.5,)


def test_another_conducts_after_a_hand_over(company: TableCompany) -> None:
    mika = company.sessions["Mika"]
    assert "is not here" in refused(company, "Ida", HandOver("f" * 16))
    company.sessions["Ida"].do(HandOver(mika.me))
    company.turn()
    mika.do(OfferSong(company.offer))
    company.turn()
    assert all(session.band.offer == replace(company.offer, term=2) for session in company.sessions.values())
    assert refused(company, "Ida", TakeBack()) == "Only Mika, who conducts, can do that."
    mika.do(TakeBack())
    company.turn()
    assert company.sessions["Ida"].band.offer is None


def test_a_jam_stays_open_to_its_crowd_when_another_conducts(company: TableCompany) -> None:
    ida, mika = company.sessions["Ida"], company.sessions["Mika"]
    assert ida.do(OpenCrowd(False)) == []
    ida.do(OpenCrowd(True))
    ida.do(HandOver(mika.me))
    company.turn()
    assert all(session.band.crowd for session in company.sessions.values())
    mika.do(OpenCrowd(False))
    company.turn()
    assert not any(session.band.crowd for session in company.sessions.values())
