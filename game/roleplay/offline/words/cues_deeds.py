"""What gives away the sense of a deed, as in :mod:`~game.roleplay.offline.words.cues`."""

from __future__ import annotations

ACTIONS: tuple[tuple[str, str], ...] = (
    (
        "strike",
        r"\b(?:slaps?|punch(?:es)?|hits?|shoves?|kicks?|strikes?|chokes?|stabs?|shoots? at)\b(?! (?:the (?:ball|"
        r"road|lights?|brakes?|button|keys?)|snooze|on\b|it off))",
    ),
    (
        "spit",
        r"\b(?:spits? (?:at|on|in)|throws? (?:\w+ ){1,4}(?:at|in) (?:you|her|him|\w+'s face)|laughs? in (?:your|"
        r"her|his))",
    ),
    (
        "kiss_lips",
        r"\bkiss(?:es|ed|ing)? (?:you|her|him|them|[a-z]+)?(?: \w+){0,2}(?=[.,!*]|$| (?:on the (?:lips|mouth)|"
        r"back|softly|deeply|gently|slowly))(?<!cheek)(?<!forehead)(?<!hand)",
    ),
    (
        "kiss_soft",
        r"\bkiss(?:es)? (?:your|her|his|their|\w+'s|you on the|her on the|him on the|\w+ on the) (?:cheek|"
        r"forehead|hand|hair|temple|nose|knuckles)|\bpecks?\b",
    ),
    (
        "hug",
        r"\b(?:hugs?|embraces?|wraps? (?:an arm|(?:my|her|his|their|both) arms?) around|pulls? (?:you|her|him|"
        r"\w+) (?:close|in|into)|snuggles?|cuddles?)\b",
    ),
    (
        "touch",
        r"\b(?:takes?|holds?|squeez(?:es?|ing)|strokes?|brush(?:es)?|caress(?:es)?|reach(?:es)? for|"
        r"touch(?:es)?) (?:your|her|his|their|\w+'s) (?:hands?|fingers?|arm|cheek|face|shoulder|hair|wrist)|"
        r"\brests? (?:a|my|her|his) (?:hand|head) on",
    ),
    (
        "give",
        r"\b(?:hands?|gives?|offers?|passes|slides?|tosses|presents?|holds? out|brings?) (?:you |her |him |them |"
        r"over |\w+ )?(?P<x>(?:a|an|the|some|my|his|her|their|one of the) [\w' -]{2,40}?)(?= to\b| over\b| with\b|"
        r" across\b| out\b|[.,!*]|$)",
    ),
    ("take", r"\b(?:snatch(?:es)?|grabs?|steals?|takes?) (?:your|\w+'s|the \w+ from) "),
    (
        "leave",
        r"\b(?:walks? (?:out|away|off)|leaves?|storms? (?:out|off)|heads? (?:out|home|off)|turns? to (?:go|leave)|"
        r"slams? the door|drives? off)\b",
    ),
    (
        "cry",
        r"\b(?:cr(?:y|ies|ying)|sobs?|sobbing|weeps?|tears?|wipes? (?:my|her|his|their) eyes|voice (?:breaks|"
        r"cracks))\b",
    ),
    ("laugh", r"\b(?:laughs?|laughing|chuckles?|giggles?|snickers?|grins?|cackles?)\b"),
    ("smile", r"\b(?:smiles?|smiling|beams?|winks?)\b"),
    (
        "sit",
        r"\b(?:sits?|settles?|takes? a seat|drops? into|perch(?:es)?|slumps?|pulls? (?:up|out) a chair|lies? down|"
        r"lean(?:s)? (?:against|back|on))\b",
    ),
    (
        "approach",
        r"\b(?:walks? (?:over|in|up|to|toward)|comes? (?:over|in|closer)|steps? (?:closer|inside|in)|"
        r"approach(?:es)?|enters?|moves? closer|knocks?|arrives?)\b",
    ),
    ("look", r"\b(?:looks?|stares?|glances?|gazes?|watch(?:es)?|studies|peers?|eyes)\b"),
    (
        "sigh",
        r"\b(?:sighs?|groans?|shrugs?|yawns?|shakes? (?:my|her|his|their) head|rolls? (?:my|her|his|their) eyes|"
        r"frowns?|winces?)\b",
    ),
    ("nod", r"\b(?:nods?|agrees)\b"),
    ("drink", r"\b(?:drinks?|sips?|eats?|bites?|pours?|cooks?|stirs?|takes? a (?:sip|bite))\b"),
    ("play", r"\b(?:plays?|sings?|hums?|dances?|strums?)\b"),
)
