"""A chat from the player's hand to the log and back: say, reply, say anew (004 6, 10.2, 16.4)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from engine.errors import UserError
from game.roleplay import authoring, directing, ends, exporting, jobs_of, passes, reading, speaking, swipes
from game.roleplay.desk import SILENT, Asked, Desk, Listener, Result
from game.roleplay.edge_words import neighbours
from game.roleplay.effects import doing_changed
from game.roleplay.events import NARRATOR, YOU, AlternativeSaid, EndForeseen, TurnSaid
from game.roleplay.jobs import DetectEnd, Interjection, Job, ParsedTurn, Place, SceneEnd
from game.roleplay.ledger import AUTOMATION, Fact
from game.roleplay.placing import place_memories
from game.roleplay.prose import MAX_TURN_CHARS, clean, only_ooc, segments
from game.roleplay.speaking import Said, Unsaved, speak
from game.roleplay.state import Alternative, Chat, Turn

LOOKS_BACK = 24
"""How many turns at the end of a chat the latest reply is looked for among."""

GUEST_LEFT = "guest_left"
"""The question to ask when it seems that the guest went: is that so?"""


@dataclass(slots=True)
class Exchange:
    """What came of one step: the turns that were said, and what the player should know.

    ``problem`` is why a reply could not be had at all (try again with :func:`reply`); ``cut`` that the line went dead
    and what had come was saved; ``question`` is something only the player can answer.
    """

    turns: list[int]
    problem: str = ""
    cut: str = ""
    question: str = ""


def say(
    desk: Desk, host: str, text: str, listener: Listener = SILENT, cancel: threading.Event | None = None
) -> Exchange:
    """The player says ``text`` and is answered; without text the bots go on by themselves.

    A chat that has not begun begins with its kickoff: as the player had confirmed it before a reset, else as parsed.

    Raises:
        UserError: the text is too long.  LogError: the turn could not be saved; nothing was.
    """
    if len(text) > MAX_TURN_CHARS:
        raise UserError(f"this turn has {len(text):,} characters; shorten it to {MAX_TURN_CHARS:,}")
    text = clean(text)
    stop = cancel or threading.Event()
    desk.problem = ""
    if not reading.chat(desk.log, host).begun:
        authoring.begin(desk, host, authoring.parse_kickoff(desk, host))
        catch_up(desk, host)
    if not text.strip():
        return reply(desk, host, listener, stop)
    parsed, end = _understood(desk, host, text, stop)
    said = _commit_yours(desk, host, text, parsed)
    if only_ooc(text, desk.config.ooc):
        return Exchange([said.number])
    passes.take_in(desk, host, said)
    gone = _led_on(desk, host, said, end)
    answered = Exchange([]) if stop.is_set() else reply(desk, host, listener, stop, addressee=said.addressee)
    answered.turns.insert(0, said.number)
    if (_doubted(desk, host, said) or gone) and reading.chat(desk.log, host).guest:
        answered.question = GUEST_LEFT
    desk.later(partial(place_memories, desk))
    desk.later(desk.tend)
    return answered


def _led_on(desk: Desk, host: str, said: Turn, answer: Asked) -> bool:
    """Where a turn of the player's leads: somewhere else at once, to an end once it is answered; whether the guest
    seems to go with it."""
    end = answer.value
    assert isinstance(end, SceneEnd)
    if (place := _elsewhere(reading.chat(desk.log, host), end)) is not None:
        directing.close_scene(desk, host, "container", place, said)
    elif end.closes and end.why != "container":
        desk.write(host, [Fact(EndForeseen(end.why or "said", said.number, said.chosen), answer.source)])
    return end.guest_left


def _doubted(desk: Desk, host: str, said: Turn) -> bool:
    """Whether the guest seems to have gone by words the player was not asked about yet."""
    doubt = ends.guest_doubted(desk.log, host, said.number)
    asked = doubt in desk.asked_after
    desk.asked_after.add(doubt)
    return bool(doubt) and not asked


def _understood(desk: Desk, host: str, text: str, stop: threading.Event) -> tuple[Asked, Asked]:
    """What the player's turn is made of, and whether the scene ends with it: asked side by side.

    Where there is nothing to take apart nobody is asked; what is out of character ends nothing.
    """
    chat = reading.chat(desk.log, host)
    plain = segments(text, desk.config.ooc)
    parse = jobs_of.parse_turn(desk.log, chat, YOU, text, desk.config.ooc)
    jobs: list[Job] = []
    if len(chat.bots) > 1 or any(sort != "dialogue" for sort, _ in plain):
        jobs.append(parse)
    if not only_ooc(text, desk.config.ooc):
        jobs.append(jobs_of.detect_end(desk.log, chat, _to_be_said(chat, text, plain)))
    answers = desk.inquire_now(host, jobs, stop, chat.turns + 1)
    by_job = {job.name: answer for job, answer in zip(jobs, answers, strict=True)}
    whole = {"segments": [{"sort": sort, "text": words} for sort, words in plain]}
    parsed = by_job.get(parse.name) or Asked(ParsedTurn.model_validate(whole), AUTOMATION)
    return parsed, by_job.get(DetectEnd.name) or Asked(SceneEnd(), AUTOMATION)


def _to_be_said(chat: Chat, text: str, plain: list[tuple[str, str]]) -> Turn:
    """The player's turn as it will be, for those who must know before it is written down."""
    scene = chat.scene.id if chat.scene else 0
    return Turn(chat.turns + 1, YOU, scene, chat.clock_us, 0, 0, (Alternative(0, text, tuple(plain)),))


def _commit_yours(desk: Desk, host: str, text: str, parsed: Asked) -> Turn:
    """Write the player's turn down with what they do in it."""
    said = parsed.value
    assert isinstance(said, ParsedTurn)
    with desk.deciding:
        chat = reading.chat(desk.log, host)
        assert chat.scene is not None
        number = chat.turns + 1
        addressee = _addressee(desk, chat, text, said.addressee)
        parts = [[part.sort, part.text] for part in said.segments]
        turn = TurnSaid(number, YOU, text, chat.scene.id, chat.clock_us, parts, addressee)
        made = [Fact(turn, actor=YOU)]
        if said.doing is not None:
            doing = said.doing.model_copy(update={"who": YOU})
            made.append(Fact(doing_changed(chat, doing, number), parsed.source))
        desk.write(host, made)
    return reading.turn(desk.log, host, number)


def _addressee(desk: Desk, chat: Chat, text: str, parsed: str) -> str:
    """Whom a turn is meant for: as parsed, by name, else who spoke last, else the host (004 6.2)."""
    if len(chat.bots) == 1:
        return chat.host
    if parsed in chat.bots:
        return parsed
    named = [(found.start(), bot) for bot in chat.bots if (found := _called(jobs_of.name_of(desk.log, bot), text))]
    if named:
        return min(named)[1]
    spoke = [turn.speaker for turn in reading.last_turns(desk.log, chat.host, 6) if turn.speaker in chat.bots]
    return spoke[-1] if spoke else chat.host


def _called(name: str, text: str) -> re.Match[str] | None:
    """Where somebody is called by their name, or its first part; not where it is a part of another word."""
    either = "|".join(re.escape(one) for one in dict.fromkeys((name, *name.split()[:1])) if one)
    return re.search(rf"(?<!\w)(?:{either})(?!\w)", text, re.IGNORECASE) if either else None


def _end_of(desk: Desk, host: str, said: Turn) -> Asked:
    return desk.inquire(host, jobs_of.detect_end(desk.log, reading.chat(desk.log, host), said), said.number)


def _elsewhere(chat: Chat, end: SceneEnd) -> Place | None:
    """Where a turn has taken everyone; None where they stay, as where they go is where they are."""
    if not end.closes or end.why != "container" or end.place is None or not end.place.name:
        return None
    here = chat.container
    return None if here is not None and here.name.casefold() == end.place.name.casefold() else end.place


def reply(
    desk: Desk,
    host: str,
    listener: Listener = SILENT,
    cancel: threading.Event | None = None,
    *,
    addressee: str = "",
) -> Exchange:
    """Have the bot that was addressed answer, and the other one interject if it wants to.

    A voice that cannot be had is told of in the exchange; then the turn never happened (004 16.5).
    """
    stop = cancel or threading.Event()
    chat = reading.chat(desk.log, host)
    last = reading.last_turns(desk.log, host, 1)
    meant = addressee or (last[-1].addressee if last and last[-1].is_yours else "")
    who = meant if meant in chat.bots else chat.host  # a guest who was meant may have gone
    exchange = Exchange([])
    said = _try_speak(desk, host, who, YOU, listener, stop, exchange)
    if said is None or not said.turn:
        return exchange
    other = next((bot for bot in chat.bots if bot != who), "")
    if other and not said.spoken.truncated and not stop.is_set():
        turn = reading.turn(desk.log, host, said.turn)
        job = jobs_of.interjection(desk.log, chat, other, turn)
        (answer,) = desk.inquire_now(host, [job], stop, turn.number)
        if isinstance(answer.value, Interjection) and answer.value.interjects:
            _try_speak(desk, host, other, who, listener, stop, exchange, beat=True)
    _end_as_foreseen(desk, host)
    return exchange


def catch_up(desk: Desk, host: str) -> None:
    """Do what was left undone when the game was last closed, or killed: call it when a chat is opened.

    What was said is taken in (:func:`game.roleplay.passes.catch_up`); where the player's last turn led to the end of
    the scene and was answered, that comes now.
    """
    passes.catch_up(desk, host)
    _end_if_answered(desk, host)


def _end_if_answered(desk: Desk, host: str) -> None:
    """Close the scene as foreseen if a bot has the last word in it."""
    chat, last = reading.chat(desk.log, host), reading.last_turns(desk.log, host, 1)
    if last and chat.scene is not None and last[0].scene == chat.scene.id and last[0].speaker in chat.bots:
        _end_as_foreseen(desk, host)


def _yours(desk: Desk, host: str) -> Turn | None:
    """The player's last turn."""
    return next((turn for turn in reversed(reading.last_turns(desk.log, host, LOOKS_BACK)) if turn.is_yours), None)


def _end_as_foreseen(desk: Desk, host: str) -> None:
    """Close the scene if the player's last turn, which has been answered now, has led to its end."""
    chat, yours = reading.chat(desk.log, host), _yours(desk, host)
    why = ends.foreseen(desk.log, host, yours.number) if yours is not None else ""
    if why and yours is not None and chat.scene is not None and yours.scene == chat.scene.id:
        directing.close_scene(desk, host, why, read=yours)


def _try_speak(
    desk: Desk,
    host: str,
    who: str,
    addressee: str,
    listener: Listener,
    stop: threading.Event,
    exchange: Exchange,
    *,
    beat: bool = False,
) -> Said | None:
    try:
        said = speak(desk, host, who, addressee, listener, stop, beat=beat)
    except Unsaved:
        raise
    except UserError as error:
        exchange.problem = str(error)
        return None
    if said.spoken.ended == "dropped":
        exchange.cut = said.spoken.problem or "connection lost"
    if said.turn:
        exchange.turns.append(said.turn)
        passes.take_in(desk, host, reading.turn(desk.log, host, said.turn))
        desk.later(partial(_after_reply, desk, host, said.turn))
    elif not said.spoken.truncated:
        exchange.problem = f"{desk.voice.name} had nothing to say; try again"
    return said


def _after_reply(desk: Desk, host: str, number: int) -> None:
    """A bot may take everyone somewhere else, a guest may go; whatever is less certain is the player's (004 7.2)."""
    chat, turns = reading.chat(desk.log, host), reading.turns(desk.log, host, after=number - 1, upto=number)
    if not turns or chat.scene is None or turns[0].scene != chat.scene.id or (chat.turns != number and not chat.guest):
        return
    said, answer = turns[0], _end_of(desk, host, turns[0])
    end = answer.value
    assert isinstance(end, SceneEnd)
    with desk.deciding:
        if not passes.still(desk, host, said):
            return
        if end.guest_left and chat.guest:
            desk.write(host, [Fact(EndForeseen(ends.GUEST, number, said.chosen), answer.source)])
        place = _elsewhere(chat, end)
        if place is not None and reading.chat(desk.log, host).turns == number:
            directing.close_scene(desk, host, "container", place, said)


# -- saying anew -----------------------------------------------------------------------------------------------------


def regenerate(
    desk: Desk,
    host: str,
    listener: Listener = SILENT,
    cancel: threading.Event | None = None,
    *,
    edited: str | None = None,
) -> Exchange:
    """The latest bot turn anew; ``edited`` is the player's own last turn as they have rewritten it (004 10.2).

    Raises:
        UserError: there is nothing to say anew.
    """
    chat = reading.chat(desk.log, host)
    aside = {scene.id for scene in reading.scenes(desk.log, host) if scene.meanwhile}
    turns = [turn for turn in reading.last_turns(desk.log, host, LOOKS_BACK) if turn.scene not in aside]
    yours = next((turn for turn in reversed(turns) if turn.is_yours), None)
    answers = [turn for turn in turns if turn.speaker not in (YOU, NARRATOR)]
    if yours is not None:
        answers = [turn for turn in answers if turn.number > yours.number]
    is_edited = edited is not None and yours is not None and edited.strip() != yours.text.strip()
    gone = is_edited and yours is not None and _reworded(desk, host, yours.number, edited or "")
    question = GUEST_LEFT if gone and chat.guest else ""
    if not answers:
        if yours is None:
            raise UserError("no character has said anything yet; say something first")
        made = reply(desk, host, listener, cancel, addressee=yours.addressee or chat.host)
        made.question = question
        return made
    made = Exchange([], question=question)
    for turn in answers if is_edited else answers[-1:]:
        said = another(desk, host, turn.number, listener, cancel)
        made = Exchange([*made.turns, *said.turns], said.problem, said.cut, question)
        if said.problem or said.cut:
            return made
    _end_as_foreseen(desk, host)
    return made


def another(
    desk: Desk, host: str, number: int, listener: Listener = SILENT, cancel: threading.Event | None = None
) -> Exchange:
    """Another wording of any bot turn; the ones before it are kept and can be stepped back to."""
    turn = reading.turn(desk.log, host, number)
    if turn.is_yours:
        raise UserError("this turn is your own; edit it instead")
    exchange = Exchange([])
    try:
        said = speak(desk, host, turn.speaker, turn.addressee or YOU, listener, cancel or threading.Event(),
                     beat=turn.beat, scene=turn.scene, instead_of=turn)  # fmt: skip
    except Unsaved:
        raise
    except UserError as error:
        exchange.problem = str(error)
        return exchange
    if said.spoken.ended == "dropped":
        exchange.cut = said.spoken.problem or "connection lost"
    if said.turn:
        exchange.turns.append(number)
        passes.take_in(desk, host, reading.turn(desk.log, host, number))
        desk.later(partial(_after_reply, desk, host, number))
        told_anew(desk, host)
    return exchange


def save_again(desk: Desk, unsaved: Unsaved) -> None:
    """Write down a line that could not be saved, and let everyone take it in.

    Raises:
        UserError: the story took another branch meanwhile.  LogError: it still cannot be saved.
    """
    host, number = unsaved.host, speaking.save_again(desk, unsaved)
    passes.take_in(desk, host, reading.turn(desk.log, host, number))
    desk.later(partial(_after_reply, desk, host, number))
    told_anew(desk, host)
    _end_as_foreseen(desk, host)


def rewrite(desk: Desk, host: str, number: int, text: str) -> None:
    """The player writes a turn over, their own or a bot's: their word from now on, the former wording is kept.

    It leads where it says now, as if it had been said so.

    Raises:
        UserError: no text, or too much of it.
    """
    _reworded(desk, host, number, text)
    _end_if_answered(desk, host)


def _reworded(desk: Desk, host: str, number: int, text: str) -> bool:
    """A turn in other words, which may lead elsewhere at once; whether the guest seems to go with those of the
    player's last."""
    if not text.strip():
        raise UserError("an empty turn says nothing; delete the turn instead")
    if len(text) > MAX_TURN_CHARS:
        raise UserError(f"this turn has {len(text):,} characters; shorten it to {MAX_TURN_CHARS:,}")
    text = clean(text)
    with desk.deciding:
        turn = reading.turn(desk.log, host, number)
        parts = [list(part) for part in segments(text, desk.config.ooc)]
        said = AlternativeSaid(number, len(turn.alternatives), text, turn.chosen, parts, edited=True)
        desk.write(host, [Fact(said, actor=turn.speaker)])
    passes.take_in(desk, host, reading.turn(desk.log, host, number))
    if not turn.is_yours:
        desk.later(partial(_after_reply, desk, host, number))
    told_anew(desk, host)
    return turn.is_yours and _leads_anew(desk, host, number)


def _leads_anew(desk: Desk, host: str, number: int) -> bool:
    """Where the player's last turn leads as it is worded now; whether the guest seems to go with it."""
    chat, said, last = reading.chat(desk.log, host), reading.turn(desk.log, host, number), _yours(desk, host)
    stays = chat.scene is None or said.scene != chat.scene.id or only_ooc(said.text, desk.config.ooc)
    if stays or last is None or last.number != number:
        return False
    return _led_on(desk, host, said, _end_of(desk, host, said))


def choose(desk: Desk, host: str, number: int, swipe: int) -> None:
    """Step to another wording of a turn; memory and edges follow it, closed scenes are told anew.

    Raises:
        UserError: the turn has no such wording.
    """
    with desk.deciding:
        swipes.choose(desk.log, host, number, swipe)
    passes.take_in(desk, host, reading.turn(desk.log, host, number))
    told_anew(desk, host)


def turned(desk: Desk, host: str, how: Callable[[], Result]) -> Result:
    """Take a chat to another point of its history (a rewind, a branch, the undo of one) and have that told anew which
    other chats told on from what was left, or tell on from what is back."""
    left = neighbours(desk.log, host)
    done = desk.change(how)
    told_anew(desk, host, left)
    return done


def told_anew(desk: Desk, host: str, left: Sequence[str] = ()) -> None:
    """Have closed scenes told again whose turns stand in another wording now, in every chat that was told on from, or
    had been (``left``)."""
    for chat in dict.fromkeys((host, *neighbours(desk.log, host), *left)):
        passes.retell(desk, chat, swipes.stale_scenes(desk.log, chat, imported=0))
    exporting.refresh(desk.log, desk.exports, host)
