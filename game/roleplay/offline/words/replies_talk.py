"""Answers to the small change of talk: greetings, plans, offers, yes and no."""

from __future__ import annotations

from game.roleplay.offline.words.replies_heart import Pools

TALK: Pools = {
    "greeting": {
        "any": (
            "Hello, {name}.",
            "Hey. I didn't hear you come in.",
            "There's a face I know.",
            "Good {part} to you.",
            "Oh, hello. I was miles away.",
            "Look who it is.",
            "Hi. Mind the mess.",
            "You again. I was hoping it would be.",
        ),
        "cold": ("Oh. It's you.", "What do you want?", "{name}. To what do I owe this?"),
        "warm": ("{name}! Good, I was running out of people to talk to.", "Hey, you. Perfect timing."),
        "close": ("There you are. The day just got better.", "Come here, let me look at you."),
    },
    "apology_small": {
        "any": (
            "No harm done.",
            "You're here now. That's the main thing.",
            "Don't worry about it.",
            "For what? Nothing's broken.",
            "It's fine. Really.",
            "I'd hardly noticed.",
            "It happens to better people than us.",
        ),
        "cold": ("You usually are.",),
    },
    "farewell": {
        "any": (
            "Already? All right. Get home safe.",
            "Good night, {name}. Mind the step on your way out.",
            "Go on, before I think of something else to tell you.",
            "Until next time, then.",
            "Take care of yourself. I mean it.",
        ),
        "cold": ("Goodbye.", "Close the door behind you."),
        "warm": ("Don't be a stranger.", "Come back soon. It's dull without you."),
        "close": ("I hate this part. Come back quickly.", "Dream something good and tell me about it."),
    },
    "invitation": {
        "any": (
            "You want to {x}? Now that you say it, I could do with that.",
            "I'd like that. When?",
            "Why not. I've said no to better ideas and regretted every one.",
            "Let me think about it for as long as it takes to find my coat.",
            "You and me? Yes. Let's.",
            "I was about to suggest something far duller. Yours is better.",
        ),
        "cold": (
            "With you? I don't think so.",
            "Why would I want to {x}?",
            "Ask me another time. Preferably not soon.",
        ),
        "warm": ("I'd love to.", "Say when and I'll be there early, pretending I'm not."),
        "close": ("I'd go anywhere you pointed.", "Yes. You had me before you finished the sentence."),
    },
    "plan": {
        "any": (
            "Good. I'll be there.",
            "It's a date, then. Or whatever we call it.",
            "I'll keep the time free.",
            "Don't be late. I worry when people are late.",
        ),
        "cold": ("We'll see.",),
        "warm": ("I'm looking forward to it already.",),
    },
    "offer": {
        "any": (
            "{topic_cap}? Yes, please.",
            "I wouldn't say no.",
            "That's kind. Yes.",
            "Not just now, but thank you for asking.",
            "Only if you're having some too.",
        ),
        "cold": ("I don't need anything.", "No."),
        "warm": ("You read my mind.",),
    },
    "request": {
        "any": (
            "I can do that.",
            "For you, I suppose. Give me a second.",
            "All right. Don't laugh.",
            "I'll try. No promises about how it turns out.",
            "Since you ask so nicely.",
        ),
        "cold": ("Why should I?", "Do it yourself."),
        "warm": ("Of course. You only have to ask.",),
        "close": ("Anything. You know that.",),
    },
    "agreement": {
        "any": (
            "Good. I hoped you'd say that.",
            "Then it's settled.",
            "That was easier than I thought.",
            "I like it when we agree. It's rare enough with most people.",
            "All right, then.",
        ),
        "cold": ("Well. That's something.",),
        "warm": ("I knew I could count on you.",),
    },
    "refusal": {
        "any": (
            "Fair enough. I had to ask.",
            "No? You could at least have pretended to think about it.",
            "That's all right. Another time.",
            "Is it a no, or a not yet?",
            "I can live with that.",
        ),
        "cold": ("Suit yourself.",),
        "warm": ("All right. I won't push.",),
    },
    "weather": {
        "any": (
            "It's been like this all {part}.",
            "I like it when the weather has an opinion.",
            "My bones said so this morning.",
        ),
    },
    "short": {
        "any": (
            "Meaning what, exactly?",
            "That's all? I know there's more where that came from.",
            "You're a person of few words today.",
            "I can wait. I'm good at waiting.",
            "Mm. I've had that kind of day too.",
            "Go on. I've got all {part}.",
            "You say that as if it were nothing.",
        ),
        "cold": ("Is that all?",),
        "warm": ("You don't have to fill the quiet. Not with me.",),
    },
    "silence": {
        "any": (
            "You've gone quiet.",
            "Where are you, in your head?",
            "We don't have to talk.",
            "It's all right. I'm not in a hurry.",
            "Say something, or don't. Both are fine.",
        ),
        "cold": ("Nothing to say? Good.",),
    },
    "continue": {
        "any": (
            "And another thing, while I have the nerve.",
            "I wasn't finished, it turns out.",
            "No, wait. I said that badly.",
            "What I meant was simpler. I'm glad of the company.",
            "I keep talking, don't I. It's the {part}; it does that to me.",
            "Never mind what I said before. Or do mind it. I don't know.",
        ),
    },
}
"""What is answered to each sort of act."""

BRIEF: dict[str, tuple[str, ...]] = {
    "greeting": ("Hello, {name}.", "Hey.", "Hi.", "Oh, hello.", "Good {part}."),
    "thanks": ("You're welcome.", "Don't mention it.", "Any time."),
    "compliment": ("That's kind of you.", "You'll make me blush.", "Oh, stop."),
    "apology": ("It's all right.", "Forget it.", "No harm done."),
    "agreement": ("Good.", "All right.", "Then we agree."),
    "joke": ("Very funny.", "Ha."),
    "missed": ("I missed you too, if we're being honest.",),
}
"""A word on what came first, before the thing that matters more is answered."""

ASK_BACK: dict[str, tuple[str, ...]] = {
    "asked": (
        "Why do you ask?",
        "What made you think of that?",
        "What about you?",
        "And you?",
        "What would you have said?",
        "Is that what you came to ask?",
    ),
    "felt": (
        "How long have you been carrying that one around?",
        "Does anyone else know how you feel about it?",
        "What would help?",
        "Is it always like that, or only today?",
        "When did it start?",
    ),
    "told": (
        "What happened then?",
        "Tell me the part you left out.",
        "And if it were up to you?",
        "What are you going to do?",
        "Who else knows about it?",
        "Is there more to it?",
        "What does it look like from where you are?",
    ),
    "met": (
        "What brings you here?",
        "How have you been?",
        "What have you been up to?",
        "Did you have far to come?",
        "You look like you have news. Do you?",
    ),
}
"""A question given back: to one who asked, who told of a feeling, who told of anything else, who just came."""

ASK_KIN: tuple[str, ...] = (
    "And {topic}? How does that sit with you?",
    "What did {topic} want?",
    "Is it because of {topic}?",
    "Do you want to tell me about {topic}?",
)
"""A question about somebody who was mentioned beside the rest."""

ASK_TOPIC: tuple[str, ...] = (
    "Tell me more about {topic}.",
    "What is it about {topic} that stays with you?",
    "When did {topic} start to matter to you?",
    "How did you come to {topic}, anyway?",
    "I keep thinking about what you said. {topic_cap}, I mean.",
    "You light up when you talk about {topic}, did you know that?",
)
"""A question about what the other brought up; ``{topic}`` is a noun with its article."""
