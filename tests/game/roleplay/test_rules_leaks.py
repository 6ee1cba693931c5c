"""Whatever happens in three chats with guests, skips and scenes apart: nobody has a word they were not there to hear.

The models are the most talkative there could be: every judgement repeats every word it is shown, every word said is
one of its own, and what each of the company heard is kept beside by plain rules.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Mapping
from typing import Any

import pytest

from engine.errors import UserError
from game.roleplay import directing, reading, recall, talk
from game.roleplay.desk import Desk, TalkConfig
from game.roleplay.events import YOU
from tests.rig.judges import judged
from tests.rig.model_server import Do, ModelServer, Request

BOTS = ("mara", "ivo", "lene")
EVERYTHING = TalkConfig(recall_count=20, soft_tokens=50_000, hard_tokens=60_000)
_WORD = re.compile(r"\bword\d+\b")
_PLACES = ("the park", "the pier", "the clock shop")


def words(text: str) -> str:
    """The words of the story in a text."""
    return " ".join(sorted(set(_WORD.findall(text))))


def within(asked: Request, *tags: str) -> str:
    """The words between some tags of a question."""
    return words(" ".join(" ".join(re.findall(rf"<{tag}>(.*?)</{tag}>", asked.prompt, re.DOTALL)) for tag in tags))


class Life:
    """A run of steps drawn from one seed, and who heard what."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.heard: dict[str, set[str]] = {who: set() for who in (YOU, *BOTS)}
        self.here: list[str] = []
        self.leaks: list[str] = []
        self._numbers = itertools.count(1)

    def new_word(self) -> str:
        """One that everybody who is there hears."""
        word = f"word{next(self._numbers)}"
        for who in self.here:
            self.heard[who].add(word)
        return word

    def check(self, who: str, where: str, text: str) -> None:
        """Note what ``who`` has and never heard."""
        if unheard := set(_WORD.findall(text)) - self.heard[who]:
            self.leaks.append(f"{who} has {sorted(unheard)} from {where}")

    def spoken(self, asked: Request) -> Do:
        """A line of whoever the prompt is for."""
        found = re.search(r"You are (\w+), and only that", asked.prompt)
        assert found is not None
        self.check(found.group(1).lower(), "a prompt", asked.prompt)
        return Do(f"Said {self.new_word()} now, {' '.join(self.draw.sample('abcdefghijklmnop', 6))}.")

    def judgements(self) -> Mapping[str, Any]:
        """Everything repeats all it is shown of the story."""
        return {
            "SceneSummary": lambda asked: {"summary": f"I recall {within(asked, 'scene')}."},
            "StateChanges": self._changes,
            "EdgeSummary": lambda asked: {"summary": words(asked.prompt)},
            "GroupWords": lambda asked: {"summary": f"Together: {words(asked.prompt)}"},
            "Weighed": lambda asked: {"significance": self.draw.randint(0, 3)},
            "Interjection": lambda asked: {"interjects": self.draw.random() < 0.4},
            "SceneEnd": lambda asked: (
                {"closes": True, "why": "container", "place": {"name": self.draw.choice(_PLACES)}}
                if self.draw.random() < 0.15
                else {"closes": False}
            ),
        }

    def _changes(self, asked: Request) -> dict[str, Any]:
        shown = within(asked, "turn", "earlier")
        there = re.findall(r'id "(\w+)" =', asked.prompt)
        pairs = list(itertools.permutations(there, 2))
        return {"edges": [{"owner": one, "target": two, "facts": [f"knows {shown}"]} for one, two in pairs]}

    def step(self, desk: Desk) -> None:
        """Something happens somewhere."""
        host = self.draw.choice(("mara", "mara", "ivo"))
        act = self.draw.choice(("say",) * 6 + ("guest", "guest", "leave", "close", "apart", "skip"))
        other = self.draw.choice([one for one in BOTS if one != host])
        if act == "say":
            self.here = list(reading.chat(desk.log, host).present)
            talk.say(desk, host, f"{self.draw.choice(('Ivo', 'Mara', 'Lene', 'Well'))}, {self.new_word()} it is.")
        elif act == "guest":
            directing.add_guest(desk, host, other)
        elif act == "leave":
            directing.remove_guest(desk, host)
        elif act == "close":
            directing.close_scene(desk, host)
        elif act == "skip":
            directing.skip(desk, host, "next morning")
        else:
            self.here = [host, other]
            directing.meanwhile(desk, host, other, turns=2)

    def look(self, desk: Desk) -> None:
        """Into every mind."""
        for who in self.heard:
            for memory in recall.recent(desk.log, who, 500):
                self.check(who, f"a {memory.form}", memory.text)
            for other in self.heard:
                edge = reading.edge(desk.log, who, other)
                self.check(who, f"how they see {other}", " ".join((edge.summary, *edge.facts, *edge.moments)))


def live(life: Life, desk: Desk, server: ModelServer) -> None:
    judging = server.decide
    assert judging is not None
    server.decide = lambda asked: life.spoken(asked) if asked.is_stream else judging(asked)
    for _ in range(life.draw.randint(6, 16)):
        try:
            life.step(desk)
        except UserError:
            continue  # there is no guest to leave, nothing was said yet ...
        finally:
            if life.draw.random() < 0.4:
                desk.settle()
    desk.settle()
    life.look(desk)


def lives(seeds: range) -> list[str]:
    """The leaks of some lives."""
    leaks = []
    for seed in seeds:
        life = Life(seed)
        with judged(life.judgements(), config=EVERYTHING) as (desk, server):
            live(life, desk, server)
            assert desk.problem == ""
        leaks += [f"life {seed}: {leak}" for leak in life.leaks]
    return leaks


def test_nobody_has_a_word_they_were_not_there_to_hear() -> None:
    assert lives(range(12)) == []


@pytest.mark.soak
def test_nobody_has_in_hundreds_of_lives() -> None:
    assert lives(range(12, 400)) == []
