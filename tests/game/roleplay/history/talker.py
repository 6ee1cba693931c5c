"""A process that lives three bots' lives in a log until it is killed, and says which event it was told is safe.

Run as ``talker.py PATH SEED``; each line it prints is the seq of the last acknowledged event and where each chat then
stood: its branch and its head.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from engine.log import EventLog
from game.roleplay.events import chat_stream
from game.roleplay.projector import RoleplayProjector
from game.roleplay.recall_projector import RecallProjector
from tests.rig.roleplay_life import BOTS, Life


def run(path: Path, seed: int) -> None:
    with EventLog.open(path, [RoleplayProjector(), RecallProjector()]) as log:
        life = Life(log, seed)
        while True:
            branches = sum(len(log.branches(chat_stream(bot))) for bot in BOTS)
            os.write(1, (json.dumps([log.last_seq, branches]) + "\n").encode())
            life.step()


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]))
