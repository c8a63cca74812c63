"""What serves is asked what it would answer to held-out requests that it never got, such as imported ones."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import fsum
from typing import Final, Protocol
from uuid import UUID

from ratchet_common.events import BASE_VERSION
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.judging.evaluation import Case
from ratchet_trainer.judging.fresh_cases import Examples
from ratchet_trainer.judging.worth import Answer, Unsure
from ratchet_trainer.rollouts.versions import Version
from ratchet_trainer.suites.asking import CannotAskError
from ratchet_trainer.suites.run import Subject

LATEST: Final = 200  # examples, among which the usual model of base is looked for


class AskedCases(Protocol):
    async def of(self, tenant: str, subject: Subject, task_type: str, cases: Sequence[Case]) -> list[Answer | Unsure]:
        """To the first of the cases, as many as can be paid for. Raises CannotAskError, ProviderError,
        RetryLaterError."""


class Versions(Protocol):
    async def get(self, tenant: str, version_id: str) -> Version: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """`examples` with what was answered; `by`: the version or the model. `spent_usd`: for all that was asked."""

    examples: list[Example] = field(default_factory=list)
    by: str = ""
    spent_usd: float = 0.0


@dataclass(frozen=True)
class AskedBaseline:
    """`base_model`: of the catalogue, asked in base's place; empty: the one that gave most of its latest answers."""

    asked: AskedCases
    versions: Versions
    examples: Examples
    base_model: str

    async def answered(self, version: Version, baseline: str, examples: Sequence[Example]) -> Asked:
        """Those that nobody has answered, and the baseline has not learned: as if it had answered them in production.

        Raises CannotAskError, ProviderError, RetryLaterError.
        """
        open_ = await self._not_learned(version.tenant, baseline, [one for one in examples if one.output is None])
        if not open_:
            return Asked()
        by = await self._subject(version, baseline)
        said = await self._said(version, by, open_)
        left = [one for one, answer in zip(open_, said, strict=False) if isinstance(answer, Unsure)]
        others = await self._by_others(version, left) if left else {}
        found = []
        for one, its in zip(open_, said, strict=False):
            answer = _after(its, others.get(one.example_id)) if isinstance(its, Unsure) else its
            if answer is not None:
                found.append(_with(one, answer, baseline))
        paid = [one for one in [*said, *others.values()] if isinstance(one, Answer)]
        return Asked(found, by.name, fsum(one.cost_usd for one in paid))

    async def _said(self, version: Version, by: Subject, examples: Sequence[Example]) -> list[Answer | Unsure]:
        return await self.asked.of(version.tenant, by, version.task_type, [_case(one) for one in examples])

    async def _by_others(self, version: Version, examples: Sequence[Example]) -> dict[UUID, Answer]:
        """What a student leaves to others base answers, as when it serves. Where nobody knows who that is, such cases
        are left out: what remains is what it is sure of, which no candidate is flattered by."""
        try:
            by = await self._subject(version, BASE_VERSION)
        except CannotAskError:
            return {}
        said = await self._said(version, by, examples)
        answered = zip(examples, said, strict=False)
        return {one.example_id: answer for one, answer in answered if isinstance(answer, Answer)}

    async def _not_learned(self, tenant: str, baseline: str, examples: Sequence[Example]) -> list[Example]:
        if not examples or baseline == BASE_VERSION:
            return list(examples)
        until = (await self.versions.get(tenant, baseline)).learned_until
        return [one for one in examples if until and one.learned_at > until]

    async def _subject(self, version: Version, baseline: str) -> Subject:
        if baseline != BASE_VERSION:
            return Subject(version_id=baseline)
        return Subject(model=self.base_model or await self._usual(version.tenant, version.task_type))

    async def _usual(self, tenant: str, task_type: str) -> str:
        heads = await self.examples.newest(tenant, task_type, LATEST)
        wanted = [(head.example_id, head.revision) for head in heads]
        models = Counter(
            [
                one.model
                async for one in self.examples.read(tenant, wanted)
                if one.model and one.version_id == BASE_VERSION
            ]
        )
        if not models:
            raise CannotAskError(
                "Nobody knows which model answers for base: name one of the catalogue by TRAINER_BASELINE_MODEL."
            )
        return min(models, key=lambda name: (-models[name], name))


def _after(unsure: Unsure, other: Answer | None) -> Answer | None:
    return Answer(other.output, unsure.latency_ms + other.latency_ms, other.cost_usd) if other else None


def _case(example: Example) -> Case:
    return Case(example, 1.0, str(example.example_id), "")


def _with(example: Example, answer: Answer, baseline: str) -> Example:
    return replace(
        example,
        output=answer.output,
        version_id=baseline,
        assigned_by="routed",
        latency_ms=answer.latency_ms,
        cost_usd=answer.cost_usd,
    )
