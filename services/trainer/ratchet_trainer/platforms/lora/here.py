"""Tuners as processes of this machine, each in a session of its own: they outlive the service."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from ratchet_trainer.platforms.lora.folders import launched, status_in
from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError
from ratchet_tuner.files import tail
from ratchet_tuner.process import Process, process_of

LOG: Final = "stderr.log"
LAST_CHARS: Final = 400
# Nothing else of the service's environment: there are passwords in it.
PASSED_ON: Final = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ")
PASSED_ON_BY_START: Final = ("CUDA_", "HF_", "MKL_", "NVIDIA_", "OMP_", "PYTORCH_", "TORCH_", "ROCR_", "HIP_")


class SubprocessRunner:
    """`command`: Python with the tuner's extra, and what it shall run; `--work FOLDER` is added."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._children: list[subprocess.Popen[bytes]] = []

    def start(self, token: str, folder: Path) -> Process | None:  # noqa: ARG002  the folder tells it
        try:
            with (folder / LOG).open("ab") as log:
                child = subprocess.Popen(  # noqa: S603  the program is the setting's
                    [*self._command, "--work", str(folder)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    cwd=folder,
                    env=_environment(),
                    start_new_session=True,
                )
        except (FileNotFoundError, PermissionError, NotADirectoryError) as error:
            raise PlatformRefusedError(
                f"The platform lora cannot run {self._command[0]} ({error.strerror}): set TRAINER_LORA_PYTHON to a "
                "Python where ratchet-tuner[gpu] is installed."
            ) from error
        except OSError as error:
            raise PlatformAwayError(f"The platform lora cannot start a process now ({error.strerror}).") from error
        self._children.append(child)
        return process_of(child.pid)

    def lives(self, token: str, folder: Path) -> bool:  # noqa: ARG002
        return self._process(folder) is not None

    def stop(self, token: str, folder: Path, *, at_once: bool) -> None:  # noqa: ARG002
        process = self._process(folder)
        if process is None:
            return
        with suppress(ProcessLookupError):
            if at_once:
                os.killpg(process.pid, signal.SIGKILL)  # with whatever it has started
            else:
                os.kill(process.pid, signal.SIGTERM)

    def look_at(self, token: str) -> str:
        return f"look into {LOG} in the folder {token}"

    def last_words(self, token: str, folder: Path) -> str:  # noqa: ARG002
        return tail(folder / LOG, LAST_CHARS)

    def close(self) -> None:
        """They are sessions of their own."""

    def _process(self, folder: Path) -> Process | None:
        """The one that we started, or that says itself that it tunes here: a service may die between the start and
        writing it down."""
        self._children = [child for child in self._children if child.poll() is None]
        launch, status = launched(folder), status_in(folder)
        known = (launch.process if launch else None, status.process if status else None)
        return next((process for process in known if process is not None and process.lives()), None)


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key in PASSED_ON or key.startswith(PASSED_ON_BY_START)}
