"""The same in German, smaller."""

from __future__ import annotations

from game.roleplay.offline.words.replies_heart import Pools

GERMAN: Pools = {
    "love": {
        "any": ("Das sagst du nicht einfach so, oder?", "Gib mir einen Moment. Das ist ein großes Wort."),
        "cold": ("Nein. Sag so etwas nicht zu mir.",),
        "close": ("Ich dich auch. Schon lange.", "Ich weiß. Ich dich auch."),
    },
    "proposal": {
        "any": ("Du meinst das ernst.", "Frag mich noch einmal, wenn meine Hände nicht mehr zittern."),
        "close": ("Ja. Natürlich ja.",),
    },
    "unlove": {"any": ("Gut. Dann weiß ich es jetzt.", "Ich glaube, ich wusste es schon.")},
    "betrayal": {
        "any": (
            "Wie lange schon?",
            "Du hast mir dabei in die Augen gesehen.",
            "Sag mir alles. Nicht die freundliche Fassung.",
        )
    },
    "secret": {
        "any": ("Das bleibt unter uns. Versprochen.", "Danke, dass du mir das sagst.", "Das muss schwer gewesen sein.")
    },
    "grief": {
        "any": (
            "Das tut mir leid. Ich weiß, das ist ein kleines Wort.",
            "Du musst jetzt nicht stark sein.",
            "Wie war sie, diese Zeit davor?",
        )
    },
    "threat": {"any": ("Sag das noch einmal, und überleg dir gut, wie.", "Du machst mir keine Angst.")},
    "insult": {
        "any": (
            "Hilft dir das, so etwas zu sagen?",
            "Das war gemein, und du weißt es.",
            "Versuch es noch einmal, ohne das Messer darin.",
        ),
        "cold": ("Und trotzdem redest du mit mir.",),
    },
    "accusation": {"any": ("Siehst du das wirklich so?", "Vielleicht. Gern höre ich es nicht.")},
    "dismissal": {"any": ("Schon gut. Ich kann schweigen.", "Du weißt, wo du mich findest.")},
    "apology": {
        "any": (
            "Schon gut. Ich habe es gehört.",
            "Danke. Das war sicher nicht leicht.",
            "Vergeben. Vergessen dauert etwas länger.",
        ),
        "cold": ("Worte sind billig.",),
    },
    "thanks": {"any": ("Gern geschehen.", "Nicht der Rede wert.", "Du hättest dasselbe getan.")},
    "trust": {"any": ("Dann will ich es auch verdienen.", "Das ist keine Kleinigkeit.")},
    "promise": {"any": ("Ich nehme dich beim Wort.", "Gut. Ich merke es mir.")},
    "compliment": {
        "any": (
            "Oh. Darauf war ich nicht vorbereitet.",
            "Das ist lieb von dir.",
            "Jetzt weiß ich nicht, wohin ich schauen soll.",
        ),
        "cold": ("Was willst du?",),
        "close": ("Schau mich weiter so an, und ich vergesse, was ich sagen wollte.",),
    },
    "missed": {"any": ("Es war still ohne dich.", "Dann hättest du früher kommen sollen.")},
    "greeting": {
        "any": (
            "Hallo, {name}.",
            "Da bist du ja.",
            "Oh, hallo. Ich war in Gedanken.",
            "Hallo. Achte nicht auf die Unordnung.",
        ),
        "cold": ("Ach. Du.", "Was willst du?"),
        "warm": ("{name}! Genau zur richtigen Zeit.", "Schön, dass du da bist."),
        "close": ("Da bist du. Jetzt ist der Tag besser.",),
    },
    "farewell": {"any": ("Schon? Na gut. Komm gut heim.", "Bis bald, {name}.", "Pass auf dich auf. Im Ernst.")},
    "invitation": {
        "any": ("Gern. Wann?", "Warum eigentlich nicht.", "Das klingt besser als alles, was ich vorhatte."),
        "cold": ("Mit dir? Lieber nicht.",),
        "close": ("Mit dir überallhin.",),
    },
    "agreement": {"any": ("Gut. Darauf hatte ich gehofft.", "Dann ist es abgemacht.")},
    "refusal": {"any": ("In Ordnung. Fragen darf man.", "Ist das ein Nein oder ein Noch-nicht?")},
    "fear": {
        "any": ("Das kenne ich. Nachts wird es lauter.", "Was daran ist am schlimmsten?", "Davor hätte ich auch Angst.")
    },
    "sad": {
        "any": (
            "Das klingt schwer. Willst du darüber reden oder über irgendetwas anderes?",
            "Du musst hier nicht tapfer sein.",
            "Es tut mir leid. Manche Tage kommen einfach so über einen.",
        )
    },
    "tired": {
        "any": (
            "Man sieht es dir an. Setz dich.",
            "Wann hast du zuletzt richtig geschlafen?",
            "Dann tu eine Weile gar nichts. Ich passe auf.",
        )
    },
    "angry": {"any": ("Wer war es?", "Gut. Sei ruhig wütend, das ist ehrlicher.")},
    "happy": {"any": ("Das steht dir. Was ist passiert?", "Behalte es nicht für dich. Erzähl.")},
    "want": {
        "any": (
            "Und was hält dich ab?",
            "Ich wünsche es dir. Wirklich.",
            "Willst du das, oder glaubst du nur, du solltest es wollen?",
        )
    },
    "like": {
        "any": (
            "Das hätte ich nicht gedacht. Jetzt passt es zu dir.",
            "Das merke ich mir.",
            "So etwas sollte jeder haben.",
        )
    },
    "dislike": {"any": ("Was hat es dir getan?", "Da sind wir uns einig.")},
    "kin": {
        "any": (
            "Du sprichst nicht oft davon. Das ist mir aufgefallen.",
            "Steht ihr euch nahe?",
            "Erzähl mir mehr, wenn dir danach ist.",
        )
    },
    "q_name": {"any": ("{me}. Den Namen darfst du ruhig benutzen.", "Ich bin {me}.")},
    "q_my_name": {
        "any": ("Du bist {name}. So vergesslich bin ich nicht.",),
        "nameless": ("Den hast du mir nie gesagt.",),
    },
    "q_love": {
        "any": ("Ich mag dich. Wie sehr, finde ich noch heraus.", "Frag mich später noch einmal."),
        "cold": ("Nein. Warum sollte ich so tun.",),
        "warm": ("Das weißt du doch.",),
        "close": ("Mehr, als gut für mich ist.",),
    },
    "q_trust": {
        "any": ("Ich bin auf dem Weg dahin.", "Mehr als gestern."),
        "cold": ("Nein. Nicht nach allem.",),
        "close": ("Mit meinem Leben.",),
    },
    "q_how_are": {
        "any": (
            "Ganz gut. Ein bisschen müde, aber gut.",
            "Besser, jetzt, wo jemand zum Reden da ist.",
            "Ich kann nicht klagen. Also, könnte ich schon.",
        ),
        "cold": ("Gut.",),
        "warm": ("Jetzt gut. Wirklich.",),
    },
    "q_doing": {
        "any": (
            "Nichts Besonderes. Ich schaue dem Tag beim Vergehen zu.",
            "Warten, meistens. Bis eben wusste ich nicht, worauf.",
        )
    },
    "q_place": {"any": ("{place_cap}. Hast du gar nicht aufgepasst?",)},
    "q_time": {"any": ("{clock}, wenn man der Uhr glaubt.",)},
    "q_why": {
        "any": (
            "Weil es damals richtig schien. Das ist der schlechteste aller Gründe, ich weiß.",
            "Das frage ich mich auch.",
            "Muss es denn ein Warum geben?",
        )
    },
    "q_opinion": {
        "any": (
            "Mal so, mal so. Heute bin ich dafür.",
            "Darauf hatte ich einmal eine Antwort.",
            "Ich traue der Sache noch nicht.",
        )
    },
    "q_like": {"any": ("Ja, eigentlich schon.", "Nicht besonders. Ich habe es versucht.")},
    "q_self": {
        "any": ("Da gibt es nicht viel zu erzählen. Das sagen alle, ich weiß.", "Das ist eine lange Geschichte.")
    },
    "q_any": {
        "any": (
            "Gute Frage. Vor der Antwort fürchte ich mich ein wenig.",
            "Vielleicht. Wetten würde ich nicht darauf.",
            "Ich weiß es ehrlich nicht.",
            "Ich glaube schon. Nagle mich nicht fest.",
        )
    },
    "statement": {
        "any": (
            "Darüber muss ich nachdenken.",
            "Erzähl weiter.",
            "Da ist etwas dran.",
            "So hatte ich das noch nie gesehen.",
            "Das sagst du nicht jedem, oder?",
            "Ich sehe es vor mir.",
            "Seltsam. So etwas Ähnliches habe ich vorhin auch gedacht.",
        ),
        "cold": ("Wenn du meinst.",),
        "close": ("Genau deshalb bin ich gern mit dir hier.",),
    },
    "deed": {
        "any": (
            "Du hast etwas auf dem Herzen. Ich sehe es an deinen Händen.",
            "Lass dich nicht stören.",
            "Brauchst du Hilfe damit?",
        )
    },
}
"""What is answered to each sort of act."""

GERMAN_REMEMBER: tuple[str, ...] = (
    "Natürlich. So etwas vergesse ich nicht: {memory}.",
    "Ich erinnere mich: {memory}.",
    "Warte. {memory_cap}. Stimmt das?",
)
GERMAN_REMEMBER_NOT: tuple[str, ...] = (
    "Ich wünschte, ich könnte ja sagen. Erzähl es mir noch einmal.",
    "Da kommt nichts. Hilf mir.",
    "Ich glaube, das hast du mir nie erzählt.",
)
GERMAN_ASK: tuple[str, ...] = (
    "Und du?",
    "Was ist dann passiert?",
    "Warum fragst du?",
    "Wie lange trägst du das schon mit dir herum?",
    "Weiß das noch jemand?",
    "Und wenn es nach dir ginge?",
)
GERMAN_GESTURES: tuple[str, ...] = (
    "denkt nach",
    "sieht auf",
    "nickt langsam",
    "schweigt einen Moment",
    "lächelt ein wenig",
    "neigt den Kopf",
    "atmet langsam aus",
    "hebt eine Augenbraue",
    "sieht kurz weg und wieder her",
    "hört zu, ohne zu unterbrechen",
    "zögert",
    "lässt das einen Atemzug lang stehen",
)
"""Gestures need no subject here either."""
