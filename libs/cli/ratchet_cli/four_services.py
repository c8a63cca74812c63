"""The four services in one process: their apps behind the gateway. Loading all of them takes seconds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from ratchet_cli.embedded import Ground, Settings, settings, token_for_trying
from ratchet_cli.gateway import Gateway
from ratchet_feedback.main import build as build_feedback
from ratchet_monitor.main import build as build_monitor
from ratchet_router.main import build as build_router
from ratchet_trainer.main import build as build_trainer


def services(its: Settings) -> dict[str, FastAPI]:
    """Builds the four apps. Raises CannotStartError."""
    return {
        "router": build_router(its.router),
        "feedback": build_feedback(its.feedback),
        "trainer": build_trainer(its.trainer),
        "monitor": build_monitor(its.monitor),
    }


def gateway(ground: Ground, data_dir: Path, extra: Mapping[str, Any] | None = None) -> Gateway:
    """Raises CannotStartError."""
    token_for_trying(data_dir)
    return Gateway(services(settings(ground, data_dir, extra or {})))
