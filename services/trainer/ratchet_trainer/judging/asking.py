"""What a platform serves is asked there: the cases side by side, and again where that may help."""

import asyncio
import logging
import time
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ratchet_catalogue.prices import ZERO
from ratchet_common.errors import RetryLaterError
from ratchet_common.plurals import plural, so_many
from ratchet_common.tuned_prompt import told
from ratchet_providers.base import ProviderError
from ratchet_trainer.judging.evaluation import Case
from ratchet_trainer.judging.worth import Answer, Unsure
from ratchet_trainer.rollouts.versions import Version
from ratchet_trainer.suites.asking import HOPELESS, PASSING, Asker, Askers, CannotAskError, Pause, Purse, ask_patiently
from ratchet_trainer.suites.run import Subject
from ratchet_trainer.suites.texts import Question

log = logging.getLogger(__name__)
PATIENCE_S: Final = 3600.0
REFUSALS: Final = 20  # one after the other, before any answer: it is not the cases
NO_LIMIT: Final = Decimal(10**9)  # of a purse: how many are asked is decided before


@dataclass(frozen=True)
class Elsewhere:
    askers: Askers
    most_tokens: int  # of an answer
    at_once: int
    most_usd: Decimal  # for one version
    patience_s: float = PATIENCE_S  # for all of its answers
    pause: Pause = asyncio.sleep

    async def answers(self, version: Version, cases: Sequence[Case]) -> list[Answer]:
        """Raises what `of` raises."""
        subject = Subject(version_id=version.version_id)
        said = await self.of(version.tenant, subject, version.task_type, cases, at=version.platform)
        return [one for one in said if isinstance(one, Answer)]  # nobody but a student is unsure

    async def of(
        self, tenant: str, subject: Subject, task_type: str, cases: Sequence[Case], *, at: str = ""
    ) -> list[Answer | Unsure]:
        """To the first of the cases, to as many as the money pays for. `at`: the platform, named where it is silent.
        A student leaves to others what it is not sure of.

        Raises CannotAskError where a person has to do something first, ProviderError, RetryLaterError.
        """
        asker = await self.askers.of(tenant, subject, task_type)
        questions = [_question(case) for case in cases]
        asked = list(_within(questions, asker, self.most_tokens, self.most_usd))
        if questions and not asked:
            raise CannotAskError(f"{self.most_usd:f} USD pay for no case: raise TRAINER_EVALUATION_COST_USD.")
        if len(asked) < len(questions):
            log.info("%s is asked %d of %d cases, for money.", subject.name, len(asked), len(questions))
        turns, tally = asyncio.Semaphore(1 if asker.alone else self.at_once), _Tally(of=len(asked))

        async def one(question: Question) -> Answer | Unsure:
            async with turns:
                return await self._answer(asker, task_type, question, tally)

        try:
            async with asyncio.timeout(self.patience_s):
                return await _side_by_side([one(question) for question in asked])
        except TimeoutError:
            minutes = self.patience_s / 60
            raise RetryLaterError(
                f"{at or subject.name} did not answer {so_many(len(asked), 'case')} within "
                f"{minutes:g} {plural(minutes, 'minute')}."
            ) from None

    async def _answer(self, asker: Asker, task_type: str, question: Question, tally: "_Tally") -> Answer | Unsure:
        """What is wrong with this very case is an answer that says nothing."""
        purse, started = Purse(NO_LIMIT, ZERO), time.perf_counter()
        try:
            reply = await ask_patiently(
                asker, task_type, question, self.most_tokens, purse, self.pause, may_abstain=asker.alone
            )
        except ProviderError as error:
            if error.kind == "unsure":
                tally.answered = True
                return Unsure((time.perf_counter() - started) * 1000)
            if error.kind in HOPELESS:
                raise CannotAskError(
                    f"Its platform refuses to be asked ({error.kind}): see whether {asker.model} is served there, and "
                    "the account and key of its provider in the trainer's catalogue."
                ) from None
            if error.kind in PASSING:
                raise
            tally.refused(asker.model, error.kind)
            return Answer("", (time.perf_counter() - started) * 1000, float(purse.spent))
        tally.answered = True
        return Answer(reply.output, reply.latency_ms, float(reply.cost_usd))


@dataclass(slots=True)
class _Tally:
    of: int
    refusals: int = 0
    answered: bool = False

    def refused(self, model: str, kind: str) -> None:
        """Raises CannotAskError where it cannot be for the case's sake."""
        self.refusals += 1
        if not self.answered and self.refusals >= min(REFUSALS, self.of):
            first = "the first case" if self.refusals == 1 else f"all of the first {self.refusals} cases"
            raise CannotAskError(
                f"Its platform refused {first} ({kind}): see whether {model} is served there, and takes requests of "
                "this kind."
            )


def _question(case: Case) -> Question:
    example = case.example
    said = told(example.task_type, example.document, example.question, example.labels)
    return Question(tuple(said.messages), example.document, example.question, example.labels)


def _within(questions: Sequence[Question], asker: Asker, most_tokens: int, usd: Decimal) -> Iterator[Question]:
    """The first ones that cost no more than that together, at the most that each may cost."""
    for question in questions:
        usd -= asker.at_most(question, most_tokens)
        if usd < 0:
            return
        yield question


async def _side_by_side(work: Sequence[Coroutine[Any, Any, Answer | Unsure]]) -> list[Answer | Unsure]:
    """The first failure ends them all."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
