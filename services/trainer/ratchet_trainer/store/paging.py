"""Lists, newest first, page by page: each document has a `place`, unique and in the order of time."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pymongo import DESCENDING
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.errors import RefusedError
from ratchet_common.mongo import Document, waiting_is_worth_it

PLACE = re.compile(r"\d{8}T\d{6}\.\d{6}/.")


class CursorError(RefusedError):
    type = "invalid-cursor"
    title = "The cursor is not one of ours"


class Page(NamedTuple):
    documents: list[Document]
    next: str | None  # the cursor of the next page


def place_of(at: datetime, name: object) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S.%f}/{name}"


async def create_index(collection: AsyncCollection[Document]) -> None:
    await collection.create_index([("tenant", 1), ("place", DESCENDING)])


async def page(
    collection: AsyncCollection[Document],
    tenant: str,
    wanted: Mapping[str, Any],
    *,
    limit: int,
    cursor: str | None,
    without: tuple[str, ...] = (),
) -> Page:
    """`without`: fields that a list leaves out. Raises CursorError."""
    before = {"place": {"$lt": _place(cursor)}} if cursor else {}
    shown = dict.fromkeys((*without, "outbox"), 0)
    query: Document = {"tenant": tenant, **before, **wanted}
    with waiting_is_worth_it():
        found = await collection.find(query, shown).sort("place", DESCENDING).limit(limit + 1).to_list()
    more = len(found) > limit
    return Page(found[:limit], _cursor(found[limit - 1]["place"]) if more else None)


def _cursor(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode()).decode()


def _place(cursor: str) -> str:
    try:
        place = base64.urlsafe_b64decode(cursor.encode("ascii")).decode()
    except (ValueError, binascii.Error):
        place = ""
    if not PLACE.match(place):
        message = "it must be the `next` of the page before"
        raise CursorError(f"cursor: {message}.", errors=[{"field": "cursor", "message": message}])
    return place
