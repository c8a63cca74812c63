"""Chat completions as responses."""

import json
from typing import Any

import msgspec
import pytest

from ratchet_common.events import Usage
from ratchet_router.shapes.responses.whole import as_completion, whole
from tests.unit.router.responses.said import NOW, RESULT, USED, as_json, begins, completion

HEX = RESULT.hex
CALLS = [{"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}]


def answered(finish: str = "stop", *, asked: Any = None, usage: Usage = USED, **message: Any) -> Any:
    return as_json(whole(begins(**asked or {}), completion(finish, **message), usage, now=NOW))


def test_a_text_is_a_message() -> None:
    said = answered(content="On Monday.")
    assert said["output"] == [
        {
            "type": "message",
            "id": f"msg_{HEX}0000",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "On Monday.", "annotations": [], "logprobs": []}],
        }
    ]
    assert (said["id"], said["status"], said["model"], said["completed_at"]) == (f"resp_{HEX}", "completed", "m", NOW)
    assert said["usage"] == {
        "input_tokens": 20,
        "output_tokens": 5,
        "total_tokens": 25,
        "input_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 2},
    }


def test_reasoning_comes_first_and_calls_last() -> None:
    said = answered("tool_calls", content="Let me look.", reasoning_content="hm", tool_calls=CALLS)
    reasoning, message, call = said["output"]
    assert (reasoning["id"], reasoning["content"]) == (f"rs_{HEX}0000", [{"type": "reasoning_text", "text": "hm"}])
    assert message["content"][0]["text"] == "Let me look."
    assert call == {
        "type": "function_call",
        "id": f"fc_{HEX}0002",
        "call_id": "a",
        "name": "f",
        "arguments": '{"x":1}',
        "status": "completed",
    }
    assert said["status"] == "completed"


def test_a_call_of_a_custom_tool_is_one() -> None:
    calls = [{"id": "a", "type": "custom", "custom": {"name": "code", "input": "print(1)"}}]
    (call,) = answered("tool_calls", tool_calls=calls)["output"]
    assert call == {
        "type": "custom_tool_call",
        "id": f"ctc_{HEX}0000",
        "call_id": "a",
        "name": "code",
        "input": "print(1)",
        "status": "completed",
    }


def test_reasoning_by_its_other_name_is_reasoning() -> None:
    assert answered(content="So.", reasoning="hm")["output"][0]["content"] == [{"type": "reasoning_text", "text": "hm"}]


def test_who_asks_for_a_summary_finds_the_reasoning_there() -> None:
    said = answered(asked={"reasoning": {"summary": "auto"}}, content="So.", reasoning_content="hm")
    assert said["output"][0]["summary"] == [{"type": "summary_text", "text": "hm"}]
    assert said["output"][0]["content"] == []


@pytest.mark.parametrize(("finish", "reason"), [("length", "max_output_tokens"), ("content_filter", "content_filter")])
def test_what_ends_too_early_is_incomplete(finish: str, reason: str) -> None:
    said = answered(finish, content="On Mon")
    assert (said["status"], said["incomplete_details"], said["completed_at"]) == (
        "incomplete",
        {"reason": reason},
        None,
    )
    assert said["output"][-1]["status"] == "incomplete"


def test_a_refusal_is_a_part_of_the_message() -> None:
    assert answered(content=None, refusal="I cannot.")["output"][0]["content"] == [
        {"type": "refusal", "refusal": "I cannot."}
    ]


@pytest.mark.parametrize("content", [None, ""])
def test_an_answer_of_nothing_is_an_empty_message(content: str | None) -> None:
    assert answered(content=content)["output"][0]["content"][0]["text"] == ""
    assert [item["type"] for item in answered(content=content, tool_calls=CALLS)["output"]] == ["function_call"]


def test_log_probabilities_have_their_bytes() -> None:
    top = [{"token": "On", "logprob": -0.1, "bytes": [79, 110]}, {"token": "At", "logprob": -2, "bytes": None}]
    given = {"content": [{"token": "On", "logprob": -0.1, "bytes": None, "top_logprobs": top}], "refusal": None}
    assert answered(content="On", logprobs=given)["output"][0]["content"][0]["logprobs"] == [
        {"token": "On", "logprob": -0.1, "bytes": [], "top_logprobs": [top[0], top[1] | {"bytes": []}]}
    ]
    odd: Any
    for odd in ({"tokens": ["On"]}, {"content": ["On"]}, []):
        assert answered(content="On", logprobs=odd)["output"][0]["content"][0]["logprobs"] == []


def test_the_request_is_repeated() -> None:
    tool = {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": True}
    asked = {
        "instructions": "Be brief.",
        "max_output_tokens": 50,
        "metadata": {"a": "b"},
        "parallel_tool_calls": False,
        "previous_response_id": "resp_1",
        "reasoning": {"effort": "low", "summary": None},
        "safety_identifier": "s",
        "service_tier": "flex",
        "store": False,
        "temperature": 0.5,
        "text": {"format": {"type": "json_object"}, "verbosity": "low"},
        "tool_choice": {"type": "function", "name": "f"},
        "tools": [tool],
        "top_logprobs": 2,
        "top_p": 0.9,
        "user": "ann",
    }
    said = answered(asked=asked, content="x")
    said["text"]["format"] = {"type": said["text"]["format"]["type"]}
    assert {name: said[name] for name in asked} == asked


def test_what_was_not_said_has_openais_defaults() -> None:
    said = answered(content="x")
    assert (said["tools"], said["tool_choice"], said["parallel_tool_calls"]) == ([], "auto", True)
    assert (said["text"], said["metadata"], said["truncation"]) == ({"format": {"type": "text"}}, {}, "disabled")


def test_a_model_without_a_body_says_its_text() -> None:
    found = as_completion(None, "On Monday.", "length", model="student")
    assert as_json(whole(begins(), found, USED, now=NOW))["output"][0]["content"][0]["text"] == "On Monday."
    choice = {"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}
    body = {"choices": json.dumps([choice]).encode(), "model": b'"m"'}
    raw = {name: msgspec.Raw(value) for name, value in body.items()}
    assert as_completion(raw, "", "", model="").choices[0].message.content == "x"
