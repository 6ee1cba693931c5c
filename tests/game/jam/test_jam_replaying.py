from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import UserError
from game.jam.replaying import as_replay, jams, read_band, replay_take, song_of
from game.profile import Profile
from game.rhythm.performance import LEFT, rejudge
from tests.rig.jam_company import TableCompany
from tests.rig.jam_table import Table

NAMES = ("Ida", "Mika", "Noa")


@pytest.fixture
def company(tmp_path: Path) -> Iterator[TableCompany]:
    company = TableCompany(tmp_path, Table(jitter_us=40_000, loss=0.3, seed=9))
    for name in NAMES:
        company.sit(name)
    company.sit("Eyes", "spectator")
    yield company
    company.close()


def play_once(company: TableCompany, *late_us: int) -> str:
    """All play the song through, each this late; gives the take."""
    company.takes.clear()
    company.start(*NAMES)
    hands = {name: company.hands(name, late) for name, late in zip(NAMES, late_us, strict=True)}
    company.play(hands, 8_000_000)
    for name in NAMES:
        company.takes[name].end()
    company.turn(1_000_000)
    return company.takes["Ida"].id


def test_every_machine_replays_the_whole_jam_with_equal_results(company: TableCompany, tmp_path: Path) -> None:
    first = play_once(company, 0, 20_000, -30_000)
    lived = company.takes["Ida"].results()
    second = play_once(company, 10_000, 0, 90_000)
    session = company.sessions["Ida"].id
    company.close()
    told = []
    for name in (*NAMES, "Eyes"):
        with Profile.open(tmp_path / f"profile-{name}") as profile:  # as after a restart: nothing but the log
            [jam] = jams(profile.log)
            assert jam.session == session
            assert jam.hosted == (name == "Ida")
            assert jam.takes == ((first, "Small Song"), (second, "Small Song"))
            assert set(jam.players) == {*NAMES, "Eyes"}
            band = read_band(profile.log, session)
            results = [replay_take(band, take, company.charts) for take in (first, second)]
            assert not any(result.provisional for result in results)
            told.append([[(one.peer, one.result.score, one.result.counts, one.edges.tobytes())
                          for one in result.players if one.result] for result in results])  # fmt: skip
            assert results[0].score == lived.score
            assert song_of(band, first).title == "Small Song"
    assert told[1:] == told[:-1]
    assert [len(players) for players in told[0]] == [3, 3]
    company.profiles.clear()
    company.sessions.clear()


def test_anyone_of_a_take_is_a_replay_like_any_other(company: TableCompany) -> None:
    take = play_once(company, 0, 33_000, 0)
    band = company.sessions["Noa"].band
    result = replay_take(band, take, company.charts)
    mika = company.sessions["Mika"].me
    chart, replay = as_replay(result, mika, company.charts, "Mika")
    again = rejudge(chart, replay)
    [player] = [one for one in result.players if one.peer == mika]
    assert player.result is not None
    assert (again.score, again.counts) == (player.result.score, player.result.counts)
    with pytest.raises(UserError, match="did not play"):
        as_replay(result, company.sessions["Eyes"].me, company.charts, "Eyes")


def test_who_left_in_the_middle_is_judged_up_to_there(company: TableCompany) -> None:
    company.start(*NAMES)
    hands = {name: company.hands(name) for name in NAMES}
    company.play(hands, 3_000_000)
    company.takes["Mika"].end(LEFT)
    hands.pop("Mika")
    company.play(hands, 8_000_000)
    for name in hands:
        company.takes[name].end()
    company.turn(1_000_000)
    results = [company.takes[name].results() for name in company.takes]
    assert len({result.score for result in results}) == 1
    mika = next(one for one in results[0].players if one.peer == company.sessions["Mika"].me)
    assert mika.outcome == LEFT
    assert mika.agrees
    assert mika.result is not None
    assert sum(mika.result.counts.values()) == 8  # the beats from 1 s to 2.75 s; the next one is not yet missed


def test_what_the_log_does_not_hold_is_said(company: TableCompany) -> None:
    band = company.sessions["Ida"].band
    for asked in (replay_take, lambda band, take, _: song_of(band, take)):
        with pytest.raises(UserError, match="no take"):
            asked(band, "none", company.charts)
    with pytest.raises(UserError, match="holds no jam"):
        read_band(company.profiles["Ida"].log, "0" * 16)
    assert jams(company.profiles["Ida"].log)[0].takes == ()
