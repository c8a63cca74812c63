"""What it cost, what it would have cost otherwise, and what came of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from ratchet_monitor.observations import NANO
from ratchet_monitor.performance import accuracy, mean
from ratchet_monitor.totals import Totals, answers, grouped, only, summed
from ratchet_monitor.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Costs:
    """USD. `savings_from_caching` stands at the hour of the answer that was repeated, and is what it had cost.

    `cost_of_attempts`: of calls whose answers were not given, such as streams that broke off and answers that were too
    weak. A provider's bill has it, and no user's: it is in no other number but `net_savings`. So it is with
    `cost_of_shadows`: of the answers of versions in the shadow, which nobody saw.
    """

    total_cost: float
    cost_of_attempts: float
    cost_of_shadows: float
    cost_per_document: float | None
    cost_by_model: dict[str, float]
    cost_by_task: dict[str, float]
    cost_by_tenant: dict[str, float]
    savings_from_caching: float
    savings_from_routing: float
    savings_from_batching: float
    training_cost: float
    net_savings: float


@dataclass(frozen=True, slots=True)
class LiveVersion:
    task_type: str
    version_id: str
    percent: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Vectors cost, and are no predictions here.

    `satisfaction`: 1 where everybody was content, .5 where the ratings balance.
    """

    total_documents: int
    total_predictions: int
    total_cost: float
    accuracy: float | None
    satisfaction: float | None
    versions_live: list[LiveVersion]
    hours_since_last_training: float | None
    late: int  # results and feedback that came after their hour was sealed: they are in none of the numbers


def costs(found: Totals, tenant: str, of_shadows: int = 0) -> Costs:
    """`of_shadows`: in nano-USD."""
    total = summed(found)
    caching, routing, batching, training = total.caching_saved, total.routing_saved, 0, 0
    return Costs(
        total_cost=usd(total.cost),
        cost_of_attempts=usd(total.cost_of_attempts),
        cost_of_shadows=usd(of_shadows),
        cost_per_document=mean(total.document_cost, total.documents, NANO),
        cost_by_model={name: usd(summed(part).cost) for name, part in grouped(found, lambda s: s.model).items()},
        cost_by_task={name: usd(summed(part).cost) for name, part in grouped(found, lambda s: s.task_type).items()},
        cost_by_tenant={tenant: usd(total.cost)},
        savings_from_caching=usd(caching),
        savings_from_routing=usd(routing),
        savings_from_batching=usd(batching),
        training_cost=usd(training),
        net_savings=usd(caching + routing + batching - training - total.cost_of_attempts - of_shadows),
    )


def summary(found: Totals, traffic: Collection[Traffic], late: int, now: datetime) -> Summary:
    total, answered = summed(found), answers(found)
    learned = max((one.learned_until for one in traffic if one.learned_until), default=None)
    return Summary(
        total_documents=total.documents,
        total_predictions=summed(answered).predictions,
        total_cost=usd(total.cost),
        accuracy=accuracy(summed(only(answered, lambda subject: not subject.cached))),
        satisfaction=mean(total.satisfied, total.ratings, 2),
        versions_live=_live(traffic),
        hours_since_last_training=round((now - learned) / timedelta(hours=1), 3) if learned else None,
        late=late,
    )


def usd(nano: int) -> float:
    return round(nano / NANO, 6)


def _live(traffic: Collection[Traffic]) -> list[LiveVersion]:
    return [
        LiveVersion(one.task_type, share.version_id, share.percent)
        for one in sorted(traffic, key=lambda one: one.task_type)
        for share in one.shares
        if share.percent
    ]
