"""What an input method composes comes from the system as events of ours."""

from __future__ import annotations

from collections.abc import Iterator

import pygame
import pytest

from engine.input.events import ComposingEvent, TextEvent
from engine.input.pump import Pump


@pytest.fixture
def pump(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pump]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.quit()
    pygame.display.init()
    pygame.display.set_mode((64, 64))
    yield Pump()
    pygame.display.quit()


def test_letters_on_their_way_and_letters_typed(pump: Pump) -> None:
    pump.wait(0)
    pygame.event.post(pygame.event.Event(pygame.TEXTEDITING, text="に", start=1, length=0))
    pygame.event.post(pygame.event.Event(pygame.TEXTEDITING, text="", start=0, length=0))
    pygame.event.post(pygame.event.Event(pygame.TEXTINPUT, text="に"))
    found = [event for event in pump.wait(0) if isinstance(event, ComposingEvent | TextEvent)]
    assert [(type(one), one.text) for one in found] == [(ComposingEvent, "に"), (ComposingEvent, ""), (TextEvent, "に")]
    assert isinstance(found[0], ComposingEvent)
    assert found[0].caret == 1
