"""Use case: a candidate's time in the shadow, before it is judged: its own beginning and end, or a person's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ratchet_trainer.judging.case_answers import SaidInShadow
from ratchet_trainer.rollouts.rollout import By, Rollout
from ratchet_trainer.rollouts.shadow_answers import Failures
from ratchet_trainer.rollouts.shadowing import ShadowFirst, ended, first_put, is_shadowed, set_shadow
from ratchet_trainer.rollouts.traffic import Decide, Traffic
from ratchet_trainer.rollouts.versions import Version

TRAINER: Final = "trainer"  # who began it, where a setting did


@dataclass(frozen=True)
class ShadowTurn:
    """`answers`: that it gives there before it is judged."""

    traffic: Traffic
    said: SaidInShadow
    answers: int
    first: ShadowFirst
    now: Callable[[], datetime]

    async def waits_for(self, version: Version, rollout: Rollout) -> str:
        """What it waits for there; empty if for nothing."""
        if self.first.is_for(rollout, version):
            if rollout.shadow:
                return f"{rollout.shadow.version_id} answers in the shadow, and one at a time may: it comes after that."
            begun = await self._begun(version)
            if begun is None:
                return "it shall answer in the shadow first, and the traffic has changed meanwhile."
            rollout = begun
        if not is_shadowed(rollout, version.version_id):
            return ""
        count, by = await self.said.count(version), first_put(rollout, version.version_id)
        own = by if by and by.who == TRAINER else None
        if count < self.answers and not (own and self.now() >= own.at + self.first.at_most):
            return _waiting(count, self.answers, await self.said.failures(version))
        if own:
            await self.end(version, f"It has given {count} answers there, and is judged.")
        return ""

    async def end(self, version: Version, why: str) -> None:
        """Nothing happens where it is in no shadow."""
        name, by = version.version_id, By(TRAINER, why, self.now())
        decide: Decide = lambda rollout: ended(rollout, name, by) if is_shadowed(rollout, name) else None  # noqa: E731
        await self.traffic.change(version.tenant, version.task_type, decide)

    async def _begun(self, version: Version) -> Rollout | None:
        """None: somebody else came first."""
        by = By(TRAINER, "Each candidate answers in the shadow first (TRAINER_SHADOW_FIRST).", self.now())
        return await self.traffic.change(version.tenant, version.task_type, lambda now: self._decided(now, version, by))

    def _decided(self, rollout: Rollout, version: Version, by: By) -> Rollout | None:
        taken = rollout.shadow or version.version_id in rollout.serving
        if taken or not self.first.is_for(rollout, version):
            return None
        return set_shadow(rollout, version, self.first.percent, by)


def _waiting(count: int, of: int, failures: Failures) -> str:
    there = f"{count} of the {of} answers in the shadow that it shall give are there"
    end = "when its shadow is ended, it is judged at once."
    if not failures.count:
        return f"{there}; {end}"
    copies = "1 copy was" if failures.count == 1 else f"{failures.count} copies were"
    return f"{there}; {copies} not answered, the latest for this reason: {failures.latest}. {end.capitalize()}"
