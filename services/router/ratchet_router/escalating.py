"""An answer with which something is wrong has a stronger model asked, where one is left."""

import msgspec
from msgspec.structs import replace

from ratchet_catalogue.catalogue import TIERS
from ratchet_router.answered import Answered
from ratchet_router.calling import called
from ratchet_router.checking.escalation import escalates
from ratchet_router.failures import NoAnswerError
from ratchet_router.progress import Progress
from ratchet_router.target import Target
from ratchet_router.tries import Tries

FILTERED = "content_filter"  # why it ended, in chat's words
FAILED_CHECKS = "quality"  # the error of the attempt that gave such an answer


async def escalated(
    progress: Progress, tries: Tries[Target], target: Target, answered: Answered
) -> tuple[Target, Answered]:
    """The better of both answers: the stronger model's only where it fails fewer checks. The other is not billed."""
    rules = progress.parts.settings.escalation
    times = 0
    if progress.plan.named is not None or answered.finish == FILTERED:
        return target, answered  # whom the caller named, he shall get; and a filter is not gone round
    while escalates(answered.checks, answered.tier, times, rules):
        times += 1
        _only_stronger(tries, answered.tier)
        progress.bound_anew(tries)
        first = len(progress.attempts)
        try:
            stronger, said = await called(progress.request(), tries)
        except NoAnswerError:
            return target, replace(answered, attempts=tuple(progress.attempts))  # that is better than none
        again = progress.of_model(stronger, said)
        if _failed(again) >= _failed(answered):
            _not_billed(progress, len(progress.attempts) - 1, again)
            return target, replace(answered, attempts=tuple(progress.attempts))
        _not_billed(progress, first - 1, answered)
        target, answered = stronger, progress.of_model(stronger, said)
    return target, answered


def _only_stronger(tries: Tries[Target], tier: str) -> None:
    above = TIERS[TIERS.index(tier) + 1 :] if tier in TIERS else TIERS
    tries.only(lambda other: other.tier in above)
    tries.models += 1


def _failed(answered: Answered) -> int:
    return sum(not check.passed for check in answered.checks)


def _not_billed(progress: Progress, number: int, answered: Answered) -> None:
    """The answer that was not given: its attempt says why, and carries what it cost."""
    attempt = progress.attempts[number]
    progress.attempts[number] = msgspec.structs.replace(
        attempt, error=FAILED_CHECKS, usage=answered.usage, cost_usd=answered.cost_usd
    )
