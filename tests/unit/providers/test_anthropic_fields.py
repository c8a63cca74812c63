"""A chat's settings, tools and forms of answers as Anthropic's."""

from typing import Any

import msgspec

from ratchet_providers.anthropic.dialect import ANTHROPICS, dialect_of
from ratchet_providers.anthropic.request import asked
from tests.unit.providers.anthropic_chats import (
    FUNCTION,
    IN_SCHEMA,
    NEW,
    OLD,
    SCHEMA,
    THINKER,
    assistant,
    body,
    called,
    refusal,
    request,
    result,
    user,
)


def test_only_openai_knows_these_and_nothing_hangs_on_them() -> None:
    harmless: Any = {
        "seed": 7,
        "logit_bias": {"7": 1},
        "frequency_penalty": 0.5,
        "store": True,
        "n": 1,
        "logprobs": False,
    }
    assert body(**harmless, stream_options={"include_usage": True}) == body()


def test_what_only_anthropic_knows_goes_on() -> None:
    sent = body(container="box", thinking=msgspec.Raw(b'{"type":"adaptive"}'))
    assert (sent["container"], sent["thinking"]) == ("box", {"type": "adaptive"})


def test_settings_have_other_names_there() -> None:
    sent = body(temperature=1.7, top_p=0.5, top_k=5, stop=["END"], user="u-1", max_completion_tokens=77, max_tokens=9)
    assert (sent["temperature"], sent["top_k"], sent["stop_sequences"]) == (1.0, 5, ["END"])
    assert (sent["metadata"], sent["max_tokens"], "top_p" in sent) == ({"user_id": "u-1"}, 77, False)
    assert body(top_p=0.5)["top_p"] == 0.5
    assert body(temperature=-1)["temperature"] == 0.0
    assert not {"temperature", "top_p", "top_k"} & body(temperature=0.2, top_p=0.5, top_k=5, dialect=NEW).keys()


def test_tools_and_choices() -> None:
    sent = body(tools=[FUNCTION, {"type": "function", "function": {"name": "bare"}}], tool_choice="required")
    assert sent["tools"][0] == {"name": "look", "description": "Looks.", "input_schema": {"type": "object"}}
    assert sent["tools"][1]["input_schema"] == {"type": "object", "properties": {}}
    assert sent["tool_choice"] == {"type": "any"}
    named = {"type": "function", "function": {"name": "look"}}
    assert body(tools=[FUNCTION], tool_choice=named)["tool_choice"] == {"type": "tool", "name": "look"}
    assert body(tools=[FUNCTION], tool_choice="none", parallel_tool_calls=False)["tool_choice"] == {"type": "none"}
    one_by_one = {"type": "auto", "disable_parallel_tool_use": True}
    assert body(tools=[FUNCTION], parallel_tool_calls=False)["tool_choice"] == one_by_one
    assert "tool_choice" not in body(tool_choice="auto", parallel_tool_calls=False)


def test_a_tool_of_anthropics_own_goes_on_as_it_is() -> None:
    search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 2}
    assert body(tools=[search, FUNCTION])["tools"][0] == search


def test_a_strict_tool_is_closed_where_the_model_knows_such() -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": SCHEMA, "strict": True}}
    sent = body(tools=[tool])["tools"][0]
    assert (sent["strict"], sent["input_schema"]["additionalProperties"]) == (True, False)
    assert body(tools=[tool], dialect=OLD)["tools"][0] == {"name": "f", "input_schema": SCHEMA}


def test_a_model_that_cannot_be_made_to_call_a_tool_says_so() -> None:
    assert refusal(tools=[FUNCTION], tool_choice="required", dialect=NEW).startswith("tool_choice: this model")


def test_a_schema_is_closed_and_its_bounds_are_told_in_words() -> None:
    sent = body(response_format=IN_SCHEMA)["output_config"]["format"]
    assert sent["schema"]["additionalProperties"] is False
    assert sent["schema"]["properties"]["n"] == {"type": "integer", "description": "(minimum: 1)"}


def test_an_older_model_answers_in_a_schema_by_a_tool() -> None:
    found = asked(request(response_format=IN_SCHEMA), OLD)
    assert found.by_tool
    sent = body(response_format=IN_SCHEMA, dialect=OLD)
    assert sent["tool_choice"] == {"type": "tool", "name": "answer_in_json", "disable_parallel_tool_use": True}
    assert sent["tools"][0]["input_schema"] == SCHEMA


def test_any_json_beside_tools_is_one_more_tool() -> None:
    sent = body(response_format={"type": "json_object"}, tools=[FUNCTION])
    assert [tool["name"] for tool in sent["tools"]] == ["look", "answer_in_json"]
    assert sent["tool_choice"] == {"type": "any"}
    forced = asked(
        request(response_format={"type": "json_object"}, tools=[FUNCTION], tool_choice="required"), ANTHROPICS
    )
    assert not forced.by_tool


def test_any_json_of_a_model_that_cannot_be_forced_is_asked_for_in_words() -> None:
    assert "JSON" in body(response_format={"type": "json_object"}, dialect=NEW)["system"][0]["text"]


def test_how_hard_to_think() -> None:
    sent = body(reasoning_effort="xhigh", temperature=0.2)
    assert (sent["thinking"]["type"], sent["output_config"]) == ("adaptive", {"effort": "xhigh"})
    assert "temperature" not in sent
    assert body(reasoning_effort="xhigh", dialect=dialect_of("claude-opus-4-6"))["output_config"] == {"effort": "high"}
    assert body(reasoning_effort="minimal")["output_config"] == {"effort": "low"}
    assert body(reasoning_effort="none")["thinking"] == {"type": "disabled"}
    assert body(reasoning_effort="none", dialect=dialect_of("claude-sonnet-5-5"))["thinking"] == {
        "type": "between_tools"
    }
    assert body(reasoning_effort="none", dialect=NEW)["output_config"] == {"effort": "low"}
    assert "thinking" not in body(reasoning_effort="high", dialect=OLD)


def test_effort_and_schema_stand_side_by_side() -> None:
    sent = body(reasoning_effort="low", response_format=IN_SCHEMA)["output_config"]
    assert (sent["effort"], sent["format"]["type"]) == ("low", "json_schema")


def test_a_budget_of_thoughts_comes_on_top_of_our_limit_and_out_of_the_callers() -> None:
    sent = body(reasoning_effort="low", dialect=THINKER)
    assert (sent["thinking"], sent["max_tokens"]) == ({"type": "enabled", "budget_tokens": 2048}, 4096 + 2048)
    for limit, budget in ((3_000, 1_500), (2_048, 1_024), (60_000, 16_384)):
        sent = body(reasoning_effort="high", max_tokens=limit, dialect=THINKER)
        assert (sent["thinking"]["budget_tokens"], sent["max_tokens"]) == (budget, limit)
    for limit in (500, 1_100, 2_047):
        assert "thinking" not in body(reasoning_effort="high", max_tokens=limit, dialect=THINKER)


def test_no_thought_begins_in_the_midst_of_calls_or_where_one_is_forced() -> None:
    midst = [user("go"), assistant(tool_calls=[called("a")]), result("a")]
    assert "thinking" not in body(*midst, reasoning_effort="low", dialect=THINKER)
    thought = [{"type": "thinking", "thinking": "hm", "signature": "S"}]
    midst[1] |= {"thinking_blocks": thought}
    assert "thinking" in body(*midst, reasoning_effort="low", dialect=THINKER)
    assert "thinking" not in body(tools=[FUNCTION], tool_choice="required", reasoning_effort="low", dialect=THINKER)
