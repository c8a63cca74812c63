"""How long an answer `max_cost_usd` pays for, and a request that asks for no more than that. Pure.

What the answer costs is not known before, so its length is bounded: at the dearest price that a token of it may have
(reasoning, a picture, speech), after the request was read at the dearest that it may cost (written to the cache, say).
How many tokens the request has is an estimate.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec
from msgspec.structs import replace

from ratchet_catalogue.prices import BOUNDLESS, Prices
from ratchet_common.events import Usage
from ratchet_providers.base import ModelRequest
from ratchet_providers.chat_shape import choices_in
from ratchet_providers.usage import estimated_of, estimated_tokens

T = TypeVar("T")
OF_CHAT: Final = ("max_completion_tokens", "max_tokens")
OF_SHAPE: Final[Mapping[str, str]] = {"messages": "max_tokens", "responses": "max_output_tokens"}
FOR_AN_HOUR: Final = b'"1h"'
SOUND, PICTURE = b"audio", b"image"


class _Thinking(msgspec.Struct, frozen=True):
    budget_tokens: int | None = None


def too_dear(prices: Prices, usage: Usage, usd: Decimal) -> str:
    """Why an answer that is probably so long is not to be had for that; empty if it is."""
    if (estimated := prices.of(usage)) > usd:
        return f"It would cost about {estimated:.6f} USD, more than max_cost_usd."
    most = prices.buys(usd, Usage(input_tokens=usage.input_tokens))
    return too_short(most, usage.output_tokens) if most < usage.output_tokens else ""


def too_short(most: int, needed: int) -> str:
    return f"max_cost_usd pays for {most} tokens of its answer, and that needs {needed} or so."


def cut_at(prices: Prices, input_tokens: int, asked: int | None, usd: Decimal) -> str:
    """Where the answer would be cut; empty where all that was asked for is paid for."""
    most = prices.buys(usd, Usage(input_tokens=input_tokens))
    if most >= (asked or BOUNDLESS):
        return ""
    return f"max_cost_usd pays for about {most} tokens of its answer, which ends there."


def affordable(request: ModelRequest, prices: Prices, usd: Decimal) -> int:
    """Tokens of each choice; 0 where reading the request leaves nothing."""
    return min(prices.buys(usd, read) for read in _readings(request)) // max(1, choices_in(request.fields))


def _readings(request: ModelRequest) -> Iterator[Usage]:
    """The ways in which the request may be counted."""
    asked = request.messages
    raw = bytes(asked if isinstance(asked, msgspec.Raw) else msgspec.json.encode(asked))
    tokens = estimated_of(msgspec.Raw(raw), "", request.fields).input_tokens
    tokens += estimated_tokens(len(request.so_far.encode(errors="replace")))
    native = b"".join(map(bytes, request.native.fields.values())) if request.native else b""
    yield Usage(input_tokens=tokens)
    yield Usage(input_tokens=tokens, cache_written_tokens=tokens)
    if FOR_AN_HOUR in raw or FOR_AN_HOUR in native:
        yield Usage(input_tokens=tokens, cache_written_tokens=tokens, cache_written_long_tokens=tokens)
    if SOUND in raw:
        yield Usage(input_tokens=tokens, audio_tokens=tokens)
    if PICTURE in raw:
        yield Usage(input_tokens=tokens, image_tokens=tokens)


def needed(request: ModelRequest, usual: int) -> int:
    """Tokens below which an answer is of no use: what its task usually takes, and more than it may think about."""
    given = request.native.fields if request.native else request.fields
    thinking = _read(given.get("thinking"), _Thinking)
    limits = [limit for limit in map(_limit, _limits_in(request)) if limit]
    return max(min(usual, *limits) if limits else usual, (thinking.budget_tokens or 0) + 1 if thinking else 0)


def _limits_in(request: ModelRequest) -> Iterator[Any]:
    yield request.max_output_tokens
    yield from (request.fields.get(name) for name in OF_CHAT)
    if request.native is not None and request.native.shape in OF_SHAPE:
        yield request.native.fields.get(OF_SHAPE[request.native.shape])


def capped(request: ModelRequest, most: int) -> ModelRequest:
    """The same, for an answer of so many tokens at most, in the words of its shape."""
    fields = {name: value for name, value in request.fields.items() if name not in OF_CHAT}
    told = {name: limit for name in OF_CHAT if (limit := _limit(request.fields.get(name))) is not None}
    fields |= {name: msgspec.Raw(b"%d" % min(limit, most)) for name, limit in told.items()}
    native = request.native
    if native is not None and native.shape in OF_SHAPE:
        name = OF_SHAPE[native.shape]
        limit = _limit(native.fields.get(name))
        least = most if limit is None else min(limit, most)
        native = replace(native, fields={**native.fields, name: msgspec.Raw(b"%d" % least)})
    limit = None if told else min(request.max_output_tokens or most, most)
    return replace(request, fields=fields, max_output_tokens=limit, native=native)


def _limit(given: Any) -> int | None:
    return _read(given, int)


def _read(given: Any, kind: type[T]) -> T | None:
    """None for what is left out, or wrong: the provider says so."""
    if given is None:
        return None
    try:
        return msgspec.json.decode(msgspec.json.encode(given), type=kind | None)
    except msgspec.ValidationError:
        return None
