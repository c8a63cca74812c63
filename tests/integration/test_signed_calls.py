"""Google's models sign their calls of tools: whoever speaks for them, the official clients bring the signature back."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import anthropic
import openai
import pytest
import pytest_asyncio

from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_router.main import build
from ratchet_router.settings import RouterSettings
from tests.integration.conftest import Ground, Tenant, running_app
from tests.integration.upstream import Upstream, upstream
from tests.unit.providers.gemini import rig
from tests.unit.providers.gemini.rig import Google, google, saying

pytestmark = pytest.mark.asyncio(loop_scope="module")
SIGNATURE: Final = "c2lnbmVkK/8=" * 40
CALL: Final = {"functionCall": {"name": "weather", "args": {"city": "Bern"}}, "thoughtSignature": SIGNATURE}
SCHEMA: Final[dict[str, Any]] = {"type": "object", "properties": {"city": {"type": "string"}}}
QUESTION: Final = "How is the weather in Bern?"
MODEL: Final = """
[[models]]
name = "{name}"
provider = "{name}"
tier = "fast"
context_window = 100_000
latency_ms = 10
capabilities = ["tools"]
prices = {{ input = 1, output = 1 }}
quality = {{ default = 0.7 }}
"""
PROVIDERS: Final = """
[providers.googles]
kind = "gemini"
base_url = "{google}"

[providers.another]
kind = "openai_shaped"
base_url = "{another}"
"""


@dataclass
class Site:
    url: str
    token: str
    google: Google
    another: Upstream
    streams: bool = False

    @property
    def signature(self) -> object:
        """That of the call, in the conversation that Google heard last."""
        turns = [part for content in self.google.bodies[-1]["contents"] for part in content["parts"]]
        (called,) = [part for part in turns if "functionCall" in part]
        (answered,) = [part for part in turns if "functionResponse" in part]
        assert answered["functionResponse"].get("id") == called["functionCall"].get("id")
        return called.get("thoughtSignature")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(stack: Ground, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder: Path = tmp_path_factory.mktemp("signed")
    token, row = new_token("signed", frozenset(Scope))
    write_tokens(folder / "tokens.json", [row])

    def says(body: Any) -> bytes:
        told = any("functionResponse" in part for content in body["contents"] for part in content["parts"])
        answer = saying("It rains.", finish="STOP") if told else saying(CALL, finish="STOP")
        return rig.streamed(answer) if its.streams else rig.whole(answer)

    async with google(says) as heard, upstream() as another:
        models = "".join(MODEL.format(name=name) for name in ("googles", "another"))
        (folder / "catalogue.toml").write_text(PROVIDERS.format(google=heard.url, another=another.url) + models)
        settings = RouterSettings(
            kafka_bootstrap_servers=stack.kafka_bootstrap_servers,
            kafka_idempotence=stack.idempotence,
            kafka_session_timeout_ms=stack.session_timeout_ms,
            kafka_partitions=3,
            bus_forgets=stack.forgets,
            mongodb_url=stack.mongodb_url,
            tokens_file=folder / "tokens.json",
            catalogue=folder / "catalogue.toml",
        )
        its = Site("", token, heard, another)
        async with running_app(build(settings), Tenant("signed", token, folder / "tokens.json")) as app:
            its.url = app.url
            yield its


async def message(client: anthropic.AsyncAnthropic, model: str, turns: list[Any], *, stream: bool) -> Any:
    tools: list[Any] = [{"name": "weather", "input_schema": SCHEMA}]
    how: dict[str, Any] = {"model": model, "max_tokens": 50, "messages": turns, "tools": tools}
    if not stream:
        return await client.messages.create(**how, extra_body={"ratchet": {"cache": "off"}})
    async with client.messages.stream(**how, extra_body={"ratchet": {"cache": "off"}}) as coming:
        return await coming.get_final_message()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_anthropics_client_brings_it_back(site: Site, stream: bool) -> None:
    site.streams = stream
    async with anthropic.AsyncAnthropic(base_url=site.url, api_key=site.token, max_retries=0) as client:
        turns: list[Any] = [{"role": "user", "content": QUESTION}]
        called = await message(client, "googles", turns, stream=stream)
        (use,) = called.content
        assert (use.type, use.name, use.input) == ("tool_use", "weather", {"city": "Bern"})
        turns.append({"role": "assistant", "content": called.content})
        turns.append({"role": "user", "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "Rain."}]})
        answered = await message(client, "googles", turns, stream=stream)
        assert (answered.content[0].text, site.signature) == ("It rains.", SIGNATURE)

        site.another.asked.clear()
        elsewhere = await message(client, "another", turns, stream=stream)  # which hears nothing of it
        assert elsewhere.content[0].text == "Yes."
        assert "ratchet" not in json.dumps(site.another.asked[0])
        assert SIGNATURE not in json.dumps(site.another.asked[0])


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("kept", [False, True], ids=["sent back", "kept"])
async def test_openais_responses_bring_it_back(site: Site, stream: bool, kept: bool) -> None:
    site.streams = stream
    tools: list[Any] = [{"type": "function", "name": "weather", "parameters": SCHEMA, "strict": False}]
    async with openai.AsyncOpenAI(base_url=f"{site.url}/v1", api_key=site.token, max_retries=0) as client:

        async def asked(items: list[Any], **how: Any) -> Any:
            given: dict[str, Any] = {"model": "googles", "input": items, "tools": tools, "store": kept} | how
            if not stream:
                return await client.responses.create(**given, extra_body={"ratchet": {"cache": "off"}})
            async with client.responses.stream(**given, extra_body={"ratchet": {"cache": "off"}}) as coming:
                return await coming.get_final_response()

        items: list[Any] = [{"role": "user", "content": QUESTION}]
        called = await asked(items)
        (call,) = called.output
        result = {"type": "function_call_output", "call_id": call.call_id, "output": "Rain."}
        if kept:
            answered = await asked([result], previous_response_id=called.id)
        else:
            said = call.model_dump(exclude_none=True, exclude={"parsed_arguments"})
            answered = await asked([*items, said, result])
        assert (answered.output_text, site.signature) == ("It rains.", SIGNATURE)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_openais_chat_has_a_field_for_it_that_the_cache_keeps(site: Site, stream: bool) -> None:
    site.streams = stream
    tools: list[Any] = [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}]
    turns: list[Any] = [{"role": "user", "content": f"{QUESTION} {stream}"}]
    async with openai.AsyncOpenAI(base_url=f"{site.url}/v1", api_key=site.token, max_retries=0) as client:
        for way in (stream, not stream):  # the second time from the cache
            if way:
                async with client.chat.completions.stream(model="googles", messages=turns, tools=tools) as coming:
                    said: Any = (await coming.get_final_completion()).choices[0].message
            else:
                whole = await client.chat.completions.create(model="googles", messages=turns, tools=tools)
                said = whole.choices[0].message
            assert said.tool_calls[0].to_dict()["extra_content"] == {"google": {"thought_signature": SIGNATURE}}
    assert site.google.bodies.count(site.google.bodies[-1]) == 1


async def test_an_id_that_somebody_shortened_loses_the_signature_and_nothing_else(site: Site) -> None:
    site.streams = False
    async with anthropic.AsyncAnthropic(base_url=site.url, api_key=site.token, max_retries=0) as client:
        turns: list[Any] = [{"role": "user", "content": QUESTION}]
        use = (await message(client, "googles", turns, stream=False)).content[0]
        short = use.id[:64]
        turns.append({"role": "assistant", "content": [{**use.model_dump(exclude_none=True), "id": short}]})
        turns.append({"role": "user", "content": [{"type": "tool_result", "tool_use_id": short, "content": "Rain."}]})
        answered = await message(client, "googles", turns, stream=False)
        assert (answered.content[0].text, site.signature) == ("It rains.", None)
