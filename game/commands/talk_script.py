"""Scripted conversations: a JSON command a line, and what came of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.errors import UserError
from game.roleplay import (
    authoring,
    clock,
    directing,
    editing,
    erasing,
    history,
    importing,
    jobs_of,
    reading,
    recall,
    story,
    swipes,
    talk,
)
from game.roleplay.cards import Form
from game.roleplay.cast_events import BotAuthored
from game.roleplay.chat_search import search_chats
from game.roleplay.desk import Desk
from game.roleplay.events import YOU
from game.roleplay.impact import impact
from game.roleplay.jobs import Kickoff
from game.roleplay.prose import clean
from game.roleplay.speaking import prepare

MAX_LINE = 12_000_000
_FORMS = {".png": Form.PNG, ".charx": Form.CHARX}
"""What a card's file has to be by its ending, where nothing else is asked for."""


class Script:
    """Runs commands one after the other on a desk; bookkeeping is done before the next one begins."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._bot = ""
        self._rewound: history.Rewound | None = None

    def run_line(self, line: str, number: int = 0) -> dict[str, Any]:
        """What came of one line: ``do``, ``line`` and the command's own, or ``error`` with one sentence."""
        told: dict[str, Any] = {"line": number}
        try:
            command = _object(line)
            told["do"] = command.get("do")
            run = _COMMANDS.get(str(command.get("do")))
            if run is None:
                raise UserError(f"there is no command {command.get('do')!r}; there are {', '.join(_COMMANDS)}")
            self._bot = self._named(str(command.get("bot", self._bot)), str(command["do"]))
            told.update(run(self, command))
            self._desk.settle()
            if self._desk.problem:
                told["problem"] = self._desk.problem
        except UserError as error:
            told["error"] = str(error)
        except (KeyError, TypeError, ValueError) as error:
            told["error"] = f"{told.get('do')}: {error} is missing or not of the right sort; see ourojam talk --help"
        return told

    def _named(self, wanted: str, command: str) -> str:
        if command in ("bot", "you", "import", "search") and not wanted:
            return ""
        for bot in reading.bots(self._desk.log):
            if wanted in (bot.id, bot.name):
                return bot.id
        if wanted and command != "bot":
            raise UserError(f"there is no character {wanted!r}; make one with the command bot")
        if not wanted:
            raise UserError("which character? name one with bot")
        return wanted

    def _said(self, numbers: list[int]) -> list[dict[str, Any]]:
        made = []
        for number in numbers:
            turn = reading.turn(self._desk.log, self._bot, number)
            made.append({"turn": number, "speaker": turn.speaker, "name": self._name(turn.speaker), "text": turn.text})
        return made

    def _name(self, who: str) -> str:
        return jobs_of.name_of(self._desk.log, who)

    def _exchange(self, exchange: talk.Exchange) -> dict[str, Any]:
        told: dict[str, Any] = {"said": self._said(exchange.turns)}
        for name in ("problem", "cut", "question"):
            if getattr(exchange, name):
                told[name] = getattr(exchange, name)
        return told

    # -- commands ----------------------------------------------------------------------------------------------------

    def _you(self, command: dict[str, Any]) -> dict[str, Any]:
        words = (str(command.get(name, "")) for name in ("name", "pronouns", "persona"))
        return {"you": asdict(authoring.describe_you(self._desk, *words))}

    def _author(self, command: dict[str, Any]) -> dict[str, Any]:
        known = {name: command[name] for name in BotAuthored.__dataclass_fields__ if name in command and name != "kind"}
        self._bot = authoring.author(self._desk, BotAuthored(**known))
        return {"bot": self._bot}

    def _kickoff(self, command: dict[str, Any]) -> dict[str, Any]:
        form = authoring.parse_kickoff(self._desk, self._bot)
        if command.get("set"):
            form = Kickoff.model_validate({**form.model_dump(), **command["set"]})
        if command.get("begin", True):
            authoring.begin(self._desk, self._bot, form)
        return {"form": form.model_dump()}

    def _say(self, command: dict[str, Any]) -> dict[str, Any]:
        return self._exchange(talk.say(self._desk, self._bot, str(command.get("text", ""))))

    def _again(self, command: dict[str, Any]) -> dict[str, Any]:
        return self._exchange(talk.regenerate(self._desk, self._bot, edited=command.get("edited")))

    def _guest(self, command: dict[str, Any]) -> dict[str, Any]:
        if command.get("leave"):
            directing.remove_guest(self._desk, self._bot)
            return {}
        guest = self._named(str(command["guest"]), "guest")
        asked = directing.never_met(self._desk, self._bot, guest)
        directing.add_guest(self._desk, self._bot, guest, str(command.get("met", "")))
        return {"guest": guest, "never_met": asked}

    def _close(self, command: dict[str, Any]) -> dict[str, Any]:
        number = directing.close_scene(self._desk, self._bot)
        self._desk.settle()
        told = self._desk.log.query(
            "SELECT owner, text FROM memories WHERE chat = ? AND scene = ? AND form = 'summary' AND live ORDER BY seq",
            (self._bot, number),
        )
        return {"scene": number, "told": [{"by": owner, "text": text} for owner, text in told]}

    def _skip(self, command: dict[str, Any]) -> dict[str, Any]:
        how, notable = str(command.get("how", "")), str(command.get("notable", ""))
        directing.skip(self._desk, self._bot, str(command.get("asked", "")), how=how, notable=notable)
        chat = reading.chat(self._desk.log, self._bot)
        return {"clock": clock.iso(chat.clock_us), "friendly": clock.friendly(chat.clock_us, chat.day_one_us)}

    def _meanwhile(self, command: dict[str, Any]) -> dict[str, Any]:
        other = str(command.get("with", ""))
        number = directing.meanwhile(
            *(self._desk, self._bot, self._named(other, "meanwhile") if other else ""),
            about=str(command.get("about", "")),
            met=str(command.get("met", "")),
            turns=int(command.get("turns", 4)),
        )
        turns = reading.turns_of_scene(self._desk.log, self._bot, number)
        return {"scene": number, "said": self._said([turn.number for turn in turns])}

    def _rewind(self, command: dict[str, Any]) -> dict[str, Any]:
        to = int(command["to"])
        lines = impact(self._desk.log, self._bot, to).lines()
        if not command.get("preview"):
            keep_as = str(command.get("keep_as", ""))
            self._rewound = self._turned(
                lambda: history.rewind(self._desk.log, self._desk.snapshots, self._bot, to, keep_as)
            )
        return {"lines": lines}

    def _undo(self, command: dict[str, Any]) -> dict[str, Any]:
        done = self._rewound
        if done is None:
            raise UserError("there is no rewind to undo")
        talk.turned(self._desk, done.chat, lambda: history.undo(self._desk.log, done))
        return {}

    def _turned(self, how: Callable[[], history.Rewound]) -> history.Rewound:
        return talk.turned(self._desk, self._bot, how)

    def _branch(self, command: dict[str, Any]) -> dict[str, Any]:
        if "switch" in command:
            to = int(command["switch"])
            self._turned(lambda: history.switch_branch(self._desk.log, self._desk.snapshots, self._bot, to))
        elif "at" in command:
            at, name = int(command["at"]), str(command.get("name", ""))
            self._turned(lambda: history.branch_here(self._desk.log, self._bot, at, name))
        elif "name" in command:
            branch = reading.chat(self._desk.log, self._bot).branch
            history.name_branch(self._desk.log, self._bot, branch, str(command["name"]))
        return {"branches": [asdict(row) for row in history.branches(self._desk.log, self._bot)]}

    def _swipe(self, command: dict[str, Any]) -> dict[str, Any]:
        number = int(command["turn"])
        if "choose" in command:
            talk.choose(self._desk, self._bot, number, int(command["choose"]))
            return {"said": self._said([number])}
        return self._exchange(talk.another(self._desk, self._bot, number))

    def _edit(self, command: dict[str, Any]) -> dict[str, Any]:
        key = list(command.get("key", []))
        what, field, value = str(command["what"]), str(command.get("field", "text")), command["value"]
        if (what, field) == ("turn", "text"):
            talk.rewrite(self._desk, self._bot, int(key[0]), str(value))
            return {"said": self._said([int(key[0])])}
        self._desk.change(lambda: editing.edit(self._desk.log, self._bot, what, key, field, value))
        return {}

    def _pin(self, command: dict[str, Any]) -> dict[str, Any]:
        change = editing.pin if command.get("pinned", True) else editing.unpin
        change(self._desk.log, self._bot, int(command["memory"]))
        return {}

    def _hide(self, command: dict[str, Any]) -> dict[str, Any]:
        erasing.hide(self._desk.log, self._bot, int(command["turn"]), bool(command.get("hidden", True)))
        return {}

    def _keep(self, command: dict[str, Any]) -> dict[str, Any]:
        swipes.keep(self._desk.log, self._bot, int(command["turn"]))
        return {}

    def _delete(self, command: dict[str, Any]) -> dict[str, Any]:
        turns = [int(one) for one in command["turns"]]
        lines = erasing.cascade(self._desk.log, self._bot, turns).lines()
        if not command.get("preview"):
            erasing.delete(self._desk.log, self._desk.snapshots, self._bot, turns)
            talk.told_anew(self._desk, self._bot)
        return {"lines": lines}

    def _reset(self, command: dict[str, Any]) -> dict[str, Any]:
        history.reset(self._desk.log, self._desk.snapshots, self._bot, str(command.get("name", "")))
        return {}

    def _thread(self, command: dict[str, Any]) -> dict[str, Any]:
        desk, chat = self._desk, self._bot
        if "close" in command:
            number = int(command["close"])
            desk.change(lambda: editing.edit_thread(desk.log, chat, number, "outcome", command.get("outcome", "")))
            desk.change(lambda: editing.edit_thread(desk.log, chat, number, "open", False))
            return {}
        return {"thread": desk.change(lambda: editing.add_thread(desk.log, chat, command["title"]))}

    def _event(self, command: dict[str, Any]) -> dict[str, Any]:
        desk, chat = self._desk, self._bot
        if "event" in command:
            story.move(desk, chat, int(command["event"]), str(command["state"]))
            return {}
        due, expires = (clock.from_iso(str(command[one])) if command.get(one) else 0 for one in ("due", "expires"))
        title, props = command["title"], command.get("props", [])
        return {"event": desk.change(lambda: editing.add_happening(desk.log, chat, title, props, due, expires))}

    def _import(self, command: dict[str, Any]) -> dict[str, Any]:
        found = importing.import_file(self._desk, Path(str(command["file"])), self._bot, named="bot" in command)
        self._bot = found.bot
        return {"bot": found.bot, "what": found.what, "name": found.name, "notes": list(found.notes)}

    def _export(self, command: dict[str, Any]) -> dict[str, Any]:
        what, file = str(command.get("what", "chat")), str(command.get("file", ""))
        if what == "card":
            meant = command.get("form") or _FORMS.get(Path(file).suffix.lower())
            form = Form(meant) if meant else None
            data = importing.export_card(self._desk, self._bot, form)
            if form is None and Path(file).suffix.lower() == ".json" and not data.startswith(b"{"):
                data = importing.export_card(self._desk, self._bot, Form.V3)
        else:
            data = importing.export_chat(self._desk, self._bot)
        if not file:
            return {"bytes": len(data), "base64": base64.b64encode(data).decode()}
        try:
            Path(file).write_bytes(data)
        except OSError as error:
            raise UserError(f"{file} cannot be written ({error.strerror}); choose another place") from error
        return {"bytes": len(data), "file": file}

    def _prompt(self, command: dict[str, Any]) -> dict[str, Any]:
        who = str(command.get("who", self._bot))
        _, prompt = prepare(self._desk, self._bot, who, str(command.get("to", YOU)))
        blocks = [asdict(block) for block in prompt.blocks]
        return {"tokens": prompt.tokens, "blocks": blocks, "messages": [list(one) for one in prompt.messages]}

    def _recall(self, command: dict[str, Any]) -> dict[str, Any]:
        owner = self._named(str(command.get("who", self._bot)), "recall")
        found = recall.recalled(self._desk.log, owner, str(command.get("text", "")), k=int(command.get("k", 4)))
        return {"memories": [{**asdict(one.memory), "score": one.score} for one in found]}

    def _search(self, command: dict[str, Any]) -> dict[str, Any]:
        hits = search_chats(self._desk.log, str(command["text"]), limit=int(command.get("limit", 20)))
        return {"hits": [asdict(hit) for hit in hits]}

    def _dump(self, command: dict[str, Any]) -> dict[str, Any]:
        log, chat = self._desk.log, reading.chat(self._desk.log, self._bot)
        pairs = [(one, two) for one in chat.present for two in chat.present if one != two]
        return {
            "chat": asdict(chat),
            "turns": [asdict(turn) for turn in reading.turns(log, self._bot)],
            "edges": [asdict(reading.edge(log, *pair)) for pair in pairs],
            "memories": {bot: [asdict(one) for one in recall.recent(log, bot, 50)] for bot in chat.bots},
            "pinned": {bot: [asdict(one) for one in recall.pinned(log, bot)] for bot in chat.bots},
            "group": reading.group(log, self._bot, chat.present),
            "scenes": [asdict(one) for one in reading.scenes(log, self._bot)],
            "threads": [asdict(one) for one in reading.threads(log, self._bot, closed=True)],
            "events": [asdict(one) for one in reading.happenings(log, self._bot)],
            "items": {who: list(reading.items(log, who)) for who in chat.present},
            "failures": [asdict(one) for one in reading.failures(log, self._bot)],
        }


def _cleaned(value: Any) -> Any:
    """A value of JSON, whose escapes can spell what no log and no terminal takes, without that."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {clean(key): _cleaned(one) for key, one in value.items()}
    return value


def _object(line: str) -> dict[str, Any]:
    try:
        found = _cleaned(json.loads(line))
    except (ValueError, RecursionError) as error:
        raise UserError(f"this line is not JSON ({error}); write one object a line") from None
    if not isinstance(found, dict) or "do" not in found:
        raise UserError('this line has no "do"; write {"do": "say", "text": "..."}')
    return found


_COMMANDS: dict[str, Callable[[Script, dict[str, Any]], dict[str, Any]]] = {
    "you": Script._you,
    "bot": Script._author,
    "kickoff": Script._kickoff,
    "say": Script._say,
    "again": Script._again,
    "guest": Script._guest,
    "close": Script._close,
    "skip": Script._skip,
    "meanwhile": Script._meanwhile,
    "rewind": Script._rewind,
    "undo": Script._undo,
    "branch": Script._branch,
    "swipe": Script._swipe,
    "edit": Script._edit,
    "pin": Script._pin,
    "hide": Script._hide,
    "keep": Script._keep,
    "delete": Script._delete,
    "reset": Script._reset,
    "thread": Script._thread,
    "event": Script._event,
    "import": Script._import,
    "export": Script._export,
    "prompt": Script._prompt,
    "recall": Script._recall,
    "search": Script._search,
    "dump": Script._dump,
}
