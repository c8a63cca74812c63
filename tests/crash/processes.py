"""Service processes that a test starts, kills with SIGKILL and starts again."""

import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

from ratchet_cli.stack.child import LAUNCHER

READY_PATIENCE_S = 240.0  # a machine with much else to do starts all of it slowly


@dataclass
class Victim:
    """A process on a port of its own. It dies with the test, too."""

    name: str
    command: Sequence[str]
    port: int
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0
    url: str = field(init=False)

    def __post_init__(self) -> None:
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), *self.command],
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        end = time.monotonic() + READY_PATIENCE_S
        while not self._ready():
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.process.returncode}: {self._tail()}")
            if time.monotonic() > end:
                raise AssertionError(f"{self.name} was not ready in {READY_PATIENCE_S:.0f} s: {self._tail()}")
            time.sleep(0.1)

    def kill_and_start_again(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1
        self.start()

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310  loopback
                return bool(answer.status == 200)
        except (URLError, TimeoutError, ConnectionError):
            return False

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-1500:]


def moments(kills: int, requests: int, seed: int) -> list[int]:
    """After how many requests to kill: random, in order, none in the last tenth, so that every kill meets traffic."""
    rng = random.Random(seed)
    return sorted(rng.sample(range(requests // 20, requests * 9 // 10), kills))
