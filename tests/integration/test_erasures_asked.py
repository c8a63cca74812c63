"""An erasure over HTTP: asked for, listed, reported on by services that may come late, and refused."""

from typing import Any
from uuid import UUID, uuid4

import aiohttp

from ratchet_common.auth import Scope, new_token, read_tokens, write_tokens
from ratchet_common.events import ErasureDone
from ratchet_common.topics import EVERY_SERVICE
from tests.integration.conftest import Running, SettingsFor, Tenant
from tests.integration.router_site import until
from tests.integration.trainer_site import publish, trainer

PATH = "/api/models/erasures"
BAD: list[tuple[Any, int]] = [
    ({}, 422),
    ({"user_id": ""}, 422),
    ({"user_id": "x" * 201}, 422),
    ({"user_id": 7}, 422),
    ({"user_id": "\ud800"}, 422),
    ({"user_id": "ann", "why": "y" * 501}, 422),
    ({"user_id": "ann", "who": "me"}, 422),
]


async def reports(app: Running, erasure_id: str, count: int) -> dict[str, Any]:
    async def there() -> Any:
        _, found = await app.get(f"{PATH}/{erasure_id}")
        return found if len(found["removed"]) == count else None

    erasure: dict[str, Any] = await until(there, 60)
    return erasure


async def test_it_is_done_once_the_last_service_has_come_back_and_said_so(
    settings_for: SettingsFor, tenant: Tenant
) -> None:
    async with trainer(settings_for, tenant) as (app, bus):
        status, asked = await app.post(PATH, {"user_id": "ann", "why": "Her letter."})
        assert (status, asked["state"], asked["why"], asked["datasets"], asked["versions"]) == (
            202,
            "asked",
            "Her letter.",
            [],
            [],
        )
        assert {one["topic"] for one in asked["kafka"]} >= {"predictions", "feedback", "erasures", "feedback.dlq"}
        erasure = await reports(app, asked["erasure_id"], 1)
        assert erasure["waits_for"] == ["router", "feedback", "monitor"]
        done = [
            ErasureDone(tenant=tenant.name, erasure_id=UUID(asked["erasure_id"]), service=service, removed={"x": 1})
            for service in EVERY_SERVICE
        ]
        another = ErasureDone(tenant="another", erasure_id=UUID(asked["erasure_id"]), service="router")
        await publish(bus, another, *done[:2], *done, *done)
        erasure = await reports(app, asked["erasure_id"], 4)
        assert (erasure["state"], erasure["waits_for"]) == ("done", [])
        assert erasure["done_at"] > erasure["asked_at"]
        assert erasure["removed"] == {"trainer": {}, "router": {"x": 1}, "feedback": {"x": 1}, "monitor": {"x": 1}}


async def test_they_are_listed_the_latest_first_and_by_their_tenant_alone(
    settings_for: SettingsFor, tenant: Tenant
) -> None:
    token, row = new_token(f"tenant-{uuid4().hex[:8]}", frozenset(Scope))
    reader, reading = new_token(tenant.name, frozenset({Scope.READ}))
    write_tokens(tenant.tokens_file, [*read_tokens(tenant.tokens_file).by_digest.values(), row, reading])
    async with trainer(settings_for, tenant) as (app, _):
        ids = [(await app.post(PATH, {"user_id": "ann"}))[1]["erasure_id"] for _ in range(3)]
        _, first = await app.get(f"{PATH}?limit=2")
        _, second = await app.get(f"{PATH}?limit=2&cursor={first['next']}")
        assert [one["erasure_id"] for one in first["items"] + second["items"]] == ids[::-1]
        assert second["next"] is None
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as theirs:
            other = Running(app.url, theirs)
            assert (await other.get(PATH))[1]["items"] == []
            assert (await other.get(f"{PATH}/{ids[0]}"))[0] == 404
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {reader}"}) as looking:
            assert (await Running(app.url, looking).get(f"{PATH}/{ids[0]}"))[0] == 200
            assert (await Running(app.url, looking).post(PATH, {"user_id": "ann"}))[0] == 403


async def test_what_is_asked_wrongly_is_refused(settings_for: SettingsFor, tenant: Tenant) -> None:
    async with trainer(settings_for, tenant) as (app, _):
        for body, wanted in BAD:
            assert (await app.post(PATH, body))[0] == wanted, body
        assert (await app.get(f"{PATH}/{uuid4()}"))[0] == 404
        assert (await app.get(f"{PATH}/nonsense"))[0] == 422
        assert (await app.get(f"{PATH}?cursor=%FF"))[0] == 422
