"""Changes to settings as the settings scene makes them: tried while a slider is held, written when it is let go,
taken back one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.errors import UserError
from game.profile import Profile
from game.settings import Settings, changed

DEFAULTS = Settings()
UNDO_KEPT = 100


class Changes:
    """What is set, what is being tried, and how to go back.

    ``settings`` is what holds with what is being tried in it; ``applied`` is called after every change with its path.
    """

    def __init__(self, profile: Profile, applied: Callable[[str], None], say: Callable[[str], None]) -> None:
        self._profile = profile
        self._applied = applied
        self._say = say
        self._before: list[tuple[str, Any]] = []
        self._trying: tuple[str, Any] | None = None
        self.settings = profile.settings

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._before)

    @property
    def trying(self) -> str:
        """The path of what is being tried; empty when nothing is."""
        return self._trying[0] if self._trying is not None else ""

    def value(self, path: str) -> Any:
        """What ``path`` (``group.name``) stands at."""
        return _value(self.settings, path)

    def is_default(self, path: str) -> bool:
        """Whether ``path`` stands where it starts out."""
        return bool(self.value(path) == _value(DEFAULTS, path))

    def hold(self, path: str, value: Any) -> None:
        """Try ``value``: it is shown, but not written before :meth:`let_go`."""
        if self._trying is not None and self._trying[0] != path:
            self.let_go()
        self._trying = (path, value)
        self.settings = changed(self._profile.settings, path, value)

    def let_go(self) -> None:
        """Write what was being tried."""
        if self._trying is not None:
            (path, value), self._trying = self._trying, None
            self.set(path, value)

    def set(self, path: str, value: Any) -> None:
        """Write ``value`` (None: the default) and put it in force; what is refused is said and changes nothing."""
        self.let_go()
        before = self._stored(path)
        if not self._write(path, value):
            return
        if _value(self.settings, path) != before[1]:
            self._before.append((path, before[0]))
            del self._before[:-UNDO_KEPT]

    def reset(self, path: str) -> None:
        """Go back to the default."""
        if not self.is_default(path):
            self.set(path, None)

    def undo(self) -> str:
        """Take the last change back; says which setting that was, empty when there is nothing to take back."""
        self.let_go()
        if not self._before:
            return ""
        path, value = self._before.pop()
        self._write(path, value)
        return path

    def _stored(self, path: str) -> tuple[Any, Any]:
        """What to write to come back to the present state (None where it is the default), and that state."""
        value = _value(self._profile.settings, path)
        return (None if value == _value(DEFAULTS, path) else plain(value)), value

    def _write(self, path: str, value: Any) -> bool:
        try:
            self._profile.set(path, plain(value))
        except UserError as error:
            self._say(str(error))
            return False
        finally:
            self.settings = self._profile.settings
        self._applied(path)
        return True


def plain(value: Any) -> Any:
    """``value`` as the log keeps it: lists for tuples, text for the keys of a table."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value


def _value(settings: Settings, path: str) -> Any:
    group, _, name = path.partition(".")
    return getattr(getattr(settings, group), name)
