"""How hard a model shall think, told to each family in its own way."""

import json
from typing import Any

import pytest

from tests.unit.providers.bedrock.conversing import CALLED, HAIKU, LLAMA, NOVA, USER, WEATHER, converse

OLD, SONNET, OPUS = (
    "us.anthropic.claude-3-5-sonnet-20241022-v2:0",
    "anthropic.claude-sonnet-4-6",
    "anthropic.claude-opus-5",
)
NOVA_2, OSS, GPT = "us.amazon.nova-2-lite-v1:0", "openai.gpt-oss-20b-1:0", "openai.gpt-5.6"


def budget(tokens: int) -> dict[str, Any]:
    return {"thinking": {"type": "enabled", "budget_tokens": tokens}}


def adaptive(effort: str) -> dict[str, Any]:
    return {"thinking": {"type": "adaptive"}, "output_config": {"effort": effort}}


def novas(effort: str) -> dict[str, Any]:
    return {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": effort}}


@pytest.mark.parametrize(
    ("model", "effort", "fields", "own", "limit"),
    [
        (OLD, "high", {}, None, None),
        (HAIKU, "high", {}, budget(16_384), 20_480),
        (HAIKU, "high", {"max_tokens": 8_000}, budget(4_000), 8_000),
        (HAIKU, "high", {"max_tokens": 2_000}, None, 2_000),
        (HAIKU, "none", {}, None, None),
        (SONNET, "xhigh", {}, adaptive("high"), None),
        (SONNET, "minimal", {}, adaptive("low"), None),
        (SONNET, "max", {"max_tokens": 100}, adaptive("max"), 100),
        (OPUS, "xhigh", {}, adaptive("xhigh"), None),
        (OSS, "minimal", {}, {"reasoning_effort": "low"}, None),
        (GPT, "none", {}, {"reasoning_effort": "none"}, None),
        (NOVA_2, "high", {}, novas("high"), None),
        (NOVA_2, "high", {"max_tokens": 9}, novas("medium"), 9),
        (NOVA, "high", {}, None, None),
        (LLAMA, "high", {}, None, None),
    ],
)
def test_each_family_is_told_its_own_way_how_hard_to_think(
    model: str, effort: str, fields: dict[str, Any], own: Any, limit: int | None
) -> None:
    body = converse([USER], model, reasoning_effort=effort, **fields)
    assert body.get("additionalModelRequestFields") == own
    assert body.get("inferenceConfig", {}).get("maxTokens") == limit


def test_who_thinks_is_told_no_temperature() -> None:
    assert "temperature" not in converse([USER], reasoning_effort="low", temperature=0.2)["inferenceConfig"]


THOUGHT = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}


REDACTED = {"type": "redacted_thinking", "data": "c2VjcmV0"}


@pytest.mark.parametrize(
    ("blocks", "thinks"), [([], False), ([THOUGHT, REDACTED], True), ([{"type": "thinking"}], False)]
)
def test_claude_thinks_amid_calls_only_where_it_did_before(blocks: list[Any], thinks: bool) -> None:
    messages = [CALLED[0], {**CALLED[1], "thinking_blocks": blocks}, *CALLED[2:4]]
    body = converse(messages, tools=[WEATHER], reasoning_effort="low")
    assert ("additionalModelRequestFields" in body) is thinks
    if thinks:
        assert body["messages"][1]["content"][:2] == [
            {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "c2ln"}}},
            {"reasoningContent": {"redactedContent": "c2VjcmV0"}},
        ]


def test_who_must_call_a_tool_cannot_think_and_others_get_no_thoughts_of_theirs() -> None:
    assert "additionalModelRequestFields" not in converse(
        [USER], tools=[WEATHER], tool_choice="required", reasoning_effort="low"
    )
    assert "reasoningContent" not in json.dumps(
        converse([USER, {"role": "assistant", "content": "x", "thinking_blocks": [THOUGHT]}, USER], NOVA)
    )
