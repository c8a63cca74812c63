"""Use case: the traffic of a task changes. One write decides; the versions' own documents follow it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ratchet_common.errors import RetryLaterError
from ratchet_common.events import BASE_VERSION, Serving, TrafficAssigned
from ratchet_trainer.rollouts.assigning import assigned
from ratchet_trainer.rollouts.rollout import Rollout, Standing, end_holdout, standings
from ratchet_trainer.rollouts.versions import BASE_SERVING, Version, serving

TRIES = 5

Decide = Callable[[Rollout], Rollout | None]  # None: nothing changes


class RolloutStore(Protocol):
    async def get(self, tenant: str, task_type: str) -> Rollout: ...
    async def save(self, rollout: Rollout, event: TrafficAssigned) -> bool: ...
    async def note(self, tenant: str, task_type: str, step: int, waits_for: str) -> None:
        """What the trial waits for, while it is at that step."""

    async def unsettled(self) -> list[Rollout]: ...
    async def settle(self, rollout: Rollout) -> None: ...
    async def holdouts_over(self, at: datetime) -> list[Rollout]: ...


class StandingStore(Protocol):
    async def some(self, tenant: str, version_ids: Collection[str]) -> list[Version]: ...
    async def stand(self, tenant: str, version_id: str, standing: Standing, revision: int) -> None: ...


@dataclass(frozen=True)
class Traffic:
    rollouts: RolloutStore
    versions: StandingStore

    async def change(self, tenant: str, task_type: str, decide: Decide) -> Rollout | None:
        """Decides anew where somebody else was quicker. Raises what `decide` raises, or RetryLaterError."""
        for _ in range(TRIES):
            after = decide(await self.rollouts.get(tenant, task_type))
            if after is None:
                return None
            if await self.rollouts.save(after, assigned(after, await self._servings(after))):
                await self.follow(after)
                return after
        raise RetryLaterError(f"The traffic of {task_type} changes too quickly.")

    async def follow(self, rollout: Rollout) -> None:
        """Brings the versions' documents to where the rollout is. Twice is once; an old one changes nothing."""
        for version_id, standing in standings(rollout).items():
            if version_id != BASE_VERSION:
                await self.versions.stand(rollout.tenant, version_id, standing, rollout.revision)
        await self.rollouts.settle(rollout)

    async def settle_once(self) -> None:
        """Heals what a kill between the two writes has left."""
        for rollout in await self.rollouts.unsettled():
            await self.follow(rollout)

    async def end_holdouts_once(self, now: datetime) -> None:
        for over in await self.rollouts.holdouts_over(now):
            await self.change(over.tenant, over.task_type, lambda rollout: _without_holdout(rollout, now))

    async def _servings(self, rollout: Rollout) -> dict[str, Serving]:
        dark = {rollout.shadow.version_id} if rollout.shadow else set()
        trained = await self.versions.some(rollout.tenant, (rollout.serving | dark) - {BASE_VERSION})
        return {version.version_id: serving(version) for version in trained} | {BASE_VERSION: BASE_SERVING}


def _without_holdout(rollout: Rollout, now: datetime) -> Rollout | None:
    ended = rollout.holdout is not None and rollout.holdout.until <= now
    return end_holdout(rollout, now) if ended else None
