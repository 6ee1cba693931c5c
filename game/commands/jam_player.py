"""One machine's playing without a screen: parts are taken, songs started, played by its own hands, and told of."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import UserError
from game.commands.jam_hands import BeatHands, Hands
from game.commands.jam_telling import Teller
from game.jam.band import BandTake
from game.jam.decide import Intent, SayReady, Start, StartFree, TakeInstrument, TakePart
from game.jam.events import FreeStarted, SongOffered
from game.jam.machine import Machine
from game.jam.seats import rate_percent, session_us, song_us
from game.jam.state import PLAYER, Member
from game.rhythm.performance import FINISHED, LEFT

AFTER_US = 1_500_000
"""How long after the last note a player is done, in song time: what can still be judged has been."""

SCORE_US = 1_000_000
"""The standing is told this often."""

WORDS_US = 4_000_000
"""What is still missing when everyone who can be heard has ended is waited for so long."""

AGAIN_US = 500_000
"""Something that was refused is tried again after this."""

FREE_KEYS = 5
FREE_INSTRUMENT = "keys"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What this machine is to do by itself.

    ``takes`` is how many songs it plays before it leaves (0: no end), ``wait_for`` how many players the host waits
    for before it starts; ``free_bpm`` opens a free jam (0: none).
    """

    part: str = "all"
    keys: int = 0
    level: str = ""
    autoplay: bool = False
    uneven_ms: float = 0.0
    seed: int = 1
    ready: bool = False
    takes: int = 0
    start: bool = False
    wait_for: int = 1
    free_bpm: float = 0.0


class Player:
    """Does what is wished on one machine, step by step."""

    def __init__(self, machine: Machine, teller: Teller, wishes: Wishes) -> None:
        self._machine, self._teller, self.wishes = machine, teller, wishes
        self._session = machine.session
        self.take: BandTake | None = None
        """The take that runs, as this machine sees it."""
        self.played = 0
        """How many takes have come to their results."""
        self._seen = ""
        self._began = False
        self._ended_us: int | None = None
        self._score_us = 0
        self._hands = Hands(wishes.uneven_ms, wishes.seed)
        self._beat = BeatHands(wishes.uneven_ms, wishes.seed)
        self._free_keys = 0
        self._refused: dict[str, tuple[int, str]] = {}
        self._freed = False

    def step(self, at_us: int) -> int | None:
        """Do what is due at ``at_us`` of the machine's clock; gives when hands move next, if they do."""
        if not self._machine.joined:
            return None
        self._prepare(at_us)
        take = self._sit_down()
        if take is not None:
            return self._play(take, at_us)
        free = self._session.band.free
        return self._play_free(free) if free is not None else None

    def do(self, intent: Intent, what: str) -> None:
        """Do as somebody ordered; a refusal is told."""
        try:
            self._session.do(intent)
        except UserError as error:
            self._teller.say("refused", do=what, sentence=str(error))

    # -- before a song -------------------------------------------------------------------------------------

    def _me(self) -> Member | None:
        return self._session.band.members.get(self._session.me)

    def _prepare(self, at_us: int) -> None:
        band, wishes, me = self._session.band, self.wishes, self._me()
        if me is None or me.role != PLAYER or (wishes.takes and self.played >= wishes.takes):
            return
        running, offer = band.running, band.offer
        if running is not None or self.take is not None:
            return
        if band.conducts and wishes.free_bpm and not self._freed and len(band.players) >= wishes.wait_for:
            self._free_up(at_us)
            return
        if offer is None or not me.holds(offer.song):
            return
        if (wishes.ready or wishes.autoplay) and (me.part is None or me.part.song != offer.song):
            self.take_part(wishes.part, wishes.keys, wishes.level, at_us)
        if wishes.ready and not me.ready and me.part is not None and me.part.song == offer.song:
            self._try(SayReady(), "ready", at_us)
        if wishes.start and band.conducts and self._session.time.agreed:
            players = band.players
            if len(players) >= wishes.wait_for and all(one.ready and one.here and one.bound_us >= 0 for one in players):
                self._try(Start(self._session.now_us(), self._session.time.bound_us), "start", at_us)

    def _try(self, intent: Intent, what: str, at_us: int) -> None:
        """Do something that is due by itself; what is refused is told once and tried again a little later."""
        before_us, before = self._refused.get(what, (-AGAIN_US, ""))
        if at_us - before_us < AGAIN_US:
            return
        try:
            self._session.do(intent)
            self._refused.pop(what, None)
        except UserError as error:
            self._refused[what] = at_us, str(error)
            if str(error) != before:
                self._teller.say("refused", do=what, sentence=str(error))

    def take_part(self, part: str, keys: int, level: str, at_us: int) -> None:
        """Take a part, or go over to it while a song runs; empty and 0: as the song has it."""
        offer = self._session.band.offer
        if offer is None:
            self._teller.say("refused", do="part", sentence="There is no song yet; the conductor picks one")
            return
        try:
            digest, own_keys = chart_of(offer, level, keys)
        except UserError as error:
            self._tell_once("part", str(error), at_us)
            return
        if self.take is not None:
            try:
                self.take.switch(part or "all", digest, keys or own_keys)
            except UserError as error:
                self._tell_once("part", str(error), at_us)
            return
        self._try(TakePart(part or "all", digest, keys or own_keys), "part", at_us)

    def _tell_once(self, what: str, sentence: str, at_us: int) -> None:
        if self._refused.get(what, (0, ""))[1] != sentence:
            self._teller.say("refused", do=what, sentence=sentence)
        self._refused[what] = at_us, sentence

    # -- a song --------------------------------------------------------------------------------------------

    def _sit_down(self) -> BandTake | None:
        """The take to play or follow: a new one as soon as its song is here."""
        running = self._session.band.running
        if self.take is not None or running is None or running.start.take == self._seen:
            return self.take
        if not self._session.time.agreed:
            return None  # who came in the middle does not know yet how late it is
        charts = self._machine.charts(running.start.song)
        if charts is None:
            return None
        self._seen = running.start.take
        try:
            self.take = BandTake(self._session, running.start.take, charts)
        except UserError as error:
            self._teller.say("notice", sentence=str(error))
            return None
        self._began, self._ended_us = False, None
        self._hands = Hands(self.wishes.uneven_ms, self.wishes.seed + self.played)
        me = self._me()
        if self.take.performance is None and me is not None and me.role == PLAYER and self.wishes.ready:
            self._join_in(self.take)
        return self.take

    def _join_in(self, take: BandTake) -> None:
        """Who came while the song runs plays from the next bar on."""
        take.step(self.song_us(take))
        self.take_part(self.wishes.part, self.wishes.keys, self.wishes.level, 0)

    def song_us(self, take: BandTake) -> int:
        """Where in the song the band is."""
        return song_us(take.take.start, self._session.now_us())

    def _play(self, take: BandTake, at_us: int) -> int | None:
        start, now_song_us = take.take.start, self.song_us(take)
        rate = rate_percent(start) / 100
        if not self._began and now_song_us >= 0:
            self._began = True
            late_us = self._session.now_us() - start.t0_us
            self._teller.say("begun", take=take.id, song_us=now_song_us, late_us=late_us)
        performance = take.performance
        if self.wishes.autoplay and performance is not None and not performance.ended:
            if self._hands.chart is not performance.chart:
                self._hands.take_up(performance.chart, rate, now_song_us if now_song_us > 0 else -(1 << 61))
            try:
                self._hands.play(now_song_us, take.press)
            except UserError as error:
                self._teller.say("notice", sentence=str(error))
        take.step(now_song_us, at_us)
        if at_us - self._score_us >= SCORE_US and now_song_us >= 0:
            self._score_us = at_us
            self._teller.standing(take.standings(), take.id, now_song_us, take.score, take.accuracy)
        self._end_when_over(take, now_song_us, rate, at_us)
        next_us = self._hands.next_us
        if self.take is None or next_us is None or performance is None or performance.ended:
            return None
        return self._session.time.local_us(session_us(start, next_us))

    def _end_when_over(self, take: BandTake, now_song_us: int, rate: float, at_us: int) -> None:
        performance = take.performance
        if performance is not None and not performance.ended:
            if take.take.called_off:
                take.end(LEFT)
            elif now_song_us > performance.chart.last_us + AFTER_US * rate:
                take.end(FINISHED)
        if not self._over(take):
            self._ended_us = None
            return
        self._ended_us = at_us if self._ended_us is None else self._ended_us
        result = take.results()
        if result.provisional and at_us - self._ended_us < WORDS_US:
            return
        take.end(LEFT)  # lets go of the clock, also where one only listened
        self._teller.results(result)
        self.take = None
        self.played += 1

    def _over(self, take: BandTake) -> bool:
        """Whether the take was called off, or everyone who can be heard has ended."""
        members = self._session.band.members
        waited_for = [
            peer
            for peer, played in take.take.played.items()
            if played.ended is None and (member := members.get(peer)) is not None and member.here and not member.gone
        ]
        return take.take.called_off or not waited_for

    def end(self) -> None:
        """Be done with the running song."""
        if self.take is not None:
            self.take.end(LEFT)

    def press(self, lane: int, down: bool) -> None:
        """A key of this machine's player goes down or up now."""
        band = self._session.band
        try:
            if self.take is not None:
                self.take.press(lane, down, self.song_us(self.take))
            elif band.free is not None:
                self._session.hit(band.free.take, lane, down, song_us(band.free, self._session.now_us()))
            else:
                raise UserError("Nothing is running to be played")
        except UserError as error:
            self._teller.say("refused", do="hit", sentence=str(error))

    # -- a free jam ----------------------------------------------------------------------------------------

    def _free_up(self, at_us: int) -> None:
        if self._session.time.agreed:
            self._freed = True
            self.open_free(self.wishes.free_bpm)

    def open_free(self, bpm: float) -> None:
        """Open a free jam in A minor pentatonic, four beats a bar."""
        now, bound_us = self._session.now_us(), self._session.time.bound_us
        self.do(StartFree(now, bound_us, round(60_000_000 / bpm), 4, 9, "minor-pentatonic", 4), "free")

    def instrument(self, name: str, keys: int) -> None:
        """What is played in the free jam."""
        self._free_keys = keys
        self.do(TakeInstrument(name, keys), "instrument")

    def _play_free(self, free: FreeStarted) -> int | None:
        me = self._me()
        if not (self.wishes.autoplay and self._session.time.agreed) or me is None or me.role != PLAYER:
            return None
        if free.take != self._seen:
            self._seen = free.take
            self.instrument(FREE_INSTRUMENT, self.wishes.keys or FREE_KEYS)
        now_song_us = song_us(free, self._session.now_us())
        hands = self._beat
        hands.play(now_song_us, lambda lane, down, at_us: self._session.hit(free.take, lane, down, at_us))
        hands.keep_beat(free.beat_us, self._free_keys, max(0, now_song_us))
        return None if hands.next_us is None else self._session.time.local_us(session_us(free, hands.next_us))


def chart_of(offer: SongOffered, level: str, keys: int) -> tuple[str, int]:
    """The chart of ``offer`` to play, by its level's name, else by its keys, else the first: (hash, keys).

    Raises:
        UserError: there is no such level.
    """
    rows = [(digest, own, name) for _, _, digest, name, own in offer.charts]
    if level:
        rows = [row for row in rows if row[2].casefold() == level.casefold()]
    if not rows:
        names = ", ".join(name for _, _, _, name, _ in offer.charts)
        raise UserError(f"{offer.title} has no difficulty {level!r}; it has {names}")
    fitting = [row for row in rows if row[1] == keys] or rows
    return fitting[0][0], fitting[0][1]
