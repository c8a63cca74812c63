"""What the same usage would have cost without a discount, or at another model's prices: exact decimals. Pure."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from ratchet_catalogue.prices import ZERO, Prices
from ratchet_common.events import Savings, Usage


def savings_of(usage: Usage, prices: Prices, reference: tuple[str, Prices] | None = None) -> Savings | None:
    """`reference`: the name of a model, and its prices. None: nothing was saved, and nothing is compared."""
    batch, cache = batch_discount(usage, prices), cache_discount(usage, prices)
    if reference is None:
        return Savings(batch_usd=batch, provider_cache_usd=cache) if batch or cache else None
    name, dearer = reference
    compared = dearer.of(usage)  # in a batch too, and cached as much: no saving counts twice
    return Savings(batch_usd=batch, provider_cache_usd=cache, reference_model=name, reference_usd=compared)


def added(savings: Iterable[Savings | None]) -> Savings | None:
    """Of several calls, which are compared with the same reference. None: none of them saved or compared anything."""
    some = [one for one in savings if one is not None]
    if not some:
        return None
    return Savings(
        batch_usd=sum((one.batch_usd for one in some), ZERO),
        provider_cache_usd=sum((one.provider_cache_usd for one in some), ZERO),
        reference_model=some[0].reference_model,
        reference_usd=sum((one.reference_usd for one in some), ZERO),
    )


def batch_discount(usage: Usage, prices: Prices) -> Decimal:
    """USD: what it would have cost more by itself, with as much out of the provider's cache."""
    if not usage.batch:
        return ZERO
    return prices.of(msgspec.structs.replace(usage, batch=False)) - prices.of(usage)


def cache_discount(usage: Usage, prices: Prices) -> Decimal:
    """USD: what it would have cost more had the provider cached none of it. Less than 0 is possible: writing into the
    cache may cost more than it brings."""
    if not (usage.cached_tokens or usage.cache_written_tokens):
        return ZERO
    uncached = msgspec.structs.replace(
        usage,
        cached_tokens=0,
        cached_image_tokens=0,
        cached_audio_tokens=0,
        cache_written_tokens=0,
        cache_written_long_tokens=0,
    )
    return prices.of(uncached) - prices.of(usage)
