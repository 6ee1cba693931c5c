"""One line of one character: what they have before them, the prompt, the voice, and the turn it becomes."""

from __future__ import annotations

import threading
import zlib
from dataclasses import dataclass, replace

from engine.errors import UserError
from engine.log import LogError
from game.roleplay import reading
from game.roleplay.desk import Desk, Listener
from game.roleplay.echo import is_echo, lines_beside
from game.roleplay.events import AlternativeSaid, TurnSaid
from game.roleplay.ledger import Fact
from game.roleplay.prompts import assemble
from game.roleplay.prose import segments
from game.roleplay.speaker import speaker_view
from game.roleplay.state import Turn
from game.roleplay.view import Prompt, SpeakerView
from game.roleplay.voice import Spoken


@dataclass(frozen=True, slots=True)
class Said:
    """What came of asking a character to speak: the turn's number (0 if nothing was said) and what went wrong."""

    turn: int
    spoken: Spoken


class Unsaved(LogError):
    """A line was spoken and could not be saved: ``fact`` on ``branch``; see :func:`save_again`."""

    def __init__(self, sentence: str, host: str, branch: int, fact: Fact) -> None:
        super().__init__(sentence)
        self.host = host
        self.branch = branch
        self.fact = fact


def save_again(desk: Desk, unsaved: Unsaved) -> int:
    """Write the line down now that the disk may obey; the number of its turn.

    Raises:
        UserError: the story took another branch meanwhile.  LogError: it still cannot be saved.
    """
    with desk.deciding:
        chat = reading.chat(desk.log, unsaved.host)
        if chat.branch != unsaved.branch:
            raise UserError("the story took another branch while this was said; ask for it again")
        event = unsaved.fact.event
        if isinstance(event, TurnSaid):
            event = replace(event, turn=chat.turns + 1)
        elif isinstance(event, AlternativeSaid):
            now = reading.turn(desk.log, unsaved.host, event.turn)
            event = replace(event, swipe=len(now.alternatives), former=now.chosen)
        desk.write(unsaved.host, [unsaved.fact._replace(event=event)])
        assert isinstance(event, TurnSaid | AlternativeSaid)
        return event.turn


def prepare(
    desk: Desk,
    host: str,
    who: str,
    addressee: str,
    *,
    before: int | None = None,
    scene: int = 0,
    beat: bool = False,
    note: str = "",
    task: str = "",
    seed: int = 0,
) -> tuple[SpeakerView, Prompt]:
    """What ``who`` has before them, and the prompt made from it; ``before`` a turn for saying that turn anew."""
    view = speaker_view(
        *(desk.log, reading.chat(desk.log, host), who),
        addressee=addressee,
        config=desk.config,
        beat=beat,
        before=before,
        scene=scene,
        note=note,
        task=task,
        seed=seed,
        embed=desk.voice.embed,
    )
    return replace(view, reply_tokens=desk.config.reply_tokens), assemble(view, desk.config)


def speak(
    desk: Desk,
    host: str,
    who: str,
    addressee: str,
    listener: Listener,
    cancel: threading.Event,
    *,
    beat: bool = False,
    task: str = "",
    scene: int = 0,
    instead_of: Turn | None = None,
) -> Said:
    """Have ``who`` say the next line (or, ``instead_of`` a turn, another wording of it) and write it down.

    What repeats itself is asked for once more, with a note.  ``scene`` is for a scene other than the present one.

    Raises:
        UserError: the voice could not be reached at all; nothing was written.
        Unsaved: the line was spoken and could not be saved.
    """
    chat = reading.chat(desk.log, host)
    number = instead_of.number if instead_of else chat.turns + 1
    swipe = len(instead_of.alternatives) if instead_of else 0
    spoken = Spoken("")
    note = ""
    for attempt in range(2):
        seed = zlib.crc32(f"{host}/{number}/{swipe}/{attempt}".encode())
        view, prompt = prepare(
            *(desk, host, who, addressee),
            before=number if instead_of else None,
            scene=scene,
            beat=beat,
            note=note,
            task=task,
            seed=seed,
        )
        listener.speaking(who, number)
        spoken = desk.voice.narrate(view, prompt, listener.text, cancel)
        note = "" if spoken.truncated else is_echo(spoken.text, lines_beside(view))
        if not note:
            break
    if not spoken.text.strip():
        return Said(0, spoken)
    with desk.deciding:
        now = reading.chat(desk.log, host)
        if now.branch != chat.branch:
            raise UserError("the story took another branch while this was said; ask for it again")
        if instead_of is None:
            number = now.turns + 1  # time may have been skipped meanwhile, which is told in a turn, too
            if not scene and who not in now.present:
                raise UserError(f"{view.speaker.name} left the scene while speaking; nothing was said")
        fact = _said(desk, host, who, addressee, spoken, number, beat, scene, instead_of)
        try:
            desk.write(host, [fact])
        except LogError as error:
            raise Unsaved(str(error), host, chat.branch, fact) from error
    return Said(number, spoken)


def _said(
    desk: Desk,
    host: str,
    who: str,
    addressee: str,
    spoken: Spoken,
    number: int,
    beat: bool,
    scene: int,
    instead_of: Turn | None,
) -> Fact:
    parts = [list(part) for part in segments(spoken.text, desk.config.ooc)]
    if instead_of is not None:
        now = reading.turn(desk.log, host, number)  # it may have been reworded while this was said
        again = AlternativeSaid(number, len(now.alternatives), spoken.text, now.chosen, parts, spoken.truncated)
        return Fact(again, desk.source, who)
    chat = reading.chat(desk.log, host)
    here = scene or (chat.scene.id if chat.scene else 0)
    turn = TurnSaid(number, who, spoken.text, here, chat.clock_us, parts, addressee, spoken.truncated, beat)
    return Fact(turn, desk.source, who)
