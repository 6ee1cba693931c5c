"""Characters who speak through a model server on loopback whose judgements a test decides, one sort of question each.

    with judged({"Weighed": {"significance": 3}, "SceneSummary": lambda asked: {...}}) as (desk, server):
        server.say("Come in.")                 # the next spoken line
        talk.say(desk, "mara", "Good evening.")
        desk.settle()

A judgement is named after its schema in :mod:`game.roleplay.jobs`; what is not named gets the answer that says least.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

from engine.llm import Client
from game.roleplay.desk import Desk, TalkConfig
from game.roleplay.jobs import Job
from game.roleplay.model_voice import ModelVoice
from tests.rig.company import company
from tests.rig.model_server import Do, ModelServer, Request

KICKOFF = {
    "place": {"name": "the clock shop", "type": "workplace", "slots": ["bench", "door"]},
    "description": "Rain on the window.",
    "when": "2031-05-04T21:14:00Z",
    "you_doing": {"who": "you", "verb": "standing"},
    "bot_doing": {"who": "mara", "verb": "mending a clock", "expected_duration": "an hour"},
    "bot_to_you": {"affinity": 60, "trust": 55, "summary": "A friend."},
    "you_to_bot": {"affinity": 60, "trust": 60, "summary": ""},
}
AS_ONE_EXPECTS: dict[str, Any] = {
    "Kickoff": KICKOFF,
    "ParsedTurn": {"segments": []},
    "StateChanges": {"edges": []},
    "Weighed": {"significance": 1},
    "SceneEnd": {"closes": False},
    "Interjection": {"interjects": False},
    "SceneSummary": {"summary": "An hour at the shop."},
    "EdgeSummary": {"summary": "As before."},
    "Acquaintance": {"host_to_guest": {"summary": "old friends"}, "guest_to_host": {"summary": "old rivals"}},
    "Skipped": {"memories": [], "narration": "Time passes."},
    "Promotion": {"objects": []},
    "GroupWords": {"summary": "Three at a bench."},
}
_BY_FIELDS: dict[frozenset[str], str] = {
    frozenset(job.schema.model_fields): job.schema.__name__ for job in get_args(Job)
}

Judgement = Mapping[str, Any] | Callable[[Request], Mapping[str, Any]]


def asked_for(asked: Request) -> str:
    """Which judgement a request wants; empty for a line of the story."""
    form: dict[str, Any] = asked.body.get("response_format", {}).get("json_schema", {}).get("schema", {})
    return _BY_FIELDS.get(frozenset(form.get("properties", ())), "")


def by_turn(words: str, yes: Mapping[str, Any], no: Mapping[str, Any]) -> Callable[[Request], Mapping[str, Any]]:
    """Judges by whether the turn in question has ``words``."""
    return lambda asked: yes if words in asked.prompt.rpartition("<turn>")[2] else no


@contextmanager
def judged(
    judgements: Mapping[str, Judgement] | None = None, folder: Path | None = None, config: TalkConfig | None = None
) -> Iterator[tuple[Desk, ModelServer]]:
    """The company of :mod:`tests.rig.company`, spoken by a server; ``judgements`` may be changed at any time."""
    given = judgements if judgements is not None else {}

    def decide(asked: Request) -> Do | None:
        sort = asked_for(asked)
        if not sort:
            return None
        answer = given.get(sort, AS_ONE_EXPECTS[sort])
        return Do(json.dumps(answer(asked) if callable(answer) else answer))

    with ModelServer() as server, Client() as client:
        server.decide = decide
        model = server.model()
        with company(folder, ModelVoice(client, model, (model,)), config=config) as desk:
            yield desk, server
