"""What many requests have in common: pages, filters, ids, and who asks."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from ratchet_common.auth import Caller
from ratchet_common.vocabulary import known_task

Limit = Annotated[int, Query(ge=1, le=200, description="items on a page, at most")]
Cursor = Annotated[str | None, Query(max_length=500, description="the `next` of the page before")]
TaskFilter = Annotated[str | None, Query(max_length=100, description="only this task")]
VersionId = Annotated[str, Path(max_length=100, pattern=r"^[a-z_]+(-[0-9a-f]{8})?$")]


class Why(BaseModel):
    model_config = ConfigDict(extra="forbid")

    why: str = Field("", max_length=500, description="kept in the rollout's history")


def task_in(name: str | None) -> str | None:
    """Raises UnknownTaskError."""
    return None if name is None else str(known_task(name))


def name_of(caller: Caller) -> str:
    return caller.name or f"token {caller.sha256[:8]}"
