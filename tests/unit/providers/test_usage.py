"""What providers of OpenAI's shape count, each in its own words."""

from typing import Any

import msgspec
import pytest

from ratchet_providers.chat_shape import WireUsage
from ratchet_providers.usage import counted

COUNTED: dict[str, Any] = {"prompt_tokens": 1_000, "completion_tokens": 100}


def said(**more: Any) -> tuple[int, int]:
    """How many were cached, and how many written to the cache."""
    usage = counted(msgspec.convert(COUNTED | more, WireUsage))
    assert usage is not None
    return usage.cached_tokens, usage.cache_written_tokens


@pytest.mark.parametrize(
    ("more", "cached", "written"),
    [
        ({}, 0, 0),
        ({"prompt_tokens_details": {"cached_tokens": 100, "cache_write_tokens": 800}}, 100, 800),  # OpenAI
        ({"prompt_tokens_details": {"cached_tokens": 100, "cache_creation_tokens": 800}}, 100, 800),
        ({"prompt_cache_hit_tokens": 900, "prompt_cache_miss_tokens": 100}, 900, 0),  # DeepSeek
        ({"cached_tokens": 900}, 900, 0),  # Moonshot
        ({"prompt_tokens_details": {"cached_tokens": 900}, "cached_tokens": 900}, 900, 0),
        ({"prompt_tokens_details": {"cached_tokens": 900, "cache_write_tokens": 800}}, 900, 100),
    ],
)
def test_what_was_cached_is_told_apart_whatever_it_is_called(more: dict[str, Any], cached: int, written: int) -> None:
    assert said(**more) == (cached, written)
