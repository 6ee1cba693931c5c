from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.net.code_words import WORDS
from engine.net.face import NetError
from engine.net.join_code import DIGIT_KIND, WORD_KIND, JoinCode


def one_slip_apart(one: str, other: str) -> bool:
    """One letter left out, put in, changed, or two neighbours swapped."""
    if len(one) > len(other):
        one, other = other, one
    if len(one) == len(other):
        unlike = [at for at in range(len(one)) if one[at] != other[at]]
        if len(unlike) == 2 and unlike[1] == unlike[0] + 1:
            return one[unlike[0]] == other[unlike[1]] and one[unlike[1]] == other[unlike[0]]
        return len(unlike) <= 1
    return len(other) - len(one) == 1 and any(other[:at] + other[at + 1 :] == one for at in range(len(other)))


def test_the_words_are_short_distinct_and_never_one_slip_apart() -> None:
    assert len(WORDS) == len(set(WORDS)) == 1024
    assert all(re.fullmatch(r"[a-z]{3,9}", word) for word in WORDS)
    assert list(WORDS) == sorted(WORDS)
    slips = [(a, b) for at, a in enumerate(WORDS) for b in WORDS[at + 1 :] if abs(len(a) - len(b)) < 2]
    assert [pair for pair in slips if one_slip_apart(*pair)] == []


@pytest.mark.parametrize(("kind", "looks"), [(WORD_KIND, r"[a-z]+-[a-z]+"), (DIGIT_KIND, r"[0-9]{6}")])
def test_new_codes_differ_and_are_read_back(kind: str, looks: str) -> None:
    codes = {JoinCode.new(kind) for _ in range(50)}
    assert len(codes) > 45
    for code in codes:
        assert re.fullmatch(looks, code.text)
        assert code.kind == kind
        assert JoinCode.parse(code.text) == code
        assert code.secret == code.text.encode()


def test_only_two_kinds_exist() -> None:
    with pytest.raises(ValueError, match="words"):
        JoinCode.new("colours")


@pytest.mark.parametrize(
    "typed",
    [
        "amber-violin",
        " AMBER  Violin ",
        "Àmber—víolin",
        "amber, violin!",
        "AMBERVIOLIN",
        "ａｍｂｅｒ violin",
        "amber\nviolin",
    ],
)
def test_words_are_read_however_they_are_typed(typed: str) -> None:
    assert JoinCode.parse(typed).text == "amber-violin"


@pytest.mark.parametrize("typed", ["048291", "048 291", "0-4-8-2-9-1", "０４８２９１", " 048.291 ", "٠٤٨٢٩١"])
def test_digits_are_read_however_they_are_typed(typed: str) -> None:
    assert JoinCode.parse(typed).text == "048291"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("amber viollin", "did you mean “violin”"),
        ("ambr violin", "did you mean “amber”"),
        ("amber qqqqq", "look at the host's screen"),
        ("amber", "two words or six digits"),
        ("amber violin lake", "two words or six digits"),
        ("amber 123456", "two words or six digits"),
        ("12345", "six of them, not 5"),
        ("", "two words or six digits"),
        ("a" * 1000, "too long"),
    ],
)
def test_what_is_no_code_is_refused_with_what_was_meant(typed: str, sentence: str) -> None:
    with pytest.raises(NetError, match=re.escape(sentence)):
        JoinCode.parse(typed)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_code_or_one_sentence(typed: str) -> None:
    try:
        code = JoinCode.parse(typed)
    except NetError as refused:
        said = str(refused)
    else:
        said = ""
        assert JoinCode.parse(code.text) == code
        assert code.text.isascii()
    assert "\n" not in said
    assert len(said) < 200


@given(st.sampled_from(WORDS), st.integers(0, 8), st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
def test_a_slip_in_a_word_never_makes_another_code(word: str, at: int, letter: str) -> None:
    slipped = word[:at] + letter + word[at + 1 :]
    if slipped == word:
        return
    with pytest.raises(NetError):
        JoinCode.parse(f"{slipped} zebra")
