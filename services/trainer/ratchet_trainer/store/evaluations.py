"""Evaluations: every query on them stands here. Ids and scores, no text."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from bson import Binary
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from ratchet_common.errors import NotFoundError
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.evaluate import Evaluation
from ratchet_trainer.evaluation import CaseScore, Report, Verdict
from ratchet_trainer.gate import Ruling
from ratchet_trainer.store.paging import create_index, page, place_of


class UnknownEvaluationError(NotFoundError):
    type = "unknown-evaluation"
    title = "There is no such evaluation"


class MongoEvaluationStore:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._evaluations = database.evaluations

    async def create_indexes(self) -> None:
        await create_index(self._evaluations)

    async def add(self, evaluation: Evaluation) -> None:
        """What was compared before is not compared again."""
        with waiting_is_worth_it():
            try:
                await self._evaluations.insert_one(_document(evaluation))
            except DuplicateKeyError:
                return

    async def find(self, tenant: str, evaluation_id: UUID) -> Evaluation | None:
        with waiting_is_worth_it():
            found = await self._evaluations.find_one({"_id": Binary.from_uuid(evaluation_id), "tenant": tenant})
        return _evaluation(found) if found else None

    async def get(self, tenant: str, evaluation_id: UUID) -> Evaluation:
        """Raises UnknownEvaluationError."""
        found = await self.find(tenant, evaluation_id)
        if found is None:
            raise UnknownEvaluationError(
                f"There is no evaluation {evaluation_id}: GET /api/models/evaluations lists them."
            )
        return found

    async def list(
        self, tenant: str, *, version_id: str | None, task_type: str | None, limit: int, cursor: str | None
    ) -> tuple[list[Evaluation], str | None]:
        """Without their cases."""
        wanted = {k: v for k, v in (("version_id", version_id), ("task_type", task_type)) if v is not None}
        found = await page(self._evaluations, tenant, wanted, limit=limit, cursor=cursor, without=("cases",))
        return [_evaluation(document) for document in found.documents], found.next


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
        "cases": msgspec.to_builtins(evaluation.verdict.scores),
    }


def _evaluation(document: Document) -> Evaluation:
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
    )
