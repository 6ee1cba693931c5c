"""Scenes on their stack: who gets what, who leaves when, and what is refused."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest

from engine.draw.frame import Frame
from engine.draw.glyphs import GlyphAtlas
from engine.input.events import Event, InputEvent
from engine.scene import AlreadyOnStack, EmptyStack, NotOnTop, Scene, SceneStack, WrongThread

KEY = InputEvent(0, "keyboard", "key:a", 1.0)


class Told(Scene):
    """Writes down what happens to it."""

    def __init__(self, name: str, story: list[str], *, overlay: bool = False, leaves: bool = True) -> None:
        self._name, self._story, self.overlay, self._leaves = name, story, overlay, leaves

    @property
    def name(self) -> str:
        return self._name

    def tell(self, what: str) -> None:
        self._story.append(f"{self._name} {what}")

    def on_enter(self) -> None:
        self.tell("enters")

    def on_suspend(self) -> None:
        self.tell("is suspended")

    def on_resume(self, result: Any) -> None:
        self.tell(f"resumes with {result}")

    def on_exit(self) -> bool:
        self.tell("is asked to leave")
        return self._leaves

    def handle(self, event: Event) -> bool:
        self.tell("handles")
        return True

    def step(self, dt_us: int) -> None:
        self.tell("steps")

    def draw(self, frame: Frame) -> None:
        self.tell("draws")


@pytest.fixture
def story() -> list[str]:
    return []


@pytest.fixture
def stack() -> SceneStack:
    return SceneStack()


def test_pushing_suspends_and_popping_resumes_with_a_result(stack: SceneStack, story: list[str]) -> None:
    stack.push(Told("menu", story))
    play = Told("play", story)
    stack.push(play)
    assert play.leave("98 %")
    assert story == [
        "menu enters",
        "menu is suspended",
        "play enters",
        "play is asked to leave",
        "menu resumes with 98 %",
    ]


def test_a_scene_may_refuse_to_leave(stack: SceneStack, story: list[str]) -> None:
    editor = Told("editor", story, leaves=False)
    stack.push(editor)
    assert not stack.pop()
    assert not stack.replace(Told("menu", story))
    assert stack.top is editor


def test_replacing_does_not_wake_the_one_below(stack: SceneStack, story: list[str]) -> None:
    stack.push(Told("menu", story))
    stack.push(Told("play", story))
    story.clear()
    assert stack.replace(Told("result", story))
    assert story == ["play is asked to leave", "result enters"]
    assert [scene.name for scene in stack.scenes] == ["menu", "result"]


def test_input_and_steps_go_to_the_top_drawing_starts_at_the_lowest_visible(
    stack: SceneStack, story: list[str]
) -> None:
    for name, overlay in (("menu", False), ("play", False), ("pause", True), ("settings", True)):
        stack.push(Told(name, story, overlay=overlay))
    story.clear()
    assert stack.handle(KEY)
    stack.step(4166)
    stack.draw(Frame(GlyphAtlas()))
    assert story == ["settings handles", "settings steps", "play draws", "pause draws", "settings draws"]


def test_overlays_alone_are_drawn_from_the_first(stack: SceneStack, story: list[str]) -> None:
    stack.push(Told("a", story, overlay=True))
    stack.push(Told("b", story, overlay=True))
    story.clear()
    stack.draw(Frame(GlyphAtlas()))
    assert story == ["a draws", "b draws"]


def test_an_empty_stack_takes_no_input_and_gives_no_top(stack: SceneStack) -> None:
    assert not stack.handle(KEY)
    stack.step(1)
    with pytest.raises(EmptyStack):
        stack.pop()
    with pytest.raises(EmptyStack):
        _ = stack.top


def test_only_the_top_may_leave(stack: SceneStack, story: list[str]) -> None:
    menu = Told("menu", story)
    stack.push(menu)
    stack.push(Told("play", story))
    with pytest.raises(NotOnTop, match="play stands above"):
        menu.leave()


def test_a_scene_stands_on_the_stack_once(stack: SceneStack, story: list[str]) -> None:
    menu = Told("menu", story)
    stack.push(menu)
    with pytest.raises(AlreadyOnStack):
        stack.push(menu)


def test_other_threads_are_refused_but_may_call_soon(stack: SceneStack, story: list[str]) -> None:
    stack.push(Told("menu", story))
    refused: list[BaseException] = []

    def elsewhere() -> None:
        try:
            stack.push(Told("play", story))
        except WrongThread as error:
            refused.append(error)
        stack.call_soon(lambda: stack.push(Told("play", story)))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert len(refused) == 1
    assert len(stack) == 1
    stack.step(1)
    assert stack.top.name == "play"


def test_what_a_call_hands_in_waits_for_the_next_boundary(stack: SceneStack) -> None:
    seen: list[int] = []

    def first() -> None:
        seen.append(1)
        stack.call_soon(lambda: seen.append(2))

    stack.call_soon(first)
    stack.run_calls()
    assert seen == [1]
    stack.run_calls()
    assert seen == [1, 2]


def test_transitions_are_logged(stack: SceneStack, story: list[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "engine.scene")
    stack.push(Told("menu", story))
    stack.pop()
    assert [record.getMessage() for record in caplog.records] == ["menu enters at depth 1", "menu exits at depth 1"]


def test_clearing_takes_no_refusal(stack: SceneStack, story: list[str]) -> None:
    stack.push(Told("menu", story, leaves=False))
    stack.push(Told("play", story, leaves=False))
    stack.clear()
    assert len(stack) == 0
    assert story[-2:] == ["play is asked to leave", "menu is asked to leave"]


def test_one_that_fails_to_leave_does_not_keep_the_others_from_it(stack: SceneStack, story: list[str]) -> None:
    class Broken(Scene):
        def on_exit(self) -> bool:
            raise OSError("the disk is gone")

    stack.push(Told("menu", story))
    stack.push(Broken())
    with pytest.raises(OSError, match="the disk is gone"):
        stack.clear()
    assert len(stack) == 0
    assert story[-1] == "menu is asked to leave"
