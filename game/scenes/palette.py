"""The colours of lanes and judgements, for every kind of eye.

Colour is never the only signal: lanes also differ by place, mines and lifts by shape, judgements by word.
"""

from __future__ import annotations

from engine.draw.colour import Colour, rgb

LANES: dict[str, tuple[Colour, Colour, Colour]] = {
    # Outer lanes, the ones between, the middle lane of an odd count.  The twins follow Okabe and Ito.
    "neon": (rgb("#E9EEFF"), rgb("#4DE1FF"), rgb("#FFC857")),
    "deuteranopia": (rgb("#F2F2F2"), rgb("#56B4E9"), rgb("#F0E442")),
    "protanopia": (rgb("#F2F2F2"), rgb("#3FA7FF"), rgb("#F0E442")),
    "tritanopia": (rgb("#F2F2F2"), rgb("#00C2A0"), rgb("#FF6F61")),
}

MINES: dict[str, Colour] = {
    "neon": rgb("#FF5C6C"),
    "deuteranopia": rgb("#D55E00"),
    "protanopia": rgb("#E69F00"),
    "tritanopia": rgb("#CC2A49"),
}

JUDGEMENTS: dict[str, tuple[Colour, ...]] = {
    # From the best to the worst; a rule set with fewer judgements leaves out the middle.
    "neon": tuple(map(rgb, ("#FFF3B0", "#FFC857", "#9BE564", "#4DE1FF", "#B98CFF", "#FF5C6C"))),
    "deuteranopia": tuple(map(rgb, ("#FFFFFF", "#F0E442", "#56B4E9", "#0072B2", "#CC79A7", "#D55E00"))),
    "protanopia": tuple(map(rgb, ("#FFFFFF", "#F0E442", "#56B4E9", "#3F6FFF", "#CC79A7", "#E69F00"))),
    "tritanopia": tuple(map(rgb, ("#FFFFFF", "#FFB3A7", "#00C2A0", "#008B9E", "#B04A8B", "#CC2A49"))),
}


def lane_colours(keys: int, palette: str) -> list[Colour]:
    """A colour for each of ``keys`` lanes, the same from either edge inwards, so that the hands mirror."""
    outer, inner, middle = LANES[palette]
    colours = []
    for lane in range(keys):
        from_edge = min(lane, keys - 1 - lane)
        if keys % 2 and lane == keys // 2:
            colours.append(middle)
        else:
            colours.append(outer if from_edge % 2 == 0 else inner)
    return colours


def judgement_colour(place: int, count: int, palette: str) -> Colour:
    """The colour of judgement ``place`` of ``count``, best first."""
    colours = JUDGEMENTS[palette]
    if place >= count - 1:
        return colours[-1]
    return colours[round(place * (len(colours) - 2) / max(1, count - 2))]
