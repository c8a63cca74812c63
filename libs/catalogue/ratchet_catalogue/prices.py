"""What an answer costs: its usage at a model's prices, in exact decimals."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Final

import msgspec

from ratchet_common.events import Usage

ZERO: Final = Decimal(0)
MILLION: Final = 1_000_000
DEAREST: Final = 100_000
BOUNDLESS: Final = 10**9  # tokens: more than any answer has
FINEST: Final = 9  # decimal places of a price: then 10⁸ tokens at any price and factor stay within 28 digits
Price = Decimal | None
Tokens = Annotated[int, msgspec.Meta(ge=1)]


class Parts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """USD per million tokens, of each kind that has a price of its own."""

    input: Price = None
    output: Price = None
    cached: Price = None
    cache_written: Price = None
    cache_written_long: Price = None
    reasoning: Price = None
    image: Price = None
    audio: Price = None
    output_audio: Price = None
    output_image: Price = None
    cached_image: Price = None
    cached_audio: Price = None

    def given(self) -> dict[str, Decimal]:
        return {part: price for part in PARTS if (price := getattr(self, part)) is not None}


PARTS: Final = tuple(field.name for field in msgspec.structs.fields(Parts))


class Above(Parts, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of a request with more input than `tokens`, every token costs this; what is left out costs what it did."""

    tokens: Tokens


class Batch(Parts, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of a request by the provider's batch API. What it names holds at every length, but for its own `above`."""

    above: tuple[Above, ...] = ()


class Prices(Parts, frozen=True, forbid_unknown_fields=True):
    """A kind that is left out costs what the kind that it is a part of costs: cached, written to the cache, image and
    audio as `input`, cached images and cached audio as `cached`, else as what is not cached, an hour's in the cache as
    `cache_written`, reasoning, spoken and drawn as `output`.

    Part of the same input may be cached and image or audio at once. Where the provider does not tell which, text is
    taken to have been cached first. A batch costs `batch_factor` of everything that `batch` does not name.
    """

    input: Decimal
    output: Decimal
    cached: Price = None
    above: tuple[Above, ...] = ()
    batch_factor: Decimal = Decimal("0.5")
    batch: Batch | None = None

    def __post_init__(self) -> None:
        thresholds = (*self.above, *(self.batch.above if self.batch else ()))
        for parts in (self, self.batch, *thresholds):
            _check(parts.given().values() if parts else ())
        if not (self.batch_factor.is_finite() and 0 <= self.batch_factor <= 1 and _places(self.batch_factor) <= 4):
            raise ValueError("A batch_factor must be from 0 to 1, of four decimal places at most")

    def of(self, usage: Usage) -> Decimal:
        """USD, exact. A part that is counted larger than its whole is cut to it."""
        at = self._at(usage) if usage.batch or self.above else self
        return (_read(usage, at) + _written(usage, at)) / MILLION

    def buys(self, usd: Decimal, read: Usage) -> int:
        """Tokens of output that the rest pays for once that is read, at the dearest that each of them may turn out."""
        at = self._at(read) if read.batch or self.above else self
        kinds = (at.output, at.reasoning, at.output_audio, at.output_image)
        dearest, rest = max(price or ZERO for price in kinds), usd - self.of(read)
        if rest < 0:
            return 0
        return min(int(rest * MILLION // dearest), BOUNDLESS) if dearest else BOUNDLESS

    def _at(self, usage: Usage) -> Parts:
        """As these are for a request of this length, in a batch or by itself."""
        standard = self.given() | _tier(self.above, usage.input_tokens)
        if not usage.batch:
            return Parts(**standard)
        factored = {part: price * self.batch_factor for part, price in standard.items()}
        named = {} if self.batch is None else self.batch.given() | _tier(self.batch.above, usage.input_tokens)
        return Parts(**factored | named)


def _read(usage: Usage, at: Parts) -> Decimal:
    left, otherwise = usage.input_tokens, at.input or ZERO
    cost = ZERO
    if usage.cached_tokens:
        cached = min(usage.cached_tokens, left)
        left -= cached
        cost += _from_cache(usage, cached, at)
    if usage.cache_written_tokens:
        written = min(usage.cache_written_tokens, left)
        left -= written
        long = min(usage.cache_written_long_tokens, written)
        at_short = _or(at.cache_written, otherwise)
        cost += (written - long) * at_short + long * _or(at.cache_written_long, at_short)
    if usage.audio_tokens:
        audio = min(max(usage.audio_tokens - usage.cached_audio_tokens, 0), left)
        left -= audio
        cost += audio * _or(at.audio, otherwise)
    if usage.image_tokens:
        image = min(max(usage.image_tokens - usage.cached_image_tokens, 0), left)
        left -= image
        cost += image * _or(at.image, otherwise)
    return cost + left * otherwise


def _from_cache(usage: Usage, cached: int, at: Parts) -> Decimal:
    otherwise = at.input or ZERO
    audio = min(usage.cached_audio_tokens, cached)
    image = min(usage.cached_image_tokens, cached - audio)
    cost = (cached - audio - image) * _or(at.cached, otherwise)
    for count, own, uncached in ((audio, at.cached_audio, at.audio), (image, at.cached_image, at.image)):
        if count:
            cost += count * _or(own, _or(at.cached, _or(uncached, otherwise)))
    return cost


def _written(usage: Usage, at: Parts) -> Decimal:
    left, otherwise = usage.output_tokens, at.output or ZERO
    cost = ZERO
    if usage.reasoning_tokens:
        reasoning = min(usage.reasoning_tokens, left)
        left -= reasoning
        cost += reasoning * _or(at.reasoning, otherwise)
    if usage.output_audio_tokens:
        spoken = min(usage.output_audio_tokens, left)
        left -= spoken
        cost += spoken * _or(at.output_audio, otherwise)
    if usage.output_image_tokens:
        drawn = min(usage.output_image_tokens, left)
        left -= drawn
        cost += drawn * _or(at.output_image, otherwise)
    return cost + left * otherwise


def _or(price: Price, otherwise: Decimal) -> Decimal:
    return otherwise if price is None else price


def _tier(above: tuple[Above, ...], input_tokens: int) -> dict[str, Decimal]:
    """What the highest threshold below this length changes."""
    passed = [tier for tier in above if input_tokens > tier.tokens]
    return max(passed, key=lambda tier: tier.tokens).given() if passed else {}


def _check(prices: Iterable[Decimal]) -> None:
    for price in prices:
        if not (price.is_finite() and 0 <= price <= DEAREST):
            raise ValueError(f"A price must be from 0 to {DEAREST} USD per million tokens")
        if _places(price) > FINEST:
            raise ValueError(f"A price must have {FINEST} decimal places at most")


def _places(number: Decimal) -> int:
    return max(0, -int(number.as_tuple().exponent))
