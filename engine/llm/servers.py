"""Finds the model servers that run on this machine.

Each usual port is asked for its list of models, all at once, each in a thread of its own that is left behind when it
takes too long: a server that answers drop by drop cannot hold anyone up.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from engine.llm.face import LOCAL_PORTS, Endpoint
from engine.llm.wire import model_names

_MAX_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server on this machine: whose it usually is, its address, its models; ``needs_key`` if it asks for one."""

    name: str
    base_url: str
    models: tuple[str, ...]
    needs_key: bool = False

    @property
    def endpoint(self) -> Endpoint:
        """How to reach it."""
        return Endpoint(self.base_url, label=self.name)


def find_servers(timeout_s: float = 1.0, ports: Mapping[int, str] = LOCAL_PORTS) -> list[FoundServer]:
    """The servers that answer within ``timeout_s``, in the order of ``ports`` (port to name).

    Takes ``timeout_s`` at most, and far less where nothing listens; run it in a job.
    """
    until_s = time.monotonic() + timeout_s
    answers: SimpleQueue[FoundServer | None] = SimpleQueue()
    for port, name in ports.items():
        threading.Thread(target=_probe, args=(port, name, until_s, answers), daemon=True).start()
    found: list[FoundServer] = []
    for _ in ports:
        try:
            server = answers.get(timeout=max(until_s - time.monotonic(), 0.0))
        except Empty:
            break
        if server is not None:
            found.append(server)
    order = [f"http://127.0.0.1:{port}/v1" for port in ports]
    return sorted(found, key=lambda server: order.index(server.base_url))


def _probe(port: int, name: str, until_s: float, answers: SimpleQueue[FoundServer | None]) -> None:
    try:
        answers.put(_ask(port, name, until_s))
    except (OSError, ValueError, http.client.HTTPException, RecursionError):
        answers.put(None)  # nobody there, or somebody who is no model server


def _ask(port: int, name: str, until_s: float) -> FoundServer | None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=max(until_s - time.monotonic(), 0.01))
    try:
        line.request("GET", "/v1/models", headers={"Accept": "application/json"})
        response = line.getresponse()
        data = bytearray()
        while len(data) <= _MAX_BYTES and time.monotonic() < until_s and (part := response.read1(65536)):
            data += part
    finally:
        line.close()
    base_url = f"http://127.0.0.1:{port}/v1"
    if response.status == 401:
        return FoundServer(name, base_url, (), needs_key=True)
    names = model_names(json.loads(data)) if response.status == 200 else None
    return None if names is None else FoundServer(name, base_url, tuple(names))
