"""What trainings and evaluations cost, as others hear of it. Pure."""

from decimal import Decimal
from typing import Final
from uuid import UUID, uuid5

from ratchet_common.events import CostIncurred
from ratchet_trainer.judging.evaluate import Evaluation
from ratchet_trainer.suites.run import Run
from ratchet_trainer.tuning.jobs import Job

NAMESPACE: Final = UUID("4b0e6a52-3f0c-5d57-9d3f-6a2d1c7c0b11")


def of_job(before: Job, job: Job) -> CostIncurred | None:
    """None: it costs nothing, nobody knows what, or what was told. It may be less than was told: an estimate."""
    if job.cost_usd is None or job.cost_usd == (before.cost_usd or 0):
        return None
    cost = Decimal(str(job.cost_usd))
    return CostIncurred(
        tenant=job.tenant,
        event_id=_id(job.job_id, cost, before.cost_usd),
        kind="training",
        about=str(job.job_id),
        task_type=job.task_type,
        cost_usd=cost,
        model=job.base_model,
    )


def of_run(run: Run, spent_usd: float) -> CostIncurred | None:
    """None: it has cost nothing yet. Told again it is the same event."""
    if not spent_usd:
        return None
    cost = Decimal(str(spent_usd))
    return CostIncurred(
        tenant=run.tenant,
        event_id=_id(run.run_id, cost),
        kind="evaluation",
        about=str(run.run_id),
        task_type=run.task_type,
        cost_usd=cost,
        model=run.order.candidate.name,
    )


def of_gate(evaluation: Evaluation) -> CostIncurred | None:
    """What the gate asked the version and its baseline. None: nobody was paid."""
    if not evaluation.spent_usd:
        return None
    cost = Decimal(str(evaluation.spent_usd))
    return CostIncurred(
        tenant=evaluation.tenant,
        event_id=_id(evaluation.evaluation_id, cost),
        kind="evaluation",
        about=str(evaluation.evaluation_id),
        task_type=evaluation.task_type,
        cost_usd=cost,
        model=evaluation.version_id,
    )


def _id(about: UUID, cost: Decimal, before: float | None = None) -> UUID:
    """`before`: what was told last, where it may rise and fall: the same amount again is then another word."""
    return uuid5(NAMESPACE, f"{about}/{before}/{cost}" if before else f"{about}/{cost}")
