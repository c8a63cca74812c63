"""Gemini's calls for who takes one at a time, which Gemini cannot be told."""

from typing import Any

import pytest

from tests.unit.providers.gemini.gathered import gathered
from tests.unit.providers.gemini.rig import all_of, asked, completion, saying, streamed, whole
from tests.unit.providers.gemini.test_gemini import model

TWO_CALLS = ({"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "c2ln"}, {"functionCall": {"name": "g"}})


@pytest.mark.parametrize(("parallel", "names"), [(None, ["f", "g"]), (True, ["f", "g"]), (False, ["f"])])
async def test_who_takes_one_call_at_a_time_hears_of_the_first(parallel: bool | None, names: list[str]) -> None:
    tools = [{"type": "function", "function": {"name": name}} for name in "fg"]
    request = asked(fields={"tools": tools, "parallel_tool_calls": parallel})
    events = [saying(TWO_CALLS[0]), saying(TWO_CALLS[1], finish="STOP")]
    async with model(whole(saying(*TWO_CALLS, finish="STOP")), streamed(*events)) as (gemini, _):
        answers = [completion(await gemini.answer(request)), gathered(await all_of(gemini, request))]
    for answer in answers:
        calls = answer.choices[0].message.tool_calls
        assert isinstance(calls, list)
        assert [call.function.name for call in calls] == names
        assert answer.choices[0].finish_reason == "tool_calls"


@pytest.mark.parametrize("how", [{}, {"tool_choice": "none"}, {"tools": None}])
async def test_a_wish_for_one_call_at_a_time_is_never_refused(how: dict[str, Any]) -> None:
    tools = [{"type": "function", "function": {"name": "f"}}]
    fields = {"tools": tools, "parallel_tool_calls": False} | how
    async with model(whole(saying("On it.", finish="STOP"))) as (gemini, heard):
        assert (await gemini.answer(asked(fields=fields))).output == "On it."
    assert "parallel_tool_calls" not in heard.bodies[0]
