"""How a turn is set: its marks, its lines, and a transcript of which only what is in view is measured."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.window import HeadlessWindow
from game.scenes.talk_entries import Entry, HiddenEntry
from game.scenes.talk_markup import LONGEST, Paragraph, Style, paragraphs
from game.scenes.talk_transcript import Budget, Placed, Scroll
from game.scenes.talk_type import Typesetter

P, B, I = Style.PLAIN, Style.BOLD, Style.ITALIC  # noqa: E741


def runs(text: str) -> list[tuple[str, Style]]:
    (paragraph,) = paragraphs(text)
    return list(paragraph.runs)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("*walks over* Hello.", [("walks over", I), (" Hello.", P)]),
        ("**No.** I said no.", [("No.", B), (" I said no.", P)]),
        ("**so *very* bold**", [("so ", B), ("very", B | I), (" bold", B)]),
        ("***both***", [("both", B | I)]),
        ("_softly_ snake_case_word", [("softly", I), (" snake_case_word", P)]),
        ("2 * 3 * 4", [("2 * 3 * 4", P)]),
        ("an *open action", [("an *open action", P)]),
        (r"\*not an action\*", [("*not an action*", P)]),
    ],
)
def test_marks(text: str, made: list[tuple[str, Style]]) -> None:
    assert runs(text) == made


def test_lines_quotes_and_asides_are_paragraphs_of_their_own() -> None:
    made = paragraphs("One.\n\n> a letter\nTwo ((keep it short)) three.")
    assert [(one.kind, one.text) for one in made] == [
        *(("text", "One."), ("quote", "a letter"), ("text", "Two"), ("ooc", "keep it short"), ("text", "three.")),
    ]
    assert paragraphs("[[aside]] said", ("[[", "]]"))[0].kind == "ooc"


def test_words_on_their_way_take_the_last_mark_as_one_that_will_be_closed() -> None:
    (paragraph,) = paragraphs("She *looks up and", under_way=True)
    assert paragraph.runs == (("She ", P), ("looks up and", I))
    assert paragraphs("Fine ((and now", under_way=True)[1].kind == "ooc"


WORDS = st.text(st.sampled_from(list("ab *_\\>()\n#`é漢😀")), max_size=300)


@given(WORDS)
def test_no_letter_is_lost_and_none_is_made(text: str) -> None:
    def letters(words: str) -> str:
        return "".join(sign for sign in words if sign in "abé漢😀#`")

    for under_way in (False, True):
        assert letters("".join(one.text for one in paragraphs(text, under_way=under_way))) == letters(text)


@pytest.mark.parametrize("text", ["*a " * 30_000, "**a *b " * 15_000, "((" * 50_000, "x" * 100_000, "> " * 40_000])
def test_hostile_text_is_set_in_one_pass(text: str) -> None:
    made = paragraphs(text)
    assert all(len(one.text) <= LONGEST for one in made)


@pytest.fixture(scope="module")
def window() -> Iterator[HeadlessWindow]:
    window = HeadlessWindow((640, 360))
    frame = window.begin_frame()
    assert frame is not None
    yield window
    window.end_frame(frame)
    window.close()


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(st.sampled_from(list("abcdefgh éß漢字😀אבג.,")), min_size=1, max_size=400), width=st.integers(60, 600)
)
def test_lines_hold_all_words_and_none_is_wider_than_the_column(window: HeadlessWindow, text: str, width: int) -> None:
    made = Typesetter().set(Paragraph("text", ((text, P),)), float(width))
    written = "".join(words for line in made.lines for _, words, _ in line)
    assert sorted(written.replace(" ", "")) == sorted("".join(text.split()))
    for line in made.lines:
        assert all(-1.0 <= x <= width for x, _, _ in line)


class Paper:
    """Entries of given heights, and which of them were asked for."""

    def __init__(self, heights: list[int]) -> None:
        self.entries: list[Entry] = [HiddenEntry(number, 1) for number in range(len(heights))]
        self.heights = heights
        self.asked: set[int] = set()

    def height(self, entry: Entry, budget: Budget) -> float:
        assert isinstance(entry, HiddenEntry)
        self.asked.add(entry.first)
        return float(self.heights[entry.first])

    def place(self, scroll: Scroll) -> list[Placed]:
        return scroll.place(self.entries, self.height, 100.0, 500.0)


HEIGHTS = st.lists(st.integers(10, 300), min_size=1, max_size=40)


@given(HEIGHTS, st.lists(st.floats(-900, 900), max_size=12))
def test_what_is_in_view_stands_without_gaps_wherever_one_scrolls(heights: list[int], moves: list[float]) -> None:
    paper, scroll = Paper(heights), Scroll()
    placed = paper.place(scroll)
    for by in moves:
        scroll.move(by, placed, 100.0)
        placed = paper.place(scroll)
        for one, after in itertools.pairwise(placed):
            assert after.number == one.number + 1
            assert after.y == pytest.approx(one.y + one.height)
        whole = sum(heights)
        assert placed[0].y <= 100.0 + 1e-6
        if whole >= 400:
            assert placed[-1].y + placed[-1].height >= 500.0 - 1e-6
        else:
            assert placed[0].y == pytest.approx(100.0)


def test_of_thousands_only_those_in_view_are_measured() -> None:
    paper, scroll = Paper([40] * 5000), Scroll()
    placed = paper.place(scroll)
    assert placed[-1].number == 4999
    scroll.move(-3000.0, placed, 100.0)
    paper.place(scroll)
    assert len(paper.asked) < 120


def test_what_is_read_stays_where_it_is_when_something_is_said_below() -> None:
    paper, scroll = Paper([60] * 50), Scroll()
    placed = paper.place(scroll)
    scroll.move(-1000.0, placed, 100.0)
    before = [(one.number, one.y) for one in paper.place(scroll)]
    paper.entries.append(HiddenEntry(50, 1))
    paper.heights.append(200)
    assert [(one.number, one.y) for one in paper.place(scroll)] == before
    scroll.to_end()
    assert paper.place(scroll)[-1].number == 50
