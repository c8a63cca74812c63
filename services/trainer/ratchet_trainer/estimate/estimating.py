"""Use case: where enough new outcomes came, train the estimate that routing asks, and send it out if it is any good."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ratchet_common.background import described
from ratchet_common.errors import RetryLaterError
from ratchet_common.events import EstimateTrained
from ratchet_trainer.artifacts import FileArtifacts
from ratchet_trainer.estimate import estimates
from ratchet_trainer.estimate.estimates import ATTEMPTS, Rules, Sides, Standing, Tried, is_due, sides_of
from ratchet_trainer.estimate.fit import Lessons
from ratchet_trainer.estimate.outcomes import Outcome
from ratchet_trainer.leased import Leased, OvertakenError, while_held

log = logging.getLogger(__name__)

Fit = Callable[[Lessons, str], Awaitable[Tried | str]]  # (lessons, path of the draft)


@dataclass(frozen=True, slots=True)
class Known:
    """The newest outcomes; `oldest` and `newest`: when they were written, by the store's clock."""

    outcomes: Sequence[Outcome]
    oldest: datetime
    newest: datetime


class Outcomes(Protocol):
    async def by_tier(self, tenant: str, task_type: str) -> dict[str, int]: ...
    async def since(self, tenant: str, task_type: str, at: datetime | None) -> int: ...
    async def newest(self, tenant: str, task_type: str, limit: int) -> Known | None: ...
    async def forget_before(self, tenant: str, task_type: str, at: datetime) -> None: ...


class EstimateStore(Protocol):
    async def take(self) -> Leased[Standing] | None:
        """One with new outcomes that nobody has looked at for a while."""

    async def save(self, held: Leased[Standing], after: Standing, event: EstimateTrained | None) -> bool:
        """State and event in one write. False: another worker has it now."""

    async def looked(self, held: Leased[Standing]) -> None:
        """Nothing is new any more, but for what came meanwhile."""

    async def renew(self, held: Leased[Standing]) -> bool: ...
    async def release(self, held: Leased[Standing]) -> None: ...


class Weigh(Protocol):
    async def of_strata(self, tenant: str, task_type: str, strata: Sequence[str]) -> list[float]: ...


@dataclass(frozen=True)
class Estimating:
    outcomes: Outcomes
    estimates: EstimateStore
    weigh: Weigh
    artifacts: FileArtifacts
    fit: Fit
    rules: Rules
    seed: int
    renew_every: float  # seconds
    now: Callable[[], datetime]

    async def run_once(self) -> bool:
        """One task, as far as it goes. False: none has new outcomes."""
        held = await self.estimates.take()
        if held is None:
            return False
        try:
            await while_held(self._work(held), lambda: self.estimates.renew(held), every=self.renew_every)
            await self.estimates.looked(held)
        except OvertakenError:
            log.info("The estimate of %s was taken over.", held.value.task_type)
        except RetryLaterError:
            raise
        except Exception as error:  # noqa: BLE001  the edge: outcomes that break a fit must not stop the others
            log.error("An estimate of %s could not be trained: %s", held.value.task_type, described(error))
            await self.estimates.looked(held)
        finally:
            await self.estimates.release(held)
        return True

    async def _work(self, held: Leased[Standing]) -> None:
        standing = held.value
        by_tier = await self.outcomes.by_tier(standing.tenant, standing.task_type)
        new = await self.outcomes.since(standing.tenant, standing.task_type, standing.learned_until)
        if sides_of(by_tier, self.rules.per_side) is None or not is_due(standing, new, self.rules):
            return
        known = await self.outcomes.newest(standing.tenant, standing.task_type, self.rules.most)
        sides = sides_of(Counter(outcome.tier for outcome in known.outcomes), self.rules.per_side) if known else None
        if known is None or sides is None:  # the newest may be of one side alone
            return
        if standing.attempts >= ATTEMPTS:
            await self._save(held, estimates.given_up(standing, len(known.outcomes), known.newest), None)
        else:
            await self._save(held, estimates.begun(standing), None)
            await self._train(held, sides, known)
        if len(known.outcomes) >= self.rules.most:
            await self.outcomes.forget_before(standing.tenant, standing.task_type, known.oldest)

    async def _train(self, held: Leased[Standing], sides: Sides, known: Known) -> None:
        standing = held.value
        strata = [outcome.stratum for outcome in known.outcomes]
        weights = await self.weigh.of_strata(standing.tenant, standing.task_type, strata)
        lessons = Lessons(sides, tuple(known.outcomes), tuple(weights), self.seed)
        with self.artifacts.draft() as draft:
            tried = await self.fit(lessons, str(draft))
            if isinstance(tried, str):
                after = estimates.not_learned(standing, len(known.outcomes), known.newest, tried)
                return await self._save(held, after, self._taken_back(held, after))
            artifact = await asyncio.to_thread(self.artifacts.keep, draft) if tried.beats_chance else None
        after = estimates.learned(standing, tried, known.newest, artifact.sha256 if artifact else "")
        if artifact is None:
            return await self._save(held, after, self._taken_back(held, after))
        return await self._save(held, after, estimates.sent_out(after, sides, tried, artifact, self.now()))

    def _taken_back(self, held: Leased[Standing], after: Standing) -> EstimateTrained | None:
        """Routers that have none need not hear of it."""
        return estimates.taken_back(after, self.now()) if held.value.out else None

    async def _save(self, held: Leased[Standing], after: Standing, event: EstimateTrained | None) -> None:
        if not await self.estimates.save(held, after, event):
            raise OvertakenError
