"""A private PulseAudio daemon with a null sink whose monitor is recorded.

The daemon has a runtime folder of its own, so it meets no other; it runs as any user, root included, and is
ended by its id.  ALSA's ``default`` leads to it through a configuration of the rig's own, which is how
PortAudio reaches it.  The recorder runs all the time: a null sink nobody asks for less renders two
seconds ahead, and a stream that joins it then waits that long for its first block.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48_000
ALSA_CONF = Path("/usr/share/alsa/alsa.conf")

DAEMON = f"""
load-module module-native-protocol-unix auth-anonymous=1
load-module module-null-sink sink_name=rig rate={RATE_HZ} channels=2 format=float32le
"""

ALSA = f"""
<{ALSA_CONF}>
pcm.!default {{ type pulse }}
ctl.!default {{ type pulse }}
"""

DAEMON_COMMAND = ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--log-level=error"]
RECORD_COMMAND = ["parec", "--device=rig.monitor", "--raw", "--format=s16le", "--channels=1"]

RECORDER_TRIES = 5

REALTIME_PRIORITY = 10
"""Sound daemons run in real time wherever they may; so does this one, above what plays into it."""


def missing() -> str:
    """Why the rig cannot run here; empty if it can."""
    for program in ("pulseaudio", "parec"):
        if shutil.which(program) is None:
            return f"{program} is not installed (Debian: pulseaudio pulseaudio-utils)"
    if not ALSA_CONF.is_file() or not list(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")):
        return "ALSA's way to PulseAudio is not installed (Debian: libasound2-plugins)"
    try:
        import sounddevice  # noqa: F401
    except OSError:
        return "PortAudio is not installed (Debian: libportaudio2)"
    return ""


def until(condition: Callable[[], bool], limit_s: float = 10.0) -> bool:
    """Wait until a function answers true; False if it never does within the limit."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.005)
    return False


def _hurry(pid: int) -> None:
    """Let every thread of a process run in real time, where this user may say so."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            os.sched_setscheduler(int(thread.name), os.SCHED_RR, os.sched_param(REALTIME_PRIORITY))


class PulseRig:
    """The daemon, its recorder and the environment that leads a program to them.

    Args:
        ahead_ms: how far ahead the null sink renders at most: the latency its recorder asks for.
    """

    def __init__(self, ahead_ms: int = 5) -> None:
        self._ahead_ms = ahead_ms
        self._folder = tempfile.TemporaryDirectory(prefix="pulse-rig-")
        self.folder = Path(self._folder.name)
        self.folder.chmod(0o700)
        runtime = self.folder / "pulse"
        runtime.mkdir(mode=0o700)
        self._socket = runtime / "native"
        (self.folder / "daemon.pa").write_text(DAEMON)
        (self.folder / "alsa.conf").write_text(ALSA)
        self._environment = {
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder),
            "PULSE_RUNTIME_PATH": str(runtime),
            "PULSE_SERVER": f"unix:{self._socket}",
            "ALSA_CONFIG_PATH": str(self.folder / "alsa.conf"),
        }
        self._daemon: subprocess.Popen[bytes] | None = None
        self._recorder: subprocess.Popen[bytes] | None = None
        self._takes = 0
        self._from = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._folder.cleanup()

    def environment(self) -> dict[str, str]:
        """This process's environment, with the way to the rig."""
        return {**os.environ, **self._environment}

    @contextmanager
    def reached(self) -> Iterator[None]:
        """Lead this process and those it starts to the rig."""
        before = {name: os.environ.get(name) for name in self._environment}
        os.environ.update(self._environment)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

    def start(self) -> None:
        """Start (or start again) the daemon and the recorder."""
        self._socket.unlink(missing_ok=True)
        self._daemon = subprocess.Popen(
            [*DAEMON_COMMAND, "-F", str(self.folder / "daemon.pa")],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if not until(self._socket.exists):
            raise RuntimeError("the private PulseAudio daemon did not start")
        self._takes += 1
        self._from = 0
        if not any(self._record() for _ in range(RECORDER_TRIES)):
            self.stop()
            raise RuntimeError("the private PulseAudio daemon does not record")
        _hurry(self._daemon.pid)

    def _record(self) -> bool:
        """Start the recorder; False if it ends at once, as it does when the daemon's socket is not yet listening."""
        with self._take.open("wb") as take:
            recorder = subprocess.Popen(
                [*RECORD_COMMAND, f"--rate={RATE_HZ}", f"--latency-msec={self._ahead_ms}"],
                env=self.environment(),
                stdout=take,
                stderr=subprocess.DEVNULL,
            )
        self._recorder = recorder
        until(lambda: self._take.stat().st_size > 0 or recorder.poll() is not None)
        return self._take.stat().st_size > 0

    def stop(self) -> None:
        """End the daemon and the recorder: to a program that plays, the device is gone."""
        for process in (self._daemon, self._recorder):
            if process is not None:
                process.kill()
                process.wait()
        self._daemon = self._recorder = None

    def stall(self, pid: int, milliseconds: int) -> None:
        """Let the daemon and a process that plays stand still, as when the whole machine does."""
        assert self._daemon is not None
        for each in (pid, self._daemon.pid):
            os.kill(each, signal.SIGSTOP)
        time.sleep(milliseconds / 1e3)
        for each in (self._daemon.pid, pid):
            os.kill(each, signal.SIGCONT)

    @property
    def _take(self) -> Path:
        return self.folder / f"take{self._takes}.s16"

    def forget(self) -> None:
        """Begin the recording here."""
        self._from = self._take.stat().st_size // 2

    def heard(self) -> NDArray[np.float32]:
        """What the daemon has played since it was started or :meth:`forget`, mono at 48 kHz."""
        data = self._take.read_bytes()
        return np.frombuffer(data, "<i2", len(data) // 2)[self._from :].astype(np.float32) / np.float32(32768)


def onsets(heard: NDArray[np.float32], level: float = 0.1, apart: int = 2000) -> NDArray[np.int64]:
    """Where clicks begin: samples above ``level`` that come at least ``apart`` after the one before."""
    loud: NDArray[np.int64] = np.flatnonzero(np.abs(heard) > level)
    first = np.diff(loud, prepend=-apart - 1) > apart
    return np.asarray(loud[first], np.int64)
