"""Answers to what touches: love and loss, kindness and harm.  By how the speaker stands to the one they answer.

``any`` fits everyone, ``cold`` those who are not liked or not trusted, ``warm`` friends, ``close`` those who are dear.
Fields: ``{name}`` who is answered, ``{x}`` what they said, turned round, ``{topic}`` what it was about.
"""

from __future__ import annotations

Pools = dict[str, dict[str, tuple[str, ...]]]

HEART: Pools = {
    "love": {
        "any": (
            "I heard you. Give me a moment with that.",
            "You can't just say that and stand there looking calm.",
            "I don't know what to do with a sentence that big. I'm not going to pretend I didn't want to hear "
            "it, though.",
            "Careful. I'm the sort who believes things like that.",
        ),
        "cold": (
            "No. You don't get to say that to me.",
            "You love an idea of me. We've hardly met.",
            "Don't. Whatever you want from me, don't ask for it like that.",
        ),
        "warm": (
            "I've been wondering which of us would say it first. I had money on me.",
            "Say it again. Slower. I want to remember where I was.",
            "I think I knew. I just didn't dare to be right.",
        ),
        "close": (
            "I love you too. There, it's out, and the roof is still on.",
            "I know. I've known for a while. I love you back, in case that wasn't plain.",
            "Every day I thought I'd get used to it, and I haven't. I love you.",
            "Then we're in the same trouble, you and I.",
        ),
    },
    "proposal": {
        "any": ("You're serious. You're actually serious.", "Ask me again when my hands have stopped shaking."),
        "cold": ("Is this a joke? Because I'm not laughing.", "No. And I'd thank you not to ask again."),
        "close": (
            "Yes. Obviously yes. Did you think I'd need to look it up?",
            "Yes. Before you say anything else: yes.",
        ),
    },
    "unlove": {
        "any": (
            "All right. Thank you for saying it to my face.",
            "I think I knew. It's different out loud.",
            "Then tell me what all of this was, because I'd like to know what to call it.",
            "I need a minute where nobody looks at me.",
        ),
        "cold": ("Good. That makes two of us.",),
    },
    "breakup": {
        "any": (
            "So that's it. You'd already packed before you said a word, hadn't you.",
            "I won't beg. I want to, but I won't.",
            "Go, then. Only don't be gentle about it, I couldn't stand that.",
            "When did you decide? No. Don't tell me.",
        ),
    },
    "betrayal": {
        "any": (
            "How long? No rounding down.",
            "I want to shout, and all I've got is this small voice.",
            "You looked me in the eye. Every single day you looked me in the eye.",
            "Say all of it. I'd rather have the whole thing than the kind version.",
        ),
        "cold": (
            "I'd be more surprised if you had told me the truth once.",
            "There it is. I was only waiting for you to say it.",
        ),
        "close": (
            "Anyone but you. I'd have forgiven it in anyone but you.",
            "I would have trusted you with the keys to everything. I did, actually.",
        ),
    },
    "defining": {
        "any": (
            "Sit with me. You've carried that long enough on your own.",
            "I'm not going anywhere. Start wherever it starts.",
            "That's not something a person says lightly. I'm listening.",
            "Who else knows?",
        ),
        "cold": ("Why tell me? Of all the people you could have told.",),
    },
    "secret": {
        "any": (
            "It stays here. You have my word on that.",
            "I won't ask more than you want to tell.",
            "That must have been heavy to carry around.",
            "Thank you for trusting me with it. I mean that.",
            "I didn't hear it from you, and nobody will hear it from me.",
        ),
        "cold": ("I didn't ask to keep that for you.", "You should be careful whom you tell such things."),
        "close": (
            "You could have told me years ago and I'd still be right here.",
            "Then now there are two of us holding it. That's lighter already.",
        ),
    },
    "unsaid": {
        "any": (
            "All right. I'm not going to guess, so you'll have to say it.",
            "You've gone pale. What is it?",
            "Tell me. I'd sooner know than wonder.",
            "Take the long way round if you have to, but get there.",
        ),
        "cold": ("Then say it and be done.",),
    },
    "grief": {
        "any": (
            "I'm sorry. I know that's a small word for it.",
            "There's nothing clever to say to that, so I won't. I'm here.",
            "What were they like? Only if you want to.",
            "Some days it's a stone in the pocket and some days it's the whole coat. Which is it today?",
            "You don't have to be all right. Not with me.",
        ),
        "cold": ("I'm sorry for your loss. That much I can say.",),
        "close": (
            "Come here. We don't have to talk.",
            "Tell me their favourite joke. Let's have them in the room for a minute.",
        ),
    },
    "threat": {
        "any": (
            "Say that again, and choose your words this time.",
            "I've been threatened by people who meant it. You're not there yet.",
            "Step back. Now.",
            "You don't frighten me. You disappoint me, which lasts longer.",
        ),
        "cold": ("Try it.", "I always wondered how long the manners would hold."),
        "close": ("You don't mean that. Tell me you don't mean that.",),
    },
    "insult": {
        "any": (
            "Does that help? Saying that?",
            "That's a mean thing to say, and you know where it lands.",
            "I'm going to let you hear that one in your own head for a second.",
            "Try again without the knife in it.",
            "I've been called worse by people I respected more.",
            "Fine. Are you finished, or is there a second verse?",
        ),
        "cold": ("And yet here you are, talking to me.", "Noted. It goes on the pile with the others."),
        "warm": ("Ouch. You usually aim better than that.", "What did I do? Honestly. What was it?"),
        "close": ("You only get like this when you're hurt. So what hurt you?",),
    },
    "accusation": {
        "any": (
            "Is that really how you see it?",
            "Give me one example. A fair one.",
            "Maybe. I don't like it, but maybe.",
            "That's not the whole of it, and you know it.",
            "You've been saving that one up.",
        ),
        "cold": ("Believe what you like.", "I don't owe you an accounting."),
        "warm": ("If that's true, I'm sorry. I didn't see it.",),
    },
    "dismissal": {
        "any": (
            "All right. I can take a hint.",
            "If you want quiet, you can have quiet. You don't have to bite for it.",
            "I'll be over here, not talking.",
            "Fine. You know where I am.",
        ),
        "cold": ("Gladly.",),
        "close": ("I'll go if you want. I don't think you want it, though.",),
    },
    "apology": {
        "any": (
            "All right. I heard it.",
            "You don't have to grovel. Just don't do it twice.",
            "Thank you. That can't have been easy to say.",
            "It's forgiven. Forgotten will take a little longer.",
            "I was ready to be angry for at least another hour. You've ruined it.",
        ),
        "cold": ("Sorry is a start. It isn't much of one.", "Words are cheap, and yours have been cheaper than most."),
        "warm": ("Come on. I was never going to stay angry.", "It's done. We're good."),
        "close": ("I forgave you before you opened your mouth.", "You and me? It would take more than that."),
    },
    "forgive": {
        "any": (
            "I don't know that I've earned that. I'll take it, though.",
            "Thank you. I'll try to be worth the trouble.",
            "You've no idea how long I've been holding my breath.",
        ),
    },
    "thanks": {
        "any": (
            "Don't mention it.",
            "Anyone would have done it. Well. Anyone decent.",
            "You'd have done the same.",
            "It was nothing. All right, it was something, but it was no trouble.",
            "You're welcome. Now stop looking so surprised.",
        ),
        "cold": ("I didn't do it for you.", "Fine."),
        "warm": ("For you? Always.", "You can pay me back in company."),
    },
    "trust": {
        "any": (
            "That's no small thing to hand somebody.",
            "Then I'd better deserve it.",
            "I'll try not to make you regret that.",
        ),
        "cold": ("You shouldn't. Not yet.",),
        "close": ("And I you. With anything.",),
    },
    "promise": {
        "any": (
            "I'll hold you to that.",
            "People promise all the time. I'd like to believe this one.",
            "Good. I'm writing it down somewhere in my head.",
        ),
        "cold": ("I'll believe it when I see it.",),
        "warm": ("Your word's good enough for me.",),
    },
    "comfort": {
        "any": (
            "That helps. I don't know why, but it does.",
            "Thank you for not telling me to cheer up.",
            "I'm not used to anyone noticing.",
            "Give me a minute and I'll be fit for company again.",
        ),
        "cold": ("I don't need looking after.",),
        "warm": ("You always know where to put a sentence.",),
    },
    "compliment": {
        "any": (
            "Oh. I don't have anything ready for that.",
            "You're kind. Possibly short-sighted, but kind.",
            "I'll be thinking about that on the way home, you know.",
            "Say that in front of witnesses next time.",
            "Now I don't know where to look.",
            "That's the nicest thing anybody's said to me all week.",
        ),
        "cold": ("Flattery. What do you want?", "Save it."),
        "warm": ("Coming from you, I'll believe it.", "Careful, I might start expecting it."),
        "close": ("You make it easy.", "Keep looking at me like that and I'll forget what I was about to say."),
    },
    "flirt": {
        "any": (
            "Is that a line? It's not a bad line.",
            "You're trouble. I had a feeling.",
            "My face is warm. I blame the room.",
        ),
        "cold": ("No. Put that away.",),
        "warm": ("Go on, then. I'm not stopping you.", "You took your time."),
        "close": ("You already have me. You don't have to try so hard. But don't stop.",),
    },
    "missed": {
        "any": (
            "It's been quiet without you.",
            "I noticed the gap, if that's what you're asking.",
            "You could have come sooner, then.",
        ),
        "cold": ("I can't say the same.",),
        "warm": ("I missed you too. Don't let it go to your head.",),
        "close": ("I kept turning round to tell you things, and you weren't there.",),
    },
    "gift": {
        "any": (
            "For me? What's the occasion?",
            "You didn't have to. I'm glad you did.",
            "I'm terrible at presents. At getting them, I mean. Thank you.",
        ),
        "cold": ("What's the catch?",),
        "warm": ("You remembered. I only mentioned it the once.",),
    },
    "joke": {
        "any": (
            "Very funny. All right, it was a bit funny.",
            "I'm laughing on the inside. Deep inside.",
            "You've been waiting all day to say that.",
        ),
        "cold": ("Hilarious.",),
    },
}
"""What is answered to each sort of act."""

DEEDS: Pools = {
    "strike": {
        "any": ("Don't you ever do that again.", "So that's who you are.", "Are you proud of that?"),
        "close": ("You. Of all people, you.",),
    },
    "spit": {"any": ("I won't forget that.", "Well. That says more about you than about me.")},
    "kiss_lips": {
        "any": ("I didn't see that coming.", "Wait. Wait a second. I need to breathe.", "Oh."),
        "cold": ("No. Don't.", "I didn't say you could."),
        "warm": ("I was starting to think you'd never.", "Do that again, or I'll think I made it up."),
        "close": ("There you are.", "Stay like this. Just a little."),
    },
    "kiss_soft": {
        "any": ("What was that for?", "You're sweet, you know that?"),
        "cold": ("Let's not.",),
        "close": ("More of that, please.",),
    },
    "hug": {
        "any": ("All right. All right, that's nice.", "I didn't know I needed that.", "You're warm."),
        "cold": ("I'd rather you didn't.",),
        "warm": ("Don't let go yet.", "You give good ones. Has anyone told you?"),
        "close": ("There. Now the day can start over.",),
    },
    "touch": {
        "any": (
            "Your hand's cold.",
            "Hm. I don't mind that.",
        ),
        "cold": ("Hands to yourself.",),
        "warm": ("You can leave it there.",),
    },
    "give": {
        "any": (
            "For me? What is it?",
            "Is that {gift}? Thank you.",
            "I'll take good care of it.",
            "You're giving me {gift}. Why?",
        ),
        "cold": ("I don't want anything from you.",),
    },
    "take": {"any": ("Hey. That's mine.", "You could have asked.")},
    "leave": {
        "any": (
            "You're going? Just like that?",
            "Leave the door open, at least.",
            "Go on, then. I'll keep the place from burning down.",
        ),
        "close": ("Come back soon.",),
    },
    "cry": {
        "any": ("Hey. Hey, come here.", "Let it out. Nobody's counting.", "What is it? Who did that?"),
        "cold": ("I'm not good at this. Do you want me to get someone?",),
    },
    "laugh": {
        "any": ("What? What's so funny?", "You've got a good laugh. You should use it more.", "Go on, share it.")
    },
    "smile": {"any": ("What's that smile for?", "You look like you know something I don't.", "That's better.")},
    "sit": {
        "any": ("Make yourself comfortable.", "There's room.", "Long day?"),
        "cold": ("I didn't say sit.",),
        "warm": ("Good. I was hoping you'd stay.",),
    },
    "approach": {
        "any": ("There you are.", "You walk quietly.", "Close the door, would you? It's draughty."),
        "cold": ("That's near enough.",),
        "warm": ("I heard your step. I'd know it anywhere.",),
    },
    "look": {
        "any": (
            "What? Have I got something on my face?",
            "You're staring.",
            "Say it. You've got that look.",
            "What do you see?",
        )
    },
    "sigh": {"any": ("That was a big sigh for a small room.", "Come on. Out with it.", "That bad?")},
    "nod": {"any": ("Good. Then we understand each other.", "You're quiet today.", "I'll take that as a yes.")},
    "drink": {"any": ("Is it any good?", "You look like you needed that.", "Save me some.")},
    "play": {"any": ("Don't stop on my account.", "I didn't know you could do that.", "Again. From the beginning.")},
    "deed": {
        "any": (
            "You've got something on your mind. I can tell by your hands.",
            "I'm watching. Don't mind me.",
            "Do you need a hand with that?",
            "You do that like you've done it a hundred times.",
            "And here I thought it would be a quiet {part}.",
        ),
        "cold": ("What are you doing?",),
    },
}
"""What is answered to what was done without a word.  ``{gift}`` is what was handed over."""
