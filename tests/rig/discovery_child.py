"""A process of its own that announces a session on loopback: told by lines of JSON, it ends with its input."""

from __future__ import annotations

import json
import sys

from engine.net.discovery import Announcement, Discovery


def main() -> None:
    """Announce what each line says (null takes it back), until there are no more."""
    with_loopback = Discovery(interfaces=["127.0.0.1"])
    for line in sys.stdin:
        said = json.loads(line)
        with_loopback.announce(None if said is None else Announcement(**said))
    with_loopback.close()


if __name__ == "__main__":
    main()
