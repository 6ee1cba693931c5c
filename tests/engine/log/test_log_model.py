"""Whatever is appended, forked, switched and rebuilt, in whatever order: the log is as a simple model of it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.log import EventLog
from tests.rig.log_samples import LastWord, Presses, assert_whole, pressed, said

STREAMS = st.sampled_from(["play/1", "chat/1", "city"])
BATCHES = st.lists(st.integers(0, 5), min_size=1, max_size=25)


@dataclass
class Line:
    """A stream as lists: for each branch its whole history as (seq, lane or text)."""

    histories: dict[int, list[tuple[int, int | str]]] = field(default_factory=dict)
    head: int = 0


class LogModel(RuleBasedStateMachine):
    """Does the same to a log on disk and to plain lists."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "log.db"
        self.log = EventLog.open(self.path, [Presses(), LastWord()])
        self.model: dict[str, Line] = {}
        self.last = 0

    def teardown(self) -> None:
        if hasattr(self, "log"):
            assert_whole(self.log)
            self.log.close()
            self.folder.cleanup()

    def line(self, stream: str) -> Line:
        line = self.model.setdefault(stream, Line())
        if not line.head:
            line.head = self.log.branches(stream)[0].id
            line.histories[line.head] = []
        return line

    @rule(stream=STREAMS, batch=BATCHES, speak=st.booleans())
    def append(self, stream: str, batch: list[int], speak: bool) -> None:
        standing = self.model.get(stream)
        history = standing.histories[standing.head] if standing else []
        expected = history[-1][0] if history else 0
        events = [said(str(lane), lane) if speak else pressed(lane, lane) for lane in batch]
        head = self.log.append(stream, events, expected_head=expected)
        line = self.line(stream)
        for lane in batch:
            self.last += 1
            line.histories[line.head].append((self.last, str(lane) if speak else lane))
        assert head == self.last

    @precondition(lambda self: self.model)
    @rule(stream=STREAMS, data=st.data())
    def fork(self, stream: str, data: st.DataObject) -> None:
        line = self.model.get(stream)
        if line is None:
            return
        source = data.draw(st.sampled_from(sorted(line.histories)))
        keep = data.draw(st.integers(0, len(line.histories[source])))
        kept = line.histories[source][:keep]
        line.head = self.log.fork(stream, kept[-1][0] if kept else 0)
        line.histories[line.head] = list(kept)

    @precondition(lambda self: self.model)
    @rule(stream=STREAMS, data=st.data())
    def switch(self, stream: str, data: st.DataObject) -> None:
        line = self.model.get(stream)
        if line is None:
            return
        line.head = data.draw(st.sampled_from(sorted(line.histories)))
        self.log.switch(stream, line.head)

    @rule()
    def rebuild(self) -> None:
        self.log.rebuild()

    @rule(with_projectors=st.booleans())
    def open_again(self, with_projectors: bool) -> None:
        self.log.close()
        if not with_projectors:
            with EventLog.open(self.path) as bare:
                assert bare.verify() == []
        self.log = EventLog.open(self.path, [Presses(), LastWord()])

    @invariant()
    def history_is_as_modelled(self) -> None:
        if not hasattr(self, "log"):
            return
        merged = []
        for stream, line in self.model.items():
            for branch, history in line.histories.items():
                read = [(event.seq, next(iter(event.payload.values()))) for event in self.log.read(stream, branch)]
                assert read == history
            effective = line.histories[line.head]
            merged += effective
            assert self.log.head(stream) == (effective[-1][0] if effective else 0)
        told = [(event.seq, next(iter(event.payload.values()))) for event in self.log.read_all()]
        assert told == sorted(merged, key=lambda pair: pair[0])

    @invariant()
    def projections_are_as_rebuilt(self) -> None:
        if hasattr(self, "log"):
            assert self.log.check_rebuild() == []


TestLogModel = LogModel.TestCase
TestLogModel.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
