"""What was spent on a request that was stopped before there was an answer: whoever was asked wants to be paid. Pure."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ratchet_common.events import Usage
from ratchet_router.in_parts import Window
from ratchet_router.merging import PartAnswer, used
from ratchet_router.target import Target
from ratchet_router.tries import Tries

NOTHING = Usage()


def spent_in_parts(every: Sequence[Tries[Target]], window: Window) -> tuple[Usage, Decimal]:
    """What the parts that were answered came to, and those that were under way to read. In USD."""
    spent = [PartAnswer(output="", usage=usage, cost_usd=by.cost_of(usage)) for by, usage in _of_parts(every, window)]
    cost = sum((one.cost_usd for one in spent), Decimal(0))
    return used(spent) if spent else NOTHING, cost


def _of_parts(every: Sequence[Tries[Target]], window: Window) -> Iterator[tuple[Target, Usage]]:
    for its in every:
        yield from ((by, usage) for _, by, usage in its.answers)
        if its.interrupted is not None:
            yield its.interrupted, window.of_one_part
