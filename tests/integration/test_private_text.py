"""What people write stays out of logs, of metrics, and of what another tenant is told."""

import json
import logging
from typing import Any

import aiohttp
import pytest

from ratchet_common import request_log
from tests.integration.router_site import Site, site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET = "zebra-4711-private"  # a word that nothing else here says
OF_THE_RIG = "uvicorn.access"  # the product's own server writes none
FIELDS: list[dict[str, Any]] = [
    {"document_text": SECRET},
    {"question": SECRET},
    {"labels": [SECRET, "other"]},
    {"model": SECRET},
    {"template": SECRET},
    {"task_type": SECRET},
    {"user_id": SECRET, "session_id": SECRET, "tags": [SECRET]},
    {"variables": {"zebra": SECRET}},
    {"few_shot_examples": [{"input": SECRET, "output": SECRET}]},
    {"document_type": SECRET},
    {SECRET: 1},
]


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    request_log.flush()
    said = [record.getMessage() for record in caplog.records if record.name == "ratchet.requests"]
    return [json.loads(line) for line in "\n".join(said).splitlines()]


@pytest.mark.parametrize("given", FIELDS)
@pytest.mark.parametrize("stream", [False, True])
async def test_no_field_of_a_request_reaches_logs_or_metrics(
    site: Site, caplog: pytest.LogCaptureFixture, given: dict[str, Any], stream: bool
) -> None:
    caplog.set_level(logging.DEBUG, logger="ratchet")
    caplog.set_level(logging.INFO, logger="ratchet.requests")
    async with aiohttp.ClientSession(site.app.url, headers=site.tenant.headers) as client:
        body = site.mail(**{"stream": stream, "cache": "off"} | given)
        async with client.post("/api/generate", json=body, headers={"X-Request-ID": SECRET}) as answer:
            await answer.read()
            status = answer.status
        async with client.post(f"/v1/{SECRET}", json=body) as answer:
            assert answer.status == 404
        async with client.get("/metrics") as answer:
            assert SECRET not in await answer.text()
    found = lines(caplog)
    assert SECRET not in "".join(record.getMessage() for record in caplog.records if record.name != OF_THE_RIG)
    assert [line["status"] for line in found if line["route"] == "/api/generate"] == [status]


async def test_the_line_of_an_answer_says_who_asked_and_what_it_cost(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="ratchet.requests")
    async with (
        aiohttp.ClientSession(site.app.url, headers=site.tenant.headers) as client,
        client.post("/api/generate", json=site.mail()) as answer,
    ):
        result_id = (await answer.json())["result_id"]
    (line,) = lines(caplog)
    assert (line["service"], line["route"], line["status"]) == ("router", "/api/generate", 200)
    assert (line["tenant"], line["result_id"], line["outcome"]) == (site.tenant.name, result_id, "ok")
    assert {"time", "request_id", "latency_ms", "model", "version", "cached", "input_tokens", "cost_usd"} <= line.keys()
