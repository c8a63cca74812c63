"""A training job as the store keeps it."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bson import Binary

from ratchet_common.mongo import Document
from ratchet_trainer.job_metrics import Open
from ratchet_trainer.platforms.platform import Tuned
from ratchet_trainer.store.paging import place_of
from ratchet_trainer.tuning.jobs import OPEN, Estimate, Job, JobState, Recipe, Step


def open_key(job: Job) -> str:
    """Unique among those that are open: one job of a task, and beside it the trials of a search."""
    return f"{job.tenant}:{job.task_type}" + (f":{job.token}" if job.search_id else "")


def document_of(job: Job) -> Document:
    return {
        "_id": Binary.from_uuid(job.job_id),
        "tenant": job.tenant,
        "place": place_of(job.created_at, job.job_id),
        "task_type": job.task_type,
        "platform": job.platform,
        "made_by": job.made_by,
        "reasons": list(job.reasons),
        "created_at": job.created_at,
        "waits": job.waits,
        "recipe": asdict(job.recipe) | {"hyperparameters": _pairs(job.recipe.hyperparameters)},
        "search_id": Binary.from_uuid(job.search_id) if job.search_id else None,
        "part_of": Binary.from_uuid(job.part_of) if job.part_of else None,
        **({"trace": job.trace} if job.trace else {}),
        **fields_of(job),
        **({"open": open_key(job)} if job.state in OPEN else {}),
    }


def fields_of(job: Job) -> dict[str, Any]:
    """What changes in a job's life."""
    return {
        "state": str(job.state),
        "reason": job.reason,
        "progress": job.progress,
        "due_at": job.due_at,
        "looks": job.looks,
        "attempts": job.attempts,
        "dataset_id": job.dataset_id,
        "base_model": job.base_model,
        "hyperparameters": _pairs(job.hyperparameters),
        "estimate": asdict(job.estimate) if job.estimate else None,
        "files": dict(job.files),
        "creating_at": job.creating_at,
        "run_id": job.run_id,
        "began_at": job.began_at,
        "polls": job.polls,
        "losses": job.losses,
        "misses": job.misses,
        "away_since": job.away_since,
        "cost_usd": job.cost_usd,
        "metrics": _pairs(job.metrics),
        "version_id": job.version_id,
        "tuned": asdict(job.tuned) if job.tuned else None,
        "left": job.left,
        "spared": job.spared,
        "history": [step_of(step) for step in job.history],
    }


def step_of(step: Step) -> Document:
    return asdict(step) | {"state": str(step.state)}


def job_in(document: Document) -> Job:
    recipe = document["recipe"]
    return Job(
        job_id=document["_id"].as_uuid(),
        tenant=document["tenant"],
        task_type=document["task_type"],
        platform=document["platform"],
        made_by=document["made_by"],
        reasons=tuple(document["reasons"]),
        created_at=document["created_at"],
        due_at=document["due_at"],
        waits=document["waits"],
        recipe=Recipe(**recipe | {"hyperparameters": dict(recipe["hyperparameters"])}),
        state=JobState(document["state"]),
        reason=document["reason"],
        progress=document["progress"],
        looks=document["looks"],
        attempts=document["attempts"],
        dataset_id=document["dataset_id"],
        base_model=document["base_model"],
        hyperparameters=dict(document["hyperparameters"]),
        estimate=_estimate(document["estimate"]) if document["estimate"] else None,
        files=document["files"],
        creating_at=document["creating_at"],
        run_id=document["run_id"],
        began_at=document["began_at"],
        polls=document["polls"],
        losses=document["losses"],
        misses=document["misses"],
        away_since=document["away_since"],
        cost_usd=document["cost_usd"],
        metrics=dict(document["metrics"]),
        version_id=document["version_id"],
        search_id=document["search_id"].as_uuid() if document["search_id"] else None,
        tuned=Tuned(**document["tuned"]) if document["tuned"] else None,
        part_of=document["part_of"].as_uuid() if document["part_of"] else None,
        left=document["left"],
        erasures=len(document.get("erasures", ())),
        spared=document.get("spared", 0),
        trace=document.get("trace"),
        history=tuple(Step(JobState(step["state"]), step["at"], step["reason"]) for step in document["history"]),
    )


def open_in(document: Document) -> Open:
    """Who has it under a lease works on it; else it waits, from when it was due."""
    until = datetime.fromtimestamp(document.get("lease", {}).get("until_ms", 0) / 1000, UTC)
    due = document["due_at"]
    since = document["history"][-1]["at"]
    return Open(document["platform"], JobState(document["state"]), since, until if until > datetime.now(UTC) else due)


def _estimate(found: dict[str, Any]) -> Estimate:
    return Estimate(**found | {"left_out_because": tuple(found.get("left_out_because", ()))})


def _pairs(named: Any) -> list[list[Any]]:
    """Names as values: a name with a dot is no field."""
    return [[name, value] for name, value in named.items()]
