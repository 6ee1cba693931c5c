"""Which words of an action tell that it lasts, how one sits or stands, what one holds and looks at."""

from __future__ import annotations

from game.roleplay.offline.text import word_set

ADVERBS = word_set(
    "slowly quickly gently quietly softly carefully finally just then now also suddenly nervously shyly only still "
    "silently lazily awkwardly casually simply almost barely immediately already briefly reluctantly absently"
)
LASTING = word_set(
    "read write type work cook bake knit sew mend repair fix build clean wash sweep iron polish practise "
    "practice "
    "drive ride fly sail row steer sleep nap doze dream smoke dance sing hike climb swim dig garden water plant "
    "chop peel "
    "carve pack unpack sort browse scroll text phone film record rehearse shop train exercise meditate pray "
    "guard patrol "
    "fish hunt argue leaf flip count translate tune prepare decorate gather load unload saw hammer weld sand "
    "drill tidy dust "
    "vacuum shower bathe shave dress paint sketch juggle stir eat jog cycle camp sunbathe bandage teach chat "
    "wrestle fight "
    "chase search operate repaint solder grind brew mix knead serve pace stroll wander embroider weave bartend "
    "babysit "
    "koch les schreib arbeit schlaf fahr putz spiel näh reparier"
)
"""Verbs that tell what somebody is busy with."""

LASTING_WITH: tuple[tuple[str, str], ...] = (
    ("play", r"(?:the|a|an|with|her|his|their|my|some|at|chess|cards|football|guitar|piano)\b"),
    ("walk", r"(?:along|through|down the|beside|home|the dog|up the)\b"),
    (
        "watch",
        r"(?:the|a|an) (?:\w+ )?(?:film|movie|show|game|news|match|play|television|tv|concert|children|kids|"
        r"stars|birds)\b",
    ),
    (
        "listen",
        r"to (?:the |a |an |her |his |their |my )?(?:\w+ )?(?:music|radio|record|records|song|album|"
        r"podcast|lecture)\b",
    ),
    ("study", r"(?:for|at|in|with|law|medicine|history|maths?|$)"),
    ("wait", r"for\b"),
    ("draw", r"(?:a|the|her|his|their) (?:\w+ )?(?:picture|portrait|map|sketch|face|plan|tree|cat|dog|circle)\b"),
    ("fold", r"(?:the|some|her|his|their|my)? ?(?:laundry|clothes|shirts|towels|sheets|paper)\b"),
    ("do", r"(?:the|her|his|their|my) (?:dishes|laundry|homework|accounts|crossword|washing)\b"),
    ("run", r"(?:along|through|down|up|laps|for|towards?|to)\b"),
    ("lie", r"in bed reading\b"),
    ("look", r"for\b"),
    ("set", r"the table\b"),
    (
        "make",
        r"(?:the |some |a |an |her |his |their |my )?(?:pot of )?(?:dinner|breakfast|lunch|tea|coffee|bed|"
        r"sandwiches|pancakes|soup|cake|fire)\b",
    ),
)
"""Verbs that do so with the right words behind them."""

BEGINS = word_set("start begin keep continue resume")
"""Before another verb in its -ing form: "starts sorting the cards"."""

POSTURES = (
    (
        "sitting",
        r"\b(?:sits?|sat|sitting|settles? (?:down|in|into|on|onto|back|beside)|perch(?:es)?|plops?|"
        r"slumps?|flops?|setz\w*|sitz\w*)\b",
    ),
    ("lying", r"\b(?:lies?|lying|lay|lays|stretch(?:es)? out|curls? up|leg\w* (?:mich|sich)|liege?\w*)\b"),
    ("standing", r"\b(?:stands?|stood|standing|gets? up|rises?|jumps? up|steht?|stehe|steh auf)\b"),
    ("kneeling", r"\b(?:kneels?|kneeling|knelt|drops? to (?:my|her|his|their|both) knees|knie\w*)\b"),
    ("leaning", r"\b(?:leans? (?:against|on)|leaning (?:against|on)|lehn\w*)\b"),
    ("crouching", r"\b(?:crouch(?:es|ing)?|squats?|hock\w*)\b"),
)

STATUS = (
    ("conscious", False, r"\b(?:faints?|passes out|blacks? out|is unconscious|ohnmächtig)\b"),
    ("conscious", True, r"\b(?:comes? to(?=[.,]|$)|regains consciousness)\b"),
    ("asleep", True, r"\b(?:falls? asleep|drifts? off|dozes? off|is asleep|sleeping|schläft ein)\b"),
    ("asleep", False, r"\b(?:wakes? up|wacht auf)\b"),
    ("sober", False, r"\b(?:is drunk|is tipsy|getting drunk|sways drunkenly|betrunken)\b"),
    ("injured", True, r"\b(?:is bleeding|limps?|limping|breaks? (?:my|her|his|their) (?:arm|leg|wrist)|blutet)\b"),
)

NO_THING = word_set(
    "hand hands breath eye eyes head arm arms finger fingers step look seat moment smile sip bite glance sigh "
    "laugh place "
    "break shower nap walk turn wrist shoulder shoulders face gaze voice tongue hair way time while bit lot nod "
    "shrug grin "
    "kiss hug weight chin nose cheek knee knees foot back lip lips ear mouth jaw brow eyebrow temple collar cuff "
    "sleeve "
    "drink second swallow minute picture photo test chance risk care note one elbow hip thumbnail heart warmth"
)
"""What is taken, lifted or dropped without being held."""

HIGH = word_set("driving riding fighting climbing running swimming operating chasing wrestling flying steering")
MEDIUM = word_set(
    "cooking writing typing reading working playing painting drawing singing dancing walking cleaning repairing "
    "fixing "
    "chopping baking texting phoning studying packing bandaging sewing washing hiking cycling mending building "
    "welding"
)
LENGTH = (
    (word_set("driving walking cooking bandaging washing packing hiking cycling baking flying sailing"), "a while"),
    (word_set("reading working studying sleeping writing painting repairing fixing mending building"), "an hour or so"),
)
