"""The judge: input edges in, judgements out, the same for live play, replays and peers."""

from game.rhythm.judge.judge import Judge
from game.rhythm.judge.lanes import HIT, NoteState, Part

__all__ = ["HIT", "Judge", "NoteState", "Part"]
