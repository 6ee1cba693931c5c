"""Which rule answers which job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from game.roleplay.jobs import (
    Answer,
    DecideInterjection,
    DetectEnd,
    Job,
    ParseKickoff,
    ParseTurn,
    Promote,
    SeedAcquaintance,
    Skip,
    SummariseEdge,
    SummariseGroup,
    SummariseScene,
    UpdateState,
    Weigh,
)
from game.roleplay.offline.interject import decide_interjection
from game.roleplay.offline.kickoff import parse_kickoff, seed_acquaintance
from game.roleplay.offline.parse_turn import parse_turn
from game.roleplay.offline.promote import promote
from game.roleplay.offline.scene_end import detect_end
from game.roleplay.offline.skips import skip
from game.roleplay.offline.summaries import summarise_edge, summarise_group, summarise_scene
from game.roleplay.offline.update import update_state
from game.roleplay.offline.weigh import weigh


def _kickoff(job: ParseKickoff) -> Answer:
    return parse_kickoff(job, datetime.now(UTC).date())


_RULES: dict[type[Any], Callable[[Any], Answer]] = {
    ParseTurn: parse_turn,
    UpdateState: update_state,
    Weigh: weigh,
    DetectEnd: detect_end,
    DecideInterjection: decide_interjection,
    ParseKickoff: _kickoff,
    SummariseScene: summarise_scene,
    SummariseEdge: summarise_edge,
    SeedAcquaintance: seed_acquaintance,
    Skip: skip,
    Promote: promote,
    SummariseGroup: summarise_group,
}


def answer_by_rule(job: Job) -> Answer:
    """The rules' answer to a job.

    Raises:
        ValueError: the answer does not fit the job's schema.
    """
    return _RULES[type(job)](job)
