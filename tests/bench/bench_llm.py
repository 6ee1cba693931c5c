"""What talking to models costs the game itself, beside the model's own time."""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from engine.llm import Client, Message, Model, Tokens, find_servers, tokens
from tests.bench.figure import Figure
from tests.rig.model_server import Do, ModelServer

_REPEATS = 5
_PROMPT = [Message("user", "Good evening.")]
_PROSE = "She sets the cup down, careful not to wake the tram driver. “Twice a night,” she says, “and never on time.” "


def median_s(work: Callable[[], object], repeats: int = _REPEATS) -> float:
    times = []
    for _ in range(repeats):
        began_s = time.perf_counter()
        work()
        times.append(time.perf_counter() - began_s)
    return statistics.median(times)


def import_s(module: str) -> float:
    """What importing ``module`` takes in a Python of its own that already has numpy and pydantic."""
    before = "import time, numpy; from pydantic import BaseModel; began_s = time.perf_counter()"
    code = f"{before}; import {module}; print(time.perf_counter() - began_s)"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True) for _ in range(_REPEATS)]
    return statistics.median(float(run.stdout) for run in runs)


def figures() -> Iterator[Figure]:
    """Imports, counting, streaming, stopping, finding."""
    ours_s, library_s = import_s("engine.llm"), import_s("openai")
    yield Figure("import of engine.llm", ours_s * 1000, "ms", limit=150, beside=f"openai {library_s * 1000:.0f} ms")
    yield from _counting()
    with ModelServer() as server, Client() as client:
        client.models(server.endpoint())  # the library is imported, the connection made
        yield from _streaming(client, server)
        yield _stopping(client, server.model(), server)
    yield Figure("local servers looked for, none there", median_s(find_servers) * 1000, "ms", limit=1000)


def _counting() -> Iterator[Figure]:
    yield Figure("vocabulary loaded", median_s(lambda: Tokens().load(), 3) * 1000, "ms", limit=1000)
    counter = tokens()
    encoding = counter.load()
    prompt = (_PROSE * 300)[:32_000]  # about 8,000 tokens: a narrative prompt at its hard ceiling
    peer_s = median_s(lambda: encoding.encode_ordinary(prompt))
    counts = iter(range(10_000))
    ours_s = median_s(lambda: counter.count(f"{next(counts)}{prompt}"))
    yield Figure("8,000 tokens counted", ours_s * 1000, "ms", limit=40, beside=f"tiktoken alone {peer_s * 1000:.1f} ms")
    counter.count(_PROSE)
    yield Figure("a turn counted again", median_s(lambda: counter.count(_PROSE), 101) * 1e6, "us", limit=50)
    yield Figure("a megabyte of one letter counted", median_s(lambda: counter.count("a" * 1_000_000)), "s", limit=5)


def _streaming(client: Client, server: ModelServer) -> Iterator[Figure]:
    """The processor time of the whole process, server included, while a reply streams at 200 tokens a second."""
    server.say(" ".join(["word"] * 400), tokens_per_s=200)
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    count = sum(1 for _ in client.stream(server.model(), _PROMPT))
    share = (time.process_time() - began_cpu_s) / (time.perf_counter() - began_s)
    yield Figure("processor share while 200 tokens/s stream", share * 100, "%", limit=60, beside="server included")
    assert count == 400
    polls: list[float] = []
    server.say(" ".join(["word"] * 400), tokens_per_s=200)
    stream = client.stream(server.model(), _PROMPT)
    while stream.ending is None:
        began_s = time.perf_counter()
        stream.poll()
        polls.append(time.perf_counter() - began_s)
        time.sleep(1 / 240)
    p99_us = sorted(polls)[int(len(polls) * 0.99)] * 1e6
    yield Figure("a poll of the stream, p99", p99_us, "us", limit=1000, beside=f"{len(polls)} polls at 240 Hz")


def _stopping(client: Client, model: Model, server: ModelServer) -> Figure:
    """From stop() to the end of the iteration in another thread, while no word has come yet."""
    server.otherwise = Do("never", stall=True)
    times = []
    with ThreadPoolExecutor(1) as other:
        for n in range(1, 21):
            stream = client.stream(model, _PROMPT)
            server.wait_for_requests(len(server.requests))
            waiting = other.submit(list, stream)
            threading.Event().wait(0.01)
            began_s = time.perf_counter()
            stream.stop()
            waiting.result()
            times.append(time.perf_counter() - began_s)
            assert n == len(times)
    return Figure("stop while the first word is waited for", statistics.median(times) * 1000, "ms", limit=50)
