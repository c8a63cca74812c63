"""A request that came in Anthropic's own shape: sent as it came, but for what is ours to say. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from ratchet_providers.anthropic.dialect import Dialect
from ratchet_providers.anthropic.request import most_tokens
from ratchet_providers.anthropic.turns import Turn, begun, signed_by_its_model
from ratchet_providers.base import ModelRequest
from ratchet_providers.carried_calls import without

OURS: Final = frozenset({"model", "stream", "ratchet"})
UNSIGNED: Final = re.compile(rb'"signature"\s*:\s*""')
_turns = msgspec.json.Decoder(list[Turn])
_messages = msgspec.json.Decoder(list[msgspec.Raw])
_limit = msgspec.json.Decoder(int)


def body_of(fields: Mapping[str, msgspec.Raw], request: ModelRequest, dialect: Dialect) -> dict[str, Any]:
    """`fields` have been read as Anthropic's. Raises ProviderError where the model cannot go on with what has begun."""
    body: dict[str, Any] = {"model": request.model, **{n: value for n, value in fields.items() if n not in OURS}}
    body["messages"] = messages = without(fields.get("messages", msgspec.Raw(b"[]")))
    if UNSIGNED.search(memoryview(messages)):
        body["messages"] = signed(_turns.decode(messages))
    if request.so_far:
        turn = {"role": "assistant", "content": begun(request.so_far, dialect.continues and "thinking" not in fields)}
        body["messages"] = [*_messages.decode(messages), turn]
        body["max_tokens"] = most_tokens(_limit.decode(fields["max_tokens"]), request.so_far, dialect)
    return body


def signed(turns: Sequence[Turn]) -> list[Turn]:
    """Without the thoughts that bear no signature. Only we gave such away, in this shape, of another's model; the API
    would refuse the conversation for them.
    """
    found = [_signed(turn) if isinstance(turn.get("content"), list) else turn for turn in turns]
    return [turn for turn in found if turn["content"] != []]


def _signed(turn: Turn) -> Turn:
    kept = [block for block in turn["content"] if block.get("type") != "thinking" or signed_by_its_model(block)]
    return turn | {"content": kept}
