"""What one tenant has, another never sees, changes or uses: on every route that the running router has."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio
from fastapi import FastAPI

from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_router.api import chat, messages
from ratchet_router.main import build
from ratchet_router.settings import RouterSettings
from tests.integration.conftest import Ground, Running, Tenant, running_app
from tests.integration.router_site import CATALOGUE

pytestmark = pytest.mark.asyncio(loop_scope="module")

OF_ALL: Final = frozenset({"name"})  # parameters that name what belongs to no tenant: the catalogue's models
BODIES: Final = {"/api/templates/{template_id}/activate": {"version": 1}}
LAST: Final = ("get", "post", "put", "delete")  # what removes comes after what reads and what changes
ANSWERS: Final = {  # to the owner, where it is not 200; no worker reads documents here
    ("post", "/api/documents/{document_id}/reindex"): 409,
    ("delete", "/api/documents/{document_id}"): 202,
    ("get", "/api/reports/{report_id}"): 202,
    ("get", "/api/reports/{report_id}/plots/{plot}"): 409,
    ("delete", "/api/reports/{report_id}"): 202,
}
WITHOUT_ID: Final = frozenset(
    {
        ("post", "/v1/chat/completions"),
        ("post", "/v1/messages"),
        ("post", "/v1/messages/count_tokens"),
        ("post", "/v1/responses"),
        ("post", "/v1/embeddings"),
        ("post", "/v1/batches"),
        ("post", "/v1/files"),
        ("post", "/api/generate"),
        ("post", "/api/route"),
        ("post", "/api/batches"),
        ("post", "/api/batches/items"),
        ("post", "/api/documents"),
        ("post", "/api/models/predictions"),
        ("post", "/api/reports"),
        ("post", "/api/templates"),
        ("put", "/api/documents/order"),
        ("delete", "/api/documents/order"),
        ("delete", "/api/cache"),
    }
)  # routes that change something: a new one belongs here once a test below says what of another's it may name


@dataclass(frozen=True, slots=True)
class Two:
    """`ids`: of the owner's things, by the names of the parameters that name them. `secret`: is in all of them."""

    service: FastAPI
    app: Running
    owner: dict[str, str]
    other: dict[str, str]
    ids: dict[str, str]
    secret: str

    async def ask(self, method: str, path: str, who: dict[str, str], **how: Any) -> tuple[int, str]:
        async with self.app.http.request(method, self.app.url + path, headers=who, **how) as answer:
            if answer.content_type == "text/event-stream":  # of what is not over
                return answer.status, (await answer.content.readuntil(b"\n\n")).decode()
            return answer.status, await answer.text()

    def routes(self) -> list[tuple[str, str]]:
        found = [(method, path) for path, its in self.service.openapi()["paths"].items() for method in its]
        return sorted(found, key=lambda route: LAST.index(route[0]))


def parameters(path: str) -> set[str]:
    return {part.partition("}")[0] for part in path.split("{")[1:]}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two(stack: Ground, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    folder = tmp_path_factory.mktemp("tenants")
    name = f"tenant-{uuid4().hex[:8]}"
    (token, row), (others, other_row) = (new_token(n, frozenset(Scope)) for n in (name, f"{name}-other"))
    write_tokens(folder / "tokens.json", [row, other_row])
    allowed = f'[tenants.{name}-other]\nmodels = ["quick", "slow"]\n'
    (folder / "catalogue.toml").write_text(CATALOGUE + allowed)
    settings = RouterSettings(
        kafka_bootstrap_servers=stack.kafka_bootstrap_servers,
        kafka_idempotence=stack.idempotence,
        kafka_session_timeout_ms=stack.session_timeout_ms,
        kafka_partitions=3,
        bus_forgets=stack.forgets,
        mongodb_url=stack.mongodb_url,
        tokens_file=folder / "tokens.json",
        catalogue=folder / "catalogue.toml",
        documents_url=(folder / "documents").as_uri(),
    )
    service, tenant = build(settings), Tenant(name, token, folder / "tokens.json")
    async with running_app(service, tenant) as app, aiohttp.ClientSession() as http:
        its = Two(
            service,
            Running(app.url, http),
            tenant.headers,
            {"Authorization": f"Bearer {others}"},
            {},
            f"secret{uuid4().hex}",
        )
        its.ids.update(await owned(its))
        yield its


async def owned(its: Two) -> dict[str, str]:
    """One thing of each kind, made by the owner."""
    _, response = await made(its, "/v1/responses", {"model": "quick", "input": its.secret})
    form = aiohttp.FormData({"purpose": "batch"})
    form.add_field("file", f'{{"custom_id": "{its.secret}"}}\n'.encode(), filename=f"{its.secret}.jsonl")
    async with its.app.http.post(f"{its.app.url}/v1/files", data=form, headers=its.owner) as answer:
        file = await answer.json()
    request = {"custom_id": its.secret, "request": {"model": "slow", "messages": [{"role": "user", "content": "x"}]}}
    _, batch = await made(its, "/api/batches", {"endpoint": "/v1/chat/completions", "items": [request]})
    single = {"endpoint": "/v1/chat/completions", **request}
    _, item = await made(its, "/api/batches/items", single)
    form = aiohttp.FormData()
    form.add_field("file", its.secret.encode(), filename=f"{its.secret}.txt")
    async with its.app.http.post(f"{its.app.url}/api/documents", data=form, headers=its.owner) as answer:
        document = await answer.json()
    prices = {"A": {"2026-01-02": 1.0, "2026-01-05": 1.1}}
    _, report = await made(its, "/api/reports", {"question": its.secret, "portfolio": {"prices": prices}})
    template = f"t_{its.secret[:20]}"
    _, _ = await made(
        its,
        "/api/templates",
        {
            "id": template,
            "task_type": "summary",
            "system": its.secret,
            "user": "$document",
            "variables": {"document": {"required": True}},
        },
    )
    return {
        "response_id": response["id"],
        "file_id": file["id"],
        "batch_id": batch["id"],
        "item_id": item["id"],
        "document_id": document["id"],
        "report_id": report["id"],
        "plot": "1.svg",
        "template_id": template,
    }


async def made(its: Two, path: str, body: dict[str, Any], who: dict[str, str] | None = None) -> tuple[int, Any]:
    async with its.app.http.post(its.app.url + path, json=body, headers=who or its.owner) as answer:
        assert answer.status < 300, await answer.text()
        return answer.status, await answer.json()


async def test_every_route_is_thought_of(two: Two) -> None:
    """A new route that names a thing needs that thing in `owned`; a new one that changes something, its place above."""
    routes = two.routes()
    assert {(method.lower(), path) for method, path in [*chat.front, *messages.front]} <= set(routes)
    named = {parameter for _, path in routes for parameter in parameters(path)}
    assert named == two.ids.keys() | OF_ALL
    changing = {(method, path) for method, path in routes if method != "get" and not parameters(path)}
    assert changing == WITHOUT_ID


async def test_anothers_id_is_one_that_does_not_exist(two: Two) -> None:
    """Whatever is asked with it; and what was asked has changed nothing for its owner."""
    none = {name: _like(id_) for name, id_ in two.ids.items()}
    asked = 0
    for method, path in two.routes():
        if not parameters(path) or parameters(path) <= OF_ALL:
            continue
        how: dict[str, Any] = {"json": BODIES[path]} if path in BODIES else {}
        status, said = await two.ask(method, path.format(**two.ids), two.other, **how)
        unknown, said_of_none = await two.ask(method, path.format(**none), two.other, **how)
        assert (status, unknown) == (404, 404), (method, path, said)
        assert two.secret not in said
        assert _without(said, two.ids) == _without(said_of_none, none), (method, path)
        asked += 1
    assert asked >= 12
    for method, path in two.routes():
        if parameters(path) and not parameters(path) <= OF_ALL:
            how = {"json": BODIES[path]} if path in BODIES else {}
            status, said = await two.ask(method, path.format(**two.ids), two.owner, **how)
            assert status == ANSWERS.get((method, path), 200), (method, path, said)


async def test_no_list_names_what_is_anothers(two: Two) -> None:
    two.ids.update(await owned(two))
    everything = [two.secret, *two.ids.values()]
    for method, path in two.routes():
        if method == "get" and not parameters(path):
            status, said = await two.ask(method, path, two.other)
            assert status == 200, (path, said)
            assert not [one for one in everything if one in said], path
    lists = {"/v1/files": "file_id", "/v1/batches": "batch_id", "/api/batches": "batch_id"}
    lists |= {"/api/documents": "document_id", "/api/reports": "report_id"}
    for path, name in (lists | {"/api/templates": "template_id"}).items():
        status, said = await two.ask("get", path, two.owner)
        assert (status, two.ids[name] in said) == (200, True), path


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/responses", {"model": "quick", "input": "And then?", "previous_response_id": "{response_id}"}),
        (
            "/v1/batches",
            {"input_file_id": "{file_id}", "endpoint": "/v1/chat/completions", "completion_window": "24h"},
        ),
        ("/api/generate", {"task_type": "summary", "document_text": "We met.", "template": "{template_id}"}),
        ("/api/route", {"task_type": "summary", "document_text": "We met.", "template": "{template_id}"}),
        (
            "/v1/chat/completions",
            {
                "model": "quick",
                "messages": [{"role": "user", "content": "We met."}],
                "ratchet": {"task": "summary", "template": "{template_id}"},
            },
        ),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
async def test_a_request_cannot_build_on_what_is_anothers(two: Two, path: str, body: dict[str, Any]) -> None:
    two.ids.update(await owned(two))
    named = _filled(body, two.ids)
    status, said = await two.ask("post", path, two.other, json=named)
    assert 400 <= status < 500, said
    assert two.secret not in said
    status, said = await two.ask("post", path, two.owner, json=named)
    assert status < 300, said


async def test_neither_caches_nor_keys_are_shared(two: Two) -> None:
    body = {"model": "quick", "messages": [{"role": "user", "content": uuid4().hex}]}
    key = {"Idempotency-Key": uuid4().hex}
    ids = set()
    for who in (two.owner, two.other, two.owner, two.other):
        async with two.app.http.post(f"{two.app.url}/v1/chat/completions", json=body, headers=who | key) as answer:
            assert answer.status == 200
            ids.add(answer.headers["x-ratchet-result-id"])
    assert len(ids) == 2
    only = {"Cache-Control": "only-if-cached"}
    assert (await two.ask("delete", "/api/cache", two.other))[0] == 200
    assert (await two.ask("post", "/v1/chat/completions", two.owner | only, json=body))[0] == 200
    assert (await two.ask("post", "/v1/chat/completions", two.other | only, json=body))[0] == 504


async def test_a_learned_order_is_switched_and_forgotten_for_oneself(two: Two) -> None:
    order = "/api/documents/order"
    assert (await two.ask("put", order, two.other, json={"on": False}))[0] == 200
    assert (await two.ask("delete", order, two.other))[0] == 200
    for who, on in ((two.other, False), (two.owner, True)):
        status, said = await two.ask("get", order, who)
        assert (status, json.loads(said)["on"]) == (200, on)


async def test_identical_requests_of_two_tenants_under_way_share_no_call(two: Two) -> None:
    body = {"model": "slow", "messages": [{"role": "user", "content": uuid4().hex}]}
    found = await asyncio.gather(*(made(two, "/v1/chat/completions", body, who) for who in (two.owner, two.other)))
    assert [said["ratchet"]["cached"] for _, said in found] == [False, False]


def _filled(given: Any, ids: dict[str, str]) -> Any:
    if isinstance(given, dict):
        return {name: _filled(value, ids) for name, value in given.items()}
    return given.format(**ids) if isinstance(given, str) else given


def _like(id_: str) -> str:
    """Of the same form, and of nothing."""
    head, mark, tail = id_.rpartition("_")
    return f"{head}{mark}{'0' * len(tail)}"


def _without(said: str, ids: dict[str, str]) -> str:
    for id_ in ids.values():
        said = said.replace(id_, "…")
    return said


async def test_a_tenants_models_are_all_that_it_sees_and_may_name(two: Two) -> None:
    text = [{"role": "user", "content": uuid4().hex}]
    for who, seen in ((two.owner, {200}), (two.other, {404})):
        found = [
            await two.ask("GET", "/v1/models/away", who),
            await two.ask("GET", "/v1/models/words", who),
            await two.ask("POST", "/v1/embeddings", who, json={"model": "words", "input": "x"}),
            await two.ask("POST", "/v1/messages/count_tokens", who, json={"model": "away", "messages": text}),
        ]
        assert {status for status, _ in found} == seen
        assert ("away" in (await two.ask("GET", "/api/models/catalogue", who))[1]) is (seen == {200})
    for path in ("/v1/chat/completions", "/v1/messages"):
        status, said = await two.ask("POST", path, two.other, json={"model": "away", "messages": text, "max_tokens": 9})
        assert (status, "There is no such model" in said) == (404, True)
