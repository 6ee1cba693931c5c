"""Scenes by rule: when they end, how they begin, who speaks up, what each witness tells, what stays of them."""

from __future__ import annotations

from datetime import date

import pytest

from game.roleplay.jobs import (
    Acquaintance,
    DecideInterjection,
    DetectEnd,
    EdgeSummary,
    GroupWords,
    Interjection,
    Kickoff,
    ParseKickoff,
    Promote,
    Promotion,
    SceneEnd,
    SceneSummary,
    SeedAcquaintance,
    Skip,
    Skipped,
    SummariseEdge,
    SummariseGroup,
    SummariseScene,
)
from game.roleplay.offline import OfflineVoice
from game.roleplay.offline.kickoff import parse_kickoff
from game.roleplay.state import Activity, Bot, Container, Edge, Happening, You
from tests.rig.spoken import BEN, JONAS, MARA, turn

OFFICE = Container(1, "office", "workplace")
KITCHEN = Container(2, "kitchen", "room")
ALL = (BEN, MARA, JONAS)
VOICE = OfflineVoice()


def ends(text: str, speaker: str = "you", container: Container = OFFICE) -> SceneEnd:
    job = DetectEnd(ALL, "jonas", container, (OFFICE, KITCHEN), turn(5, speaker, text), ())
    value = VOICE.answer(job).value
    assert isinstance(value, SceneEnd)
    return value


@pytest.mark.parametrize(
    ("text", "why", "place"),
    [
        ("We drove to the park.", "container", "park"),
        ("*we step outside*", "container", "outside"),
        ("Let me grab a drink from the kitchen.", "container", "kitchen"),
        ("*leads Mara by the hand out to the garden*", "container", "garden"),
        ("*we walk to the old harbour together*", "container", "old harbour"),
        ("fade out", "said", ""),
        ("*fade to black*", "said", ""),
        ("We're done here.", "said", ""),
        ("The next morning, the sun comes up.", "skip", ""),
        ("*a few hours later*", "skip", ""),
        ("Time skip: a week.", "skip", ""),
        ("Are we done here?", "", ""),
        ("We're not done here.", "", ""),
        ("We should go to the park.", "", ""),
        ("Shall we go to the park?", "", ""),
        ("Let's go to the park.", "", ""),
        ("We drove to the park last summer.", "", ""),
        ("We went to the lake when I was nine.", "", ""),
        ("*walks to the window*", "", ""),
        ("*walks to the kitchen*", "", ""),
        ("I dreamt we drove to the sea.", "", ""),
        ("Tomorrow we drive to the lake.", "", ""),
        ("*we step into the office*", "", ""),
        ("The next morning is always the worst.", "", ""),
    ],
)
def test_a_scene_ends_only_by_plain_words(text: str, why: str, place: str) -> None:
    found = ends(text)
    assert (found.closes, found.why, found.place.name if found.place else "") == (bool(why), why, place)


def test_a_known_place_is_the_same_place_again() -> None:
    found = ends("We walked to the kitchen.")
    assert found.place is not None
    assert (found.place.name, found.place.type) == ("kitchen", "room")


@pytest.mark.parametrize(
    ("speaker", "text", "left"),
    [
        ("jonas", "*grabs his coat and heads out* See you.", True),
        ("jonas", "*leaves without a word*", True),
        ("you", "*Jonas leaves the room*", True),
        ("mara", "*Jonas storms out*", True),
        ("jonas", "I should leave soon.", False),
        ("jonas", "*is about to leave*", False),
        ("jonas", "*leaves to get coffee and comes back*", False),
        ("mara", "*leaves the room*", False),
        ("you", "Is Jonas leaving?", False),
        ("you", "Jonas never leaves.", False),
        ("jonas", "*leaves it on the table*", False),
    ],
)
def test_a_guest_who_goes_is_noticed(speaker: str, text: str, left: bool) -> None:
    assert ends(text, speaker).guest_left is left


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("Jonas said he would come.", True),
        ("You're an idiot, Mara.", True),
        ("I love you, Mara.", True),
        ("What do you two think?", True),
        ("*slaps Mara*", True),
        ("Nice weather.", False),
        ("How was your day?", False),
        ("I had toast.", False),
        ("*smiles*", False),
        ("Thanks, Mara.", False),
        ("Where is the salt?", False),
        ("Jonasburg is lovely.", False),
        ("I like the lamp.", False),
        ("Tell me about the sea.", False),
        ("ok", False),
    ],
)
def test_the_other_one_speaks_up_only_with_cause(text: str, speaks: bool) -> None:
    job = DecideInterjection(ALL, "jonas", Edge("jonas", "you"), turn(5, "you", text, "mara"), ())
    value = VOICE.answer(job).value
    assert isinstance(value, Interjection)
    assert value.interjects is speaks


TODAY = date(2026, 3, 4)  # a Wednesday


def kickoff(prose: str, relationship: str = "") -> Kickoff:
    bot = Bot("mara", "Mara Voss", relationship=relationship, kickoff=prose)
    return Kickoff.model_validate(parse_kickoff(ParseKickoff(bot, You("Ben")), TODAY).model_dump())


@pytest.mark.parametrize(
    ("prose", "place", "sort", "when"),
    [
        ("You stay late at the office on Friday; only Mara is there.", "office", "workplace", "2026-03-06T21:30:00Z"),
        ("Mara leans against the bar of a crowded tavern.", "crowded tavern", "bar", ""),
        ("You meet in the park on a sunny afternoon.", "park", "outdoors", "2026-03-04T15:00:00Z"),
        ("11:30 pm in November 1887. Mara stands on the bridge.", "bridge", "outdoors", "1887-11-01T23:30:00Z"),
        ("You wake up in Mara's apartment at dawn.", "Mara's apartment", "home", "2026-03-04T06:00:00Z"),
        ("Mara is driving. You sit in the car.", "car", "vehicle", ""),
        ("The kitchen, at breakfast.", "kitchen", "room", "2026-03-04T07:30:00Z"),
        ("Two strangers on a train at midnight.", "train", "vehicle", "2026-03-04T00:00:00Z"),
        ("Du triffst Mara abends in der Kneipe.", "kneipe", "bar", "2026-03-04T20:00:00Z"),
        ("A hospital waiting room, 3 am.", "waiting room", "room", "2026-03-04T03:00:00Z"),
        ("It is Christmas Eve. Mara is alone in the bookshop.", "bookshop", "shop", "2026-12-24T12:00:00Z"),
        ("Something happens.", "somewhere", "place", ""),
        ("", "somewhere", "place", ""),
        ("You may march outside.", "outside", "outdoors", ""),
        ("Saturday at noon by the lake.", "lake", "outdoors", "2026-03-07T12:00:00Z"),
    ],
)
def test_a_kickoff_is_read_for_place_and_time(prose: str, place: str, sort: str, when: str) -> None:
    found = kickoff(prose)
    assert (found.place.name, found.place.type, found.when) == (place, sort, when)
    assert found.description == prose


def test_a_kickoff_is_read_for_what_everyone_does() -> None:
    found = kickoff("You stay late at the office; only you and Mara are there; she's at her desk pretending to work.")
    assert found.you_doing.verb == "staying late at the office"
    assert "pretending to work" in (found.bot_doing.verb or "")
    assert found.place.public
    assert "desk" in found.place.slots
    driving = kickoff("Mara is driving the van through the rain while you sleep in the back seat.")
    assert (driving.bot_doing.required_attention, driving.bot_doing.interruptible) == ("high", False)
    assert (driving.you_doing.verb or "").startswith("sleeping")


@pytest.mark.parametrize(
    ("words", "affinity", "trust"),
    [
        ("We are married.", (80, 100), (75, 100)),
        ("Mara is my best friend.", (75, 95), (75, 95)),
        ("We are old friends.", (65, 80), (60, 80)),
        ("Mara is my coworker; she has a crush on me.", (65, 85), (50, 70)),
        ("We are bitter rivals.", (25, 45), (30, 50)),
        ("Mara hates me.", (0, 25), (0, 30)),
        ("We have never met.", (40, 55), (30, 45)),
        ("She is my sister but she doesn't trust me.", (40, 60), (15, 45)),
        ("We were never friends.", (45, 55), (45, 55)),
        ("She is my ex-girlfriend.", (35, 85), (35, 80)),
        ("She owes me her life.", (55, 70), (60, 80)),
        ("Sworn enemies.", (0, 25), (0, 25)),
        ("We are neighbours.", (48, 60), (45, 60)),
        ("I am her boss.", (45, 55), (45, 55)),
        ("", (50, 50), (50, 50)),
    ],
)
def test_words_of_a_relationship_seed_the_edge(words: str, affinity: tuple[int, int], trust: tuple[int, int]) -> None:
    found = kickoff("At the office.", words).bot_to_you
    assert affinity[0] <= found.affinity <= affinity[1]
    assert trust[0] <= found.trust <= trust[1]
    assert found.summary == words


def test_a_crush_is_hers_alone() -> None:
    found = kickoff("At the office.", "Mara is my coworker; she has a crush on me she hasn't admitted.")
    assert found.bot_to_you.affinity > found.you_to_bot.affinity + 10


def test_an_acquaintance_is_read_both_ways() -> None:
    prose = "Mara and Jonas are old friends. Jonas envies Mara. Mara once saved Jonas's life."
    value = VOICE.answer(SeedAcquaintance(Bot("mara", "Mara"), Bot("jonas", "Jonas"), prose)).value
    assert isinstance(value, Acquaintance)
    assert value.host_to_guest.affinity > value.guest_to_host.affinity
    assert value.host_to_guest.facts == ["Jonas envies Mara."]
    empty = VOICE.answer(SeedAcquaintance(Bot("mara", "Mara"), Bot("jonas", "Jonas"), "")).value
    assert isinstance(empty, Acquaintance)
    assert (empty.host_to_guest.affinity, empty.guest_to_host.trust) == (50, 50)


LIVED = (
    turn(1, "you", "Hey Mara. *hands Mara a silver ring* Keep it.", "mara"),
    turn(2, "mara", "I've never told anyone, but I have a twin called Ada.", "you"),
    turn(3, "jonas", "You're pathetic, Ben.", "you"),
    turn(4, "mara", "*hugs Ben* Don't worry. I promise I'll talk to him.", "you"),
    turn(5, "you", "I love you.", "mara"),
)


def summary(witness: int, significance: int = 3) -> SceneSummary:
    who = ALL[witness]
    value = VOICE.answer(SummariseScene(who, None, ALL, "lake", "Saturday evening", LIVED, significance)).value
    assert isinstance(value, SceneSummary)
    return value


def test_each_witness_tells_their_own_scene() -> None:
    ben, mara, jonas = summary(0), summary(1), summary(2)
    assert len({ben.summary, mara.summary, jonas.summary}) == 3
    assert "Jonas insulted me" in ben.summary
    assert "I told Mara that I love them" in ben.summary
    assert "Ben told me they love me" in mara.summary
    assert "insulted me" not in mara.summary
    assert "I was there when Ben told Mara they love them" in jonas.summary
    assert jonas.moment == ""
    assert mara.moment


def test_a_moment_is_kept_from_significance_two_on() -> None:
    assert summary(1).moment
    assert summary(1, 1).moment == ""


def test_a_scene_in_which_nothing_happened_says_so() -> None:
    quiet = (turn(1, "you", "Hm.", "mara"), turn(2, "mara", "*nods*", "you"))
    value = VOICE.answer(SummariseScene(MARA, None, (BEN, MARA), "office", "Tuesday", quiet, 0)).value
    assert isinstance(value, SceneSummary)
    assert value.summary.startswith("Tuesday, at the office, with Ben.")


def test_an_edge_s_words_grow_from_what_stood_before() -> None:
    edge = Edge("mara", "you", summary="They met at work.")
    value = VOICE.answer(SummariseEdge(edge, MARA, BEN, summary(1).summary, 3)).value
    assert isinstance(value, EdgeSummary)
    assert value.summary.startswith("They met at work.")
    assert "Ben told me they love me" in value.summary
    told = value.summary
    for scene in range(40):
        again = Edge("mara", "you", summary=told)
        grown = VOICE.answer(SummariseEdge(again, MARA, BEN, f"Night {scene}. Ben told me secret {scene}.", 1)).value
        assert isinstance(grown, EdgeSummary)
        told = grown.summary
    assert len(told) <= 900


def test_the_three_together_have_words_too() -> None:
    value = VOICE.answer(SummariseGroup(ALL, "", tuple(summary(at).summary for at in range(3)))).value
    assert isinstance(value, GroupWords)
    assert all(name in value.summary for name in ("Ben", "Mara", "Jonas"))
    harsh = VOICE.answer(SummariseGroup(ALL, "", ("Jonas insulted me.",))).value
    assert isinstance(harsh, GroupWords)
    assert "tension" in harsh.summary


def test_only_the_four_kinds_are_promoted() -> None:
    happening = Happening(1, "The picnic", "completed", ("ring", "wine", "blanket"))
    wine = turn(6, "you", "*pours two glasses of wine and spreads the blanket*", "mara")
    value = VOICE.answer(Promote(happening, ALL, (*LIVED, wine))).value
    assert isinstance(value, Promotion)
    assert value.objects == [("mara", "a silver ring")]
    known = {(one.owner, one.target): one.facts for one in value.knowledge}
    assert known["you", "mara"] == ["Mara Voss has a twin called Ada"]
    stands = {(one.owner, one.target): one.affinity_delta for one in value.relationship}
    assert stands["mara", "you"] > 0
    assert stands["you", "jonas"] < 0


def test_of_an_ordinary_happening_nothing_stays() -> None:
    plain = (turn(1, "you", "*hands Mara a sandwich*", "mara"), turn(2, "mara", "Nice day.", "you"))
    value = VOICE.answer(Promote(Happening(1, "Lunch", "completed", ("sandwich",)), ALL, plain)).value
    assert value == Promotion()


def skipped(how: str, asked: str, notable: str = "", verb: str = "", to: str = "Tuesday morning") -> Skipped:
    doer = type(BEN)("you", "Ben", Activity(verb, posture="sitting"))
    job = Skip(how, asked, notable, (doer, MARA), Container(3, "car", "vehicle"), "Monday evening", to)
    value = VOICE.answer(job).value
    assert isinstance(value, Skipped)
    return value


def test_an_elision_brings_travellers_to_where_they_go() -> None:
    value = skipped("elision", "skip to when we arrive", verb="driving to the lake")
    assert value.place is not None
    assert value.place.name == "lake"
    assert [one.verb for one in value.doings] == ["just arrived", "just arrived"]
    assert "lake" in value.narration
    assert value.memories == []


def test_an_elision_ends_what_is_being_done() -> None:
    value = skipped("elision", "until the book is finished", verb="reading the book")
    assert value.place is None
    assert "reading the book" in value.narration
    assert value.doings[0].verb == "done reading the book"


def test_a_jump_makes_memories_of_what_was_notable() -> None:
    value = skipped("jump", "a week later", "You and I had a big fight. My brother died.")
    assert [(one.text, one.significance) for one in value.memories] == [
        ("I and you had a big fight.", 2),
        ("Your brother died.", 3),
    ]
    assert value.doings[1].verb == "starting the day"
    assert "Tuesday morning" in value.narration


@pytest.mark.parametrize("notable", ["", "nothing", "No.", "not much", "nothing special", "nichts"])
def test_a_jump_over_nothing_makes_no_memory(notable: str) -> None:
    assert skipped("jump", "next morning", notable).memories == []


@pytest.mark.parametrize(
    ("told", "least", "most"),
    [
        ("Wanda half trusts Robin.", 50, 55),
        ("Wanda barely trusts Robin.", 50, 55),
        ("Wanda hardly trusts Robin", 50, 55),
        ("Wanda doesn't quite trust Robin.", 50, 55),
        ("Wanda trusts Robin.", 80, 80),
        ("Wanda doesn't trust Robin.", 20, 20),
    ],
)
def test_trust_by_half_is_no_whole_trust(told: str, least: int, most: int) -> None:
    form = parse_kickoff(ParseKickoff(Bot("wanda", "Wanda", kickoff=told), You("Robin")), date(2026, 4, 26))
    assert least <= form.bot_to_you.trust <= most
    assert form.you_to_bot.trust == 50


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("A late summer evening at the pier.", "2026-08-25"),
        ("An early summer evening at the pier.", "2026-06-25"),
        ("A summer evening at the pier.", "2026-07-10"),
        ("It is late-autumn, at noon.", "2026-11-20"),
    ],
)
def test_early_and_late_in_a_season_are_told_apart(told: str, day: str) -> None:
    form = parse_kickoff(ParseKickoff(Bot("wanda", "Wanda", kickoff=told), You("Robin")), date(2026, 4, 26))
    assert form.when.startswith(day)
