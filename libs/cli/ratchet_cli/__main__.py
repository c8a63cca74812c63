"""`ratchet`, and `python -m ratchet_cli`."""

import signal


def run() -> None:
    """Whoever stops it while it loads sees no traceback: it ends as it stands, since nothing was begun yet."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from ratchet_cli.main import app

    signal.signal(signal.SIGINT, signal.default_int_handler)
    app()


if __name__ == "__main__":
    run()
