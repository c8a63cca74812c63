"""Why a filter or a guardrail left nothing of an answer, for the caller. Pure."""

from collections.abc import Iterator
from typing import Any

from ratchet_providers.failing import ProviderError, Said


def withheld(stop_reason: str, trace: Any) -> ProviderError:
    """`trace` as Converse gives it, where the request asked for it."""
    guardrail = trace.get("guardrail") if isinstance(trace, dict) else None
    listed = ", ".join(dict.fromkeys(_blocked(guardrail)))
    words = f"The answer was withheld: {stop_reason}{f', for {listed}' if listed else ''}."
    return ProviderError("filtered", stop_reason, said=Said(words, code=stop_reason))


def _blocked(found: Any) -> Iterator[str]:
    """The policies' names for what they blocked, wherever they stand; not what matched, which somebody has written."""
    if isinstance(found, list):
        for one in found:
            yield from _blocked(one)
    elif isinstance(found, dict):
        if found.get("action") == "BLOCKED":
            yield str(found.get("name") or found.get("type") or "a word")
        for inner in found.values():
            yield from _blocked(inner)
