"""The way to a peer: measured, kept steady, and changed within a second when it dies."""

from __future__ import annotations

import random

from engine.net.links import MAX_PATHS, PROBE_US, Path, Paths

STEP_US = 10_000
HERE, THERE, ELSEWHERE = ("10.0.0.2", 4000), ("10.0.1.2", 4000), ("192.168.7.2", 4000)


class Way:
    """What the world does to the paths of one peer that answers with each of its presences."""

    def __init__(self, seed: int = 1) -> None:
        self.paths = Paths()
        self.trip_us: dict[int, int] = {}
        self.loss: dict[int, float] = {}
        self.now_us = 1_000_000
        self.chance = random.Random(seed)
        self.heard: dict[int, tuple[int, int]] = {}
        self.answers: list[tuple[int, int, int, int, int]] = []
        self.chosen: list[tuple[int, Path | None]] = []

    def open(self, kind: str, address: tuple[str, int] | None, trip_us: int, via: str = "") -> Path:
        path = self.paths.offer(kind, address, self.now_us, via)
        self.trip_us[path.number], self.loss[path.number] = trip_us, 0.0
        return path

    def run(self, for_us: int) -> None:
        end_us = self.now_us + for_us
        while self.now_us < end_us:
            self.now_us += STEP_US
            presence = self.now_us % PROBE_US == 0
            for path in self.paths.to_probe(self.now_us, presence):
                stamp = self.paths.probed(path, self.now_us)
                if self.chance.random() >= self.loss[path.number]:
                    # The peer sends it back with its next presence, or at once where it is asked to.
                    heard_us = self.now_us + self.trip_us[path.number] // 2
                    sent_us = heard_us if self.paths.in_doubt(self.now_us) else -(-heard_us // PROBE_US) * PROBE_US
                    home_us = sent_us + self.trip_us[path.number] // 2
                    self.answers.append((home_us, path.number, stamp, sent_us - heard_us, self.now_us))
            for answer in [each for each in self.answers if each[0] <= self.now_us]:
                self.answers.remove(answer)
                self.paths.answered(answer[1], answer[2], answer[3], answer[0])
            if self.paths.choose(self.now_us):
                self.chosen.append((self.now_us, self.paths.best))


def test_the_round_trip_is_measured_without_the_time_the_peer_held_it() -> None:
    way = Way()
    path = way.open("direct", HERE, trip_us=8_000)
    way.run(5_000_000)
    assert abs(path.round_trip_us - 8_000) <= 100
    assert path.jitter_us <= 100
    assert path.loss == 0


def test_loss_is_seen() -> None:
    way = Way()
    path = way.open("direct", HERE, 4_000)
    way.loss[path.number] = 0.3
    way.run(60_000_000)
    assert 0.1 <= path.loss <= 0.5


def test_another_path_is_taken_within_a_second_when_the_best_dies() -> None:
    for seed in range(20):
        way = Way(seed)
        first = way.open("direct", HERE, 3_000)
        relay = way.open("relay", None, 9_000, via="someone")
        way.run(5_000_000 + way.chance.randrange(250_000) // STEP_US * STEP_US)
        assert way.paths.best is first
        died_us = way.now_us
        way.loss[first.number] = 1.0
        way.run(1_000_000)
        assert way.paths.best is relay
        assert way.chosen[-1][0] - died_us <= 1_000_000


def test_while_the_best_is_in_doubt_everything_goes_out_twice() -> None:
    way = Way()
    first = way.open("direct", HERE, 3_000)
    other = way.open("direct", THERE, 4_000)
    way.run(3_000_000)
    assert way.paths.to_use(way.now_us) == [first]
    way.loss[first.number] = way.loss[other.number] = 1.0
    way.run(900_000)
    assert way.paths.to_use(way.now_us) == [first, other]


def test_a_path_that_is_hardly_better_is_not_taken_and_one_that_long_is_much_better_is() -> None:
    way = Way()
    first = way.open("direct", HERE, 10_000)
    way.open("direct", THERE, 9_000)
    way.run(20_000_000)
    assert way.paths.best is first
    assert not way.chosen
    better = way.open("direct", ELSEWHERE, 2_000)
    way.run(20_000_000)
    assert way.paths.best is better
    assert len(way.chosen) == 1


def test_a_lossy_path_does_not_make_it_swing() -> None:
    way = Way(3)
    first = way.open("direct", HERE, 5_000)
    second = way.open("direct", THERE, 5_000)
    way.loss[first.number] = way.loss[second.number] = 0.2
    way.run(120_000_000)
    assert len(way.chosen) <= 12


def test_answers_to_nothing_that_was_asked_change_nothing() -> None:
    way = Way()
    path = way.open("direct", HERE, 5_000)
    way.run(2_000_000)
    trip_us = path.round_trip_us
    stamp = way.paths.probed(path, way.now_us)
    assert (
        way.paths.answered(path.number, stamp, 10_000_000, way.now_us + 5_000) is None
    )  # held longer than it was away
    assert way.paths.answered(path.number, 12345, 0, way.now_us) is None
    assert way.paths.answered(99, stamp, 0, way.now_us) is None
    assert path.round_trip_us == trip_us


def test_no_more_than_a_few_paths_are_kept_and_the_used_one_stays() -> None:
    way = Way()
    first = way.open("direct", HERE, 5_000)
    way.run(2_000_000)
    for port in range(1, 200):
        way.paths.offer("direct", ("10.9.9.9", port), way.now_us)
    assert len(way.paths.all()) == MAX_PATHS
    assert way.paths.best is first
    assert way.paths.offer("direct", HERE, way.now_us) is first


def test_a_relay_that_went_is_no_way_any_more() -> None:
    way = Way()
    way.open("relay", None, 9_000, via="someone")
    assert way.paths.best is not None
    way.paths.drop_via("someone")
    assert way.paths.best is None
    assert way.paths.to_use(way.now_us) == []
