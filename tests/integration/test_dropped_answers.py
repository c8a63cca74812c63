"""Kept answers go by template and by version: in the store, in every replica, and those that were under way."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from ratchet_router.main import build
from tests.integration.conftest import Running, running_app
from tests.integration.router_site import Site, site, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
__all__ = ["site"]  # a fixture


async def drop(site: Site, query: str) -> tuple[int, Any]:
    async with site.app.http.delete(f"{site.app.url}/api/cache{query}") as response:
        return response.status, await response.json()


def summary(**how: Any) -> dict[str, Any]:
    text = f"The group meets on Monday about {uuid4().hex}. It decides on the budget."
    return {"task_type": "summary", "document_text": text, "model": "quick"} | how


async def kept(app: Running, body: dict[str, Any]) -> str | None:
    """The answer's origin, if it was kept."""
    status, answer = await app.post("/api/generate", body)
    assert status == 200
    origin: str | None = answer["cached_from"]
    return origin


async def dropped(site: Site, query: str, bodies: list[dict[str, Any]]) -> list[bool]:
    """Which of the requests have lost their kept answers."""
    for body in bodies:
        await kept(site.app, body)
    assert all([await kept(site.app, body) for body in bodies])
    status, _ = await drop(site, query)
    assert status == 200
    return [await kept(site.app, body) is None for body in bodies]


async def test_by_template(site: Site) -> None:
    bodies = [site.mail(), summary(template="executive_summary_short"), summary(template="executive_summary_medium")]
    assert await dropped(site, "?template=executive_summary_short", bodies) == [False, True, False]
    assert await dropped(site, "?template=executive_summary_medium_v1", bodies) == [False, False, True]
    assert await dropped(site, "?template=executive_summary_medium_v2", bodies) == [False, False, False]


async def test_by_version_and_by_model(site: Site) -> None:
    bodies = [summary(), summary(model="slow")]
    assert await dropped(site, "?version=slow", bodies) == [False, True]
    assert await dropped(site, "?version=base", bodies) == [True, True]
    assert await dropped(site, "?version=summary-0a1b2c3d", bodies) == [False, False]


async def test_of_template_and_version_both_must_match(site: Site) -> None:
    short, other = summary(template="executive_summary_short"), summary(template="executive_summary_detailed")
    assert await dropped(site, "?template=executive_summary_short&version=slow", [short, other]) == [False, False]
    assert await dropped(site, "?template=executive_summary_short&version=quick", [short, other]) == [True, False]


async def test_the_store_forgets_only_these_and_says_how_many(site: Site) -> None:
    await drop(site, "")
    bodies = [summary(template="executive_summary_short") for _ in range(3)]
    for body in [*bodies, site.mail()]:
        await kept(site.app, body)

    async def written() -> bool:
        _, stats = await site.app.get("/api/cache/stats")
        return bool(stats["total_entries"] == 4)

    await until(written)
    assert await drop(site, "?template=executive_summary_short") == (200, {"deleted": 3})
    _, stats = await site.app.get("/api/cache/stats")
    assert stats["total_entries"] == 1
    assert await drop(site, "") == (200, {"deleted": 1})


async def test_another_replica_drops_them_too(site: Site) -> None:
    async with running_app(build(site.settings), site.tenant) as other:
        goes, stays = summary(template="executive_summary_short"), summary(template="executive_summary_medium")
        _, before = await other.post("/api/generate", goes)
        _, beside = await other.post("/api/generate", stays)
        assert await kept(other, goes) == before["result_id"]
        await drop(site, "?template=executive_summary_short")

        async def forgotten_by_other() -> bool:
            return bool(await kept(other, goes) != before["result_id"])

        await until(forgotten_by_other)
        assert await kept(other, stays) == beside["result_id"]


@pytest.mark.parametrize("cache", ["use", "refresh"])
async def test_what_was_under_way_is_not_found_afterwards(site: Site, cache: str) -> None:
    body = summary(model="slow")
    under_way = asyncio.create_task(site.app.post("/api/generate", body | {"cache": cache}))
    await asyncio.sleep(0.2)
    assert not under_way.done()
    await drop(site, "?version=slow")
    _, before = await under_way
    assert await kept(site.app, body) is None
    assert await kept(site.app, body) not in (None, before["result_id"])


async def test_vectors_go_by_their_model(site: Site) -> None:
    words = {"model": "words", "input": uuid4().hex}

    async def cached() -> bool:
        async with site.app.http.post(f"{site.app.url}/v1/embeddings", json=words) as response:
            assert response.status == 200
            return bool(response.headers["x-ratchet-cached"] == "true")

    assert [await cached(), await cached()] == [False, True]
    await drop(site, "?template=executive_summary_short")
    assert await cached()
    await drop(site, "?version=words")
    assert not await cached()


@pytest.mark.parametrize("query", ["?templates=x", "?template=", "?version=", "?template=a&model=b", "?all=true"])
async def test_what_is_not_known_is_refused_and_nothing_goes(site: Site, query: str) -> None:
    body = summary()
    await kept(site.app, body)
    status, problem = await drop(site, query)
    assert (status, problem["type"]) == (422, "urn:ratchet:problem:invalid")
    assert problem["errors"][0]["field"] in query
    assert await kept(site.app, body) is not None
