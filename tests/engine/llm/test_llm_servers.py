"""Local servers are found where they usually listen."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from engine.llm import Client, FoundServer, find_servers
from tests.rig.model_server import ModelServer


@contextmanager
def answering(data: bytes, endless: bytes = b"") -> Iterator[int]:
    """Something that is no model server: sends ``data``, then ``endless`` drop by drop; gives its port."""
    over = threading.Event()

    def serve() -> None:
        line, _ = listening.accept()
        with line:
            line.recv(65536)
            line.sendall(data)
            while endless and not over.wait(0.02):
                line.sendall(endless)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()


def test_servers_are_found_with_their_models_in_the_order_of_the_ports(server: ModelServer) -> None:
    server.models = ["llama3.1", "hermes3"]
    with ModelServer(models=[]) as second:
        ports = {second.port: "Jan", server.port: "Ollama"}
        assert find_servers(10, ports) == [
            FoundServer("Jan", second.url, ()),
            FoundServer("Ollama", server.url, ("hermes3", "llama3.1")),
        ]


def test_what_is_found_can_be_talked_to(client: Client, server: ModelServer) -> None:
    (found,) = find_servers(10, {server.port: "LM Studio"})
    assert client.models(found.endpoint) == list(found.models)
    assert found.endpoint.name == "LM Studio"


def test_a_server_that_wants_a_key_is_found(server: ModelServer) -> None:
    server.key = "sk-local"
    assert find_servers(10, {server.port: "vLLM"}) == [FoundServer("vLLM", server.url, (), needs_key=True)]


def test_what_is_no_model_server_is_left_out(server: ModelServer) -> None:
    html = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"
    deep = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"[" * 100_000
    with (
        answering(html) as page,
        answering(b"220 mail.example ready\r\n") as mail,
        answering(b"") as silent,
        answering(deep) as nested,
    ):
        ports = {page: "a", mail: "b", silent: "c", nested: "d", server.port: "e"}
        assert [found.name for found in find_servers(10, ports)] == ["e"]


def test_a_server_that_drips_holds_nobody_up(server: ModelServer) -> None:
    with answering(b"HTTP/1.1 200 OK\r\n", endless=b"X-A: b\r\n") as drip:
        began_s = time.monotonic()
        assert [found.name for found in find_servers(0.5, {drip: "drip", server.port: "e"})] == ["e"]
        assert time.monotonic() - began_s < 5, "it waited for the server and not for its time"


def test_with_nobody_there_the_list_is_empty() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert find_servers(10, {free.getsockname()[1]: "nobody"}) == []
