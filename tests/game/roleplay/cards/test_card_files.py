"""Pictures and archives from strangers: what is odd is read, what is dangerous is refused in one sentence."""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
import zlib
from dataclasses import replace
from typing import Any

import pytest

from engine.errors import UserError
from game.roleplay.cards import Form, read_card, write_card
from game.roleplay.cards.picture import SIGNATURE, chunk, portrait

CARD = json.dumps({"data": {"name": "Mira", "description": "Bakes."}}).encode()
TEXT = base64.b64encode(CARD)


def with_chunks(*chunks: bytes) -> bytes:
    """A picture with ``chunks`` before its end."""
    whole = portrait("x")
    return whole[:-12] + b"".join(chunks) + whole[-12:]


@pytest.mark.parametrize(
    "added",
    [
        chunk(b"tEXt", b"CHARA\0" + TEXT),
        chunk(b"tEXt", b"Ccv3\0" + TEXT),
        chunk(b"tEXt", b"chara\0" + TEXT.rstrip(b"=") + b"\n\0"),
        chunk(b"tEXt", b"chara\0" + CARD),
        chunk(b"zTXt", b"chara\0\0" + zlib.compress(TEXT)),
        chunk(b"iTXt", b"chara\0\0\0\0\0" + TEXT),
        chunk(b"iTXt", b"chara\0\1\0en\0keyword\0" + zlib.compress(TEXT)),
    ],
)
def test_a_card_is_found_however_it_was_put_in(added: bytes) -> None:
    card = read_card(with_chunks(added), "m.png")
    assert (card.name, card.mended) == ("Mira", ())
    assert write_card(card, Form.PNG) == card.original


def test_the_newer_card_is_preferred(make_png: Any) -> None:
    older, newer = {"data": {"name": "Old"}}, {"data": {"name": "New"}}
    assert read_card(make_png({"chara": older, "ccv3": newer}), "m.png").name == "New"
    for damaged in (b"e30=", b"!!!", b""):
        picture = with_chunks(chunk(b"tEXt", b"ccv3\0" + damaged), chunk(b"tEXt", b"chara\0" + TEXT))
        assert read_card(picture, "m.png").name == "Mira"


def test_of_several_cards_the_first_readable_one_counts() -> None:
    picture = with_chunks(chunk(b"tEXt", b"chara\0eyI="), *[chunk(b"tEXt", b"chara\0" + TEXT)] * 2)
    card = read_card(picture, "m.png")
    assert card.name == "Mira"
    assert card.mended == ("m.png: holds 3 cards under “chara”; the first that can be read is used",)


def test_a_wrong_checksum_is_said_and_forgiven() -> None:
    whole = chunk(b"tEXt", b"chara\0" + TEXT)
    card = read_card(with_chunks(whole[:-1] + bytes([whole[-1] ^ 1])), "m.png")
    assert card.name == "Mira"
    assert card.mended == ("m.png: has a card whose checksum does not fit; look over what was read",)


def test_a_picture_that_breaks_off_after_its_card_is_read() -> None:
    whole = SIGNATURE + portrait("x")[8:33] + chunk(b"tEXt", b"chara\0" + TEXT)
    card = read_card(whole + b"\0\0\xff\xffIDAT12", "m.png")
    assert card.name == "Mira"
    assert "ends in the middle" in card.mended[0]
    again = read_card(write_card(replace(card, name="Mia"), Form.PNG), "m.png")
    assert (again.name, again.mended) == ("Mia", ())


@pytest.mark.parametrize(
    ("added", "sentence"),
    [
        (b"", "is a picture without a card in it"),
        (chunk(b"tEXt", b"comment\0chara"), "is a picture without a card in it"),
        (chunk(b"tEXt", b"chara"), "holds a damaged card"),
        (chunk(b"tEXt", b"chara\0"), "holds a damaged card"),
        (chunk(b"tEXt", b"chara\0e30="), "holds none of the fields"),
        (chunk(b"tEXt", b"chara\0" + base64.b64encode(portrait("y"))), "is no valid JSON"),
        (chunk(b"tEXt", b"chara\0" + base64.b64encode(TEXT)), "is no valid JSON"),
        (chunk(b"zTXt", b"chara\0\0" + zlib.compress(b"a" * 50_000_000)), "unpacks to more than 42 MiB"),
        (chunk(b"iTXt", b"chara\0\1\0\0\0" + zlib.compress(b"a" * 50_000_000)), "unpacks to more than 42 MiB"),
        (chunk(b"zTXt", b"chara\0\0" + b"no zlib"), "holds a damaged card"),
        (chunk(b"iTXt", b"chara\0\0\0"), "holds a damaged card"),
        (struct.pack(">I", 0xFFFFFFFF) + b"tEXtchara\0", "breaks off before any card"),
        (chunk(b"tEXt", b"") * 70_000, "has more than 65,536 chunks"),
    ],
)
def test_a_picture_without_a_sound_card_is_refused(added: bytes, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as caught:
        read_card(with_chunks(added), "m.png")
    assert "\n" not in str(caught.value)


def test_a_huge_picture_is_refused_unread() -> None:
    with pytest.raises(UserError, match="is larger than 64 MiB; make its picture smaller"):
        read_card(SIGNATURE + bytes(64 * 1024 * 1024), "m.png")


def test_a_huge_or_broken_archive_is_refused(make_zip: Any) -> None:
    with pytest.raises(UserError, match="is larger than 64 MiB; take pictures out of it"):
        read_card(b"PK\3\4" + bytes(64 * 1024 * 1024), "m.charx")
    whole = make_zip({"card.json": CARD})
    with pytest.raises(UserError, match="is a damaged archive"):
        read_card(whole.replace(b"PK\1\2", b"PK\1\3"), "m.charx")


def test_a_card_behind_a_preview_is_read(make_zip: Any) -> None:
    card = read_card(b"\xff\xd8\xff\xe0 a preview " + make_zip({"card.json": CARD}), "m.charx")
    assert (card.name, card.original_form) == ("Mira", Form.CHARX)
    assert write_card(card, Form.CHARX) == card.original


def with_member(info: zipfile.ZipInfo, body: bytes = b"x") -> bytes:
    """An archive with a card and one odd member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("card.json", CARD)
        made.writestr(info, body)
    return out.getvalue()


@pytest.mark.parametrize(
    "path", ["../evil.sh", "a/../../evil.sh", "/etc/evil", "C:/evil", "..\\evil", "a\\..\\..\\evil"]
)
def test_an_archive_with_a_path_that_leads_out_is_refused(path: str) -> None:
    with pytest.raises(UserError, match="would land outside its folder") as caught:
        read_card(with_member(zipfile.ZipInfo(path)), "m.charx")
    assert str(caught.value).startswith("m.charx: its member “")


def test_a_linked_doubled_or_encrypted_member_is_refused() -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with pytest.raises(UserError, match="is a link"):
        read_card(with_member(link), "m.charx")
    doubled = with_member(zipfile.ZipInfo("card.jsom")).replace(b"card.jsom", b"card.json")
    with pytest.raises(UserError, match="stands in the archive twice"):
        read_card(doubled, "m.charx")
    plain = with_member(zipfile.ZipInfo("a"))
    at = plain.rindex(b"PK\1\2")
    with pytest.raises(UserError, match="is encrypted"):
        read_card(plain[: at + 8] + b"\1" + plain[at + 9 :], "m.charx")


def test_an_archive_packed_in_another_way_is_refused(make_zip: Any) -> None:
    with pytest.raises(UserError, match="in a way other than deflate"):
        read_card(make_zip({"card.json": CARD}, zipfile.ZIP_LZMA), "m.charx")


def test_a_bomb_is_refused_before_it_bursts(make_zip: Any) -> None:
    with pytest.raises(UserError, match="unpacks to more than 128 MiB"):
        read_card(make_zip({"card.json": CARD, "a": bytes(70 << 20), "b": bytes(70 << 20)}), "m.charx")
    with pytest.raises(UserError, match=r"its member “card\.json” is larger than 32 MiB"):
        read_card(make_zip({"card.json": CARD + bytes(33 << 20)}), "m.charx")
    honest = make_zip({"card.json": CARD + b" " * 1_000_000})
    size = struct.pack("<L", len(CARD) + 1_000_000)
    with pytest.raises(UserError, match="is damaged"):
        read_card(honest.replace(size, struct.pack("<L", len(CARD) + 9)), "m.charx")


def test_an_archive_of_countless_members_is_refused(make_zip: Any) -> None:
    with pytest.raises(UserError, match="holds more than 4,096 files"):
        read_card(make_zip({"card.json": CARD, **{f"{n}": b"" for n in range(5000)}}, zipfile.ZIP_STORED), "m.charx")
    with pytest.raises(UserError, match="holds more than 4,096 files"):
        read_card(
            make_zip({"card.json": CARD, **{f"{n:0200}": b"" for n in range(5000)}}, zipfile.ZIP_STORED), "m.charx"
        )


def test_an_archive_for_huge_files_is_refused(make_zip: Any) -> None:
    plain = make_zip({"card.json": CARD})
    at = plain.rindex(b"PK\5\6")
    with pytest.raises(UserError, match="ZIP64"):
        read_card(plain[:at] + b"PK\6\7" + bytes(16) + plain[at:], "m.charx")


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"other.json": CARD}, "holds no card.json"),
        ({"a/card.json": CARD, "b/card.json": CARD}, "holds several cards"),
        ({"card.json": b"{}"}, "holds none of the fields"),
        ({"card.json": b""}, "is empty"),
    ],
)
def test_an_archive_without_exactly_one_card_is_refused(files: dict[str, bytes], sentence: str, make_zip: Any) -> None:
    with pytest.raises(UserError, match=sentence):
        read_card(make_zip(files), "m.charx")


def test_the_card_nearest_to_the_root_counts(make_zip: Any) -> None:
    assert read_card(make_zip({"a/b/card.json": b"{}", "a/card.json": CARD}), "m.charx").name == "Mira"
