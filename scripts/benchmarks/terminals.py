"""A program in a pseudo-terminal of 80 by 24: what is written to it, and when it has painted its answer."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_CONTROL = re.compile(rb"\x1b\[[0-9;?<>=$]*[ -/]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]|\x1b\][^\x07]*\x07")
_TICKS = os.sysconf("SC_CLK_TCK")
QUIET = 0.02
"""A frame is over when nothing more came for so many seconds."""


def plain(drawn: bytes) -> str:
    """What was drawn, without the terminal's control sequences."""
    return _CONTROL.sub(b" ", drawn).decode("utf-8", "replace")


class Terminal:
    """A program in a terminal of its own. Time counts from `started`."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.started = time.perf_counter()

        def take_terminal() -> None:
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.process: subprocess.Popen[bytes] = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", **environment},
            start_new_session=True,
            preexec_fn=take_terminal,
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: Any) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    def write(self, keys: str) -> float:
        """Writes keys in one go; gives the time just before."""
        at = time.perf_counter()
        os.write(self._master, keys.encode())
        return at

    def sees(self, pattern: str, timeout: float = 60.0, quiet: float = QUIET) -> float:
        """Waits until a text is drawn and the frame is whole; gives the time at which its last bytes came."""
        wanted = re.compile(pattern)
        drawn, last = b"", 0.0
        until = time.perf_counter() + timeout
        while (now := time.perf_counter()) < until:
            found = wanted.search(plain(drawn)) is not None
            ready, _, _ = select.select([self._master], [], [], quiet if found else until - now)
            if not ready and found:
                return last
            if ready:
                try:
                    drawn += os.read(self._master, 1 << 16)
                except OSError as error:
                    raise RuntimeError(f"the program ended: {plain(drawn)[-2000:]}") from error
                last = time.perf_counter()
        raise RuntimeError(f"{pattern!r} was not drawn within {timeout:g} seconds: {plain(drawn)[-2000:]}")

    def settle(self, quiet: float = QUIET) -> None:
        """Reads what is drawn until nothing more comes."""
        while select.select([self._master], [], [], quiet)[0]:
            os.read(self._master, 1 << 16)

    def processor(self) -> float:
        """Seconds of processor time used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> float:
        """Megabytes of main memory held now (resident set)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
        return int(found[1]) / 1024 if found else float("nan")
