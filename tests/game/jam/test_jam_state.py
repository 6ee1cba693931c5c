from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.events import Event
from game.jam.events import (
    ConductorChanged,
    ConductorFollowed,
    CrowdOpened,
    FreeStarted,
    HitsHeard,
    JamOpened,
    LearnedShared,
    LoopDropped,
    LoopKept,
    MemberCame,
    MemberHeard,
    MemberWent,
    PartTaken,
    Reacted,
    ReadySaid,
    SharingChosen,
    SongCalledOff,
    SongHeld,
    SongOffered,
    StartAgreed,
    TakeEnded,
)
from game.jam.keeping import Spoken, told_together
from game.jam.state import Band
from game.rhythm.chart import EDGE

ME, MIKA, NOA, EYES = ("a" * 16, "b" * 16, "c" * 16, "d" * 16)
PEERS = (ME, MIKA, NOA, EYES)
SONGS = ("1" * 64, "2" * 64)
TAKES = ("t1", "t2", "t3")

Row = tuple[str, int, Event]


def offered(song: str = SONGS[0], term: int = 1, title: str = "Song") -> SongOffered:
    files = {"x.jam": (3, "0" * 64)}
    charts = (("x.jam", 0, "ab", "Easy", 4),)
    return SongOffered(song, title, "", files, charts, (("all", "", 1.0),), "o2jam", 1.0, term)


def started(take: str = "t1", term: int = 1, song: str = SONGS[0], *peers: str) -> StartAgreed:
    line_up = dict.fromkeys(peers or (ME, MIKA), ("all", "ab", 4))
    return StartAgreed(song, take, 1_000_000, 1.0, line_up, "o2jam", term)


def packed(*rows: tuple[int, int, int]) -> bytes:
    return np.array(list(rows), EDGE).tobytes()


def opened() -> list[Row]:
    came: list[Event] = [JamOpened("5e55" * 4, ME, "Ida", True, "player"), MemberCame(ME, "Ida", "player", 0)]
    came += [MemberCame(MIKA, "Mika", "player", 1), MemberCame(NOA, "Noa", "player", 2)]
    came += [MemberCame(EYES, "Eyes", "spectator", 3), ConductorChanged(ME, 1)]
    return [("", 0, event) for event in came]


def band(*spoken: Row) -> Band:
    out = Band()
    out.apply_all([*opened(), *spoken])
    return out


# -- the order of arrival decides nothing ----------------------------------------------------------------------

songs, takes, instants = st.sampled_from(SONGS), st.sampled_from(TAKES), st.integers(0, 10_000_000)
own_words = st.one_of(
    st.builds(SongHeld, songs, st.sampled_from(["", "no room"])),
    st.builds(PartTaken, songs, st.sampled_from(["all", "bass"]), st.just("ab"), st.integers(3, 5), instants, takes),
    st.builds(PartTaken, songs, st.just("all"), st.just("ab"), st.integers(3, 5)),
    st.builds(ReadySaid, st.booleans()),
    st.builds(TakeEnded, takes, st.sampled_from(["finished", "left"]), st.integers(0, 9), st.integers(0, 9)),
    st.builds(Reacted, st.just("clap"), instants),
    st.builds(LoopKept, takes, st.sampled_from(["l1", "l2"]), st.just("keys"), instants, instants, st.just(b"")),
    st.builds(LoopDropped, takes, st.sampled_from(["l1", "l2"]), instants),
    st.builds(SharingChosen, st.booleans()),
    st.builds(ConductorFollowed, st.sampled_from(PEERS), st.integers(0, 4)),
    st.builds(LearnedShared, st.tuples(st.floats(0, 1))),
)
terms = st.integers(0, 4)
conductors_words = st.one_of(
    st.builds(offered, songs, terms),
    st.builds(started, takes, terms, songs),
    st.builds(SongCalledOff, st.sampled_from(["", *TAKES]), terms),
    st.builds(FreeStarted, takes, instants, *map(st.just, (500_000, 4, 0, "major", 4)), terms),
    st.builds(CrowdOpened, st.booleans(), terms),
)
authors = st.fixed_dictionaries({peer: st.lists(own_words | conductors_words, max_size=8) for peer in PEERS})
edges = st.tuples(instants, st.integers(0, 3), st.integers(0, 1))
seen_here = st.lists(
    st.one_of(
        st.builds(ConductorChanged, st.sampled_from(PEERS), st.integers(1, 4)),
        st.builds(MemberHeard, st.sampled_from(PEERS), st.booleans()),
        st.builds(MemberWent, st.sampled_from(PEERS), st.sampled_from(["left", "lost"])),
        st.builds(
            HitsHeard,
            *(st.sampled_from(PEERS), takes, st.integers(1, 40)),
            st.lists(st.tuples(instants, st.integers(0, 3), st.integers(0, 1)), min_size=1, max_size=4).map(
                lambda x: packed(*x)
            ),
        ),
    ),
    max_size=10,
)


def lines(said: dict[str, list[Event]], seen: list[Event]) -> list[list[Row]]:
    """One list for each author, and one for what was seen here."""
    own = [[(peer, number, event) for number, event in enumerate(events, 1)] for peer, events in said.items()]
    return [[*opened(), *(("", 0, event) for event in seen)], *own]


def mixed(queues: list[list[Row]], picks: Iterator[int]) -> list[Row]:
    """The queues as one, each in its own order."""
    queues, out = [list(queue) for queue in queues if queue], []
    while queues:
        queue = queues[next(picks) % len(queues)]
        out.append(queue.pop(0))
        queues = [queue for queue in queues if queue]
    return out


@given(authors, seen_here, st.randoms(use_true_random=False))
def test_however_members_words_mix_the_band_is_the_same(said, seen, dice) -> None:  # type: ignore[no-untyped-def]
    queues = lines(said, seen)
    one_after_another, as_they_came = Band(), Band()
    one_after_another.apply_all([spoken for queue in queues for spoken in queue])
    as_they_came.apply_all(mixed(queues, iter(lambda: dice.randrange(1000), -1)))
    assert as_they_came.told() == one_after_another.told()
    told_again = Band()
    told_again.apply_all(told_together(Spoken(*spoken) for queue in queues for spoken in queue))
    assert told_again.told() == one_after_another.told()
    assert [take.start.take for take in as_they_came.takes] == [take.start.take for take in one_after_another.takes]
    for take in one_after_another.takes:
        other = as_they_came.take(take.start.take)
        assert other is not None
        assert {peer: other.segments(peer) for peer in other.played} == {
            peer: take.segments(peer) for peer in take.played
        }


@given(st.lists(st.integers(1, 30), unique=True, max_size=30), st.data())
def test_edges_come_in_any_order_and_are_told_in_the_players(numbers: list[int], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(numbers))
    out = band(*(("", 0, HitsHeard(MIKA, "t1", number, packed((number * 10, 1, 1)))) for number in shuffled))
    found, rows = out.members[MIKA].takes["t1"].edges.ordered() if numbers else (np.zeros(0), np.zeros(0, EDGE))
    assert found.tolist() == sorted(numbers)
    assert rows["at_us"].tolist() == [number * 10 for number in sorted(numbers)]


def test_an_edge_that_comes_twice_counts_once() -> None:
    hits = HitsHeard(MIKA, "t1", 4, packed((10, 1, 1), (20, 1, 0)))
    edges = band(("", 0, hits), ("", 0, hits)).members[MIKA].takes["t1"].edges
    assert edges.ordered()[1].tolist() == [(10, 1, 1), (20, 1, 0)]


# -- whose word counts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", [offered(), started(), SongCalledOff("", 1)])
def test_only_the_conductor_picks_starts_and_calls_off(event: Event) -> None:
    before = band((ME, 1, offered(title="Picked")))
    after = band((ME, 1, offered(title="Picked")), (MIKA, 7, event))
    assert after.offer == before.offer
    assert after.takes == []


def test_a_word_from_a_term_still_to_come_counts_for_nothing() -> None:
    assert band((MIKA, 1, offered(term=99))).offer is None


def test_who_conducted_an_earlier_term_cannot_speak_in_this_one() -> None:
    later = ("", 0, ConductorChanged(MIKA, 2))
    out = band(later, (ME, 1, offered(title="Old", term=1)), (MIKA, 1, offered(title="New", term=2)))
    assert out.offer is not None
    assert out.offer.title == "New"
    imposed = band(later, (MIKA, 1, offered(title="New", term=2)), (ME, 2, offered(title="Mine", term=2)))
    assert imposed.offer is not None
    assert imposed.offer.title == "New"


def test_who_came_late_believes_what_was_agreed_before() -> None:
    out = Band()
    for event in (
        JamOpened("5e55" * 4, NOA, "Noa", False, "player"),
        MemberCame(MIKA, "Mika", "player", 1),
        ConductorChanged(MIKA, 3),
    ):
        out.apply("", 0, event)
    out.apply(ME, 4, started("t1", 1))
    assert out.takes == []
    out.apply(MIKA, 1, ConductorFollowed(ME, 1))
    assert [take.start.take for take in out.takes] == ["t1"]
    assert out.running is not None


def test_a_start_of_the_other_side_of_a_partition_is_a_take_here_as_well() -> None:
    far = (MIKA, 1, started("far", 2, SONGS[0], MIKA))
    near = (ME, 1, started("near", 1, SONGS[0], ME))
    healed = ("", 0, ConductorChanged(ME, 3))
    out = band(near, healed, far, (MIKA, 2, ConductorFollowed(ME, 1)), (NOA, 1, ConductorFollowed(MIKA, 2)))
    assert [take.start.take for take in out.takes] == ["near", "far"]


def test_a_spectators_part_and_hits_are_ignored() -> None:
    out = band(
        (ME, 1, started("t1", 1, SONGS[0], ME, EYES)),
        (EYES, 1, PartTaken(SONGS[0], "all", "ab", 4, 500, "t1")),
        ("", 0, HitsHeard(EYES, "t1", 1, packed((5, 1, 1)))),
    )
    take = out.take("t1")
    assert take is not None
    assert set(take.played) == {ME}


def test_members_cannot_say_what_a_machine_sees_for_itself() -> None:
    for event in (MemberWent(MIKA, "left"), HitsHeard(MIKA, "t1", 1, b""), ConductorChanged(MIKA, 9)):
        with pytest.raises(ValueError, match="not for members"):
            band((MIKA, 1, event))


# -- what follows -------------------------------------------------------------------------------------------------


def test_a_take_runs_until_everyone_who_is_still_a_member_has_ended() -> None:
    start, ends = (ME, 1, started("t1", 1, SONGS[0], ME, MIKA, NOA)), TakeEnded("t1", "finished", 1, 0)
    assert band(start).running is not None
    assert band(start, (ME, 2, ends), (MIKA, 1, ends)).running is not None
    assert band(start, (ME, 2, ends), (MIKA, 1, ends), ("", 0, MemberWent(NOA, "lost"))).running is None
    assert band(start, (ME, 2, SongCalledOff("t1", 1))).running is None
    silent: Row = ("", 0, MemberHeard(NOA, False))
    assert band(start, silent).running is not None  # the others play on
    assert band(start, (ME, 2, ends), (MIKA, 1, ends), silent).running is None  # who fell silent keeps nobody waiting
    back: Row = ("", 0, MemberHeard(NOA, True))
    assert band(start, (ME, 2, ends), (MIKA, 1, ends), silent, back).running is not None


def test_who_was_lost_is_a_member_again_when_heard() -> None:
    lost: Row = ("", 0, MemberWent(MIKA, "lost"))
    assert MIKA not in [member.id for member in band(lost).present]
    assert MIKA in [member.id for member in band(lost, ("", 0, MemberHeard(MIKA, True))).present]
    left: Row = ("", 0, MemberWent(MIKA, "left"))
    assert MIKA not in [member.id for member in band(left, ("", 0, MemberHeard(MIKA, True))).present]


def test_readiness_ends_with_the_take_and_with_another_part() -> None:
    part, ready = PartTaken(SONGS[0], "all", "ab", 4), ReadySaid(True)
    assert band((MIKA, 1, part), (MIKA, 2, ready)).members[MIKA].ready
    assert not band((MIKA, 1, part), (MIKA, 2, ready), (MIKA, 3, part)).members[MIKA].ready
    over = TakeEnded("t1", "finished", 1, 0)
    assert not band((MIKA, 1, part), (MIKA, 2, ready), (MIKA, 3, over)).members[MIKA].ready


def test_parts_are_switched_forwards_and_on_the_same_keys_only() -> None:
    bass, chords = (
        PartTaken(SONGS[0], "bass", "ab", 4, 9_000, "t1"),
        PartTaken(SONGS[0], "chords", "ab", 4, 5_000, "t1"),
    )
    wide = replace(bass, keys=7, from_us=20_000)
    take = band((ME, 1, started()), (MIKA, 1, bass), (MIKA, 2, chords), (MIKA, 3, wide)).take("t1")
    assert take is not None
    assert [(one.part, one.from_us) for one in take.segments(MIKA)] == [("all", 0), ("bass", 9_000)]


def test_who_stops_sharing_takes_back_what_was_learned() -> None:
    shared: list[Row] = [(MIKA, 1, SharingChosen(True)), (MIKA, 2, LearnedShared((0.5,)))]
    assert band((MIKA, 1, LearnedShared((0.5,)))).members[MIKA].learned == ()
    assert band(*shared).members[MIKA].learned == (0.5,)
    assert band(*shared, (MIKA, 3, SharingChosen(False))).members[MIKA].learned == ()


def test_a_loop_sounds_until_its_owner_drops_it() -> None:
    free = FreeStarted("t1", 0, 500_000, 4, 0, "major", 4, 1)
    kept = LoopKept("t1", "l1", "keys", 0, 2_000_000, packed((0, 60, 1), (100, 60, 0)))
    out = band((ME, 1, free), (MIKA, 1, kept), (NOA, 1, LoopDropped("t1", "l1", 5)))
    assert out.free == free
    assert out.loops("t1") == [(MIKA, kept, None)]
    assert band((ME, 1, free), (MIKA, 1, kept), (MIKA, 2, LoopDropped("t1", "l1", 5))).loops("t1") == [(MIKA, kept, 5)]


def test_nothing_a_member_says_grows_without_end() -> None:
    out = band(*((MIKA, number, Reacted("clap", number)) for number in range(1, 500)))
    assert len(out.reactions()) == 64
    out = band(*((MIKA, number, SongHeld(f"{number:064x}")) for number in range(1, 500)))
    assert len(out.members[MIKA].held) == 256
