"""Every kind of malformed request to every endpoint that official clients call: an error of the API's own shape."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.integration.router_site import Site, site

__all__ = ["site"]

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET: Final = "Ann's diagnosis"
TURN: Final = {"role": "user", "content": SECRET}
GOOD: Final[Mapping[str, dict[str, Any]]] = {
    "/v1/chat/completions": {"model": "quick", "messages": [TURN]},
    "/v1/messages": {"model": "quick", "messages": [TURN], "max_tokens": 50},
    "/v1/messages/count_tokens": {"model": "quick", "messages": [TURN]},
    "/v1/responses": {"model": "quick", "input": [TURN]},
    "/v1/embeddings": {"model": "words", "input": SECRET},
    "/v1/batches": {"input_file_id": "file-1", "endpoint": "/v1/chat/completions", "completion_window": "24h"},
}
WITHOUT_END: Final = b'{"a":' * 100_000
WRONG: Final = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "no UTF-8": b'{"model": "quick", "messages": [{"role": "user", "content": "\xff\xfe"}], "input": "\xff"}',
    "half a character": b'{"model": "\\ud800", "messages": [], "input": "\\ud800"}',
    "no number": b'{"model": "quick", "messages": NaN, "input": NaN}',
    "too deep": WITHOUT_END,
    "a number too large": b'{"model": "quick", "messages": [], "input": [], "max_tokens": 1e400}',
    "another name": b'{"model": 7, "messages": 7, "input": 7, "input_file_id": 7}',
    "roles of nobody": b'{"model": "quick", "messages": [{"role": "x"}], "input": [{"role": "x"}], "max_tokens": 1}',
    "a byte of none": b"\x00",
}
every_endpoint = pytest.mark.parametrize("path", GOOD)


async def sent(site: Site, path: str, body: bytes, **headers: str) -> tuple[int, Any]:
    given = {"Content-Type": "application/json"} | headers
    async with site.app.http.post(site.app.url + path, data=body, headers=given) as answer:
        text = await answer.text()
        if answer.status == 200 and answer.content_type == "text/event-stream":
            return 200, text
        assert answer.content_type == "application/json"
        assert SECRET not in text or answer.status == 200
        return answer.status, json.loads(text)


def is_error_of(path: str, body: Any) -> None:
    error = body["error"]
    assert isinstance(error["message"], str)
    assert error["message"]
    assert isinstance(error["type"], str)
    assert body.get("type") == ("error" if path.startswith("/v1/messages") else None)


@every_endpoint
@pytest.mark.parametrize("wrong", WRONG)
async def test_what_is_wrong_is_said_in_the_apis_own_shape(site: Site, path: str, wrong: str) -> None:
    status, body = await sent(site, path, WRONG[wrong])
    assert status in (400, 404, 422)
    is_error_of(path, body)


@every_endpoint
@pytest.mark.parametrize("field", ["model", "messages", "input", "max_tokens", "tools", "stream", "ratchet"])
@pytest.mark.parametrize("value", [None, -1, 1.5, True, "", "x", [], [None], {}, {"x": [{}]}, 10**30], ids=repr)
async def test_a_field_of_another_kind_is_no_fault_of_ours(site: Site, path: str, field: str, value: Any) -> None:
    status, body = await sent(site, path, json.dumps(GOOD[path] | {field: value}).encode())
    assert status < 500
    if status != 200:
        is_error_of(path, body)


@every_endpoint
async def test_who_is_not_known_is_told_so(site: Site, path: str) -> None:
    status, body = await sent(site, path, json.dumps(GOOD[path]).encode(), Authorization="Bearer nobody")
    assert status == 401
    is_error_of(path, body)


@every_endpoint
async def test_a_model_that_does_not_exist_is_named_by_no_private_text(site: Site, path: str) -> None:
    status, body = await sent(site, path, json.dumps(GOOD[path] | {"model": "nobody"}).encode())
    if path not in ("/v1/batches", "/v1/messages/count_tokens"):
        assert status == 404
    if status != 200:
        is_error_of(path, body)


async def test_two_megabytes_of_prompt_are_read(site: Site) -> None:
    words = "word " * 400_000
    body = {"model": "quick", "messages": [{"role": "user", "content": words}], "max_tokens": 5}
    for path in ("/v1/chat/completions", "/v1/messages"):
        status, said = await sent(site, path, json.dumps(body).encode())
        assert status in (400, 422)  # no model here can hold them
        is_error_of(path, said)


async def test_ten_thousand_messages_are_answered_or_refused_in_words(site: Site) -> None:
    turns = [{"role": ("user", "assistant")[number % 2], "content": "Go on."} for number in range(10_001)]
    for path, body in GOOD.items():
        if "messages" in body or path == "/v1/responses":
            name = "input" if path == "/v1/responses" else "messages"
            status, said = await sent(site, path, json.dumps(body | {name: turns}).encode())
            assert status in (200, 400, 422)
            if status != 200:
                is_error_of(path, said)


async def test_of_a_key_that_is_given_twice_the_last_counts_and_nothing_breaks(site: Site) -> None:
    body = b'{"model": "nobody", "model": "quick", "messages": [], "messages": [{"role": "user", "content": "Hi."}]}'
    status, said = await sent(site, "/v1/chat/completions", body)
    assert status in (200, 422)
    if status == 200:
        assert said["ratchet"]["model"] == "quick"
