"""Evaluations: every query on them stands here. Ids and scores, no text."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from bson import Binary
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from ratchet_common import outbox
from ratchet_common.errors import NotFoundError
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.incurred import of_gate
from ratchet_trainer.judging.evaluate import Evaluation
from ratchet_trainer.judging.evaluation import CaseScore, Report, Verdict
from ratchet_trainer.judging.gate import Ruling
from ratchet_trainer.store.paging import create_index, page, place_of
from ratchet_trainer.store.runs import ASKED, run_in
from ratchet_trainer.suites.run import Run

THE_GATES: Final[Document] = {"kind": {"$ne": ASKED}}


class UnknownEvaluationError(NotFoundError):
    type = "unknown-evaluation"
    title = "There is no such evaluation"


class MongoEvaluationStore:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._evaluations = database.evaluations

    async def create_indexes(self) -> None:
        await create_index(self._evaluations)

    async def add(self, evaluation: Evaluation) -> None:
        """What was compared before is not compared again. With what it has cost, in one write."""
        event = of_gate(evaluation)
        told = outbox.holding(outbox.entry(event)) if event else {}
        with waiting_is_worth_it():
            try:
                await self._evaluations.insert_one(_document(evaluation) | told)
            except DuplicateKeyError:
                return

    async def find(self, tenant: str, evaluation_id: UUID) -> Evaluation | None:
        wanted = {"_id": Binary.from_uuid(evaluation_id), "tenant": tenant, **THE_GATES}
        with waiting_is_worth_it():
            found = await self._evaluations.find_one(wanted)
        return evaluation_in(found) if found else None

    async def get(self, tenant: str, evaluation_id: UUID) -> Evaluation | Run:
        """Whoever asked for it. Raises UnknownEvaluationError."""
        with waiting_is_worth_it():
            found = await self._evaluations.find_one({"_id": Binary.from_uuid(evaluation_id), "tenant": tenant})
        if found is None:
            raise UnknownEvaluationError(
                f"There is no evaluation {evaluation_id}: GET /api/models/evaluations lists them."
            )
        return _either(found)

    async def of_version(self, tenant: str, version_id: str, limit: int) -> list[Evaluation]:
        """The gate's, the latest first, without their cases."""
        wanted = {"version_id": version_id, **THE_GATES}
        found = await page(self._evaluations, tenant, wanted, limit=limit, cursor=None, without=("cases",))
        return [evaluation_in(document) for document in found.documents]

    async def list(
        self, tenant: str, *, version_id: str | None, task_type: str | None, limit: int, cursor: str | None
    ) -> tuple[list[Evaluation | Run], str | None]:
        """The gate's, and those that somebody asked for; without their cases."""
        wanted = {k: v for k, v in (("version_id", version_id), ("task_type", task_type)) if v is not None}
        found = await page(self._evaluations, tenant, wanted, limit=limit, cursor=cursor, without=("cases", "outcomes"))
        return [_either(document) for document in found.documents], found.next


def _either(document: Document) -> Evaluation | Run:
    return run_in(document) if document.get("kind") == ASKED else evaluation_in(document)


def _document(evaluation: Evaluation) -> Document:
    report: Mapping[str, Any] = msgspec.to_builtins(evaluation.verdict.report)
    return {
        "_id": Binary.from_uuid(evaluation.evaluation_id),
        "tenant": evaluation.tenant,
        "place": place_of(evaluation.created_at, evaluation.evaluation_id),
        "task_type": evaluation.task_type,
        "version_id": evaluation.version_id,
        "baseline": evaluation.baseline,
        "dataset_id": evaluation.dataset_id,
        "created_at": evaluation.created_at,
        "benchmark_score": evaluation.benchmark_score,
        "report": report,
        "passed": evaluation.ruling.passed,
        "reasons": list(evaluation.ruling.reasons),
        "test_examples": evaluation.test_examples,
        "from_shadow": evaluation.from_shadow,
        "baseline_asked": evaluation.baseline_asked,
        "baseline_model": evaluation.baseline_model,
        "spent_usd": evaluation.spent_usd,
        "cases": msgspec.to_builtins(evaluation.verdict.scores),
    }


def evaluation_in(document: Document) -> Evaluation:
    scores = msgspec.convert(document.get("cases", []), tuple[CaseScore, ...])
    return Evaluation(
        evaluation_id=document["_id"].as_uuid(),
        tenant=document["tenant"],
        task_type=document["task_type"],
        version_id=document["version_id"],
        baseline=document["baseline"],
        dataset_id=document["dataset_id"],
        created_at=document["created_at"],
        verdict=Verdict(scores, msgspec.convert(document["report"], Report)),
        ruling=Ruling(document["passed"], tuple(document["reasons"])),
        test_examples=document["test_examples"],
        from_shadow=document.get("from_shadow", 0),
        baseline_asked=document.get("baseline_asked", 0),
        baseline_model=document.get("baseline_model", ""),
        spent_usd=document.get("spent_usd", 0.0),
    )
