# ruff: noqa: ARG002  they have the shape of what they stand for
"""Who is asked in the baseline's place, and by what it is known who that is."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from ratchet_trainer.collecting.example import Example
from ratchet_trainer.collecting.head import Head
from ratchet_trainer.judging.evaluation import Case
from ratchet_trainer.judging.worth import Answer, Unsure
from ratchet_trainer.rollouts.versions import Version
from ratchet_trainer.suites.run import Subject
from tests.unit.trainer.decision_fakes import version


@dataclass
class Says:
    most: int = 100
    asked: list[Subject] = field(default_factory=list)
    unsure_of: frozenset[str] = frozenset()  # documents that a version leaves to others

    async def of(self, tenant: str, subject: Subject, task_type: str, cases: Sequence[Case]) -> list[Answer | Unsure]:
        self.asked.append(subject)
        leaves = self.unsure_of if subject.version_id else frozenset()
        said = (Unsure(2.0) if case.example.document in leaves else Answer("ham", 7.0, 0.5) for case in cases)
        return list(said)[: self.most]


@dataclass
class Known:
    learned_until: datetime | None

    async def get(self, tenant: str, version_id: str) -> Version:
        return replace(version(version_id), learned_until=self.learned_until)


@dataclass
class Newest:
    there: Sequence[Example] = ()

    async def newest(
        self, tenant: str, task_type: str, limit: int, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Head]:
        return [head_of(one) for one in self.there][:limit]

    async def read(self, tenant: str, wanted: Sequence[tuple[UUID, int]]) -> AsyncIterator[Example]:
        for one in self.there:
            yield one


def head_of(one: Example) -> Head:
    return Head(
        example_id=one.example_id,
        revision=0,
        target_source=one.target_source,
        label=str(one.target),
        document_hash=one.document_hash,
        question_hash="",
        signature=b"",
        session_hash=None,
        user_hash=None,
        content="",
        chars=len(one.document),
        learned_at=one.learned_at,
    )
