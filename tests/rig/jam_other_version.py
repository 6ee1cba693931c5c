"""The game as it might speak one day: another version of the network's packets."""

from __future__ import annotations

import sys

from engine.net import packets

packets.VERSION += 1

from game.cli import main  # noqa: E402  (what it imports takes the version over)

if __name__ == "__main__":
    sys.exit(main())
