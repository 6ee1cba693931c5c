"""The drum kit of a free jam: which piece stands on which lane, and how each is made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from game.jam.synthesis import Wave, band, noise, partials, ramp, seconds


@dataclass(frozen=True, slots=True)
class Piece:
    """One drum or cymbal.

    ``body`` is its skin: frequency at the end and how far above it begins (Hz), seconds of the fall of pitch and of
    the tone.  ``rush`` is its noise: lowest and highest frequency, seconds, amplitude beside the body.  ``metal`` is
    the amplitude of ringing partials around ``metal_hz``; a clap has several hands.  ``gain_db`` is how far the piece
    stands before or behind the others.
    """

    words: str
    rank: int
    pan: float
    body: tuple[float, float, float, float] = (0.0, 0.0, 0.01, 0.01)
    rush: tuple[float, float, float, float] = (0.0, 1000.0, 0.01, 0.0)
    metal: float = 0.0
    metal_hz: float = 0.0
    claps: int = 1
    gain_db: float = 0.0


PIECES: tuple[Piece, ...] = (
    Piece("Kick", 0, 0.0, (47.0, 150.0, 0.028, 0.16), (300.0, 3500.0, 0.008, 0.25), gain_db=4.0),
    Piece("Low tom", 5, 0.3, (82.0, 60.0, 0.05, 0.2), (200.0, 2500.0, 0.02, 0.2), gain_db=1.5),
    Piece("Middle tom", 9, 0.1, (118.0, 80.0, 0.045, 0.17), (200.0, 3000.0, 0.02, 0.2), gain_db=1.0),
    Piece("High tom", 6, -0.2, (165.0, 100.0, 0.04, 0.14), (200.0, 3500.0, 0.02, 0.2), gain_db=1.0),
    Piece("Low conga", 13, 0.35, (190.0, 30.0, 0.02, 0.15), (500.0, 2500.0, 0.01, 0.3)),
    Piece("High conga", 12, 0.25, (285.0, 40.0, 0.015, 0.1), (600.0, 3500.0, 0.009, 0.35)),
    Piece("Snare", 1, 0.0, (182.0, 90.0, 0.02, 0.08), (900.0, 7500.0, 0.085, 0.9), gain_db=1.5),
    Piece("Clap", 3, -0.15, (0.0, 0.0, 0.01, 0.01), (700.0, 4200.0, 0.075, 1.0), claps=3),
    Piece("Rim", 8, 0.15, (480.0, 260.0, 0.006, 0.025), (1200.0, 5500.0, 0.008, 0.6)),
    Piece("Wood block", 14, -0.3, (880.0, 200.0, 0.006, 0.035), (1500.0, 5000.0, 0.004, 0.3), gain_db=-4.0),
    Piece("Cowbell", 11, -0.25, metal=1.0, metal_hz=545.0, gain_db=-5.0),
    Piece("Shaker", 10, 0.4, rush=(3500.0, 9000.0, 0.045, 1.0), gain_db=-7.0),
    Piece("Tambourine", 15, -0.4, rush=(4000.0, 9500.0, 0.07, 1.0), metal=0.12, metal_hz=3100.0, gain_db=-7.0),
    Piece("Closed hat", 2, 0.25, rush=(5200.0, 10500.0, 0.028, 1.0), metal=0.12, metal_hz=3400.0, gain_db=-6.0),
    Piece("Open hat", 4, 0.25, rush=(5000.0, 10500.0, 0.19, 1.0), metal=0.12, metal_hz=3400.0, gain_db=-7.0),
    Piece("Ride", 7, 0.35, rush=(4200.0, 9000.0, 0.3, 0.35), metal=0.3, metal_hz=1900.0, gain_db=-6.5),
    Piece("Splash", 16, -0.35, rush=(3200.0, 9500.0, 0.3, 1.0), metal=0.15, metal_hz=2300.0, gain_db=-5.0),
    Piece("Crash", 17, -0.3, rush=(2200.0, 9000.0, 0.6, 1.0), metal=0.15, metal_hz=1500.0, gain_db=-3.5),
)
"""From the lowest to the highest; ``rank`` says which are there when lanes are few."""

_RINGING = ((1.0, 1.0), (1.483, 0.8), (1.932, 0.5), (2.546, 0.4), (2.63, 0.35), (3.897, 0.2))
"""Partials of a metal plate beside each other: they blend without a pitch."""


def kit(lanes: int) -> tuple[Piece, ...]:
    """The pieces of a kit with so many lanes, from the lowest to the highest."""
    return tuple(piece for piece in PIECES if piece.rank < lanes)


def drum(piece: Piece, rate_hz: int) -> Wave:
    """One stroke."""
    end_hz, above_hz, bend_s, fall_s = piece.body
    low_hz, high_hz, rush_s, loud = piece.rush
    ring_s = 0.16 if piece.metal == 1.0 else 1.4 * rush_s
    longest = max(fall_s if end_hz else 0.0, rush_s if loud else 0.0, ring_s if piece.metal else 0.0)
    at = seconds(min(0.12 + 5.0 * longest, 2.2), rate_hz)
    out = np.zeros_like(at)
    if end_hz:
        turns = end_hz * at + above_hz * bend_s * (1 - np.exp(-at / bend_s))
        out += np.sin(2 * np.pi * turns) * np.exp(-at / fall_s) * ramp(at, 0.0015)
    if loud:
        hiss = band(noise(len(at), 7 + piece.rank), low_hz, high_hz, rate_hz)
        out += loud * hiss / (3.0 * float(hiss.std())) * _strokes(at, rush_s, piece.claps)
    if piece.metal:
        rows = [(multiple, amplitude, ring_s) for multiple, amplitude in _RINGING]
        out += piece.metal * 0.5 * partials(at, piece.metal_hz, rows, rate_hz) * ramp(at, 0.001)
    return out


def _strokes(at_s: Wave, fall_s: float, hands: int) -> Wave:
    """The rise and fall of a stroke; of a clap the hands come one after the other."""
    out = np.zeros_like(at_s)
    for hand in range(hands):
        since = np.maximum(at_s - 0.011 * hand, 0.0)
        fall = fall_s if hand == hands - 1 else 0.006
        out = np.maximum(out, ramp(since, 0.001) * np.exp(-since / fall))
    return out
