"""The commonest senses of a sentence in German, as in :mod:`~game.roleplay.offline.words.cues`."""

from __future__ import annotations

GERMAN_SAID: tuple[tuple[str, str], ...] = (
    ("love", r"\bich liebe dich\b|\bich bin (?:total |so )?in dich verliebt\b"),
    ("unlove", r"\bich liebe dich nicht\b"),
    ("proposal", r"\bwillst du mich heiraten\b|\bheirate mich\b"),
    ("betrayal", r"\bich habe dich (?:belogen|betrogen|verraten)\b"),
    (
        "secret",
        r"\bich habe (?:es )?(?:noch )?nie(?:mandem)? (?:jemandem )?erzählt\b|\bein geheimnis\b|\bsag(?:'s|"
        r" es)? niemandem\b",
    ),
    ("grief", r"\bmeine? (?:mutter|vater|bruder|schwester|oma|opa|hund|katze) ist (?:gestorben|tot)\b"),
    ("threat", r"\bich (?:bringe dich um|mach(?:e)? dich fertig)\b|\bdas wirst du bereuen\b"),
    (
        "insult",
        r"\bdu bist (?:so |ein(?:e)? |echt |total |wirklich )*(?:idiot|dumm|blöd|erbärmlich|feigling|"
        r"lügner\w*|arschloch|nervig)\b|\bhalt die klappe\b|\bich hasse dich\b|\bverpiss dich\b",
    ),
    (
        "accusation",
        r"\bdu hast (?:mich belogen|gelogen|mich verlassen)\b|\bdas ist deine schuld\b|"
        r"\bdu hörst (?:mir )?nie\b",
    ),
    ("dismissal", r"\blass mich in ruhe\b|\bgeh weg\b|\bhau ab\b"),
    ("apology", r"\b(?:es tut mir(?: so| sehr)? leid|entschuldig(?:e|ung)|verzeih mir)\b"),
    ("thanks", r"\b(?:danke|vielen dank|dankeschön)\b"),
    ("trust", r"\bich vertraue dir\b"),
    ("promise", r"\bich verspreche(?: es)? dir ?(?P<x>[^.!?]*)|\bversprochen\b|\behrenwort\b"),
    ("missed", r"\bich habe dich vermisst\b|\bdu fehlst mir\b"),
    (
        "compliment",
        r"\bdu (?:bist|siehst) (?:so |wirklich |sehr |echt |heute )*(?:schön|hübsch|lieb|toll|klug|"
        r"wunderbar|großartig|nett|mutig|gut aus)\b|\bich mag (?:dich|deine?[nr]?\b)",
    ),
    ("greeting", r"^(?:hallo|hi|hey|guten (?:morgen|abend|tag)|moin|servus|grüß)\b"),
    (
        "farewell",
        r"\b(?:tschüss|auf wiedersehen|bis (?:bald|morgen|später|dann)|gute nacht|ich muss (?:los|"
        r"gehen))\b",
    ),
    (
        "invitation",
        r"\blass uns (?P<x>[^.!?]*)|\b(?:wollen|sollen) wir (?P<x2>[^.!?]*)|\b(?:hast du lust|"
        r"möchtest du|willst du)(?: mit mir)? (?P<x3>[^.!?]*)",
    ),
    ("agreement", r"^(?:ja|klar|gerne?|natürlich|sicher|okay|abgemacht|einverstanden)\b"),
    ("refusal", r"^(?:nein|nee|niemals|lieber nicht|ich kann nicht)\b"),
)
GERMAN_STATED: tuple[tuple[str, str], ...] = (
    ("fear", r"\bich habe (?:solche |große )?angst(?: vor| davor| dass)? ?(?P<x>[^.!?]*)"),
    (
        "sad",
        r"\bich bin (?:so |sehr |total )?(?P<x>traurig|einsam|verloren|am ende)\b|\b(?:schlimmer|harter|"
        r"schwerer|mieser) tag\b",
    ),
    ("tired", r"\bich bin (?:so |sehr |total )?(?P<x>müde|erschöpft|kaputt|fertig)\b"),
    ("angry", r"\bich bin (?:so |sehr |total )?(?P<x>wütend|sauer|genervt)\b"),
    ("happy", r"\bich (?:bin (?:so |sehr |total )?(?P<x>glücklich|froh)|freue mich)\b"),
    ("want", r"\bich (?:will|möchte|wünsche mir|würde gerne?|hätte gerne?) (?P<x>[^.!?]*)"),
    ("like", r"\bich (?:liebe|mag) (?P<x>(?!dich)[^.!?]*)"),
    ("dislike", r"\bich hasse (?P<x>(?!dich)[^.!?]*)"),
    (
        "kin",
        r"\bmeine? (?P<x>mutter|vater|bruder|schwester|mama|papa|hund|katze|oma|opa|freundin|freund|chef|"
        r"arbeit)\b(?P<rest>[^.!?]*)",
    ),
)
GERMAN_ASKED: tuple[tuple[str, str], ...] = (
    ("q_name", r"\bwie heißt du\b|\bwer bist du\b|\bwie ist dein name\b"),
    ("q_my_name", r"\bwie heiße ich\b|\bweißt du (?:noch )?(?:meinen namen|wie ich heiße)\b"),
    (
        "q_love",
        r"\b(?:liebst|magst|hasst|vermisst) du mich\b|\bbist du (?:mir )?(?:böse|sauer)\b|"
        r"\bwas (?:hältst du von|denkst du über) mi[cr]h?\b",
    ),
    ("q_trust", r"\bvertraust du mir\b"),
    (
        "q_remember",
        r"\berinnerst du dich(?: noch)?(?: an)? ?(?P<x>[^?]*)|\bweißt du noch,? ?(?P<x2>[^?]*)|"
        r"\bwie heißt (?P<x3>mein[^?]*)",
    ),
    ("q_how_are", r"\bwie geht(?:'s| es| s)? ?(?:dir)?\b|\balles (?:gut|okay|klar)\b|\bwie war dein tag\b"),
    ("q_doing", r"\bwas (?:machst|tust|liest|schreibst|kochst) du\b"),
    ("q_place", r"\bwo sind wir\b|\bwo bin ich\b"),
    ("q_time", r"\bwie spät\b|\bwie viel uhr\b"),
    ("q_why", r"^(?:aber |und )?(?:warum|wieso|weshalb)\b(?P<x>[^?]*)"),
    ("q_opinion", r"\bwas (?:denkst|hältst|meinst) du (?:über |von |zu )?(?P<x>[^?]*)"),
    ("q_like", r"\bmagst du (?P<x>[^?]*)"),
    (
        "q_self",
        r"\b(?:erzähl mir (?:von|über) (?P<x>dir|deine[^?.!]*)|woher kommst du|was machst du beruflich|"
        r"wie alt bist du|hast du (?P<x2>(?:eine?n? )?[^?]*))",
    ),
    ("q_any", r"(?P<x>[^?]*)\?"),
)
