"""One target after another is asked until one answers, within the deadline. Every try is kept."""

from ratchet_providers.base import ModelAnswer, ModelRequest
from ratchet_router.failures import no_answer
from ratchet_router.target import Target
from ratchet_router.tries import Tries


async def called(request: ModelRequest, tries: Tries) -> tuple[Target, ModelAnswer]:
    """Raises NoAnswerError."""
    while (target := await tries.next()) is not None:
        answer: ModelAnswer | None = None
        async with tries.asking(target):
            answer = await target.provider.answer(tries.request_for(target, request))
        if answer is not None:
            return target, answer
    raise no_answer(tries.errors)
