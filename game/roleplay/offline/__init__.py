"""The offline voice: the characters speak and the classifiers answer by rules alone, with no model anywhere."""

from game.roleplay.offline.voice import OfflineVoice

__all__ = ["OfflineVoice"]
