"""From Anthropic's shape to a chat and back: what was said is what is said."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.anthropic.dialect import Dialect
from ratchet_providers.anthropic.request import asked
from ratchet_providers.base import ModelRequest
from ratchet_router.shapes.messages.read import read_messages
from tests.unit.providers.anthropic_types import wrong_in_request

Block = dict[str, Any]
PDF = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
FIXED: list[Block] = [
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}},
    {"type": "image", "source": {"type": "url", "url": "https://e.com/a.png"}},
    {"type": "image", "source": {"type": "file", "file_id": "file_1"}},
    {"type": "document", "title": "a.pdf", "source": PDF},
    {"type": "document", "source": {"type": "url", "url": "https://e.com/a.pdf"}},
]
words = st.text(min_size=1, max_size=12).filter(lambda said: not said.isspace())
texts = st.builds(lambda said: {"type": "text", "text": said}, words)
ids = st.from_regex(r"toolu_[a-zA-Z0-9]{1,6}", fullmatch=True)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
inputs = st.dictionaries(st.text(max_size=4), values, max_size=3)
uses = st.builds(lambda id_, given_: {"type": "tool_use", "id": id_, "name": "look", "input": given_}, ids, inputs)
thoughts = st.sampled_from(
    [{"type": "thinking", "thinking": "hm", "signature": "S"}, {"type": "redacted_thinking", "data": "D"}]
)
results = st.builds(
    lambda id_, content, error: {"type": "tool_result", "tool_use_id": id_, "content": content} | error,
    ids,
    words | st.lists(texts | st.sampled_from(FIXED), min_size=1, max_size=3),
    st.sampled_from([{}, {"is_error": True}]),
)
users = st.builds(
    lambda found, said: {"role": "user", "content": [*found, *said]},
    st.lists(results, max_size=3),
    st.lists(texts | st.sampled_from(FIXED), min_size=1, max_size=3),
)
assistants = st.builds(
    lambda thought, said, calls: {"role": "assistant", "content": [*thought, *said, *calls]},
    st.lists(thoughts, max_size=2),
    st.lists(texts, min_size=1, max_size=2),
    st.lists(uses, max_size=3),
)
plain = st.builds(lambda role, said: {"role": role, "content": said}, st.sampled_from(["user", "assistant"]), words)
TOOLS = [
    {"name": "look", "description": "Looks.", "input_schema": {"type": "object", "properties": {"at": {}}}},
    {"type": "web_search_20250305", "name": "web_search", "max_uses": 3},
]
fields = st.fixed_dictionaries(
    {},
    optional={
        "system": words | st.lists(texts, min_size=1, max_size=3),
        "temperature": st.floats(0, 1),
        "top_k": st.integers(1, 50),
        "stop_sequences": st.lists(words, min_size=1, max_size=3),
        "metadata": st.just({"user_id": "u-1"}),
        "tools": st.just(TOOLS),
        "thinking": st.sampled_from([{"type": "enabled", "budget_tokens": n} for n in (2_048, 8_192, 16_384)]),
        "output_config": st.just({"format": {"type": "json_schema", "schema": {"type": "object"}}}),
    },
)
choices = st.sampled_from(
    [
        {"type": "auto"},
        {"type": "any"},
        {"type": "none"},
        {"type": "tool", "name": "look"},
        {"type": "auto", "disable_parallel_tool_use": True},
        {"type": "any", "disable_parallel_tool_use": True},
    ]
)


def and_back(body: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    read = read_messages(msgspec.json.encode(body), {})
    request = ModelRequest(
        model=read.model,
        task_type="chat",
        messages=read.messages,
        document="",
        fields=read.fields,
        max_output_tokens=read.max_output_tokens,
    )
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(asked(request, dialect).body))
    return found


def meaning(turns: list[dict[str, Any]]) -> list[tuple[str, list[Block]]]:
    """Who said what: one turn after another's, results before words, and texts of one turn together."""
    merged: list[tuple[str, list[Block]]] = []
    for turn in turns:
        blocks = _blocks(turn["content"])
        if merged and merged[-1][0] == turn["role"]:
            merged[-1][1].extend(blocks)
        else:
            merged.append((turn["role"], blocks))
    return [(role, _in_order(blocks, role)) for role, blocks in merged]


def _in_order(blocks: list[Block], role: str) -> list[Block]:
    if role == "user":
        return sorted(blocks, key=lambda block: block["type"] != "tool_result")
    said = "".join(block["text"] for block in blocks if block["type"] == "text").rstrip()
    kinds = ("thinking", "redacted_thinking", "tool_use")
    return [{"type": "text", "text": said}, *sorted((b for b in blocks if b["type"] in kinds), key=lambda b: b["type"])]


def _blocks(content: Any) -> list[Block]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return [
        block | {"content": _blocks(block.get("content", ""))} if block["type"] == "tool_result" else block
        for block in content
    ]


@given(st.lists(users | assistants | plain, max_size=8), users, fields)
def test_a_conversation_means_the_same_when_it_comes_back(
    turns: list[dict[str, Any]], last: dict[str, Any], how: dict[str, Any]
) -> None:
    body = {"model": "m", "max_tokens": 99_999, "messages": [{"role": "user", "content": "go"}, *turns, last], **how}
    found = and_back(body, Dialect())
    assert wrong_in_request(found) == []
    assert meaning(found["messages"]) == meaning(body["messages"])
    assert _blocks(found.get("system", "")) == _blocks(how.get("system", ""))
    for name in ("tools", "stop_sequences", "metadata", "max_tokens"):
        assert found.get(name) == body.get(name)
    for name in ("temperature", "top_k"):
        assert found.get(name) == (None if "thinking" in found else how.get(name))
    if "output_config" in how:
        assert found["output_config"]["format"]["type"] == "json_schema"


@given(choices)
def test_a_choice_of_tools_comes_back(choice: dict[str, Any]) -> None:
    turns = [{"role": "user", "content": "go"}]
    found = and_back(
        {"model": "m", "max_tokens": 9, "messages": turns, "tools": TOOLS, "tool_choice": choice}, Dialect()
    )
    assert found["tool_choice"] == choice


@given(st.sampled_from([2_048, 8_192, 16_384]))
def test_a_budget_of_thoughts_comes_back(budget: int) -> None:
    thinking = {"type": "enabled", "budget_tokens": budget}
    turns = [{"role": "user", "content": "go"}]
    body = {"model": "m", "max_tokens": 99_999, "messages": turns, "thinking": thinking}
    assert and_back(body, Dialect(thinks="budget"))["thinking"] == thinking
