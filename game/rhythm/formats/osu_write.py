"""Writing charts as osu!mania beatmaps (``osu file format v14``)."""

from __future__ import annotations

import numpy as np

from game.rhythm.chart import Chart, NoteKind
from game.rhythm.formats.osu import MAX_SV, MIN_SV, base_beat_us, beat_at, timing_in_bounds

_HOLDS = (NoteKind.HOLD, NoteKind.ROLL)
_UNWRITTEN = (NoteKind.MINE, NoteKind.FAKE)


def write_osu(chart: Chart) -> str:
    """``chart`` as the text of an ``.osu`` file (to be saved as UTF-8).

    Reading it again gives the same notes, tempo, sounds and scroll.  What osu!mania cannot say is lost: mines and
    fakes are left out, rolls become holds and lifts taps; scroll factors are held within what its velocities can
    express, leaps and zooms are left out; of an audio offset nothing is written.
    """
    sections = (
        ("General", _general(chart)),
        ("Editor", ["DistanceSpacing: 1", "BeatDivisor: 4", "GridSize: 4", "TimelineZoom: 1"]),
        ("Metadata", _metadata(chart)),
        ("Difficulty", _difficulty(chart)),
        ("Events", _events(chart)),
        ("TimingPoints", _timing_points(chart)),
        ("HitObjects", _hit_objects(chart)),
    )
    return "osu file format v14\n\n" + "\n".join(f"[{title}]\n" + "\n".join([*lines, ""]) for title, lines in sections)


def _line(text: str) -> str:
    """``text`` without anything that would end its line or not print."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def _file(name: str) -> str:
    """A file name as a quoted cell can hold it; names with marks that break the cell cannot be written."""
    name = name.strip()
    return "" if any(mark in name for mark in '",:\n\r') or "//" in name else name


def _ms(at_us: int) -> str:
    """Microseconds as milliseconds, with decimals only where they are needed."""
    whole, rest = divmod(at_us, 1000)
    return str(whole) if rest == 0 else repr(at_us / 1000)


def _real(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def _general(chart: Chart) -> list[str]:
    return [
        f"AudioFilename: {_line(chart.audio) or 'virtual'}",
        f"AudioLeadIn: {_ms(max(0, chart.lead_in_us))}",
        f"PreviewTime: {_ms(chart.preview_us) if chart.preview_us >= 0 else '-1'}",
        "Countdown: 0",
        "SampleSet: Normal",
        "StackLeniency: 0.7",
        "Mode: 3",
        "LetterboxInBreaks: 0",
        f"SpecialStyle: {1 if chart.scratch_lanes else 0}",
        "WidescreenStoryboard: 0",
    ]


def _metadata(chart: Chart) -> list[str]:
    title, artist = _line(chart.title), _line(chart.artist)
    return [
        f"Title:{title}",
        f"TitleUnicode:{title}",
        f"Artist:{artist}",
        f"ArtistUnicode:{artist}",
        f"Creator:{_line(chart.creator)}",
        f"Version:{_line(chart.level)}",
        "Source:",
        f"Tags:{_line(' '.join(chart.tags))}",
        "BeatmapID:0",
        "BeatmapSetID:-1",
    ]


def _difficulty(chart: Chart) -> list[str]:
    return [
        f"HPDrainRate:{_real(chart.health_drain)}",
        f"CircleSize:{chart.keys}",
        f"OverallDifficulty:{_real(chart.overall_difficulty)}",
        "ApproachRate:5",
        "SliderMultiplier:1.4",
        "SliderTickRate:1",
    ]


def _events(chart: Chart) -> list[str]:
    lines = ["//Background and Video events"]
    if picture := _file(chart.background):
        lines.append(f'0,0,"{picture}",0,0')
    lines += ["//Break Periods", "//Storyboard Sound Samples"]
    for at_us, sound, volume, _ in chart.backing.tolist():
        if 0 <= sound < len(chart.sounds) and (name := _file(chart.sounds[sound])):
            lines.append(f'Sample,{_ms(at_us)},0,"{name}",{_real(round(volume * 100, 3))}')
    return lines


def _timing_points(chart: Chart) -> list[str]:
    """Tempo lines, and a velocity line wherever tempo alone would not give the scroll factor."""
    timing = timing_in_bounds(chart.timing)
    lines: list[tuple[int, int, str]] = [
        (at_us, 0, f"{_ms(at_us)},{_real(beat_us / 1000)},{meter},1,0,100,1,0")
        for at_us, beat_us, meter in timing.tolist()
    ]
    at_us = np.unique(np.concatenate((timing["at_us"], chart.scroll["at_us"])))
    if len(at_us):
        index = np.searchsorted(chart.scroll["at_us"], at_us, side="right") - 1
        factor = chart.scroll["factor"][np.maximum(index, 0)] if len(chart.scroll) else np.ones(len(at_us))
        last_us = chart.last_us if len(chart.notes) else int(timing["at_us"][-1]) if len(timing) else 0
        tempo = base_beat_us(timing, last_us) / beat_at(timing, at_us) if len(timing) else 1.0
        velocity = np.clip(factor / tempo, MIN_SV, MAX_SV)
        is_tempo = np.isin(at_us, timing["at_us"])
        for at, sv, implied in zip(at_us.tolist(), velocity.tolist(), is_tempo.tolist(), strict=True):
            if not (implied and abs(sv - 1) < 1e-12):
                lines.append((at, 1, f"{_ms(at)},{_real(-100 / sv)},4,1,0,100,0,0"))
    return [line for _, _, line in sorted(lines)]


def _hit_objects(chart: Chart) -> list[str]:
    lines = []
    names = [_file(name) for name in chart.sounds]
    centres = [(2 * lane + 1) * 256 // chart.keys for lane in range(chart.keys)]
    for at_us, end_us, lane, kind, sound in chart.notes.tolist():
        if kind in _UNWRITTEN:
            continue
        sample = f"0:0:0:0:{names[sound] if 0 <= sound < len(names) else ''}"
        if kind in _HOLDS:
            lines.append(f"{centres[lane]},192,{_ms(at_us)},128,0,{_ms(end_us)}:{sample}")
        else:
            lines.append(f"{centres[lane]},192,{_ms(at_us)},1,0,{sample}")
    return lines
