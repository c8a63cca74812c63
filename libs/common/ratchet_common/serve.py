"""The start of one service as a process of its own."""

import gc
import sys
from collections.abc import Callable
from typing import TypeVar

import uvicorn
from fastapi import FastAPI

from ratchet_common.errors import CannotStartError
from ratchet_common.settings import CommonSettings, load
from ratchet_common.telemetry import configure_logging

S = TypeVar("S", bound=CommonSettings)

DRAIN_S = 20


def serve(kind: type[S], build: Callable[[S], FastAPI]) -> None:
    """Reads the settings, serves until told to stop. What stops a start is said in one sentence."""
    try:
        settings = load(kind)
        configure_logging(settings.log_level)
        app = build(settings)
    except CannotStartError as error:
        sys.exit(f"ratchet: {error}")
    gc.freeze()  # what the start made stays: the collector need not look at it again
    gc.set_threshold(50_000, 20, 100)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_S,
    )
