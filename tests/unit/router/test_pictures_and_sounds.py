"""What Gemini draws, and what sound it had cached, is billed as such: from its count to the bill."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ratchet_catalogue.known_prices import Wanted
from ratchet_catalogue.price_list import found
from ratchet_catalogue.prices import Prices
from ratchet_common.events import Usage
from ratchet_providers.gemini.counting import wire_usage
from ratchet_providers.gemini.shape import UsageMetadata
from ratchet_providers.usage import counted

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def usage(**said: Any) -> Usage:
    counts = counted(wire_usage(msgspec.convert(said, UsageMetadata)))
    assert counts is not None
    return counts


def bill(model: str, used: Usage) -> Decimal:
    return msgspec.convert(found(Wanted(provider="google", model=model), NOW).prices, Prices).of(used)


def of(modality: str, count: int) -> dict[str, Any]:
    return {"modality": modality, "tokenCount": count}


def test_a_picture_costs_what_pictures_cost() -> None:
    drawn = usage(promptTokenCount=10, candidatesTokenCount=1_290, candidatesTokensDetails=[of("IMAGE", 1_290)])
    assert (drawn.output_tokens, drawn.output_image_tokens) == (1_290, 1_290)
    assert bill("gemini-2.5-flash-image", drawn) == Decimal("0.038703")


def test_sound_that_was_cached_costs_what_it_costs_from_the_cache() -> None:
    heard = usage(
        promptTokenCount=1_100,
        cachedContentTokenCount=100,
        candidatesTokenCount=0,
        promptTokensDetails=[of("TEXT", 1_000), of("AUDIO", 100)],
        cacheTokensDetails=[of("AUDIO", 100)],
    )
    assert (heard.cached_tokens, heard.audio_tokens, heard.cached_audio_tokens) == (100, 100, 100)
    assert bill("gemini-2.5-flash", heard) == (1_000 * Decimal("0.3") + 100 * Decimal("0.1")) / 1_000_000


@pytest.mark.parametrize("said", [None, [], [of("TEXT", 100)]])
def test_where_it_does_not_tell_text_was_cached_first(said: Any) -> None:
    heard = usage(
        promptTokenCount=1_100,
        cachedContentTokenCount=100,
        promptTokensDetails=[of("TEXT", 1_000), of("AUDIO", 100)],
        cacheTokensDetails=said,
    )
    prices = Prices(Decimal(1), Decimal(1), Decimal("0.1"), audio=Decimal(4))
    assert prices.of(heard) == (900 * Decimal(1) + 100 * Decimal("0.1") + 100 * Decimal(4)) / 1_000_000


def test_a_count_that_is_larger_than_its_whole_is_cut_to_it() -> None:
    odd = usage(
        promptTokenCount=10,
        cachedContentTokenCount=5,
        candidatesTokenCount=3,
        cacheTokensDetails=[of("AUDIO", 1_000)],
        candidatesTokensDetails=[of("IMAGE", 1_000)],
    )
    assert odd.output_image_tokens == 3
    assert bill("gemini-2.5-flash-image", odd) <= (10 * Decimal("0.3") + 3 * Decimal(30)) / 1_000_000
