"""Any API of OpenAI's shape. Speaks the wire format itself: an SDK costs ten times the CPU of the call."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from ratchet_providers.base import ModelAnswer, ModelRequest, Piece
from ratchet_providers.chat_answer import replayed_whole, require_words, understood
from ratchet_providers.chat_shape import choices_in
from ratchet_providers.chat_stream import ChatStream
from ratchet_providers.failing import ProviderError
from ratchet_providers.secrets import Secret
from ratchet_providers.strict_chat import as_openai_takes, unmarked_tools
from ratchet_providers.transport import BODY_LIMIT, WHOLE, Patience, events, whole
from ratchet_providers.usage import estimated_tokens
from ratchet_providers.wire import Endpoint, Wire

OUR_OWN_FIELDS = frozenset({"model", "messages", "stream", "stream_options"})
LIMITS_OF_OUTPUT = ("max_completion_tokens", "max_tokens")
Continues = Literal["", "prefix", "continue_final_message"]  # how a model is told to go on with what it has said


_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How an API of OpenAI's shape differs from OpenAI's.

    `limit_field`: what it calls the limit of the output's tokens. `key_header`: where the key goes; Azure's is api-key.
    `path` may hold {model}, as Azure's deployments do; `query` follows. `usage_in_streams`: it may be asked to count.
    `takes_thoughts`: it takes `reasoning_content` back, which OpenAI refuses. `extra_content`: it wants that back with
    calls of tools, as Google's endpoint of this shape does.
    """

    limit_field: str = "max_completion_tokens"
    key_header: str = "Authorization"
    path: str = "/chat/completions"
    query: str = ""
    usage_in_streams: bool = True
    continues: Continues = ""
    takes_thoughts: bool = False
    extra_content: bool = False


OPENAIS = Dialect()


class OpenAIShaped:
    """`base_url` as the SDKs take it, such as https://host/v1. An empty key sends none."""

    def __init__(
        self, wire: Wire, base_url: str, key: Secret, dialect: Dialect = OPENAIS, *, body_limit: int = BODY_LIMIT
    ) -> None:
        self._wire, self._dialect, self._limit = wire, dialect, body_limit
        self._base_url, self._key = base_url.rstrip("/"), key
        self._endpoints: dict[str, tuple[str, Endpoint]] = {}  # by path: the key that it holds, and it

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        endpoint = self.endpoint(self._dialect.path, request.model)
        try:
            answer = await whole(self._wire, endpoint, self.body(request), request.limits, limit=self._limit)
        except ProviderError as error:
            raise self._heard(error) from error.__cause__
        return understood(answer.body, request)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        endpoint = self.endpoint(self._dialect.path, request.model)
        patience = Patience(request.limits)
        said = ChatStream(choices_in(request.fields))
        body = self.body(request, stream=True)
        try:
            its = events(self._wire, endpoint, body, request.limits, patience, or_whole=True)
            async with aclosing(its) as coming:
                async for there in coming:
                    if there[0].name == WHOLE:
                        yield replayed_whole(there[0].data, request)
                        return
                    if pieces := said.pieces(there):
                        require_words(pieces, request)
                        if said.shown:
                            patience.shown()
                        yield pieces
                    if said.done:
                        break
                    if said.whole:
                        patience.ended()
        except ProviderError as error:
            if not said.whole:
                raise self._heard(error) from error.__cause__
        said.ended()

    def endpoint(self, path: str, model: str) -> Endpoint:
        """Raises ProviderError where the key cannot be read any more."""
        key, where = self._key.current(), path.replace("{model}", model)
        known = self._endpoints.get(where)
        if known is None or known[0] != key:
            url = self._base_url + where + self._dialect.query
            headers = {"Content-Type": "application/json"} | self._headers(key)
            known = self._endpoints[where] = key, Endpoint.of(url, headers)
        return known[1]

    def key_headers(self) -> dict[str, str]:
        """For other paths of the same API. Raises ProviderError where the key cannot be read any more."""
        return self._headers(self._key.current())

    def _headers(self, key: str) -> dict[str, str]:
        headers: dict[str, str] = {}
        if key:
            bearer = self._dialect.key_header == "Authorization"
            headers[self._dialect.key_header] = f"Bearer {key}" if bearer else key
        return headers

    def _heard(self, error: ProviderError) -> ProviderError:
        if error.kind == "unauthorized":
            self._key.forget()
        return error

    def body(self, request: ModelRequest, *, stream: bool = False) -> bytes:
        """As it goes out."""
        fields = {name: value for name, value in request.fields.items() if name not in OUR_OWN_FIELDS}
        limit = {self._dialect.limit_field: request.max_output_tokens} if request.max_output_tokens else {}
        messages = request.messages
        if request.native is not None:  # they were put into this shape from another, which says more
            its = self._dialect
            messages = as_openai_takes(messages, thoughts=its.takes_thoughts, extra=its.extra_content)
            if "tools" in fields:
                fields["tools"] = unmarked_tools(fields["tools"])
        body = {"model": request.model, "messages": messages, **limit, **fields}
        if request.so_far:
            body |= self._going_on(replace(request, messages=messages), fields)
        if stream:
            body["stream"] = True
            if self._dialect.usage_in_streams:
                body["stream_options"] = _options(request.fields.get("stream_options")) | {"include_usage": True}
        return _encode(body)

    def _going_on(self, request: ModelRequest, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The model goes on with what it has said, within what is left of the output's limit."""
        said: dict[str, Any] = {"role": "assistant", "content": request.so_far}
        more: dict[str, Any] = {}
        if self._dialect.continues == "prefix":
            said["prefix"] = True
        else:
            more = {"continue_final_message": True, "add_generation_prompt": False}
        said_so_far = estimated_tokens(len(request.so_far))
        if request.max_output_tokens:
            more[self._dialect.limit_field] = max(1, request.max_output_tokens - said_so_far)
        for name in LIMITS_OF_OUTPUT:
            if name in fields and (most := msgspec.json.decode(_encode(fields[name]))) is not None:
                more[name] = max(1, most - said_so_far)
        messages = msgspec.json.decode(_encode(request.messages), type=list[msgspec.Raw])
        return {"messages": [*messages, said], **more}


def _options(given: Any) -> dict[str, Any]:
    """The caller's, as far as they are what they should be: what else is wrong with them the provider will say."""
    try:
        return msgspec.json.decode(_encode(given), type=dict[str, Any] | None) or {}
    except msgspec.ValidationError:
        return {}
