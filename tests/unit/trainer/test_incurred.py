"""What trainings and evaluations cost is told once for each amount."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from ratchet_trainer.incurred import of_job, of_run
from ratchet_trainer.suites.run import Order, Run, Subject
from ratchet_trainer.tuning.jobs import Job

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
JOB = Job(
    job_id=UUID(int=1),
    tenant="acme",
    task_type="summary",
    platform="openai",
    made_by="ann",
    reasons=(),
    created_at=NOW,
    due_at=NOW,
    waits=False,
    base_model="small",
)
RUN = Run(
    run_id=UUID(int=2),
    tenant="acme",
    task_type="summary",
    order=Order(candidate=Subject(model="large")),
    made_by="ann",
    created_at=NOW,
    due_at=NOW,
    cases=3,
)


def test_a_job_tells_what_it_has_cost_when_that_has_changed() -> None:
    dearer = replace(JOB, cost_usd=0.1)
    told = of_job(JOB, dearer)
    assert told is not None
    assert (told.kind, told.about, told.cost_usd, told.model) == ("training", str(JOB.job_id), Decimal("0.1"), "small")
    assert of_job(dearer, dearer) is None
    assert of_job(JOB, JOB) is None
    assert of_job(JOB, replace(JOB, cost_usd=0.0)) is None


def test_a_job_that_costs_less_than_was_estimated_says_so_and_each_word_is_its_own() -> None:
    dear, true = replace(JOB, cost_usd=3.0), replace(JOB, cost_usd=2.0)
    words = [of_job(JOB, true), of_job(true, dear), of_job(dear, true), of_job(true, replace(JOB, cost_usd=0.0))]
    told = [one for one in words if one is not None]
    assert [one.cost_usd for one in told] == [Decimal("2.0"), Decimal("3.0"), Decimal("2.0"), Decimal("0.0")]
    assert len({one.event_id for one in told}) == 4
    assert of_job(dear, replace(JOB, cost_usd=None)) is None


def test_the_same_amount_is_the_same_event() -> None:
    one, again, more = of_run(RUN, 0.25), of_run(RUN, 0.25), of_run(RUN, 0.5)
    assert one is not None
    assert again is not None
    assert more is not None
    assert one.event_id == again.event_id != more.event_id
    assert (one.kind, one.cost_usd, one.model) == ("evaluation", Decimal("0.25"), "large")
    assert of_run(RUN, 0.0) is None
