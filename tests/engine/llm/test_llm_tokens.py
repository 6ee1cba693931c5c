"""How long a text is for a model."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from engine.llm import Tokens, tokens
from engine.llm.tokens import VOCABULARY

PROSE = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("hello world", 2),
        ("Hello, world!", 4),
        ("tiktoken is great!", 6),
        ("antidisestablishmentarianism", 6),
        ("2 + 2 = 4", 7),
        ("お誕生日おめでとう", 9),
        ("<|endoftext|>", 7),
    ],
)
def test_texts_have_their_known_counts(text: str, count: int) -> None:
    assert tokens().count(text) == count


@pytest.mark.parametrize("part", ["a", " ", "\n", "!", "1", "ab ", "🐍", "\u0301", "<|endoftext|>"])
def test_a_megabyte_of_anything_is_counted(part: str) -> None:
    text = part * (1_000_000 // len(part))
    count = tokens().count(text)
    assert 0 < count <= len(text.encode())


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tiktoken.Encoding]:
    """The vocabulary as tiktoken itself sets it up, fed with the file so that it downloads nothing."""
    folder = tmp_path_factory.mktemp("tiktoken")
    shutil.copy(VOCABULARY, folder / "9b5ad71b2ce5302211f9c61530b329a4922fc6a4")  # its address's SHA-1
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(folder))
        yield tiktoken.get_encoding("cl100k_base")


def test_every_text_counts_as_tiktoken_itself_counts(reference: tiktoken.Encoding) -> None:
    @given(PROSE | st.sampled_from(sorted(reference.special_tokens_set)))
    def tries(text: str) -> None:
        assert tokens().count(text) == len(reference.encode(text, disallowed_special=()))

    tries()


def test_a_long_text_counts_at_most_a_token_a_block_too_many(reference: tiktoken.Encoding) -> None:
    text = "The tram bell rings twice before the last stop. " * 10_000
    exact = len(reference.encode_ordinary(text))
    assert exact <= tokens().count(text) <= exact + len(text) // 4096


@given(PROSE, st.integers(-1, 40))
def test_what_is_cut_fits_and_is_a_part(text: str, limit: int) -> None:
    counter = tokens()
    begin, end = counter.cut(text, limit), counter.cut(text, limit, keep="end")
    assert text.startswith(begin)
    assert text.endswith(end)
    if counter.count(text) <= max(limit, 0):
        assert begin == end == text
    assert max(len(counter.load().encode_ordinary(kept)) for kept in (begin, end)) <= max(limit, 0) + 2


def test_a_long_text_is_cut_from_either_end() -> None:
    text = " ".join(f"word{n}" for n in range(20_000))
    for limit in (10, 5_000, 50_000):
        begin, end = tokens().cut(text, limit), tokens().cut(text, limit, keep="end")
        assert text.startswith(begin)
        assert text.endswith(end)
        assert limit * 0.99 <= tokens().count(begin) <= limit + 1
        assert limit * 0.99 <= tokens().count(end) <= limit + 1
    assert tokens().cut(text, 10_000_000) == text


def test_several_threads_may_ask_first() -> None:
    counter = Tokens()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(counter.count, ["hello world"] * 32)) == {2}


def test_a_vocabulary_that_is_missing_or_another_is_named(tmp_path: Path) -> None:
    path = tmp_path / "words.tiktoken"
    with pytest.raises(UserError, match=r"words\.tiktoken cannot be read .* install the game again"):
        Tokens(path).count("x")
    path.write_bytes(VOCABULARY.read_bytes()[:-1])
    with pytest.raises(UserError, match="is not the one that came with the game"):
        Tokens(path).count("x")
