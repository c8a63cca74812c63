"""The best-rated answers as examples: from Kafka through the real store into the next request."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ratchet_common import mongo
from ratchet_common.persons import digest
from ratchet_router.best_answer_store import MongoBestAnswers
from ratchet_router.best_answers import keep_best
from tests.integration.router_site import Site, said, site, until
from tests.unit.router.joined import joined

pytestmark = pytest.mark.asyncio(loop_scope="module")

__all__ = ["site"]  # a fixture

SETTINGS = {"best_answers": 3}
SUMMARY: dict[str, Any] = {"task_type": "summary", "document_text": "Please send the draft by Monday."}


async def test_what_was_rated_best_stands_before_the_next_request_of_the_kind(site: Site) -> None:
    """More is read where examples are shown, so the estimate of the cost tells whether they are."""

    async def estimate(**how: Any) -> float:
        status, decision = await site.app.post("/api/route", SUMMARY | how)
        assert status == 200
        return float(decision["estimated_cost_usd"])

    bare = await estimate()
    assert await estimate(few_shot="best") == bare
    tenant = site.tenant.name
    await said(site.settings, joined("The minutes of Monday. " * 50, tenant=tenant))
    await said(site.settings, joined("Somebody else's. " * 50, tenant="other", task_type="report"))
    await said(site.settings, joined("Forbidden. " * 50, tenant=tenant, task_type="report", collect=False))

    async def shown() -> bool:
        return await estimate(few_shot="best") > bare

    await until(shown)
    assert await estimate() == bare
    assert await estimate(few_shot="best", document_type="email") == await estimate(document_type="email")
    assert await estimate(few_shot="best", task_type="report") == await estimate(task_type="report")
    status, answer = await site.app.post("/api/generate", SUMMARY | {"few_shot": "best", "few_shot_count": 1})
    assert (status, answer["template"]) == (200, "executive_summary_medium_v1")


async def test_what_is_asked_wrongly_is_named(site: Site) -> None:
    for how in ({"few_shot": "worst"}, {"few_shot": "best", "few_shot_count": 6}):
        status, problem = await site.app.post("/api/generate", SUMMARY | how)
        assert (status, problem["errors"][0]["field"]) == (422, list(how)[-1])


async def test_the_store_keeps_the_best_few_for_some_days_and_knows_who_asked(site: Site) -> None:
    client = mongo.connect(site.settings.mongodb_url)
    store = MongoBestAnswers(mongo.database(client, "router"), most=2, kept=timedelta(days=7))
    await store.create_indexes()
    tenant, now = f"tenant-{uuid4().hex[:8]}", datetime.now(UTC)
    liked = [joined(f"Text {n}.", tenant=tenant, answered_at=now - timedelta(hours=n), user="zoe") for n in range(4)]
    written = joined(
        "Old.",
        tenant=tenant,
        answered_at=now - timedelta(days=6),
        corrections={"summary": "Right."},
        score=0.1,
        score_source="correction",
    )
    stale = joined("Stale.", tenant=tenant, answered_at=now - timedelta(days=8))
    await keep_best(store, [*liked, written, stale])
    found = await store.of(tenant, "summary", None)
    assert [word.shown.document for word in found if word.shown] == ["Old.", "Text 0."]
    assert [word.user for word in found] == [None, digest(tenant, "zoe")]
    assert found[1].result_id == liked[0].result_id
    doubt = joined("Text 0.", tenant=tenant, result_id=liked[0].result_id, user_id="bob", score=0.0)
    await keep_best(store, [doubt])
    assert [word.shown.document for word in await store.of(tenant, "summary", None) if word.shown] == ["Old."]
    assert not await store.of("other", "summary", None)
    await client.close()
