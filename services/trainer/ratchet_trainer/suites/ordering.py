"""Use case: somebody asks for an evaluation. What stands against it is said at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ratchet_trainer.suites.asking import Askers, CannotAskError
from ratchet_trainer.suites.material import Materials
from ratchet_trainer.suites.run import Order, Run, asked_for
from ratchet_trainer.tuning.asked_once import digest_of, insist_on_the_same


class NewRuns(Protocol):
    async def add(self, run: Run) -> Run:
        """Under its own id, once: the one that is there."""

    async def find(self, tenant: str, run_id: UUID) -> Run | None: ...


@dataclass(frozen=True)
class Ordering:
    """`judge`: the model that judges, or none. `cost_usd`: of an order that names no limit."""

    runs: NewRuns
    materials: Materials
    askers: Askers
    judge: str
    cost_usd: float
    now: Callable[[], datetime]

    async def ask(
        self,
        tenant: str,
        who: str,
        order: Order,
        *,
        judge: bool | None,
        cost_usd: float | None,
        run_id: UUID | None = None,
    ) -> Run:
        """`judge` None: where one is configured and there is a baseline. Asked again under the same `run_id`, it is the
        same evaluation. Raises CannotAskError, IdempotencyMismatchError, what `Materials.of` and `Askers.of` raise.
        """
        asked = digest_of((order, judge, cost_usd))
        there = await self.runs.find(tenant, run_id) if run_id else None
        if there is None:
            there = await self.runs.add(await self._new(tenant, who, order, judge, cost_usd, run_id, asked))
        insist_on_the_same(there.asked, asked)
        return there

    async def _new(
        self,
        tenant: str,
        who: str,
        order: Order,
        judge: bool | None,
        cost_usd: float | None,
        run_id: UUID | None,
        asked: str,
    ) -> Run:
        complete = replace(
            order, judge=self._judge(order, judge), max_cost_usd=self.cost_usd if cost_usd is None else cost_usd
        )
        material = await self.materials.of(tenant, complete)
        task = material.suite.task_type
        if order.paraphrases and not any(item.case.paraphrases for item in material.items):
            raise CannotAskError("No case has paraphrases: write some into the suite, or ask for several draws.")
        for subject in filter(None, (complete.candidate, complete.baseline)):
            await self.askers.of(tenant, subject, task)
        if complete.judge:
            self.askers.of_model(tenant, complete.judge)
        cases = len(material.items)
        run = asked_for(tenant, task, complete, cases, who, self.now(), run_id=run_id, asked=asked)
        return replace(run, left_out=material.left_out)

    def _judge(self, order: Order, wanted: bool | None) -> str:
        if wanted and not self.judge:
            raise CannotAskError("There is no judge: name a model of the catalogue in the setting TRAINER_JUDGE_MODEL.")
        if wanted and order.baseline is None:
            raise CannotAskError("A judge compares two answers: name a baseline.")
        return self.judge if order.baseline and wanted is not False else ""
