"""Openings, scenes while nobody is there, and the short word thrown in.

Fields as in :mod:`~game.roleplay.offline.words.gestures`, and ``{place}``, ``{part}`` (of the day), ``{clock}``,
``{me}`` the speaker's name, ``{verb}`` what the speaker is at, ``{other}`` the other one who is there.
"""

from __future__ import annotations

SCENE: tuple[str, ...] = (
    "{clock}. {place_cap}. {me} is here, {verb}.",
    "{place_cap}, {clock_low}. {me} is {verb}, and has been for a while by the look of it.",
    "It is {clock_low}, and {place} has gone quiet around {me}, who is {verb}.",
    "{clock}. At {place}, {me} is {verb}, and looks up when the door goes.",
)
"""The first lines of a story, where something is being done."""

SCENE_STILL: tuple[str, ...] = (
    "{clock}. {place_cap}. {me} is here.",
    "{place_cap}, {clock_low}. {me} looks up.",
    "It is {clock_low}, and at {place} {me} has been waiting for something to happen.",
)
"""The same, where nothing is."""

FIRST_WORDS: dict[str, tuple[str, ...]] = {
    "cold": (
        "You're in my light.",
        "I didn't expect you here. I'd have gone elsewhere.",
        "If you've come to talk, make it short.",
    ),
    "any": (
        "Oh. Hello. I didn't think anyone else would be here.",
        "Hey. Have you been standing there long?",
        "You look like you've got a question. Or is that just your face?",
        "Come in, come in. You're letting the {part} out.",
    ),
    "warm": (
        "There you are. I was starting to invent reasons why you weren't coming.",
        "I was hoping it'd be you.",
        "You're late. I'm joking. I've only just got here.",
    ),
    "close": (
        "I'd know those steps anywhere. Come here.",
        "I've been saving up things to tell you since this morning.",
    ),
}
"""And the first words of it."""

MEANWHILE: tuple[str, ...] = (
    "*{me} is alone at {place} for once, {verb}.* Nobody to talk to, so the thoughts come out loud. *A breath.* "
    "It could have gone worse. It could have gone better, too.",
    "*{place_cap} has gone quiet. {me} keeps {verb}, slower now.* There were things left to say. *A shrug at the "
    "empty room.* Next time.",
    "*With nobody watching, {me} lets the day drop from {their} shoulders.* All right, then. What now? *The "
    "{part} doesn't answer.*",
)
"""A scene while the player is away, with nobody else there."""

MEANWHILE_TWO: tuple[str, ...] = (
    "*{me} waits until the door has closed, then turns to {other}.* Well? Say it. You've been holding it in all "
    "{part}.",
    "*Left alone with {other}, {me} looks for something to do with {their} hands.* It's different when it's only "
    "the two of us, isn't it?",
    "*{me} sits down across from {other}.* I don't think we've ever really talked, you and I. Not without a reason to.",
    "*{other} hasn't said anything for a while. {me} breaks the silence first.* What do you make of all this?",
)
"""The same with somebody there."""

MEANWHILE_ON: tuple[str, ...] = (
    "*{me} takes {their} time with the answer.* You may be right. I'd not have said so yesterday.",
    "*{me} laughs quietly.* Let's not tell anyone we get along.",
    "*{me} looks at the door, then back at {other}.* Do you think it'll hold? All of it, I mean.",
    "*{me} shakes {their} head.* You see that in black and white. I never could.",
    "*{me} pushes the thought away with one hand.* Enough of that. Tell me something I don't know about you.",
    "*{me} nods, slower than before.* I hadn't looked at it from your side.",
    "*{me} is quiet for a while.* I'm glad it was you I got stuck with.",
    "*{me} glances at the window.* It's late. Late enough to be honest, at any rate.",
)
"""And as it goes on."""

ABOUT_YOU: tuple[str, ...] = (
    "I keep thinking about {you}.",
    "What do you think of {you}? Honestly.",
    "{you_cap} would have something to say about this.",
)
"""Of the one who is away."""

TRANSITION: tuple[str, ...] = (
    "{clock}. {place_cap} looks the way it always does, only later. {me} is {verb}.",
    "Time has gone by, the way it does. At {place}, {clock_low}, {me} is {verb}.",
    "{clock}. The light has moved. {me} is at {place}, {verb}, as if no time had passed at all.",
)
"""After time was skipped."""

BEATS: dict[str, tuple[str, ...]] = {
    "provoked": (
        "Hey. That's enough.",
        "You can't talk like that.",
        "Say that to me, why don't you.",
        "Leave it. Both of you.",
    ),
    "tender": (
        "I'll just look at the wall, shall I.",
        "Don't mind me.",
        "Well. It was about time.",
        "I feel like I should leave the room.",
    ),
    "named": ("I heard my name.", "I'm right here, you know.", "Leave me out of it.", "What about me?"),
    "asked": ("I'm for it.", "Don't ask me, I only live here.", "Count me in.", "I've no strong feelings either way."),
    "any": (
        "Mm-hm.",
        "I'd listen to that, if I were you.",
        "That's what I said an hour ago.",
        "Interesting company I keep.",
        "Is it always like this with you two?",
    ),
}
"""A short word from the one who was not asked."""

BEAT_GESTURES: tuple[str, ...] = (
    "looks from one to the other",
    "clears {their} throat",
    "raises an eyebrow at nobody in particular",
    "mutters into {their} collar",
    "coughs, not very convincingly",
    "glances up",
    "snorts softly",
    "shifts where {they} can be seen",
)
"""And what goes with it."""
