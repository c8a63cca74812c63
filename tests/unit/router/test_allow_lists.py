"""Which models a tenant's requests may go to."""

import dataclasses

import pytest
from msgspec.structs import replace

from ratchet_catalogue.catalogue import Catalogue
from ratchet_router.answer import answer
from ratchet_router.answered import Answered
from ratchet_router.ask import Ask
from ratchet_router.routing import NoModelFitsError, UnknownModelError
from tests.unit.router.asks import CATALOGUE, ask
from tests.unit.router.fakes import World


def world(catalogue: Catalogue = CATALOGUE, **allowed: list[str]) -> World:
    """Tenants by name; `everyone`: those who have no list of their own."""
    its = World()
    lists = {"*" if tenant == "everyone" else tenant: catalogue.only(names) for tenant, names in allowed.items()}
    its.parts = dataclasses.replace(its.parts, catalogue=dataclasses.replace(catalogue, tenants=lists))
    return its


async def answered(its: World, request: Ask) -> Answered:
    async def still_there() -> bool:
        return False

    return await answer(request, its.parts, still_there)


async def test_routing_knows_no_other_models() -> None:
    its = world(acme=["middle"])
    found = await answered(its, ask())
    assert (found.model, [one.model for one in found.decision.candidates]) == ("middle", ["middle"])


async def test_what_is_not_allowed_is_as_if_it_were_not_there() -> None:
    its = world(acme=["middle"])
    with pytest.raises(UnknownModelError) as refused:
        await answered(its, ask(model="small"))
    assert "middle" in refused.value.detail
    assert "small" not in refused.value.detail
    assert not its.models["small"].asked


async def test_nor_is_it_asked_when_others_fail() -> None:
    small = replace(CATALOGUE.models["small"], fallbacks=("large", "middle"))
    catalogue = dataclasses.replace(CATALOGUE, models={**CATALOGUE.models, "small": small})
    its = world(catalogue, acme=["small", "middle"])
    its.models["small"].fails = "quota"
    found = await answered(its, ask(model="small"))
    assert [attempt.model for attempt in found.attempts] == ["small", "middle"]


async def test_a_tier_that_is_not_allowed_has_nobody() -> None:
    with pytest.raises(NoModelFitsError):
        await answered(world(acme=["small"]), ask(model="auto:premium"))


@pytest.mark.parametrize(("tenant", "seen"), [("acme", {"small"}), ("other", {"middle"})])
def test_who_has_no_list_has_everyones(tenant: str, seen: set[str]) -> None:
    its = world(acme=["small"], everyone=["middle"])
    assert its.parts.catalogue.of(tenant).models.keys() == seen


def test_without_lists_all_have_all() -> None:
    assert world().parts.catalogue.of("acme").models == CATALOGUE.models
    assert world(acme=["small"]).parts.catalogue.of("other").models == CATALOGUE.models
