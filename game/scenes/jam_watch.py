"""A take of a past jam, played back with everyone in it: at any speed, forwards, backwards and frame by frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.clock import now_us
from engine.draw.frame import Frame
from engine.errors import UserError
from engine.jobs import Job
from engine.sound import Cue
from game.jam.band import Standing
from game.jam.cohesion import Coherence, Cohesion
from game.jam.performer import PlayerResult, judge_for, judge_to_end
from game.jam.seats import rate_percent, song_us
from game.rhythm.chart import Chart
from game.rhythm.judge import Judge
from game.rhythm.mods import Mods
from game.rhythm.performance import FINISHED
from game.rhythm.songs import ReadySong, make_ready, read_chart
from game.scenes.context import Context
from game.scenes.jam_play_cards import Row, part_words
from game.scenes.jam_play_lanes import Presses
from game.scenes.jam_play_look import others_word
from game.scenes.jam_play_run import band_numbers, pan_of
from game.scenes.jam_play_stage import BandStage, synth
from game.scenes.jam_play_view import BandNumbers, JamView
from game.scenes.jam_room import JamRoom
from game.scenes.jam_take_read import ReadTake, read_take
from game.scenes.play_look import draw_loading
from game.scenes.playback import BAR_HEIGHT, Playback
from game.scenes.requests import WatchJam
from game.scenes.watch import presses

COHERE_US = 50_000
SETTLE_US = 10_000_000
"""How the band coheres comes of about so much that was played before."""

AFTER_US = 500_000
"""The end lies so far behind the last note: by then nothing can be played to it any more."""

JUMP_US = 2_000_000
"""Going on by more than this at once is a seek: what was felt and heard in between is not shown again."""


@dataclass(slots=True)
class Player:
    """One player of the take: what they played, and a judge of their own that follows the song."""

    result: PlayerResult
    name: str
    part: str
    chart: Chart
    judge: Judge
    fed: int = 0

    @property
    def stopped_us(self) -> int:
        """Where in the song they left, far behind its end for who played it out."""
        return 1 << 60 if self.result.outcome == FINISHED else self._last_us

    @property
    def _last_us(self) -> int:
        edges = self.result.edges
        return int(edges["at_us"][-1]) if len(edges) else 0


@dataclass(slots=True)
class Loaded:
    """What is read beside the game: the take, its players, its song, and the sounds of the band."""

    read: ReadTake
    song: ReadySong
    drums: list[NDArray[np.float32]]
    players: list[Player]
    hits: list[NDArray[np.void]] = field(default_factory=list)


class JamWatchScene(Playback):
    """Plays a take out of the log; seeking back judges everyone anew from the start."""

    def __init__(self, context: Context, request: WatchJam) -> None:
        super().__init__(context)
        self._request = request
        self._room = JamRoom.of(context)
        self._view = JamView(context.profile.settings)
        self._read: ReadTake | None = None
        self._players: list[Player] = []
        self._rows: list[Row] = []
        self._felt: list[tuple[int, str, str]] = []
        """Reactions: when in song time, which, and whose."""
        self._presses: list[Presses] = []
        self._judged_us = -(1 << 60)
        self._cohered_us = 0
        self._cohesion = Cohesion("")
        self._coherence: Coherence | None = None

    # -- for who looks from outside ----------------------------------------------------------------------------

    @property
    def rows(self) -> list[Row]:
        """Everyone, as their cards show them."""
        return self._rows

    @property
    def judged_us(self) -> int:
        """Up to where everyone has been judged."""
        return self._judged_us

    # -- loading -----------------------------------------------------------------------------------------------

    def on_enter(self) -> None:
        """Read the take and its song beside the main thread."""
        self._load(None, paused=False)

    def _load(self, at_us: int | None, *, paused: bool) -> None:
        context, request, speed, known = self._context, self._request, self._speed, self._read
        machine = self._room.machine
        jam = machine if machine is not None and machine.session.id == request.session else None
        if self._job is not None:
            self._job.cancel()

        def work(job: Job[Loaded]) -> Loaded:
            def progress(share: float) -> None:
                job.progress(round(share * 1000), 1000)

            read = known or read_take(context, request.session, request.take, jam)
            base, mods = read.base, Mods(rate_percent=rate_percent(read.result.take.start), no_fail=True)
            rate_hz = context.sound.rate_hz
            song = make_ready(read_chart(base.path, base.index), mods, rate_hz, progress, speed)
            players = players_of(read)
            return Loaded(read, song, synth(rate_hz), players, [hits_of(read, one) for one in players])

        self._job = context.jobs.start(
            "reading the jam", work, lambda loaded: self._on_loaded(loaded, speed, at_us, paused), self._on_failed
        )

    def _on_failed(self, error: UserError) -> None:
        self._context.say(str(error))
        if self._stage is None:
            self.leave()

    def _on_loaded(self, loaded: Loaded, speed: float, at_us: int | None, paused: bool) -> None:
        if self._job is None or self._job.cancelled:
            return
        if self._stage is not None:
            at_us, paused = self._stage.now_us, self._stage.paused
            self._stage.close()
        rate = rate_percent(loaded.read.result.take.start) / 100
        offset_us = self._context.profile.settings.sound.audio_offset_us
        stage = BandStage(self._context.sound, loaded.song, rate * speed, loaded.drums, offset_us)
        stage.set_played([one.chart for one in loaded.players])
        stage.played_cues = self._cues_of(stage, loaded)
        self._stage, self._song_rate = stage, rate
        if self._read is None:
            self._read = read = loaded.read
            start = read.result.take.start
            self._felt = [
                (song_us(start, one.session_us), one.reaction, read.name(peer)) for peer, one in read.band.reactions()
            ]
            self._rewind()
            self._presses = [presses(one.result.edges, one.chart.keys) for one in self._players]
            self._misses = self._miss_places(loaded.read)
            for problem in loaded.song.problems:
                self._context.say(problem)
        if at_us is None:
            stage.start()
        else:
            stage.start_at(at_us, paused=paused)

    def _cues_of(self, stage: BandStage, loaded: Loaded) -> list[Cue]:
        """What was heard of everyone: key sounds as they were hit, or the drums of those who played beside."""
        settings, out = self._context.profile.settings.jam, list[Cue]()
        for place, (player, hits) in enumerate(zip(loaded.players, loaded.hits, strict=True)):
            mine = player.result.peer == loaded.read.band.me
            if stage.keyed or (settings.hear_others and not mine):
                gain = 1.0 if mine else (settings.others_volume / 100) ** 2
                out += stage.hits_as_cues(player.chart, hits, player.judge.rules, gain, pan_of(place))
        return out

    def _rewind(self) -> None:
        """Begin the judging anew."""
        read = self._read
        assert read is not None
        self._players = players_of(read)
        self._judged_us = -(1 << 60)
        self._cohesion, self._coherence = Cohesion(read.band.me), None
        self._view.band.restart()

    def _miss_places(self, read: ReadTake) -> NDArray[np.float64]:
        """Where in the song anybody missed, 0 to 1."""
        found = []
        for player in players_of(read):
            hits = hits_of(read, player)
            found.append(hits["at_us"][hits["judgement"] == player.judge.rules.miss])
        at_us = np.concatenate(found) if found else np.zeros(0)
        low, high = min(0, self._first_us), max(1_000_000, self._last_us)
        return np.asarray((at_us - low) / max(1, high - low), dtype=np.float64)

    @property
    def _first_us(self) -> int:
        return min((player.chart.first_us for player in self._players), default=0)

    @property
    def _last_us(self) -> int:
        return max((player.chart.last_us for player in self._players), default=0) + AFTER_US

    # -- time --------------------------------------------------------------------------------------------------

    def step(self, dt_us: int) -> None:
        """Bring everyone's judge to where the song is; the jam goes on meanwhile."""
        self._room.step()
        machine = self._room.machine
        running = machine.session.band.running if machine is not None else None
        if running is not None and running.start.take != self._request.take:
            self.leave()  # the band begins its next song
            return
        if self._stage is not None and self._read is not None:
            self._bring_to(self._stage.now_us)

    def _bring_to(self, place_us: int) -> None:
        if place_us < self._judged_us:
            self._rewind()
        before_us = self._judged_us
        near = place_us - before_us < JUMP_US
        for player in self._players:
            edges = player.result.edges
            until = int(edges["at_us"].searchsorted(place_us, side="right"))
            new = edges[player.fed : until]
            if len(new):
                player.judge.feed(new)
                player.fed = until
                if near:
                    self._hit(player, new)
            player.judge.advance(min(place_us, player.stopped_us))
        self._judged_us = place_us
        if near:
            self._feel(before_us, place_us)
        else:
            self._cohere_anew(place_us)
        at_us = now_us()
        if at_us - self._cohered_us >= COHERE_US or not self._rows:
            self._cohered_us = at_us
            self._coherence = self._cohesion.step(place_us)
            self._rows = [self._row(player, place_us) for player in self._players]

    def _hit(self, player: Player, edges: NDArray[np.void]) -> None:
        for at_us in edges["at_us"][edges["down"] == 1].tolist():
            self._cohesion.hit(player.result.peer, at_us)

    def _cohere_anew(self, place_us: int) -> None:
        """After a seek: let the band's coherence come about as it did in the seconds before."""
        self._cohesion = Cohesion(self._cohesion.me)
        for until_us in range(place_us - SETTLE_US, place_us, COHERE_US):
            for player in self._players:
                edges = player.result.edges
                first, last = edges["at_us"].searchsorted((until_us - COHERE_US, until_us))
                self._hit(player, edges[first:last])
            self._cohesion.step(until_us)

    def _feel(self, after_us: int, until_us: int) -> None:
        """Let reactions rise where they were felt."""
        for felt_us, reaction, name in self._felt:
            if after_us < felt_us <= until_us:
                self._view.floating.add(reaction, name, now_us())

    def _row(self, player: Player, place_us: int) -> Row:
        state, result = player.judge.state, player.result
        outcome = result.outcome if place_us > min(player.stopped_us, player.chart.last_us) else ""
        stands = Standing(
            *(result.peer, player.name, player.part, state.score, state.combo, state.max_combo, state.accuracy),
            *(state.health, state.judged, True, False, outcome, result.problem),
        )
        return Row(stands, player.part, player.chart, player.judge, others_word(self._coherence, result.peer))

    # -- drawing -----------------------------------------------------------------------------------------------

    def draw(self, frame: Frame) -> None:
        """Everyone's lanes as they were, and the controls below."""
        self._view.ground(frame, None)
        stage, read = self._stage, self._read
        if stage is None or read is None:
            draw_loading(frame, "Getting the jam ready", 0.0 if self._job is None else self._job.share)
            return
        place_us = stage.now_us
        stands = [row.stands for row in self._rows]
        numbers = BandNumbers(*band_numbers(stands), self._coherence)
        span_us = self._context.profile.settings.playfield.scroll_ms * 1000 * self._song_rate
        detail = f"{read.offer.artist}   jam replay" if read.offer.artist else "jam replay"
        self._view.band.presses = self._presses if self._overlay else ()
        about = (read.offer.title, detail), frame.px(BAR_HEIGHT), stage.progress
        self._view.draw_watching(frame, place_us, span_us, numbers, self._rows, *about)
        frame.layer()
        self._draw_controls(frame, stage, place_us)
        self._tuning.draw(frame)


def players_of(read: ReadTake) -> list[Player]:
    """Everyone whose part is here, each with a fresh judge."""
    words = part_words(read.offer.parts)
    out = []
    order = {member.id: member.order for member in read.band.members.values()}
    for result in sorted(read.result.players, key=lambda one: (order.get(one.peer, len(order)), one.peer)):
        chart = read.chart_of(result.peer)
        if chart is not None:
            part = words.get(result.segments[0].part, "")
            out.append(Player(result, read.name(result.peer), part, chart, judge_for(read.result.take, chart)))
    return out


def hits_of(read: ReadTake, player: Player) -> NDArray[np.void]:
    """All that was judged of a player (dtype ``HIT``)."""
    judge = judge_for(read.result.take, player.chart)
    played = read.result.take.played.get(player.result.peer)
    judge_to_end(judge, player.result.edges, played.ended if played is not None else None)
    return judge.hits
