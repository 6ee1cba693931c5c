"""Time going by, in a sentence or two."""

from __future__ import annotations

ARRIVED = (
    "The way runs out before the talk does, and then {place} is there.",
    "Somewhere along the way nobody says anything, and it is not a bad silence. Then: {place}.",
    "The last stretch goes by almost unnoticed, until {place} comes into view.",
    "It takes as long as it takes. At last, {place}.",
    "A while later the journey is behind you, and {place} opens up ahead.",
    "The miles fold up behind you. {place}, finally.",
)
FINISHED = (
    "In its own time it comes to an end: {what} is done with.",
    "A while passes. What there was to do ({what}) is done.",
    "The minutes go where minutes go, and then there is nothing left of {what} but the quiet after it.",
    "It takes a little longer than anyone thought, as {what} does, and then it is over.",
)
PASSED = (
    "Time does what it does when nobody is looking.",
    "The hours close over one another, and the story picks up again.",
    "Lamps go out, lamps go on; the world has turned a little.",
    "What lies between is gone as quickly as it came.",
    "Things go their ordinary way for a while, and then not quite.",
    "A stretch of ordinary time goes by.",
)
LANDING = {
    "early morning": "having a first coffee",
    "morning": "starting the day",
    "noon": "taking a break",
    "afternoon": "going about the day",
    "evening": "winding down",
    "midnight": "still awake",
    "night": "still up",
}
"""By the part of the day in the clock's words: what people are at when they are met again."""
