"""A chat's messages as Converse's turns."""

import base64
import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ratchet_providers.base import ProviderError
from tests.unit.providers.bedrock.aws import complaints, operation
from tests.unit.providers.bedrock.conversing import CALLED, HAIKU, LLAMA, NOVA, USER, WEATHER, asking, call, converse
from tests.unit.providers.written import WRITTEN

PIXEL = base64.b64encode(b"\x89PNG").decode()


def test_what_the_system_says_stands_apart_wherever_it_stood() -> None:
    body = converse([{"role": "system", "content": "Be brief."}, USER, {"role": "developer", "content": "In Latin."}])
    assert body["system"] == [{"text": "Be brief."}, {"text": "In Latin."}]
    assert len(body["messages"]) == 1


def test_turns_take_turns_and_the_first_is_a_users() -> None:
    body = converse(
        [{"role": "assistant", "content": "Hello."}, USER, USER, {"role": "assistant", "content": ""}, USER]
    )
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]
    assert body["messages"][2]["content"] == [{"text": "When?"}] * 3


def test_calls_of_tools_and_their_results_go_together() -> None:
    body = converse(CALLED, tools=[WEATHER])
    use = [{"toolUse": {"toolUseId": id_, "name": "weather", "input": {"city": "Ulm"}}} for id_ in "ab"]
    assert body["messages"][1] == {"role": "assistant", "content": use}
    assert body["messages"][2]["content"] == [
        {"toolResult": {"toolUseId": "a", "content": [{"text": "sunny"}]}},
        {"toolResult": {"toolUseId": "b", "content": [{"text": "rain"}]}},
        {"text": "And now?"},
    ]
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    assert body["toolConfig"] == {"tools": [{"toolSpec": {"name": "weather", "inputSchema": {"json": schema}}}]}


def test_a_result_may_be_an_error_an_image_or_nothing() -> None:
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
    results = [
        {"role": "tool", "tool_call_id": "a", "content": "no network", "is_error": True},
        {"role": "tool", "tool_call_id": "b", "content": [image]},
        {"role": "tool", "tool_call_id": "c", "content": ""},
    ]
    calls = {"role": "assistant", "tool_calls": [call("a"), call("b"), call("c", "")]}
    turn = converse([USER, calls, *results], tools=[WEATHER])["messages"][2]["content"]
    assert [block["toolResult"].get("status") for block in turn] == ["error", None, None]
    assert turn[1]["toolResult"]["content"] == [{"image": {"format": "png", "source": {"bytes": PIXEL}}}]
    assert turn[2]["toolResult"]["content"] == [{"text": "(no output)"}]
    assert "status" not in json.dumps(converse([USER, calls, *results], LLAMA, tools=[WEATHER]))


@pytest.mark.parametrize("how", [{"tools": [WEATHER], "tool_choice": "none"}, {}, {"tools": []}])
def test_without_tools_their_history_becomes_text(how: dict[str, Any]) -> None:
    body = converse(CALLED, **how)
    assert "toolConfig" not in body
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]
    told = json.dumps(body)
    assert "toolUse" not in told
    for word in ("weather", "Ulm", "sunny", "rain"):
        assert word in told


@pytest.mark.parametrize(("arguments", "becomes"), WRITTEN)
def test_arguments_are_an_object_whatever_a_model_once_wrote(arguments: str, becomes: Any) -> None:
    messages = [
        USER,
        {"role": "assistant", "tool_calls": [call("a", arguments)]},
        {"role": "tool", "tool_call_id": "a", "content": "x"},
    ]
    body = converse(messages, tools=[WEATHER])
    assert body["messages"][1]["content"][0]["toolUse"]["input"] == becomes


@pytest.mark.parametrize(("model", "fits"), [(HAIKU, 64), ("mistral.mistral-large-2407-v1:0", 9)])
def test_another_providers_ids_of_calls_are_made_to_fit_and_stay_apart(model: str, fits: int) -> None:
    ids = ["call_ok", "functions.x:1", "ö" * 70, "ö" * 71, "with space"]
    results = [{"role": "tool", "tool_call_id": id_, "content": "x"} for id_ in ids]
    body = converse(
        [USER, {"role": "assistant", "tool_calls": [call(id_) for id_ in ids]}, *results], model, tools=[WEATHER]
    )
    called = [block["toolUse"]["toolUseId"] for block in body["messages"][1]["content"]]
    answered = [block["toolResult"]["toolUseId"] for block in body["messages"][2]["content"]]
    assert called == answered
    assert len(set(called)) == len(ids)
    assert all(len(id_) <= fits and id_.isascii() for id_ in called)
    assert (called[0] == "call_ok") is (model == HAIKU)


def test_a_model_goes_on_within_what_is_left() -> None:
    body = converse(
        [USER], so_far="On \n", reasoning_effort="low", max_tokens=10, response_format={"type": "json_object"}
    )
    assert body["messages"][-1] == {"role": "assistant", "content": [{"text": "On"}]}
    assert body["inferenceConfig"] == {"maxTokens": 9}
    assert not {"outputConfig", "toolConfig", "additionalModelRequestFields"} & body.keys()
    assert asking([USER], so_far="On \n").space == " \n"
    begun = converse([USER, {"role": "assistant", "content": "It is "}], so_far="on")
    assert begun["messages"][-1]["content"] == [{"text": "It is "}, {"text": "on"}]


@pytest.mark.parametrize("messages", [
    [{"role": "user", "content": "x" * 2_000_000}],
    [{"role": ("user", "assistant")[number % 2], "content": f"Line {number}."} for number in range(10_001)],
    [{"role": "user", "content": "again"}] * 10_000,
])  # fmt: skip
def test_what_is_long_takes_no_long_time(messages: Any) -> None:
    its = asking(messages)
    assert complaints(operation().input_shape, {"modelId": HAIKU, **json.loads(its.body)}) == ""


ROLES = st.sampled_from(["system", "developer", "user", "assistant", "tool"])


MESSAGES = st.lists(
    st.fixed_dictionaries(
        {
            "role": ROLES,
            "content": st.one_of(st.none(), st.text(max_size=9)),
            "tool_call_id": st.text("ab:é", min_size=1),
        }
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=50)
@given(MESSAGES, st.sampled_from([HAIKU, NOVA, LLAMA, "mistral.mistral-large-2407-v1:0"]), st.booleans())
def test_whatever_is_said_botocore_takes_it_or_it_is_refused(messages: Any, model: str, with_tools: bool) -> None:
    fields: dict[str, Any] = {"tools": [WEATHER]} if with_tools else {}
    try:
        body = converse(messages, model, **fields)
    except ProviderError as refused:
        assume(refused.kind != "unsuited")
        raise
    turns = body["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant"] * (len(turns) // 2) + ["user"] * (len(turns) % 2)
    assert all(turn["content"] for turn in turns)
    assert not any(block.get("text", "x").isspace() for turn in turns for block in turn["content"])
