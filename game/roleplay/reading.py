"""Finding out what is true: the tables as values.  Whoever remembers, remembers through :mod:`game.roleplay.recall`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from engine.errors import UserError
from engine.log import EventLog
from game.roleplay import edge_words
from game.roleplay.events import YOU, chat_stream
from game.roleplay.state import (
    MIDDLE,
    Activity,
    Alternative,
    Bot,
    Chat,
    ChatRow,
    Container,
    Edge,
    Failure,
    Happening,
    KeptBook,
    Scene,
    Thread,
    Turn,
    You,
    within,
)
from game.truth import Truth, may_overwrite

SNIPPET = 120
"""Characters of the last turn that the list of chats shows."""

EVERY = 2**62
"""More than any number: no limit."""

_TUPLES = ("voice_samples", "traits", "greetings")


# -- the cast --------------------------------------------------------------------------------------------------------


def you(log: EventLog) -> You:
    """The player's character."""
    found = log.query("SELECT name, pronouns, persona FROM you")
    return You(*found[0]) if found else You()


def bots(log: EventLog, *, removed: bool = False) -> list[Bot]:
    """The bots of the library by name; those taken out only with ``removed``."""
    rows = log.query("SELECT id, fields, removed FROM bots WHERE removed <= ? ORDER BY name, id", (int(removed),))
    return [_bot(*row) for row in rows]


def bot(log: EventLog, bot_id: str) -> Bot:
    """The bot of that id, also when it was taken out of the library.

    Raises:
        UserError: there is none.
    """
    rows = log.query("SELECT id, fields, removed FROM bots WHERE id = ?", (bot_id,))
    if not rows:
        raise UserError(f"there is no character {bot_id!r}; choose one of the library")
    return _bot(*rows[0])


def _bot(bot_id: str, fields: str, removed: int) -> Bot:
    known: dict[str, Any] = {
        name: value for name, value in json.loads(fields).items() if name in Bot.__dataclass_fields__
    }
    for name in _TUPLES:
        known[name] = tuple(known.get(name, ()))
    return Bot(**{**known, "id": bot_id, "removed": bool(removed)})


def books(log: EventLog, bot_id: str) -> list[KeptBook]:
    """The lorebooks that go with a bot."""
    rows = log.query("SELECT book, name, data FROM bot_books WHERE bot = ? ORDER BY book", (bot_id,))
    return [KeptBook(*row) for row in rows]


def card(log: EventLog, bot_id: str) -> tuple[str, str, bytes] | None:
    """The name, form and bytes of the card a bot was made from, if it was."""
    rows = log.query("SELECT name, form, data, parts FROM bot_cards WHERE bot = ? ORDER BY seq DESC", (bot_id,))
    return (rows[0][0], rows[0][1], _whole(rows)) if rows else None


def chat_file(log: EventLog, host: str) -> tuple[str, bytes] | None:
    """The name and bytes of the file a chat was imported from, if it was."""
    rows = log.query("SELECT name, data, parts FROM chat_files WHERE chat = ? ORDER BY seq DESC", (host,))
    return (rows[0][0], _whole(rows)) if rows else None


def _whole(rows: list[tuple[Any, ...]]) -> bytes:
    """The last file that was kept, of rows with its parts, the last first."""
    return b"".join(row[-2] for row in reversed(rows[: rows[0][-1]]))


class Before(NamedTuple):
    """What a turn is said anew from: as if neither it nor anything after it had been.

    In ``chat`` everything that follows from turn ``turn`` on, or is told of scene ``scene`` or a later one, is left
    out; of what was done in a scene that is over (``ended_seq``), what was done after it.
    """

    chat: str = ""
    turn: int = EVERY
    scene: int = EVERY
    ended_seq: int = EVERY


NOW = Before()


# -- chats -----------------------------------------------------------------------------------------------------------


def chat_rows(log: EventLog) -> list[ChatRow]:
    """A row for every bot of the library, the chat that was last spoken in first."""
    sql = (
        "SELECT b.id, b.fields, b.removed, coalesce(c.scene, 0), coalesce(c.last_at_us, 0), coalesce(c.clock_us, 0),"
        " coalesce(c.day_one_us, 0), coalesce(c.turns, 0), coalesce((SELECT substr(a.text, 1, ?) FROM turns t"
        " JOIN alternatives a ON a.chat = t.chat AND a.turn = t.turn AND a.swipe = t.chosen WHERE t.chat = b.id"
        " AND NOT t.deleted AND NOT t.hidden ORDER BY t.turn DESC LIMIT 1), '') FROM bots b LEFT JOIN chats c"
        " ON c.chat = b.id WHERE NOT b.removed ORDER BY 5 DESC, b.name, b.id"
    )
    return [
        ChatRow(_bot(bot_id, fields, removed), bool(scene), snippet, last_at_us, clock_us, day_one_us, turns)
        for bot_id, fields, removed, scene, last_at_us, clock_us, day_one_us, turns, snippet in log.query(
            sql, (SNIPPET,)
        )
    ]


def chat(log: EventLog, host: str) -> Chat:
    """Where the chat hosted by ``host`` stands; one not begun has no scene."""
    stream = chat_stream(host)
    head = log.head(stream)
    branch = next((one.id for one in log.branches(stream) if one.is_head), 0)
    columns = "clock_us, day_one_us, guest, scene, turns, scenes, memories, threads, happenings"
    places = "(SELECT coalesce(max(container), 0) FROM containers WHERE chat = chats.chat)"
    rows = log.query(f"SELECT {columns}, {places} FROM chats WHERE chat = ?", (host,))
    if not rows:
        return Chat(host, branch, head)
    clock_us, day_one_us, guest, scene_id, *counts = rows[0]
    found = scene(log, host, scene_id) if scene_id else None
    present = found.present if found else (YOU, host)
    doing = {who: activity(log, host, who) for who in present} if found else {}
    return Chat(host, branch, head, clock_us, day_one_us, guest, found, doing, tuple(containers(log, host)), *counts)


def scene(log: EventLog, host: str, number: int) -> Scene | None:
    """One scene of a chat."""
    return next(iter(_scenes(log, "chat = ? AND scene = ?", (host, number))), None)


def scenes(log: EventLog, host: str) -> list[Scene]:
    """All scenes of a chat, the first first."""
    return _scenes(log, "chat = ? ORDER BY scene", (host,))


def _scenes(log: EventLog, where: str, values: tuple[Any, ...]) -> list[Scene]:
    sql = (
        "SELECT scene, container, description, present, clock_us, meanwhile, closed_seq, why, significance, quotes,"
        f" chain, guest_since, {_FORGOTTEN} FROM scenes s WHERE NOT gone AND {where}"
    )
    return [_scene(*row) for row in log.query(sql, values)]


_FORGOTTEN = (
    "(SELECT json_group_object(r.bot, (SELECT coalesce(max(t.turn), 0) FROM turns t WHERE t.chat = s.chat"
    " AND t.scene = s.scene AND t.seq <= r.seq)) FROM bot_resets r WHERE r.seq > s.seq)"
)
"""Of a scene ``s`` the last turn from before each reset there was since it opened, by who was reset."""


def _scene(number: int, container: int, description: str, present: str, clock_us: int, *rest: Any) -> Scene:
    meanwhile, closed_seq, why, significance, quotes, basis, guest_since, forgotten = rest
    who, resets = tuple(json.loads(present)), json.loads(forgotten)
    missed = tuple(max(guest_since * (one == who[-1]), resets.get(one, 0)) for one in who)
    return Scene(
        *(number, container, description, who, clock_us, bool(meanwhile), closed_seq > 0),
        *(why, significance, tuple(json.loads(quotes)), basis, missed if any(missed) else ()),
    )


def containers(log: EventLog, host: str) -> list[Container]:
    """The places of a chat; one within a place that is not there (any more) is within none."""
    sql = (
        "SELECT container, name, type, moving, public, audible_range, slots, iif(EXISTS (SELECT 1 FROM containers p"
        " WHERE p.chat = c.chat AND p.container = c.parent AND p.live), parent, 0) FROM containers c WHERE chat = ?"
        " AND live ORDER BY container"
    )
    return [
        Container(number, name, sort, bool(moving), bool(public), audible, tuple(json.loads(slots)), parent)
        for number, name, sort, moving, public, audible, slots, parent in log.query(sql, (host,))
    ]


def activity(log: EventLog, host: str, who: str, before: Before = NOW) -> Activity:
    """What someone is doing in a chat: the last that was told, with what was set by hand since.

    Where that was done in a place that is not there (any more), it is done where the scene plays, at no spot of it.
    """
    there = "chat = ? AND who = ? AND live AND turn < ? AND said_seq < ?"
    last = "ORDER BY said_seq DESC, seq DESC LIMIT 1"
    sql = f"SELECT record, said_seq FROM activities WHERE {there} AND NOT by_hand {last}"
    values = (host, who, before.turn, before.ended_seq)
    rows = log.query(sql, values)
    record, since = (json.loads(rows[0][0]), rows[0][1]) if rows else ({}, 0)
    sql = f"SELECT record FROM activities WHERE {there} AND said_seq > ? AND by_hand ORDER BY seq"
    for (by_hand,) in log.query(sql, (*values, since)):
        record.update(json.loads(by_hand))
    doing = Activity.of(record)
    if not doing.container or log.query(_IS_PLACE, (host, doing.container)):
        return doing
    here = log.query("SELECT s.container FROM scenes s JOIN chats c USING (chat, scene) WHERE s.chat = ?", (host,))
    return doing.changed(container=here[0][0] if here else 0, slot="")


_IS_PLACE = "SELECT 1 FROM containers WHERE chat = ? AND container = ? AND live"


# -- turns -----------------------------------------------------------------------------------------------------------


def turns(log: EventLog, host: str, *, after: int = 0, upto: int | None = None, hidden: bool = True) -> list[Turn]:
    """The turns of a chat with ``after < number <= upto``, the first first; those cut out are gone."""
    where = "t.chat = ? AND t.turn > ? AND t.turn <= ? AND NOT t.deleted AND t.hidden <= ? ORDER BY t.turn, a.swipe"
    return _turns(log, where, (host, after, 2**62 if upto is None else upto, int(hidden)))


def last_turns(log: EventLog, host: str, count: int, before: int | None = None) -> list[Turn]:
    """The last ``count`` turns of a chat (those before turn ``before``), the first first."""
    sql = "SELECT turn FROM turns WHERE chat = ? AND turn < ? AND NOT deleted ORDER BY turn DESC LIMIT ?"
    found = log.query(sql, (host, 2**62 if before is None else before, count))
    return turns(log, host, after=found[-1][0] - 1, upto=found[0][0]) if found else []


def turns_of_scene(log: EventLog, host: str, number: int) -> list[Turn]:
    """The turns of one scene."""
    where = "t.chat = ? AND t.scene = ? AND NOT t.deleted ORDER BY t.turn, a.swipe"
    return _turns(log, where, (host, number))


HEARD_OF_SCENE = (
    "(t.turn > s.guest_since OR json_extract(s.present, '$[#-1]') <> ?2) AND NOT t.deleted"
    " AND t.seq > coalesce((SELECT max(seq) FROM bot_resets WHERE bot = ?2), 0)"
)
"""That ``?2``, who is in the scene ``s``, heard its turn ``t``, and has not been reset since."""

HEARD = (
    "EXISTS (SELECT 1 FROM scenes s, json_each(s.present) p WHERE s.chat = t.chat AND s.scene = t.scene"
    f" AND p.value = ?2 AND {HEARD_OF_SCENE})"
)
"""That ``?2`` heard the turn ``t``: :meth:`game.roleplay.state.Scene.hears` in SQL."""


def heard_turns(log: EventLog, host: str, who: str, count: int, before: int = EVERY) -> list[Turn]:
    """The last ``count`` turns of a chat that ``who`` was there to hear (those before turn ``before``), the first
    first."""
    sql = f"SELECT t.turn FROM turns t WHERE t.chat = ?1 AND t.turn < ?3 AND {HEARD} ORDER BY t.turn DESC LIMIT ?4"
    numbers = [number for (number,) in log.query(sql, (host, who, before, count))][::-1]
    breaks = [i for i, (one, two) in enumerate(pairwise(numbers), start=1) if two != one + 1]
    made: list[Turn] = []
    for begin, end in pairwise([0, *breaks, len(numbers)]):
        if end > begin:
            made += turns(log, host, after=numbers[begin] - 1, upto=numbers[end - 1])
    return made


def turn(log: EventLog, host: str, number: int) -> Turn:
    """One turn.

    Raises:
        UserError: there is none of that number.
    """
    found = turns(log, host, after=number - 1, upto=number)
    if not found:
        raise UserError(f"this chat has no turn {number}; choose one of those it has")
    return found[0]


def _turns(log: EventLog, where: str, values: tuple[Any, ...]) -> list[Turn]:
    sql = (
        "SELECT t.turn, t.speaker, t.scene, t.clock_us, t.at_us, t.seq, t.chosen, t.addressee, t.beat, t.hidden,"
        " t.unanswered, a.swipe, a.text, a.segments, a.truncated, a.truth, a.origin, a.significance"
        " FROM turns t JOIN alternatives a ON a.chat = t.chat AND a.turn = t.turn"
        f" WHERE {where}"
    )
    made: list[Turn] = []
    wordings: list[Alternative] = []
    before: tuple[Any, ...] | None = None
    for row in log.query(sql, values):
        if before is not None and row[0] != before[0]:
            made.append(_turn(before, wordings))
            wordings = []
        swipe, text, segments, truncated, truth, origin, significance = row[11:]
        parts = tuple((sort, words) for sort, words in json.loads(segments)) if segments != "[]" else ()
        wordings.append(Alternative(swipe, text, parts, bool(truncated), Truth(truth), origin, significance))
        before = row
    if before is not None:
        made.append(_turn(before, wordings))
    return made


def _turn(row: tuple[Any, ...], wordings: list[Alternative]) -> Turn:
    number, speaker, scene_id, clock_us, at_us, seq, chosen, addressee, beat, hidden, unanswered = row[:11]
    return Turn(
        *(number, speaker, scene_id, clock_us, at_us, seq, tuple(wordings), chosen, addressee, bool(beat)),
        *(bool(hidden), not unanswered),
    )


# -- edges -----------------------------------------------------------------------------------------------------------

_PAIR = f"{edge_words.OF_PAIR} AND (chat <> ?3 OR (turn < ?4 AND scene < ?5))"
"""What counts of an edge, and is not to be as if it had not been (a :class:`Before`: ``?3`` to ``?5``)."""

_Pair = tuple[str, str, str, int, int]


def edge(log: EventLog, owner: str, target: str, before: Before = NOW) -> Edge:
    """How ``owner`` sees ``target``, from every chat they met in."""
    pair = (owner, target, before.chat, before.turn, before.scene)
    sql = f"SELECT chat, clock_us FROM edge_numbers WHERE {_PAIR} AND clock_us <> 0 ORDER BY seq DESC LIMIT 1"
    last = log.query(sql, pair)
    affinity, trust = _numbers(log, pair)
    words = edge_words.settled(
        log.query(f"SELECT {edge_words.COLUMNS} FROM edge_words WHERE {_PAIR} ORDER BY seq", pair)
    )
    known = _known(log, pair)
    return Edge(
        *(owner, target, affinity, trust, words.summary, known["fact"], known["moment"], words.draft),
        *(last[0] if last else ("", 0)),
    )


def met(log: EventLog, owner: str, target: str, besides: str = "") -> bool:
    """Whether there is an edge from ``owner`` to ``target`` at all, ``besides`` what the chat of that host tells."""
    sql = f"SELECT 1 FROM edge_numbers WHERE {_PAIR} AND chat <> ?6 LIMIT 1"
    return bool(log.query(sql, (owner, target, *NOW[:3], besides)))


def _numbers(log: EventLog, pair: _Pair) -> tuple[int, int]:
    """Affinity and trust: the last value that was set and what moved it since.

    What was decided never leaves 0 to 100; what is left of it after a rewind elsewhere may.
    """
    affinity, trust, affinity_seq, trust_seq = MIDDLE, MIDDLE, 0, 0
    sql = f"SELECT seq, affinity_set, trust_set FROM edge_numbers WHERE {_PAIR} AND is_set = 1 ORDER BY seq"
    for seq, affinity_set, trust_set in log.query(sql, pair):
        if affinity_set is not None:
            affinity, affinity_seq = affinity_set, seq
        if trust_set is not None:
            trust, trust_seq = trust_set, seq
    sql = (
        "SELECT coalesce(sum(affinity_delta) FILTER (WHERE said_seq > ?6), 0),"
        f" coalesce(sum(trust_delta) FILTER (WHERE said_seq > ?7), 0) FROM edge_numbers WHERE {_PAIR}"
    )
    ((affinity_moved, trust_moved),) = log.query(sql, (*pair, affinity_seq, trust_seq))
    return within(affinity + affinity_moved), within(trust + trust_moved)


def _known(log: EventLog, pair: _Pair) -> dict[str, tuple[str, ...]]:
    """Facts and moments, in the order they became known; what the player struck out, only they bring back (002), in
    whatever case it is written."""
    sql = f"SELECT sort, fact, known, truth FROM edge_facts WHERE {_PAIR} ORDER BY seq, place"
    known: dict[str, dict[str, str]] = {"fact": {}, "moment": {}}
    struck: set[tuple[str, str]] = set()
    for sort, fact, is_known, truth in log.query(sql, pair):
        key = fact.casefold()
        if not is_known:
            known[sort].pop(key, None)
            struck.add((sort, key))
        elif truth == Truth.USER:
            known[sort][key] = fact
            struck.discard((sort, key))
        elif (sort, key) not in struck:
            known[sort].setdefault(key, fact)
    return {sort: tuple(facts.values()) for sort, facts in known.items()}


# -- story -----------------------------------------------------------------------------------------------------------


_THIRD = (
    "(SELECT json_extract(s.present, '$[2]') FROM scenes s WHERE s.chat = g.chat AND NOT s.meanwhile"
    " AND json_array_length(s.present) = 3 AND iif(g.scene > 0, s.scene = g.scene, s.seq < g.seq)"
    " ORDER BY s.seq DESC LIMIT 1)"
)
"""Whom a group ``g`` is about beside the player and the host: the guest of its scene, or the guest before it was set
by hand."""


def group(log: EventLog, host: str, present: Sequence[str], before: Before = NOW) -> str:
    """What the three of ``present`` are to each other; the player's own words stand over a model's.

    It is about them alone: not told by another guest's scenes, and of nothing from before one of them was reset.
    Where there are no three, it is that of the last three.
    """
    sql = f"SELECT summary, truth, said_seq, {_THIRD} FROM groups g WHERE chat = ? AND live AND scene < ? ORDER BY seq"
    rows = log.query(sql, (host, before.scene))
    third = next((one for one in present if one not in (YOU, host)), rows[-1][3] if rows else "")
    sql = "SELECT coalesce(max(seq), 0) FROM bot_resets WHERE bot IN (?, ?)"
    ((reset_seq,),) = log.query(sql, (host, third))
    standing, by = "", Truth.CLOUD_MODEL
    for words, truth, said_seq, who in rows:
        if who != third or said_seq <= reset_seq:
            continue
        if by is not Truth.USER or may_overwrite(Truth(truth), by):
            standing, by = words, Truth(truth)
    return standing


def threads(log: EventLog, host: str, *, closed: bool = False, before: Before = NOW) -> list[Thread]:
    """The threads of a chat; those that ended only with ``closed``."""
    sql = (
        "SELECT t.thread, t.title, coalesce(e.open, 1) AS is_open, coalesce(e.outcome, '') FROM threads t"
        " LEFT JOIN thread_ends e ON e.seq = (SELECT max(l.seq) FROM thread_ends l WHERE l.chat = t.chat"
        " AND l.thread = t.thread AND l.live AND l.turn < ?3) WHERE t.chat = ?1 AND t.live AND t.turn < ?3"
        " AND (?2 OR is_open) ORDER BY t.thread"
    )
    rows = log.query(sql, (host, int(closed), before.turn))
    return [Thread(number, title, bool(is_open), outcome) for number, title, is_open, outcome in rows]


def happenings(log: EventLog, host: str, states: Iterable[str] = (), before: Before = NOW) -> list[Happening]:
    """The happenings of a chat that are in one of ``states`` (none named: all)."""
    sql = (
        "SELECT h.happening, h.title, h.props, h.due_us, h.expires_us, s.state, s.former, s.truth FROM happenings h"
        " LEFT JOIN happening_states s ON s.chat = h.chat AND s.happening = h.happening AND s.live AND s.turn < ?2"
        " WHERE h.chat = ?1 AND h.live AND h.turn < ?2 ORDER BY h.happening, s.seq"
    )
    wanted = set(states)
    made = []
    for (number, title, props, *times), rows in groupby(log.query(sql, (host, before.turn)), lambda row: row[:5]):
        state = _standing(row[5:] for row in rows if row[5] is not None)
        if not wanted or state in wanted:
            made.append(Happening(number, title, state, tuple(json.loads(props)), *times))
    return made


def _standing(moves: Iterable[tuple[Any, ...]]) -> str:
    """Where a happening stands; over what the player said, a model's word counts if it was said knowing that."""
    standing, by = "planned", Truth.CLOUD_MODEL
    for state, former, truth in moves:
        if by is not Truth.USER or former == standing or may_overwrite(Truth(truth), by):
            standing, by = state, Truth(truth)
    return standing


def items(log: EventLog, owner: str, before: Before = NOW) -> tuple[str, ...]:
    """What someone keeps for good."""
    held: dict[str, None] = {}
    sql = (
        "SELECT item, held FROM items WHERE owner = ? AND live AND (chat <> ? OR (turn < ? AND scene < ?))"
        " AND seq > coalesce((SELECT max(seq) FROM bot_resets WHERE bot = owner), 0) ORDER BY seq"
    )
    for item, is_held in log.query(sql, (owner, *before[:3])):
        if is_held:
            held.setdefault(item)
        else:
            held.pop(item, None)
    return tuple(held)


def failures(log: EventLog, host: str) -> list[Failure]:
    """Every classifier's answer in this chat that could not be used, the last first."""
    sql = "SELECT seq, job, raw_text, attempts, turn FROM classifier_failures WHERE chat = ? ORDER BY seq DESC"
    return [Failure(*row) for row in log.query(sql, (host,))]
