"""Who reaches whom in the jam, and how."""

from __future__ import annotations

from engine.draw.frame import Frame
from game.scenes.context import Context
from game.scenes.jam_scene import JamScene, head
from game.scenes.requests import ShowTopology


class JamTopologyScene(JamScene):
    """The members on a ring and the links between them."""

    def __init__(self, context: Context, request: ShowTopology) -> None:
        super().__init__(context)

    def body(self, frame: Frame) -> None:
        """The head."""
        head(frame, "Who reaches whom")
