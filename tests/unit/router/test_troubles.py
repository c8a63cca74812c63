"""What goes wrong in front of an endpoint, or was foreseen by none, as the official clients see it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import openai
import pytest
import pytest_asyncio
from fastapi import FastAPI, Request, Response

from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.edge import Edge
from ratchet_router.api.anthropic_errors import in_anthropic_shape
from ratchet_router.api.openai_errors import in_openai_shape
from ratchet_router.api.troubles import in_shape_of_its_api
from ratchet_router.main import build
from ratchet_router.settings import RouterSettings

SECRET = "Ann's diagnosis"
LIMIT = 2_000
TOO_LONG = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "x" * LIMIT}]}


async def bug() -> None:
    raise KeyError(SECRET)


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    write_tokens(tmp_path / "tokens.json", [new_token("acme", frozenset(Scope))[1]])
    settings = RouterSettings(
        kafka_bootstrap_servers="127.0.0.1:1",
        mongodb_url="mongodb://127.0.0.1:1",
        tokens_file=tmp_path / "tokens.json",
        body_limit_bytes=LIMIT,
        media_body_bytes=LIMIT,
    )
    app = build(settings)
    for path in ("/v1/bug", "/v1/messages/bug", "/api/bug"):
        app.add_api_route(path, bug)
    return app


@pytest_asyncio.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://ratchet") as client:
        yield client


@pytest.fixture
def openais(http: httpx2.AsyncClient) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url="http://ratchet/v1", api_key="k", http_client=http, max_retries=0)


@pytest.fixture
def anthropics(http: httpx2.AsyncClient) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(base_url="http://ratchet", api_key="k", http_client=http, max_retries=0)


@contextmanager
def openais_error(status: int, kind: str, code: str) -> Iterator[None]:
    with pytest.raises(openai.APIStatusError) as raised:
        yield
    error = raised.value
    assert (error.status_code, error.type, error.code, error.param) == (status, kind, code, None)
    assert isinstance(error.body, dict)
    assert error.body["message"].endswith(".")


@contextmanager
def anthropics_error(status: int, kind: str) -> Iterator[None]:
    with pytest.raises(anthropic.APIStatusError) as raised:
        yield
    body: Any = raised.value.body
    assert (raised.value.status_code, body["type"], body["error"]["type"]) == (status, "error", kind)
    assert body["error"]["message"].endswith(".")


async def test_openais_client_is_told_what_is_not_there(openais: openai.AsyncOpenAI) -> None:
    with openais_error(404, "not_found_error", "not-found"):
        await openais.post("/nothing", cast_to=object)


async def test_openais_client_is_told_of_a_wrong_method(openais: openai.AsyncOpenAI) -> None:
    for path in ("/chat/completions", "/responses", "/embeddings"):
        with openais_error(405, "invalid_request_error", "method-not-allowed"):
            await openais.patch(path, cast_to=object)


async def test_openais_client_is_told_that_it_says_too_much(openais: openai.AsyncOpenAI) -> None:
    for path in ("/chat/completions", "/responses", "/embeddings"):
        with openais_error(413, "invalid_request_error", "content-too-large"):
            await openais.post(path, body=TOO_LONG, cast_to=object)


async def test_openais_client_is_told_of_a_bug_without_its_text(openais: openai.AsyncOpenAI) -> None:
    with openais_error(500, "server_error", "internal"):
        await openais.get("/bug", cast_to=object)


async def test_anthropics_client_is_told_in_its_own_shape(anthropics: anthropic.AsyncAnthropic) -> None:
    with anthropics_error(404, "not_found_error"):
        await anthropics.post("/v1/messages/nothing", cast_to=object)
    with anthropics_error(405, "invalid_request_error"):
        await anthropics.get("/v1/messages", cast_to=object)
    with anthropics_error(405, "invalid_request_error"):
        await anthropics.delete("/v1/models", cast_to=object)
    with anthropics_error(413, "request_too_large"):
        await anthropics.post("/v1/messages", body=TOO_LONG, cast_to=object)
    with anthropics_error(500, "api_error"):
        await anthropics.get("/v1/messages/bug", cast_to=object)


async def test_elsewhere_it_stays_a_problem(http: httpx2.AsyncClient) -> None:
    for path, status in (("/nothing", 404), ("/api/bug", 500)):
        answer = await http.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert SECRET not in answer.text


async def reads(request: Request) -> Response:
    return Response(await request.body())


@pytest.mark.parametrize(
    ("path", "handler", "kind"),
    [
        ("/v1/responses", in_openai_shape(reads), "invalid_request_error"),
        ("/v1/messages", in_anthropic_shape(reads), "timeout_error"),
    ],
)
async def test_a_body_that_never_ends_is_an_error_of_the_shape(path: str, handler: Any, kind: str) -> None:
    app = FastAPI()
    app.add_api_route(path, handler, methods=["POST"])
    edge = Edge(app, "test", LIMIT, render=in_shape_of_its_api, body_patience_s=0.02)

    async def forever() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.005)

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(edge), base_url="http://ratchet") as client:
        answer = await client.post(path, content=forever())
    assert (answer.status_code, answer.json()["error"]["type"]) == (408, kind)


def test_what_openai_and_anthropic_have_no_status_for_is_documented_for_neither(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    answers = {(path, method): its[method]["responses"] for path, its in paths.items() for method in its}
    of_theirs = [said for (path, _), said in answers.items() if path.startswith("/v1/") and "bug" not in path]
    assert of_theirs
    assert not [said for said in of_theirs if "422" in said or "application/problem+json" in str(said)]
    assert all("422" in said for (path, _), said in answers.items() if path.startswith("/api/") and "bug" not in path)
