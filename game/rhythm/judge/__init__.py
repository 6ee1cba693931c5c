"""The judge: input edges in, judgements out, the same for live play, replays and peers."""

from game.rhythm.hits import HIT, NoteState, Part
from game.rhythm.judge.judge import Judge

__all__ = ["HIT", "Judge", "NoteState", "Part"]
