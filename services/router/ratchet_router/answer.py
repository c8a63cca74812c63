"""Use case: a request gets its answer. Decide, look in the cache, call, record; only then answer."""

import asyncio
from collections.abc import Awaitable, Callable

from ratchet_common.events import Outcome
from ratchet_router.answered import Answered
from ratchet_router.ask import Ask
from ratchet_router.asking_models import asked_once
from ratchet_router.beginning import begun
from ratchet_router.failures import NoAnswerError
from ratchet_router.grounding.not_found import none_was_asked
from ratchet_router.grounding.surer import surer
from ratchet_router.keeping import keep, kept
from ratchet_router.long_texts import answered_in_parts
from ratchet_router.parts import Parts
from ratchet_router.progress import Progress
from ratchet_router.shadowing import copied
from ratchet_router.target import Target

Gone = Callable[[], Awaitable[bool]]  # has the client hung up?


async def answer(ask: Ask, parts: Parts, gone: Gone) -> Answered:
    """Raises what planning raises, NoAnswerError, NotRecordedError."""
    return await answer_to(begun(ask, parts), gone)


async def answer_to(progress: Progress, gone: Gone) -> Answered:
    """`progress.answered` is there as soon as there is an answer. Raises NoAnswerError, NotRecordedError."""
    try:
        answered = progress.answered = await _from_cache_or_model(progress)
        outcome: Outcome = "cancelled" if await gone() else "ok"
        recorded = await progress.record(answered, outcome)
        copied(progress)
        return recorded
    except asyncio.CancelledError:
        await progress.record_cancelled(progress.answered or progress.stopped())
        raise
    finally:
        await progress.record_the_unforeseen(progress.stopped)
        progress.over()


async def _from_cache_or_model(progress: Progress) -> Answered:
    try:
        return await made(progress)
    except NoAnswerError as error:
        progress.settle(error)
        await progress.record_failure(progress.of_nobody())
        raise


async def made(progress: Progress) -> Answered:
    """Or kept from before. Raises NoAnswerError."""
    grounding = progress.ask.grounding
    if grounding is not None and not grounding.found:
        return none_was_asked(progress.of_nobody(), grounding)
    if (entry := await kept(progress)) is not None:
        return progress.of_entry(entry)
    await progress.admit()
    target, answered = await from_models(progress)
    await keep(progress, answered, target)
    return answered


async def from_models(progress: Progress) -> tuple[Target, Answered]:
    """Raises NoAnswerError."""
    if progress.window is not None:
        return await answered_in_parts(progress, progress.window)
    tries, target, answered = await asked_once(progress)
    return (target, answered) if progress.ask.grounding is None else await surer(progress, tries, target, answered)
