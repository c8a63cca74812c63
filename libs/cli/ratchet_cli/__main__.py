"""`ratchet`, and `python -m ratchet_cli`."""

import signal
import sys
from typing import Final

INTERRUPTED: Final = 128 + signal.SIGINT  # as shells have it


def run() -> None:
    """Whoever stops it while it loads sees no traceback: it ends as it stands, since nothing was begun yet."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from ratchet_cli.main import app

    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        app()
    except KeyboardInterrupt:  # before the command itself has begun, which knows what to stop
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    run()
