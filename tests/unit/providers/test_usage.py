"""What providers of OpenAI's shape count, each in its own words."""

from typing import Any

import msgspec
import pytest

from ratchet_common.events import Usage
from ratchet_providers.chat_shape import WireUsage
from ratchet_providers.usage import counted, counted_or_estimated

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


@pytest.mark.parametrize(("total", "written"), [(1_320, 320), (1_020, 20), (None, 20), (1_319, 20)])
def test_reasoning_that_only_the_total_has_is_written_as_well(total: int | None, written: int) -> None:
    of = {"prompt_tokens": 1_000, "completion_tokens": 20, "completion_tokens_details": {"reasoning_tokens": 300}}
    found = counted(msgspec.convert(of | {"total_tokens": total}, WireUsage))
    assert found is not None
    assert (found.input_tokens, found.output_tokens, found.reasoning_tokens) == (1_000, written, min(300, written))


@pytest.mark.parametrize("told", [{}, {"total_tokens": 9}, {"prompt_tokens": 0, "completion_tokens": 0}])
def test_who_counts_no_token_of_a_request_has_not_counted(told: dict[str, Any]) -> None:
    assert counted(msgspec.convert(told, WireUsage)) is None


def test_of_what_was_written_and_not_counted_the_tokens_are_estimated() -> None:
    asked = [{"role": "user", "content": "Hi."}]
    read = Usage(input_tokens=1_000)
    assert counted_or_estimated(read, asked, 400) == Usage(input_tokens=1_000, output_tokens=100, estimated=True)
    assert counted_or_estimated(read, asked, 0) == read
    assert counted_or_estimated(None, asked, 400).estimated
