"""Becomes another program that the system kills when our parent dies: `launcher.py PARENT_PID PROGRAM ARGUMENT...`.

Run as a file, not as a module: it imports nothing but the standard library, so that it is there in 20 ms.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
CANNOT_RUN = 127


def main(parent: int, command: list[str]) -> int:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above, and no signal will come
        return CANNOT_RUN
    try:
        os.execv(command[0], command)  # noqa: S606  the program and its arguments are our own
    except OSError as error:
        print(f"{command[0]} cannot be run: {error.strerror}.", file=sys.stderr)  # noqa: T201  its log
    return CANNOT_RUN


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
