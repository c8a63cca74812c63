"""Rules of alerts: the defaults, and what a tenant sets in their place or beside them."""

from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict

from ratchet_common.auth import MayOperate, MayRead
from ratchet_common.errors import NotFoundError, RefusedError
from ratchet_common.problems import documented
from ratchet_monitor.alerts.defaults import DEFAULT_NAMES
from ratchet_monitor.alerts.fitting import unfit
from ratchet_monitor.alerts.rules import Rule, RuleBody
from ratchet_monitor.api.asking import Store
from ratchet_monitor.intake import utc_now
from ratchet_monitor.store import MonitorStore

NAME = "^[a-z0-9][a-z0-9_.-]{0,63}$"
RuleId = Annotated[str, Path(pattern=NAME)]

routes = APIRouter(prefix="/api/models/alerts", tags=["alerts"])


class NoSuchRuleError(NotFoundError):
    type = "unknown-rule"
    title = "There is no such rule"

    @classmethod
    def of(cls, name: str) -> Self:
        return cls(f"There is no rule {name}; `GET /api/models/alerts/rules` lists them.")


class UnfitRuleError(RefusedError):
    type = "unfit-rule"
    title = "The rule could never do what it says"


class ShownRule(Rule):
    default: bool  # it is as it ships


class Rules(BaseModel):
    items: list[ShownRule]
    defaults: bool


class Defaults(BaseModel):
    model_config = ConfigDict(extra="forbid")

    enabled: bool


@routes.get("/rules")
async def list_rules(caller: MayRead, store: Store) -> Rules:
    """By name: at most 200 of the tenant's own, and the defaults where they are on."""
    own = {rule.rule_id for rule in await store.rules.own.all(caller.tenant)}
    found = await store.rules.of(caller.tenant)
    items = [_shown(rule, default=rule.rule_id not in own) for rule in found]
    return Rules(items=items, defaults=await store.rules.defaults(caller.tenant))


@routes.put("/rules", responses=documented())
async def switch_defaults(caller: MayOperate, store: Store, body: Defaults) -> Rules:
    """Switches the default rules on or off, all together; their alerts close. The tenant's own stay as they are."""
    await store.rules.switch(caller.tenant, enabled=body.enabled)
    await _stir(store, caller.tenant)
    return await list_rules(caller, store)


@routes.post("/rules", status_code=201, responses=documented(409))
async def create_rule(caller: MayOperate, store: Store, body: Rule) -> ShownRule:
    """One of a default's name takes its place."""
    _check(body)
    await store.rules.own.add(caller.tenant, body.rule_id, body)
    await _stir(store, caller.tenant)
    return _shown(body, default=False)


@routes.get("/rules/{rule_id}", responses=documented(404))
async def show_rule(caller: MayRead, store: Store, rule_id: RuleId) -> ShownRule:
    own = await store.rules.own.one(caller.tenant, rule_id)
    found = own or next((one for one in await store.rules.of(caller.tenant) if one.rule_id == rule_id), None)
    if found is None:
        raise NoSuchRuleError.of(rule_id)
    return _shown(found, default=own is None)


@routes.put("/rules/{rule_id}", responses=documented(404))
async def replace_rule(caller: MayOperate, store: Store, rule_id: RuleId, body: RuleBody) -> ShownRule:
    """Of a default, the tenant's own from now on: `enabled: false` switches that one off, as it does any other."""
    if body.enabled:  # one from before it was known not to fit can be switched off
        _check(body)
    if rule_id not in DEFAULT_NAMES and await store.rules.own.one(caller.tenant, rule_id) is None:
        raise NoSuchRuleError.of(rule_id)
    rule = Rule(rule_id=rule_id, **body.model_dump())
    await store.rules.own.put(caller.tenant, rule_id, rule)
    await _stir(store, caller.tenant)
    return _shown(rule, default=False)


@routes.delete("/rules/{rule_id}", status_code=204, responses=documented(404))
async def delete_rule(caller: MayOperate, store: Store, rule_id: RuleId) -> None:
    """Its alerts close at the next look. Where it stood in a default's place, that one is back."""
    if not await store.rules.own.delete(caller.tenant, rule_id):
        raise NoSuchRuleError.of(rule_id)
    await _stir(store, caller.tenant)


def _check(rule: RuleBody) -> None:
    """Raises UnfitRuleError."""
    if found := unfit(rule):
        raise UnfitRuleError(found.why, field=found.field)


def _shown(rule: Rule, *, default: bool) -> ShownRule:
    return ShownRule(**rule.model_dump(), default=default)


async def _stir(store: MonitorStore, tenant: str) -> None:
    await store.watched.stir({tenant}, utc_now())
