"""Sound: a stream in a process of its own, its mixer and its clock, decoding and stretching.

>>> from engine.sound import Sound
>>> with Sound.silent() as sound:
...     sound.clock.now_us()
0
"""

from engine.sound.child import OutputDevice, output_devices
from engine.sound.commands import Bus
from engine.sound.decode import Pcm, decode, resample
from engine.sound.samples import Sample
from engine.sound.shared import SoundError
from engine.sound.song_clock import SongClock
from engine.sound.stream import Cue, Sound, SoundStatus
from engine.sound.stretch import stretch

__all__ = [
    "Bus",
    "Cue",
    "OutputDevice",
    "Pcm",
    "Sample",
    "SongClock",
    "Sound",
    "SoundError",
    "SoundStatus",
    "decode",
    "output_devices",
    "resample",
    "stretch",
]
