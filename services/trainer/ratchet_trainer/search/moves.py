"""What a search does next, by what its jobs have come to. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from ratchet_trainer.search.halving import loss_at, rungs, to_stop
from ratchet_trainer.search.search import Search, Trial
from ratchet_trainer.tuning.jobs import OPEN, Job, JobState

VALIDATION = ("full_valid_loss", "validation_loss", "valid_loss", "eval_loss")  # as the platforms call it
Curves = Mapping[UUID, Mapping[str, Sequence[tuple[int, float]]]]  # by job


@dataclass(frozen=True, slots=True)
class Moves:
    """`over`: nothing is left to begin or to wait for."""

    begin: tuple[int, ...] = ()
    end: tuple[UUID, ...] = ()  # jobs that are not worth going on with
    over: bool = False


def seen(search: Search, jobs: Mapping[UUID, Job], curves: Curves) -> Search:
    """With what its jobs have said since the last look."""
    parts = rungs(len(search.trials)) if search.strategy == "halving" else ()
    trials = [
        _seen(trial, jobs.get(search.job_id(number)), curves.get(search.job_id(number), {}), parts)
        for number, trial in enumerate(search.trials)
    ]
    return replace(search, trials=tuple(trials))


def _seen(
    trial: Trial, job: Job | None, curves: Mapping[str, Sequence[tuple[int, float]]], parts: Sequence[float]
) -> Trial:
    if job is None:
        return trial
    loss = validation_loss(job.metrics) if job.state is JobState.SUCCEEDED else None
    curve = next((curves[name] for name in VALIDATION if curves.get(name)), ())
    found = {name: loss_at(curve, run_progress(job), part) for part in parts if (name := f"{part:.4f}") is not None}
    new = {name: value for name, value in found.items() if value is not None and name not in trial.at_rungs}
    return replace(trial, begun=True, loss=loss, at_rungs={**trial.at_rungs, **new})


def next_moves(search: Search, jobs: Mapping[UUID, Job]) -> Moves:
    open_ = [number for number, job in _by_number(search, jobs).items() if job.state in OPEN]
    worse = _worse(search)
    end = tuple(search.job_id(number) for number in open_ if number in worse)
    waiting = [number for number, trial in enumerate(search.trials) if not trial.begun]
    free = 0 if _refused(search, jobs) else max(search.at_once - len(open_), 0)
    if search.max_cost_usd is not None:
        free = min(free, 1)  # what it costs has to be known before the next one is begun
    begin = tuple(waiting[:free])
    return Moves(begin, end, over=not open_ and not begin)


def stopped(search: Search, ended: Sequence[UUID]) -> Search:
    trials = [
        replace(trial, stopped=trial.stopped or search.job_id(number) in ended)
        for number, trial in enumerate(search.trials)
    ]
    return replace(search, trials=tuple(trials))


def left_usd(search: Search, jobs: Mapping[UUID, Job]) -> float | None:
    """Of its money, for one more job; None: as much as any job may cost."""
    if search.max_cost_usd is None:
        return None
    return max(search.max_cost_usd - sum(_cost(job) for job in jobs.values()), 0.0)


def best_of(search: Search, jobs: Mapping[UUID, Job]) -> int | None:
    """The number of the trial with the lowest loss on validation; the earlier one of equals."""
    by_number = _by_number(search, jobs)
    done = [n for n, job in by_number.items() if job.state is JobState.SUCCEEDED and search.trials[n].loss is not None]
    return min(done, key=lambda n: (search.trials[n].loss or 0.0, n), default=None)


def why_none(search: Search, jobs: Mapping[UUID, Job]) -> str:
    ended = list(_by_number(search, jobs).values())
    succeeded = [job for job in ended if job.state is JobState.SUCCEEDED]
    if succeeded:
        return (
            f"{search.platform} tells no loss on validation, by which its {len(succeeded)} models could be told apart: "
            "give it more examples to validate on, or evaluate them one by one."
        )
    last = next((job.reason for job in reversed(ended) if job.reason), "none was begun")
    return f"None of its {len(ended)} jobs succeeded. The last one: {last}"


def validation_loss(metrics: Mapping[str, float]) -> float | None:
    return next((metrics[name] for name in VALIDATION if name in metrics), None)


def run_progress(job: Job) -> float:
    """Of the run alone: a job's own progress counts what came before."""
    return max((job.progress - 0.2) / 0.8, 0.0)


def _worse(search: Search) -> set[int]:
    if search.strategy != "halving":
        return set()
    found: set[int] = set()
    for part in rungs(len(search.trials)):
        there = {str(n): t.at_rungs[name] for n, t in enumerate(search.trials) if (name := f"{part:.4f}") in t.at_rungs}
        found |= {int(number) for number in to_stop(there)}
    return found


def _refused(search: Search, jobs: Mapping[UUID, Job]) -> bool:
    """One could not be begun: the next ones could not either, unless it was for its price, since others may be cheaper.
    Or one's price is not known yet, and what is left of the money neither."""
    of_money = search.max_cost_usd is not None
    return any(
        (job.state is JobState.FAILED and not job.run_id and not _too_dear(job))
        or (of_money and job.state in OPEN and job.estimate is None)
        for job in jobs.values()
    )


def _too_dear(job: Job) -> bool:
    price, most = job.estimate.cost_usd if job.estimate else None, job.recipe.max_cost_usd
    return price is not None and most is not None and price > most


def _cost(job: Job) -> float:
    if job.cost_usd is not None and job.state not in OPEN:
        return job.cost_usd
    begun = job.state in OPEN or job.run_id
    expected = job.estimate.cost_usd if job.estimate and begun else None
    return max(expected or 0.0, job.cost_usd or 0.0)


def _by_number(search: Search, jobs: Mapping[UUID, Job]) -> dict[int, Job]:
    ids = {search.job_id(number): number for number in range(len(search.trials))}
    return {ids[job_id]: job for job_id, job in jobs.items() if job_id in ids}
