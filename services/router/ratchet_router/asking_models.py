"""The models are asked once for a request, and a stronger one where something is wrong with the answer."""

from ratchet_router.answered import Answered
from ratchet_router.calling import called
from ratchet_router.escalating import escalated
from ratchet_router.progress import Progress
from ratchet_router.target import Target
from ratchet_router.tries import Tries


async def asked_once(progress: Progress) -> tuple[Tries[Target], Target, Answered]:
    """With those who are left to be asked. Raises NoAnswerError."""
    tries = progress.tries()
    target, said = await called(progress.request(), tries)
    return tries, *await escalated(progress, tries, target, progress.of_model(target, said))
