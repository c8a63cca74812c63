"""What the trainer tells of its jobs: how many, how long in their state, and whether one is left waiting."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from prometheus_client import REGISTRY

from ratchet_common.measures import Measures
from ratchet_trainer.job_metrics import JOBS, OLDEST, OVERDUE, Open, found, measured
from ratchet_trainer.tuning.jobs import JobState

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)


def job(platform: str, state: JobState, *, since_s: float, free_in_s: float) -> Open:
    return Open(platform, state, NOW - timedelta(seconds=since_s), NOW + timedelta(seconds=free_in_s))


def test_without_jobs_no_state_has_an_age() -> None:
    told = found([], NOW)
    assert {value for _, _, value in told} == {0.0}
    assert {labels for gauge, labels, _ in told if gauge is OLDEST} == {
        ("queued",),
        ("preparing",),
        ("uploading",),
        ("running",),
    }


def test_the_oldest_of_each_state_and_the_longest_wait_of_each_platform_are_told() -> None:
    jobs = [
        job("local", JobState.RUNNING, since_s=50, free_in_s=20),  # a worker has it
        job("local", JobState.QUEUED, since_s=900, free_in_s=-300),  # and this one waits for him
        job("local", JobState.QUEUED, since_s=10, free_in_s=-10),
        job("openai", JobState.RUNNING, since_s=7000, free_in_s=120),  # looked at again in two minutes
    ]
    told = {(gauge, labels): value for gauge, labels, value in found(jobs, NOW)}
    assert told[JOBS, ("local", "queued")] == 2
    assert told[JOBS, ("local", "running")] == told[JOBS, ("openai", "running")] == 1
    assert told[OLDEST, ("queued",)] == 900
    assert told[OLDEST, ("running",)] == 7000
    assert told[OLDEST, ("uploading",)] == 0
    assert told[OVERDUE, ("local",)] == 300
    assert told[OVERDUE, ("openai",)] == 0


class Nothing:
    async def open(self) -> Collection[Open]:
        return []

    async def by_state(self) -> Mapping[str, int]:
        return {}


def test_a_first_job_that_fails_is_a_step_that_a_rate_sees() -> None:
    measured(Measures("trainer"), Nothing(), Nothing(), ("somewhere",), lambda: NOW)
    for state in ("succeeded", "failed", "cancelled"):
        labels = {"platform": "somewhere", "state": state}
        assert REGISTRY.get_sample_value("ratchet_jobs_ended_total", labels) == 0.0
