"""The lines of a free jam's column, made anew from what is true: seat, recording, hearing, loops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from engine.draw import icons
from game.jam.events import LoopKept
from game.jam.instruments import INSTRUMENTS
from game.rhythm.chart import MAX_LANES
from game.scenes.context import Context
from game.scenes.jam_free_run import FreeRun
from game.scenes.jam_free_side import Item

STEP = 10
SWITCHES = {
    "fix_others": "Others held to the beat",
    "fix_own": "You held to the beat",
    "guardrail": "Late hits drawn back",
}
NAMES = [*INSTRUMENTS]


@dataclass(slots=True)
class Lines:
    """Makes the lines of ``run``; a slider that is being dragged is kept when it is let go."""

    context: Context
    run: FreeRun
    apply: Callable[[str, int], object]
    trying: dict[str, int] = field(default_factory=dict)

    def all(self, now: int) -> list[Item]:
        """The lines at ``now`` of session time."""
        mine = [*self._seat(), self._record(), self._raw()] if self.run.plays else []
        return [*mine, *self._hearing(), *self._loops(now)]

    # -- one's own -------------------------------------------------------------------------------------------

    def _seat(self) -> list[Item]:
        run = self.run
        seat = run.wanted or run.seat
        if seat is None:
            return []
        waits = run.wanted is not None and not run.voices.ready(run.wanted)
        share = run.voices.share(run.wanted) if waits and run.wanted is not None else None
        place = NAMES.index(seat.instrument)

        def turn(by: int) -> None:
            run.choose(NAMES[(place + by) % len(NAMES)], seat.lanes)

        def widen(by: int) -> None:
            run.choose(seat.instrument, min(max(seat.lanes + by, 1), MAX_LANES))

        words = INSTRUMENTS[seat.instrument].words
        return [
            Item("instrument", words, "", icons.MUSIC, share, sideways=turn, press=partial(turn, 1)),
            Item("lanes", "Keys", str(seat.lanes), icons.KEYBOARD, sideways=widen),
        ]

    def _record(self) -> Item:
        run = self.run
        on = run.free.recording is not None
        bars = run.started.loop_bars
        value = "stop" if on else f"{bars} bar{'s' if bars > 1 else ''}"
        return Item("record", "Record a loop", value, icons.RECORD, press=run.record, lit=on, key="Tab")

    def _raw(self) -> Item:
        run = self.run

        def turn(by: int = 0) -> None:
            run.quantised = not run.quantised

        return Item("raw", "Loops kept", "on the beat" if run.quantised else "as played", icons.PIN, press=turn)

    # -- hearing ---------------------------------------------------------------------------------------------

    def _hearing(self) -> list[Item]:
        run, jam = self.run, self.context.profile.settings.jam

        def tick(by: int = 0) -> None:
            run.metronome = not run.metronome

        out = [Item("metronome", "Metronome", "on" if run.metronome else "off", icons.CLOCK, press=tick, key="F2")]
        for name, words in SWITCHES.items():
            if name == "fix_others" or run.plays:
                out.append(self._slider(name, words, getattr(jam, name), "raw" if name.startswith("fix") else "off"))
        volume = self._slider("others_volume", "How loud they are", jam.others_volume, "silent", icons.VOLUME)
        return [*out, volume if jam.hear_others else self._unheard()]

    def _unheard(self) -> Item:
        def hear(by: int = 0) -> None:
            self.apply("jam.hear_others", 1)

        return Item("others_volume", "The others", "not heard", icons.MUTED, press=hear, sideways=hear, pale=True)

    def _slider(self, name: str, words: str, value: int, least: str, icon: str = icons.SLIDERS) -> Item:
        path = f"jam.{name}"
        now = self.trying.get(path, value)

        def sideways(by: int) -> None:
            rounded = value // STEP * STEP
            after = rounded + STEP * by if by > 0 or rounded == value else rounded
            self.apply(path, min(max(after, 0), 100))

        def drag(share: float, over: bool) -> None:
            if over:
                self.apply(path, self.trying.pop(path, value))
            else:
                self.trying[path] = round(share * 100 / STEP * 2) * STEP // 2

        said = f"{now} %" if now else least
        return Item(name, words, said, icon, now / 100, sideways=sideways, drag=drag)

    # -- loops -----------------------------------------------------------------------------------------------

    def _loops(self, now: int) -> list[Item]:
        sounding = self.run.band.sounding
        note = "Enter mutes, Del drops" if sounding else "none yet"
        return [Item("loops", "Loops", note, heading=True), *(self._loop(who, kept, now) for who, kept in sounding)]

    def _loop(self, who: str, kept: LoopKept, now: int) -> Item:
        run = self.run
        name = (who, kept.loop)
        mine, muted = who == run.me, run.free.loops.is_muted(*name)
        share = (now - kept.from_us) % kept.loop_us / kept.loop_us if now >= kept.from_us else 0.0
        bars = max(1, round(kept.loop_us / run.free.grid.bar_us))
        words = INSTRUMENTS[kept.instrument].words if kept.instrument in INSTRUMENTS else kept.instrument
        return Item(
            f"loop {who} {kept.loop}",
            f"{'You' if mine else run.machine.session.band.name(who)} · {words}",
            f"{bars} bar{'s' if bars > 1 else ''}",
            icons.MUTED if muted else icons.VOLUME,
            share,
            press=partial(run.mute, name),
            drop=partial(run.drop, kept.loop) if mine else None,
            pale=muted,
        )
