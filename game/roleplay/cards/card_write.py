"""A card as a file again: unchanged it is the same bytes; changed, everything but the change stays."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from game.roleplay.cards import charx, png
from game.roleplay.cards.card import LISTS, OWN, TEXTS, V1_KEYS, Asset, Card, Form, card_of, open_card
from game.roleplay.cards.face import MAX_FILE_BYTES, UnreadableFile
from game.roleplay.cards.fields import dict_of, one_line
from game.roleplay.cards.json_text import dump, parse
from game.roleplay.cards.lorebook import book_tree
from game.roleplay.cards.picture import portrait

_V2 = {"spec": "chara_card_v2", "spec_version": "2.0"}
_V3 = {"spec": "chara_card_v3", "spec_version": "3.0"}
_EMBEDDED = ("embeded://", "embedded://")
_PORTRAIT_PATH = "assets/icon/images/main.png"


def write_card(card: Card, form: Form) -> bytes:
    """``card`` as a file of ``form``.

    In its own form and unchanged it is the file it came from, byte for byte.  Otherwise fields this program does not
    know stay where they were, a PNG keeps its picture and other chunks, a CHARX its other members; a PNG holds the
    card twice (``chara`` for V2 readers, ``ccv3``) and, where the card has no picture, one of ours.  Only CHARX
    takes assets along.

    Raises:
        UnreadableFile: a member of the archive it came from is damaged.
    """
    if not card.original:
        return _packed(card, form, {"": _patched({}, card, Card(""))})
    opened = open_card(card.original, card.file_name)
    base = card_of(opened, card.original, card.file_name)
    if form is card.original_form and base == card:
        return card.original
    trees = {where: _patched(tree, card, base) for where, tree in opened.trees.items()}
    return _packed(card, form, trees)


def picture_of(card: Card) -> bytes | None:
    """The card's portrait: the PNG it came in, else its main icon where that is inside the file; None without one.

    The bytes are from outside and may be any picture or none: check them before drawing.
    """
    if card.original_form is Form.PNG:
        return card.original
    icons = [asset for asset in card.assets if asset.type == "icon"]
    icons.sort(key=lambda asset: asset.name != "main")
    return next((data for icon in icons[:8] if (data := asset_bytes(card, icon))), None)


def asset_bytes(card: Card, asset: Asset) -> bytes | None:
    """The bytes of an asset that travels inside the card; None for one on the web, missing or damaged."""
    for scheme in _EMBEDDED:
        if asset.uri.startswith(scheme) and card.original_form is Form.CHARX:
            try:
                return charx.read_member(
                    charx.open_archive(card.original, card.file_name), asset.uri.removeprefix(scheme)
                )
            except UnreadableFile:
                return None
    head, comma, body = asset.uri.partition(",")
    if asset.uri.startswith("data:") and comma and head.endswith(";base64") and len(body) < MAX_FILE_BYTES:
        try:
            return base64.b64decode(body) or None
        except (binascii.Error, ValueError):
            return None
    return None


def _patched(tree: dict[str, Any], card: Card, base: Card) -> dict[str, Any]:
    """``tree`` with what differs between ``base`` and ``card``; where a field stands twice, both."""
    inner = tree["data"] if isinstance(tree.get("data"), dict) else tree
    changed: dict[str, Any] = {}
    for ours, theirs in ({"name": "name", "nickname": "nickname"} | TEXTS).items():
        if getattr(card, ours) != getattr(base, ours):
            changed[theirs] = getattr(card, ours)
    if not one_line(inner.get("name", tree.get("name"))):
        changed["name"] = card.name  # what it is called here, so that the next program need not guess again
    for ours, theirs in ({"tags": "tags"} | LISTS).items():
        if getattr(card, ours) != getattr(base, ours):
            changed[theirs] = list(getattr(card, ours))
    if card.assets != base.assets:
        changed["assets"] = [asset_tree(asset) for asset in card.assets]
    if card.book != base.book:
        changed["character_book"] = book_tree(card.book) if card.book is not None else None
    if card.division != base.division:
        inner["extensions"] = {**dict_of(inner.get("extensions")), OWN: parse(card.division or "{}", card.name)}
    inner.update(changed)
    if inner is not tree:
        tree.update({key: value for key, value in changed.items() if key in tree})
    return tree


def asset_tree(asset: Asset) -> dict[str, str]:
    """An asset as JSON values."""
    return {"type": asset.type, "uri": asset.uri, "name": asset.name, "ext": asset.ext}


def _packed(card: Card, form: Form, trees: dict[str, dict[str, Any]]) -> bytes:
    main = next(iter(trees.values()))
    if form is Form.PNG:
        older = _as_version(trees.get("chara", main), Form.V2)
        newer = _as_version(main, Form.V3)
        texts = {"chara": dump(older).encode(), "ccv3": dump(newer).encode()}
        return png.with_cards(_portrait(card), texts, card.file_name)
    if form is not Form.CHARX:
        return dump(_as_version(main, form), indent=4).encode()
    tree = _as_version(main, Form.V3)
    if card.original_form is Form.CHARX:
        return charx.with_card(charx.open_archive(card.original, card.file_name), dump(tree, indent=4).encode())
    members = {}
    if card.original_form is Form.PNG or picture_of(card) is None:
        icon = asset_tree(Asset("icon", "embeded://" + _PORTRAIT_PATH, "main", "png"))
        found = tree["data"].get("assets")
        others = [row for row in found if not _stands_for_picture(row)] if isinstance(found, list) else []
        tree["data"]["assets"] = [icon, *others]
        members[_PORTRAIT_PATH] = png.without_cards(_portrait(card), card.file_name)
    return charx.new_archive({charx.CARD: dump(tree, indent=4).encode(), **members})


def _portrait(card: Card) -> bytes:
    """A PNG for the card: its own picture where that is a sound one, else one of ours."""
    picture = picture_of(card)
    if picture is not None and png.is_png(picture):
        try:
            png.without_cards(picture, card.file_name)
        except UnreadableFile:
            return portrait(card.name)
        return picture
    return portrait(card.name)


def _stands_for_picture(row: Any) -> bool:
    """True for the asset entry that means "the picture this card came in"."""
    return isinstance(row, dict) and row.get("type") == "icon" and row.get("name") == "main"


def _as_version(tree: dict[str, Any], form: Form) -> dict[str, Any]:
    """``tree`` as V1, V2 or V3 JSON, with every field it has."""
    inner = tree["data"] if isinstance(tree.get("data"), dict) else None
    if form is Form.V1:
        # V1 has one level only, and is told by not having these.
        flat = {key: value for key, value in {**tree, **(inner or {})}.items() if key not in (*_V2, "data")}
        return {**{key: flat.get(key, "") for key in V1_KEYS}, **flat}
    known = {key: value for key, value in tree.items() if key in _KNOWN}
    rest = {key: value for key, value in tree.items() if inner is not None or key not in _KNOWN}
    filled: dict[str, Any] = dict.fromkeys(("name", *TEXTS.values()), "")
    filled |= {"alternate_greetings": [], "tags": [], "extensions": {}, **known, **(inner or {})}
    if form is Form.V3:
        filled.setdefault("group_only_greetings", [])
        entries = dict_of(filled.get("character_book")).get("entries")
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                entry.setdefault("use_regex", False)
    version = _V3 if form is Form.V3 else _V2
    kept = tree.get("spec") == version["spec"]
    return {
        **rest,
        **({"spec": tree["spec"], "spec_version": tree.get("spec_version")} if kept else version),
        "data": filled,
    }


_KNOWN = {"name", "nickname", "tags", "assets", "character_book", "extensions", *TEXTS.values(), *LISTS.values()}
