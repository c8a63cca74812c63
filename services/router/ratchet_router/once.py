"""Use case: a request that carries an Idempotency-Key is answered once.

An answer that the store takes no note of is handed out all the same: it is recorded, and it costs. Its key stays held
until the lease runs out, so that whoever repeats the request is told that it is being answered; after that it is
answered anew. Of an answer from a document that changed while it was made the key keeps that it was given, and no word.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from ratchet_common.errors import RetryLaterError
from ratchet_router import embedded
from ratchet_router.answer import Gone, answer, answer_to
from ratchet_router.answered import Answered, to_keep
from ratchet_router.ask import Ask
from ratchet_router.beginning import begun
from ratchet_router.embed import embed
from ratchet_router.embedded import EmbedAsk, Embedded
from ratchet_router.idempotency import Held, Once, held, once_of, replayed
from ratchet_router.keeping import out_of_date
from ratchet_router.memory import Entry, without_words
from ratchet_router.parts import Parts
from ratchet_router.stream import Opened, opened, opened_again

Prepare = Callable[[Ask, Parts], Awaitable[Ask]]
log = logging.getLogger(__name__)
KEY = "idempotency-key"


async def as_it_is(ask: Ask, _: Parts) -> Ask:
    return ask


def once(headers: Mapping[str, str], tenant: str, where: str, body: bytes) -> Once | None:
    """None where the request carries no key. Raises IdempotencyError."""
    key = headers.get(KEY)
    return None if key is None else once_of(key, tenant, where, body)


async def answer_once(ask: Ask, wanted: Once | None, parts: Parts, gone: Gone, prepare: Prepare = as_it_is) -> Answered:
    """`prepare`: what has to be looked up for an answer, and not for one that was given before.

    Raises what `prepare`, `answer` and `held` raise.
    """
    if wanted is None:
        return await answer(await prepare(ask, parts), parts, gone)
    its = await held(parts.keys, wanted, _deadline_s(ask, parts))
    if its.answer is not None:
        return replayed(its.answer)
    async with released_on_failure(its):
        ask = await prepare(ask, parts)
        progress = begun(ask, parts)
    note = _noting(its, ask, parts)
    try:
        answered = await answer_to(progress, gone)
    except asyncio.CancelledError:
        await note(progress.answered)  # whoever hung up when it was there comes back for it
        raise
    except BaseException:
        await note(None)
        raise
    await note(answered)
    return answered


async def embed_once(ask: EmbedAsk, wanted: Once | None, parts: Parts, gone: Gone) -> Embedded:
    """Raises what `embed` and `held` raise."""
    if wanted is None:
        return await embed(ask, parts, gone)
    its = await held(parts.keys, wanted, _deadline_s(ask, parts))
    if its.answer is not None:
        return embedded.replayed(its.answer)
    async with released_on_failure(its):
        made = await embed(ask, parts, gone)
    await done(its, embedded.to_keep(made, ask, parts.cache.expires_at()))
    return made


async def opened_once(ask: Ask, wanted: Once | None, parts: Parts, prepare: Prepare = as_it_is) -> Opened:
    """As `answer_once`. Raises what `prepare`, `opened` and `held` raise."""
    if wanted is None:
        return await opened(await prepare(ask, parts), parts)
    its = await held(parts.keys, wanted, _deadline_s(ask, parts))
    if its.answer is not None:
        return opened_again(its.answer, ask, parts)
    async with released_on_failure(its):
        ask = await prepare(ask, parts)
        stream = await opened(ask, parts)
    stream.at_end = _noting(its, ask, parts)
    return stream


def _noting(its: Held, ask: Ask, parts: Parts) -> Callable[[Answered | None], Awaitable[None]]:
    async def note(answered: Answered | None) -> None:
        if answered is None:
            await released(its)
            return
        entry = to_keep(ask, answered, parts.cache.expires_at())
        out = _out_of_date(entry, parts)
        await done(its, without_words(entry) if out else entry)
        if not out and _out_of_date(entry, parts):  # heard while it was written: what was deleted for it came before
            await done(its, without_words(entry))

    return note


def _out_of_date(entry: Entry, parts: Parts) -> bool:
    return entry.grounding is not None and out_of_date(entry.tenant, entry.grounding, parts.snapshot)


async def done(its: Held, entry: Entry) -> None:
    if its.done is None:
        return
    try:
        await its.done(entry)
    except RetryLaterError:
        log.warning("The store takes no note of an answer to an Idempotency-Key: a repetition is answered anew, later.")


async def released(its: Held) -> None:
    if its.release is None:
        return
    try:
        await its.release()
    except RetryLaterError:
        log.warning("The store is away: an Idempotency-Key of a request that failed stays held until its lease ends.")


@asynccontextmanager
async def released_on_failure(its: Held) -> AsyncIterator[None]:
    try:
        yield
    except BaseException:
        await released(its)
        raise


def _deadline_s(ask: Ask | EmbedAsk, parts: Parts) -> float:
    return ask.deadline_s or parts.settings.deadline_ms / 1000
