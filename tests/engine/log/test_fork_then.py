"""A fork with what follows it is one transaction."""

from __future__ import annotations

import pytest

from engine.log import EventLog, HeadMoved
from tests.rig.log_samples import LastWord, Presses, assert_whole, lanes, pressed, said


def test_what_follows_is_on_the_new_branch_and_on_any_other_stream() -> None:
    with EventLog.in_memory([Presses(), LastWord()]) as log:
        log.append("play/1", [pressed(1), pressed(2), pressed(3)])
        branch = log.fork(
            "play/1", 2, "again", then=[("play/1", [pressed(9, cause=3)], None), ("city", [said("hi")], None)]
        )
        assert lanes(log.read("play/1")) == [1, 2, 9]
        assert log.head("city") == log.last_seq == 5
        assert [one.id for one in log.branches("play/1") if one.is_head] == [branch]
        log.append("play/1", [pressed(4)])
        assert_whole(log)


def test_where_it_cannot_be_appended_nothing_was_forked() -> None:
    with EventLog.in_memory([Presses(), LastWord()]) as log:
        log.append("play/1", [pressed(1), pressed(2)])
        log.append("city", [said("hi")])
        with pytest.raises(HeadMoved):
            log.fork("play/1", 1, then=[("play/1", [pressed(9)], None), ("city", [said("no")], 1)])
        with pytest.raises(ValueError, match="cause"):
            log.fork("play/1", 1, then=[("play/1", [pressed(9, cause=77)], None)])
        assert lanes(log.read("play/1")) == [1, 2]
        assert len(log.branches("play/1")) == 1
        assert log.append("play/1", [pressed(3)]) == 4
        assert_whole(log)
