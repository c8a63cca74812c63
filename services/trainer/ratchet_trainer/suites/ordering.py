"""Use case: somebody asks for an evaluation. What stands against it is said at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from ratchet_trainer.suites.asking import Askers, CannotAskError
from ratchet_trainer.suites.material import Materials
from ratchet_trainer.suites.run import Order, Run, asked_for


class NewRuns(Protocol):
    async def add(self, run: Run) -> None: ...


@dataclass(frozen=True)
class Ordering:
    """`judge`: the model that judges, or none. `cost_usd`: of an order that names no limit."""

    runs: NewRuns
    materials: Materials
    askers: Askers
    judge: str
    cost_usd: float
    now: Callable[[], datetime]

    async def ask(self, tenant: str, who: str, order: Order, *, judge: bool | None, cost_usd: float | None) -> Run:
        """`judge` None: where one is configured and there is a baseline. Raises CannotAskError, what `Materials.of` and
        `Askers.of` raise.
        """
        complete = replace(
            order, judge=self._judge(order, judge), max_cost_usd=self.cost_usd if cost_usd is None else cost_usd
        )
        material = await self.materials.of(tenant, complete)
        for subject in filter(None, (complete.candidate, complete.baseline)):
            await self.askers.of(tenant, subject, material.suite.task_type)
        if complete.judge:
            self.askers.of_model(tenant, complete.judge)
        run = asked_for(tenant, material.suite.task_type, complete, len(material.items), who, self.now())
        run = replace(run, left_out=material.left_out)
        await self.runs.add(run)
        return run

    def _judge(self, order: Order, wanted: bool | None) -> str:
        if wanted and not self.judge:
            raise CannotAskError("There is no judge: name a model of the catalogue in the setting TRAINER_JUDGE_MODEL.")
        if wanted and order.baseline is None:
            raise CannotAskError("A judge compares two answers: name a baseline.")
        return self.judge if order.baseline and wanted is not False else ""
