"""What a speaker has before them when they speak: their own state, edges and memories, and what they were there for.

Nothing here looks at what others think or remember (004 6.3, 8.1, 8.3): edges are read as the speaker's, memories
through :mod:`game.roleplay.recall`; of the dialogue, the threads and the happenings only what came from scenes in
which the speaker was present.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.log import EventLog
from game.roleplay import knowing, reading, recall
from game.roleplay.clock import day_number, friendly
from game.roleplay.events import NARRATOR, YOU
from game.roleplay.prompts.config import WINDOW, Budget, Count, count
from game.roleplay.prompts.lore import Heard, lore
from game.roleplay.prompts.said import said
from game.roleplay.reading import EVERY, HEARD_OF_SCENE, NOW, Before
from game.roleplay.state import Chat, Edge, Memory, Scene, Turn
from game.roleplay.view import Remembered, SpeakerView

Embed = Callable[[Sequence[str]], tuple[str, NDArray[np.float32]] | None]
"""A voice's ``embed``."""

QUERY_TURNS = 2
"""The last turns by whose words memories are looked for: what is answered, and what that answers."""

QUERY_CHARS = 1000
"""How much of those words; the last of them count."""

KNOWN_FACTS = 40
"""The last things known of someone that are before the speaker's mind."""


def speaker_view(
    log: EventLog,
    chat: Chat,
    speaker: str,
    *,
    addressee: str,
    config: Budget,
    count_tokens: Count = count,
    before: int | None = None,
    scene: int = 0,
    beat: bool = False,
    note: str = "",
    task: str = "",
    seed: int = 0,
    embed: Embed | None = None,
) -> SpeakerView:
    """All that ``speaker``'s next line in ``chat`` is made from; ``addressee`` is whom they speak to (may be empty).

    With ``before`` a turn, it is made as if neither that turn nor any after it had been said.  ``scene`` names
    another scene than the present one (a "meanwhile").  ``embed`` places what is said in a model's space.

    Raises:
        UserError: there is no such bot, or the chat has not begun.
    """
    bot = reading.bot(log, speaker)
    moment = _moment(log, chat, before, scene)
    here = moment.scene
    recent = reading.heard_turns(log, chat.host, speaker, WINDOW, moment.before.turn)
    names = _names(log, [YOU, speaker, *here.present, *(turn.speaker for turn in recent)])
    targets = [who for who in (addressee, *here.present) if who and who != speaker]
    mind = _Mind(log, chat, speaker, moment)
    pinned, earlier = mind.pinned(), mind.summaries(config.summaries)
    spoken = [(turn, text) for turn in recent if (text := said(turn, config.ooc))]
    query = " ".join(text for _, text in spoken[-QUERY_TURNS:])[-QUERY_CHARS:]
    return SpeakerView(
        speaker=bot,
        you=reading.you(log),
        addressee=addressee,
        edges=tuple(_edge(log, speaker, target, moment.before) for target in dict.fromkeys(targets)),
        names=names,
        clock=_clock(moment.clock_us, chat.day_one_us),
        scene=here,
        container=next((one for one in chat.containers if one.id == here.container), None),
        activities={who: reading.activity(log, chat.host, who, moment.before) for who in here.present},
        recent=tuple(recent),
        group=reading.group(log, chat.host, here.present, moment.before) if len(here.present) == 3 else "",
        threads=tuple(knowing.threads(log, chat.host, speaker, moment.before)),
        happenings=tuple(knowing.happenings(log, chat.host, speaker, ["active"], moment.before)),
        items=reading.items(log, speaker, moment.before),
        pinned=tuple(pinned),
        remembered=tuple(mind.recalled(query, config.recall_count, [*pinned, *earlier], embed)),
        earlier=tuple(earlier),
        lore=lore(
            log,
            bot,
            lambda: _heard(log, chat.host, speaker, moment.before.turn, spoken),
            names[YOU],
            count_tokens,
            config.soft_tokens,
        ),
        beat=beat,
        note=note,
        task=task,
        seed=seed,
        host=chat.host,
        clock_us=moment.clock_us,
    )


@dataclass(frozen=True, slots=True)
class _Moment:
    """When the line is said: its scene, the clock, and the turn that it is said in place of, if any."""

    scene: Scene
    clock_us: int
    before: Before
    before_seq: int


def _moment(log: EventLog, chat: Chat, before: int | None, number: int) -> _Moment:
    anew = next(iter(reading.turns(log, chat.host, after=before - 1, upto=before)), None) if before else None
    number = number or (anew.scene if anew else 0)
    here = reading.scene(log, chat.host, number) if number else chat.scene
    if here is None:
        raise UserError("this chat has not begun; confirm its first scene before anyone speaks")
    clock_us = anew.clock_us if anew else chat.clock_us
    if anew is None:
        return _Moment(here, clock_us, NOW if before is None else Before(chat.host, before, here.id), EVERY)
    ended = log.query("SELECT closed_seq FROM scenes WHERE chat = ? AND scene = ?", (chat.host, here.id))[0][0]
    return _Moment(here, clock_us, Before(chat.host, anew.number, here.id, ended or EVERY), anew.seq)


def _edge(log: EventLog, owner: str, target: str, before: Before) -> Edge:
    """An edge with the last that is known; the rest would only dilute the prompt."""
    edge = reading.edge(log, owner, target, before)
    return replace(edge, facts=edge.facts[-KNOWN_FACTS:], moments=edge.moments[-KNOWN_FACTS:])


def _clock(clock_us: int, day_one_us: int) -> str:
    day = day_number(clock_us, day_one_us)
    return f"{friendly(clock_us)} (Day {day})" if day >= 1 else friendly(clock_us)


def _names(log: EventLog, everyone: Iterable[str]) -> dict[str, str]:
    called = {YOU: reading.you(log).called}
    for who in everyone:
        if who not in called and who != NARRATOR:
            called[who] = reading.bot(log, who).name
    return called


# -- what was said ---------------------------------------------------------------------------------------------------


def _heard(log: EventLog, host: str, who: str, before: int, spoken: Sequence[tuple[Turn, str]]) -> Heard:
    # Scene by scene: who was there is looked up once for each of them and not for every turn.
    sql = (
        "SELECT count(*), coalesce(sum(t.speaker = ?2), 0) FROM scenes s CROSS JOIN turns t"
        " ON t.chat = s.chat AND t.scene = s.scene WHERE s.chat = ?1 AND t.turn < ?3 AND s.scene IN"
        " (SELECT s.scene FROM scenes s, json_each(s.present) p WHERE s.chat = ?1 AND p.value = ?2)"
        f" AND {HEARD_OF_SCENE}"
    )
    messages, replies = log.query(sql, (host, who, before))[0]
    texts = tuple(text for _, text in spoken)
    return Heard(texts, tuple(turn.speaker == who for turn, _ in spoken), messages, replies)


# -- memory ----------------------------------------------------------------------------------------------------------


_HAD = "iif(m.chat <> ?2, m.seq < ?3, iif(m.turn > 0, m.turn < ?4, m.scene < ?5))"
"""As :meth:`_Mind._had`, of a memory ``m``: what made room for what came later has not gone yet.

In SQL as well, since which pins stand is decided among those of then.
"""


class _Mind:
    """The speaker's memories as they were at a moment."""

    def __init__(self, log: EventLog, chat: Chat, speaker: str, moment: _Moment) -> None:
        self._log = log
        self._host = chat.host
        self._speaker = speaker
        self._moment = moment

    def pinned(self) -> list[Memory]:
        moment = self._moment
        if moment.before_seq == EVERY:
            return recall.pinned(self._log, self._speaker)
        values = (self._host, moment.before_seq, moment.before.turn, moment.scene.id)
        return recall.pinned(self._log, self._speaker, _HAD, values)

    def summaries(self, wanted: int) -> list[Memory]:
        """The speaker's own of the last scenes of this chat."""
        most = wanted if self._moment.before_seq == EVERY else EVERY
        found = recall.scene_summaries(self._log, self._speaker, self._host, count=most)
        return [one for one in found if self._had(one)][-wanted:] if wanted else []

    def recalled(self, query: str, wanted: int, known: Iterable[Memory], embed: Embed | None) -> list[Remembered]:
        """What comes to mind at ``query`` beside what is there already."""
        placed = embed([query]) if embed and query.strip() else None
        found = recall.recalled(
            *(self._log, self._speaker, query),
            k=wanted if self._moment.before_seq == EVERY else 4 * wanted,
            exclude={one.seq for one in known},
            vector=(placed[0], placed[1][0]) if placed is not None else None,
        )
        return [one for one in found if self._had(one.memory)][:wanted]

    def _had(self, memory: Memory) -> bool:
        """Whether the speaker had it at the moment: where a turn is said anew, what came after it has not happened."""
        moment = self._moment
        if moment.before_seq == EVERY:
            return True
        if memory.chat != self._host:
            return memory.seq < moment.before_seq
        return memory.turn < moment.before.turn if memory.turn else memory.scene < moment.scene.id
