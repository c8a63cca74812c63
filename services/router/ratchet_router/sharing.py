"""An answer that need not be made: it was given before, or is being given to the same request at this moment."""

import msgspec

from ratchet_common.errors import RefusedError
from ratchet_router.cache import AnswerCache
from ratchet_router.in_flight import Call, InFlight, Terms
from ratchet_router.memory import Entry


class NotCachedError(RefusedError):
    status = 504  # as RFC 9111 has it
    type = "not-cached"
    title = "There is no kept answer"

    def __init__(self) -> None:
        super().__init__("Only a kept answer was asked for, and there is none: leave out only-if-cached.")


class Wanted(msgspec.Struct, frozen=True):
    """`max_age_s`: an older answer is none. `only_cached`: no model may be asked. The rest is as `InFlight` has it."""

    key: bytes
    tenant: str
    max_age_s: int | None
    only_cached: bool
    terms: Terms
    patience_s: float | None


async def kept_or_to_be_made(wanted: Wanted, cache: AnswerCache, in_flight: InFlight) -> Entry | Call:
    """A `Call` is for this one to make and to settle: others wait for it. Raises NotCachedError, NoAnswerError."""
    key = wanted.key
    if (found := await cache.look_up(key, wanted.tenant, wanted.max_age_s)) is not None:
        return found
    if wanted.only_cached and key not in in_flight:
        raise NotCachedError
    joined = await in_flight.joined(key, wanted.terms, wanted.patience_s)
    if isinstance(joined, Call):
        if (made := cache.made_meanwhile(key, wanted.max_age_s)) is None and not wanted.only_cached:
            return joined
        joined.settle(made, for_all=True)
        if made is None:
            raise NotCachedError
        joined = made
    cache.shared(key, joined)
    return joined
