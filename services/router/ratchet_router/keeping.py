"""One request and the cache: is its answer there already, and is the one that it gets worth keeping?"""

import time
from typing import Final

from ratchet_router.answered import Answered, to_keep
from ratchet_router.cache import cache_key
from ratchet_router.grounding.sources import Grounding
from ratchet_router.kept_ways import as_asked, for_another
from ratchet_router.memory import Entry
from ratchet_router.progress import Progress
from ratchet_router.sharing import NotCachedError, Wanted, kept_or_to_be_made
from ratchet_router.snapshot import Snapshot
from ratchet_router.target import Target

CUT: Final = "length"  # how it ended, in chat's words


async def kept(progress: Progress) -> Entry | None:
    """The answer that was given before to the same request, or is under way to it, if it may be used.

    Where there is none, others wait for this one from here on, until it is `over`. Raises NotCachedError, and the
    NoAnswerError of the one that was under way.
    """
    ask, parts, began = progress.ask, progress.parts, time.perf_counter()
    if ask.cache != "use":
        if ask.only_cached:
            raise NotCachedError
        if ask.cache == "refresh":
            key_of(progress)
        return None
    found = await kept_or_to_be_made(_wanted(progress), parts.cache, parts.in_flight)
    if isinstance(found, Entry):
        usable = as_asked(found, stream=ask.stream)
        if usable is None and ask.only_cached:
            raise NotCachedError
        return None if usable is None else for_another(usable, ask.native, progress.result_id)
    progress.leads, progress.waited_s = found, time.perf_counter() - began
    return None


async def keep(progress: Progress, answered: Answered, by: Target) -> None:
    """Only what the resolved one said, and only where nothing is wrong with it. Who asks the same now shares it in any
    case, unless he would have been asked for on other terms.
    """
    ask, cache = progress.ask, progress.parts.cache
    keeps = (
        ask.cache != "off"
        and by.name == progress.plan.resolved
        and answered.passed
        and _still_worth_it(progress, answered)
        and not _cut(progress, answered)
    )
    if not keeps and progress.leads is None:
        return
    entry = to_keep(ask, answered, cache.expires_at())
    if keeps:
        key = key_of(progress)
        if ask.cache == "refresh":
            await cache.make_way(key, ask.tenant)
        cache.keep(key, entry)
    progress.settle(entry, for_all=keeps)


def _still_worth_it(progress: Progress, answered: Answered) -> bool:
    """Not where nothing was found, nor where a document that it was read from has changed since."""
    its = answered.grounding
    return its is None or (its.found and not out_of_date(progress.ask.tenant, its, progress.parts.snapshot))


def out_of_date(tenant: str, grounding: Grounding, snapshot: Snapshot) -> bool:
    """Whether a document that was read has changed since, as far as this replica has heard."""
    return snapshot.documents_changed(tenant, grounding.documents, grounding.changes)


def _cut(progress: Progress, answered: Answered) -> bool:
    """Where money may have ended it, it is none for others. Of several choices only one end is known."""
    return progress.bounded and (answered.finish == CUT or progress.ask.choices > 1)


def key_of(progress: Progress) -> bytes:
    """As it was when it was first asked for: an answer under way stays where it would have been found then."""
    if not progress.key:
        ask, plan, template = progress.ask, progress.plan, progress.template
        epoch = progress.parts.snapshot.epoch(ask.tenant, plan.kind(template))
        progress.key = cache_key(ask, epoch=epoch, template=plan.seen_of(template), resolved=plan.resolved)
    return progress.key


def _wanted(progress: Progress) -> Wanted:
    """Of parts each has its own time, so who waits for all of them waits as long as they take."""
    ask = progress.ask
    terms = (ask.model, ask.deadline_s, ask.limits, ask.max_cost_usd, ask.priorities)
    patience_s = None if progress.window is not None else progress.patience_s()
    return Wanted(key_of(progress), ask.tenant, ask.max_age_s, ask.only_cached, terms, patience_s)
