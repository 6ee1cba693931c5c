"""What a speaker does while speaking.  Without a subject: it is always the speaker who does it.

Fields: ``{to}`` the one spoken to, ``{tos}`` theirs, ``{their}`` and ``{them}`` the speaker's own, ``{thing}`` what
the speaker holds, ``{busy}`` what the speaker is at, ``{spot}`` something to sit or stand at.
"""

from __future__ import annotations

MOOD: dict[str, tuple[str, ...]] = {
    "thinking": (
        "thinks about it",
        "looks past {to} for a moment, then back",
        "takes {their} time before answering",
        "tilts {their} head a little",
        "opens {their} mouth, thinks better of it, starts again",
        "is quiet for the length of a breath",
        "frowns, but not at {to}",
        "weighs the question",
    ),
    "listening": (
        "listens without interrupting",
        "nods slowly",
        "watches {tos} face",
        "raises an eyebrow",
        "lets that settle",
        "looks up",
        "half smiles",
        "says nothing for a second or two",
    ),
    "touched": (
        "goes very still",
        "swallows",
        "looks at {to} as if for the first time",
        "blinks, twice",
        "has to look away for a moment",
        "breathes out slowly",
        "starts to say something light and doesn't",
    ),
    "hurt": (
        "stiffens",
        "sets {their} jaw",
        "looks down, then up again",
        "laughs once, without any fun in it",
        "takes a slow breath",
        "goes quiet in a way that has an edge",
    ),
    "amused": (
        "laughs",
        "grins",
        "tries not to smile and fails",
        "shakes {their} head, smiling",
        "snorts",
        "bites back a laugh",
    ),
    "greeting": ("looks up", "turns at the sound of {tos} voice", "lifts a hand", "nods hello", "brightens a little"),
    "parting": ("nods", "lifts a hand", "lingers for a second", "watches {to} a moment longer than necessary"),
    "startled": ("stops short", "stares", "blinks", "forgets what to do with {their} hands", "goes pale, then pink"),
}
"""By what the moment asks for."""

BAND: dict[str, tuple[str, ...]] = {
    "cold": (
        "doesn't look round",
        "crosses {their} arms",
        "keeps {their} distance",
        "answers without much warmth",
        "looks {to} over",
    ),
    "wary": ("keeps {their} voice even", "studies {to} for a moment", "hesitates", "doesn't quite meet {tos} eyes"),
    "warm": ("smiles at {to}", "leans in a little", "relaxes visibly", "gives {to} a crooked smile"),
    "close": (
        "smiles the smile that is only for {to}",
        "reaches over and straightens {tos} collar",
        "rests a hand on {tos} arm",
        "looks at {to} with open fondness",
        "bumps {tos} shoulder gently",
    ),
}
"""By how the speaker stands to the one spoken to."""

APART: dict[str, tuple[str, ...]] = {
    "cold": BAND["cold"],
    "wary": BAND["wary"],
    "warm": BAND["warm"],
    "close": ("smiles the smile that is only for {to}", "looks at {to} with open fondness", "softens at once"),
}
"""The same where nobody can reach anybody."""

POSTURE: dict[str, tuple[str, ...]] = {
    "sitting": (
        "leans back",
        "draws up one knee",
        "shifts in {their} seat",
        "sits forward, elbows on {their} knees",
        "turns {their} chair a little",
    ),
    "standing": (
        "shifts from one foot to the other",
        "leans against the nearest thing",
        "takes half a step closer",
        "stands with {their} weight on one hip",
        "stuffs {their} hands in {their} pockets",
    ),
    "lying": (
        "rolls onto {their} side",
        "props {them_self} up on one elbow",
        "stares at the ceiling",
        "tucks an arm under {their} head",
    ),
    "leaning": ("leans a little heavier", "pushes off, then leans back again", "crosses one ankle over the other"),
    "kneeling": ("sits back on {their} heels", "brushes dust off {their} knees"),
    "crouching": ("balances on {their} heels", "looks up from down there"),
}
"""By how the speaker sits or stands."""

WATCHFUL: tuple[str, ...] = (
    "keeps {their} eyes on {focus}",
    "doesn't take {their} eyes off {focus}",
    "glances over for half a second, then back to {focus}",
    "answers without looking away from {focus}",
    "tightens {their} grip, eyes on {focus}",
    "waits until there is a moment to spare, eyes still on {focus}",
    "talks to {focus} rather than to {to}",
    "says it to the air ahead",
    "makes some small correction first",
    "lets a difficult stretch go by before answering",
    "raises an eyebrow without turning {their} head",
    "half smiles, eyes ahead",
    "breathes out through {their} nose",
    "loosens {their} shoulders, one after the other",
    "nods, barely",
    "is quiet for as long as {focus} asks for it",
)
"""For those whose work leaves them no glance to spare."""

HOLDING: tuple[str, ...] = (
    "turns {thing} over in {their} hands",
    "looks down at {thing}",
    "sets {thing} aside for a second, then picks it up again",
    "taps a finger against {thing}",
    "weighs {thing} in one hand",
)
"""For those who hold something."""

DRINKING: tuple[str, ...] = (
    "takes a sip",
    "swirls what is left in {thing}",
    "warms {their} hands on {thing}",
    "drinks, to win a moment",
    "hides for a moment behind {thing}",
)
"""For those who hold something to drink."""

BUSY: tuple[str, ...] = (
    "stops in the middle of {busy}",
    "goes on {busy} for a moment",
    "looks up from {busy}",
    "leaves off {busy}",
    "is only half done with {busy} and does not mind",
)
"""For those who are at something."""

SPOT: tuple[str, ...] = ("leans against the {spot}", "runs a finger along the {spot}", "glances at the {spot}")
"""With what the place has."""

AROUND: dict[str, tuple[str, ...]] = {
    "outdoors": ("looks up at the sky", "turns {their} face into the wind", "scuffs at the ground with one shoe"),
    "bar": ("waves off the barkeeper", "speaks up a little over the noise", "turns a coaster over and over"),
    "cafe": ("stirs what needs no stirring", "makes a bird of a napkin, almost"),
    "workplace": ("pushes some papers aside", "glances at the door out of habit"),
    "home": ("straightens a cushion that was straight", "listens to the house for a second"),
    "room": ("glances at the window", "pushes the door to with one foot"),
    "vehicle": ("watches the lights go by", "drums two fingers on {their} knee"),
    "shop": ("rearranges something that was fine where it was",),
    "night": ("rubs {their} eyes", "lowers {their} voice, as one does this late"),
    "morning": ("stifles a yawn", "squints at the light"),
    "evening": ("watches the light go",),
    "rain": ("listens to the rain for a moment",),
    "snow": ("watches the snow",),
    "storm": ("flinches at the thunder, then pretends not to have",),
    "fire": ("looks into the fire",),
}
"""By the sort of place, the hour and the weather."""
