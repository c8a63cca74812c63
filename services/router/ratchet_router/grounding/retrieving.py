"""Use case: a request that names documents gets the passages to answer from, before it is planned."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from ratchet_router.ask import Ask
from ratchet_router.grounding.amount import needed
from ratchet_router.grounding.approaches import refuse_others
from ratchet_router.grounding.context import Context
from ratchet_router.grounding.dressed import with_sources
from ratchet_router.grounding.enough import missing
from ratchet_router.grounding.heading import fitting
from ratchet_router.grounding.merged import boosted, merged, new_in
from ratchet_router.grounding.metrics import looked
from ratchet_router.grounding.other_language import other_language
from ratchet_router.grounding.rewording import reworded
from ratchet_router.grounding.sources import BY_WORDS, Brought, Grounding, KnowledgeAwayError, Round
from ratchet_router.parts import Parts

JOINED_WITHIN_S: Final = 1.0
OPENING: Final = 4  # times as much patience with an index that is to be opened: it happens once
NOT_JOINED: Final = "The graph of the documents is away: nothing was joined over it."


async def grounded(ask: Ask, parts: Parts) -> Ask:
    """Raises NoKnowledgeError, KnowledgeAwayError, ApproachError."""
    if ask.context is None:
        return ask
    refuse_others(ask.model, ask.context, parts.catalogue)
    meant = parts.retrieves.meant(ask.tenant, ask.context.query)
    context = replace(ask.context, drawn=parts.drawn_approach(ask), meant=meant)
    need = needed(context.query, ask.task_type, context)
    changes = parts.snapshot.document_changes(ask.tenant)
    begun = Grounding(decision=need.amount, reasons=need.reasons, changes=changes)
    if need.amount == "none":
        return with_sources(ask, context, begun)
    wanted = context.passages or parts.numbers.of(need.amount)
    found = await _looked(ask, context, begun, wanted, parts)
    lacks = missing(context.query, found.sources)
    if lacks and not found.nowhere and context.passages is None and parts.settings.knowledge_rounds > 1:
        wider = await _looked(ask, context, found, parts.numbers.most, parts)
        found = replace(wider, decision="another round", reasons=(*wider.reasons, *lacks))
    its = () if found.nowhere else other_language(context.query, found.sources, by_words=found.searched == BY_WORDS)
    reasons = tuple(dict.fromkeys((*found.reasons, *its)))
    return with_sources(ask, context, replace(found, found=bool(found.sources), reasons=reasons))


async def another_round(ask: Ask, why: Sequence[str], parts: Parts) -> Ask | None:
    """The same request with more to read; None: there is nothing that it does not have.

    Raises NoKnowledgeError, KnowledgeAwayError.
    """
    context, before = ask.context, ask.grounding
    if context is None or before is None:
        return None
    wanted = context.passages or (parts.numbers.most if before.looked else parts.numbers.few)
    if _was_looked_for(context, before, wanted):
        return None
    found = await _looked(ask, context, before, wanted, parts)
    if {source.key for source in found.sources} <= {source.key for source in before.sources}:
        return None
    return with_sources(ask, context, replace(found, decision="another round", reasons=(*found.reasons, *why)))


def _was_looked_for(context: Context, before: Grounding, wanted: int) -> bool:
    """In other words too, and for as many: the same look brings the same once more."""
    again = before.rounds[1:]
    return bool(again) and (again[-1].asked, again[-1].wanted) == (reworded(context.query), wanted)


async def _looked(ask: Ask, context: Context, before: Grounding, wanted: int, parts: Parts) -> Grounding:
    """The first time for the question as it is; then for other words, and for what is joined with them."""
    again = before.looked
    asked = reworded(context.query) if again else context.query
    joins = not before.joined and (again or before.decision == "many")
    brought, (joined, was_asked) = await asyncio.gather(
        _brought(ask, context, asked, wanted, parts, wider=again),
        _joined(ask, context, parts) if joins else _not_joined(),
    )
    found = boosted(brought.sources, () if brought.nowhere else joined.sources)
    one = Round(asked=asked, wanted=wanted, found=len(found), new=new_in(found, before.sources))
    sources = merged(before.sources, found)[:wanted] if again else found
    return Grounding(
        decision=before.decision,
        reasons=tuple(dict.fromkeys((*before.reasons, *brought.reasons, *(() if brought.nowhere else joined.reasons)))),
        searched=brought.searched,
        sources=fitting(sources, parts.numbers.characters),
        rounds=(*before.rounds, one),
        changes=before.changes,
        order=brought.order,
        joined=before.joined or was_asked,
        nowhere=brought.nowhere,
    )


async def _joined(ask: Ask, context: Context, parts: Parts) -> tuple[Brought, bool]:
    """With whether the graph was asked. One that is away, or late, is said: the question is answered without it."""
    patience_s = min(JOINED_WITHIN_S, parts.settings.knowledge_patience_ms / 1000 / 2)
    try:
        async with asyncio.timeout(patience_s):
            return await parts.joins.joined(ask.tenant, context.query, context.where), True
    except KnowledgeAwayError:
        return Brought(sources=(), searched="", reasons=(NOT_JOINED,)), False
    except TimeoutError:
        said = f"The graph of the documents did not answer within {patience_s:g} s: nothing was joined over it."
        return Brought(sources=(), searched="", reasons=(said,)), False


async def _not_joined() -> tuple[Brought, bool]:
    return Brought(sources=(), searched=""), False


async def _brought(ask: Ask, context: Context, asked: str, wanted: int, parts: Parts, *, wider: bool) -> Brought:
    patience_s, began = parts.settings.knowledge_patience_ms / 1000, time.perf_counter()
    patience_s *= 1 if parts.retrieves.is_open() else OPENING
    try:
        async with asyncio.timeout(patience_s):
            brought = await parts.retrieves.retrieve(
                ask.tenant, asked, context.where, wanted, wider=wider, meant=context.meant
            )
    except KnowledgeAwayError:
        looked("away", time.perf_counter() - began, 0)
        raise
    except TimeoutError:
        looked("away", time.perf_counter() - began, 0)
        raise KnowledgeAwayError(
            f"The index of documents did not answer within {patience_s:g} s: try again later, or give the text itself."
        ) from None
    looked("found" if brought.sources else "nothing", time.perf_counter() - began, len(brought.sources))
    return brought
