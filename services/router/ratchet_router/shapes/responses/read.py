"""Requests to /v1/responses: checked, and said again in the chat shape."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from ratchet_catalogue.catalogue import Capability
from ratchet_providers.base import Native
from ratchet_router.api.extras import NOTHING_ASKED, Extras
from ratchet_router.shapes.responses.body import Item, ResponsesBody, decoded
from ratchet_router.shapes.responses.errors import Beyond, InvalidResponsesError, OnlyResponsesError
from ratchet_router.shapes.responses.fields import chat_fields
from ratchet_router.shapes.responses.ids import is_ours
from ratchet_router.shapes.responses.items import turns
from ratchet_router.shapes.responses.kept import again, as_items, for_others

HEADERS: Final = frozenset({"openai-beta"})  # the others say who somebody is, or are the connection's
UNKNOWN_HERE: Final = "it is not known here: the conversation was not read from where it is kept"
GONE: Final = "no item of that id is here: its response was deleted, has expired, or was made with store: false"
_encode = msgspec.json.Encoder().encode


class ResponsesRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`messages` and `fields` are the request in the chat shape, `native` as it came.

    `beyond`: what of it lies beyond chat, the first of it; only a provider that speaks responses can answer then.
    `previous`: the response to go on from; `continued` puts its conversation in.
    """

    body: ResponsesBody
    messages: msgspec.Raw
    fields: Mapping[str, msgspec.Raw]
    native: Native
    capabilities: frozenset[Capability]
    beyond: Beyond | None

    @property
    def model(self) -> str:
        return self.body.model

    @property
    def extras(self) -> Extras:
        return self.body.ratchet or NOTHING_ASKED

    @property
    def stream(self) -> bool:
        return bool(self.body.stream)

    @property
    def store(self) -> bool:
        """Whether the caller may go on from the answer: OpenAI keeps it unless told not to."""
        return self.body.store is not False

    @property
    def previous(self) -> str | None:
        return self.body.previous_response_id

    @property
    def user(self) -> str | None:
        return self.extras.user_id or self.body.safety_identifier or self.body.user or None

    @property
    def items(self) -> list[Item]:
        """The input of this request alone."""
        return as_items(self.body.input)

    def require_chat(self) -> None:
        """Raises OnlyResponsesError, for a provider that speaks no responses."""
        if self.beyond is not None:
            raise OnlyResponsesError(
                self.beyond.field,
                f"{self.beyond.message}. Take it out, or name a model whose provider speaks /v1/responses",
            )


def read_responses(body: bytes, headers: Mapping[str, str] | None = None) -> ResponsesRequest:
    """`headers`: the request's, in lower case. Raises InvalidResponsesError."""
    read, given = decoded(body)
    if read.background:
        raise InvalidResponsesError("background", "answers are not made in the background: leave it out, and stream")
    if read.input is None and read.prompt is None:
        raise InvalidResponsesError("input", "it is missing: a text, or a list of items")
    native = Native(
        shape="responses",
        fields={name: value for name, value in given.items() if name != "ratchet"},
        headers={name: value for name, value in (headers or {}).items() if name in HEADERS},
    )
    request = _said_in_chat(read, native, (), as_items(read.input))
    if read.previous_response_id is None:
        return request
    return replace(request, beyond=Beyond("previous_response_id", UNKNOWN_HERE))


def references(request: ResponsesRequest) -> frozenset[str]:
    """The items that it names in place of sending them, and that an answer here had."""
    return frozenset(item["id"] for item in request.items if _refers(item))


def with_items(request: ResponsesRequest, found: Mapping[str, Item]) -> ResponsesRequest:
    """The same request with the items themselves. Raises InvalidResponsesError for one that was not `found`."""
    items: list[Item] = []
    for number, item in enumerate(request.items):
        if _refers(item) and item["id"] not in found:
            raise InvalidResponsesError(f"input[{number}].id", GONE)
        items.append(found[item["id"]] if _refers(item) else item)
    return _said_in_chat(replace(request.body, input=items), request.native, (), items)


def _refers(item: Item) -> bool:
    return item.get("type", "item_reference") == "item_reference" and "role" not in item and is_ours(item.get("id"))


def continued(request: ResponsesRequest, history: Sequence[Item]) -> ResponsesRequest:
    """The same request after the items of what went before. No provider needs to know that conversation then."""
    return _said_in_chat(request.body, request.native, history, request.items)


def _said_in_chat(
    read: ResponsesBody, native: Native, earlier: Sequence[Item], now: Sequence[Item]
) -> ResponsesRequest:
    said = turns(read.instructions, [*earlier, *now], earlier=len(earlier))
    fields, beyond = chat_fields(read, native.fields)
    if not said.messages and not said.beyond and read.prompt is None:
        raise InvalidResponsesError("input", "it holds nothing to answer")
    return ResponsesRequest(
        body=read,
        messages=_raw(said.messages),
        fields=fields,
        native=_native(native, earlier, now),
        capabilities=_capabilities(read, fields, sees=said.sees),
        beyond=next(iter([*said.beyond, *beyond]), None),
    )


def _native(native: Native, earlier: Sequence[Item], now: Sequence[Item]) -> Native:
    """As it came, unless there is something in it that only we understand."""
    clean = for_others(now)
    if not earlier and len(clean) == len(now) and all(one is other for one, other in zip(clean, now, strict=True)):
        return native
    known = {name: value for name, value in native.fields.items() if name != "previous_response_id" or not earlier}
    return replace(native, fields=known | {"input": _raw([*again(earlier), *clean])})


def _raw(value: Any) -> msgspec.Raw:
    try:
        return msgspec.Raw(_encode(value))
    except RecursionError:
        raise InvalidResponsesError("input", "it is nested too deeply") from None


def _capabilities(read: ResponsesBody, fields: Mapping[str, msgspec.Raw], *, sees: bool) -> frozenset[Capability]:
    found: set[Capability] = set()
    if read.tools:
        found.add("tools")
    if read.text and read.text.format and read.text.format.type != "text":
        found.add("json")
    if "logprobs" in fields:
        found.add("logprobs")
    if sees:
        found.add("vision")
    return frozenset(found)
