"""What may be asked of a jam without a screen while it runs: one JSON object a line on standard input."""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, TypeAdapter, ValidationError

MAX_LINE = 64 * 1024

HELP = """Orders on standard input, one JSON object a line; its end leaves the jam (/dev/null is no input):
  {"do": "song", "chart": PATH, "rules": NAME, "rate": R}    put a song on the stand (the conductor)
  {"do": "part", "part": NAME, "keys": N, "level": NAME}     play a part; while a song runs from the next bar on
  {"do": "ready", "ready": true}                             be ready, or not any more
  {"do": "start"}  {"do": "call_off"}  {"do": "take_back"}   the conductor's
  {"do": "hit", "lane": N, "down": true}                     a key of one's own goes down or up now
  {"do": "end"}                                              be done with the running song
  {"do": "free", "bpm": B}                                   open a free jam (the conductor)
  {"do": "instrument", "instrument": NAME, "keys": N}        what to play in it
  {"do": "react", "reaction": NAME}                          clap, cheer, heart, fire, wow or encore
  {"do": "crowd", "opened": true}                            open the jam to a crowd (the conductor)
  {"do": "share", "shares": true}                            share what is learned of one's playing
  {"do": "hand_over", "peer": ID}  {"do": "remove", "peer": ID}   the conductor's
  {"do": "fetch"}     get the song once more      {"do": "measure"}   measure the shared clock anew
  {"do": "rebind"}    this machine's address changed
  {"do": "peers"}     how the others are reached  {"do": "leave"}
"""


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Plain(_Order):
    """An order of one word."""

    do: Literal["start", "call_off", "take_back", "end", "fetch", "measure", "rebind", "peers", "leave"]


class PutSong(_Order):
    """Put a song on the stand."""

    do: Literal["song"]
    chart: str
    rules: str = ""
    rate: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0


class Part(_Order):
    """Play a part."""

    do: Literal["part"]
    part: str = ""
    keys: Annotated[StrictInt, Field(ge=0, le=18)] = 0
    level: str = ""


class Ready(_Order):
    """Be ready, or not."""

    do: Literal["ready"]
    ready: StrictBool = True


class Hit(_Order):
    """A key goes down or up."""

    do: Literal["hit"]
    lane: Annotated[StrictInt, Field(ge=0, le=127)]
    down: StrictBool


class Free(_Order):
    """Open a free jam."""

    do: Literal["free"]
    bpm: Annotated[float, Field(ge=15, le=600)]


class Instrument(_Order):
    """What to play in a free jam."""

    do: Literal["instrument"]
    instrument: str
    keys: Annotated[StrictInt, Field(ge=1, le=18)] = 5


class Reaction(_Order):
    """Let the band feel it."""

    do: Literal["react"]
    reaction: Literal["clap", "cheer", "heart", "fire", "wow", "encore"]


class Share(_Order):
    """Share what is learned, or not."""

    do: Literal["share"]
    shares: StrictBool


class Crowd(_Order):
    """Open the jam to a crowd, or close it."""

    do: Literal["crowd"]
    opened: StrictBool = True


class AboutPeer(_Order):
    """What a conductor does with a member."""

    do: Literal["hand_over", "remove"]
    peer: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


Order = Plain | PutSong | Part | Ready | Hit | Free | Instrument | Reaction | Share | Crowd | AboutPeer
_ORDER: TypeAdapter[Order] = TypeAdapter(Annotated[Order, Field(discriminator="do")])


class Orders:
    """Reads standard input on a thread of its own.

    :attr:`waiting` gives an order, a sentence that says why a line was none, or None at the end of the input.
    """

    def __init__(self) -> None:
        self.waiting: queue.SimpleQueue[Order | str | None] = queue.SimpleQueue()
        if _is_input():
            threading.Thread(target=self._read, name="orders", daemon=True).start()

    def take(self, timeout_s: float) -> list[Order | str | None]:
        """What has come; waits for the first one."""
        out: list[Order | str | None] = []
        try:
            out.append(self.waiting.get(timeout=timeout_s) if timeout_s > 0 else self.waiting.get_nowait())
            while True:
                out.append(self.waiting.get_nowait())
        except queue.Empty:
            return out

    def _read(self) -> None:
        # Not through sys.stdin: its lock, held by a waiting daemon thread, would end the interpreter with an error.
        kept = b""
        while True:
            try:
                read = os.read(0, MAX_LINE)
            except OSError:
                read = b""
            if not read:
                break
            *lines, kept = (kept + read).split(b"\n")
            for line in lines:
                if line.strip():
                    self.waiting.put(parsed(line))
            if len(kept) > MAX_LINE:
                self.waiting.put(f"that order is longer than {MAX_LINE} bytes; send it as one line of JSON")
                kept = b""
        if kept.strip():
            self.waiting.put(parsed(kept))
        self.waiting.put(None)


def parsed(line: bytes) -> Order | str:
    """The order in ``line``, or the sentence that says why it is none."""
    try:
        value: Any = json.loads(line)
        return _ORDER.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"][1:]) or "do"
        return f"no order ({where}: {first['msg']}); `ourojam jam host --help` names them"
    except (ValueError, RecursionError):
        return "an order is one JSON object a line; `ourojam jam host --help` names them"


def _is_input() -> bool:
    """Whether there is an input that can end: not where there is none at all."""
    if sys.stdin is None or sys.stdin.closed:
        return False
    try:
        here, nowhere = os.fstat(0), os.stat(os.devnull)
    except OSError:
        return False
    return (here.st_dev, here.st_ino) != (nowhere.st_dev, nowhere.st_ino)
