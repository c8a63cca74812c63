"""Both sides of a comparison, and who judges them: each case is put to them, within what may be spent."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from ratchet_providers.base import ProviderError
from ratchet_trainer.suites import judged
from ratchet_trainer.suites.asking import HOPELESS, PASSING, Asker, Pause, Purse, Reply, ask_patiently
from ratchet_trainer.suites.judged import Winner
from ratchet_trainer.suites.outcomes import Preferred, Said
from ratchet_trainer.suites.suite import Case
from ratchet_trainer.suites.texts import Question, question_of

LONG_SILENCE: Final = 5  # replies of the judge that did not come, one after the other


@dataclass(slots=True)
class Silence:
    """Of a judge: whoever gives no answer so often, though asked patiently, is not asked any more."""

    times: int = 0

    @property
    def is_long(self) -> bool:
        return self.times >= LONG_SILENCE


@dataclass(frozen=True, slots=True)
class _Given:
    reply: Reply
    abstained: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    task_type: str
    candidate: Asker
    baseline: Asker | None
    judge: Asker | None
    purse: Purse
    draws: int
    paraphrases: bool
    most_tokens: int  # of an answer
    pause: Pause
    silence: Silence = field(default_factory=Silence)

    @property
    def askers(self) -> tuple[Asker, ...]:
        return (self.candidate, self.baseline) if self.baseline else (self.candidate,)

    @property
    def alone(self) -> bool:
        return any(asker.alone for asker in self.askers)

    async def warm_up(self, case: Case) -> None:
        """A student is loaded by its first request, whose latency is not its own."""
        for asker in self.askers:
            if asker.alone:
                await self._said(asker, case)

    async def said(self, case: Case) -> tuple[Said, ...]:
        """The candidate first. What it is not sure of is left to the baseline, as the router would leave it.

        Raises SpentError, and ProviderError where nothing will be answered at all.
        """
        if self.baseline is None:
            return (await self._said(self.candidate, case),)
        theirs = await self._said(self.baseline, case)
        return await self._said(self.candidate, case, theirs), theirs

    async def preferred(self, case: Case, said: Sequence[Said]) -> Preferred | None:
        """None where there is no judge, or nothing to judge. Raises as `said`."""
        if self.judge is None or len(said) < 2 or any(one.error for one in said):
            return None
        return judged.preferred(await self.word(case, said[0].outputs[0], said[1].outputs[0]))

    async def word(self, case: Case, a: str, b: str) -> Winner | None:
        """The judge's, asked in both orders. None where a reply could not be read, or did not come."""
        if self.judge is None:
            raise ValueError("There is no judge to be asked.")
        if a.strip() == b.strip():
            return "tie"
        if self.silence.is_long:
            return None
        there, back = judged.question(case, self.task_type, a, b), judged.question(case, self.task_type, b, a)
        try:
            words = [
                judged.winner_in((await self._ask(self.judge, q, judged.MOST_TOKENS)).output) for q in (there, back)
            ]
        except ProviderError as error:
            if error.kind in HOPELESS:
                raise
            self.silence.times += 1
            return None
        self.silence.times = 0
        return judged.both_ways(words[0], words[1])

    async def _said(self, asker: Asker, case: Case, others: Said | None = None) -> Said:
        """`others`: what those said to whom it may leave a request."""
        asked = [question_of(case, self.task_type)] * self.draws
        rephrased = [question_of(case, self.task_type, text) for text in case.paraphrases if self.paraphrases]
        left_to = [None] * len(asked + rephrased) if others is None or others.error else _replies(others)
        try:
            given = [
                await self._given(asker, question, theirs)
                for question, theirs in zip([*asked, *rephrased], left_to, strict=True)
            ]
        except ProviderError as error:
            if error.kind in HOPELESS:
                raise
            return Said(error=error.kind, refused=error.kind not in PASSING)
        replies = [one.reply for one in given[: len(asked)]]
        return Said(
            outputs=tuple(reply.output for reply in replies),
            rephrased=tuple(one.reply.output for one in given[len(asked) :]),
            latency_ms=statistics.median(reply.latency_ms for reply in replies),
            cost_usd=float(sum((reply.cost_usd for reply in replies), Decimal(0)) / len(replies)),
            abstained=any(one.abstained for one in given[: len(asked)]),
        )

    async def _given(self, asker: Asker, question: Question, left_to: Reply | None) -> _Given:
        """Where a student is not sure, what the others said; where nobody else has an answer, its own all the same."""
        started = time.perf_counter()
        try:
            return _Given(await self._ask(asker, question, self.most_tokens, may_abstain=asker.alone))
        except ProviderError as error:
            if error.kind != "unsure":
                raise
        if left_to is None:
            return _Given(await self._ask(asker, question, self.most_tokens), abstained=True)
        waited_ms = (time.perf_counter() - started) * 1000
        return _Given(replace(left_to, latency_ms=waited_ms + left_to.latency_ms), abstained=True)

    async def _ask(self, asker: Asker, question: Question, most_tokens: int, *, may_abstain: bool = False) -> Reply:
        return await ask_patiently(
            asker, self.task_type, question, most_tokens, self.purse, self.pause, may_abstain=may_abstain
        )


def _replies(said: Said) -> list[Reply]:
    cost = Decimal(str(said.cost_usd))
    return [Reply(output, said.latency_ms, cost) for output in (*said.outputs, *said.rephrased)]
