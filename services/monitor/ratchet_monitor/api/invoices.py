"""A provider's invoice beside our records."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field, PlainSerializer

from ratchet_common.auth import MayRead
from ratchet_common.errors import RefusedError
from ratchet_common.problems import documented
from ratchet_common.workers import Workers
from ratchet_monitor.api.asking import Store, behind_of
from ratchet_monitor.behind import Behind
from ratchet_monitor.invoices import columns as which
from ratchet_monitor.invoices.explaining import ZERO, usd
from ratchet_monitor.invoices.reading import Asked, Billed, Invoice, read
from ratchet_monitor.invoices.reconciling import Item, Reconciled, reconciled, span
from ratchet_monitor.invoices.recorded import by_hours, days_of, recorded
from ratchet_monitor.ledger.sums import Sums

PATH: Final = "/api/models/costs/reconciliations"
MOST_ALIASES: Final = 200
FILE: Final = {"content": {"text/csv": {"schema": {"type": "string"}}}, "required": True}
Column = Annotated[str, Query(max_length=200, description="The column's name in the file; recognised if left out")]

routes = APIRouter(prefix=PATH, tags=["costs"])


Usd = Annotated[Decimal, PlainSerializer(lambda exact: f"{exact:f}", return_type=str)]


class WrongAliasError(RefusedError):
    type = "wrong-alias"
    title = "An alias says no name"


class Side(BaseModel):
    """`usd`: exact decimals, as text."""

    usd: Usd
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


class SaidCause(BaseModel):
    kind: str
    usd: Usd
    words: str


class Fault(BaseModel):
    line: int
    reason: str


class SaidItem(BaseModel):
    """Of one day and model. `lines`: of the file, the first 20 of `line_count`."""

    day: str
    model: str
    called: str = Field(description="the model in their words; empty where they list nothing")
    lines: list[int]
    line_count: int
    theirs: Side
    ours: Side
    difference_usd: Usd
    causes: list[SaidCause]


class ByCause(BaseModel):
    items: int
    usd: Usd


class Reconciliation(BaseModel):
    """`difference_usd`: what they ask for more than was recorded; the causes of all items add up to it."""

    columns: dict[str, str]
    lines: int
    refused: int
    faults: list[Fault]
    theirs_usd: Usd
    ours_usd: Usd
    difference_usd: Usd
    agreeing: int
    differing: int
    by_cause: dict[str, ByCause]
    not_theirs: dict[str, Usd]
    items: list[SaidItem]
    next_after: int = Field(description="for `after`; 0: these are the last")
    behind: Behind | None = Field(
        None, description="what was not added up yet on our side: differences of these days may be no more than that"
    )


def _workers(request: Request) -> Workers:
    workers: Workers = request.app.state.workers
    return workers


def _asked(
    date_column: Column = "",
    model_column: Column = "",
    input_column: Column = "",
    output_column: Column = "",
    cached_column: Column = "",
    amount_column: Column = "",
    currency_column: Column = "",
    alias: Annotated[
        list[Annotated[str, Query(max_length=500)]],
        Query(max_length=MOST_ALIASES, description="Their name of a model, =, ours"),
    ] = [],  # noqa: B006  FastAPI copies it
    date_format: Annotated[str, Query(max_length=50, description="As in strptime; ISO 8601 if left out")] = "",
    input_excludes_cached: Annotated[
        bool, Query(description="the column of input does not count cached tokens")
    ] = False,
) -> Asked:
    """Raises WrongAliasError."""
    given: Mapping[which.Field, str] = {
        "date": date_column,
        "model": model_column,
        "input": input_column,
        "output": output_column,
        "cached": cached_column,
        "amount": amount_column,
        "currency": currency_column,
    }
    named = {field: name for field, name in given.items() if name}
    return Asked(named, dict(map(_alias, alias)), date_format, input_excludes_cached)


@routes.post("", responses=documented(413), openapi_extra={"requestBody": FILE})
async def reconcile(
    request: Request,
    caller: MayRead,
    store: Store,
    workers: Annotated[Workers, Depends(_workers)],
    asked: Annotated[Asked, Depends(_asked)],
    everything: Annotated[bool, Query(description="also the days on which both agree")] = False,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
    after: Annotated[int, Query(ge=0, le=10_000_000, description="`next_after` of the page before")] = 0,
) -> Reconciliation:
    """A CSV file as the body, of 100,000 lines at most, is compared with what was recorded of each day and model.
    Nothing of it is kept."""
    invoice = await workers.run(read, await request.body(), asked)
    days = span(invoice)
    missing = await behind_of(store, caller.tenant, days_of(days)[0], until=days_of(days)[1]) if days else None
    known = await recorded(store.ledger, store.shadows, caller.tenant, days) if days else {}
    found = await workers.run(reconciled, invoice, known)
    if days and found.by_hours:
        hours = await by_hours(store.ledger, caller.tenant, days, found.by_hours)
        found = await workers.run(reconciled, invoice, known, hours)
    return _said(invoice, found, missing, everything=everything, limit=limit, after=after)


def _said(
    invoice: Invoice, found: Reconciled, missing: Behind | None, *, everything: bool, limit: int, after: int
) -> Reconciliation:
    differing = [item for item in found.items if item.causes]
    shown = found.items if everything else differing
    by_cause: dict[str, ByCause] = {}
    for item in differing:
        for cause in item.causes:
            its = by_cause.setdefault(cause.kind, ByCause(items=0, usd=ZERO))
            its.items, its.usd = its.items + 1, its.usd + cause.usd
    theirs = sum((item.theirs.amount for item in found.items if item.theirs), ZERO)
    ours = sum((usd(item.ours.billed) for item in found.items if item.ours), ZERO)
    page = shown[after : after + limit]
    return Reconciliation(
        columns=invoice.words,
        lines=invoice.lines,
        refused=invoice.refused,
        faults=[Fault(line=line, reason=reason) for line, reason in invoice.faults],
        theirs_usd=theirs,
        ours_usd=ours,
        difference_usd=theirs - ours,
        agreeing=len(found.items) - len(differing),
        differing=len(differing),
        by_cause=dict(sorted(by_cause.items())),
        not_theirs=found.not_theirs,
        items=[_item(one) for one in page],
        next_after=after + len(page) if after + len(page) < len(shown) else 0,
        behind=missing,
    )


def _item(one: Item) -> SaidItem:
    theirs, ours = one.theirs or Billed(), one.ours or Sums()
    return SaidItem(
        day=one.key.day.isoformat(),
        model=one.key.model,
        called=theirs.called,
        lines=theirs.lines,
        line_count=theirs.count,
        theirs=Side(
            usd=theirs.amount,
            input_tokens=theirs.input,
            output_tokens=theirs.output,
            cached_tokens=theirs.cached,
        ),
        ours=Side(usd=usd(ours.billed), input_tokens=ours.input, output_tokens=ours.output, cached_tokens=ours.cached),
        difference_usd=one.difference,
        causes=_causes(one),
    )


def _causes(one: Item) -> list[SaidCause]:
    return [SaidCause(kind=cause.kind, usd=cause.usd, words=cause.words) for cause in one.causes]


def _alias(said: str) -> tuple[str, str]:
    theirs, is_, ours = said.rpartition("=")
    if not (theirs.strip() and is_ and ours.strip()):
        raise WrongAliasError("An alias is their name of a model, then =, then ours: as in gpt-large-2026-08-06=large.")
    return theirs.strip(), ours.strip()
