"""Scenes: what the player sees and does, one on top of another.

Errors, all of them ours to mend:

    SceneError
    ├── EmptyStack      there is no scene to do this with
    ├── NotOnTop        only the scene on top may leave or be replaced
    ├── AlreadyOnStack  a scene stands on the stack once
    └── WrongThread     scenes live on one thread; others use ``call_soon``
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.input.events import Event

if TYPE_CHECKING:
    from engine.draw.frame import Frame

log = logging.getLogger(__name__)


class SceneError(RuntimeError):
    """A misuse of the scene stack."""


class EmptyStack(SceneError):
    """There is no scene to do this with."""


class NotOnTop(SceneError):
    """Only the scene on top may leave or be replaced."""


class AlreadyOnStack(SceneError):
    """A scene stands on the stack at most once."""


class WrongThread(SceneError):
    """The stack was touched from another thread than its own."""


class Scene:
    """One thing the player sees.  Override what is needed; every hook runs on the stack's thread.

    ``stack`` is set while the scene stands on a :class:`SceneStack`.
    """

    overlay: bool = False
    """True for a scene that lets the one below be seen: that one is drawn, but neither stepped nor given input."""

    stack: SceneStack

    def on_enter(self) -> None:
        """The scene has just come onto the stack."""

    def on_suspend(self) -> None:
        """Another scene has just been put on top."""

    def on_resume(self, result: Any) -> None:
        """The scene on top is gone and left ``result`` (None when it had nothing to say)."""

    def on_exit(self) -> bool:
        """Asked before leaving the stack: True to leave, False to refuse (something is unsaved)."""
        return True

    def handle(self, event: Event) -> bool:
        """Take one event; True when it was meant for this scene and is dealt with."""
        return False

    def step(self, dt_us: int) -> None:
        """Move the scene on by a fixed step of ``dt_us`` microseconds."""

    def draw(self, frame: Frame) -> None:
        """Write what the scene shows into ``frame``."""

    def leave(self, result: Any = None) -> bool:
        """Pop this scene; False when it refused.

        Raises:
            NotOnTop: another scene stands above.
        """
        return self.stack.pop(result, expected=self)

    @property
    def name(self) -> str:
        """What the log calls the scene."""
        return type(self).__name__


class SceneStack:
    """The scenes in force, the last on top.  It belongs to the thread that made it."""

    def __init__(self) -> None:
        self._scenes: list[Scene] = []
        self._calls: deque[Callable[[], None]] = deque()
        self._thread = threading.get_ident()

    def __len__(self) -> int:
        return len(self._scenes)

    @property
    def top(self) -> Scene:
        """The scene that gets input and steps.

        Raises:
            EmptyStack: there is none.
        """
        if not self._scenes:
            raise EmptyStack("the scene stack is empty")
        return self._scenes[-1]

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """All scenes, the lowest first."""
        return tuple(self._scenes)

    def push(self, scene: Scene) -> None:
        """Put ``scene`` on top: the one below is suspended, then the new one enters.

        Raises:
            AlreadyOnStack: it stands there already.
            WrongThread: called from another thread.
        """
        self._own_thread()
        self._new(scene)
        if self._scenes:
            self.top.on_suspend()
        self._add(scene, "enters")

    def pop(self, result: Any = None, *, expected: Scene | None = None) -> bool:
        """Take the top scene off and hand ``result`` to the one below; False when the scene refused to leave.

        Raises:
            EmptyStack: there is no scene.
            NotOnTop: ``expected`` is given and is not the one on top.
            WrongThread: called from another thread.
        """
        self._own_thread()
        leaving = self._leaving(expected)
        if leaving is None:
            return False
        if self._scenes:
            log.info("%s resumes at depth %d", self.top.name, len(self._scenes))
            self.top.on_resume(result)
        return True

    def replace(self, scene: Scene, *, expected: Scene | None = None) -> bool:
        """Put ``scene`` in the top one's place; False when that refused to leave.

        Raises:
            EmptyStack, NotOnTop, AlreadyOnStack, WrongThread: as for push and pop.
        """
        self._own_thread()
        self._new(scene)
        if self._leaving(expected) is None:
            return False
        self._add(scene, "replaces it")
        return True

    def clear(self) -> None:
        """Take every scene off from the top down, asking each but taking no refusal: the program ends.

        One that fails does not keep the others from saving what they have; its error is raised after them.
        """
        self._own_thread()
        failure: Exception | None = None
        while self._scenes:
            scene = self._scenes.pop()
            try:
                scene.on_exit()
            except Exception as error:
                log.exception("%s fails while it exits", scene.name)
                failure = failure or error
            log.info("%s exits at depth %d", scene.name, len(self._scenes) + 1)
        if failure is not None:
            raise failure

    def handle(self, event: Event) -> bool:
        """Give ``event`` to the scene on top; False when nobody wanted it."""
        return self._scenes[-1].handle(event) if self._scenes else False

    def step(self, dt_us: int) -> None:
        """Run what other threads handed in, then step the scene on top."""
        self.run_calls()
        if self._scenes:
            self._scenes[-1].step(dt_us)

    def draw(self, frame: Frame) -> None:
        """Draw from the lowest scene that can be seen up to the top."""
        for scene in self._visible():
            scene.draw(frame)

    def call_soon(self, function: Callable[[], None]) -> None:
        """The one entrance from other threads: run ``function`` on the stack's thread at the next step boundary."""
        self._calls.append(function)

    def run_calls(self) -> None:
        """Run what :meth:`call_soon` collected up to now.

        Raises:
            WrongThread: called from another thread.
        """
        if not self._calls:
            return
        self._own_thread()
        for _ in range(len(self._calls)):
            self._calls.popleft()()

    def _visible(self) -> list[Scene]:
        lowest = len(self._scenes) - 1
        while lowest > 0 and self._scenes[lowest].overlay:
            lowest -= 1
        return self._scenes[max(lowest, 0) :]

    def _new(self, scene: Scene) -> None:
        if any(scene is standing for standing in self._scenes):
            raise AlreadyOnStack(f"{scene.name} already stands on the stack")

    def _add(self, scene: Scene, what: str) -> None:
        scene.stack = self
        self._scenes.append(scene)
        log.info("%s %s at depth %d", scene.name, what, len(self._scenes))
        scene.on_enter()

    def _leaving(self, expected: Scene | None) -> Scene | None:
        scene = self.top
        if expected is not None and expected is not scene:
            raise NotOnTop(f"{expected.name} cannot leave: {scene.name} stands above it")
        if not scene.on_exit():
            log.info("%s refuses to leave", scene.name)
            return None
        self._scenes.remove(scene)
        log.info("%s exits at depth %d", scene.name, len(self._scenes) + 1)
        return scene

    def _own_thread(self) -> None:
        if threading.get_ident() != self._thread:
            raise WrongThread("scenes live on one thread; hand a function to call_soon instead")
