"""Traits as people write them, and how each shows in speech: a tone, its gestures, its asides."""

from __future__ import annotations

TRAITS: dict[str, str] = {
    "shy": "shy introvert timid bashful reserved quiet withdrawn awkward soft-spoken softspoken meek modest "
    "humble schüchtern",
    "blunt": "blunt direct frank honest straightforward outspoken tactless brusque terse laconic no-nonsense "
    "impatient stubborn direkt",
    "dry": "dry sarcastic ironic sardonic deadpan wry witty cynical snarky sharp-tongued trocken",
    "warm": "warm kind caring gentle compassionate motherly fatherly nurturing empathetic generous patient "
    "loving friendly herzlich",
    "anxious": "anxious nervous worrier worried insecure neurotic fidgety jumpy fearful paranoid overthinker "
    "overthinks ängstlich",
    "proud": "proud arrogant vain haughty regal noble confident self-assured ambitious competitive stolz",
    "curious": "curious inquisitive nosy scientific scholarly bookish nerdy intellectual clever analytical "
    "observant neugierig",
    "cheerful": "cheerful bubbly energetic optimistic sunny upbeat lively enthusiastic excitable extrovert "
    "extroverted talkative",
    "sad": "melancholic melancholy gloomy brooding sad grieving lonely wistful haunted depressed nostalgic",
    "gruff": "gruff grumpy grouchy surly stoic tough rough hardened weathered stern taciturn hard-boiled mürrisch",
    "flirty": "flirty flirtatious seductive charming charismatic smooth teasing coy sensual",
    "formal": "formal polite proper courteous old-fashioned aristocratic dignified disciplined dutiful strict butler",
    "calm": "calm serene composed wise thoughtful meditative patient collected unflappable zen",
    "fierce": "fierce hot-headed fiery aggressive passionate rebellious reckless wild temperamental feisty angry "
    "stubborn",
    "playful": "playful mischievous impish childlike silly goofy prankster cheeky joker funny humorous verspielt",
    "secretive": "secretive mysterious guarded cagey enigmatic private suspicious distrustful aloof cold distant",
    "dreamy": "dreamy poetic romantic whimsical artistic imaginative absent-minded spacey idealistic creative",
    "lazy": "lazy sleepy laid-back easygoing relaxed slacker lethargic bored",
}
"""Words that stand for a tone; a trait may be a whole phrase, its words are looked up."""

GESTURES: dict[str, tuple[str, ...]] = {
    "shy": (
        "tugs at {their} sleeve",
        "speaks to {their} own hands",
        "goes a little red",
        "looks up and quickly down again",
        "almost smiles",
    ),
    "blunt": ("shrugs", "looks straight at {to}", "doesn't bother to soften it", "folds {their} arms"),
    "dry": (
        "lifts one eyebrow",
        "says it with a perfectly straight face",
        "lets the pause do the work",
        "almost smirks",
    ),
    "warm": ("smiles", "gives {to} {their} whole attention", "softens", "nods {to} on"),
    "anxious": (
        "picks at a thumbnail",
        "glances at the door",
        "talks a little too fast",
        "checks {their} pockets for nothing",
    ),
    "proud": (
        "lifts {their} chin",
        "straightens {their} back",
        "looks down {their} nose, though not unkindly",
        "brushes off {their} sleeve",
    ),
    "curious": ("leans in", "narrows {their} eyes, interested", "forgets to blink", "tilts {their} head like a bird"),
    "cheerful": (
        "beams",
        "claps {their} hands together once",
        "bounces a little",
        "laughs before the sentence is done",
    ),
    "sad": ("smiles, but it doesn't reach far", "looks at something that isn't there", "sighs", "rubs {their} temple"),
    "gruff": ("grunts", "scratches {their} jaw", "looks anywhere but at {to}", "clears {their} throat"),
    "flirty": ("gives {to} a slow smile", "looks {to} up and down", "lets {their} voice drop", "winks"),
    "formal": ("inclines {their} head", "folds {their} hands", "straightens a cuff", "clears {their} throat politely"),
    "calm": (
        "takes a slow breath",
        "waits until the room is quiet again",
        "regards {to} steadily",
        "folds {their} hands",
    ),
    "fierce": ("sets {their} jaw", "can't keep still", "tosses {their} head", "jabs a finger at the air"),
    "playful": ("waggles {their} eyebrows", "grins", "hides a smile badly", "pokes {their} tongue into one cheek"),
    "secretive": ("glances over one shoulder", "lowers {their} voice", "gives nothing away", "smiles with closed lips"),
    "dreamy": (
        "follows some thought out of the window",
        "draws shapes in the air with one finger",
        "comes back from far away",
        "hums half a bar of something",
    ),
    "lazy": ("yawns", "stretches until something clicks", "sinks a little lower", "waves a slow hand"),
}
"""How a tone shows in the body."""

OPENERS: dict[str, tuple[str, ...]] = {
    "shy": ("Um.", "I, well.", "Oh.", "It's just..."),
    "blunt": ("Look.", "Simple.", "Right.", "Here's the thing."),
    "dry": ("Naturally.", "Well, well.", "How thrilling.", "Ah."),
    "warm": ("Oh, you.", "Well, now.", "Ah.", "Dear me."),
    "anxious": ("Sorry, I...", "Wait.", "Okay. Okay.", "No, I mean..."),
    "proud": ("Obviously.", "Naturally.", "I should think so.", "Please."),
    "curious": ("Interesting.", "Wait, wait.", "Hm!", "Now that's something."),
    "cheerful": ("Oh!", "Ha!", "Yes!", "You know what?"),
    "sad": ("Well.", "I don't know.", "Ah.", "It's strange."),
    "gruff": ("Hmph.", "Eh.", "Hm.", "Right."),
    "flirty": ("Mm.", "Well, hello.", "Oh, darling.", "Careful."),
    "formal": ("Indeed.", "If I may.", "Certainly.", "With respect."),
    "calm": ("Well.", "Let's see.", "Mm.", "In time."),
    "fierce": ("Listen.", "No, listen.", "Damn it.", "Ha."),
    "playful": ("Ooh.", "Aha!", "Guess what.", "Hee."),
    "secretive": ("Hm.", "Between us.", "Perhaps.", "Quietly, now."),
    "dreamy": ("You know...", "Mm.", "I was just thinking.", "Oh."),
    "lazy": ("Meh.", "Mmh.", "Later. No, now.", "Ugh."),
}
"""How a tone begins a sentence."""

ASIDES: dict[str, tuple[str, ...]] = {
    "shy": (
        "If that's all right.",
        "I don't usually say that much.",
        "Sorry. I'm not good at this.",
        "You don't have to answer.",
    ),
    "blunt": ("That's all there is to it.", "I won't dress it up.", "Take it or leave it.", "I've said it now."),
    "dry": (
        "Try to contain your excitement.",
        "I know. A ray of sunshine, me.",
        "Write that down.",
        "Nobody clap at once.",
    ),
    "warm": (
        "You can always come to me, you know.",
        "Have you eaten, by the way?",
        "Be kind to yourself today.",
        "I'm glad you told me.",
    ),
    "anxious": (
        "Unless that's wrong. Is that wrong?",
        "Did I lock the door?",
        "I'm probably overthinking it.",
        "Forget I said it. No, don't.",
    ),
    "proud": (
        "I don't say that to just anybody.",
        "I have standards, after all.",
        "I'm rarely wrong about these things.",
        "You may quote me.",
    ),
    "curious": (
        "How does that work, exactly?",
        "I read something about that once.",
        "There must be a reason for it.",
        "I want to know everything.",
    ),
    "cheerful": (
        "Isn't that something?",
        "I've got a good feeling about today.",
        "I could hug the whole street.",
        "This is the best part of my day.",
    ),
    "sad": (
        "It doesn't matter now.",
        "Things were different once.",
        "One gets used to it.",
        "I think about that more than I should.",
    ),
    "gruff": ("Don't make a fuss about it.", "That's my last word on the matter.", "I've seen worse.", "Enough talk."),
    "flirty": (
        "You're blushing. No? Pity.",
        "I do like how you look when you think.",
        "You could come a little closer and say that.",
        "I'm only half joking.",
    ),
    "formal": (
        "If you will permit me to say so.",
        "One does what one can.",
        "I would not wish to presume.",
        "I trust that is agreeable.",
    ),
    "calm": ("There's no hurry.", "It will come clear by itself.", "One thing after another.", "Breathe first."),
    "fierce": (
        "And I'd like to see anyone stop me.",
        "I won't be told otherwise.",
        "Someone has to say it.",
        "I'm not sorry.",
    ),
    "playful": (
        "Race you to the next silence.",
        "I bet you can't say that three times fast.",
        "I'm keeping score, by the way.",
        "You laughed. I saw it.",
    ),
    "secretive": (
        "You didn't hear that from me.",
        "There's more, but not today.",
        "Let's leave it there.",
        "I'd rather you didn't repeat that.",
    ),
    "dreamy": (
        "It sounds like the beginning of a song.",
        "I dreamt something like it.",
        "The light's doing that thing again.",
        "There goes my thread. It was a pretty one.",
    ),
    "lazy": (
        "That's enough effort for one day.",
        "We could also just sit here.",
        "Wake me when it's decided.",
        "I'd get up, but, you know.",
    ),
}
"""What a tone adds."""

LENGTH: dict[str, int] = {
    "shy": -1,
    "blunt": -1,
    "gruff": -1,
    "secretive": -1,
    "lazy": -1,
    "cheerful": 1,
    "curious": 1,
    "anxious": 1,
    "warm": 1,
    "dreamy": 1,
}
"""Whether a tone makes for more words or fewer."""
