"""What was paid for beside answers."""

from decimal import Decimal
from typing import Literal

from ratchet_common.events.event import Event


class CostIncurred(Event, frozen=True, kw_only=True, tag="cost.incurred.v1"):
    """A training or an evaluation has cost so much until now. Of one there may be several: the latest counts,
    by `occurred_at`, which may be less than an estimate before it.

    `about`: the id of the job or the evaluation, whose answers and judge are all in it.
    """

    kind: Literal["training", "evaluation"]
    about: str
    task_type: str
    cost_usd: Decimal
    model: str = ""  # that is trained, or judged; empty: not known
