"""``ourojam jam`` from the outside: songs one after another, latecomers, spectators, orders, words for people."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from game.commands.jam_hands import BeatHands, Hands
from game.commands.jam_orders import MAX_LINE, parsed
from game.commands.jam_player import chart_of
from game.jam.events import SongOffered
from game.rhythm.autoplay import autoplay
from tests.rig.jam_clients import CODE, HOUSE, LOOPBACK, Table, command
from tests.rig.jam_company import small_chart, song_folder

PLAYS = ("--autoplay", "--uneven-ms", "6")


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
def test_two_songs_with_a_latecomer_a_spectator_and_orders(tmp_path: Path) -> None:
    song = song_folder(tmp_path / "song", small_chart(4, 64)) / "0-4k.jam"
    with Table(tmp_path / "machines") as table:
        host = table.host("Ada", "--song", str(song), "--start", "--wait-for", "2", "--takes", "2", *PLAYS)
        listener = table.join("Lea", "--spectate")
        table.join("Ben", "--ready", "--takes", "2", "--keys", "7", *PLAYS)
        ben, lea = table.clients["Ben"], listener
        first = ben.wait("start")["take"]
        ben.wait("begun")
        late = table.join("Cleo", "--ready", "--takes", "1", *PLAYS)
        taken = host.wait("part_taken", lambda line: line["name"] == "Cleo" and line["take"] == first)
        assert taken["from_us"] > 0
        lea.do("react", reaction="wow")
        host.wait("reaction", lambda line: line["name"] == "Lea" and line["reaction"] == "wow")

        results = {name: table.clients[name].wait("results") for name in table.clients}
        assert {line["take"] for line in results.values()} == {first}
        assert all(line["players"] == results["Lea"]["players"] for line in results.values())
        rows = {player["name"]: player for player in results["Ada"]["players"]}
        assert set(rows) == {"Ada", "Ben", "Cleo"}
        assert rows["Ben"]["keys"] == 7
        assert 0 < rows["Cleo"]["edges"] < rows["Ada"]["edges"]
        assert rows["Cleo"]["accuracy"] > 0.9  # judged on what was theirs to play, from their bar on
        assert late.ended() == 0

        assert [host.ended(), ben.ended()] == [0, 0]  # after the second song, by themselves
        assert len(ben.said("results")) == 2
        second = ben.said("results")[1]
        again = {player["name"]: player["edges"] for player in second["players"]}
        assert set(again) == {"Ada", "Ben"}
        assert all(again[name] > 0.8 * rows[name]["edges"] for name in again)
        lea.do("peers")
        assert lea.wait("peers")["network"]
        assert lea.leave() == 0
        code, lines, errors = command(lea.profile, "jam", "replay", lea.wait("joined")["session"])
        assert (code, errors) == (0, "")
        assert lines[0]["players"] == second["players"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
def test_words_for_people_and_no_input_at_all(tmp_path: Path) -> None:
    words = ["jam", "host", "--headless", "--quiet", "--bind", LOOPBACK, "--code", CODE, "--name", "Ada"]
    with subprocess.Popen(
        [sys.executable, "-m", "game", *words, "--free", "90", "--seconds", "60", "--profile", str(tmp_path)],
        stdin=subprocess.DEVNULL,  # not an input that ends: it stays until it is told to go
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=HOUSE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = []
        for line in process.stdout:
            said.append(line.strip())
            if said[-1] == "a free jam at 90 beats a minute":
                process.send_signal(signal.SIGINT)
                break
        said += [line.strip() for line in process.stdout]
        assert process.wait(30) == 0
        assert process.stderr.read() == ""
    assert said[0].startswith("Ada opens the jam without screen and sound")
    assert any(CODE in line for line in said)
    assert said[-1] == "left the jam"


# -- hands ---------------------------------------------------------------------------------------------------------


def played(hands: Hands, until_us: int, step_us: int = 10_000) -> list[tuple[int, int, bool]]:
    out: list[tuple[int, int, bool]] = []
    for song_us in range(-1_000_000, until_us, step_us):
        hands.play(song_us, lambda lane, down, at_us: out.append((at_us, lane, down)))
    return out


def test_even_hands_play_what_autoplay_does_and_uneven_ones_as_unevenly_as_asked() -> None:
    chart = small_chart(4, 400)
    perfect = autoplay(chart)
    even, uneven = Hands(0, 1), Hands(20, 1)
    for hands in (even, uneven):
        hands.take_up(chart, 1.0, -(1 << 61))
    assert played(even, 120_000_000) == [(at_us, lane, bool(down)) for at_us, lane, down in perfect.tolist()]
    rows = played(uneven, 120_000_000)
    assert len(rows) == len(perfect)
    pressed = np.array([at_us for at_us, _, down in rows if down])
    off_us = pressed - perfect["at_us"][perfect["down"] == 1]
    assert 14_000 < off_us.std() < 26_000
    again = Hands(20, 1)
    again.take_up(chart, 1.0, -(1 << 61))
    assert played(again, 120_000_000) == rows


def test_hands_that_slept_leave_out_what_they_slept_through_but_lift_their_fingers() -> None:
    chart = small_chart(4, 40)
    hands = Hands(0, 1)
    hands.take_up(chart, 1.0, -(1 << 61))
    rows: list[tuple[int, int, bool]] = []

    def press(lane: int, down: bool, at_us: int) -> None:
        rows.append((at_us, lane, down))

    hands.play(1_010_000, press)  # the first key is down
    hands.play(6_010_000, press)
    assert [row[1:] for row in rows[:2]] == [(0, True), (0, False)]
    assert all(at_us > 5_500_000 for at_us, _, _ in rows[1:])
    assert hands.next_us is not None


def test_hands_on_the_beat_press_every_beat_once() -> None:
    hands = BeatHands(0, 1)
    rows: list[int] = []
    for song_us in range(0, 10_000_000, 7_000):
        hands.play(song_us, lambda lane, down, at_us: rows.append(at_us) if down else None)
        hands.keep_beat(500_000, 5, song_us)
    assert len(rows) == 20
    assert all(min(at_us % 500_000, -at_us % 500_000) <= 1 for at_us in rows)


# -- orders --------------------------------------------------------------------------------------------------------


@given(
    st.binary(max_size=200)
    | st.recursive(st.integers() | st.text() | st.booleans() | st.none(), st.lists).map(
        lambda value: json.dumps({"do": value}).encode()
    )
)
def test_whatever_comes_as_an_order_is_one_or_is_refused_in_a_sentence(line: bytes) -> None:
    order = parsed(line)
    if isinstance(order, str):
        assert "--help` names them" in order
        assert "\n" not in order


def test_orders_are_what_the_help_says() -> None:
    for line in (b'{"do": "ready"}', b'{"do": "hit", "lane": 3, "down": true}', b'{"do": "free", "bpm": 120}'):
        assert not isinstance(parsed(line), str), line
    for line in (b'{"do": "hit", "lane": 300, "down": true}', b'{"do": "ready", "set": 1}', b"[" * MAX_LINE):
        assert isinstance(parsed(line), str), line


def test_a_chart_is_chosen_by_level_else_by_keys_else_it_is_the_first() -> None:
    charts = (("a", 0, "1" * 64, "Easy", 4), ("b", 0, "2" * 64, "Hard", 4), ("c", 0, "3" * 64, "Hard", 7))
    offer = SongOffered("0" * 64, "Song", "House", {}, charts, (), "osu-mania-stable")
    assert chart_of(offer, "", 0) == ("1" * 64, 4)
    assert chart_of(offer, "hard", 7) == ("3" * 64, 7)
    assert chart_of(offer, "", 7) == ("3" * 64, 7)
    assert chart_of(offer, "Hard", 5) == ("2" * 64, 4)
    with pytest.raises(UserError, match="it has Easy, Hard, Hard"):
        chart_of(offer, "Insane", 0)
