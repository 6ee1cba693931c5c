"""Messages to one peer, in order, each once, over packets that may be lost, doubled or overtaken.

A message is cut into pieces; pieces are numbered through the whole life of the channel, never anew, so a link that
was silent for a minute goes on where it was.  The receiver says up to which piece it has everything, and which of
the later ones it has.  A piece goes again when three that were sent after it have arrived, or when nothing came
back for longer than the measured round trip allows (RFC 6298), ever more rarely as long as nothing does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from engine.net.face import MAX_RECORD
from engine.net.frames import FRAME_COST, Malformed, get_number, put_number

PIECE_BYTES = 1000
"""Message bytes of a whole piece; with its header it fits beside other frames into one packet."""

WINDOW = 128
"""Pieces that may be under way, and how far ahead of the first missing one a receiver keeps them: 128 kB."""

MAX_MESSAGE = MAX_RECORD + 256
"""The largest message: a record with what proves it."""

MAX_QUEUED = 4 * 1024 * 1024
"""Bytes that wait for a peer before more are turned away."""

FIRST_WINDOW = 32
"""Pieces under way at first."""

RETRY_WINDOW = 4
"""Pieces under way after a silence, until something comes back."""

FIRST_TIMEOUT_US = 200_000
LEAST_TIMEOUT_US = 30_000
MOST_TIMEOUT_US = 1_000_000
"""Retransmission timeout before anything is measured, at least, and at most; the last is how soon a link that
comes back is noticed."""

MOST_FRAMES = 24
"""Frames in one packet, at most: pieces of short messages are very small."""

OVERTAKEN = 3
"""A piece is taken for lost when this many that were sent later have arrived (RFC 5681)."""

_ACK, _PIECE, _LAST = 0, 1, 2


@dataclass(slots=True)
class _Piece:
    """A piece under way; ``sends`` counts how often it went, ``turn`` when it did last among all that were sent."""

    frame: bytes
    sends: int = 0
    sent_us: int = 0
    turn: int = 0
    lost: bool = False


class Channel:
    """Both directions of reliable messages with one peer.

    Hand every frame of the peer to :meth:`receive`, and put what :meth:`frames` gives into packets whenever
    :meth:`due_us` has come (or a packet goes anyway).
    """

    def __init__(self) -> None:
        self._queue: deque[bytes] = deque()  # messages that are not yet cut
        self._queued = 0
        self._cut = 0  # bytes of the first of them that are
        self._flight: dict[int, _Piece] = {}
        self._next = 0
        self._turn = 0
        self._window = FIRST_WINDOW
        self._smooth_us = 0.0
        self._spread_us = 0.0
        self._timeout_us = FIRST_TIMEOUT_US
        self._heard_us = 0  # when the peer last confirmed something new, or the flight began
        self._wanted = 0  # the first piece that has not come
        self._early: dict[int, tuple[bool, bytes]] = {}
        self._partial = bytearray()
        self._spoiled = False
        self._ack_owed = False
        self.refused = 0

    @property
    def idle(self) -> bool:
        """Whether everything that was sent has arrived."""
        return not self._queue and not self._flight

    @property
    def round_trip_us(self) -> int:
        """The smoothed round trip as pieces measured it; 0 before the first."""
        return round(self._smooth_us)

    def send(self, message: bytes) -> bool:
        """Queue a message; False, and not queued, if more than :data:`MAX_QUEUED` bytes wait already.

        Raises:
            ValueError: larger than :data:`MAX_MESSAGE`.
        """
        if len(message) > MAX_MESSAGE:
            raise ValueError(f"a message of {len(message)} bytes; at most {MAX_MESSAGE} fit")
        cost = len(message) + 64  # an empty message takes memory too
        if self._queued + cost > MAX_QUEUED:
            return False
        self._queue.append(message)
        self._queued += cost
        return True

    def due_us(self) -> int | None:
        """When :meth:`frames` has something to send; None for not before something happens, 0 for at once."""
        if self._ack_owed or (self._queue and len(self._flight) < self._window):
            return 0
        if not self._flight:
            return None
        if any(piece.lost or not piece.sends for piece in self._flight.values()):
            return 0
        return self._deadline_us()

    def _deadline_us(self) -> int:
        oldest = next(iter(self._flight.values()))
        return max(oldest.sent_us, self._heard_us) + self._timeout_us

    def frames(self, now_us: int, room_bytes: int) -> list[bytes]:
        """What to put into the next packet: whole frames, together with their lengths at most ``room_bytes``.

        No frame is longer than 1020 bytes; one that does not fit waits for a packet with more room.
        """
        out: list[bytes] = []
        if self.idle and not self._ack_owed:
            return out
        room = room_bytes
        if self._ack_owed:
            ack = self._ack()
            if len(ack) + FRAME_COST > room:
                return out
            out.append(ack)
            room -= len(ack) + FRAME_COST
            self._ack_owed = False
        if self.due_us() not in (None, 0) and self._deadline_us() <= now_us:
            self._give_up_waiting()
        for piece in self._to_send():
            if len(piece.frame) + FRAME_COST > room or len(out) >= MOST_FRAMES:
                break
            room -= len(piece.frame) + FRAME_COST
            self._turn += 1
            piece.sends, piece.sent_us, piece.turn, piece.lost = piece.sends + 1, now_us, self._turn, False
            out.append(piece.frame)
        return out

    def _give_up_waiting(self) -> None:
        """Nothing came back in time: begin again with the first few, and wait twice as long."""
        self._window = RETRY_WINDOW
        self._timeout_us = min(2 * self._timeout_us, MOST_TIMEOUT_US)
        for _, piece in zip(range(RETRY_WINDOW), self._flight.values(), strict=False):
            piece.lost = piece.sends > 0

    def _to_send(self) -> Iterator[_Piece]:
        yield from [piece for piece in self._flight.values() if piece.lost or not piece.sends]
        while self._queue and len(self._flight) < self._window and self._next - self._base() < WINDOW:
            yield self._cut_piece()

    def _base(self) -> int:
        return next(iter(self._flight), self._next)

    def _cut_piece(self) -> _Piece:
        message = self._queue[0]
        end = min(self._cut + PIECE_BYTES, len(message))
        last = end == len(message)
        out = bytearray((_LAST if last else _PIECE,))
        put_number(out, self._next)
        out += message[self._cut : end]
        self._cut = end
        if last:
            self._queue.popleft()
            self._queued -= len(message) + 64
            self._cut = 0
        piece = self._flight[self._next] = _Piece(bytes(out))
        self._next += 1
        return piece

    def receive(self, frame: bytes, now_us: int) -> list[bytes]:
        """Take one frame of the peer; gives the messages that are complete now.  Bad frames are counted, no more."""
        try:
            if frame[:1] == bytes((_ACK,)):
                self._take_ack(frame, now_us)
                return []
            if frame[:1] in (bytes((_PIECE,)), bytes((_LAST,))):
                return self._take_piece(frame)
        except Malformed:
            pass
        self.refused += 1
        return []

    def _take_piece(self, frame: bytes) -> list[bytes]:
        number, at = get_number(frame, 1)
        if len(frame) - at > PIECE_BYTES or number >= self._wanted + WINDOW:
            self.refused += 1
            return []
        self._ack_owed = True
        if number < self._wanted or number in self._early:
            return []
        self._early[number] = (frame[0] == _LAST, frame[at:])
        messages: list[bytes] = []
        while self._wanted in self._early:
            last, data = self._early.pop(self._wanted)
            self._wanted += 1
            self._add(data)
            if last:
                if not self._spoiled:
                    messages.append(bytes(self._partial))
                self._partial.clear()
                self._spoiled = False
        return messages

    def _add(self, data: bytes) -> None:
        """Add to the message that is coming; one that grows too large is thrown away whole."""
        if len(self._partial) + len(data) > MAX_MESSAGE:
            self._partial.clear()
            self._spoiled = True
            self.refused += 1
        elif not self._spoiled:
            self._partial += data

    def _ack(self) -> bytes:
        out = bytearray((_ACK,))
        put_number(out, self._wanted)
        mask = 0
        for number in self._early:
            mask |= 1 << (number - self._wanted)
        out += mask.to_bytes((mask.bit_length() + 7) // 8, "little")
        return bytes(out)

    def _take_ack(self, frame: bytes, now_us: int) -> None:
        wanted, at = get_number(frame, 1)
        if wanted > self._next or len(frame) - at > WINDOW // 8:
            raise Malformed("an acknowledgement of what was never sent")
        mask = int.from_bytes(frame[at:], "little")
        latest = 0
        news = 0
        for number in list(self._flight):
            ahead = number - wanted
            if ahead >= 0 and not (ahead < WINDOW and mask >> ahead & 1):
                continue
            piece = self._flight.pop(number)
            news += 1
            latest = max(latest, piece.turn)
            if piece.sends == 1:  # of one that went twice it is not known which has arrived (Karn)
                self._measure(now_us - piece.sent_us)
        if not news:
            return
        self._heard_us = now_us
        self._window = min(self._window + news, WINDOW)
        self._timeout_us = self._measured_timeout_us()
        for piece in self._flight.values():
            if piece.sends and piece.turn + OVERTAKEN <= latest:
                piece.lost = True

    def _measure(self, round_trip_us: int) -> None:
        if not self._smooth_us:
            self._smooth_us, self._spread_us = float(round_trip_us), round_trip_us / 2
            return
        self._spread_us += (abs(round_trip_us - self._smooth_us) - self._spread_us) / 4
        self._smooth_us += (round_trip_us - self._smooth_us) / 8

    def _measured_timeout_us(self) -> int:
        if not self._smooth_us:
            return FIRST_TIMEOUT_US
        return min(max(round(self._smooth_us + 4 * self._spread_us), LEAST_TIMEOUT_US), MOST_TIMEOUT_US)
