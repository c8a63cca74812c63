"""`ratchet route --explain FILE --url`: what it says of a request is what becomes of that request."""

import asyncio
import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ratchet_cli.main import app
from tests.integration.test_gateway import Gateway, gateway

__all__ = ["gateway"]

pytestmark = pytest.mark.asyncio(loop_scope="module")
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
TOOL = {"type": "function", "function": {"name": "look_up", "parameters": {}}}
LONG = {"task_type": "summary", "document_text": "The board met on Monday. " * 4_000, "model": "cheap"}


async def explained(gateway: Gateway, body: dict[str, Any]) -> Result:
    arguments = ["route", "--explain", "-", "--url", gateway.app.url, "--token", gateway.tenant.token, "--json"]
    return await asyncio.to_thread(CliRunner().invoke, app, arguments, input=json.dumps(body))


def chat(content: Any = "What is a canary release?", **how: Any) -> dict[str, Any]:
    return {"model": "auto", "messages": [{"role": "user", "content": content}]} | how


async def left_out(gateway: Gateway, **how: Any) -> dict[str, str]:
    result = await explained(gateway, chat(**how))
    assert result.exit_code == 0, result.stderr
    return {one["model"]: one["left_out"] for one in json.loads(result.stdout)["routing"]["candidates"]}


async def test_a_chats_pictures_tools_and_limits_decide_who_can_do_it(gateway: Gateway) -> None:
    assert (await left_out(gateway))["cheap"] == ""
    seen = await left_out(gateway, content=[{"type": "text", "text": "What is this?"}, PICTURE])
    assert (seen["plain"], seen["claude"]) == ("", "It lacks vision.")
    assert (await left_out(gateway, tools=[TOOL]))["claude"] == "It lacks tools."
    assert "do not fit" in (await left_out(gateway, max_tokens=10_000))["cheap"]
    hurried = {"deadline_ms": 15, "session_id": "s"}
    assert "deadline" in (await left_out(gateway, ratchet=hurried))["middle"]


async def test_what_would_be_refused_is_said_to_be(gateway: Gateway) -> None:
    result = await explained(gateway, chat(model="middle", n=2, tools=[TOOL], ratchet={"max_cost_usd": 0}))
    assert (result.exit_code, "max_cost_usd" in result.stderr) == (1, True)
    wrong = await explained(gateway, chat(tools=7))
    assert (wrong.exit_code, "tools" in wrong.stderr) == (1, True)


async def test_a_task_in_the_models_name_is_the_task(gateway: Gateway) -> None:
    result = await explained(gateway, chat(model="task:summary"))
    assert json.loads(result.stdout)["template"] == "executive_summary_medium_v1"


async def test_a_text_in_parts_is_explained_as_it_is_answered(gateway: Gateway) -> None:
    result = await explained(gateway, LONG)
    assert result.exit_code == 0, result.stderr
    said = json.loads(result.stdout)
    assert (said["model"], "parts" in said["routing"]["reasons"][-1]) == ("cheap", True)
    status, answer = await gateway.app.post("/api/generate", LONG)
    assert (status, answer["model"], answer["routing"]["reasons"]) == (200, "cheap", said["routing"]["reasons"])
