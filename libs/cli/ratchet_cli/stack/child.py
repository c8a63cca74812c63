"""One child process: it dies with us, writes its own log, and says why when it ends early."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ratchet_cli.stack.ports import somebody_listens
from ratchet_common.errors import CannotStartError

LAUNCHER = Path(__file__).with_name("launcher.py")
PASSED_ON = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR")  # the rest might configure the children
TAIL_BYTES = 600
POLL_S = 0.02


class Child:
    def __init__(self, name: str, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
        self.name, self.port, self.pid, self.log = name, port, process.pid, log
        self._process = process
        self._asked_to_stop = False

    def ended(self) -> str | None:
        """A sentence, once the process has ended without being asked to."""
        status = self._process.poll()
        if status is None or self._asked_to_stop:
            return None
        return f"The {self.name} {_how(status)}. {self._last_words()}"

    def wait_for_answer(self, answers: Callable[[int], bool], patience_s: float) -> None:
        """Raises CannotStartError when the process ends, or says nothing for so long."""
        deadline = time.monotonic() + patience_s
        while not answers(self.port):
            self._raise_if_ended()
            if time.monotonic() > deadline:
                raise CannotStartError(
                    f"The {self.name} did not answer within {patience_s:g} s: if this machine is busy, start again. "
                    + self._last_words()
                )
            time.sleep(POLL_S)
        self._raise_if_ended()  # then it was somebody else who answered

    def _raise_if_ended(self) -> None:
        if sentence := self.ended():
            raise CannotStartError(sentence)

    def _last_words(self) -> str:
        words = tail(self.log)
        return f"Its log, {self.log}, ends with: {words}" if words else f"Its log, {self.log}, is empty."

    def ask_to_stop(self) -> None:
        self._asked_to_stop = True
        if self._process.poll() is None:
            self._process.terminate()

    def stop(self, patience_s: float) -> None:
        """Returns when the process is gone: by itself, or by SIGKILL after `patience_s`."""
        self.ask_to_stop()
        deadline = time.monotonic() + patience_s
        while self._process.poll() is None:
            if time.monotonic() > deadline:
                self._process.kill()
                self._process.wait()
            somebody_listens(self.port)  # a connection wakes the store's accept(), which would else sleep for 2 s
            time.sleep(POLL_S)


def spawn(
    name: str,
    port: int,
    command: Sequence[str],
    *,
    log: Path,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> Child:
    """Starts `command` in its own session, so that Ctrl-C reaches us first and we stop it in order.

    `environment`: the whole of it; default: little of ours. To be called in the main thread: on Linux the death of the
    *thread* that started a child kills it.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError(f"The {name} must be started in the main thread: it dies with the thread that started it.")
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603  the program and its arguments are our own
            [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment or {key: os.environ[key] for key in PASSED_ON if key in os.environ},
            start_new_session=True,
        )
    return Child(name, port, process, log)


def tail(file: Path, size: int = TAIL_BYTES) -> str:
    """The last lines of a file, at most `size` bytes of them."""
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - size))
        return opened.read().decode(errors="replace").strip()


def _how(status: int) -> str:
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with exit status {status}"
