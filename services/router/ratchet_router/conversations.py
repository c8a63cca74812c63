"""Conversations of /v1/responses that go on by the name of their last response. What people wrote stays for a day.

A response is kept with what was put in and what came out; the responses before it are kept once, and named. Whoever
goes on from one moves the end of all of them: none of a conversation's turns is forgotten before its last.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, Protocol

import msgspec

from ratchet_router.shapes.responses.body import Item
from ratchet_router.shapes.responses.errors import (
    InvalidResponsesError,
    PreviousResponseNotFoundError,
    ResponseNotFoundError,
)
from ratchet_router.shapes.responses.ids import response_of
from ratchet_router.shapes.responses.kept import PAGE, listed, page
from ratchet_router.shapes.responses.read import ResponsesRequest, continued, references, with_items

NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")
MOST_TURNS: Final = 1_000
MOST_REFERRED_TO: Final = 100
WHY: Final = "it was deleted, has expired, was too long to be kept, or was made with store: false"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One response. `before`: those that it went on from, the first of them first. `user`: a digest of whose it is.

    `items` is what was put in, `response` what was answered, both JSON; `size` is the bytes of both, and of all before.
    """

    tenant: str
    response_id: str
    user: str | None
    before: tuple[str, ...]
    items: msgspec.Raw
    response: msgspec.Raw
    size: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """What a new turn comes after. `responses`: their names, the last of them last."""

    responses: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    user: str | None = None
    size: int = 0


class ConversationStore(Protocol):
    """Nobody sees another tenant's. Each may raise RetryLaterError."""

    async def keep(self, kept: Kept) -> None:
        """Takes the place of another of that name; moves the end of those before it."""

    async def read(self, tenant: str, names: Collection[str], now: datetime) -> list[Kept]:
        """Those that are there and have not expired, in any order."""

    async def delete(self, tenant: str, name: str) -> bool: ...
    async def forget(self, tenant: str, user: str) -> int: ...


class _Answered(msgspec.Struct, frozen=True):
    id: Any = None
    output: list[Item] | None = None


NOTHING_BEFORE: Final = History()
_answered = msgspec.json.Decoder(_Answered)
_items = msgspec.json.Decoder(list[Item])
_encode = msgspec.json.Encoder().encode


class Conversations:
    """`kept_for`: since the last turn. `limit_bytes`: of one conversation, all of its turns together."""

    def __init__(self, store: ConversationStore, *, kept_for: timedelta, limit_bytes: int) -> None:
        self._store, self._kept_for, self._limit = store, kept_for, limit_bytes

    async def history(self, tenant: str, previous: str | None) -> History:
        """Raises PreviousResponseNotFoundError, RetryLaterError."""
        if previous is None:
            return NOTHING_BEFORE
        turns = await self._turns(tenant, previous)
        if not turns:
            raise PreviousResponseNotFoundError("previous_response_id", f"that response is not here: {WHY}")
        items = tuple(item for kept in turns for item in _all_of(kept))
        return History(tuple(kept.response_id for kept in turns), items, turns[-1].user, turns[-1].size)

    async def keep(
        self, tenant: str, user: str | None, history: History, items: Sequence[Item], response: bytes
    ) -> bool:
        """`response`: as the caller got it, JSON. False where it is not kept: its conversation is too long, or the
        name that its provider gave it is none. Without a user it belongs to who spoke before. Raises RetryLaterError.
        """
        name = _answered.decode(response).id
        put_in = _encode(items)
        size = history.size + len(put_in) + len(response)
        if not _is_name(name) or size > self._limit or len(history.responses) >= MOST_TURNS:
            return False
        await self._store.keep(
            Kept(
                tenant=tenant,
                response_id=name,
                user=user or history.user,
                before=history.responses,
                items=msgspec.Raw(put_in),
                response=msgspec.Raw(response),
                size=size,
                expires_at=datetime.now(UTC) + self._kept_for,
            )
        )
        return True

    async def items(self, tenant: str, names: Collection[str]) -> dict[str, Item]:
        """Of those that came out under these ids, the ones that are still kept. Raises InvalidResponsesError,
        RetryLaterError.
        """
        responses = {response_of(name) for name in names}
        if len(responses) > MOST_REFERRED_TO:
            raise InvalidResponsesError("input", f"it refers to items of more than {MOST_REFERRED_TO} responses")
        found: dict[str, Item] = {}
        size = 0
        for response in responses:  # one after the other: each may be as large as a whole conversation
            for kept in await self._read(tenant, [response]):
                size += len(memoryview(kept.response))
                there = _answered.decode(kept.response).output or ()
                found |= {item["id"]: item for item in there if item.get("id") in names}
            if size > self._limit:
                raise InvalidResponsesError("input", f"it refers to answers of more than {self._limit} bytes in all")
        return found

    async def response(self, tenant: str, name: str) -> bytes:
        """As it was answered, JSON. Raises ResponseNotFoundError, RetryLaterError."""
        found = await self._read(tenant, [name])
        if not found:
            raise _not_found()
        return bytes(found[0].response)

    async def delete(self, tenant: str, name: str) -> dict[str, Any]:
        """Nobody can go on from it then, nor from those that came after it. Raises ResponseNotFoundError, …"""
        if not _is_name(name) or not await self._store.delete(tenant, name):
            raise _not_found()
        return {"id": name, "object": "response", "deleted": True}

    async def input_items(
        self, tenant: str, name: str, *, limit: int = PAGE, order: Literal["asc", "desc"] = "desc", after: str = ""
    ) -> dict[str, Any]:
        """What the response was made from, all before it included. Raises InvalidResponsesError, RetryLaterError,
        ResponseNotFoundError.
        """
        turns = await self._turns(tenant, name)
        if not turns:
            raise _not_found()
        before = [item for kept in turns[:-1] for item in listed(kept.response_id, _all_of(kept))]
        own = listed(name, _items.decode(turns[-1].items))
        return page([*before, *own], limit=limit, order=order, after=after)

    async def forget(self, tenant: str, user: str) -> int:
        """All that this user's requests left here. Returns how many responses that were."""
        return await self._store.forget(tenant, user)

    async def _turns(self, tenant: str, name: str) -> list[Kept]:
        """All up to that response, in their order; none where one of them is gone."""
        last = await self._read(tenant, [name])
        if not last:
            return []
        before = {kept.response_id: kept for kept in await self._read(tenant, last[0].before)}
        turns = [before[one] for one in last[0].before if one in before]
        return [*turns, last[0]] if len(turns) == len(last[0].before) else []

    async def _read(self, tenant: str, names: Collection[str]) -> list[Kept]:
        sound = [name for name in names if _is_name(name)]
        return await self._store.read(tenant, sound, datetime.now(UTC)) if sound else []


async def in_conversation(
    asked: ResponsesRequest, tenant: str, conversations: Conversations
) -> tuple[ResponsesRequest, History]:
    """The request with all that it names in place of sending it. Raises what `items` and `history` raise."""
    if names := references(asked):
        asked = with_items(asked, await conversations.items(tenant, names))
    history = await conversations.history(tenant, asked.previous)
    return (asked if asked.previous is None else continued(asked, history.items)), history


def _not_found() -> ResponseNotFoundError:
    return ResponseNotFoundError(f"There is no such response: {WHY}.")


def _all_of(kept: Kept) -> list[Item]:
    """What was put in, and what came out."""
    return [*_items.decode(kept.items), *(_answered.decode(kept.response).output or ())]


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and NAME.fullmatch(name) is not None
