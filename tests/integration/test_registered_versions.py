"""A version that was tuned elsewhere: registered, judged at its platform, served, and traced back to what taught it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace

from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.bus import Bus
from ratchet_common.events import Event, PredictionMade
from ratchet_common.tuned_prompt import told
from ratchet_student import fit, save
from ratchet_trainer.main import build
from ratchet_trainer.settings import TrainerSettings
from tests.integration.conftest import Ground, Running, Tenant, running_app
from tests.integration.test_trainer_rollout import LABELS, SAID, TASK, answered, publish, traffic_of, until
from tests.integration.upstream import Upstream, failing, saying, upstream
from tests.patience import PATIENCE_S
from tests.ready_workers import ready_workers
from tests.unit.student.texts import mails

pytestmark = pytest.mark.asyncio(loop_scope="module")
VERSIONS = "/api/models/versions"
TEMPLATE = "classification_v1"
ENOUGH, COUNT = 60, 260
NAME = "ft:small-2026:acme::Ab1"
CATALOGUE = """
[providers.up]
kind = "openai_shaped"
base_url = "{url}"

[[models]]
name = "large"
provider = "up"
tier = "balanced"
context_window = 100_000
latency_ms = 500
prices = {{ input = 10, output = 10 }}
quality = {{ default = 0.8 }}

[platforms.openai]
provider = "up"
tier = "fast"
latency_ms = 300
prices = {{ input = 2, output = 3 }}

[platforms.own-server]
provider = "up"
tier = "fast"
latency_ms = 300
prices = {{ input = 0, output = 0 }}
"""


@dataclass(frozen=True, slots=True)
class Site:
    ground: Ground
    app: Running
    tenant: Tenant
    stranger: str  # a token of another tenant
    up: Upstream
    artifacts: Path
    results: frozenset[str]  # that people spoke of
    dataset_id: str

    async def register(self, **body: Any) -> tuple[int, Any]:
        return await self.app.post(VERSIONS, {"task_type": TASK, "platform": "openai", "why": "tuned by hand"} | body)

    async def as_stranger(self, path: str) -> int:
        headers = {"Authorization": f"Bearer {self.stranger}"}
        async with self.app.http.get(self.app.url + path, headers=headers) as response:
            return response.status


async def right(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
    """The label that people wrote, for any of their texts."""
    text = asked["messages"][-1]["content"]
    return await saying(next(label for label in LABELS if text.startswith(SAID[label])))(request, asked)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(stack: Ground, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("registered")
    name = f"tenant-{uuid4().hex[:8]}"
    (token, row), (stranger, other) = new_token(name, frozenset(Scope)), new_token("other", frozenset(Scope))
    write_tokens(folder / "tokens.json", [row, other])
    tenant = Tenant(name, token, folder / "tokens.json")
    async with upstream() as up:
        (folder / "catalogue.toml").write_text(CATALOGUE.format(url=up.url))
        settings = TrainerSettings(
            kafka_bootstrap_servers=stack.kafka_bootstrap_servers,
            kafka_idempotence=stack.idempotence,
            kafka_session_timeout_ms=stack.session_timeout_ms,
            kafka_partitions=3,
            bus_forgets=stack.forgets,
            mongodb_url=stack.mongodb_url,
            tokens_file=folder / "tokens.json",
            catalogue=folder / "catalogue.toml",
            artifacts_url=(folder / "artifacts").as_uri(),
            look_every_s=0.1,
            min_examples=ENOUGH,
        )
        said: list[Event] = [
            replace(event, template=TEMPLATE) if isinstance(event, PredictionMade) else event
            for event in answered(name, COUNT)
        ]
        async with running_app(build(settings, ready_workers), tenant) as app, asyncio.timeout(PATIENCE_S):
            async with Bus(settings) as bus:
                await publish(bus, said)
            await until(app, "/api/models/examples/stats", lambda found: found["total_examples"] >= COUNT)
            _, dataset = await app.post("/api/models/datasets", {"task_type": TASK})
            results = frozenset(str(event.result_id) for event in said if isinstance(event, PredictionMade))
            up.will(NAME, right)
            yield Site(stack, app, tenant, stranger, up, folder / "artifacts", results, dataset["dataset_id"])


async def test_it_is_judged_at_its_platform_and_goes_on_trial(site: Site) -> None:
    status, version = await site.register(model=NAME, base_model="small-2026", dataset_id=site.dataset_id)
    assert (status, version["state"], version["model"], version["artifact"]) == (201, "candidate", NAME, None)
    assert (version["registered_by"] is not None, version["why"]) == (True, "tuned by hand")
    rollout = await until(site.app, f"/api/models/rollouts/{TASK}", lambda found: found["state"] == "canary")
    assert rollout["canary"] == version["version_id"]
    (event,) = await traffic_of(site.ground, site.tenant.name, 1)
    told_router = event.versions[version["version_id"]]
    assert (told_router.platform, told_router.model, told_router.artifact) == ("openai", NAME, "")
    asked = [call for call in site.up.asked if call["model"] == NAME]
    document = asked[0]["messages"][-1]["content"]
    assert asked[0]["messages"] == told(TASK, document, "", LABELS).messages
    _, listed = await site.app.get(f"/api/models/evaluations?version_id={version['version_id']}")
    (evaluation,) = listed["items"]
    assert (evaluation["passed"], evaluation["dataset_id"], evaluation["cases"]) == (True, site.dataset_id, len(asked))
    assert evaluation["version"]["cost_usd"] == pytest.approx((1_000 * 2 + 100 * 3) / 1e6)
    assert evaluation["cheaper"] == pytest.approx(1 - 0.0023 / 0.01)


async def test_the_same_model_is_the_same_version(site: Site) -> None:
    _, first = await site.register(model=NAME)
    status, again = await site.register(model=NAME, why="once more")
    assert (status, again["version_id"], again["why"]) == (200, first["version_id"], "tuned by hand")
    status, elsewhere = await site.register(model=NAME, platform="own-server")
    assert (status, elsewhere["version_id"] != first["version_id"]) == (201, True)
    assert (await site.register(model=NAME, platform="own-server"))[0] == 200


async def test_a_person_activates_it_and_the_history_says_who_and_why(site: Site) -> None:
    site.up.will("ft:other", failing(404, {"message": "no such model", "code": "model_not_found"}))
    _, version = await site.register(model="ft:other", task_type="summary", why="hosted elsewhere")
    path = f"{VERSIONS}/{version['version_id']}"
    status, rollout = await site.app.post(f"{path}/activate", {"why": "ann has tried it"})
    assert (status, rollout["shares"]) == (200, {version["version_id"]: 100})
    status, rollout = await site.app.post(f"{path}/rollback", {"why": "people complain"})
    assert (status, rollout["shares"]) == (200, {"base": 100})
    assert [change["why"] for change in rollout["history"]] == ["ann has tried it", "people complain"]
    assert all(change["who"] for change in rollout["history"])
    status, rollout = await site.app.post(f"{path}/traffic", {"percentage": 20})
    assert (status, rollout["history"][-1]["why"]) == (200, "traffic set to 20 %")


async def test_what_nobody_would_answer_for_gets_no_traffic_and_no_shadow(site: Site) -> None:
    _, version = await site.register(platform="vertex", model="endpoints/1", task_type="report")
    path = f"{VERSIONS}/{version['version_id']}"
    for what, body in (("activate", {}), ("traffic", {"percentage": 5}), ("shadow", {"percentage": 5})):
        status, refused = await site.app.post(f"{path}/{what}", body)
        assert (status, "no [platforms.vertex]" in refused["detail"]) == (409, True)
    _, rollout = await site.app.get("/api/models/rollouts/report")
    assert rollout["revision"] == 0


async def test_a_version_is_compared_with_the_catalogues_models_and_with_no_other_tasks(site: Site) -> None:
    _, version = await site.register(model="ft:compared", task_type="qa")
    _, other = await site.register(model="ft:compared", task_type="risk_assessment")
    one = version["version_id"]
    status, found = await site.app.get(f"{VERSIONS}/compare?version_a=base&version_b={one}")
    assert (status, found["version_a"]["version_id"], found["version_b"]["version_id"]) == (200, "base", one)
    assert (found["version_a"]["state"], found["version_a"]["traffic_percentage"]) == ("live", 100)
    status, refused = await site.app.get(f"{VERSIONS}/compare?version_a={one}&version_b={other['version_id']}")
    assert (status, f"{one} is for qa" in refused["detail"]) == (422, True)
    assert (await site.app.get(f"{VERSIONS}/compare?version_a=base&version_b=base"))[0] == 404


@pytest.mark.parametrize("body", [{"percentage": True}, {"percentage": 33.3}, {"percentage": -1}, {"percentage": None}])
async def test_a_share_is_a_whole_number_of_per_cent(site: Site, body: dict[str, Any]) -> None:
    _, version = await site.register(model="ft:shared", task_type="qa")
    status, refused = await site.app.post(f"{VERSIONS}/{version['version_id']}/traffic", body)
    assert (status, refused["errors"][0]["field"]) == (422, "percentage")


@pytest.mark.parametrize("why", ["a\u0000b", "\u001b[31mred", "\u202eback"])
async def test_a_reason_is_in_words(site: Site, why: str) -> None:
    status, refused = await site.register(model="ft:why", task_type="qa", why=why)
    assert (status, "control characters" in refused["detail"]) == (422, True)


async def test_what_a_version_says_of_itself_follows_its_traffic(site: Site) -> None:
    _, version = await site.register(model="ft:told", task_type="action_items", why=" two\n lines ")
    path = f"{VERSIONS}/{version['version_id']}"
    assert version["why"] == "two lines"
    await site.app.post(f"{path}/activate", {"why": "  ann has\ntried it"})
    _, shown = await site.app.get(path)
    assert (shown["state"], shown["reason"].endswith(": ann has tried it")) == ("live", True)
    await site.app.post(f"{path}/rollback", {"why": " "})
    _, shown = await site.app.get(path)
    assert (shown["state"], shown["reason"].endswith(": rolled back")) == ("rolled_back", True)


async def test_a_version_shows_where_it_comes_from(site: Site) -> None:
    _, first = await site.register(model=NAME)
    _, version = await site.register(model="ft:child", parent=first["version_id"], dataset_id=site.dataset_id)
    status, shown = await site.app.get(f"{VERSIONS}/{version['version_id']}")
    assert (status, shown["lineage"]["dataset"]["dataset_id"]) == (200, site.dataset_id)
    assert (shown["lineage"]["job"], shown["parent"]) == (None, first["version_id"])
    assert [parent["version_id"] for parent in shown["lineage"]["parents"]] == [first["version_id"]]
    assert shown["learned_until"] is not None
    assert shown["metrics"]["train_examples"] > 100


async def test_its_lineage_leads_to_the_answers_that_taught_it(site: Site) -> None:
    _, version = await site.register(model="ft:traced", dataset_id=site.dataset_id)
    path = f"{VERSIONS}/{version['version_id']}/lineage"
    async with asyncio.timeout(PATIENCE_S):
        while True:  # what answered is heard of beside what was said of it
            items, cursor = list[dict[str, Any]](), ""
            while cursor is not None:
                _, page = await site.app.get(f"{path}?limit=150{cursor and f'&cursor={cursor}'}")
                items, cursor = items + page["items"], page["next"]
            if all(item["template"] for item in items):
                break
            await asyncio.sleep(0.2)
    assert sum(page["dataset"]["by_source"].values()) == len(items)
    assert {item["result_id"] for item in items} <= site.results
    assert {item["template"] for item in items} == {TEMPLATE}
    assert {(item["answered_by"], item["source"], item["erased"]) for item in items} == {("base", "correction", False)}
    sides = [item["side"] for item in items]
    assert list(dict.fromkeys(sides)) == ["train", "validation", "test"]
    assert (await site.app.get(f"{path}?cursor=x"))[0] == 422


async def test_it_is_the_tenants_own(site: Site) -> None:
    _, version = await site.register(model=NAME)
    for path in (version["version_id"], f"{version['version_id']}/lineage"):
        assert await site.as_stranger(f"{VERSIONS}/{path}") == 404


async def test_a_student_from_outside_must_be_the_file_that_was_meant(site: Site) -> None:
    (site.artifacts / "none").write_bytes(b"a student")
    none = (site.artifacts / "none").as_uri(), sha256(b"a student").hexdigest()
    url, digest = (site.artifacts / "mine").as_uri(), save(fit(TASK, mails(60)), site.artifacts / "mine")
    student = {"platform": "local", "model": ""}
    status, refused = await site.register(**student, artifact=url, sha256="0" * 64)
    assert (status, refused["type"].rpartition(":")[2]) == (422, "wrong-artifact")
    status, refused = await site.register(**student, artifact=f"{url}-gone", sha256=digest)
    assert (status, "artifact store" in refused["detail"]) == (409, True)
    status, refused = await site.register(**student, artifact=site.tenant.tokens_file.as_uri(), sha256=digest)
    assert (status, "TRAINER_ARTIFACTS_URL" in refused["detail"]) == (422, True)
    status, refused = await site.register(**student, artifact=none[0], sha256=none[1])
    assert (status, "The file is no student" in refused["detail"]) == (422, True)
    status, version = await site.register(**student, artifact=url, sha256=digest)
    assert (status, version["sha256"]) == (201, digest)


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"platform": "nowhere", "model": "m"}, 422, "it is none of bedrock, local, lora, openai, own-server, vertex"),
        ({"task_type": "cooking", "model": "m"}, 404, "There is no such task_type"),
        ({"model": "m", "dataset_id": "classification-000000000000"}, 404, "There is no dataset"),
        ({"model": "m", "task_type": "summary", "dataset_id": "THEIRS"}, 422, "it is for classification"),
        ({"model": "m", "parent": "classification-00000000"}, 404, "There is no version"),
        ({"model": ""}, 422, "openai serves a model by its name there"),
        ({"model": "x" * 501}, 422, ""),
        ({"model": "two words"}, 422, ""),
        ({"model": "m", "artifact": "file:///x"}, 422, "openai serves a model by its name there"),
        ({"platform": "local", "model": "m"}, 422, "a student is named by its artifact"),
        ({"model": "m", "why": ""}, 422, ""),
        ({"model": "m", "why": "  "}, 422, "say in words why"),
        ({"model": "m", "metrics": {"f1": "NaN"}}, 422, ""),
        ({"model": "m", "learned_until": "2026-11-01T00:00:00"}, 422, ""),
        ({"model": "m", "learned_until": "0001-01-01T00:00:00+14:00"}, 422, ""),
    ],
)
async def test_what_cannot_be_a_version_is_refused_with_the_reason(
    site: Site, body: dict[str, Any], status: int, says: str
) -> None:
    given = body | ({"dataset_id": site.dataset_id} if body.get("dataset_id") == "THEIRS" else {})
    found, refused = await site.register(**given)
    assert found == status
    assert says in refused["detail"]
