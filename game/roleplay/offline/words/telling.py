"""How a witness tells of what was done: by the one telling, to them, or before their eyes."""

from __future__ import annotations

I_DID: dict[str, str] = {
    "love": "I told {to} that I love them.",
    "unlove": "I told {to} that I don't love them.",
    "proposal": "I asked {to} to marry me.",
    "breakup": "I ended it with {to}.",
    "betrayal": "I confessed to {to} what I had done behind their back.",
    "defining": "I told {to} what I have told almost no one.",
    "secret": "I let {to} in on something I keep to myself.",
    "unsaid": "There was something I had to tell {to}.",
    "grief": "I spoke to {to} of my loss.",
    "apology": "I apologised to {to}.",
    "forgive": "I forgave {to}.",
    "promise": "I gave {to} my word.",
    "comfort": "I tried to comfort {to}.",
    "insult": "I was harsh with {to}.",
    "threat": "I threatened {to}.",
    "accusation": "I put it to {to} plainly what I held against them.",
    "dismissal": "I sent {to} away with a word.",
    "strike": "I struck {to}.",
    "kiss_lips": "I kissed {to}.",
    "kiss_soft": "I kissed {to}, lightly.",
    "hug": "I held {to}.",
    "gift": "I gave {to} something.",
    "give": "I gave {to} {about}.",
    "invitation": "I suggested that we {about}.",
    "plan": "I made a plan with {to}.",
    "trust": "I told {to} they have my trust.",
    "cry": "I could not hold back tears.",
}
"""What the teller did."""

DID_TO: dict[str, str] = {
    "love": "{who} told me they love me.",
    "unlove": "{who} told me they don't love me.",
    "proposal": "{who} asked me to marry them.",
    "breakup": "{who} ended it with me.",
    "betrayal": "{who} admitted having deceived me, and it hurt.",
    "defining": "{who} told me something that changes how I see them.",
    "secret": "{who} confided in me.",
    "unsaid": "{who} had something to tell me.",
    "grief": "{who} told me of a death that weighs on them.",
    "apology": "{who} apologised to me.",
    "forgive": "{who} forgave me.",
    "promise": "{who} gave me their word: {about}.",
    "comfort": "{who} was kind to me when I needed it.",
    "insult": "{who} insulted me.",
    "threat": "{who} threatened me.",
    "accusation": "{who} reproached me.",
    "dismissal": "{who} wanted me gone.",
    "compliment": "{who} said something kind about me.",
    "thanks": "{who} thanked me.",
    "missed": "{who} had missed me.",
    "flirt": "{who} flirted with me.",
    "trust": "{who} said they trust me.",
    "strike": "{who} struck me.",
    "spit": "{who} humiliated me.",
    "kiss_lips": "{who} kissed me.",
    "kiss_soft": "{who} kissed me, lightly.",
    "hug": "{who} put their arms around me.",
    "touch": "{who} reached for my hand.",
    "gift": "{who} had brought me something.",
    "give": "{who} gave me {about}.",
    "take": "{who} took something from me.",
    "leave": "{who} went.",
    "cry": "{who} cried in front of me.",
    "fear": "{who} told me what frightens them.",
    "sad": "{who} was low and did not hide it.",
    "angry": "{who} was angry.",
    "invitation": "{who} wanted us to {about}.",
    "plan": "{who} made a plan with me.",
    "used": "{who} spoke of how they used to {about}.",
    "want": "{who} said they want to {about}.",
    "refusal": "{who} said no to me.",
}
"""What was done to the teller."""

SAW: dict[str, str] = {
    "love": "I was there when {who} told {to} they love them.",
    "proposal": "I was there when {who} asked {to} to marry them.",
    "breakup": "I was there when {who} ended it with {to}.",
    "betrayal": "I heard {who} admit to {to} that they had deceived them.",
    "defining": "I heard what {who} told {to}, and pretended not to have.",
    "secret": "I was there when {who} confided in {to}.",
    "grief": "I heard {who} speak to {to} of a death.",
    "apology": "{who} apologised to {to} while I stood by.",
    "forgive": "I saw {who} forgive {to}.",
    "promise": "I heard {who} give {to} a promise.",
    "comfort": "I saw {who} comfort {to}.",
    "insult": "I watched {who} insult {to}.",
    "threat": "I heard {who} threaten {to}.",
    "accusation": "{who} reproached {to}, and I stayed out of it.",
    "compliment": "{who} flattered {to} in front of me.",
    "flirt": "{who} flirted with {to} as if I were not there.",
    "strike": "I saw {who} strike {to}.",
    "kiss_lips": "I saw {who} kiss {to}.",
    "kiss_soft": "I saw {who} kiss {to}, lightly.",
    "hug": "I watched {who} hold {to}.",
    "give": "I saw {who} give {to} {about}.",
    "leave": "I saw {who} go.",
    "cry": "I saw {who} cry.",
}
"""What the teller looked on at."""

PLACE_ONLY = ("Nothing much happened; we were simply there.", "We talked, mostly of {topics}.")

ARC: tuple[tuple[int, str], ...] = (
    (3, "Since then nothing between {target} and me is as it was: {what}"),
    (2, "What stays with me of {target}: {what}"),
    (1, "Lately: {what}"),
    (0, "{what}"),
)
"""By the scene's significance: how what it added is put."""

GROUP = {
    "strained": "When {names} are together, there is tension in the room.",
    "close": "When {names} are together, guards come down.",
    "easy": "When {names} are together, talk comes easily.",
}
