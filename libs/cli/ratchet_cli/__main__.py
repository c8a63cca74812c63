"""`python -m ratchet_cli` is `ratchet`."""

from ratchet_cli.main import app

app()
