"""A model server that does as it is told, and a client to talk to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.llm import Client
from tests.rig.model_server import ModelServer


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as told:
        yield told


@pytest.fixture
def client() -> Iterator[Client]:
    with Client() as talks:
        yield talks
