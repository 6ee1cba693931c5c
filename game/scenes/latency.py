"""The latency view: how long input, frames and sound take, while playing."""

from __future__ import annotations

from collections import deque
from statistics import median

from engine.clock import now_us
from engine.draw import theme
from engine.draw.colour import with_alpha
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from game.scenes.context import Context

KEPT = 200
REFRESH_US = 250_000


class LatencyView:
    """Collects a few hundred samples and shows their medians; the text is made four times a second."""

    def __init__(self) -> None:
        self._judged_us: deque[int] = deque(maxlen=KEPT)
        self._lines: list[str] = []
        self._next_us = 0

    def edge(self, stamped_us: int) -> None:
        """An edge stamped at ``stamped_us`` has just been judged."""
        self._judged_us.append(now_us() - stamped_us)

    def draw(self, frame: Frame, context: Context, room: float) -> None:
        """A small panel in the lower left corner, at most ``room`` pixels wide."""
        if frame.now_us >= self._next_us:
            self._next_us = frame.now_us + REFRESH_US
            self._lines = self._measure(context)
        inset = frame.px(10)
        longest = max((frame.glyphs.measure(line, frame.px(14), Weight.MONO)[0] for line in self._lines), default=1.0)
        size = frame.px(14) * min(1.0, max(0.4, (room - 4 * inset) / longest))
        pitch = size * 1.55
        height = pitch * len(self._lines)
        x, y = 2 * inset, frame.height - 2 * inset - height
        width = longest * size / frame.px(14) + 2 * inset
        ground = with_alpha(theme.PANEL, 0.9)
        frame.shapes.rect(x - inset, y - inset, width, height + 2 * inset, ground, radius=frame.px(8))
        for number, line in enumerate(self._lines):
            frame.text(x, y + number * pitch, line, size, theme.INK_SOFT, weight=Weight.MONO)

    def _measure(self, context: Context) -> list[str]:
        stats = context.stats()
        sound = context.sound.status()
        judged = f"{median(self._judged_us) / 1000:.2f} ms" if self._judged_us else "none yet"
        return [
            f"stamp to judge {judged:>12}",
            f"input gap p99  {stats.pump_gap_p99_ms:>9.2f} ms",
            f"frame build    {stats.build_median_ms:>9.2f} ms",
            f"frame submit   {stats.submit_median_ms:>9.2f} ms",
            f"frames         {stats.fps:>9.0f} /s",
            f"sound latency  {sound.latency_us / 1000:>9.1f} ms",
            f"clock jitter   {sound.jitter_us / 1000:>9.2f} ms",
            f"underruns      {sound.underruns:>9d}",
            f"sounds lost    {sound.dropped:>9d}",
        ]
