"""What is read is written back: unchanged byte for byte, changed with everything else as it was, in any form."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.draw.image import read_image
from engine.errors import UserError
from game.roleplay.cards import Asset, Card, Form, Lorebook, LoreEntry, asset_bytes, picture_of, read_card, write_card
from game.roleplay.cards.picture import chunk, portrait

letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
texts = st.text(letters, max_size=40)
json_keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
json_leaves = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
)
json_values = st.recursive(
    json_leaves | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(json_keys, inner, max_size=3),
    max_leaves=8,
)
unknown = st.dictionaries(json_keys.map(lambda key: "x_" + key), json_values, max_size=4)


def text_chunks(picture: bytes) -> dict[str, Any]:
    """The JSON in each text chunk of a PNG, by keyword."""
    found: dict[str, Any] = {}
    at = 8
    while at < len(picture):
        length = int.from_bytes(picture[at : at + 4], "big")
        if picture[at + 4 : at + 8] == b"tEXt":
            keyword, _, body = picture[at + 8 : at + 8 + length].partition(b"\0")
            assert keyword.decode() not in found
            found[keyword.decode()] = json.loads(base64.b64decode(body))
        at += length + 12
    return found


def members(archive: bytes) -> dict[str, bytes]:
    """Every member of an archive."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_an_unchanged_card_is_written_as_the_same_bytes(card_file: bytes) -> None:
    card = read_card(card_file, "mira.card")
    assert card.original_form is not None
    assert write_card(card, card.original_form) == card_file


@pytest.mark.parametrize("form", list(Form))
def test_a_card_reads_the_same_from_every_form_it_is_written_in(card_file: bytes, form: Form) -> None:
    card = read_card(card_file, "mira.card")
    again = read_card(write_card(card, form), "mira.card")
    assert replace(again, assets=card.assets) == card
    assert again.original_form is form
    assert write_card(again, form) == again.original


@pytest.mark.parametrize("form", list(Form))
def test_a_change_reaches_every_form_and_leaves_the_rest(card_file: bytes, form: Form) -> None:
    card = read_card(card_file, "mira.card")
    changed = replace(card, name="Mira Two", greetings=(), description="She closed the shop.")
    again = read_card(write_card(changed, form), "mira.card")
    assert replace(again, assets=card.assets) == changed


@pytest.mark.parametrize("form", list(Form))
def test_fields_nobody_knows_survive_a_change_and_a_change_of_form(card_file: bytes, form: Form) -> None:
    written = write_card(replace(read_card(card_file, "m"), creator="someone else"), form)
    tree = json.loads(write_card(read_card(written, "m"), Form.V1))
    assert tree["unheard_of"] == {"nested": [1, 2.5, None, "ü"]}
    assert tree["extensions"] == {"fav": True, "depth_prompt": {"prompt": "rain", "depth": 4}}
    entry = tree["character_book"]["entries"][0]
    assert entry["strange"] == [True]
    assert entry["extensions"] == {"depth": 2, "position": 4, "odd": 1}


def test_a_changed_entry_keeps_what_its_book_says_beside(card_file: bytes) -> None:
    card = read_card(card_file, "m")
    assert card.book is not None
    entry = replace(card.book.entries[0], text="Gulls sleep.", depth=6)
    book = replace(card.book, entries=(entry, LoreEntry("new", keys=("tide",), text="It turns at six.")))
    tree = json.loads(write_card(replace(card, book=book), Form.V1))["character_book"]
    assert tree["name"] == "Harbour"
    assert tree["entries"][0]["content"] == "Gulls sleep."
    assert tree["entries"][0]["extensions"] == {"depth": 6, "position": 4, "odd": 1}
    assert tree["entries"][0]["strange"] == [True]
    again = read_card(json.dumps({"name": "Mira", "character_book": tree}).encode(), "m")
    assert again.book == book


def test_a_picture_keeps_its_other_chunks_and_holds_the_card_for_old_and_new_readers(make_png: Any) -> None:
    original = make_png(
        {"chara": {"data": {"name": "Mira", "x_old": 1}}, "ccv3": {"data": {"name": "Mira", "x_new": 2}}}
    )
    written = write_card(replace(read_card(original, "m.png"), name="Mia"), Form.PNG)
    assert text_chunks(written)["chara"]["data"]["x_old"] == 1
    assert text_chunks(written)["ccv3"]["data"]["x_new"] == 2
    assert {tree["data"]["name"] for tree in text_chunks(written).values()} == {"Mia"}
    assert text_chunks(written)["chara"]["spec"] == "chara_card_v2"
    assert text_chunks(written)["ccv3"]["spec"] == "chara_card_v3"
    assert written.startswith(original[: original.index(b"tEXt") - 4])


def test_an_archive_keeps_its_other_members(make_zip: Any) -> None:
    others = {"assets/icon/a.png": portrait("a"), "risu.json": b'{"z": 1}', "empty/": b""}
    original = make_zip({**others, "card.json": json.dumps({"data": {"name": "Mira", "x_mine": 3}}).encode()})
    written = members(write_card(replace(read_card(original, "m.charx"), name="Mia"), Form.CHARX))
    card = json.loads(written.pop("card.json"))
    assert written == others
    assert card["data"]["name"] == "Mia"
    assert card["data"]["x_mine"] == 3


def test_what_was_taken_out_of_a_card_is_not_in_its_archive(make_zip: Any) -> None:
    tree = {"data": {"name": "Mira", "creator_notes": "my telephone number"}}
    original = make_zip({"card.json": json.dumps(tree).encode()}, zipfile.ZIP_STORED)
    written = write_card(replace(read_card(original, "m.charx"), creator_notes=""), Form.CHARX)
    assert b"telephone" not in written


def test_a_picture_becomes_the_portrait_of_an_archive_and_back(make_png: Any) -> None:
    card = read_card(make_png({"chara": {"data": {"name": "Mira"}}}), "m.png")
    archive = read_card(write_card(card, Form.CHARX), "m.charx")
    assert picture_of(archive) == portrait("x")
    assert read_image(write_card(archive, Form.PNG)).tolist() == read_image(portrait("x")).tolist()


def test_a_card_without_a_picture_gets_one_of_ours() -> None:
    written = write_card(Card("Mira", description="Bakes."), Form.PNG)
    assert read_image(written).shape == (384, 256, 4)
    assert write_card(Card("Mira", description="Bakes."), Form.PNG) == written
    assert picture_of(Card("Mira")) is None


def test_assets_inside_the_file_are_found_and_those_outside_are_not_fetched(make_zip: Any) -> None:
    card = read_card(make_zip({"c/card.json": b'{"data": {"name": "M"}}', "c/a/b.png": b"pic"}), "m.charx")
    for uri in ("embeded://a/b.png", "embedded://a/b.png"):
        assert asset_bytes(card, Asset("icon", uri, "main", "png")) == b"pic"
    assert asset_bytes(card, Asset("icon", "data:image/png;base64,cGlj", "main", "png")) == b"pic"
    outside = ("embeded://../c/a/b.png", "embeded://no", "https://somewhere/a.png", "data:,x", "ccdefault:", "")
    for uri in (*outside, "data:image/png;base64,x"):
        assert asset_bytes(card, Asset("icon", uri, "main", "png")) is None


def test_a_damaged_asset_is_as_if_it_were_not_there(make_zip: Any) -> None:
    icon = {"type": "icon", "uri": "embeded://a.png", "name": "main", "ext": "png"}
    tree = {"data": {"name": "Mira", "assets": [icon]}}
    whole = make_zip({"card.json": json.dumps(tree).encode(), "a.png": b"0123456789"}, zipfile.ZIP_STORED)
    card = read_card(whole.replace(b"0123456789", b"0123456780", 1), "m.charx")
    assert picture_of(card) is None
    assert read_image(write_card(card, Form.PNG)).shape == (384, 256, 4)


def test_an_icon_that_is_no_sound_picture_gives_way_to_ours(make_zip: Any) -> None:
    icon = {"type": "icon", "uri": "embeded://a.png", "name": "main", "ext": "png"}
    broken = portrait("a")[:8] + chunk(b"tEXt", b"") * 70_000
    card = read_card(
        make_zip({"card.json": json.dumps({"data": {"name": "M", "assets": [icon]}}).encode(), "a.png": broken}), "m"
    )
    assert read_image(write_card(card, Form.PNG)).shape == (384, 256, 4)


def test_a_changed_list_of_assets_is_written(card_file: bytes) -> None:
    card = replace(read_card(card_file, "m"), assets=(Asset("background", "https://somewhere/b.png", "main", "png"),))
    assert read_card(write_card(card, Form.V3), "m").assets == card.assets


def test_a_nameless_card_can_be_named() -> None:
    card = read_card(b'{"name": "", "description": "quiet"}', "old friend.json")
    assert write_card(card, Form.V1) == card.original
    assert json.loads(write_card(replace(card, name="Ada"), Form.V1)) == {
        **json.loads(card.original),
        "name": "Ada",
    } | dict.fromkeys(("personality", "scenario", "first_mes", "mes_example"), "")


def test_halves_of_letters_in_fields_nobody_knows_come_back_as_they_were() -> None:
    card = read_card(rb'{"name": "Mira", "x_odd": "\ud83e", "description": "\ud83e\udd50"}', "m.json")
    assert card.description == "🥐"
    written = write_card(replace(card, description="bread"), Form.V1)
    assert json.loads(written)["x_odd"] == "\ud83e"


cards = st.builds(
    Card,
    name=st.text(letters, min_size=1, max_size=20).map(lambda name: " ".join(name.split()) or "A"),
    description=texts,
    personality=texts,
    scenario=texts,
    first_message=texts,
    example_messages=texts,
    creator_notes=texts,
    system_prompt=texts,
    post_history_instructions=texts,
    greetings=st.lists(texts.filter(str.strip), max_size=3).map(tuple),
    tags=st.lists(texts.map(str.strip).filter(bool), max_size=3).map(tuple),
    creator=texts,
    nickname=texts.map(lambda name: " ".join(name.split())),
    book=st.none() | st.just(Lorebook(name="b", entries=(LoreEntry("0", keys=("k",), text="t"),))),
)


@given(card=cards, form=st.sampled_from(Form))
def test_a_card_written_here_reads_back_equal(card: Card, form: Form) -> None:
    again = read_card(write_card(card, form), "card")
    assert replace(again, assets=()) == card


@given(
    top=unknown,
    data=unknown,
    extensions=unknown,
    entry=unknown,
    form=st.sampled_from(Form),
    other=st.sampled_from(Form),
)
def test_unknown_fields_survive_any_two_forms_and_a_change(
    top: dict[str, Any],
    data: dict[str, Any],
    extensions: dict[str, Any],
    entry: dict[str, Any],
    form: Form,
    other: Form,
) -> None:
    book = {"entries": [{"keys": ["k"], "content": "c", "extensions": {}, **entry}]}
    tree = {
        "spec": "chara_card_v2",
        **top,
        "data": {**data, "name": "A", "extensions": extensions, "character_book": book},
    }
    card = read_card(json.dumps(tree).encode(), "a.json")
    first = write_card(replace(card, name="B"), form)
    second = json.loads(write_card(replace(read_card(first, "b"), description="new"), Form.V1))
    third = json.loads(write_card(read_card(write_card(read_card(first, "b"), other), "b"), Form.V1))
    for written in (second, third):
        assert (top | data).items() <= written.items()
        assert extensions.items() <= written["extensions"].items()
        assert entry.items() <= written["character_book"]["entries"][0].items()
        assert written["name"] == "B"


def test_an_archive_with_a_damaged_member_says_so_when_it_is_changed(make_zip: Any) -> None:
    whole = make_zip({"card.json": b'{"data": {"name": "M"}}', "a.bin": b"0123456789" * 9}, zipfile.ZIP_STORED)
    card = read_card(whole.replace(b"0123456789", b"0123456780", 1), "m.charx")
    with pytest.raises(UserError, match=r"m.charx: its member “a.bin” is damaged; download the archive again"):
        write_card(replace(card, name="N"), Form.CHARX)
