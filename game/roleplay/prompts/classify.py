"""The classifier's questions: one for each job of :mod:`game.roleplay.jobs`."""

from __future__ import annotations

from functools import singledispatch

from game.roleplay.clock import iso
from game.roleplay.jobs import (
    DecideInterjection,
    DetectEnd,
    Job,
    ParseKickoff,
    ParseTurn,
    Promote,
    SeedAcquaintance,
    Skip,
    SummariseEdge,
    SummariseGroup,
    SummariseScene,
    UpdateState,
    Weigh,
)
from game.roleplay.prompts.ask import Asking, edge_line, names_of, people, plain, prompt_for, quoted, told
from game.roleplay.prompts.config import CLASSIFIER_TOKENS, Count, count
from game.roleplay.prompts.rubric import DOING, EDGES, FACTS, PLACE, SIGNIFICANCE
from game.roleplay.state import Container
from game.roleplay.view import Prompt


def classifier_prompt(job: Job, count_tokens: Count = count, ceiling: int = CLASSIFIER_TOKENS) -> Prompt:
    """The prompt that has a model answer ``job``: never more than ``ceiling`` tokens (004 3.2)."""
    return prompt_for(asking(job), job, count_tokens, ceiling)


@singledispatch
def asking(job: Job) -> Asking:
    """What is asked, and with which material."""
    raise TypeError(f"no question for {type(job).__name__}")


@asking.register
def _parse_turn(job: ParseTurn) -> Asking:
    opening, closing = job.ooc
    task = f"""Take the turn apart.
segments: the turn from its first word to its last, in order, every word kept as it is and without the marks around \
it. \
sort is "action" for what is between *asterisks* or plainly told as done, "ooc" for what is between {opening} and \
{closing} or said to the game and not in the story, else "dialogue".
addressee: the id of the one who is spoken to, by name, look or sense; "" if it is not clear.
doing: what the speaker does now, only if an action says so, else null. {DOING}
Example. Turn: *leans on the rail* You came. {opening}slower please{closing}
{{"segments": [{{"sort": "action", "text": "leans on the rail"}}, {{"sort": "dialogue", "text": "You came."}}, \
{{"sort": "ooc", "text": "slower please"}}], "addressee": "", "doing": {{"who": "you", "verb": "leaning on the rail", \
"posture": "standing"}}}}"""
    made = Asking(task).add("speaker", people([job.speaker])).add("others", people(job.others))
    return made.add("turn", job.text)


@asking.register
def _update_state(job: UpdateState) -> Asking:
    pairs = ", ".join(f"{edge.owner} to {edge.target}" for edge in job.edges)
    task = f"""What did the turn do to those present? Also those who only watched and listened may feel otherwise.
edges: an entry for each of these pairs that changed, owner and target by id: {plain(pairs) or "none"}.
{EDGES}
{FACTS}
doings: for each whose activity the turn changes, who by id. {DOING}
threads_opened: a title for something left unresolved that the story will come back to (a promise, a question that \
was dodged); rarely. threads_closed: numbers of open threads that this turn resolves.
planned: a title for something now agreed to happen (a date, a trip). begun, completed, cancelled: numbers of \
happenings that begin, end or are called off in this very turn, not when they are merely spoken of.
Example. Theo: You kept my letter? *he laughs, moved* The one from Lisbon?
{{"edges": [{{"owner": "theo", "target": "you", "affinity_delta": 2, "trust_delta": 1, "facts": ["kept his letter from \
Lisbon"]}}], "doings": [], "threads_opened": [], "threads_closed": [], "planned": [], "begun": [], "completed": [], \
"cancelled": []}}"""
    names = names_of(job.present)
    made = Asking(task).add("present", people(job.present)).earlier(job.before, names)
    made.add("edges_now", "\n".join(edge_line(edge) for edge in job.edges))
    made.add("open_threads", "\n".join(f"{one.id}: {one.title}" for one in job.threads))
    made.add("happenings", "\n".join(f"{one.id}: {one.title} ({one.state})" for one in job.happenings))
    return made.add("turn", told(job.said, names))


@asking.register
def _weigh(job: Weigh) -> Asking:
    task = f"""How much does the last turn matter? {SIGNIFICANCE}
Example. Mara: I never told anyone. I was the one driving. -> {{"significance": 3}}
Example. Mara: Tea? *she fills the kettle* -> {{"significance": 0}}"""
    names = names_of(job.present)
    made = Asking(task).add("present", people(job.present)).earlier(job.before, names)
    return made.add("turn", told(job.said, names))


@asking.register
def _detect_end(job: DetectEnd) -> Asking:
    task = f"""Does the scene end with the last turn? Usually not: closes is false unless the turn itself clearly \
says so.
why "container": they have gone to another place, it is done ("we step outside"), not planned, wished or remembered. \
place is then where they are now; use a known place's exact name if it is one of them. {PLACE}
why "said": someone outside the story ends it ("fade out", "let's stop here").
why "skip": the turn itself lets time pass ("the next morning").
place is null if they stay. guest_left: true only if the guest has left the others in this turn; nobody else counts.
Example. You: We should go to the park some day. -> {{"closes": false, "why": "", "place": null, "guest_left": false}}
Example. You: *locks up, and they drive out to the pier* -> {{"closes": true, "why": "container", "place": {{"name": \
"pier", "type": "waterfront", "public": true}}, "guest_left": false}}"""
    names = names_of(job.present)
    made = Asking(task).add("present", people(job.present)).earlier(job.before, names)
    made.add("guest", f'id "{job.guest}"' if job.guest else "nobody")
    made.add("place_now", _place(job.container))
    made.add("known_places", "\n".join(one.name for one in job.known))
    return made.add("turn", told(job.said, names, aside=True))  # "((fade out))" ends a scene


def _place(place: Container | None) -> str:
    if place is None:
        return "not described"
    spots = f"; spots: {', '.join(place.slots)}" if place.slots else ""
    return f"{place.name} ({place.type}{', moving' if place.moving else ''}){spots}"


@asking.register
def _interjection(job: DecideInterjection) -> Asking:
    names = names_of(job.present)
    other = quoted(names.get(job.other, job.other))
    task = f"""{other} was not spoken to. Does {other} put in a short word of their own after the last turn? Usually \
not: \
people let others talk. interjects is true only if {other} is named, asked, attacked or defended, or could not \
possibly \
stay silent.
Example. {{"interjects": false}}"""
    made = Asking(task).add("present", people(job.present)).earlier(job.before, names)
    return made.add("edge", edge_line(job.edge)).add("turn", told(job.said, names))


@asking.register
def _kickoff(job: ParseKickoff) -> Asking:
    bot, you = quoted(job.bot.name), quoted(job.you.called)
    task = f"""A story is about to begin. Take its first scene apart; {bot} has the id "{plain(job.bot.id)}", the \
player's \
character {you} has the id "you". Invent nothing that the text does not suggest.
place: where it is. {PLACE}
description: the scene in one or two sentences, as one would set a stage.
when: date and time as ISO 8601 if the text says so (a year may be chosen), else "".
you_doing, bot_doing: what each does as it begins. {DOING}
bot_to_you, you_to_bot: how each stands to the other: affinity and trust 0 to 100 (50: strangers; two years of good \
work \
together: 65; secretly in love: 85), summary in one or two sentences from that side alone, facts they know.
opening: what {bot} says or does first, if the text has it, else ""."""
    made = Asking(task).add("character", f"{job.bot.persona}\nTraits: {', '.join(job.bot.traits)}")
    made.add("player", f"{job.you.called} {job.you.pronouns} {job.you.persona}")
    return made.add("relationship", job.bot.relationship).add("first_scene", job.bot.kickoff)


@asking.register
def _scene_summary(job: SummariseScene) -> Asking:
    name = quoted(job.witness.name)
    keep = (
        "moment: if they shared something private, that in a few words, else empty."
        if job.significance >= 2
        else 'moment: "".'
    )
    task = f"""The scene is over. Write what {name} remembers of it, as {name} would tell it: first person, past \
tense, two \
to five sentences. Only what {name} saw, heard, did, felt and took it to mean; others' thoughts are guesses. Name \
people. \
Keep what will matter later (promises, facts, what changed between them), let the rest go, add nothing.
{keep}"""
    names = names_of(job.present)
    made = Asking(task).add("present", people(job.present)).earlier(job.turns, names, "scene")
    if job.bot is not None:
        made.add("character", f"{job.bot.persona}\nTraits: {', '.join(job.bot.traits)}")
    made.add("where_and_when", f"{job.place}; {job.clock}")
    return made.add("how_they_stand", "\n".join(edge_line(edge) for edge in job.edges))


@asking.register
def _edge_summary(job: SummariseEdge) -> Asking:
    owner, target = quoted(job.owner.name), quoted(job.target.name)
    task = f"""Rewrite how {owner} sees {target}, now that the scene is over: two to four sentences from {owner}'s \
side \
alone, third person, the whole arc so far. Keep what still holds of the old summary, take up what the scene changed, \
drop what no longer matters.
affinity_delta, trust_delta: what the scene as a whole changed beyond its single turns; usually 0. {EDGES}
{FACTS}"""
    made = Asking(task).add("edge_now", edge_line(job.edge)).add("summary_now", job.edge.summary)
    return made.add("scene_as_remembered", job.told)


@asking.register
def _acquaintance(job: SeedAcquaintance) -> Asking:
    host, guest = quoted(job.host.name), quoted(job.guest.name)
    task = f"""{host} and {guest} have met before; the text says how. host_to_guest is how {host} sees {guest}, \
guest_to_host how {guest} sees {host}; they need not be alike. For each: affinity and trust 0 to 100 (50: strangers), \
summary in one or two sentences from that side alone, facts that the one knows of the other. Invent nothing."""
    made = Asking(task).add("host", f"{job.host.name}: {job.host.persona}")
    return made.add("guest", f"{job.guest.name}: {job.guest.persona}").add("how_they_met", job.prose)


@asking.register
def _skip(job: Skip) -> Asking:
    if job.how == "jump":
        how = (
            """Time jumps forward. memories: what the player says happened meanwhile, as the characters present \
remember \
it, third person with names, one to three sentences each; none if the player names nothing. Significance of each:
"""
            + SIGNIFICANCE
        )
    else:
        how = 'What was going on comes to its end ("skip to when we arrive"). memories: none.'
    task = f"""{how}
place: where they are then if that is another place, else null. {PLACE}
doings: what each does then, something that fits the hour and the place, who by id. {DOING}
narration: one or two sentences that carry the reader over, without speech and without new facts."""
    made = Asking(task).add("present", people(job.present)).earlier(job.before, names_of(job.present))
    made.add("place_now", _place(job.container)).add("time", f"from {job.from_clock} to {job.to_clock or 'as asked'}")
    return made.add("asked", job.asked).add("happened_meanwhile", job.notable)


@asking.register
def _promotion(job: Promote) -> Asking:
    task = f"""A happening is over. What of it stays? Only these; all else is forgotten with it, its props too.
objects: [owner id, object] for a thing that someone took to keep. A thing that was only used or eaten is not kept.
knowledge: facts learned. {FACTS}
relationship: pairs whose bond it changed, what it is now as facts, in a few words. {EDGES}
Owner and target by id. Often all three are empty."""
    names = names_of(job.present)
    made = Asking(task).add("present", people(job.present)).earlier(job.turns, names, "what_happened")
    happening = job.happening
    props = f"; props: {', '.join(happening.props)}" if happening.props else ""
    due = f"; due {iso(happening.due_us)}" if happening.due_us else ""
    return made.add("happening", f"{happening.title} ({happening.state}{due}){props}")


@asking.register
def _group(job: SummariseGroup) -> Asking:
    task = """Three people have spent a scene together. What are they to each other when all three are there? Two or \
three sentences, third person, names: the tone, who draws whom out, what goes unsaid. Only what all three could have \
noticed. Keep what still holds of the old words."""
    made = Asking(task).add("present", people(job.present)).add("words_now", job.former)
    for number, words in enumerate(job.told, start=1):
        made.add(f"memory_{number}", words)
    return made
