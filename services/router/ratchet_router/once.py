"""Use case: a request that carries an Idempotency-Key is answered once."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from ratchet_router.answer import Gone, answer
from ratchet_router.answered import Answered, to_keep
from ratchet_router.ask import Ask
from ratchet_router.idempotency import Held, Once, held, once_of, replayed
from ratchet_router.parts import Parts
from ratchet_router.stream import Opened, opened, opened_again

KEY = "idempotency-key"


def once(headers: Mapping[str, str], tenant: str, where: str, body: bytes) -> Once | None:
    """None where the request carries no key. Raises IdempotencyError."""
    key = headers.get(KEY)
    return None if key is None else once_of(key, tenant, where, body)


async def answer_once(ask: Ask, wanted: Once | None, parts: Parts, gone: Gone) -> Answered:
    """Raises what `answer` and `held` raise."""
    if wanted is None:
        return await answer(ask, parts, gone)
    its = await held(parts.keys, wanted, _deadline_s(ask, parts))
    if its.answer is not None:
        return replayed(its.answer)
    async with _released_unless_done(its):
        answered = await answer(ask, parts, gone)
        await _done(its, ask, answered, parts)
        return answered


async def opened_once(ask: Ask, wanted: Once | None, parts: Parts) -> Opened:
    """Raises what `opened` and `held` raise."""
    if wanted is None:
        return await opened(ask, parts)
    its = await held(parts.keys, wanted, _deadline_s(ask, parts))
    if its.answer is not None:
        return opened_again(its.answer, ask, parts)
    async with _released_unless_done(its):
        stream = await opened(ask, parts)
    stream.at_end = _noting(its, ask, parts)
    return stream


def _noting(its: Held, ask: Ask, parts: Parts) -> Callable[[Answered | None], Awaitable[None]]:
    async def note(answered: Answered | None) -> None:
        if answered is not None:
            await _done(its, ask, answered, parts)
        elif its.release is not None:
            await its.release()

    return note


async def _done(its: Held, ask: Ask, answered: Answered, parts: Parts) -> None:
    if its.done is not None:
        await its.done(to_keep(ask, answered, parts.cache.expires_at()))


@asynccontextmanager
async def _released_unless_done(its: Held) -> AsyncIterator[None]:
    try:
        yield
    except BaseException:
        if its.release is not None:
            await its.release()
        raise


def _deadline_s(ask: Ask, parts: Parts) -> float:
    return ask.deadline_s or parts.settings.deadline_ms / 1000
