"""One target after another is asked until one answers, within the deadline. Every try is kept."""

from msgspec.structs import replace

from ratchet_providers.base import ModelAnswer, ModelRequest, TimeLimits
from ratchet_router.failures import no_answer
from ratchet_router.target import Target
from ratchet_router.told import as_told
from ratchet_router.tries import Tries
from ratchet_router.within_cost import affordable, capped


async def called(request: ModelRequest, tries: Tries[Target]) -> tuple[Target, ModelAnswer]:
    """Raises NoAnswerError."""
    while (target := await tries.next()) is not None:
        answer: ModelAnswer | None = None
        with tries.asking(target) as asking:
            answer = await target.provider.answer(request_to(target, request, tries.limits_of(target)))
            asking.usage = answer.usage
        if answer is not None:
            return target, answer
    raise no_answer(tries.errors)


def request_to(target: Target, request: ModelRequest, limits: TimeLimits, *, so_far: str = "") -> ModelRequest:
    """As the target is asked: for no more than may be paid for, where that is bounded."""
    wanted = replace(
        as_told(request, target),
        model=target.upstream_model,
        limits=limits,
        artifact=target.artifact,
        sha256=target.sha256,
        so_far=so_far,
        may_abstain=target.may_abstain,
    )
    if target.most_usd is None:
        return wanted
    return capped(wanted, max(target.least_output, affordable(wanted, target.prices, target.most_usd)))
