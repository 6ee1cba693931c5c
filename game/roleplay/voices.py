"""Which voice speaks: the model the player has chosen, or the offline one."""

from __future__ import annotations

from pathlib import Path

from engine.llm import Client, load
from game.roleplay.model_voice import ModelVoice
from game.roleplay.offline import OfflineVoice
from game.roleplay.voice import Voice


def chosen_voice(folder: Path) -> Voice:
    """The voice that ``models.toml`` in ``folder`` names; with none there the offline one.

    Raises:
        UserError: the file cannot be understood; it says where and stays as it is.
    """
    settings = load(folder)
    narrative = settings.narrative_model()
    if narrative is None:
        return OfflineVoice()
    return ModelVoice(Client(), narrative, settings.classifier_chain(), settings.embedding_model())
