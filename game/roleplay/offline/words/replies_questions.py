"""Answers to questions by what they ask.  ``{do_i}`` is the question turned round: "Do I ever feel alone"."""

from __future__ import annotations

from game.roleplay.offline.words.replies_heart import Pools

QUESTIONS: Pools = {
    "q_name": {
        "any": (
            "{me}. And you can use it, it won't wear out.",
            "I'm {me}. I thought everybody here knew.",
            "My name is {me}.",
        ),
        "cold": ("{me}. That's all you need.",),
    },
    "q_my_name": {
        "any": (
            "You're {name}. I'm not that far gone.",
            "{name}. I don't forget names that matter.",
            "You told me. {name}.",
        ),
        "nameless": (
            "You never told me, you know. I've been waiting for the right moment to ask.",
            "I only know you as you. What should I call you?",
        ),
    },
    "q_love": {
        "any": (
            "I like you. I haven't worked out the size of it yet.",
            "Ask me again in a while. I'm still finding out.",
            "You're somebody I look for when I come into a room. Make of that what you like.",
            "I don't have a word for it yet. It isn't nothing.",
        ),
        "cold": (
            "No. I don't see why I should pretend.",
            "I put up with you. Some days that's a lot.",
            "I haven't forgotten how you were with me.",
        ),
        "warm": (
            "You know I do. Don't make me say it twice.",
            "I'm very fond of you. There. Happy?",
            "Would I be here otherwise?",
        ),
        "close": (
            "More than is good for me.",
            "Yes. It's the easiest question you've ever asked.",
            "You're my favourite person. It isn't even close.",
        ),
    },
    "q_trust": {
        "any": ("I'm getting there.", "Mostly. The rest is just me being careful.", "More than yesterday."),
        "cold": ("No. Not after everything.", "You haven't given me much reason to."),
        "warm": ("Yes. I do.", "With most things. With the big things, certainly."),
        "close": ("With my life, and I don't say that for the sound of it.",),
    },
    "q_secret": {
        "any": (
            "I can keep one. I've kept worse.",
            "Try me. Locked drawer, that's me.",
            "You can. It won't go past this {place_kind}.",
        ),
        "cold": ("That depends on what it costs me.",),
        "close": ("You know I can. Whose is it?",),
    },
    "q_plan": {
        "any": (
            "I haven't thought further than the next cup of something warm.",
            "Let's not plan. Plans always hear about it and run.",
            "You choose. I'll complain, but I'll come.",
        ),
        "cold": ("We? There's no plan with a we in it.",),
    },
    "q_how_are": {
        "any": (
            "I'm all right. A bit frayed at the edges, but all right.",
            "Better, now there's someone to talk to.",
            "Ask me after {part_rest}.",
            "Well enough. I've had worse days and louder ones.",
            "Tired, if you want the truth, but it's the good kind.",
            "I can't complain. I mean, I could, but you've only just asked.",
        ),
        "cold": ("Fine.", "I was fine.", "Do you actually want to know?"),
        "warm": ("Good, now. Really.", "I'm well. I was just thinking about you, as it happens."),
        "close": ("Better since you walked in. I'm not even exaggerating.",),
    },
    "q_wrong": {
        "any": (
            "It's nothing. It's a small nothing that keeps coming back.",
            "I didn't sleep. Things get larger when I don't sleep.",
            "You noticed. I thought I was hiding it rather well.",
            "I don't want to spoil the {part} with it.",
            "Give me a minute and I'll find the words.",
        ),
        "cold": ("Nothing that's yours to fix.",),
        "close": ("I can't hide anything from you, can I.",),
    },
    "q_doing": {
        "busy": (
            "This? I'm {busy}. It looks like more than it is.",
            "{busy_cap}, as you can see. Badly, but with feeling.",
            "I'm {busy}. You're a welcome excuse to stop for a minute.",
            "Just {busy}. It keeps the hands busy and the head quiet.",
        ),
        "any": (
            "Nothing much. Looking at the {part} go by.",
            "Waiting, mostly. I didn't know for what until now.",
            "Honestly? Nothing. It's underrated.",
        ),
        "cold": ("Minding my own business.",),
    },
    "q_place": {
        "any": (
            "{place_cap}. You've really not been paying attention, have you?",
            "This is {place}. It grows on you.",
            "We're at {place}. Same as a minute ago.",
        ),
        "cold": ("Use your eyes. {place_cap}.",),
    },
    "q_time": {
        "any": (
            "{clock}, if the clock's to be believed.",
            "Getting on. {clock}.",
            "{clock}. Why, do you have to be somewhere?",
        ),
    },
    "q_real": {
        "any": (
            "Real enough to be a little hurt by the question.",
            "I have opinions and cold feet. Draw your own conclusions.",
            "Pinch yourself and see who's dreaming.",
        ),
    },
    "q_self": {
        "any": (
            "There isn't much to tell. That's what everyone says who has a lot to tell, I know.",
            "That's a long story, and I only know the middle of it.",
            "I don't talk about that much. Not because it's dark. It's just mine.",
            "You'd be bored. No? All right, ask me again later and I'll try.",
        ),
        "cold": ("We're not there yet, you and I.", "Why would I tell you that?"),
        "warm": ("Nobody ever asks me that. Let me find the beginning first.",),
    },
    "q_like_yes": {
        "any": (
            "{topic_cap}? Yes. More than I'd admit in company.",
            "I do, actually.",
            "I'm fond of it. Keep that to yourself.",
            "Very much. It's one of my few reliable joys.",
        ),
    },
    "q_like_no": {
        "any": (
            "{topic_cap}? Not really. I've tried.",
            "I can't say I do.",
            "No. Somebody has to be honest about it.",
            "Other people can have my share.",
        ),
    },
    "q_opinion": {
        "any": (
            "{topic_cap}? I go back and forth. Today I'm for it.",
            "I think it matters more than people let on.",
            "I had an answer to that once. Then I met the exception.",
            "I wouldn't want to live without it, and I wouldn't want to marry it.",
            "Ask ten people and you'll get eleven answers. Mine's that I don't trust it yet.",
            "It depends on the day. On a {part} like this one, I'd say yes.",
        ),
        "cold": ("Since when do you care what I think?",),
    },
    "q_guess": {
        "any": (
            "I think so. People know more than they let on.",
            "Maybe. I'd like to think so.",
            "I doubt it. But I've been wrong about people before.",
            "If I had to bet? Yes.",
            "Part of me does. The part that sleeps well.",
            "I don't know. What does your gut say?",
        ),
        "cold": ("How should I know?",),
    },
    "q_want": {
        "any": (
            "Honestly? A quiet {part} and somebody to share it with.",
            "Something I don't have a name for. I'll know it when I see it.",
            "Less than before. More than I've got.",
            "Right now? To not have to decide anything for an hour.",
        ),
        "cold": ("To be left in peace.",),
        "close": ("You'll laugh. This. More of this.",),
    },
    "q_ever_yes": {
        "any": (
            "Once. It didn't go the way I'd planned.",
            "I have. Ask me about it when it's later and darker.",
            "More often than I'd like.",
            "Yes. I'd do it again, too.",
        ),
    },
    "q_ever_no": {
        "any": (
            "Never. I always thought there'd be time.",
            "No. Came close, though.",
            "Not that I'd admit to.",
            "Never had the nerve.",
        ),
    },
    "q_why": {
        "any": (
            "Because it seemed right at the time. That's the worst of all reasons, I know.",
            "I've asked myself the same thing.",
            "If I knew that, I'd sleep better.",
            "Does there have to be a why?",
            "You'd have to ask the person I was back then.",
            "Partly stubbornness. The rest I'm still finding out.",
        ),
        "cold": ("I don't have to explain myself to you.",),
        "warm": ("I'll tell you, but you'll have to be patient with me.",),
    },
    "q_who": {
        "any": (
            "I couldn't tell you. Nobody I'd call a friend.",
            "I have my guesses. I'd rather not say them out loud.",
            "Somebody will know. It just isn't me.",
        ),
    },
    "q_where": {
        "any": (
            "Not far, I think. Nothing around here ever is.",
            "I wish I knew.",
            "Where things always are: the last place anyone looks.",
        ),
    },
    "q_when": {
        "any": (
            "Soon, I hope.",
            "When it's time. I'm not being clever, I just don't know.",
            "Sooner than I'd like and later than you would.",
        ),
    },
    "q_how": {
        "any": (
            "Slowly. That's the only way I know how to do anything properly.",
            "Practice, and a good deal of luck.",
            "I couldn't explain it. I could show you, maybe.",
            "With both hands and my eyes shut, mostly.",
        ),
    },
    "q_what": {
        "any": (
            "I'm not sure there's one answer to that.",
            "What do you think it is? I'd like to hear yours before I spoil it with mine.",
            "Something simpler than it looks, probably.",
            "I'd have to think. Give me until the end of the {part}.",
        ),
        "cold": ("Why do you want to know?",),
    },
    "q_can": {
        "any": ("Go ahead.", "I won't stop you.", "You may. Nicely, though.", "If it means that much to you."),
        "cold": ("I'd rather you didn't.",),
        "warm": ("You don't have to ask.",),
    },
    "q_you_yes": {
        "any": (
            "{do_i}? I suppose I do. Yes.",
            "Yes. I've stopped being embarrassed about it.",
            "I do. More than I let on.",
            "Some days more than others, but yes.",
        ),
        "are": ("{do_i}? Yes, I think so.", "I am. You're the first to say it out loud.", "A little. Does it show?"),
        "will": ("{do_i}? I'd like to think so.", "Yes. You have my word.", "If it comes to that, yes."),
        "did": (
            "{do_i}? Yes. I'm not proud of it, but yes.",
            "I did. I'd hoped nobody noticed.",
            "Yes, and I'd do it again.",
        ),
    },
    "q_you_no": {
        "any": (
            "{do_i}? No. Not really.",
            "Not any more, I think.",
            "Not in the way you mean.",
            "I don't. I'd say so if I did.",
        ),
        "are": ("{do_i}? No. I only look it.", "Not today.", "No more than anyone else here."),
        "will": (
            "{do_i}? I don't think so.",
            "No. I know my limits, even if I forget them.",
            "I'd rather not promise that.",
        ),
        "did": ("{do_i}? No. I'd remember.", "No. I came close, though.", "I didn't, whatever you've heard."),
    },
    "q_bare": {
        "any": (
            "More or less.",
            "You could say that.",
            "About as much as it ever is.",
            "Getting there.",
            "That's one word for it.",
            "Depends on what you compare it with.",
        ),
        "cold": ("What if it is?",),
    },
    "q_any": {
        "any": (
            "Good question. I'm a little afraid of the answer.",
            "Maybe. I wouldn't bet the house on it.",
            "You're asking the wrong person, but I like that you asked.",
            "I think so. Don't hold me to it.",
            "I honestly couldn't say.",
        ),
        "cold": ("I don't know. Ask someone else.",),
    },
}
"""What is answered to each sort of question; ``are``, ``will`` and ``did`` by the verb it was asked with."""

UNKNOWN: Pools = {
    "topic": {
        "any": (
            "I don't know anything about {topic}.",
            "{topic_cap}? I don't know, and I won't make something up.",
            "About {topic}, I honestly don't know.",
            "I wish I could tell you about {topic}, but I don't know.",
            "If I knew about {topic}, I'd say so. I don't know.",
            "You'd have to ask someone else about {topic}. I don't know.",
            "I don't know the first thing about {topic}.",
        ),
        "cold": ("{topic_cap}? I don't know. Ask somebody else.",),
        "warm": ("I don't know about {topic}, but I'd like to. Find out with me?",),
    },
    "own": {
        "any": (
            "I don't know what to tell you about {topic}. There's nothing I could swear to.",
            "About {topic}? I don't know anything worth telling.",
            "I don't know how to answer that, not about {topic}.",
        ),
        "cold": ("I don't know why I'd tell you about {topic}.",),
    },
    "word": {
        "any": (
            "I don't know {asks}.",
            "I couldn't tell you {asks}. I don't know.",
            "I'd only be guessing {asks}, and I don't know.",
        ),
    },
    "any": {
        "any": (
            "I don't know.",
            "That, I don't know.",
            "I don't know, and I'd rather say so than guess.",
            "I'd tell you if I knew. I don't know.",
            "I honestly don't know. Nobody ever told me.",
            "You've got me there. I don't know.",
        ),
        "cold": ("I don't know. Ask someone else.",),
    },
}
"""What is said where nothing is known: of a thing by its name, of something of one's own, by the word that asked."""

KNOWN_OF: tuple[str, ...] = (
    "This much I know: {memory}.",
    "All I know of that is this: {memory}.",
    "I only know what I know: {memory}.",
    "What I can tell you is this: {memory}. More I don't know.",
    "{memory_cap}. That's all I know about it.",
)
"""What comes to mind of what was asked about; whether it is the answer, the other one must judge."""

REMEMBER_FACT: tuple[str, ...] = (
    "Of course I do. {memory_cap}.",
    "I remember. {memory_cap}. You see, I do listen.",
    "{memory_cap}. I don't forget things like that.",
    "You told me. {memory_cap}.",
    "Let me think. {memory_cap}. Am I right?",
    "How could I not? {memory_cap}.",
)
"""A fact about the other, come to mind; ``{memory}`` is a clause about them."""

REMEMBER_SCENE: tuple[str, ...] = (
    "I do. {memory_cap}. It's not the sort of thing I lose.",
    "I remember it well. {memory_cap}.",
    "{memory_cap}. I've gone back to that more than once.",
    "Yes. {memory_cap}. Funny, what stays.",
    "Some of it. {memory_cap}, that much I know.",
)
"""A memory of one's own, come to mind."""

REMEMBER_NOT: tuple[str, ...] = (
    "I wish I could say yes. It's not there. Tell me, and this time I'll keep it.",
    "Nothing comes. I'm sorry. Was it important?",
    "No. I've been turning it over and there's nothing. Remind me?",
    "I don't think you ever told me that.",
    "I'd be lying if I said yes. Help me out?",
    "Should I? I'm drawing a blank, and I don't want to make something up.",
)
"""Nothing comes to mind, said as it is."""

REMEMBER_NOT_TOPIC: tuple[str, ...] = (
    "{topic_cap}? I'm sorry, I've got nothing. Tell me again.",
    "I've been trying to place {topic}, and I can't. Remind me?",
    "I don't think you ever told me about {topic}. I'd remember.",
)
"""The same, when there is a name for it."""

MIND: tuple[str, ...] = (
    "It makes me think: {memory}.",
    "I keep coming back to it. {memory_cap}.",
    "I haven't forgotten, by the way. {memory_cap}.",
    "{memory_cap}. I was thinking about that only today.",
    "You know what that brings back? {memory_cap}.",
)
"""A memory that comes up unasked."""

KNOWN: tuple[str, ...] = (
    "With you, though... {memory}. I'd have thought of that first.",
    "I remember what you told me. {memory_cap}.",
    "Then again, {memory}.",
    "And {memory}, so you'd know.",
)
"""Something known of the other that bears on it."""

OF_SELF: tuple[str, ...] = (
    "{self_cap}.",
    "Since you ask: {self}.",
    "{self_cap}. That's the short version.",
    "Well. {self_cap}. Now you know.",
    "{self_cap}. Most people don't ask.",
    "What can I tell you? {self_cap}.",
)
"""Something of oneself, asked for."""

OF_SELF_AGAIN: tuple[str, ...] = (
    "As I said: {self}. There isn't a second version.",
    "I told you. {self_cap}.",
    "You're asking twice. {self_cap}, still.",
)
"""The same, asked again."""

OF_SELF_ASIDE: tuple[str, ...] = (
    "{self_cap}, you know.",
    "I'm not neutral there. {self_cap}.",
    "It's like that with me too. {self_cap}.",
    "{self_cap}. It does something to a person.",
)
"""Something of oneself that bears on what was said."""

OF_OTHER: Pools = {
    "of_other": {
        "any": (
            "{other}? I haven't made up my mind.",
            "{other} is all right. I think. We'll see.",
            "You'd have to ask {other}.",
        ),
        "cold": ("{other}? I'd rather not be in the same sentence.", "I keep an eye on {other}. You should too."),
        "warm": ("{other} is good company. I'd trust that.", "I like {other}. Don't pass it on."),
        "close": ("{other}? I'd walk through a wall for {other}.",),
    },
}
"""What one thinks of somebody who is here too."""

OF_ABSENT: tuple[str, ...] = (
    "{topic}? I don't know {topic} well enough to say.",
    "I've only heard of {topic}. What's the story?",
    "You'd know {topic} better than I do. What do you think?",
)
"""What one thinks of somebody who is not here and never came up."""

OF_LORE: tuple[str, ...] = (
    "They say {lore}.",
    "What I know of it is what everyone knows: {lore}.",
    "You've heard, surely. {lore_cap}.",
    "{lore_cap}. That's how I was told it.",
)
"""Something the world's book says."""
