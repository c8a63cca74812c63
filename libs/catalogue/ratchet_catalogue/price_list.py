"""Run as a process of its own by `known_prices.py`: what genai-prices knows of some models, as JSON out for JSON in."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, TieredPrices, TimeOfDateConstraint

from ratchet_catalogue.known_prices import Found, Wanted

LISTED_AS: Final[Mapping[str, str]] = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached": "cache_read_mtok",
    "cache_written": "cache_write_mtok",
    "cache_written_long": "cache_write_1h_mtok",
    "reasoning": "output_reasoning_mtok",
    "image": "input_image_mtok",
    "audio": "input_audio_mtok",
    "output_audio": "output_audio_mtok",
    "output_image": "output_image_mtok",
    "cached_image": "cache_image_read_mtok",
    "cached_audio": "cache_audio_read_mtok",
}
IN_A_BATCH: Final = {"processing": "batch"}


def found(wanted: Wanted, now: datetime) -> Found:
    """The prices as `Prices` takes them, or why there are none."""
    if not (wanted.provider or wanted.url):
        return Found(why="cannot tell who sells it")
    try:
        provider, model = get_snapshot().find_provider_model(
            wanted.model, None, wanted.provider or None, wanted.url or None
        )
    except LookupError:
        return Found(why="does not know that model")
    why = _not_by_tokens_alone(model, now)
    if why:
        return Found(why=why)
    own = any(model is one for one in provider.models)  # of another's model its price in a batch is not known
    standard = _parts(model.get_prices(now))
    if not (own and _has_batch_prices(model, now)):
        return Found(prices=standard)
    return Found(prices=standard | {"batch": _parts(model.get_prices(now, IN_A_BATCH))})


def _not_by_tokens_alone(model: ModelInfo, now: datetime) -> str:
    if isinstance(model.prices, list) and any(isinstance(one.constraint, TimeOfDateConstraint) for one in model.prices):
        return "has prices for it that change with the hour of the day"
    prices = model.get_prices(now)
    if prices.input_mtok is None:
        return "does not price it by input tokens"
    return "has a price for every request of it as well" if prices.requests_kcount is not None else ""


def _has_batch_prices(model: ModelInfo, now: datetime) -> bool:
    return any(
        variant.when == IN_A_BATCH and (variant.constraint is None or variant.constraint.active(now))
        for variant in model.price_variants or ()
    )


def _parts(listed: ModelPrice) -> dict[str, Any]:
    """Thresholds hold for all tokens of a request here as there."""
    prices = {part: price for part, key in LISTED_AS.items() if (price := getattr(listed, key)) is not None}
    tiered = {part: price for part, price in prices.items() if isinstance(price, TieredPrices)}
    starts = sorted({tier.start for price in tiered.values() for tier in price.tiers})
    base = {part: price.base if isinstance(price, TieredPrices) else price for part, price in prices.items()}
    above = [{"tokens": start} | {part: _from(start, price) for part, price in tiered.items()} for start in starts]
    return {"output": Decimal(0)} | base | ({"above": above} if above else {})


def _from(start: int, price: TieredPrices) -> Decimal:
    return next((tier.price for tier in reversed(price.tiers) if tier.start <= start), price.base)


def main() -> int:
    wanted = msgspec.json.decode(sys.stdin.buffer.read(), type=list[Wanted])
    now = datetime.now(UTC)
    sys.stdout.buffer.write(msgspec.json.encode([found(one, now) for one in wanted]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
