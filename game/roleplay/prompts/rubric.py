"""What a classifier is told of the scales (004 3.4, 7.2, 11.1, 11.3), in our own words and with examples of ours."""

from __future__ import annotations

SIGNIFICANCE = """Significance, the highest of its emotional, factual and relational weight:
0 routine: small talk, ordinary action. "Did you sleep?" "Well enough."
1 notable: a detail, opinion or beat worth remembering. She hates coriander; he plays the cello.
2 significant: a confession, a real quarrel, a first date, a secret confided.
3 pivotal: it changes what they are to each other. A first kiss, "I love you", a betrayal, a secret that defines \
someone.
Between two numbers take the lower. 3 is rare."""

EDGES = """affinity_delta (warmth) and trust_delta are whole numbers from -3 to 3 on a scale of 0 to 100.
0: nothing changed. This is the usual answer.
1 or -1: a small kindness or slight. 2 or -2: something clearly kind or hurtful. 3 or -3: rare, they will think of it \
for long.
Affinity and trust are separate: a charming lie may win the one and cost the other."""

FACTS = """facts: what owner newly learned about target, each a short sentence that can be read alone ("plays the \
cello"). Only what was said or plainly seen, nothing that is known already, no moods of the moment. Usually none."""

DOING = """A doing says what someone does now: verb ("leaning on the rail"), interruptible, required_attention (low, \
medium, high), expected_duration ("a few minutes"), posture (standing, sitting, lying ...), slot (where in the place), \
holding (all they hold), attention (on what, only if the text says so), status ({"injured": true}; of a character also \
{"mood": "uneasy", "goal": "to be believed"} where the text shows it). Leave out or null what did not change."""

PLACE = """A place has name (a word or two: "office"), type ("workplace"), moving (a car: true), public, audible_range \
("the whole room"), slots (spots in it: "desk", "window seat")."""
