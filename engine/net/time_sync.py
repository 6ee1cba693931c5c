"""One clock for a session: ask, answer, estimate, and correct without a jump.

Who conducts answers (:class:`TimeAnswerer`), everyone else asks (:class:`TimeAsker`) and keeps a
:class:`SessionTime`.  No sockets here: instants and frames come in, frames go out.

A probe is stamped four times: sent and arrived by the asker's clock, received and answered by session time.
Received minus sent is the offset plus the way out, arrived minus answered the way back less the offset.  Ways take
no negative time, so each probe encloses the offset, and the lowest of each direction enclose it closest: the hard
bound, which holds whatever the network does.  The estimate is its middle, after what even the luckiest probe of
each direction waited has been taken off (read from the gaps between the lowest ones).  Judging each direction by
itself instead of whole round trips needs no probe to be lucky both ways, which matters where jitter is one-sided.
"""

from __future__ import annotations

import struct
from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.net.face import ClockSet, Trouble

Array = NDArray[np.float64]

BURST = 20
"""Probes in a burst."""

PROBE_GAP_US = 10_000
"""Between probes of a burst: far enough apart that a queue they meet has emptied in between."""

JOIN_BURSTS = 8
BURST_GAP_US = 50_000
"""At join this many bursts, this far apart; the reference's figures were simulated with as many."""

LATER_US = 5_000_000
"""Later one burst this often: what the skew is told from."""

LATE_US = 500_000
"""An answer that took longer is no use."""

FEWEST = 5
"""Fewer answers than this are no measurement."""

MAX_SKEW_PPM = 100.0
"""Two clocks never measured against each other: quartz keeps within 50 ppm, and there are two."""

LEAST_SKEW_PPM = 1.0
"""A measured skew is never taken to be better known: quartz wanders that much with its temperature."""

SKEW_GROUPS, SKEW_SPAN_US = 10, 30_000_000
"""Skew is told from at least this many measurements that lie at least this long apart in all."""

KEPT_GROUPS = 60

SLEW_PPM = 2000
"""Corrections are made at 2 ms a second at most: unheard, and a clock that lies moves nobody faster."""

JUMP_US = 20_000
"""A clock found this far from where it must be has jumped (or one of the two machines slept)."""

SLACK_US = 200
"""What stamping itself may err."""

PIECES = 6
"""So many turns of the clock are remembered, for instants that lie a little back."""

SLEEP_BOUND_US = 1_000_000
"""How long a machine slept may be known no better than this: some clocks that go on meanwhile count whole seconds."""

MAX_INSTANT_US = 1 << 60

MAX_ANSWER_BOUND_US = 1_000_000
"""No answerer is taken to be more in doubt of its own time than this."""

_PROBE = struct.Struct("<cI")
_ANSWER = struct.Struct("<cIqII")
_ASK, _REPLY = b"?", b"!"


class Estimate(NamedTuple):
    """At local instant ``at_us`` session time was ``offset_us`` ahead, at most ``bound_us`` wrong.

    From there on it gains ``skew_ppm``, known to ``skew_bound_ppm``.
    """

    at_us: int
    offset_us: float
    bound_us: float
    skew_ppm: float
    skew_bound_ppm: float


class _Piece(NamedTuple):
    """From local instant ``local_us`` on, session time is ``session_us`` and gains ``gain_ppb`` parts in 10^9."""

    local_us: int
    session_us: int
    gain_ppb: int


class SessionTime:
    """Session time as this machine knows it: continuous, never going back, corrected by slewing only.

    Implements :class:`engine.net.face.SharedTime`.  Begins as this machine's own clock, not agreed.  One thread may
    correct it while others read.
    """

    def __init__(self) -> None:
        self._pieces: tuple[_Piece, ...] = (_Piece(0, 0, 0),)
        self._target: Estimate | None = None
        self._held = False
        self._leading = False
        self._latest_us = 0
        self._slept: tuple[int, int] | None = None  # since a sleep, until it is measured again: when, and the bound

    @classmethod
    def founder(cls) -> SessionTime:
        """The clock of who founds a session: its own."""
        time = cls()
        time.lead(0)
        return time

    @property
    def agreed(self) -> bool:
        """Whether it has been measured, or is the session's clock itself."""
        return self._leading or self._target is not None

    @property
    def held(self) -> bool:
        """Whether it is left uncorrected (a song plays)."""
        return self._held

    @property
    def rough(self) -> bool:
        """Whether this machine slept since it was measured: it is about right."""
        return self._slept is not None

    @property
    def skew_ppm(self) -> float:
        """How much faster session time runs than this machine's clock, as measured; 0 until it is known."""
        return 0.0 if self._target is None else self._target.skew_ppm

    @property
    def bound_us(self) -> int:
        """How wrong it may be, at most, at the latest instant it was asked for."""
        return self.bound_at(self._latest_us)

    def bound_at(self, local_us: int) -> int:
        """How wrong it may be, at most, at a local instant: grows with the time since it was measured."""
        if self._leading:
            return 0
        target = self._target
        if target is None:
            if self._slept is None:
                return MAX_INSTANT_US
            since_us, bound_us = self._slept
            return bound_us + round(abs(local_us - since_us) * MAX_SKEW_PPM / 1e6)
        age_us = abs(local_us - target.at_us)
        off_us = abs(local_us + _offset_at(target, local_us) - self._session(local_us))
        return round(target.bound_us + off_us + age_us * target.skew_bound_ppm / 1e6) + 1

    def session_us(self, local_us: int) -> int:
        """A local monotonic instant in session time."""
        self._latest_us = max(self._latest_us, local_us)
        return self._session(local_us)

    def local_us(self, session_us: int) -> int:
        """The local monotonic instant at which it is ``session_us``."""
        piece = self._pieces[0]
        for each in self._pieces:
            if each.session_us <= session_us:
                piece = each
        gone_us = session_us - piece.session_us
        return piece.local_us + gone_us - gone_us * piece.gain_ppb // (1_000_000_000 + piece.gain_ppb)

    def correct(self, estimate: Estimate, now_us: int) -> None:
        """Follow a new estimate: the first is taken as it is, later ones are slewed to; held, only remembered.

        The first after a sleep is taken as it is as well, held or not.
        """
        first = not self.agreed or self._slept is not None
        self._leading, self._target, self._slept = False, estimate, None
        if first:
            self._pieces = (self._line(now_us),)
        elif not self._held:
            self._slew(now_us)

    def hold(self, held: bool, now_us: int) -> None:
        """Correct nothing from now on (a song plays), or make up for what was held back."""
        if held == self._held:
            return
        self._held = held
        if self._target is None or self._leading:
            return
        if held:
            self._go_on(now_us, round(self.skew_ppm * 1000))
        else:
            self._slew(now_us)

    def lead(self, now_us: int) -> None:
        """From now on this machine's session time is the session's: nobody corrects it."""
        if self.agreed:
            self._go_on(now_us, round(self.skew_ppm * 1000))
        self._leading = True

    def slept(self, slept_us: int, now_us: int) -> None:
        """This machine slept, and its clock stood still for ``slept_us``.

        Session time went on meanwhile, so it is about so much later; it is agreed again once it is measured.
        """
        if self.agreed or self._slept is not None:
            bound_us = min(self.bound_at(now_us), MAX_INSTANT_US // 2)
            self._go_on(now_us, round(self.skew_ppm * 1000))
            here = self._pieces[-1]
            self._pieces = (*self._pieces[:-1], here._replace(session_us=here.session_us + slept_us))
            self._slept = now_us, bound_us + SLEEP_BOUND_US
        self._leading, self._target = False, None

    def _session(self, local_us: int) -> int:
        piece = self._pieces[0]
        for each in self._pieces:
            if each.local_us <= local_us:
                piece = each
        gone_us = local_us - piece.local_us
        return piece.session_us + gone_us + gone_us * piece.gain_ppb // 1_000_000_000

    def _line(self, at_us: int) -> _Piece:
        assert self._target is not None
        offset_us = round(_offset_at(self._target, at_us))
        return _Piece(at_us, at_us + offset_us, round(self._target.skew_ppm * 1000))

    def _go_on(self, now_us: int, gain_ppb: int) -> None:
        """End what is under way: from now on straight ahead."""
        here = _Piece(now_us, self._session(now_us), gain_ppb)
        past = [piece for piece in self._pieces if piece.local_us < now_us]
        self._pieces = (*past[-PIECES:], here)

    def _slew(self, now_us: int) -> None:
        """From now on run faster or slower until the estimate's line is met, then along it."""
        line = self._line(now_us)
        behind_us = line.session_us - self._session(now_us)
        way = SLEW_PPM if behind_us > 0 else -SLEW_PPM
        self._go_on(now_us, line.gain_ppb + way * 1000)
        met_us = now_us + abs(behind_us) * 1_000_000 // SLEW_PPM
        self._pieces = (*self._pieces, _Piece(met_us, self._session(met_us), line.gain_ppb))


def _offset_at(estimate: Estimate, local_us: int) -> float:
    return estimate.offset_us + (local_us - estimate.at_us) * estimate.skew_ppm / 1e6


class TimeAnswerer:
    """Answers probes in session time; keeps nothing, so any number may ask.

    Args:
        time: this machine's session time.
    """

    def __init__(self, time: SessionTime) -> None:
        self._time = time

    def answer(self, frame: bytes, arrived_us: int, now_us: int) -> bytes | None:
        """The answer to a probe that arrived at local ``arrived_us``, to be sent at once (``now_us``).

        None if the frame is no probe, or this machine has no session time itself.
        """
        if len(frame) != _PROBE.size or frame[:1] != _ASK or not self._time.agreed:
            return None
        received_us = self._time.session_us(arrived_us)
        took_us = self._time.session_us(now_us) - received_us
        if not 0 <= took_us < LATE_US:
            return None
        bound_us = min(self._time.bound_us, 0xFFFFFFFF)
        return _ANSWER.pack(_REPLY, _PROBE.unpack(frame)[1], received_us, took_us, bound_us)


class Group(NamedTuple):
    """Answers measured close together: a row each of local instant, way out + offset, way back - offset (us).

    ``bound_us`` is what the answerer said of its own error; ``at_us``, ``out_us`` and ``back_us`` sum the rows up.
    """

    rows: Array
    bound_us: int
    at_us: float
    out_us: float
    back_us: float

    @classmethod
    def of(cls, rows: list[tuple[int, int, int]], bound_us: int) -> Group:
        """A group of these rows."""
        array = np.array(rows, np.float64)
        return cls(array, bound_us, float(array[:, 0].mean()), floor_of(array[:, 1]), floor_of(array[:, 2]))


def floor_of(values: Array) -> float:
    """Where the shortest way lies, judged by the lowest of ``values``.

    The lowest of n waited about as long as, on average, the gaps that follow it are wide when weighted by how many
    lie above: true for every distribution that is neither empty nor heaped at its lower end.
    """
    count = len(values)
    near = min(count - 1, max(4, count // 10))
    if near < 1:
        return float(values.min())
    low = np.sort(np.partition(values, near)[: near + 1])
    weights = count - 1 - np.arange(near)
    return float(low[0] - np.dot(weights, np.diff(low)) / (near * count))


def enclose(groups: list[Group], at_us: int, skew_ppm: float, skew_bound_ppm: float) -> Estimate | None:
    """Offset and bound at ``at_us`` from all groups; None if they contradict each other.

    What was measured earlier or later counts the less the longer ago: the unknown part of the skew is added to it.
    """
    rows = np.concatenate([group.rows for group in groups])
    age = at_us - rows[:, 0]
    drift, doubt = age * (skew_ppm / 1e6), np.abs(age) * (skew_bound_ppm / 1e6)
    out, back = rows[:, 1] + drift + doubt, rows[:, 2] - drift + doubt
    high, low = float(out.min()), -float(back.min())
    if high - low < -SLACK_US:
        return None
    offset = min(max((floor_of(out) - floor_of(back)) / 2, min(low, high)), max(low, high))
    bound = max(high - offset, offset - low, 0.0) + groups[-1].bound_us + 10
    return Estimate(at_us, offset, bound, skew_ppm, skew_bound_ppm)


def skew_of(groups: list[Group]) -> tuple[float, float]:
    """Skew and how well it is known (ppm); 0 while the groups are too few, too close or too scattered to tell.

    Each direction tells it by itself, weighted by how straight a line it makes: where one way is much shakier than
    the other, the other one says it all.
    """
    at = np.array([group.at_us for group in groups])
    if len(at) < SKEW_GROUPS or at[-1] - at[0] < SKEW_SPAN_US:
        return 0.0, MAX_SKEW_PPM
    out, out_doubt = _slope(at, np.array([group.out_us for group in groups]))
    back, back_doubt = _slope(at, np.array([-group.back_us for group in groups]))
    weight = back_doubt**2 / (out_doubt**2 + back_doubt**2)
    skew_ppm = 1e6 * (weight * out + (1 - weight) * back)
    doubt_ppm = 1e6 * out_doubt * back_doubt / (out_doubt**2 + back_doubt**2) ** 0.5 + LEAST_SKEW_PPM
    if doubt_ppm > MAX_SKEW_PPM / 2:
        return 0.0, MAX_SKEW_PPM
    return min(max(skew_ppm, -MAX_SKEW_PPM), MAX_SKEW_PPM), doubt_ppm


def _slope(at: Array, values: Array) -> tuple[float, float]:
    """Slope by Theil-Sen (the median over all pairs), and how far off it may be.

    That is three standard errors of a slope over evenly spread instants, more while a scatter told from few values
    may itself be off.
    """
    left, right = np.triu_indices(len(at), 1)
    slope = float(np.median((values[right] - values[left]) / (at[right] - at[left])))
    rest = values - slope * at
    spread = 1.4826 * float(np.median(np.abs(rest - np.median(rest)))) + 1.0
    few = 1 + 10 / len(at)
    return slope, 3 * few * spread * (12 / len(at)) ** 0.5 / float(at[-1] - at[0])


class TimeAsker:
    """Asks the conductor what time it is and corrects ``time`` by it.

    Make a new one, on the same :class:`SessionTime`, whenever another conducts.  Use::

        if now >= asker.due_us: frame = asker.probe(now); send it at once, if it is not None
        asker.take(frame, arrived_us) for every answer
        asker.events() gives ClockSet and Trouble

    Args:
        time: what is corrected.
        now_us: local time; asking begins at once.
    """

    def __init__(self, time: SessionTime, now_us: int) -> None:
        self._time = time
        self._groups: deque[Group] = deque(maxlen=KEPT_GROUPS)
        self._events: list[ClockSet | Trouble] = []
        self._number = now_us & 0xFFFFFFFF  # so that late answers to another asker match none of ours
        self._asked: dict[int, int] = {}
        self._rows: list[tuple[int, int, int]] = []
        self._answer_bound_us = 0
        self._lies = 0
        self._told = False
        self._left = JOIN_BURSTS * BURST
        self._due_us = now_us

    @property
    def due_us(self) -> int:
        """When :meth:`probe` wants to be called next."""
        return self._due_us

    @property
    def measuring(self) -> bool:
        """Whether a measurement is under way: probes of it are out, or more than one burst is still to come."""
        return bool(self._asked or self._rows) or self._left > BURST

    def measure(self, now_us: int) -> None:
        """Measure anew, as thoroughly as at join."""
        self._close(now_us)
        self._left = JOIN_BURSTS * BURST
        self._due_us = now_us

    def probe(self, now_us: int) -> bytes | None:
        """The probe that is due, stamped with ``now_us``: call it just before sending.  None if none is due."""
        if now_us < self._due_us:
            return None
        if not self._left:
            self._close(now_us)
            self._plan(now_us)
            return None
        self._number = (self._number + 1) & 0xFFFFFFFF
        self._left -= 1
        self._asked[self._number] = now_us
        gap_us = PROBE_GAP_US if self._left % BURST else BURST_GAP_US
        self._due_us = now_us + (gap_us if self._left else LATE_US)
        return _PROBE.pack(_ASK, self._number)

    def take(self, frame: bytes, arrived_us: int) -> None:
        """An answer that arrived at local ``arrived_us``; what is not one, or impossible, is dropped."""
        if len(frame) != _ANSWER.size or frame[:1] != _REPLY:
            return
        _, number, received_us, took_us, bound_us = _ANSWER.unpack(frame)
        sent_us = self._asked.pop(number, None)
        if sent_us is None:
            return  # an echo of one already counted, or an answer to nothing
        whole_us = arrived_us - sent_us
        if not 0 <= whole_us <= LATE_US:
            return
        if took_us > whole_us + SLACK_US or not 0 <= received_us < MAX_INSTANT_US:
            self._lies += 1
            return
        answered_us = received_us + took_us
        self._rows.append(((sent_us + arrived_us) // 2, received_us - sent_us, arrived_us - answered_us))
        self._answer_bound_us = min(bound_us, MAX_ANSWER_BOUND_US)
        if not self._left and not self._asked:
            self._due_us = arrived_us  # all are in: no need to wait for more

    def events(self) -> list[ClockSet | Trouble]:
        """What came of asking since the last call."""
        out, self._events = self._events, []
        return out

    def _plan(self, now_us: int) -> None:
        if not self._groups:  # nobody answered: try again soon
            self._left, self._due_us = JOIN_BURSTS * BURST, now_us + LATE_US
        else:
            self._left, self._due_us = BURST, now_us + LATER_US

    def _close(self, now_us: int) -> None:
        """Make a group of the answers that are in, and a new estimate of all groups."""
        rows, self._rows = self._rows, []
        self._asked.clear()
        if self._lies > len(rows):
            self._trouble("The conductor's clock gives impossible answers; its time is not followed.")
            rows = []
        self._lies = 0
        if len(rows) < FEWEST:
            return
        self._groups.append(Group.of(rows, self._answer_bound_us))
        estimate = self._estimate(now_us)
        if estimate is None:
            return
        if self._time.agreed and not self._told:
            self._look_for_jump(estimate, now_us)
        self._time.correct(estimate, now_us)
        offset_us = round(estimate.offset_us)
        self._events.append(ClockSet(offset_us, estimate.skew_ppm, self._time.bound_at(now_us)))

    def _estimate(self, now_us: int) -> Estimate | None:
        groups = list(self._groups)
        estimate = enclose(groups, now_us, *skew_of(groups))
        if estimate is None:  # what was measured before holds no more
            while len(self._groups) > 1:
                self._groups.popleft()
            estimate = enclose(list(self._groups), now_us, 0.0, MAX_SKEW_PPM)
        if estimate is None:
            self._groups.clear()
            self._trouble("The conductor's clock contradicts itself; its time is not followed.")
        return estimate

    def _look_for_jump(self, estimate: Estimate, now_us: int) -> None:
        away_us = abs(now_us + estimate.offset_us - self._time.session_us(now_us))
        if away_us > estimate.bound_us + self._time.bound_at(now_us) + JUMP_US:
            self._trouble(f"The session's clock jumped by {away_us / 1000:.0f} ms; it is followed slowly.")

    def _trouble(self, sentence: str) -> None:
        if not self._told:
            self._events.append(Trouble(sentence))
        self._told = True
