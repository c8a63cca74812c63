"""What goes wrong before an endpoint is reached, or was foreseen by none, in the shape of the API that was called."""

from typing import Final

from fastapi import Response
from starlette.types import Scope

from ratchet_common.problems import Trouble, as_problem
from ratchet_router.api.anthropic_errors import as_anthropics
from ratchet_router.api.openai_errors import as_openais

OPENAIS: Final = "/v1/"
ANTHROPICS: Final = "/v1/messages"
MODELS: Final = "/v1/models"  # both have it
ANTHROPICS_HEADER: Final = b"anthropic-version"


def in_shape_of_its_api(scope: Scope, trouble: Trouble) -> Response:
    path: str = scope["path"]
    if path.startswith(ANTHROPICS) or (path.startswith(MODELS) and _names_anthropics_version(scope)):
        return as_anthropics(trouble)
    return as_openais(trouble) if path.startswith(OPENAIS) else as_problem(scope, trouble)


def _names_anthropics_version(scope: Scope) -> bool:
    return any(name == ANTHROPICS_HEADER for name, _ in scope["headers"])
