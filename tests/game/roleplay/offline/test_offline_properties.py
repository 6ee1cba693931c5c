"""Whatever is said, the offline voice answers: never an error, always by the schema, the same each time."""

from __future__ import annotations

import threading
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.roleplay import jobs
from game.roleplay.offline import OfflineVoice
from game.roleplay.state import (
    Activity,
    Alternative,
    Bot,
    Container,
    Edge,
    Happening,
    Memory,
    Scene,
    Thread,
    Turn,
    You,
)
from game.roleplay.view import LoreEntry, Prompt, Remembered, SpeakerView
from game.roleplay.voice import Voice

VOICE = OfflineVoice()
PROMPT = Prompt((), (), 0, 0, 0)

_PHRASES = (
    *(
        "*",
        "((",
        "))",
        '"',
        "“",
        "\n",
        "I love you",
        "you're an idiot",
        "we drove to the park",
        "let's go",
        " on Saturday",
    ),
    *(
        "my name is Al",
        "I have a sister called Lin",
        "*sits down",
        "*kisses her*",
        "fade out",
        "Mara, ",
        "do you remember ",
    ),
    *("ich liebe dich", "I promise ", "{x}", "{", "}", "%s", "\\", "…", "🦊", "שלום", "you", "I'm ", "the lake", "?"),
)
words = st.lists(st.one_of(st.sampled_from(_PHRASES), st.text(max_size=20)), max_size=8).map("".join)
names = st.one_of(st.sampled_from(["Mara", "Jonas Reed", "You", "", "(", "a*b", "Dr. Ö"]), st.text(max_size=12))
activities = st.builds(
    Activity,
    verb=words,
    posture=words,
    holding=st.lists(words, max_size=3).map(tuple),
    attention=words,
    required_attention=st.sampled_from(["low", "high"]),
)
speakers = st.sampled_from(["you", "mara", "jonas", "narrator", "nobody"])


def _turn(text: str, speaker: str, addressee: str) -> Turn:
    return Turn(1, speaker, 1, 0, 0, 1, (Alternative(0, text),), addressee=addressee)


turns = st.builds(_turn, words, speakers, speakers)
scenes = st.lists(turns, max_size=4).map(tuple)
bots = st.builds(
    Bot,
    st.just("mara"),
    names,
    persona=words,
    voice_samples=st.lists(words, max_size=2).map(tuple),
    traits=st.lists(words, max_size=3).map(tuple),
    backstory=words,
    relationship=words,
    kickoff=words,
)
edges = st.builds(
    Edge,
    st.sampled_from(["mara", "jonas", "you"]),
    st.sampled_from(["you", "mara"]),
    st.integers(0, 100),
    st.integers(0, 100),
    words,
    st.lists(words, max_size=2).map(tuple),
    st.lists(words, max_size=2).map(tuple),
)
containers = st.builds(Container, st.integers(0, 3), words, words, slots=st.lists(words, max_size=2).map(tuple))
people = st.tuples(names, names, names, activities).map(
    lambda drawn: tuple(
        jobs.Present(who, name, drawn[3]) for who, name in zip(("you", "mara", "jonas"), drawn[:3], strict=True)
    )
)
threads = st.lists(st.builds(Thread, st.integers(1, 9), words), max_size=2).map(tuple)
happening = st.builds(Happening, st.integers(1, 9), words, st.sampled_from(["planned", "active"]), st.tuples(words))
happenings = st.lists(happening, max_size=2).map(tuple)


JOBS: dict[type[Any], st.SearchStrategy[Any]] = {
    jobs.ParseTurn: st.builds(
        jobs.ParseTurn, words, people.map(lambda all_: all_[0]), people.map(lambda all_: all_[1:])
    ),
    jobs.UpdateState: st.builds(
        jobs.UpdateState, people, st.lists(edges, max_size=3).map(tuple), turns, scenes, threads, happenings
    ),
    jobs.Weigh: st.builds(jobs.Weigh, people, turns, scenes),
    jobs.DetectEnd: st.builds(
        jobs.DetectEnd,
        people,
        st.just("jonas"),
        st.one_of(st.none(), containers),
        st.lists(containers, max_size=2).map(tuple),
        turns,
        scenes,
    ),
    jobs.DecideInterjection: st.builds(jobs.DecideInterjection, people, st.just("jonas"), edges, turns, scenes),
    jobs.ParseKickoff: st.builds(jobs.ParseKickoff, bots, st.builds(You, names)),
    jobs.SummariseScene: people.flatmap(
        lambda all_: st.builds(
            jobs.SummariseScene,
            st.sampled_from(all_),
            st.none(),
            st.just(all_),
            words,
            words,
            scenes,
            st.integers(0, 3),
        )
    ),
    jobs.SummariseEdge: people.flatmap(
        lambda all_: st.builds(jobs.SummariseEdge, edges, st.just(all_[1]), st.just(all_[0]), words, st.integers(0, 3))
    ),
    jobs.SeedAcquaintance: st.builds(jobs.SeedAcquaintance, bots, bots, words),
    jobs.Skip: st.builds(
        jobs.Skip,
        st.sampled_from(["elision", "jump"]),
        words,
        words,
        people,
        st.one_of(st.none(), containers),
        words,
        words,
        scenes,
    ),
    jobs.Promote: st.builds(jobs.Promote, happening, people, scenes),
    jobs.SummariseGroup: st.builds(jobs.SummariseGroup, people, words, st.lists(words, max_size=3).map(tuple)),
}


def test_every_job_has_its_strategy() -> None:
    assert set(JOBS) == set(get_args(jobs.Job))


@pytest.mark.parametrize("sort", list(JOBS), ids=lambda sort: str(sort.name))
def test_a_job_is_answered_by_its_schema_whatever_is_said(sort: type[Any]) -> None:
    @settings(max_examples=40)
    @given(JOBS[sort])
    def answered(job: Any) -> None:
        first = VOICE.answer(job)
        assert not first.failures
        assert isinstance(first.value, sort.schema)
        assert sort.schema.model_validate(first.value.model_dump()) is not None
        assert VOICE.answer(job) == first

    answered()


def _memory(text: str) -> Memory:
    return Memory(1, "mara", 1, "mara", text, 1, 1, 0, 0, 2)


views = st.builds(
    SpeakerView,
    speaker=bots,
    you=st.builds(You, names),
    addressee=st.sampled_from(["you", "jonas"]),
    edges=st.lists(edges, max_size=2).map(tuple),
    names=st.fixed_dictionaries({"you": names, "mara": names, "jonas": names}),
    clock=words,
    scene=st.builds(Scene, st.just(1), st.just(1), words, st.just(("you", "mara", "jonas")), st.just(0), st.booleans()),
    container=st.one_of(st.none(), containers),
    activities=st.fixed_dictionaries({"you": activities, "mara": activities}),
    recent=scenes,
    threads=threads,
    happenings=happenings,
    pinned=st.lists(words.map(_memory), max_size=1).map(tuple),
    remembered=st.lists(words.map(lambda text: Remembered(_memory(text), 1.0)), max_size=2).map(tuple),
    lore=st.lists(st.builds(LoreEntry, words, words), max_size=1).map(tuple),
    beat=st.booleans(),
    note=words,
    task=st.sampled_from(["", "", "kickoff: open the scene", "a transition", "meanwhile"]),
    seed=st.integers(0, 2**63),
)


@settings(max_examples=150)
@given(views)
def test_a_line_is_said_whatever_there_is_to_go_on(view: SpeakerView) -> None:
    heard: list[str] = []
    spoken = VOICE.narrate(view, PROMPT, heard.append, threading.Event())
    assert spoken.text.strip()
    assert "".join(heard) == spoken.text
    assert spoken.ended == "done"
    assert VOICE.narrate(view, PROMPT, lambda _: None, threading.Event()) == spoken


@given(views, st.integers(1, 5))
def test_a_line_stops_where_it_is_told_to(view: SpeakerView, after: int) -> None:
    cancel = threading.Event()
    heard: list[str] = []

    def take(piece: str) -> None:
        heard.append(piece)
        if len(heard) == after:
            cancel.set()

    spoken = VOICE.narrate(view, PROMPT, take, cancel)
    assert len(heard) <= after
    assert spoken.text == "".join(heard).rstrip() or spoken.ended == "done"


@pytest.mark.parametrize("piece", ["*a* ", "((", "a", "I am you. ", "\n*", "Mara, we drove to the park. "])
def test_a_megabyte_is_a_turn_like_another(piece: str) -> None:
    big = piece * (1_000_000 // len(piece))
    people_here = (jobs.Present("you", "Ben"), jobs.Present("mara", "Mara"))
    parsed = VOICE.answer(jobs.ParseTurn(big, people_here[0], people_here[1:]))
    assert jobs.ParsedTurn.model_validate(parsed.value.model_dump())
    said = _turn(big, "you", "mara")
    assert not VOICE.answer(jobs.UpdateState(people_here, (), said, ())).failures
    assert not VOICE.answer(jobs.DetectEnd(people_here, "", None, (), said, ())).failures


def test_it_says_what_it_is() -> None:
    assert isinstance(VOICE, Voice)
    assert (VOICE.name, VOICE.origin, VOICE.truth.name) == (
        "the offline voice",
        "ai-local:offline-voice",
        "LOCAL_MODEL",
    )
    assert VOICE.embed(["anything"]) is None
