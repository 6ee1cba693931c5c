"""Going back and forth in a chat: rewind, undo, branches (004 10.1), and a bot's reset (004 5.3).

Nothing is deleted: every step moves the head of a stream to another branch, so every step can be undone.  All of it
needs the log that writes, with nothing waiting for it in a writer.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.clock import wall_us
from engine.errors import Refused, UserError
from engine.log import Branch, EventLog, NoSuchPlace, Snapshots
from game.events import to_log
from game.roleplay import events as happened
from game.roleplay import reading
from game.roleplay.cast_events import BotReset, bot_stream
from game.roleplay.events import chat_stream
from game.roleplay.rewinding import cut_before_close, find_cut, said_again, turns_said
from game.roleplay.staying import others_own

UNDO_S = 30
"""How long the offer to undo stays on screen; it works later too."""

SNIPPET = 120
"""Characters of a branch's last line that the list shows."""


@dataclass(frozen=True, slots=True)
class Rewound:
    """A chat went from one branch to another; :func:`undo` takes it back.

    ``turns`` is how many turns were taken away, ``carried`` how many late effects were said again.
    """

    chat: str
    branch: int
    former_branch: int
    to_turn: int
    turns: int = 0
    carried: int = 0

    @property
    def told(self) -> str:
        """What the player is told."""
        return f"Rewound {self.turns} turn{'' if self.turns == 1 else 's'}."


def rewind(log: EventLog, snapshots: Snapshots | None, chat: str, to_turn: int, keep_as: str = "") -> Rewound:
    """Take a snapshot and go back to just after turn ``to_turn`` (0: just after the kickoff).

    ``keep_as`` names the branch that is left.  What exactly stays: :mod:`game.roleplay.rewinding`.

    Raises:
        UserError: there is no such turn, or nothing came after it.  LogError: the snapshot or the rewind could not
            be written; all is as it was.
    """
    return _go_back(log, snapshots, chat, to_turn, former_name=keep_as.strip())


def branch_here(log: EventLog, chat: str, at_turn: int, name: str) -> Rewound:
    """Begin a branch called ``name`` just after turn ``at_turn`` and go on there; the present one stays as it is.

    Raises:
        UserError: no name, or no such turn.
    """
    if not name.strip():
        raise UserError("a branch needs a name; type one")
    return _go_back(log, None, chat, at_turn, name=name.strip(), anyway=True)


def _go_back(
    log: EventLog,
    snapshots: Snapshots | None,
    chat: str,
    to_turn: int,
    *,
    name: str = "",
    former_name: str = "",
    anyway: bool = False,
) -> Rewound:
    cut = find_cut(log, chat, to_turn)
    if not cut.removed and not anyway:
        raise UserError(f"nothing came after turn {to_turn}; there is nothing to rewind")
    stream, turns = chat_stream(chat), _turns_after(log, chat, to_turn)
    former = _head(log, stream).id
    if snapshots is not None:
        snapshots.before("rewind")
    branch = log.fork(stream, cut.at_seq, name, then=[(stream, cut.again, None)])
    if former_name:
        log.name_branch(stream, former, former_name)
    return Rewound(chat, branch, former, to_turn, turns, len(cut.carried))


def _turns_after(log: EventLog, chat: str, turn: int) -> int:
    sql = "SELECT count(*) FROM turns WHERE chat = ? AND turn > ? AND NOT deleted"
    return int(log.query(sql, (chat, turn))[0][0])


def undo(log: EventLog, rewound: Rewound) -> None:
    """Go back to the branch that was left.

    Raises:
        NoSuchPlace: it is not in this log.
    """
    log.switch(chat_stream(rewound.chat), rewound.former_branch)


def reopen(log: EventLog, chat: str, at_seq: int) -> None:
    """Open a scene again that was closed after event ``at_seq``, on a branch of its own.

    What followed from its turns stays, however late it was logged.

    Raises:
        UserError: the present history of the chat has no such event.  LogError: it could not be written.
    """
    cut = cut_before_close(log, chat, at_seq)
    log.fork(chat_stream(chat), at_seq, then=[(chat_stream(chat), cut.again, None)])


# -- branches --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BranchRow:
    """A branch as the list shows it.

    ``turns`` is the number of its last turn; ``own`` how many turns it has beyond the last it shares with the present
    history, which is turn ``left_at``.
    """

    id: int
    name: str
    created_us: int
    turns: int
    own: int
    left_at: int
    is_current: bool
    last_line: str

    @property
    def told(self) -> str:
        """What to call it."""
        if self.name:
            return self.name
        turns = f"{self.own} turn{'' if self.own == 1 else 's'}"
        return f"unnamed, {turns}, left at turn {self.left_at}" if not self.is_current else "unnamed, where you are"


def branches(log: EventLog, chat: str) -> list[BranchRow]:
    """The branches of a chat, the latest begun first; read from their own histories, nothing is switched."""
    stream = chat_stream(chat)
    known = {branch.id: branch for branch in log.branches(stream)}
    if not known:
        return []
    paths = {branch: _path(known, branch) for branch in known}
    current = next(branch.id for branch in known.values() if branch.is_head)
    rows = []
    for branch in known.values():
        shared = branch.head_seq if branch.is_head else _common_seq(paths[branch.id], paths[current])
        turn, seq, text = _last_turn(log, paths[branch.id], branch.head_seq)
        left_at = turn if seq <= shared else _last_turn(log, paths[branch.id], shared)[0]
        line = _wording(log, stream, branch.id, turn, seq, text)
        rows.append(
            BranchRow(
                *(branch.id, branch.name, branch.created_us, turn, turn - left_at, left_at, branch.is_head),
                " ".join(line.split())[:SNIPPET],
            )
        )
    return rows[::-1]


def _path(known: dict[int, Branch], branch: int) -> list[tuple[int, int]]:
    """The branches that make up a history, oldest first, each with the last seq that counts."""
    path: list[tuple[int, int]] = []
    upto, step = 2**63 - 1, known[branch]
    while True:
        path.append((step.id, upto))
        if step.parent is None:
            return path[::-1]
        upto, step = min(upto, step.fork_seq), known[step.parent]


def _common_seq(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> int:
    shared = 0
    for (left, left_upto), (right, right_upto) in zip(one, other, strict=False):
        if left != right:
            break
        shared = min(left_upto, right_upto)
        if left_upto != right_upto:
            break
    return shared


def _last_turn(log: EventLog, path: list[tuple[int, int]], upto: int) -> tuple[int, int, str]:
    """Number, seq and words of the last turn that was said on a history up to ``upto``; zeros where there is none."""
    sql = "SELECT seq FROM events WHERE branch = ? AND seq <= ? AND kind = ? ORDER BY seq DESC LIMIT 1"
    for branch, end in reversed(path):
        for (seq,) in log.query(sql, (branch, min(end, upto), happened.TurnSaid.kind)):
            (event,) = log.read(_stream_of(log, branch), branch, after=seq - 1, upto=seq)
            return event.payload["turn"], seq, event.payload["text"]
    return 0, 0, ""


def _stream_of(log: EventLog, branch: int) -> str:
    return str(log.query("SELECT stream FROM branches WHERE id = ?", (branch,))[0][0])


def _wording(log: EventLog, stream: str, branch: int, turn: int, seq: int, text: str) -> str:
    """The words of ``turn`` that count at the end of a branch."""
    wordings, chosen = {0: text}, 0
    for event in log.read(stream, branch, after=seq):
        if event.payload.get("turn") != turn:
            continue
        if event.kind == happened.AlternativeSaid.kind:
            wordings[event.payload["swipe"]] = event.payload["text"]
            chosen = event.payload["swipe"]
        elif event.kind == happened.AlternativeChosen.kind:
            chosen = event.payload["swipe"]
    return wordings.get(chosen, text)


def name_branch(log: EventLog, chat: str, branch: int, name: str) -> None:
    """Call a branch ``name``; empty takes its name away.

    Raises:
        NoSuchPlace: the chat has no such branch.
    """
    log.name_branch(chat_stream(chat), branch, name.strip())


def switch_branch(log: EventLog, snapshots: Snapshots | None, chat: str, branch: int) -> Rewound:
    """Take a snapshot and go on with another branch; :func:`undo` goes back.

    Raises:
        NoSuchPlace: the chat has no such branch.  LogError: the snapshot could not be made; all is as it was.
    """
    stream = chat_stream(chat)
    if all(one.id != branch for one in log.branches(stream)):
        raise NoSuchPlace(f"this chat has no branch {branch}; choose one of the list")
    former = _head(log, stream).id
    if snapshots is not None:
        snapshots.before("branch")
    log.switch(stream, branch)
    return Rewound(chat, branch, former, turns_said(log, chat) if log.head(stream) else 0)


def _head(log: EventLog, stream: str) -> Branch:
    return next(branch for branch in log.branches(stream) if branch.is_head)


# -- reset -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reset:
    """A bot was reset.

    ``former_branch`` is where its chat was (0: it had none), ``seq`` the event that says so and ``before`` what came
    before that in the bot's own stream.
    """

    bot: str
    former_branch: int
    seq: int
    before: int


def reset(log: EventLog, snapshots: Snapshots | None, bot_id: str, typed_name: str) -> Reset:
    """Take a snapshot and have the bot forget all it lived through; the next message begins anew with the kickoff.

    Its chat begins again from nothing, and its memories of other chats and every edge from or to it count no more.
    Its identity, kickoff and books stay, and so does what its guests have of that chat for themselves: how they stand
    to the player, and what they remember (:mod:`game.roleplay.staying`).  One transaction.

    Raises:
        Refused: ``typed_name`` is not the bot's name.  UserError: there is no such bot.
    """
    bot = reading.bot(log, bot_id)
    if typed_name.strip() != bot.name.strip():
        raise Refused(f"nothing was reset; to reset {bot.name}, type the name exactly: {bot.name}")
    if snapshots is not None:
        snapshots.before("reset")
    stream, told = bot_stream(bot_id), to_log(BotReset(), at_us=wall_us())
    chat, before = chat_stream(bot_id), log.head(stream)
    if not log.branches(chat):
        return Reset(bot_id, 0, log.append(stream, [told]), before)
    former = _head(log, chat).id
    log.fork(chat, 0, then=[(chat, others_own(log, bot_id), None), (stream, [told], before)])
    return Reset(bot_id, former, log.head(stream), before)


def undo_reset(log: EventLog, done: Reset) -> None:
    """Give a bot everything back that its reset took; what was edited of its identity since stays.

    Raises:
        UserError: that reset counts no more.
    """
    leave_out(log, bot_stream(done.bot), done.seq, done.before)
    if done.former_branch:
        log.switch(chat_stream(done.bot), done.former_branch)


def leave_out(log: EventLog, stream: str, seq: int, before: int) -> int:
    """Tell a stream as if event ``seq`` had not been: a branch from ``before`` it on which the rest is said again.

    Raises:
        UserError: the present history of the stream has no such event.
    """
    told = list(log.read(stream, after=before))
    if not told or told[0].seq != seq:
        raise UserError("that counts no more; there is nothing to undo")
    return log.fork(stream, before, then=[(stream, said_again(told[1:]), None)])
