"""Who is present, and who conducts.

Sans-IO.  Every member sends its presence to every other four times a second; with it goes the claim it follows (term
and conductor) and the highest *beat* it knows of that conductor: a number the conductor counts up and everybody
passes on.  So a member that cannot hear the conductor itself still knows that others do.

When the beat stands still, the present member that was admitted first claims the next term; the ones after it wait
their turn, should that one not notice.  Where two claims meet, the higher term wins, and in one term the member that
was admitted earlier.  A partition has a conductor on each side and one again when it heals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from engine.net.face import ConductorIs, PeerBack, PeerLeft, PeerSilent

PRESENCE_US = 250_000
"""How often every member says that it is there."""

SILENT_US = 1_000_000
"""Nothing heard for this long: the member is silent (its lanes dim)."""

LOST_US = 60_000_000
"""Nothing heard for this long: the member is off the roster until it is heard again."""

BEAT_SILENT_US = 1_200_000
"""The conductor's beat stands still for this long: another takes over."""

TURN_US = 250_000
"""How much longer each next member in line waits before it claims."""

GAP_US = 700_000
"""Not called for this long: it is this machine that was away (suspended), so nobody else's silence counts."""

MAX_TERM_STEP = 1000
"""A claim further ahead than this is not believed: terms go up by one, and a lie must not use them up."""

LAST_TERM = 2**31


class Claim(NamedTuple):
    """``conductor`` conducts in ``term``; ``signature`` is its own word for it, checked by whoever reads it."""

    term: int
    conductor: str
    signature: bytes = b""


Change = PeerSilent | PeerBack | PeerLeft | ConductorIs


@dataclass(slots=True)
class _Member:
    order: int
    heard_us: int
    here: bool = True
    lost: bool = False


class Failover:
    """The members as they are heard from ``me``, and the claim that is followed.

    ``tick`` says what changed; when it says that ``me`` conducts, :attr:`claim` has to be signed (with
    :meth:`sign`) and spread.
    """

    def __init__(self, me: str, order: int, claim: Claim, now_us: int) -> None:
        self.me = me
        self._members = {me: _Member(order, now_us)}
        self._claim = claim
        self._beat = 0
        self._beat_us = now_us
        self._ticked_us = now_us
        self._changes: list[Change] = []
        self._before: Claim | None = None

    @property
    def claim(self) -> Claim:
        """The claim that is followed."""
        return self._claim

    @property
    def conducting(self) -> bool:
        """Whether ``me`` conducts."""
        return self._claim.conductor == self.me

    @property
    def provisional(self) -> bool:
        """Whether ``me`` conducts only because it hears nobody of those who may come back."""
        return self._before is not None

    def confirm(self) -> None:
        """Conduct for good (a machine was let in, or nobody is left who could come back)."""
        if self._before is not None:
            self._before = None
            self._changes.append(ConductorIs(self.me, self._claim.term))

    def next_beat(self, now_us: int) -> int:
        """The beat to send with the presence that goes out now; the conductor's counts up."""
        if self.conducting:
            self._beat = (self._beat + 1) & 0xFFFFFFFF
            self._beat_us = now_us
        return self._beat

    def here(self, peer: str) -> bool:
        """Whether the member is heard."""
        member = self._members.get(peer)
        return member is not None and member.here

    def lost(self, peer: str) -> bool:
        """Whether the member was silent so long that it is off the roster."""
        member = self._members.get(peer)
        return member is not None and member.lost

    def enter(self, peer: str, order: int, now_us: int) -> None:
        """A member is on the roster from now on, or its order is known better."""
        known = self._members.get(peer)
        if known is None:
            self._members[peer] = _Member(order, now_us)
        else:
            known.order = order

    def leave(self, peer: str) -> None:
        """A member left of its own will or was removed; if it conducted, its place is free at once."""
        if peer != self.me and self._members.pop(peer, None) is not None and self._claim.conductor == peer:
            self._beat_us -= BEAT_SILENT_US

    def heard(self, peer: str, now_us: int) -> None:
        """Something authentic of ``peer`` arrived, by whatever path."""
        member = self._members.get(peer)
        if member is None or peer == self.me:
            return
        member.heard_us = max(member.heard_us, now_us)
        if not member.here:
            member.here, member.lost = True, False
            self._changes.append(PeerBack(peer))
            if self._before is not None:
                self._follow(self._before, now_us)

    def beat_heard(self, term: int, conductor: str, beat: int, now_us: int) -> None:
        """A presence said this of the conductor it follows."""
        if term != self._claim.term or conductor != self._claim.conductor or conductor == self.me:
            return
        if 0 < (beat - self._beat) & 0xFFFFFFFF < 0x80000000:
            self._beat, self._beat_us = beat, max(self._beat_us, now_us)

    def weigh(self, claim: Claim, now_us: int) -> bool:
        """Follow ``claim`` if it wins over the one that is followed; true if it does.

        Its signature is taken to be good.  Claims of strangers and of terms far ahead lose.
        """
        if claim.conductor not in self._members or claim.term > min(self._claim.term + MAX_TERM_STEP, LAST_TERM):
            return False
        if self._place(claim) >= self._place(self._claim):
            return False
        self._follow(claim, now_us)
        return True

    def take_over(self, now_us: int) -> Claim:
        """Claim the next term for ``me`` (its turn came, or the conductor handed over)."""
        before = self._claim if self._alone() and self._awaited() else None
        self._follow(Claim(self._claim.term + 1, self.me), now_us, before)
        return self._claim

    def _alone(self) -> bool:
        return not any(member.here for peer, member in self._members.items() if peer != self.me)

    def _awaited(self) -> bool:
        """Whether somebody is left who may come back."""
        return any(not member.lost for peer, member in self._members.items() if peer != self.me)

    def sign(self, signature: bytes) -> None:
        """Keep the signature of the own claim, to be spread with it."""
        self._claim = self._claim._replace(signature=signature)

    def tick(self, now_us: int) -> list[Change]:
        """What changed until now: silences, losses, returns, and who conducts."""
        away_us = now_us - self._ticked_us
        self._ticked_us = now_us
        if away_us > GAP_US:
            self._beat_us = min(now_us, self._beat_us + away_us)
            for member in self._members.values():
                member.heard_us = min(now_us, member.heard_us + away_us)
        for peer, member in self._members.items():
            if peer == self.me:
                continue
            silent_us = now_us - member.heard_us
            if member.here and silent_us >= SILENT_US:
                member.here = False
                self._changes.append(PeerSilent(peer))
            if not member.lost and silent_us >= LOST_US:
                member.lost = True
                self._changes.append(PeerLeft(peer, "lost"))
        if not self.conducting and now_us - self._beat_us >= BEAT_SILENT_US + TURN_US * self._turn():
            self.take_over(now_us)
        if not self._awaited():
            self.confirm()
        changes, self._changes = self._changes, []
        return changes

    def present(self) -> list[str]:
        """The members that are heard, ``me`` among them, in the order of admission."""
        return sorted((peer for peer, each in self._members.items() if each.here), key=self._rank)

    def _turn(self) -> int:
        """How many present members would have to take over before ``me``."""
        return [peer for peer in self.present() if peer != self._claim.conductor].index(self.me)

    def _follow(self, claim: Claim, now_us: int, before: Claim | None = None) -> None:
        self._claim, self._beat, self._beat_us, self._before = claim, 0, now_us, before
        self._changes.append(ConductorIs(claim.conductor, claim.term, before is not None))

    def _rank(self, peer: str) -> tuple[int, str]:
        member = self._members.get(peer)
        # A conductor that left has no place in the order: any claim of its term wins over it.
        return (member.order, peer) if member is not None else (1 << 62, peer)

    def _place(self, claim: Claim) -> tuple[int, int, str]:
        """Where a claim stands among others: the lowest wins."""
        return (-claim.term, *self._rank(claim.conductor))
