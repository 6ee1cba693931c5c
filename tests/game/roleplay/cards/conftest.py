"""A baker by the sea, in every form a card can have."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from game.roleplay.cards.picture import SIGNATURE, chunk, portrait

MakePng = Callable[..., bytes]
MakeZip = Callable[..., bytes]


def baker() -> dict[str, Any]:
    """The fields of a V2 card, with things no specification knows."""
    return {
        "name": "Mira Quill",
        "description": "{{char}} bakes bread above the harbour.",
        "personality": "shy, stubborn, fond of gulls",
        "scenario": "{{user}} rents the room upstairs. It has rained for days.",
        "first_mes": "*She slides a warm roll over the counter.* You're early, {{user}}.",
        "mes_example": "<START>\n{{char}}: Mind the step.\n<START>\n{{char}}: The oven never sleeps.",
        "creator_notes": "Best in the morning.",
        "system_prompt": "{{original}} Keep it warm.",
        "post_history_instructions": "Stay in the shop.",
        "alternate_greetings": ["Closed today.", "Come in, you are soaked!"],
        "tags": ["harbour", "slice of life"],
        "creator": "the harbour guild",
        "character_version": "1.2",
        "extensions": {"fav": True, "depth_prompt": {"prompt": "rain", "depth": 4}},
        "unheard_of": {"nested": [1, 2.5, None, "ü"]},
        "character_book": {
            "name": "Harbour",
            "extensions": {},
            "entries": [
                {
                    "keys": ["gull", "bird"],
                    "content": "Gulls steal rolls.",
                    "extensions": {"depth": 2, "position": 4, "odd": 1},
                    "enabled": True,
                    "insertion_order": 10,
                    "strange": [True],
                }
            ],
        },
    }


@pytest.fixture
def fields() -> dict[str, Any]:
    """The baker's fields, fresh for each test."""
    return baker()


def v2(fields: dict[str, Any]) -> dict[str, Any]:
    """A whole V2 card, with a field at the top that no specification knows."""
    return {"spec": "chara_card_v2", "spec_version": "2.0", "data": fields, "create_date": "yesterday"}


def v3(fields: dict[str, Any]) -> dict[str, Any]:
    """A whole V3 card."""
    more = {"group_only_greetings": [], "assets": [{"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"}]}
    return {"spec": "chara_card_v3", "spec_version": "3.0", "data": {**fields, **more, "nickname": "Mi"}}


def png(cards: dict[str, Any], *extra: bytes) -> bytes:
    """A picture with ``cards`` (keyword to JSON values) and further chunks."""
    whole = portrait("x")
    body, end = whole[len(SIGNATURE) : -12], whole[-12:]
    texts = [chunk(b"tEXt", word.encode() + b"\0" + encoded(tree)) for word, tree in cards.items()]
    return SIGNATURE + body + b"".join((*texts, *extra)) + end


def encoded(tree: Any) -> bytes:
    """JSON values as a picture holds them."""
    return base64.b64encode(json.dumps(tree).encode())


def zipped(files: dict[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of ``files``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as made:
        for path, data in files.items():
            made.writestr(path, data)
    return out.getvalue()


@pytest.fixture(scope="session")
def baker_json() -> bytes:
    """The baker as V2 JSON."""
    return json.dumps(v2(baker())).encode()


@pytest.fixture(scope="session")
def make_png() -> MakePng:
    """Makes pictures with cards in them."""
    return png


@pytest.fixture(scope="session")
def make_zip() -> MakeZip:
    """Makes archives."""
    return zipped


@pytest.fixture(scope="session", params=["v1", "v2", "v3", "png", "old png", "charx", "charx in a folder"])
def card_file(request: pytest.FixtureRequest) -> bytes:
    """The baker in each form."""
    fields = baker()
    tree = v3(fields)
    files: dict[str, bytes] = {
        "v1": json.dumps(fields).encode(),
        "v2": json.dumps(v2(fields)).encode(),
        "v3": json.dumps(tree, indent=1).encode(),
        "png": png({"chara": v2(fields), "ccv3": tree}, chunk(b"prIV", b"private")),
        "old png": png({"Chara": v2(fields)}),
        "charx": zipped({"card.json": json.dumps(tree).encode(), "assets/a.png": portrait("a"), "x.json": b"{}"}),
        "charx in a folder": zipped({"m/card.json": json.dumps(tree).encode(), "m/assets/a.png": portrait("a")}),
    }
    return files[request.param]
