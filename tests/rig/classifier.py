"""A small classifier on the test server: sound answers to whatever is asked, lines of the story left to the queue."""

from __future__ import annotations

import json

from tests.rig.judges import KICKOFF
from tests.rig.model_server import Do, Request


def by_what_is_asked(asked: Request) -> Do | None:
    """Sound answers of a small classifier; lines of the story are left to the queue."""
    if asked.is_stream:
        return None
    fields = json.dumps(asked.body)
    if "you_doing" in fields:
        return Do(json.dumps(KICKOFF))
    if "affinity_delta" in fields and "threads_opened" in fields:
        edges = [{"owner": "mara", "target": "you", "affinity_delta": 9, "trust_delta": 1, "facts": ["Ana is kind"]}]
        return Do(json.dumps({"edges": edges}))
    if "significance" in fields and "summary" not in fields:
        return Do(json.dumps({"significance": 1}))
    return Do("{}")
