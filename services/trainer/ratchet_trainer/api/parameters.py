"""What many requests have in common: pages, filters, ids, and who asks."""

import unicodedata
from typing import Annotated, Final
from uuid import UUID, uuid5

from fastapi import Header, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ratchet_common.auth import Caller
from ratchet_common.vocabulary import known_task

Limit = Annotated[int, Query(ge=1, le=200, description="items on a page, at most")]
Cursor = Annotated[str | None, Query(max_length=500, description="the `next` of the page before")]
TaskFilter = Annotated[str | None, Query(max_length=100, description="only this task")]
VersionId = Annotated[str, Path(max_length=100, pattern=r"^[a-z_]+(-[0-9a-f]{8})?$")]

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1, max_length=255, description="the same key and body: the same answer, and nothing is made twice"
    ),
]
TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # of the direction of text
NAMESPACE: Final = UUID("3d4f4f3e-2b0f-5b52-9f07-6f5b1a6f1c0e")


def id_by(key: str | None, tenant: str, kind: str) -> UUID | None:
    """What is made under an idempotency key has the same id each time. None without a key."""
    return None if key is None else uuid5(NAMESPACE, f"{tenant}/{kind}/{key}")


def in_words(text: str) -> str:
    """On one line. Raises ValueError for what has control characters, or turns around the text beside it."""
    line = " ".join(text.split())
    if any(unicodedata.category(one) == "Cc" or one in TURNING for one in line):
        raise ValueError("it has control characters: write it in words")
    return line


Words = Annotated[str, AfterValidator(in_words)]


class Why(BaseModel):
    model_config = ConfigDict(extra="forbid")

    why: Words = Field("", max_length=500, description="kept in the rollout's history")


def task_in(name: str | None) -> str | None:
    """Raises UnknownTaskError."""
    return None if name is None else str(known_task(name))


def name_of(caller: Caller) -> str:
    return caller.name or f"token {caller.sha256[:8]}"
