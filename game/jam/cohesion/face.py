"""What the game asks of cohesion: hits in, and several times a second what the band is doing.

    cohesion = Cohesion(me)
    cohesion.hit(peer, session_us)              # everyone's hits, one's own too
    coherence = cohesion.step(now_session_us)   # about 20 times a second

Everything is a number first; :func:`game.jam.cohesion.words.word` turns a row into a word for the screen.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guardrail:
    """How to perturb what one player hears and sees, so that it is drawn in (001 C5).  All zero: nothing.

    ``hear_late_us`` delays the sound of one's own hits (0 and up); ``cue_us`` moves the metronome and the others'
    pulse on the screen (negative: earlier); ``pan`` (-1 to 1) leans one's own sound left when ahead, right when
    behind; ``pitch_cents`` bends it down when behind, up when ahead; ``glow`` (0 to 1) lights the beat to come.
    """

    hear_late_us: int = 0
    cue_us: int = 0
    pan: float = 0.0
    pitch_cents: float = 0.0
    glow: float = 0.0


@dataclass(frozen=True, slots=True)
class PlayerRow:
    """One player now.

    ``phase`` (0 to 1) and ``period_us`` of its pulse, believed as far as ``confidence`` (0 to 1); ``group`` is the id
    of its group or -1; ``coherence`` (0 to 1) how well its hits fit that group or its own steady pulse; ``lag_us`` how
    far it plays behind its group (negative: ahead); ``weight`` how loud it is heard, 1 in full, down to 0.1;
    ``anchors``, ``drifts`` and ``assisted`` (0 to 1) how much others follow it (at least so much; ``anchors_most`` at
    most), how much it slides off, and how much it is being drawn in.
    """

    peer: str
    phase: float
    period_us: int
    confidence: float
    group: int
    coherence: float
    lag_us: int
    weight: float
    anchors: float
    drifts: float
    assisted: float
    anchors_most: float = 1.0


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A rhythm group now: its pulse, how together it is (``coherence``, the order parameter of its members).

    ``ratio`` is how many of its pulses go into one of the largest group's, any real number; ``id`` stays the same
    for as long as the group lives.
    """

    id: int
    members: tuple[str, ...]
    phase: float
    period_us: int
    coherence: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Coherence:
    """The band at ``session_us``.

    ``band`` (0 to 1) is the meter on the screen: each group's order parameter, weighted by how many play in it, those
    in none counting as zero.  ``order`` is Kuramoto's order parameter over all who play, whatever their group.
    """

    session_us: int
    band: float
    order: float
    players: tuple[PlayerRow, ...]
    groups: tuple[GroupRow, ...]
    mine: Guardrail
