"""Calls of functions that went wrong, as Gemini is told of them afterwards."""

from typing import Any

import pytest

from tests.unit.providers.gemini.rig import asked, sent
from tests.unit.providers.gemini.test_messages import call, result
from tests.unit.providers.written import WRITTEN


@pytest.mark.parametrize(("written", "becomes"), WRITTEN)
def test_arguments_are_an_object_whatever_a_model_once_wrote(written: str, becomes: Any) -> None:
    messages = [{"role": "assistant", "tool_calls": [call("f", written, "a")]}, result("a", "It was none.")]
    said = sent(asked(messages=messages))["contents"]
    assert said[0]["parts"][0]["functionCall"] == {"name": "f", "args": becomes, "id": "a"}
    assert "functionResponse" in said[1]["parts"][0]


@pytest.mark.parametrize(
    ("content", "becomes"),
    [
        ("boom", {"error": "boom"}),
        ("", {"error": ""}),
        ('{"code": 7}', {"error": {"code": 7}}),
        ('{"error": "boom"}', {"error": "boom"}),
        ("[1]", {"error": "[1]"}),
    ],
)
def test_a_result_that_is_an_error_is_told_to_be_one(content: str, becomes: Any) -> None:
    messages = [
        {"role": "assistant", "tool_calls": [call("f", "{}", "a")]},
        result("a", content) | {"is_error": True},
    ]
    response = sent(asked(messages=messages))["contents"][1]["parts"][0]["functionResponse"]
    assert response["response"] == becomes
