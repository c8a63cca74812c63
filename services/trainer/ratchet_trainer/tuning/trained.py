"""What a run at a platform comes to: its cost, and the version that it leaves. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ratchet_trainer.datasets.dataset import Manifest
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.platform import Method, RunState, Status, Tuned
from ratchet_trainer.rollouts.versions import Version, name_of
from ratchet_trainer.tuning.base_models import BaseModel, training_usd
from ratchet_trainer.tuning.jobs import Job

VECTORS: Final = (
    "It gives vectors, and answers nothing: so it is no version, and gets no traffic. Its adapter is what came out; "
    "docs/lora.md says how it is served."
)


def gives_vectors(method: Method) -> bool:
    return method == "embeddings"


def cost_so_far(job: Job, model: BaseModel | None, status: Status) -> float | None:
    """By the tokens that the platform says it has trained on, else by how far it has come of what was estimated."""
    if status.trained_tokens is not None and model is not None:
        usd = training_usd(model, status.trained_tokens, 1)
        return None if usd is None else float(usd)
    if job.estimate is None or job.estimate.cost_usd is None:
        return None
    done = 1.0 if status.state is RunState.SUCCEEDED else status.progress
    return None if done is None else job.estimate.cost_usd * done


def candidate(
    job: Job,
    manifest: Manifest,
    tuned: Tuned,
    base_model: str,
    serves: str,
    now: datetime,
    metrics: Mapping[str, float],
) -> Version:
    sizes = {f"{side}_examples": float(manifest.sizes.get(side, 0)) for side in (Side.VALIDATION, Side.TEST)}
    return Version(
        tenant=job.tenant,
        version_id=name_of(job.task_type, tuned.identity),
        task_type=job.task_type,
        platform=job.platform,
        base_model=base_model,
        model=tuned.model,
        artifact=tuned.artifact,
        sha256=tuned.sha256,
        dataset_id=job.dataset_id,
        parent=serves,
        job_id=str(job.job_id),
        created_at=now,
        learned_until=manifest.learned_until,
        metrics={**metrics, "training_examples": float(manifest.sizes.get(Side.TRAIN, 0)), **sizes},
    )
