"""`ratchet up`: the embedded stack, the four services behind one port, a worker for documents, and a token to try."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from dotenv import load_dotenv

from ratchet_cli.embedded import NOWHERE, Ground, settings, token_for_trying, worker_environment
from ratchet_cli.gateway import Gateway
from ratchet_cli.stack.start import Stack, start_stack
from ratchet_common.errors import CannotStartError
from ratchet_common.serve import Server, take
from ratchet_common.settings import CommonSettings
from ratchet_common.telemetry import configure_logging


def run(host: str, port: int, data_dir: Path) -> None:
    """Serves until told to stop. Raises CannotStartError."""
    load_dotenv(".env")
    configure_logging(os.environ.get("LOG_LEVEL", CommonSettings.model_fields["log_level"].default))
    settings(NOWHERE, data_dir, {})  # a wrong one is named before anything is loaded or has started
    listener = take(host, port, "name another with --port")
    from ratchet_cli.four_services import gateway

    with listener, start_stack(data_dir) as stack:
        ground = Ground(stack.kafka_bootstrap_servers, stack.mongodb_url)
        app = gateway(ground, data_dir)
        running = data_dir / "stack.json"
        running.write_text(json.dumps({"kafka": ground.kafka_bootstrap_servers, "mongodb": ground.mongodb_url}) + "\n")
        try:
            environment = partial(worker_environment, settings(ground, data_dir, {}).router)
            reading = partial(
                stack.beside, "documents", [sys.executable, "-m", "ratchet_router.documents"], environment
            )
            asyncio.run(_serve(app, stack, listener, data_dir, reading))
        finally:
            running.unlink(missing_ok=True)


class _Server(Server):
    """Greets once it serves, and only then starts what the first answer does not need."""

    def __init__(self, app: Gateway, greeting: str, then: Callable[[], None]) -> None:
        super().__init__(app, app.apps)
        self._greeting, self._then = greeting, then

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ours are in `_serve`: uvicorn's would raise the signal again afterwards, before the stack is stopped."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(self._greeting)
            sys.stdout.flush()
            self._then()


async def _serve(app: Gateway, stack: Stack, listener: socket.socket, data_dir: Path, then: Callable[[], None]) -> None:
    host, port = listener.getsockname()[:2]
    token, _ = token_for_trying(data_dir)
    server = _Server(app, _greeting(f"http://{host}:{port}", token, data_dir / "token"), then)
    for wish in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(wish, server.stop)
    serving = asyncio.create_task(server.serve([listener]))
    failing = asyncio.create_task(stack.failed())
    await asyncio.wait({serving, failing}, return_when=asyncio.FIRST_COMPLETED)
    if failing.done():
        server.stop()
        await serving
        raise CannotStartError(failing.result())
    failing.cancel()
    await serving
    if not server.started:
        raise CannotStartError(app.failure or "The services could not start; the lines above say why.")


def _greeting(url: str, token: str, where: Path) -> str:
    return f"""Ratchet is up on {url} (Ctrl-C stops it). A token for trying is in {where}:

  curl -s {url}/api/generate \\
    -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\
    -d '{{"task_type": "classification", "labels": ["request", "status"], "document_text": "Please send the report."}}'

"""
