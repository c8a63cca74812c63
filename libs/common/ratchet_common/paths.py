"""Which path belongs to which service: one table for the embedded gateway, nginx and the Kubernetes routes."""

from collections.abc import Mapping
from typing import Final

PREFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "router": (
        "/v1",
        "/api/generate",
        "/api/route",
        "/api/batches",
        "/api/templates",
        "/api/documents",
        "/api/reports",
        "/api/cache",
        "/api/limits",
        "/api/models/catalogue",
        "/api/models/predictions",
    ),
    "feedback": ("/api/models/feedback",),
    "trainer": (
        "/api/models/versions",
        "/api/models/rollouts",
        "/api/models/datasets",
        "/api/models/examples",
        "/api/models/documents",
        "/api/models/jobs",
        "/api/models/searches",
        "/api/models/base-models",
        "/api/models/evaluations",
        "/api/models/suites",
        "/api/models/erasures",
    ),
    "monitor": (
        "/api/models/performance",
        "/api/models/costs",
        "/api/models/prompts",
        "/api/models/alerts",
        "/api/models/experiments",
        "/api/models/reports",
        "/api/models/metrics",
    ),
}
OWN = "/services"  # /services/<name>/… reaches one service's own pages, such as /services/router/metrics


def service_of(path: str) -> str | None:
    """The service whose prefix the path has (whole segments only); None if it is nobody's."""
    return next(
        (name for name, prefixes in PREFIXES.items() for p in prefixes if path == p or path.startswith(p + "/")), None
    )
