"""A member of a session in a process of its own, driven by lines of JSON.

Run with one JSON object as its argument: ``{"host": true, "code": ...}`` or ``{"join": [host, port], "code": ...}``.
It prints its port first, then each event as it happens; what it reads are commands (see :func:`obey`).
:class:`Child` is the parent's side.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from engine.clock import now_us
from engine.net.face import NetEvent
from engine.net.node import Node

ROOT = Path(__file__).resolve().parents[2]
Line = dict[str, Any]


def plain(value: Any) -> Any:
    """What JSON holds."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def tell(line: Line) -> None:
    """Print one line, whole, at once."""
    sys.stdout.write(json.dumps(line, default=plain) + "\n")
    sys.stdout.flush()


def told(event: NetEvent) -> None:
    """Print an event."""
    fields = {name: value for name, value in asdict(event).items() if name != "peer" or isinstance(value, str)}
    if hasattr(event, "peer") and not isinstance(event.peer, str):
        fields["peer"] = event.peer.id
    tell({"event": type(event).__name__, **fields})


def obey(node: Node, command: Line) -> None:
    """Do what a line says."""
    do = command["do"]
    if do == "say":
        node.say(command["data"].encode())
    elif do == "moment":
        node.moment(command["data"].encode(), node.time.session_us(now_us()))
    elif do == "tell":
        node.tell(command["peer"], command["data"].encode())
    elif do == "look":
        local_us = now_us()
        error_us = node.time.session_us(local_us) - local_us
        tell(
            {
                "look": command.get("as", 0),
                "conductor": node.conductor,
                "peers": [peer.id for peer in node.peers()],
                "here": [peer.id for peer in node.peers() if peer.here],
                "paths": {peer.id: peer.path for peer in node.peers()},
                "ahead_us": error_us,
                "agreed": node.time.agreed,
                "stats": node.stats(),
            }
        )
    elif do == "hold":
        node.hold_time(command["held"])
    elif do == "rebind":
        node.rebind()


def main() -> None:
    """Be a member until the commands end."""
    given = json.loads(sys.argv[1])
    info = {"name": given.get("name", "")}
    bind = ("127.0.0.1", 0)
    if "join" in given:
        address = (given["join"][0], given["join"][1])
        node = Node.join(address, given["code"], info, bind=bind, on_event=told, lan=False)
    else:
        node = Node.host(given["code"], info, bind=bind, on_event=told, lan=False)
    tell({"port": node.address[1], "me": node.me})
    for line in sys.stdin:
        obey(node, json.loads(line))
    node.close()


class Child:
    """A running member; everything it printed is in ``lines``."""

    def __init__(self, **given: Any) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.rig.net_child", json.dumps(given)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lines: list[Line] = []
        self._more = threading.Condition()
        self._looks = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def port(self) -> int:
        """Where its socket is, as soon as it has one."""
        return int(self.until(lambda line: "port" in line)["port"])

    @property
    def me(self) -> str:
        """Its id."""
        return str(self.until(lambda line: "me" in line)["me"])

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._more:
                self.lines.append(json.loads(line))
                self._more.notify_all()

    def until(self, wanted: Callable[[Line], bool], within_s: float = 60.0, since: int = 0) -> Line:
        """The first line (after ``since`` others) that is wanted, as soon as it is there."""
        with self._more:
            found = self._more.wait_for(lambda: next((x for x in self.lines[since:] if wanted(x)), None), within_s)
        assert found is not None, f"not printed within {within_s} s; last: {self.lines[-5:]}"
        return found

    def event(self, kind: str, within_s: float = 60.0, since: int = 0, **fields: Any) -> Line:
        """The first event of a kind with these fields."""
        return self.until(lambda line: line.get("event") == kind and line.items() >= fields.items(), within_s, since)

    def all(self, kind: str) -> list[Line]:
        """The events of a kind so far."""
        with self._more:
            return [line for line in self.lines if line.get("event") == kind]

    def do(self, what: str, **fields: Any) -> None:
        """Give a command."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, **fields}) + "\n")
        self._process.stdin.flush()

    def look(self) -> Line:
        """How it sees the session now."""
        self._looks += 1
        number = self._looks
        self.do("look", **{"as": number})
        return self.until(lambda line: line.get("look") == number)

    def sees(self, wanted: Callable[[Line], bool], within_s: float = 60.0) -> Line:
        """Look until what is seen is wanted."""
        pause = threading.Event()
        seen: Line = {}
        for _ in range(int(within_s / 0.05)):
            seen = self.look()
            if wanted(seen):
                return seen
            pause.wait(0.05)
        raise AssertionError(f"not seen within {within_s} s: {seen}")

    def signal(self, number: int) -> None:
        """Send the process a signal."""
        self._process.send_signal(number)

    def end(self) -> None:
        """Let it leave the session and end; kill it if it does not."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if self._process.poll() is None:
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        self._process.stdout.close()
        if not self._process.stdin.closed:
            # What a killed child did not read cannot be written any more.
            try:
                self._process.stdin.close()
            except BrokenPipeError:
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()


if __name__ == "__main__":
    main()
