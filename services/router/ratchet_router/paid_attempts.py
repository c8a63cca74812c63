"""Tries that were answered and paid for, though another's answer is the one that is given. Pure."""

from collections.abc import Sequence

import msgspec

from ratchet_common.events import Attempt
from ratchet_router.target import Target
from ratchet_router.tries import Tries


def with_their_costs(attempts: Sequence[Attempt], of: Sequence[Tries[Target]]) -> tuple[Attempt, ...]:
    """What those cost whose answers are not given: else it stands with the answer."""
    paid = {
        id(attempt): msgspec.structs.replace(attempt, usage=usage, cost_usd=by.cost_of(usage))
        for its in of
        for attempt, by, usage in its.answers
    }
    return tuple(paid.get(id(attempt), attempt) for attempt in attempts)
