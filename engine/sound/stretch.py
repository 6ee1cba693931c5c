"""A song at another rate, with or without its pitch; every instant lands at ``instant / rate``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.sound.decode import Pcm, Progress, _convert
from engine.sound.shared import SoundError

MIN_RATE, MAX_RATE = 0.25, 4.0


def stretch(pcm: Pcm, rate: float, keep_pitch: bool = True, progress: Progress | None = None) -> Pcm:
    """The song played ``rate`` times as fast: output time times ``rate`` is song time.

    With ``keep_pitch`` by Signalsmith Stretch, which lines its output up with its input: a click lands within
    1.3 ms of its place, the middle of a tone to the frame.  Without, by resampling (like a tape), to the frame.

    Raises:
        SoundError: if the rate is not between 0.25 and 4.
    """
    if not MIN_RATE <= rate <= MAX_RATE:
        raise SoundError(f"rate {rate:g} is out of range; choose between {MIN_RATE:g} and {MAX_RATE:g}.")
    if rate == 1.0 or not len(pcm.frames):
        return pcm
    if not keep_pitch:
        return Pcm(_convert(pcm.frames, pcm.rate_hz * rate, pcm.rate_hz, progress), pcm.rate_hz)
    from python_stretch import Signalsmith

    stretcher = Signalsmith.Stretch()
    stretcher.preset(2, float(pcm.rate_hz))
    stretcher.setTimeFactor(rate)
    if progress is not None:
        progress(0.0)
    wanted = round(len(pcm.frames) / rate)
    made: NDArray[np.float32] = np.asarray(stretcher.process(np.ascontiguousarray(pcm.frames.T)))
    out = np.zeros((wanted, 2), np.float32)
    count = min(wanted, made.shape[1])
    out[:count] = made[:, :count].T
    if progress is not None:
        progress(1.0)
    return Pcm(out, pcm.rate_hz)
