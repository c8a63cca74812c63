"""The start of one service as a process of its own."""

import argparse
import asyncio
import math
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, Final, TypeVar

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from ratchet_common.arenas import keep_few_arenas
from ratchet_common.bounded_http import BoundedHttp
from ratchet_common.collecting import collect, settle
from ratchet_common.config_file import VARIABLE
from ratchet_common.draining import Draining
from ratchet_common.errors import CannotStartError
from ratchet_common.reloading import Reloading
from ratchet_common.settings import CommonSettings, load
from ratchet_common.telemetry import configure_logging

S = TypeVar("S", bound=CommonSettings)

LAST_WORDS_S = 3  # after the limit, for those whose request was ended to hear of it


KEPT_ALIVE_S: Final = 75  # load balancers close after a minute: were we the first to, a request could meet that


class Server(uvicorn.Server):
    """Serves the apps of one process: files are read anew at SIGHUP; told to stop, it lets requests finish.

    From then on connections are told to close, and at the limit what is still under way is ended in words.

    A start that fails is for whoever started it to explain: uvicorn would end the process.
    """

    def __init__(self, app: ASGIApp, apps: Sequence[FastAPI], **how: Any) -> None:
        self._draining: Sequence[Draining] = [one.state.draining for one in apps]
        self._limit_s = max(draining.limit_s for draining in self._draining)
        super().__init__(
            uvicorn.Config(
                app,
                http=BoundedHttp,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEPT_ALIVE_S,
                timeout_graceful_shutdown=math.ceil(self._limit_s) + LAST_WORDS_S,
                **how,
            )
        )
        self._reloading = Reloading(apps)
        self._of_a_terminal = has_terminal()
        self._beside: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        keep_few_arenas()
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._on_hangup)
        try:
            await super().startup(sockets)
        except SystemExit:
            self.should_exit = True
        else:
            settle()
            works = {"reloading": self._reloading.run(), "collecting": collect()}
            self._beside = [asyncio.create_task(work, name=name) for name, work in works.items()]

    def _on_hangup(self) -> None:
        """The same signal says that the terminal was closed, which ends what was started from it."""
        if self._of_a_terminal and not has_terminal():
            self.stop()
        else:
            self._reloading.wish()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for task in self._beside:
            task.cancel()
        at_the_limit = asyncio.get_running_loop().call_later(self._limit_s, self._end)
        try:
            await super().shutdown(sockets)
        finally:
            at_the_limit.cancel()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._begin()
        super().handle_exit(sig, frame)

    def stop(self) -> None:
        """At the second time it does not wait for open requests."""
        self.force_exit = self.should_exit
        self.should_exit = True
        self._begin()

    def _begin(self) -> None:
        for draining in self._draining:
            draining.begin()

    def _end(self) -> None:
        for draining in self._draining:
            draining.end()


def serve(kind: type[S], build: Callable[[S], FastAPI]) -> None:
    """Reads the settings, serves until told to stop. What stops a start is said in one sentence."""
    options = argparse.ArgumentParser(description="Settings come from the environment, and from a file of TOML.")
    options.add_argument("--config", metavar="FILE", help=f"the file; default: what {VARIABLE} names")
    if (config := options.parse_args().config) is not None:
        os.environ[VARIABLE] = config
    try:
        settings = load(kind)
        configure_logging(settings.log_level)
        listener = take(settings.host, settings.port, "name another with PORT")
        app = build(settings)
    except CannotStartError as error:
        sys.exit(f"ratchet: {error}")
    server = Server(app, [app], proxy_headers=False)
    server.run([listener])
    if not server.started:
        sys.exit(f"ratchet: {failure_of(app)}")


def take(host: str, port: int, advice: str) -> socket.socket:
    """The port, before anything else is started: one in use is then a sentence and no work undone.

    Nobody listens on it yet. Raises CannotStartError.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise CannotStartError(
            f"The port {port} on {host} cannot be taken ({why}): stop what uses it, or {advice}."
        ) from error
    return listener


def has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def failure_of(app: FastAPI) -> str:
    return app.state.failure or "The service could not start; the lines above say why."
