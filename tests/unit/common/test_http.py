import codecs
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from prometheus_client import REGISTRY
from pydantic import BaseModel, ConfigDict, Field

from ratchet_common import breaking_off
from ratchet_common.auth import MayRead, Scope, new_token, write_tokens
from ratchet_common.edge import BrokenOffError
from ratchet_common.errors import NotFoundError, RetryLaterError, UnavailableError
from ratchet_common.http import Hot, create_app, readiness
from ratchet_common.settings import CommonSettings

SECRET = "Ann's diagnosis"
routes = APIRouter(prefix="/notes")


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=20)
    stars: int = Field(0, le=5)


class Marked(Note):
    marks: dict[str, bool | int | list[int | str]]


@routes.post("")
async def write(note: Note, caller: MayRead) -> Note:
    return note


@routes.post("/marked")
async def mark(note: Marked, caller: MayRead) -> Note:
    return note


@routes.get("/bug")
@routes.get("/bug/{link}")
async def bug(link: str = "") -> None:
    raise KeyError(SECRET + link)


@routes.get("/broken-off")
async def broken_off() -> StreamingResponse:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"half"
        raise KeyError(SECRET)

    return StreamingResponse(chunks())


@routes.get("/says-so")
async def says_so() -> StreamingResponse:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"half"
        breaking_off.note(502)
        yield b"an error, in the body"

    return StreamingResponse(chunks())


@routes.get("/away")
async def away() -> None:
    raise RetryLaterError("store-7 does not answer")


@routes.get("/busy")
async def busy() -> None:
    raise UnavailableError("All providers are down.", retry_after_s=30, tried=["a", "b"])


@routes.get("/{name}")
async def read(name: str) -> None:
    raise NotFoundError("There is no such note.", known=["one"])


@asynccontextmanager
async def _nothing_to_start(_: FastAPI) -> AsyncIterator[None]:
    yield


@pytest.fixture
def token(tmp_path: Path) -> str:
    shown, row = new_token("acme", frozenset({Scope.READ}))
    write_tokens(tmp_path / "tokens.json", [row])
    return shown


@pytest.fixture
def app(tmp_path: Path, token: str) -> FastAPI:
    settings = CommonSettings(
        kafka_bootstrap_servers="127.0.0.1:1",
        mongodb_url="mongodb://127.0.0.1:1",
        tokens_file=tmp_path / "tokens.json",
        body_limit_bytes=1024,
    )
    return create_app("notes", settings, routers=[routes], lifespan=_nothing_to_start)


@pytest.fixture
async def client(app: FastAPI, token: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://ratchet", headers=headers
    ) as http:
        yield http


def is_problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["status"], body["type"]) == (status, status, f"urn:ratchet:problem:{kind}")
    assert {"title", "detail"} <= body.keys()
    return body


async def test_a_good_request_is_answered(client: httpx.AsyncClient) -> None:
    answer = await client.post("/notes", json={"text": "hello"})
    assert (answer.status_code, answer.json()) == (200, {"text": "hello", "stars": 0})


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer nobody", "Basic YTpi", "Bearer \xe9"])
async def test_without_a_known_token_it_is_401(client: httpx.AsyncClient, header: str) -> None:
    answer = await client.post("/notes", json={"text": "x"}, headers={b"Authorization": header.encode("latin-1")})
    is_problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_without_the_scope_it_is_403_and_names_it(client: httpx.AsyncClient, app: FastAPI) -> None:
    shown, row = new_token("acme", frozenset({Scope.FEEDBACK}))
    app.state.tokens.by_digest[row.sha256] = row
    answer = await client.post("/notes", json={"text": "x"}, headers={"Authorization": f"Bearer {shown}"})
    assert is_problem(answer, 403, "forbidden")["scope"] == "read"


async def test_a_body_over_the_limit_is_413_by_its_header(client: httpx.AsyncClient) -> None:
    answer = await client.post("/notes", json={"text": "x" * 2000})
    assert "BODY_LIMIT_BYTES" in is_problem(answer, 413, "content-too-large")["detail"]


async def test_a_body_over_the_limit_is_413_when_it_does_not_say_its_length(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 100

    is_problem(await client.post("/notes", content=chunks()), 413, "content-too-large")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": SECRET * 10}, "text"),
        ({"text": "x", "stars": SECRET}, "stars"),
        ({"text": "x", "colour": SECRET}, "colour"),
        ({"text": {"deep": SECRET}}, "text"),
        ({}, "text"),
        ([SECRET], "body"),
    ],
)
async def test_an_invalid_field_is_named_without_its_content(client: httpx.AsyncClient, body: Any, field: str) -> None:
    answer = await client.post("/notes", json=body)
    assert field in [error["field"] for error in is_problem(answer, 422, "invalid")["errors"]]
    assert SECRET not in answer.text


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"null", b'{"text": "\\ud800"}', b'{"\\ud800": 1}', b"NaN"])
async def test_what_is_no_json_or_no_text_is_422(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/notes", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_mark_of_utf_8_before_the_body_is_passed_over(client: httpx.AsyncClient) -> None:
    how = {"Content-Type": "application/json"}
    plain, marked = [
        await client.post("/notes", content=mark + b'{"text": "x"}', headers=how) for mark in (b"", codecs.BOM_UTF8)
    ]
    assert (marked.status_code, marked.content) == (plain.status_code, plain.content)
    assert plain.is_success


async def test_what_is_not_there_is_404_with_the_known_ones(client: httpx.AsyncClient) -> None:
    assert is_problem(await client.get("/notes/two"), 404, "not-found")["known"] == ["one"]
    is_problem(await client.get("/nowhere"), 404, "not-found")
    is_problem(await client.get("/notes/one/"), 404, "not-found")


async def test_a_wrong_method_is_405(client: httpx.AsyncClient) -> None:
    is_problem(await client.delete("/notes"), 405, "method-not-allowed")


async def test_a_bug_is_500_and_its_text_is_nowhere(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await client.get("/notes/bug", headers={"X-Request-ID": "r-1"})
    is_problem(answer, 500, "internal")
    assert answer.headers["x-request-id"] == "r-1"
    assert "KeyError at" in caplog.text
    assert SECRET not in answer.text + caplog.text


async def test_a_bug_s_path_is_logged_as_its_pattern(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    is_problem(await client.get("/notes/bug/of-ann"), 500, "internal")
    assert "GET /notes/bug/{link} failed: KeyError at" in caplog.text
    assert "of-ann" not in " ".join(one.getMessage() for one in caplog.records if one.name.startswith("ratchet"))


async def test_an_answer_that_breaks_off_takes_no_text_to_the_server(client: httpx.AsyncClient) -> None:
    with pytest.raises(BrokenOffError) as seen:
        await client.get("/notes/broken-off")
    assert seen.value.__suppress_context__


@pytest.mark.parametrize(
    ("path", "status", "error"), [("/broken-off", "200", "500"), ("/says-so", "200", "502"), ("/away", "503", "503")]
)
async def test_what_breaks_off_is_counted_as_failed(
    client: httpx.AsyncClient, path: str, status: str, error: str
) -> None:
    labels = {"service": "notes", "http_request_method": "GET", "http_route": f"/notes{path}"}
    labels |= {"http_response_status_code": status, "error_type": error}
    before = REGISTRY.get_sample_value("http_server_request_duration_seconds_count", labels) or 0
    with suppress(BrokenOffError):
        await client.get(f"/notes{path}")
    assert REGISTRY.get_sample_value("http_server_request_duration_seconds_count", labels) == before + 1


async def test_something_away_is_503_and_says_when_to_come_again(client: httpx.AsyncClient) -> None:
    answer = await client.get("/notes/away")
    assert "store-7" not in is_problem(answer, 503, "unavailable")["detail"]
    assert answer.headers["retry-after"] == "2"
    answer = await client.get("/notes/busy")
    assert is_problem(answer, 503, "unavailable")["tried"] == ["a", "b"]
    assert answer.headers["retry-after"] == "30"


@pytest.mark.parametrize(("given", "echoed"), [("abc-1.2:3", True), ("a b", False), ("x" * 129, False), ("", False)])
async def test_a_well_formed_request_id_is_echoed(client: httpx.AsyncClient, given: str, echoed: bool) -> None:
    answer = await client.get("/healthz", headers={"X-Request-ID": given})
    assert (answer.headers["x-request-id"] == given) is echoed
    assert answer.headers["x-request-id"]


async def _well() -> None:
    pass


async def _store_away() -> None:
    raise RetryLaterError("No store answers.")


async def test_readiness_names_what_is_away(app: FastAPI, client: httpx.AsyncClient) -> None:
    assert (await client.get("/readyz")).status_code == 503  # the start is not through
    app.state.ready = {"bus": _well}
    assert (await client.get("/readyz")).json() == {"bus": "ok"}
    app.state.ready = {"bus": _well, "store": _store_away}
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"bus": "ok", "store": "No store answers."})
    assert (await readiness({}))["start"]


async def test_every_operation_documents_its_problems(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert all({"401", "403", "413", "422", "503"} <= operation["responses"].keys() for operation in operations)
    assert "Problem" in document["components"]["schemas"]


async def test_metrics_name_the_route_and_not_the_path(client: httpx.AsyncClient) -> None:
    await client.get("/notes/private-name")
    text = (await client.get("/metrics")).text
    assert 'http_response_status_code="404",http_route="/notes/{name}",service="notes"' in text
    assert "private-name" not in text


async def test_methods_that_callers_make_up_count_as_one(client: httpx.AsyncClient) -> None:
    for made_up in ("BREW", "PRIVATE-NAME"):
        await client.request(made_up, "/notes/some")
    text = (await client.get("/metrics")).text
    assert 'http_request_method="_OTHER"' in text
    assert "BREW" not in text
    assert "PRIVATE-NAME" not in text


async def test_the_events_of_the_service_are_documented(client: httpx.AsyncClient) -> None:
    assert (await client.get("/asyncapi")).json()["asyncapi"] == "3.0.0"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"text": "a", "marks": {"one": null}}', "marks.one"),
        (b'{"text": "a", "marks": {"one": [1, null]}}', "marks.one.1"),
        (b'{"text": "a", "marks": {"bool": null}}', "marks.bool"),
        (b'{"marks": {}}', "text"),
        (b"{", "body"),
        (b'"\xff\xfe"', "body"),
    ],
)
async def test_a_field_that_is_named_is_the_requests_own(client: httpx.AsyncClient, body: bytes, field: str) -> None:
    answer = await client.post("/notes/marked", content=body, headers={"Content-Type": "application/json"})
    assert [error["field"] for error in is_problem(answer, 422, "invalid")["errors"]] == [field]


async def test_one_that_is_stopping_is_not_ready(client: httpx.AsyncClient, app: FastAPI) -> None:
    assert (await client.get("/healthz")).status_code == 200
    app.state.draining.begin()
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert "stopping" in answer.text


async def _hot(_: Request) -> Response:
    return Response()


def test_a_hot_path_counts_its_faults_from_nought() -> None:
    """Else the first of each kind would be no rise, and no alarm would see it."""
    Hot({("POST", "/hot"): _hot}, "notes", 1024)
    for status in ("500", "502", "503", "504"):
        labels = {"service": "notes", "http_route": "/hot", "http_request_method": "POST"}
        for sent in (status, "200"):  # 200: it breaks off half-way
            its = labels | {"http_response_status_code": sent, "error_type": status}
            assert REGISTRY.get_sample_value("http_server_request_duration_seconds_count", its) == 0.0
