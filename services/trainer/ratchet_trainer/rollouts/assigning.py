"""A rollout as the other services hear of it. Pure."""

from collections.abc import Mapping
from uuid import UUID, uuid5

from ratchet_common.events import Serving, Shadow, TrafficAssigned
from ratchet_trainer.rollouts.rollout import Rollout

NAMESPACE = UUID("0c1c7a52-9d60-5f0e-8a43-6a1f0d1f7c35")


def assigned(rollout: Rollout, versions: Mapping[str, Serving]) -> TrafficAssigned:
    """The event of the latest change. `versions`: how to serve each of `rollout.serving`, and what is in the shadow."""
    by, dark = rollout.history[-1].by, rollout.shadow
    return TrafficAssigned(
        event_id=uuid5(NAMESPACE, f"{rollout.tenant}/{rollout.task_type}/{rollout.revision}"),
        occurred_at=by.at,
        tenant=rollout.tenant,
        task_type=rollout.task_type,
        revision=rollout.revision,
        shares=rollout.shares,
        versions={version: versions[version] for version in sorted(rollout.serving)},
        holdout=rollout.holdout,
        canary=rollout.canary,
        control=rollout.stable if rollout.canary else "",
        revoked=rollout.revoked,
        why=by.why,
        who=by.who,
        step=rollout.step,
        shadow=Shadow(version_id=dark.version_id, percent=dark.percent, serving=versions[dark.version_id])
        if dark
        else None,
    )
