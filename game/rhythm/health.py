"""How much osu!mania heals: worked out once a chart, so that perfect play always recovers.

osu! looks for the strongest constant drain a perfect play survives and raises healing until each note wins
back what HP asks for; osu!mania then drops the drain and keeps the healing (ppy/osu
LegacyDrainingHealthProcessor and its stable reference).  Checked against the life graph of a replay that the
original game wrote.
"""

from __future__ import annotations

import numpy as np

from game.rhythm.chart import Chart, NoteKind

BAR = 200.0
FIRST_DRAIN = 0.05
"""Health lost a millisecond in the first attempt, of a bar of 200."""
STEADIER = 0.96
HEALTHIER = 1.01
MOST_TRIES = 2000


def _range(value: float, easy: float, normal: float, hard: float) -> float:
    """osu!'s three-point scale over 0, 5 and 10."""
    if value > 5:
        return normal + (hard - normal) * (value - 5) / 5
    return easy + (normal - easy) * value / 5


def osu_health(chart: Chart | None) -> tuple[float, ...]:
    """What MAX, 300, 200, 100, 50 and a miss add to health (0 to 1) in osu!mania on ``chart``."""
    drain = min(10.0, max(0.0, chart.health_drain if chart is not None else 8.0))
    healing = _healing(chart, drain) if chart is not None else 1.0
    return (
        healing * (0.0055 - drain * 0.0005),
        healing * (0.005 - drain * 0.0005),
        healing * (0.004 - drain * 0.0004),
        0.0,
        -(drain + 1) * 0.0016,
        -(drain + 1) * 0.0075,
    )


def _healing(chart: Chart, drain: float) -> float:
    """The factor on healing; 1 for a chart without notes.

    A perfect play's health is a walk held below the bar's top: down with time, up with each note.
    """
    played = chart.notes[np.isin(chart.notes["kind"], [int(NoteKind.TAP), int(NoteKind.HOLD), int(NoteKind.ROLL)])]
    count = len(played)
    gain = 1.1 - drain * 0.1
    if not count or gain <= 0:
        return 1.0
    start_ms, end_ms = played["at_us"] / 1000, played["end_us"] / 1000
    gaps_ms = start_ms - np.concatenate([start_ms[:1], end_ms[:-1]])
    gains = np.full(count, gain)
    waits_ms = gaps_ms + np.concatenate([[0.0], (end_ms - start_ms)[:-1]])
    lowest, lowest_end = _range(drain, 195, 160, 60), _range(drain, 198, 180, 80)
    wanted = _range(drain, 8, 4, 0)
    all_gains, all_ms = float(gains.sum()), float((end_ms - start_ms).sum() + gaps_ms.sum())

    def walk(healing: float, loss: float) -> tuple[float, float]:
        """The lowest health before a note, and the health at the end."""
        before = np.cumsum(np.concatenate([[0.0], healing * gains[:-1]]) - loss * waits_ms)
        after = before + healing * gains
        top = np.maximum.accumulate(np.concatenate([[0.0], after[:-1]]))
        return BAR + float((before - top).min()), BAR + float(after[-1] - max(float(top[-1]), float(after[-1]), 0.0))

    healing, loss = 1.0, FIRST_DRAIN
    survives = False
    for _ in range(MOST_TRIES):
        if not survives:
            low, last = walk(healing, loss)
            if low <= lowest:
                loss *= STEADIER
                continue
            if last < lowest_end:
                loss *= 0.94
                healing *= HEALTHIER
                continue
            survives = True  # and will from here on: only less is lost and more is healed
        if (healing * all_gains - loss * all_ms) / count >= wanted:
            break
        loss *= STEADIER
        healing *= HEALTHIER
    return healing


def quaver_density(chart: Chart | None) -> float:
    """Presses and releases a second at rate 1, breaks of a second left out; 0 where that cannot be said."""
    if chart is None or not len(chart.notes):
        return 0.0
    notes = chart.notes
    actions = np.sort(np.concatenate([notes["at_us"], notes["end_us"][notes["end_us"] > notes["at_us"]]]))
    gaps = np.diff(actions)
    played_us = int(gaps[gaps < 1_000_000].sum())
    return len(actions) * 1e6 / played_us if played_us else 0.0


def quaver_health(density: float) -> tuple[float, ...]:
    """Quaver heals more where a chart asks less, by actions a second as they are played: a rate makes it denser
    (Quaver.API: ScoreProcessorKeys, InitializeHealthWeighting)."""
    weights = (0.5, 0.4, 0.2, -3.0, -4.5, -6.0)
    if not 0 < density < 12:
        return tuple(weight / 100 for weight in weights)
    slopes = ((-0.14, 2.68), (-0.2, 3.4), (-0.14, 2.68), (0.084, -0.008), (0.081, 0.028), (0.0, 1.0))
    least = max(2.0, density)
    return tuple(
        round((slope * least + base) * weight, 2) / 100 for weight, (slope, base) in zip(weights, slopes, strict=True)
    )
