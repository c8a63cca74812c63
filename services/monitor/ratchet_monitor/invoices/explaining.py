"""Why a day's bill of a model is not what was recorded: causes in words, which add up to the difference exactly. Pure.

Taken in this order: nothing of it on one side, lines that stand there twice, rounding, calls whose answers were not
given, a discount that one side did not count, tokens and prices.
What tokens cost is told by our own records of the model, where they let its prices be known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

import numpy as np

from ratchet_monitor.invoices.reading import Again, Billed
from ratchet_monitor.ledger.sums import Sums
from ratchet_monitor.observations import NANO

Kind = Literal[
    "never_seen",
    "not_listed",
    "another_day",
    "billed_twice",
    "rounding",
    "batch_discount",
    "cache_discount",
    "attempts_not_billed",
    "tokens_differ",
    "price_differs",
    "unknown",
]
ZERO: Final = Decimal(0)
OURS: Final = Decimal(1) / NANO / 2  # each of our answers is rounded by so much at most
HALF: Final = Decimal("0.5")
NEVER_RECORDED: Final = (
    "calls that never went through the router, such as evaluations, the answers of the trainer's gate and those of "
    "judges, or calls that were never recorded, such as those of a replica that was killed"
)
FEWEST: Final = 2  # days for each kind of token, before a price is told by them


@dataclass(frozen=True, slots=True)
class Cause:
    kind: Kind
    usd: Decimal
    words: str


@dataclass(frozen=True, slots=True)
class UnitPrices:
    """USD a token, as our records show them."""

    input: Decimal
    output: Decimal
    cached: Decimal


def usd(nano: int) -> Decimal:
    return Decimal(nano) / NANO


def tolerance(theirs: Billed, ours: Sums) -> Decimal:
    return theirs.step + OURS * ours.answers


def causes(
    theirs: Billed, ours: Sums, prices: UnitPrices | None, *, with_tokens: bool, with_cached: bool
) -> list[Cause]:
    """Of one day and model, of which both sides have something. Empty: they agree to the last digit."""
    more = theirs.amount - usd(ours.billed)
    apart = _apart(theirs, ours, with_cached=with_cached) if with_tokens else (0, 0, 0)
    if theirs.again and (twice := _twice(theirs.again, more, apart if with_tokens else None, tolerance(theirs, ours))):
        return twice
    if _attempts_missing(more, apart, theirs, ours):
        return [Cause("attempts_not_billed", more, "They do not bill the calls whose answers were not given.")]
    if with_tokens and any(apart):
        return _by_tokens(more, apart, theirs, ours, prices)
    if more == ZERO:
        return []
    if abs(more) <= tolerance(theirs, ours):
        return [Cause("rounding", more, "The amount is rounded; the records are not.")]
    return [_discount(theirs, ours, more) or _price(theirs, ours, more, with_tokens=with_tokens)]


def unit_prices(days: Iterable[Sums]) -> UnitPrices | None:
    """By least squares over days of one model, and only where they explain what each day cost to the nano-dollar and
    a little. None: the days do not tell (too few, batches among them, prices that changed, …)."""
    known = [one for one in days if one.billed and not one.batch_saved]
    tokens = np.array([[one.input - one.cached, one.output, one.cached] for one in known], float).reshape(-1, 3)
    used = [kind for kind in range(3) if tokens[:, kind].any()]
    if not used or len(known) < len(used) + FEWEST - 1:
        return None
    cost = np.array([one.billed for one in known], float)
    scale = np.abs(tokens[:, used]).max(axis=0)
    found, _, rank, _ = np.linalg.lstsq(tokens[:, used] / scale, cost, rcond=1e-9)
    off = np.abs((tokens[:, used] / scale) @ found - cost)
    if rank < len(used) or (off > 1e-7 * cost + [one.answers for one in known]).any() or (found < 0).any():
        return None
    told = [ZERO] * 3
    for kind, price in zip(used, found / scale, strict=True):
        told[kind] = Decimal(str(round(float(price) / NANO, 15)))
    return UnitPrices(input=told[0], output=told[1], cached=told[2])


def _apart(theirs: Billed, ours: Sums, *, with_cached: bool) -> tuple[int, int, int]:
    cached = theirs.cached - ours.cached if with_cached else 0
    return theirs.input - ours.input, theirs.output - ours.output, cached


def _twice(again: Again, more: Decimal, apart: tuple[int, int, int] | None, near: Decimal) -> list[Cause]:
    """Empty: without the lines that stand there again, both sides would not agree either. Two calls may be alike, so
    that lines are alike proves nothing by itself."""
    rest = more - again.amount
    same_tokens = apart in (None, (again.input, again.output, again.cached))
    if again.amount <= near or abs(rest) > near or not same_tokens:
        return []
    lines = f"{'Line' if len(again.lines) == 1 else 'Lines'} {', '.join(map(str, again.lines))}"
    words = f"{lines}: word for word as a line before; without what stands there twice, both sides agree."
    found = [Cause("billed_twice", again.amount, words)]
    return found + ([Cause("rounding", rest, "The amount is rounded; the records are not.")] if rest else [])


def _attempts_missing(more: Decimal, apart: Sequence[int], theirs: Billed, ours: Sums) -> bool:
    """They ask for exactly so much less; the tokens of such calls, which ours count, are missing with them."""
    attempts, near = usd(ours.cost_of_attempts), tolerance(theirs, ours)
    return attempts > near and abs(more + attempts) <= near and all(one <= 0 for one in apart)


def _by_tokens(
    more: Decimal, apart: Sequence[int], theirs: Billed, ours: Sums, prices: UnitPrices | None
) -> list[Cause]:
    read, written, cached = apart
    told = ", ".join(
        f"{abs(n):,} {'more' if n > 0 else 'fewer'} of {what}"
        for n, what in ((read, "input"), (written, "output"), (cached, "what is cached"))
        if n
    )
    why = (
        NEVER_RECORDED
        if read >= 0 and written >= 0 and read + written
        else "calls of ours that they do not list, or tokens that we had to estimate"
        if read <= 0 and written <= 0 and read + written
        else "the two count differently"
    )
    if prices is None:
        words = (
            f"They count {told} tokens: {why}. Our records do not tell what each token costs, so prices may differ too."
        )
        return [Cause("tokens_differ", more, words)]
    by_tokens = (read - cached) * prices.input + written * prices.output + cached * prices.cached
    rest = more - by_tokens
    if abs(rest) <= tolerance(theirs, ours) + abs(by_tokens) / 1_000_000:
        return [Cause("tokens_differ", more, f"They count {told} tokens: {why}.")]
    tokens = Cause("tokens_differ", by_tokens, f"They count {told} tokens: {why}; at our prices, that is this.")
    return [tokens, Cause("price_differs", rest, "What is left: the same tokens at another price.")]


def _discount(theirs: Billed, ours: Sums, more: Decimal) -> Cause | None:
    near = tolerance(theirs, ours)
    batch, cache = usd(ours.batch_saved), usd(ours.provider_cache_saved)

    def is_(it: Decimal) -> bool:
        return bool(it) and abs(more - it) <= near

    if is_(batch):
        return Cause("batch_discount", more, "They bill batches at the usual price; we counted the price of batches.")
    if is_(cache):
        return Cause(
            "cache_discount", more, "They bill cached tokens as any others; we counted the price of cached ones."
        )
    if batch and cache and is_(batch + cache):
        return Cause(
            "batch_discount", more, "They bill neither batches nor cached tokens at the lower prices that we counted."
        )
    if is_(-usd(ours.billed) * HALF):
        return Cause(
            "batch_discount", more, "They bill half of what we counted, as for batches; we counted the usual price."
        )
    return None


def _price(theirs: Billed, ours: Sums, more: Decimal, *, with_tokens: bool) -> Cause:
    factor = (
        f"{theirs.amount / usd(ours.billed):.4f} times what we counted" if ours.billed else "not nothing, as for us"
    )
    if with_tokens:
        return Cause(
            "price_differs", more, f"The same tokens, and the price is {factor}: compare the catalogue's prices."
        )
    words = f"The amount is {factor}; without tokens in the file nothing tells whether those or prices differ."
    return Cause("unknown", more, words)
