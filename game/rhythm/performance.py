"""One performance: a chart played by rules and mods, judged edge by edge and kept in the log.

Nothing here knows of windows or sound: who plays hands in edges and the time that has come, be it a player's
fingers, a replay or the autoplayer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.clock import wall_us
from engine.errors import UserError
from engine.log import LogWriter, StoredEvent
from game.events import from_payload, to_log
from game.rhythm.autoplay import autoplay
from game.rhythm.chart import EDGE, Chart
from game.rhythm.events import (
    InputRecorded,
    PerformanceEnded,
    PerformancePaused,
    PerformanceResumed,
    PerformanceStarted,
    ReplayImported,
)
from game.rhythm.judge import Judge
from game.rhythm.mods import Mods, apply_mods
from game.rhythm.recorder import Recorder, new_stream
from game.rhythm.replay import Replay
from game.rhythm.result import Result
from game.rhythm.rules import rule_set
from game.truth import Truth

FINISHED = "finished"
FAILED = "failed"
LEFT = "left"


class Performance:
    """A performance in progress.  ``chart`` is what is really played, with the mods applied.

    Args:
        chart: the chart as written.
        rules: name of the rule set.
        mods: what is changed about it.
        recorder: where it is kept; None keeps nothing (a replay being watched).
        started: what the log is told at the beginning; needed with a recorder.
        replay: the recording it is fed from, if its game looked at the keys only now and then or had other windows.

    Raises:
        UserError: no such rule set.
    """

    def __init__(
        self,
        chart: Chart,
        rules: str,
        mods: Mods,
        recorder: Recorder | None = None,
        started: PerformanceStarted | None = None,
        replay: Replay | None = None,
    ) -> None:
        self.written = chart
        self.chart = apply_mods(chart, mods)
        self.rules_name = rules
        self.mods = mods
        named = rule_set(rules, chart, replay.window_scale if replay is not None else 1.0)
        if replay is not None:
            named = replace(named, score_scale=replay.score_scale)
        self.judge = Judge(self.chart, named, mods.rate, replay.looks_us if replay is not None else None)
        self.outcome = ""
        self.held: NDArray[np.bool_] = np.zeros(chart.keys, dtype=np.bool_)
        windows = (*self.judge.rules.late_us, *self.judge.rules.tail_late_us, 0)
        self._last_us = self.chart.last_us + max(windows)
        self._recorder = recorder
        self._now_us = self._edge_us = -(1 << 61)
        if recorder is not None and started is not None:
            if replay is not None:
                started = replace(
                    started,
                    looks=_looks(replay),
                    window_scale=replay.window_scale,
                    score_scale=replay.score_scale,
                )
            recorder.write(started)

    @property
    def id(self) -> str:
        """The performance's id in the log; empty when it is not kept."""
        return self._recorder.id if self._recorder is not None else ""

    @property
    def song_us(self) -> int:
        """The instant up to which it has been played."""
        return self._now_us

    @property
    def ended(self) -> bool:
        """Whether the performance is over."""
        return bool(self.outcome)

    @property
    def complete(self) -> bool:
        """Whether every note has been judged."""
        return self._now_us > self._last_us

    def edge(self, song_us: int, lane: int, down: bool) -> None:
        """A lane's key went down or up at ``song_us``; never before what was already judged."""
        if self.ended:
            return
        # A clock that is fitted anew may place two stamps in the other order.
        song_us = self._edge_us = max(song_us, self._now_us, self._edge_us)
        if self._recorder is not None:
            self._recorder.edge(song_us, lane, down)
        self.held[lane] = down
        if down:
            self.judge.press(lane, song_us)
        else:
            self.judge.release(lane, song_us)

    def step(self, song_us: int, now_us: int) -> None:
        """Song time has come to ``song_us``; ``now_us`` is the monotonic clock.  Sees whether the player has failed."""
        if self.ended:
            return
        self._now_us = max(self._now_us, song_us)
        self.judge.advance(self._now_us)
        if self._recorder is not None:
            self._recorder.step(self._now_us, now_us)

    @property
    def failing(self) -> bool:
        """Whether the rules and mods say that it is over: health gone, or a miss under sudden death."""
        if self.mods.no_fail or self.mods.autoplay:
            return False
        state = self.judge.state
        if self.mods.sudden_death and state.counts[self.judge.rules.miss]:
            return True
        return state.failed_at_us is not None

    def pause(self, reason: str) -> None:
        """The song stands still."""
        if self._recorder is not None and not self.ended:
            self._recorder.write(PerformancePaused(self._now_us, reason))

    def resume(self, down: NDArray[np.bool_]) -> None:
        """The song goes on; ``down`` says which lanes' keys are still held.

        A hold that was held when the song stopped and is held again goes on; one whose key is up is let go now.
        """
        if self._recorder is not None and not self.ended:
            self._recorder.write(PerformanceResumed(self._now_us))
        for lane in np.flatnonzero(self.held & ~down):
            self.edge(self._now_us, int(lane), False)

    def end(self, outcome: str) -> Result:
        """The performance is over; what was not played to is judged only if it was finished."""
        if not self.ended:
            self.outcome = outcome
            if outcome == FINISHED:
                self.judge.finish()
            result = self.result()
            if self._recorder is not None:
                self._recorder.write(_ended(outcome, self._now_us, result))
        return self.result()

    def result(self) -> Result:
        """How it stands."""
        return self.judge.result()


def started(
    chart: Chart, rules: str, mods: Mods, player: str, audio_offset_us: int = 0, input_offset_us: int = 0
) -> PerformanceStarted:
    """What the log is told when ``player`` begins ``chart`` as written."""
    return PerformanceStarted(
        chart.hash,
        _place(chart),
        chart.index,
        chart.title,
        chart.artist,
        chart.level,
        chart.keys,
        rules,
        mods.to_dict(),
        player,
        audio_offset_us,
        input_offset_us,
    )


def _place(chart: Chart) -> str:
    """Where a chart is found again, wherever the game is started from."""
    return str(Path(chart.path).absolute()) if chart.path else ""


def _looks(replay: Replay) -> bytes:
    """When the game that recorded it looked, as the log keeps it."""
    return b"" if replay.looks_us is None else replay.looks_us.astype("<i8").tobytes()


def _ended(outcome: str, song_us: int, result: Result) -> PerformanceEnded:
    return PerformanceEnded(
        outcome,
        song_us,
        dict(result.counts),
        result.score,
        result.max_combo,
        result.accuracy,
        result.grade,
        result.mean_us,
        result.unstable_rate,
    )


def rejudge(chart: Chart, replay: Replay, rules: str = "", upto_us: int | None = None) -> Result:
    """A replay judged anew on its chart; by its own rules unless others are named.

    ``upto_us`` stops there, for a performance that failed or was left.

    Raises:
        UserError: the replay belongs to another chart, or there is no such rule set.
    """
    if replay.chart_hash and chart.hash and replay.chart_hash != chart.hash:
        raise UserError(
            f"the replay was played on another chart than {chart.title!r} [{chart.level}]: its hash differs"
        )
    performance = Performance(chart, rules or replay.rules, replay.mods, replay=replay)
    performance.judge.feed(replay.edges)
    if upto_us is None:
        performance.judge.finish()
    else:
        performance.judge.advance(upto_us)
    return performance.result()


def import_replay(writer: LogWriter, chart: Chart, replay: Replay, source: str) -> str:
    """Take a replay from outside into the log, judged anew by its rules; gives its performance id.

    Raises:
        UserError: it belongs to another chart.
    """
    result = rejudge(chart, replay)
    stream = new_stream()
    event = ReplayImported(
        chart.hash,
        replay.rules,
        replay.mods.to_dict(),
        replay.player or "replay",
        replay.edges.tobytes(),
        source,
        _place(chart),
        chart.index,
        chart.title,
        chart.level,
        chart.keys,
        dict(result.counts),
        result.score,
        result.max_combo,
        result.accuracy,
        result.grade,
        _looks(replay),
        replay.window_scale,
        replay.score_scale,
    )
    writer.append(stream, [to_log(event, at_us=wall_us(), truth=Truth.LAN_PEER, origin="peer:file")])
    return stream.partition("/")[2]


def autoplay_edges(chart: Chart, mods: Mods) -> NDArray[np.void]:
    """What the autoplayer presses on ``chart`` under ``mods``."""
    return autoplay(apply_mods(chart, mods), mods.rate)


class Kept:
    """A performance as the log holds it, put together again from its events."""

    def __init__(self, events: Iterable[StoredEvent]) -> None:
        """Raises UserError when the events are not those of a performance."""
        self.started: PerformanceStarted | ReplayImported | None = None
        self.ended: PerformanceEnded | None = None
        self.upto_us = -(1 << 61)
        packed: list[bytes] = []
        for event in events:
            if event.kind == PerformanceStarted.kind:
                self.started = from_payload(PerformanceStarted, event.payload)
            elif event.kind == ReplayImported.kind:
                imported = from_payload(ReplayImported, event.payload)
                self.started = imported
                packed.append(imported.edges)
            elif event.kind == InputRecorded.kind:
                batch = from_payload(InputRecorded, event.payload)
                packed.append(batch.edges)
                self.upto_us = batch.upto_us
            elif event.kind == PerformanceEnded.kind:
                self.ended = from_payload(PerformanceEnded, event.payload)
                self.upto_us = self.ended.song_us
        if self.started is None:
            raise UserError("this is no performance of the log; `ourojam replay list` names them")
        data = b"".join(packed)
        if len(data) % EDGE.itemsize:
            raise UserError("the performance's recorded input is damaged; `ourojam log verify` says where")
        self.edges: NDArray[np.void] = np.frombuffer(data, dtype=EDGE)

    @property
    def replay(self) -> Replay:
        """The performance as a replay that can be watched, judged or exported."""
        begun = self.started
        assert begun is not None
        return Replay(
            edges=self.edges,
            chart_hash=begun.chart_hash,
            rules=begun.rules,
            mods=Mods.from_dict(begun.mods),
            player=begun.player,
            looks_us=np.frombuffer(begun.looks, "<i8") if begun.looks else None,
            window_scale=begun.window_scale,
            score_scale=begun.score_scale,
        )

    @property
    def stopped_us(self) -> int | None:
        """Where it ended if that was before the song did (failed, left, killed); None for one that was finished."""
        if isinstance(self.started, ReplayImported):
            return None
        return None if self.ended is not None and self.ended.outcome == FINISHED else self.upto_us

    def matches(self, result: Result) -> bool:
        """Whether judging anew came to what was recorded when it was played, to the last count."""
        recorded = self.ended if self.ended is not None else self.started
        if not isinstance(recorded, PerformanceEnded | ReplayImported):
            return True
        return (
            recorded.counts == dict(result.counts)
            and recorded.score == result.score
            and recorded.max_combo == result.max_combo
        )
