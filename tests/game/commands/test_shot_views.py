"""The pictures' scenes come about even where the game is interrupted on the way."""

from __future__ import annotations

from pathlib import Path

from game.commands.shot_views import Studio
from game.rhythm.mods import Mods
from game.scenes.pause import PauseMenu
from game.scenes.requests import ChartRef, Play


def test_a_song_that_was_paused_on_the_way_goes_on_until_it_is_failed(tmp_path: Path) -> None:
    with Studio(tmp_path, (320, 180)) as studio:
        chart = studio.chart(level="Easy")
        studio.app.open(Play(ChartRef(chart.path, chart.index), "", Mods(sudden_death=True)))
        clock = studio.app.context.sound.clock
        studio.until(lambda: studio.top_is("PlayScene") and clock.playing, 0.1)
        studio.press("escape")
        assert studio.top_is("PauseMenu")
        assert not studio.failed()
        studio.until(studio.failed, 0.0)
        menu = studio.top()
        assert isinstance(menu, PauseMenu)
        assert menu.failed
