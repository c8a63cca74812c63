"""Any API of OpenAI's shape. Speaks the wire format itself: an SDK costs ten times the CPU of the call."""

import asyncio
import os
from collections.abc import Mapping
from typing import Final

import msgspec

from ratchet_common.errors import CannotStartError
from ratchet_common.events import Usage
from ratchet_providers.base import ErrorKind, ModelAnswer, ModelRequest, ProviderError, estimated_tokens
from ratchet_providers.connection import NotAnsweredError, TooLongError
from ratchet_providers.wire import Endpoint, Wire

BODY_LIMIT = 8 * 1024 * 1024
MOST_TOKENS = 100_000_000  # of one answer: what says more, or less than none, has not counted
OUR_OWN_FIELDS = frozenset({"model", "messages", "stream"})
KINDS: Final[Mapping[int, ErrorKind]] = {
    400: "bad_request",
    401: "unauthorized",
    402: "unauthorized",
    403: "unauthorized",
    408: "timeout",
    409: "unavailable",
    413: "bad_request",
    422: "bad_request",
    429: "rate_limited",
    504: "timeout",
}


class PromptDetails(msgspec.Struct, frozen=True):
    cached_tokens: int | None = None


class WireUsage(msgspec.Struct, frozen=True):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: PromptDetails | None = None


class WireMessage(msgspec.Struct, frozen=True):
    content: str | None = None
    refusal: str | None = None


class Choice(msgspec.Struct, frozen=True):
    message: WireMessage
    finish_reason: str | None = None


_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_choices = msgspec.json.Decoder(list[Choice])
_usage = msgspec.json.Decoder(WireUsage | None)
_encoder = msgspec.json.Encoder()


def key_from_environment(variable: str, model: str) -> str:
    """Raises CannotStartError naming the model and the variable when it is not set, or cannot be sent."""
    key = os.environ.get(variable, "").strip()
    if not key:
        raise CannotStartError(
            f"The model {model} needs a key in the environment variable {variable}, which is not set: "
            f"set it, or take {model} out of the catalogue."
        )
    if not (key.isascii() and key.isprintable()):
        raise CannotStartError(f"The key in {variable} holds characters that no header may hold: set it anew.")
    return key


class OpenAIShaped:
    """`base_url` as the SDKs take it, such as https://host/v1. An empty key sends none.

    `limit_field`: what this API calls the limit of the output's tokens.
    """

    def __init__(
        self,
        wire: Wire,
        base_url: str,
        key: str = "",
        *,
        limit_field: str = "max_completion_tokens",
        body_limit: int = BODY_LIMIT,
    ) -> None:
        self._wire, self._limit_field, self._limit = wire, limit_field, body_limit
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._endpoint = Endpoint.of(base_url.rstrip("/") + "/chat/completions", headers)

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        try:
            async with asyncio.timeout(request.timeout_s):
                status, body = await self._wire.post(self._endpoint, self._body(request), limit=self._limit)
        except TimeoutError as error:
            raise ProviderError("timeout", f"no answer within {request.timeout_s:.1f} s") from error
        except NotAnsweredError as error:
            raise ProviderError("unavailable", str(error)) from error
        except TooLongError as error:
            raise ProviderError("malformed", str(error)) from error
        if status != 200:
            raise ProviderError(KINDS.get(status, "unavailable"), f"status {status}")
        return understood(body, request)

    def _body(self, request: ModelRequest) -> bytes:
        passed_on = {name: value for name, value in request.raw.items() if name not in OUR_OWN_FIELDS}
        limit = {self._limit_field: request.max_output_tokens} if request.max_output_tokens else {}
        return _encoder.encode({"model": request.model, "messages": request.messages, **limit, **passed_on})


def understood(body: bytes, request: ModelRequest) -> ModelAnswer:
    """Raises ProviderError: malformed, or refused when the provider's filter withheld the answer."""
    try:
        raw = _fields.decode(body)
        choices = _choices.decode(raw["choices"])
        used = _usage.decode(raw["usage"]) if "usage" in raw else None
        first = choices[0]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, IndexError) as error:
        raise ProviderError("malformed", type(error).__name__) from error
    output = first.message.content or first.message.refusal or ""
    if not output and first.finish_reason == "content_filter":
        raise ProviderError("refused", "content_filter")
    return ModelAnswer(output=output, usage=_counted(used, request, output), model=request.model, raw=raw)


def _counted(used: WireUsage | None, request: ModelRequest, output: str) -> Usage:
    if used is None or not all(0 <= n <= MOST_TOKENS for n in (used.prompt_tokens, used.completion_tokens)):
        read = len(_encoder.encode(request.messages))
        return Usage(input_tokens=estimated_tokens(read), output_tokens=estimated_tokens(len(output)), estimated=True)
    details = used.prompt_tokens_details
    return Usage(
        input_tokens=used.prompt_tokens,
        output_tokens=used.completion_tokens,
        cached_tokens=min(max(details.cached_tokens or 0, 0), used.prompt_tokens) if details else 0,
    )
