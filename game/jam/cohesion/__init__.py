"""Cohesion: who plays together, at what ratio, who is heard how loud, and how one is drawn in (001 C1 to C7)."""

from game.jam.cohesion.band import Cohesion
from game.jam.cohesion.face import Coherence, GroupRow, Guardrail, PlayerRow
from game.jam.cohesion.learning import pseudonym, to_share
from game.jam.cohesion.words import ratio, word

__all__ = ["Coherence", "Cohesion", "GroupRow", "Guardrail", "PlayerRow", "pseudonym", "ratio", "to_share", "word"]
