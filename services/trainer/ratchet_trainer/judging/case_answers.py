"""What a version answers to held-out cases: what it said in the shadow; else asked, here or at its platform."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import Final, Protocol
from uuid import UUID

from ratchet_common.conversation import as_messages
from ratchet_providers.base import ModelRequest, Provider, ProviderError, TimeLimits
from ratchet_trainer.judging.evaluation import Case, left_to_baseline
from ratchet_trainer.judging.worth import Answer
from ratchet_trainer.rollouts.shadow_answers import Failures
from ratchet_trainer.rollouts.versions import Version

ANSWER_PATIENCE_S: Final = 60.0


class AskedElsewhere(Protocol):
    async def answers(self, version: Version, cases: Sequence[Case]) -> list[Answer]:
        """To the first of the cases, as many as can be paid for. Raises CannotAskError where a person has to do
        something first, ProviderError, RetryLaterError."""


class SaidInShadow(Protocol):
    async def count(self, version: Version) -> int: ...
    async def failures(self, version: Version) -> Failures: ...
    async def answers(self, version: Version, example_ids: Sequence[UUID]) -> dict[UUID, Answer]: ...


@dataclass(frozen=True, slots=True)
class Answered:
    """The cases that have an answer, and these, in the same order. `spent_usd`: for what was asked now."""

    cases: list[Case]
    answers: list[Answer]
    from_shadow: int
    spent_usd: float


@dataclass(frozen=True)
class CaseAnswers:
    provider: Provider  # of students
    elsewhere: AskedElsewhere
    shadows: SaidInShadow

    async def to(self, version: Version, cases: Sequence[Case]) -> Answered:
        """Raises what `AskedElsewhere.answers` raises, and ProviderError."""
        said = await self.shadows.answers(version, [_id(case) for case in cases])
        rest = [case for case in cases if _id(case) not in said]
        asked = await self._answers(version, rest)
        every = {**said, **dict(zip(map(_id, rest), asked, strict=False))}  # as many as can be paid for
        answered = [case for case in cases if _id(case) in every]
        from_shadow = sum(_id(case) in said for case in answered)
        paid = [] if version.here else asked  # what a student leaves to others was paid for before
        spent = fsum(one.cost_usd for one in paid)
        return Answered(answered, [every[_id(case)] for case in answered], from_shadow, spent)

    async def _answers(self, version: Version, cases: Sequence[Case]) -> list[Answer]:
        """Of a student one after the other, so that each latency is its own; the first loads it, and is repeated."""
        if not version.here:
            return await self.elsewhere.answers(version, cases)
        if cases:
            await self._answer(version, cases[0])
        return [await self._answer(version, case) for case in cases]

    async def _answer(self, version: Version, case: Case) -> Answer:
        example = case.example
        request = ModelRequest(
            model=version.version_id,
            task_type=version.task_type,
            messages=as_messages([example.document], example.question),
            document=example.document,
            question=example.question,
            labels=example.labels,
            may_abstain=True,
            limits=TimeLimits(total_s=ANSWER_PATIENCE_S),
            artifact=version.artifact,
            sha256=version.sha256,
        )
        started = time.perf_counter()
        try:
            output = (await self.provider.answer(request)).output
        except ProviderError as error:
            if error.kind != "unsure":
                raise
            return left_to_baseline(case, (time.perf_counter() - started) * 1000)
        return Answer(output, (time.perf_counter() - started) * 1000, 0.0)


def _id(case: Case) -> UUID:
    return case.example.example_id
