"""One take on one machine while it runs: who plays what, what is heard of whom, where everyone stands; no drawing."""

from __future__ import annotations

from collections.abc import Sequence

from game.jam.band import BandTake, Standing
from game.jam.machine import Machine
from game.jam.seats import rate_percent, song_us
from game.rhythm.chart import Chart
from game.rhythm.mods import Mods
from game.rhythm.performance import Performance
from game.scenes.context import Context
from game.scenes.jam_play_cards import NewHits, Row, part_words
from game.scenes.jam_play_look import others_word, own_word
from game.scenes.jam_play_stage import JamStage
from game.scenes.jam_play_view import BandNumbers

AFTER_US = 1_200_000
"""How long the field stays after the last note, in real time."""

LOOK_US = 50_000
"""Scores of others, who is silent and how the band coheres are looked at this often."""


class Run:
    """Holds a take and, once the song is ready, its ``stage``; :meth:`step` brings everything up to the present.

    Args:
        context: what every scene is given.
        machine: the jam.
        take: the take as it is judged here.
    """

    def __init__(self, context: Context, machine: Machine, take: BandTake) -> None:
        self.machine, self.take = machine, take
        self.mods = Mods(rate_percent=rate_percent(take.take.start), no_fail=True)
        self.stage: JamStage | None = None
        self.performance: Performance | None = take.performance
        """What this player plays, changed when they change parts; None for who watches."""
        self.rows: list[Row] = []
        """Everyone else, as their cards show them."""
        self.switching: tuple[str, int] | None = None
        """The part that is to be played next, in words, and from which instant of the song on."""
        self._context = context
        self._input_offset_us = round(context.profile.settings.input.input_offset_us * self.mods.rate)
        self._standings: list[Standing] = []
        self._new = NewHits()
        self._played: tuple[int, ...] | None = None
        self._looked_us = -(1 << 60)

    def chart(self) -> Chart:
        """The chart whose song is heard: the player's own, for who watches that of somebody who plays.

        Raises:
            LookupError: none of the song's charts is here.
        """
        start = self.take.take.start
        charts = self.machine.charts(start.song)
        if charts is None:
            raise LookupError(start.song)
        segments = self.take.take.segments(self.machine.session.me)
        wanted = [segments[0].chart_hash] if segments else [one for _, one, _ in start.line_up.values()]
        found = [charts.by_hash[one] for one in wanted if one in charts.by_hash]
        return (found or list(charts.by_hash.values()))[0]

    def judged_us(self, at_us: int) -> int:
        """The song time by which hands are judged at a monotonic instant."""
        if self.stage is None:
            return song_us(self.take.take.start, self.machine.session.time.session_us(at_us))
        return self.stage.song_us(at_us) - self._input_offset_us

    def step(self, at_us: int) -> int:
        """Judge everyone up to the monotonic instant ``at_us``, and hear the others; gives song time."""
        now = self.judged_us(at_us)
        self.take.step(now, at_us)
        if self.stage is not None:
            if sentence := self.stage.tend(self._context.jobs):
                self._context.say(sentence)
            self._listen(self.stage)
        if self.take.performance is not self.performance or at_us - self._looked_us >= LOOK_US:
            self._looked_us = at_us
            self.look()
        return now

    def look(self) -> None:
        """Take up what changes now and then: seats, scores, who is silent, which key sounds play by themselves."""
        self.performance = self.take.performance
        self._standings = self.take.standings()
        offer = self.machine.session.band.conducting.offered(self.take.take.start.song)
        words = part_words(offer.parts if offer is not None else ())
        coherence = self.machine.coherence
        self.rows = [
            Row(one, words.get(one.part, ""), other.chart, other.judge, others_word(coherence, one.peer))
            for one in self._standings
            if (other := self.take.others.get(one.peer)) is not None
        ]
        if self.stage is not None:
            self._sound_the_rest(self.stage)
            if self.switching is not None and self.stage.now_us > self.switching[1]:
                self.switching = None

    def _listen(self, stage: JamStage) -> None:
        """Sound what the others have just hit."""
        settings = self._context.profile.settings.jam
        for place, (peer, other) in enumerate(self.take.others.items()):
            hits = self._new.of(peer, other.judge)
            if hits is None or other.judge is None or other.chart is None or not settings.hear_others:
                continue
            gain = (settings.others_volume / 100) ** 2 * self._weight(peer)
            stage.hear(other.chart, hits, other.judge.rules, gain, pan_of(place), settings.fix_others / 100)

    def _weight(self, peer: str) -> float:
        """How loud somebody is heard beside the others: who plays at random stands back (001 C2)."""
        coherence = self.machine.coherence
        rows = coherence.players if coherence is not None else ()
        return next((row.weight for row in rows if row.peer == peer), 1.0)

    def _sound_the_rest(self, stage: JamStage) -> None:
        """Key sounds that nobody's hands sound play by themselves."""
        heard = self._context.profile.settings.jam.hear_others
        charts = [row.chart for row in self.rows if heard and row.chart is not None and not row.stands.silent]
        if self.performance is not None:
            charts.append(self.performance.chart)
        played = tuple(map(id, charts))
        if played != self._played:
            self._played = played
            stage.set_played(charts)

    @property
    def numbers(self) -> BandNumbers:
        """The band's score and accuracy, its coherence, and a word for this player."""
        coherence = self.machine.coherence
        mine = own_word(coherence, self.machine.session.me) if self.performance is not None else ""
        return BandNumbers(*band_numbers(self._standings), coherence, mine)

    @property
    def ends_us(self) -> float:
        """A moment after the last note of everyone in it, in song time."""
        charts = [one.chart for one in self.take.others.values() if one.chart is not None]
        if self.performance is not None:
            charts.append(self.performance.chart)
        last_us = max((chart.last_us for chart in charts), default=0)
        return last_us + AFTER_US * self.mods.rate

    @property
    def first_us(self) -> int:
        """The first note of anybody in it."""
        charts = [one.chart for one in self.take.others.values() if one.chart is not None]
        if self.performance is not None:
            charts.append(self.performance.chart)
        return min((chart.first_us for chart in charts), default=0)

    @property
    def parts(self) -> tuple[tuple[str, str, float], ...]:
        """The parts of the song: name, words, share of the notes."""
        offer = self.machine.session.band.conducting.offered(self.take.take.start.song)
        return offer.parts if offer is not None else ()

    @property
    def part(self) -> str:
        """The part this player plays or will play next; empty for who does not."""
        segments = self.take.take.segments(self.machine.session.me)
        return segments[-1].part if segments else ""

    def switch(self, part: str) -> None:
        """Play ``part`` from the next bar on; who came late joins in this way.

        Raises:
            UserError: it cannot be, and why.
        """
        session, take = self.machine.session, self.take.take
        segments = take.segments(session.me)
        chosen = segments[-1] if segments else session.band.members[session.me].part
        if chosen is not None and chosen.song == take.start.song:
            chart_hash, keys = chosen.chart_hash, chosen.keys
        else:
            chart = self.chart()
            chart_hash, keys = chart.hash, chart.keys
        words = next((words for name, words, _ in self.parts if name == part), part)
        self.switching = (words, self.take.switch(part, chart_hash, keys))
        self.look()


def pan_of(place: int) -> float:
    """Where the sound of the player at ``place`` stands, -1 (left) to 1 (right)."""
    return 0.6 * ((place % 5) / 2 - 1)


def band_numbers(standings: Sequence[Standing]) -> tuple[int, float]:
    """The band's score, and its accuracy weighed by what each was judged on."""
    total = sum(one.judged for one in standings)
    accuracy = sum(one.judged * one.accuracy for one in standings) / total if total else 1.0
    return sum(one.score for one in standings), accuracy
