"""The offline voice: how long a line and a turn's jobs take, and that a long text costs only its length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter

from game.roleplay.events import YOU
from game.roleplay.jobs import DetectEnd, ParseTurn, UpdateState, Weigh
from game.roleplay.offline import OfflineVoice
from tests.bench.figure import Figure
from tests.rig.spoken import BEN, JONAS, KEEPER, MARA, say, turn, view_of

_SAID = "*sits down* I had a rough day. My sister Lin called, and I promised I'd visit on Saturday."


def _ms(work: Callable[[], object], times: int) -> float:
    """The median milliseconds of a piece of work."""
    taken = []
    for _ in range(times):
        start = perf_counter()
        work()
        taken.append((perf_counter() - start) * 1000)
    return median(taken)


def figures() -> Iterator[Figure]:
    """Milliseconds, medians; growth is the time for ten times the text over the time for it."""
    voice = OfflineVoice()
    recent = [turn(at, YOU if at % 2 else "mara", f"{_SAID} Number {at}.") for at in range(1, 42)]
    view = view_of(KEEPER, recent)
    yield Figure("a line, 41 turns in the window", _ms(lambda: say(view), 41), "ms", limit=60.0)
    people, said = (BEN, MARA, JONAS), turn(42, YOU, _SAID, "mara")

    def jobs_of_a_turn() -> None:
        voice.answer(ParseTurn(_SAID, BEN, (MARA, JONAS)))
        voice.answer(UpdateState(people, (), said, tuple(recent[-6:])))
        voice.answer(Weigh(people, said, tuple(recent[-6:])))
        voice.answer(DetectEnd(people, "jonas", None, (), said, ()))

    yield Figure("the four jobs of a turn", _ms(jobs_of_a_turn, 41), "ms", limit=60.0)
    worst = 0.0
    for piece in ("*a* ", "((", "\n*", "Mara, we drove to the park. "):
        small, large = piece * (100_000 // len(piece)), piece * (1_000_000 // len(piece))
        short = _ms(lambda text=small: voice.answer(ParseTurn(text, BEN, (MARA, JONAS))), 3)  # type: ignore[misc]
        long = _ms(lambda text=large: voice.answer(ParseTurn(text, BEN, (MARA, JONAS))), 3)  # type: ignore[misc]
        worst = max(worst, long / short)
    yield Figure(
        "a turn of 1 MB beside one of 100 kB", worst, "times", limit=20.0, beside="10 is linear; the worst of four"
    )
