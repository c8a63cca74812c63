"""A process that does something for a worker, and ends with it, whatever ends the worker."""

import ctypes
import os
import resource
import signal
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1
PASSED_ON: Final = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR")  # of the worker's environment: no secrets


def environment() -> dict[str, str]:
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def leave_with(parent: int) -> None:
    """To be called first, in the process itself. On Linux the death of the *thread* that started it kills it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.getppid() != parent:  # it died before the line above, and no signal will come
        sys.exit(1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold private text
