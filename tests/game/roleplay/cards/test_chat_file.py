"""Chats of other programs are read whole, and written back with everything they held."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from game.roleplay.cards import ChatFile, ChatMessage, read_any, read_chat, write_chat
from game.roleplay.cards.chat_dates import date_us, iso_text

HEADER = {
    "user_name": "Ada",
    "character_name": "Mira",
    "create_date": "2023-6-5 @15h 4m 3s 123ms",
    "chat_metadata": {"n": 1},
}
MESSAGES: tuple[dict[str, Any], ...] = (
    {
        "name": "Mira",
        "is_user": False,
        "is_system": False,
        "send_date": "June 5, 2023 3:04pm",
        "mes": "You're early.",
        "extra": {"model": "small-voice", "api": "local", "token_count": 4},
        "swipes": ["Closed.", "You're early.", "Oh!"],
        "swipe_id": 1,
        "swipe_info": [{"send_date": "a"}, {"send_date": "b"}, {"send_date": "c"}],
        "force_avatar": "mira.png",
    },
    {"name": "Ada", "is_user": True, "send_date": 1685977443123, "mes": "The rain woke me. 🌧️ قهوة؟", "x_odd": [1]},
)


def lines(*trees: Any) -> bytes:
    """A chat file of JSON values, a line each."""
    return b"\n".join(json.dumps(tree, ensure_ascii=False).encode() for tree in trees) + b"\n"


CHAT = lines(HEADER, *MESSAGES)


def us(*when: int) -> int:
    """An instant in UTC, in microseconds since 1970."""
    return round(datetime(*when, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[arg-type, misc]


def test_a_chat_says_all_it_says() -> None:
    chat = read_chat(CHAT, "c.jsonl")
    assert (chat.user_name, chat.character_name, chat.skipped) == ("Ada", "Mira", ())
    assert chat.created_us == us(2023, 6, 5, 15, 4, 3) + 123_000
    first, second = chat.messages
    assert (first.name, first.is_user, first.text) == ("Mira", False, "You're early.")
    assert (first.swipes, first.chosen) == (("Closed.", "You're early.", "Oh!"), 1)
    assert (first.sent_us, first.model) == (us(2023, 6, 5, 15, 4), "small-voice")
    assert (second.is_user, second.swipes, second.chosen) == (True, (second.text,), 0)
    assert second.sent_us == us(2023, 6, 5, 15, 4, 3) + 123_000
    assert isinstance(read_any(CHAT, "c.jsonl"), ChatFile)


def test_an_unchanged_chat_is_written_as_the_same_bytes() -> None:
    for data in (CHAT, CHAT.replace(b"\n", b"\r\n"), CHAT + b"{broken\n", CHAT.decode().encode("utf-16")):
        assert write_chat(read_chat(data, "c.jsonl")) == data


def test_a_new_alternative_is_written_and_the_rest_stays() -> None:
    chat = read_chat(CHAT, "c.jsonl")
    new = replace(chat.messages[0], swipes=(*chat.messages[0].swipes, "Hm."), chosen=3, text="Hm.")
    written = write_chat(replace(chat, messages=(new, chat.messages[1])))
    header, first, second = (json.loads(line) for line in written.splitlines())
    assert header == HEADER
    assert first == {
        **MESSAGES[0],
        "mes": "Hm.",
        "swipes": ["Closed.", "You're early.", "Oh!", "Hm."],
        "swipe_id": 3,
        "swipe_info": [{"send_date": "a"}, {"send_date": "b"}, {"send_date": "c"}, {}],
    }
    assert second == MESSAGES[1]


def test_an_edit_that_forgot_its_alternative_counts() -> None:
    chat = read_chat(lines(HEADER, {"name": "M", "mes": "new", "swipes": ["a", "old"], "swipe_id": "1"}), "c.jsonl")
    assert (chat.messages[0].text, chat.messages[0].swipes) == ("new", ("a", "new"))
    beyond = read_chat(lines(HEADER, {"name": "M", "mes": "b", "swipes": ["a", "b"], "swipe_id": 9}), "c.jsonl")
    assert beyond.messages[0].chosen == 1


@pytest.mark.parametrize("name", ["unused", "", "Unused", None])
def test_names_that_the_header_does_not_know_come_from_the_messages(name: object) -> None:
    header = {**HEADER, "user_name": name, "character_name": name}
    chat = read_chat(lines(header, *MESSAGES), "c.jsonl")
    assert (chat.user_name, chat.character_name) == ("Ada", "Mira")
    assert read_chat(lines(*MESSAGES), "c.jsonl") == replace(chat, created_us=None)


def test_a_group_chat_has_several_speakers() -> None:
    more = ({"name": "Bo", "is_user": False, "mes": "Hm."}, {"name": "Note", "is_system": True, "mes": "Bo came in."})
    chat = read_chat(lines(HEADER, *MESSAGES, *more), "c.jsonl")
    assert {one.name for one in chat.messages if not one.is_user and not one.is_system} == {"Mira", "Bo"}
    assert chat.messages[-1].is_system


def test_a_bad_line_is_skipped_and_named_and_nothing_else_is_lost() -> None:
    whole = lines(HEADER, MESSAGES[0]) + b"{broken\n\n[1]\nnull\n{}\n\x00\n" + b"[" * 5000 + b"\n" + lines(MESSAGES[1])
    chat = read_chat(whole, "c.jsonl")
    assert len(chat.messages) == 2
    assert chat.skipped == (
        "c.jsonl, line 3: is no valid JSON and was skipped",
        "c.jsonl, line 5: is no message of a chat and was skipped",
        "c.jsonl, line 6: is no message of a chat and was skipped",
        "c.jsonl, line 7: is no message of a chat and was skipped",
        "c.jsonl, line 9: is no message of a chat and was skipped",
    )


def test_many_bad_lines_are_counted() -> None:
    chat = read_chat(CHAT + b"{broken\n" * 50, "c.jsonl")
    assert len(chat.skipped) == 21
    assert chat.skipped[-1] == "and 30 more lines like these"


def test_a_message_too_long_for_a_chat_is_skipped() -> None:
    chat = read_chat(lines(HEADER, {"name": "Ada", "mes": "word " * 2_000_000}, MESSAGES[1]), "c.jsonl")
    assert len(chat.messages) == 1
    assert chat.skipped == ("c.jsonl, line 2: has more than 1,000,000 characters in one message and was skipped",)


def test_a_line_without_end_is_skipped() -> None:
    chat = read_chat(lines(HEADER, {"mes": "a", "x": "b" * (17 * 1024 * 1024)}, MESSAGES[1]), "c.jsonl")
    assert len(chat.messages) == 1
    assert chat.skipped == ("c.jsonl, line 2: is longer than 16 MiB and was skipped",)


def test_letters_in_no_encoding_are_replaced_and_named() -> None:
    chat = read_chat(lines(HEADER) + b'{"name": "Ada", "mes": "caf\xe9"}', "c.jsonl")
    assert chat.messages[0].text == "caf\ufffd"
    assert chat.skipped == ("c.jsonl, line 2: some of its letters are in no known encoding and are shown as \ufffd",)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"just prose", "holds no message of a chat"),
        (b"{}", "holds no message of a chat"),
        (b"{}\n" * 100_001, "has more than 100,000 lines"),
        (b" " * (64 * 1024 * 1024 + 1), "is larger than 64 MiB"),
    ],
)
def test_what_is_no_chat_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read_chat(data, "c.jsonl")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_every_encoding_is_read(encoding: str) -> None:
    assert read_chat(CHAT.decode().encode(encoding), "c.jsonl") == read_chat(CHAT, "c.jsonl")


def test_separators_inside_a_message_end_no_line() -> None:
    text = "a\u2028b\u0085c\x0cd"
    chat = read_chat(lines(HEADER, {"name": "Ada", "mes": text}), "c.jsonl")
    assert chat.messages[0].text == "a\u2028bcd"


def test_a_message_knows_its_alternatives() -> None:
    assert ChatMessage("Ada", True, "hi").swipes == ("hi",)
    with pytest.raises(ValueError, match="the chosen alternative"):
        ChatMessage("Ada", True, "hi", swipes=("ho",))


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2023-06-05T15:04:03.123Z", us(2023, 6, 5, 15, 4, 3) + 123_000),
        ("2023-06-05T17:04:03+02:00", us(2023, 6, 5, 15, 4, 3)),
        ("2023-06-05 15:04", us(2023, 6, 5, 15, 4)),
        ("June 5, 2023 3:04pm", us(2023, 6, 5, 15, 4)),
        ("June 5, 2023 12:04 AM", us(2023, 6, 5, 0, 4)),
        ("Dec 31, 2023, 23:59:58", us(2023, 12, 31, 23, 59, 58)),
        ("2023-6-5 @15h 4m 3s 123ms", us(2023, 6, 5, 15, 4, 3) + 123_000),
        ("2023-6-5@15h04m03s", us(2023, 6, 5, 15, 4, 3)),
        (1685977443123, us(2023, 6, 5, 15, 4, 3) + 123_000),
        ("1685977443123", us(2023, 6, 5, 15, 4, 3) + 123_000),
        (1685977443, us(2023, 6, 5, 15, 4, 3)),
        (1685977443123.0, us(2023, 6, 5, 15, 4, 3) + 123_000),
        ("", None),
        (None, None),
        (True, None),
        (0, None),
        (-5, None),
        (10**40, None),
        ("yesterday", None),
        ("Junk 5, 2023 3:04pm", None),
        ("June 31, 2023 3:04pm", None),
        ("June 5, 2023 25:04", None),
        ("2023-13-45T99:99", None),
        ("2023-6-5 @99h 4m 3s 123ms", None),
        ("1969-12-31T00:00:00Z", None),
        ("9" * 5000, None),
        ([], None),
    ],
)
def test_when_a_message_was_sent(value: object, instant: int | None) -> None:
    assert date_us(value) == instant


@given(st.text(max_size=70) | st.floats() | st.integers())
def test_any_date_is_an_instant_or_none(value: object) -> None:
    found = date_us(value)
    assert found is None or 0 <= found < 253_402_300_800 * 1_000_000


@given(st.integers(10**11, 253_402_300_799_000))
def test_a_date_we_write_is_read_to_the_millisecond(at_ms: int) -> None:
    assert date_us(iso_text(at_ms * 1000)) == at_ms * 1000


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30)
names = texts.map(lambda name: " ".join(name.split()))
times = st.none() | st.integers(10**11, 10**13).map(lambda ms: ms * 1000)


@st.composite
def messages(draw: st.DrawFn) -> ChatMessage:
    """A message of our own."""
    swipes = tuple(draw(st.lists(texts, min_size=1, max_size=3)))
    chosen = draw(st.integers(0, len(swipes) - 1))
    return ChatMessage(
        draw(names), draw(st.booleans()), swipes[chosen], draw(times), swipes, chosen, draw(st.booleans()), draw(names)
    )


said = names.filter(lambda name: name.lower() not in ("", "unused", "undefined", "null"))
chats = st.builds(ChatFile, user_name=said, character_name=said, messages=st.lists(messages(), max_size=4).map(tuple))


@given(chat=chats, created_us=times)
def test_a_chat_written_here_reads_back_equal(chat: ChatFile, created_us: int | None) -> None:
    chat = replace(chat, created_us=created_us)
    assert read_chat(write_chat(chat), "c.jsonl") == chat


unknown = st.dictionaries(
    st.text(max_size=8).map(lambda key: "x_" + key), st.none() | st.integers() | st.text(), max_size=3
)


@given(header=unknown, message=unknown, extra=unknown, text=texts, name=said)
def test_unknown_fields_survive_a_change(
    header: dict[str, Any], message: dict[str, Any], extra: dict[str, Any], text: str, name: str
) -> None:
    chat = read_chat(lines({**HEADER, **header}, {"name": "M", "mes": "a", "extra": extra, **message}), "c.jsonl")
    changed = replace(chat, user_name=name, messages=(replace(chat.messages[0], text=text, swipes=(text,), model="m"),))
    written = write_chat(changed)
    first, second = (json.loads(line) for line in written.split(b"\n") if line)
    assert header.items() <= first.items()
    assert message.items() <= second.items()
    assert {**extra, "model": "m"} == second["extra"]
    assert read_chat(written, "c.jsonl") == changed
