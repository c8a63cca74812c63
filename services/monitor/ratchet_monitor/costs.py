"""What it cost, what it would have cost otherwise, and what came of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ratchet_common.vocabulary import EMBEDDING
from ratchet_monitor.behind import Behind
from ratchet_monitor.observations import NANO
from ratchet_monitor.performance import accuracy, mean
from ratchet_monitor.totals import Totals, answers, grouped, only, summed
from ratchet_monitor.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Beside:
    """Nano-USD, of the same days: what does not stand in the buckets."""

    of_shadows: int = 0
    of_training: int = 0
    of_evaluations: int = 0
    batching_saved: int = 0
    provider_cache_saved: int = 0
    by_reference: Mapping[str, int] = field(default_factory=dict)


NOTHING_BESIDE: Final = Beside()


@dataclass(frozen=True, slots=True)
class Costs:
    """USD. `savings_from_caching` stands at the hour of the answer that was repeated, and is what it had cost.

    `savings_from_routing`: what the reference model (`ROUTER_REFERENCE_MODEL`, else the dearest candidate) would have
    cost more for the same tokens, by reference in `savings_by_reference`. `savings_from_batching` and
    `savings_from_provider_cache`: the provider's discounts; the second is in no other number, since whoever asks the
    provider himself has it too. `net_savings`: those from caching, routing and batching, less the costs of training,
    of evaluations with their judges, of vectors, of attempts and of shadows.

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
    savings_from_provider_cache: float
    embedding_cost: float
    training_cost: float
    evaluation_cost: float
    net_savings: float
    savings_by_reference: dict[str, float]
    behind: Behind | None = None


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
    behind: Behind | None = None


def costs(found: Totals, tenant: str, beside: Beside = NOTHING_BESIDE) -> Costs:
    total, of_shadows, training = summed(found), beside.of_shadows, beside.of_training
    vectors = summed(only(found, lambda subject: subject.task_type == EMBEDDING)).cost
    caching, routing, batching = total.caching_saved, total.routing_saved, beside.batching_saved
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
        savings_from_provider_cache=usd(beside.provider_cache_saved),
        embedding_cost=usd(vectors),
        training_cost=usd(training),
        evaluation_cost=usd(beside.of_evaluations),
        net_savings=usd(
            caching
            + routing
            + batching
            - training
            - beside.of_evaluations
            - vectors
            - total.cost_of_attempts
            - of_shadows
        ),
        savings_by_reference={name: usd(nano) for name, nano in sorted(beside.by_reference.items())},
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
