"""Cards, lorebooks and chats that players own: bytes in, frozen dataclasses out, and bytes again, nothing lost."""

from game.roleplay.cards.card import Asset, Card, Form, read_card
from game.roleplay.cards.card_write import asset_bytes, picture_of, write_card
from game.roleplay.cards.chat_file import ChatFile, ChatMessage, read_chat, write_chat
from game.roleplay.cards.face import UnreadableFile
from game.roleplay.cards.kinds import read_any
from game.roleplay.cards.lore import BookForm, Logic, Lorebook, LoreEntry, Place, budget_tokens
from game.roleplay.cards.lore_scan import ActiveEntry, DroppedEntry, LoreHistory, LoreScan, scan
from game.roleplay.cards.lorebook import read_lorebook, write_lorebook
from game.roleplay.cards.macros import expand, instruction
from game.roleplay.cards.mapping import BotSheet, to_card, to_sheet

__all__ = [
    "ActiveEntry",
    "Asset",
    "BookForm",
    "BotSheet",
    "Card",
    "ChatFile",
    "ChatMessage",
    "DroppedEntry",
    "Form",
    "Logic",
    "LoreEntry",
    "LoreHistory",
    "LoreScan",
    "Lorebook",
    "Place",
    "UnreadableFile",
    "asset_bytes",
    "budget_tokens",
    "expand",
    "instruction",
    "picture_of",
    "read_any",
    "read_card",
    "read_chat",
    "read_lorebook",
    "scan",
    "to_card",
    "to_sheet",
    "write_card",
    "write_chat",
    "write_lorebook",
]
