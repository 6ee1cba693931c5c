"""Members of a crowd on real sockets, in a row."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

from engine.net.endpoint import Address
from engine.net.keys import Identity
from game.jam.conduits.relay import Conduit

KEY = bytes(range(32))
HERE: Address = ("127.0.0.1", 0)
PATIENCE_S = 30.0


class Street:
    """Members in a row; each knows only its neighbours' addresses, as if the others were out of reach."""

    def __init__(self) -> None:
        self.words: defaultdict[int, dict[int, bytes]] = defaultdict(dict)
        self.changed = threading.Condition()
        self.members: list[Conduit] = []
        self.conductor = Identity.new()
        self.twice = 0
        """Words that somebody heard again."""

    def add(
        self,
        key: bytes = KEY,
        near: Sequence[int] = (),
        conducts: bool = False,
        on_word: Callable[[Conduit], None] = lambda member: None,
        kind: type[Conduit] = Conduit,
        known: Sequence[Address] | None = None,
    ) -> Conduit:
        """One more, who knows the addresses of ``near`` (and they its own), or just those of ``known``."""
        place = len(self.members)

        def heard(number: int, word: bytes, at_us: int) -> None:
            on_word(self.members[place])
            with self.changed:
                self.twice += number in self.words[place]
                self.words[place][number] = word
                self.changed.notify_all()

        identity = self.conductor if conducts else Identity.new()
        known = [self.members[one].address for one in near] if known is None else known
        member = kind(key, self.conductor.signing_public, identity, known, heard, HERE)
        for one in near:
            self.members[one].meet(member.address)
        self.members.append(member)
        member.start()
        return member

    def close(self) -> None:
        for member in self.members:
            member.close()
        assert not self.twice

    def until(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            limit = time.monotonic() + PATIENCE_S
            while not condition():
                assert time.monotonic() < limit, "it did not come about"
                self.changed.wait(0.05)

    def until_heard(self, word: bytes, places: Sequence[int]) -> None:
        """Say ``word`` until all of ``places`` have heard it; what is said before one hangs on is not for it."""
        with self.changed:
            limit = time.monotonic() + PATIENCE_S
            while time.monotonic() < limit:
                if all(word in self.words[place].values() for place in places):
                    return
                self.members[0].send(word)
                self.changed.wait_for(lambda: all(word in self.words[place].values() for place in places), 0.1)
        raise AssertionError(f"{word!r} did not reach {[p for p in places if word not in self.words[p].values()]}")
