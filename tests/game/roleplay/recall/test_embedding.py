"""Words and places: the same for everyone, and near where they should be."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from math import cos, pi
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.roleplay.concepts import COMMON, concepts_of
from game.roleplay.embedding import NOWHERE, SIGNATURE_BYTES, SIGNS, Question, placed, telling
from game.roleplay.words import fold, stem, stems, words

SAMPLE = "Anna's sister übte in der Küche Geige 🎻 — 東京で, twice; then we walked home through the rain."

PLACE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from game.roleplay.embedding import placed, telling
from game.roleplay.words import words
one = placed(telling(words(sys.argv[1])))
print(blake2b(one.signature).hexdigest(), one.length)
"""


def place(text: str) -> tuple[bytes, int]:
    return placed(telling(words(text)))


def likeness(one: str, other: str) -> float:
    found = telling(words(other))
    return Question(one).likeness(found, stems(found), placed(found).length)


@pytest.mark.parametrize("seed", ["0", "1", "12345"])
def test_a_place_is_the_same_whatever_seed_python_hashes_with(seed: str) -> None:
    root = Path(__file__).resolve().parents[4]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", PLACE, SAMPLE]
    told = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=True).stdout
    signature, length = place(SAMPLE)
    assert told.split() == [blake2b(signature).hexdigest(), str(length)]


@given(st.text(max_size=300))
def test_a_text_lies_where_it_lies_and_nearest_to_itself(text: str) -> None:
    made = placed(telling(words(text)))
    assert made == placed(telling(words(text)))
    assert len(made.signature) == SIGNATURE_BYTES
    assert (made == NOWHERE) == (not words(text))
    if made.length:
        assert likeness(text, text) == pytest.approx(1.0, abs=0.15)


def test_words_of_a_kind_lie_nearer_than_any_others() -> None:
    for one, other, far in (
        ("sister", "sibling", "tractor"),
        ("sister", "Schwester", "Traktor"),
        ("coffee", "espresso", "violin"),
        ("wütend", "furious", "bicycle"),
        ("walks", "walked", "sings"),
    ):
        assert likeness(one, other) > 0.2 > likeness(one, far), (one, other, far)


def test_signatures_tell_the_angle_give_or_take() -> None:
    one, other = "we walked through the rain to the harbour", "rain on the harbour, and we were walking"
    apart = bin(int.from_bytes(place(one)[0], "big") ^ int.from_bytes(place(other)[0], "big")).count("1")
    assert cos(pi * apart / SIGNS) == pytest.approx(likeness(one, other), abs=0.15)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Her sister's KITCHENS!", ["her", "sister", "kitchens"]),
        ("Übermütig, naïve, Straße", ["ubermutig", "naive", "strasse"]),
        ("東京", ["東", "京", "東京"]),
        ("mañana—mañana", ["manana", "manana"]),
        ("שָׁלוֹם مَرْحَبًا", ["שלום", "مرحبا"]),
        ("हिन्दी बोलो", ["हिन्दी", "बोलो"]),
        ("☕️ 👩‍🚀", ["☕", "👩", "🚀"]),
        ("snake_case 3.5 a", ["snake", "case", "3", "5", "a"]),
        ("\x00 \ud800 ­", []),
        ("", []),
    ],
)
def test_words_are_found_in_every_script(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    "forms",
    [
        ("walk", "walks", "walked", "walking"),
        ("city", "cities"),
        ("swim", "swims", "swimming"),
        ("bake", "bakes", "baked", "baking"),
        ("kuche", "kuchen"),
        ("schwester", "schwestern"),
        ("miss", "misses", "missed", "missing"),
    ],
)
def test_forms_of_a_word_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(one) for one in forms}) == 1


@given(st.text(max_size=50))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_common_words_tell_nothing_unless_there_is_nothing_else() -> None:
    assert telling(words("What did you say to the baker?")) == ["baker"]
    assert telling(words("you and me")) == ["you", "and", "me"]
    assert {fold(word) for word in COMMON} == COMMON


def test_a_listed_word_is_itself_and_not_another_with_its_stem() -> None:
    assert stem("wine") == stem("wines")
    assert set(concepts_of("wine", stem("wine"))) & set(concepts_of("beer", stem("beer")))
    assert not set(concepts_of("hat", stem("hat"))) & set(concepts_of("hate", stem("hate")))
    assert concepts_of("qwertz", "qwertz") == ()


def test_threads_that_meet_new_words_together_agree_on_them() -> None:
    texts = [" ".join(f"neu{number * 7 + at}wort" for at in range(30)) for number in range(200)]
    with ThreadPoolExecutor(4) as pool:
        found = [list(made) for made in [pool.map(place, texts), pool.map(place, texts[::-1]), pool.map(place, texts)]]
    assert found[0] == found[1][::-1] == found[2] == [place(text) for text in texts]
