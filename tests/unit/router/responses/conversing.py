"""What must hold of kept conversations, whatever keeps them."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ratchet_router.conversations import NOTHING_BEFORE, Conversations, ConversationStore
from ratchet_router.shapes.responses.errors import (
    InvalidResponsesError,
    PreviousResponseNotFoundError,
    ResponseNotFoundError,
)

Case = Callable[[ConversationStore], Awaitable[None]]
DAY = timedelta(days=1)
ASKED = {"type": "message", "role": "user", "content": "When?"}


def tenant() -> str:
    return f"tenant-{uuid4().hex[:8]}"


def over(store: ConversationStore, *, kept_for: timedelta = DAY, limit: int = 1_000_000) -> Conversations:
    return Conversations(store, kept_for=kept_for, limit_bytes=limit)


def answer(name: str, text: str = "Monday.") -> bytes:
    part = {"type": "output_text", "text": text, "annotations": []}
    message = {"id": f"msg_{name}", "type": "message", "role": "assistant", "content": [part], "status": "completed"}
    return json.dumps({"id": name, "object": "response", "output": [message]}).encode()


async def turn(
    conversations: Conversations,
    of: str,
    name: str,
    previous: str | None = None,
    user: str | None = None,
    **how: Any,
) -> bool:
    history = await conversations.history(of, previous)
    return await conversations.keep(of, user, history, [ASKED | how], answer(name))


async def items_are_found_by_their_names(store: ConversationStore) -> None:
    conversations, us = over(store), tenant()
    names = [f"{n:012x}7{n:019x}" for n in range(3)]
    for name in names[:2]:
        assert await conversations.keep(us, None, NOTHING_BEFORE, [ASKED], named_answer(name))
    wanted = {f"msg_{name}0000" for name in names}
    assert (await conversations.items(us, wanted)).keys() == {f"msg_{name}0000" for name in names[:2]}
    assert await conversations.items(tenant(), wanted) == {}
    with pytest.raises(InvalidResponsesError, match="more than 100 responses"):
        await conversations.items(us, {f"msg_{n:012x}7{n:019x}0000" for n in range(101)})
    with pytest.raises(InvalidResponsesError, match="more than 100 bytes"):
        await over(store, limit=100).items(us, wanted)


def named_answer(name: str) -> bytes:
    """With a name of ours."""
    return answer(f"resp_{name}").replace(f"msg_resp_{name}".encode(), f"msg_{name}0000".encode())


async def a_conversation_goes_on_with_all_that_was_said(store: ConversationStore) -> None:
    conversations, us = over(store), tenant()
    assert await conversations.history(us, None) == NOTHING_BEFORE
    assert await turn(conversations, us, "resp_1", content="One?")
    assert await turn(conversations, us, "resp_2", "resp_1", content="Two?")
    assert await turn(conversations, us, "resp_3", "resp_1", content="Or three?")
    history = await conversations.history(us, "resp_2")
    assert history.responses == ("resp_1", "resp_2")
    said = [item["content"] if item["role"] == "user" else item["content"][0]["text"] for item in history.items]
    assert said == ["One?", "Monday.", "Two?", "Monday."]
    assert [item["content"] for item in (await conversations.history(us, "resp_3")).items][2] == "Or three?"
    assert json.loads(await conversations.response(us, "resp_2"))["id"] == "resp_2"


async def nobody_sees_another_tenants(store: ConversationStore) -> None:
    conversations, us, them = over(store), tenant(), tenant()
    await turn(conversations, us, "resp_1", content="Ours.", user="ann")
    for look in (
        conversations.history(them, "resp_1"),
        conversations.response(them, "resp_1"),
        conversations.input_items(them, "resp_1"),
        conversations.delete(them, "resp_1"),
    ):
        with pytest.raises((PreviousResponseNotFoundError, ResponseNotFoundError)):
            await look
    assert await conversations.forget(them, "ann") == 0
    await turn(conversations, them, "resp_1", content="Theirs.")
    assert (await conversations.history(us, "resp_1")).items[0]["content"] == "Ours."
    assert (await conversations.history(them, "resp_1")).items[0]["content"] == "Theirs."


async def what_is_deleted_is_gone_and_so_is_what_came_after_it(store: ConversationStore) -> None:
    conversations, us = over(store), tenant()
    await turn(conversations, us, "resp_1")
    await turn(conversations, us, "resp_2", "resp_1")
    assert await conversations.delete(us, "resp_1") == {"id": "resp_1", "object": "response", "deleted": True}
    with pytest.raises(ResponseNotFoundError):
        await conversations.delete(us, "resp_1")
    with pytest.raises(PreviousResponseNotFoundError) as refused:
        await conversations.history(us, "resp_2")
    assert (refused.value.param, refused.value.status) == ("previous_response_id", 400)
    assert json.loads(await conversations.response(us, "resp_2"))["id"] == "resp_2"


async def a_user_is_forgotten(store: ConversationStore) -> None:
    conversations, us = over(store), tenant()
    await turn(conversations, us, "resp_1", user="ann")
    await turn(conversations, us, "resp_2", "resp_1")  # hers as well: it goes on from what she said
    await turn(conversations, us, "resp_3", user="bob")
    assert await conversations.forget(us, "ann") == 2
    with pytest.raises(ResponseNotFoundError):
        await conversations.response(us, "resp_2")
    assert await conversations.response(us, "resp_3")


async def it_ends_with_its_last_turn_and_no_turn_before(store: ConversationStore) -> None:
    us = tenant()
    await turn(over(store, kept_for=timedelta(seconds=-1)), us, "resp_1")
    with pytest.raises(PreviousResponseNotFoundError):
        await over(store).history(us, "resp_1")
    soon, late = over(store, kept_for=timedelta(hours=1)), over(store, kept_for=timedelta(hours=3))
    await turn(soon, us, "resp_2")
    await turn(late, us, "resp_3", "resp_2")
    await turn(soon, us, "resp_4", "resp_3")
    (first,) = await store.read(us, ["resp_2"], (await _end_of(store, us, "resp_4")) + timedelta(hours=1))
    assert first.expires_at == await _end_of(store, us, "resp_3")


async def _end_of(store: ConversationStore, us: str, name: str) -> Any:
    (kept,) = await store.read(us, [name], datetime.now(UTC))
    return kept.expires_at


async def what_is_too_long_is_not_kept(store: ConversationStore) -> None:
    conversations, us = over(store, limit=700), tenant()
    assert await turn(conversations, us, "resp_1")
    assert not await turn(conversations, us, "resp_2", "resp_1", content="x" * 400)
    assert await turn(conversations, us, "resp_3", "resp_1")
    assert not await turn(conversations, us, "resp_4", "resp_3")  # the turns before it count


async def a_name_that_is_none_is_neither_kept_nor_looked_for(store: ConversationStore) -> None:
    conversations, us = over(store), tenant()
    for name in ("", "a:b", "$where", "x" * 201, "ä"):
        assert not await turn(conversations, us, name)
        with pytest.raises(PreviousResponseNotFoundError):
            await conversations.history(us, name)
        with pytest.raises(ResponseNotFoundError):
            await conversations.delete(us, name)


async def the_same_name_again_is_the_later_answer(store: ConversationStore) -> None:
    conversations, us = over(store), tenant()
    await turn(conversations, us, "resp_1", content="One?")
    await turn(conversations, us, "resp_1", content="Another?")
    assert (await conversations.history(us, "resp_1")).items[0]["content"] == "Another?"


async def what_was_put_in_is_listed_in_pages(store: ConversationStore) -> None:
    conversations, us = over(store), tenant()
    await turn(conversations, us, "resp_1", content="One?")
    await turn(conversations, us, "resp_2", "resp_1", content="Two?")
    both = await conversations.input_items(us, "resp_2", order="asc")
    assert [item["content"][0]["text"] for item in both["data"]] == ["One?", "Monday.", "Two?"]
    assert (both["has_more"], both["first_id"], both["last_id"]) == (False, "msg_1i0000", "msg_2i0000")
    first = await conversations.input_items(us, "resp_2", limit=2)
    assert ([item["id"] for item in first["data"]], first["has_more"]) == (["msg_2i0000", "msg_resp_1"], True)
    rest = await conversations.input_items(us, "resp_2", limit=2, after=first["last_id"])
    assert ([item["id"] for item in rest["data"]], rest["has_more"]) == (["msg_1i0000"], False)
    for field, value in (("limit", 0), ("limit", 101), ("after", "msg_unknown")):
        with pytest.raises(InvalidResponsesError) as refused:
            await conversations.input_items(us, "resp_2", **{field: value})  # type: ignore[arg-type]
        assert refused.value.param == field


CASES: tuple[Case, ...] = (
    items_are_found_by_their_names,
    a_conversation_goes_on_with_all_that_was_said,
    nobody_sees_another_tenants,
    what_is_deleted_is_gone_and_so_is_what_came_after_it,
    a_user_is_forgotten,
    it_ends_with_its_last_turn_and_no_turn_before,
    what_is_too_long_is_not_kept,
    a_name_that_is_none_is_neither_kept_nor_looked_for,
    the_same_name_again_is_the_later_answer,
    what_was_put_in_is_listed_in_pages,
)
