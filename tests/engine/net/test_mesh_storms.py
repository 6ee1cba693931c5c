"""Whatever befalls a session, what is left of it agrees in the end: who conducts, who is there, and what was said."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.net.endpoint import Address
from engine.net.face import Moment, Said
from tests.rig.meshes import Air, Seat

Known = set[tuple[str, bytes]]
ENOUGH = 2


class Storm:
    """A session to which things happen."""

    def __init__(self, seed: int, loss: float) -> None:
        self.air = Air(seed)
        self.group: dict[Address, int] = {}
        self.loss = loss
        self.air.way = self._way
        self.alive = self.air.session(4)
        self.gone: set[str] = set()
        self.words = 0
        self.own: dict[str, Known] = {}

    def _way(self, source: Address, target: Address) -> tuple[int, float] | None:
        if self.group.get(source, 0) != self.group.get(target, 0):
            return None
        return 500 + self.air.chance.randrange(3_000), self.loss

    def befall(self, what: str) -> None:
        chance = self.air.chance
        seat = chance.choice(self.alive)
        if what == "cut":
            self.group = {each.address: chance.randrange(2) for each in self.alive}
        elif what == "heal":
            self.group.clear()
        elif what == "hand over":
            for each in self.alive:
                each.its.hand_over(seat.me)
        elif what in ("kill", "leave") and len(self.alive) > ENOUGH:
            if what == "leave":
                seat.its.leave()
            self.alive.remove(seat)
            self.gone.add(seat.me)
            self.air.sleep(seat)
        elif what == "sleep":
            self.air.sleep(seat)
            self.air.run(2_000_000)
            self.air.rouse(seat)
        elif what == "join":
            newcomer = self.air.seat()
            self.group[newcomer.address] = self.group.get(seat.address, 0)
            newcomer.join(seat.address)
            self.air.run(3_000_000)
            if newcomer.mesh is not None:
                self.alive.append(newcomer)

    def all_speak(self) -> None:
        for seat in self.alive:
            self.words += 1
            word = str(self.words).encode()
            seat.say(word)
            seat.moment(word)
            self.own.setdefault(seat.me, set()).add((seat.me, word))

    def known(self, seat: Seat, kind: type[Said] | type[Moment]) -> Known:
        """What a member has heard and said; of moments, those of who can still sign for them."""
        heard = {(event.peer, event.data) for event in seat.had(kind)}
        gone = self.gone if kind is Moment else set()
        return {each for each in heard | self.own.get(seat.me, set()) if each[0] not in gone}

    def agree(self) -> bool:
        conductors = {seat.its.conductor for seat in self.alive}
        members = {seat.me for seat in self.alive}
        if len(conductors) != 1 or not conductors <= members:
            return False
        if any({peer.id for peer in seat.its.peers() if peer.here} != members - {seat.me} for seat in self.alive):
            return False
        return all(
            self.known(seat, kind) == self.known(self.alive[0], kind) for seat in self.alive for kind in (Said, Moment)
        )


@settings(max_examples=6)
@given(
    seed=st.integers(0, 1 << 30),
    loss=st.sampled_from([0.0, 0.02, 0.1]),
    happenings=st.lists(
        st.sampled_from(["cut", "heal", "hand over", "kill", "leave", "sleep", "join", "nothing"]),
        min_size=3,
        max_size=6,
    ),
)
def test_what_is_left_agrees_and_has_everything_once(seed: int, loss: float, happenings: list[str]) -> None:
    storm = Storm(seed, loss)
    for what in happenings:
        storm.befall(what)
        storm.all_speak()
        storm.air.run(storm.air.chance.choice([100_000, 1_000_000, 3_000_000]))
    storm.group.clear()
    storm.air.until(storm.agree, 40_000_000)
    for seat in storm.alive:
        said = [(event.peer, event.number) for event in seat.had(Said)]
        played = [(event.peer, event.number) for event in seat.had(Moment)]
        assert len(said) == len(set(said))
        assert len(played) == len(set(played))
