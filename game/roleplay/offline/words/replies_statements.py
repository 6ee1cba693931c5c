"""Answers to what people tell of themselves, and what one adds of one's own accord."""

from __future__ import annotations

from game.roleplay.offline.words.replies_heart import Pools

STATEMENTS: Pools = {
    "fear": {
        "any": (
            "I know that one. It gets loud at night.",
            "What's the worst of it? Say it out loud, it shrinks.",
            "You'd be a fool not to be afraid of that. I'd be, too.",
            "Being scared and doing it anyway is all courage ever was.",
            "How long has that been sitting on your chest?",
        ),
        "cold": ("We're all afraid of something.",),
        "warm": ("Then we'll be scared together. It's better in company.",),
        "close": ("I won't let it near you. Not while I'm standing.",),
    },
    "sad": {
        "any": (
            "That sounds heavy. Do you want to talk about it, or talk about anything else?",
            "I'm sorry. Some days just come at you.",
            "You don't have to put a brave face on it here.",
            "Then let's not pretend it's a good day. What would make it a bearable one?",
            "I've been there. It has a door, even if you can't see it from inside.",
        ),
        "cold": ("I'm sorry to hear it.",),
        "warm": ("Come on, sit. Tell me from the start.",),
        "close": ("Oh, {name}. Come here.", "I hate that you went through that without me."),
    },
    "angry": {
        "any": (
            "Who was it? And do we need to bury anything?",
            "Good. Be angry. It's more honest than being fine.",
            "You've every right. What happened?",
            "Let it out before it goes sour.",
        ),
        "cold": ("Don't take it out on me.",),
    },
    "tired": {
        "any": (
            "You look it. Sit down before you fall down.",
            "When did you last sleep? Properly, I mean.",
            "Then do nothing for a while. I'll keep watch.",
            "It's been a long one. You don't have to be good company.",
            "Rest. The world will be just as much of a mess in an hour.",
        ),
        "close": ("Lean on me. I won't move.",),
    },
    "happy": {
        "any": (
            "It suits you. What happened?",
            "Good. You've earned a stretch of that.",
            "Don't keep it to yourself. Tell me everything.",
            "That's the best thing I've heard this {part}.",
        ),
        "cold": ("How nice for you.",),
        "close": ("Then I'm happy too. It's that simple.",),
    },
    "want": {
        "verb": (
            "You'd {x}? What's stopping you?",
            "And if you could {x}, what then?",
            "I can see that. You, going off to {x}. It fits.",
            "People who want to {x} usually have a reason. What's yours?",
            "Then {x}. I'm not the one to talk you out of it.",
        ),
        "any": (
            "Wanting's the easy part. What would it cost you?",
            "I hope you get it. I mean that.",
            "Don't we all. But go on.",
            "Is that what you want, or what you think you should want?",
        ),
        "cold": ("And you're telling me because?",),
    },
    "cannot": {
        "verb": (
            "You can't {x}, or you won't let yourself?",
            "You say you can't {x}. Who told you that?",
            "Maybe you can't {x} yet. Yet's a useful word.",
        ),
        "any": (
            "Could you before? Or has it always been like that?",
            "There's no shame in that.",
            "What happens when you try?",
        ),
    },
    "unwilling": {
        "any": (
            "Then don't. Not yet, at least.",
            "What would happen if you didn't?",
            "What's the part you dread?",
            "I know that feeling. It sits in the knees.",
            "Nobody says it has to be now.",
            "Is it the thing itself, or what comes after?",
        ),
        "cold": ("Then don't.",),
    },
    "must": {
        "verb": (
            "Do you have to {x}, or does somebody just expect it?",
            "And if you didn't {x}? Would the sky come down?",
            "Then {x}, and come back and tell me it wasn't so bad.",
        ),
        "any": (
            "Duty's a word people use when they're tired.",
            "You carry a lot for one person.",
            "Does it have to be you?",
        ),
    },
    "used": {
        "any": (
            "What made you stop?",
            "Do you miss it?",
            "I'd have liked to see that.",
            "It's odd, isn't it, who we were. I was braver once.",
        ),
    },
    "like": {
        "any": (
            "{topic_cap}. I wouldn't have guessed, and now I can't imagine you without it.",
            "What is it about {topic}?",
            "You should see your face when you say that.",
            "I'll remember that. It's good to know such things about people.",
            "A person should have something like that. Most people don't.",
        ),
        "cold": ("Each to their own.",),
        "warm": ("One day you'll have to show me.",),
    },
    "dislike": {
        "any": (
            "{topic_cap}? What did it ever do to you?",
            "Strong words. A proper grudge is a fine thing.",
            "I'll keep it out of your way.",
            "We agree on that, at least.",
            "Always, or did something happen?",
        ),
    },
    "think": {
        "any": (
            "What makes you so sure?",
            "You may be right. I'd want to sleep on it.",
            "I hadn't looked at it like that.",
            "I'm not convinced. But go on, convince me.",
            "That's either very wise or you haven't eaten.",
            "So did I, once.",
        ),
        "cold": ("You would think that.",),
    },
    "kin": {
        "any": (
            "What's {topic} like?",
            "You don't talk about {topic} much. I noticed.",
            "Are you close, you and {topic}?",
            "There's a whole story in the way you say that.",
            "I'd like to hear more about {topic}, when you feel like it.",
        ),
        "cold": ("Why are you telling me about {topic}?",),
        "warm": ("You must bring {topic} up more often. Your voice changes when you do.",),
    },
    "did": {
        "any": (
            "Did you, now. And how was it?",
            "And then?",
            "You just say that as if it happened every day.",
            "I'd have paid to see that.",
            "That's more than I managed. Go on, I want the details.",
            "Who else was there?",
            "How do you feel about it now?",
        ),
        "cold": ("Good for you.",),
        "warm": ("You should have taken me along.",),
    },
    "about_you": {
        "any": (
            "Am I? I hadn't noticed.",
            "People keep telling me that. I'm beginning to think there's a meeting.",
            "{x_cap}? Maybe. It depends who's asking.",
            "You see a lot for somebody who's only just sat down.",
            "I'm trying to decide if that was kind.",
        ),
        "cold": ("You don't know me.",),
        "close": ("You'd know. You've seen me at my worst.",),
    },
    "know_not": {
        "any": (
            "You don't have to know yet.",
            "Guess, then. Guesses are honest.",
            "Not knowing is fine. It's the pretending that wears you out.",
            "If you did know, what would it be?",
        ),
    },
    "i_am": {
        "any": (
            "Since when?",
            "You say that as if it were a crime.",
            "Is that a good thing or a bad thing?",
            "I wouldn't have said so. But you'd know.",
            "That explains a thing or two.",
            "{x_cap}. I'll remember that.",
        ),
        "cold": ("And?",),
    },
    "statement": {
        "any": (
            "I'll have to think about that one.",
            "You don't say that to everyone, do you?",
            "That's not where I thought you were going.",
            "Go on. I'm with you so far.",
            "There's something in that.",
            "I can picture it.",
            "Funny. I was thinking something like it earlier.",
            "Now I've got a dozen questions, and I don't know which is rude.",
            "That's well put.",
            "Mm. Say more.",
        ),
        "cold": ("If you say so.", "And that concerns me how?", "Is there a point to this?"),
        "warm": ("I could listen to you for hours, you know that?", "Only you would put it like that."),
        "close": ("This is why it's good to have you here.",),
    },
}
"""What is answered to each sort of statement; ``verb`` where ``{x}`` is something to do."""

STATEMENT_TOPIC: tuple[str, ...] = (
    "{topic_cap}. That's not nothing.",
    "What would you want to happen with {topic}?",
    "How do you feel about {topic}, underneath it all?",
    "I can tell {topic} matters to you.",
    "And where does that leave you and {topic}?",
    "{topic_cap}, of all things.",
    "I keep picturing {topic}.",
)
"""What is answered where there is a thing to take up."""

THREADS: tuple[str, ...] = (
    "We still haven't talked about it, you know. {thread_cap}.",
    "There's one thing left between us and a quiet {part}. {thread_cap}.",
    "I haven't forgotten, even if we're both pretending. {thread_cap}.",
)
"""Something unresolved comes up."""

PLANS: tuple[str, ...] = (
    "And don't think I've forgotten: {plan}.",
    "I keep thinking about it. {plan_cap}. Are we still doing that?",
    "It's still on, isn't it? {plan_cap}.",
    "I've been looking forward to it. {plan_cap}.",
)
"""Something planned comes up."""

PLANS_ASKED: tuple[str, ...] = (
    "{plan_cap}, as far as I know.",
    "{plan_cap}. I haven't changed my mind, have you?",
    "{plan_cap}. Unless you've thought of something better.",
)
"""Something planned, when asked for it."""

UNDERWAY: tuple[str, ...] = (
    "Anyway. We're here for {event}, aren't we?",
    "I'm glad we're doing this. {event_cap}, of all things.",
)
"""Something that is going on now."""

SETTING: dict[str, tuple[str, ...]] = {
    "outdoors": (
        "You can breathe out here.",
        "I like it out here. Nothing has corners.",
        "Listen. You can hear how far away everything is.",
    ),
    "bar": (
        "It's loud enough in here that nobody's listening.",
        "Somebody's going to put that awful song on again, I can feel it.",
    ),
    "cafe": ("It smells of burnt sugar in here. I don't mind it.", "They'll want the table back at some point."),
    "restaurant": ("The people at the next table have stopped talking to each other. Don't look.",),
    "workplace": ("It's different in here when everyone's gone home.", "I should be working. I'm not going to."),
    "home": ("It's quiet in here. The good kind.", "This place creaks. You get used to it."),
    "room": ("It's a good room to talk in.", "Someone should open a window in here. Not me."),
    "vehicle": (
        "It's easier to talk when you don't have to look at each other.",
        "Going somewhere is the good part. Arriving I can take or leave.",
    ),
    "shop": ("No customers. I won't complain.",),
    "public building": ("Keep your voice down, or they'll think we're plotting.",),
    "gathering": ("Half of these people I've never seen in my life.",),
}
"""A remark on where one is, by the sort of place."""

WEATHER: dict[str, tuple[str, ...]] = {
    "rain": ("Listen to that rain.", "It's coming down properly now."),
    "snow": ("It's still snowing. Everything's gone soft.",),
    "storm": ("That was thunder. A close one.",),
    "wind": ("The wind's getting up.",),
    "fog": ("You can't see ten steps out there.",),
    "fire": ("The fire wants another log.",),
    "night": ("It's later than I thought. It always is, with you.",),
    "morning": ("I'm not quite awake yet. Be gentle.",),
}
"""A remark on what is around, by a word of the scene or of the clock."""
