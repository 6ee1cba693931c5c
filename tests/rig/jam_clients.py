"""Machines in a jam as real processes through the command line, each with a profile of its own, on loopback."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from game.cli import main
from game.profile import CHARTS
from game.rhythm.library import Library
from tests.rig.bad_link import BadLink

HOUSE = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"
CODE = "amber-violin"
PATIENCE_S = 60.0
LONGEST_S = 240
"""A machine that nobody ended has been forgotten, and goes by itself."""

Line = dict[str, Any]


class Client:
    """One machine.  ``lines`` is what it printed so far, each an event; whoever waits is woken by the next one."""

    def __init__(
        self,
        profile: Path,
        arguments: Sequence[str],
        *,
        module: Sequence[str] = ("-m", "game"),
        before: Sequence[str] = (),
    ) -> None:
        """``before`` stands before the command: where it is to run."""
        self.profile = profile
        self.lines: list[Line] = []
        self._news = threading.Condition()
        self._errors = (profile.parent / f"{profile.name}.stderr").open("w+b")
        command = [*before, sys.executable, *module, "jam", *arguments, "--profile", str(profile)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=HOUSE,
            env={**os.environ, "PYTHONPATH": str(HOUSE)},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for raw in self._process.stdout:
            line = json.loads(raw)
            with self._news:
                self.lines.append(line)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    @property
    def me(self) -> str:
        """Its id in the session."""
        return str(self.wait("joined")["me"])

    @property
    def port(self) -> int:
        """Its UDP port."""
        return int(self.wait("joined")["port"])

    def said(self, event: str, fits: Callable[[Line], bool] = lambda line: True, since: int = 0) -> list[Line]:
        """Every line of one event that fits, from line ``since`` on."""
        return [line for line in self.lines[since:] if line["event"] == event and fits(line)]

    def wait(self, event: str, fits: Callable[[Line], bool] = lambda line: True, since: int = 0) -> Line:
        """The first line of one event that fits; waits for it."""
        limit = time.monotonic() + PATIENCE_S
        with self._news:
            while True:
                found = self.said(event, fits, since)
                if found:
                    return found[0]
                alive = self._reader.is_alive()
                assert alive, f"{self.profile.name} ended before {event!r}: {self.errors()}; {self.lines[-3:]}"
                left_s = limit - time.monotonic()
                assert left_s > 0, f"{self.profile.name}: no {event!r} came; last {self.lines[-3:]}"
                self._news.wait(min(left_s, 0.5))

    def do(self, do: str, **values: Any) -> None:
        """Give an order."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **values}).encode() + b"\n")
        self._process.stdin.flush()

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self.alive, f"{self.profile.name} has ended already: {self.errors()}; {self.lines[-3:]}"
        os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9."""
        self.signal(signal.SIGKILL)
        self._process.wait(PATIENCE_S)

    def ended(self) -> int:
        """Wait until it has ended by itself; its exit code."""
        code = self._process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return code

    def errors(self) -> str:
        """What it wrote to standard error so far."""
        return Path(self._errors.name).read_text("utf-8", errors="replace").strip()

    def leave(self) -> int:
        """End its input, which leaves the jam; its exit code."""
        assert self._process.stdin is not None
        if not self._process.stdin.closed:
            self._process.stdin.close()
        return self.ended()

    def close(self) -> None:
        """See to it that nothing of it is left."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue  # it was killed with an order still in its pipe
        self._errors.close()
        (self.profile.parent / f"{self.profile.name}.lines").write_text("\n".join(map(json.dumps, self.lines)), "utf-8")


class Table:
    """Where machines meet: the first hosts, the others join it, through a link where there is one."""

    def __init__(self, folder: Path, link: BadLink | None = None, longest_s: float = LONGEST_S) -> None:
        self.folder, self.link, self._longest_s = folder, link, longest_s
        self.clients: dict[str, Client] = {}
        self._door = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._cache = folder / "library.db"
        library = Library.open(self._cache, (CHARTS,))
        library.refresh()
        library.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self.clients.values():
            client.close()

    def profile(self, name: str) -> Path:
        """A profile for a machine, its library read already."""
        profile = self.folder / name
        if not profile.exists():
            profile.mkdir()
            shutil.copy(self._cache, profile / "library.db")
        return profile

    def host(self, name: str, *options: str) -> Client:
        """The machine that opens the jam."""
        client = self._start(name, "host", "--code", CODE, *options)
        port = int(client.wait("hosting")["port"])
        self._door = self.link.front(port) if self.link is not None else port
        client.wait("joined")
        return client

    def join(self, name: str, *options: str, code: str = CODE, module: Sequence[str] = ("-m", "game")) -> Client:
        """Another machine."""
        where = f"{LOOPBACK}:{self._door}"
        return self._start(name, "join", "--code", code, "--address", where, *options, module=module)

    def meet_at(self, port: int) -> None:
        """Machines that join from now on ask at another port."""
        self._door = port

    @property
    def door(self) -> tuple[str, int]:
        """Where the host is reached."""
        return LOOPBACK, self._door

    def _start(self, name: str, what: str, *options: str, module: Sequence[str] = ("-m", "game")) -> Client:
        shared = ["--headless", "--json", "--quiet", "--bind", LOOPBACK, "--seconds", str(self._longest_s)]
        client = Client(self.profile(name), [what, "--name", name, *shared, *options], module=module)
        self.clients[name] = client
        return client


def command(profile: Path, *words: str) -> tuple[int, list[Line], str]:
    """Run ``ourojam`` once: its exit code, its lines, and what it wrote to standard error."""
    out, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(errors):
        code = main([*words, "--json", "--profile", str(profile)])
    return code, [json.loads(line) for line in out.getvalue().splitlines()], errors.getvalue().strip()
