"""Which rule answers which job."""

from __future__ import annotations

from game.roleplay.jobs import Answer, Job, ParseTurn
from game.roleplay.offline.parse_turn import parse_turn


def answer_by_rule(job: Job) -> Answer:
    """The rules' answer to a job.

    Raises:
        ValueError: the answer does not fit the job's schema.
    """
    if isinstance(job, ParseTurn):
        return parse_turn(job)
    return job.default()
