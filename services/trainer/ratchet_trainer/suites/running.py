"""Use case: take an evaluation that was asked for, ask both sides, score case by case, and sum up.

Cases are kept as they are done: whoever takes over asks the rest.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Protocol

from ratchet_common.background import described
from ratchet_common.errors import RefusedError, RetryLaterError
from ratchet_common.workers import Workers
from ratchet_providers.base import ProviderError
from ratchet_trainer.leased import Leased, OvertakenError, while_held
from ratchet_trainer.suites import at_work, run
from ratchet_trainer.suites.asking import Askers, Pause, Purse
from ratchet_trainer.suites.giving_up import why_nothing
from ratchet_trainer.suites.judged import MOST_PAIRS, JudgeReport, judge_report, rated_pairs
from ratchet_trainer.suites.material import Item, Material, Materials
from ratchet_trainer.suites.outcomes import CaseOutcome, Outcome, Preferred, Said
from ratchet_trainer.suites.run import Run, RunState
from ratchet_trainer.suites.sides import Sides
from ratchet_trainer.suites.suite import Case, Suite
from ratchet_trainer.suites.summary import Summary

log = logging.getLogger(__name__)

Score = Callable[[Suite, Sequence[tuple[Case, tuple[Said, ...]]]], Awaitable[list[tuple[Outcome, ...]]]]
Summarise = Callable[[Sequence[CaseOutcome]], Awaitable[Summary]]


class RunStore(Protocol):
    async def take(self, now: datetime) -> Leased[Run] | None: ...
    async def save(self, held: Leased[Run], run: Run) -> bool:
        """Its state and its result. False: another worker has it now, or it was cancelled."""

    async def keep(self, held: Leased[Run], outcomes: Sequence[CaseOutcome], spent_usd: float) -> bool:
        """Cases that are done, beside those that are kept. False: as with `save`."""

    async def renew(self, held: Leased[Run]) -> bool: ...
    async def release(self, held: Leased[Run]) -> None: ...


@dataclass(frozen=True)
class Running:
    runs: RunStore
    materials: Materials
    askers: Askers
    score: Score
    summarise: Summarise
    most_tokens: int
    at_once: int
    renew_every: float  # seconds
    now: Callable[[], datetime]
    pause: Pause = asyncio.sleep

    async def run_once(self) -> bool:
        """One evaluation. False: none waits."""
        held = await self.runs.take(self.now())
        if held is None:
            return False
        try:
            await while_held(self._work(held), lambda: self.runs.renew(held), every=self.renew_every)
        except OvertakenError:
            log.info("The evaluation %s was cancelled or taken over.", held.value.run_id)
        finally:
            await self.runs.release(held)
        return True

    async def _work(self, held: Leased[Run]) -> None:
        begun = await self._save(held, run.begun(held.value, self.now()))
        if begun.state is RunState.RUNNING:
            await self._save(held, await self._tried(held, begun))

    async def _tried(self, held: Leased[Run], begun: Run) -> Run:
        """As it is after this try. What was spent and done is kept with each portion of cases."""
        try:
            return await self._through(held, begun)
        except OvertakenError:
            raise
        except RefusedError as error:
            return run.failed(begun, error.detail, self.now())
        except ProviderError as error:
            return run.failed(begun, f"A model refuses to be asked at all ({error.kind}): see its account.", self.now())
        except RetryLaterError as error:
            return run.broken(begun, str(error), self.now())
        except Exception as error:  # noqa: BLE001  the edge: an evaluation that cannot be done must not stop the others
            log.error("The evaluation %s failed: %s", begun.run_id, described(error))
            return run.broken(begun, f"{type(error).__name__}: see the trainer's log", self.now())

    async def _through(self, held: Leased[Run], begun: Run) -> Run:
        material = await self.materials.of(begun.tenant, begun.order)
        sides = await self._sides(begun)
        outcomes = list(begun.outcomes)
        there = {outcome.case_id for outcome in outcomes}
        waiting = [item for item in material.items if item.case.id not in there]
        try:
            if waiting and not there:
                await sides.warm_up(waiting[0].case)
            for portion in _portions(waiting, 1 if sides.alone else self.at_once):
                if why_nothing(begun, outcomes):
                    break
                found = await self._compared(sides, material.suite, portion)
                await self._keep(held, found, sides)
                outcomes += found
            why = why_nothing(begun, outcomes)
            report = None if why else await _judge_report(begun.order.judge, sides, material, outcomes)
        finally:
            await self._keep(held, [], sides)  # whatever came of it, it is paid
        return run.ended(begun, outcomes, await self.summarise(outcomes), report, why, self.now())

    async def _sides(self, begun: Run) -> Sides:
        order, tenant, task = begun.order, begun.tenant, begun.task_type
        return Sides(
            task_type=task,
            candidate=await self.askers.of(tenant, order.candidate, task),
            baseline=await self.askers.of(tenant, order.baseline, task) if order.baseline else None,
            judge=self.askers.of_model(tenant, order.judge) if order.judge else None,
            purse=Purse(Decimal(str(order.max_cost_usd)), Decimal(str(begun.spent_usd))),
            draws=order.draws,
            paraphrases=order.paraphrases,
            most_tokens=self.most_tokens,
            pause=self.pause,
        )

    async def _compared(self, sides: Sides, suite: Suite, items: Sequence[Item]) -> list[CaseOutcome]:
        """All of them asked at once. What one raises is raised when all are done: none is left running."""
        said = _all_or_error(await asyncio.gather(*(sides.said(item.case) for item in items), return_exceptions=True))
        scored = await self.score(suite, [(item.case, its) for item, its in zip(items, said, strict=True)])
        words = [await sides.preferred(item.case, its) for item, its in zip(items, said, strict=True)]
        return [_outcome(item, its, word) for item, its, word in zip(items, scored, words, strict=True)]

    async def _keep(self, held: Leased[Run], found: Sequence[CaseOutcome], sides: Sides) -> None:
        if not await self.runs.keep(held, found, float(sides.purse.spent)):
            raise OvertakenError

    async def _save(self, held: Leased[Run], after: Run) -> Run:
        if not await self.runs.save(held, after):
            raise OvertakenError
        return after


def score_in(workers: Workers) -> Score:
    async def score(suite: Suite, said: Sequence[tuple[Case, tuple[Said, ...]]]) -> list[tuple[Outcome, ...]]:
        return await workers.run(at_work.score, suite, list(said))

    return score


def summarise_in(workers: Workers, seed: int) -> Summarise:
    async def summarise(outcomes: Sequence[CaseOutcome]) -> Summary:
        return await workers.run(at_work.sum_up, list(outcomes), seed)

    return summarise


async def _judge_report(
    model: str, sides: Sides, material: Material, outcomes: Sequence[CaseOutcome]
) -> JudgeReport | None:
    if sides.judge is None:
        return None
    pairs = list(islice(rated_pairs(item.case for item in material.items), MOST_PAIRS))
    words = [await sides.word(pair.case, pair.first, pair.second) for pair in pairs]
    return judge_report(model, outcomes, pairs, words, silent=sides.silence.is_long)


def _outcome(item: Item, its: tuple[Outcome, ...], word: Preferred | None) -> CaseOutcome:
    return CaseOutcome(
        case_id=item.case.id,
        digest=item.digest,
        weight=item.weight,
        group=item.group,
        slices=item.slices,
        candidate=its[0],
        baseline=its[1] if len(its) > 1 else None,
        preferred=word,
    )


def _portions(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _all_or_error(done: Sequence[tuple[Said, ...] | BaseException]) -> list[tuple[Said, ...]]:
    said = []
    for one in done:
        if isinstance(one, BaseException):
            raise one
        said.append(one)
    return said
