"""Use case: an answer that was made elsewhere is recorded; told again under the same Idempotency-Key, it is not."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from ratchet_common.events import PredictionMade
from ratchet_common.persons import digest_of_some
from ratchet_router.idempotency import Once, held
from ratchet_router.made_elsewhere import MadeElsewhere, Told, told
from ratchet_router.memory import Entry
from ratchet_router.once import done, released, released_on_failure
from ratchet_router.parts import Parts


@dataclass(frozen=True, slots=True)
class Taken:
    """`recorded`: its event is safe. `replayed`: it had been told before under the same key."""

    told: Told
    recorded: bool
    replayed: bool = False


async def take_once(made: MadeElsewhere, wanted: Once | None, parts: Parts) -> Taken:
    """Raises what `held` raises, NotRecordedError."""
    if wanted is not None:
        made = dataclasses.replace(made, told_under=(wanted.key + wanted.fingerprint).hex())
    found = told(made, parts.catalogue.of(made.tenant).models, parts.settings.text_limit_bytes)
    if wanted is None:
        return Taken(found, await parts.recorder.record(found.event))
    its = await held(parts.keys, wanted, parts.settings.deadline_ms / 1000)
    if its.answer is not None:
        event = replace(found.event, result_id=its.answer.result_id, cost_usd=its.answer.cost_usd)
        return Taken(Told(event, found.cost_from), recorded=True, replayed=True)
    async with released_on_failure(its):
        recorded = await parts.recorder.record(found.event)
    if recorded:
        await done(its, _to_keep(found.event, parts.cache.expires_at()))
    else:
        await released(its)
    return Taken(found, recorded)


def _to_keep(event: PredictionMade, expires_at: datetime) -> Entry:
    """Without its words: whoever tells it has them."""
    return Entry(
        tenant=event.tenant,
        result_id=event.result_id,
        version_id=event.version_id,
        model=event.model,
        tier=event.tier,
        approach=event.approach,
        output="",
        usage=event.usage,
        cost_usd=event.cost_usd,
        premium_cost_usd=event.premium_cost_usd,
        expires_at=expires_at,
        user=digest_of_some(event.tenant, event.user) or "",
    )
