"""Which of a request's stop sequences a model stopped at. Pure."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ratchet_providers.bedrock.families import Family
from ratchet_providers.chat_shape import UNKNOWN

NAMED: Final = "stop_sequence"  # a reason to stop; and where the models that name the sequence have it


def naming(stops: Sequence[str], family: Family) -> list[str]:
    """What Converse is to look for in the model's own answer: of one sequence alone it need not be asked."""
    return [f"/{NAMED}"] if len(stops) > 1 and family.names_stop else []


def stopped_at(stop_reason: str, own: Any, stops: Sequence[str]) -> str | msgspec.UnsetType:
    """`own`: what Converse found in the model's own answer. Empty: it was one of several, and nobody says which."""
    if stop_reason != NAMED:
        return UNKNOWN
    named = own.get(NAMED) if isinstance(own, dict) else None
    if isinstance(named, str):
        return named
    return stops[0] if len(stops) == 1 else ""
