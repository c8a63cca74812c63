"""A user asks to be forgotten: all four services on one bus and one store, and nothing of him is left in either."""

import asyncio
import random
import string
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio

from ratchet_cli.gateway import Gateway
from ratchet_common import mongo
from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.bus import Bus
from ratchet_common.events import Event
from ratchet_common.persons import digest
from ratchet_common.settings import CommonSettings
from ratchet_common.topics import EVERY_SERVICE, TOPIC_OF
from ratchet_feedback.main import build as build_feedback
from ratchet_feedback.settings import FeedbackSettings
from ratchet_monitor.main import build as build_monitor
from ratchet_monitor.settings import MonitorSettings
from ratchet_router.main import build as build_router
from ratchet_router.settings import RouterSettings
from ratchet_trainer.main import build as build_trainer
from ratchet_trainer.privacy.hashing import Hashes
from ratchet_trainer.settings import TrainerSettings
from tests.integration.conftest import Ground, Running, Tenant, running_app
from tests.integration.router_site import CATALOGUE, until
from tests.patience import PATIENCE_S
from tests.ready_workers import ready_workers
from tests.unit.trainer.make_data import made, messages, said

pytestmark = pytest.mark.asyncio(loop_scope="module")

SALT = "salt" * 8
LABELS = ["request", "status"]
NOTES = ("forgotten", "erasures")  # where that somebody was forgotten is noted, without his name


def word() -> str:
    """Nothing else says it, and nobody takes it for private."""
    return "zeb" + "".join(random.choices(string.ascii_lowercase, k=12))


@dataclass(frozen=True)
class User:
    tenant: Tenant
    name: str
    secret: str = field(default_factory=word)

    @property
    def names(self) -> list[str]:
        """All that he may be called by in a store."""
        hashed = Hashes(SALT.encode()).of("user", self.tenant.name, self.name)
        return [self.name, digest(self.tenant.name, self.name), hashed]


@dataclass(frozen=True)
class Whole:
    app: Running
    settings: CommonSettings
    users: tuple[User, User, User]  # who will be forgotten, another one, and one of that name at another tenant's

    async def call(self, user: User, path: str, body: Any = None, **headers: str) -> Any:
        how = {"headers": user.tenant.headers | headers}
        status, answer = await (self.app.get(path, **how) if body is None else self.app.post(path, body, **how))
        assert status < 300, answer
        return answer

    async def found(self, *words: str, but_of: str = "", notes: bool = True) -> dict[str, set[str]]:
        """By word, in which collections of which databases it stands, in whatever field. `but_of`: a tenant."""
        client = mongo.connect(self.settings.mongodb_url)
        there: dict[str, set[str]] = {one: set() for one in words}
        for name in EVERY_SERVICE:
            database = client[name]
            for collection in await database.list_collection_names():
                if collection in NOTES and not notes:
                    continue
                async for document in database[collection].find({}):
                    text = repr(document)
                    for one in words:
                        if one in text and not (but_of and but_of in text):
                            there[one].add(f"{name}.{collection.split('_2')[0]}")
        await client.close()
        return there


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(stack: Ground, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    folder = tmp_path_factory.mktemp("whole")
    tenants = [new_token(f"tenant-{uuid4().hex[:8]}", frozenset(Scope)) for _ in range(2)]
    write_tokens(folder / "tokens.json", [row for _, row in tenants])
    (folder / "catalogue.toml").write_text(CATALOGUE)
    ours, theirs = (Tenant(row.tenant, token, folder / "tokens.json") for token, row in tenants)
    common: dict[str, Any] = {
        "kafka_bootstrap_servers": stack.kafka_bootstrap_servers,
        "kafka_idempotence": stack.idempotence,
        "kafka_session_timeout_ms": stack.session_timeout_ms,
        "kafka_partitions": 3,
        "bus_forgets": stack.forgets,
        "mongodb_url": stack.mongodb_url,
        "tokens_file": folder / "tokens.json",
    }
    ann = f"ann-{word()}"
    async with four_services(common, folder, ours) as app:
        users = (User(ours, ann), User(ours, f"bob-{word()}"), User(theirs, ann))
        yield Whole(app, FeedbackSettings(**common), users)


@asynccontextmanager
async def four_services(common: dict[str, Any], folder: Path, tenant: Tenant) -> AsyncIterator[Running]:
    router = RouterSettings(**common, catalogue=folder / "catalogue.toml", explore=0, best_answers=3)
    artifacts = (folder / "artifacts").as_uri()
    trainer = TrainerSettings(**common, min_examples=10, hash_salt=SALT, artifacts_url=artifacts, look_every_s=0.1)
    apps = {
        "router": build_router(router),
        "feedback": build_feedback(FeedbackSettings(**common)),
        "trainer": build_trainer(trainer, ready_workers),
        "monitor": build_monitor(MonitorSettings(**common)),
    }
    gateway: Any = Gateway(apps)
    async with running_app(gateway, tenant) as app:
        yield app


def mail(user: User, **how: Any) -> dict[str, Any]:
    text = f"Please send the draft about {user.secret} by Monday."
    given = {"task_type": "classification", "labels": LABELS, "document_text": text, "user_id": user.name}
    return given | {"session_id": f"session-{user.secret}"} | how


async def live(whole: Whole, user: User) -> dict[str, Any]:
    """What somebody leaves behind in every service. Returns the first answer."""
    answer: dict[str, Any] = await whole.call(user, "/api/generate", mail(user))
    liked = await whole.call(user, "/api/generate", mail(user, task_type="summary", labels=[]))
    given = {"user_id": user.name, "comments": f"Not about {user.secret}."}
    wrong = given | {"result_id": answer["result_id"], "rating": "negative", "corrections": {"label": "status"}}
    await whole.call(user, "/api/models/feedback", wrong)
    await whole.call(user, "/api/models/feedback", given | {"result_id": liked["result_id"], "rating": "positive"})
    await whole.call(user, "/api/models/feedback", given | {"result_id": str(uuid4()), "rating": "neutral"})
    once = mail(user, document_text=f"Once more we met about {user.secret}.", task_type="summary", labels=[])
    await whole.call(user, "/api/generate", once, **{"Idempotency-Key": uuid4().hex})
    asked = {"model": "quick", "input": f"What of {user.secret}?", "user": user.name}
    await whole.call(user, "/v1/responses", asked)
    await whole.call(user, "/api/batches/items", {"request": mail(user)})
    await bring(whole, user, f"Send {user.secret}.", "request")
    return answer


async def bring(whole: Whole, user: User, text: str, target: str, **how: Any) -> None:
    example = {"task_type": "classification", "document_text": text, "labels": LABELS, "target": target} | how
    await whole.call(user, "/api/models/examples", example | {"user_id": user.name})


EVERYWHERE = {
    "router.responses", "router.outbox", "router.conversations", "router.best_answers", "router.idempotency",
    "router.batch_singles", "feedback.answers", "feedback.feedback", "trainer.example_texts",
}  # fmt: skip


async def lives_everywhere(whole: Whole, *users: User) -> None:
    wanted = EVERYWHERE if whole.settings.bus_forgets else EVERYWHERE - {"router.outbox"}

    missing = {user.secret: wanted for user in users}
    end = time.monotonic() + PATIENCE_S
    while any(missing.values()):
        assert time.monotonic() < end, missing
        missing = {one: wanted - there for one, there in (await whole.found(*missing)).items()}
        await asyncio.sleep(0.5)  # each look reads all stores, beside the services that fill them


async def trained(whole: Whole, ann: User, bob: User) -> tuple[str, str]:
    """A dataset that holds examples of both, and what was trained on it."""
    for number in range(12):
        await bring(whole, ann if number < 3 else bob, f"{word()} {word()} {word()}", LABELS[number % 2])
    job = await whole.call(ann, "/api/models/jobs", {"task_type": "classification"})

    async def over() -> Any:
        found = await whole.call(ann, f"/api/models/jobs/{job['job_id']}")
        assert found["state"] not in ("failed", "cancelled"), found
        return found if found["state"] == "succeeded" else None

    found = await until(over, 120)
    return found["dataset_id"], found["version_id"]


async def done(whole: Whole, user: User, erasure_id: str) -> dict[str, Any]:
    async def looked() -> Any:
        found = await whole.call(user, f"/api/models/erasures/{erasure_id}")
        return found if found["state"] == "done" else None

    erasure: dict[str, Any] = await until(looked, 90)
    return erasure


async def nothing_is_left_of(whole: Whole, gone: User, namesake: User) -> None:
    """Not what was said, and not what he is called by, but for the notes that he was forgotten."""
    left = await whole.found(gone.secret, *gone.names, but_of=namesake.tenant.name, notes=False)
    assert left == {one: set() for one in left}
    with_notes = await whole.found(gone.secret, gone.name, but_of=namesake.tenant.name)
    assert with_notes == {one: set() for one in with_notes}


async def test_after_an_erasure_nothing_of_the_user_is_left_and_all_of_the_others(whole: Whole) -> None:
    ann, bob, namesake = whole.users
    answers = [await live(whole, user) for user in whole.users]
    await lives_everywhere(whole, *whole.users)
    dataset, version = await trained(whole, ann, bob)
    before = await whole.found(bob.secret, namesake.secret)

    asked = await whole.call(ann, "/api/models/erasures", {"user_id": ann.name, "why": "She asked for it."})
    assert ann.name not in str(asked)
    assert [one["dataset_id"] for one in asked["datasets"]] == [dataset]
    assert [one["version_id"] for one in asked["versions"]] == [version]
    erasure = await done(whole, ann, asked["erasure_id"])
    assert set(erasure["removed"]) == set(EVERY_SERVICE)
    await nothing_is_left_of(whole, ann, namesake)
    assert await whole.found(bob.secret, namesake.secret) == before
    assert (await whole.call(namesake, "/api/models/erasures"))["items"] == []

    await it_is_marked(whole, ann, dataset, version, asked["erasure_id"])
    assert (await whole.call(ann, "/api/generate", mail(ann)))["cached_from"] is None
    assert (await whole.call(bob, "/api/generate", mail(bob)))["cached_from"] == answers[1]["result_id"]
    await old_events_bring_nothing_back(whole, ann)


async def it_is_marked(whole: Whole, ann: User, dataset: str, version: str, erasure_id: str) -> None:
    shown = await whole.call(ann, f"/api/models/datasets/{dataset}")
    (mark,) = shown["erasures"]
    assert (mark["erasure_id"], mark["examples"]) == (erasure_id, 5)
    assert (await whole.call(ann, f"/api/models/versions/{version}"))["erasures"] == [erasure_id]
    path = f"{whole.app.url}/api/models/datasets/{dataset}/card"
    async with whole.app.http.get(path, headers=ann.tenant.headers) as page:
        assert erasure_id in await page.text()
    anew = await whole.call(ann, "/api/models/datasets", {"task_type": "classification"})
    assert anew["dataset_id"] != dataset
    assert anew["erasures"] == []
    assert sum(anew["examples"].values()) == sum(shown["examples"].values()) - 5


async def old_events_bring_nothing_back(whole: Whole, ann: User) -> None:
    """One after the other in a partition: when the last has been taken, the others have been looked at."""
    old, new = datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(seconds=1)
    kept, gone = word(), word()
    about: dict[str, Any] = {"tenant": ann.tenant.name, "task_type": "summary"}
    events: list[Event] = []
    for text, at in ((gone, old), (kept, new)):
        asked = about | {"input": messages(f"What about {text}?"), "output": f"It is {text}."}
        words = {"corrections": {"summary": f"It is {text}."}, "said_at": at, "answered_at": at}
        events += [
            made(**asked, user=ann.name, occurred_at=at),
            said(**asked, **words, user=ann.name, user_id="else", occurred_at=new),
            said(**asked, **words, user="else", user_id=ann.name, occurred_at=new),
        ]
    async with Bus(whole.settings) as bus:
        for event in events:
            await bus.publish(TOPIC_OF[type(event)].name, b"one partition", msgspec.json.encode(event))

    async def taken() -> bool:
        there = (await whole.found(kept))[kept]
        return there >= {"feedback.answers", "trainer.example_texts", "router.best_answers"}

    await until(taken, 60)
    assert (await whole.found(gone))[gone] == set()
