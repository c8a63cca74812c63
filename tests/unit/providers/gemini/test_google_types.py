"""Any conversation becomes what Google's own types take, and says what it said."""

import base64
from typing import Any

import msgspec
from google.genai import types
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.providers.gemini.rig import asked, sent

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
BASE64 = st.binary(max_size=9).map(lambda data: base64.b64encode(data).decode())
SIGNATURE = st.binary(min_size=1, max_size=12).map(lambda data: base64.b64encode(data).decode())
URL = st.sampled_from(["https://x/a.png", "gs://b/c.jpg"]) | BASE64.map("data:image/png;base64,{}".format)
ARGUMENTS = st.dictionaries(TEXT, st.integers() | TEXT | st.none() | st.lists(st.booleans(), max_size=2), max_size=3)
PART = st.one_of(
    TEXT.map(lambda text: {"type": "text", "text": text}),
    URL.map(lambda url: {"type": "image_url", "image_url": {"url": url}}),
    BASE64.map(lambda data: {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}),
    SIGNATURE.map(lambda data: {"type": "file", "file": {"file_data": data, "filename": "a.pdf"}}),
)
USER = (TEXT | st.lists(PART, max_size=4)).map(lambda content: [{"role": "user", "content": content}])
SYSTEM = TEXT.map(lambda content: [{"role": "system", "content": content}])


@st.composite
def turns_of_the_model(draw: st.DrawFn) -> list[Any]:
    """What it said and called, and the results of all its calls in any order."""
    said: dict[str, Any] = {"role": "assistant", "content": draw(st.none() | TEXT)}
    if draw(st.booleans()):
        said["extra_content"] = {"google": {"thought_signature": draw(SIGNATURE)}}
    calls = []
    for number in range(draw(st.integers(0, 3))):
        function = {"name": draw(st.sampled_from("fgh")), "arguments": msgspec.json.encode(draw(ARGUMENTS)).decode()}
        calls.append({"id": f"c{number}", "type": "function", "function": function})
    signed = draw(st.booleans())
    if calls and signed:
        calls[0]["extra_content"] = {"google": {"thought_signature": draw(SIGNATURE)}}
    results = [{"role": "tool", "tool_call_id": call["id"], "content": draw(TEXT)} for call in calls]
    return [said | ({"tool_calls": calls} if calls else {}), *draw(st.permutations(results))]


MESSAGES = st.lists(USER | SYSTEM | turns_of_the_model(), max_size=6).map(
    lambda turns: [{"role": "user", "content": "Hello."}, *(message for turn in turns for message in turn)]
)
TOOL = st.fixed_dictionaries(
    {"name": st.sampled_from("fgh")},
    optional={"description": TEXT, "parameters": st.just({"type": "object", "properties": {"a": {"type": "integer"}}})},
).map(lambda function: {"type": "function", "function": function})
SCHEMA = {"name": "x", "schema": {"type": "object"}}
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.floats(0, 2),
        "top_p": st.floats(0, 1),
        "top_k": st.integers(1, 64),
        "seed": st.integers(0, 2**31 - 1),
        "n": st.integers(1, 8),
        "stop": TEXT | st.lists(TEXT, max_size=5),
        "max_tokens": st.integers(1, 9_000),
        "logprobs": st.booleans(),
        "top_logprobs": st.integers(0, 20),
        "presence_penalty": st.floats(-2, 2),
        "frequency_penalty": st.floats(-2, 2),
        "reasoning_effort": st.sampled_from(["none", "minimal", "low", "medium", "high", "xhigh"]),
        "response_format": st.sampled_from(
            [
                {"type": "json_object"},
                {"type": "json_schema", "json_schema": SCHEMA},
            ]
        ),
        "tools": st.lists(TOOL, min_size=1, max_size=3),
        "tool_choice": st.sampled_from(["auto", "none", "required", {"type": "function", "function": {"name": "f"}}]),
        "modalities": st.sampled_from([["text"], ["text", "image"]]),
        "service_tier": st.sampled_from(["auto", "default", "flex", "priority"]),
    },
)
MODEL = st.sampled_from(["gemini-2.5-flash", "gemini-3.1-pro", "endpoints/7"])


def taken(kind: Any, said: Any) -> Any:
    """Raises where Google's type knows a field of it not."""
    return kind.model_validate_json(msgspec.json.encode(said))


@given(MESSAGES, FIELDS, MODEL, st.booleans())
def test_googles_types_take_every_request(messages: Any, fields: Any, model: str, ids: bool) -> None:
    body = sent(asked(model=model, messages=messages, fields=fields), ids=ids)
    contents = [taken(types.Content, content) for content in body["contents"]]
    assert all(content.parts for content in contents)
    taken(types.Content, body.get("systemInstruction", {}))
    taken(types.GenerationConfig, body.get("generationConfig", {}))
    taken(types.ToolConfig, body.get("toolConfig", {}))
    for tool in body.get("tools", []):
        taken(types.Tool, tool)
    known = {"contents", "systemInstruction", "generationConfig", "tools", "toolConfig", "serviceTier"}
    assert body.keys() <= known


@given(MESSAGES)
def test_nothing_that_was_said_is_lost_or_moves(messages: Any) -> None:
    contents = sent(asked(messages=messages))["contents"]
    heard = [part["text"] for content in contents for part in content["parts"] if part.get("text")]
    spoken = [message for message in messages if message["role"] in ("user", "assistant")]
    assert heard == [text for message in spoken for text in texts(message)]


@given(MESSAGES)
def test_every_turn_of_calls_has_its_results_right_behind_it(messages: Any) -> None:
    contents = sent(asked(messages=messages))["contents"]
    for content, following in zip(contents, [*contents[1:], {"parts": []}], strict=True):
        calls = [part["functionCall"] for part in content["parts"] if "functionCall" in part]
        results = [part["functionResponse"] for part in following["parts"] if "functionResponse" in part]
        if calls:
            assert [(call["name"], call["id"]) for call in calls] == [(made["name"], made["id"]) for made in results]
            assert len(results) == len(following["parts"])


def texts(message: Any) -> list[str]:
    content = message["content"]
    if isinstance(content, list):
        return [part["text"] for part in content if part.get("text")]
    return [content] if content else []
