"""The usual bare loop for comparison: pygame.event.get, then a sleep of a millisecond; see ``tests.rig.latency``."""

from __future__ import annotations

import sys
import threading
import time

import pygame


def main() -> None:
    """``subject_bare.py WIDTH HEIGHT``."""
    pygame.display.init()
    pygame.display.set_mode((int(sys.argv[1]), int(sys.argv[2])))
    pygame.display.set_caption("bare")
    over = threading.Event()

    def end_with_input() -> None:
        sys.stdin.read()
        over.set()

    threading.Thread(target=end_with_input, daemon=True).start()
    pygame.event.get()
    print("ready", flush=True)
    while not over.is_set():
        for event in pygame.event.get():
            at_us = time.monotonic_ns() // 1000
            if event.type == pygame.KEYDOWN:
                print(at_us, flush=True)
        time.sleep(0.001)


main()
