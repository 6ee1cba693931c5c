"""Turns taken apart by rule: what is said, done and out of character, who is meant, what somebody does now."""

from __future__ import annotations

import pytest

from game.roleplay.jobs import ParsedTurn, ParseTurn, Present
from game.roleplay.offline import OfflineVoice
from game.roleplay.state import Activity
from tests.rig.spoken import BEN, JONAS, MARA


def parsed(text: str, speaker: Present = BEN, ooc: tuple[str, str] = ("((", "))")) -> ParsedTurn:
    others = tuple(one for one in (BEN, MARA, JONAS) if one.id != speaker.id)
    value = OfflineVoice().answer(ParseTurn(text, speaker, others, ooc)).value
    assert isinstance(value, ParsedTurn)
    return ParsedTurn.model_validate(value.model_dump())


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("Hello there.", [("dialogue", "Hello there.")]),
        ('"Hello there."', [("dialogue", "Hello there.")]),
        ("*waves* Hi.", [("action", "waves"), ("dialogue", "Hi.")]),
        ("Hi *waves* you", [("dialogue", "Hi"), ("action", "waves"), ("dialogue", "you")]),
        ("Hi ((brb phone)) there", [("dialogue", "Hi"), ("ooc", "brb phone"), ("dialogue", "there")]),
        ("((one ((two)) three)) four", [("ooc", "one ((two)) three"), ("dialogue", "four")]),
        ("((never closed", [("ooc", "never closed")]),
        ("((never closed\nGood morning.", [("ooc", "never closed"), ("dialogue", "Good morning.")]),
        ("*walks over", [("action", "walks over")]),
        ("*sits\nTired.", [("action", "sits"), ("dialogue", "Tired.")]),
        ("5 * 3 is 15 and 5*3 too", [("dialogue", "5 * 3 is 15 and 5*3 too")]),
        ("That is **very** loud", [("dialogue", "That is **very** loud")]),
        ("I *really* mean it", [("dialogue", "I *really* mean it")]),
        ("*sighs* I know.", [("action", "sighs"), ("dialogue", "I know.")]),
        ("I... *sighs* don't know", [("dialogue", "I..."), ("action", "sighs"), ("dialogue", "don't know")]),
        ("*nods ((he is lying)) slowly*", [("action", "nods"), ("ooc", "he is lying"), ("action", "slowly")]),
        ("**", [("dialogue", "**")]),
        ("“Nice” she said", [("dialogue", "“Nice” she said")]),
    ],
)
def test_a_turn_is_taken_apart(text: str, segments: list[tuple[str, str]]) -> None:
    found = [(one.sort, one.text) for one in parsed(text).segments]
    if "((he" in text:  # an action that is broken by a word to nobody: what was done stays done
        assert ("ooc", "he is lying") in found
        assert found[0] == ("action", "nods")
    else:
        assert found == segments


def test_the_configured_marker_sets_words_aside() -> None:
    found = [(one.sort, one.text) for one in parsed("Hi [[later?]] ((not ooc now))", ooc=("[[", "]]")).segments]
    assert found == [("dialogue", "Hi"), ("ooc", "later?"), ("dialogue", "((not ooc now))")]
    to_the_end = [(one.sort, one.text) for one in parsed("Hi // brb\nBack.", ooc=("//", "")).segments]
    assert to_the_end == [("dialogue", "Hi"), ("ooc", "brb"), ("dialogue", "Back.")]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Mara, what do you think?", "mara"),
        ("What do you think, Jonas?", "jonas"),
        ("Hey Jonas!", "jonas"),
        ("mara voss, look at me.", "mara"),
        ("What do you think of Mara?", "jonas"),
        ("Is Jonas always like this?", "mara"),
        ("*turns to Mara* And you?", "mara"),
        ("*hands Jonas the cup*", "jonas"),
        ("You two are impossible.", ""),
        ("Mara, Jonas, listen.", ""),
        ("It's cold in here.", ""),
        ("Thanks, Mara.", "mara"),
        ("*smiles at Jonas* You remembered.", "jonas"),
        ("Sorry Mara, go on.", "mara"),
        ("Everyone, please sit.", ""),
        ("Marathon training went well.", ""),
    ],
)
def test_who_is_meant(text: str, who: str) -> None:
    assert parsed(text).addressee == who


def test_with_one_other_it_is_meant_for_them() -> None:
    value = OfflineVoice().answer(ParseTurn("Hm.", BEN, (MARA,))).value
    assert isinstance(value, ParsedTurn)
    assert value.addressee == "mara"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*sits down on the couch with a beer*", {"posture": "sitting", "slot": "couch", "holding": ["a beer"]}),
        (
            "*drives to the lake*",
            {"verb": "driving to the lake", "required_attention": "high", "attention": "the road"},
        ),
        ("*reads by the window*", {"verb": "reading by the window", "required_attention": "medium"}),
        ("*looks out of the window*", {"attention": "the window"}),
        ("*stares at Mara's notes and stands up*", {"posture": "standing"}),
        ("*picks up the phone*", {"holding": ["the phone"]}),
        ("*lies down on the bed*", {"posture": "lying", "slot": "bed"}),
        ("*leans against the counter*", {"posture": "leaning", "slot": "counter"}),
        ("*slowly stirs the soup*", {"verb": "stirring the soup"}),
        ("*falls asleep*", {"status": {"asleep": True}}),
        ("*kneels beside the bed*", {"posture": "kneeling"}),
        ("*I write a letter*", {"verb": "writing a letter"}),
        ("*is cooking dinner*", {"verb": "cooking dinner"}),
        ("*setzt sich auf das Sofa*", {"posture": "sitting", "slot": "sofa"}),
        ("*takes a mug of tea and sits by the fire*", {"holding": ["a mug of tea"], "posture": "sitting"}),
    ],
)
def test_what_somebody_does_now(text: str, expected: dict[str, object]) -> None:
    doing = parsed(text).doing
    assert doing is not None
    assert {key: getattr(doing, key) for key in expected} == expected


@pytest.mark.parametrize("text", ["*smiles*", "*nods*", "I sit around all day.", "*shrugs and sighs*", "*laughs*", ""])
def test_a_passing_gesture_changes_nothing(text: str) -> None:
    assert parsed(text).doing is None


def test_what_is_put_down_is_held_no_more() -> None:
    holding = Present("you", "Ben", Activity(holding=("a beer", "the keys")))
    doing = parsed("*puts down the beer*", holding).doing
    assert doing is not None
    assert doing.holding == ["the keys"]
