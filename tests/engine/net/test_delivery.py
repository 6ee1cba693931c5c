from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.net.delivery import BEAT_US, LEAST_ROOM, QUIET_US, SEGMENT_MOMENTS, SEGMENT_US, SILENT_US, Delivery
from engine.net.face import MAX_MOMENT, MAX_RECORD, Moment, Said, Trouble
from tests.rig.mesh import ROOM, Mesh

SECOND_US = 1_000_000
MOMENTS = 0x41


def play(mesh: Mesh, one: str, count: int, every_us: int = 50_000) -> list[tuple[int, int, bytes]]:
    """``one`` plays so many hits; gives them as the others should hear them."""
    out = []
    for _ in range(count):
        data = mesh.rng.randbytes(2)
        number = mesh.nodes[one].moment(data, mesh.now_us, mesh.now_us)
        out.append((number, mesh.now_us, data))
        mesh.touched(one)
        mesh.run(mesh.now_us + every_us)
    return out


def say(mesh: Mesh, one: str, data: bytes) -> int:
    number = mesh.nodes[one].say(data)
    mesh.touched(one)
    return number


class Script:
    """Members who speak, tell and play by chance on a network that fails by chance, and what each should hear."""

    def __init__(self, seed: int, members: int, loss: float, doubled: float, jitter_us: int) -> None:
        self.mesh = Mesh(members, seed, (100, 100 + jitter_us))
        self.mesh.loss, self.mesh.doubled = loss, doubled
        self.said: dict[str, list[tuple[int, bytes]]] = {one: [] for one in self.mesh.ids}
        self.told: dict[tuple[str, str], list[bytes]] = {}
        self.played: dict[str, list[tuple[int, int, bytes]]] = {one: [] for one in self.mesh.ids}

    def step(self) -> None:
        mesh, rng = self.mesh, self.mesh.rng
        one = rng.choice(list(mesh.nodes))
        what = rng.randrange(10)
        if what < 5:
            self.played[one] += play(mesh, one, 1, 0)
        elif what < 7:
            data = rng.randbytes(rng.choice((0, 5, 200, 3000)))
            self.said[one].append((say(mesh, one, data), data))
        elif what < 8:
            other = rng.choice([peer for peer in mesh.nodes if peer != one])
            data = rng.randbytes(rng.choice((0, 5, 3000)))
            assert mesh.nodes[one].tell(other, data)
            mesh.touched(one)
            self.told.setdefault((other, one), []).append(data)
        elif what < 9:
            mesh.part(rng.sample(list(mesh.nodes), rng.randrange(len(mesh.nodes))))
        mesh.run(mesh.now_us + rng.choice((0, 1000, 20_000, 100_000, 600_000)))

    def check(self) -> None:
        for at in self.mesh.nodes:
            for by in self.mesh.ids:
                if by != at:
                    assert self.mesh.said(at, by) == self.said[by]
                    assert self.mesh.played(at, by) == self.played[by]
                    assert self.mesh.told(at, by) == self.told.get((at, by), [])
            assert self.mesh.nodes[at].refused == 0


@settings(max_examples=100)
@given(
    st.integers(0, 1 << 30),
    st.integers(2, 5),
    st.floats(0, 0.5),
    st.floats(0, 0.5),
    st.integers(0, 50_000),
    st.integers(0, 60),
)
def test_all_sides_end_with_the_same_whatever_the_network_did(
    seed: int, members: int, loss: float, doubled: float, jitter_us: int, steps: int
) -> None:
    script = Script(seed, members, loss, doubled, jitter_us)
    for _ in range(steps):
        script.step()
    script.mesh.cut.clear()
    script.mesh.run(script.mesh.now_us + 30 * SECOND_US)
    script.mesh.loss = 0
    script.mesh.run(script.mesh.now_us + 10 * SECOND_US)
    script.check()


def test_a_late_member_hears_everything_also_of_one_who_has_gone() -> None:
    script = Script(5, 4, 0.1, 0.1, 3000)
    mesh = script.mesh
    for _ in range(200):
        script.step()
    mesh.cut.clear()
    mesh.run(mesh.now_us + 20 * SECOND_US)
    gone = mesh.ids[0]
    mesh.leave(gone)
    late = mesh.identity(4)
    mesh.join(late)
    mesh.run(mesh.now_us + 10 * SECOND_US)
    for by in mesh.ids:
        assert mesh.said(late, by) == script.said[by]
        assert mesh.played(late, by) == script.played[by]
    say(mesh, late, b"hello")
    mesh.run(mesh.now_us + SECOND_US)
    assert all(mesh.said(at, late) == [(1, b"hello")] for at in mesh.ids[1:])


def test_the_two_halves_of_a_session_agree_after_a_minute_apart() -> None:
    mesh = Mesh(4)
    one, two, three, four = mesh.ids
    mesh.run(mesh.now_us + SECOND_US)
    mesh.part([one, two])
    hits = {player: [] for player in mesh.ids}  # type: dict[str, list[tuple[int, int, bytes]]]
    for second in range(60):
        for player in mesh.ids:
            hits[player] += play(mesh, player, 3)
            say(mesh, player, b"%d" % second)
    mesh.cut.clear()
    mesh.run(mesh.now_us + 5 * SECOND_US)
    for at in (one, two, three, four):
        for by in mesh.ids:
            if at != by:
                assert mesh.said(at, by) == [(second + 1, b"%d" % second) for second in range(60)]
                assert mesh.played(at, by) == hits[by]


def test_records_are_numbered_for_the_hearer_without_the_segments_between() -> None:
    mesh = Mesh(2)
    one, two = mesh.ids
    for number in range(5):
        play(mesh, one, 30)
        assert say(mesh, one, b"%d" % number) == number + 1
    mesh.run(mesh.now_us + SECOND_US)
    assert [number for number, _ in mesh.said(two, one)] == [1, 2, 3, 4, 5]


def test_what_the_fast_path_lost_comes_with_the_segment_when_the_player_pauses() -> None:
    mesh = Mesh(2)
    one, two = mesh.ids
    mesh.run(mesh.now_us + SECOND_US)
    mesh.passes = lambda frame: frame[0] != MOMENTS
    hits = play(mesh, one, 3, 1000)
    assert mesh.played(two, one) == []
    mesh.run(mesh.now_us + QUIET_US + 10_000)
    assert mesh.played(two, one) == hits


@pytest.mark.parametrize(("every_us", "hits"), [(50_000, 40), (5_000, 400)])
def test_while_playing_a_segment_goes_every_second_or_64_moments(every_us: int, hits: int) -> None:
    mesh = Mesh(2)
    one, two = mesh.ids
    mesh.passes = lambda frame: frame[0] != MOMENTS
    for number in range(1, hits + 1):
        play(mesh, one, 1, every_us)
        missing = number - len(mesh.played(two, one))
        assert missing <= min(SEGMENT_US // every_us, SEGMENT_MOMENTS) + 1
    mesh.run(mesh.now_us + QUIET_US + 10_000)
    assert len(mesh.played(two, one)) == hits


def test_at_ten_percent_loss_hits_arrive_within_40_ms() -> None:
    mesh = Mesh(3, seed=11, delay_us=(500, 1500))
    mesh.loss = 0.1
    mesh.run(mesh.now_us + 20 * SECOND_US)  # the lobby: beats alone show the loss
    hits = {one: play(mesh, one, 1, 0) for one in mesh.ids}
    for _ in range(700):
        for one in mesh.ids:
            hits[one] += play(mesh, one, 1, 17_000)
    mesh.run(mesh.now_us + 2 * SECOND_US)
    late = 0
    for at in mesh.ids:
        heard = [one for one in mesh.heard[at] if isinstance(one, Moment)]
        assert len(heard) == 2 * 701
        late += sum(one.arrived_us - one.session_us > 40_000 for one in heard)
    assert late <= 3 * 2 * 701 // 1000


def test_on_a_clean_network_a_hit_is_one_packet_to_each() -> None:
    mesh = Mesh(4)
    mesh.run(mesh.now_us + 20 * SECOND_US)  # by now the links are known to be good
    before = mesh.sent_packets[mesh.ids[0]]
    play(mesh, mesh.ids[0], 200)
    sent = mesh.sent_packets[mesh.ids[0]] - before
    beats = 3 * 10 * SECOND_US // BEAT_US
    segments = 3 * 11
    assert sent <= 3 * 200 + beats + segments


def test_a_silent_member_costs_a_few_packets_a_second() -> None:
    mesh = Mesh(2)
    one, two = mesh.ids
    mesh.run(mesh.now_us + SECOND_US)
    mesh.part([one])
    mesh.run(mesh.now_us + SILENT_US + SECOND_US)
    before = mesh.sent_packets[one]
    hits = play(mesh, one, 200)
    assert mesh.sent_packets[one] - before <= 10 * 8
    mesh.cut.clear()
    mesh.run(mesh.now_us + 2 * SECOND_US)
    assert mesh.played(two, one) == hits


def test_with_new_keys_a_link_begins_anew_and_loses_no_record() -> None:
    mesh = Mesh(2)
    one, two = mesh.ids
    hits = play(mesh, one, 180)
    say(mesh, one, bytes(20_000))
    assert mesh.nodes[one].tell(two, b"before")
    mesh.run(mesh.now_us + SECOND_US)
    for here, there in ((one, two), (two, one)):
        mesh.nodes[here].close(there)
    say(mesh, one, b"meanwhile")
    for here, there in ((one, two), (two, one)):
        mesh.nodes[here].open(there, mesh.now_us)
    hits += play(mesh, one, 30)
    assert mesh.nodes[one].tell(two, b"after")
    say(mesh, one, bytes(20_001))
    mesh.run(mesh.now_us + 3 * SECOND_US)
    assert mesh.said(two, one) == [(1, bytes(20_000)), (2, b"meanwhile"), (3, bytes(20_001))]
    assert mesh.told(two, one) == [b"before", b"after"]
    assert mesh.played(two, one) == hits
    assert mesh.nodes[two].loss(one) == 0


def test_a_large_record_asked_for_again_on_a_slow_link_goes_once() -> None:
    mesh = Mesh(2, delay_us=(400_000, 400_000))
    one, two = mesh.ids
    mesh.run(mesh.now_us + SECOND_US)
    before = mesh.sent_bytes[one]
    say(mesh, one, bytes(MAX_RECORD))
    mesh.run(mesh.now_us + 10 * SECOND_US)
    assert mesh.said(two, one) == [(1, bytes(MAX_RECORD))]
    assert mesh.sent_bytes[one] - before < 2.5 * MAX_RECORD


def test_who_says_two_things_under_one_number_is_named_once() -> None:
    mesh = Mesh(2)
    one, two = mesh.ids
    twin = Delivery(one, mesh.signer(one), mesh.verify)
    twin.open(two, mesh.now_us)
    say(mesh, one, b"yes")
    twin.say(b"no")
    mesh.run(mesh.now_us + SECOND_US)
    for _ in range(3):
        for frame in twin.frames(two, mesh.now_us, ROOM):
            mesh.heard[two] += mesh.nodes[two].receive(one, frame, mesh.now_us)
    assert mesh.said(two, one) == [(1, b"yes")]
    troubles = [event for event in mesh.heard[two] if isinstance(event, Trouble)]
    assert len(troubles) == 1
    assert one in troubles[0].sentence


def test_what_is_too_large_is_not_taken_and_who_is_no_member_is_not_told() -> None:
    mesh = Mesh(2)
    one, two = mesh.ids
    node = mesh.nodes[one]
    refusals: list[Callable[[], object]] = [
        lambda: node.say(bytes(MAX_RECORD + 1)),
        lambda: node.tell(two, bytes(MAX_RECORD + 1)),
        lambda: node.moment(bytes(MAX_MOMENT + 1), 0, 0),
        lambda: node.frames(two, 0, LEAST_ROOM - 1),
    ]
    for refused in refusals:
        with pytest.raises(ValueError, match=r"at most|needs room"):
            refused()
    assert not node.tell("f" * 16, b"hello")
    assert node.frames("f" * 16, 0, ROOM) == []
    assert node.receive("f" * 16, b"\x41\0\0", 0) == []


def test_any_bytes_from_a_member_harm_nobody() -> None:
    mesh = Mesh(3)
    one, two, three = mesh.ids
    mesh.run(mesh.now_us + SECOND_US)
    rng = random.Random(9)
    frames = [frame for peer in (two,) for frame in mesh.nodes[one].frames(peer, mesh.now_us + SECOND_US, ROOM)]
    for number in range(20_000):
        noise = bytearray(rng.choice(frames) if number % 2 else rng.randbytes(rng.randrange(60)))
        for _ in range(rng.randrange(4)):
            if noise:
                noise[rng.randrange(len(noise))] = rng.randrange(256)
        if noise:
            noise[0] = 0x40 + rng.randrange(4)
        mesh.heard[two] += mesh.nodes[two].receive(three, bytes(noise), mesh.now_us)
    assert not [event for event in mesh.heard[two] if isinstance(event, Said)]
    assert mesh.nodes[two].refused > 5000
    mesh.touched(two)
    hits = play(mesh, one, 20)
    say(mesh, one, b"still here")
    mesh.run(mesh.now_us + 3 * SECOND_US)
    assert mesh.said(two, one) == [(1, b"still here")]
    assert mesh.played(two, one) == hits
