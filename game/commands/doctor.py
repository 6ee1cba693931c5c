"""``ourojam doctor``: what this machine offers the game, and what to do about what is missing."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import UserError
from game.cli import FINDING, emit, profile_folder

LISTEN_S = 1.0
TRIGGERS = 50
"""How long, and with how many sounds, the device is tried."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing looked for.  ``advice`` says what to do when it is not there; ``needed`` if play needs it."""

    name: str
    ok: bool
    detail: str
    advice: str = ""
    needed: bool = False


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Name the command."""
    parser = commands.add_parser("doctor", parents=parents, help="say what was found: GL, audio, MIDI, keyboards ...")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Look at everything; a finding when something that play needs is missing."""
    from game.rhythm.formats.read import CHART_SUFFIXES

    looks: tuple[Callable[[], list[Found]], ...] = (_graphics, _audio, _midi, _hands, _network, _models)
    found = [
        Found("python", True, f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        *(one for look in looks for one in look()),
        _voice(profile_folder(args)),
        Found("profile", True, str(profile_folder(args))),
        Found("charts", True, "reads " + " ".join(sorted(CHART_SUFFIXES))),
    ]
    if args.json:
        for one in found:
            emit(asdict(one))
    else:
        for one in found:
            mark = "ok  " if one.ok else ("MISS" if one.needed else "none")
            print(f"{mark}  {one.name:<10} {one.detail}")
            if one.advice and not one.ok:
                print(f"      {'':<10} {one.advice}")
    return FINDING if any(one.needed and not one.ok for one in found) else 0


def _graphics() -> list[Found]:
    import moderngl

    try:
        backend: dict[str, Any] = {"backend": "egl"} if sys.platform == "linux" else {}
        context = moderngl.create_context(standalone=True, require=330, **backend)
        renderer = str(context.info["GL_RENDERER"])
        context.release()
        soft = " (drawn by the processor: fine for checks, slow at full screen)" if "llvmpipe" in renderer else ""
        gl = Found("GL", True, renderer + soft, needed=True)
    except Exception as error:  # moderngl raises a bare Exception for every failure
        advice = "install libegl1 and libgl1-mesa-dri (Debian, Ubuntu), or the graphics driver of your card"
        gl = Found("GL", False, f"no OpenGL 3.3 ({error})", advice, needed=True)
    screen = sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    advice = "start it from a desktop session; headless commands work without one"
    return [gl, Found("display", screen, "there is one" if screen else "there is none", advice)]


def _audio() -> list[Found]:
    from engine.sound import output_devices

    advice = "plug one in, or install libportaudio2 and libasound2-plugins; without one the game runs silent"
    try:
        devices = output_devices()
    except Exception as error:
        return [Found("audio", False, str(error), advice)]
    names = ", ".join(device.name for device in devices[:4])
    return [Found("audio", bool(devices), names or "no output device", advice), *(_sound() if devices else [])]


def _sound() -> list[Found]:
    """The system's own device, opened and heard of for a moment."""
    from engine.sound import Sound, SoundError

    try:
        with Sound.start() as sound:
            sample = sound.load(np.zeros((sound.rate_hz // 10, 2), np.float32))
            for _ in range(TRIGGERS):
                sound.trigger(sample, gain=0.0)
                time.sleep(LISTEN_S / TRIGGERS)
            status = sound.status()
    except SoundError as error:
        return [Found("sound", False, str(error), "choose another device in the settings, under Sound")]
    told = (
        f"{status.device} at {sound.rate_hz} Hz, heard after {status.latency_us / 1000:.1f} ms; "
        f"in {LISTEN_S:g} s {status.underruns} gaps, {status.dropped} of {TRIGGERS} sounds lost"
    )
    fine = not status.underruns and not status.dropped
    return [Found("sound", fine, told, "close what keeps the machine busy, or choose a larger buffer in the settings")]


def _midi() -> list[Found]:
    import rtmidi

    advice = "plug in a MIDI keyboard or pad: its notes can be lanes; none is needed"
    try:
        ports = rtmidi.MidiIn().get_ports()
    except Exception as error:
        return [Found("MIDI", False, f"MIDI is not available ({error})", advice)]
    return [Found("MIDI", bool(ports), ", ".join(ports) or "no input port", advice)]


def _hands() -> list[Found]:
    import pygame

    from engine.input.keyboards import keyboard_names

    keyboards = keyboard_names()
    pygame.joystick.init()
    gamepads = [pygame.joystick.Joystick(number).get_name() for number in range(pygame.joystick.get_count())]
    pygame.joystick.quit()
    return [
        Found("keyboards", bool(keyboards), ", ".join(keyboards) or "the system names none", "plug one in"),
        Found("gamepads", bool(gamepads), ", ".join(gamepads) or "none", "plug one in to use its buttons as lanes"),
    ]


def _network() -> list[Found]:
    from game.commands.doctor_network import network

    return network()


def _models() -> list[Found]:
    from engine.llm import find_servers

    found = []
    for server in find_servers():
        without = "wants a key" if server.needs_key else "no model loaded"
        found.append(f"{server.name} ({', '.join(server.models[:3]) or without})")
    advice = "start LM Studio, Ollama or another local server if you want one; without, the offline voice speaks"
    return [Found("models", bool(found), "; ".join(found) or "no local model server", advice)]


def _voice(folder: Path) -> Found:
    """Who speaks for the characters, by what the player has set."""
    from engine.llm import load

    try:
        narrative = load(folder).narrative_model()
    except UserError as error:
        return Found("voice", False, str(error), "until then characters cannot talk")
    return Found("voice", True, f"{narrative.name} at {narrative.endpoint.name}" if narrative else "the offline voice")
