"""Prompts: what a model is shown of a scene, and what of its answer counts (requirements 004, 3.2 and 6.3)."""

from game.roleplay.prompts.assembly import assemble
from game.roleplay.prompts.config import Budget, Count, PromptConfig, count
from game.roleplay.prompts.trim import OwnLine, stop_strings, trim_to_speaker

__all__ = ["Budget", "Count", "OwnLine", "PromptConfig", "assemble", "count", "stop_strings", "trim_to_speaker"]
