"""Silences: for a time, nobody is told of what matches."""

from datetime import timedelta
from typing import Annotated, Final, Self
from uuid import uuid4

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ratchet_common.auth import MayOperate, MayRead
from ratchet_common.errors import NotFoundError, RefusedError
from ratchet_common.problems import documented
from ratchet_monitor.alerts.silences import LONGEST_DAYS, MATCHERS, Matchers, Silence
from ratchet_monitor.alerts.words import Words
from ratchet_monitor.api.alert import name_of
from ratchet_monitor.api.alert_rules import NAME
from ratchet_monitor.api.asking import Store
from ratchet_monitor.api.labels import insist_on_labels
from ratchet_monitor.intake import utc_now

KEPT: Final = timedelta(days=7)  # after its end
SilenceId = Annotated[str, Path(pattern=NAME)]

routes = APIRouter(prefix="/api/models/alerts/silences", tags=["alerts"])


class NoSuchSilenceError(NotFoundError):
    type = "unknown-silence"
    title = "There is no such silence"

    @classmethod
    def of(cls, name: str) -> Self:
        return cls(f"There is no silence {name}; `GET /api/models/alerts/silences` lists them.")


class UnfitTimeError(RefusedError):
    type = "unfit-time"
    title = "The silence cannot last that long"


class SilenceBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    match: Matchers = Field(min_length=1, max_length=10, description=MATCHERS)
    until: AwareDatetime = Field(description=f"at most {LONGEST_DAYS} days from now")
    starts_at: AwareDatetime | None = Field(None, description="default: now")
    why: Words = Field(min_length=1, max_length=500)


class Silences(BaseModel):
    items: list[Silence]


@routes.get("")
async def list_silences(caller: MayRead, store: Store) -> Silences:
    """At most 200; those that are over stay for a week."""
    return Silences(items=list(await store.silences.all(caller.tenant)))


@routes.post("", status_code=201, responses=documented(409))
async def create_silence(caller: MayOperate, store: Store, body: SilenceBody) -> Silence:
    """What changes meanwhile is told when it ends, unless it is over by then. Alerts open and close all the same."""
    silence = _silence(f"s-{uuid4().hex[:12]}", body, name_of(caller))
    await store.silences.add(caller.tenant, silence.silence_id, silence, silence.until + KEPT)
    return silence


@routes.get("/{silence_id}", responses=documented(404))
async def show_silence(caller: MayRead, store: Store, silence_id: SilenceId) -> Silence:
    found = await store.silences.one(caller.tenant, silence_id)
    if found is None:
        raise NoSuchSilenceError.of(silence_id)
    return found


@routes.put("/{silence_id}", responses=documented(404))
async def replace_silence(caller: MayOperate, store: Store, silence_id: SilenceId, body: SilenceBody) -> Silence:
    if await store.silences.one(caller.tenant, silence_id) is None:
        raise NoSuchSilenceError.of(silence_id)
    silence = _silence(silence_id, body, name_of(caller))
    await store.silences.put(caller.tenant, silence_id, silence, silence.until + KEPT)
    return silence


@routes.delete("/{silence_id}", status_code=204, responses=documented(404))
async def delete_silence(caller: MayOperate, store: Store, silence_id: SilenceId) -> None:
    """It ends, within a minute."""
    if not await store.silences.delete(caller.tenant, silence_id):
        raise NoSuchSilenceError.of(silence_id)


def _silence(silence_id: str, body: SilenceBody, who: str) -> Silence:
    """Raises UnknownLabelError, UnfitTimeError."""
    insist_on_labels(body.match)
    now = utc_now()
    if not now < body.until <= now + timedelta(days=LONGEST_DAYS):
        raise UnfitTimeError(f"until must lie within the next {LONGEST_DAYS} days.", field="until")
    starts_at = body.starts_at or now
    if starts_at >= body.until:
        raise UnfitTimeError("starts_at must lie before until.", field="starts_at")
    return Silence(
        silence_id=silence_id, match=body.match, starts_at=starts_at, until=body.until, who=who[:200], why=body.why
    )
