"""Writes `.env.example` from the settings classes: `python -m ratchet_cli.env_example`, in a checkout."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from ratchet_common.settings import CommonSettings, variables
from ratchet_feedback.settings import FeedbackSettings
from ratchet_monitor.settings import MonitorSettings
from ratchet_router.settings import RouterSettings
from ratchet_trainer.settings import TrainerSettings

ROOT = Path(__file__).parents[3]
PLACE = ROOT / ".env.example"
OF_SERVICES: Mapping[str, type[CommonSettings]] = {
    "router": RouterSettings,
    "feedback": FeedbackSettings,
    "trainer": TrainerSettings,
    "monitor": MonitorSettings,
}
HEAD = """\
# Ratchet's settings, each with its default. Copy to .env and take the # away from what you change: `make up` reads it.
# Keys of model providers belong there too, under the names that your catalogue gives them (`key = "env:NAME"`).
# Docker compose takes only LOG_LEVEL from it; the rest goes under `environment` in a docker-compose.override.yml.
# Written by `python -m ratchet_cli.env_example` from the settings classes: change it there.
"""


def text() -> str:
    shared = CommonSettings.model_fields
    sections = [_section("All services", CommonSettings, shared)]
    for service, kind in OF_SERVICES.items():
        own = {name: field for name, field in kind.model_fields.items() if name not in shared}
        sections.append(_section(f"The {service} service", kind, own))
    return "\n".join([HEAD, *sections])


def _section(title: str, kind: type[CommonSettings], fields: Mapping[str, FieldInfo]) -> str:
    names = variables(kind)
    lines = [line for name, field in fields.items() for line in _lines(names[name], field)]
    return "\n".join([f"# --- {title}", *lines, ""])


def _lines(variable: str, field: FieldInfo) -> Iterator[str]:
    """All of them comments: a copy that nobody has changed sets nothing."""
    if field.is_required():
        yield f"# {field.description} (needed; `make up` sets it)"
        yield f"#{variable}="
    else:
        yield f"# {field.description}"
        yield f"#{variable}={_as_variable(field.get_default(call_default_factory=True))}"


def _as_variable(default: object) -> str:
    if default is None:
        return ""
    if isinstance(default, tuple):
        return ",".join(map(_as_variable, default))
    if isinstance(default, dict):
        return ",".join(f"{name}={_as_variable(value)}" for name, value in default.items())
    if isinstance(default, Path):
        return str(default.relative_to(ROOT) if default.is_relative_to(ROOT) else default)
    if isinstance(default, str):
        return default
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    return json.dumps(default, default=str)


if __name__ == "__main__":
    PLACE.write_text(text())
    sys.stderr.write(f"Wrote {PLACE}.\n")
