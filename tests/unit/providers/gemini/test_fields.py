"""A chat request's other fields as Google's, and what cannot be."""

from typing import Any

import msgspec
import pytest

from tests.unit.providers.gemini.rig import asked, refusal, sent

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "additionalProperties": False},
    },
}


def sent_with(**fields: Any) -> Any:
    return sent(asked(fields=fields))


def config(model: str = "gemini-2.5-flash", **fields: Any) -> Any:
    return sent(asked(model=model, fields=fields)).get("generationConfig")


def test_functions_are_declared_with_the_schema_that_the_caller_wrote() -> None:
    plain = {"type": "function", "function": {"name": "now"}}
    assert sent_with(tools=[WEATHER, plain])["tools"] == [
        {
            "functionDeclarations": [
                {
                    "name": "weather",
                    "description": "Of a city.",
                    "parametersJsonSchema": WEATHER["function"]["parameters"],  # type: ignore[index]
                },
                {"name": "now"},
            ]
        }
    ]


@pytest.mark.parametrize(
    ("choice", "becomes"),
    [
        ("auto", None),
        ("none", {"mode": "NONE"}),
        ("required", {"mode": "ANY"}),
        ({"type": "function", "function": {"name": "f"}}, {"mode": "ANY", "allowedFunctionNames": ["f"]}),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]},
            },
            {"mode": "VALIDATED", "allowedFunctionNames": ["f"]},
        ),
    ],
)
def test_a_choice_of_tools(choice: Any, becomes: Any) -> None:
    said = sent_with(tools=[WEATHER], tool_choice=choice).get("toolConfig")
    assert said == (becomes and {"functionCallingConfig": becomes})


def test_how_to_write() -> None:
    assert config(
        temperature=0.2, top_p=0.9, top_k=40, seed=7, stop="END", n=3, max_completion_tokens=99,
        presence_penalty=0.5, frequency_penalty=-0.5, logprobs=True, top_logprobs=4,
    ) == {
        "temperature": 0.2, "topP": 0.9, "topK": 40, "seed": 7, "stopSequences": ["END"], "candidateCount": 3,
        "maxOutputTokens": 99, "presencePenalty": 0.5, "frequencyPenalty": -0.5,
        "responseLogprobs": True, "logprobs": 4,
    }  # fmt: skip


def test_nothing_wished_for_is_nothing_said() -> None:
    for fields in ({}, {"n": 1, "logprobs": False, "temperature": None}, {"response_format": {"type": "text"}}):
        assert config(**fields) is None


def test_our_limit_counts_where_the_caller_names_none() -> None:
    assert sent(asked(max_output_tokens=50))["generationConfig"] == {"maxOutputTokens": 50}
    limited = asked(max_output_tokens=50, fields={"max_tokens": msgspec.Raw(b"9")})
    assert sent(limited)["generationConfig"] == {"maxOutputTokens": 9}


def test_structured_output() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/b"}}, "$defs": {"b": {"type": "integer"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": schema}}
    assert config(response_format=wanted) == {"responseMimeType": "application/json", "responseJsonSchema": schema}
    assert config(response_format={"type": "json_object"}) == {"responseMimeType": "application/json"}


@pytest.mark.parametrize(
    ("model", "effort", "becomes"),
    [
        ("gemini-2.5-flash", "low", {"thinkingBudget": 1024, "includeThoughts": True}),
        ("gemini-2.5-pro", "high", {"thinkingBudget": 24576, "includeThoughts": True}),
        ("gemini-2.5-flash", "none", {"thinkingBudget": 0}),
        ("gemini-2.5-pro", "none", {"thinkingBudget": 128}),
        ("gemini-3-flash-preview", "minimal", {"thinkingLevel": "MINIMAL", "includeThoughts": True}),
        ("gemini-3-pro-preview", "none", {"thinkingLevel": "LOW"}),
        ("gemini-3-pro-preview", "minimal", {"thinkingLevel": "LOW", "includeThoughts": True}),
        ("gemini-3-pro-preview", "medium", {"thinkingLevel": "HIGH", "includeThoughts": True}),
        ("gemini-3.1-pro-preview", "minimal", {"thinkingLevel": "LOW", "includeThoughts": True}),
        ("publishers/google/models/gemini-3.1-pro", "medium", {"thinkingLevel": "MEDIUM", "includeThoughts": True}),
        ("gemini-3.1-flash", "none", {"thinkingLevel": "MINIMAL"}),
        ("endpoints/123", "medium", {"thinkingBudget": 8192, "includeThoughts": True}),
    ],
)
def test_effort(model: str, effort: str, becomes: Any) -> None:
    assert config(model, reasoning_effort=effort) == {"thinkingConfig": becomes}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"logit_bias": {"7": 1}}, "logit_bias"),
        ({"functions": [{"name": "f"}]}, "functions"),
        ({"audio": {"voice": "x"}}, "audio"),
        ({"web_search_options": {"user_location": {}}}, "web_search_options"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"reasoning_effort": "furious"}, "reasoning_effort"),
        ({"response_format": {"type": "grammar"}}, "response_format.type"),
        ({"tools": [WEATHER], "tool_choice": "maybe"}, "tool_choice"),
        ({"tools": [WEATHER], "tool_choice": {"type": "function"}}, "tool_choice"),
        ({"tools": [{"type": "custom", "custom": {}}]}, "tools[0]"),
        ({"temperature": "hot"}, "temperature"),
        ({"n": [1]}, "n"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(fields: Any, named: str) -> None:
    error = refusal(fields=fields)
    assert error.said is not None
    assert error.said.param == named


def test_fields_that_change_no_answer_are_left_out_and_googles_own_go_through() -> None:
    said = sent_with(
        user="ann", metadata={"a": "b"}, store=True, stream=True, logit_bias={}, functions=None, service_tier="flex",
        safetySettings=[{"category": "X", "threshold": "Y"}], labels={"team": "a"},
        extra_body={"google": {"cached_content": "cachedContents/7", "thinking_config": {"thinking_budget": 0}}},
    )  # fmt: skip
    assert said.keys() - {"contents"} == {
        "safetySettings",
        "labels",
        "cachedContent",
        "generationConfig",
        "serviceTier",
    }
    assert said["generationConfig"] == {"thinkingConfig": {"thinking_budget": 0}}
