"""An answer from documents that is not sure enough: more is read, then others are asked, then it is not found.

It is one request all the while, with one record: what an answer cost that was not given stands in its attempt.
"""

from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec.structs import replace

from ratchet_common.errors import RefusedError
from ratchet_common.events import BASE_VERSION, Attempt
from ratchet_router.answered import Answered
from ratchet_router.ask import Ask
from ratchet_router.asking_models import asked_once
from ratchet_router.calling import called
from ratchet_router.escalating import escalated
from ratchet_router.failures import NoAnswerError
from ratchet_router.grounding.comparing import Weighed, better, confirms
from ratchet_router.grounding.elsewhere import asked_of
from ratchet_router.grounding.going_on import Standing, Step, next_step
from ratchet_router.grounding.not_found import not_found
from ratchet_router.grounding.retrieving import another_round
from ratchet_router.grounding.sources import Grounding
from ratchet_router.grounding.wanting import doubt_of, invents, is_astray, is_empty, misquotes
from ratchet_router.judged import probability_of
from ratchet_router.progress import Progress
from ratchet_router.routing import NoModelFitsError
from ratchet_router.target import Target
from ratchet_router.tries import Tries
from ratchet_scoring.nothing_said import says_nothing

NOTHING_LEFT: Final = "What is left of max_cost_usd pays for no further answer."
UNSURE: Final = "unsure"  # the error of the attempt that gave an answer which another's was better than


@dataclass(slots=True)
class Given:
    """One answer, by whom, to which form of the request, and the attempt that brought it."""

    target: Target
    answered: Answered
    ask: Ask
    attempt: int


@dataclass(slots=True)
class Chain:
    """`best` of the answers up to now. `drained`: the documents have nothing more to give. `confirmed`: the best is, by
    another approach.
    """

    progress: Progress
    tries: Tries[Target]
    best: Given
    drained: bool = False
    base_asked: bool = False
    confirmed: bool = False

    @property
    def grounding(self) -> Grounding:
        found = self.progress.ask.grounding
        if found is None:
            raise RuntimeError("A request without retrieval has nothing to be surer by.")
        return found

    def step(self) -> Step:
        settings, best = self.progress.parts.settings, self._weighed(self.best)
        context = self.progress.ask.context
        return next_step(
            Standing(
                approach=self.best.answered.approach,
                confidence=best.probability,
                says_nothing=best.says_nothing,
                misquotes=best.misquotes,
                invents=best.invents,
                strays=best.strays,
                confirmed=self.confirmed,
                threshold=settings.knowledge_confidence,
                rounds=len(self.grounding.rounds),
                most_rounds=settings.knowledge_rounds,
                fixed=context is None or context.fixed is not None or context.text_given,
                drained=self.drained,
                others=not self.base_asked and any(one.version_id == BASE_VERSION for one in self.tries.targets),
            )
        )

    async def reads_more(self) -> None:
        before = self.progress.ask
        why = doubt_of(self.best.answered, self.best.ask)
        try:
            wider = await another_round(before, (why,), self.progress.parts)
        except RefusedError:  # the index went away: what is there already is answered from
            wider = None
        if wider is None:
            self.drained = True
            return
        self.progress.ask = wider
        self._takes_its_time()
        try:
            self.tries, target, answered = await asked_once(self.progress)
        except (NoAnswerError, NoModelFitsError) as error:
            self._back_to(before, wider)
            self.drained = True
            if isinstance(error, NoModelFitsError):
                self._too_dear()
            return
        self._compare(Given(target, answered, wider, self._last(target)))

    async def asks_base(self) -> None:
        """In place of what was tuned. The attempt says so before, so that the decision is known to have been left."""
        self.base_asked = True
        was = self._marked(self.best)
        self.tries.only(lambda other: other.version_id == BASE_VERSION)
        self.tries.models += 1
        progress = self.progress
        if not progress.bound_anew(self.tries):
            progress.attempts[self.best.attempt] = was
            self._too_dear()
            return
        try:
            target, said = await called(progress.request(), self.tries)
        except NoAnswerError:
            progress.attempts[self.best.attempt] = was
            return
        target, answered = await escalated(progress, self.tries, target, progress.of_model(target, said))
        progress.attempts[self.best.attempt] = was
        self._compare(Given(target, answered, progress.ask, self._last(target)))

    def _compare(self, new: Given) -> None:
        old, threshold = self.best, self.progress.parts.settings.knowledge_confidence
        its, was = self._weighed(new), self._weighed(old)
        question = asked_of(self.progress.ask)
        worse, self.best = (old, new) if better(its, was, threshold, question) else (new, old)
        self.confirmed = new.answered.by_base != old.answered.by_base and confirms(its, was, question)
        self._marked(worse)
        if self.best is old:
            self._back_to(old.ask, new.ask)

    def _weighed(self, given: Given) -> Weighed:
        answered = given.answered
        return Weighed(
            answered.output or "",
            says_nothing(answered.output or "") or is_empty(answered),
            misquotes(answered),
            is_astray(answered, given.ask),
            self._probability(answered),
            1.0 if answered.confidence is None else answered.confidence,
            sum(not check.passed for check in answered.checks),
            invents(answered),
        )

    def _probability(self, answered: Answered) -> float | None:
        ask, parts = self.progress.ask, self.progress.parts
        calibrations = parts.snapshot.calibrations(ask.tenant, ask.task_type, answered.model)
        return probability_of(answered.raw_confidence, answered.version_id, calibrations, answered.approach)

    def _back_to(self, ask: Ask, newer: Ask) -> None:
        """What was read for the answer that stays, and all looks that there were."""
        if ask.grounding is not None and newer.grounding is not None:
            its = newer.grounding
            known = replace(ask.grounding, decision=its.decision, rounds=its.rounds, reasons=its.reasons)
            self.progress.ask = replace(ask, grounding=known)

    def _marked(self, given: Given) -> Attempt:
        """Its attempt carries what it cost. Returns the attempt as it was."""
        attempts, answered = self.progress.attempts, given.answered
        was = attempts[given.attempt]
        attempts[given.attempt] = msgspec.structs.replace(
            was, error=UNSURE, usage=answered.usage, cost_usd=answered.cost_usd
        )
        return was

    def _last(self, target: Target) -> int:
        attempts = self.progress.attempts
        return next(n for n in range(len(attempts) - 1, -1, -1) if attempts[n].model == target.name)

    def _too_dear(self) -> None:
        known = self.grounding
        told = replace(known, reasons=tuple(dict.fromkeys((*known.reasons, NOTHING_LEFT))))
        self.progress.ask = replace(self.progress.ask, grounding=told)

    def _takes_its_time(self) -> None:
        """All rounds share the request's deadline."""
        self.progress.waited_s = self.progress.elapsed_ms() / 1000

    def end(self, step: Step) -> Answered:
        its = self.grounding
        its = replace(its, reasons=(*its.reasons, *self._why_another()))
        answered = replace(self.best.answered, attempts=tuple(self.progress.attempts), grounding=its)
        if step == "not found":
            return not_found(answered, its, doubt_of(self.best.answered, self.best.ask))
        if says_nothing(answered.output or ""):  # by heart: how sure is it of nothing?
            return replace(answered, confidence=None, raw_confidence=None)
        return answered

    def _why_another(self) -> tuple[str, ...]:
        """Than the approach that was named."""
        context, answered = self.progress.ask.context, self.best.answered
        if context is None or context.fixed in (None, answered.approach):
            return ()
        return (
            f"{context.fixed} was asked for, and {answered.approach} has answered.",
            *answered.decision.reasons[-1:],
        )


async def surer(
    progress: Progress, tries: Tries[Target], target: Target, answered: Answered
) -> tuple[Target, Answered]:
    chain = Chain(progress, tries, Given(target, answered, progress.ask, -1))
    chain.best.attempt = chain._last(target)
    while (step := chain.step()) not in ("stop", "not found"):
        await (chain.reads_more() if step == "another round" else chain.asks_base())
    return chain.best.target, chain.end(step)
