"""The settings that a service would start with in a container: what its image sets, and what its deployment adds."""

import importlib
import os
from collections.abc import Mapping

import pytest

from ratchet_common.settings import CommonSettings, load, variables
from tests.contract.images import environment

NO_SETTINGS = {"PATH", "HOME", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def settings_class(service: str) -> type[CommonSettings]:
    found: type[CommonSettings] = getattr(
        importlib.import_module(f"ratchet_{service}.settings"), f"{service.title()}Settings"
    )
    return found


def started(service: str, deployed: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> CommonSettings:
    """Raises CannotStartError as the service would. Each variable that is deployed must be a setting of the service."""
    kind = settings_class(service)
    assert set(deployed) <= set(variables(kind).values())
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in (environment() | dict(deployed)).items():
        if name not in NO_SETTINGS:
            monkeypatch.setenv(name, value)
    return load(kind)
