"""`ratchet up`: the embedded stack, the four services behind one port, and a token to try them with."""

import asyncio
import gc
import json
import socket
import sys
from pathlib import Path

import uvicorn

from ratchet_cli.embedded import Ground, gateway, token_for_trying
from ratchet_cli.stack import Stack, start_stack
from ratchet_common.errors import CannotStartError
from ratchet_common.settings import CommonSettings
from ratchet_common.telemetry import configure_logging

DRAIN_S = 10


def run(host: str, port: int, data_dir: Path) -> None:
    """Serves until told to stop. Raises CannotStartError."""
    configure_logging(_log_level())
    _insist_on_free(host, port)
    stack = start_stack(data_dir)
    try:
        _note(stack, data_dir)
        ground = Ground(stack.kafka_bootstrap_servers, stack.mongodb_url)
        asyncio.run(_serve(ground, stack, host, port, data_dir))
    finally:
        (data_dir / "stack.json").unlink(missing_ok=True)
        stack.stop()


def _log_level() -> str:
    import os

    return os.environ.get("LOG_LEVEL", str(CommonSettings.model_fields["log_level"].default))
