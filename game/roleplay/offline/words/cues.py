"""What gives away the sense of a sentence: ``(sort, pattern)``, matched without regard to case, plain apostrophes.

``x`` is the part worth taking up.  Every pattern is met sentence by sentence, each of which is short.
"""

from __future__ import annotations

_ADV = (
    r"(?:so|both|all|very|really|truly|quite|such|a|an|the|just|absolutely|totally|pretty|too|always|most|"
    r"nothing but|only|"
    r"still|"
    r"kind of|fucking|damn|bloody|rather|also|incredibly|being|looking|my|one of the)"
)
_NICE = (
    r"beautiful|gorgeous|pretty|lovely|cute|handsome|amazing|wonderful|sweet|kind|brave|clever|smart|brilliant|funny|"
    r"talented|incredible|special|perfect|adorable|charming|stunning|generous|strong|good|great|nice|fantastic|warm|"
    r"best|angel|genius|lifesaver|treasure|right about everything|good friend|better than you think|gifted|radiant"
)
_NASTY = (
    r"idiot|stupid|dumb|pathetic|worthless|useless|ugly|disgusting|moron|fool|coward|liar|monster|bitch|bastard|jerk|"
    r"asshole|loser|failure|annoying|boring|selfish|cruel|heartless|terrible person|horrible|awful person|waste of|"
    r"nobody|joke|mistake|disappointment|ridiculous|weak|insane|crazy|fraud|hypocrite|traitor|worst|brat|clown|creep"
)
_KIN = (
    r"mother|father|mom|mum|dad|brother|sister|son|daughter|wife|husband|grandmother|grandfather|grandma|grandpa|"
    r"aunt|"
    r"uncle|cousin|partner|boyfriend|girlfriend|best friend|friend|dog|cat|baby|child|parents|twin"
)
_WEEK = r"monday|tuesday|wednesday|thursday|friday|saturday|sunday"
WHEN = (
    rf"(?:on |this |next |coming )*(?:{_WEEK})(?: (?:morning|afternoon|evening|night))?|tomorrow(?: (?:morning|"
    rf"afternoon|"
    r"evening|night))?|tonight|this (?:weekend|evening|afternoon|week)|next (?:week|month|weekend|year|time)|"
    r"in (?:an hour|\w+ (?:days|weeks|hours|minutes|months)|a (?:week|month|few days|couple of days))|"
    r"after (?:work|school|"
    r"dinner|lunch|the show|closing)|at (?:noon|midnight|dawn|dusk|sunset|sunrise|\d{1,2}(?::\d\d)?(?: ?[ap]m)?)"
)
"""When something is to be."""

HEAVY: tuple[tuple[str, str], ...] = (
    ("proposal", r"\b(?:will|would) you marry me\b|\bmarry me\b"),
    ("unlove", r"\bi (?:don't|do not|no longer|never) (?:really )?loved? you\b|\bi('m| am) not in love with you\b"),
    (
        "love",
        r"\bi(?:'m| am|'ve| have)?(?: (?:think|guess|i|i'm|i am|really|do|still|truly|so|always|am|have|been|just|"
        r"know|"
        r"also|already|completely))* (?:love|loved|in love with|falling (?:in love with|for)|"
        r"fallen (?:in love with|for)|"
        r"fell (?:in love with|for)) you\b(?! (?:guys|both|two|all|for|when))",
    ),
    (
        "breakup",
        r"\bi(?:'m| am) leaving you\b|\bit's over between us\b|\bwe(?:'re| are) (?:over|finished|through)\b|"
        r"\bi want a divorce\b|\bi(?:'m| am) breaking up with you\b|\bi never want to see you again\b",
    ),
    (
        "betrayal",
        r"\bi(?:'ve| have)? (?:lied to|been lying to|cheated on|betrayed|used|sold out|been using|spied on|"
        r"stole from) you\b|"
        r"\bi slept with\b|\bi cheated\b|\bit was me who (?:told|sold|stole|betrayed|killed)\b",
    ),
    (
        "defining",
        r"\bi (?:killed|murdered)\b(?! (?:time|the (?:mood|engine|lights|plant)|it\b|for))|\bi(?:'m| am) (?:dying|"
        r"pregnant|terminally ill)\b|"
        r"\bi have (?:cancer|months to live|a (?:daughter|son|child) (?:you|nobody|no one))|"
        r"\bi(?:'m| am) your (?:real )?(?:father|mother|brother|sister|son|daughter)\b|\bi(?:'m|"
        r" am) not who you think\b",
    ),
    (
        "secret",
        r"\bi(?:'ve| have)? never told (?:anyone|anybody|you|a soul|this)|\b(?:tell you|have|keep) a secret\b|"
        r"\bbetween (?:you and me|us two)\b|\bdon't tell (?:anyone|anybody|a soul)|\bi (?:have|need|want) to confess|"
        r"\bi have a confession|\bnobody (?:else )?knows (?:this|that|about)|\bno one (?:else )?knows (?:this|"
        r"that|about)",
    ),
    (
        "unsaid",
        r"\b(?:there's something|i have something|i need|i have|i wanted|i want) (?:i (?:need|"
        r"have) )?to tell you(?: something)?\b",
    ),
    (
        "grief",
        rf"\bmy (?:{_KIN})(?: \w+)? (?:just |has |recently )*(?:died|passed away|is dead|is dying|was killed)|"
        rf"\bi lost my (?:{_KIN})|\b(?:his|her|their|the) funeral\b|"
        r"\b(?:day|week|month|year|night|when|since|after|before) (?:he|she|they) (?:died|passed away|was buried)\b",
    ),
)

KIND: tuple[tuple[str, str], ...] = (
    (
        "comfort",
        r"\bi'm (?:so |very )?sorry (?:to hear|for your loss|that happened|about your|you had to)|\bdon't worry\b|"
        r"\b(?:you|it|things|everything)(?:'ll| will|'s going to| is going to) (?:be|work out) ?(?:ok|okay|"
        r"alright|all right|fine|better)?|"
        r"\bi'm here(?: for you)?(?=[.!,?]|$)|\btake your time\b|\bi(?:'ve| have)? got (?:you|your back)(?=[.!,]|$)|"
        r"\byou're not alone\b|\bit's not your fault\b|\bit's (?:ok|okay|all right|alright) to\b",
    ),
    (
        "apology",
        r"\bi(?:'m| am) (?:so |really |very |truly |just )*sorry\b(?! to hear| for your loss| that happened|"
        r" about your|,? but you)|"
        r"\bi apologi[sz]e\b|\bforgive me\b|\b(?:it was |that was )?my (?:bad|fault)\b|\bi was wrong\b|"
        r"^(?:so )?sorry\b(?!\?)|\bi owe you an apology\b",
    ),
    (
        "forgive",
        r"\bi forgive you\b|\bapology accepted\b|\bwe're (?:good|okay|fine)(?=[.!,]|$)|\bno hard feelings\b|"
        r"\bit's forgiven\b|\blet's make up\b",
    ),
    (
        "thanks",
        r"\b(?:thank you|thanks|thx|much appreciated|i(?:'m| am) (?:so )?grateful|i (?:really )?appreciate)\b(?! "
        r"for nothing)",
    ),
    (
        "trust",
        r"\bi (?:do |really |completely )*(?:trust you|believe you|believe in you|have faith in you)\b|"
        r"\byou can (?:trust|count on|rely on|talk to) me\b",
    ),
    (
        "promise",
        r"\bi (?:promise|swear)(?: you)?(?: to| that)?(?: i'll| i will)? ?(?P<x>[^.!?]*)|"
        r"\byou have my word\b ?(?P<x2>[^.!?]*)|\bi give you my word\b",
    ),
    (
        "flirt",
        r"\bi can't stop thinking about you\b|\bkiss me\b|\bi want you\b|\bstay (?:with me|the night|over)\b|"
        r"\bi(?:'ve| have) been thinking about you\b|\byou look (?:amazing|stunning|gorgeous|beautiful|so good|"
        r"hot)\b|\bgo on a date\b|\bwink\b",
    ),
    ("missed", r"\bi(?:'ve| have)? (?:really |so )?miss(?:ed)? you\b"),
    (
        "compliment",
        rf"\byou(?:'re| are| look| seem| were| smell| sound)(?: {_ADV})* (?P<x>{_NICE})\b(?! (?:at|for) nothing)|"
        r"\bi (?:really |do |just |so )*(?:like|love|adore|admire) (?P<x2>your [^.!?,]*|how you [^.!?,]*|"
        r"the way you [^.!?,]*|being with you|talking (?:to|with) you|"
        r"spending time with you|you(?=[.!,]|$))|\b(?:good job|well done|nice work|(?:so )?proud of you)\b|"
        r"\byou make me (?:happy|smile|laugh|feel)",
    ),
    (
        "gift",
        r"\b(?:this is|that's|it's) for you\b|\bi (?:brought|bought|made|got) you (?P<x>[^.!?,]*)|"
        r"\byou can (?:have|keep) (?:it|this|my)",
    ),
    ("joke", r"\b(?:haha\w*|hehe\w*|lol|lmao|just kidding|i'm (?:just )?(?:joking|kidding|teasing))\b"),
)

HARSH: tuple[tuple[str, str], ...] = (
    (
        "threat",
        r"\bi(?:'ll| will|'m going to|'m gonna| am going to) (?:kill|hurt|hit|destroy|ruin|end|break|"
        r"bury) you\b(?! with)|"
        r"\byou(?:'ll| will) (?:regret|pay for)|\bor else\b|\bwatch your back\b|\byou're dead\b",
    ),
    (
        "insult",
        rf"\byou(?:'re| are| were|)(?: {_ADV})* (?P<x>(?:{_NASTY})s?)\b(?! (?:about|for) (?:me|that|us))|"
        rf"\bshut (?:the fuck )?up\b|\bgo to hell\b|"
        r"\b(?:fuck|screw|damn) you\b|\b(?:fuck|piss|sod) off\b|\bi (?:really |fucking )?(?:hate|despise|"
        r"loathe) you\b|\bi can't stand you\b|"
        r"\byou disgust me\b|\bno(?:body| one) (?:likes|loves|wants|needs) you\b|\bthanks for nothing\b|"
        r"\bi wish i'd never met you\b|"
        r"\bi wish you were (?:dead|gone)\b",
    ),
    (
        "accusation",
        r"\byou(?:'re| are) (?:so )?(?:impossible|unbearable|insufferable)\b|"
        r"\byou never (?P<x>(?!know|mind|fail|cease|disappoint)[^.!?]*)|"
        r"\byou always (?P<x2>(?:do (?:this|that)|say|forget|ruin|leave|lie|complain|interrupt|"
        r"have to|make (?:me|it|everything)|act|run|blame|twist|take|want|come late|are late)\b[^.!?]*)|"
        r"\byou (?:lied|cheated|betrayed|left me|abandoned|used me|forgot|"
        r"stole|broke)\b|"
        r"\bit(?:'s| is) (?:all )?your fault\b|\bhow (?:could|dare) you\b|\bi don't (?:trust|believe) you\b|"
        r"\bliar\b|\bwhat(?:'s| is) wrong with you\b",
    ),
    (
        "dismissal",
        r"\bleave me alone\b|\bgo away\b|\bget (?:lost|out)(?=[.!]|$)|\bi don't care(?=[.!]|$| (?:about|"
        r"what) you)|^whatever(?=[.!]|$)|"
        r"\bnone of your business\b|\bstop talking\b|\bnot interested\b|\bdon't touch me\b",
    ),
)

TALK: tuple[tuple[str, str], ...] = (
    (
        "greeting",
        r"^(?:oh |well |ah )?(?:hi|hey|hello|hiya|howdy|yo|greetings|good (?:morning|evening|afternoon)|evening|"
        r"morning|welcome back|nice to (?:meet|see) you)\b",
    ),
    (
        "farewell",
        r"\b(?:goodbye|bye|good ?night|see you|see ya|take care|farewell|catch you later|talk (?:soon|later)|"
        r"sleep well|until (?:next time|tomorrow|then))\b|"
        r"\bi (?:should|have to|need to|must|gotta|got to|better|'d better) (?:go|leave|head (?:out|home)|"
        r"get going|run|be going)(?=[.!,]|$| now| soon| home)",
    ),
    (
        "invitation",
        r"\blet's (?!not\b|see\b|say\b|be honest|face it|hope)(?P<x>[^.!?]*)|\bshall we (?P<x2>[^.!?]*)|\b(?:do|"
        r"would) you (?:want|like|care) to (?P<x3>[^.!?]*)|"
        r"^(?:hey,? )?wanna (?P<x4>[^.!?]*)|^want to (?P<x5>[^.!?]*)|\bhow about (?:we |a |an )?(?P<x6>[^.!?]*)|"
        r"\bwe (?:should|could) (?P<x7>(?!have|be|not)[^.!?]*)|"
        r"\b(?P<x8>come (?:with me|over|along|home with me)[^.!?]*)|\bwhy don't we (?P<x9>[^.!?]*)",
    ),
    (
        "plan",
        rf"\b(?:we(?:'re| are) (?:going to|gonna|meeting|having|off to)|we(?:'ll| will)|i(?:'ll|"
        rf" will) (?:pick you up|meet you|see you|come by|take you)|meet me|"
        rf"see you)\b(?P<x>[^.!?]*\b(?:{WHEN})[^.!?]*)",
    ),
    (
        "offer",
        r"\b(?:do you want|would you like|can i (?:get|bring|make|buy|offer) you|care for|can i help)(?: some| a|"
        r" an| another)? (?P<x>(?!to\b)[^.!?]*)|^want (?:some|a|an|another) (?P<x2>[^.!?]*)",
    ),
    (
        "request",
        r"^(?:please,? |hey,? )?(?:can|could|will|would) you (?:please )?(?P<x>(?:please|help|tell|show|give|hold|"
        r"pass|bring|"
        r"make|play|sing|read|teach|wait|stay|come|sit|look|listen|open|close|stop|take|let|get|hand|fix|call|"
        r"write|promise|"
        r"dance|follow|lend|keep|drive|cook|explain|repeat|turn|put|do me|forgive|join|walk)\b[^.!?]*)|"
        r"\bplease (?P<x2>(?:don't |do not )?[a-z]+ [^.!?]*)|"
        r"^(?P<x3>(?:tell|show|give|help|teach|hold|sing|play|read|listen to) me\b[^.!?]*)",
    ),
    (
        "agreement",
        r"^(?:oh |well |mm |hm )?(?:yes|yeah|yep|yup|sure|of course|okay|ok|absolutely|definitely|deal|gladly|"
        r"sounds (?:good|great|like a plan)|i'd (?:love|like) (?:to|that)|fine by me|i agree|exactly|me too|"
        r"why not|count me in|agreed)\b(?!,? but)",
    ),
    (
        "refusal",
        r"^(?:oh |well |um |sorry,? )?(?:no|nope|nah|never|no thanks|no way|i'd rather not|"
        r"not really|(?:i don't want to|i won't|i can't)(?=[.!,]|$)|"
        r"maybe (?:later|another time)|not today)\b(?! (?:problem|worries|"
        r"doubt|one|matter|idea|kidding))",
    ),
)

STATEMENTS: tuple[tuple[str, str], ...] = (
    (
        "fear",
        r"\bi(?:'m| am) (?:so |really |still |a bit |a little )*(?:afraid|scared|terrified|frightened|worried|"
        r"nervous)(?: of| that| about| to)? ?(?P<x>[^.!?]*)",
    ),
    (
        "sad",
        r"\bi(?:'m| am| feel| felt|'ve been|'m feeling)(?: \w+){0,2} (?P<x>sad|lonely|lost|empty|miserable|"
        r"depressed|heartbroken|hurt|broken|down|hopeless|homesick|not okay|not ok)\b|\bi (?:can't stop crying|"
        r"cried|feel like crying)|\b(?:rough|bad|terrible|awful|hard|worst) (?:day|week|night|month|year)\b",
    ),
    (
        "angry",
        r"\bi(?:'m| am| feel| was)(?: \w+){0,2} (?P<x>angry|furious|mad|annoyed|pissed|frustrated|fed up|livid|"
        r"irritated)\b",
    ),
    (
        "tired",
        r"\bi(?:'m| am| feel)(?: \w+){0,2} (?P<x>tired|exhausted|sleepy|worn out|beat|drained|burned out)\b|"
        r"\b(?:couldn't|can't|didn't) sleep\b|\blong day\b",
    ),
    (
        "happy",
        r"\bi(?:'m| am| feel)(?: \w+){0,2} (?P<x>happy|glad|excited|thrilled|relieved|proud|content|overjoyed|"
        r"delighted|in a good mood)\b|\b(?:great|best|wonderful|good) (?:day|news)\b",
    ),
    (
        "want",
        r"\bi (?:really |just |have |always |do |only )*(?:want|wanted|wish|need|hope|'d like|would like|long|"
        r"'d love)(?: to| i could| that)? (?P<x>(?!you\b)[^.!?]*)",
    ),
    ("unwilling", r"\bi (?:don't|do not|never) (?:really )?want to (?P<x>[^.!?]*)"),
    ("cannot", r"\bi (?:can't|cannot|couldn't|don't know how to) (?P<x>[^.!?]*)"),
    ("must", r"\bi (?:have to|had to|must|need to|ought to|should|gotta) (?P<x>[^.!?]*)"),
    ("used", r"\bi used to (?P<x>[^.!?]*)"),
    (
        "like",
        r"\bi (?:really |do |just |always |absolutely |kind of )*(?:like|love|enjoy|adore|prefer) (?P<x>(?!you\b|"
        r"your\b|it\b|that\b|to think)[^.!?]*)",
    ),
    (
        "dislike",
        r"\bi (?:really |always |absolutely |kind of )*(?:hate|dislike|can't stand|despise|don't like|"
        r"do not like) (?P<x>(?!you\b|it\b|that\b|when you)[^.!?]*)",
    ),
    (
        "think",
        r"\bi (?:\w+ )?(?:think|believe|guess|suppose|feel like|bet|reckon|figured?|"
        r"thought)(?: that)? (?P<x>(?!so\b|about\b)[^.!?]*)",
    ),
    (
        "kin",
        rf"\b(?:my|i have an?|i've got an?|i had an?) (?P<x>(?:(?:little|big|older|younger|late|old|best|twin) )?(?:"
        rf"{_KIN}|boss|job|house|name|birthday|mother-in-law|neighbou?r|landlord|teacher|flat|apartment|car))\b(?P<rest>[^.!?]*)",
    ),
    (
        "did",
        r"\bi (?:just |finally |also |nearly |almost |once )*(?P<x>(?:went|saw|met|found|made|bought|got|lost|"
        r"broke|finished|started|read|wrote|heard|ran|quit|dreamed|dreamt|tried|walked|called|moved|built|cooked|"
        r"baked|won|forgot|learned|played|visited|watched|painted|planted|stayed|left|drove|spent|"
        r"[a-z]{3,}ed)\b[^.!?]*)",
    ),
    ("about_you", r"\byou(?:'re| are| seem| look| sound) (?P<x>[^.!?,]*)"),
    ("know_not", r"\bi (?:don't|do not) know\b(?P<x>[^.!?]*)|\bi have no idea\b|\bi(?:'m| am) not sure\b"),
    ("i_am", r"\bi(?:'m| am) (?P<x>(?!sorry|glad)[^.!?]*)"),
    (
        "weather",
        r"\b(?:rain(?:ing|s|y)?|snow(?:ing|s|y)?|sunny|storm(?:y)?|thunder|fog(?:gy)?|windy|cold out|hot today|"
        r"freezing|heat)\b",
    ),
)

QUESTIONS: tuple[tuple[str, str], ...] = (
    ("q_name", r"\bwhat(?:'s| is) your (?:full |real |last |first )?name\b|\bwho are you\b"),
    ("q_my_name", r"\bwhat(?:'s| is) my name\b|\b(?:know|remember|forgot|forget) my name\b|\bwho am i\b"),
    (
        "q_love",
        r"\bdo you (?:still |even |really )?(?:love|like|hate|want) me\b|\bare you in love\b|\bwhat (?:am i|"
        r"are we) to (?:you|each other)\b|"
        r"\bhow do you feel about (?:me|us)\b|\bwhat do you (?:really )?think (?:of|about) me\b|\bare you (?:mad|"
        r"angry|upset|cross) (?:at|with) me\b|\bare we (?:friends|good|okay|ok)\b|\bdo you (?:miss|missed) me\b|"
        r"\bdid you miss me\b",
    ),
    ("q_trust", r"\bdo you (?:still |even |really )?(?:trust|believe) me\b"),
    ("q_secret", r"\bcan (?:you keep a secret|i trust you|i tell you something)\b|\bdo you promise\b"),
    (
        "q_remember",
        r"\b(?:do|don't|can|did) you (?:still |even |ever )?(?:remember|recall)(?: when| that| what|"
        r" how)? ?(?P<x>[^?]*)|^remember (?:when |that |how )?(?P<x2>[^?]*)\?|"
        r"\b(?:have|did) you forg[eo]t(?:ten)?(?: about)? ?(?P<x3>[^?]*)|\bwhat did i (?:tell|"
        r"say)(?: to)?(?: you)?(?: about)? ?(?P<x4>[^?]*)|\bwhat do you (?:know|remember) (?:about|"
        r"of) (?P<x5>(?:my|me|us|our)\b[^?]*)|"
        r"\b(?:what|who|where|when|how)(?:'s| is| was| are| old is) (?P<x6>my [^?]*)|\b(?:what|where|when|which|"
        r"who) (?:do|did|was) i (?P<x7>[^?]*)|\bdo you know (?:what|where|who|how|when|why) (?P<x8>(?:i|my) [^?]*)|"
        r"\bhow old am i\b|\bwhen did we (?P<x9>[^?]*)|\bwhere did we (?P<x10>[^?]*)",
    ),
    (
        "q_plan",
        r"\bare we still (?:on|going|doing|meeting)(?P<x>[^?]*)|\bwhen (?:are|do|will) we (?P<x2>[^?]*)|"
        r"\bwhat(?:'s| is) the plan\b|\bwhat (?:should|shall|do) we do\b|\bwhere (?:should|shall) we go\b|"
        r"\bwhat now\b|\bwhat are we doing (?:tomorrow|tonight|on)",
    ),
    (
        "q_how_are",
        r"\bhow are you\b(?! so| able| going to)|\bhow(?:'s| is) (?:it going|everything|life|your day|your night)|"
        r"\bhow have you been\b|^(?:hey,? |hi,? )?(?:you|u) (?:ok|okay|alright|all right|good)\b|"
        r"\bare you (?:ok|okay|all right|alright|fine|feeling)\b|\bwhat's up\b|\bhow (?:do|"
        r"are) you feel(?:ing)?(?: today| now)?\?|\bhow was your (?:day|night|week|weekend|shift)|"
        r"\bhow did you sleep",
    ),
    (
        "q_wrong",
        r"\bwhat(?:'s| is) (?:wrong|the matter|bothering you|on your mind|going on)\b|"
        r"\bwhat happened(?: to you)?\?|\bare you (?:sad|crying|upset|angry|scared|worried|"
        r"hurt)(?P<x>)\b|\bwhat are you (?:afraid|scared|"
        r"thinking)\b(?P<x2>[^?]*)",
    ),
    (
        "q_doing",
        r"\bwhat are you (?:doing|up to|working on|reading|making|holding|cooking|writing|drawing|looking at|"
        r"listening to|drinking|eating|building|playing)\b|\bwhat(?:'s| is) that (?:in your|you)|"
        r"\bam i (?:interrupting|disturbing)|\bare you busy",
    ),
    (
        "q_place",
        r"\bwhere (?:are we|am i)\b|\bwhat is this place\b|\bdo you (?:come|live|work) here\b|\bwhat(?:'s|"
        r" is) (?:this|it like) (?:place|here)\b|\bnice place\b",
    ),
    (
        "q_time",
        r"\bwhat time is it\b|\bwhat(?:'s| is) the time\b|\bhow late is it\b|\bwhat day is (?:it|today)\b|"
        r"\bis it late\b",
    ),
    (
        "q_self",
        r"\b(?:tell me (?:more |something )?about|what about) (?P<x>yourself|you|your [^?.!]*)|\bwhere (?:are you|"
        r"do you come) from\b|\bwhere (?:did you grow up|do you live|were you born)\b|"
        r"\bwhat do you do\b(?: for a living)?|"
        r"\bhow old are you\b|\b(?:what|who|where|when|how)(?:'s| is| was| are| were) (?P<x2>your [^?]*)|"
        r"\bdo you have (?P<x3>(?:a|any|some|family|kids|child|brother|sister|friend|pet)[^?]*)|"
        r"\bhow long have you (?P<x4>[^?]*)|"
        r"\bwhy (?:did|do) you (?P<x5>[^?]*)|\bwhen did you (?P<x6>[^?]*)|\bhow did you (?P<x7>[^?]*)|"
        r"\bwhere did you (?P<x8>[^?]*)",
    ),
    (
        "q_like",
        r"\b(?:do|don't|did|would) you (?:like|love|enjoy|hate|prefer|mind) (?P<x>(?!me\b|to\b)[^?]*)|"
        r"\bdo you like to (?P<x2>[^?]*)|\bare you (?:a fan of|into|afraid of|scared of|fond of) (?P<x3>[^?]*)",
    ),
    (
        "q_opinion",
        r"\bwhat do you (?:really )?(?:think|make|say) (?:of|about|to) (?P<x>[^?]*)|\bhow do you (?:like|find|"
        r"feel about) (?P<x2>[^?]*)|\bdo you believe in (?P<x3>[^?]*)|"
        r"\bwhat's your (?:opinion|take) (?:on|of) (?P<x4>[^?]*)|\bwhat about (?P<x5>[^?]*)",
    ),
    (
        "q_guess",
        r"\bdo you (?:think|reckon|suppose|believe)\b(?P<x>[^?]*)|\bwill (?:it|he|she|they|"
        r"we)\b(?P<x2>[^?]*)",
    ),
    (
        "q_want",
        r"\bwhat do you (?:really )?(?:want|need|wish for|dream (?:of|about))\b|\bwhat would (?:you like|"
        r"make you happy)\b|\bwhat(?:'s| is) your dream\b",
    ),
    ("q_ever", r"\bhave you (?:ever )?(?P<x>[^?]*)|\bdid you (?:ever )?(?P<x2>[^?]*)|\bwere you ever (?P<x3>[^?]*)"),
    ("q_real", r"\bare you (?:real|an? (?:ai|bot|robot|machine|program)|human)\b"),
    ("q_why", r"^(?:but |and |so )?why\b(?P<x>[^?]*)|\bhow come\b(?P<x2>[^?]*)"),
    ("q_who", r"^(?:and |so |but )?who(?:'s| is| are| was)? ?(?P<x>[^?]*)"),
    ("q_where", r"^(?:and |so |but )?where(?:'s| is| are| was| did| do)? ?(?P<x>[^?]*)"),
    ("q_when", r"^(?:and |so |but )?(?:when|how (?:long|soon))\b ?(?P<x>[^?]*)"),
    ("q_how", r"^(?:and |so |but )?how\b ?(?P<x>[^?]*)"),
    ("q_what", r"^(?:and |so |but )?(?:what|which)(?:'s| is| are| was| did| do)? ?(?P<x>[^?]*)"),
    (
        "q_can",
        r"^(?:and |so |but )?can i (?P<x>[^?]*)|^may i (?P<x2>[^?]*)|^(?:is it ok|do you mind) if i (?P<x3>[^?]*)|"
        r"^should i (?P<x4>[^?]*)",
    ),
    ("q_you", r"\b(?:do|are|will|would|could|can|should|did|were|don't|aren't) you (?P<x>[^?]*)"),
    ("q_bare", r"^\W*(?!you\b|really\b)[\w']+(?: [\w']+){0,2}\?$"),
    ("q_any", r"(?P<x>[^?]*)\?"),
)

KIND_WORDS = _NICE
NASTY_WORDS = _NASTY
"""The same words for what is said of somebody by name."""
