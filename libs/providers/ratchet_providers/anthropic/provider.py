"""Anthropic's API, and what imitates it. Speaks the wire format itself, as the OpenAI-shaped provider does."""

import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ratchet_providers.anthropic import native
from ratchet_providers.anthropic.answer import as_it_came, in_chat_shape
from ratchet_providers.anthropic.as_chat import AsChat
from ratchet_providers.anthropic.as_it_came import AsItCame
from ratchet_providers.anthropic.dialect import Dialect, dialect_of
from ratchet_providers.anthropic.refusing import refused
from ratchet_providers.anthropic.request import asked
from ratchet_providers.base import ModelAnswer, ModelRequest, Piece
from ratchet_providers.failing import ProviderError
from ratchet_providers.secrets import Secret
from ratchet_providers.transport import BODY_LIMIT, Patience, events, whole
from ratchet_providers.wire import Answer, Endpoint, Wire

MESSAGES: Final = "/v1/messages"
COUNT: Final = "/v1/messages/count_tokens"
COUNTED: Final = frozenset({
    "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control", "speed",
    "user_profile_id",
})  # fmt: skip
VERSION: Final = "anthropic-version"
BETA: Final = "anthropic-beta"

_encode = msgspec.json.Encoder().encode
_count = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class _Sending:
    """`as_it_came`: the caller speaks this shape, and so does the answer."""

    body: dict[str, Any]
    as_it_came: bool
    by_tool: bool = False


class Anthropic:
    """`base_url` as the SDK takes it, such as https://api.anthropic.com. An empty key sends none.

    A request that came in Anthropic's shape goes out as it came, and so does its answer: but for a continuation, which
    is always in the chat shape, since what the caller has seen of the stream decides how it goes on.

    `dialects`: what a model takes, by its name; give `partial(dialect_of, most_tokens=…)` for other defaults.
    """

    def __init__(
        self,
        wire: Wire,
        base_url: str,
        key: Secret,
        dialects: Callable[[str], Dialect] = dialect_of,
        *,
        body_limit: int = BODY_LIMIT,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._wire, self._dialects, self._limit, self._clock = wire, dialects, body_limit, clock
        self._base_url, self._key = base_url.rstrip("/"), key
        self._endpoints: dict[tuple[str, str], tuple[str, Endpoint]] = {}  # with the key that each holds

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        sending = self._sending(request)
        answer = await self._whole(MESSAGES, sending.body, request)
        if sending.as_it_came:
            return as_it_came(answer.body, request)
        return in_chat_shape(answer.body, request, by_tool=sending.by_tool, created=int(self._clock()))

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        sending = self._sending(request)
        endpoint = self._endpoint(MESSAGES, request)
        patience = Patience(request.limits)
        said = self._reading(sending, request)
        body = _encode({**sending.body, "stream": True})
        try:
            async with aclosing(events(self._wire, endpoint, body, request.limits, patience)) as coming:
                async for there in coming:
                    pieces = said.pieces(there)
                    if said.hearing.begun:
                        patience.shown()
                    if pieces:
                        yield pieces
                    if said.hearing.done:
                        break
                    if said.hearing.stop_reason:
                        patience.ended()
        except ProviderError as error:
            if not said.hearing.stop_reason:
                raise self._heard(error) from error.__cause__
        said.hearing.ended()

    async def count_tokens(self, request: ModelRequest) -> Mapping[str, msgspec.Raw]:
        """What Anthropic says that the request would count as input: its answer's fields, `input_tokens` among them.

        Raises ProviderError.
        """
        sending = self._sending(request)
        body = sending.body
        if not sending.as_it_came:
            body = {name: value for name, value in body.items() if name in COUNTED or name == "model"}
        answer = await self._whole(COUNT, body, request)
        try:
            return _count.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ProviderError("malformed", type(error).__name__) from error

    def body(self, request: ModelRequest) -> Mapping[str, Any]:
        """Of the request, as it goes out."""
        return self._sending(request).body

    def understood(self, body: bytes, request: ModelRequest) -> ModelAnswer:
        """A message that came by another way, such as in a batch. Raises ProviderError."""
        sending = self._sending(request)
        if sending.as_it_came:
            return as_it_came(body, request)
        return in_chat_shape(body, request, by_tool=sending.by_tool, created=int(self._clock()))

    def key_headers(self, model: str) -> dict[str, str]:
        """For other paths of the same API. Raises ProviderError where the key cannot be read any more."""
        dialect, key = self._dialects(model), self._key.current()
        said = _key_header(dialect.key_header, key) | {VERSION: dialect.version}
        return said | ({BETA: ",".join(dialect.betas)} if dialect.betas else {})

    def _sending(self, request: ModelRequest) -> _Sending:
        dialect = self._dialects(request.model)
        if request.native is not None and request.native.shape == "messages":
            body = native.body_of(request.native.fields, request, dialect)
            return _Sending(body, as_it_came=not request.so_far)
        found = asked(request, dialect)
        return _Sending(found.body, as_it_came=False, by_tool=found.by_tool)

    def _reading(self, sending: _Sending, request: ModelRequest) -> AsChat | AsItCame:
        if sending.as_it_came:
            return AsItCame()
        return AsChat(by_tool=sending.by_tool, so_far=request.so_far, created=int(self._clock()))

    async def _whole(self, path: str, body: Mapping[str, Any], request: ModelRequest) -> Answer:
        endpoint = self._endpoint(path, request)
        try:
            return await whole(self._wire, endpoint, _encode(body), request.limits, limit=self._limit)
        except ProviderError as error:
            raise self._heard(error) from error.__cause__

    def _endpoint(self, path: str, request: ModelRequest) -> Endpoint:
        """With the caller's version and betas, where he speaks this shape.

        Raises ProviderError where the key cannot be read any more, or those are no headers.
        """
        dialect = self._dialects(request.model)
        given = request.native.headers if request.native and request.native.shape == "messages" else {}
        version = given.get(VERSION) or dialect.version
        betas = ",".join(filter(None, [*dialect.betas, given.get(BETA, "")]))
        if not (f"{version}{betas}".isascii() and f"{version}{betas}".isprintable()):
            raise refused("headers", f"{VERSION} or {BETA} holds characters that no header may hold")
        lines = f"{VERSION}: {version}\r\n" + (f"{BETA}: {betas}\r\n" if betas else "")
        return self._with_key(path, dialect.key_header).saying(lines.encode())

    def _with_key(self, path: str, header: str) -> Endpoint:
        key = self._key.current()
        known = self._endpoints.get((path, header))
        if known is None or known[0] != key:
            said = _key_header(header, key)
            made = Endpoint.of(self._base_url + path, {"Content-Type": "application/json"} | said)
            known = self._endpoints[path, header] = key, made
        return known[1]

    def _heard(self, error: ProviderError) -> ProviderError:
        if error.kind == "unauthorized":
            self._key.forget()
        return error


def _key_header(header: str, key: str) -> dict[str, str]:
    return {header: f"Bearer {key}" if header == "Authorization" else key} if key else {}
